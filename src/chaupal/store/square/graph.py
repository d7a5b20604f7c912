"""Ties between people: follows, requests to follow, blocks and timed mutes, with the counts they change; notes, endorsements, and
suggestions turned down.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table, literal_column, or_, select, text, union_all

from chaupal.store.machine.dialect import among, larger, listed, param, statement
from chaupal.store.machine.shelves import PEOPLE, RELATIONS
from chaupal.store.machine.statements import deletes, inserts_once, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import lists
from chaupal.store.square.posts import Pages
from chaupal.store.tables.federation import servers
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import (
    account_notes,
    blocks,
    domain_blocks,
    endorsements,
    follow_requests,
    follows,
    mutes,
    unsuggested,
)
from chaupal.text.language import is_among


class FollowTerms(NamedTuple):
    """How somebody is followed: with their reposts, being told of each post, and in which languages (none: in all)."""

    reposts: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()


# Each column, and the parameter that fills it.
_TERMS = {"boosts": "reposts", "notify": "notify", "languages": "languages"}


def _begin(table: Table, **more: Any) -> Any:
    return inserts_once(table, by="me", to="them", id="new", **_TERMS, **more)


def _change_terms(table: Table) -> Any:
    return updates(table, **_TERMS).where(by="me", to="them")


def _columns_of(terms: FollowTerms) -> dict[str, Any]:
    return {"reposts": int(terms.reposts), "notify": int(terms.notify), "languages": ".".join(terms.languages)}


def terms_of(boosts: int, notify: int, languages: str) -> FollowTerms:
    """As their columns have them."""
    return FollowTerms(bool(boosts), bool(notify), tuple(languages.split(".")) if languages else ())


def _cut(table: Table) -> Any:
    return deletes(table).where(by="me", to="them")


def _find(table: Table) -> Any:
    return selects(table, "boosts notify languages").where(by="me", to="them")


_WHENCE = select(accounts.c.server).where(accounts.c.id == param("me")).scalar_subquery()
FOLLOW, ASK = _begin(follows, server=_WHENCE), _begin(follow_requests)
REFOLLOW, REASK = _change_terms(follows), _change_terms(follow_requests)
UNFOLLOW, UNASK, UNBLOCK, UNMUTE = _cut(follows), _cut(follow_requests), _cut(blocks), _cut(mutes)
FOLLOWED, ASKED = _find(follows), _find(follow_requests)
IN_VAIN = (
    selects(follow_requests, "by boosts notify languages")
    .join_from(follow_requests, accounts, accounts.c.id == follow_requests.c.to)
    .where(accounts.c.locked == text("0"), to="to")
    .ordered("id")
    .limit("n")
)
BLOCK = inserts_once(blocks, by="me", to="them", id="new")
MUTE = upserts(mutes, "by to", kept="id", by="me", to="them", id="new", notifications="too", ends_at="until")
OVER = deletes(mutes).where(mutes.c.ends_at <= param("now"), by="me")
BETWEEN = statement(
    union_all(
        select(blocks.c.id).where(
            or_(
                (blocks.c.by == param("me")) & (blocks.c.to == param("them")),
                (blocks.c.by == param("them")) & (blocks.c.to == param("me")),
            )
        ),
        select(domain_blocks.c.id)
        .join_from(domain_blocks, servers, servers.c.domain == domain_blocks.c.domain)
        .join(accounts, accounts.c.server == servers.c.id)
        .where(
            or_(
                (domain_blocks.c.account_id == param("me")) & (accounts.c.id == param("them")),
                (domain_blocks.c.account_id == param("them")) & (accounts.c.id == param("me")),
            ),
            accounts.c.server > text("0"),
        ),
    )
)
COUNT_FOLLOWING = updates(accounts, following_count=larger(accounts.c.following_count + param("by"), 0)).where(id="of")
COUNT_FOLLOWERS = updates(accounts, followers_count=larger(accounts.c.followers_count + param("by"), 0)).where(id="of")


async def follow(w: Writing, me: int, them: int, new: int, terms: FollowTerms) -> bool:
    """`me` follows `them` from now on; True when it is new. `new`: the id of the tie."""
    w.touch(RELATIONS, me, them)
    # Whether it is new is what the insertion says: two requests at once would both look and find nothing.
    if await w.run(FOLLOW, me=me, them=them, new=new, **_columns_of(terms)):
        await _count(w, me, them, 1)
        return True
    await w.run(REFOLLOW, me=me, them=them, **_columns_of(terms))
    return False


async def unfollow(w: Writing, me: int, them: int) -> bool:
    """Follows no more; False when there was nothing to end."""
    if not await w.run(UNFOLLOW, me=me, them=them):
        return False
    await lists.unfollowed(w, me, them)
    await unendorse(w, me, them)
    await _count(w, me, them, -1)
    w.touch(RELATIONS, me, them)
    return True


async def _count(w: Writing, me: int, them: int, by: int) -> None:
    # Always in the order of ids, so that two units that meet on the same rows wait and do not deadlock.
    for of, stmt in sorted(((me, COUNT_FOLLOWING), (them, COUNT_FOLLOWERS)), key=lambda pair: pair[0]):
        await w.run(stmt, of=of, by=by)
    w.touch(PEOPLE, me, them)


async def ask(w: Writing, me: int, them: int, new: int, terms: FollowTerms) -> bool:
    """`me` asks to follow `them`; True when it is new."""
    w.touch(RELATIONS, me, them)
    if await w.run(ASK, me=me, them=them, new=new, **_columns_of(terms)):
        return True
    await w.run(REASK, me=me, them=them, **_columns_of(terms))
    return False


async def unask(w: Writing, me: int, them: int) -> bool:
    """The request of `me` to follow `them` is gone; False when there was none. Where a follow takes its place, that came first."""
    w.touch(RELATIONS, me, them)
    gone = bool(await w.run(UNASK, me=me, them=them))
    if gone and await wanted(w, me, them) is None:
        await lists.unfollowed(w, me, them)
    return gone


async def grant(w: Writing, me: int, them: int, new: int, terms: FollowTerms) -> bool:
    """The request of `me` becomes a follow; False where it is gone: who withdraws or refuses it, or blocks, may be faster."""
    if not await w.run(UNASK, me=me, them=them):
        return False
    await follow(w, me, them, new, terms)
    return True


async def wanted(reading: Reading, me: int, them: int, *, asked: bool = False) -> FollowTerms | None:
    """The terms of a follow, or of a request; None when there is none."""
    row = await reading.first(ASKED if asked else FOLLOWED, me=me, them=them)
    return None if row is None else terms_of(*row)


async def asking_in_vain(reading: Reading, them: int, at_most: int) -> list[tuple[int, FollowTerms]]:
    """Who asks to follow an account that is not locked (any more), and on which terms; the first who did, first."""
    rows = await reading.fetch(IN_VAIN, to=them, n=at_most)
    return [(by, terms_of(*said)) for by, *said in rows]


async def block(w: Writing, me: int, them: int, new: int) -> bool:
    """`me` blocks `them`; True when it is new. Follows and requests are not touched here."""
    w.touch(RELATIONS, me, them)
    return bool(await w.run(BLOCK, me=me, them=them, new=new))


async def unblock(w: Writing, me: int, them: int) -> bool:
    w.touch(RELATIONS, me, them)
    return bool(await w.run(UNBLOCK, me=me, them=them))


async def apart(reading: Reading, me: int, them: int) -> bool:
    """Whether either of the two blocks the other, or wants nothing of the server that the other is on."""
    return await reading.value(BETWEEN, me=me, them=them) is not None


async def mute(w: Writing, me: int, them: int, new: int, *, notifications: bool, ends_at: int | None) -> None:
    """Mute until `ends_at` (ms since 1970; None: until unmuted). Clears away the account's mutes that are over."""
    await w.run(OVER, me=me, now=w.now())
    await w.run(MUTE, me=me, them=them, new=new, too=int(notifications), until=ends_at)
    w.touch(RELATIONS, me, them)


