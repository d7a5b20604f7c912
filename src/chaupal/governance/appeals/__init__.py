"""Notices of what was decided, appeals, counter-notices, and bodies outside."""
