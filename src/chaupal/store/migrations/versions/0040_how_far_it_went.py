"""To which servers posts went, what servers say of their own things, and reports that come from servers and go to them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def _big(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=default)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "reached", _big("post_id"), _big("server_id"), _big("at"), sa.PrimaryKeyConstraint("post_id", "server_id")
    )
    op.create_index("reached_there", "reached", ["server_id", "post_id"])
    id_ = sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False)
    op.create_table(
        "stated",
        id_,
        _big("subject_id"),
        _big("server_id"),
        _text("what"),
        _text("country"),
        _text("address"),
        _big("since", "0"),
        _big("until", "0"),
        _big("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("stated_of", "stated", ["subject_id"])
    for name in ("server", "forward"):
        op.add_column("reports", _big(name, "0"))
