"""Composition: which implementation stands behind each port, and how the rooms are joined into a server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path

import msgspec

from chaupal.api.described import description
from chaupal.api.routes import ROUTES as API_ROUTES
from chaupal.fanout.context import Carrier
from chaupal.fanout.hub import Hub
from chaupal.fanout.placing import PLACING
from chaupal.fanout.runner import Runner
from chaupal.fanout.streams import Streams
from chaupal.fanout.timers import Timers
from chaupal.governance import laws, log, roles
from chaupal.governance.context import Court
from chaupal.governance.house_rules import HouseRules, load_house_rules
from chaupal.governance.regimes import Regimes, load_regimes
from chaupal.kernel.clock import Clock, system_clock
from chaupal.kernel.ids import Ids
from chaupal.kernel.settings import Settings
from chaupal.ports.bus_local import LocalBus
from chaupal.ports.country import Locator, country_file
from chaupal.ports.feed_local import LocalFeeds
from chaupal.ports.files import Files
from chaupal.ports.files_local import LocalFiles
from chaupal.ports.mail import Mail
from chaupal.ports.mail_local import MailBySmtp, MailToFiles
from chaupal.ports.meter_local import LocalMeter
from chaupal.reads.context import Reads
from chaupal.social import accounts
from chaupal.social.context import Square
from chaupal.store.migrate import migrate, postgres_url, sqlite_url
from chaupal.store.work import Work
from chaupal.store.work_postgres import PostgresWork
from chaupal.store.work_sqlite import SqliteWork
from chaupal.web import api_pages
from chaupal.web.errors import error_page
from chaupal.web.routes import ROUTES as WEB_ROUTES
from chaupal.wire.answer import Desk
from chaupal.wire.asgi import App, Front
from chaupal.wire.call import House
from chaupal.wire.framework import build
from chaupal.wire.streaming import Streaming

ROUTES = (*API_ROUTES, *WEB_ROUTES, *api_pages.routes(partial(description, API_ROUTES)))


class Running(msgspec.Struct):
    """An open house. `app` serves it; `runner` carries out what its changes cause."""

    house: House
    app: App
    runner: Runner
    carrier: Carrier
    timers: Timers

    async def close(self) -> None:
        self.carrier.streams.close()
        await self.timers.close()
        await self.runner.close()
        await self.house.square.work.close()


async def open_house(settings: Settings, *, clock: Clock = system_clock, run: bool = True) -> Running:
    """Open the store (bringing it to this version), check the log against it, and join the rooms.

    `run=False` leaves the outbox to the caller (tests call `runner.settle`).
    """
    house, carrier = await _rooms(settings, clock, beside=False)
    house.square.work.after_commit = Hub(carrier)
    await accounts.ensure_system_account(house.square)
    await log.check_log(house.court)
    await laws.check_cited(house.court)
    await laws.log_laws(house.court)
    desk = Desk(house, Locator(settings, country_file(settings)), LocalMeter(clock), error_page)
    lane = tuple(route for route in ROUTES if route.lane) if settings.lane else ()
    front = Front(build(desk, ROUTES), desk, lane, Streaming(desk, carrier.streams, ROUTES))
    running = Running(house, front, Runner(carrier), carrier, Timers(carrier))
    if run:
        running.runner.start()
        running.timers.start()
    return running


@asynccontextmanager
async def visiting(settings: Settings, *, clock: Clock = system_clock) -> AsyncGenerator[House]:
    """The rooms without a server, beside one that may be running on the same store (the CLI)."""
    house, _ = await _rooms(settings, clock, beside=True)
    try:
        await accounts.ensure_system_account(house.square)
        yield house
    finally:
        await house.square.work.close()


async def _rooms(settings: Settings, clock: Clock, *, beside: bool) -> tuple[House, Carrier]:
    data = Path(settings.data)
    await asyncio.to_thread(data.mkdir, 0o700, True, True)
    work = await _work(settings, data, clock, beside=beside)
    make_id = Ids(clock, beside=beside)
    files, feeds = keeper_of(settings), LocalFeeds()
    mail: Mail = (
        MailBySmtp(settings.smtp_url, settings.mail_from)
        if settings.smtp_url
        else MailToFiles(data / "mail", settings.mail_from)
    )
    court = Court(settings, work, clock, make_id, await log.open_keys(work, settings), *_laws(data))
    work.memory.roll = roles.Roll(court).of
    square = Square(settings, work, clock, make_id, files, mail, partial(roles.enlist, court))
    reads = Reads(settings, work, clock, feeds, files)
    return House(settings, square, court, reads), Carrier(
        settings, work, clock, make_id, feeds, LocalBus(), mail, Streams(settings, work, PLACING), square, court
    )  # fmt: skip


def keeper_of(settings: Settings) -> Files:
    """Where uploads lie: in the data directory, or in the store that is named."""
    if not settings.files:
        return LocalFiles(Path(settings.data) / "files")
    from chaupal.ports.files_s3 import s3_files  # large, and most servers need none of it

    return s3_files(settings)


def _laws(data: Path) -> tuple[Regimes, HouseRules]:
    """The laws and the house's rules: what is shipped, and what the operator put in its place."""
    laws, rules = data / "regimes", data / "rules"
    return (
        load_regimes(laws) if laws.is_dir() else _shipped_laws(),
        load_house_rules(rules) if rules.is_dir() else _shipped_rules(),
    )


# They do not change while a process lives, and it may open more than one house.
_shipped_laws = cache(load_regimes)
_shipped_rules = cache(load_house_rules)


async def _work(settings: Settings, data: Path, clock: Clock, *, beside: bool) -> Work:
    path = data / "chaupal.db"
    await migrate(postgres_url(settings.database) if settings.postgres else sqlite_url(path))
    work = (
        PostgresWork(settings.database, clock, beside=beside)
        if settings.postgres
        else SqliteWork(path, clock, beside=beside)
    )
    await work.open()
    return work
