"""Posts say whose app they were said by: its website beside its name."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("posts", sa.Column("app_site", sa.Text(), server_default="", nullable=False))
