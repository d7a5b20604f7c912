"""Every table, once, for both databases: ids and times are integers (ms), the rest is text; migrations follow this."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql

meta = MetaData()

# SQLite gives rowid tables their speed only under the exact word INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def id_column(name: str = "id") -> Column[int]:
    return Column(name, Id, primary_key=True, autoincrement=False)


def big(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=null, server_default=None if default is None else str(default))


def text(name: str, *, null: bool = False, default: str | None = "", primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=primary_key, server_default=None if primary_key else default)


# --- people ----------------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts", meta, id_column(),
    text("handle"), text("name"), text("note"), text("note_html"), text("avatar"), text("header"),
    text("fields", default="[]"),
    big("locked", default=0), big("bot", default=0), big("discoverable", default=1),
    text("language"), big("created_at"), big("last_post_at", null=True),
    big("followers_count", default=0), big("following_count", default=0), big("posts_count", default=0),
    text("role", default="member"), text("state", default="active"),
    UniqueConstraint("handle"),
)  # fmt: skip

logins = Table(
    "logins", meta, id_column("account_id"),
    text("email"), text("password_hash"), big("confirmed_at", null=True), big("approved_at", null=True),
    text("ui_language"), text("reason"), big("created_at"), text("default_visibility", default="public"),
    big("default_sensitive", default=0), text("default_language"),
    UniqueConstraint("email"),
)  # fmt: skip

mail_tokens = Table(
    "mail_tokens", meta, text("hash", primary_key=True), big("account_id"), text("purpose"), big("expires_at"), big("used_at", null=True)
)  # fmt: skip

sessions = Table(
    "sessions", meta, text("hash", primary_key=True),
    big("account_id"), big("created_at"), big("expires_at"), text("csrf"), text("agent"),
    Index("sessions_of", "account_id"),
)  # fmt: skip

apps = Table(
    "apps", meta, id_column(),
    text("client_id"), text("secret_hash"), text("name"), text("website"), text("redirect_uris"), text("scopes"), big("created_at"),
    UniqueConstraint("client_id"),
)  # fmt: skip

grants = Table(
    "grants", meta, text("hash", primary_key=True),
    big("app_id"), big("account_id"), text("redirect_uri"), text("scopes"), text("challenge"), text("challenge_method"),
    big("expires_at"), big("used_at", null=True),
)  # fmt: skip

tokens = Table(
    "tokens", meta, id_column(),
    text("hash"), big("app_id"), big("account_id", null=True), text("scopes"), big("created_at"), big("revoked_at", null=True),
    text("grant_hash", default=""),
    UniqueConstraint("hash"), Index("tokens_of", "account_id"), Index("tokens_by_grant", "grant_hash"),
)  # fmt: skip

name_words = Table(
    "name_words", meta, text("word", primary_key=True), Column("account_id", BigInteger, primary_key=True),
    Index("name_words_of", "account_id"),
)  # fmt: skip

# --- ties ------------------------------------------------------------------------------------------------------------


def tie(name: str, *columns: Column[int]) -> Table:
    """`by` stands in some relation to `to`; `id` orders the pages."""
    return Table(
        name, meta,
        Column("by", BigInteger, primary_key=True), Column("to", BigInteger, primary_key=True), big("id"), *columns,
        Index(f"{name}_by", "by", "id"), Index(f"{name}_to", "to", "id"),
    )  # fmt: skip


follows = tie("follows", big("boosts", default=1), big("notify", default=0))
Index("follows_notifying", follows.c.to, sqlite_where=sql("notify = 1"), postgresql_where=sql("notify = 1"))
follow_requests = tie("follow_requests", big("boosts", default=1), big("notify", default=0))
blocks = tie("blocks")
mutes = tie("mutes", big("notifications", default=1), big("ends_at", null=True))

# --- posts -----------------------------------------------------------------------------------------------------------

posts = Table(
    "posts", meta, id_column(),
    big("author"), big("created_at"), big("visibility"), text("text"), text("html"), text("spoiler"), text("language"),
    big("sensitive", default=0), big("reply_to", null=True), big("reply_to_account", null=True), big("root"),
    big("boost_of", null=True), big("edited_at", null=True), text("app"),
    text("mentions", default="[]"), text("tags", default="[]"), text("pictures", default="[]"),
    big("replies_count", default=0), big("boosts_count", default=0), big("likes_count", default=0),
    big("listed", default=0),  # 1: public, not a repost, so in public timelines
    big("answers", default=0),  # 1: answers somebody else, so not in "posts without replies"
    Index("posts_of", "author", "id", "visibility"),
    Index("posts_listed", "id", sqlite_where=sql("listed = 1"), postgresql_where=sql("listed = 1")),
    Index("posts_by_language", "language", "id", sqlite_where=sql("listed = 1"), postgresql_where=sql("listed = 1")),
    Index("posts_in_thread", "root", "id"),
    Index("posts_answering", "reply_to", "id", sqlite_where=sql("reply_to IS NOT NULL"), postgresql_where=sql("reply_to IS NOT NULL")),
    Index("posts_reposting", "boost_of", "author", sqlite_where=sql("boost_of IS NOT NULL"), postgresql_where=sql("boost_of IS NOT NULL")),
)  # fmt: skip

post_tags = Table(
    "post_tags", meta, text("key", primary_key=True), Column("post_id", BigInteger, primary_key=True),
    text("name"), big("author"), text("language"), big("listed", default=0),
    Index("post_tags_of_post", "post_id"),
)  # fmt: skip

mentions = Table(
    "mentions", meta, Column("account_id", BigInteger, primary_key=True), Column("post_id", BigInteger, primary_key=True),
    big("visibility"), Index("mentions_of_post", "post_id"),
)  # fmt: skip

likes = Table(
    "likes", meta, Column("account_id", BigInteger, primary_key=True), Column("post_id", BigInteger, primary_key=True), big("id"),
    Index("likes_by", "account_id", "id"), Index("likes_on", "post_id", "id"),
)  # fmt: skip

bookmarks = Table(
    "bookmarks", meta, Column("account_id", BigInteger, primary_key=True), Column("post_id", BigInteger, primary_key=True), big("id"),
    Index("bookmarks_by", "account_id", "id"),
    Index("bookmarks_on", "post_id"),
)  # fmt: skip

media = Table(
    "media", meta, id_column(),
    big("account_id"), big("post_id", null=True), text("key"), text("mime"), text("description"), text("blurhash"),
    big("width"), big("height"), big("small_width"), big("small_height"), big("size"), text("focus", default="0,0"), big("created_at"),
    # After its post is gone: which one that was (its rulings still bind), and since when the picture is loose.
    big("was_of", null=True), big("loose_at", null=True),
    Index("media_of_post", "post_id"),
    Index("media_loose", "loose_at", sqlite_where=sql("post_id IS NULL"), postgresql_where=sql("post_id IS NULL")),
)  # fmt: skip

tags = Table("tags", meta, text("key", primary_key=True), text("name"), big("last_used"), big("uses", default=0))

idempotency = Table(
    "idempotency", meta, Column("account_id", BigInteger, primary_key=True), text("key", primary_key=True), big("post_id"), big("at")
)  # fmt: skip

# --- what one is told ------------------------------------------------------------------------------------------------

notices = Table(
    "notices", meta, id_column(),
    big("account_id"), text("kind"), big("from_id"), big("post_id", null=True), text("cause"), text("body"), big("created_at"),
    UniqueConstraint("account_id", "cause"),  # told once, however often the event is handled
    Index("notices_of", "account_id", "id"), Index("notices_on_post", "post_id"),
)  # fmt: skip

markers = Table(
    "markers", meta, Column("account_id", BigInteger, primary_key=True), text("timeline", primary_key=True),
    big("last_read"), big("version"), big("updated_at"),
)  # fmt: skip

# --- the court -------------------------------------------------------------------------------------------------------

authorities = Table(
    "authorities", meta, id_column(),
    text("name"), text("name_hi"), text("jurisdiction"), text("office"), text("email_domain"),
    big("created_at"), big("created_by"), big("log_index"),
    UniqueConstraint("name"),
)  # fmt: skip

orders = Table(
    "orders", meta, id_column(),
    text("ref"), Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    text("officer"), text("officer_rank"), text("reference_no"), text("legal_basis"), text("grounds"), text("reasons"),
    text("territory"),
    big("dated"), big("received_at"), big("act_by", null=True), big("ends_at", null=True), big("received_by"), big("log_index"),
    UniqueConstraint("ref"),
)  # fmt: skip

targets = Table(
    "targets", meta, id_column(),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False), big("number"), text("as_written"),
    text("kind"), big("subject_id", null=True), big("owner_id", null=True),
    UniqueConstraint("order_id", "number"), Index("targets_on", "subject_id"),
)  # fmt: skip

# A case's status is the fold of these: each says what state the case came to. They are added to, never changed.
case_events = Table(
    "case_events", meta, id_column(),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=False),
    big("number"), text("state"), big("by"), big("at"), text("body", default="{}"), big("log_index", null=True),
    big("first_by", null=True),  # who made the move that this one seconds
    UniqueConstraint("target_id", "number"),  # two people cannot both make the next move
    CheckConstraint('first_by <> "by"', name="case_events_by_two_people"),
)  # fmt: skip

rulings = Table(
    "rulings", meta, id_column(),
    big("subject_id"), text("term"), text("measure"), text("territory"),
    big("starts_at"), big("ends_at", null=True), big("lifted_at", null=True),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=True), big("owner_id", null=True),
    text("order_ref"), text("authority"), text("authority_hi"), text("legal_basis"), text("reason"),
    big("decided_by"), big("approved_by"),
    Column("log_index", BigInteger, nullable=False),  # no effect without its leaf
    big("lift_log_index", null=True),
    CheckConstraint("decided_by <> approved_by", name="rulings_by_two_people"),
    Index("rulings_on", "subject_id"),
    Index("rulings_live", "lifted_at", "ends_at"),
)  # fmt: skip

# --- the log ---------------------------------------------------------------------------------------------------------

log_entries = Table(
    "log_entries", meta, id_column("index"), text("kind"), Column("body", LargeBinary, nullable=False), big("at")
)
log_nodes = Table(
    "log_nodes", meta, Column("level", BigInteger, primary_key=True), Column("index", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)  # fmt: skip
log_checkpoints = Table("log_checkpoints", meta, id_column("size"), text("note"), big("at"))

# --- the house's own -------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox", meta, Column("seq", Id, primary_key=True, autoincrement=True), text("name"), text("body"), big("at"),
    big("tries", default=0), big("failed_at", null=True),
    sqlite_autoincrement=True,
)  # fmt: skip

marks = Table("marks", meta, text("key", primary_key=True), text("value"))
