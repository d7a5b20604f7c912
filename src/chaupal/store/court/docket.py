"""The docket: authorities, orders, their targets, and the events of each target's case, which are only ever added."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, and_, case, exists, func, literal, not_, or_, select, text as sql, union

from chaupal.kernel.clock import DAY, iso
from chaupal.policy.draft import OWN_ACTION, Draft
from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.rows import rows_of
from chaupal.store.machine.statements import counts_of, inserts, inserts_once, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.tables.court import (
    appeals,
    authorities,
    case_events,
    evidence,
    order_events,
    orders,
    protected_speakers as speakers,
    reports,
    rulings,
    targets,
    webhook_calls,
)
from chaupal_audit.law.regime import SECRET


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """An office that may order. `jurisdiction` is its country (ISO 3166-1 alpha-2).

    `issuer_class`: court, government, police or other. `keys`: SHA-256 of the public keys that sign its documents.
    `contact`: a mail address of its own. `agreed_by`: who agreed that it is one; until then nothing is taken from it.
    """

    id: int
    name: str
    name_hi: str
    jurisdiction: str
    office: str
    email_domain: str
    created_at: int
    created_by: int
    log_index: int
    issuer_class: str = "government"
    keys: tuple[str, ...] = ()
    contact: str = ""
    agreed_by: int | None = None


HOUSE = Authority(
    id=0,
    name="",
    name_hi="",
    jurisdiction="",
    office="",
    email_domain="",
    created_at=0,
    created_by=0,
    log_index=0,
    issuer_class="house",
)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A matter: a demand as it was received, or the house's own (then without authority).

    Times in ms; `territory` holds country codes; `act_by` and `ends_at` may be open. `bases`: codes of its regime's grounds.
    `particulars`: other fields that its regime asks for. `external_id`: the sender's own, so that nothing is filed twice.
    `confirms`: the emergency order (id) that it says it confirms.
    `flagged_by`: the authority whose hint a matter of the house's own follows (`source`: state_flag).
    """

    id: int
    ref: str
    authority_id: int | None
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
    regime: str = ""
    regime_version: int = 0
    kind: str = "order"
    channel: str = "staff"
    bases: tuple[str, ...] = ()
    emergency: bool = False
    interim_until: int | None = None
    confirms: int | None = None
    secrecy: str = "none"
    gag_until: int | None = None
    signature: str = "absent"
    origin: str = "unverified"
    source: str = ""
    flagged_by: int | None = None
    rule: str = ""
    report_id: int | None = None
    filed_by: int | None = None
    external_id: str = ""
    particulars: dict[str, str] = {}
    published_at: int | None = None
    secret_ref: str = ""

    @property
    def regime_ref(self) -> str:
        return f"{self.regime}@{self.regime_version}" if self.regime else ""

    @property
    def began_secret(self) -> bool:
        """Whether its law, or a gag, forbade to tell of it when it came."""
        return self.secrecy in SECRET or self.gag_until is not None

    @property
    def secret(self) -> bool:
        """Whether nobody outside may learn that it is there: the one switch, which every surface asks (`HIDDEN` in SQL).

        It is turned by the errand that publishes the order, not by the clock: number, entries and notices come at once.
        """
        return self.published_at is None and self.began_secret

    def secret_at(self, at: int) -> bool:
        """Whether it was, or is, secret at a time (ms)."""
        return self.began_secret and (self.published_at is None or at < self.published_at)


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an order as a whole: the verb, the state it came to, by whom, when."""

    id: int
    order_id: int
    number: int
    state: str
    verb: str
    by: int
    at: int
    body: "Noted"
    log_index: int | None


def stage_of(events: Sequence[OrderEvent]) -> str:
    """Where an order stands after these, all that happened to it."""
    return events[-1].state if events else "received"


class Noted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said with an order's event. `reason` may become public, `text` (a letter, minutes) stays with the staff."""

    reason: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    body: str = ""  # which court or committee
    document: int | None = None
    until: int | None = None
    targets: tuple[int, ...] = ()  # numbers of those that it is about; none: all
    confirms: str = ""  # the order that confirms this one, by its reference


BODIES = ("authority", "court", "review_committee", "secretary", "house", "other")


