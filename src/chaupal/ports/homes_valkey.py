"""Resident homes of many processes: each keeps its own, and finds in Valkey what another has built.

Nothing is pushed to Valkey. A home lies there as it was at a look at the store, and says at which one; a process adds what it
has heard since. So a home that was lost costs one that is built from the store, and none can be older than it says: neither a
failover nor a push that came too late can leave a gap (decision 28).
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from chaupal.ports.homes import LENGTH, Expected, Homes, Resident, Source
from chaupal.ports.valkey import Gone, Server

KEPT = 3_600  # seconds that a home lies in Valkey
HEARD = 20_000  # posts by source in one page of what was heard; two pages are kept, some megabytes
MOST = 1_000  # homes that wait to be laid there; what comes above is not
# After so many looks from now, one of them began after now.
SURELY_LATER = 2


class Horizon(NamedTuple):
    """What is known of the store: all transactions below `low` have ended and are visible, none from `high` on is.

    `epoch` names the store since it last forgot anything; `looks` counts.
    """

    epoch: str
    low: int
    high: int
    looks: int


type See = Callable[[], Horizon | None]


class _Changes:
    """What was pushed and pulled since this page of it was begun.

    `by_source`: ids in the order in which they came; of what was pulled from a source, -id. `since`: everything that was
    committed by this transaction or a later one, and is visible at the last look, is in it.
    """

    __slots__ = ("by_source", "count", "looks", "since")

    def __init__(self, looks: int) -> None:
        self.by_source: dict[Source, list[int]] = {}
        self.count = 0
        self.looks = looks
        self.since: int | None = None

    def settle(self, now: Horizon) -> None:
        """From which transaction on it is whole is known once a look has begun after it: what was on its way has arrived."""
        if self.since is None and now.looks >= self.looks + SURELY_LATER:
            self.since = now.high

    def heard_of(self, sources: frozenset[Source]) -> set[Source]:
        """Those of these sources of which something was heard."""
        few, many = (sources, self.by_source) if len(sources) < len(self.by_source) else (self.by_source, sources)
        return {source for source in few if source in many}


class _StoredHome(msgspec.Struct, array_like=True):
    """A home as it lies in Valkey: complete as far as all transactions below `low` go."""

    low: int
    whole: bool
    ids: list[int]


class _Expected(NamedTuple):
    """`name`: under which it lies in Valkey; `seen`: before it is built."""

    local: Expected
    sources: frozenset[Source]
    name: str
    seen: Horizon | None


class ValkeyHomes:
    """See `ports.homes.Homes`. `local`: those of this process, to which is pushed whatever others commit, too.

    `see` tells how far this process knows the store.
    """

    def __init__(self, local: Homes, server: Server, see: See) -> None:
        self._local = local
        self._server = server
        self._see = see
        self._older = _Changes(0)
        self._newer = _Changes(0)
        self._waiting: dict[str, bytes] = {}
        self._laying: asyncio.Task[None] | None = None
        self.recalled = 0
        self.dismiss_all()

    async def page(self, owner: int, newest: int | None = None) -> Resident | None:
        return await self._local.page(owner, newest)

    async def expect(self, owner: int, sources: Iterable[Source]) -> Expected:
        wanted, seen = frozenset(sources), self._see()
        name = f"{self._server.name}:home:{seen.epoch}:{owner}:{_digest(wanted)}" if seen else ""
        return _Expected(await self._local.expect(owner, wanted), wanted, name, seen)

    async def recall(self, owner: int, expected: Expected) -> Resident | None:
        assert isinstance(expected, _Expected)  # noqa: S101 - it is ours
        if expected.seen is None:
            return None
        with contextlib.suppress(Gone):
            lain = _read(await self._server.ask("GET", expected.name))
            if lain is not None and self._reaches(lain):
                self.recalled += 1
                return self._with_heard(lain, expected.sources)
        return None

    async def admit(self, owner: int, expected: Expected, ids: Sequence[int], *, whole: bool) -> bool:
        assert isinstance(expected, _Expected)  # noqa: S101 - it is ours
        kept = await self._local.admit(owner, expected.local, ids, whole=whole)
        if kept and expected.seen is not None and self._server.there and len(self._waiting) < MOST:
            self._waiting[expected.name] = msgspec.msgpack.encode(_StoredHome(expected.seen.low, whole, [*ids]))
            if self._laying is None or self._laying.done():
                self._laying = self._server.beside(self._lay())
        return kept

    async def _lay(self) -> None:
        while self._waiting:
            homes, self._waiting = self._waiting, {}
            with contextlib.suppress(Gone):
                await self._server.tell([("SET", name, text, "EX", KEPT) for name, text in homes.items()])

    # --- what was heard ---

    def push(self, source: Source, id_: int) -> None:
        self._note(source, id_)
        self._local.push(source, id_)

    def pull(self, id_: int, source: Source) -> None:
        self._note(source, -id_)
        self._local.pull(id_, source)

    def _note(self, source: Source, said: int) -> None:
        self._turn()
        self._newer.by_source.setdefault(source, []).append(said)
        self._newer.count += 1

    def dismiss(self, owner: int) -> None:
        self._local.dismiss(owner)

    def dismiss_all(self) -> None:
        """What was heard before goes on to be true; that it is all is not known any more."""
        now = self._see()
        looks = now.looks if now else 0
        for heard in (self._older, self._newer):
            heard.looks, heard.since = looks, None
        self._local.dismiss_all()

    def _turn(self) -> None:
        """A full page makes the other one the older, as soon as it is known since when it is whole."""
        now = self._see()
        if now is None:
            return
        self._older.settle(now)
        self._newer.settle(now)
        if self._newer.count >= HEARD and self._newer.since is not None:
            self._older, self._newer = self._newer, _Changes(now.looks)

    def _reaches(self, lain: _StoredHome) -> bool:
        """Whether all that came after a home was built has been heard here."""
        self._turn()
        since = self._older.since
        return since is not None and lain.low >= since

    def _with_heard(self, lain: _StoredHome, sources: frozenset[Source]) -> Resident:
        floor = -1 if lain.whole or not lain.ids else lain.ids[-1]
        came, gone = self._came_and_gone(sources)
        every = sorted(({*lain.ids} - gone).union(id_ for id_ in came if id_ > floor), reverse=True)
        return Resident(every[:LENGTH], lain.whole and len(every) <= LENGTH)

    def _came_and_gone(self, sources: frozenset[Source]) -> tuple[set[int], set[int]]:
        """What stands in a home of these sources by what was said of it last, and what stood there by none but one that it left."""
        pages, came, gone = (self._older, self._newer), set[int](), set[int]()
        for source in self._older.heard_of(sources) | self._newer.heard_of(sources):
            last = {abs(said): said > 0 for page in pages for said in page.by_source.get(source, ())}
            for id_, there in last.items():
                (came if there else gone).add(id_)
        return came, gone - came


def _digest(sources: frozenset[Source]) -> str:
    """A name of these sources: whoever follows others has another home."""
    text = "\n".join(sorted(map(str, sources)))  # a tag begins with #, an account is a number
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _read(found: bytes | None) -> _StoredHome | None:
    """A home of another version, or of somebody else, is none."""
    if found is None:
        return None
    with contextlib.suppress(msgspec.MsgspecError):
        return msgspec.msgpack.decode(found, type=_StoredHome)
    return None
