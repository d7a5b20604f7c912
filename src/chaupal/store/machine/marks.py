"""Small named values of the house: the log's origin, and on SQLite the mark by which the command line tells of a change."""

from sqlalchemy import BigInteger, cast, func, select

from chaupal.store.machine.dialect import text_param, upsert
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.machine import marks

CHANGED_BESIDE = "changed_beside"
LOG_SIZE = "log_size"  # how many entries the public log has; whoever appends holds this row
_sized = marks.alias("sized")
LOGGED = select(cast(_sized.c.value, BigInteger)).where(_sized.c.key == LOG_SIZE).scalar_subquery()  # for a statement

# From which size on the log bears its own name: what it had before it was begun anew was signed under another (`log.beginning`).
LOG_KEPT = "log_kept"
_kept = marks.alias("kept")
KEPT = func.coalesce(select(cast(_kept.c.value, BigInteger)).where(_kept.c.key == LOG_KEPT).scalar_subquery(), 0)
# How many numbers of a year may have been given out by what is lost: `numbers_lost:2026`.
NUMBERS_LOST = "numbers_lost:"
_lost = marks.alias("lost")
LOST = func.coalesce(
    select(cast(_lost.c.value, BigInteger)).where(_lost.c.key == text_param("lost")).scalar_subquery(), 0
)

READ = selects(marks.c.value).where(key="k")
WRITE = upsert(
    lambda insert: (
        insert(marks)
        .values(key=text_param("k"), value=text_param("v"))
        .on_conflict_do_update(index_elements=["key"], set_={"value": text_param("v")})
    )
)
BEGIN = upsert(
    lambda insert: (
        insert(marks).values(key=text_param("k"), value=text_param("v")).on_conflict_do_nothing(index_elements=["key"])
    )
)
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
