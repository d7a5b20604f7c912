"""How often somebody may ask: per account or address, per route, and per name whose secret could be guessed."""

from typing import Any

import msgspec

from chaupal.kernel.clock import iso
from chaupal.kernel.errors import TooMany
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.ports.meter import Count, Meter
from chaupal.wire.call import Call
from chaupal.wire.route import Shape

GENERAL = (300, 300)  # requests per seconds, per account and per address, as Mastodon's clients expect
FILES = (3_000, 300)  # counted apart: one page of posts brings forty pictures along
GUESSES = (20, 900)  # of the secret of one name, from wherever they come


class Spent(msgspec.Struct, frozen=True):
    """A limit, and how much of it is used."""

    most: int
    count: Count

    @property
    def over(self) -> bool:
        return self.count.used > self.most


class Limits:
    """Counts requests. Where `rate_limits` are off it counts nothing."""

    def __init__(self, settings: Settings, meter: Meter) -> None:
        self._meter = meter
        self._on = settings.rate_limits
        self._scale = settings.rate_limit_scale

    def spend(self, call: Call[Any]) -> Spent | None:
        """The limit that this request falls under (its route's own, else the general one), and its use; None: no limits."""
        if not self._on:
            return None
        route = call.route
        who = f"a{call.viewer.account}" if call.viewer.account is not None else f"i{call.address}"
        file = route.shape is Shape.FILE
        spent = self._count(f"f{who}" if file else who, *(FILES if file else GENERAL))
        if route.limit is not None and not spent.over:
            spent = self._count(f"{route.path} {who}", *route.limit)
        return spent

    def guard(self, call: Call[Any]) -> None:
        """Guesses are counted by the name they are about, too: an attacker has many addresses. Raises TooMany."""
        if self._on and call.route.guards:
            name = str(getattr(call.args, call.route.guards)).strip().lower().removeprefix("@")
            check_limit(self._count(f"{call.route.path} n{digest(name)}", *GUESSES))

    def _count(self, key: str, most: int, seconds: int) -> Spent:
        return Spent(most * self._scale, self._meter.hit(key, seconds))


def check_limit(spent: Spent | None) -> None:
    """Raises TooMany."""
    if spent is not None and spent.over:
        raise TooMany(retry_at=spent.count.ends_at)


def limit_headers(spent: Spent | None, now: int) -> list[tuple[str, str]]:
    """How much is left and until when; for whoever has nothing left, how many seconds to wait."""
    if spent is None:
        return []
    ends_at = spent.count.ends_at
    wait = str(max(1, (ends_at - now + 999) // 1000))
    return [
        ("x-ratelimit-limit", str(spent.most)),
        ("x-ratelimit-remaining", str(max(0, spent.most - spent.count.used))),
        ("x-ratelimit-reset", iso(ends_at)),
        *([("retry-after", wait)] if spent.over else []),
    ]
