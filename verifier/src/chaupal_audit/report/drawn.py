"""A figure: series of values over months, countries or other words, as they may be shown."""

import msgspec

from chaupal_audit.report.suppress import Rule
from chaupal_audit.report.tables.cells import Hidden, Kind, Value


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
