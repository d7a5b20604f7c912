"""What somebody posted with a tag is found by an index of its own: it was looked for among all they posted, or all that has the tag."""

from alembic import op

revision = "0087"
down_revision = "0086"

CONCURRENTLY = (("post_tags_by", "post_tags", ("author", "key", "post_id")),)


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
