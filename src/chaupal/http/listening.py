"""Who listens: an open connection's mailbox, which holds ids and never words, and what the registry of them promises."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec

from chaupal.http.call import Call
from chaupal.http.limits import counted_as
from chaupal.policy.rulings import EVERYWHERE
from chaupal.policy.viewer import Viewer

MOST_WAITING = 400  # tidings that wait for one connection; whoever falls further behind is let go
EVERYBODY = ""  # the topic that every open connection hears
# What is said for everybody: all of it, by this server's people, by those of others; and of each what has pictures.
PUBLIC, HERE, ELSEWHERE = "public", "public:local", "public:remote"
MEDIA = ":media"
HOME = "home:"
LIST = "list:"

GONE, REVOKED, SLOW, CLOSING, FLOODING = "gone", "revoked", "slow", "closing", "too many messages"


ANNOUNCED = "announced"  # what staff tell everybody


def home_of(account: int) -> str:
    """The topic of an account's home."""
    return f"{HOME}{account}"


def notifications_of(account: int) -> str:
    return f"notices:{account}"


def direct_of(account: int) -> str:
    return f"direct:{account}"


def list_topic(id_: int) -> str:
    """The topic of a list, which is its owner's alone."""
    return f"{LIST}{id_}"


def tag_topic(key: str) -> str:
    """`key`: the tag's count key, so that its spellings are one."""
    return f"tag:{key}"


def tag_here_topic(key: str) -> str:
    """The same, of this server's people alone."""
    return f"tag:local:{key}"


class Recipients(msgspec.Struct, frozen=True):
    """To whom alone something is told: those in `countries` (XX: anywhere), `but` for one account. Of what is secret nobody
    hears whose screen it does not change."""

    countries: tuple[str, ...]
    but: int | None

    def includes(self, viewer: Viewer) -> bool:
        here = viewer.country in self.countries or EVERYWHERE in self.countries
        return here and (self.but is None or viewer.account != self.but)


class Tiding(msgspec.Struct, frozen=True):
    """Something that may concern a listener: `kind` says how it is put into words, for each viewer when it is sent.

    `recipients`: where it is told to these alone.
    """

    kind: str
    id: int
    recipients: Recipients | None = None


class ReactionTiding(Tiding, frozen=True, kw_only=True):
    """How many react to an announcement (`id`) with an emoji."""

    name: str
    count: int


class RulingTiding(Tiding, frozen=True, kw_only=True):
    """A ruling began or ended. `id`: its subject; `posts` stand under it, `reposts` carry these."""

    owner: int
    withheld: str  # status or user, where clients have a message for it; else empty
    anew: bool  # what shows may look different now
    posts: tuple[int, ...] = ()
    reposts: tuple[int, ...] = ()
    account: bool = False  # its subject is a person


type Told = tuple[str, bytes]  # the event's name and its payload
type Compose = Callable[[Call[Any], str, Tiding], Awaitable[Sequence[Told]]]


class Hearing(msgspec.Struct, frozen=True):
    """What a stream's route answers with: its name on the wire, the topics it hears, and who puts tidings into words.

    `asks`: what `compose` goes by beside the viewer, the topic and the tiding.
    """

    name: tuple[str, ...]
    topics: tuple[str, ...]
    compose: Compose
    asks: str = ""


class Listener:
    """One open connection. Bounded: whoever does not take what it is told is let go, and nobody else waits for it."""

    __slots__ = ("_drop", "_sleep", "call", "doubted", "ended", "hears", "waiting", "who")

    def __init__(self, call: Call[Any], drop: Callable[[], None] | None = None) -> None:
        # Held for as long as the connection: without its headers and its query, in which the token stands.
        call.headers, call.cookies, call.query = {}, {}, ""
        self.call = call
        self.who = counted_as(call)
        self.hears: list[Hearing] = []
        self.waiting: deque[tuple[str, Tiding]] = deque()
        self.doubted = False  # whoever opened it must be looked up anew before anything is said
        self.ended = ""
        self._sleep: asyncio.Future[None] | None = None
        self._drop = drop

    @property
    def key(self) -> str:
        """The hash of the token it was opened with; empty for strangers."""
        return self.call.caller.key if self.call.caller else ""

    def hearings(self, topic: str) -> list[Hearing]:
        """The streams of this connection on which a topic is told; what everybody is told is told once."""
        return self.hears[:1] if topic == EVERYBODY else [h for h in self.hears if topic in h.topics]

    def offer(self, topic: str, tiding: Tiding) -> None:
        """Never waits. What is not for whoever listens is not taken."""
        if self.ended or (tiding.recipients is not None and not tiding.recipients.includes(self.call.viewer)):
            return
        if len(self.waiting) >= MOST_WAITING:
            self.end(SLOW)
            return
        self.waiting.append((topic, tiding))
        self._wake()

    def doubt(self) -> None:
        """Something about the connection's owner has changed, so their token must be checked."""
        self.doubted = True
        self._wake()

    def end(self, why: str) -> None:
        """Nothing more is said. A slow one is cut off: a farewell would stand behind all that it did not take."""
        if self.ended:
            return
        self.ended = why
        self.waiting.clear()
        self._wake()
        if why == SLOW and self._drop is not None:
            self._drop()

    async def next(self, patience: float) -> tuple[str, Tiding] | None:
        """What comes next; None after `patience` seconds of silence, at the end, and when in doubt."""
        if not self.waiting and not self.ended and not self.doubted:
            # A future and a timer: each of many listeners sleeps anew after every tiding.
            loop = asyncio.get_running_loop()
            self._sleep = loop.create_future()
            alarm = loop.call_later(patience, self._wake)
            try:
                await self._sleep
            finally:
                alarm.cancel()
        return self.waiting.popleft() if self.waiting and not self.doubted else None

    def _wake(self) -> None:
        if self._sleep is not None and not self._sleep.done():
            self._sleep.set_result(None)


class Streams(Protocol):
    """The registry of open connections."""

    def join(self, listener: Listener) -> None:
        """Raises TooMany where one account or address has as many connections as it may."""
        ...

    def leave(self, listener: Listener) -> None: ...

    async def listen(self, listener: Listener, hearing: Hearing) -> None: ...

    def unlisten(self, listener: Listener, name: tuple[str, ...]) -> None: ...

    def close(self) -> None:
        """The server stops: every connection ends."""
        ...
