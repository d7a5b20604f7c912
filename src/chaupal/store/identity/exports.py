"""What people take along: what was asked for, how far it has been made, and how long it is kept."""

import msgspec
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy import text as sql

from chaupal.store.machine.dialect import param, statement, words
from chaupal.store.machine.tables import exports
from chaupal.store.machine.work import Reading, Writing

HELD_FOR = 60_000  # ms after which another process goes on with what this one has left

COLUMNS = (
    exports.c.id, exports.c.account_id, exports.c.key, exports.c.country, exports.c.language, exports.c.state, exports.c.total,
    exports.c.at, exports.c.size, exports.c.created_at, exports.c.ends_at,
)  # fmt: skip
ADD = statement(insert(exports))
ONE = statement(select(*COLUMNS).where(exports.c.id == param("of"), exports.c.account_id == param("me")))
MINE = statement(
    select(*COLUMNS).where(exports.c.account_id == param("me")).order_by(exports.c.id.desc()).limit(param("n"))
)
_open = or_(exports.c.state == sql("'waiting'"), exports.c.state == sql("'running'"))
OPEN = statement(
    select(*COLUMNS).where(_open, exports.c.held_until < param("now")).order_by(exports.c.id).limit(1)
)  # fmt: skip
HOLD = statement(
    update(exports)
    .where(exports.c.id == param("of"), _open, exports.c.held_until < param("now"))
    .values(held_until=param("until"), state="running")
)
BUSY = statement(select(exports.c.id).where(exports.c.account_id == param("me"), _open).limit(1))
ADVANCE = statement(
    update(exports)
    .where(exports.c.id == param("of"), exports.c.state == sql("'running'"))
    .values(at=param("to"), total=param("of_all"), held_until=param("until"))
)
END = statement(
    update(exports)
    .where(exports.c.id == param("of"), _open)
    .values(state=words("as"), size=param("bytes"), ends_at=param("until"))
)
OVER = statement(
    select(exports.c.id, exports.c.key)
    .where(exports.c.ends_at <= param("now"))
    .order_by(exports.c.ends_at)
    .limit(param("n"))
)
DROP = statement(delete(exports).where(exports.c.id == param("of")))


class Export(msgspec.Struct, frozen=True):
    """A file with all of one's own. `country`: where its owner was, for whom lists were looked at. Times in ms."""

    id: int
    account: int
    key: str
    country: str
    language: str
    state: str
    total: int
    at: int
    size: int
    created_at: int
    ends_at: int | None


async def add(w: Writing, one: Export) -> None:
    row = msgspec.structs.asdict(one)
    row["account_id"] = row.pop("account")
    await w.run(ADD, **row | {"created_at": w.now(), "held_until": 0})


async def busy(reading: Reading, account: int) -> bool:
    """Whether something of theirs is still being made."""
    return await reading.value(BUSY, me=account) is not None


async def one(reading: Reading, account: int, id_: int) -> Export | None:
    row = await reading.first(ONE, me=account, of=id_)
    return Export(*row) if row else None


async def mine(reading: Reading, account: int, at_most: int) -> list[Export]:
    """The newest first."""
    return [Export(*row) for row in await reading.fetch(MINE, me=account, n=at_most)]


async def take_up(w: Writing) -> Export | None:
    """The oldest that waits, or that somebody left; it is this process's for a minute, and longer with every step."""
    row = await w.first(OPEN, now=w.now())
    if row is None:
        return None
    held = await w.run(HOLD, of=row[0], now=w.now(), until=w.now() + HELD_FOR)
    return Export(*row) if held else None


async def advance(w: Writing, id_: int, at: int, total: int) -> bool:
    """False where nobody waits for it any more."""
    return bool(await w.run(ADVANCE, of=id_, to=at, of_all=total, until=w.now() + HELD_FOR))


async def end(w: Writing, id_: int, state: str, size: int, ends_at: int) -> bool:
    """False where nobody waits for it any more."""
    return bool(await w.run(END, of=id_, **{"as": state}, bytes=size, until=ends_at))


async def over(reading: Reading, at_most: int) -> list[tuple[int, str]]:
    """(id, key) of those that are kept no longer."""
    return [(row[0], row[1]) for row in await reading.fetch(OVER, now=reading.now(), n=at_most)]


async def drop(w: Writing, id_: int) -> None:
    await w.run(DROP, of=id_)
