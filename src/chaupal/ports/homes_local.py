"""Resident homes in this process: a list of ids each, and who watches whom."""

import asyncio
from bisect import bisect_left
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import neg
from typing import NamedTuple, Protocol

from chaupal.ports.homes import LENGTH, Expected, Resident, Source

SLACK = 100  # a home is trimmed when it has grown by this much
PORTION = 500  # homes that are changed in one go: a millisecond or two in which nobody else is served
PAUSE = 0.001  # seconds until the next ones: who is served meanwhile does not wait for each of their own turns
AUTHOR_FIRST = 0.02  # seconds in which the author is answered


class _Home:
    """`ids` newest first; `whole`: there is nothing older."""

    __slots__ = ("complete", "ids", "sources", "whole")

    def __init__(self, sources: frozenset[Source]) -> None:
        self.sources = sources
        self.ids: list[int] = []
        self.complete = False  # False while it is being built
        self.whole = True

    def add(self, id_: int) -> bool | None:
        """Whether it stands before all others now; None where it stood here already."""
        ids = self.ids
        came = not ids or id_ > ids[0]
        if came:
            ids.insert(0, id_)
        elif self.whole or id_ > ids[-1]:
            at = self.place(id_)
            if at < len(ids) and ids[at] == id_:  # pushed by its author and by a tag, or handled twice: told already
                return None
            ids.insert(at, id_)
        if len(ids) > LENGTH + SLACK:
            self.keep(ids[:LENGTH], whole=False)
        return came

    def keep(self, ids: list[int], *, whole: bool) -> None:
        self.ids = ids
        self.whole = whole

    def drop(self, id_: int) -> None:
        at = self.place(id_)
        if at < len(self.ids) and self.ids[at] == id_:
            del self.ids[at]

    def place(self, id_: int) -> int:
        """Where an id stands, or would stand."""
        return bisect_left(self.ids, -id_, key=neg)


class _Change(NamedTuple):
    """A post of `source` that came, or is `gone`, for these homes."""

    source: Source
    id: int
    gone: bool
    owners: Sequence[int]


def _nobody(_: object, came: int | None = None) -> None:
    """Nobody listens."""


class ChangeListener(Protocol):
    """Hears whose homes are others now. `came`: in them nothing but that this stands before all others."""

    def __call__(self, owners: Collection[int], came: int | None = None, /) -> None: ...


class LocalHomes:
    """See `ports.homes.Homes`. At most `residents` homes; the one longest not read goes first.

    `read` hears whose home is asked for, `changed` whose is another one now, or is not watched over any more.
    """

    def __init__(
        self, residents: int = 5_000, *, read: Callable[[int], None] = _nobody, changed: ChangeListener = _nobody
    ) -> None:
        self._residents = residents
        self._read = read
        self._changed = changed
        self._homes: OrderedDict[int, _Home] = OrderedDict()
        self._watchers: defaultdict[Source, set[int]] = defaultdict(set)
        self._waiting: deque[_Change] = deque()
        self._waited_for: Counter[Source] = Counter()  # sources of those that wait: of one source nothing overtakes
        self._spreading: asyncio.Task[None] | None = None

    async def page(self, owner: int, newest: int | None = None) -> Resident | None:
        self._read(owner)
        home = self._homes.get(owner)
        if home is None or not home.complete:
            return None
        self._homes.move_to_end(owner)
        if newest is not None and newest < len(home.ids):
            return Resident(home.ids[:newest], whole=False)
        return Resident(home.ids[:], home.whole)

    async def expect(self, owner: int, sources: Iterable[Source]) -> Expected:
        wanted, home = frozenset(sources), self._homes.get(owner)
        if home is not None and not home.complete and home.sources == wanted:
            return home
        self.dismiss(owner)
        if len(self._homes) >= self._residents:
            self.dismiss(next(iter(self._homes)))
        home = self._homes[owner] = _Home(wanted)
        for source in home.sources:
            self._watchers[source].add(owner)
        return home

    async def recall(self, owner: int, expected: Expected) -> Resident | None:
        return None

    async def admit(self, owner: int, expected: Expected, ids: Sequence[int], *, whole: bool) -> bool:
        home = self._homes.get(owner)
        if home is None or home is not expected:
            return False  # whom they follow changed while it was built: the next read builds again
        known = [id_ for id_ in home.ids if whole or not ids or id_ > ids[-1]]
        every = sorted({*ids, *known}, reverse=True) if known else [*ids]
        home.keep(every[:LENGTH], whole=whole and len(every) <= LENGTH)
        home.complete = True
        return True

    def push(self, source: Source, id_: int) -> None:
        self._spread(source, id_, gone=False)

    def pull(self, id_: int, source: Source) -> None:
        self._spread(source, id_, gone=True)

    def _spread(self, source: Source, id_: int, *, gone: bool) -> None:
        owners = self._watchers.get(source, ())
        if len(owners) <= PORTION and not self._waited_for[source]:
            self._change(owners, source, id_, gone=gone)
            return
        if source in owners:
            self._change((int(source),), source, id_, gone=gone)
        self._waiting.append(_Change(source, id_, gone, [*owners]))
        self._waited_for[source] += 1
        if self._spreading is None or self._spreading.done():
            self._spreading = asyncio.get_running_loop().create_task(self._spread_on())

    async def _spread_on(self) -> None:
        """Those that wait, in their order, a portion at a time."""
        await asyncio.sleep(AUTHOR_FIRST)
        while self._waiting:
            source, id_, gone, owners = self._waiting[0]
            for at in range(0, len(owners), PORTION):
                self._change(owners[at : at + PORTION], source, id_, gone=gone)
                await asyncio.sleep(PAUSE)
            self._waiting.popleft()
            self._waited_for[source] -= 1
        self._waited_for.clear()

    def _change(self, owners: Collection[int], source: Source, id_: int, *, gone: bool) -> None:
        others, grown = list[int](), list[int]()
        for owner in owners:  # whoever reads far back reads it from the store: it is another home, resident or not
            home, came = self._homes.get(owner), False
            if home is not None and source in home.sources:  # else built anew since, from a store that knows
                if gone:
                    home.drop(id_)
                else:
                    came = home.add(id_)
            if came is not None:
                (grown if came else others).append(owner)
        if others:
            self._changed(others)
        if grown:
            self._changed(grown, id_)

    def dismiss(self, owner: int) -> None:
        home = self._homes.pop(owner, None)
        if home is None:
            return
        self._changed((owner,))
        for source in home.sources:
            watchers = self._watchers.get(source)
            if watchers is not None:
                watchers.discard(owner)
                if not watchers:
                    del self._watchers[source]

    def dismiss_all(self) -> None:
        owners = [*self._homes]
        self._homes.clear()
        self._watchers.clear()
        self._changed(owners)
