"""Reading and writing as two types; one commit holds a change, its events, its rulings and its log leaves.

On SQLite the statements run on the loop thread (a point read costs ten microseconds, a thread hop ninety), units of
work that arrive while a commit is on its way to the disk share the next one (group commit, synchronous=FULL), and only
the commit itself waits in a thread. On PostgreSQL the same statements run through asyncpg.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, cast

from chaupal.kernel.clock import Clock
from chaupal.kernel.errors import Problem
from chaupal.kernel.event import Event
from chaupal.kernel.vitals import Vitals
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.memory import Came, Counted, Memory, Remark
from chaupal.store.machine.shelves import EVERY, NEVER, REACTIONS, WROTE, Every, Kind, Touched, note

type Row = Sequence[Any]
type Take = Callable[[Sequence[Row]], None]
type AfterCommit = Callable[[list[Event]], None]
type BeforeClosing = Callable[[], Awaitable[None]]

# Bytes that a kept list with its name and keys, each of its rows, and each cell of a row weigh in memory, roughly.
KEPT_LIST, KEPT_ROW, KEPT_CELL = 1_100, 60, 45

PORTION = 64  # rows that are sifted together: what is made of many more does not fit a processor's own memory, and takes longer


class Reading:
    """A look at the store. `fetch` gives all rows, `first` one or None, `value` the first column of the first row.

    Whatever is made of these rests on everything, unless they are asked for under keys (`by`).
    """

    memory: Memory
    now: Clock
    embedded: bool = False  # SQLite
    keyed: "Reading"  # the same look, of whose statements the keys were noted

    def by[K](self, kind: Kind[K], *keys: K) -> "Reading":
        """The same look, for what changes only when one of these keys is forgotten."""
        note(kind, *keys)
        return self.keyed

    async def fetch(self, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        raise NotImplementedError

    async def once[K](self, kind: Kind[K], key: K, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        """All rows, kept until the key is forgotten: for lists of ids that many ask for, or one asks for again and again."""
        name, answers = (stmt, *params, *params.values()), self.memory.answers
        rows: Sequence[Row] | None = answers.get(name, 0)
        if rows is None:
            with self.memory.noting() as noted:
                rows = await self.by(kind, key).fetch(stmt, **params)
            size = KEPT_LIST + sum(KEPT_ROW + KEPT_CELL * len(row) for row in rows)
            answers.put(name, rows, size, noted, NEVER)
        return rows

    async def sift(self, stmt: Statement, take: Take, /, **params: Any) -> None:
        """Hand all rows to `take`, `PORTION` at a time and off the loop thread: for very many of which little is kept."""
        rows = await self.fetch(stmt, **params)
        await asyncio.to_thread(lambda: [take(rows[at : at + PORTION]) for at in range(0, len(rows), PORTION)])

    async def first(self, stmt: Statement, /, **params: Any) -> Row | None:
        rows = await self.fetch(stmt, **params)
        return rows[0] if rows else None

    async def value(self, stmt: Statement, /, **params: Any) -> Any:
        row = await self.first(stmt, **params)
        return row[0] if row else None


class OpenReading:
    """`async with` for a Reading that needs no opening and closing. It is entered several times in every request, so it is cheap."""

    __slots__ = ("_reading",)

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def __aenter__(self) -> Reading:
        return self._reading

    async def __aexit__(self, *_: object) -> None:
        return None


class Writing(Reading):
    """A unit of work: everything run in it, and the events told, become true together or not at all."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.touched: set[Touched] = set()
        self.wrote = False  # any row at all that an answer may be made from
        self.owed: set[Kind[Any]] = set()  # of whose rows something was changed
        self.spared: set[Kind[Any]] = set()  # of whose rows something was changed, and nothing that a key of it names
        self.remarks: list[Remark] = []
        self.counts: list[Counted] = []
        self.came: list[Came] = []
        self.new_post: int | None = None  # others read it with the news of this unit
        self.ends_from = 0  # the generation of memory in which its COMMIT was sent
        self.keyed = self
        self.log_size: int | None = None  # while this unit holds the log; what a part took is given back with the part
        # Of the log's tree at a size, after this unit's appends.
        self.edge: tuple[int, dict[tuple[int, int], bytes]] = (-1, {})
        self.waits: dict[int, int] = {}  # order -> one of its targets that was seen undecided in this unit

    async def once[K](self, kind: Kind[K], key: K, stmt: Statement, /, **params: Any) -> Sequence[Row]:
        """Asked anew: what this unit has changed is its own so far."""
        return await self.fetch(stmt, **params)

    def owe(self, stmt: Statement) -> None:
        """Note that a statement has changed rows, or may have."""
        self.wrote = self.wrote or stmt.writes
        self.owed |= stmt.changes

    async def run(self, stmt: Statement, /, **params: Any) -> int:
        """Run a change; how many rows it touched."""
        raise NotImplementedError

    async def run_many(self, stmt: Statement, rows: Sequence[dict[str, Any]], /) -> None:
        raise NotImplementedError

    def tell(self, *events: Event) -> None:
        """Events of this unit; they enter the outbox with it."""
        self.events.extend(events)

    @asynccontextmanager
    async def part(self) -> AsyncGenerator[None]:
        """A part of the unit: what raises in it undoes the part, and the rest of the unit stands. Parts do not nest."""
        told, touched, spared = len(self.events), set(self.touched), set(self.spared)
        remarked, counted, came, edge = len(self.remarks), len(self.counts), len(self.came), self.edge
        await self.mark()
        try:
            yield
        except BaseException:
            await self.undo()
            self.memory.undone(self.changed())
            del self.events[told:], self.remarks[remarked:], self.counts[counted:], self.came[came:]
            self.touched, self.spared, self.log_size, self.edge = touched, spared, None, edge
            raise
        await self.keep()

    async def mark(self) -> None:
        """Make a savepoint."""
        raise NotImplementedError

    async def undo(self) -> None:
        """Roll back to the savepoint."""
        raise NotImplementedError

    async def keep(self) -> None:
        """Release the savepoint; what was done since stays in the unit."""
        raise NotImplementedError

    def touch[K](self, kind: Kind[K], *keys: K | Every) -> None:
        """What memory must forget when this unit is committed."""
        self.touched.update((kind, key) for key in keys)

    def remark(self, account: int, post: int, *, came: int = 0, went: int = 0) -> None:
        """One of an account's marks on a post came or went, and nothing else of its `REACTIONS`: memory need not ask for the others."""
        self.remarks.append(Remark(account, post, came, went))

    def count(self, kind: Kind[int], key: int, **counts: int | None) -> None:
        """Of a thing's row these columns were changed, to this, and nothing else: memory need not ask for it anew.

        At once after the statement that said so: from then on until the commit nobody else changes the row.
        """
        self.counts.append(Counted(kind, key, counts, self.memory.lying(kind, key)))

    def come(self, author: int, post: int, *, at_home: bool) -> None:
        """Somebody's post is new, and nothing else of what they wrote is changed: the newest of all need not be read anew."""
        self.came.append(Came(author, post, at_home))

    def spare(self, kind: Kind[Any]) -> None:
        """Rows of a kind are changed, but nothing that anybody could have cached by its keys."""
        self.spared.add(kind)

    def noticed(self) -> list[Remark]:
        """What came and went of the marks of those of whose reactions nothing else was changed."""
        return [remark for remark in self.remarks if (REACTIONS, remark.account) not in self.touched]

    def recounted(self) -> list[Counted]:
        """What was counted of those things of which nothing else was changed, nor counted twice."""
        often = Counter(one[:2] for one in self.counts)
        return [one for one in self.counts if often[one[:2]] == 1 and self.touched.isdisjoint(one.wholes)]

    def arrived(self) -> Sequence[Came]:
        """The new posts, where of what anybody wrote nothing else was changed."""
        return () if any(kind is WROTE for kind, _ in self.touched) else self.came

    def changed(self) -> set[Touched]:
        """What was touched; and the whole of each kind whose rows were changed and none of whose keys was touched."""
        touched = self.touched | {(REACTIONS, remark.account) for remark in self.remarks}
        touched |= {one[:2] for one in self.counts} | {(WROTE, one.author) for one in self.came}
        named = {kind for kind, _ in touched} | self.spared
        return touched | {(kind, EVERY) for kind in self.owed if kind not in named}


