"""An order can say which emergency order it confirms."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("confirms", sa.BigInteger(), nullable=True))
        batch.create_foreign_key("orders_confirm", "orders", ["confirms"], ["id"])
