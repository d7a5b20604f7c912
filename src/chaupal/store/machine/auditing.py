"""The log read beside what would open it, and all rulings: for whoever holds the one against the other."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, or_, select, text as sql, union_all

from chaupal.policy.measures import STATES
from chaupal.store.court.docket import ALL_ORDERS, Order
from chaupal.store.court.rulings import ALL_RULINGS, RulingRow
from chaupal.store.machine.dialect import (
    Statement,
    among,
    as_octets,
    in_span,
    is_one_of,
    listed,
    param,
    statement,
    text_param,
)
from chaupal.store.machine.marks import LOGGED
from chaupal.store.machine.statements import columns_of, selects
from chaupal.store.machine.work import Reading, Take
from chaupal.store.tables.court import appeals, case_events, clocks, orders, rulings, targets, tellings
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.log import disclosures, log_entries

_ENTRIES = selects(log_entries.c.index, log_entries.c.body)
_OPENINGS = selects(disclosures, "log_index name disclosure")
# Entries and what opens them: a stretch, and some.
STRETCH = (
    _ENTRIES.where(*in_span(log_entries.c.index)).ordered("index"),
    _OPENINGS.where(*in_span(disclosures.c.log_index)),
)
SOME = _ENTRIES.where(among(log_entries.c.index, "which")), _OPENINGS.where(among(disclosures.c.log_index, "which"))
RENAMED = selects(orders.c.secret_ref, orders.c.ref).where(orders.c.secret_ref != text_param("none"))
_SPAN = in_span(rulings.c.log_index)
# Plus nothing, so that a stretch is found by its entries: SQLite would go through all that is in force for each of them.
_lifted_at, _ends_at = rulings.c.lifted_at + sql("0"), rulings.c.ends_at + sql("0")
_IN_FORCE = (_lifted_at.is_(None), or_(_ends_at.is_(None), _ends_at > param("now")), *_SPAN)
BEGUN = ALL_RULINGS.where(*_SPAN).order_by(rulings.c.id)
BEGUN_BY = ALL_RULINGS.where(among(rulings.c.log_index, "leaves")).order_by(rulings.c.id)
ENDED = ALL_RULINGS.where(*in_span(rulings.c.lift_log_index)).order_by(rulings.c.id)


def _nowhere(id_: ColumnElement[int], *leaves: ColumnElement[int]) -> CompoundSelect[Any]:
    """Rows that name an entry that is not there. Each by an index of its own: as one condition with "or" SQLite would go through all."""
    return union_all(*(select(id_).where(outside) for leaf in leaves for outside in (leaf < 0, leaf >= param("size"))))


_RULED_NOWHERE = _nowhere(rulings.c.id, rulings.c.log_index, rulings.c.lift_log_index)
NOWHERE = ALL_RULINGS.where(rulings.c.id.in_(_RULED_NOWHERE)).order_by(rulings.c.id)
DECIDED = (
    selects(case_events.c.id, case_events.c.log_index, orders.c.ref, targets.c.number, case_events, "state by")
    .join_from(case_events, targets, targets.c.id == case_events.c.target_id)
    .join(orders, orders.c.id == targets.c.order_id)
    .where(*in_span(case_events.c.log_index))
    .order_by(case_events.c.id)
)
_bound = rulings.alias("bound")
_ANEW = (case_events.c.log_index > param("entry"), is_one_of(case_events.c.state, ("refused", "closed")))
_BEGUN_ANEW = _bound.c.log_index > param("entry")
_of_order = orders.c.ref, targets.c.number
DECIDED_AFTER = statement(
    union_all(
        # whatever was decided about it, also that nothing is done; and what was begun, which may be a part of what an order names
        select(targets.c.subject_id, targets.c.term, *_of_order)
        .join_from(targets, case_events, case_events.c.target_id == targets.c.id)
        .join(orders, orders.c.id == targets.c.order_id)
        .where(
            or_(among(targets.c.subject_id, "ids"), among(targets.c.term, "tags"), among(orders.c.ref, "refs")), *_ANEW
        ),
        select(_bound.c.subject_id, _bound.c.term, *_of_order)
        .join_from(_bound, targets, targets.c.id == _bound.c.target_id)
        .join(orders, orders.c.id == targets.c.order_id)
        .where(
            or_(among(_bound.c.subject_id, "ids"), among(_bound.c.term, "tags"), among(orders.c.ref, "refs")),
            _BEGUN_ANEW,
        ),
    )
)
# By either of its entries, each with an index of its own.
_APPEALED = selects(
    *columns_of(appeals, "id log_index decided_log_index state outcome reason decided_by", rulings, "log_index")
).join_from(appeals, rulings, rulings.c.id == appeals.c.ruling_id)
FILED, ENDED_APPEALS = (
    _APPEALED.where(*in_span(leaf)).order_by(appeals.c.id)
    for leaf in (appeals.c.log_index, appeals.c.decided_log_index)
)
APPEALED_NOWHERE = statement(_nowhere(appeals.c.id, appeals.c.log_index, appeals.c.decided_log_index))
_limits = rulings.c.lifted_at.is_(None), rulings.c.subject_id == accounts.c.id
# Whose row says that they are limited, and no ruling that was not written down as over does.
UNRULED = (
    selects(accounts.c.id, accounts.c.state)
    .where(
        or_(
            *(
                (accounts.c.state == sql(f"'{state}'"))
                & ~select(rulings.c.id).where(*_limits, rulings.c.measure == sql(f"'{measure}'")).exists()
                for measure, state in STATES.items()
            )
        )
    )
    .ordered("id")
    .limit("n")
)
# What began before a moment, and of which nobody whose it is was told, nor noted that they are not told yet.
UNTOLD = selects(rulings.c.id).where(
    *_SPAN,
    rulings.c.starts_at < param("before"),
    rulings.c.owner_id.is_not(None),
    ~select(tellings.c.id).where(tellings.c.ruling_id == rulings.c.id, tellings.c.about == sql("'begun'")).exists(),
)
# What the clock was to do before a moment, and did not; and of what it tells of deadlines, what it cannot have told by now.
NOT_DONE = {
    "the time to give a notice came, and it was not given": selects(tellings.c.id).where(
        tellings.c.due_at < param("before"), sent_at=None
    ),
    "the end of a ruling came, and it was not ended": selects(rulings.c.id).where(
        rulings.c.ends_at < param("before"), lifted_at=None
    ),
}
TOLD_TOO_SOON = selects(clocks.c.id).where(
    clocks.c.alerted > sql("0"),
    (param("now") - clocks.c.starts_at) * 100 < (clocks.c.due_at - clocks.c.starts_at) * clocks.c.alerted,
    stopped_at=None,
)
RECEIVED = ALL_ORDERS.where(*in_span(orders.c.log_index)).order_by(orders.c.id)
# Of what is in force: the row as far as the log says it (reasons are long, and compared as bytes), the entry, and by name what
# opens of it whom it is about and why.
SAID = columns_of(
    rulings,
    "id subject_id term measure territory starts_at ends_at order_ref legal_basis",
    as_octets(rulings.c.reason),
    rulings,
    "basis rule approved_by log_index",
)
ROWS_IN_FORCE = selects(*SAID).where(*_IN_FORCE).order_by(rulings.c.log_index, rulings.c.id)
_OPENS = [
    select(as_octets(disclosures.c.disclosure))
    .where(disclosures.c.log_index == rulings.c.log_index, disclosures.c.name == sql(f"'{name}'"))
    .scalar_subquery()
    for name in ("subject", "part", "reason")
]
IN_FORCE = (
    selects(*SAID, log_entries.c.body, *_OPENS)
    .join_from(rulings, log_entries, log_entries.c.index == rulings.c.log_index, isouter=True)
    .where(*_IN_FORCE)
    .order_by(rulings.c.log_index, rulings.c.id)
)
_begun = select(rulings.c.id).where(rulings.c.log_index == log_entries.c.index).exists()
_ended = select(rulings.c.id).where(rulings.c.lift_log_index == log_entries.c.index).exists()
# What the log says and no ruling does; covers are looked at by what would open them.
UNMATCHED = (
    selects(log_entries.c.index)
    .where(
        log_entries.c.index > param("above"),
        or_(
            is_one_of(log_entries.c.kind, ("measure", "deamp")) & ~_begun,
            (log_entries.c.kind == sql("'reversal'")) & ~_ended,
        ),
    )
    .ordered("index")
    .limit("n")
)
SECRET_UNMATCHED = (
    selects(disclosures.c.log_index, disclosures.c.disclosure)
    .join_from(disclosures, log_entries, log_entries.c.index == disclosures.c.log_index)
    .where(disclosures.c.name == sql("'act'"), log_entries.c.kind == sql("'cover'"), ~_begun, ~_ended)
)
# What was committed to in secret and was to wait for the log, and does not.
LOST = (
    selects(disclosures.c.log_index)
    .join_from(disclosures, log_entries, log_entries.c.index == disclosures.c.log_index, isouter=True)
    .where(disclosures.c.log_index >= LOGGED, disclosures.c.name == sql("'act'"), log_entries.c.index.is_(None))
    .ordered("log_index")
    .limit("n")
)
# Asked of each order, which ends at the first thing that is in force by it: most of what is in force is by none, or by one of many.
ORDERS_IN_FORCE = ALL_ORDERS.where(
    select(targets.c.id)
    .join_from(targets, rulings, rulings.c.target_id == targets.c.id)
    .where(targets.c.order_id == orders.c.id, _lifted_at.is_(None), or_(_ends_at.is_(None), _ends_at > param("now")))
    .exists()
)


class DecidedRow(NamedTuple):
    """An event of a case: its entry, whose order's target it is about, the state it came to and who did it."""

    id: int
    log_index: int
    ref: str
    target: int
    state: str
    by: int


