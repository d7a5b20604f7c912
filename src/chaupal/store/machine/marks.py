"""Small named values of the house: the log's origin, and on SQLite the mark by which the command line tells of a change."""

from typing import Any

from sqlalchemy import BigInteger, cast, func, select

from chaupal.store.machine.dialect import text_param
from chaupal.store.machine.statements import inserts_once, selects, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.machine import marks

CHANGED_BESIDE = "changed_beside"
LOG_SIZE = "log_size"  # how many entries the public log has; whoever appends holds this row


def _number(key: Any, name: str) -> Any:
    """A mark that is a number, for a statement."""
    named = marks.alias(name)
    return select(cast(named.c.value, BigInteger)).where(named.c.key == key).scalar_subquery()


LOGGED = _number(LOG_SIZE, "sized")
# From which size on the log bears its own name: what it had before it was begun anew was signed under another (`log.beginning`).
LOG_KEPT = "log_kept"
KEPT = func.coalesce(_number(LOG_KEPT, "kept"), 0)
# How many numbers of a year may have been given out by what is lost: `numbers_lost:2026`.
NUMBERS_LOST = "numbers_lost:"
LOST = func.coalesce(_number(text_param("lost"), "lost"), 0)

READ = selects(marks.c.value).where(key="k")
WRITE = upserts(marks, "key", key="k", value="v")
BEGIN = inserts_once(marks, "", "key", key="k", value="v")
BEGUN = selects(marks.c.key, marks.c.value).where(marks.c.key.like(text_param("k")))


async def read(reading: Reading, key: str) -> str:
    """The value, or the empty string."""
    return await reading.value(READ, k=key) or ""


async def write(writing: Writing, key: str, value: str) -> None:
    await writing.run(WRITE, k=key, v=value)


async def begin(writing: Writing, key: str, value: str) -> None:
    """Write a value where there is none; of two at once one is kept."""
    await writing.run(BEGIN, k=key, v=value)


async def all_named(reading: Reading, beginning: str) -> dict[str, str]:
    """Every mark whose key begins so (in letters and colons): the rest of its key, and its value."""
    return {key.removeprefix(beginning): value for key, value in await reading.fetch(BEGUN, k=f"{beginning}%")}
