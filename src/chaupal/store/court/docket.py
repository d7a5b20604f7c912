"""The docket: orders and the targets that they name."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, not_, or_, select, text as sql, union

from chaupal.kernel.clock import DAY
from chaupal.store.machine.dialect import among, is_one_of, listed, param, statement, text_param
from chaupal.store.machine.marks import LOST, NUMBERS_LOST
from chaupal.store.machine.statements import counts_of, inserts, rows_of, same, selects, updates
from chaupal.store.machine.triggers import accounts_of
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import (
    appeals,
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


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A matter: a demand as it was received, or the house's own (then without authority).

    Times in ms; `territory` holds country codes; `act_by` and `ends_at` may be open. `bases`: codes of its regime's grounds.
    `particulars`: other fields that its regime asks for. `external_id`: the sender's own, so that nothing is filed twice.
    `confirms`: the emergency order (id) that it says it confirms. `replaces`: the one, sent back, of which it is the mended version.
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
    replaces: int | None = None
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


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One account, post, picture or tag that an order names. Without a subject it was not found here.

    `owner_id`: whose it is. `term`: a tag's count key (its subject is 0). `demanded`: the measure that was asked for.
    `speaker`: the protected class of its owner when it came in. `unseen`: it was not for everybody then, so outside it stands
    as not found here; `note`: what is wrong with its line, or would be had it not come from another server.
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

    @property
    def kind_told(self) -> str:
        """As it stands outside: of a line of another server nothing shows whether what it names came here."""
        return "unknown" if self.unseen and self.note else self.kind


ALL_ORDERS = rows_of(Order, orders, territory=(lambda text: tuple(text.split(",")), ",".join))
ALL_TARGETS = rows_of(Target, targets)
target_by_id = ALL_TARGETS.by_id
ADD_TARGET = inserts(targets)
TARGETS_OF_OWNER = ALL_TARGETS.where(order_id="of", owner_id="whose").ordered("number")
ORDER = ALL_ORDERS.where(or_(orders.c.ref == text_param("of"), orders.c.secret_ref == text_param("of"))).limit(1)
ORDERS = ALL_ORDERS.where(orders.c.id < param("below")).ordered("-id").limit("n")
_BEGAN_SECRET = or_(orders.c.gag_until.is_not(None), is_one_of(orders.c.secrecy, SECRET))
HIDDEN = and_(orders.c.published_at.is_(None), _BEGAN_SECRET)  # `Order.secret` for a question to the database
# What came from an authority and may be told of: of a secret order nobody outside learns that it is there.
PUBLIC = and_(orders.c.authority_id.is_not(None), not_(HIDDEN))
ORDERS_BY_ID = ALL_ORDERS.where(among(orders.c.id, "ids")).ordered("id")
VERIFY_ORIGIN = updates(orders, origin="known").where(id="of")
FILED_AS = selects(orders.c.ref).where(authority_id="whose", external_id="sent_as").ordered("-id")
# The order that took the place of one that was sent back.
mended_version = ALL_ORDERS.where(replaces="of").limit(1).first_of
SAME_LETTER = selects(orders.c.id, orders.c.ref).where(
    authority_id="whose", reference_no="reference", dated="day", regime="law"
)
secret_orders = ALL_ORDERS.where(HIDDEN).ordered("id").all
PUBLISH = updates(orders, ref="number", secret_ref="was", published_at="at").where(id="of", published_at=None)
RENAME = tuple(
    updates(table, order_ref="number").where(order_ref="was") for table in (rulings, evidence, webhook_calls)
)
CITED = selects(orders.c.regime, orders.c.regime_version).where(orders.c.regime != text_param("none")).distinct()
REFS_LIKE = selects(func.count(orders.c.id) + LOST).where(orders.c.ref.like(text_param("pattern")))
targets_of = ALL_TARGETS.where(order_id="of").ordered("number").all_of
TARGETS_OF_ORDERS = ALL_TARGETS.where(among(targets.c.order_id, "ids")).ordered("order_id number")
TARGETS_AT = ALL_TARGETS.where(among(targets.c.number, "numbers"), order_id="of").ordered("number")
TARGET = ALL_TARGETS.where(order_id="of", number="at_number")
DECIDED_AT = (
    selects(targets.c.number)
    .join(rulings, rulings.c.target_id == targets.c.id)
    .where(rulings.c.log_index == param("entry"), order_id="of")
)
# Whose things an order names.
owners_of = selects(targets.c.owner_id).where(targets.c.owner_id.is_not(None), order_id="of").distinct().set_of
_lately = and_(orders.c.received_at > param("after"), orders.c.id <= param("of"))
# What is theirs, by whichever of their accounts.
OF_MINE = sql(f"targets.owner_id IN ({accounts_of('CAST(:me AS BIGINT)')})").bindparams(param("me"))
_theirs = select(targets.c.id).where(targets.c.order_id == orders.c.id, OF_MINE).exists()
KEPT_FROM = selects(orders.c.ref).where(HIDDEN, _theirs, authority_id="whose")
LATELY_FROM = counts_of(orders).where(_lately, not_(and_(HIDDEN, _theirs)), authority_id="whose")
LATELY_ABOUT = statement(
    select(orders.c.regime, orders.c.regime_version, func.count(func.distinct(orders.c.id)))
    .join(targets, targets.c.order_id == orders.c.id)
    .where(_lately, PUBLIC, targets.c.owner_id == param("whose"), targets.c.unseen == 0)
    .group_by(orders.c.regime, orders.c.regime_version)
)
_named_here = targets.alias("named_here")
NAMING_THE_SAME = (
    selects(targets.c.order_id)
    .join_from(
        _named_here, targets, and_(*(targets.c[name] == _named_here.c[name] for name in ("subject_id", "kind", "term")))
    )
    .where(same(_named_here, order_id="of"))
    .distinct()
)
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
ORDER_IDS_OF = selects(orders.c.id).where(orders.c.id < param("below"), authority_id="whose").ordered("-id").limit("n")


def open_at(now: Any) -> ColumnElement[bool]:
    """Not `Order.secret_at(now)`, for a statement in which there are orders."""
    return or_(not_(_BEGAN_SECRET), orders.c.published_at <= now)


async def next_ref(w: Writing, country: str, year: int) -> str:
    """`IN-2026-0001`. The caller holds the log, so that nobody else takes the same number."""
    taken = await w.value(REFS_LIKE, pattern=f"{country}-{year}-%", lost=f"{NUMBERS_LOST}{year}")
    return f"{country}-{year}-{taken + 1:04d}"


async def add_order(w: Writing, order: Order, named: Iterable[Target]) -> None:
    await ALL_ORDERS.add(w, order)
    await w.run_many(ADD_TARGET, [*map(ALL_TARGETS.written, named)])


async def order(reading: Reading, ref: str) -> Order | None:
    if not ref.isascii() or not ref.isprintable():  # PostgreSQL refuses NUL even in a question
        return None
    return await ORDER.first(reading, of=ref) if ref else None


async def filed_as(reading: Reading, authority_id: int, external_id: str, but: Collection[str] = ()) -> str:
    """The reference of what an authority sent last under this number of its own, or nothing. `but`: references of those not meant."""
    found = await reading.fetch(FILED_AS, whose=authority_id, sent_as=external_id) if external_id else []
    return next((row[0] for row in found if row[0] not in but), "")


async def kept_from(reading: Reading, authority_id: int, account: int) -> set[str]:
    """References of an authority's secret orders that name something of this account."""
    return {row[0] for row in await reading.fetch(KEPT_FROM, whose=authority_id, me=account)}


