"""A report is answered by one matter at a time: matters are found by their report, and triggers are made anew with every migration."""

from alembic import op

revision = "0065"
down_revision = "0064"

CONCURRENTLY = (("orders_by_report", "orders", ("report_id",)),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