class AppealedRow(NamedTuple):
    """An appeal with the entries of its filing, its end, and the measure that it is about."""

    id: int
    log_index: int
    decided_log_index: int | None
    state: str
    outcome: str
    reason: str
    decided_by: int | None
    ruling_leaf: int


type Opened = tuple[int, bytes, dict[str, str]]  # index, entry, disclosures by field name


async def entries_with_openings(reading: Reading, start: int, count: int) -> list[Opened]:
    """(index, entry, disclosures by field name) from `start` on, in order."""
    return await _with_openings(reading, STRETCH, start=start, end=start + count)


async def renamed(reading: Reading) -> dict[str, str]:
    """What secret orders were called until they were published -> their references since."""
    return {row[0]: row[1] for row in await reading.fetch(RENAMED, none="")}


async def entries_at(reading: Reading, indexes: Sequence[int]) -> list[Opened]:
    """The same of these entries alone."""
    return await _with_openings(reading, SOME, which=listed(indexes))


async def _with_openings(reading: Reading, asked: tuple[Statement, Statement], **these: int | str) -> list[Opened]:
    entries, openings = asked
    opens: dict[int, dict[str, str]] = {}
    for index, name, text in await reading.fetch(openings, **these):
        opens.setdefault(index, {})[name] = text
    return [(index, bytes(body), opens.get(index, {})) for index, body in await reading.fetch(entries, **these)]


