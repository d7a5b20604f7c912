"""Accounts that go: when, what of theirs is still here, and the emptied row that stays so that nobody takes the name."""

from typing import Any

from sqlalchemy import Table, select

from chaupal.store.identity import moving
from chaupal.store.machine.dialect import param
from chaupal.store.machine.shelves import FILTERS, MARKERS, NOTIFICATIONS, PEOPLE, RELATIONS, TALKS
from chaupal.store.machine.statements import deletes, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import bulk_jobs, bulk_rows
from chaupal.store.tables.federation import remote_keys
from chaupal.store.tables.identity import (
    accounts,
    challenges,
    exports,
    import_faults,
    imported,
    imports,
    logins,
    mail_tokens,
    name_words,
    passkeys,
    recovery_codes,
)
from chaupal.store.tables.notifications import (
    markers,
    notification_permits,
    notification_policies,
    notification_requests,
    notifications,
    push_calls,
    push_subscriptions,
)
from chaupal.store.tables.square import (
    account_notes,
    announcement_reactions,
    announcement_reads,
    blocks,
    bookmarks,
    conversations,
    domain_blocks,
    drafts,
    endorsements,
    featured_tags,
    filter_keywords,
    filter_posts,
    filters,
    follow_requests,
    follows,
    idempotency,
    kept_media,
    likes,
    list_members,
    lists,
    mutes,
    pins,
    posts,
    read_marks,
    scheduled,
    tag_follows,
    thread_mutes,
    unsuggested,
)

SET_LEAVES = updates(logins, leaves_at="at").where(account_id="me")
LEAVES = selects(logins.c.leaves_at).where(account_id="me")
DUE = selects(logins.c.account_id).where(logins.c.leaves_at <= param("now")).ordered("leaves_at").limit(1)
POSTS = selects(posts.c.id).where(author="me").ordered("-id").limit("n")
LIKED = selects(likes.c.post_id).where(account_id="me").limit("n")
FOLLOWED = selects(follows.c.to).where(by="me").limit("n")
FOLLOWERS = selects(follows.c.by).where(to="me").limit("n")
EMPTY = (
    updates(accounts, discoverable=0, locked=1, moved_to=None)
    .where(id="me")
    .values(
        name="", note="", note_html="", avatar="", header="", fields="[]", attribution_domains="[]", state="deleted"
    )
)
# What they took along goes with the next sweep, which finds the file by its row.
END_EXPORTS = updates(exports, ends_at=0).where(account_id="me").values(state="failed")


def _drop(table: Table, column: str = "account_id") -> Any:
    return deletes(table).where(table.c[column] == param("me"))


def _drop_under(table: Table, column: str, above: Table) -> Any:
    """Rows that belong to rows of the person's."""
    own = select(above.c.id).where(above.c.account_id == param("me"))
    return deletes(table).where(table.c[column].in_(own))


# What is nobody else's business, what lies under it first. Each table that names a person is here or in KEPT: a test looks.
UNDER = (
    (filter_keywords, "filter_id", filters),
    (filter_posts, "filter_id", filters),
    (list_members, "list_id", lists),
    (import_faults, "import_id", imports),
    (push_calls, "subscription_id", push_subscriptions),
    (kept_media, "holder_id", drafts),
    (kept_media, "holder_id", scheduled),
    (bulk_rows, "job_id", bulk_jobs),
)
MINE = (
    announcement_reactions, announcement_reads, bookmarks, bulk_jobs, challenges, conversations, domain_blocks, drafts, featured_tags,
    filters, idempotency, imported, imports, list_members, lists, mail_tokens, markers, name_words, notification_permits,
    notification_policies, notification_requests, notifications, passkeys, pins, push_subscriptions, read_marks, recovery_codes,
    remote_keys, scheduled, tag_follows, thread_mutes, logins,
)  # fmt: skip
BETWEEN = (account_notes, blocks, endorsements, follow_requests, mutes, unsuggested)  # `by` one, `to` another

OWN = (
    *(_drop_under(*row) for row in UNDER),
    *(_drop(table) for table in MINE),
    *(_drop(table, side) for table in BETWEEN for side in ("by", "to")),
    *(_drop(table, "from_id") for table in (notification_permits, notification_requests)),
)

# Tables that name a person whose rows stay, or go in another way: which, and why.
KEPT = {
    "exports": "ended; the next sweep takes file and row",
    "sessions": "ended with the tokens (apps.end_all)", "tokens": "ended with the sessions (apps.end_all)",
    "grants": "good for minutes, and swept", "posts": "deleted before, one by one", "post_tags": "go with their posts",
    "mentions": "of those who wrote: their posts say the name", "media": "go with their posts; what was in none is swept",
    "media_contents": "go with the uploads that are known by them, but for what a ruling still withholds",
    "likes": "taken back before, one by one", "follows": "ended before, one by one",
    "moves": "bare ids while another account of the same person is here (store.moving)", "aliases": "ended (store.moving)",
    "poll_votes": "counted: the row names an emptied account", "protected_speakers": "of the court",
    "rulings": "of the court", "evidence": "of the court, purged by its own law", "targets": "of the court",
    "order_events": "of the court", "case_events": "of the court", "tellings": "of the court",
    "appeals": "of the court", "appeal_messages": "of the court", "reports": "of the court", "documents": "of the court",
    "statements": "of the record", "staff_notes": "of the office", "staff_templates": "of the office",
    "staff_looks": "of the office", "announcements": "of the house", "house_texts": "of the house",
    "allowed_servers": "of the office", "server_words": "of the office",
    "known_uris": "ids of another server stay, so that nothing comes again that is gone",
    "remote_people": "emptied (store.federation.people)", "arrivals": "let go when it is their turn",
    "deliveries": "sent: also that the account is gone", "own_keys": "other servers are told by it that the account is gone",
}  # fmt: skip


async def set_leaves(w: Writing, account: int, at: int | None) -> None:
    """When an account goes (ms); None: it stays."""
    await w.run(SET_LEAVES, me=account, at=at)


async def leaves(reading: Reading, account: int) -> int | None:
    return await reading.value(LEAVES, me=account)


async def due(reading: Reading) -> int | None:
    """An account whose time has come."""
    return await reading.value(DUE, now=reading.now())


async def posts_of(reading: Reading, account: int, at_most: int) -> list[int]:
    """Posts and reposts that are still here, the newest first."""
    return [row[0] for row in await reading.fetch(POSTS, me=account, n=at_most)]


async def liked_by(reading: Reading, account: int, at_most: int) -> list[int]:
    return [row[0] for row in await reading.fetch(LIKED, me=account, n=at_most)]


async def tied_to(reading: Reading, account: int, at_most: int) -> list[tuple[int, int]]:
    """(by, to) of follows that are still here, both ways."""
    there = [(account, row[0]) for row in await reading.fetch(FOLLOWED, me=account, n=at_most)]
    return there + [(row[0], account) for row in await reading.fetch(FOLLOWERS, me=account, n=at_most)]


async def empty(w: Writing, account: int) -> None:
    """The last step: nothing of the person is left in the row, and no way in."""
    for stmt in OWN:
        await w.run(stmt, me=account)
    await w.run(END_EXPORTS, me=account)
    await moving.forget(w, account)
    await w.run(EMPTY, me=account)
    for kind in (PEOPLE, RELATIONS, FILTERS, NOTIFICATIONS, TALKS, MARKERS):
        w.touch(kind, account)