async def versions_before(reading: Reading, order: Order) -> list[Order]:
    """The order whose place one took, and whose place that had taken, and so on."""
    found: list[Order] = []
    while before := await orders_by_id(reading, [] if order.replaces is None else [order.replaces]):
        found += before
        order = before[0]
    return found


async def filed_before(reading: Reading, new: Order, named: Sequence[Target], but: Collection[str] = ()) -> str:
    """The reference of an order by the same letter about the same things, however their addresses are written, or nothing.

    `but`: references of those of which it is the mended version.
    """
    same = await reading.fetch(
        SAME_LETTER, whose=new.authority_id or 0, reference=new.reference_no, day=new.dated, law=new.regime
    )
    for id_, ref in same:
        if ref not in but and set(map(_thing, await targets_of(reading, id_))) == set(map(_thing, named)):
            return ref
    return ""


def _thing(target: Target) -> tuple[str, int | None, str]:
    """What a target names, for comparing. For a target that is not there, or not for everybody, the typed words are
    compared, so that nothing is revealed.
    """
    if target.subject_id is None or target.unseen:
        return "", None, target.as_written
    return target.kind, target.subject_id, target.term


async def lately_from(reading: Reading, order: Order, account: int) -> int:
    """How many orders its authority has filed within a day up to this one, itself included, but for secret ones that name
    something of this account.
    """
    return await reading.value(
        LATELY_FROM, whose=order.authority_id, of=order.id, after=order.received_at - DAY, me=account
    )


async def lately_about(reading: Reading, order: Order, owner: int) -> list[tuple[str, int, int]]:
    """(law, its version, how many) of the orders that name something of this person and came within a day up to this one, itself
    included: of those that may be told of, and of what is for everybody.
    """
    found = await reading.fetch(LATELY_ABOUT, whose=owner, of=order.id, after=order.received_at - DAY)
    return [(row[0], row[1], row[2]) for row in found]


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


async def naming_the_same(reading: Reading, order_id: int) -> list[Order]:
    """The orders that name something that this one names; itself too, where that was found here."""
    return await orders_by_id(reading, [row[0] for row in await reading.fetch(NAMING_THE_SAME, of=order_id)])


async def targets_at(reading: Reading, order_id: int, numbers: Sequence[int]) -> list[Target]:
    """Those of these numbers that there are."""
    return await TARGETS_AT.all(reading, of=order_id, numbers=listed(numbers))


async def number_decided_at(reading: Reading, order_id: int, entry: int) -> int | None:
    """The target of an order that is limited by an entry of the log."""
    return await reading.value(DECIDED_AT, of=order_id, entry=entry)


async def targets_of_owner(reading: Reading, order_id: int, owner: int) -> list[Target]:
    """What of one person's an order names."""
    return await TARGETS_OF_OWNER.all(reading, of=order_id, whose=owner)


async def target(reading: Reading, order_id: int, number: int) -> Target | None:
    return await TARGET.first(reading, of=order_id, at_number=number)


async def matter_of(reading: Reading, target_id: int | None) -> tuple[Order, Target] | None:
    """A target with the order that names it."""
    found = None if target_id is None else await target_by_id(reading, target_id)
    named_by = [] if found is None else await orders_by_id(reading, [found.order_id])
    return (named_by[0], found) if found is not None and named_by else None


async def orders_of(reading: Reading, authority_id: int, below: int, at_most: int) -> list[int]:
    """Ids of an authority's orders, newest first, whoever filed them."""
    return [row[0] for row in await reading.fetch(ORDER_IDS_OF, whose=authority_id, below=below, n=at_most)]
