"""Whom somebody may like to follow: friends of friends, people with the same tags; and the directory. Ids and counts only."""

import heapq
import itertools
from collections.abc import Iterable, Sequence

from sqlalchemy import distinct, func, select, text

from chaupal.policy.narrow import Scope
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import OURS
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import follow_requests, follows, post_tags

FRIENDS_LOOKED_AT = 200

# Who keeps to themselves whom they follow gives nobody away: they are no reason, and nobody's familiar follower.
LATEST_FOLLOWS = (
    selects(follows.c.to)
    .join(accounts, accounts.c.id == follows.c.to)
    .where(accounts.c.hide_collections == 0, by="me")
    .ordered("-id")
    .limit("n")
)
BY_FRIENDS = (
    selects(follows.c.to, func.count(), func.min(follows.c.by))
    .where(among(follows.c.by, "friends"))
    .group_by(follows.c.to)
    .order_by(func.count().desc(), follows.c.to)
    .limit("n")
)
BY_TAGS = (
    selects(post_tags.c.author, func.count(distinct(post_tags.c.key)), func.min(post_tags.c.name))
    .where(among(post_tags.c.key, "keys"), post_tags.c.post_id > param("since"), post_tags.c.listed == 1)
    .where(among(post_tags.c.post_id, "hidden", negate=True))
    .group_by(post_tags.c.author)
    .order_by(func.count(distinct(post_tags.c.key)).desc(), post_tags.c.author)
    .limit("n")
)
# Whom `me` asked to be let follow.
asked = selects(follow_requests.c.to).where(by="of").set_of
_LISTED = (
    accounts.c.discoverable == 1,
    accounts.c.state == "active",
    accounts.c.role != "system",
    accounts.c.moved_to.is_(None),
)
# Both as (by what they are ordered, account), of this server's people and of others'.
_THEIRS = accounts.c.server > text("0")
_ACTIVE, _NEW = [
    {
        whence: selects(by, accounts.c.id)
        .where(whose, *_LISTED, by.is_not(None))
        .order_by(by.desc(), accounts.c.id.desc())
        .limit("n")
        for whence, whose in (("here", OURS), ("elsewhere", _THEIRS))
    }
    for by in (accounts.c.last_post_at, accounts.c.id)
]
_mine = follows.alias("mine")
FAMILIAR = (
    selects(follows.c.to, follows.c.by)
    .join(accounts, accounts.c.id == follows.c.by)
    .where(among(follows.c.to, "ids"), follows.c.by.in_(select(_mine.c.to).where(_mine.c.by == param("me"))))
    .where(accounts.c.hide_collections == 0)
    .ordered("-id")
    .limit("n")
)


async def by_friends(reading: Reading, me: int, limit: int) -> list[tuple[int, int, int]]:
    """(account, how many of those whom `me` followed last follow it, one of them)."""
    friends = [row[0] for row in await reading.fetch(LATEST_FOLLOWS, me=me, n=FRIENDS_LOOKED_AT)]
    rows = await reading.fetch(BY_FRIENDS, friends=listed(sorted(friends)), n=limit) if friends else ()
    return [(row[0], row[1], row[2]) for row in rows]


async def by_tags(
    reading: Reading, keys: Iterable[str], since: int, hidden: Sequence[int], limit: int
) -> list[tuple[int, int, str]]:
    """(account, how many of the tags it used in public posts above `since` that are not in `hidden`, one of them)."""
    wanted = listed(sorted(keys))
    rows = await reading.fetch(BY_TAGS, keys=wanted, since=since, hidden=listed(hidden), n=limit)
    return [(row[0], row[1], row[2]) for row in rows]


async def directory(reading: Reading, whence: Scope, *, newest: bool, limit: int, skip: int) -> list[int]:
    """People who want to be found: who wrote last, or who came last, first."""
    lists, whole = _NEW if newest else _ACTIVE, skip + limit
    asked = [lists[side] for side in lists if whence in (side, "all")]
    found = [await reading.fetch(stmt, n=whole) for stmt in asked]
    merged = heapq.merge(*found, key=lambda row: (row[0], row[1]), reverse=True)
    return [row[1] for row in itertools.islice(merged, skip, whole)]


async def familiar(reading: Reading, me: int, ids: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """(account, somebody whom `me` follows and who follows it), the latest first."""
    return [(row[0], row[1]) for row in await reading.fetch(FAMILIAR, me=me, ids=listed(ids), n=limit)]
