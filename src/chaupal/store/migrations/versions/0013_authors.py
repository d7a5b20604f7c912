"""Which sites people let name them as an author."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("attribution_domains", sa.Text(), server_default="[]", nullable=False))
