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
    text as sql,
)

meta = MetaData()

# SQLite gives rowid tables their speed only under the exact word INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def id_column(name: str = "id") -> Column[int]:
    return Column(name, Id, primary_key=True, autoincrement=False)


def big(name: str, *, null: bool = False, default: int | None = None, primary_key: bool = False) -> Column[int]:
    said = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, primary_key=primary_key, server_default=said)


def text(name: str, *, null: bool = False, default: str | None = "", primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=primary_key, server_default=None if primary_key else default)


# --- people ----------------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts", meta, id_column(),
    text("handle"), text("name"), text("note"), text("note_html"), text("avatar"), text("header"),
    text("fields", default="[]"),
    big("locked", default=0), big("bot", default=0), big("discoverable", default=1),
    # Whether others find their public posts by words; whether whom they follow and who follows them is theirs alone to see.
    big("indexable", default=1), big("hide_collections", default=0),
    big("moved_to", null=True),  # the account here at which it points
    text("attribution_domains", default="[]"),  # sites that may name it as an author
    text("language"), big("created_at"), big("last_post_at", null=True),
    big("followers_count", default=0), big("following_count", default=0), big("posts_count", default=0),
    text("role", default="member"), text("state", default="active"),
    # Of somebody on another server: that server, their actor's id and their page there. A handle of theirs is user@host.
    big("server", default=0), text("uri"), text("url"),
    text("emojis", default="[]"),  # pictures for `:names:` in their name, as JSON
    UniqueConstraint("handle"),
    # Our own people, however many of other servers are known; and these by their server, and by when they were heard last.
    Index("accounts_here", "id", sqlite_where=sql("server = 0")),
    Index("accounts_of_server", "server", "id", sqlite_where=sql("server > 0")),
    Index("accounts_heard", "last_post_at", "id", sqlite_where=sql("server > 0")),
)  # fmt: skip

logins = Table(
    "logins", meta, id_column("account_id"),
    text("email"), text("password_hash"), big("confirmed_at", null=True), big("approved_at", null=True),
    text("ui_language"), text("reason"), big("created_at"), text("default_visibility", default="public"),
    big("default_sensitive", default=0), text("default_language"), text("default_quote_policy", default="public"),
    # What is asked beside the password: a secret of codes (since when, and the last step whose code was taken), passkeys.
    text("totp_secret"), big("totp_since", null=True), big("totp_used", default=0), big("passkeys", default=0),
    big("leaves_at", null=True),  # when the account goes, as its owner asked
    text("appearance"),  # how pages look: theme, size, contrast, digits, Urdu letters; as in the cookie of a guest
    text("reads"),  # codes of the languages they read, or "all"; empty: not asked yet
    # Kinds of notifications that come by mail, when the next letter is due, and the last notification that one told of.
    text("mail_kinds", default="mention follow_request"), big("mail_due_at", null=True), big("mailed", default=0),
    big("marks_since", null=True),  # since when they want to be told, and to tell, what was read of messages
    UniqueConstraint("email"), Index("logins_mail_due", "mail_due_at"),
)  # fmt: skip

mail_tokens = Table(
    "mail_tokens",
    meta,
    text("hash", primary_key=True),
    big("account_id"),
    text("purpose"),
    big("expires_at"),
    big("used_at", null=True),
)

sessions = Table(
    "sessions",
    meta,
    text("hash", primary_key=True),
    big("account_id"),
    big("created_at"),
    big("expires_at"),
    text("csrf"),
    text("agent"),
    text("country"),
    big("seen_at", default=0),
    Index("sessions_of", "account_id"),
)

recovery_codes = Table("recovery_codes", meta, big("account_id", primary_key=True), text("hash", primary_key=True))
passkeys = Table(
    "passkeys",
    meta,
    text("credential", primary_key=True),
    big("account_id"),
    text("public_key"),
    big("uses", default=0),
    text("name"),
    big("created_at"),
    big("used_at", null=True),
    Index("passkeys_of", "account_id"),
)
# What a browser must sign, until it does; `account_id` 0: whoever it is.
challenges = Table(
    "challenges", meta, text("hash", primary_key=True), big("account_id"), text("purpose"), big("expires_at")
)

apps = Table(
    "apps",
    meta,
    id_column(),
    text("client_id"),
    text("secret_hash"),
    text("name"),
    text("website"),
    text("redirect_uris"),
    text("scopes"),
    big("created_at"),
    UniqueConstraint("client_id"),
)

grants = Table(
    "grants",
    meta,
    text("hash", primary_key=True),
    big("app_id"),
    big("account_id"),
    text("redirect_uri"),
    text("scopes"),
    text("challenge"),
    text("challenge_method"),
    big("expires_at"),
    big("used_at", null=True),
)

tokens = Table(
    "tokens",
    meta,
    id_column(),
    text("hash"),
    big("app_id"),
    big("account_id", null=True),
    text("scopes"),
    big("created_at"),
    big("revoked_at", null=True),
    text("grant_hash", default=""),
    UniqueConstraint("hash"),
    Index("tokens_of", "account_id"),
    Index("tokens_by_grant", "grant_hash"),
)

name_words = Table(
    "name_words",
    meta,
    text("word", primary_key=True),
    big("account_id", primary_key=True),
    big("server", default=0),  # the account's
    Index("name_words_of", "account_id"),
)

# --- ties ------------------------------------------------------------------------------------------------------------


def tie(name: str, *columns: Column[int]) -> Table:
    """`by` stands in some relation to `to`; `id` orders the pages."""
    return Table(
        name,
        meta,
        big("by", primary_key=True),
        big("to", primary_key=True),
        big("id"),
        *columns,
        Index(f"{name}_by", "by", "id"),
        Index(f"{name}_to", "to", "id"),
    )


# `server`: of which server `by` is, 0 of ours; -1 of a tie that an older server of ours made, which did not note it.
follows = tie("follows", big("boosts", default=1), big("notify", default=0), big("server", default=-1))
Index("follows_notifying", follows.c.to, sqlite_where=sql("notify = 1"))
# Those on other servers, however many of ours follow the same: each post is told to them.
Index("follows_from_elsewhere", follows.c.to, follows.c.server, follows.c.by, sqlite_where=sql("server <> 0"))
follow_requests = tie("follow_requests", big("boosts", default=1), big("notify", default=0))
blocks = tie("blocks")
mutes = tie("mutes", big("notifications", default=1), big("ends_at", null=True))
aliases = tie("aliases")  # whom an account names as another of its own, so that it may move here
# Moves: `done` of `total` followers have come along; `at` is the tie after which it goes on, in its `phase`.
moves = Table(
    "moves",
    meta,
    id_column(),
    big("account_id"),
    big("to_id"),
    text("state", default="waiting"),
    text("phase"),
    big("at", default=0),
    big("total", default=0),
    big("done", default=0),
    big("created_at"),
    big("held_until", default=0),
    Index("moves_of", "account_id", "id"),
    Index("moves_open", "state", "id"),
)

