"""Pages on which people read and write."""
