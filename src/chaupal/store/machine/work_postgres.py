"""The store where one machine is outgrown: PostgreSQL through asyncpg, the same statements."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from chaupal.kernel.clock import SECOND, Clock, system_clock
from chaupal.kernel.errors import Conflict, Full, Problem, Unavailable, against_rule
from chaupal.kernel.logger import log
from chaupal.kernel.settings import BadSettings
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Post
from chaupal.store.machine import claims
from chaupal.store.machine.connecting_postgres import Hands, connect, is_lost
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.seats import CLOCK_OFF, SEATED
from chaupal.store.machine.shelves import POSTS, Touched, note_everything
from chaupal.store.machine.tail import Barrier, Tail, UnitBeside, came_of, counts_of, remarks_of
from chaupal.store.machine.work import OpenReading, Reading, Row, Writing
from chaupal.store.machine.work_shared import SharedWork

# Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that are about the machine: connections,
# resources, limits, locks, an operator's act, the system; and a database that takes no connections, or is not there.
FAILING = ("08", "53", "54", "55", "57", "58", "3D", "XX")
CHANGED = ("23", "40")  # a constraint, a transaction undone for the sake of another
READ_ONLY, DISK_FULL = "25006", "53100"
CHECK = "23514"  # a CHECK, or a trigger of the court


def fault(error: BaseException) -> Problem | None:
    """See `store.work.Work.fault`."""
    state = getattr(error, "sqlstate", None)
    if isinstance(error, (asyncpg.PostgresError, asyncpg.InternalClientError)) and isinstance(state, str):
        if state == DISK_FULL:
            return Full()
        if state == CHECK:
            return against_rule(getattr(error, "constraint_name", None) or str(error))
        if state.startswith(CHANGED):
            return Conflict("changed_at_once")
        return Unavailable("nothing_kept") if state.startswith(FAILING) or state == READ_ONLY else None
    # A connection that broke, or could not be made: the driver's own words, or the system's.
    lost = (asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError, TimeoutError)
    # (Arguments that the driver does not take are a ValueError too, and our mistake.)
    return Unavailable("nothing_kept") if isinstance(error, lost) and not isinstance(error, ValueError) else None


# One round trip, and nothing that outlives the transaction: a proxy may give the connection to another process then. In so many
# seconds whoever stands still is taken for stopped; what they held, the log's size among it, is the others' again.
STILL_FOR = 10
# Meanwhile whoever wants what it holds does not wait longer than for a slow unit of another: it is told to come again.
LOCKED_FOR = 5
BEGIN = (
    f"BEGIN; SET LOCAL idle_in_transaction_session_timeout = '{STILL_FOR}s'; SET LOCAL lock_timeout = '{LOCKED_FOR}s'"
)
EVERYTHING = 2**63 - 1  # beyond every place in the outbox
MOST_FROM_ELSEWHERE = POSTS.most // 5  # of new posts of other servers that lie in memory because they were told of
FOR_READERS = 2  # connections that units of work leave alone: whatever those wait for, reading goes on


# Higher than that of every transaction that is under way; what a snapshot calls the next may be one of theirs.
NEXT_NUMBER = "SELECT pg_current_xact_id()::text::bigint"

# Of everybody whom the database shows to this user, and of those that were prepared and left: as long as one is open, nothing that
# it might still see is cleared away.
OPEN_FOR = """
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(began)), 0)::float FROM (
        SELECT xact_start FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()
    ) AS transactions (began)
