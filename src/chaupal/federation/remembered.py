"""What one process remembers of talking to others, and may forget: keys ready to sign with, what each host understands, vain tries."""

import asyncio
from typing import TYPE_CHECKING

from chaupal.kernel.shelf import Shelf
from chaupal.store.federation.arrivals import Waiting

if TYPE_CHECKING:
    from chaupal.federation.signing.keys import Signing
    from chaupal.store.federation.keys import Known


class Remembered:
    """`own`: by account. `speaks`: by host. `vain`: by a key's id, when it was last asked for in vain (ms), and
    whether it may only not be there at the moment.

    `fetching`: keys that are being asked for, by their ids; `files`: pictures and films that are, by what they are here, each with its
    server. `missed`: portraits and pictures of names, by their keys, when they were last asked for in vain (ms). `looked`: posts of
    other servers, by their ids there, when somebody last looked at their conversation (ms). `waiting`: how much of all servers waits
    to be taken in, and when (ms) that was counted; `unproven`: the same of what nobody is known to have signed. `heard`: servers, when
    it was last written down that they are there (ms).
    """

    def __init__(self) -> None:
        self.own: Shelf[int, Signing] = Shelf(5_000)
        self.speaks: Shelf[str, str] = Shelf(20_000)
        self.vain: Shelf[str, tuple[int, bool]] = Shelf(20_000)
        self.fetching: dict[str, asyncio.Task[Known]] = {}
        self.files: dict[int | str, tuple[int, asyncio.Task[bool]]] = {}
        self.missed: Shelf[str, int] = Shelf(20_000)
        self.looked: Shelf[str, int] = Shelf(2_000)
        self.waiting: tuple[Waiting, int] = (Waiting(0, 0), 0)
        self.unproven: tuple[int, int] = (0, 0)
        self.heard: Shelf[int, int] = Shelf(20_000)
