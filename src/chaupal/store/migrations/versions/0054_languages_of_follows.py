"""Which languages one wants of somebody whom one follows, or asks to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

FILLS = "who follows through an older server meanwhile follows in all languages, as they asked for"


def upgrade() -> None:
    for table in ("follows", "follow_requests"):
        op.add_column(table, sa.Column("languages", sa.Text(), nullable=False, server_default=""))
