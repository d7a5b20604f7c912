"""When what is open ends: of any stretch of it the end that comes last, but for what rests on one thing, in a few steps however much
there is.
"""

from bisect import bisect_left, bisect_right

ENDLESS = 1 << 62  # later than any moment that a log can name (ms)
NEVER = -ENDLESS
NOTHING = -2  # what nothing rests on: no index

type _Two = tuple[
    int, int, int, int
]  # the last end and what it rests on; the same of the last that rests on something else

_NONE: _Two = (NEVER, NOTHING, NEVER, NOTHING)


class Ends:
    """Ends (ms) of measures in the order in which they began, each with what it rests on: a number, such as the index of its proposal."""

    def __init__(self) -> None:
        self._places: list[int] = []  # of the acts by which they began
        self._last: list[_Two] = [
            _NONE,
            _NONE,
        ]  # what stands at 2k and 2k + 1 is joined at k; the second half is each by itself

    def add(self, place: int, end: int, of: int) -> None:
        """What begins at a place later than all others."""
        width = len(self._last) // 2
        if len(self._places) == width:
            self._last = [_NONE] * 2 * width + self._last[width:] + [_NONE] * width
            for at in reversed(range(1, 2 * width)):
                self._join(at)
        self._places.append(place)
        self._set(len(self._places) - 1, (end, of, NEVER, NOTHING))

    def drop(self, place: int) -> None:
        """It has ended."""
        self._set(bisect_left(self._places, place), _NONE)

    def last(self, but: int, after: int = -1, before: int | None = None) -> int:
        """The last end of what does not rest on that and began between two places; `NEVER` where there is nothing."""
        width, found = len(self._last) // 2, NEVER
        start = width + bisect_right(self._places, after)
        stop = width + (len(self._places) if before is None else bisect_left(self._places, before))
        while start < stop:
            for at in (*((start,) if start & 1 else ()), *((stop - 1,) if stop & 1 else ())):
                end, of, other, _ = self._last[at]
                found = max(found, other if of == but else end)
            start, stop = (start + 1) // 2, stop // 2
        return found

    def _set(self, number: int, found: _Two) -> None:
        at = len(self._last) // 2 + number
        self._last[at] = found
        while (at := at // 2) and self._join(at):
            pass

    def _join(self, at: int) -> bool:
        """Whether it is another now."""
        one, two = self._last[2 * at], self._last[2 * at + 1]
        if one[0] < two[0]:
            one, two = two, one
        second = two[:2] if two[1] != one[1] else two[2:]
        joined = (*one[:2], *max(one[2:], second))
        changed, self._last[at] = joined != self._last[at], joined
        return changed
