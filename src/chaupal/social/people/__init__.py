"""Accounts as their owners keep them: profile, ties, lists, filters, and how they are told."""
