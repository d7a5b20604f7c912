"""What processes tell each other of their commits, on PostgreSQL: a row written in the same transaction, read by snapshots
(decision 27); and the barrier at which requests wait for such a look.

A look asks for what is visible now and was not at the last look, in whatever order transactions ended: nothing has to be
counted, and nothing can be lost between a commit and its row. A request waits until one is done that began after it came; all
that wait share it. Without leases and clocks: who cannot look does not answer, so nobody is ever judged by an older law.
"""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, NamedTuple

import asyncpg
import msgspec

from chaupal.kernel.clock import Patience, boot_time
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.event import Event, decode_event, encode_event
from chaupal.kernel.logger import log
from chaupal.policy.things import Post
from chaupal.store.machine.connecting_postgres import connect
from chaupal.store.machine.memory import Came, Counted, Remark
from chaupal.store.machine.shelves import EVERY, KINDS, REACTIONS, WROTE, Touched
from chaupal.store.machine.work import Row, Writing
from chaupal.store.square import posts

# Seconds that a row stays for whoever has not seen it; who has not looked for half of that forgets everything.
KEPT = 300.0
SWEEP_EVERY = 30.0  # seconds

ADD = "INSERT INTO changes (by, unit, body, post) VALUES ($1, $2, $3, $4)"
# The same with what enters the outbox, in its order.
ADD_BOTH = f"""
    WITH told AS ({ADD}) INSERT INTO outbox (name, body, at, lane)
    SELECT name, body, at, lane FROM json_to_recordset($5::text::json) AS lasting (name text, body text, at bigint, lane bigint)
"""  # noqa: S608 - words of ours
# A new post's row comes with the news of it, as it is at the look, and not in what lies in the tail for minutes: by then what somebody
# wrote may be gone. Whoever did not hear of it from here would ask for it at once.
_SEEN = f"""
    SELECT c.*, CASE WHEN c.post IS NOT NULL THEN (SELECT ROW({", ".join(posts.FIELDS)}) FROM posts WHERE id = c.post) END
    FROM seen_since({{}}) AS c ORDER BY c.seq
"""  # noqa: S608 - words of ours
BEGIN, LOOK = _SEEN.format("pg_current_snapshot()::text"), _SEEN.format("$1")
_POST = 8  # where the post's row stands
NAME = "INSERT INTO changes_epoch (epoch) VALUES ($1) ON CONFLICT DO NOTHING"
# Everything that ended before a snapshot is older than the snapshot's oldest.
SWEEP = """
    DELETE FROM changes WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM changes WHERE xid < pg_snapshot_xmin($1::text::pg_snapshot) LIMIT 20000 FOR UPDATE SKIP LOCKED
    ))
"""

# A copy of another database may bring its rows along (a dump does, unless told not to): they would be news at every look, until
# numbers reach theirs.
STRANGERS = "DELETE FROM changes WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())"

# What is said of a connection that is no more.
# An InternalClientError is what the driver says of a connection whose last words come in while it is asked.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)

_BY_NAME = {kind.name: kind for kind in KINDS}

type Key = int | str | None  # None: every key of the kind
type Hear = Callable[[Sequence["UnitBeside"], Sequence[set[Touched]]], None]


class Body(msgspec.Struct, array_like=True):
    """A unit as it is told to others: the keys that it changed, by kind, and its events as they stand in the outbox.

    `marked`: (account, post) where of an account's reactions nothing else was changed; `counted`: kind, key and what it counts by
    now where nothing else of a thing was; `came`: (author, post, whether it may stand in homes) where of what anybody wrote nothing
    else was. Who does not know of these forgets all of the account's, the thing, and the newest posts.
    """

    touched: list[tuple[str, Key]]
    events: list[tuple[str, str]]
    marked: list[tuple[int, int]] = []
    counted: list[tuple[str, int, dict[str, int | None]]] = []
    came: list[tuple[int, int, bool]] = []


