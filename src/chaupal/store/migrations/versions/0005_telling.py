"""Notification policy and requests, conversations, announcements, push subscriptions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _notices()
    _conversations()
    _announcements()
    _push()


def _id(name: str = "id") -> "sa.Column[int]":
    return sa.Column(name, ID, autoincrement=False, nullable=False, primary_key=True)


def _key(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=True)


def _big(name: str, default: str | None = None, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=null)


def _text(name: str, default: str = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _notices() -> None:
    with op.batch_alter_table("notices") as batch:
        batch.add_column(_text("group_key"))
        batch.add_column(_big("filtered", "0"))
    op.create_index("notices_grouped", "notices", ["account_id", "group_key", "id"], unique=False)
    where = sa.text("filtered = 1")
    op.create_index(
        "notices_apart", "notices", ["account_id", "from_id"], unique=False, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "notice_policies",
        _id("account_id"),
        _text("not_following", "accept"),
        _text("not_followers", "accept"),
        _text("new_accounts", "accept"),
        _text("private_mentions", "accept"),
        _text("limited_accounts", "filter"),
    )
    op.create_table(
        "notice_requests",
        _id(),
        _big("account_id"),
        _big("from_id"),
        _big("created_at"),
        _big("updated_at"),
        sa.UniqueConstraint("account_id", "from_id"),
    )
    op.create_index("notice_requests_of", "notice_requests", ["account_id", "id"], unique=False)
    op.create_table("notice_permits", _key("account_id"), _key("from_id"))


def _conversations() -> None:
    op.create_table(
        "conversations", _key("account_id"), _key("root"), _big("last_post"), _big("unread", "0"), _text("people", "[]")
    )
    op.create_index("conversations_of", "conversations", ["account_id", "last_post"], unique=False)
    op.create_index("conversations_on", "conversations", ["root"], unique=False)
    # What was said before: read, by whoever wrote it and by those whom it names. Who they are is in the newest post.
    op.execute(
        "INSERT INTO conversations (account_id, root, last_post) SELECT who, root, max(post) FROM ("
        "SELECT m.account_id AS who, p.root AS root, p.id AS post FROM mentions m JOIN posts p ON p.id = m.post_id WHERE p.visibility = 3"
        " UNION SELECT author, root, id FROM posts WHERE visibility = 3) AS said GROUP BY who, root"
    )


def _announcements() -> None:
    op.create_table(
        "announcements",
        _id(),
        _text("text"),
        _text("text_hi"),
        _big("starts_at", null=True),
        _big("ends_at", null=True),
        _big("all_day", "0"),
        _big("at"),
        _big("told_at", null=True),
        _big("ended_at", null=True),
        _big("by"),
        _big("updated_at"),
    )
    op.create_table("announcement_reads", _key("account_id"), _key("announcement_id"))
    op.create_table(
        "announcement_reactions",
        _key("announcement_id"),
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        _key("account_id"),
        _big("id"),
    )


def _push() -> None:
    op.create_table(
        "push_subscriptions", _id(), _big("account_id"), _text("key"), _text("endpoint"), _text("p256dh"), _text("auth"),
        _big("standard", "1"), _text("alerts"), _text("policy", "all"), _text("country"), _text("language"), _text("token"),
        _big("created_at"), _big("failures", "0"), sa.UniqueConstraint("key"),
    )  # fmt: skip
    op.create_index("push_subscriptions_of", "push_subscriptions", ["account_id"], unique=False)
    op.create_table(
        "push_calls", _key("subscription_id"), _key("notice_id"), _big("at"), _big("tries", "0"), _big("due_at")
    )
    op.create_index("push_calls_due", "push_calls", ["due_at"], unique=False)
