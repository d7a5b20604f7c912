"""Composition: which implementation stands behind each port, and how the rooms are joined into a server."""

from contextlib import AsyncExitStack
from functools import cache, partial
from typing import TYPE_CHECKING

import msgspec

from chaupal.api.described import description
from chaupal.api.routes import ROUTES as API_ROUTES
from chaupal.app.rooms import bus_of, joined, meter_of, valkey_of
from chaupal.fanout.context import Carrier
from chaupal.fanout.placing import PLACING
from chaupal.fanout.runner import Hub, Runner
from chaupal.fanout.streams import Streams
from chaupal.fanout.timers import Timers
from chaupal.governance.laws import laws
from chaupal.governance.log import batches, log, reconcile
from chaupal.governance.people import role_grants
from chaupal.http.answer import Dispatcher
from chaupal.http.asgi import Front
from chaupal.http.asgi_scope import App
from chaupal.http.call import House, Route
from chaupal.http.router import rows_of
from chaupal.http.streaming import Streaming
from chaupal.kernel.clock import Clock, system_clock
from chaupal.kernel.settings import Settings
from chaupal.ports.bus import Bus
from chaupal.ports.country import Locator, country_file
from chaupal.social.people import accounts
from chaupal.web.design import api_pages
from chaupal.web.errors import error_page
from chaupal.web.routes import ROUTES as WEB_ROUTES
from chaupal.web.words import in_words

if TYPE_CHECKING:
    from chaupal.fanout.federation.delivering import Deliverer
    from chaupal.ports.valkey import Server

ROUTES = (*API_ROUTES, *WEB_ROUTES, *api_pages.routes(partial(description, API_ROUTES)))


class RunningHouse(msgspec.Struct):
    """An open house. `app` serves it; `runner` carries out what its changes cause."""

    house: House
    app: App
    runner: Runner
    carrier: Carrier
    timers: Timers
    valkey: "Server | None" = None
    deliverer: "Deliverer | None" = None  # tells other servers, where they are talked to and this process works

    async def close(self) -> None:
        self.carrier.streams.close()
        if self.deliverer is not None:
            await self.deliverer.close()
        await self.timers.close()
        await self.runner.close()
        # Whatever was in hand until now may have asked other servers for something.
        if self.house.federation is not None:
            await self.house.federation.connections.aclose()
        if self.valkey is not None:
            await self.valkey.close()
        await self.house.square.work.close()


async def open_house(
    settings: Settings, *, clock: Clock = system_clock, run: bool = True, works: bool = True
) -> RunningHouse:
    """Open the store (bringing it to this version), check the log against it, and join the rooms.

    `run=False` leaves the outbox to the caller (tests call `runner.settle`); `works=False` to other processes.
    """
    async with AsyncExitStack() as opened:  # and closed again where it does not come to be a house
        if (server := valkey_of(settings)) is not None:
            opened.push_async_callback(server.close)
            # Before the store is begun, with a log and its keys: a wrong address leaves nothing behind.
            await server.meet()
        house = await joined(settings, clock, beside=False, server=server)
        opened.push_async_callback(house.square.work.close)
        running = await _set_up(house, server, clock, works=works)
        opened.pop_all()
    if run:
        if running.deliverer is not None:
            running.deliverer.start()
        running.runner.start(works=works)
        running.timers.start()
    return running


async def _set_up(house: House, server: "Server | None", clock: Clock, *, works: bool) -> RunningHouse:
    """Check what is in force, and join what carries on what changes cause."""
    settings = house.settings
    carrier = _carrier(house, bus_of(server))
    work, hub = house.square.work, Hub(carrier, works=works)
    work.after_commit, work.after_others, work.after_gap = hub, hub.hear, hub.miss
    house.reads.homes.dismiss_all()  # from here on they hear of everything
    await accounts.ensure_system_account(house.square)
    await log.check_log(house.court)
    await batches.check_waiting(house.court)
    await reconcile.check_in_force(house.court)
    await role_grants.watch(house.court)
    await laws.check_cited(house.court)
    await laws.log_laws(house.court)
    meter = meter_of(server, clock) if house.federation is None else house.federation.meter
    dispatcher = Dispatcher(house, Locator(settings, country_file(settings)), meter, error_page, in_words)
    vitals = house.square.work.vitals
    vitals.gauges["streams_open"] = carrier.streams.open_count
    if server is not None:
        vitals.gauges["valkey_up"] = lambda: float(server.there)
    watched = vitals if settings.metrics_token else None
    routes = (*ROUTES, *_peer_routes()) if house.federation is not None else ROUTES
    front = Front(dispatcher, routes, Streaming(dispatcher, carrier.streams, routes), watched)
    return RunningHouse(
        house,
        front,
        Runner(carrier),
        carrier,
        Timers(carrier, shared=works),
        server,
        _deliverer(carrier) if works else None,
    )


@cache
def _peer_routes() -> tuple[Route, ...]:
    """What other servers ask for: most houses talk to none."""
    from chaupal.api import federation

    return rows_of(federation)


def _deliverer(carrier: Carrier) -> "Deliverer | None":
    """Where other servers are talked to."""
    if carrier.federation is None:
        return None
    from chaupal.fanout.federation.delivering import Deliverer, signed

    return Deliverer(carrier, partial(signed, carrier.federation))


def _carrier(house: House, bus: Bus) -> Carrier:
    square = house.square
    streams = Streams(house.settings, square.work, PLACING)
    return Carrier(
        house.settings,
        square.work,
        square.clock,
        square.make_id,
        house.reads.homes,
        bus,
        square.mail,
        streams,
        square,
        house.court,
        house.federation,
    )
