"""Entries about measures become facts: what was done, how it ended, who was told."""

from sys import intern

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import State, either
from chaupal_audit.fold.take_orders import target_of
from chaupal_audit.law.measures import Measure as What
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry
from chaupal_audit.minutes import minute

DEFAULT = {"deamp": What.DEAMPLIFY.value, "measure": What.WITHHOLD_POST.value}

_measure = msgspec.json.Decoder(entries.Measure).decode
_reversal = msgspec.json.Decoder(entries.Reversal).decode
_notice = msgspec.json.Decoder(entries.Notice).decode


def take_measure(state: State, index: int, at: int, head: Entry) -> None:
    new = _measure(head.public)
    before = state.measure_at.get(-1 if head.prev is None else head.prev)
    same = before or state.measure_at.get(-1 if new.also is None else new.also)
    order = state.facts.orders.get(head.ref)
    start = either(minute(new.start), at)
    rule = new.rule or (order.rule if order else "")
    until = minute(new.until)
    made = facts.Measure(
        index=index, ref=head.ref, order=order, at=at, regime=intern(head.regime or (order.regime if order else "")),
        target=new.target, kind=intern(new.kind or ""), thing=index if same is None else same.thing,
        measure=intern(new.measure or DEFAULT.get(head.t, "")),
        outcome=intern(new.outcome or "complied_full"), demanded=intern(new.demanded or ""), term=new.term or "",
        territory=tuple(map(intern, new.territory or ())), basis=intern(new.basis or "legal_order"),
        authority=intern(new.authority or (order.authority if order else "")),
        jurisdiction=intern(new.jurisdiction or (order.jurisdiction if order else "")), law=intern(new.law or ""),
        rule=intern(rule or ""), source=intern(new.source or (order.source if order else "")), language=intern(new.language or ""),
        start=start, since=start if before is None or new.cause == facts.RESUMED else before.since,
        until=until, review=minute(new.review), permanent=bool(new.permanent),
        strike_until=minute(new.strike_until),
        emergency=bool(new.emergency), replaces=before is not None, cause=intern(new.cause),
        flagged_by=intern(new.flagged_by or (order.flagged_by if order else "")),
        automatic=new.by == "clock", second=bool(new.second),
        shortened=before is not None and (before.shortened or (new.cause == "modified" and _ends_before(until, before.until))),
    )  # fmt: skip
    state.facts.measures.append(made)
    state.measure_at[index] = made
    if order is not None:
        state.made.setdefault((order.ref, made.target), []).append(made)
        _serve(order, made, protected=new.protected)


def _ends_before(until: int | None, than: int | None) -> bool:
    return until is not None and (than is None or until < than)


def _serve(order: facts.Order, made: facts.Measure, *, protected: bool) -> None:
    """The measure is what was decided about its target."""
    target = target_of(order, made.target, made.kind)
    target.outcome, target.ground, target.done = made.outcome, "", made.measure
    target.demanded = made.demanded or target.demanded
    target.protected = target.protected or protected
    target.decided = made.at
    order.enforced = max(order.enforced or 0, made.start)
    order.withheld = order.withheld or made.measure in facts.WITHHELD


def take_reversal(state: State, index: int, at: int, head: Entry) -> None:
    of = state.measure_at.get(-1 if head.prev is None else head.prev)
    if of is None:
        return
    new = _reversal(head.public)
    state.measure_at[index] = of  # a notice about an end names the reversal
    if of.ended is None:
        # The log's older entries do not say how a measure ended: somebody lifted it.
        of.ended, of.ending = either(minute(new.at), at), intern(new.step or "lifted")


def take_notice(state: State, index: int, at: int, head: Entry) -> None:
    of = state.measure_at.get(-1 if head.prev is None else head.prev)
    if of is not None:
        new = _notice(head.public)
        about, step, language = intern(new.about or "begun"), intern(new.step), intern(new.language or "")
        of.told += (facts.NoticeFact(about, step, at, language, intern(new.gag or "")),)
