"""Scheduled posts as rows: what is to be said when; a row goes in the commit that says it, so it is said once."""

from sqlalchemy import func, select

from chaupal.policy.drafts_and_scheduled import Unsaid, UnsaidPost
from chaupal.store.machine.dialect import param
from chaupal.store.machine.statements import columns_of, deletes, inserts, same, selects, updates
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square import drafts
from chaupal.store.square.posts import Pages
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import scheduled

COLUMNS = columns_of(scheduled, "id account_id body created_at at failed")
_MINE = (scheduled.c.account_id == param("me"),)

INSERT = inserts(scheduled)
OF = Pages(scheduled.c.id, *_MINE, base=select(*COLUMNS))
ONE = selects(*COLUMNS).where(*_MINE, same(scheduled, id="of"))
CHANGE = updates(scheduled, at="at", body="said", posts="n").where(*_MINE, id="of").values(failed="")
MOVE = updates(scheduled, at="at").where(*_MINE, id="of").values(failed="")
DROP = deletes(scheduled).where(*_MINE, id="of")
COUNT = selects(func.coalesce(func.sum(scheduled.c.posts), 0)).where(
    *_MINE, scheduled.c.at >= param("since"), scheduled.c.at < param("until")
)
DUE = (
    selects(*COLUMNS)
    .where(scheduled.c.failed == "", scheduled.c.at <= param("at"))
    .order_by(scheduled.c.at, scheduled.c.id)
    .limit("n")
)
# As it was when it was found due: whoever moves or changes it meanwhile gives it a time to come.
_STILL_DUE = (scheduled.c.id == param("of"), scheduled.c.failed == "", scheduled.c.at <= param("at"))
TAKE = deletes(scheduled).where(*_STILL_DUE)
FAIL = updates(scheduled, failed="why").where(*_STILL_DUE)
# How the account stands.
state_of = selects(accounts.c.state).where(id="of").word_of


async def add(w: Writing, id_: int, account: int, body: Unsaid, at: int) -> None:
    await w.run(
        INSERT,
        id=id_,
        account_id=account,
        at=at,
        body=drafts.written(body),
        created_at=w.now(),
        failed="",
        posts=body.count,
    )
    await drafts.keep_media(w, id_, body.uploads)


async def page(reading: Reading, account: int, *, below: int, above: int, limit: int, upward: bool) -> list[UnsaidPost]:
    """The account's, newest first, one more than `limit`."""
    rows = await OF.page(reading, me=account, below=below, above=above, limit=limit, upward=upward)
    return [*map(_waiting, rows)]


async def by_id(reading: Reading, account: int, id_: int) -> UnsaidPost | None:
    row = await reading.first(ONE, me=account, of=id_)
    return None if row is None else _waiting(row)


async def move(w: Writing, id_: int, account: int, at: int) -> bool:
    """Due at another time (and due again, where it had failed); False where the account has no such post."""
    return bool(await w.run(MOVE, me=account, of=id_, at=at))


async def change(w: Writing, id_: int, account: int, body: Unsaid, at: int) -> None:
    """Says this from now on, at that time; and is due again, where it had failed."""
    await w.run(CHANGE, me=account, of=id_, at=at, said=drafts.written(body), n=body.count)
    await drafts.keep_media(w, id_, body.uploads)


async def drop(w: Writing, id_: int, account: int) -> bool:
    """False where the account has no such post."""
    if not await w.run(DROP, me=account, of=id_):
        return False
    await drafts.keep_media(w, id_, ())
    return True


async def count(reading: Reading, account: int, since: int = 0, until: int = 2**62) -> int:
    """How many posts of the account are due within that time (ms): a series is as many as it has."""
    return int(await reading.value(COUNT, me=account, since=since, until=until))


async def due(reading: Reading, at_most: int) -> list[UnsaidPost]:
    return [_waiting(row) for row in await reading.fetch(DUE, at=reading.now(), n=at_most)]


async def take(w: Writing, id_: int) -> bool:
    """It is about to be said, and goes; False where it went, or was moved, meanwhile."""
    if not await w.run(TAKE, of=id_, at=w.now()):
        return False
    await drafts.keep_media(w, id_, ())
    return True


async def fail(w: Writing, id_: int, why: str) -> bool:
    """It could not be said: it stays, for its author to look at. False for one that was moved meanwhile: it waits on."""
    return await w.run(FAIL, of=id_, at=w.now(), why=why) == 1


def _waiting(row: Row) -> UnsaidPost:
    id_, account, body, created, at, failed = row
    return UnsaidPost(id=id_, account=account, body=drafts.read(body), created_at=created, at=at, failed=failed)
