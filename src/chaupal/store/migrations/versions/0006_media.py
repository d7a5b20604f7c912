"""Moving pictures and sound, previews of links."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("media") as media:
        media.add_column(sa.Column("kind", sa.Text(), server_default="image", nullable=False))
        media.add_column(sa.Column("state", sa.Text(), server_default="ready", nullable=False))
        media.add_column(sa.Column("length", sa.BigInteger(), server_default="0", nullable=False))
        media.add_column(sa.Column("frame_rate", sa.Text(), server_default="", nullable=False))
        media.add_column(sa.Column("bitrate", sa.BigInteger(), server_default="0", nullable=False))
        media.add_column(sa.Column("demuxer", sa.Text(), server_default="", nullable=False))
        media.add_column(sa.Column("held_until", sa.BigInteger(), server_default="0", nullable=False))
        media.add_column(sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False))
    _index_where("media_waiting", "media", "id", "state = 'waiting'")

    op.add_column("posts", sa.Column("card", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "post_links",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("post_id"),
    )
    op.create_index("post_links_of", "post_links", ["url"], unique=False)
    _index_where("post_links_due", "post_links", "due_at", "due_at IS NOT NULL")
    op.create_table(
        "link_cards",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), server_default="", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )


def _index_where(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
