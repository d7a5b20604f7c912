"""Who came to an account is found by it; and nobody decides about an account from which or to which they moved: triggers are made anew."""

from alembic import op

revision = "0076"
down_revision = "0075"

CONCURRENTLY = (("moves_to", "moves", ("to_id",)),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
