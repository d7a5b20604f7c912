"""Facts for the gate: the viewer's ties and the rulings in force, remembered until a commit changes them."""

import functools
from collections.abc import Sequence
from sys import intern
from typing import NamedTuple

import msgspec
from sqlalchemy import case, func, literal_column, or_, select, text as sql, union_all

from chaupal.kernel.clock import MINUTE
from chaupal.policy.facts import STRANGER, Facts, Relations
from chaupal.policy.measures import OF_SERVERS, Measure
from chaupal.policy.rulings import Ruling, RulingIndex
from chaupal.policy.viewer import Viewer
from chaupal.store.machine.dialect import among, as_list, is_one_of, listed, param, stands_below, statement
from chaupal.store.machine.marks import LOGGED
from chaupal.store.machine.shelves import EVERY, FILTERS, ONLY, RELATIONS, RULINGS, note_until
from chaupal.store.machine.statements import columns_of, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.filters import NO_FILTERS
from chaupal.store.tables.court import rulings, targets
from chaupal.store.tables.federation import servers
from chaupal.store.tables.identity import logins, moves
from chaupal.store.tables.square import (
    blocks,
    domain_blocks,
    filters,
    follows,
    list_members,
    lists,
    media,
    media_uses,
    mutes,
    tag_follows,
)

ALL_LANGUAGES = "all"  # in the place of codes
_ids = msgspec.json.Decoder(list[int]).decode
_ZERO, _NONE = literal_column("0"), literal_column("''")
# Whom they follow (and whether with reposts, and in which languages), block and mute (and until when), who blocks them, servers they
# want nothing of; tags that they follow, who stands in an exclusive list of theirs, the languages of their home; and their filters, so
# that who has none need not be asked for them.
TIES = statement(
    union_all(
        select(
            _ZERO, func.min(follows.c.boosts), func.max(func.length(follows.c.languages)), as_list(follows.c.to)
        ).where(follows.c.by == param("me")),
        select(literal_column("1"), blocks.c.to, _ZERO, _NONE).where(blocks.c.by == param("me")),
        select(literal_column("2"), blocks.c.by, _ZERO, _NONE).where(blocks.c.to == param("me")),
        select(literal_column("3"), mutes.c.to, mutes.c.ends_at, _NONE).where(mutes.c.by == param("me")),
        select(literal_column("4"), servers.c.id, _ZERO, _NONE)
        .join_from(domain_blocks, servers, servers.c.domain == domain_blocks.c.domain)
        .where(domain_blocks.c.account_id == param("me")),
        select(literal_column("5"), _ZERO, _ZERO, tag_follows.c.key).where(tag_follows.c.account_id == param("me")),
        select(literal_column("6"), list_members.c.account_id, _ZERO, _NONE)
        .join_from(list_members, lists, lists.c.id == list_members.c.list_id)
        .where(lists.c.account_id == param("me"), lists.c.exclusive == 1),
        select(literal_column("7"), _ZERO, _ZERO, logins.c.reads).where(
            logins.c.account_id == param("me"), logins.c.reads_at_home == 1, logins.c.reads != ALL_LANGUAGES
        ),
        select(literal_column("8"), filters.c.id, _ZERO, _NONE).where(filters.c.account_id == param("me")),
    )
)

# Those whom they follow without reposts, or in some languages only: asked for where there are any.
NARROWED = selects(follows, "to boosts languages").where(
    follows.c.by == param("me"), or_(follows.c.boosts == sql("0"), follows.c.languages != _NONE)
)

BACK = MINUTE  # a clock may be put back so far without everything being read again

