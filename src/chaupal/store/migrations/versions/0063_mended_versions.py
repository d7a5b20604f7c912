"""An order can be the mended version of one that was sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("replaces", sa.BigInteger(), nullable=True))
        batch.create_foreign_key("orders_replace", "orders", ["replaces"], ["id"])
