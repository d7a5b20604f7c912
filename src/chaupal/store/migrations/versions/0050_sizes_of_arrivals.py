"""How many bytes wait of one server, and of all, is known without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

FILLS = "what an older server writes meanwhile counts as no bytes until it is taken in, which is soon; it is counted all the same"


def upgrade() -> None:
    op.add_column("arrivals", sa.Column("size", sa.BigInteger(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE arrivals SET size = length(CAST(activity AS BLOB))")
    else:
        op.execute("UPDATE arrivals SET size = octet_length(activity)")