# What the law is made of, and after it when and with which entry of the log it was lifted.
LAW = columns_of(
    rulings,
    "id subject_id measure territory starts_at ends_at order_ref authority authority_hi legal_basis reason "
    "log_index term basis regime rule review_at permanent neutral text lifted_at lift_log_index "
    "opened_log_index owner_id",
)
# A warning hides nothing, so no verdict rests on it.
IN_FORCE = (
    selects(*LAW)
    .where(rulings.c.lifted_at.is_(None), rulings.c.measure != sql("'warn'"), rulings.c.id > param("after"))
    .order_by(rulings.c.id)
    .limit("n")
)
BY_IDS = selects(*LAW).where(among(rulings.c.id, "ids"))
# Whatever is entered after a look has a place at or beyond the size that the log had then, so no change is missed, whatever
# clocks say. (What is secret has a place far beyond it at once, and is read again until the log has grown so far.)
SINCE = statement(
    union_all(
        select(*LAW).where(rulings.c.log_index > param("leaf")),
        select(*LAW).where(rulings.c.lift_log_index > param("leaf"), rulings.c.log_index <= param("leaf")),
        select(*LAW).where(rulings.c.opened_log_index > param("leaf")),
        # Decided by one person alone: its end moves when a second one agrees.
        select(*LAW).where(sql("second_by IS NOT NULL"), rulings.c.lifted_at.is_(None)),
    )
)
LAST_LEAF = selects(func.coalesce(LOGGED, 0) - 1)
# What some rulings are about beside what they name, as (kind, …): asked for in one statement, whatever they are, so that nobody can tell
# by the time of the next answer that one of them was secret.
_below, _beside_it = servers.alias("below"), targets.alias("beside_it")
_these, _secret = among(rulings.c.id, "ids"), rulings.c.neutral == sql("1")
_of_servers = is_one_of(rulings.c.measure, sorted(OF_SERVERS))
_COVERS, _UNDER, _MATTER, _CONCERNED = range(4)
_owners = (
    select(_beside_it.c.order_id, _beside_it.c.owner_id.label("account_id"))
    .join_from(rulings, targets, targets.c.id == rulings.c.target_id)
    .join(_beside_it, _beside_it.c.order_id == targets.c.order_id)
    .where(_these, _secret, _beside_it.c.owner_id.is_not(None))
    .cte("concerned", recursive=True)
)
# With every account between which they have moved, one after the other (`triggers.accounts_of`).
_concerned = _owners.union(
    select(
        _owners.c.order_id, case((moves.c.account_id == _owners.c.account_id, moves.c.to_id), else_=moves.c.account_id)
    ).join_from(_owners, moves, or_(moves.c.account_id == _owners.c.account_id, moves.c.to_id == _owners.c.account_id))
)
BESIDE = statement(
    union_all(
        # The pictures of a post, and a picture that is named itself, by their content.
        select(literal_column(str(_COVERS)), rulings.c.id, media_uses.c.root)
        .join_from(rulings, media_uses, media_uses.c.post_id == rulings.c.subject_id)
        .where(_these, rulings.c.measure == sql(f"'{Measure.WITHHOLD_POST}'")),
        select(literal_column(str(_COVERS)), rulings.c.id, case((media.c.root == 0, media.c.id), else_=media.c.root))
        .join_from(rulings, media, media.c.id == rulings.c.subject_id)
        .where(_these, rulings.c.measure == sql(f"'{Measure.WITHHOLD_MEDIA}'")),
        # The servers below the name of one that is limited.
        select(literal_column(str(_UNDER)), rulings.c.id, _below.c.id)
        .join_from(rulings, servers, servers.c.id == rulings.c.subject_id)
        .join(_below, stands_below(_below.c.domain, servers.c.domain))
        .where(_these, _of_servers),
        # The orders of neutral ones, and whom each of these is about: who of them is of the staff knows nothing of any of it.
        select(literal_column(str(_MATTER)), rulings.c.id, targets.c.order_id)
        .join_from(rulings, targets, targets.c.id == rulings.c.target_id)
        .where(_these, _secret),
        select(literal_column(str(_CONCERNED)), _concerned.c.order_id, _concerned.c.account_id),
    )
)
AT_ONCE = 2_000  # rows: what is read of many at a time, so that memory holds few of them


