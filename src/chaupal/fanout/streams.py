"""Who listens to what: open connections by topic. Ids come in, ids go out; where each event is told is `placing.py`.

What happens in this process is heard in its commit; what another process did at the next look (`store/machine/tail.py`), and
on SQLite, where only the command line is beside a server, from the outbox. What each connection is told of an id is decided
when it is told, through the gate (`api/mastodon/streaming.py`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from chaupal.http import listening
from chaupal.http.listening import EVERYBODY, Tiding, home_of
from chaupal.kernel.errors import TooMany
from chaupal.kernel.event import Event
from chaupal.kernel.logger import log
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.social import events
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.machine.shelves import EVERY, TOKENS, Touched
from chaupal.store.machine.work import Work
from chaupal.store.square import lists

LATELY = 2_000  # events remembered as heard

type Placed = tuple[str, Tiding]
type Place = Callable[["Streams", Any], Awaitable[Iterable[Placed]]]
type Placing = Mapping[type[Event], Place]  # where an event is told, and as what; what is not in it is not told


class Streams:
    """See `http.listening.Streams`. `hear` never waits and never raises; `settle` waits until all is in the mailboxes."""

    def __init__(self, settings: Settings, work: Work, placing: Placing) -> None:
        self.work = work
        self._placing = placing
        self._most = settings.streams_per_caller * settings.rate_limit_scale if settings.rate_limits else None
        self._listeners: set[listening.Listener] = set()
        self._by_key: dict[str, set[listening.Listener]] = {}
        self._by_who: dict[str, int] = {}
        self._topics: dict[str, set[listening.Listener]] = {}
        self._followers: dict[int, set[int]] = {}  # of those who listen to their homes: whom -> who
        self._following: dict[int, set[int]] = {}
        self._tagging: dict[str, set[int]] = {}  # of those who listen to their homes: followed tag -> who
        self._tags_of: dict[int, set[str]] = {}
        self._members: dict[int, frozenset[int]] = {}  # of the lists that are listened to
        self._in_lists: dict[int, set[int]] = {}
        self._lately: Shelf[Event, None] = Shelf(LATELY)
        self._waiting: deque[Event] = deque()
        self._sorting: asyncio.Task[None] | None = None
        work.memory.heard = self.doubt

    # --- connections ---

    def open_count(self) -> int:
        """How many connections stand open."""
        return len(self._listeners)

    def join(self, listener: listening.Listener) -> None:
        """See `http.listening.Streams`."""
        for net in listener.who:
            if self._most is not None and self._by_who.get(net.name, 0) >= self._most * net.times:
                raise TooMany("too_many_streams")
        for net in listener.who:
            self._by_who[net.name] = self._by_who.get(net.name, 0) + 1
        self._listeners.add(listener)
        self._by_key.setdefault(listener.key, set()).add(listener)

    def leave(self, listener: listening.Listener) -> None:
        """See `http.listening.Streams`."""
        if listener not in self._listeners:
            return
        self._listeners.discard(listener)
        _remove(self._by_key, listener.key, listener)
        for net in listener.who:
            self._by_who[net.name] -= 1
            if not self._by_who[net.name]:
                del self._by_who[net.name]
        for hearing in tuple(listener.hears):
            self.unlisten(listener, hearing.name)

    async def listen(self, listener: listening.Listener, hearing: listening.Hearing) -> None:
        """See `http.listening.Streams`. Listening twice to one stream is listening once."""
        for topic in hearing.topics:
            if topic.startswith(listening.HOME) and topic not in self._topics:
                await self._watch(listener.call.viewer.me)
            elif topic.startswith(listening.LIST) and topic not in self._topics:
                await self.read_list(int(topic.removeprefix(listening.LIST)))
        if listener in self._listeners and all(h.name != hearing.name for h in listener.hears):
            listener.hears.append(hearing)
            for topic in hearing.topics:
                self._topics.setdefault(topic, set()).add(listener)
        else:
            self._leave(listener, hearing.topics)

    def unlisten(self, listener: listening.Listener, name: tuple[str, ...]) -> None:
        """See `http.listening.Streams`."""
        gone = [h for h in listener.hears if h.name == name]
        listener.hears = [h for h in listener.hears if h.name != name]
        self._leave(listener, {topic for hearing in gone for topic in hearing.topics})

    def _leave(self, listener: listening.Listener, topics: Iterable[str]) -> None:
        """Those of the topics that none of its streams hears any more."""
        for topic in topics:
            if not listener.hearings(topic):
                _remove(self._topics, topic, listener)
                if topic.startswith(listening.HOME) and topic not in self._topics:
                    self._unwatch(listener.call.viewer.me)
                elif topic.startswith(listening.LIST) and topic not in self._topics:
                    self._forget_list(int(topic.removeprefix(listening.LIST)))

    def close(self) -> None:
        """See `http.listening.Streams`."""
        for listener in tuple(self._listeners):
            listener.end(listening.CLOSING)

    def doubt(self, touched: set[Touched] | None) -> None:
        """Called with what a commit makes the store forget: connections of tokens that changed are looked at anew."""
        if touched is None:
            for listener in self._listeners:
                listener.doubt()
            return
        for kind, key in touched:
            if kind is TOKENS:
                for listener in self._listeners if key is EVERY else self._by_key.get(key, ()):
                    listener.doubt()

    # --- homes ---

    async def _watch(self, account: int) -> None:
        self._following.setdefault(account, set())  # from here on ties that change are heard
        async with self.work.reading() as reading:
            ties = await relations_of(reading, account)
        self._following.setdefault(account, set())  # another one of theirs may have hung up meanwhile
        for whom in ties.following:
            self.tie(account, whom, follows=True)
        for key in ties.tags:
            self.tag(account, key, follows=True)

    def _unwatch(self, account: int) -> None:
        for whom in self._following.pop(account, ()):
            _remove(self._followers, whom, account)
        for key in self._tags_of.pop(account, ()):
            _remove(self._tagging, key, account)

    def tag(self, by: int, key: str, *, follows: bool) -> None:
        """Which tags somebody follows has changed."""
        if by not in self._following:
            return
        if follows:
            self._tags_of.setdefault(by, set()).add(key)
            self._tagging.setdefault(key, set()).add(by)
        else:
            _remove(self._tags_of, by, key)
            _remove(self._tagging, key, by)

    async def read_list(self, id_: int) -> None:
        """Who stands in a list that is listened to."""
        async with self.work.reading() as reading:
            within = await lists.members(reading, id_)
        self._forget_list(id_)
        self._members[id_] = within
        for account in within:
            self._in_lists.setdefault(account, set()).add(id_)

    def _forget_list(self, id_: int) -> None:
        for account in self._members.pop(id_, ()):
            _remove(self._in_lists, account, id_)

    def tie(self, by: int, to: int, *, follows: bool) -> None:
        """Whom somebody follows has changed."""
        if by not in self._following:
            return
        if follows:
            self._following[by].add(to)
            self._followers.setdefault(to, set()).add(by)
        else:
            self._following[by].discard(to)
            _remove(self._followers, to, by)

    def homes(self, authors: Iterable[int]) -> set[str]:
        """The homes that are listened to and in which posts of these authors may stand, their own among them."""
        return {home_of(account) for author in authors for account in (author, *self._followers.get(author, ()))}

    def tagged(self, keys: Iterable[str]) -> set[str]:
        """The homes that are listened to by those who follow one of these tags."""
        return {home_of(account) for key in keys for account in self._tagging.get(key, ())}

    def lists(self, authors: Iterable[int]) -> set[str]:
        """The lists that are listened to and in which one of these authors stands."""
        return {listening.list_topic(id_) for author in authors for id_ in self._in_lists.get(author, ())}

    async def lists_of_followers(self, authors: Iterable[int]) -> set[str]:
        """The same, but for those of people who have only asked to follow the author: what is for followers is not for them."""
        owned = [
            (author, topic, listener.call.viewer.me)
            for author in authors
            for topic in self.lists((author,))
            for listener in self._topics.get(topic, ())
        ]
        if not owned:
            return set()
        async with self.work.reading() as reading:
            return {
                topic
                for author, topic, me in owned
                if author == me or author in (await relations_of(reading, me)).following
            }

    def listens(self, topic: str) -> bool:
        return topic in self._topics

    def tags(self) -> list[str]:
        """The tags that are listened to."""
        return [topic for topic in self._topics if topic.startswith(listening.tag_topic(""))]

    # --- events ---

    def hear(self, event: Event) -> None:
        """Something happened. Heard again (from the outbox, after its commit), it is told once."""
        if isinstance(event, events.TieChanged):
            ties_changed(self, event)
        elif isinstance(event, events.TagFollowed | events.TagUnfollowed):
            self.tag(event.account, event.key, follows=isinstance(event, events.TagFollowed))
        elif type(event) in self._placing and event not in self._lately.items:
            self._lately.put(event, None)
            if self._listeners:
                self._waiting.append(event)
                if self._sorting is None or self._sorting.done():
                    self._sorting = asyncio.create_task(self._sort())

    async def hear_outside(self, events: Iterable[Event]) -> None:
        """Events from the outbox: what was not heard in its commit was done by another process: memory hears of it first.

        Where looks tell of it, it was heard long ago.
        """
        if self.work.hears_others:
            return
        news = [event for event in events if type(event) in self._placing and event not in self._lately.items]
        if news:
            await self.work.catch_up()
        for event in news:
            self.hear(event)

    async def settle(self) -> None:
        while self._sorting is not None and not self._sorting.done():
            await self._sorting

    async def _sort(self) -> None:
        while self._waiting:
            event = self._waiting.popleft()
            try:
                for topic, tiding in await self._placing[type(event)](self, event):
                    for listener in tuple(self._listeners if topic == EVERYBODY else self._topics.get(topic, ())):
                        listener.offer(topic, tiding)
            except Exception:  # one that cannot be placed or offered does not keep everybody from all later ones
                log.exception("an event could not be told to streams", event_name=type(event).__name__)


def _remove[K, V](index: dict[K, set[V]], key: K, value: V) -> None:
    found = index.get(key)
    if found is not None:
        found.discard(value)
        if not found:
            del index[key]


def ties_changed(streams: Streams, event: events.TieChanged) -> None:
    """Following begins one way; a block ends it both ways. Other ties are the gate's matter alone."""
    if isinstance(event, events.Followed | events.FollowGranted | events.FollowMoved):
        streams.tie(event.by, event.to, follows=True)
    elif isinstance(event, events.Unfollowed | events.Blocked):
        streams.tie(event.by, event.to, follows=False)
    if isinstance(event, events.Blocked):
        streams.tie(event.to, event.by, follows=False)
