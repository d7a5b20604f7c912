"""Pages of one's own account: coming in, settings, leaving."""