async def unmute(w: Writing, me: int, them: int) -> bool:
    w.touch(RELATIONS, me, them)
    return bool(await w.run(UNMUTE, me=me, them=them))


# --- looking ---------------------------------------------------------------------------------------------------------


class Ties(msgspec.Struct):
    """All that stands between the viewer and one other account. `mute_ends`: ms, None when it has no end."""

    following: bool = False
    reposts: bool = False
    notify: bool = False
    languages: tuple[str, ...] = ()
    followed_by: bool = False
    requested: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    mutes_notifications: bool = False
    mute_ends: int | None = None
    endorsed: bool = False
    note: str = ""
    hides_server: bool = False  # the viewer wants nothing of the server that they are on


class Side(IntEnum):
    """Which of the seven ties a row tells of, seen from the viewer."""

    FOLLOWS = 1
    FOLLOWED_BY = 2
    ASKS = 3
    ASKED_BY = 4
    BLOCKS = 5
    BLOCKED_BY = 6
    MUTES = 7


def _side(side: Side, table: Table, mine: str, theirs: str, *said: str) -> Any:
    """`said`: two numbers and a text of the tie."""
    more = (*said, *("0", "0", "''")[len(said) :])
    return select(literal_column(str(int(side))), table.c[theirs], *map(literal_column, more)).where(
        table.c[mine] == param("me"), among(table.c[theirs], "ids")
    )


TIES = statement(
    union_all(
        _side(Side.FOLLOWS, follows, "by", "to", "boosts", "notify", "languages"),
        _side(Side.FOLLOWED_BY, follows, "to", "by"),
        _side(Side.ASKS, follow_requests, "by", "to", "boosts", "notify", "languages"),
        _side(Side.ASKED_BY, follow_requests, "to", "by"),
        _side(Side.BLOCKS, blocks, "by", "to"),
        _side(Side.BLOCKED_BY, blocks, "to", "by"),
        _side(Side.MUTES, mutes, "by", "to", "notifications", "ends_at"),
    )
)


