"""The docket: authorities, orders, their targets, and the events of each target's case, which are only ever added."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, insert, select

from chaupal.store.dialect import among, listed, param, statement, upsert, words
from chaupal.store.tables import authorities, case_events, orders, targets
from chaupal.store.work import Reading, Row, Writing


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """An office that may order. `jurisdiction` is its country (ISO 3166-1 alpha-2)."""

    id: int
    name: str
    name_hi: str
    jurisdiction: str
    office: str
    email_domain: str
    created_at: int
    created_by: int
    log_index: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A demand as it was received. Times in ms; `territory` holds country codes; `act_by` and `ends_at` may be open."""

    id: int
    ref: str
    authority_id: int
    officer: str
    officer_rank: str
    reference_no: str
    legal_basis: str
    grounds: str
    reasons: str
    territory: tuple[str, ...]
    dated: int
    received_at: int
    act_by: int | None
    ends_at: int | None
    received_by: int
    log_index: int


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One post or account that an order names. Without a subject it was not found here. `owner_id`: whose it is."""

    id: int
    order_id: int
    number: int
    as_written: str
    kind: str
    subject_id: int | None
    owner_id: int | None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said with a move: outcome, reason and ground; how to open what the log has only committed to."""

    outcome: str = ""
    reason: str = ""
    code: str = ""
    ruling: int | None = None
    disclosures: tuple[str, ...] = ()


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a case: the state it came to, by whom, when. `first_by`: who made the move that this one seconds."""

    id: int
    target_id: int
    number: int
    state: str
    by: int
    at: int
    body: Said
    log_index: int | None
    first_by: int | None = None


ADD_AUTHORITY = upsert(lambda i: i(authorities).on_conflict_do_nothing())
ADD_ORDER = statement(insert(orders))
ADD_TARGET = statement(insert(targets))
ADD_EVENT = upsert(lambda i: i(case_events).on_conflict_do_nothing())

AUTHORITIES = statement(select(*authorities.c).order_by(authorities.c.name, authorities.c.id))
AUTHORITY = statement(select(*authorities.c).where(authorities.c.id == param("of")))
AUTHORITY_NAMED = statement(select(*authorities.c).where(authorities.c.name == words("named")))
ORDER = statement(select(*orders.c).where(orders.c.ref == words("of")))
ORDERS = statement(select(*orders.c).where(orders.c.id < param("below")).order_by(orders.c.id.desc()).limit(param("n")))
ORDERS_BY_ID = statement(select(*orders.c).where(among(orders.c.id, "ids")).order_by(orders.c.id))
REFS_LIKE = statement(select(func.count()).select_from(orders).where(orders.c.ref.like(words("pattern"))))
TARGETS = statement(select(*targets.c).where(targets.c.order_id == param("of")).order_by(targets.c.number))
TARGET = statement(select(*targets.c).where(targets.c.order_id == param("of"), targets.c.number == param("at_number")))
TARGET_BY_ID = statement(select(*targets.c).where(targets.c.id == param("of")))
EVENTS = statement(
    select(*case_events.c)
    .where(among(case_events.c.target_id, "ids"))
    .order_by(case_events.c.target_id, case_events.c.number)
)

_last = (
    select(case_events.c.target_id, func.max(case_events.c.number).label("number"))
    .group_by(case_events.c.target_id)
    .subquery()
)
_standing = (
    select(targets.c.order_id, case_events.c.state, targets.c.kind, func.count().label("many"))
    .join(case_events, case_events.c.target_id == targets.c.id)
    .join(_last, (_last.c.target_id == targets.c.id) & (_last.c.number == case_events.c.number))
    .group_by(targets.c.order_id, case_events.c.state, targets.c.kind)
)  # fmt: skip
STANDING = statement(_standing.where(among(targets.c.order_id, "ids")))
STANDING_IN = statement(_standing.where(among(case_events.c.state, "states")))

_encode = msgspec.json.Encoder().encode
_said = msgspec.json.Decoder(Said).decode


# --- authorities ---


async def add_authority(w: Writing, authority: Authority) -> bool:
    """False where there is one of that name already."""
    return await w.run(ADD_AUTHORITY, **msgspec.structs.asdict(authority)) == 1


async def all_authorities(reading: Reading) -> list[Authority]:
    return [_authority(row) for row in await reading.fetch(AUTHORITIES)]


async def authority(reading: Reading, id_: int) -> Authority | None:
    row = await reading.first(AUTHORITY, of=id_)
    return None if row is None else _authority(row)


async def authority_named(reading: Reading, name: str) -> Authority | None:
    row = await reading.first(AUTHORITY_NAMED, named=name)
    return None if row is None else _authority(row)


# --- orders and targets ---


async def next_ref(w: Writing, country: str, year: int) -> str:
    """`IN-2026-0001`. The caller holds the log, so that nobody else takes the same number."""
    taken = await w.value(REFS_LIKE, pattern=f"{country}-{year}-%")
    return f"{country}-{year}-{taken + 1:04d}"


async def add_order(w: Writing, order: Order, named: Iterable[Target]) -> None:
    await w.run(ADD_ORDER, **msgspec.structs.asdict(order) | {"territory": ",".join(order.territory)})
    await w.run_many(ADD_TARGET, [msgspec.structs.asdict(target) for target in named])


async def order(reading: Reading, ref: str) -> Order | None:
    if not ref.isascii() or not ref.isprintable():  # PostgreSQL refuses NUL even in a question
        return None
    row = await reading.first(ORDER, of=ref)
    return None if row is None else _order(row)


async def orders_below(reading: Reading, below: int, at_most: int) -> list[Order]:
    """Newest first."""
    return [_order(row) for row in await reading.fetch(ORDERS, below=below, n=at_most)]


async def orders_by_id(reading: Reading, ids: Sequence[int]) -> list[Order]:
    return [_order(row) for row in await reading.fetch(ORDERS_BY_ID, ids=listed(ids))] if ids else []


async def targets_of(reading: Reading, order_id: int) -> list[Target]:
    return [_target(row) for row in await reading.fetch(TARGETS, of=order_id)]


async def target(reading: Reading, order_id: int, number: int) -> Target | None:
    row = await reading.first(TARGET, of=order_id, at_number=number)
    return None if row is None else _target(row)


async def target_by_id(reading: Reading, id_: int) -> Target | None:
    row = await reading.first(TARGET_BY_ID, of=id_)
    return None if row is None else _target(row)


# --- cases ---


async def add_event(w: Writing, event: CaseEvent) -> bool:
    """False where the case already has an event of this number: somebody moved it meanwhile."""
    return await w.run(ADD_EVENT, **_event_row(event)) == 1


async def add_events(w: Writing, events: Iterable[CaseEvent]) -> None:
    """The first events of new cases."""
    await w.run_many(ADD_EVENT, [_event_row(event) for event in events])


async def events_of(reading: Reading, target_ids: Sequence[int]) -> dict[int, list[CaseEvent]]:
    """Target -> its events in order."""
    found: dict[int, list[CaseEvent]] = {id_: [] for id_ in target_ids}
    for row in await reading.fetch(EVENTS, ids=listed(target_ids)) if target_ids else ():
        event = _event(row)
        found[event.target_id].append(event)
    return found


type Standing = dict[int, dict[tuple[str, str], int]]


async def standing(reading: Reading, order_ids: Sequence[int]) -> Standing:
    """Order -> (state, kind of target) -> how many of its targets stand there."""
    return _by_order(await reading.fetch(STANDING, ids=listed(order_ids))) if order_ids else {}


async def standing_in(reading: Reading, states: Sequence[str]) -> Standing:
    """The same for all orders that have targets in one of `states`."""
    return _by_order(await reading.fetch(STANDING_IN, states=listed(states)))


def _by_order(rows: Sequence[Row]) -> Standing:
    found: Standing = {}
    for order_id, state, kind, many in rows:
        found.setdefault(order_id, {})[state, kind] = many
    return found


# --- rows ---


def _authority(row: Row) -> Authority:
    return Authority(**_named(authorities, row))


def _order(row: Row) -> Order:
    named = _named(orders, row)
    named["territory"] = tuple(named["territory"].split(","))
    return Order(**named)


def _target(row: Row) -> Target:
    return Target(**_named(targets, row))


def _event(row: Row) -> CaseEvent:
    named = _named(case_events, row)
    named["body"] = _said(named["body"])
    return CaseEvent(**named)


def _event_row(event: CaseEvent) -> dict[str, Any]:
    return msgspec.structs.asdict(event) | {"body": _encode(event.body).decode()}


def _named(table: Any, row: Row) -> dict[str, Any]:
    return dict(zip(table.c.keys(), row, strict=True))