# --- posts -----------------------------------------------------------------------------------------------------------

posts = Table(
    "posts", meta, id_column(),
    big("author"), big("created_at"), big("visibility"), text("text"), text("html"), text("spoiler"), text("language"),
    big("sensitive", default=0), big("reply_to", null=True), big("reply_to_account", null=True), big("root"),
    big("boost_of", null=True), big("edited_at", null=True), text("app"), text("app_site"),
    text("mentions", default="[]"), text("tags", default="[]"), text("pictures", default="[]"),
    big("replies_count", default=0), big("boosts_count", default=0), big("likes_count", default=0),
    big("listed", default=0),  # 1: public, not a repost, so in public timelines
    big("answers", default=0),  # 1: answers somebody else, so not in "posts without replies"
    text("poll"),  # JSON of the question, its options and their counts; empty where there is none
    big("quote_of", null=True), text("quote_state"), text("quote_policy", default="public"), big("quotes_count", default=0),
    text("card"),  # what its first link leads to, as JSON; "": nothing, or not looked yet
    big("server", default=0), text("uri"), text("url"), text("emojis", default="[]"),  # of one from another server, as of accounts
    Index("posts_of", "author", "id", "visibility"),
    Index("posts_pages", "url", sqlite_where=sql("url <> ''")),
    Index("posts_listed", "id", sqlite_where=sql("listed = 1")),
    Index("posts_by_language", "language", "id", sqlite_where=sql("listed = 1")),
    Index("posts_in_thread", "root", "id"),
    Index("posts_answering", "reply_to", "id", sqlite_where=sql("reply_to IS NOT NULL")),
    Index("posts_reposting", "boost_of", "author", sqlite_where=sql("boost_of IS NOT NULL")),
    Index("posts_quoting", "quote_of", "id", sqlite_where=sql("quote_of IS NOT NULL")),
)  # fmt: skip

post_tags = Table(
    "post_tags",
    meta,
    text("key", primary_key=True),
    big("post_id", primary_key=True),
    text("name"),
    big("author"),
    text("language"),
    big("listed", default=0),
    Index("post_tags_of_post", "post_id"),
)

mentions = Table(
    "mentions",
    meta,
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("visibility"),
    Index("mentions_of_post", "post_id"),
)

likes = Table(
    "likes",
    meta,
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("likes_by", "account_id", "id"),
    Index("likes_on", "post_id", "id"),
)

bookmarks = Table(
    "bookmarks",
    meta,
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("bookmarks_by", "account_id", "id"),
    Index("bookmarks_on", "post_id"),
)

pins = Table(
    "pins",
    meta,
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("pins_of", "account_id", "id"),
    Index("pins_on", "post_id"),
)

# Conversations from which an account wants to hear nothing.
thread_mutes = Table(
    "thread_mutes",
    meta,
    big("account_id", primary_key=True),
    big("root", primary_key=True),
    Index("thread_mutes_of", "root"),
)

# What a post said before it was edited: one row for each wording that was replaced. `pictures`, `options`: JSON.
revisions = Table(
    "revisions",
    meta,
    id_column(),
    big("post_id"),
    big("at"),
    text("text"),
    text("html"),
    text("spoiler"),
    big("sensitive", default=0),
    text("language"),
    text("pictures", default="[]"),
    text("options", default="[]"),
    text("mentions", default="[]"),  # whom it was addressed to then; nobody, of what was kept before this was
    Index("revisions_of", "post_id", "id"),
)

poll_votes = Table(
    "poll_votes",
    meta,
    big("post_id", primary_key=True),
    big("account_id", primary_key=True),
    big("choice", primary_key=True),
    Index("poll_votes_of", "account_id"),
)
# Polls that are still to be closed.
polls_open = Table("polls_open", meta, id_column("post_id"), big("ends_at"), Index("polls_due", "ends_at"))

# Posts to be: `body` is JSON of what will be said; `failed`: why it was not said when it was due.
scheduled = Table(
    "scheduled",
    meta,
    id_column(),
    big("account_id"),
    big("at"),
    text("body"),
    big("created_at"),
    text("failed"),
    big("posts", default=1),  # a series is as many as it has
    Index("scheduled_of", "account_id", "id"),
    Index("scheduled_due", "failed", "at"),
)
drafts = Table(
    "drafts",
    meta,
    id_column(),
    big("account_id"),
    text("body"),
    big("created_at"),
    big("updated_at"),
    Index("drafts_of", "account_id", "updated_at"),
)
# Uploads that a draft or a scheduled post needs: not to be swept away.
kept_media = Table(
    "kept_media",
    meta,
    big("media_id", primary_key=True),
    big("holder_id", primary_key=True),
    Index("kept_media_by", "holder_id"),
)

media = Table(
    "media", meta, id_column(),
    big("account_id"), big("post_id", null=True), text("key"), text("mime"), text("description"), text("blurhash"),
    big("width"), big("height"), big("small_width"), big("small_height"), big("size"), text("focus", default="0,0"), big("created_at"),
    # After its post is gone: which one that was (its rulings still bind), and since when the picture is loose.
    big("was_of", null=True), big("loose_at", null=True),
    # image, gifv, video, audio; coming (its files are put), waiting to be painted, ready, failed. `length`: ms, `bitrate`: bits a second.
    text("kind", default="image"), text("state", default="ready"), big("length", default=0), text("frame_rate"), big("bitrate", default=0),
    # By which ffmpeg reads what was sent. Whoever paints it holds it until then.
    text("demuxer"), big("held_until", default=0), big("tries", default=0),
    big("root", default=0),  # the first upload of the same content by the same account, whatever became of it; 0: itself
    text("captions", default="[]"),
    text("remote_url"),  # where it lies on another server; its state is `remote` until it was fetched and painted anew
    Index("media_of_post", "post_id"),
    Index("media_waiting", "id", sqlite_where=sql("state = 'waiting'")),
    Index("media_fetched", "created_at", sqlite_where=sql("remote_url <> ''")),
    Index("media_loose", "loose_at", sqlite_where=sql("post_id IS NULL")),
)  # fmt: skip

