"""What carrying out events needs: the store, the square and the court, and where ids, letters and wake-ups go."""

import msgspec

from chaupal.fanout.streams import Streams
from chaupal.governance.context import Court
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.ports.bus import Bus
from chaupal.ports.feed import Feeds
from chaupal.ports.mail import Mail
from chaupal.social.context import Square
from chaupal.store.machine.work import Work


class Carrier(msgspec.Struct, frozen=True):
    """Given to every handler that is not a plain change of rows."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    feeds: Feeds
    bus: Bus
    mail: Mail
    streams: Streams
    square: Square
    court: Court
