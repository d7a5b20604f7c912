"""Search, tags and trends."""