def body_of(text: str) -> str:
    """Whose act it is, as a code: of a body that is named in words, which are private, `court` or `other`."""
    said = text.strip().casefold()
    if said in BODIES or not said:
        return said
    return "court" if any(word in said for word in ("court", "न्यायालय", "अदालत")) else "other"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One account, post, picture or tag that an order names. Without a subject it was not found here.

    `owner_id`: whose it is. `term`: a tag's count key (its subject is 0). `demanded`: the measure that was asked for.
    `speaker`: the protected class of its owner when it came in. `unseen`: it was not for everybody then, so outside it stands
    as not found here.
    """

    id: int
    order_id: int
    number: int
    as_written: str
    kind: str
    subject_id: int | None
    owner_id: int | None
    term: str = ""
    demanded: str = ""
    speaker: str = ""
    assigned_to: int | None = None
    note: str = ""
    unseen: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
        return Draft(
            outcome=self.outcome,
            reason=self.reason,
            code=self.code,
            parts=self.subjects,
            finding=self.finding,
            until="" if self.ends_at is None else iso(self.ends_at),
            permanent=self.permanent,
            text=self.text,
            rule=self.rule,
            despite=self.despite,
            matter=self.matter,
        )


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


ALL_AUTHORITIES = rows_of(Authority, authorities)
ALL_ORDERS = rows_of(Order, orders, territory=(lambda text: tuple(text.split(",")), ",".join))
ALL_TARGETS = rows_of(Target, targets)
ALL_ORDER_EVENTS = rows_of(OrderEvent, order_events)
ALL_EVENTS = rows_of(CaseEvent, case_events)
ADD_AUTHORITY = inserts_once(authorities)
ADD_ORDER_EVENT = inserts_once(order_events)
ORDER_EVENTS = ALL_ORDER_EVENTS.where(among(order_events.c.order_id, "ids")).order_by(
    order_events.c.order_id, order_events.c.number
)
ADD_ORDER = inserts(orders)
ADD_TARGET = inserts(targets)
TARGETS_OF_OWNER = ALL_TARGETS.where(order_id="of", owner_id="whose").order_by(targets.c.number)
ADD_EVENT = inserts_once(case_events)

AUTHORITIES = ALL_AUTHORITIES.order_by(authorities.c.name, authorities.c.id)
AUTHORITY = ALL_AUTHORITIES.where(id="of")
AUTHORITY_NAMED = ALL_AUTHORITIES.where(name="named")
ORDER = ALL_ORDERS.where(or_(orders.c.ref == text_param("of"), orders.c.secret_ref == text_param("of"))).limit(1)
ORDERS = ALL_ORDERS.where(orders.c.id < param("below")).order_by(orders.c.id.desc()).limit("n")
# What came from an authority and may be told of: of a secret order nobody outside learns that it is there.
_BEGAN_SECRET = or_(orders.c.gag_until.is_not(None), *(orders.c.secrecy == sql(f"'{word}'") for word in SECRET))


def open_at(now: Any) -> ColumnElement[bool]:
    """Not `Order.secret_at(now)`, for a statement in which there are orders."""
    return or_(not_(_BEGAN_SECRET), orders.c.published_at <= now)


HIDDEN = and_(orders.c.published_at.is_(None), _BEGAN_SECRET)  # `Order.secret` for a question to the database
PUBLIC = and_(orders.c.authority_id.is_not(None), not_(HIDDEN))
ORDERS_BY_ID = ALL_ORDERS.where(among(orders.c.id, "ids")).order_by(orders.c.id)
VERIFY_ORIGIN = updates(orders, origin="known").where(id="of")
FILED_AS = selects(orders.c.ref).where(authority_id="whose", external_id="sent_as").limit(1)
SAME_LETTER = selects(orders.c.id, orders.c.ref).where(
    authority_id="whose", reference_no="reference", dated="day", regime="law"
)
SECRET_ONES = ALL_ORDERS.where(HIDDEN).order_by(orders.c.id)
PUBLISH = updates(orders, ref="number", secret_ref="was", published_at="at").where(id="of", published_at=None)
RENAME = tuple(
    updates(table, order_ref="number").where(order_ref="was") for table in (rulings, evidence, webhook_calls)
)
CITED = selects(orders.c.regime, orders.c.regime_version).where(orders.c.regime != text_param("none")).distinct()
REFS_LIKE = counts_of(orders).where(orders.c.ref.like(text_param("pattern")))
TARGETS = ALL_TARGETS.where(order_id="of").order_by(targets.c.number)
TARGETS_AT = ALL_TARGETS.where(among(targets.c.number, "numbers"), order_id="of").order_by(targets.c.number)
TARGET = ALL_TARGETS.where(order_id="of", number="at_number")
OWNERS = selects(targets.c.owner_id).where(targets.c.owner_id.is_not(None), order_id="of").distinct()
_leaf = param("leaf")
OWNERS_AT = statement(
    union(
        select(targets.c.owner_id)
        .join(case_events, case_events.c.target_id == targets.c.id)
        .where(case_events.c.log_index == _leaf),
        select(targets.c.owner_id).join(orders, orders.c.id == targets.c.order_id).where(orders.c.log_index == _leaf),
        select(targets.c.owner_id)
        .join(order_events, order_events.c.order_id == targets.c.order_id)
        .where(order_events.c.log_index == _leaf),
        select(rulings.c.owner_id).where(or_(rulings.c.log_index == _leaf, rulings.c.lift_log_index == _leaf)),
        select(appeals.c.account_id).where(or_(appeals.c.log_index == _leaf, appeals.c.decided_log_index == _leaf)),
        select(reports.c.account_id).where(reports.c.log_index == _leaf),
        select(speakers.c.account_id).where(speakers.c.log_index == _leaf),
    )
)
TARGET_BY_ID = ALL_TARGETS.where(id="of")
EVENTS = ALL_EVENTS.where(among(case_events.c.target_id, "ids")).order_by(case_events.c.target_id, case_events.c.number)

_later = case_events.alias("later")
# The last event of each target says where its case stands.
_last = select(func.max(_later.c.number)).where(_later.c.target_id == targets.c.id).scalar_subquery()
_before = case_events.alias("before")
_bound_before = select(_before.c.id).where(
    _before.c.target_id == case_events.c.target_id,
    _before.c.number == case_events.c.number - 1,
    or_(*(_before.c.state == sql(f"'{state}'") for state in ("in_force", "change_proposed", "change_concurred"))),
)
# Whether somebody's things in an order wait for more than one case, told without reading what was ever said about them.
_theirs = and_(targets.c.order_id == param("of"), targets.c.owner_id == param("whose"))
WAITING = (
    selects(targets.c.id)
    .join(case_events, (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last))
    .where(_theirs, among(case_events.c.state, "waiting"))
    .limit(1)
)
LEFT_AFTER = statement(
    select(targets.c.id)
    .join(case_events, case_events.c.target_id == targets.c.id)
    .join(_before, (_before.c.target_id == targets.c.id) & (_before.c.number == case_events.c.number - 1))
    .where(
        _theirs,
        targets.c.id != param("but"),
        among(_before.c.state, "waiting"),
        not_(among(case_events.c.state, "waiting")),
        or_(
            case_events.c.at > param("after"),
            and_(case_events.c.at == param("after"), case_events.c.id > param("after_id")),
        ),
    )
    .limit(1)
)
# A case closed because the house acted by its own rules says so in its last event, which holds nothing else before it.
OWN_RULES = "own_rules"  # where such a case is said to stand
_CLOSED_SO = f'{{"outcome":"{OWN_ACTION}"'
came_to: ColumnElement[str] = case(
    (
        and_(
            case_events.c.state == sql("'closed'"),
            func.substr(case_events.c.body, 1, len(_CLOSED_SO)) == literal(_CLOSED_SO, Text()),
        ),
        sql(f"'{OWN_RULES}'"),
    ),
    else_=case_events.c.state,
).label("came_to")
_standing = (
    selects(targets.c.order_id, case_events.c.state, targets.c.kind, func.count().label("many"))
    .select_from(targets)
    .join(case_events, (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last))
    .group_by(targets.c.order_id, case_events.c.state, targets.c.kind)
)
STANDING = _standing.where(among(targets.c.order_id, "ids"))
STANDING_IN = _standing.where(among(case_events.c.state, "states"))
CLOSED_SO = (
    selects(targets.c.order_id, func.count())
    .select_from(targets)
    .join(case_events, (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last))
    .where(among(targets.c.order_id, "ids"), came_to == sql(f"'{OWN_RULES}'"))
    .group_by(targets.c.order_id)
)
_OWN = and_(orders.c.authority_id.is_(None), orders.c.source != sql("''"), not_(HIDDEN))
OWN_ABOUT = (
    selects(orders.c.ref, targets.c.kind, targets.c.subject_id, targets.c.term)
    .select_from(targets)
    .join(orders, orders.c.id == targets.c.order_id)
    .where(
        or_(targets.c.subject_id == param("subject"), targets.c.subject_id == param("whose")),
        orders.c.id != param("besides"),
        _OWN,
    )
    .order_by(orders.c.id.desc(), targets.c.number)
)
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
DECIDED = statement(
    select((case_events.c.at - case_events.c.at % DAY).label("day"), came_to, func.count(), func.min(case_events.c.at))
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
    .join(case_events, (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last))
    .where(targets.c.number >= param("start"), among(case_events.c.state, "states"), order_id="of")
    .order_by(targets.c.number)
    .limit("n")
)
# The last numbers first: many that are decided at once are decided in order, and one that waits is found at the first look.
ONE_STANDS = (
    selects(targets.c.id)
    .select_from(targets)
    .join(case_events, (case_events.c.target_id == targets.c.id) & (case_events.c.number == _last))
    .where(among(case_events.c.state, "states"), order_id="of")
    .order_by(targets.c.number.desc())
    .limit(1)
)


# --- authorities ---


async def add_authority(w: Writing, authority: Authority) -> bool:
    """False where there is one of that name already."""
    return await w.run(ADD_AUTHORITY, **ALL_AUTHORITIES.written(authority)) == 1


async def all_authorities(reading: Reading) -> list[Authority]:
    return await AUTHORITIES.all(reading)


async def authority(reading: Reading, id_: int | None) -> Authority | None:
    """The authority behind a matter; the house itself where there is none."""
    if id_ is None:
        return HOUSE
    return await AUTHORITY.first(reading, of=id_)


async def authority_named(reading: Reading, name: str) -> Authority | None:
    return await AUTHORITY_NAMED.first(reading, named=name)


# --- orders and targets ---


async def next_ref(w: Writing, country: str, year: int) -> str:
    """`IN-2026-0001`. The caller holds the log, so that nobody else takes the same number."""
    taken = await w.value(REFS_LIKE, pattern=f"{country}-{year}-%")
    return f"{country}-{year}-{taken + 1:04d}"


async def add_order(w: Writing, order: Order, named: Iterable[Target]) -> None:
    await w.run(ADD_ORDER, **ALL_ORDERS.written(order))
    await w.run_many(ADD_TARGET, [*map(ALL_TARGETS.written, named)])


async def order(reading: Reading, ref: str) -> Order | None:
    if not ref.isascii() or not ref.isprintable():  # PostgreSQL refuses NUL even in a question
        return None
    return await ORDER.first(reading, of=ref) if ref else None


async def filed_as(reading: Reading, authority_id: int, external_id: str) -> str:
    """The reference of what an authority sent under this number of its own, or nothing."""
    if not external_id:
        return ""
    return await reading.value(FILED_AS, whose=authority_id, sent_as=external_id) or ""


async def filed_before(reading: Reading, new: Order, lines: Sequence[str]) -> str:
    """The reference of an order by the same letter about the same things, or nothing."""
    same = await reading.fetch(
        SAME_LETTER, whose=new.authority_id or 0, reference=new.reference_no, day=new.dated, law=new.regime
    )
    for id_, ref in same:
        if {target.as_written for target in await targets_of(reading, id_)} == set(lines):
            return ref
    return ""


async def owners_of(reading: Reading, order_id: int) -> frozenset[int]:
    """Whose things an order names."""
    return frozenset(row[0] for row in await reading.fetch(OWNERS, of=order_id))


async def owners_at(reading: Reading, index: int) -> frozenset[int]:
    """Whom the log's entry at `index` is about: whose things it names, who appealed or is reported in it."""
    return frozenset(row[0] for row in await reading.fetch(OWNERS_AT, leaf=index) if row[0] is not None)


