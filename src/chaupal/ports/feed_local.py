"""Resident feeds in this process: a list of ids each, and who watches whom."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import neg

from chaupal.ports.feed import LENGTH, Resident, Source

SLACK = 100  # a feed is trimmed when it has grown by this much


class _Feed:
    """`ids` newest first; `whole`: there is nothing older."""

    __slots__ = ("complete", "ids", "sources", "whole")

    def __init__(self, sources: frozenset[Source]) -> None:
        self.sources = sources
        self.ids: list[int] = []
        self.complete = False  # False while it is being built
        self.whole = True

    def add(self, id_: int) -> None:
        ids = self.ids
        if not ids or id_ > ids[0]:
            ids.insert(0, id_)
        elif self.whole or id_ > ids[-1]:
            at = self.place(id_)
            if at == len(ids) or ids[at] != id_:  # handled twice is pushed once
                ids.insert(at, id_)
        if len(ids) > LENGTH + SLACK:
            self.keep(ids[:LENGTH], whole=False)

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


def _nobody(_: object) -> None:
    """Nobody listens."""


class LocalFeeds:
    """See `ports.feed.Feeds`. At most `residents` feeds; the one longest not read goes first.

    `read` hears whose feed is asked for, `changed` whose is another one now, or is not watched over any more.
    """

    def __init__(
        self, residents: int = 5_000, *, read: Callable[[int], None] = _nobody, changed: Callable[[Collection[int]], None] = _nobody
    ) -> None:  # fmt: skip
        self._residents = residents
        self._read = read
        self._changed = changed
        self._feeds: dict[int, _Feed] = {}
        self._watchers: dict[Source, set[int]] = {}

    async def page(self, owner: int) -> Resident | None:
        self._read(owner)
        feed = self._feeds.get(owner)
        if feed is None or not feed.complete:
            return None
        return Resident(feed.ids[:], feed.whole)

    async def expect(self, owner: int, sources: Iterable[Source]) -> None:
        self.dismiss(owner)
        if len(self._feeds) >= self._residents:
            self.dismiss(next(iter(self._feeds)))
        feed = self._feeds[owner] = _Feed(frozenset(sources))
        for source in feed.sources:
            self._watchers.setdefault(source, set()).add(owner)

    async def admit(self, owner: int, sources: Iterable[Source], ids: Sequence[int], *, whole: bool) -> None:
        feed = self._feeds.get(owner)
        if feed is None or feed.sources != frozenset(sources):
            return  # whom they follow changed while it was built: the next read builds again
        known = [id_ for id_ in feed.ids if whole or not ids or id_ > ids[-1]]
        every = sorted({*ids, *known}, reverse=True)
        feed.keep(every[:LENGTH], whole=whole and len(every) <= LENGTH)
        feed.complete = True

    def push(self, source: Source, id_: int) -> None:
        owners = self._watchers.get(source, ())
        for owner in owners:
            self._feeds[owner].add(id_)
        self._changed(owners)

    def pull(self, id_: int, source: Source) -> None:
        owners = self._watchers.get(source, ())
        for owner in owners:  # whoever reads far back reads it from the store: it is another home, resident or not
            self._feeds[owner].drop(id_)
        self._changed(owners)

    def dismiss(self, owner: int) -> None:
        feed = self._feeds.pop(owner, None)
        if feed is None:
            return
        self._changed((owner,))
        for source in feed.sources:
            watchers = self._watchers.get(source)
            if watchers is not None:
                watchers.discard(owner)
                if not watchers:
                    del self._watchers[source]

    def dismiss_all(self) -> None:
        owners = [*self._feeds]
        self._feeds.clear()
        self._watchers.clear()
        self._changed(owners)
