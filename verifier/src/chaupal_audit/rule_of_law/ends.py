"""When what is open ends: which of it lasts longest, but for what rests on one thing, in a few steps however much there is."""

from bisect import bisect_left, insort
from collections.abc import Callable

ENDLESS = 1 << 62  # later than any moment that a log can name (ms)
NEVER = -1


class Ends:
    """Ends (ms) of measures by what they rest on: a number, such as the index of their proposal."""

    def __init__(self) -> None:
        self._of: dict[int, list[tuple[int, int]]] = {}  # (end, measure), the last at the end
        self._last: list[tuple[int, int]] = []  # (last end, of what), the last at the end

    def add(self, of: int, end: int, measure: int) -> None:
        self._change(of, lambda ends: insort(ends, (end, measure)))

    def drop(self, of: int, end: int, measure: int) -> None:
        self._change(of, lambda ends: ends.pop(bisect_left(ends, (end, measure))))

    def _change(self, of: int, change: Callable[[list[tuple[int, int]]], object]) -> None:
        ends = self._of.setdefault(of, [])
        if ends:
            del self._last[bisect_left(self._last, (ends[-1][0], of))]
        change(ends)
        if ends:
            insort(self._last, (ends[-1][0], of))
        else:
            del self._of[of]

    def last(self, but: int) -> int:
        """The last end of all that does not rest on that; `NEVER` where there is nothing else."""
        return next((end for end, of in reversed(self._last[-2:]) if of != but), NEVER)