async def facts_for(reading: Reading, viewer: Viewer) -> Facts:
    """All that a verdict for this viewer may rest on."""
    rulings_now = await rulings_in_force(reading)
    return Facts(STRANGER if viewer.account is None else await relations_of(reading, viewer.account), rulings_now)


async def relations_of(reading: Reading, account: int) -> Relations:
    """The account's ties to others."""
    memory = reading.memory
    kept = memory.relations.get(account)
    now = reading.now()
    if kept is not None and now < kept.until:
        note_until(kept.until)
        return kept
    generation, look = memory.generation, reading.by(RELATIONS, account)
    ties: tuple[list[Row], ...] = ([], [], [], [], [], [], [], [], [])
    for row in await look.fetch(TIES, me=account):
        ties[row[0]].append(row)
    _, reposts, narrowed, followed = ties[0][0]
    following = frozenset(_ids(followed or "[]"))
    rows = await look.fetch(NARROWED, me=account) if reposts == 0 or narrowed else ()
    quiet = frozenset(row[0] for row in rows if not row[1])
    languages = {row[0]: frozenset(row[2].split(".")) for row in rows if row[2]}
    blocking, blocked_by = frozenset(row[1] for row in ties[1]), frozenset(row[1] for row in ties[2])
    muted = [(row[1], row[2]) for row in ties[3]]
    muting = frozenset(to for to, ends in muted if ends is None or ends > now)
    until = min((ends for _, ends in muted if ends is not None and ends > now), default=2**63 - 1)
    hidden = frozenset(row[1] for row in ties[4])
    apart = blocking | blocked_by | muting | hidden
    aside = frozenset(row[1] for row in ties[6])
    at_home, tags = following - aside | {account}, frozenset(row[3] for row in ties[5])
    home_in = tuple(ties[7][0][3].split(".")) if ties[7] else ()
    found = Relations(
        following, blocking, blocked_by, muting, apart, quiet, until, hidden, languages, aside, at_home, tags, home_in
    )
    note_until(until)
    if memory.stands(RELATIONS, (account,), generation):
        memory.relations.put(account, found)
    if not ties[8] and memory.stands(FILTERS, (account,), generation):
        memory.filters.put(account, NO_FILTERS)
    return found


async def rulings_in_force(reading: Reading) -> RulingIndex:
    """The index of rulings at this moment. A change is read by itself, however many others are in force."""
    kept, now = reading.memory.rulings, reading.now()
    index, look = kept.index, reading.by(RULINGS, ONLY)
    if index is None or not kept.fresh or now < index.at - BACK:
        index = await _read(look)
    if now >= index.until and index.advance(now):
        kept.version += 1  # the clock moved one: what was cached per verdict is stale
        reading.memory.pages.forget(EVERY)
    note_until(index.until)
    return index


async def _read(reading: Reading) -> RulingIndex:
    """Bring the index up to date, one read at a time, so that hundreds of waiting streams do not each read all of it. A
    unit that writes does not wait.
    """
    if isinstance(reading, Writing):
        return await _read_on(reading)
    async with reading.memory.rulings.turn:
        return await _read_on(reading)


async def _read_on(reading: Reading) -> RulingIndex:
    """Read until nothing has changed meanwhile."""
    kept = reading.memory.rulings
    while True:
        index, version, reads, now = kept.index, kept.version, kept.reads, reading.now()
        # A clock that went back brings back what had ended.
        if index is None or kept.doubtful or now < index.at - BACK:
            await _read_all(reading, version, reads)
        elif kept.fresh:
            return index
        else:
            await _read_news(reading, index, version, reads)


async def _read_all(reading: Reading, version: int, reads: int) -> None:
    kept, index, after = reading.memory.rulings, RulingIndex((), reading.now()), -1
    leaf = await _reached(reading)
    while rows := await reading.fetch(IN_FORCE, after=after, n=AT_ONCE):
        beside, now = await _beside(reading, rows), reading.now()
        index.change((_ruling(row, now, beside) for row in rows), (), now)
        after = rows[-1][0]
    if reads == kept.reads:  # else another look has read meanwhile, and may know more
        kept.index = index
        kept.known(version, leaf, whole=True)


