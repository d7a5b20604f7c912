"""Posts with pictures among an account's many and among all, and notifications of one kind, are found by indexes of their own."""

from alembic import op

revision = "0083"
down_revision = "0081"

CONCURRENTLY = (
    ("posts_listed_with_media", "posts", ("id",), "listed = 1 AND pictures <> '[]'"),
    ("posts_with_media", "posts", ("author", "id"), "pictures <> '[]' AND boost_of IS NULL"),
    ("notices_of_kind", "notices", ("account_id", "kind", "id"), ""),
)


def upgrade() -> None:
    for name, table, columns, where in CONCURRENTLY:
        op.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})"
            + (f" WHERE {where}" if where else "")
        )
