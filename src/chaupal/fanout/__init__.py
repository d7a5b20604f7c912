"""The consequences of events: feeds, notifications, streams, search, trends and timers."""
