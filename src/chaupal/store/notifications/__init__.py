"""Rows of what people are told, and of how they want to be."""