class UnitBeside(NamedTuple):
    """A unit of another process. `strange`: it names what this version does not know; `marked`, `counted` and `came`: as `Body` has it;
    `post`: the new post that it tells of, as it was at the look, or None.
    """

    touched: set[Touched]
    events: list[Event]
    strange: bool
    marked: Sequence[tuple[int, int]] = ()
    counted: Sequence[Counted] = ()
    came: Sequence[Came] = ()
    post: Post | None = None


def written(unit: Writing) -> str:
    """The row of a unit, without anybody's words: it lies there for minutes."""
    touched = [(kind.name, None if key is EVERY else key) for kind, key in unit.changed()]
    events = [encode_event(event) for event in unit.events if event.shared]
    marked = [(remark.account, remark.post) for remark in unit.noticed()]
    counted = [(one.kind.name, one.key, dict(one.counts)) for one in unit.recounted()]
    return msgspec.json.encode(Body(touched, events, marked, counted, [*unit.arrived()])).decode()


def read(text: str) -> UnitBeside:
    """A row of another process, perhaps of a newer version."""
    try:
        body = msgspec.json.decode(text, type=Body)
        events = [decode_event(name, said) for name, said in body.events]
    except msgspec.DecodeError:
        return UnitBeside(set(), [], strange=True)
    touched = {(_BY_NAME[name], EVERY if key is None else key) for name, key in body.touched if name in _BY_NAME}
    known = [event for event in events if event is not None]
    counted = [Counted(_BY_NAME[name], key, counts) for name, key, counts in body.counted if name in _BY_NAME]
    came = [Came(*one) for one in body.came]
    return UnitBeside(touched, known, len(touched) < len(body.touched), body.marked, counted, came)


def new_post(row: Row) -> Post | None:
    """A post from its row (`posts.COLUMNS`). None where a newer version beside wrote what this one cannot read: the law that comes
    with it holds all the same, and whoever wants the post asks for it.
    """
    try:
        return posts.post_of(row)
    except (ValueError, msgspec.DecodeError) as error:
        log.warning("a post that another process wrote cannot be read", post=row[0], error=error)
        return None


def remarks_of(changes: Sequence[UnitBeside]) -> list[Remark]:
    """Marks that came or went, of those accounts of whose reactions none of these units changed anything else."""
    whole = {
        key
        for change in changes
        for kind, key in change.touched
        if kind is REACTIONS and all(key != account for account, _ in change.marked)
    }
    return [
        Remark(account, post, 0, 0) for change in changes for account, post in change.marked if account not in whole
    ]


def counts_of(changes: Sequence[UnitBeside], known: Sequence[set[Touched]]) -> list[Counted]:
    """What things count by now of which one unit alone told at this look; `known`: what our own changed, as of `Tail`.

    In which order several changed a thing nobody can say, so it is asked for anew.
    """
    counted = [one for change in changes for one in change.counted]
    if not counted:
        return counted
    often = Counter(touched for unit in (*known, *(change.touched for change in changes)) for touched in unit)
    return [one for one in counted if sum(often[whole] for whole in one.wholes) == 1]


def came_of(changes: Sequence[UnitBeside], known: Sequence[set[Touched]]) -> list[Came]:
    """The posts that are new, where of what anybody wrote none of these units changed anything else. `known`: as in `counts_of`; it may
    have been to delete one of these, and is heard already.
    """
    ours = {key for unit in known for kind, key in unit if kind is WROTE}
    if any(EVERY in ours or one.author in ours for change in changes for one in change.came):
        return []
    for change in changes:
        authors = {one.author for one in change.came}
        if any(kind is WROTE and key not in authors for kind, key in change.touched):
            return []
    return [one for change in changes for one in change.came]


class Sighting(NamedTuple):
    """What was visible at a look, and when it began by our clock and by the database's (seconds)."""

    snapshot: str
    epoch: str | None
    ours: float
    theirs: float

    def reaches(self, now: "Sighting") -> bool:
        """Whether whatever was committed between the two is told by its rows.

        Not where the database lost what was in flight, or another one answers; nor where rows may have been swept.
        """
        same = now.epoch is not None and now.epoch == self.epoch and _next(now.snapshot) >= _next(self.snapshot)
        return same and now.ours - self.ours < KEPT / 2 and now.theirs - self.theirs < KEPT / 2


