"""F1-F10: what the charts draw, as series of data; small numbers of accounts are left out as in the tables."""

from collections.abc import Callable

from chaupal_audit.fold.facts import Appeal
from chaupal_audit.minutes import HOUR
from chaupal_audit.report import figures_time
from chaupal_audit.report.drawn import Figure, Series, mixed
from chaupal_audit.report.filters import View
from chaupal_audit.report.suppress import RULE, Rule
from chaupal_audit.report.tables import standing, targets
from chaupal_audit.report.tables.cells import N_, Kind, Value, ratio
from chaupal_audit.report.tables.complaints import T17
from chaupal_audit.report.tables.orders import Case, cases

# --- F2: compliance by country ---


def compliance(view: View, rule: Rule) -> Figure:
    found: dict[str, list[Case]] = {}
    for case in cases(view):
        found.setdefault(case.order.jurisdiction, []).append(case)
    countries = tuple(sorted(found))
    shares = tuple(_complied(found[country]) for country in countries)
    return Figure(
        "F2",
        N_("Share of orders complied with"),
        "bars",
        Kind.country,
        countries,
        (Series("complied", shares, Kind.share),),
    )


def _complied(found: list[Case]) -> Value:
    decided = [case for case in found if case.standing not in ("pending", "withdrawn")]
    return ratio(sum(1 for case in decided if case.standing in ("full", "narrower")), len(decided))


# --- F3: hours to action, beside the legal clock ---

HOURS = (1, 3, 6, 12, 24, 36, 48, 168)


def hours(view: View, rule: Rule) -> Figure:
    bins = (*(f"≤{most}" for most in HOURS), f">{HOURS[-1]}")
    counts = {"in_time": [0] * len(bins), "late": [0] * len(bins), "no_deadline": [0] * len(bins)}
    for case in cases(view):
        if case.finished is None:
            continue
        took = (case.finished - case.order.received) / HOUR
        at = next((i for i, most in enumerate(HOURS) if took <= most), len(HOURS))
        counts["no_deadline" if case.overdue is None else "late" if case.overdue else "in_time"][at] += 1
    made = tuple(Series(name, tuple(many)) for name, many in counts.items())
    return Figure("F3", N_("Hours until an order was decided"), "stacked", Kind.text, bins, made)


# --- F5: on which ground content was limited, or not ---


def grounds(view: View, rule: Rule) -> Figure:
    """Legal, own rules, refused: a bar for each country that demanded something."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for thing in targets.named(view):
        state = {"withheld": "by_law", "limited": "by_law", "own_rules": "own_rules", "none": "refused"}.get(
            thing.state
        )
        if state:
            of = found.setdefault(thing.order.jurisdiction, {})
            accounts, others = of.get(state, (0, 0))
            account = thing.kind == "account"
            of[state] = (accounts + thing.many * account, others + thing.many * (not account))
    countries = tuple(sorted(found))
    made = tuple(
        Series(state, tuple(mixed(*found[c].get(state, (0, 0)), rule) for c in countries))
        for state in ("by_law", "own_rules", "refused")
    )
    return Figure(
        "F5", N_("Limited by law, limited under own rules, refused"), "stacked", Kind.country, countries, made
    )


# --- F6, F7: reversals ---


def reversals(view: View, rule: Rule) -> Figure:
    found: dict[str, list[Appeal]] = {}
    for appeal in view.appeals:
        if appeal.decided is not None and not appeal.withdrawn:
            found.setdefault(appeal.rule or (appeal.of.law if appeal.of else ""), []).append(appeal)
    rules = tuple(sorted(found))
    shares = tuple(ratio(sum(a.outcome in ("reversed", "modified") for a in found[r]), len(found[r])) for r in rules)
    return Figure(
        "F6",
        N_("Share of appeals that changed the measure"),
        "bars",
        Kind.text,
        rules,
        (Series("reversed", shares, Kind.share),),
    )


def languages(view: View, rule: Rule) -> Figure:
    table = T17.make(view, rule)
    names = [column.name for column in table.columns]

    def column(name: str) -> tuple[Value, ...]:
        return tuple(row[names.index(name)] for row in table.rows)

    xs = tuple(str(x) for x in column("language"))
    made = (
        Series("accounts", column("accounts")),
        Series("posts", column("posts")),
        Series("reversed", column("reversed"), Kind.share),
    )
    return Figure("F7", N_("Measures and reversals by language"), "bars", Kind.language, xs, made)


# --- F10: where content is withheld now ---


def world(view: View, rule: Rule) -> Figure:
    found: dict[str, tuple[int, int]] = {}
    for stood in standing.standing(view):
        if stood.age == standing.OVER:
            continue
        for country in stood.where:
            accounts, others = found.get(country, (0, 0))
            account = standing.kind_of(stood.measure) == "account"
            found[country] = (accounts + account, others + (not account))
    countries = tuple(sorted(found))
    made = (Series("withheld", tuple(mixed(*found[c], rule) for c in countries)),)
    return Figure("F10", N_("Withheld now, by country"), "tiles", Kind.country, countries, made)


FIGURES: dict[str, Callable[[View, Rule], Figure]] = {
    "F1": figures_time.orders_by_month,
    "F2": compliance,
    "F3": hours,
    "F4": figures_time.stock,
    "F5": grounds,
    "F6": reversals,
    "F7": languages,
    "F8": figures_time.terms,
    "F9": figures_time.grievances,
    "F10": world,
}


def make(view: View, rule: Rule = RULE) -> list[Figure]:
    """Every figure of a view."""
    return [draw(view, rule) for draw in FIGURES.values()]