async def _read_news(reading: Reading, index: RulingIndex, version: int, reads: int) -> None:
    kept = reading.memory.rulings
    beside, leaf = kept.beside, kept.leaf
    seen = await _reached(reading) if beside else leaf
    asked = sorted(kept.stale)
    rows = [*await reading.fetch(BY_IDS, ids=listed(asked))] if asked else []
    if beside:
        rows += await reading.fetch(SINCE, leaf=leaf)
    also = await _beside(reading, rows)
    if reads == kept.reads:
        # What is not there never was: it was read in a unit that was given up.
        gone = [row[0] for row in rows if row[20] is not None] + [*{*asked}.difference(row[0] for row in rows)]
        now = reading.now()
        live = [_ruling(row, now, also) for row in rows if row[20] is None and row[2] != Measure.WARN]
        index.change(live, gone, now)
        kept.known(version, seen, whole=False)


async def _reached(reading: Reading) -> int:
    """The last entry of the log. A unit that writes sees its own, which may yet be given up, and their places be another's:
    there what was known before still holds.
    """
    return reading.memory.rulings.leaf if isinstance(reading, Writing) else await reading.value(LAST_LEAF)


class _Beside(NamedTuple):
    """What rulings are about beside what they name, each by ruling."""

    covers: dict[int, tuple[int, ...]]  # contents of pictures that it withholds wherever their owner uses them
    under: dict[int, tuple[int, ...]]  # servers below the domain of the one that it names
    concerned: dict[int, frozenset[int]]  # of a neutral one everybody whom its order is about


async def _beside(reading: Reading, rows: Sequence[Row]) -> _Beside:
    """Also of no rows: what is secret is read again and again while others are not."""
    found: tuple[dict[int, list[int]], ...] = ({}, {}, {}, {})
    for kind, id_, other in await reading.fetch(BESIDE, ids=listed([row[0] for row in rows])):
        found[kind].setdefault(id_, []).append(other)
    covers, under = ({id_: tuple(some) for id_, some in found[kind].items()} for kind in (_COVERS, _UNDER))
    # One set for all rulings of an order.
    whole = {order: frozenset(owners) for order, owners in found[_CONCERNED].items()}
    concerned = {id_: whole.get(order, frozenset()) for id_, (order,) in found[_MATTER].items()}
    return _Beside(covers, under, concerned)


def _ruling(row: Row, now: int, beside: _Beside) -> Ruling:
    """A row of LAW as a Ruling. Equal texts are shared, since a hundred thousand rulings say few different things.

    Every ruling begins with its commit, so whatever is read has begun: a clock that was put back does not undo it.
    """
    (
        id_, subject, measure, territory, starts, ends, ref, authority, authority_hi, law, reason, leaf, term, basis, regime, rule,
        review, permanent, neutral, text, _, _, opened, owner,
    ) = row  # fmt: skip
    return Ruling(
        id=id_, subject=subject, measure=Measure(measure), territory=_countries(territory), starts_at=min(starts, now), ends_at=ends,
        order_ref=intern(ref), authority=intern(authority), authority_hi=intern(authority_hi), legal_basis=intern(law),
        reason=intern(reason), log_index=leaf, term=intern(term), basis=intern(basis), regime=intern(regime), rule=intern(rule),
        review_at=review, permanent=bool(permanent), neutral=bool(neutral), text=intern(text),
        covers=beside.covers.get(id_, ()), concerned=beside.concerned.get(id_, frozenset()), opened_by=opened,
        under=beside.under.get(id_, ()), owner=owner or 0 if neutral else 0,
    )  # fmt: skip


@functools.lru_cache(1_000)
def _countries(territory: str) -> tuple[str, ...]:
    return tuple(territory.split(","))
