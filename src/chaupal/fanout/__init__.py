"""The consequences of events: homes, notifications, streams, search, trends and timers."""