# Words to read along with a film or sound (WebVTT); `media.captions` names those in force, earlier ones stay with what said them.
captions = Table(
    "captions", meta, id_column(), big("media_id"), text("language"), text("body"), Index("captions_of", "media_id")
)

# By what an account's uploads are known again (SHA-256 of what was sent and of what is kept), and the first of each.
media_contents = Table(
    "media_contents",
    meta,
    big("account_id", primary_key=True),
    text("sha256", primary_key=True),
    big("root"),
    Index("media_contents_of", "root"),
)
# In which posts a content has been: what was ruled on one of these goes with it.
media_uses = Table(
    "media_uses", meta, big("post_id", primary_key=True), big("root", primary_key=True), Index("media_uses_of", "root")
)

tags = Table("tags", meta, text("key", primary_key=True), text("name"), big("last_used"), big("uses", default=0))

# The first link of a post: followed when it is due (null: done), so that a restart forgets none.
post_links = Table(
    "post_links",
    meta,
    id_column("post_id"),
    text("url"),
    big("due_at", null=True),
    big("tries", default=0),
    Index("post_links_of", "url"),
    Index("post_links_due", "due_at", sqlite_where=sql("due_at IS NOT NULL")),
)

# What links led to, kept for whoever links there again. `card` as JSON, "": nothing to show; `image`: a file key, or "".
link_cards = Table("link_cards", meta, text("url", primary_key=True), text("card"), text("image"), big("fetched_at"))

idempotency = Table(
    "idempotency", meta, big("account_id", primary_key=True), text("key", primary_key=True), big("post_id"), big("at")
)

# --- what one brings along -------------------------------------------------------------------------------------------

# A file that somebody brought from elsewhere, and how far it has been taken in.
imports = Table(
    "imports", meta, id_column(),
    big("account_id"), text("kind"), text("name"), text("key"), big("size"), text("visibility"), text("country"), text("language"),
    text("state", default="waiting"),  # then running, done; or refused, with `why`
    text("why"), big("total", default=0), big("at", default=0), big("done", default=0), big("skipped", default=0), big("failed", default=0),
    big("created_at"), big("finished_at", null=True), big("held_until", default=0),
    Index("imports_of", "account_id", "id"), Index("imports_open", "state", "id"),
)  # fmt: skip
# What of it could not be taken in, and why.
import_faults = Table(
    "import_faults",
    meta,
    big("import_id", primary_key=True),
    big("number", primary_key=True),
    text("item"),
    text("why"),
)
# Where a post came from, so that it comes once.
imported = Table(
    "imported", meta, big("account_id", primary_key=True), text("source", primary_key=True), big("post_id")
)

# What somebody asked to take along: made beside everything else, and kept until `ends_at`.
exports = Table(
    "exports",
    meta,
    id_column(),
    big("account_id"),
    text("key"),
    text("country"),
    text("language"),
    text("state", default="waiting"),  # then running, done or failed
    big("total", default=0),
    big("at", default=0),
    big("size", default=0),
    big("created_at"),
    big("ends_at", null=True),
    big("held_until", default=0),
    Index("exports_of", "account_id", "id"),
    Index("exports_open", "state", "id"),
    Index("exports_over", "ends_at"),
)

# --- many cases at once ----------------------------------------------------------------------------------------------

bulk_jobs = Table(
    "bulk_jobs",
    meta,
    id_column(),
    big("account_id"),
    text("ref"),
    text("verb"),
    text("state", default="checking"),  # then entering, done or refused
    big("what_can", default=0),
    big("total", default=0),
    big("checked", default=0),
    big("untouched", default=0),
    big("created_at"),
    big("ended_at", null=True),
    big("held_until", default=0),
    Index("bulk_jobs_of", "account_id", "id"),
    Index("bulk_jobs_open", "state", "id"),
)
# `word`: empty while it waits, then done, already, moved or wrong; `said`: what it came to, or the problem, as JSON.
bulk_rows = Table(
    "bulk_rows",
    meta,
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    text("item"),
    text("word"),
    text("said"),
    Index("bulk_rows_by", "job_id", "word", "at"),
)

# --- what one is told ------------------------------------------------------------------------------------------------

notifications = Table(
    "notices",
    meta,
    id_column(),
    big("account_id"),
    text("kind"),
    big("from_id"),
    big("post_id", null=True),
    text("cause"),
    text("body"),
    big("created_at"),
    text("group_key"),  # what has the same key for one account is one thing that many did; empty: it stands alone
    big("filtered", default=0),  # 1: kept apart by the account's policy until it accepts whoever it is from
    UniqueConstraint("account_id", "cause"),  # told once, however often the event is handled
    Index("notices_of", "account_id", "id"),
    Index("notices_on_post", "post_id"),
    Index("notices_grouped", "account_id", "group_key", "id"),
    Index("notices_apart", "account_id", "from_id", sqlite_where=sql("filtered = 1")),
)

# What becomes of notifications from whom one does not know: accept, filter or drop, by class. No row: all are accepted.
notification_policies = Table(
    "notice_policies",
    meta,
    id_column("account_id"),
    text("not_following", default="accept"),
    text("not_followers", default="accept"),
    text("new_accounts", default="accept"),
    text("private_mentions", default="accept"),
    text("limited_accounts", default="filter"),
)
# Whose notifications were kept apart and wait for a word; and whose never are again.
notification_requests = Table(
    "notice_requests",
    meta,
    id_column(),
    big("account_id"),
    big("from_id"),
    big("created_at"),
    big("updated_at"),
    UniqueConstraint("account_id", "from_id"),
    Index("notice_requests_of", "account_id", "id"),
)
notification_permits = Table(
    "notice_permits", meta, big("account_id", primary_key=True), big("from_id", primary_key=True)
)

# A conversation of direct posts as one of its people has it; `people`: whom its newest post is between.
conversations = Table(
    "conversations",
    meta,
    big("account_id", primary_key=True),
    big("root", primary_key=True),
    big("last_post"),
    big("unread", default=0),
    text("people", default="[]"),
    Index("conversations_of", "account_id", "last_post"),
    Index("conversations_on", "root"),
)

