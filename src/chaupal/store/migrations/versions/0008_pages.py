"""What the pages remember for people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("logins", sa.Column("reads", sa.Text(), server_default="", nullable=False))
