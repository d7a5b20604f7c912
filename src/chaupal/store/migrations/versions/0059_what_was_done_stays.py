"""What was done stays done, and events of cases are found by their entry of the log: triggers are made anew with every migration."""

from alembic import op

revision = "0059"
down_revision = "0058"

CONCURRENTLY = (("case_events_by_leaf", "case_events", ("log_index",)),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
    # Its name says more now than servers.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS rulings_two_on_servers")
    else:
        op.execute("DROP FUNCTION IF EXISTS rulings_two_on_servers CASCADE")