def _next(snapshot: str) -> int:
    """The first number of a transaction that had not been given (https://www.postgresql.org/docs/current/functions-info.html)."""
    return int(snapshot.split(":")[1])


class Tail:
    """The tail of changes as one process sees it, by a connection of its own.

    `hear` is given the units of others, and what those of our own changed that are seen only now, or were committed while the look was
    under way. `first` is called at the first look, for what was read before it; `lost` where nobody can say what others did. One look
    at a time.
    """

    def __init__(self, dsn: str, hear: Hear, first: Callable[[], None], lost: Callable[[], None]) -> None:
        self.by = secrets.token_hex(8)
        self._dsn = dsn
        self._hear = hear
        self._first = first
        self._lost = lost
        self._elapsed = boot_time
        self._eye: Any = None
        self._seen: Sighting | None = None
        self._looks = 0
        self._kept: list[Sighting] = []  # looks from which on rows are kept
        # Of our own units: those heard in their commit, and not yet seen in a look, with what they changed.
        self._heard: dict[int, set[Touched]] = {}
        self._early: set[int] = set()  # and those seen in a look before their commit was heard

    async def add(self, connection: Any, unit: Writing, number: int, lasting: list[dict[str, Any]]) -> None:
        """The last statement of a unit: for others, and `lasting` for the outbox."""
        row = self.by, number, written(unit), unit.new_post
        if lasting:
            await connection.execute(ADD_BOTH, *row, msgspec.json.encode(lasting).decode())
        else:
            await connection.execute(ADD, *row)

    def committed(self, number: int, changed: set[Touched]) -> bool:
        """One of our units is committed; whether a look has told of it already."""
        if number in self._early:
            self._early.discard(number)
            return True
        self._heard[number] = changed
        return False

    async def catch_up(self) -> None:
        """Hear what was committed since the last look. Raises what the driver raises; then the next look goes on from the last."""
        ours = self._elapsed()
        try:
            rows = await self._ask()
            if rows[0][1] is None:  # the first one ever, or the first since the database lost what was in flight
                await self._eye.execute(NAME, secrets.token_hex(8))
                rows = await self._ask()
        except BaseException:  # time is up, too: what it would answer is not asked for any more
            self.drop()
            raise
        before, self._seen = self._seen, Sighting(rows[0][0], rows[0][1], ours, rows[0][2])
        self._looks += 1
        try:
            self._take(before, self._seen, rows)
        except Exception:  # a mistake of ours, which must not cost anybody the law: the next look forgets everything
            log.exception("what others have committed could not be heard")
            self._seen = self._seen._replace(epoch=None)
            raise

    def _take(self, before: Sighting | None, now: Sighting, rows: Sequence[Any]) -> None:
        if before is None:
            self._first()
        elif not before.reaches(now):
            self._heard.clear()
            self._early.clear()
            self._lost()
        elif rows[0][3] is not None:
            known = [self._known_by_now(row[4], row[5]) for row in rows]
            news = [
                read(row[6])._replace(post=None if row[_POST] is None else new_post(row[_POST]))
                for row, mine in zip(rows, known, strict=True)
                if mine is None
            ]
            self._hear(news, [*(mine for mine in known if mine is not None), *self._heard.values()])

    @property
    def theirs(self) -> float:
        """The database's clock at the last look (seconds since 1970)."""
        return 0.0 if self._seen is None else self._seen.theirs

    def horizon(self) -> tuple[str, int, int, int] | None:
        """See `Work.horizon`."""
        if self._seen is None or self._seen.epoch is None:
            return None
        low, high, _ = self._seen.snapshot.split(":")
        return self._seen.epoch, int(low), int(high), self._looks

    async def _ask(self) -> Sequence[Any]:
        """The rows. A connection that was lost since the last look is made anew, once: whoever waits would only come again."""
        if self._eye is not None:
            try:
                return await self._fetch(self._eye)
            except LOST:
                self.drop()
        self._eye = await connect(self._dsn)
        return await self._fetch(self._eye)

    async def _fetch(self, eye: Any) -> Sequence[Any]:
        return await (eye.fetch(BEGIN) if self._seen is None else eye.fetch(LOOK, self._seen.snapshot))

    def _known_by_now(self, by: str, number: int) -> set[Touched] | None:
        """What a unit of our own changed, if the look sees it only now; None for other units."""
        if by != self.by:
            return None
        known = self._heard.pop(number, None)
        if known is None:
            self._early.add(number)
        return known

    async def sweep(self, connection: Any) -> None:
        """Drop the rows that everybody has seen or is too late for; asked for every few seconds."""
        if self._seen is None or (self._kept and self._seen.ours - self._kept[-1].ours < SWEEP_EVERY):
            return
        if not self._kept:
            await connection.execute(STRANGERS)
        self._kept.append(self._seen)
        old = [one for one in self._kept if self._seen.ours - one.ours >= KEPT]
        if old:
            self._kept = self._kept[len(old) :]
            if old[-1].epoch == self._seen.epoch:
                await connection.execute(SWEEP, old[-1].snapshot)

    def drop(self) -> None:
        """Close the connection at once, whatever it is doing."""
        if self._eye is not None:
            self._eye.terminate()
            self._eye = None

    async def close(self) -> None:
        """Close the connection once its statement is done."""
        if self._eye is not None:
            with contextlib.suppress(Exception):
                await self._eye.close(timeout=1)
            self._eye = None


