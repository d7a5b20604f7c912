"""Long jobs that people start, as rows: one process holds a job for a minute at a time; when it dies, another takes it up."""

import msgspec
from sqlalchemy import Table, or_, select, text as sql

from chaupal.store.machine.dialect import param, statement
from chaupal.store.machine.statements import inserts, selects, updates
from chaupal.store.machine.work import Reading, Writing

HELD_FOR = 60_000  # ms after which another process goes on with what this one has left


class HeldJobs[Job: msgspec.Struct]:
    """One kind of them. Its Struct has the columns of its table by name (`account` for `account_id`), without `held_until`."""

    def __init__(self, table: Table, kind: type[Job]) -> None:
        self._kind = kind
        self._columns = {name: name if name in table.c else f"{name}_id" for name in kind.__struct_fields__}
        asked = select(*(table.c[column] for column in self._columns.values()))
        mine = table.c.account_id == param("me")
        free = table.c.held_until < param("now")
        self.open = or_(table.c.state == sql("'waiting'"), table.c.state == sql("'running'"))
        self._add = inserts(table)
        self._one = statement(asked.where(table.c.id == param("of"), mine))
        self._mine = statement(asked.where(mine).order_by(table.c.id.desc()).limit(param("n")))
        self._busy = selects(table.c.id).where(mine, self.open).limit(1)
        self._next = statement(asked.where(self.open, free).order_by(table.c.id).limit(1))
        self._hold = updates(table, held_until="until").where(self.open, free, id="of").values(state="running")

    async def add(self, w: Writing, one: Job, held_until: int = 0) -> None:
        row = {column: getattr(one, name) for name, column in self._columns.items()}
        await w.run(self._add, **row | {"created_at": w.now(), "held_until": held_until})

    async def busy(self, reading: Reading, account: int) -> bool:
        """Whether one of theirs is still under way."""
        return await reading.value(self._busy, me=account) is not None

    async def by_id(self, reading: Reading, account: int, id_: int) -> Job | None:
        row = await reading.first(self._one, me=account, of=id_)
        return self._kind(*row) if row else None

    async def mine(self, reading: Reading, account: int, at_most: int) -> list[Job]:
        """The newest first."""
        return [self._kind(*row) for row in await reading.fetch(self._mine, me=account, n=at_most)]

    async def take_up(self, w: Writing) -> Job | None:
        """The oldest that waits, or that somebody left; it is this process's for a minute, and longer with every step."""
        row = await w.first(self._next, now=w.now())
        if row is None:
            return None
        held = await w.run(self._hold, of=row[0], now=w.now(), until=w.now() + HELD_FOR)
        return self._kind(*row) if held else None
