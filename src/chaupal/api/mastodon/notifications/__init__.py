"""Notifications in the API: one by one and in groups, from whom one hears, and by push."""
