"""What accounts are told, by whom they let themselves be told it, and pushes to their devices."""

from sqlalchemy import Index, UniqueConstraint, text as sql

from chaupal.store.tables.columns import big, bigs, id_column, table, text, texts

notifications = table(
    "notices",
    id_column(),
    big("account_id"),
    text("kind"),
    big("from_id"),
    big("post_id", null=True),
    *texts("cause body"),
    big("created_at"),
    text("group_key"),  # what has the same key for one account is one thing that many did; empty: it stands alone
    big("filtered", default=0),  # 1: kept apart by the account's policy until it accepts whoever it is from
    UniqueConstraint("account_id", "cause"),  # told once, however often the event is handled
    Index("notices_of", "account_id", "id"),
    Index("notices_of_kind", "account_id", "kind", "id"),
    Index("notices_on_post", "post_id"),
    Index("notices_grouped", "account_id", "group_key", "id"),
    Index("notices_apart", "account_id", "from_id", sqlite_where=sql("filtered = 1")),
)

# What becomes of notifications from whom one does not know: accept, filter or drop, by class. No row: all are accepted.
notification_policies = table(
    "notice_policies",
    id_column("account_id"),
    text("not_following", default="accept"),
    text("not_followers", default="accept"),
    text("new_accounts", default="accept"),
    text("private_mentions", default="accept"),
    text("limited_accounts", default="filter"),
)
# Whose notifications were kept apart and wait for a word; and whose never are again.
notification_requests = table(
    "notice_requests",
    id_column(),
    *bigs("account_id from_id created_at updated_at"),
    UniqueConstraint("account_id", "from_id"),
    Index("notice_requests_of", "account_id", "id"),
)
notification_permits = table("notice_permits", big("account_id", primary_key=True), big("from_id", primary_key=True))

# Devices that want to be told (RFC 8030). `key`: the token or session behind it, with which it ends; `token`: sealed.
push_subscriptions = table("push_subscriptions", id_column(),
    big("account_id"), *texts("key endpoint p256dh auth"), big("standard", default=1),
    text("alerts"), text("policy", default="all"), *texts("country language token"), big("created_at"),
    big("failures", default=0), big("failing_since", default=0),
    UniqueConstraint("key"), Index("push_subscriptions_of", "account_id"),
)  # fmt: skip
# Pushes that are still to be made: ids only, looked at through the gate when they leave.
push_calls = table(
    "push_calls",
    big("subscription_id", primary_key=True),
    big("notice_id", primary_key=True),
    big("at"),
    big("tries", default=0),
    big("due_at"),
    Index("push_calls_due", "due_at"),
)

markers = table(
    "markers",
    big("account_id", primary_key=True),
    text("timeline", primary_key=True),
    *bigs("last_read version updated_at"),
)
