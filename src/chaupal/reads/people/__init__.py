"""People, what stands between them, and what somebody is told."""
