"""How often somebody may ask: per account or net of addresses, per route, per message, and per name whose secret could be guessed."""

import functools
from typing import Any

import msgspec

from chaupal.http.call import Call, Route, Shape
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import GuessedAt, TooMany
from chaupal.kernel.nets import Net, nets_of
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.ports.meter import Count, Meter
from chaupal.social.signin import sessions

GENERAL = (300, 300)  # requests per seconds, per account and per address, as Mastodon's clients expect
FILES = (3_000, 300)  # counted apart: one page of posts brings forty pictures along
INBOX = (30_000, 300)  # counted apart, too: a large server brings what thousands of people do
GUESSES = (20, 900)  # of the secret of one name, from wherever they come
POSTING = (300, 10_800)  # of posts and of edits, each counted by itself, as Mastodon does
EXPORTS = (10, 3_600)  # asked for on their page and by API, each counted by itself
MESSAGES = (120, 60)  # on all WebSockets of one caller: each may be a question to the store
FEW = 120  # what one may do no more often than this in a window is counted with all other processes before one goes on


class LimitUse(msgspec.Struct, frozen=True):
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

    async def spend(self, call: Call[Any]) -> LimitUse | None:
        """The limit that this request falls under (its route's own, else the general one), and its use; None: no limits."""
        if not self._on:
            return None
        route = call.route
        who = counted_as(call)
        name, most = _window(route)
        spent = self._counted(name, who, *most)
        if route.limit is not None and not spent.over:
            spent = await self._of_route(route.limit, f"{route.path} ", who)
        return spent

    async def spend_rest(self, call: Call[Any]) -> None:
        """Count the further uses of a request that counts several times; the first is counted. Raises TooMany."""
        route = call.route
        if self._on and route.limit is not None and route.counts is not None:
            rest = route.counts(call.args) - 1
            check_limit(await self._of_route(route.limit, f"{route.path} ", counted_as(call), rest))

    async def spend_besides(self, route: Route, whose: str) -> None:
        """Count a request by another name, too: of a house whose people come from many addresses. Raises TooMany."""
        if self._on and route.limit is not None:
            check_limit(await self._of_route(route.limit, f"{route.path} ", (Net(whose),)))

    def heed(self, call: Call[Any]) -> None:
        """One more message on a connection that stays open. Raises TooMany."""
        if self._on:
            check_limit(self._counted("m", counted_as(call), *MESSAGES))

    async def guard(self, call: Call[Any]) -> None:
        """Guesses are counted by the name they are about, too: an attacker has many addresses. Raises GuessedAt.

        A browser with which somebody of that name came in before is counted by itself: others cannot shut them out.
        """
        if not (self._on and call.route.guards):
            return
        name = sessions.plain_name(str(getattr(call.args, call.route.guards)))
        if call.route.offices:
            name = sessions.OFFICE + name
        browser = sessions.mark_for(call.house.square, call.cookies.get(sessions.KNOWN_COOKIE, ""), name)
        most, seconds = GUESSES
        key = f"{call.route.path} {f'b{browser}' if browser else f'n{digest(name)}'}"
        spent = LimitUse(most * self._scale, await self._meter.hit_together(key, seconds))
        if spent.over:
            raise GuessedAt(retry_at=spent.count.ends_at)

    def _counted(self, what: str, who: tuple[Net, ...], most: int, seconds: int, times: int = 1) -> LimitUse:
        hit, scale = self._meter.hit, self._scale
        return _narrowest([LimitUse(most * net.times * scale, hit(f"{what}{net.name}", seconds, times)) for net in who])

    async def _of_route(self, limit: tuple[int, int], what: str, who: tuple[Net, ...], times: int = 1) -> LimitUse:
        most, seconds = limit
        if most > FEW:
            return self._counted(what, who, most, seconds, times)
        return _narrowest(
            [
                LimitUse(
                    most * net.times * self._scale, await self._meter.hit_together(f"{what}{net.name}", seconds, times)
                )
                for net in who
            ]
        )


def _narrowest(spent: list[LimitUse]) -> LimitUse:
    """The narrowest net's use, else that of the wider one which is used up."""
    for one in spent:
        if one.over:
            return one
    return spent[0]


def _window(route: Route) -> tuple[str, tuple[int, int]]:
    """By which name the requests of a route are counted, and how many in how many seconds."""
    if route.shape is Shape.FILE:
        return "f", FILES
    if route.peer:
        return ("i", INBOX) if route.raw else ("p", FILES)  # what is brought whole, as it was signed, comes to an inbox
    return "", GENERAL


def counted_as(call: Call[Any]) -> tuple[Net, ...]:
    """As whom a caller is counted: the account, else where a stranger comes from."""
    account = call.viewer.account
    return nets_of(call.address) if account is None else _as_account(account)


@functools.lru_cache(10_000)
def _as_account(account: int) -> tuple[Net, ...]:
    return (Net(f"a{account}"),)


def check_limit(spent: LimitUse | None) -> None:
    """Raises TooMany."""
    if spent is not None and spent.over:
        raise TooMany(retry_at=spent.count.ends_at)


def limit_headers(spent: LimitUse | None, now: int) -> list[tuple[str, str]]:
    """How much is left and until when; for whoever has nothing left, how many seconds to wait."""
    if spent is None:
        return []
    count = spent.count
    most, reset = _of_window(spent.most, count.ends_at)
    headers = [most, ("x-ratelimit-remaining", str(max(0, spent.most - count.used))), reset]
    return [*headers, retry_after(count.ends_at, now)] if spent.over else headers


@functools.lru_cache(100)
def _of_window(most: int, ends_at: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """The headers that all answers of one window share."""
    return ("x-ratelimit-limit", str(most)), ("x-ratelimit-reset", iso(ends_at))


def retry_after(at: int, now: int) -> tuple[str, str]:
    """In how many seconds to come back (times in ms)."""
    return "retry-after", str(max(1, (at - now + 999) // 1000))
