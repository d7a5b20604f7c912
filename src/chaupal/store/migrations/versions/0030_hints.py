"""Whose hint a matter of the house's own follows, where a state gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    # Whose hint it was is in no row of before: those say that a state gave it, and that nobody wrote down which.
    op.execute("UPDATE orders SET source = 'state_unnamed' WHERE source = 'state_flag'")
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("flagged_by", sa.BigInteger(), nullable=True))
        batch.create_foreign_key("orders_flagged_by", "authorities", ["flagged_by"], ["id"])
        batch.create_check_constraint(
            "orders_name_whose_hint_it_was", "(flagged_by IS NOT NULL) = (source = 'state_flag')"
        )
        batch.create_check_constraint("orders_or_hints", "flagged_by IS NULL OR authority_id IS NULL")
