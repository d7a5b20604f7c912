"""Look at the square: every screen is skeleton, hydrate, reveal, present."""
