"""The hub: hears of every commit before its author is answered, does what cannot wait, and wakes the runner.

What other processes commit it hears at the next look: their runner has been woken, and here homes and open streams follow.
A process that carries events out wakes no other: all at once they would stand before the same few events, and each ask for them
by a unit of its own. What it leaves, since there is much of it or it has died, they find when they look by themselves.
"""

from chaupal.fanout.context import Carrier
from chaupal.fanout.table import AT_ONCE
from chaupal.kernel.event import Event
from chaupal.kernel.saying import log

WAITING = "outbox"


class Hub:
    """Called by the store after each commit. Never raises: what is committed is committed. `works`: see `Runner.start`."""

    def __init__(self, carrier: Carrier, *, works: bool = True) -> None:
        self._carrier = carrier
        self._wake = carrier.bus.publish_here if works else carrier.bus.publish

    def __call__(self, events: list[Event]) -> None:
        self.hear(events)
        self._wake(WAITING, "")

    def hear(self, events: list[Event]) -> None:
        """What others have committed. Each may be heard again: to do it twice is to do it once."""
        for event in events:
            for handler in AT_ONCE.get(type(event), ()):
                try:
                    handler(self._carrier, event)
                except Exception:
                    log.exception("what follows a commit at once failed", event_name=type(event).__name__)
            self._carrier.streams.hear(event)

    def miss(self) -> None:
        """Something may have happened that was not heard: whoever listens comes again, and reads what they have missed."""
        self._carrier.streams.close()
