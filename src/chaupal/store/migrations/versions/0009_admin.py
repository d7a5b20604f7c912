"""Doors: nets of addresses, domains of mails and single mails from which nobody, or nobody unseen, comes in."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def big(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "doors",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        text("kind"),
        text("what"),
        text("severity"),
        text("comment"),
        big("created_at"),
        big("created_by"),
        big("expires_at", null=True),
        big("ended_at", null=True),
        big("ended_by", null=True),
    )
    op.create_index("doors_of", "doors", ["kind", "what"])