PATIENCE = 2.0  # seconds that a look may take, as `kernel.clock.Patience` counts them
# Turns of the loop before a look: those who were let pass by the last one go on first, and who comes meanwhile shares this one.
# Where nobody else wants the loop they take microseconds.
TURNS = 2


class Barrier:
    """`look` brings what this process knows up to the moment at which it began, or raises. `failed`: how many did. `patience`: how
    long one may take (seconds).
    """

    def __init__(self, look: Callable[[], Awaitable[None]], *, patience: float = PATIENCE) -> None:
        self._look = look
        self.patience = patience
        self._patience = Patience(lambda: self.patience)
        # A future for each: whoever is cancelled takes nobody else along.
        self._waiting: list[asyncio.Future[None]] = []
        self._sharing: list[asyncio.Future[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self.failed = 0
        self._blind = False

    async def passed(self) -> None:
        """Wait until a look that begins from here on is done. Raises Unavailable where none can be made."""
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self._waiting.append(mine)
        if self._looking is None:
            # In no request's context: what is noted for an answer is no look's business.
            self._looking = loop.create_task(self._run(), context=Context())
        await mine

    async def _run(self) -> None:
        try:
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                self._sharing, self._waiting = self._waiting, []
                try:
                    await self._patience.wait(self._look())
                except Exception as error:
                    self.failed += 1
                    self._say(error)
                    self._refuse(error)
                else:
                    self._say(None)
                    for one in self._sharing:
                        if not one.done():
                            one.set_result(None)
        finally:
            self._looking = None

    def _say(self, error: Exception | None) -> None:
        """Tell the operator that requests are refused, and later that they pass again: once each, not for every request."""
        if self._blind and error is None:
            log.warning("what others have committed is known again")
        elif error is not None and not self._blind:
            log.error("what others have committed is not known, and nobody is answered", error=error)
        self._blind = error is not None

    def _refuse(self, error: Exception | None = None) -> None:
        """Refuse all that wait, also those who came while the look failed: they would wait as long again, for the same."""
        for one in (*self._sharing, *self._waiting):
            if not one.done():
                problem = Unavailable("not_up_to_date")
                problem.__cause__ = error
                one.set_exception(problem)
        self._sharing, self._waiting = [], []

    async def close(self) -> None:
        """No look is made any more, and nobody waits for one."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        self._refuse()