# Up to which post whoever wants read marks has read in a conversation.
read_marks = Table(
    "read_marks",
    meta,
    big("account_id", primary_key=True),
    big("root", primary_key=True),
    big("post"),
    Index("read_marks_on", "root"),
)

# What staff tell everybody. `at`: when it is (to be) published; `told_at`: when it was, `ended_at`: taken down.
announcements = Table(
    "announcements",
    meta,
    id_column(),
    text("text"),
    text("text_hi"),
    big("starts_at", null=True),
    big("ends_at", null=True),
    big("all_day", default=0),
    big("at"),
    big("told_at", null=True),
    big("ended_at", null=True),
    big("by"),
    big("updated_at"),
)
announcement_reads = Table(
    "announcement_reads", meta, big("account_id", primary_key=True), big("announcement_id", primary_key=True)
)
announcement_reactions = Table(
    "announcement_reactions",
    meta,
    big("announcement_id", primary_key=True),
    text("name", primary_key=True),
    big("account_id", primary_key=True),
    big("id"),
)

# Devices that want to be told (RFC 8030). `key`: the token or session behind it, with which it ends; `token`: sealed.
push_subscriptions = Table(
    "push_subscriptions", meta, id_column(),
    big("account_id"), text("key"), text("endpoint"), text("p256dh"), text("auth"), big("standard", default=1),
    text("alerts"), text("policy", default="all"), text("country"), text("language"), text("token"), big("created_at"),
    big("failures", default=0),
    UniqueConstraint("key"), Index("push_subscriptions_of", "account_id"),
)  # fmt: skip
# Pushes that are still to be made: ids only, looked at through the gate when they leave.
push_calls = Table(
    "push_calls",
    meta,
    big("subscription_id", primary_key=True),
    big("notice_id", primary_key=True),
    big("at"),
    big("tries", default=0),
    big("due_at"),
    Index("push_calls_due", "due_at"),
)

markers = Table(
    "markers",
    meta,
    big("account_id", primary_key=True),
    text("timeline", primary_key=True),
    big("last_read"),
    big("version"),
    big("updated_at"),
)

# --- what people arrange for themselves ------------------------------------------------------------------------------

lists = Table(
    "lists",
    meta,
    id_column(),
    big("account_id"),
    text("title"),
    text("replies_policy", default="list"),
    big("exclusive", default=0),
    big("created_at"),
    Index("lists_of", "account_id", "id"),
)
list_members = Table(
    "list_members",
    meta,
    big("list_id", primary_key=True),
    big("account_id", primary_key=True),
    big("id"),
    Index("list_members_of", "list_id", "id"),
    Index("list_members_in", "account_id"),
)

# `context`: where it works, joined by commas; `action`: warn, hide or blur.
filters = Table(
    "filters",
    meta,
    id_column(),
    big("account_id"),
    text("title"),
    text("context"),
    text("action", default="warn"),
    big("ends_at", null=True),
    big("created_at"),
    Index("filters_of", "account_id", "id"),
)
filter_keywords = Table(
    "filter_keywords",
    meta,
    id_column(),
    big("filter_id"),
    text("keyword"),
    big("whole_word", default=1),
    Index("filter_keywords_of", "filter_id"),
)
filter_posts = Table(
    "filter_posts", meta, id_column(), big("filter_id"), big("post_id"), UniqueConstraint("filter_id", "post_id")
)

# By their count key; `name` as its owner wrote it.
tag_follows = Table(
    "tag_follows",
    meta,
    big("account_id", primary_key=True),
    text("key", primary_key=True),
    big("id"),
    text("name"),
    Index("tag_follows_by", "account_id", "id"),
)
featured_tags = Table(
    "featured_tags",
    meta,
    id_column(),
    big("account_id"),
    text("key"),
    text("name"),
    UniqueConstraint("account_id", "key"),
)

endorsements = tie("endorsements")
unsuggested = tie("unsuggested")  # suggestions that somebody does not want to see again
account_notes = Table("account_notes", meta, big("by", primary_key=True), big("to", primary_key=True), text("text"))

# --- the court -------------------------------------------------------------------------------------------------------

authorities = Table(
    "authorities",
    meta,
    id_column(),
    text("name"),
    text("name_hi"),
    text("jurisdiction"),
    text("office"),
    text("email_domain"),
    big("created_at"),
    big("created_by"),
    big("log_index"),
    text("issuer_class", default="government"),  # court, government, police, other
    text("keys", default="[]"),  # certificates (SHA-256 of the public key) by which its documents are known
    text("contact"),  # a mail address of its own, which is told what is proposed about it
    big("agreed_by", null=True),  # who agreed that it is one; until then nothing is taken from it
    UniqueConstraint("name"),
    CheckConstraint("agreed_by <> created_by", name="authorities_by_two_people"),
)

# What is to be known of an authority from now on, as one person proposed it: nothing of it holds until another agrees.
authority_changes = Table(
    "authority_changes",
    meta,
    id_column(),
    Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    text("body"),
    big("proposed_by"),
    big("proposed_at"),
    big("agreed_by", null=True),
    big("ended_at", null=True),
    big("log_index"),
    CheckConstraint("agreed_by <> proposed_by", name="authority_changes_by_two_people"),
    CheckConstraint("agreed_by IS NULL OR ended_at IS NOT NULL", name="authority_changes_agreed_are_over"),
    Index("authority_changes_of", "authority_id"),
    Index("authority_changes_one_at_a_time", "authority_id", unique=True, sqlite_where=sql("ended_at IS NULL")),
)

# Those who file for an authority on its portal or by API: no accounts of the square.
authority_users = Table(
    "authority_users", meta, id_column(),
    Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    text("name"), text("rank"), text("email"), text("password_hash"), text("totp_secret"), big("totp_used", default=0), text("token_hash"),
    big("created_at"), big("created_by"), big("disabled_at", null=True), big("log_index", null=True),
    UniqueConstraint("email"), Index("authority_users_of", "authority_id"), Index("authority_users_by_token", "token_hash"),
)  # fmt: skip
authority_sessions = Table(
    "authority_sessions",
    meta,
    text("hash", primary_key=True),
    big("user_id"),
    big("created_at"),
    big("expires_at"),
    text("csrf"),
    big("passed_totp", default=0),
    Index("authority_sessions_of", "user_id"),
)

