"""What Chaupal has beside Mastodon's API."""
