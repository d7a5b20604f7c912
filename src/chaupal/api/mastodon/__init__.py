"""Mastodon's client API."""
