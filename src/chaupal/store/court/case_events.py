"""The events of each target's case, which are only ever added, and what follows from them: where cases stand."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, Text, and_, case, exists, func, literal, not_, or_, select, text as sql, union

from chaupal.kernel.alike import like
from chaupal.kernel.clock import DAY, iso
from chaupal.policy.draft import OWN_ACTION, Draft
from chaupal.store.court.docket import ALL_ORDERS, ALL_TARGETS, HIDDEN, PUBLIC, Order, Target
from chaupal.store.machine.dialect import among, is_one_of, listed, param, statement, text_param
from chaupal.store.machine.statements import inserts_once, rows_of, same, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.court import appeals, case_events, orders, rulings, targets


class CaseEventBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said with a move: outcome, reason and ground."""

    outcome: str = ""
    reason: str = ""
    code: str = ""
    subjects: tuple[int, ...] = ()  # the posts or pictures of the target to which the measure is narrowed
    rulings: tuple[int, ...] = ()
    rule: str = ""
    ends_at: int | None = None
    permanent: bool = False
    text: str = ""
    finding: str = ""  # why nothing narrower does
    strike_until: int | None = None
    # Of what changes something in force: extended, renewed or amended; whose act that carries out; where it holds then.
    change: str = ""
    body: str = ""
    territory: tuple[str, ...] = ()
    # What the order lacks on its face and was acknowledged with this reason.
    despite: str = ""
    defects: tuple[str, ...] = ()
    words: int = 0  # which version of its words was proposed about (ms of the last edit, 0 for the first)
    matter: str = ""  # closed as `own_rules_action`: the matter under the house's rules in which it was done

    @property
    def draft(self) -> Draft:
        """What was said as it was drafted."""
        return like(Draft, self, parts=self.subjects, until="" if self.ends_at is None else iso(self.ends_at))


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a case: the state it came to, by whom, when. `first_by`: who made the move that this one seconds."""

    id: int
    target_id: int
    number: int
    state: str
    by: int
    at: int
    body: CaseEventBody
    log_index: int | None
    first_by: int | None = None


ALL_EVENTS = rows_of(CaseEvent, case_events)
ADD_EVENT = inserts_once(case_events)
EVENTS = ALL_EVENTS.where(among(case_events.c.target_id, "ids")).ordered("target_id number")
_later = case_events.alias("later")
_last = select(func.max(_later.c.number)).where(_later.c.target_id == targets.c.id).scalar_subquery()
# Joins a target with the last event of its case, which says where it stands.
AT_LAST_EVENT = (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last)
_before = case_events.alias("before")
_bound_before = select(_before.c.id).where(
    _before.c.target_id == case_events.c.target_id,
    _before.c.number == case_events.c.number - 1,
    is_one_of(_before.c.state, ("in_force", "change_proposed", "change_concurred")),
)
# Where a target's case stands, looked up for one target after the other: as a join it is made for all of an order's at once.
_state = (
    select(_later.c.state).where(_later.c.target_id == targets.c.id).order_by(_later.c.number.desc()).limit(1)
).scalar_subquery()
# Whether somebody's things in an order wait for more than one case, told without reading what was ever said about them.
_of_owner = and_(targets.c.order_id == param("of"), targets.c.owner_id == param("whose"))
WAITING = selects(targets.c.id).where(_of_owner, among(_state, "waiting")).limit(1)
LAST_LEFT = (
    selects(targets.c.number)
    .join(case_events, case_events.c.target_id == targets.c.id)
    .join(_before, (_before.c.target_id == targets.c.id) & (_before.c.number == case_events.c.number - 1))
    .where(_of_owner, among(_before.c.state, "waiting"), not_(among(case_events.c.state, "waiting")))
    .order_by(case_events.c.at.desc(), case_events.c.id.desc())
    .limit(1)
)
# A case closed because the house acted by its own rules says so in its last event, which holds nothing else before it.
# What was limited by nothing was not shown again when its order ended or was stayed: it was not decided, or waits.
OWN_RULES = "own_rules"  # where such a case is said to stand
# Nothing of it was ever in force.
_FREE = ~select(rulings.c.id).where(rulings.c.target_id == targets.c.id).correlate(targets).exists()
_CLOSED_SO = f'{{"outcome":"{OWN_ACTION}"'
# What a line says that is no target of its own (`Target.note`) was not looked for.
came_to: ColumnElement[str] = case(
    (and_(case_events.c.state == sql("'not_found'"), targets.c.note != sql("''")), sql("'unread'")),
    (
        and_(
            case_events.c.state == sql("'closed'"),
            func.substr(case_events.c.body, 1, len(_CLOSED_SO)) == literal(_CLOSED_SO, Text()),
        ),
        sql(f"'{OWN_RULES}'"),
    ),
    (and_(is_one_of(case_events.c.state, ("withdrawn", "set_aside")), _FREE), sql("'undecided'")),
    (and_(case_events.c.state == sql("'stayed'"), _FREE), sql("'received'")),
    else_=case_events.c.state,
).label("came_to")
_standing = (
    selects(targets.c.order_id, case_events.c.state, targets.c.kind, func.count().label("many"))
    .select_from(targets)
    .join(case_events, AT_LAST_EVENT)
    .group_by(targets.c.order_id, case_events.c.state, targets.c.kind)
)
STANDING = _standing.where(among(targets.c.order_id, "ids"))
# What ended with its order before it was in force waits for nothing, and nobody was told of it.
_HALTED = is_one_of(case_events.c.state, ("withdrawn", "set_aside", "stayed"))
_TO_DO = not_(and_(_HALTED, _FREE))
TO_DO = STANDING.where(_TO_DO)
STANDING_IN = _standing.where(among(case_events.c.state, "states"))
TOLD = (
    selects(targets.c.order_id, came_to, func.count())
    .select_from(targets)
    .join(case_events, AT_LAST_EVENT)
    .where(among(targets.c.order_id, "ids"))
    .group_by(targets.c.order_id, sql("came_to"))
)
_OWN = and_(orders.c.authority_id.is_(None), orders.c.source != sql("''"), not_(HIDDEN))
OWN_ABOUT = (
    selects(orders.c.ref, targets, "kind subject_id term")
    .select_from(targets)
    .join(orders, orders.c.id == targets.c.order_id)
    .where(among(targets.c.subject_id, "subjects"), orders.c.id != param("besides"), _OWN)
    .order_by(orders.c.id.desc(), targets.c.number)
)
FOR_REPORTS = selects(orders, "report_id ref").where(among(orders.c.report_id, "ids"), _OWN).order_by(orders.c.id)
_mine, _theirs = targets.alias("mine"), targets.alias("theirs")
_cites = and_(
    case_events.c.target_id == _theirs.c.id,
    case_events.c.state == sql("'closed'"),
    case_events.c.body == text_param("said"),
)
CITING = ALL_ORDERS.where(
    PUBLIC,
    orders.c.id.in_(
        union(
            *(
                select(_theirs.c.order_id)
                .select_from(_mine)
                .join(_theirs, about)
                .join(case_events, _cites)
                .where(_mine.c.order_id == param("of"))
                for about in (
                    _theirs.c.subject_id == _mine.c.subject_id,
                    (_theirs.c.owner_id == _mine.c.subject_id) & (_mine.c.kind == sql("'account'")),
                )
            )
        )
    ),
).order_by(orders.c.id)
DECIDED = (
    selects((case_events.c.at - case_events.c.at % DAY).label("day"), came_to, func.count(), func.min(case_events.c.at))
    .select_from(targets)
    .join(case_events, case_events.c.target_id == targets.c.id)
    .where(
        targets.c.order_id == param("of"),
        among(case_events.c.state, "states"),
        # What was kept, or is otherwise than it was, was limited already.
        or_(case_events.c.state != sql("'in_force'"), ~exists(_bound_before)),
    )
    .group_by(sql("day"), sql("came_to"))
    .order_by(sql("day"), sql("came_to"))
)
STANDING_THERE = (
    ALL_TARGETS.select_from(targets)
    .join(case_events, AT_LAST_EVENT)
    .where(targets.c.number >= param("start"), among(case_events.c.state, "states"), _TO_DO, order_id="of")
    .order_by(targets.c.number)
    .limit("n")
)
_moved = and_(case_events.c.state != sql("'received'"), case_events.c.state != sql("'not_found'"))
_leaves = (param("leaf"), param("before"))
_at_leaves = union(
    select(case_events.c.target_id).where(case_events.c.log_index.in_(_leaves), _moved),
    select(rulings.c.target_id).where(or_(rulings.c.log_index.in_(_leaves), rulings.c.lift_log_index.in_(_leaves))),
    select(rulings.c.target_id)
    .join(appeals, appeals.c.ruling_id == rulings.c.id)
    .where(or_(appeals.c.log_index.in_(_leaves), appeals.c.decided_log_index.in_(_leaves))),
)
HANDS_AT = statement(
    union(
        *(
            select(who).where(case_events.c.target_id.in_(_at_leaves), _moved)
            for who in (case_events.c.by, case_events.c.first_by)
        ),
        *(
            select(who).where(rulings.c.target_id.in_(_at_leaves))
            for who in (rulings.c.decided_by, rulings.c.approved_by, rulings.c.concurred_by)
        ),
    )
)
# The last numbers first: many that are decided at once are decided in order, and one that waits is found at the first look.
ONE_STANDS = (
    selects(targets.c.id).where(among(_state, "states"), same(targets, order_id="of")).ordered("-number").limit(1)
)


async def waits(reading: Reading, order_id: int, owner: int, waiting: Sequence[str]) -> bool:
    """Whether one of somebody's things in an order is in a state of `waiting`."""
    return await reading.first(WAITING, of=order_id, whose=owner, waiting=listed(waiting)) is not None


