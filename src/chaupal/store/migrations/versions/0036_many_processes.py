"""Many processes share the outbox by lanes, and what they hold of it, of ids and of the clock's acts are rows."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "seats",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("holder", sa.Text(), nullable=False, server_default=""),
        sa.Column("house", sa.Text(), nullable=False, server_default=""),
        sa.Column("until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("top", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "acts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False, server_default=""),
        sa.Column("turn", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name"),
    )
