"""Servers of which somebody wants nothing, by their domains; and the ties with people there that end by it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import func, or_, select, text as sql

from chaupal.store.machine.dialect import param, stands_below
from chaupal.store.machine.shelves import RELATIONS
from chaupal.store.machine.statements import counts_of, deletes, inserts_once, rows_of, same, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.posts import Pages
from chaupal.store.tables.federation import servers
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import domain_blocks, follow_requests, follows, severed_ties

FOLLOWING, FOLLOWER = "following", "follower"
MOST = 10_000  # that one account hides: lists that people share are of some thousands


class Hidden(NamedTuple):
    """A server that somebody hides."""

    id: int
    domain: str


class Severed(msgspec.Struct, frozen=True, rename={"ruling": "ruling_id", "server": "server_id"}):
    """A follow that ended with a server. `kind`: following (`us` followed `them`) or follower. `at` in ms."""

    id: int
    ruling: int
    server: int
    us: int
    them: int
    kind: str
    boosts: bool
    notify: bool
    at: int
    languages: str  # as of a follow


_below = servers.alias("below")
HIDE = inserts_once(domain_blocks, id="new", account_id="me", domain="domain")
SHOW = deletes(domain_blocks).where(account_id="me", domain="domain")
# How many somebody hides.
many = counts_of(domain_blocks).where(account_id="of").number_of
_MINE = domain_blocks.c.account_id == param("me")
OF = Pages(domain_blocks.c.id, _MINE, base=select(domain_blocks.c.id, domain_blocks.c.domain))
# The servers below its name.
below = (
    selects(_below.c.id)
    .join_from(servers, _below, stands_below(_below.c.domain, servers.c.domain))
    .where(same(servers, id="of"))
    .ids_of
)
_ELSEWHERE = accounts.c.server > sql("0")  # by the index of those who are not ours
# Follows and requests with people on a server, one way or the other: of everybody, or of one account here.
TIES = {
    (table.name, far): selects(table, "by to boosts notify languages")
    .join_from(table, accounts, accounts.c.id == (table.c.by if far == "by" else table.c.to))
    .where(same(accounts, server="there"), _ELSEWHERE)
    .ordered("id")
    .limit("n")
    for table in (follows, follow_requests)
    for far in ("by", "to")
}
FOLLOWERS_FROM = (
    selects(follows, "by to boosts notify languages")
    .join_from(follows, accounts, accounts.c.id == follows.c.by)
    .where(same(accounts, server="there"), to="me")
    .ordered("id")
    .limit("n")
)
# What somebody was asked by people of a server, or asks of them, and is not answered yet.
REQUESTS_WITH = {
    far: selects(follow_requests.c.by, follow_requests.c.to)
    .join_from(follow_requests, accounts, accounts.c.id == follow_requests.c[far])
    .where(follow_requests.c[near] == param("me"), same(accounts, server="there"))
    .ordered("id")
    .limit("n")
    for far, near in (("by", "to"), ("to", "by"))
}
ALL_SEVERED = rows_of(Severed, severed_ties)
# A follow has ended with its server: kept for whoever wants to ask again.
sever = ALL_SEVERED.add
# Of one event: a suspension, or (ruling 0) what somebody hid, from its id on; they may have hidden the same before.
COUNTS = (
    selects(severed_ties.c.kind, func.count())
    .where(
        or_(severed_ties.c.ruling_id > sql("0"), severed_ties.c.server_id == param("there")),
        severed_ties.c.id > param("after"),
        ruling_id="ruling",
        us="me",
    )
    .group_by(severed_ties.c.kind)
)
TOLD_BY = (
    selects(severed_ties.c.us)
    .distinct()
    .where(severed_ties.c.us > param("after"), ruling_id="ruling")
    .ordered("us")
    .limit("n")
)
SEVERED = ALL_SEVERED.where(us="me").ordered("-id").limit("n")


async def hide(w: Writing, me: int, domain: str, new: int) -> bool:
    """From now on `me` wants nothing of it. False where that was so before."""
    w.touch(RELATIONS, me)
    return await w.run(HIDE, new=new, me=me, domain=domain) == 1


async def show(w: Writing, me: int, domain: str) -> bool:
    """No more. False where nothing was hidden."""
    w.touch(RELATIONS, me)
    return await w.run(SHOW, me=me, domain=domain) == 1


async def of_account(
    reading: Reading, me: int, *, below: int, above: int, limit: int, upward: bool = False
) -> list[Hidden]:
    """What somebody hides, the newest first, whichever way it was asked for."""
    rows = await OF.rows(reading, upward=upward, me=me, below=below, above=above, n=limit)
    return [Hidden(*row) for row in (reversed(rows) if upward else rows)]


async def ties_with(reading: Reading, server: int, at_most: int) -> list[tuple[str, str, Row]]:
    """Follows and requests between people here and there: (table, which end is there, row)."""
    found: list[tuple[str, str, Row]] = []
    for (table, far), of_these in TIES.items():
        if len(found) < at_most:
            found += [(table, far, row) for row in await reading.fetch(of_these, there=server, n=at_most - len(found))]
    return found


async def followers_from(reading: Reading, me: int, server: int, at_most: int) -> Sequence[Row]:
    """Who on a server follows somebody: (by, to, boosts, notify, languages)."""
    return await reading.fetch(FOLLOWERS_FROM, me=me, there=server, n=at_most)


async def requests_with(reading: Reading, me: int, server: int, at_most: int) -> list[tuple[int, int]]:
    """Requests to follow between somebody and people of a server, whoever asked whom: (by, to)."""
    found: list[tuple[int, int]] = []
    for of_these in REQUESTS_WITH.values():
        if len(found) < at_most:
            rows = await reading.fetch(of_these, me=me, there=server, n=at_most - len(found))
            found += [(by, to) for by, to in rows]
    return found


async def counts(reading: Reading, me: int, ruling: int, server: int, since: int) -> tuple[int, int]:
    """(followers, followed) of somebody that ended by a ruling, or (0) since they hid that server."""
    rows = await reading.fetch(COUNTS, me=me, ruling=ruling, there=server, after=since)
    many = {row[0]: row[1] for row in rows}
    return many.get(FOLLOWER, 0), many.get(FOLLOWING, 0)


async def whose(reading: Reading, ruling: int, after: int, at_most: int) -> list[int]:
    """Accounts here, behind that one, of which follows ended by a ruling."""
    return [row[0] for row in await reading.fetch(TOLD_BY, ruling=ruling, after=after, n=at_most)]


async def severed(reading: Reading, me: int, at_most: int) -> list[Severed]:
    """Follows of somebody's that ended so, the newest first."""
    return await SEVERED.all(reading, me=me, n=at_most)
