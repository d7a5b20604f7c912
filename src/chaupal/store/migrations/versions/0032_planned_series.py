"""What waits for a later time may be several posts: they count as many as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("scheduled", sa.Column("posts", sa.BigInteger(), server_default="1", nullable=False))
