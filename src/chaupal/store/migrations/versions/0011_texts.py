"""Texts of the house, by their versions: what it says of itself, its privacy policy, its terms."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def big(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "house_texts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        text("kind"),
        big("version"),
        text("text"),
        text("text_hi"),
        text("effective_on"),
        big("published_at"),
        big("by"),
        big("log_index", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "version"),
    )
