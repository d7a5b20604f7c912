"""Lists, filters, followed and featured tags, notes, endorsements."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[Any]:
    return sa.Column("id", ID, autoincrement=False, nullable=False)


def _big(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=null, server_default=default)


def _text(name: str, default: str | None = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        "lists",
        _id(),
        _big("account_id"),
        _text("title"),
        _text("replies_policy", "list"),
        _big("exclusive", default="0"),
        _big("created_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lists_of", "lists", ["account_id", "id"])
    op.create_table(
        "list_members",
        _big("list_id"),
        _big("account_id"),
        _big("id"),
        sa.PrimaryKeyConstraint("list_id", "account_id"),
    )
    op.create_index("list_members_of", "list_members", ["list_id", "id"])
    op.create_index("list_members_in", "list_members", ["account_id"])
    op.create_table(
        "filters",
        _id(),
        _big("account_id"),
        _text("title"),
        _text("context"),
        _text("action", "warn"),
        _big("ends_at", null=True),
        _big("created_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("filters_of", "filters", ["account_id", "id"])
    op.create_table(
        "filter_keywords",
        _id(),
        _big("filter_id"),
        _text("keyword"),
        _big("whole_word", default="1"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("filter_keywords_of", "filter_keywords", ["filter_id"])
    op.create_table(
        "filter_posts",
        _id(),
        _big("filter_id"),
        _big("post_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("filter_id", "post_id"),
    )
    op.create_table(
        "tag_follows",
        _big("account_id"),
        _text("key", None),
        _big("id"),
        _text("name"),
        sa.PrimaryKeyConstraint("account_id", "key"),
    )
    op.create_index("tag_follows_by", "tag_follows", ["account_id", "id"])
    op.create_table(
        "featured_tags",
        _id(),
        _big("account_id"),
        _text("key"),
        _text("name"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "key"),
    )
    for name in ("endorsements", "unsuggested"):
        op.create_table(name, _big("by"), _big("to"), _big("id"), sa.PrimaryKeyConstraint("by", "to"))
        op.create_index(f"{name}_by", name, ["by", "id"])
        op.create_index(f"{name}_to", name, ["to", "id"])
    op.create_table("account_notes", _big("by"), _big("to"), _text("text"), sa.PrimaryKeyConstraint("by", "to"))
