"""Stretches of entries that came back from a copy of the log after the store had lost them."""

from bisect import bisect_right


class Spans:
    """Which entries came back, and by the newest entry that says so of each; however many say so, a look takes a few steps."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._found: list[tuple[range, int]] = []  # apart from each other, in order, each with the entry that says so
        self._last = -1

    def add(self, entry: int, back: range) -> bool:
        """Take in what the `entry` says of itself; in order. False where it cannot be so: what came back stands right before the entry that
        says so, and after whatever said so before.
        """
        if not (0 <= back.start < back.stop <= entry and self._last < back.stop):
            return False
        start = back.start
        while self._found and self._found[-1][0].stop > start:
            start = min(start, self._found.pop()[0].start)
            self._starts.pop()
        self._found.append((range(start, back.stop), entry))
        self._starts.append(start)
        self._last = entry
        return True

    def __contains__(self, index: int) -> bool:
        at = bisect_right(self._starts, index) - 1
        return at >= 0 and index < self._found[at][0].stop

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def each(self) -> list[tuple[int, range]]:
        """(newest entry that says so, the entries) of each stretch, in order."""
        return [(entry, back) for back, entry in self._found]
