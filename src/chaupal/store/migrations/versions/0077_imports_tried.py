"""How often a file was taken up without anything coming of it: what ends the process that reads it is not read for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"

FILLS = "an older server takes files up without counting, as before"


def upgrade() -> None:
    op.add_column("imports", sa.Column("tries", sa.BigInteger(), nullable=False, server_default="0"))