async def begun(reading: Reading, start: int, count: int) -> list[RulingRow]:
    """Rulings that rest on one of these entries."""
    return await BEGUN.all(reading, start=start, end=start + count)


async def begun_by(reading: Reading, leaves: Sequence[int]) -> list[RulingRow]:
    return await BEGUN_BY.all(reading, leaves=listed(leaves)) if leaves else []


async def ended(reading: Reading, start: int, count: int) -> list[RulingRow]:
    """Rulings that ended by one of these entries."""
    return await ENDED.all(reading, start=start, end=start + count)


async def untold(reading: Reading, start: int, count: int, before: int) -> list[int]:
    """Rulings that rest on one of these entries and began before then, of which whoever's they are was not told."""
    return [id_ for (id_,) in await reading.fetch(UNTOLD, start=start, end=start + count, before=before)]


async def not_done(reading: Reading, now: int, before: int) -> list[str]:
    """A line for each thing that the clock was to do `before` a moment and did not, and for each deadline of which staff count as told
    sooner than they are told."""
    asked = [(what, await reading.fetch(stmt, before=before)) for what, stmt in NOT_DONE.items()]
    asked.append(("staff count as told of a deadline before it was time", await reading.fetch(TOLD_TOO_SOON, now=now)))
    return [f"{what} ({id_})" for what, rows in asked for (id_,) in rows]


