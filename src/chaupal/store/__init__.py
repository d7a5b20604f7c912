"""Memory: the only SQL, one text for SQLite and PostgreSQL."""
