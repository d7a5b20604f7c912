"""Figures over time: orders by month, what stood at each month's end, terms kept out of trends, reports and their deadlines."""

from collections import Counter
from collections.abc import Iterable

from chaupal_audit.fold import facts
from chaupal_audit.minutes import minute_text, month_of, month_text
from chaupal_audit.report.drawn import Figure, Series, shown
from chaupal_audit.report.filters import SPAN, View
from chaupal_audit.report.suppress import Rule
from chaupal_audit.report.tables.cells import N_, Kind
from chaupal_audit.report.tables.complaints import resolved_in_time
from chaupal_audit.report.tables.orders import cases
from chaupal_audit.report.tables.quietened import quiet
from chaupal_audit.report.tables.standing import kind_of


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
        change = moved.setdefault(kind_of(m), Counter())
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
