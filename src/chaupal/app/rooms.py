"""Joins the rooms into a house without a server: for commands, which may run beside a server, and for the server itself.

No page, route or framework is brought in here: a command must answer before whoever typed it looks up.
"""

import fcntl
import os
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from chaupal.federation.context import Federation
from chaupal.governance import keyring
from chaupal.governance.context import Court
from chaupal.governance.laws.house_rules import HouseRules, load_house_rules
from chaupal.governance.log import log
from chaupal.governance.log.keys import Keys
from chaupal.governance.people import role_grants
from chaupal.governance.regimes import Regimes, load_regimes
from chaupal.http.call import House
from chaupal.kernel.clock import Clock, system_clock
from chaupal.kernel.errors import Problem
from chaupal.kernel.ids import SEATS, Ids
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.ports.bus import Bus
from chaupal.ports.bus_local import LocalBus
from chaupal.ports.files import Files
from chaupal.ports.files_local import LocalFiles
from chaupal.ports.homes import Homes
from chaupal.ports.homes_local import LocalHomes
from chaupal.ports.mail import Mail
from chaupal.ports.mail_local import MailBySmtp, MailToFiles
from chaupal.ports.meter import Meter
from chaupal.ports.meter_local import LocalMeter
from chaupal.reads.context import Reads
from chaupal.social import mail_proofs
from chaupal.social.context import Square
from chaupal.social.people import accounts
from chaupal.store.machine import marks
from chaupal.store.machine.connecting_sqlite import not_opened
from chaupal.store.machine.migrate import migrate, postgres_url, sqlite_url
from chaupal.store.machine.shelves import HOMES, note
from chaupal.store.machine.work import Work
from chaupal.store.machine.work_sqlite import SqliteWork

if TYPE_CHECKING:
    from chaupal.ports.valkey import Server
    from chaupal.store.machine.seats import Sitting


@asynccontextmanager
async def visiting(settings: Settings, *, begin: bool = True) -> AsyncGenerator[House]:
    """The rooms without a server, beside one that may be running on the same store (the CLI). Raises Problem where there is none yet and
    none is to `begin`.
    """
    house = await joined(settings, system_clock, beside=True, begin=begin)
    try:
        await accounts.ensure_system_account(house.square)
        yield house
    finally:
        if house.federation is not None:
            await house.federation.connections.aclose()
        await house.square.work.close()


async def joined(
    settings: Settings, clock: Clock, *, beside: bool, server: "Server | None" = None, begin: bool = True
) -> House:
    """The rooms over the store, which is brought to this version. `beside`: other processes may be at the same store.

    `server`: the Valkey that many of them share.
    """
    data = data_folder(settings)
    work = await _work(settings, data, clock, beside=beside)
    try:
        return await _house(work, settings, data, beside=beside, server=server, begin=begin)
    except BaseException:
        await work.close()
        raise


@contextmanager
def alone(settings: Settings, *, shared: bool = False) -> Generator[None]:
    """Raises Problem where another server has this directory: each would not know of the other's rulings. Many share it (`shared`)."""
    data = data_folder(settings)
    with (data / "serving").open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"{data} is being served by another process") from None
        yield


def data_folder(settings: Settings) -> Path:
    """The data directory, made where it is not there yet. Raises BadSettings."""
    if not settings.data:
        raise BadSettings("data: name the directory that holds all of this server")
    data = Path(settings.data)
    try:
        data.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(f"data: {data} cannot be made: {error.strerror}") from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise BadSettings(f"data: this user may not write in {data}")
    return data


async def _house(
    work: Work, settings: Settings, data: Path, *, beside: bool, server: "Server | None", begin: bool
) -> House:
    """The rooms over a store that is open, once its keys are known to be the right ones."""
    clock = work.clock
    async with work.reading() as reading:
        begins = not await marks.read(reading, log.ORIGIN_KEY)
    if begins and not begin:
        raise Problem(f"the database of {data} holds no server; say where it lies by --data, or `database`")
    await keyring.check(work, settings)
    keys = await log.open_keys(work, settings)
    if begins and not settings.village:
        _tell_begun(data)
    if server is not None:
        server.name = keys.name
        await server.open()
    sitting = await _sit_down(work, settings, keys, beside=beside, server=server)
    make_id = Ids(clock, beside=beside, seat=await work.seat(SEATS) if sitting is None else sitting.seat)
    files = keeper_of(settings)
    homes = homes_of(server, LocalHomes(read=partial(note, HOMES), changed=partial(work.memory.moved, HOMES)), work)
    work.memory.afresh = homes.dismiss_all
    name = partial(mail_proofs.message_id, settings)
    mail: Mail = (
        MailBySmtp(settings.smtp_url, settings.mail_from, name)
        if settings.smtp_url
        else MailToFiles(data / "mail", settings.mail_from, name)
    )
    court = Court(settings, work, clock, make_id, keys, *_laws(data))
    work.memory.roll = role_grants.Roll(court).role_of
    square = Square(settings, work, clock, make_id, files, mail, partial(role_grants.enlist, court))
    reads = Reads(settings, work, clock, homes, files)
    if not settings.federates:
        return House(settings, square, court, reads)
    federation = _federation(square, court, reads, meter_of(server, clock))
    return House(settings, _asking(square, federation), court, reads, federation)


