"""T10-T12 and T17: what people reported, how appeals went inside and outside the house, and whether all languages fare alike."""

from collections.abc import Callable

from chaupal_audit.fold.facts import Appeal, External, Measure, Report
from chaupal_audit.minutes import DAY, HOUR
from chaupal_audit.report.filters import View, country_of
from chaupal_audit.report.tables.cells import N_, Column, Kind, Measured, Note, count, median, people, share
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import COUNTRY
from chaupal_audit.report.tables.rules import LANGUAGE, RULE, own, reversed_

PROACTIVE = ("automated", "staff")  # nobody reported it
REMOVED = ("remove_post", "suspend")


# --- reports ---


def reports(view: View) -> list[Report | Measure]:
    """Reports of the period, and what was found without one."""
    return [*view.reports, *(m for m in own(view) if m.source in PROACTIVE)]


def _report_key(thing: Report | Measure) -> tuple[str, str, str]:
    if isinstance(thing, Measure):
        return ("", "", "proactive")
    return (country_of(thing.regime), thing.regime, thing.category)


def _ended(outcome: str, title: str) -> Measured:
    return count(outcome, title, lambda r: isinstance(r, Report) and r.outcome == outcome)


def _found(thing: Report | Measure) -> bool:
    return isinstance(thing, Measure)


def acknowledged_in_time(r: Report | Measure) -> bool | None:
    if isinstance(r, Measure) or r.ack_due is None:
        return None
    return None if r.acknowledged is None and r.resolved is None else (r.acknowledged or r.resolved or 0) <= r.ack_due


def resolved_in_time(r: Report | Measure) -> bool | None:
    if isinstance(r, Measure) or r.resolve_due is None or r.resolved is None:
        return None
    return r.resolved <= r.resolve_due


def hours_to_resolve(r: Report | Measure) -> float | None:
    return None if isinstance(r, Measure) or r.resolved is None else (r.resolved - r.received) / HOUR


T10 = Declared(
    id="T10",
    title=N_("Reports and grievances"),
    things=reports,
    key=_report_key,
    keys=(COUNTRY, Column("regime", N_("Regime"), Kind.text), Column("category", N_("Category"), Kind.code)),
    columns=(
        count("received", N_("received"), lambda r: isinstance(r, Report)),
        _ended("removed", N_("removed")),
        _ended("suspended", N_("suspended")),
        _ended("limited", N_("limited")),
        _ended("labelled", N_("labelled")),
        _ended("warned", N_("warned")),
        _ended("none", N_("nothing done")),
        _ended("forwarded", N_("forwarded")),
        count("pending", N_("pending"), lambda r: isinstance(r, Report) and r.resolved is None),
        count("proactive", N_("found without a report"), _found),
        count("proactive_removed", N_("of those removed"), lambda m: _found(m) and m.measure in REMOVED),
        count("proactive_other", N_("of those other action"), lambda m: _found(m) and m.measure not in REMOVED),
        share("acknowledged_in_time", N_("acknowledged in time"), acknowledged_in_time),
        share("resolved_in_time", N_("resolved in time"), resolved_in_time),
        median("resolve_median", N_("hours to resolve, median"), hours_to_resolve),
    ),
    notes=(Note(N_("A report counts in the month in which it was received; its deadlines are those of its regime.")),),
)


# --- appeals ---


def _outside(outcome: str) -> Callable[[External], bool]:
    return lambda e: e.outcome == outcome


FILED = Note(N_("An appeal counts in the month in which it was filed."))
T11 = Declared(
    id="T11",
    title=N_("Appeals to bodies outside"),
    things=lambda view: view.externals,
    key=lambda e: (e.body,),
    keys=(Column("body", N_("Body"), Kind.text),),
    columns=(
        count("filed", N_("filed")),
        count("for", N_("decided for the person"), _outside("for")),
        count("against", N_("decided against"), _outside("against")),
        count("pending", N_("pending"), lambda e: e.decided is None),
        share("in_time", N_("complied with in time"), lambda e: e.in_time),
    ),
    notes=(FILED,),
)


