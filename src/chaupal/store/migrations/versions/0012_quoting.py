"""Whom people let quote what they post from now on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("logins", sa.Column("default_quote_policy", sa.Text(), server_default="public", nullable=False))