async def owners_behind(reading: Reading, what: str, of: int) -> frozenset[int]:
    """Whose an `order`, a `case` (a target, by its id) or an `account` is."""
    if what == "account":
        return frozenset((of,))
    if what == "order":
        return await owners_of(reading, of)
    found = await target_by_id(reading, of)
    return frozenset() if found is None or found.owner_id is None else frozenset((found.owner_id,))


async def secret_orders(reading: Reading) -> list[Order]:
    """Every order that is secret now, the oldest first."""
    return await SECRET_ONES.all(reading)


async def publish(w: Writing, of: Order, number: str, at: int) -> bool:
    """It is secret no more, and known by its number everywhere from now on. False where somebody was faster."""
    if await w.run(PUBLISH, of=of.id, number=number, was=of.ref, at=at) != 1:
        return False
    for rename in RENAME:
        await w.run(rename, was=of.ref, number=number)
    return True


async def cited_regimes(reading: Reading) -> list[tuple[str, int]]:
    """(id, version) of every law under which an order was taken in."""
    return [(row[0], row[1]) for row in await reading.fetch(CITED, none="")]


async def verify_origin(w: Writing, order_id: int) -> None:
    """Staff made sure that the order is genuine."""
    await w.run(VERIFY_ORIGIN, of=order_id, known="verified")


