"""What talking to other servers needs; every function of it takes this first."""

from typing import TYPE_CHECKING

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.servers import speaking
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.ports.meter import Meter
from chaupal.reads.context import Reads
from chaupal.social.context import Square
from chaupal.store.machine.work import Work

if TYPE_CHECKING:
    from chaupal.federation.connections import Connections
    from chaupal.federation.remembered import Remembered


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
    remembered: "Remembered"
    meter: Meter

    async def may_speak(self, server: int) -> bool:
        """Whether a server (id) is heard, and told anything."""
        async with self.work.reading() as reading:
            return await speaking.may_speak(self.settings, reading, server)

    async def may_call(self, domain: str, *, named: bool = True) -> bool:
        """The same of a host, met or not, before anything is asked of it. `named`: it must have been let in, if only those are."""
        async with self.work.reading() as reading:
            return await speaking.may_call(self.settings, reading, domain, named=named)

    async def takes_media(self, server: int) -> bool:
        """Whether pictures and films of its people are fetched."""
        async with self.work.reading() as reading:
            return await speaking.takes_media(self.settings, reading, server)

    async def takes_reports(self, server: int) -> bool:
        """Whether what its people complain of comes to the desk."""
        async with self.work.reading() as reading:
            return await speaking.takes_reports(self.settings, reading, server)
