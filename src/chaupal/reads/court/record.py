"""The public register: which orders came, and what was done about each of their targets and why. No words of people."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.draft import OWN_ACTION
from chaupal.policy.gate import reveal
from chaupal.policy.measures import SEEN, Measure
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.court import copies
from chaupal.reads.court.copies import Copies
from chaupal.reads.page import Cursor, Page, rows_page
from chaupal.store.court import authorities, case_events, docket, order_events, register as asked, rulings
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts

SHOWN_AS_PENDING = (
    "received",
    "returned",
    "measure_proposed",
    "measure_concurred",
    "refusal_proposed",
    "closing_proposed",
)
SHOWN_AS_DECIDED = (
    "in_force",
    "unseconded",
    "refused",
    "closed",
    case_events.OWN_RULES,
    "not_found",
    "lifted",
    "lapsed",
    "overturned",
    "confirmed",
    "ended_by_log",
    "undecided",
)
# What two people (or for a time one) decided: what leads up to it is inside until then.
DECIDED = ("in_force", "unseconded", "refused", "closed")
SHOWN_AS_ENDED = ("lifted", "lapsed", "stayed", "withdrawn", "set_aside", "overturned", "confirmed", "ended_by_log")
# That a change is proposed is the staff's own: until it is approved everything stands as it stood.
INSIDE = ("change_proposed", "change_concurred")
SHOWN_AS_IN_FORCE = ("in_force", "unseconded", *INSIDE)
WAITS = (*SHOWN_AS_PENDING, "unseconded", *INSIDE)  # for somebody of the staff


class Counts(msgspec.Struct, frozen=True):
    """How many targets an order names, and where they stand."""

    asked: int = 0
    withheld: int = 0
    refused: int = 0
    ended: int = 0
    pending: int = 0
    not_found: int = 0
    unread: int = 0  # lines that name nothing of their own here: named before, of another server, or unreadable
    own_rules: int = 0  # closed, because the house acted by its own rules
    # Their order was closed, replaced, withdrawn or set aside before anything was decided about them.
    undecided: int = 0


class RegisterLine(msgspec.Struct, frozen=True):
    """An order in the register."""

    order: Order
    authority: Authority
    counts: Counts


class OwnRuling(msgspec.Struct, frozen=True):
    """What the house did by its own rules about what an order names: in which matter, and its measure there, where everybody can see
    that it is in force.
    """

    ref: str
    ruling: RulingRow | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one target. `handle` (and `post`) only where this viewer may know of them.

    `state` says `pending` for everything that two people have not decided yet, and `own_rules` where the case was closed because
    the house acted by its own rules (`acted`: in which matter); `log` are indices of leaves; `term` is the
    key of a tag that something was done about; `reason`, of a line that names nothing of its own, is what is wrong with it in the
    words of `kernel/faults`.
    """

    number: int
    kind: str
    state: str
    handle: str = ""
    post: int | None = None
    term: str = ""
    reason: str = ""
    code: str = ""
    lifted_because: str = ""
    decided_at: int | None = None
    ruling: RulingRow | None = None
    log: tuple[int, ...] = ()
    acted: OwnRuling | None = None
    copies: Copies | None = None  # what of it this does not reach, where something is limited


class StoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order's story: a step (`verb`) of the order as a whole, or what `many` of its targets came to (`state`).

    What the public log says of a step, and no more: why, before which body, letters, minutes and who acted stay inside. They
    are free text, and private until staff open them (`governance/log/opening.py`). `body`: a code.
    """

    at: int
    verb: str = ""
    state: str = ""
    many: int = 0
    codes: tuple[str, ...] = ()
    body: str = ""
    until: int | None = None
    log: tuple[int, ...] = ()


class Versions(NamedTuple):
    """References of the order of which one is the mended version, and of its own mended version; of none, nothing."""

    replaces: str = ""
    replaced_by: str = ""


class Story(msgspec.Struct, frozen=True):
    """One order, told whole. `asked`: of a matter under the house's own rules, the orders that had asked for what was done.

    `flagger`: the authority whose hint such a matter follows. `confirms`: the reference of the order that it says it confirms.
    `versions`: of the order, sent back, of which it is the mended version; and of the version that took its own place.
    """

    order: Order
    authority: Authority
    counts: Counts
    happened: tuple[StoryLine, ...]
    outcomes: tuple[Outcome, ...]
    next: int | None  # the number of the next target, where there are more
    asked: tuple[tuple[Order, Authority], ...] = ()
    flagger: Authority | None = None
    confirms: str = ""
    versions: Versions = Versions()


Sought = asked.Sought
# What the register can be asked for by what became of things -> the states that count as it.
OUTCOMES = {
    "withheld": SHOWN_AS_IN_FORCE,
    "refused": ("refused",),
    "ended": SHOWN_AS_ENDED,
    "pending": SHOWN_AS_PENDING,
    "not_found": ("not_found", "unread"),
    "own_rules": (case_events.OWN_RULES,),
}


async def register(reads: Reads, cursor: Cursor, sought: asked.Sought = asked.EVERY) -> Page[RegisterLine]:
    """Orders of authorities that may be told of, as they are sought, newest first."""
    async with reads.work.reading() as reading:
        found = await asked.public_orders_below(reading, cursor.below, cursor.limit + 1, sought)
        page = rows_page(found, cursor)
        return page.map(await lines(reading, page.items))


async def issuers(reads: Reads) -> tuple[list[Authority], list[str]]:
    """Who has sent orders that may be told of, by name; and the ids of the laws under which they came."""
    async with reads.work.reading() as reading:
        found = await asked.public_issuers(reading)
        named = {authority.id: authority for authority in await authorities.all_authorities(reading)}
    who = sorted({id_ for id_, _ in found if id_ in named}, key=lambda id_: named[id_].name)
    return [named[id_] for id_ in who], sorted({law for _, law in found if law})


async def stories(reads: Reads, found: Sequence[RegisterLine]) -> dict[int, tuple[StoryLine, ...]]:
    """Order -> its story in lines, for a feed."""
    async with reads.work.reading() as reading:
        return {line.order.id: await _happened(reading, line.order) for line in found}


async def lines(reading: Reading, found: Sequence[Order]) -> list[RegisterLine]:
    """Orders with who asked and how their targets stand."""
    named = {authority.id: authority for authority in await authorities.all_authorities(reading)}
    counts = await counts_of(reading, [order.id for order in found])
    return [
        RegisterLine(order, named.get(order.authority_id or 0, authorities.HOUSE), counts[order.id]) for order in found
    ]


async def counts_of(reading: Reading, ids: Sequence[int]) -> dict[int, Counts]:
    """Order -> how its targets stand."""
    return {id_: counted(told) for id_, told in (await case_events.public_standing(reading, ids)).items()}


async def story(
    reads: Reads, viewer: Viewer, ref: str, *, first: int = 1, entry: int | None = None, most: int = 100
) -> Story:
    """The order and what was done about its targets from number `first` on, or those among which an entry of the log limits one.
    Raises NotFound, as for a secret one.
    """
    async with reads.work.reading() as reading:
        order = await docket.order(reading, ref)
        authority = None if order is None else await authorities.by_id(reading, order.authority_id)
        if order is None or authority is None or order.secret:
            raise NotFound
        if entry is not None and (number := await docket.number_decided_at(reading, order.id, entry)):
            first = number - (number - 1) % most
        named, following = part_from(await docket.targets_of(reading, order.id), first, most)
        own = order.authority_id is None
        outcomes = tuple(await _outcomes(reads, reading, viewer, named, elsewhere=True, own=own))
        counts = (await counts_of(reading, [order.id]))[order.id]
        happened = await _happened(reading, order)
        asked = await _orders_behind(reading, order)
        flagger = None if order.flagged_by is None else await authorities.by_id(reading, order.flagged_by)
        confirms, versions = await _public(reading, order.confirms), await _public_versions(reading, order)
    return Story(order, authority, counts, happened, outcomes, following, asked, flagger, confirms, versions)


async def things(
    reads: Reads, viewer: Viewer, found: Sequence[RegisterLine]
) -> list[tuple[RegisterLine, Sequence[Outcome]]]:
    """Orders of the register with what became of all that each names; what a measure does not reach is left out."""
    async with reads.work.reading() as reading:
        named = await docket.TARGETS_OF_ORDERS.all(reading, ids=listed([line.order.id for line in found]))
        of_order: dict[int, list[Outcome]] = {line.order.id: [] for line in found}
        for target, outcome in zip(named, await _outcomes(reads, reading, viewer, named), strict=True):
            of_order[target.order_id].append(outcome)
    return [(line, of_order[line.order.id]) for line in found]


async def _outcomes(
    reads: Reads,
    reading: Reading,
    viewer: Viewer,
    named: Sequence[Target],
    *,
    elsewhere: bool = False,
    own: bool = False,
) -> list[Outcome]:
    """What became of each of these, in their order. `elsewhere`: and what of it a measure does not reach; `own`: of a matter under
    the house's own rules, which tells whom it is about where everybody can see that anyway, as the log does, and them.
    """
    ids = [target.id for target in named]
    events, made = await case_events.events_of(reading, ids), await rulings.by_targets(reading, ids)
    told = [t for t in named if not own or t.owner_id == viewer.account or _is_seen(made[t.id])]
    names, acted = await _names_of(reading, viewer, told), await _acted(reading, named, events)
    known = {t.id: names[t.subject_id] for t in told if t.subject_id in names}
    limited = [t for t in told if made[t.id] and t.id in known] if elsewhere else []
    copied, now = await copies.of_targets(reading, reads.settings, limited), reads.clock()
    return [
        msgspec.structs.replace(
            _outcome(t, events[t.id], next(reversed(made[t.id]), None), known, now, acted.get(t.id)),
            copies=copied.get(t.id),
        )
        for t in named
    ]


def _is_seen(made: Sequence[RulingRow]) -> bool:
    return bool(made) and Measure(made[-1].measure) in SEEN


async def _public(reading: Reading, id_: int | None) -> str:
    """The reference of another order; of one that may not be told of, nothing."""
    found = [] if id_ is None else await docket.orders_by_id(reading, [id_])
    return next((one.ref for one in found if not one.secret), "")


async def versions_of(reading: Reading, order: Order) -> Versions:
    """Which order's place one took, and which took its own, for those who know of secret ones."""
    before = [] if order.replaces is None else await docket.orders_by_id(reading, [order.replaces])
    after = await docket.mended_version(reading, order.id)
    return Versions(before[0].ref if before else "", after.ref if after else "")


