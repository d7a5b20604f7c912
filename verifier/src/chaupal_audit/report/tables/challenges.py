"""T4 and T5: orders that were challenged, and emergency orders that were confirmed or lapsed."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Measure, Order, Step
from chaupal_audit.minutes import HOUR
from chaupal_audit.report.filters import View
from chaupal_audit.report.tables.cells import N_, Column, Kind, Measured, Note, Value, added, count, median
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import COHORT, COUNTRY

# --- T4: challenges ---

CHALLENGES = {
    "objection_filed": N_("objections filed"),
    "hearing_held": N_("hearings attended"),
    "meeting": N_("meetings"),
    "challenged_in_court": N_("taken to court"),
    "stayed": N_("stayed"),
    "set_aside": N_("set aside by a court or other body"),
    "review_reversal": N_("reversed by a review committee"),
}
REVIEWERS = ("review_committee",)


def _challenge(step: Step) -> str:
    return "review_reversal" if step.step == "set_aside" and step.body in REVIEWERS else step.step


def challenges(view: View) -> Iterator[tuple[Order, str]]:
    """Steps of any order that the other filters let through, taken in the period."""
    f = view.filters
    for order in view.facts.orders.values():
        if f.country in ("", order.jurisdiction) and view.takes_regime(order.regime) and view.is_open(order):
            for step in order.steps:
                if f.covers(step.at) and (kind := _challenge(step)) in CHALLENGES:
                    yield order, kind


T4 = Declared(
    id="T4",
    title=N_("Challenges"),
    things=challenges,
    keys=(COUNTRY, Column("regime", N_("Regime"), Kind.text)),
    key=lambda thing: (thing[0].jurisdiction, thing[0].regime),
    columns=tuple(count(kind, title, lambda thing, kind=kind: thing[1] == kind) for kind, title in CHALLENGES.items()),
    notes=(Note(N_("A challenge counts in the month in which it was made.")),),
    filters=("from", "to", "country", "regime"),
)


# --- T5: emergencies ---

CONFIRM_IN = 48 * HOUR


class Emergency(msgspec.Struct, frozen=True, gc=False):
    """An emergency order; `state` is confirmed, late, lapsed, ended or open; `hours` for which each measure stood."""

    order: Order
    state: str
    restored: int
    hours: tuple[float, ...]


def emergencies(view: View) -> list[Emergency]:
    """Emergency and interim orders of the period with what was done for them."""
    asked = {o.ref: o for o in view.demands if o.emergency or o.interim_until is not None}
    done: dict[str, list[Measure]] = {ref: [] for ref in asked}
    for measure in view.facts.measures:
        if measure.ref in done and measure.measure in facts.WITHHELD and measure.ending not in facts.CHANGED:
            done[measure.ref].append(measure)
    return [_emergency(view, order, done[ref]) for ref, order in asked.items()]


def _emergency(view: View, order: Order, done: Sequence[Measure]) -> Emergency:
    ends = [view.ended(measure, view.latest) for measure in done]
    stood = tuple((end - m.start) / HOUR for m, end in zip(done, ends, strict=True) if end is not None)
    confirmed = next((step.at for step in order.steps if step.step == "confirmed"), None)
    if confirmed is not None:
        state = "confirmed" if confirmed - order.received <= CONFIRM_IN else "late"
    elif done and None not in ends:
        state = "lapsed" if any(m.ending in ("lapsed", "") for m in done) else "ended"
    else:
        state = "lapsed" if order.interim_until is not None and order.interim_until <= view.latest else "open"
    return Emergency(order, state, len(stood), stood)


def _all_hours(things: Sequence[Emergency]) -> Value:
    return median("", "", lambda hours: hours).of([hours for thing in things for hours in thing.hours])


def _in_state(state: str) -> Callable[[Emergency], bool]:
    return lambda thing: thing.state == state


T5 = Declared(
    id="T5",
    title=N_("Emergencies"),
    things=emergencies,
    keys=(COUNTRY,),
    key=lambda e: (e.order.jurisdiction,),
    columns=(
        count("interim", N_("interim orders")),
        count("confirmed", N_("confirmed in 48 hours"), _in_state("confirmed")),
        count("late", N_("confirmed later"), _in_state("late")),
        count("lapsed", N_("lapsed"), _in_state("lapsed")),
        count("ended", N_("ended otherwise"), _in_state("ended")),
        count("open", N_("still open"), _in_state("open")),
        added("restored", N_("things shown again"), lambda e: e.restored),
        Measured(Column("hours", N_("hours withheld, median"), Kind.hours), _all_hours),
    ),
    notes=(COHORT,),
    filters=("from", "to", "country", "regime"),
)

TABLES = (T4, T5)