class Work(Protocol):
    """The store's door. `after_commit` is called with the events of each committed unit, before its author is answered.

    `after_others` is called with the events of other processes' units as soon as they are known here, where the store can
    tell (`hears_others`; else they are found in the outbox), and `after_gap` where nobody can say which they were.
    `before_closing` gives back what is held in the store, as long as it can be asked.
    """

    memory: Memory
    clock: Clock
    vitals: Vitals
    after_commit: AfterCommit
    after_others: AfterCommit
    after_gap: Callable[[], None]
    before_closing: BeforeClosing
    hears_others: bool

    def reading(self) -> OpenReading: ...

    def scanning(self) -> OpenReading:
        """For reads without a small bound: off the loop thread on SQLite."""
        ...

    def of_one_moment(self) -> AbstractAsyncContextManager[Reading]:
        """For reads that are held against each other, as of the log: this process and others go on writing meanwhile.

        Off the loop thread on SQLite, as `scanning`.
        """
        ...

    def writing(self) -> AbstractAsyncContextManager[Writing]: ...

    def fault(self, error: BaseException) -> Problem | None:
        """What an error of the database means for whoever asked: 409, 503 or 507; None for any other error, and for our mistakes."""
        ...

    async def fresh(self) -> None:
        """Forget what another process has changed; cheap enough to call before every request.

        Where several processes serve, whatever was committed before the call is known after it. Raises Unavailable where
        that cannot be known: by an older law nobody is judged.
        """
        ...

    async def catch_up(self) -> None:
        """The same, however lately it was looked: for whoever knows of a change already."""
        ...

    async def abreast(self) -> int:
        """For whoever carries on in a unit what other units told of: what was committed with the events that this unit has read is
        known here after the call, whoever committed it, up to the place in the outbox that is returned.

        What stands behind that is for another unit: on SQLite those that go to the disk together read what is not true yet.
        """
        ...

    def horizon(self) -> tuple[str, int, int, int] | None:
        """How far this process knows the store: (epoch, low, high, looks); None where it is alone, or has not looked yet.

        Of the epoch, in which the store has forgotten nothing, all transactions below `low` have ended and are visible, and
        what those from `high` on change has not been heard, unless they are our own. `looks` counts.
        """
        ...

    async def open_for(self) -> float:
        """Seconds since the oldest transaction that is open in the database was begun, by whomever; 0 where none is or none can tell."""
        ...

    async def tidy(self) -> None:
        """House-keeping for idle moments."""
        ...

    async def keep_small(self) -> None:
        """House-keeping that cannot wait for idle moments; asked for every few seconds."""
        ...

    async def open(self) -> None: ...

    async def seat(self, many: int) -> int | None:
        """A number below `many` that no other process of this kind (serving, or beside) has at this store, as long as the
        database keeps the connection that holds it: after its restart a new process may be given the same.

        None where none can be had: all are taken; or on SQLite, where one process serves, and writers take turns. (Many processes
        lease theirs: `store.machine.seats`.)
        """
        ...

    async def close(self) -> None: ...


async def nothing_before() -> None:
    """The `before_closing` of a store that has nothing to give back."""


def nothing_after(events: list[Event]) -> None:
    """The listener of a store that has none yet."""


def nothing_lost() -> None:
    """The `after_gap` of a store that nobody listens to yet."""


class _Within:
    """A Work that leads into a unit that is open already: its writes join that unit, and its reads see what it changed."""

    def __init__(self, work: Work, unit: Writing) -> None:
        self._work = work
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def reading(self) -> OpenReading:
        return OpenReading(self._unit)

    def scanning(self) -> OpenReading:
        return OpenReading(self._unit)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Writing]:
        yield self._unit


def within(work: Work, unit: Writing) -> Work:
    """A Work that leads into an open unit. An error must leave that unit, too: then nothing is committed."""
    return cast("Work", _Within(work, unit))
