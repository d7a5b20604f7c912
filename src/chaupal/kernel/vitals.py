"""How one process fares, counted by itself: how often, how long, how much. An addition each; /metrics and /readyz tell of them."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

# Seconds. Of requests, and of looks at what other processes have changed: those are waited for in each request.
REQUESTS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LOOKS = (0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0)

NOT_SHOWN = (404, 451)  # RFC 7725


def shown(status: int) -> int:
    """A status as those may read it who watch a server, and are not of its office.

    That something is not there is an answer like any: it may be withheld, which may be secret.
    """
    return 200 if status in NOT_SHOWN else status


class Spread:
    """How often something took how long: Prometheus's histogram. Counted without a lock, by one thread."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = REQUESTS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  # by the bound that it did not pass; the last one passed all
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class Vitals:
    """Of one process. `draining`: it takes nothing new, and whoever sends requests to it sends them elsewhere."""

    def __init__(self) -> None:
        self.name = "serve"  # among the processes of this machine
        self.draining = False
        self.answered: dict[tuple[str, int], Spread] = {}  # by route and status
        self.looks = Spread(LOOKS)
        self.looked_at = 0  # ms: when the last look that succeeded began; all that was decided before is known
        self.homes_found = 0  # resident when they were read
        self.homes_built = 0
        self.gauges: dict[str, Callable[[], float]] = {}  # what is read off when it is asked for, by its name

    def answer(self, route: str, status: int, seconds: float) -> None:
        """One request more. Called where somebody watches, and nowhere else."""
        status = shown(status)
        spread = self.answered.get((route, status))
        if spread is None:
            spread = self.answered[route, status] = Spread()
        spread.add(seconds)

    def caught_up(self, began: int, seconds: float) -> None:
        """One more look at what others have changed. `began`: ms since 1970."""
        self.looks.add(seconds)
        self.looked_at = began

    def home(self, *, resident: bool) -> None:
        """One more home was read."""
        if resident:
            self.homes_found += 1
        else:
            self.homes_built += 1
