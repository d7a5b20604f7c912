"""What the court needs to do its work; every act of it is a function that takes this first."""

import msgspec

from chaupal.governance.tlog import SigningKey
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.store.work import Work


class Court(msgspec.Struct, frozen=True):
    """The store, the clock, and the key that signs checkpoints."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    key: SigningKey
