"""Ties, posts and their media; conversations; lists, filters and tags; what the house tells everybody."""

from sqlalchemy import Index, UniqueConstraint, text as sql

from chaupal.store.tables.columns import big, bigs, id_column, table, text, texts, tie

# `server`: of which server `by` is, 0 of ours; -1 of a tie that an older server of ours made, which did not note it.
# `languages`: codes of those that `by` wants of `to`, with dots between; empty: all.
follows = tie(
    "follows", big("boosts", default=1), big("notify", default=0), big("server", default=-1), text("languages")
)
Index("follows_notifying", follows.c.to, sqlite_where=sql("notify = 1"))
# Those on other servers, however many of ours follow the same: each post is told to them.
Index("follows_from_elsewhere", follows.c.to, follows.c.server, follows.c.by, sqlite_where=sql("server <> 0"))
follow_requests = tie("follow_requests", big("boosts", default=1), big("notify", default=0), text("languages"))
blocks = tie("blocks")
mutes = tie("mutes", big("notifications", default=1), big("ends_at", null=True))

posts = table("posts", id_column(),
    *bigs("author created_at visibility"), *texts("text html spoiler language"),
    big("sensitive", default=0), *bigs("reply_to reply_to_account", null=True), big("root"),
    *bigs("boost_of edited_at", null=True), *texts("app app_site"),
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
    Index("posts_listed_with_media", "id", sqlite_where=sql("listed = 1 AND pictures <> '[]'")),
    Index("posts_with_media", "author", "id", sqlite_where=sql("pictures <> '[]' AND boost_of IS NULL")),
    Index("posts_by_language", "language", "id", sqlite_where=sql("listed = 1")),
    Index("posts_in_thread", "root", "id"),
    Index("posts_answering", "reply_to", "id", sqlite_where=sql("reply_to IS NOT NULL")),
    Index("posts_reposting", "boost_of", "author", sqlite_where=sql("boost_of IS NOT NULL")),
    Index("posts_quoting", "quote_of", "id", sqlite_where=sql("quote_of IS NOT NULL")),
)  # fmt: skip

post_tags = table(
    "post_tags",
    text("key", primary_key=True),
    big("post_id", primary_key=True),
    text("name"),
    big("author"),
    text("language"),
    big("listed", default=0),
    Index("post_tags_of_post", "post_id"),
    Index("post_tags_by", "author", "key", "post_id"),
    Index("post_tags_listed", "key", "listed", "post_id"),
)

mentions = table(
    "mentions",
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("visibility"),
    Index("mentions_of_post", "post_id"),
)

likes = table(
    "likes",
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("likes_by", "account_id", "id"),
    Index("likes_on", "post_id", "id"),
)

bookmarks = table(
    "bookmarks",
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("bookmarks_by", "account_id", "id"),
    Index("bookmarks_on", "post_id"),
)

pins = table(
    "pins",
    big("account_id", primary_key=True),
    big("post_id", primary_key=True),
    big("id"),
    Index("pins_of", "account_id", "id"),
    Index("pins_on", "post_id"),
)

# Conversations from which an account wants to hear nothing.
thread_mutes = table(
    "thread_mutes", big("account_id", primary_key=True), big("root", primary_key=True), Index("thread_mutes_of", "root")
)

# What a post said before it was edited: one row for each wording that was replaced. `pictures`, `options`: JSON.
revisions = table(
    "revisions",
    id_column(),
    *bigs("post_id at"),
    *texts("text html spoiler"),
    big("sensitive", default=0),
    text("language"),
    text("pictures", default="[]"),
    text("options", default="[]"),
    text("mentions", default="[]"),  # whom it was addressed to then; nobody, of what was kept before this was
    Index("revisions_of", "post_id", "id"),
)

poll_votes = table(
    "poll_votes",
    big("post_id", primary_key=True),
    big("account_id", primary_key=True),
    big("choice", primary_key=True),
    Index("poll_votes_of", "account_id"),
)
# Polls that are still to be closed.
polls_open = table("polls_open", id_column("post_id"), big("ends_at"), Index("polls_due", "ends_at"))

# Posts to be: `body` is JSON of what will be said; `failed`: why it was not said when it was due.
scheduled = table(
    "scheduled",
    id_column(),
    *bigs("account_id at"),
    text("body"),
    big("created_at"),
    text("failed"),
    big("posts", default=1),  # a series is as many as it has
    Index("scheduled_of", "account_id", "id"),
    Index("scheduled_due", "failed", "at"),
)
drafts = table(
    "drafts",
    id_column(),
    big("account_id"),
    text("body"),
    *bigs("created_at updated_at"),
    Index("drafts_of", "account_id", "updated_at"),
)
# Uploads that a draft or a scheduled post needs: not to be swept away.
kept_media = table(
    "kept_media",
    big("media_id", primary_key=True),
    big("holder_id", primary_key=True),
    Index("kept_media_by", "holder_id"),
)

