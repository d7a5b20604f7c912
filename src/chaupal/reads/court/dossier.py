"""What staff see: the queue of open cases by their clock, one order with everything that was said about its targets, what waits in it in
groups of things that are alike, one matter."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.kernel.ids import made_at
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import reveal
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court import copies, record
from chaupal.reads.court.copies import Copies
from chaupal.reads.court.record import RegisterLine
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.store.court import (
    as_filed,
    authorities,
    case_events,
    docket,
    impact,
    knowing,
    order_events,
    rulings,
    tellings,
)
from chaupal.store.court.as_filed import PostWords as PostWords
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.order_events import OrderEvent
from chaupal.store.court.rulings import RulingRow
from chaupal.store.court.tellings import Telling
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts

# How old a thing was when the order came: the name of each age, and where it ends.
AGES = (("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY), ("year", 365 * DAY))
OLDER = "older"

type Alike = tuple[str, str, str, str, str]  # class, kind, age, measure or outcome, reason


class AlikeTargets(msgspec.Struct, frozen=True, kw_only=True):
    """Things that are alike. `outcome`: what is proposed, or what was asked for; `reason`: of the proposal, word for word.

    `key` names the group in an address, and is the same while its things are alike; `age` is empty for what has none.
    """

    key: str
    speaker: str
    kind: str
    age: str
    outcome: str
    reason: str
    numbers: tuple[int, ...]


async def groups(reads: Reads, viewer: Viewer, ref: str, states: Sequence[str]) -> list[AlikeTargets]:
    """The things of an order that stand in one of `states`, protected speakers first, then by how many. Raises NotFound."""
    async with reads.work.reading() as reading:
        order = or_not_found(await knowing.order_for(reading, viewer, ref))
        there = await case_events.standing_there(reading, order.id, states, 1, EVERY)
        events = await case_events.events_of(reading, [target.id for target in there])
    alike: dict[Alike, list[int]] = {}
    for target in there:
        alike.setdefault(_alike(order, target, events[target.id]), []).append(target.number)
    found = [
        AlikeTargets(
            key=_key(of), speaker=of[0], kind=of[1], age=of[2], outcome=of[3], reason=of[4], numbers=tuple(numbers)
        )
        for of, numbers in alike.items()
    ]
    return sorted(found, key=lambda one: (not one.speaker, -len(one.numbers), one.numbers))


def _alike(order: Order, target: Target, events: Sequence[CaseEvent]) -> Alike:
    proposed = events[-1].state.endswith(("_proposed", "_concurred"))
    said = next((one.body for one in reversed(events) if one.state.endswith("_proposed")), None) if proposed else None
    return (
        target.speaker,
        target.kind,
        _age(order, target),
        said.outcome if said else target.demanded,
        said.reason if said else "",
    )


def _age(order: Order, target: Target) -> str:
    """How old the thing was: its id knows when it was made."""
    if not target.subject_id:  # not found here, or a tag
        return ""
    age = order.received_at - made_at(target.subject_id)
    return next((name for name, end in AGES if age < end), OLDER)


def _key(alike: Alike) -> str:
    return hashlib.sha256("\0".join(alike).encode()).hexdigest()[:12]


MOST_POSTS = 50  # of an account, to choose from
EVERY = 1_000_000  # targets: an order names far fewer


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One target as staff see it: the thing itself, whose it is, what was said. `number` is the last event's."""

    target: Target
    state: str
    number: int
    post: Visible[Post] | None
    person: Visible[Person] | None
    events: tuple[CaseEvent, ...]
    ruling: RulingRow | None
    since: as_filed.TargetNow  # what became of it since it was named
    copies: Copies | None = None  # what of it is elsewhere, where other servers are talked to

    @property
    def proposal(self) -> CaseEvent | None:
        """What is proposed or was decided."""
        return next((event for event in reversed(self.events) if event.state.endswith("_proposed")), None)


