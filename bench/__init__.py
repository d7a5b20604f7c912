"""The bench: how fast the square is, as ratios to a raw server that sends the same bytes, taken in one run."""
