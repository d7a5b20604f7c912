"""In an appeal write its two sides, a report is resolved by neither, and appeals are found by their entries."""

from alembic import op

revision = "0072"
down_revision = "0071"

CONCURRENTLY = (("appeals_by_leaf", "appeals", ("log_index",)), ("appeals_by_end", "appeals", ("decided_log_index",)))


def upgrade() -> None:
    """The indexes; and triggers are made anew with every migration."""
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
