"""Rows of what people say and of what they do with it."""
