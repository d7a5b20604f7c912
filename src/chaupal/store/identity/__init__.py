"""Rows of accounts, of how people come in, and of what closes a way in."""
