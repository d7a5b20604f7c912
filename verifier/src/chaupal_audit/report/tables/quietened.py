"""T9: what is kept out of trends and suggestions: how much, and the list itself."""

from collections.abc import Callable

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Measure
from chaupal_audit.law import measures
from chaupal_audit.minutes import DAY, minute_text
from chaupal_audit.report.filters import View
from chaupal_audit.report.tables.cells import N_, Column, Kind, Measured, Note, Value, count, median
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.rules import BEGAN


class Quiet(msgspec.Struct, frozen=True, gc=False):
    """A de-amplification as of a minute: `end` where it is over, `began` whether it began in the period."""

    measure: Measure
    end: int | None
    began: bool
    ended: bool
    now: bool


def quiet(view: View) -> list[Quiet]:
    """De-amplifications that began, ended or stood in the period."""
    found = [m for m in view.known if m.measure == measures.Measure.DEAMPLIFY.value and m.start <= view.now]
    made = [_quiet(view, m) for m in found]
    return [q for q in made if q.began or q.ended or q.now]


def _quiet(view: View, m: Measure) -> Quiet:
    end = view.ended(m)
    over = end is not None and view.filters.covers(end) and m.ending not in facts.CHANGED
    return Quiet(m, end, view.filters.covers(m.start) and not m.replaces, over, end is None)


def _territory(m: Measure) -> str:
    return " ".join(m.territory)


def _days(q: Quiet) -> float | None:
    return None if q.end is None else (q.end - q.measure.start) / DAY


WHERE = Column("territory", N_("Where"), Kind.text)
T9 = Declared(
    id="T9",
    title=N_("Kept out of trends and suggestions"),
    things=quiet,
    keys=(Column("because", N_("Law or rule"), Kind.text), Column("kind", N_("What"), Kind.code), WHERE),
    key=lambda q: (q.measure.rule or q.measure.law, q.measure.kind, _territory(q.measure)),
    columns=(
        count("added", N_("added"), lambda q: q.began),
        count("removed", N_("taken off the list early"), lambda q: q.ended and q.measure.ending not in ("lapsed", "")),
        count("lapsed", N_("run out"), lambda q: q.ended and q.measure.ending in ("lapsed", "")),
        count("active", N_("in force"), lambda q: q.now),
        median("days", N_("days in force, median"), _days, kind=Kind.days),
    ),
    notes=(
        BEGAN,
        Note(N_("On every surface that recommends: trends, suggestions, completion. Exact search still finds it.")),
    ),
)


def _one(name: str, title: str, of: Callable[[Quiet], Value], kind: Kind = Kind.text) -> Measured:
    return Measured(Column(name, title, kind), lambda things: of(things[0]))


def _until(q: Quiet) -> Value:
    at = q.end if q.end is not None else q.measure.until
    return None if at is None else minute_text(at)


T9A = Declared(
    id="T9a",
    title=N_("The list of what is kept out of trends"),
    things=lambda view: [q for q in quiet(view) if q.measure.term],
    keys=(
        Column("term", N_("Tag or term"), Kind.text),
        WHERE,
        Column("from", N_("From"), Kind.time),
        Column("order", N_("Order"), Kind.text),
        Column("entry", N_("Entry"), Kind.text),
    ),
    key=lambda q: (
        q.measure.term,
        _territory(q.measure),
        minute_text(q.measure.start),
        q.measure.ref,
        str(q.measure.index),
    ),
    columns=(
        _one("until", N_("Until"), _until, Kind.time),
        _one("state", N_("State"), lambda q: "in_force" if q.now else q.measure.ending or "lapsed", Kind.code),
    ),
    listed=True,
    notes=(BEGAN,),
)

TABLES = (T9, T9A)
