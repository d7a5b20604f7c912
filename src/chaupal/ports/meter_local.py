"""Fixed windows in this process."""

from chaupal.kernel.clock import Clock
from chaupal.ports.meter import MOST_KEYS, Count


class LocalMeter:
    """See `ports.meter.Meter`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: dict[str, list[int]] = {}

    def hit(self, key: str, seconds: int, times: int = 1) -> Count:
        now = self._clock()
        entry = self._used.get(key)
        if entry is None or now >= entry[1]:
            if len(self._used) >= MOST_KEYS:
                self._tidy(now)
            width = seconds * 1000
            entry = self._used[key] = [0, now - now % width + width]
        entry[0] += times
        return Count(entry[0], entry[1])

    async def hit_together(self, key: str, seconds: int, times: int = 1) -> Count:
        return self.hit(key, seconds, times)

    def _tidy(self, now: int) -> None:
        """What is over goes; where that is not half of it, the older half: whoever comes from ever new places must not make
        each of their requests look through all that is counted."""
        kept = [(key, entry) for key, entry in self._used.items() if entry[1] > now]
        self._used = dict(kept[-MOST_KEYS // 2 :])