"""

# What is wrong with a database that was named, by how its SQLSTATE begins.
UNFIT = {
    "28": "{where} does not let {user} in: {error}",
    "3D": "there is no {name} at {where}",
    "42501": "{user} may not do in {name} at {where} what is needed: {error}; make them its owner",
    "42P07": "{name} at {where} holds tables of something else: {error}; name an empty one",
    "53300": "{where} takes no more connections: {error}; raise max_connections, or put a PgBouncer before it",
    READ_ONLY: "{name} at {where} takes no writing; if it is a standby, name the primary",
}


def not_let_in(dsn: str, error: BaseException) -> BadSettings | None:
    """A sentence for whoever wrote the address of the database, where that is what `error` is about. No password is in it."""
    parts = urlsplit(dsn)
    where, name = parts.netloc.rpartition("@")[2] or "the database's socket", parts.path.strip("/")
    error = getattr(getattr(error, "orig", None), "__cause__", None) or error  # as the driver said it to SQLAlchemy
    state = getattr(error, "sqlstate", None)
    if isinstance(error, asyncpg.PostgresError) and isinstance(state, str):
        said = next((text for kind, text in UNFIT.items() if state.startswith(kind)), None)
        user = parts.username or "this user"
        return BadSettings("database: " + said.format(where=where, name=name, user=user, error=error)) if said else None
    if isinstance(error, OSError):  # that nobody answers in time is one, too
        return BadSettings(f"database: nobody answers at {where}: {error.strerror or type(error).__name__}")
    if isinstance(error, asyncpg.InterfaceError | ValueError):
        return BadSettings(f"database: not an address of a PostgreSQL, postgresql://user@host/name: {error}")
    return None


class PostgresReading(Reading):
    def __init__(self, work: "PostgresWork", *, keyed: bool = False, source: Any = None) -> None:
        """`source`: one connection, in whose transaction all is read; else each read takes one of the pool's."""
        self._pool = source or work.pool
        # What is of an earlier moment is kept for nobody else.
        self.memory = Memory() if source else work.memory
        self.now = work.clock
        self._keyed = keyed
        self.keyed = self if keyed else PostgresReading(work, keyed=True, source=source)

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        if not self._keyed:
            note_everything()
        compiled = stmt.postgres
        return await self._pool.fetch(compiled.text, *compiled.arguments(params))


class PostgresWriting(Writing):
    """`number`: of this unit among those of its process."""

    def __init__(self, connection: Any, memory: Memory, now: Clock, number: int) -> None:
        super().__init__()
        self.number = number
        self.told = False  # others hear of it
        self._connection = connection
        self.memory = memory
        self.now = now

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        note_everything()
        self.owe(stmt)
        compiled = stmt.postgres
        return await self._connection.fetch(compiled.text, *compiled.arguments(params))

    async def run(self, stmt: Statement, /, **params: Any) -> int:
        compiled = stmt.postgres
        status: str = await self._connection.execute(compiled.text, *compiled.arguments(params))
        count = status.rpartition(" ")[2]
        if count != "0":
            self.owe(stmt)
        return int(count) if count.isdigit() else 0

    async def run_many(self, stmt: Statement, rows: Sequence[dict[str, Any]], /) -> None:
        if not rows:
            return
        self.owe(stmt)
        compiled = stmt.postgres
        await self._connection.executemany(compiled.text, [compiled.arguments(row) for row in rows])

    async def note_change(self, tail: Tail, lasting: list[dict[str, Any]]) -> None:
        """What was changed and what happened, for other processes; `lasting` of it for the outbox."""
        self.told = True
        await tail.add(self._connection, self, self.number, lasting)

    async def mark(self) -> None:
        await self._connection.execute("SAVEPOINT part")

    async def undo(self) -> None:
        await self._connection.execute("ROLLBACK TO SAVEPOINT part")
        await self._connection.execute("RELEASE SAVEPOINT part")

    async def keep(self) -> None:
        await self._connection.execute("RELEASE SAVEPOINT part")