# A matter: what asks for a limit. An order from outside, a notice, or the house's own rules (no authority then).
orders = Table(
    "orders", meta, id_column(),
    text("ref"), Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=True),
    text("officer"), text("officer_rank"), text("reference_no"), text("legal_basis"), text("grounds"), text("reasons"),
    text("territory"),
    big("dated"), big("received_at"), big("act_by", null=True), big("ends_at", null=True), big("received_by"), big("log_index"),
    text("regime"), big("regime_version", default=0), text("kind", default="order"), text("channel", default="staff"),
    text("bases", default="[]"), big("emergency", default=0), big("interim_until", null=True),
    text("secrecy", default="none"), big("gag_until", null=True),
    big("published_at", null=True),  # when what was secret became public, and got its number
    text("secret_ref"),  # its reference until then; links with it go on working
    text("signature", default="absent"), text("origin", default="unverified"),
    text("source"), text("rule"), big("report_id", null=True), big("filed_by", null=True), text("external_id"),
    Column("flagged_by", BigInteger, ForeignKey("authorities.id"), nullable=True),  # whose hint a matter of the house's own follows
    Column("confirms", BigInteger, ForeignKey("orders.id"), nullable=True),  # the emergency order that it says it confirms
    text("particulars", default="{}"),  # other fields that its regime asks for
    UniqueConstraint("ref"), Index("orders_by_secret_ref", "secret_ref"),
    CheckConstraint("(flagged_by IS NOT NULL) = (source = 'state_flag')", name="orders_name_whose_hint_it_was"),
    CheckConstraint("flagged_by IS NULL OR authority_id IS NULL", name="orders_or_hints"),
    CheckConstraint(
        "(kind <> 'own_rules' AND flagged_by IS NULL) OR (secrecy = 'none' AND gag_until IS NULL)", name="orders_of_the_house_are_told"
    ),
    Index("orders_of", "authority_id", "external_id"),
)  # fmt: skip

# What happened to an order as a whole; where it stands is the fold of these. Added to, never changed.
order_events = Table(
    "order_events",
    meta,
    id_column(),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    big("number"),
    text("state"),
    text("verb"),
    big("by"),
    big("at"),
    text("body", default="{}"),
    big("log_index", null=True),
    UniqueConstraint("order_id", "number"),
)

targets = Table(
    "targets",
    meta,
    id_column(),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    big("number"),
    text("as_written"),
    text("kind"),
    big("subject_id", null=True),
    big("owner_id", null=True),
    text("term"),  # of a tag: its count key (K2)
    text("demanded"),
    text("speaker"),
    big("assigned_to", null=True),
    text("note"),
    big("unseen", default=0),
    UniqueConstraint("order_id", "number"),
    Index("targets_on", "subject_id"),
    Index("targets_of_owner", "owner_id"),
)

# A case's status is the fold of these: each says what state the case came to. They are added to, never changed.
case_events = Table(
    "case_events",
    meta,
    id_column(),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=False),
    big("number"),
    text("state"),
    big("by"),
    big("at"),
    text("body", default="{}"),
    big("log_index", null=True),
    big("first_by", null=True),  # who made the move that this one seconds
    UniqueConstraint("target_id", "number"),  # two people cannot both make the next move
    CheckConstraint('first_by <> "by"', name="case_events_by_two_people"),
)

LIVE_ON_SERVERS = (
    "lifted_at IS NULL AND measure IN ('refuse_reports', 'refuse_media', 'limit_server', 'suspend_server')"
)
rulings = Table(
    "rulings", meta, id_column(),
    big("subject_id"), text("term"), text("measure"), text("territory"),
    big("starts_at"), big("ends_at", null=True), big("lifted_at", null=True),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=True), big("owner_id", null=True),
    text("order_ref"), text("authority"), text("authority_hi"), text("legal_basis"), text("reason"),
    big("decided_by"), big("approved_by", null=True),
    Column("log_index", BigInteger, nullable=False),  # no effect without its leaf
    big("lift_log_index", null=True),
    big("opened_log_index", null=True),  # of one that was secret: the entry that made it public
    text("basis", default="legal_order"), text("regime"), text("rule"), big("review_at", null=True), big("permanent", default=0),
    big("alone", default=0),  # 1: one person may decide this by the regime (a warning under the house's rules)
    big("second_by", null=True),  # ms: one person acted in an emergency, a second person must look until then
    big("neutral", default=0),  # 1: gagged: the placeholder names nobody
    big("global_allowed", default=0), big("strike_until", null=True), big("preserve_until", null=True), text("text"),
    big("protected", default=0),  # 1: its law asks for a third person because of whose words it is about
    big("concurred_by", null=True),  # who agreed as second reviewer
    CheckConstraint("decided_by <> approved_by", name="rulings_by_two_people"),
    CheckConstraint("concurred_by <> decided_by AND concurred_by <> approved_by", name="rulings_concurred_by_a_third"),
    CheckConstraint("approved_by IS NOT NULL OR alone = 1 OR second_by IS NOT NULL", name="rulings_seconded"),
    CheckConstraint("alone = 0 OR ends_at IS NOT NULL", name="rulings_alone_end"),
    CheckConstraint(
        "protected = 0 OR (alone = 0 AND approved_by IS NOT NULL AND concurred_by IS NOT NULL)", name="rulings_protected_by_three"
    ),
    CheckConstraint(
        "owner_id <> decided_by AND owner_id <> COALESCE(approved_by, 0) AND owner_id <> COALESCE(concurred_by, 0)",
        name="rulings_not_by_their_owner",
    ),
    CheckConstraint("alone = 0 OR basis = 'own_rules'", name="rulings_alone_under_own_rules"),
    CheckConstraint("measure <> 'suspend' OR basis = 'own_rules'", name="rulings_no_order_suspends"),
    CheckConstraint("measure <> 'remove_post' OR basis = 'own_rules'", name="rulings_no_order_removes"),
    CheckConstraint("territory <> 'XX' OR basis IN ('own_rules', 'copyright') OR global_allowed = 1", name="rulings_not_worldwide"),
    CheckConstraint("territory <> ''", name="rulings_somewhere"),
    CheckConstraint("ends_at IS NOT NULL OR review_at IS NOT NULL", name="rulings_end_or_are_reviewed"),
    CheckConstraint("lifted_at IS NULL OR lift_log_index IS NOT NULL", name="rulings_end_with_a_leaf"),
    Index("rulings_on", "subject_id"),
    Index("rulings_live", "lifted_at", "ends_at"),
    Index("rulings_of_target", "target_id"), Index("rulings_of_owner", "owner_id"),
    # By what the log says last of them: processes beside each other find what changed.
    Index("rulings_by_leaf", "log_index"), Index("rulings_by_lift", "lift_log_index"),
    Index("rulings_by_opening", "opened_log_index"),
    Index(
        "rulings_by_one", "second_by", sqlite_where=sql("second_by IS NOT NULL")
    ),
    # A server is limited in one way once, and what is in force on servers is found by itself.
    Index("rulings_of_servers", "subject_id", "measure", unique=True, sqlite_where=sql(LIVE_ON_SERVERS)),
)  # fmt: skip