async def decided(reading: Reading, start: int, count: int) -> list[DecidedRow]:
    """Events of cases that rest on one of these entries."""
    return [DecidedRow(*row) for row in await reading.fetch(DECIDED, start=start, end=start + count)]


async def appealed(reading: Reading, start: int, count: int) -> tuple[list[AppealedRow], list[AppealedRow]]:
    """Appeals that were filed by one of these entries, and those that ended by one."""
    span = {"start": start, "end": start + count}
    filed, ended = await reading.fetch(FILED, **span), await reading.fetch(ENDED_APPEALS, **span)
    return [AppealedRow(*row) for row in filed], [AppealedRow(*row) for row in ended]


async def appealed_nowhere(reading: Reading, size: int) -> list[int]:
    """Appeals that rest on, or ended by, no entry there is."""
    return [id_ for (id_,) in await reading.fetch(APPEALED_NOWHERE, size=size)]


async def unruled(reading: Reading, at_most: int) -> list[tuple[int, str]]:
    """(account, how it stands) of those that no ruling limits so."""
    return [(row[0], row[1]) for row in await reading.fetch(UNRULED, n=at_most)]


async def nowhere(reading: Reading, size: int) -> list[RulingRow]:
    """Rulings that rest on, or ended by, no entry there is."""
    return await NOWHERE.all(reading, size=size)


async def lost(reading: Reading, at_most: int) -> list[int]:
    """Places beyond the log at which no secret entry waits while what would open it is there."""
    return [row[0] for row in await reading.fetch(LOST, n=at_most)]


async def received(reading: Reading, start: int, count: int) -> list[Order]:
    """Orders that one of these entries says came in."""
    return await RECEIVED.all(reading, start=start, end=start + count)


async def orders_in_force(reading: Reading, now: int) -> list[Order]:
    """Orders by which something is in force."""
    return await ORDERS_IN_FORCE.all(reading, now=now)


async def rows_in_force(reading: Reading, now: int, start: int, count: int, take: Take) -> None:
    """To `take`, the columns `SAID` of what is in force and rests on one of these entries."""
    await reading.sift(ROWS_IN_FORCE, take, now=now, start=start, end=start + count)


async def in_force(reading: Reading, now: int, start: int, count: int, take: Take) -> None:
    """The same rows, each with its entry and the disclosures `subject`, `part` and `reason` as bytes, None where it has none."""
    await reading.sift(IN_FORCE, take, now=now, start=start, end=start + count)


async def unmatched(reading: Reading, above: int, at_most: int) -> list[int]:
    """Measures and reversals, after the entry `above`, that no ruling knows of."""
    return [row[0] for row in await reading.fetch(UNMATCHED, above=above, n=at_most)]


async def secret_unmatched(reading: Reading) -> list[tuple[int, str]]:
    """Of secret entries the (index, `act`) that no ruling knows of."""
    return [(row[0], row[1]) for row in await reading.fetch(SECRET_UNMATCHED)]


async def decided_after(reading: Reading, entry: int, things: Sequence[str], refs: Sequence[str]) -> set[str]:
    """About what two have decided by a later entry, or one did what they may alone, of things (ids, and tags as `#letters`) and of the
    targets of orders (`refs`): each by its thing and as `IN-2021-0001 1`.
    """
    ids = [int(thing) for thing in things if thing.isdecimal()]
    tags = [thing[1:] for thing in things if thing.startswith("#")]
    asked = {"ids": listed(ids), "tags": listed(tags), "refs": listed(refs)}
    rows = await reading.fetch(DECIDED_AFTER, entry=entry, **asked) if things or refs else ()
    return {name for id_, term, ref, number in rows for name in (f"#{term}" if term else str(id_), f"{ref} {number}")}