def appeals(view: View) -> list[Appeal | Measure]:
    """Appeals of the period, and measures that were taken back without one."""
    return [*view.appeals, *(m for m in view.measures if reversed_(m) and not m.appealed)]


def _decided(outcome: str, title: str) -> Measured:
    return count(outcome, title, lambda a: isinstance(a, Appeal) and a.outcome == outcome and not a.withdrawn)


def days_to_decide(a: Appeal | Measure) -> float | None:
    return None if isinstance(a, Measure) or a.decided is None or a.withdrawn else (a.decided - a.filed) / DAY


def _decided_in_time(a: Appeal | Measure) -> bool | None:
    if isinstance(a, Measure) or a.due is None or a.decided is None:
        return None
    return a.decided <= a.due


def _by_someone(a: Appeal | Measure) -> bool:
    return isinstance(a, Appeal) and a.decided is not None and not a.withdrawn


T12 = Declared(
    id="T12",
    title=N_("Appeals to the house"),
    things=appeals,
    keys=(RULE, LANGUAGE),
    key=lambda a: (a.rule, a.language),
    columns=(
        count("filed", N_("filed"), lambda a: isinstance(a, Appeal)),
        count("decided", N_("decided"), _by_someone),
        _decided("upheld", N_("measure upheld")),
        _decided("modified", N_("measure changed")),
        _decided("reversed", N_("measure reversed")),
        count("withdrawn", N_("withdrawn"), lambda a: isinstance(a, Appeal) and a.withdrawn),
        count("pending", N_("pending"), lambda a: isinstance(a, Appeal) and a.decided is None),
        count("without", N_("taken back without an appeal"), lambda a: isinstance(a, Measure)),
        median("days", N_("days to decide, median"), days_to_decide, kind=Kind.days),
        share("in_time", N_("decided in time"), _decided_in_time),
    ),
    notes=(FILED,),
)


# --- equity ---

# Language -> the script it is written in here; of languages that are not named the script is not known.
SCRIPTS = {
    "hi": "Deva", "mr": "Deva", "ne": "Deva", "sa": "Deva", "kok": "Deva", "mai": "Deva", "bn": "Beng", "as": "Beng", "pa": "Guru",
    "gu": "Gujr", "or": "Orya", "ta": "Taml", "te": "Telu", "kn": "Knda", "ml": "Mlym", "ur": "Arab", "ks": "Arab", "sd": "Arab",
    "sat": "Olck", "mni": "Mtei", "en": "Latn", "de": "Latn",
}  # fmt: skip


def by_language(view: View) -> list[Report | Measure | Appeal]:
    return [*view.reports, *view.measures, *view.appeals]


def _reversal(thing: Report | Measure | Appeal) -> bool | None:
    return reversed_(thing) if isinstance(thing, Measure) else None


def _resolve(thing: Report | Measure | Appeal) -> float | None:
    return None if isinstance(thing, Appeal) else hours_to_resolve(thing)


def _decide(thing: Report | Measure | Appeal) -> float | None:
    return None if isinstance(thing, Report) else days_to_decide(thing)


T17 = Declared(
    id="T17",
    title=N_("Do all languages fare alike?"),
    things=by_language,
    keys=(LANGUAGE, Column("script", N_("Script"), Kind.text)),
    key=lambda t: (t.language, SCRIPTS.get(t.language, "")),
    columns=(
        count("reports", N_("reports"), lambda t: isinstance(t, Report)),
        people("accounts", N_("measures on accounts"), lambda t: isinstance(t, Measure) and t.kind == "account"),
        count(
            "posts", N_("measures on posts and media"), lambda t: isinstance(t, Measure) and t.kind in ("post", "media")
        ),
        share("reversed", N_("share reversed"), _reversal, columns=("accounts",)),
        count("appeals", N_("appeals"), lambda t: isinstance(t, Appeal)),
        median("resolve", N_("hours to resolve a report, median"), _resolve),
        median("decide", N_("days to decide an appeal, median"), _decide, kind=Kind.days),
    ),
    notes=(
        Note(
            N_("The language of a post or its author, of a report or an appeal. Where authors live is not in the log.")
        ),
    ),
)

TABLES = (T10, T11, T12, T17)
