"""The first tables: people, ties, posts, what one is told, the court, the log, and the house's own."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What each database needs to find words (store/square/finding.py asks it). remove_diacritics 0 and the categories keep Indic
# words whole: the default cuts them at vowel signs.
SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE post_words USING fts5(words, content='', contentless_delete=1, "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")",
    ),
    "postgresql": (
        "CREATE TABLE post_words (post_id bigint PRIMARY KEY, words text[] NOT NULL)",
        "CREATE INDEX post_words_by_word ON post_words USING gin (words)",
        'CREATE INDEX tags_by_bytes ON tags (key COLLATE "C")',
        'CREATE INDEX name_words_by_bytes ON name_words (word COLLATE "C", account_id)',
    ),
}


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("handle", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("note_html", sa.Text(), server_default="", nullable=False),
        sa.Column("avatar", sa.Text(), server_default="", nullable=False),
        sa.Column("header", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", sa.Text(), server_default="[]", nullable=False),
        sa.Column("locked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bot", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discoverable", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_post_at", sa.BigInteger(), nullable=True),
        sa.Column("followers_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("following_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("posts_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("role", sa.Text(), server_default="member", nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle"),
    )
    op.create_table(
        "apps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("secret_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("website", sa.Text(), server_default="", nullable=False),
        sa.Column("redirect_uris", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_id"),
    )
    op.create_table(
        "authorities",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_hi", sa.Text(), server_default="", nullable=False),
        sa.Column("jurisdiction", sa.Text(), server_default="", nullable=False),
        sa.Column("office", sa.Text(), server_default="", nullable=False),
        sa.Column("email_domain", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "blocks",
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("by", "to"),
    )
    op.create_index("blocks_by", "blocks", ["by", "id"], unique=False)
    op.create_index("blocks_to", "blocks", ["to", "id"], unique=False)
    op.create_table(
        "bookmarks",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "post_id"),
    )
    op.create_index("bookmarks_by", "bookmarks", ["account_id", "id"], unique=False)
    op.create_index("bookmarks_on", "bookmarks", ["post_id"], unique=False)
    op.create_table(
        "follow_requests",
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("boosts", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("notify", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("by", "to"),
    )
    op.create_index("follow_requests_by", "follow_requests", ["by", "id"], unique=False)
    op.create_index("follow_requests_to", "follow_requests", ["to", "id"], unique=False)
    op.create_table(
        "follows",
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("boosts", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("notify", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("by", "to"),
    )
    op.create_index("follows_by", "follows", ["by", "id"], unique=False)
    op.create_index(
        "follows_notifying",
        "follows",
        ["to"],
        unique=False,
        sqlite_where=sa.text("notify = 1"),
        postgresql_where=sa.text("notify = 1"),
    )
    op.create_index("follows_to", "follows", ["to", "id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("challenge", sa.Text(), server_default="", nullable=False),
        sa.Column("challenge_method", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "idempotency",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key"),
    )
    op.create_table(
        "likes",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "post_id"),
    )
    op.create_index("likes_by", "likes", ["account_id", "id"], unique=False)
    op.create_index("likes_on", "likes", ["post_id", "id"], unique=False)
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "log_entries",
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
    )
    op.create_table(
        "logins",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("ui_language", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("default_visibility", sa.Text(), server_default="public", nullable=False),
        sa.Column("default_sensitive", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("default_language", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "mail_tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "markers",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("last_read", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "timeline"),
    )
    op.create_table(
        "marks",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("mime", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("blurhash", sa.Text(), server_default="", nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("small_width", sa.BigInteger(), nullable=False),
        sa.Column("small_height", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("focus", sa.Text(), server_default="0,0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("was_of", sa.BigInteger(), nullable=True),
        sa.Column("loose_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "media_loose",
        "media",
        ["loose_at"],
        unique=False,
        sqlite_where=sa.text("post_id IS NULL"),
        postgresql_where=sa.text("post_id IS NULL"),
    )
    op.create_index("media_of_post", "media", ["post_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "post_id"),
    )
    op.create_index("mentions_of_post", "mentions", ["post_id"], unique=False)
    op.create_table(
        "mutes",
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("notifications", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("by", "to"),
    )
    op.create_index("mutes_by", "mutes", ["by", "id"], unique=False)
    op.create_index("mutes_to", "mutes", ["to", "id"], unique=False)
    op.create_table(
        "name_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("word", "account_id"),
    )
    op.create_index("name_words_of", "name_words", ["account_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "cause"),
    )
    op.create_index("notices_of", "notices", ["account_id", "id"], unique=False)
    op.create_index("notices_on_post", "notices", ["post_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "post_tags",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("listed", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key", "post_id"),
    )
    op.create_index("post_tags_of_post", "post_tags", ["post_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        sa.Column("spoiler", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("sensitive", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("reply_to_account", sa.BigInteger(), nullable=True),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.Column("boost_of", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("app", sa.Text(), server_default="", nullable=False),
        sa.Column("mentions", sa.Text(), server_default="[]", nullable=False),
        sa.Column("tags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("pictures", sa.Text(), server_default="[]", nullable=False),
        sa.Column("replies_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("boosts_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("likes_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("listed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answers", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "posts_answering",
        "posts",
        ["reply_to", "id"],
        unique=False,
        sqlite_where=sa.text("reply_to IS NOT NULL"),
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )
    op.create_index(
        "posts_by_language",
        "posts",
        ["language", "id"],
        unique=False,
        sqlite_where=sa.text("listed = 1"),
        postgresql_where=sa.text("listed = 1"),
    )
    op.create_index("posts_in_thread", "posts", ["root", "id"], unique=False)
    op.create_index(
        "posts_listed",
        "posts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("listed = 1"),
        postgresql_where=sa.text("listed = 1"),
    )
    op.create_index("posts_of", "posts", ["author", "id", "visibility"], unique=False)
    op.create_index(
        "posts_reposting",
        "posts",
        ["boost_of", "author"],
        unique=False,
        sqlite_where=sa.text("boost_of IS NOT NULL"),
        postgresql_where=sa.text("boost_of IS NOT NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("sessions_of", "sessions", ["account_id"], unique=False)
    op.create_table(
        "tags",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_used", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("grant_hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("tokens_by_grant", "tokens", ["grant_hash"], unique=False)
    op.create_index("tokens_of", "tokens", ["account_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.Text(), server_default="", nullable=False),
        sa.Column("officer_rank", sa.Text(), server_default="", nullable=False),
        sa.Column("reference_no", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_basis", sa.Text(), server_default="", nullable=False),
        sa.Column("grounds", sa.Text(), server_default="", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="", nullable=False),
        sa.Column("territory", sa.Text(), server_default="", nullable=False),
        sa.Column("dated", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("act_by", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("received_by", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("as_written", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "number"),
    )
    op.create_index("targets_on", "targets", ["subject_id"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.Column("first_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint('first_by <> "by"', name="case_events_by_two_people"),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target_id", "number"),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.Text(), server_default="", nullable=False),
        sa.Column("measure", sa.Text(), server_default="", nullable=False),
        sa.Column("territory", sa.Text(), server_default="", nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("order_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("authority", sa.Text(), server_default="", nullable=False),
        sa.Column("authority_hi", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_basis", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("lift_log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("decided_by <> approved_by", name="rulings_by_two_people"),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rulings_live", "rulings", ["lifted_at", "ends_at"], unique=False)
    op.create_index("rulings_on", "rulings", ["subject_id"], unique=False)

    for line in SEARCH[op.get_bind().dialect.name]:
        op.execute(line)
