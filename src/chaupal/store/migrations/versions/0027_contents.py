"""By what an account's uploads are known again, and in which posts they have been; to whom each wording of a post was addressed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("revisions", sa.Column("mentions", sa.Text(), server_default="[]", nullable=False))
    op.add_column("media", sa.Column("root", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "media_contents",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sha256"),
    )
    op.create_index("media_contents_of", "media_contents", ["root"])
    op.create_table(
        "media_uses",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "root"),
    )
    op.create_index("media_uses_of", "media_uses", ["root"])
    # What was uploaded before is known by its row alone; files are not read by a migration.
    op.execute(
        "INSERT INTO media_uses (post_id, root) SELECT post_id, id FROM media WHERE post_id IS NOT NULL"
        " UNION SELECT was_of, id FROM media WHERE was_of IS NOT NULL"
    )
