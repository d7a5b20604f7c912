"""Whoever's things an authority names is told of it: when the demand comes in, and when it ends without a measure; once each.

Not where the order is secret, or its law forbids it; nor of what is not for everybody while nothing is proposed about it, since
the entry of the log about it would tell that it is there. What a measure does is told by itself (`served.py`).
"""

from collections.abc import Iterable, Sequence

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.governance.appeals import notices as court_notices
from chaupal.governance.cases import cases, lifecycle
from chaupal.governance.events import CaseDecided, OrderMoved
from chaupal.kernel.page_languages import spoken
from chaupal.policy.sentences import demand_texts
from chaupal.policy.sentences.placeholders import moment
from chaupal.store.court import case_events, docket
from chaupal.store.court.case_events import CaseEvent
from chaupal.store.court.docket import Order, Target
from chaupal.store.machine.work import Writing

DEMANDED, REFUSED, CLOSED = "demanded", "refused", "closed"
# How a case ended -> what is told of it: the kind of answer (`policy/sentences/demand_texts.py`), and what the log calls that.
ENDS = {
    "refused": ("demand_refused", REFUSED),
    "closed": ("demand_closed", CLOSED),
    "withdrawn": ("demand_withdrawn", CLOSED),
    "set_aside": ("demand_withdrawn", CLOSED),
}


async def moved(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    """At receipt (of one that was secret, on the day it is so no more) everybody whom it names; at its close those of whose
    things nothing was decided.
    """
    if event.verb not in ("receive", "close", "replace"):
        return
    order = await docket.order(w, event.order)
    if order is None or order.authority_id is None or _silent(carrier, order):
        return
    named = await docket.targets_of(w, order.id)
    events = await case_events.events_of(w, [target.id for target in named])
    states = {target.id: events[target.id][-1].state for target in named}
    if event.verb == "receive":
        kind = "demand_received" if order.published_at is None else "demand_opened"
        before = await docket.versions_before(w, order) if kind == "demand_received" else []
        known = await docket.owners_of(w, before[0].id) if before else frozenset[int]()
        for owner, mine in _by_owner([t for t in named if states[t.id] != lifecycle.State.NOT_FOUND]).items():
            if owner in known:
                await _tell(carrier, w, order, owner, mine, "demand_mended", DEMANDED, before=before[0].ref)
            else:
                await _tell(carrier, w, order, owner, mine, kind, DEMANDED)
        return
    # Whom its mended version names, too, is told of that one.
    mended = await docket.mended_version(w, order.id)
    again = await docket.owners_of(w, mended.id) if mended else frozenset[int]()
    for owner, mine in _by_owner([t for t in named if states[t.id] == lifecycle.State.LEFT]).items():
        if owner not in again:
            await _tell(carrier, w, order, owner, mine, "demand_closed", CLOSED)


async def decided(carrier: Carrier, w: Writing, event: CaseDecided) -> None:
    """When the last of somebody's things in an order is decided: what of them was refused, closed or taken back."""
    order = await docket.order(w, event.order)
    if order is None or order.authority_id is None or _silent(carrier, order):
        return
    # A thousand are decided one by one: each must not read all the others. Whoever was decided last speaks for all.
    if await case_events.waits(w, order.id, event.owner, lifecycle.OPEN):
        return
    if await case_events.last_left(w, order.id, event.owner, lifecycle.OPEN) != event.target:
        return
    mine = await docket.targets_of_owner(w, order.id, event.owner)
    events = await case_events.events_of(w, [target.id for target in mine])
    for state in ENDS:
        if some := [target for target in mine if _left(events[target.id]).state == state]:
            kind, about = ENDS[state]
            await _tell(carrier, w, order, event.owner, some, kind, about)
            return


def _left(events: Sequence[CaseEvent]) -> CaseEvent:
    """The event by which a case left what is open."""
    return next(
        (
            now
            for before, now in zip(reversed(events[:-1]), reversed(events[1:]), strict=True)
            if before.state in lifecycle.OPEN
        ),
        events[-1],
    )


def _by_owner(named: Iterable[Target]) -> dict[int, list[Target]]:
    found: dict[int, list[Target]] = {}
    for target in named:
        if target.owner_id is not None:
            found.setdefault(target.owner_id, []).append(target)
    return found


def _silent(carrier: Carrier, order: Order) -> bool:
    """Whether they may not be told now: what is secret is told of when it is no more, or never."""
    now, regime = carrier.clock(), cases.regime_of(carrier.court, order)
    until = court_notices.silent_until(order, regime, order.received_at, now)
    return order.secret_at(now) or until is None or until > now


async def _told_of_today(carrier: Carrier, w: Writing, order: Order, owner: int) -> int:
    """How many came within a day up to this one, itself included, by laws that let them be told at once: no other shows in it."""
    found, laws = await docket.lately_about(w, order, owner), carrier.court.regimes
    return sum(
        many for law, version, many in found if not law or laws.version(law, version).notice.author == "default_yes"
    )


async def _tell(
    carrier: Carrier, w: Writing, order: Order, owner: int, some: Sequence[Target], kind: str, about: str, **facts: str
) -> None:
    to, many = await telling.ear(carrier, w, owner), await _told_of_today(carrier, w, order, owner)
    if many > telling.MOST_MAILS:
        to = to._replace(email="")
    elif many == telling.MOST_MAILS and about == DEMANDED:
        facts["further"] = demand_texts.FURTHER[spoken(to.language)]
    key = f"demand:{order.id}:{about}:{owner}"
    facts |= {"ref": order.ref}
    if order.published_at is not None:  # at receipt they could not be told: what, when, and until when it was secret
        facts["asked"] = demand_texts.asked((target.demanded for target in some), to.language)
        facts["until"] = moment(order.published_at, spoken(to.language))
    ways = telling.answer(
        carrier, w, to, kind, path=f"/orders/{order.ref}", key=key, day=order.received_at, noticed=False, **facts
    )
    number = some[0].number if len(some) == 1 else None
    await court_notices.note_demand(carrier.court, w, order, about, language=to.language, ways=ways, target=number)