async def last_left(reading: Reading, order_id: int, owner: int, waiting: Sequence[str]) -> int | None:
    """The number of that one of somebody's things in an order which left the states of `waiting` last; None where none did."""
    return await reading.value(LAST_LEFT, of=order_id, whose=owner, waiting=listed(waiting))


async def add_event(w: Writing, event: CaseEvent) -> bool:
    """False where the case already has an event of this number: somebody moved it meanwhile."""
    return await w.run(ADD_EVENT, **ALL_EVENTS.written(event)) == 1


async def add_events(w: Writing, events: Iterable[CaseEvent]) -> None:
    """The first events of new cases."""
    await w.run_many(ADD_EVENT, [*map(ALL_EVENTS.written, events)])


async def events_of(reading: Reading, target_ids: Sequence[int]) -> dict[int, list[CaseEvent]]:
    """Target -> its events in order."""
    found: dict[int, list[CaseEvent]] = {id_: [] for id_ in target_ids}
    for event in await EVENTS.all(reading, ids=listed(target_ids)) if target_ids else ():
        found[event.target_id].append(event)
    return found


type Standing = dict[int, dict[tuple[str, str], int]]


async def standing(reading: Reading, order_ids: Sequence[int]) -> Standing:
    """Order -> (state, kind of target) -> how many of its targets stand there."""
    return _by_order(await reading.fetch(STANDING, ids=listed(order_ids))) if order_ids else {}


