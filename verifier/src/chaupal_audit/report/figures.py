"""F1-F10: what the charts draw, as series of data; small numbers of accounts are left out as in the tables."""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Appeal
from chaupal_audit.minutes import HOUR, minute_text, month_of, month_text
from chaupal_audit.report.filters import SPAN, View
from chaupal_audit.report.suppress import RULE, Rule
from chaupal_audit.report.tables import standing, targets
from chaupal_audit.report.tables.cells import N_, Hidden, Kind, Value, ratio
from chaupal_audit.report.tables.complaints import T17, resolved_in_time
from chaupal_audit.report.tables.orders import Case, cases
from chaupal_audit.report.tables.quietened import quiet


class Series(msgspec.Struct, frozen=True):
    """One line or one colour of a figure. `of`: the country it is about, where there are several."""

    name: str
    values: tuple[Value, ...]
    kind: Kind = Kind.number
    of: str = ""


class Figure(msgspec.Struct, frozen=True):
    """`shape`: bars, stacked, line, tiles or spans. `xs` says what the values of each series stand over."""

    id: str
    title: str
    shape: str
    x: Kind
    xs: tuple[str, ...]
    series: tuple[Series, ...]


def mixed(accounts: int, others: int, rule: Rule) -> Value:
    """Accounts and other things in one number: where there are few accounts, only the least that it can be."""
    if not rule.hides(accounts):
        return accounts + others
    least = others + 1
    return Hidden(f"≥{least}" if others else rule.small.text, least)


def shown(accounts: int, rule: Rule) -> Value:
    """A number of accounts."""
    return rule.small if rule.hides(accounts) else accounts


def months_of(view: View, times: Iterable[int]) -> list[int]:
    """The months that a figure shows: from the first of the times (or of the period) to now."""
    last = month_of(view.now)
    first = min((month_of(at) for at in times), default=last)
    if view.filters.start is not None:
        first = max(first, view.filters.start)
    return list(range(max(first, last - SPAN), last + 1))


def orders_by_month(view: View, rule: Rule) -> Figure:
    found = cases(view)
    months = months_of(view, (case.order.received for case in found))
    received: Counter[tuple[str, int]] = Counter()
    complied: Counter[tuple[str, int]] = Counter()
    for case in found:
        key = (case.order.jurisdiction, month_of(case.order.received))
        received[key] += 1
        complied[key] += case.standing in ("full", "narrower")
    series = tuple(
        Series(name, tuple(counts[country, month] for month in months), of=country)
        for country in sorted({country for country, _ in received})
        for name, counts in (("received", received), ("complied", complied))
    )
    return Figure("F1", N_("Orders received and complied with, by month"), "line", Kind.text, _texts(months), series)


def stock(view: View, rule: Rule) -> Figure:
    """What was withheld at the end of each month (of the last one: now)."""
    found = [m for m in view.known if m.measure in facts.WITHHELD and m.start <= view.now]
    months = months_of(view, (m.start for m in found))
    moved: dict[str, Counter[int]] = {"account": Counter(), "post": Counter(), "media": Counter()}
    for m in found:
        change = moved.setdefault(standing.kind_of(m), Counter())
        change[max(month_of(m.start), months[0])] += 1
        if (end := view.ended(m)) is not None:
            change[max(month_of(end), months[0])] -= 1
    series = tuple(_stood(kind, change, months, rule) for kind, change in moved.items())
    return Figure("F4", N_("Withheld at the end of each month"), "line", Kind.text, _texts(months), series)


def _stood(kind: str, change: Counter[int], months: list[int], rule: Rule) -> Series:
    stood, values = 0, list[int]()
    for month in months:
        stood += change[month]
        values.append(stood)
    return Series(kind, tuple(shown(n, rule) if kind == "account" else n for n in values))


def terms(view: View, rule: Rule) -> Figure:
    """Spans: for each term from when and until when (None: still) it is kept out of trends."""
    found = [q for q in quiet(view) if q.measure.term]
    begun = tuple(minute_text(q.measure.start) for q in found)
    over = tuple(None if q.end is None else minute_text(q.end) for q in found)
    series = (Series("from", begun, Kind.time), Series("until", over, Kind.time))
    return Figure(
        "F8", N_("Terms kept out of trends"), "spans", Kind.text, tuple(q.measure.term for q in found), series
    )


def grievances(view: View, rule: Rule) -> Figure:
    months = months_of(view, (r.received for r in view.reports))
    counts: dict[str, Counter[int]] = {name: Counter() for name in ("in_time", "late", "no_deadline", "pending")}
    for r in view.reports:
        good = resolved_in_time(r)
        name = "pending" if r.resolved is None else "no_deadline" if good is None else "in_time" if good else "late"
        counts[name][month_of(r.received)] += 1
    series = tuple(Series(name, tuple(many[month] for month in months)) for name, many in counts.items())
    return Figure("F9", N_("Reports and their deadlines"), "stacked", Kind.text, _texts(months), series)


def _texts(months: list[int]) -> tuple[str, ...]:
    return tuple(map(month_text, months))


def compliance(view: View, rule: Rule) -> Figure:
    found: dict[str, list[Case]] = {}
    for case in cases(view):
        found.setdefault(case.order.jurisdiction, []).append(case)
    countries = tuple(sorted(found))
    made = (Series("complied", tuple(_complied(found[country]) for country in countries), Kind.share),)
    return Figure("F2", N_("Share of orders complied with"), "bars", Kind.country, countries, made)


def _complied(found: list[Case]) -> Value:
    decided = [case for case in found if case.standing not in ("pending", "withdrawn")]
    return ratio(sum(1 for case in decided if case.standing in ("full", "narrower")), len(decided))


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


def reversals(view: View, rule: Rule) -> Figure:
    found: dict[str, list[Appeal]] = {}
    for appeal in view.appeals:
        if appeal.decided is not None and not appeal.withdrawn:
            found.setdefault(appeal.rule or (appeal.of.law if appeal.of else ""), []).append(appeal)
    rules = tuple(sorted(found))
    shares = tuple(ratio(sum(a.outcome in ("reversed", "modified") for a in found[r]), len(found[r])) for r in rules)
    made = (Series("reversed", shares, Kind.share),)
    return Figure("F6", N_("Share of appeals that changed the measure"), "bars", Kind.text, rules, made)


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
    "F1": orders_by_month,
    "F2": compliance,
    "F3": hours,
    "F4": stock,
    "F5": grounds,
    "F6": reversals,
    "F7": languages,
    "F8": terms,
    "F9": grievances,
    "F10": world,
}


def make(view: View, rule: Rule = RULE) -> list[Figure]:
    """Every figure of a view."""
    return [draw(view, rule) for draw in FIGURES.values()]
