"""The sizes of what waits of other servers are added up by an index of them."""

from alembic import op

revision = "0051"
down_revision = "0050"

CONCURRENTLY = (("arrivals_sizes", "arrivals", ("server_id", "size")),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
