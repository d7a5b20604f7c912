"""Entries of the log are found by their kind: which roles were given, which measures have no ruling."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("log_entries_by_kind", "log_entries", ["kind", "index"])
