"""Whole servers: what the house limits of them, whom it lets in, and what others may ask of it about that."""
