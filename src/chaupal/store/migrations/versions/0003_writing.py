"""Polls, revisions, scheduled posts, drafts, quotes, pins."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, ID, primary_key=True, autoincrement=False, nullable=False)


def _big(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null, server_default=default)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _pair(first: str, second: str) -> tuple[sa.Column[int], sa.Column[int], sa.PrimaryKeyConstraint]:
    return _big(first), _big(second), sa.PrimaryKeyConstraint(first, second)


def upgrade() -> None:
    with op.batch_alter_table("posts") as batch:
        batch.add_column(_text("poll"))
        batch.add_column(_big("quote_of", null=True))
        batch.add_column(_text("quote_state"))
        batch.add_column(_text("quote_policy", "public"))
        batch.add_column(_big("quotes_count", default="0"))
    op.create_index(
        "posts_quoting",
        "posts",
        ["quote_of", "id"],
        unique=False,
        sqlite_where=sa.text("quote_of IS NOT NULL"),
        postgresql_where=sa.text("quote_of IS NOT NULL"),
    )

    op.create_table("pins", *_pair("account_id", "post_id"), _big("id"))
    op.create_index("pins_of", "pins", ["account_id", "id"], unique=False)
    op.create_index("pins_on", "pins", ["post_id"], unique=False)

    op.create_table("thread_mutes", *_pair("account_id", "root"))
    op.create_index("thread_mutes_of", "thread_mutes", ["root"], unique=False)

    op.create_table(
        "revisions",
        _id(),
        _big("post_id"),
        _big("at"),
        _text("text"),
        _text("html"),
        _text("spoiler"),
        _big("sensitive", default="0"),
        _text("language"),
        _text("pictures", "[]"),
        _text("options", "[]"),
    )
    op.create_index("revisions_of", "revisions", ["post_id", "id"], unique=False)

    op.create_table(
        "poll_votes",
        _big("post_id"),
        _big("account_id"),
        _big("choice"),
        sa.PrimaryKeyConstraint("post_id", "account_id", "choice"),
    )
    op.create_index("poll_votes_of", "poll_votes", ["account_id"], unique=False)
    op.create_table("polls_open", _id("post_id"), _big("ends_at"))
    op.create_index("polls_due", "polls_open", ["ends_at"], unique=False)

    op.create_table(
        "scheduled", _id(), _big("account_id"), _big("at"), _text("body"), _big("created_at"), _text("failed")
    )
    op.create_index("scheduled_of", "scheduled", ["account_id", "id"], unique=False)
    op.create_index("scheduled_due", "scheduled", ["failed", "at"], unique=False)
    op.create_table("drafts", _id(), _big("account_id"), _text("body"), _big("created_at"), _big("updated_at"))
    op.create_index("drafts_of", "drafts", ["account_id", "updated_at"], unique=False)
    op.create_table("kept_media", *_pair("media_id", "holder_id"))
    op.create_index("kept_media_by", "kept_media", ["holder_id"], unique=False)
