"""Facts made of entries: the log read once from its beginning, and what it adds up to."""
