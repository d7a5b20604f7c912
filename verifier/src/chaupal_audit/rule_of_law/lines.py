"""Measures that go on from one another. An appeal is held against the whole line of what it is about: all that this continues, and all
that continues it, except what an appeal left of it.

What is asked of a line is kept once for all of it, so that a log with many appeals along a long one is read in as many steps as it has
entries. Where several go on from one end, each is walked through.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from chaupal_audit.rule_of_law.acts import AppealStep, Case, MeasureAct, MeasureEnd
from chaupal_audit.rule_of_law.ends import ENDLESS
from chaupal_audit.rule_of_law.least import Least
from chaupal_audit.rule_of_law.patience import Patience

if TYPE_CHECKING:
    from chaupal_audit.rule_of_law.book import Book

_part = attrgetter("part")


class Line:
    """Measures of which each goes on from the one before. What an appeal left of one begins another part: of the parts after its own
    a measure is no more in the line. `forked`: something goes on from one end beside another, so that this does not hold.
    """

    def __init__(self) -> None:
        self.made: list[MeasureAct] = []
        self.forked = False
        self.caseless = False
        self.cases: dict[int, tuple[int, Case]] = {}  # by its id, a case and the first part that is about it
        self.bounds: Least | None = None  # until when each bound, as negative numbers; known at the end of the log
        self._signed: dict[str, int] = {}  # who -> the first part that they signed
        # Who -> how many were asked whether they looked at it, and the first part of which they did.
        self._looked: dict[str, tuple[int, int]] = {}
        self._lost = 0
        # Who -> (part, index) of each about which they decided an appeal.
        self._judged: dict[str, list[tuple[int, int]]] = {}

    def add(self, made: MeasureAct) -> None:
        """The next one."""
        made.part = self.made[-1].part + (made.cause == "modified") if self.made else 0
        made.line = self
        self.made.append(made)
        for who in made.signed:
            self._signed.setdefault(who, made.part)
        if made.case is None:
            self.caseless = True
        else:
            self.cases.setdefault(id(made.case), (made.part, made.case))
        for by in made.judges:
            self.judge(made, by)

    def judge(self, made: MeasureAct, by: str) -> None:
        """An appeal about one of them was decided."""
        judged, one = self._judged.setdefault(by, []), (made.part, made.act.index)
        at = bisect_left(judged, one)
        if at == len(judged) or judged[at] != one:
            judged.insert(at, one)

    def forget(self, made: MeasureAct, by: str) -> None:
        """The store forgot the only one that somebody had decided about it."""
        judged = self._judged[by]
        del judged[bisect_left(judged, (made.part, made.act.index))]

    def has_judged(self, made: MeasureAct, who: str) -> bool:
        first = (one for one in self._judged.get(who, ())[:2] if one[1] != made.act.index)
        return any(part <= made.part for part, _ in first)

    def upto(self, part: int) -> int:
        """How many stand in the parts up to that one."""
        return bisect_right(self.made, part, key=_part)

    def people(self, book: "Book") -> Iterator[str]:
        """Everybody who may have a hand in it, some more than once."""
        yield from self._signed
        for _, case in book.patience.each(self.cases.values()):
            yield from filter(None, case.looks.lookers)

    def first_of(self, who: str, book: "Book") -> int:
        """The first part in which somebody has a hand."""
        if book.lost_looks != self._lost:
            self._looked.clear()
            self._lost = book.lost_looks
        return min(self._signed.get(who, ENDLESS), self._first_looked(who, book))

    def _first_looked(self, who: str, book: "Book") -> int:
        asked, first = self._looked.get(who, (0, ENDLESS))
        cases = (case for _, case in book.patience.each(self.cases.values()))
        if first == ENDLESS and any(who in case.looks.lookers for case in cases):
            while asked < len(self.made) and book.patience.one():
                one = self.made[asked]
                if one.looks.looked_by(who, one.span):
                    first = one.part
                    break
                if one.ended is None:
                    break
                asked += 1  # nobody looks at what has ended
            self._looked[who] = asked, first
        return first


def join(made: MeasureAct) -> None:
    """Put a measure that begins into its line, before it stands among those that follow from its end."""
    end = made.prev if isinstance(made.prev, MeasureEnd) else None
    was = None if end is None else end.made
    if end is None or was is None:
        return
    line = was.line or _begin(was)
    if was is made.before and was.ended is end and not end.followed:
        line.add(made)
    else:
        line.forked = _begin(made).forked = True


def _begin(made: MeasureAct) -> Line:
    line = Line()
    line.add(made)
    return line


def in_line(made: MeasureAct, book: "Book") -> Iterator[MeasureAct]:
    """All of it, in its order, as far as it is followed (`Patience`)."""
    line = made.line
    if line is None:
        return iter((made,))
    return _walk(made, book.patience) if line.forked else book.patience.each(islice(line.made, line.upto(made.part)))


def _walk(made: MeasureAct, patience: Patience) -> Iterator[MeasureAct]:
    found = [made]
    while (before := found[-1].before) is not None and patience.one():
        found.append(before)
    yield from reversed(found)
    waiting = [made]
    while waiting:
        ended = waiting.pop().ended
        for one in patience.each(() if ended is None else ended.followed):
            if one.cause != "modified":
                waiting.append(one)
                yield one


def has_hand(made: MeasureAct, who: str | None, book: "Book") -> bool:
    """Whether somebody decided something of it, seconded it since, or kept it."""
    line = made.line
    if line is None or line.forked:
        return any(one.has_hand(who) for one in in_line(made, book))
    return bool(who) and line.first_of(who, book) <= made.part


def hands(made: MeasureAct, book: "Book") -> Iterator[str]:
    """Everybody who did, some more than once."""
    line = made.line
    if line is None or line.forked:
        for one in in_line(made, book):
            yield from one.signed
            yield from (who for who in book.patience.each(one.looks.lookers) if who and one.has_hand(who))
    else:
        yield from (who for who in book.patience.each(line.people(book)) if has_hand(made, who, book))


def judge(made: MeasureAct, appeal: AppealStep) -> None:
    """An appeal about a measure was decided."""
    by = appeal.said.by or ""
    made.judged[appeal.act.index] = by
    made.judges[by] += 1
    if made.line is not None:
        made.line.judge(made, by)


def forget(made: MeasureAct, appeal: AppealStep) -> None:
    """The store forgot a step of an appeal."""
    by = made.judged.pop(appeal.act.index, None)
    if by is None:
        return  # it decided nothing
    made.judges[by] -= 1
    if not made.judges[by]:
        del made.judges[by]
        if made.line is not None:
            made.line.forget(made, by)


def has_judged(made: MeasureAct, who: str, book: "Book") -> bool:
    """Whether somebody decided an appeal about another of the line."""
    line = made.line
    if line is not None and not line.forked:
        return line.has_judged(made, who)
    return any(who in other.judges for other in in_line(made, book) if other is not made)


def first_place(made: MeasureAct, book: "Book") -> int:
    """The place at which it began."""
    line = made.line
    return min(one.act.place for one in in_line(made, book)) if line is None or line.forked else line.made[0].act.place


def cases(made: MeasureAct, book: "Book") -> Iterable[Case]:
    """What it is about, each once."""
    line = made.line
    if line is None or line.forked:
        return {id(one.case): one.case for one in in_line(made, book) if one.case is not None}.values()
    return (case for part, case in book.patience.each(line.cases.values()) if part <= made.part)


def caseless(made: MeasureAct, book: "Book") -> Iterable[MeasureAct]:
    """Those of orders that the log does not have."""
    line = made.line
    return () if line is not None and not line.caseless else (one for one in in_line(made, book) if one.case is None)


def bound_after(
    made: MeasureAct, moment: int, until: Callable[[MeasureAct], int], book: "Book"
) -> Iterator[MeasureAct]:
    """Those that bound for longer than to that moment. `until`: to when one did, asked at the end of the log."""
    line = made.line
    if line is None or line.forked:
        yield from (one for one in in_line(made, book) if until(one) > moment)
        return
    line.bounds = line.bounds or Least([-until(one) for one in line.made])
    at, stop = -1, line.upto(made.part)
    while (at := line.bounds.first_below(-moment, range(at + 1, stop))) is not None:
        yield line.made[at]
