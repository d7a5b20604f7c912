"""What carrying out events needs: the store, the square and the court, and where ids, letters and wake-ups go."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.fanout.streams import Streams
from chaupal.federation.context import Federation
from chaupal.governance.context import Court
from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Conflict, Full, Unavailable
from chaupal.kernel.ids import MakeId
from chaupal.kernel.logger import log
from chaupal.kernel.settings import Settings
from chaupal.ports.bus import Bus
from chaupal.ports.homes import Homes
from chaupal.ports.mail import Mail
from chaupal.reads.context import Reads
from chaupal.social.context import Square
from chaupal.store.machine.work import Work, Writing


class Carrier(msgspec.Struct, frozen=True):
    """Given to every handler that is not a plain change of rows."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    homes: Homes
    bus: Bus
    mail: Mail
    streams: Streams
    square: Square
    court: Court
    federation: Federation | None = None

    @property
    def reads(self) -> Reads:
        return Reads(self.settings, self.work, self.clock, self.homes, self.square.files)

    def is_machines(self, error: Exception) -> bool:
        """Whether the error is the machine's (a full disk, a lost store, no free id) and any event would have failed with it."""
        return isinstance(self.work.fault(error) or error, Unavailable | Full)

    def say_failed(self, what: str, error: Exception, **about: Any) -> None:
        """To the operator, from where `error` is handled: all of it; of a machine at fault one line, for it comes again at once."""
        known = self.square.fault(error)
        if known is None or isinstance(known, Conflict):
            log.exception(f"{what}; trying again", **about)
        else:
            log.error("the machine failed; trying again", what=what, error=error, **about)


type Handler = Callable[[Carrier, Writing, Any], Awaitable[None]]
type Errand = Callable[[Carrier, Any], Awaitable[None]]
