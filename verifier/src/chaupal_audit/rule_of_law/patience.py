"""How far an audit follows what a log lays side by side without end."""

from collections.abc import Iterable, Iterator

AT_FIRST, EACH = 1_000, 8


class Patience:
    """How many things an audit looks at one by one, where no index finds them: so many for each entry, which is far more than an honest log
    asks for. A log that wants more is found, and the rest is not looked at: else it could hold whoever reads it for days.
    """

    def __init__(self) -> None:
        self._left = AT_FIRST
        self.out = False  # whether something was not looked at

    def earn(self) -> None:
        """An entry was read."""
        self._left += EACH

    def one(self) -> bool:
        """Whether one more is looked at."""
        if self._left <= 0:
            self.out = True
            return False
        self._left -= 1
        return True

    def each[T](self, things: Iterable[T]) -> Iterator[T]:
        """As many of them as are looked at."""
        for thing in things:
            if not self.one():
                return
            yield thing
