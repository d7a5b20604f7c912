"""What talking to other servers needs; every function of it takes this first. And what one process remembers of it, and may forget."""

import asyncio
from typing import TYPE_CHECKING

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.servers import allowing
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.ports.meter import Meter
from chaupal.reads.context import Reads
from chaupal.social.context import Square
from chaupal.store.federation.arrivals import WaitingArrivals
from chaupal.store.machine.work import Work

if TYPE_CHECKING:
    from chaupal.federation.signing.keys import SigningKey
    from chaupal.governance.http_client import Connections
    from chaupal.store.federation.keys import KnownKey


class Federation(msgspec.Struct, frozen=True):
    """The rooms below: what others say changes the square by its own functions, and what they are told was read for them."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    square: Square
    court: Court
    reads: Reads
    connections: "Connections"
    remembered: "FederationMemory"
    meter: Meter

    async def may_speak(self, server: int) -> bool:
        """Whether a server (id) is heard, and told anything."""
        async with self.work.reading() as reading:
            return await allowing.may_speak(self.settings, reading, server)

    async def may_call(self, domain: str, *, named: bool = True) -> bool:
        """The same of a host, met or not, before anything is asked of it. `named`: it must have been let in, if only those are."""
        async with self.work.reading() as reading:
            return await allowing.may_call(self.settings, reading, domain, named=named)

    async def takes_media(self, server: int) -> bool:
        """Whether pictures and films of its people are fetched."""
        async with self.work.reading() as reading:
            return await allowing.takes_media(self.settings, reading, server)

    async def takes_reports(self, server: int) -> bool:
        """Whether what its people complain of comes to the desk."""
        async with self.work.reading() as reading:
            return await allowing.takes_reports(self.settings, reading, server)


class FederationMemory:
    """`own`: by account. `speaks`: by host. `vain`: by a key's id, when it was last asked for in vain (ms), and
    whether it may only not be there at the moment.

    `fetching`: keys that are being asked for, by their ids; `files`: pictures and films that are, by what they are here, each with its
    server. `missed`: portraits and pictures of names, by their keys, when they were last asked for in vain (ms). `looked`: posts of
    other servers, by their ids there, when somebody last looked at their conversation (ms). `waiting`: how much of all servers waits
    to be taken in, and when (ms) that was counted; `unproven`: the same of what nobody is known to have signed. `heard`: servers, when
    it was last written down that they are there (ms).
    """

    def __init__(self) -> None:
        self.own: Shelf[int, SigningKey] = Shelf(5_000)
        self.speaks: Shelf[str, str] = Shelf(20_000)
        self.vain: Shelf[str, tuple[int, bool]] = Shelf(20_000)
        self.fetching: dict[str, asyncio.Task[KnownKey]] = {}
        self.files: dict[int | str, tuple[int, asyncio.Task[bool]]] = {}
        self.missed: Shelf[str, int] = Shelf(20_000)
        self.looked: Shelf[str, int] = Shelf(2_000)
        self.waiting: tuple[WaitingArrivals, int] = (WaitingArrivals(0, 0), 0)
        self.unproven: tuple[int, int] = (0, 0)
        self.heard: Shelf[int, int] = Shelf(20_000)
