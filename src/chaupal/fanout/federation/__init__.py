"""What other servers are told, and what they told us and that has to be fetched."""
