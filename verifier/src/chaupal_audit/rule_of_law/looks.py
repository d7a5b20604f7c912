"""What was said later of what is in force by one case: that it was kept, or that a second person agreed to what one had done.

Kept once for the case, however many measures it has, and read by where it falls between the beginning and the end of a measure: a log in
which each of many is looked at many times is read in as many steps as it has entries.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from chaupal_audit.log import entries
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.least import Least

_place = attrgetter("place")


class Look(NamedTuple):
    """`place` of its act, `at` (ms) when it was, `said` what its entry says."""

    place: int
    at: int
    said: entries.Decision


type Span = tuple[int, int | None]  # places of the acts between which a measure was in force; None: it is still


def within(looks: Sequence[Look], span: Span) -> range:
    """Indices of those that fell between a measure's beginning and its end."""
    start, end = span
    stop = len(looks) if end is None else bisect_left(looks, end, key=_place)
    return range(bisect_right(looks, start, key=_place), stop)


class Looks:
    """Those of one case, in the order in which they happened."""

    def __init__(self, looks: Iterable[Look] = ()) -> None:
        self._all: list[Look] = []
        self._agreed: list[Look] = []
        self._by: dict[str | None, list[Look]] = {}
        self._agreed_by: dict[str | None, list[Look]] = {}
        self._dues: _Dues | None = None
        self._soonest: Least | None = None
        for look in looks:
            self.add(look)

    def add(self, look: Look) -> None:
        for looks in self._holding(look):
            insort(looks, look, key=_place)
        self._dues = self._soonest = None

    def forget(self, place: int) -> Look | None:
        """The store lost it: it is looked at once more. What is forgotten."""
        at = bisect_left(self._all, place, key=_place)
        if at == len(self._all) or self._all[at].place != place:
            return None
        look = self._all[at]
        for looks in self._holding(look):
            del looks[bisect_left(looks, place, key=_place)]
        self._dues = self._soonest = None
        return look

    def _holding(self, look: Look) -> list[list[Look]]:
        found = [self._all, self._by.setdefault(look.said.by, [])]
        if look.said.step == "reviewed":
            found += [self._agreed, self._agreed_by.setdefault(look.said.by, [])]
        return found

    def agreed(self, span: Span) -> Look | None:
        """The last by which a second person agreed."""
        found = within(self._agreed, span)
        return self._agreed[found[-1]] if found else None

    def looked_by(self, who: str | None, span: Span) -> bool:
        return bool(within(self._by.get(who, ()), span))

    def agreed_by(self, who: str | None, span: Span) -> bool:
        return bool(within(self._agreed_by.get(who, ()), span))

    @property
    def lookers(self) -> Collection[str | None]:
        """Everybody who ever looked at anything of the case."""
        return self._by.keys()

    @property
    def last_agreed(self) -> Look | None:
        """The last by which a second person agreed, to whatever it was."""
        return self._agreed[-1] if self._agreed else None

    def agreed_until(self, latest: int, span: Span) -> bool:
        """Whether a second person agreed by then (ms). Asked at the end of the log."""
        if self._soonest is None:
            self._soonest = Least([look.at for look in self._agreed])
        found = within(self._agreed, span)
        return bool(found) and self._soonest.of(found) <= latest

    def late(self, due: int, grace: int, span: Span) -> tuple[bool, int | None]:
        """Whether one was later than the day (ms) that the one before had set, the first `due`; and the day that the last set, or None.
        Asked at the end of the log.
        """
        if self._dues is None:
            self._dues = _Dues([look for look in self._all if look.said.step == "kept"], grace)
        return self._dues.late(due, span)


class _Dues:
    """When what was kept was to be looked at again, and how often that was too late up to each look."""

    def __init__(self, kept: list[Look], grace: int) -> None:
        self._kept, self._grace = kept, grace
        self._dues = [moment(look.said.review) for look in kept]
        self._endless = [at for at, due in enumerate(self._dues) if due is None]
        after = zip(self._dues, kept[1:], strict=False)
        self._late = [0, *accumulate(due is not None and look.at > due + grace for due, look in after)]

    def late(self, due: int, span: Span) -> tuple[bool, int | None]:
        found = within(self._kept, span)
        if not found:
            return False, due
        if self._kept[found.start].at > due + self._grace:
            return True, None
        last = found[-1]
        nothing_due = bisect_left(self._endless, found.start)  # from there on no day was promised
        if nothing_due < len(self._endless):
            last = min(last, self._endless[nothing_due])
        return self._late[last] > self._late[found.start], self._dues[last]
