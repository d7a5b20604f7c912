"""The index of follows from elsewhere, made while others write."""

from alembic import op

revision = "0049"
down_revision = "0048"

CONCURRENTLY = (("follows_from_elsewhere", "follows", ("to", "server", "by"), "server <> 0"),)


def upgrade() -> None:
    for name, table, columns, where in CONCURRENTLY:
        on = ", ".join(f'"{column}"' for column in columns)
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({on}) WHERE {where}")