# The class of a speaker whose expression the law guards most; private, granted by two.
protected_speakers = Table(
    "protected_speakers",
    meta,
    id_column(),
    big("account_id"),
    text("class"),
    text("evidence"),
    big("granted_by"),
    big("seconded_by", null=True),
    big("granted_at"),
    big("ends_at", null=True),
    big("ended_at", null=True),
    big("log_index", null=True),
    big("ending_by", null=True),
    big("ending_at", null=True),
    big("ended_by", null=True),  # who asked for its end, who agreed
    CheckConstraint("granted_by <> seconded_by", name="protected_by_two_people"),
    CheckConstraint("ending_by <> ended_by", name="protected_end_by_two_people"),
    CheckConstraint(
        "ended_at IS NULL OR seconded_by IS NULL OR (ending_by IS NOT NULL AND ended_by IS NOT NULL)",
        name="protected_end_agreed",
    ),
    CheckConstraint(
        "account_id <> granted_by AND account_id <> COALESCE(seconded_by, 0) AND account_id <> COALESCE(ending_by, 0) "
        "AND account_id <> COALESCE(ended_by, 0)",
        name="protected_not_by_themselves",
    ),
    Index("protected_of", "account_id"),
)

# Letters and orders as they came: the file is stored encrypted under `key`, its SHA-256 is of the plain bytes.
documents = Table(
    "documents", meta, id_column(),
    big("order_id", null=True), text("sha256"), text("name"), text("mime"), big("size"), text("key"), text("nonce"),
    text("signature", default="absent"), text("signer"), big("at"), big("by"), text("by_kind", default="staff"),
    Index("documents_of", "order_id"), Index("documents_by_hash", "sha256"),
)  # fmt: skip

# What is kept of a thing that was limited, encrypted, until nobody may need it as evidence any more.
evidence = Table(
    "evidence",
    meta,
    id_column(),
    big("subject_id"),
    text("kind"),
    big("owner_id", null=True),
    text("order_ref"),
    Column("body", LargeBinary, nullable=True),
    text("sha256"),
    big("taken_at"),
    big("hold_until"),
    big("purged_at", null=True),
    big("log_index", null=True),
    Index("evidence_of", "subject_id"),
    Index("evidence_held", "hold_until"),
)

# Who was told what about a ruling, or why not yet.
tellings = Table(
    "tellings",
    meta,
    id_column(),
    big("ruling_id"),
    big("account_id"),
    text("about"),
    text("language"),
    text("ways"),
    big("due_at"),
    big("sent_at", null=True),
    text("gag"),
    big("log_index", null=True),
    UniqueConstraint("ruling_id", "account_id", "about"),
    Index("tellings_due", "due_at"),
)

appeals = Table(
    "appeals", meta, id_column(),
    big("ruling_id"), big("account_id"), text("state", default="filed"), text("text"), text("language"), big("filed_at"), big("due_at"),
    big("assigned_to", null=True), big("decided_by", null=True), big("decided_at", null=True), text("outcome"), text("reason"),
    big("not_by_first"), big("not_by_second", null=True),  # who decided what is appealed: they cannot hear it
    big("log_index"), big("decided_log_index", null=True), big("not_by_third", null=True),
    UniqueConstraint("ruling_id"),
    CheckConstraint("decided_by <> not_by_first", name="appeals_heard_by_another"),
    CheckConstraint("decided_by <> not_by_second", name="appeals_heard_by_a_third"),
    CheckConstraint("decided_by <> not_by_third AND decided_by <> account_id", name="appeals_heard_by_nobody_concerned"),
    CheckConstraint("decided_at IS NULL OR decided_log_index IS NOT NULL", name="appeals_decided_with_a_leaf"),
    Index("appeals_open", "state", "due_at"), Index("appeals_of", "account_id"),
)  # fmt: skip
appeal_messages = Table(
    "appeal_messages",
    meta,
    id_column(),
    big("appeal_id"),
    big("by"),
    big("staff", default=0),
    text("text"),
    big("at"),
    Index("appeal_messages_of", "appeal_id", "id"),
)

# Complaints of users and of guests (who confirm by mail); state: unconfirmed, open, resolved.
reports = Table(
    "reports", meta, id_column(),
    text("ref"), big("reporter_id", null=True), text("email"), text("name"), text("confirm_hash"), big("account_id"),
    text("post_ids", default="[]"), text("category", default="other"), text("rules", default="[]"), text("comment"), text("language"),
    text("regime"), big("regime_version", default=0), text("state", default="open"), big("assigned_to", null=True),
    big("received_at"), big("acknowledged_at", null=True), big("ack_due", null=True), big("resolve_due", null=True),
    big("resolved_at", null=True), big("resolved_by", null=True), text("outcome"), text("reason"), big("log_index", null=True),
    big("server", default=0),  # of one that another server sent: which
    big("forward", default=0),  # 1: it is sent on to the server of whoever is reported
    UniqueConstraint("ref"), Index("reports_open", "state", "resolve_due"), Index("reports_on", "account_id"),
    Index("reports_by", "reporter_id"),
)  # fmt: skip

# Deadlines of orders, appeals and reports. `alerted`: the share (50, 80, 100) of the time after which staff were last told.
clocks = Table(
    "clocks",
    meta,
    id_column(),
    text("what"),
    big("of"),
    text("kind"),
    big("starts_at"),
    big("due_at"),
    big("stopped_at", null=True),
    big("alerted", default=0),
    UniqueConstraint("what", "of", "kind"),
    Index("clocks_running", "stopped_at", "due_at"),
)

# Notes among staff, private.
staff_notes = Table(
    "staff_notes",
    meta,
    id_column(),
    text("what"),
    big("of"),
    big("by"),
    text("text"),
    big("at"),
    Index("staff_notes_on", "what", "of", "id"),
)
staff_templates = Table(
    "staff_templates",
    meta,
    id_column(),
    text("name"),
    text("kind"),
    text("text"),
    text("text_hi"),
    big("by"),
    big("at"),
    UniqueConstraint("name"),
)

