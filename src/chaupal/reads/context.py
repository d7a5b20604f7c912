"""What reading needs; every read is a function that takes this and the viewer first."""

import msgspec

from chaupal.kernel.clock import Clock
from chaupal.kernel.settings import Settings
from chaupal.ports.files import Files
from chaupal.ports.homes import Homes
from chaupal.store.machine.work import Work


class Reads(msgspec.Struct, frozen=True):
    """The store, the homes (ids only) and the clock."""

    settings: Settings
    work: Work
    clock: Clock
    homes: Homes
    files: Files
