"""Measures that go on from one another. An appeal is held against the whole line of what it is about: all that this continues, and all
that continues it, except what an appeal left of it.

What is asked of a line is kept once for all of it, so that a log with many appeals along a long one is read in as many steps as it has
entries. Where several go on from one end, each is walked through.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from chaupal_audit.rule_of_law.acts import AppealStep, Case, MeasureAct, MeasureEnd
from chaupal_audit.rule_of_law.ends import ENDLESS
from chaupal_audit.rule_of_law.least import Least

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
        for appeal in made.judged:
            self.judge(made, appeal)

    def judge(self, made: MeasureAct, appeal: AppealStep) -> None:
        """An appeal about one of them was decided."""
        judged, one = self._judged.setdefault(appeal.said.by or "", []), (made.part, made.act.index)
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

    @property
    def people(self) -> set[str | None]:
        """Everybody who may have a hand in it."""
        return {*self._signed, *(who for _, case in self.cases.values() for who in case.looks.lookers)}

    def first_of(self, who: str, lost: int) -> int:
        """The first part in which somebody has a hand. `lost`: how many looks the store lost so far."""
        if lost != self._lost:
            self._looked.clear()
            self._lost = lost
        return min(self._signed.get(who, ENDLESS), self._first_looked(who))

    def _first_looked(self, who: str) -> int:
        asked, first = self._looked.get(who, (0, ENDLESS))
        if first == ENDLESS and any(who in case.looks.lookers for _, case in self.cases.values()):
            while asked < len(self.made):
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


def in_line(made: MeasureAct) -> list[MeasureAct]:
    """All of it, in its order."""
    line = made.line
    if line is None:
        return [made]
    return _walk(made) if line.forked else line.made[: line.upto(made.part)]


def _walk(made: MeasureAct) -> list[MeasureAct]:
    found = [made]
    while (before := found[-1].before) is not None:
        found.append(before)
    found.reverse()
    waiting = [made]
    while waiting:
        ended = waiting.pop().ended
        following = [] if ended is None else [one for one in ended.followed if one.cause != "modified"]
        found += following
        waiting += following
    return found


def has_hand(made: MeasureAct, who: str | None, lost: int) -> bool:
    """Whether somebody decided something of it, seconded it since, or kept it."""
    line = made.line
    if line is None or line.forked:
        return any(one.has_hand(who) for one in in_line(made))
    return bool(who) and line.first_of(who, lost) <= made.part


def hands(made: MeasureAct, lost: int) -> Iterator[str]:
    """Everybody who did."""
    line = made.line
    if line is None or line.forked:
        yield from {who for one in in_line(made) for who in one.hands}
    else:
        yield from (who for who in line.people if who and has_hand(made, who, lost))


def judge(made: MeasureAct, appeal: AppealStep) -> None:
    """An appeal about a measure was decided."""
    made.judged.append(appeal)
    if made.line is not None:
        made.line.judge(made, appeal)


def forget(made: MeasureAct, appeal: AppealStep) -> None:
    """The store forgot a step of an appeal."""
    if all(one is not appeal for one in made.judged):
        return  # it decided nothing
    made.judged = [one for one in made.judged if one is not appeal]
    by = appeal.said.by or ""
    if made.line is not None and all((one.said.by or "") != by for one in made.judged):
        made.line.forget(made, by)


def has_judged(made: MeasureAct, who: str) -> bool:
    """Whether somebody decided an appeal about another of the line."""
    line = made.line
    if line is not None and not line.forked:
        return line.has_judged(made, who)
    return any(one.said.by == who for other in in_line(made) if other is not made for one in other.judged)


def first_place(made: MeasureAct) -> int:
    """The place at which it began."""
    line = made.line
    return min(one.act.place for one in in_line(made)) if line is None or line.forked else line.made[0].act.place


def cases(made: MeasureAct) -> Iterable[Case]:
    """What it is about, each once."""
    line = made.line
    if line is None or line.forked:
        return {id(one.case): one.case for one in in_line(made) if one.case is not None}.values()
    return [case for part, case in line.cases.values() if part <= made.part]


def caseless(made: MeasureAct) -> Iterable[MeasureAct]:
    """Those of orders that the log does not have."""
    line = made.line
    return () if line is not None and not line.caseless else (one for one in in_line(made) if one.case is None)


def bound_after(made: MeasureAct, moment: int, until: Callable[[MeasureAct], int]) -> Iterator[MeasureAct]:
    """Those that bound for longer than to that moment. `until`: to when one did, asked at the end of the log."""
    line = made.line
    if line is None or line.forked:
        yield from (one for one in in_line(made) if until(one) > moment)
        return
    line.bounds = line.bounds or Least([-until(one) for one in line.made])
    at, stop = -1, line.upto(made.part)
    while (at := line.bounds.first_below(-moment, range(at + 1, stop))) is not None:
        yield line.made[at]
