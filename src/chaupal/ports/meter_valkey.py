"""Fixed windows for all processes together: counted here at once, and in Valkey a moment later, or before one goes on."""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence

import msgspec

from chaupal.kernel.clock import SECOND, Clock
from chaupal.ports.meter import MOST_KEYS, Count
from chaupal.ports.valkey import LOOK_EVERY, Gone, Server

EVERY = 0.1  # seconds from one report of what was counted here to the next
PORTION = 500  # counts in one report
SLACK = 5 * SECOND  # ms that a count outlives its window in Valkey: clocks of machines differ a little
BEAT = 5.0  # seconds from one sign of life to the next
ALIVE = 15 * SECOND  # ms that a sign of life counts

_encode = msgspec.json.Encoder().encode

# KEYS: how names of counts begin. ARGV: in one word, since the client takes microseconds for each, of every count (its name, what to
# add, what was known before, ms to live). What was known counts although Valkey lost it.
ADD = """
local totals = {}
for i, told in ipairs(cjson.decode(ARGV[1])) do
  local key, more, known = KEYS[1] .. told[1], told[2], told[3]
  local total = redis.call('INCRBY', key, more)
  if total < known + more then
    total = known + more
    redis.call('SET', key, total)
  end
  redis.call('PEXPIRE', key, told[4])
  totals[i] = total
end
return totals
"""

# KEYS: who is alive. ARGV: who says so, ms that it counts. How many there are.
LIVE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
"""


class _Entry:
    """`known`: by all processes, as far as Valkey told. `own`: here, and not reported; `flying`: on its way."""

    __slots__ = ("ends_at", "flying", "key", "known", "own")

    def __init__(self, key: str, ends_at: int) -> None:
        self.key = key
        self.ends_at = ends_at
        self.known = 0
        self.own = 0
        self.flying = 0


class ValkeyMeter:
    """See `ports.meter.Meter`. Where Valkey is gone, what is counted here counts as often as there were processes:
    each has its share of every limit.
    """

    def __init__(self, clock: Clock, server: Server) -> None:
        self._clock = clock
        self._server = server
        self._me = secrets.token_hex(8)
        self._entries: dict[str, _Entry] = {}
        self._unsaid: set[_Entry] = set()  # with something to report
        self._processes = 1
        self._reporting: asyncio.Task[None] | None = None
        self._living: asyncio.Task[None] | None = None

    def hit(self, key: str, seconds: int, times: int = 1) -> Count:
        entry = self._entry(key, seconds)
        if times:
            entry.own += times
            self._unsaid.add(entry)
            self._begin()
        return self._count(entry)

    async def hit_together(self, key: str, seconds: int, times: int = 1) -> Count:
        entry = self._entry(key, seconds)
        entry.own += times
        try:
            return Count((await self._tell([entry]))[0], entry.ends_at)
        except Gone:
            return self._count(entry)
        finally:
            self._begin()

    def _count(self, entry: _Entry) -> Count:
        share = 1 if self._server.there else self._processes
        return Count(entry.known + share * (entry.own + entry.flying), entry.ends_at)

    def _entry(self, key: str, seconds: int) -> _Entry:
        now = self._clock()
        entry = self._entries.get(key)
        if entry is None or now >= entry.ends_at:
            if len(self._entries) >= MOST_KEYS:
                self._tidy(now)
            width = seconds * SECOND
            entry = self._entries[key] = _Entry(key, now - now % width + width)
        return entry

    def _tidy(self, now: int) -> None:
        """As `LocalMeter` does: what is over goes, and where that is not half of it, the older half."""
        kept = [(key, entry) for key, entry in self._entries.items() if entry.ends_at > now]
        self._entries = dict(kept[-MOST_KEYS // 2 :])
        if not self._server.there:  # else they are told in a moment, and held no longer
            self._unsaid.intersection_update(self._entries.values())

    # --- what others are told ---

    def _begin(self) -> None:
        if self._reporting is None or self._reporting.done():
            self._reporting = self._server.beside(self._report())
        if self._living is None:
            self._living = self._server.beside(self._live())

    async def _report(self) -> None:
        while self._unsaid:
            await asyncio.sleep(EVERY if self._server.there else LOOK_EVERY)
            now = self._clock()
            self._unsaid = {entry for entry in self._unsaid if entry.own and entry.ends_at > now}
            due = [*self._unsaid]
            with contextlib.suppress(Gone):  # what is not told now is told later, as long as its window lasts
                for at in range(0, len(due), PORTION):
                    await self._tell(due[at : at + PORTION])

    async def _tell(self, entries: Sequence[_Entry]) -> list[int]:
        """Report these; how often each was counted in all. Raises Gone, and then all of it is still to be reported."""
        now = self._clock()
        told = [entry.own for entry in entries]
        counts = [
            (f"{entry.ends_at}:{entry.key}", own, entry.known, entry.ends_at - now + SLACK)
            for entry, own in zip(entries, told, strict=True)
        ]
        for entry, own in zip(entries, told, strict=True):
            entry.own -= own
            entry.flying += own
        try:
            totals: list[int] = await self._server.run(ADD, [f"{self._server.name}:meter:"], [_encode(counts)])
        except BaseException:
            for entry, own in zip(entries, told, strict=True):
                entry.own += own
            self._unsaid.update(entries)
            raise
        finally:
            for entry, own in zip(entries, told, strict=True):
                entry.flying -= own
        for entry, total in zip(entries, totals, strict=True):
            entry.known = max(entry.known, total)
        return totals

    async def _live(self) -> None:
        """How many count beside us, so that each knows its share when Valkey is gone."""
        while True:
            with contextlib.suppress(Gone):
                self._processes = int(await self._server.run(LIVE, [f"{self._server.name}:meters"], [self._me, ALIVE]))
            await asyncio.sleep(BEAT)
