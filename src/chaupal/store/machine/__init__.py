"""The store itself: units of work, statements, migrations, what is remembered between reads."""