async def _public_versions(reading: Reading, order: Order) -> Versions:
    after = await docket.mended_version(reading, order.id)
    return Versions(await _public(reading, order.replaces), await _public(reading, after.id if after else None))


async def _orders_behind(reading: Reading, order: Order) -> tuple[tuple[Order, Authority], ...]:
    """The public orders that had asked for what a matter of the house's own did, with who sent them."""
    if order.authority_id is not None:
        return ()
    named = {authority.id: authority for authority in await authorities.all_authorities(reading)}
    found = await case_events.orders_citing(reading, order)
    return tuple((one, named.get(one.authority_id or 0, authorities.HOUSE)) for one in found)


async def _acted(reading: Reading, named: Sequence[Target], events: dict[int, list[CaseEvent]]) -> dict[int, OwnRuling]:
    """Target -> what the house did about it by its own rules, in a matter that may be told of."""
    cited = {t.id: events[t.id][-1].body.matter for t in named if events[t.id][-1].body.matter}
    found: dict[int, OwnRuling] = {}
    for ref in sorted(set(cited.values())):
        matter = await docket.order(reading, ref)
        if matter is None or matter.secret:
            continue
        theirs = {(t.kind, t.subject_id, t.term): t.id for t in await docket.targets_of(reading, matter.id)}
        there = {
            t.id: theirs.get((t.kind, t.subject_id, t.term), theirs.get(("account", t.owner_id, ""), 0))
            for t in named
            if cited.get(t.id) == ref
        }
        made = await rulings.by_targets(reading, sorted(set(there.values())))
        found |= {
            id_: OwnRuling(ref, made[other][-1] if _is_seen(made[other]) else None) for id_, other in there.items()
        }
    return found


async def _happened(reading: Reading, order: Order) -> tuple[StoryLine, ...]:
    """The steps of the order and, day by day, what its targets came to."""
    steps = [
        StoryLine(
            at=event.at,
            verb=event.verb,
            codes=event.body.codes,
            body=order_events.body_of(event.body.body),
            until=event.body.until,
            log=() if event.log_index is None else (event.log_index,),
        )
        for event in await order_events.of_order(reading, order.id)
    ]
    days = [
        StoryLine(at=at, state=state, many=many)
        for at, state, many in await case_events.decided_by_day(reading, order.id, SHOWN_AS_DECIDED)
    ]
    return tuple(sorted((*steps, *days), key=lambda line: line.at))


