"""The least of any stretch of numbers."""


class Least:
    """Of any stretch in one step: the least of each stretch of 1, 2, 4, … of them is counted once."""

    def __init__(self, numbers: list[int]) -> None:
        self._rows, width = [numbers], 1
        while 2 * width <= len(numbers):
            last = self._rows[-1]
            self._rows.append([min(pair) for pair in zip(last, last[width:], strict=False)])
            width *= 2

    def of(self, found: range) -> int:
        """Of a stretch that is not empty."""
        row = self._rows[(power := len(found).bit_length() - 1)]
        return min(row[found.start], row[found.stop - (1 << power)])

    def first_below(self, limit: int, found: range) -> int | None:
        """The place of the first of a stretch that is less than that."""
        start, stop = found.start, found.stop
        if start >= stop or self.of(found) >= limit:
            return None
        while stop - start > 1:
            middle = (start + stop) // 2
            start, stop = (start, middle) if self.of(range(start, middle)) < limit else (middle, stop)
        return start
