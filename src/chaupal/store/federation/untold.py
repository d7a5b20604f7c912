"""Events that other servers are yet to be told of, kept while federation is off, in order."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select

from chaupal.kernel.event import Event, decode_event, encode_event
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import deletes, inserts, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import own_keys, reached, remote_people, spoken, untold

EVER = selects(own_keys.c.account_id).limit(1)
ELSEWHERE = selects(remote_people.c.account_id).where(among(remote_people.c.account_id, "ids")).limit(1)
CAME = selects(reached.c.post_id).where(among(reached.c.post_id, "ids")).limit(1)
LEAVES = selects(spoken.c.id).where(spoken.c.post > 0, among(spoken.c.post, "ids")).limit(1)

OLDER = deletes(untold).where(untold.c.about > 0, about="about", name="name")
ADD = inserts(untold, "name body about at")
ANY = selects(untold.c.seq).limit(1)
# The oldest is one unit's until that ends: of many processes one tells, and in their order.
OLDEST = (
    selects(untold.c.seq)
    .where(untold.c.seq == select(func.min(untold.c.seq)).scalar_subquery())
    .with_for_update(skip_locked=True)
)
NEXT = selects(untold, "seq name body tries").where(untold.c.seq >= param("first")).ordered("seq").limit("n")
DONE = deletes(untold).where(among(untold.c.seq, "seqs"))
tried = updates(untold, tries=untold.c.tries + 1).where(seq="of").run_of


class UntoldEvent(NamedTuple):
    """An event that others have yet to be told of; None: this version does not know it."""

    seq: int
    event: Event | None
    tries: int


async def ever_spoke(reading: Reading) -> bool:
    """Whether anybody of this house ever signed anything for another server: else none knows of anything here."""
    return await reading.value(EVER) is not None


async def is_elsewhere(reading: Reading, *accounts: int) -> bool:
    """Whether any of these is somebody of another server."""
    return await reading.value(ELSEWHERE, ids=listed(accounts)) is not None


async def has_left(reading: Reading, posts: Collection[int]) -> bool:
    """Whether any of these posts (or profiles) came to another server, or is on its way to one."""
    ids = listed(posts)
    return await reading.value(CAME, ids=ids) is not None or await reading.value(LEAVES, ids=ids) is not None


async def add(w: Writing, event: Event, about: int = 0) -> None:
    """Keep an event. `about`: of those of its kind about this the latest is enough."""
    name, body = encode_event(event)
    if about:
        await w.run(OLDER, name=name, about=about)
    await w.run(ADD, name=name, body=body, about=about, at=w.now())


async def any_waits(reading: Reading) -> bool:
    return await reading.value(ANY) is not None


async def take(w: Writing, at_most: int) -> list[UntoldEvent]:
    """The oldest ones, this unit's until it ends; none where another process is at it."""
    first = await w.value(OLDEST)
    rows = await w.fetch(NEXT, first=first, n=at_most) if first is not None else ()
    return [UntoldEvent(seq, decode_event(name, body), tries) for seq, name, body, tries in rows]


async def done(w: Writing, seqs: Collection[int]) -> None:
    await w.run(DONE, seqs=listed(seqs))
