"""Since when pushes to a device are given up: a device is dropped by days, and not by tries."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"

FILLS = (
    "an older server counts tries, as before; from when on is known with the first push that is given up by this one"
)


def upgrade() -> None:
    op.add_column("push_subscriptions", sa.Column("failing_since", sa.BigInteger(), nullable=False, server_default="0"))
