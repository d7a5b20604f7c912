"""Bringing one's past along, and taking one's data away."""
