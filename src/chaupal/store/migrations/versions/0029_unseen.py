"""What an order names that was not for everybody when it came in: outside it stands as not found here."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("targets", sa.Column("unseen", sa.BigInteger(), server_default="0", nullable=False))