async def orders_below(reading: Reading, below: int, at_most: int) -> list[Order]:
    """Newest first."""
    return await ORDERS.all(reading, below=below, n=at_most)


async def orders_by_id(reading: Reading, ids: Sequence[int]) -> list[Order]:
    return await ORDERS_BY_ID.all(reading, ids=listed(ids)) if ids else []


async def targets_of(reading: Reading, order_id: int) -> list[Target]:
    return await TARGETS.all(reading, of=order_id)


async def targets_at(reading: Reading, order_id: int, numbers: Sequence[int]) -> list[Target]:
    """Those of these numbers that there are."""
    return await TARGETS_AT.all(reading, of=order_id, numbers=listed(numbers))


async def targets_of_owner(reading: Reading, order_id: int, owner: int) -> list[Target]:
    """What of one person's an order names."""
    return await TARGETS_OF_OWNER.all(reading, of=order_id, whose=owner)


async def waits(reading: Reading, order_id: int, owner: int, waiting: Sequence[str]) -> bool:
    """Whether one of somebody's things in an order is in a state of `waiting`."""
    return await reading.first(WAITING, of=order_id, whose=owner, waiting=listed(waiting)) is not None


async def left_after(reading: Reading, order_id: int, owner: int, last: CaseEvent, waiting: Sequence[str]) -> bool:
    """Whether another of somebody's things in an order left the states of `waiting` after `last`."""
    found = await reading.first(
        LEFT_AFTER,
        of=order_id,
        whose=owner,
        but=last.target_id,
        waiting=listed(waiting),
        after=last.at,
        after_id=last.id,
    )
    return found is not None


