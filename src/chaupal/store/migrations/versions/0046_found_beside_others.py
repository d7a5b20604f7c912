"""Our own people and posts are found by indexes of their own, however many of other servers are known beside them."""

from alembic import op

revision = "0046"
down_revision = "0045"

# Words and handles are compared byte by byte on both databases (store/square/finding.py).
CONCURRENTLY = (
    ("posts_pages", "posts", ("url",), "url <> ''"),
    ("accounts_here", "accounts", ("id",), "server = 0"),
    ("accounts_of_server", "accounts", ("server", "id"), "server > 0"),
    ("accounts_heard", "accounts", ("last_post_at", "id"), "server > 0"),
    ("accounts_by_bytes", "accounts", ('handle COLLATE "C"',), ""),
    ("name_words_here", "name_words", ('word COLLATE "C"', "account_id"), "server = 0"),
    ("media_fetched", "media", ("created_at",), "remote_url <> ''"),
)
BYTES_ALREADY = "accounts_by_bytes"  # SQLite compares so by itself, and has the handle's own index


def upgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    for name, table, columns, where in CONCURRENTLY:
        if embedded and name == BYTES_ALREADY:
            continue
        on = ", ".join(columns).replace(' COLLATE "C"', "" if embedded else ' COLLATE "C"')
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({on})" + (f" WHERE {where}" if where else ""))
