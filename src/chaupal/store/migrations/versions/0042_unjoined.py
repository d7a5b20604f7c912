"""What posts of other servers answer or quote and is not here yet; and media that were fetched, by when that was."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "unjoined", sa.Column("post_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("what", sa.Text(), nullable=False), sa.Column("uri", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("post_id", "what"),
    )  # fmt: skip
    op.create_index("unjoined_to", "unjoined", ["uri"])
    theirs = sa.text("remote_url <> ''")
    op.create_index("media_fetched", "media", ["created_at"], sqlite_where=theirs, postgresql_where=theirs)
