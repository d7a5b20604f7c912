"""Cases: each target decided by itself, and what the decision does."""
