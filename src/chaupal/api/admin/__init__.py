"""Mastodon's admin API, and the court for staff's programs."""
