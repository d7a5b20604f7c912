"""What comes due is looked for among notices that wait: each second it was looked for among all that were ever given."""

from alembic import op

revision = "0075"
down_revision = "0074"

CONCURRENTLY = (("tellings_that_wait", "tellings", ("due_at",), "sent_at IS NULL"),)


def upgrade() -> None:
    for name, table, columns, where in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)}) WHERE {where}")
    op.execute("DROP INDEX IF EXISTS tellings_due")