def part_from(named: Sequence[Target], first: int, most: int) -> tuple[Sequence[Target], int | None]:
    """Targets from number `first` on, and the number where the next part starts: an order can name thousands."""
    start = max(0, first - 1)
    return named[start : start + most], start + most + 1 if len(named) > start + most else None


def counted(told: Mapping[str, int]) -> Counts:
    """Counts from what became of targets -> how many."""

    def many(*states: str) -> int:
        return sum(told.get(state, 0) for state in states)

    return Counts(
        asked=sum(told.values()),
        withheld=many(*SHOWN_AS_IN_FORCE),
        refused=many("refused"),
        ended=many(*SHOWN_AS_ENDED),
        pending=many(*SHOWN_AS_PENDING),
        not_found=many("not_found"),
        unread=many("unread"),
        own_rules=many(case_events.OWN_RULES),
        undecided=many("undecided"),
    )


def said_of(events: Sequence[CaseEvent]) -> CaseEvent | None:
    """The last event whose reason may be shown: of a proposal only after it was carried out.

    What was proposed and sent back, or never decided about, stays inside, and so does why it was sent back.
    """
    after = [*events[1:], None]
    told = (
        event
        for event, then in zip(reversed(events), reversed(after), strict=True)
        if event.body.reason and (event.state not in SHOWN_AS_PENDING or _carried_out(event, then))
    )
    return next(told, None)


def _carried_out(event: CaseEvent, then: CaseEvent | None) -> bool:
    return bool(event.body.outcome) and then is not None and then.state in (*DECIDED, "measure_concurred")


# --- what this viewer may know of the targets ---

type Known = dict[int, tuple[str, int | None]]  # subject, or target -> (handle, post id)


async def _names_of(reading: Reading, viewer: Viewer, named: Sequence[Target]) -> Known:
    """Subject -> (handle, post id), for those that the gate lets the viewer know of."""
    facts = await facts_for(reading, viewer)
    owners = sorted({t.owner_id for t in named if t.owner_id is not None})
    people = (await sealed_people(reading, owners)).values()
    handles = {seen.item.id: seen.item.handle for seen in reveal(viewer, Surface.RECORD, people, facts)}
    sealed = await sealed_posts(reading, [t.subject_id for t in named if t.kind == "post" and t.subject_id is not None])
    # A placeholder may be linked to: its page explains itself.
    posts = {seen.item.id: seen.item.author for seen in reveal(viewer, Surface.STATUS, sealed, facts)}
    known: Known = {id_: (handle, None) for id_, handle in handles.items()}
    return known | {id_: (handles[author], id_) for id_, author in posts.items() if author in handles}


def _outcome(
    target: Target,
    events: Sequence[CaseEvent],
    ruling: RulingRow | None,
    known: Known,
    now: int,
    acted: OwnRuling | None,
) -> Outcome:
    handle, post = known.get(target.id, ("", None))
    events = [event for event in events if event.state not in INSIDE]
    last = events[-1]
    log = tuple(event.log_index for event in events if event.log_index is not None)
    if last.state in SHOWN_AS_PENDING:
        return Outcome(number=target.number, kind=target.kind_told, state="pending", handle=handle, post=post, log=log)
    proposal = said_of([event for event in events if event.state not in (*SHOWN_AS_ENDED, "undecided")])
    decided = next((e for e in events if e.state in (*DECIDED, "undecided")), None)
    over = (
        ruling is not None
        and last.state in ("in_force", "unseconded")
        and ruling.ends_at is not None
        and ruling.ends_at <= now
    )
    own = last.state == "closed" and last.body.outcome == OWN_ACTION
    return Outcome(
        number=target.number,
        kind=target.kind_told if last.state == "not_found" else target.kind,
        state=case_events.OWN_RULES if own else "lapsed" if over else last.state,
        handle=handle,
        post=post,
        acted=acted,
        reason=proposal.body.reason if proposal else target.note if last.state == "not_found" else "",
        code=proposal.body.code if proposal else "",
        lifted_because=last.body.reason if last.state in ("lifted", "overturned") else "",
        decided_at=decided.at if decided else None,
        ruling=ruling,
        log=log,
        term=target.term if ruling is not None else "",
    )