async def to_do(reading: Reading, order_id: int) -> dict[tuple[str, str], int]:
    """(state, kind) -> how many targets of an order stand there, and wait for something."""
    return _by_order(await reading.fetch(TO_DO, ids=listed([order_id]))).get(order_id, {})


async def public_standing(reading: Reading, order_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Order -> what became of its targets, as the public is told (`came_to`) -> how many."""
    found: dict[int, dict[str, int]] = {id_: {} for id_ in order_ids}
    for order_id, state, many in await reading.fetch(TOLD, ids=listed(order_ids)) if order_ids else ():
        found[order_id][state] = many
    return found


async def own_matters_about(reading: Reading, of: Target, *, owner_too: bool) -> list[str]:
    """References of matters under the house's own rules that name what a target names; then, where `owner_too`, those that
    name the account whose it is. The newest first, no secret ones, and not the target's own.
    """
    whose = of.owner_id if owner_too else None
    subjects = [one for one in (of.subject_id, whose) if one is not None]
    rows = await reading.fetch(OWN_ABOUT, subjects=listed(subjects), besides=of.order_id)
    same = [ref for ref, *named in rows if tuple(named) == (of.kind, of.subject_id, of.term)]
    account = [ref for ref, kind, subject, _ in rows if kind == "account" and subject == whose]
    return list(dict.fromkeys([*same, *account]))


async def own_matters_on(reading: Reading, account: int, posts: Sequence[int]) -> list[str]:
    """References of matters under the house's own rules that name one of these posts, or the account; the newest first, no secret
    ones.
    """
    rows = await reading.fetch(OWN_ABOUT, subjects=listed([account, *posts]), besides=-1)
    return list(dict.fromkeys(ref for ref, *_ in rows))


async def matters_for(reading: Reading, report_ids: Sequence[int]) -> dict[int, str]:
    """Report -> the reference of the last matter that was opened for it; no secret ones."""
    rows: list[tuple[int, str]] = [(id_, ref) for id_, ref in await reading.fetch(FOR_REPORTS, ids=listed(report_ids))]
    return dict(rows)


async def orders_citing(reading: Reading, of: Order) -> list[Order]:
    """Orders of authorities whose targets were closed because the house acted on them in this matter; no secret ones."""
    said = msgspec.json.encode(CaseEventBody(outcome=OWN_ACTION, matter=of.ref)).decode()
    return await CITING.all(reading, of=of.id, said=said)


async def one_standing(reading: Reading, order_id: int, states: Sequence[str]) -> int | None:
    """A target (its id) of the order that stands in one of `states`, if any does; of its targets alone, the last first."""
    return await reading.value(ONE_STANDS, of=order_id, states=listed(states))


async def standing_there(
    reading: Reading, order_id: int, states: Sequence[str], first: int, at_most: int
) -> list[Target]:
    """The targets of an order that stand in one of `states`, from number `first` on, and wait for something there."""
    return await STANDING_THERE.all(reading, of=order_id, states=listed(states), start=first, n=at_most)


async def hands_at(reading: Reading, leaf: int, before: int) -> set[int]:
    """Who had a hand in the cases about which the log's entries `leaf` and `before` are; who only took them in had none."""
    return {row[0] for row in await reading.fetch(HANDS_AT, leaf=leaf, before=before) if row[0] is not None}


async def decided_by_day(reading: Reading, order_id: int, states: Sequence[str]) -> list[tuple[int, str, int]]:
    """(first time of a day in UTC, state, how many targets came to it on that day), in order."""
    rows = await reading.fetch(DECIDED, of=order_id, states=listed(states))
    return [(first, state, many) for _, state, many, first in rows]


async def standing_in(reading: Reading, states: Sequence[str]) -> Standing:
    """The same for all orders that have targets in one of `states`."""
    return _by_order(await reading.fetch(STANDING_IN, states=listed(states)))


def _by_order(rows: Sequence[Row]) -> Standing:
    found: Standing = {}
    for order_id, state, kind, many in rows:
        found.setdefault(order_id, {})[state, kind] = many
    return found
