"""What posts of other servers answer or quote and is not here yet."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "unjoined",
        sa.Column("post_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("post_id", "what"),
    )
    op.create_index("unjoined_to", "unjoined", ["uri"])