media = table("media", id_column(),
    big("account_id"), big("post_id", null=True), *texts("key mime description blurhash"),
    *bigs("width height small_width small_height size"), text("focus", default="0,0"), big("created_at"),
    # After its post is gone: which one that was (its rulings still bind), and since when the picture is loose.
    *bigs("was_of loose_at", null=True),
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
captions = table("captions", id_column(), big("media_id"), *texts("language body"), Index("captions_of", "media_id"))

# By what an account's uploads are known again (SHA-256 of what was sent and of what is kept), and the first of each.
media_contents = table(
    "media_contents",
    big("account_id", primary_key=True),
    text("sha256", primary_key=True),
    big("root"),
    Index("media_contents_of", "root"),
)
# In which posts a content has been: what was ruled on one of these goes with it.
media_uses = table(
    "media_uses", big("post_id", primary_key=True), big("root", primary_key=True), Index("media_uses_of", "root")
)

tags = table("tags", text("key", primary_key=True), text("name"), big("last_used"), big("uses", default=0))

# The first link of a post: followed when it is due (null: done), so that a restart forgets none.
post_links = table(
    "post_links",
    id_column("post_id"),
    text("url"),
    big("due_at", null=True),
    big("tries", default=0),
    Index("post_links_of", "url"),
    Index("post_links_due", "due_at", sqlite_where=sql("due_at IS NOT NULL")),
)

# What links led to, kept for whoever links there again. `card` as JSON, "": nothing to show; `image`: a file key, or "".
link_cards = table("link_cards", text("url", primary_key=True), *texts("card image"), big("fetched_at"))

idempotency = table(
    "idempotency", big("account_id", primary_key=True), text("key", primary_key=True), *bigs("post_id at")
)

# A conversation of direct posts as one of its people has it; `people`: whom its newest post is between.
conversations = table(
    "conversations",
    big("account_id", primary_key=True),
    big("root", primary_key=True),
    big("last_post"),
    big("unread", default=0),
    text("people", default="[]"),
    Index("conversations_of", "account_id", "last_post"),
    Index("conversations_on", "root"),
)

# Up to which post whoever wants read marks has read in a conversation.
read_marks = table(
    "read_marks",
    big("account_id", primary_key=True),
    big("root", primary_key=True),
    big("post"),
    Index("read_marks_on", "root"),
)

# What staff tell everybody. `at`: when it is (to be) published; `told_at`: when it was, `ended_at`: taken down.
announcements = table(
    "announcements",
    id_column(),
    *texts("text text_hi"),
    *bigs("starts_at ends_at", null=True),
    big("all_day", default=0),
    big("at"),
    *bigs("told_at ended_at", null=True),
    *bigs("by updated_at"),
)
announcement_reads = table(
    "announcement_reads", big("account_id", primary_key=True), big("announcement_id", primary_key=True)
)
announcement_reactions = table(
    "announcement_reactions",
    big("announcement_id", primary_key=True),
    text("name", primary_key=True),
    big("account_id", primary_key=True),
    big("id"),
)

lists = table(
    "lists",
    id_column(),
    big("account_id"),
    text("title"),
    text("replies_policy", default="list"),
    big("exclusive", default=0),
    big("created_at"),
    Index("lists_of", "account_id", "id"),
)
list_members = table(
    "list_members",
    big("list_id", primary_key=True),
    big("account_id", primary_key=True),
    big("id"),
    Index("list_members_of", "list_id", "id"),
    Index("list_members_in", "account_id"),
)

# `context`: where it works, joined by commas; `action`: warn, hide or blur.
filters = table(
    "filters",
    id_column(),
    big("account_id"),
    *texts("title context"),
    text("action", default="warn"),
    big("ends_at", null=True),
    big("created_at"),
    Index("filters_of", "account_id", "id"),
)
filter_keywords = table(
    "filter_keywords",
    id_column(),
    big("filter_id"),
    text("keyword"),
    big("whole_word", default=1),
    Index("filter_keywords_of", "filter_id"),
)
filter_posts = table("filter_posts", id_column(), *bigs("filter_id post_id"), UniqueConstraint("filter_id", "post_id"))

# By their count key; `name` as its owner wrote it.
tag_follows = table(
    "tag_follows",
    big("account_id", primary_key=True),
    text("key", primary_key=True),
    big("id"),
    text("name"),
    Index("tag_follows_by", "account_id", "id"),
)
featured_tags = table(
    "featured_tags", id_column(), big("account_id"), *texts("key name"), UniqueConstraint("account_id", "key")
)

endorsements = tie("endorsements")
unsuggested = tie("unsuggested")  # suggestions that somebody does not want to see again
account_notes = table("account_notes", big("by", primary_key=True), big("to", primary_key=True), text("text"))

# Texts of the house: each row one version, never changed. `effective_on`: a day (2026-11-26), of terms alone.
house_texts = table(
    "house_texts",
    id_column(),
    text("kind"),
    big("version"),
    *texts("text text_hi effective_on"),
    *bigs("published_at by"),
    big("log_index", null=True),
    UniqueConstraint("kind", "version"),
)

# Servers of which somebody wants nothing, by their domains: whether they were met or not.
domain_blocks = table(
    "domain_blocks",
    id_column(),
    big("account_id"),
    text("domain"),
    UniqueConstraint("account_id", "domain"),
    Index("domain_blocks_on", "domain"),
    Index("domain_blocks_of", "account_id", "id"),
)

# Follows that ended because a server was suspended, or hidden by somebody: what they can ask for again. `kind`: following (`us`
# followed `them`) or follower. `ruling_id` 0: the person hid the server themselves.
severed_ties = table(
    "severed_ties",
    id_column(),
    *bigs("ruling_id server_id us them"),
    text("kind"),
    big("boosts", default=1),
    big("notify", default=0),
    big("at"),
    text("languages"),
    Index("severed_ties_of", "us", "id"),
    Index("severed_ties_by", "ruling_id", "us"),
)
