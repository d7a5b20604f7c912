"""Which part of the record is asked for: months, a country, a language, a regime; and the facts that belong to it."""

import functools
from collections.abc import Mapping

import msgspec

from chaupal_audit.errors import Unsound
from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Facts
from chaupal_audit.law.regime import SECRET
from chaupal_audit.minutes import month_start, month_text, months_of, parse_month

HIDDEN = SECRET  # orders of which only a rough number may be told
SPAN = 1_200  # months


class Filters(msgspec.Struct, frozen=True, dict=True):
    """Months from `start` to `end`, both in (counted from the year 0); empty: everything.

    `over`: the period was over when the report was made, though the log's newest entry may be older than its end.
    """

    start: int | None = None
    end: int | None = None
    country: str = ""
    language: str = ""
    regime: str = ""  # without version: every version of it
    over: bool = False

    def covers(self, at: int) -> bool:
        """Whether a minute lies in the period."""
        return self.since <= at < self.until

    @functools.cached_property
    def since(self) -> int:
        """The period's first minute."""
        return 0 if self.start is None else month_start(self.start)

    @functools.cached_property
    def until(self) -> int:
        """The first minute after the period; far off where it has no end."""
        return 2**40 if self.end is None else month_start(self.end + 1)

    def asked(self) -> dict[str, str]:
        """As they are written in addresses."""
        named = {
            "from": "" if self.start is None else month_text(self.start),
            "to": "" if self.end is None else month_text(self.end),
            "country": self.country,
            "language": self.language,
            "regime": self.regime,
        }
        return {name: value for name, value in named.items() if value}


EVERYTHING = Filters()


def parse_filters(given: Mapping[str, str]) -> Filters:
    """Filters from `from`, `to` (2021-02), `country` (IN), `language` (hi), `regime` (IN-69A). Raises Unsound."""
    wrong: dict[str, str] = {}
    months = {name: _month(name, given.get(name, "").strip(), wrong) for name in ("from", "to")}
    start, end = months["from"], months["to"]
    if start is not None and end is not None and not 0 <= end - start < SPAN:
        wrong["to"] = "must not be before from"
    country, language = given.get("country", "").strip().upper(), given.get("language", "").strip().lower()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        wrong["country"] = "must be a country's two letters, such as IN"
    if language and not (len(language) <= 12 and language.isascii() and language.replace("-", "").isalnum()):
        wrong["language"] = "must be a language's code, such as hi"
    regime = given.get("regime", "").strip()
    if len(regime) > 64 or not regime.isprintable():
        wrong["regime"] = "must be a regime's name, such as IN-69A"
    if wrong:
        raise Unsound("These filters cannot be read: " + "; ".join(f"{k} {v}" for k, v in wrong.items()), **wrong)
    return Filters(start, end, country, language, regime)


def _month(name: str, text: str, wrong: dict[str, str]) -> int | None:
    month = parse_month(text) if text else None
    if text and month is None:
        wrong[name] = "must be a month such as 2021-02"
    return month


def period(text: str) -> Filters:
    """The filters of a period that can be frozen: a month (2021-02) or a year (2021). Raises Unsound."""
    months = months_of(text)
    if months is None:
        raise Unsound("a period is a month such as 2021-02 or a year such as 2021", period="must be a month or a year")
    return Filters(*months, over=True)


class View:
    """The facts that the filters let through; each list is made once, when it is first asked for."""

    def __init__(self, found: Facts, filters: Filters = EVERYTHING) -> None:
        self.facts = found
        self.filters = filters

    @property
    def now(self) -> int:
        """The minute as of which stocks are counted: the end of the period, or of the log where that comes first."""
        end = self.filters.until - 1
        return end if self.filters.over else min(self.facts.last, end)

    @property
    def latest(self) -> int:
        """The minute until which it is told what became of things: of the newest entry, whatever the period."""
        return max(self.facts.last, self.filters.until - 1) if self.filters.over else self.facts.last

    @functools.cached_property
    def demands(self) -> list[facts.Order]:
        """Orders of authorities and other notices, received in the period; not what the house took up by itself."""
        return [
            o for o in self.facts.orders.values() if o.kind != facts.OWN_RULES and self._order(o) and self.is_open(o)
        ]

    @functools.cached_property
    def cases(self) -> list[facts.Order]:
        """What the house took up by itself under its own rules."""
        return [o for o in self.facts.orders.values() if o.kind == facts.OWN_RULES and self._order(o)]

    @functools.cached_property
    def secret(self) -> int:
        """How many orders of the period may only be told of roughly."""
        return sum(1 for o in self.facts.orders.values() if self._order(o) and not self.is_open(o))

    @functools.cached_property
    def known(self) -> list[facts.Measure]:
        """Measures of any time that the other filters let through."""
        return [m for m in self.facts.measures if self._measure(m) and (m.order is None or self.is_open(m.order))]

    @functools.cached_property
    def measures(self) -> list[facts.Measure]:
        """Measures that began in the period; one that only narrows another is not a new one."""
        return [m for m in self.known if self.filters.covers(m.start) and not m.replaces]

    @functools.cached_property
    def appeals(self) -> list[facts.Appeal]:
        """Appeals filed in the period."""
        return [a for a in self.facts.appeals if self._about(a.filed, a.of, a.language)]

    @functools.cached_property
    def externals(self) -> list[facts.External]:
        return [e for e in self.facts.externals if self._about(e.filed, e.of)]

    @functools.cached_property
    def counters(self) -> list[facts.Counters]:
        return [c for c in self.facts.counters if self._about(c.at, c.of)]

    @functools.cached_property
    def reports(self) -> list[facts.Report]:
        """Reports received in the period."""
        f = self.filters
        return [
            r
            for r in self.facts.reports.values()
            if f.covers(r.received)
            and self.takes_regime(r.regime)
            and f.language in ("", r.language)
            and (not f.country or country_of(r.regime) in ("", f.country))
        ]

    def ended(self, measure: facts.Measure, by: int | None = None) -> int | None:
        """When a measure ended, if by `now` (or `by`): by a reversal, or because its time was over."""
        last = self.now if by is None else by
        ends = [at for at in (measure.ended, measure.until) if at is not None and at <= last]
        return min(ends) if ends else None

    def in_force(self, measure: facts.Measure) -> bool:
        return measure.start <= self.now and self.ended(measure) is None

    # --- what is let through ---

    def _order(self, order: facts.Order) -> bool:
        f = self.filters
        return f.covers(order.received) and f.country in ("", order.jurisdiction) and self.takes_regime(order.regime)

    def is_open(self, order: facts.Order) -> bool:
        return order.secrecy not in HIDDEN

    def _measure(self, measure: facts.Measure) -> bool:
        f = self.filters
        here = not f.country or f.country == measure.jurisdiction or f.country in measure.territory
        return here and f.language in ("", measure.language) and self.takes_regime(measure.regime)

    def _about(self, at: int, of: facts.Measure | None, language: str = "") -> bool:
        f = self.filters
        if not f.covers(at) or (language and f.language not in ("", language)):
            return False
        if of is None:
            return not (f.country or f.regime)
        plain = self if not (language and f.language) else View(self.facts, msgspec.structs.replace(f, language=""))
        return plain._measure(of)

    def takes_regime(self, regime: str) -> bool:
        asked = self.filters.regime
        return not asked or regime == asked or regime.partition("@")[0] == asked


def country_of(regime: str) -> str:
    """`IN` of `IN-69A@2`; empty where a regime is of no country."""
    head = regime.partition("-")[0]
    return head if len(head) == 2 and head.isupper() else ""