def _tell_begun(data: Path) -> None:
    """Whoever mistyped the directory of their server learns it here."""
    click.echo(f"Chaupal: a new server begins in {data.absolute()}: nobody and nothing is in it yet", err=True)


def _asking(square: Square, federation: Federation) -> Square:
    """The square for people of ours, whose requests may look things up on other servers. What comes from other servers
    looks up nothing.
    """
    from chaupal.federation.seeking import elsewhere

    return msgspec.structs.replace(square, elsewhere=elsewhere(federation))


def _federation(square: Square, court: Court, reads: Reads, meter: Meter) -> Federation:
    """How other servers are talked to; brought in only where they are."""
    from chaupal.federation.context import FederationMemory
    from chaupal.governance.http_client import Connections

    settings = square.settings
    return Federation(
        settings,
        square.work,
        square.clock,
        square.make_id,
        square,
        court,
        reads,
        Connections(private=settings.federation_test),
        FederationMemory(),
        meter,
    )


async def _sit_down(
    work: Work, settings: Settings, keys: Keys, *, beside: bool, server: "Server | None"
) -> "Sitting | None":
    """Take a seat among many processes, after checking that they serve the same house; None where this is the only one."""
    if not settings.postgres:
        return None
    from chaupal.store.machine import seats  # most houses need none of it

    if not settings.many:
        if not beside:
            async with work.reading() as reading:
                await seats.check_house(reading, None)
        return None
    if work.clock is system_clock:
        async with work.reading() as reading:
            await seats.check_clock(reading)
    house = seats.house_of(settings.origin, str(keys.current.public), "" if server is None else str(server.address))
    sitting = seats.Sitting(work, house, beside=beside, earlier=[*map(str, keys.all())], shared=server)
    work.before_closing = sitting.leave
    await sitting.sit_down()
    return sitting


def keeper_of(settings: Settings) -> Files:
    """Where uploads are kept: in the data directory, or in the object store that the settings name."""
    if not settings.files:
        return LocalFiles(Path(settings.data) / "files")
    from chaupal.ports.files_s3 import s3_files  # large, and most servers need none of it

    return s3_files(settings)


@contextmanager
def reached(settings: Settings) -> Generator[None]:
    """Raises BadSettings, in plain words, where the object store of the settings cannot be reached or entered."""
    try:
        yield
    except Exception as error:
        if not settings.files:
            raise
        from chaupal.ports.files_s3 import not_reached

        raise not_reached(settings, error) or error from error


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
    if settings.postgres:
        return await _postgres(settings, clock, beside)
    path = data / "chaupal.db"
    if path.exists() and not os.access(path, os.W_OK):  # it could be opened, and nothing be kept
        raise BadSettings(f"data: this user may not write to {path}")
    return await _opened(sqlite_url(path), SqliteWork(path, clock, beside=beside), partial(not_opened, path))


async def _postgres(settings: Settings, clock: Clock, beside: bool) -> Work:
    from chaupal.store.machine import work_postgres  # and its driver, which most houses need none of

    work = work_postgres.PostgresWork(settings.database, clock, beside=beside, many=settings.many)
    return await _opened(postgres_url(settings.database), work, partial(work_postgres.not_let_in, settings.database))


async def _opened(url: str, work: Work, told: Callable[[BaseException], BadSettings | None]) -> Work:
    """Brought to this version and open. Raises what is `told` where the database cannot be had."""
    try:
        await migrate(url)
        await work.open()
    except Problem:
        raise
    except Exception as error:
        wrong = told(error)
        if wrong is None:
            raise
        raise wrong from error
    return work


# --- what processes have between them ---

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


def homes_of(server: "Server | None", local: Homes, work: Work) -> Homes:
    """`local`: the homes of this process."""
    if server is None:
        return local
    from chaupal.ports.homes_valkey import Horizon, ValkeyHomes

    def see() -> Horizon | None:
        known = work.horizon()
        return None if known is None else Horizon(*known)

    return ValkeyHomes(local, server, see)
