"""T6: what is withheld now, where and for how long already."""

from collections.abc import Callable, Iterator

import msgspec

from chaupal.governance.report import facts
from chaupal.governance.report.cells import N_, Column, Kind, Note, count, people
from chaupal.governance.report.declared import Declared
from chaupal.governance.report.facts import Measure
from chaupal.governance.report.filters import View
from chaupal.governance.report.orders import COUNTRY
from chaupal.governance.report.times import DAY

# Days that something has been withheld, up to and including; the word of the row.
AGES = ((6, "0-6"), (29, "7-29"), (89, "30-89"), (364, "90-364"), (10**6, "365+"))
OVER = "over"


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A withholding measure as of a minute. `age` is over where it ended in the period."""

    measure: Measure
    age: str
    renewed: bool


def standing(view: View) -> Iterator[Standing]:
    """What is withheld as of the end of the period, and what ended in it."""
    for m in view.known:
        if m.measure not in facts.WITHHELD or m.start > view.now:
            continue
        end = view.ended(m)
        if end is None:
            kept = m.kept is not None and m.kept <= view.now
            yield Standing(m, age_of((view.now - m.start) // DAY), kept or m.cause == facts.RENEWED)
        elif view.filters.covers(end) and m.ending not in facts.CHANGED:
            yield Standing(m, OVER, m.cause == facts.RENEWED)


def age_of(days: int) -> str:
    return next(word for most, word in AGES if days <= most)


def _now(kind: str) -> Callable[[Standing], bool]:
    return lambda s: s.age != OVER and kind_of(s.measure) == kind


def kind_of(m: Measure) -> str:
    """Whether an account, a post or media is withheld: an order against an account can end in less."""
    return m.measure.removeprefix("withhold_")


def _expired(s: Standing) -> bool:
    return s.age == OVER and s.measure.ending in ("lapsed", "")


T6 = Declared(
    id="T6", title=N_("Withheld now"), things=standing,
    keys=(COUNTRY, Column("age", N_("Days withheld so far"), Kind.text)),
    several=lambda s: [(country, s.age) for country in s.measure.territory or (facts.EVERYWHERE,)],
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
)  # fmt: skip

TABLES = (T6,)
