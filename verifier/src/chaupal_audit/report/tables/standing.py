"""T6: what is withheld now, where and for how long already."""

from collections.abc import Callable, Iterator

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Measure
from chaupal_audit.minutes import DAY
from chaupal_audit.report.filters import View
from chaupal_audit.report.tables.cells import N_, Column, Kind, Note, count, people
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import COUNTRY

# Days that something has been withheld, up to and including; the word of the row. With a hyphen spreadsheets make a date of some.
AGES = ((6, "0–6"), (29, "7–29"), (89, "30–89"), (364, "90–364"), (10**6, "≥365"))
OVER = "over"


class WithheldThing(msgspec.Struct, frozen=True, gc=False):
    """A thing that is withheld, by the first measure that withholds it in the countries `where`: two orders about one account
    are one account. `age` is over where it ended in the period.
    """

    measure: Measure
    where: tuple[str, ...]
    age: str
    renewed: bool


def standing(view: View) -> Iterator[WithheldThing]:
    """What is withheld as of the end of the period, and what ended in it and is withheld there by nothing else."""
    withheld: dict[tuple[int, str], set[str]] = {}
    over: list[Measure] = []
    for m in view.known:
        if m.measure not in facts.WITHHELD or m.start > view.now:
            continue
        if (end := view.ended(m)) is None:
            if where := _new(withheld, m):
                yield WithheldThing(m, where, age_of((view.now - m.since) // DAY), m.renewed)
        elif view.filters.covers(end) and m.ending not in facts.CHANGED:
            over.append(m)
    for m in over:
        if where := _new(withheld, m):
            yield WithheldThing(m, where, OVER, m.renewed)


def _new(withheld: dict[tuple[int, str], set[str]], m: Measure) -> tuple[str, ...]:
    """The countries of a measure in which no earlier one withholds the same thing; they are taken from then on."""
    known = withheld.setdefault((m.thing, m.measure), set())
    where = tuple(country for country in m.territory or (facts.EVERYWHERE,) if country not in known)
    known.update(where)
    return where


def age_of(days: int) -> str:
    return next(word for most, word in AGES if days <= most)


def _now(kind: str) -> Callable[[WithheldThing], bool]:
    return lambda s: s.age != OVER and kind_of(s.measure) == kind


def kind_of(m: Measure) -> str:
    """Whether an account, a post or media is withheld: an order against an account can end in less."""
    return m.measure.removeprefix("withhold_")


def _expired(s: WithheldThing) -> bool:
    return s.age == OVER and s.measure.ending in ("lapsed", "")


T6 = Declared(
    id="T6",
    title=N_("Withheld now"),
    things=standing,
    keys=(COUNTRY, Column("age", N_("Days withheld so far"), Kind.text)),
    several=lambda s: [(country, s.age) for country in s.where],
    columns=(
        people("accounts", N_("accounts"), _now("account")),
        count("posts", N_("posts"), _now("post")),
        count("media", N_("media"), _now("media")),
        count("renewed", N_("renewed"), lambda s: s.age != OVER and s.renewed),
        count("expired", N_("run out in the period"), _expired),
        count("given_back", N_("given back in the period"), lambda s: s.age == OVER and not _expired(s)),
    ),
    notes=(
        Note(N_("Counted as of the end of the period, or of the newest entry.")),
        Note(N_("What is withheld in two countries stands in both rows, so the rows are not added up.")),
    ),
)

TABLES = (T6,)
