"""The store itself: units of work, tables, migrations, what is remembered between reads."""
