"""Our own people and their names are found by indexes of their own, however many of other servers are known beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

# Words and handles are compared byte by byte on both databases (store/square/finding.py).
BY_BYTES = {
    "sqlite": ("CREATE INDEX name_words_here ON name_words (word, account_id) WHERE server = 0",),
    "postgresql": (
        'CREATE INDEX name_words_here ON name_words (word COLLATE "C", account_id) WHERE server = 0',
        'CREATE INDEX accounts_by_bytes ON accounts (handle COLLATE "C")',
    ),
}


def upgrade() -> None:
    op.add_column("name_words", sa.Column("server", sa.BigInteger(), server_default="0", nullable=False))
    ours, others = sa.text("server = 0"), sa.text("server > 0")
    for name, columns, whose in (
        ("accounts_here", ["id"], ours),
        ("accounts_of_server", ["server", "id"], others),
        ("accounts_heard", ["last_post_at", "id"], others),
    ):
        op.create_index(name, "accounts", columns, sqlite_where=whose, postgresql_where=whose)
    for line in BY_BYTES[op.get_bind().dialect.name]:
        op.execute(line)
