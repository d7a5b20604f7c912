"""What other servers' people, or only ours, posted with a tag is found by an index of its own: it was looked for among all that has it."""

from alembic import op

revision = "0093"
down_revision = "0092"

CONCURRENTLY = (("post_tags_listed", "post_tags", ("key", "listed", "post_id")),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
