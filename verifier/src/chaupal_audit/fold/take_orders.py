"""Entries about orders become facts: received, each step, and what was decided about each target."""

from collections.abc import Iterable
from sys import intern

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import State, either
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry
from chaupal_audit.minutes import minute

MOST_TARGETS = 1_000_000  # of one kind in one order, whatever a foreign log says

_order = msgspec.json.Decoder(entries.Order).decode
_step = msgspec.json.Decoder(entries.Step).decode
_decision = msgspec.json.Decoder(entries.Decision).decode


def take_order(state: State, index: int, at: int, head: Entry) -> None:
    new = _order(head.public)
    if head.ref in state.facts.orders:
        return  # a reference is given once; the first keeps it
    state.facts.orders[head.ref] = facts.Order(
        index=index, ref=head.ref, at=at, regime=intern(head.regime or ""), kind=intern(new.kind or ""),
        issuer=intern(new.issuer or ""), authority=intern(new.authority or ""), jurisdiction=intern(new.jurisdiction or ""),
        channel=intern(new.channel or ""), law=intern(new.law or ""), reference=new.reference or "", bases=_grounds(new),
        territory=new.territory or (), dated=new.dated or "", received=either(minute(new.received), at),
        act_by=_earlier(minute(new.act_by), minute(new.law_act_by)),
        interim_until=minute(new.interim_until), emergency=bool(new.emergency), secrecy=intern(new.secrecy or "none"),
        specified={intern(kind): min(max(0, n), MOST_TARGETS) for kind, n in new.targets.items()}, source=intern(new.source or ""),
        rule=intern(new.rule or ""), flagged_by=intern(new.flagged_by), steps=[], targets={},
    )  # fmt: skip


def _grounds(new: entries.Order) -> tuple[str, ...]:
    return tuple(sorted({intern(basis) for basis in new.bases}))


def _earlier(*ends: int | None) -> int | None:
    """The deadline that the order sets, or the law's own where that comes first."""
    return min((end for end in ends if end is not None), default=None)


def take_step(state: State, index: int, at: int, head: Entry) -> None:
    order = state.facts.orders.get(head.ref)
    if order is None:
        return
    new = _step(head.public)
    order.steps.append(
        facts.Step(intern(new.step), either(minute(new.at), at), tuple(new.codes or ()), intern(new.body or ""))
    )
    match "" if new.targets else new.step:  # about some of its targets, it leaves the order where it stood
        case "returned":
            order.returned = True
        case "checked" | "mended" | "clarified" | "confirmed":
            order.returned = False  # it was sent back, and came again
        case "withdrawn":
            order.withdrawn = True
        case "closed" | "set_aside" | "replaced":
            order.over = True
        case _:
            pass


def take_decision(state: State, index: int, at: int, head: Entry) -> None:
    order = state.facts.orders.get(head.ref)
    if order is None:
        return
    new = _decision(head.public)
    target = target_of(order, new.target, new.kind)
    target.demanded = intern(new.demanded or target.demanded)
    target.protected = target.protected or new.protected
    if new.step == "refused":
        target.outcome, target.ground = "refused", intern(new.ground or "")
        target.decided = at
    elif new.step == "kept":
        _keep(state.measure_at.get(-1 if head.prev is None else head.prev), at, new)
    elif new.step == "reviewed":
        _agree(state.made.get((order.ref, new.target), ()), new)
    elif new.step == "closed":
        target.outcome, target.ground, target.matter = intern(new.outcome or "closed"), "", new.matter or ""
        target.decided = at


def _keep(measure: facts.Measure | None, at: int, new: entries.Decision) -> None:
    if measure is not None:
        measure.kept, measure.review = measure.kept or at, minute(new.review)


def _agree(measures: Iterable[facts.Measure], new: entries.Decision) -> None:
    """What one person did lasts longer once another agrees; what an appeal made shorter is not longer for that."""
    for made in measures:
        if made.ended is None and not made.shortened:
            made.until = minute(new.ends)


def target_of(order: facts.Order, number: int, kind: str | None) -> facts.Target:
    found = order.targets.get(number)
    if found is None:
        found = order.targets[number] = facts.Target()
    found.kind = found.kind or intern(kind or "")  # an account stays one where only its posts are withheld
    return found
