"""What processes have between them beside the store, a bell, counts and homes: of one process alone, or in a Valkey that may be lost."""

from typing import TYPE_CHECKING

from chaupal.kernel.clock import Clock
from chaupal.kernel.settings import Settings
from chaupal.ports.bus import Bus
from chaupal.ports.bus_local import LocalBus
from chaupal.ports.feed import Feeds
from chaupal.ports.meter import Meter
from chaupal.ports.meter_local import LocalMeter
from chaupal.store.machine.work import Work

if TYPE_CHECKING:
    from chaupal.ports.valkey import Server

# The driver and what stands on it take a while to bring in, and where one process serves nobody needs them.


def valkey_of(settings: Settings) -> "Server | None":
    """The Valkey that is named, not asked yet; None where one process serves. Raises BadSettings."""
    if not settings.valkey:
        return None
    from chaupal.ports.valkey import Server

    return Server(settings.valkey)


def bus_of(server: "Server | None") -> Bus:
    if server is None:
        return LocalBus()
    from chaupal.ports.bus_valkey import ValkeyBus

    return ValkeyBus(server, LocalBus())


def meter_of(server: "Server | None", clock: Clock) -> Meter:
    if server is None:
        return LocalMeter(clock)
    from chaupal.ports.meter_valkey import ValkeyMeter

    return ValkeyMeter(clock, server)


def feeds_of(server: "Server | None", local: Feeds, work: Work) -> Feeds:
    """`local`: the homes of this process."""
    if server is None:
        return local
    from chaupal.ports.feed_valkey import Horizon, ValkeyFeeds

    def see() -> Horizon | None:
        known = work.horizon()
        return None if known is None else Horizon(*known)

    return ValkeyFeeds(local, server, see)
