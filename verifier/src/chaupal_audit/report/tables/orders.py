"""T1: which orders came, by whom and on which ground, what became of them and how fast."""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from chaupal_audit.fold.facts import Order
from chaupal_audit.minutes import HOUR
from chaupal_audit.report.filters import View
from chaupal_audit.report.suppress import band
from chaupal_audit.report.tables.cells import N_, Column, Kind, Measured, Note, Value, added, count, median, share
from chaupal_audit.report.tables.declared import Declared

LEFT = ("", "undecided", "replaced")  # nothing was decided about it, or its order was over before
COMPLIED = ("complied_full", "complied_narrower", "own_rules_action")
UNKNOWN = "unknown"  # what an order names and nobody found here: nothing is to be decided about it
COUNTRY = Column("country", N_("Country"), Kind.country)
AUTHORITY = Column("authority", N_("Authority"), Kind.text)


class Case(msgspec.Struct, frozen=True, gc=False):
    """An order and where it stands: returned, withdrawn, pending, full, narrower or none."""

    order: Order
    standing: str
    finished: int | None  # when its last target was decided, or it was sent back
    overdue: bool | None  # None where it has no deadline, or one that is still to come


def standing_of(order: Order) -> str:
    """How far an order was complied with: in full, more narrowly than it demanded, or not at all."""
    if order.withdrawn:
        return "withdrawn"
    decided = [target for target in order.targets.values() if target.outcome not in LEFT]
    waiting = sum(many for kind, many in left_of(order).items() if many > 0 and kind != UNKNOWN)
    left = waiting > 0 or len(decided) < len(order.targets)
    if left and not order.over:
        return "returned" if order.returned else "pending"
    if order.returned and not decided:
        return "returned"
    outcomes = {target.outcome for target in decided}
    if outcomes and outcomes <= {"complied_full", "own_rules_action"} and not left:
        return "full"
    return "narrower" if outcomes & set(COMPLIED) else "none"


def left_of(order: Order) -> Counter[str]:
    """kind -> how many targets nothing was said of. Of what was not found the order could not say what it is."""
    left = Counter(order.specified)
    left.subtract(target.kind for target in order.targets.values())
    left[UNKNOWN] += sum(many for kind, many in left.items() if many < 0 and kind != UNKNOWN)
    return left


def case_of(order: Order, now: int) -> Case:
    standing = standing_of(order)
    finished = None
    if standing == "returned":
        finished = max((step.at for step in order.steps if step.step == "returned"), default=None)
    elif standing not in ("pending", "withdrawn"):
        finished = max((target.decided or order.at for target in order.targets.values()), default=order.at)
    late = None
    if order.act_by is not None and standing != "withdrawn" and (finished is not None or now > order.act_by):
        late = finished is None or finished > order.act_by
    return Case(order, standing, finished, late)


def cases(view: View) -> list[Case]:
    return [case_of(order, view.latest) for order in view.demands]


def _stands(standing: str) -> Measured:
    return count(standing, STANDINGS[standing], lambda case: case.standing == standing)


STANDINGS = {
    "returned": N_("sent back at intake"),
    "withdrawn": N_("withdrawn"),
    "pending": N_("pending"),
    "full": N_("complied with in full"),
    "narrower": N_("complied with more narrowly"),
    "none": N_("not complied with"),
}


def _codes(things: Sequence[Case]) -> Value:
    found = Counter(
        code for case in things for step in case.order.steps if step.step == "returned" for code in step.codes
    )
    return " ".join(f"{code}={n}" for code, n in sorted(found.items()))


def _hours(case: Case, until: int | None) -> float | None:
    return None if until is None else max(0, until - case.order.received) / HOUR


def _to_acknowledge(case: Case) -> float | None:
    return _hours(case, next((step.at for step in case.order.steps if step.step == "acknowledged"), None))


def _to_decide(case: Case) -> float | None:
    return None if case.standing in ("returned", "withdrawn", "pending") else _hours(case, case.finished)


def _to_enforce(case: Case) -> float | None:
    return _hours(case, case.order.enforced)


def _in_time(case: Case) -> bool | None:
    return None if case.overdue is None else not case.overdue


def secret(view: View) -> tuple[Note, ...]:
    """How many orders may only be told of roughly: within a power of ten."""
    return (Note(N_("Orders of which only a rough number may be told: {}"), band(view.secret)),) if view.secret else ()


COHORT = Note(
    N_("An order counts in the month in which it was received, with what became of it until the newest entry.")
)
T1 = Declared(
    id="T1",
    title=N_("Orders"),
    things=cases,
    keys=(
        COUNTRY,
        Column("regime", N_("Regime"), Kind.text),
        Column("ground", N_("Ground"), Kind.code),
        Column("channel", N_("Channel"), Kind.code),
        Column("issuer", N_("Issuer"), Kind.code),
    ),
    key=lambda c: (c.order.jurisdiction, c.order.regime, " ".join(c.order.bases), c.order.channel, c.order.issuer),
    columns=(
        count("received", N_("received")),
        *map(_stands, STANDINGS),
        Measured(Column("return_codes", N_("why sent back"), Kind.code), _codes),
        median("acknowledge_median", N_("hours to acknowledge, median"), _to_acknowledge),
        median("acknowledge_p95", N_("hours to acknowledge, 95 of 100"), _to_acknowledge, at=0.95),
        median("decide_median", N_("hours to decide, median"), _to_decide),
        median("decide_p95", N_("hours to decide, 95 of 100"), _to_decide, at=0.95),
        median("enforce_median", N_("hours to carry out, median"), _to_enforce),
        median("enforce_p95", N_("hours to carry out, 95 of 100"), _to_enforce, at=0.95),
        share("in_time", N_("inside the deadline"), _in_time),
    ),
    notes=(COHORT,),
    more=secret,
    filters=("from", "to", "country", "regime"),
)


def _outcome(*outcomes: str) -> Callable[[Case], int]:
    """How many targets of an order came to one of these."""
    return lambda case: sum(1 for target in case.order.targets.values() if target.outcome in outcomes)


T1A = Declared(
    id="T1a",
    title=N_("Orders by authority"),
    things=cases,
    keys=(COUNTRY, AUTHORITY),
    key=lambda c: (c.order.jurisdiction, c.order.authority),
    columns=(
        count("received", N_("received")),
        *map(_stands, STANDINGS),
        added("named", N_("targets named"), lambda c: c.order.named),
        added("limited", N_("targets limited"), _outcome("complied_full", "complied_narrower")),
        added("own_rules", N_("targets acted on under own rules"), _outcome("own_rules_action")),
        added("refused", N_("targets refused"), _outcome("refused")),
        median("decide_median", N_("hours to decide, median"), _to_decide),
        share("in_time", N_("inside the deadline"), _in_time),
    ),
    notes=(COHORT,),
    more=secret,
    filters=("from", "to", "country", "regime"),
)

TABLES = (T1, T1A)
