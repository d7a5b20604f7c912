"""Seats of many processes at one PostgreSQL: the number with which each makes ids, and which house each serves.

A seat is leased and renewed. Who was stopped for longer makes no id before the seat is theirs anew, or another is: how long it is
good is measured by a clock that no one sets and that goes on while the machine sleeps. Who takes a seat that another had begins
with later ids than that one can have made. Here it is found out, too, that two houses were given one database.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Collection
from typing import Protocol

import msgspec
from sqlalchemy import text

from chaupal.kernel.clock import MINUTE, SECOND, boot_time
from chaupal.kernel.errors import Problem
from chaupal.kernel.ids import LEASED, Seat
from chaupal.kernel.logger import log
from chaupal.kernel.settings import BadSettings
from chaupal.store.machine.dialect import DATABASE_TIME, param, statement, text_param
from chaupal.store.machine.work import Reading, Work

LASTS = 15 * SECOND
MARGIN = 1.0  # seconds by which a process gives its seat up before the database does
AGAIN = 1.0  # seconds after which the database is asked again that did not answer
SOON = 0.05  # seconds after which it is looked again who is there: who comes at the same time is about to say so
CLOCK_OFF = MINUTE  # from here on a machine's clock is wrong

APART = "valkey: other processes serve this database ({0}) and share the one at {1}, "
UNHEARD = (
    APART + "as this one does, and are not heard there: from there it is another one; give it an address that all reach"
)
ANOTHER = APART + "which is another than that at {2} here; all of a house share one"

SEATED = 0x43484150  # the space of advisory locks in which processes that serve this store sit; the next is of those beside them
SITTING_DOWN = 0x4348504D  # the advisory lock of whoever does
# One at a time: two houses that come at once see each other.
ALONE = statement(text(f"SELECT pg_advisory_xact_lock({SITTING_DOWN})"))
ENSURE = statement(
    text("INSERT INTO seats (number) SELECT generate_series(0, :last) ON CONFLICT DO NOTHING").bindparams(param("last"))
)
OTHERS = statement(text(f"SELECT house, holder FROM seats WHERE until > {DATABASE_TIME} AND house <> ''"))  # noqa: S608 - words of ours
# The one that has been free for longest.
TAKE = statement(
    text(f"""
    WITH free AS (
        SELECT number, top FROM seats WHERE number >= :first AND number < :end AND until <= {DATABASE_TIME}
        ORDER BY until, number LIMIT 1 FOR UPDATE
    )
    UPDATE seats SET holder = :me, house = :house, until = {DATABASE_TIME} + :lasts, top = greatest(free.top, :at) + :lasts
    FROM free WHERE seats.number = free.number RETURNING seats.number, free.top
    """).bindparams(param("first"), param("end"), text_param("me"), text_param("house"), param("lasts"), param("at"))  # noqa: S608
)
RENEW = statement(
    text(f"""
    UPDATE seats SET until = {DATABASE_TIME} + :lasts, top = greatest(top, :at + :lasts), house = :house
    WHERE number = :number AND holder = :me
    """).bindparams(param("number"), text_param("me"), text_param("house"), param("lasts"), param("at"))  # noqa: S608
)
LEAVE = statement(
    text(
        f"UPDATE seats SET until = {DATABASE_TIME}, holder = '', house = '' WHERE number = :number AND holder = :me"  # noqa: S608 - words of ours
    ).bindparams(param("number"), text_param("me"))
)
TIME = statement(text(f"SELECT {DATABASE_TIME}"))
# A process that serves alone holds a lock only; the command line sits in the other half.
SERVED = statement(
    text(f"""
    SELECT 1 WHERE EXISTS (SELECT 1 FROM seats WHERE until > {DATABASE_TIME} AND house <> '' AND number < {LEASED})
    OR EXISTS (
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = {SEATED}
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    """)  # noqa: S608 - words of ours
)


class House(msgspec.Struct, frozen=True):
    """What a process says that it serves: at which address, under which key of the log; `where` it runs itself.

    `valkey`: the address of what it shares with the others, where it says there that it is here; empty while it cannot.
    """

    origin: str
    key: str
    where: str
    valkey: str = ""


async def is_served(reading: Reading) -> bool:
    """Whether any process, on whichever machine, serves this database or works for it."""
    return bool(await reading.value(SERVED))


def house_of(origin: str, key: str, valkey: str = "") -> House:
    """This process's."""
    return House(origin, key, f"{socket.gethostname()}, process {os.getpid()}", valkey)


class MeetingPlace(Protocol):
    """Where processes of one house find each other beside the store: their Valkey."""

    async def say_here(self, holder: str, ms: int) -> bool: ...
    async def any_here(self, holders: Collection[str]) -> bool: ...


class Sitting:
    """This process's seat, for as long as the house is open. `beside`: its own half of the seats (the command line).

    `earlier`: keys under which this house's log was kept before, or will be, and which are here. `shared`: with the others.
    """

    def __init__(
        self,
        work: Work,
        house: House,
        *,
        beside: bool,
        earlier: Collection[str] = (),
        shared: MeetingPlace | None = None,
    ) -> None:
        self._work, self._house, self._earlier, self._shared = work, house, earlier, shared
        self._first = LEASED if beside else 0
        self._me = secrets.token_hex(8)
        self._shares = True  # it could say that it is here, when it last tried
        self.seat = Seat(boot_time)
        self._renewing: asyncio.Task[None] | None = None

    async def sit_down(self) -> Seat:
        """Raises BadSettings where processes of another house serve this store, or those of this one share another Valkey."""
        await self._take()
        self._renewing = asyncio.create_task(self._renew_on())
        if self._shared is not None:
            await self._check_shared(self._shared)
        return self.seat

    async def _check_shared(self, shared: MeetingPlace) -> None:
        """Check that the others are found in the same Valkey. A Valkey that was restarted knows nobody until they renew, so
        it is waited for.
        """
        until, pause = boot_time() + LASTS / 1_000 + MARGIN, SOON
        while (apart := await self._apart(shared)) is not None:
            if boot_time() > until:
                why = UNHEARD if apart.valkey == self._house.valkey else ANOTHER
                raise BadSettings(why.format(apart.where, apart.valkey, self._house.valkey))
            await asyncio.sleep(pause)
            pause = min(2 * pause, AGAIN)

    async def _apart(self, shared: MeetingPlace) -> House | None:
        """One of the other processes, if none of them is found in the Valkey."""
        async with self._work.reading() as reading:
            rows = await reading.fetch(OTHERS)
        others = {holder: msgspec.json.decode(said, type=House) for said, holder in rows if holder != self._me}
        sharing = {holder: house for holder, house in others.items() if house.valkey}
        return None if not sharing or await shared.any_here(sharing) else next(iter(sharing.values()))

    async def _say_here(self) -> None:
        if self._shared is not None:
            self._shares = await self._shared.say_here(self._me, LASTS)

    def _said(self) -> str:
        house = self._house if self._shares else msgspec.structs.replace(self._house, valkey="")
        return msgspec.json.encode(house).decode()

    async def leave(self) -> None:
        """Free the seat at once."""
        if self._renewing is None:
            return
        self._renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._renewing
        try:
            async with self._work.writing() as w:
                await w.run(LEAVE, number=self._first + self.seat.number, me=self._me)
        except Exception as error:  # then it is a little later
            log.warning("a seat was not given back", error=error)

    async def _take(self) -> None:
        began = boot_time()
        async with self._work.writing() as w:
            await w.fetch(ALONE)
            await w.run(ENSURE, last=2 * LEASED - 1)
            await check_house(w, self._house, self._earlier)
            row = await w.first(
                TAKE,
                first=self._first,
                end=self._first + LEASED,
                me=self._me,
                lasts=LASTS,
                at=self._work.clock(),
                house=self._said(),
            )
        if row is None:
            raise Problem(f"{LEASED} processes are at this database already: there is no number left for another")
        self.seat.taken(row[0] - self._first, after=row[1], until=began + LASTS / 1_000 - MARGIN)
        await self._say_here()

    async def _renew_on(self) -> None:
        wait = every = LASTS / 3_000
        while True:
            await asyncio.sleep(wait)
            began = boot_time()
            try:
                await self._renew()
                # A lease counts from when it was asked for: one that was answered very late has run out already.
                wait = max(0.0, began + every - boot_time())
            except Exception as error:
                log.warning("a seat could not be renewed", error=error)
                wait = AGAIN

    async def _renew(self) -> None:
        began = boot_time()
        async with self._work.writing() as w:
            held = await w.run(
                RENEW,
                number=self._first + self.seat.number,
                me=self._me,
                lasts=LASTS,
                at=self._work.clock(),
                house=self._said(),
            )
        if held:
            self.seat.until = began + LASTS / 1_000 - MARGIN
            await self._say_here()
        else:  # this process stood still, and its number is another's
            log.warning("another process has this one's number; it takes another")
            await self._take()


async def check_house(reading: Reading, house: House | None, earlier: Collection[str] = ()) -> None:
    """Raises BadSettings where whoever is at this store serves another house; None: where anybody does.

    Whoever sat down before the log's key was changed says the `earlier` one until they leave.
    """
    for said, _ in await reading.fetch(OTHERS):
        other = msgspec.json.decode(said, type=House)
        if house is None:
            raise BadSettings(
                f"valkey: this database is served by several processes ({other.where}) that share one; name it"
            )
        # On plain http, which is for trials on one machine, each process may name its own port.
        if other.origin != house.origin and (other.origin + house.origin).count("https://"):
            raise BadSettings(
                f"database: it is served as {other.origin} ({other.where}), and public_url says {house.origin} here;"
                " two houses cannot have one database"
            )
        if other.key != house.key and other.key not in earlier:
            raise BadSettings(
                f"keys: this database's log is kept under {other.key} ({other.where}), and under {house.key} here; copy the"
                " directory of keys from there"
            )


async def check_clock(reading: Reading) -> None:
    """Raises Problem where this machine's clock is more than a minute off: what begins and ends by time would not, here."""
    before = time.time_ns() // 1_000_000
    theirs: int = await reading.value(TIME)
    off = max(before - theirs, theirs - time.time_ns() // 1_000_000)
    if off > CLOCK_OFF:
        way = "ahead of" if before > theirs else "behind"
        raise Problem(f"This machine's clock is {round(off / MINUTE)} minutes {way} the database's: set it right (NTP)")