# Who of the staff looked at what private thing, and what for.
staff_looks = Table(
    "staff_looks",
    meta,
    id_column(),
    big("by"),
    big("at"),
    text("what"),
    text("of"),
    text("purpose"),
    Index("staff_looks_by", "by", "id"),
    Index("staff_looks_on", "what", "of", "id"),
)

webhooks = Table(
    "webhooks",
    meta,
    id_column(),
    text("url"),
    text("secret"),
    text("events"),
    big("created_by"),
    big("created_at"),
    big("disabled_at", null=True),
    big("failures", default=0),
    text("last"),
)
# Calls that are still to be made: `tries` were in vain, the next is at `due_at`.
webhook_calls = Table(
    "webhook_calls",
    meta,
    id_column(),
    big("webhook_id"),
    text("event"),
    text("body"),
    text("order_ref"),
    big("at"),
    big("tries", default=0),
    big("due_at"),
    Index("webhook_calls_due", "due_at"),
)

# Where nobody, or nobody unseen, comes in. Rows stay when they are ended: who shut what, and who opened it again.
doors = Table(
    "doors",
    meta,
    id_column(),
    text("kind"),
    text("what"),
    text("severity"),
    text("comment"),
    big("created_at"),
    big("created_by"),
    big("expires_at", null=True),
    big("ended_at", null=True),
    big("ended_by", null=True),
    Index("doors_of", "kind", "what"),
)

statements = Table(
    "statements",
    meta,
    id_column(),
    text("slug"),
    text("title"),
    text("title_hi"),
    text("body"),
    text("body_hi"),
    text("orders", default="[]"),
    big("published_at"),
    big("by"),
    big("log_index"),
    big("revision", default=1),
    UniqueConstraint("slug"),
)
replies = Table(
    "replies",
    meta,
    id_column(),
    big("statement_id"),
    big("authority_id"),
    text("body"),
    big("at"),
    big("by"),
    big("log_index"),
    Index("replies_to", "statement_id"),
)

# --- the log ---------------------------------------------------------------------------------------------------------

log_entries = Table(
    "log_entries",
    meta,
    id_column("index"),
    text("kind"),
    Column("body", LargeBinary, nullable=False),
    big("at"),
    Index("log_entries_by_kind", "kind", "index"),
)
log_nodes = Table(
    "log_nodes",
    meta,
    big("level", primary_key=True),
    big("index", primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)
log_checkpoints = Table("log_checkpoints", meta, id_column("size"), text("note"), big("at"))
# What other servers signed under our checkpoints, and what we signed under theirs.
cosignatures = Table(
    "cosignatures", meta, big("size", primary_key=True), text("name", primary_key=True), text("line"), big("at")
)
witnessed = Table("witnessed", meta, text("origin", primary_key=True), big("size"), text("root"), big("at"))
# What opens the confidential fields of entries; private, and destroyed when erasure is due.
disclosures = Table(
    "disclosures",
    meta,
    big("log_index", primary_key=True),
    text("name", primary_key=True),
    text("disclosure"),
    big("opened_at", null=True),
    big("beside", default=0),  # 1: everybody may read it beside the log; 2: once the matter is published
    Index("disclosures_beside", "beside", "log_index"),
)

# --- the house's own -------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    meta,
    Column("seq", Id, primary_key=True, autoincrement=True),
    text("name"),
    text("body"),
    big("at"),
    big("tries", default=0),
    big("failed_at", null=True),
    big("due_at", default=0),
    big("lane", default=0),  # events about one thing are in one, and carried out in their order
    sqlite_autoincrement=True,
)

# Of many processes on one PostgreSQL: who makes ids under which number (`until`: by the database's clock, ms; `top`: the time of
# the newest id that they may make), and who carries out which act of the clock (`turn` grows with each holder).
seats = Table(
    "seats",
    meta,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text("holder"),
    text("house"),
    big("until", default=0),
    big("top", default=0),
)
acts = Table(
    "acts",
    meta,
    text("name", primary_key=True),
    text("holder"),
    big("turn", default=0),
    big("until", default=0),
    big("due_at", default=0),
)