class Dossier(msgspec.Struct, frozen=True):
    """An order with the files of its targets; `names`: handles of staff by account; `flagger`: whose hint the house follows."""

    order: Order
    authority: Authority
    files: tuple[File, ...]
    names: dict[int, str]
    next: int | None  # the number of the next target, where there are more
    flagger: Authority | None = None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One case as its page shows it. `posts`: of the account that is named, the public ones, to choose from.

    `private`: what is shown is not for everybody, so that looking at it is written down. `last`: the order's last number.
    """

    order: Order
    authority: Authority
    file: File
    posts: tuple[Visible[Post], ...]
    names: dict[int, str]
    made: tuple[RulingRow, ...]
    told: tuple[Telling, ...]  # what its owner was told of these
    private: bool
    last: int
    then: PostWords | None  # the words that the order named, where they are kept, and those of now
    now: PostWords | None


async def queue(reads: Reads, viewer: Viewer) -> list[RegisterLine]:
    """Orders with something that waits for somebody of the staff; those that must be acted on first come first."""
    async with reads.work.reading() as reading:
        waiting = await case_events.standing_in(reading, record.WAITS)
        found = await knowing.known(reading, viewer, await docket.orders_by_id(reading, sorted(waiting)))
        found.sort(key=lambda order: (order.act_by is None, order.act_by or 0, order.id))
        return await record.lines(reading, found)


async def dossier(
    reads: Reads,
    viewer: Viewer,
    ref: str,
    *,
    first: int = 1,
    most: int = 50,
    states: Sequence[str] = (),
    only: Sequence[int] | None = None,
) -> Dossier:
    """The order as staff see it, its targets from number `first` on. Raises NotFound.

    `states`: only those that stand there; `only`: of these, only those with such numbers.
    """
    async with reads.work.reading() as reading:
        order = await knowing.order_for(reading, viewer, ref)
        authority = None if order is None else await authorities.by_id(reading, order.authority_id)
        if order is None or authority is None:
            raise NotFound
        if states:
            found = await case_events.standing_there(
                reading, order.id, states, first, most + 1 if only is None else EVERY
            )
            found = found if only is None else [target for target in found if target.number in only][: most + 1]
            named, following = found[:most], found[most].number if len(found) > most else None
        else:
            named, following = record.part_from(await docket.targets_of(reading, order.id), first, most)
        events = await case_events.events_of(reading, [t.id for t in named])
        files = await _files(reads, reading, viewer, named, events)
        staff = {order.received_by, authority.created_by, *(e.by for es in events.values() for e in es)}
        flagger = None if order.flagged_by is None else await authorities.by_id(reading, order.flagged_by)
        return Dossier(order, authority, files, await _handles(reading, viewer, staff), following, flagger)


async def sheet(reads: Reads, viewer: Viewer, ref: str, number: int) -> Sheet:
    """The case about target `number` as staff see it. Raises NotFound."""
    async with reads.work.reading() as reading:
        order = await knowing.order_for(reading, viewer, ref)
        authority = None if order is None else await authorities.by_id(reading, order.authority_id)
        named = [] if order is None else await docket.targets_of(reading, order.id)
        target = next((one for one in named if one.number == number), None)
        if order is None or authority is None or target is None:
            raise NotFound
        events = await case_events.events_of(reading, [target.id])
        (file,) = await _files(reads, reading, viewer, [target], events)
        made = (await rulings.by_targets(reading, [target.id]))[target.id]
        staff = {order.received_by, target.assigned_to or 0, *(e.by for e in events[target.id])}
        private = file.post is not None and file.post.item.visibility > Visibility.UNLISTED
        post = await as_filed.post_of(reading, target)
        then, now = (None, None) if post is None else await as_filed.then_and_now(reading, post, order.received_at)
        return Sheet(
            order=order,
            authority=authority,
            file=file,
            posts=await _posts_of(reading, viewer, target),
            names=await _handles(reading, viewer, staff),
            made=tuple(made),
            told=tuple([one for one in await tellings.about(reading, *[row.id for row in made]) if one.sent_at]),
            private=private,
            last=len(named),
            then=then,
            now=now,
        )


async def _posts_of(reading: Reading, viewer: Viewer, target: Target) -> tuple[Visible[Post], ...]:
    """The newest posts of an account that is named, those that everybody here may see: whom a message was for is nobody's business here."""
    if target.kind != "account" or target.subject_id is None:
        return ()
    ids = await impact.open_posts(reading, target.subject_id, MOST_POSTS)
    return tuple(reveal(viewer, Surface.OFFICE, await sealed_posts(reading, ids), await facts_for(reading, viewer)))


