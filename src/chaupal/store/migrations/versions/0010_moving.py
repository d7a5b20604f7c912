"""What people take along is made ready beside everything else; what they let others find and see of them; where they moved; mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, default: str = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def big(name: str, default: int | None = None, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default=None if default is None else str(default), nullable=null)


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        big("account_id"),
        text("key"),
        text("country"),
        text("language"),
        text("state", "waiting"),
        big("total", 0),
        big("at", 0),
        big("size", 0),
        big("created_at"),
        big("ends_at", null=True),
        big("held_until", 0),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exports_of", "exports", ["account_id", "id"])
    op.create_index("exports_open", "exports", ["state", "id"])
    op.create_index("exports_over", "exports", ["ends_at"])
    for column in (big("indexable", 1), big("hide_collections", 0), big("moved_to", null=True)):
        op.add_column("accounts", column)
    _moving()
    for column in (text("mail_kinds", "mention follow_request"), big("mail_due_at", null=True), big("mailed", 0)):
        op.add_column("logins", column)
    op.create_index("logins_mail_due", "logins", ["mail_due_at"])


def _moving() -> None:
    op.create_table("aliases", big("by"), big("to"), big("id"), sa.PrimaryKeyConstraint("by", "to"))
    op.create_index("aliases_by", "aliases", ["by", "id"])
    op.create_index("aliases_to", "aliases", ["to", "id"])
    op.create_table(
        "moves",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        big("account_id"),
        big("to_id"),
        text("state", "waiting"),
        text("phase"),
        big("at", 0),
        big("total", 0),
        big("done", 0),
        big("created_at"),
        big("held_until", 0),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("moves_of", "moves", ["account_id", "id"])
    op.create_index("moves_open", "moves", ["state", "id"])
