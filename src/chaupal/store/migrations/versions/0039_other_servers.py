"""People and posts of other servers stand beside our own, and what is on its way to and from those servers has tables."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def _big(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null, server_default=default)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False)


def upgrade() -> None:
    for table in ("accounts", "posts"):
        for column in (_big("server", default="0"), _text("uri"), _text("url")):
            op.add_column(table, column)
    op.add_column("media", _text("remote_url"))
    op.create_table(
        "servers",
        _id(),
        _text("domain"),
        _text("software"),
        _text("version"),
        _big("first_at"),
        _big("heard_at", default="0"),
        _text("speaks"),
        _big("fails", default="0"),
        _big("failing_since", null=True),
        _big("due_at", null=True),
        _big("held_until", default="0"),
        _text("shared_inbox"),
        _text("actor"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("servers_due", "servers", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "remote_people", _id("account_id"), _big("server_id"), _text("kind", "Person"), _text("inbox"), _text("shared_inbox"),
        _text("outbox"), _text("followers"), _text("following"), _text("featured"), _big("fetched_at", default="0"),
        _text("avatar_url"), _text("header_url"), _text("aliases", "[]"), _text("moved_to"), _big("gone_at", null=True),
        sa.PrimaryKeyConstraint("account_id"),
    )  # fmt: skip
    op.create_index("remote_people_of", "remote_people", ["server_id", "account_id"])
    op.create_table(
        "known_uris",
        sa.Column("uri", sa.Text(), nullable=False),
        _text("kind"),
        _big("of"),
        _big("by", default="0"),
        sa.PrimaryKeyConstraint("uri"),
    )
    op.create_index("known_uris_of", "known_uris", ["of"])
    op.create_table(
        "elsewhere", _id("post_id"), _big("server_id"), _text("language"), sa.PrimaryKeyConstraint("post_id")
    )
    op.create_index("elsewhere_by_language", "elsewhere", ["language", "post_id"])
    op.create_index("elsewhere_from", "elsewhere", ["server_id", "post_id"])
    op.create_table(
        "remote_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        _big("account_id"),
        _text("algorithm"),
        _text("public"),
        _big("fetched_at"),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_index("remote_keys_of", "remote_keys", ["account_id"])
    op.create_table(
        "own_keys",
        _id("account_id"),
        _text("private"),
        _text("public"),
        _big("created_at"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "spoken", _id(), _text("body"), _big("post", default="0"), _big("at"), sa.PrimaryKeyConstraint("id")
    )
    op.create_index("spoken_at", "spoken", ["at"])
    op.create_table(
        "deliveries",
        _id(),
        _big("server_id"),
        _text("inbox"),
        _big("by"),
        _big("spoken_id"),
        _big("tries", default="0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("deliveries_to", "deliveries", ["server_id", "id"])
    op.create_index("deliveries_of", "deliveries", ["spoken_id"])
    op.create_table("heard", sa.Column("hash", sa.Text(), nullable=False), _big("at"), sa.PrimaryKeyConstraint("hash"))
    op.create_index("heard_at", "heard", ["at"])
    op.create_table(
        "arrivals",
        _id(),
        _big("server_id"),
        _big("by"),
        _text("activity"),
        _big("at"),
        _big("tries", default="0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("arrivals_from", "arrivals", ["server_id", "id"])
