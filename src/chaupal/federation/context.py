"""What talking to other servers needs; every function of it takes this first."""

from typing import TYPE_CHECKING

import msgspec

from chaupal.governance.context import Court
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
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