async def ties(reading: Reading, me: int, ids: Sequence[int]) -> dict[int, Ties]:
    """What stands between `me` and each of `ids`, in one look; every id has an entry."""
    found = {id_: Ties() for id_ in ids}
    now = reading.now()
    for side, other, *said in await reading.fetch(TIES, me=me, ids=listed(ids)):
        _note(found[other], side, now, *said)
    return found


def _note(tie: Ties, side: int, now: int, first: int, second: int | None, third: str) -> None:
    match side:
        case Side.FOLLOWS:
            tie.following = True
            tie.reposts, tie.notify, tie.languages = terms_of(first, second or 0, third)
        case Side.FOLLOWED_BY:
            tie.followed_by = True
        case Side.ASKS:
            tie.requested = True
            tie.reposts, tie.notify, tie.languages = terms_of(first, second or 0, third)
        case Side.ASKED_BY:
            tie.requested_by = True
        case Side.BLOCKS:
            tie.blocking = True
        case Side.BLOCKED_BY:
            tie.blocked_by = True
        case Side.MUTES if second is None or second > now:
            tie.muting, tie.mutes_notifications, tie.mute_ends = True, bool(first), second
        case _:
            pass  # a mute that is over


TOLD = selects(follows.c.by, follows.c.languages).where(text("notify = 1"), to="them").ordered("by")
HEARD = selects(mutes.c.to).where(mutes.c.notifications == 0, by="me")
BLOCKERS = selects(blocks.c.by).where(among(blocks.c.by, "ids"), to="them")


async def to_be_told(reading: Reading, them: int, language: str) -> list[int]:
    """Followers who asked to be told when `them` posts, in this language too."""
    rows = await reading.fetch(TOLD, them=them)
    return [by for by, wanted in rows if not wanted or is_among(language, wanted.split("."))]


async def muted_but_heard(reading: Reading, me: int) -> frozenset[int]:
    """Those whom `me` mutes, yet still wants notifications from."""
    return frozenset(row[0] for row in await reading.by(RELATIONS, me).fetch(HEARD, me=me))


async def blockers(reading: Reading, them: int, ids: Sequence[int]) -> frozenset[int]:
    """Those among `ids` who block `them`."""
    return frozenset(row[0] for row in await reading.fetch(BLOCKERS, them=them, ids=listed(ids)))


def _pages(table: Table, mine: str, theirs: str, *where: Any) -> Pages:
    return Pages(table.c.id, table.c[mine] == param("who"), *where, base=select(table.c.id, table.c[theirs]))


FOLLOWERS = _pages(follows, "to", "by")
FOLLOWING = _pages(follows, "by", "to")
ASKING = _pages(follow_requests, "to", "by")
BLOCKS = _pages(blocks, "by", "to")
MUTES = _pages(mutes, "by", "to", or_(mutes.c.ends_at.is_(None), mutes.c.ends_at > param("now")))


async def pairs(
    reading: Reading, pages: Pages, *, below: int, above: int, limit: int, upward: bool, **params: Any
) -> list[tuple[int, int]]:
    """(id of the tie, what it leads to), newest first, one more than `limit`."""
    rows = await pages.page(reading, below=below, above=above, limit=limit, upward=upward, **params)
    return [(row[0], row[1]) for row in rows]


NOTE = upserts(account_notes, "by to", by="me", to="them", text="note")
UNNOTE = deletes(account_notes).where(by="me", to="them")
NOTES = selects(account_notes.c.to, account_notes.c.text).where(among(account_notes.c.to, "ids"), by="me")
ENDORSE = inserts_once(endorsements, by="me", to="them", id="new")
UNENDORSE = deletes(endorsements).where(by="me", to="them")
ENDORSED = selects(endorsements.c.to).where(among(endorsements.c.to, "ids"), by="me")
ENDORSEMENTS = Pages(
    endorsements.c.id, endorsements.c.by == param("who"), base=select(endorsements.c.id, endorsements.c.to)
)
UNSUGGEST = inserts_once(unsuggested, by="me", to="them", id="new")
# Those whom `me` does not want to be suggested.
not_suggested = selects(unsuggested.c.to).where(by="of").set_of


async def note(w: Writing, me: int, them: int, text: str) -> None:
    """An empty note is none."""
    if text:
        await w.run(NOTE, me=me, them=them, note=text)
    else:
        await w.run(UNNOTE, me=me, them=them)


async def notes(reading: Reading, me: int, ids: Sequence[int]) -> dict[int, str]:
    """The notes of `me` about each of `ids` that has one."""
    return {row[0]: row[1] for row in await reading.fetch(NOTES, me=me, ids=listed(ids))}


async def endorse(w: Writing, me: int, them: int, new: int) -> None:
    await w.run(ENDORSE, me=me, them=them, new=new)


async def unendorse(w: Writing, me: int, them: int) -> None:
    await w.run(UNENDORSE, me=me, them=them)


async def endorsed(reading: Reading, me: int, ids: Sequence[int]) -> frozenset[int]:
    """Those among `ids` whom `me` endorses."""
    return frozenset(row[0] for row in await reading.fetch(ENDORSED, me=me, ids=listed(ids)))


async def unsuggest(w: Writing, me: int, them: int, new: int) -> None:
    await w.run(UNSUGGEST, me=me, them=them, new=new)
