"""The house's own rules, versioned: what each says, what a breach may bring, and the strikes that add up and expire."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, final
from zoneinfo import ZoneInfo

from chaupal.governance.cases.lifecycle import MOVES
from chaupal.kernel.clock import DAY, iso_day
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.measures import Measure
from chaupal_audit.errors import Faults
from chaupal_audit.law.dates import in_force, in_order
from chaupal_audit.law.reading import read_all
from chaupal_audit.law.rulebook import LONGEST_UNLOGGED, HouseRule, RuleBook

SHIPPED: Final = Path(__file__).parent
# Withholding in a country is for the law alone.
OF_THE_HOUSE: Final = frozenset(m for m in Measure if "house" in m.row.by)

# What somebody's act can be kept from for the sake of whose act it is about.
TEAM_ACTS: Final = frozenset({*(m.verb for m in MOVES if "other_team" in m.guards), "hear_appeal"})


@final
class HouseRules:
    """Every version of the house's rules: a sanction is judged, and appealed, by the rules of its day."""

    __slots__ = ("_books",)

    def __init__(self, books: Iterable[RuleBook]) -> None:
        self._books: Mapping[int, RuleBook] = MappingProxyType({book.version: book for book in books})

    def current(self, at: int) -> RuleBook:
        """The rules in force at `at` (ms since 1970 UTC). Raises Invalid in a gap between versions."""
        found = next((book for book in self._books.values() if in_force(book, at)), None)
        if found is None:
            raise Invalid("no_rules_then", day=iso_day(at))
        return found

    def version(self, version: int) -> RuleBook:
        """A version by its number. Raises NotFound."""
        if version not in self._books:
            raise NotFound("no_such_rules", version=version)
        return self._books[version]

    def cited(self, citation: str) -> HouseRule:
        """The rule that `2@1` means. Raises NotFound."""
        id, _, version = citation.partition("@")
        if not (_number(id) and _number(version)):
            raise NotFound("no_such_rule", rule=citation)
        book = self.version(int(version))
        if not any(rule.id == int(id) for rule in book.rules):
            raise NotFound("no_such_rule", rule=citation)
        return book.rule(int(id))

    def all(self) -> tuple[RuleBook, ...]:
        """Every version, by number."""
        return tuple(self._books.values())


def load_house_rules(override_dir: Path | None = None) -> HouseRules:
    """The shipped rules, or with the operator's: a file of theirs with a version of ours stands in its place.

    Raises BadLaw with every fault of every file.
    """
    faults = Faults()
    ours = read_all(SHIPPED, RuleBook, lambda book: book.version, faults)
    theirs = {} if override_dir is None else read_all(override_dir, RuleBook, lambda book: book.version, faults)
    books = (ours | theirs).values()
    for book in books:
        for field, about in _faults_of(book):
            faults.add(book.file, field, about)
    ordered = in_order(list(books), faults)
    faults.check()
    return HouseRules(ordered)


def _faults_of(book: RuleBook) -> Iterator[tuple[str, str]]:
    ids = [rule.id for rule in book.rules]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        yield "rules", f"the id {twice[0]} is given twice"
    if book.default is not None and book.default not in ids:
        yield "default", f"{book.default} is none of the rules"
    for rule in book.rules:
        if beyond := sorted(set(rule.measures) - OF_THE_HOUSE):
            yield f"rules, id {rule.id}", f"{', '.join(beyond)} is for the law alone"
    if strange := sorted(set(book.conflicts.own_team) - TEAM_ACTS):
        yield "conflicts.own_team", f"{', '.join(strange)} is none of {', '.join(sorted(TEAM_ACTS))}"
    if book.logged_within.after(0, ZoneInfo("UTC")) > LONGEST_UNLOGGED:
        yield "logged_within", f"is more than {LONGEST_UNLOGGED // DAY} days"
    steps = [threshold.strikes for threshold in book.strikes.thresholds]
    if steps != sorted(set(steps)):
        yield "strikes.thresholds", "must rise, each once"
    if beyond := sorted({threshold.measure for threshold in book.strikes.thresholds} - OF_THE_HOUSE):
        yield "strikes.thresholds", f"{', '.join(beyond)} is for the law alone"


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
