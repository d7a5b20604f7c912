"""Accounts and how they log in; apps and their tokens; moves, imports and exports; what keeps addresses out."""

from sqlalchemy import Index, UniqueConstraint, text as sql

from chaupal.store.tables.columns import big, bigs, id_column, table, text, texts, tie

accounts = table("accounts", id_column(),
    *texts("handle name note note_html avatar header"),
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
    big("server", default=0), *texts("uri url"),
    text("emojis", default="[]"),  # pictures for `:names:` in their name, as JSON
    UniqueConstraint("handle"),
    # Our own people, however many of other servers are known; and these by their server, and by when they were heard last.
    Index("accounts_here", "id", sqlite_where=sql("server = 0")),
    Index("accounts_of_server", "server", "id", sqlite_where=sql("server > 0")),
    Index("accounts_heard", "last_post_at", "id", sqlite_where=sql("server > 0")),
)  # fmt: skip

logins = table("logins", id_column("account_id"),
    *texts("email password_hash"), *bigs("confirmed_at approved_at", null=True),
    # The address that is to be theirs once its link was followed; since when mail to `email` is known to reach nobody.
    text("email_wanted"), big("unreached_at", null=True),
    *texts("ui_language reason"), big("created_at"), text("default_visibility", default="public"),
    big("default_sensitive", default=0), text("default_language"), text("default_quote_policy", default="public"),
    big("require_alt", default=0),  # 1: no picture of theirs goes out without a description
    # What is asked beside the password: a secret of codes (since when, and the last step whose code was taken), passkeys.
    text("totp_secret"), big("totp_since", null=True), big("totp_used", default=0), big("passkeys", default=0),
    big("leaves_at", null=True),  # when the account goes, as its owner asked
    text("appearance"),  # how pages look: theme, size, contrast, digits, Urdu letters; as in the cookie of a guest
    text("reads"),  # codes of the languages they read, or "all"; empty: not asked yet
    big("reads_at_home", default=0),  # 1: what is in others is kept out of their home
    # Kinds of notifications that come by mail, when the next letter is due, and the last notification that one told of.
    text("mail_kinds", default="mention follow_request"), big("mail_due_at", null=True), big("mailed", default=0),
    big("marks_since", null=True),  # since when they want to be told, and to tell, what was read of messages
    UniqueConstraint("email"), Index("logins_mail_due", "mail_due_at"),
)  # fmt: skip

mail_tokens = table(
    "mail_tokens",
    text("hash", primary_key=True),
    big("account_id"),
    text("purpose"),
    big("expires_at"),
    big("used_at", null=True),
    Index("mail_tokens_of", "account_id"),
)

sessions = table(
    "sessions",
    text("hash", primary_key=True),
    *bigs("account_id created_at expires_at"),
    *texts("csrf agent country"),
    big("seen_at", default=0),
    Index("sessions_of", "account_id"),
)

recovery_codes = table("recovery_codes", big("account_id", primary_key=True), text("hash", primary_key=True))
passkeys = table(
    "passkeys",
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
challenges = table("challenges", text("hash", primary_key=True), big("account_id"), text("purpose"), big("expires_at"))

apps = table(
    "apps",
    id_column(),
    *texts("client_id secret_hash name website redirect_uris scopes"),
    big("created_at"),
    UniqueConstraint("client_id"),
)

grants = table(
    "grants",
    text("hash", primary_key=True),
    *bigs("app_id account_id"),
    *texts("redirect_uri scopes challenge challenge_method"),
    big("expires_at"),
    big("used_at", null=True),
)

tokens = table(
    "tokens",
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
    Index("tokens_by_app", "app_id"),
)

name_words = table(
    "name_words",
    text("word", primary_key=True),
    big("account_id", primary_key=True),
    big("server", default=0),  # the account's
    Index("name_words_of", "account_id"),
)
aliases = tie("aliases")  # whom an account names as another of its own, so that it may move here
# Moves: `done` of `total` followers have come along; `at` is the tie after which it goes on, in its `phase`.
moves = table(
    "moves",
    id_column(),
    *bigs("account_id to_id"),
    text("state", default="waiting"),
    text("phase"),
    big("at", default=0),
    big("total", default=0),
    big("done", default=0),
    big("created_at"),
    big("held_until", default=0),
    Index("moves_of", "account_id", "id"),
    Index("moves_to", "to_id"),
    Index("moves_open", "state", "id"),
)

# A file that somebody brought from elsewhere, and how far it has been taken in.
imports = table("imports", id_column(),
    big("account_id"), *texts("kind name key"), big("size"), *texts("visibility country language"),
    text("state", default="waiting"),  # then running, done; or refused, with `why`
    text("why"), big("total", default=0), big("at", default=0), big("done", default=0), big("skipped", default=0), big("failed", default=0),
    big("created_at"), big("finished_at", null=True), big("held_until", default=0), big("tries", default=0),
    Index("imports_of", "account_id", "id"), Index("imports_open", "state", "id"),
)  # fmt: skip
# What of it could not be taken in, and why.
import_faults = table(
    "import_faults", big("import_id", primary_key=True), big("number", primary_key=True), *texts("item why")
)
# Where a post came from, so that it comes once.
imported = table("imported", big("account_id", primary_key=True), text("source", primary_key=True), big("post_id"))

# What somebody asked to take along: made beside everything else, and kept until `ends_at`.
exports = table(
    "exports",
    id_column(),
    big("account_id"),
    *texts("key country language"),
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

# Where nobody, or nobody unseen, comes in. Rows stay when they are ended: who shut what, and who opened it again.
address_blocks = table(
    "doors",
    id_column(),
    *texts("kind what severity comment"),
    *bigs("created_at created_by"),
    *bigs("expires_at ended_at ended_by agreed_by", null=True),
    Index("doors_of", "kind", "what"),
)
# Files that nothing names yet, or nothing any more, by their keys, and since when (ms; 0: to be let go of at once).
loose_files = table("loose_files", text("key", primary_key=True), big("at"), Index("loose_files_at", "at"))
