"""Notifications at the wire: one by one and in groups, from whom one hears, and by push."""