async def target(reading: Reading, order_id: int, number: int) -> Target | None:
    return await TARGET.first(reading, of=order_id, at_number=number)


async def target_by_id(reading: Reading, id_: int) -> Target | None:
    return await TARGET_BY_ID.first(reading, of=id_)


# --- cases ---


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


async def closed_by_own_rules(reading: Reading, order_ids: Sequence[int]) -> dict[int, int]:
    """Order -> how many of its closed targets the house acted on by its own rules."""
    return {row[0]: row[1] for row in await reading.fetch(CLOSED_SO, ids=listed(order_ids))} if order_ids else {}


async def own_matters_about(reading: Reading, of: Target, *, owner_too: bool) -> list[str]:
    """References of matters under the house's own rules that name what a target names; then, where `owner_too`, those that
    name the account whose it is. The newest first, no secret ones, and not the target's own.
    """
    whose = of.owner_id if owner_too and of.owner_id is not None else -1
    rows = await reading.fetch(
        OWN_ABOUT, subject=-1 if of.subject_id is None else of.subject_id, whose=whose, besides=of.order_id
    )
    same = [ref for ref, *named in rows if tuple(named) == (of.kind, of.subject_id, of.term)]
    account = [ref for ref, kind, subject, _ in rows if kind == "account" and subject == whose]
    return list(dict.fromkeys([*same, *account]))


async def orders_citing(reading: Reading, of: Order) -> list[Order]:
    """Orders of authorities whose targets were closed because the house acted on them in this matter; no secret ones."""
    said = msgspec.json.encode(Said(outcome=OWN_ACTION, matter=of.ref)).decode()
    return await CITING.all(reading, of=of.id, said=said)


async def one_standing(reading: Reading, order_id: int, states: Sequence[str]) -> int | None:
    """A target (its id) of the order that stands in one of `states`, if any does; of its targets alone, the last first."""
    return await reading.value(ONE_STANDS, of=order_id, states=listed(states))


async def standing_there(
    reading: Reading, order_id: int, states: Sequence[str], first: int, at_most: int
) -> list[Target]:
    """The targets of an order that stand in one of `states`, from number `first` on."""
    return await STANDING_THERE.all(reading, of=order_id, states=listed(states), start=first, n=at_most)


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


# --- orders as a whole ---


async def add_order_event(w: Writing, event: OrderEvent) -> bool:
    """False where the order already has an event of this number: somebody moved it meanwhile."""
    return await w.run(ADD_ORDER_EVENT, **ALL_ORDER_EVENTS.written(event)) == 1


async def order_events_of(reading: Reading, order_ids: Sequence[int]) -> dict[int, list[OrderEvent]]:
    """Order -> its events in order."""
    found: dict[int, list[OrderEvent]] = {id_: [] for id_ in order_ids}
    for event in await ORDER_EVENTS.all(reading, ids=listed(order_ids)) if order_ids else ():
        found[event.order_id].append(event)
    return found