class PostgresWork(SharedWork):
    """See `store.work.Work`. `many`: others serve this store, too, and each request waits for a look that begins after it came.

    `beside`: a server serves it (the CLI beside one). Either way others are told of each commit.
    """

    hears_others = True

    def __init__(
        self, dsn: str, clock: Clock, *, beside: bool = False, many: bool = False, connections: int = 8
    ) -> None:
        super().__init__(clock, tells=beside or many)
        self._dsn = dsn
        self._beside = beside
        self._many = many
        self.pool = Hands(dsn, connections)
        self._sits: Any = None
        self._wrong_clock = False
        self._writers = asyncio.Semaphore(max(2, connections - FOR_READERS))
        self._numbers = count(1)
        self._doubted: set[Touched] = set()  # by units of which nobody knows whether they are kept
        self._ending: set[asyncio.Future[None]] = set()  # of units that are being committed
        self._from_elsewhere: deque[int] = deque()  # posts of other servers that were told of, the oldest first
        self._doubt_ends = 0  # when all transactions below this number have ended; 0: not known yet
        self.tail = Tail(dsn, self._hear, self.memory.forget_all, self._lost)
        self.barrier = Barrier(self._look_up)

    async def open(self) -> None:
        await self.pool.open()
        try:
            await self._check_fitness()
        except BaseException:
            await self.pool.close()
            raise
        self._reading = PostgresReading(self)
        self._look = OpenReading(self._reading)

    async def _check_fitness(self) -> None:
        row = await self.pool.fetchrow(
            "SELECT datctype, pg_encoding_to_char(encoding), current_setting('transaction_read_only') = 'on'"
            " FROM pg_database WHERE datname = current_database()"
        )
        if row[0] in ("C", "POSIX") or row[1] != "UTF8":
            raise Problem(f"The database has character type {row[0]}, encoding {row[1]}; make it with C.UTF-8 and UTF8")
        if row[2]:
            raise asyncpg.ReadOnlySQLTransactionError("it takes no writing")

    async def seat(self, many: int) -> int | None:
        """See `store.work.Work`: held by a connection of its own, so that it is free again once the process is no more."""
        self._sits = await connect(self._dsn)
        for number in range(many):
            if await self._sits.fetchval("SELECT pg_try_advisory_lock($1, $2)", SEATED + self._beside, number):
                return number
        return None

    async def close(self) -> None:
        await self.before_closing()
        if self._sits is not None:
            await self._sits.close()
        await self.barrier.close()
        await self.tail.close()
        await self.pool.close()

    def fault(self, error: BaseException) -> Problem | None:
        return error if isinstance(error, Unavailable) else fault(error)

    async def fresh(self) -> None:
        """See `store.work.Work`."""
        if self._many:
            await self.barrier.passed()
        else:
            await super().fresh()

    async def catch_up(self) -> None:
        """See `store.work.Work`."""
        self._looked_at = self.clock()
        await self.barrier.passed()

    async def abreast(self) -> int:
        """See `store.work.Work`. A unit of our own is there for all to see a moment before its author hears of it, and we with
        them; among many a look tells of it.
        """
        if self._ending and not self._many:
            _, late = await asyncio.wait(self._ending, timeout=STILL_FOR)
            if late:
                raise Unavailable("not_up_to_date")
        await self.catch_up()
        return EVERYTHING

    def horizon(self) -> tuple[str, int, int, int] | None:
        """See `store.work.Work`."""
        return self.tail.horizon() if self._many else None

    async def _look_up(self) -> None:
        began, at = time.perf_counter(), self.clock()
        if (doubted := self._doubted) and not self._doubt_ends:
            number = await self.pool.fetchval(NEXT_NUMBER)
            if self._doubted is doubted:  # else another unit broke meanwhile, whose number may be a later one
                self._doubt_ends = number
        self.memory.look_begins()
        await self.tail.catch_up()
        if self._doubted:
            self._settle_doubt()
        if self._many and self.clock is system_clock:
            self._hold_clock(at, self.tail.theirs * SECOND, self.clock())
        self.vitals.caught_up(at, time.perf_counter() - began)

    def _hold_clock(self, before: int, theirs: float, after: int) -> None:
        """Raises Unavailable where this machine's clock was set wrong while it served (ms): an hour behind it would not know what
        was decided, an hour ahead it would end that, and publish what is secret, too early.
        """
        wrong = max(before - theirs, theirs - after) > CLOCK_OFF
        if wrong != self._wrong_clock:
            self._wrong_clock = wrong
            if wrong:
                log.error("this machine's clock is not the database's: nobody is answered until it is set right (NTP)")
            else:
                log.warning("this machine's clock is right again")
        if wrong:
            raise Unavailable("not_up_to_date")

    def _hear(self, changes: Sequence[UnitBeside], known: Sequence[set[Touched]]) -> None:
        """Others have committed: what a look brings is forgotten, then heard, as by themselves; new posts are kept as it has them."""
        memory = self.memory
        new = [change.post for change in changes if change.post is not None]
        # One that a unit of ours has changed since the look began is another by now.
        new = [post for post in new if memory.stands(POSTS, (post.id,), memory.look_from)]
        if any(change.strange for change in changes):
            memory.forget_all()
        if changes:  # though no key is named: what rests on everything is good until any commit at all
            touched = {key for change in changes for key in change.touched}
            memory.forget(touched, remarks_of(changes), counts_of(changes, known), came_of(changes, known), last=False)
        for post in new:
            self._keep_told(post)
        for change in changes:
            if change.events:
                self.after_others(change.events)

    def _keep_told(self, post: Post) -> None:
        """Keep a new post that nobody has asked for here; of those from elsewhere only the last ones, for there may be very many."""
        if post.server:
            if len(self._from_elsewhere) == MOST_FROM_ELSEWHERE:
                self.memory.posts.forget(self._from_elsewhere.popleft())
            self._from_elsewhere.append(post.id)
        self.memory.posts.put(post.id, Sealed(post))

    def _lost(self) -> None:
        """Nobody can say what others have committed."""
        self.memory.forget_all()
        self.after_gap()

    def _doubt(self, touched: set[Touched]) -> None:
        """A unit broke while it was committed. Where units are told of, a look will bring it, if it is kept; else its end is
        waited for: the database may be at it still, and whoever reads meanwhile reads what was before.
        """
        self.memory.forget(touched)
        self.memory.forget_all()
        if not self._tells:
            self._doubted = self._doubted | touched
            self._doubt_ends = self._looked_at = 0

    def _settle_doubt(self) -> None:
        """After a look: over, once all that were under way when we began to doubt have ended."""
        self.memory.forget(self._doubted)
        seen = self.tail.horizon()
        if seen is not None and 0 < self._doubt_ends <= seen[1]:
            self._doubted = set()
            self._lost()

    async def tell_others(self, unit: Writing, lasting: list[dict[str, Any]]) -> None:
        """See `SharedWork`: which keys were changed, and what happened."""
        if isinstance(unit, PostgresWriting):
            await unit.note_change(self.tail, lasting)

    def is_heard(self, unit: Writing) -> bool:
        """See `SharedWork`."""
        return (
            self._many
            and isinstance(unit, PostgresWriting)
            and unit.told
            and self.tail.committed(unit.number, unit.changed())
        )

    def reading(self) -> OpenReading:
        return self._look

    scanning = reading

    @asynccontextmanager
    async def of_one_moment(self) -> AsyncGenerator[Reading]:
        """See `store.work.Work`."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield PostgresReading(self, source=connection)

    @asynccontextmanager
    async def _transaction(self, connection: Any) -> AsyncGenerator[None]:
        """Of many processes one may stand still in its midst: the database gives such a unit up before long."""
        if not self._many:
            async with connection.transaction():
                yield
            return
        await connection.execute(BEGIN)
        try:
            yield
        except BaseException:
            if not is_lost(connection):
                await connection.execute("ROLLBACK")
            raise
        if await connection.execute("COMMIT") != "COMMIT":  # a statement of it had failed: all of it is undone
            raise Conflict("changed_at_once")

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """So many units at once that some connections are always left for reading. Raises Unavailable where no turn comes."""
        try:
            async with asyncio.timeout(STILL_FOR):
                await self._writers.acquire()
        except TimeoutError as error:
            raise Unavailable("nothing_kept") from error
        try:
            yield
        finally:
            self._writers.release()

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        async with self._turn(), self.pool.acquire() as connection:
            unit = PostgresWriting(connection, self.memory, self.clock, next(self._numbers))
            ending: asyncio.Future[None] | None = None
            try:
                async with self._transaction(connection):
                    yield unit
                    await claims.check(unit)
                    await self.enter_events(unit)
                    unit.ends_from = self.memory.generation
                    ending = asyncio.get_running_loop().create_future()
                    self._ending.add(ending)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
                # Two units wanted each other's rows; the database let the other one through and undid this one whole.
                self.memory.undone(unit.changed())
                raise Conflict("changed_at_once") from error
            except BaseException:
                if ending is not None:  # it broke while it was committed: perhaps all of it is kept, the law in it, too
                    self._doubt(unit.changed())
                else:
                    self.memory.undone(unit.changed())
                raise
            else:  # before the connection is given back: whoever goes away while it is does not take this along
                self.committed(unit)
            finally:
                if ending is not None:
                    self._ending.discard(ending)
                    ending.set_result(None)

    async def open_for(self) -> float:
        """See `store.work.Work`."""
        return max(0.0, await self.pool.fetchval(OPEN_FOR))

    async def tidy(self) -> None:
        """PostgreSQL sees to itself."""
        await asyncio.sleep(0)

    async def keep_small(self) -> None:
        """PostgreSQL sees to itself; what everybody has heard of is swept, and connections that nobody needs go."""
        await self.tail.sweep(self.pool)
        await self.pool.rest()