# The files of frozen reports: what was published, whose hashes the log holds.
frozen_files = Table(
    "frozen_files",
    meta,
    Column("period", Text, primary_key=True),
    big("revision", primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Texts of the house: each row one version, never changed. `effective_on`: a day (2026-11-26), of terms alone.
house_texts = Table(
    "house_texts",
    meta,
    id_column(),
    text("kind"),
    big("version"),
    text("text"),
    text("text_hi"),
    text("effective_on"),
    big("published_at"),
    big("by"),
    big("log_index", null=True),
    UniqueConstraint("kind", "version"),
)

marks = Table("marks", meta, text("key", primary_key=True), text("value"))

# --- other servers ---------------------------------------------------------------------------------------------------

# Servers that were met. `speaks`: the signatures that it was found to take (rfc9421, cavage; "": not tried yet).
# `due_at`: when the next thing for it is to be delivered, null where nothing waits; `failing_since`: of vain tries without a break.
servers = Table(
    "servers", meta, id_column(), text("domain"), text("software"), text("version"), big("first_at"), big("heard_at", default=0),
    text("speaks"), big("fails", default=0), big("failing_since", null=True), big("due_at", null=True), big("held_until", default=0),
    text("shared_inbox"), text("actor"),
    UniqueConstraint("domain"), Index("servers_due", "due_at", sqlite_where=sql("due_at IS NOT NULL")),
)  # fmt: skip

# What only servers need to know of people on others. `kind`: Person, Service, Application, Group, Organization.
remote_people = Table(
    "remote_people", meta, id_column("account_id"), big("server_id"), text("kind", default="Person"),
    text("inbox"), text("shared_inbox"), text("outbox"), text("followers"), text("following"), text("featured"),
    big("fetched_at", default=0), text("avatar_url"), text("header_url"), text("aliases", default="[]"), text("moved_to"),
    big("gone_at", null=True),
    Index("remote_people_of", "server_id", "account_id"),
)  # fmt: skip

# By which id each thing of another server is known, and what it is here: account, post, follow, like. `of` 0: it is gone, and
# does not come again.
known_uris = Table(
    "known_uris",
    meta,
    text("uri", primary_key=True),
    text("kind"),
    big("of"),
    big("by", default=0),
    Index("known_uris_of", "of"),
)

# What a post answers or quotes (`what`) that is not here, by its id there: they are joined when it comes.
unjoined = Table(
    "unjoined",
    meta,
    big("post_id", primary_key=True),
    text("what", primary_key=True),
    text("uri"),
    Index("unjoined_to", "uri"),
)

# Pictures that stand for `:names:` with a server's people.
emojis = Table(
    "emojis", meta, id_column(), big("server_id"), text("name"), text("url"), UniqueConstraint("server_id", "name")
)
# Avatars, headers and emojis of other servers that were fetched, by their file keys, and when (ms).
fetched_portraits = Table(
    "fetched_portraits", meta, text("key", primary_key=True), big("at"), Index("fetched_portraits_at", "at")
)
# Files that nothing names yet, or nothing any more, by their keys, and since when (ms; 0: to be let go of at once).
loose_files = Table("loose_files", meta, text("key", primary_key=True), big("at"), Index("loose_files_at", "at"))

# Public posts of other servers: the square of everywhere, beside our own.
elsewhere = Table(
    "elsewhere",
    meta,
    id_column("post_id"),
    big("server_id"),
    text("language"),
    Index("elsewhere_by_language", "language", "post_id"),
    Index("elsewhere_from", "server_id", "post_id"),
)

remote_keys = Table(
    "remote_keys",
    meta,
    text("key_id", primary_key=True),
    big("account_id"),
    text("algorithm"),
    text("public"),
    big("fetched_at"),
    Index("remote_keys_of", "account_id"),
)
# The keys by which our people sign, made when first needed; account 0: the server itself. `private` is sealed.
own_keys = Table("own_keys", meta, id_column("account_id"), text("private"), text("public"), big("created_at"))

# What leaves for other servers: once as it is said, and a row for each inbox that it still has to come to.
# `post`: left unsaid where that is gone by then; 0: about no post.
spoken = Table(
    "spoken",
    meta,
    id_column(),
    text("body"),
    big("post", default=0),
    big("at"),
    Index("spoken_at", "at"),
    Index("spoken_of", "post", sqlite_where=sql("post > 0")),
)
deliveries = Table(
    "deliveries",
    meta,
    id_column(),
    big("server_id"),
    text("inbox"),
    big("by"),
    big("spoken_id"),
    big("tries", default=0),
    Index("deliveries_to", "server_id", "id"),
    Index("deliveries_of", "spoken_id"),
)

# Events of the time in which no other server is talked to, of which others are told once they are: as in the outbox. `about`: what
# the latest alone is told of; 0: each is.
untold = Table(
    "untold",
    meta,
    Column("seq", Id, primary_key=True, autoincrement=True),
    text("name"),
    text("body"),
    big("about", default=0),
    big("at"),
    big("tries", default=0),
    Index("untold_about", "about", sqlite_where=sql("about > 0")),
    sqlite_autoincrement=True,
)

# Activities that were heard (SHA-256 of their ids): each has its effect once.
heard = Table("heard", meta, text("hash", primary_key=True), big("at"), Index("heard_at", "at"))
# Those for which something has to be fetched first. Their signatures were checked; `by` 0: that is what has to be done first.
arrivals = Table(
    "arrivals",
    meta,
    id_column(),
    big("server_id"),
    big("by"),
    text("activity"),
    big("at"),
    big("tries", default=0),
    big("size", default=0),  # bytes of the activity
    Index("arrivals_from", "server_id", "id"),
    Index("arrivals_sizes", "server_id", "size"),
)

# To which servers a post of ours was delivered, so that it can be said how far it went. No words, and nobody's name.
reached = Table(
    "reached",
    meta,
    big("post_id", primary_key=True),
    big("server_id", primary_key=True),
    big("at"),
    Index("reached_there", "server_id", "post_id"),
)

# What servers say of their own things here: that they withhold them in a country (`what`: withheld), or have suspended
# somebody (suspended). It is theirs to say, and binds nobody. `address`: of the page about it; `until` 0: no end was said.
stated = Table(
    "stated",
    meta,
    id_column(),
    big("subject_id"),
    big("server_id"),
    text("what"),
    text("country"),
    text("address"),
    big("since", default=0),
    big("until", default=0),
    big("at"),
    Index("stated_of", "subject_id"),
)

# How a limited server is told of: `obfuscate`: where limits are listed, its domain stands with gaps. Comments as of staff's apps.
server_words = Table(
    "server_words",
    meta,
    id_column("server_id"),
    big("obfuscate", default=0),
    text("public_comment"),
    text("private_comment"),
    big("by"),
    big("at"),
)

# Servers that a house talks to which talks to no others. Whoever is let in is taken off the list by two.
allowed_servers = Table(
    "allowed_servers",
    meta,
    id_column(),
    big("server_id"),
    text("reason"),
    big("by"),
    big("at"),
    big("log_index"),
    big("ending_by", null=True),
    text("ending_reason"),
    big("ended_by", null=True),
    big("ended_at", null=True),
    CheckConstraint(
        "ended_by IS NULL OR (ending_by IS NOT NULL AND ended_by <> ending_by)", name="allowed_servers_end_by_two"
    ),
    Index("allowed_servers_once", "server_id", unique=True, sqlite_where=sql("ended_at IS NULL")),
)

# Servers of which somebody wants nothing, by their domains: whether they were met or not.
domain_blocks = Table(
    "domain_blocks",
    meta,
    id_column(),
    big("account_id"),
    text("domain"),
    UniqueConstraint("account_id", "domain"),
    Index("domain_blocks_on", "domain"),
    Index("domain_blocks_of", "account_id", "id"),
)

# Follows that ended because a server was suspended, or hidden by somebody: what they can ask for again. `kind`: following (`us`
# followed `them`) or follower. `ruling_id` 0: the person hid the server themselves.
severed_ties = Table(
    "severed_ties",
    meta,
    id_column(),
    big("ruling_id"),
    big("server_id"),
    big("us"),
    big("them"),
    text("kind"),
    big("boosts", default=1),
    big("notify", default=0),
    big("at"),
    Index("severed_ties_of", "us", "id"),
    Index("severed_ties_by", "ruling_id", "us"),
)


def whole() -> MetaData:
    """The tables as migrations are held against them. PostgreSQL's dialect is brought in only here: that is as long as all of
    these tables take, and a short command on the embedded store needs none of it."""
    for index in (index for table in meta.tables.values() for index in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
    return meta
