"""Posts that somebody keeps at the top of their profile."""

from sqlalchemy import func

from chaupal.store.machine.dialect import param
from chaupal.store.machine.shelves import REACTIONS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.square import pins

PIN = inserts_once(pins, account_id="me", post_id="of", id="new")
UNPIN = deletes(pins).where(account_id="me", post_id="of")
OF = selects(pins.c.post_id).where(account_id="me").ordered("-id")
COUNT = selects(func.count(pins.c.id)).where(same(pins, account_id="me"), pins.c.post_id != param("of"))


async def pin(w: Writing, me: int, post: int, new: int) -> bool:
    """False where it was pinned already."""
    w.touch(REACTIONS, me)
    return await w.run(PIN, me=me, of=post, new=new) == 1


async def unpin(w: Writing, me: int, post: int) -> bool:
    """False where it was not pinned."""
    w.touch(REACTIONS, me)
    return await w.run(UNPIN, me=me, of=post) == 1


async def of_account(reading: Reading, account: int) -> list[int]:
    """The posts that the account has pinned, the one pinned last first."""
    return [row[0] for row in await reading.by(REACTIONS, account).fetch(OF, me=account)]


async def count(reading: Reading, account: int, but: int) -> int:
    """How many are pinned beside this one."""
    return await reading.value(COUNT, me=account, of=but)
