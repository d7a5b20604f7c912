"""Other servers, their people and keys; what was heard from them and what is on its way to them."""

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text as sql

from chaupal.store.tables.columns import Id, big, bigs, id_column, table, text, texts

# Servers that were met. `speaks`: the signatures that it was found to take (rfc9421, cavage; "": not tried yet).
# `due_at`: when the next thing for it is to be delivered, null where nothing waits; `failing_since`: of vain tries without a break.
servers = table("servers", id_column(), *texts("domain software version"), big("first_at"), big("heard_at", default=0),
    text("speaks"), big("fails", default=0), *bigs("failing_since due_at", null=True), big("held_until", default=0),
    *texts("shared_inbox actor"),
    UniqueConstraint("domain"), Index("servers_due", "due_at", sqlite_where=sql("due_at IS NOT NULL")),
)  # fmt: skip

# What only servers need to know of people on others. `kind`: Person, Service, Application, Group, Organization.
remote_people = table("remote_people", id_column("account_id"), big("server_id"), text("kind", default="Person"),
    *texts("inbox shared_inbox outbox followers following featured"),
    big("fetched_at", default=0), *texts("avatar_url header_url"), text("aliases", default="[]"), text("moved_to"),
    big("gone_at", null=True),
    Index("remote_people_of", "server_id", "account_id"),
)  # fmt: skip

# By which id each thing of another server is known, and what it is here: account, post, follow, like. `of` 0: it is gone, and
# does not come again.
known_uris = table(
    "known_uris",
    text("uri", primary_key=True),
    text("kind"),
    big("of"),
    big("by", default=0),
    Index("known_uris_of", "of"),
)

# What a post answers or quotes (`what`) that is not here, by its id there: they are joined when it comes.
unjoined = table(
    "unjoined",
    big("post_id", primary_key=True),
    text("what", primary_key=True),
    text("uri"),
    Index("unjoined_to", "uri"),
)

# Pictures that stand for `:names:` with a server's people.
emojis = table("emojis", id_column(), big("server_id"), *texts("name url"), UniqueConstraint("server_id", "name"))
# Avatars, headers and emojis of other servers that were fetched, by their file keys, and when (ms).
fetched_portraits = table(
    "fetched_portraits", text("key", primary_key=True), big("at"), Index("fetched_portraits_at", "at")
)

# Public posts of other servers: the square of everywhere, beside our own.
elsewhere = table(
    "elsewhere",
    id_column("post_id"),
    big("server_id"),
    text("language"),
    Index("elsewhere_by_language", "language", "post_id"),
    Index("elsewhere_from", "server_id", "post_id"),
)

remote_keys = table(
    "remote_keys",
    text("key_id", primary_key=True),
    big("account_id"),
    *texts("algorithm public"),
    big("fetched_at"),
    Index("remote_keys_of", "account_id"),
)
# The keys by which our people sign, made when first needed; account 0: the server itself. `private` is sealed.
own_keys = table("own_keys", id_column("account_id"), *texts("private public"), big("created_at"))

# What leaves for other servers: once as it is said, and a row for each inbox that it still has to come to.
# `post`: left unsaid where that is gone by then; 0: about no post.
spoken = table(
    "spoken",
    id_column(),
    text("body"),
    big("post", default=0),
    big("at"),
    Index("spoken_at", "at"),
    Index("spoken_of", "post", sqlite_where=sql("post > 0")),
)
deliveries = table(
    "deliveries",
    id_column(),
    big("server_id"),
    text("inbox"),
    *bigs("by spoken_id"),
    big("tries", default=0),
    Index("deliveries_to", "server_id", "id"),
    Index("deliveries_of", "spoken_id"),
)

# Events of the time in which no other server is talked to, of which others are told once they are: as in the outbox. `about`: what
# the latest alone is told of; 0: each is.
untold = table(
    "untold",
    Column("seq", Id, primary_key=True, autoincrement=True),
    *texts("name body"),
    big("about", default=0),
    big("at"),
    big("tries", default=0),
    Index("untold_about", "about", sqlite_where=sql("about > 0")),
    sqlite_autoincrement=True,
)

# Activities that were heard (SHA-256 of their ids): each has its effect once.
heard = table("heard", text("hash", primary_key=True), big("at"), Index("heard_at", "at"))
# Those for which something has to be fetched first. Their signatures were checked; `by` 0: that is what has to be done first.
arrivals = table(
    "arrivals",
    id_column(),
    *bigs("server_id by"),
    text("activity"),
    big("at"),
    big("tries", default=0),
    big("size", default=0),  # bytes of the activity
    Index("arrivals_from", "server_id", "id"),
    Index("arrivals_sizes", "server_id", "size"),
)

# To which servers a post of ours was delivered, so that it can be said how far it went. No words, and nobody's name.
reached = table(
    "reached",
    big("post_id", primary_key=True),
    big("server_id", primary_key=True),
    big("at"),
    Index("reached_there", "server_id", "post_id"),
)

# What servers say of their own things here: that they withhold them in a country (`what`: withheld), or have suspended
# somebody (suspended). It is theirs to say, and binds nobody. `address`: of the page about it; `until` 0: no end was said.
stated = table(
    "stated",
    id_column(),
    *bigs("subject_id server_id"),
    *texts("what country address"),
    big("since", default=0),
    big("until", default=0),
    big("at"),
    Index("stated_of", "subject_id"),
)

# How a limited server is told of: `obfuscate`: where limits are listed, its domain stands with gaps. Comments as of staff's apps.
server_words = table(
    "server_words",
    id_column("server_id"),
    big("obfuscate", default=0),
    *texts("public_comment private_comment"),
    *bigs("by at"),
)

# Servers that a house talks to which talks to no others. Whoever is let in is taken off the list by two.
allowed_servers = table(
    "allowed_servers",
    id_column(),
    big("server_id"),
    text("reason"),
    *bigs("by at log_index"),
    big("ending_by", null=True),
    text("ending_reason"),
    *bigs("ended_by ended_at", null=True),
    CheckConstraint(
        "ended_by IS NULL OR (ending_by IS NOT NULL AND ended_by <> ending_by)", name="allowed_servers_end_by_two"
    ),
    Index("allowed_servers_once", "server_id", unique=True, sqlite_where=sql("ended_at IS NULL")),
)