async def _files(
    reads: Reads, reading: Reading, viewer: Viewer, named: Sequence[Target], events: dict[int, list[CaseEvent]]
) -> tuple[File, ...]:
    facts = await facts_for(reading, viewer)
    shown = await as_filed.posts_shown(reading, named)
    posts = {v.item.id: v for v in reveal(viewer, Surface.OFFICE, await sealed_posts(reading, shown.values()), facts)}
    people = await _people(reading, viewer, (t.owner_id for t in named))
    made = await rulings.by_targets(reading, [t.id for t in named])
    found = await docket.orders_by_id(reading, [named[0].order_id]) if named else []
    parts = {id_: _narrowed_to(said) for id_, said in events.items()}
    since = await as_filed.since(reading, named, found[0].received_at if found else 0, parts)
    elsewhere = await copies.of_targets(reading, reads.settings, named)
    return tuple(
        File(
            target=t,
            state=events[t.id][-1].state,
            number=events[t.id][-1].number,
            post=posts.get(shown.get(t.id, 0)),
            person=people.get(t.owner_id or 0),
            events=tuple(events[t.id]),
            ruling=next(reversed(made[t.id]), None),
            since=since[t.id],
            copies=elsewhere.get(t.id),
        )
        for t in named
    )


def _narrowed_to(events: Sequence[CaseEvent]) -> tuple[int, ...]:
    """The parts of which the last proposal speaks, or the last that one person did."""
    return next((event.body.subjects for event in reversed(events) if event.body.outcome), ())


async def _people(reading: Reading, viewer: Viewer, ids: Iterable[int | None]) -> dict[int, Visible[Person]]:
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    found = (await sealed_people(reading, wanted)).values()
    return {v.item.id: v for v in reveal(viewer, Surface.OFFICE, found, await facts_for(reading, viewer))}


async def _handles(reading: Reading, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    return {id_: seen.item.handle for id_, seen in (await _people(reading, viewer, ids)).items()}


class Matter(msgspec.Struct, frozen=True):
    """A dossier with the events of the order as a whole, and how all its targets stand."""

    dossier: Dossier
    counts: record.Counts
    steps: tuple[OrderEvent, ...]

    @property
    def stage(self) -> str:
        """Where the order stands."""
        return order_events.stage_of(self.steps)


async def every(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[RegisterLine]:
    """All matters of which they may know, newest first. The caller has seen to it that the viewer is staff."""
    async with reads.work.reading() as reading:
        found = await _below(reading, viewer, cursor.below, cursor.limit + 1)
        page = rows_page(found, cursor)
        return page.map(await record.lines(reading, page.items))


async def _below(reading: Reading, viewer: Viewer, below: int, at_most: int) -> list[Order]:
    """Skip what is secret before cutting the page: a short page would reveal that something is there."""
    found: list[Order] = []
    while len(found) < at_most:
        some = await docket.orders_below(reading, below, at_most)
        found += await knowing.known(reading, viewer, some)
        if len(some) < at_most:
            break
        below = some[-1].id
    return found[:at_most]


async def matter(reads: Reads, viewer: Viewer, ref: str, *, first: int = 1, most: int = 50) -> Matter:
    """One of them, its targets from number `first` on. Raises NotFound."""
    found = await dossier(reads, viewer, ref, first=first, most=most)
    async with reads.work.reading() as reading:
        counts = (await record.counts_of(reading, [found.order.id]))[found.order.id]
        steps = await order_events.of_order(reading, found.order.id)
    if first > 1 and not found.files:
        raise NotFound
    return Matter(found, counts, tuple(steps))
