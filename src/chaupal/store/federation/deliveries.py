"""What is on its way to other servers: said once, and a row for each inbox that it still has to come to, in order for each server.

A server whose turn it is (`due_at`) is taken up by one process at a time (`held_until`); one that does not answer is left alone for
longer and longer, and what waits for it costs nobody anything meanwhile.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import and_, case, exists, func, or_, select, text as sql, union_all

from chaupal.kernel.clock import HOUR
from chaupal.kernel.ids import MakeId
from chaupal.store.machine.dialect import Statement, among, listed, param, statement, text_param
from chaupal.store.machine.statements import deletes, inserts, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import deliveries, remote_people, servers, spoken
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import follows, posts

BODIES_KEPT = HOUR  # what was said, after nobody has to be told it any more


class Box(NamedTuple):
    """An inbox of a server, and one of those there whom it is for: as whom the gate is asked, and to whom files are shown."""

    server: int
    inbox: str
    reader: int


class DueServer(NamedTuple):
    """A server whose turn it is. `failing_since` (ms): it has not answered since."""

    id: int
    domain: str
    fails: int
    failing_since: int | None


class Parcel(NamedTuple):
    """One thing for one inbox. `by`: the account that signs, 0 for the server.

    `post`, with its `author` and `visibility`: whose words it shows, if they are still there; 0: nobody's. Of a profile it is the
    account, which is its own author and has no visibility.
    """

    id: int
    inbox: str
    by: int
    tries: int
    body: str
    post: int
    author: int | None = None
    visibility: int | None = None
    pictured: bool | None = False  # whether it has pictures


class Depth(NamedTuple):
    """How much is on its way. `late_since` (ms): since when the first of the servers that answer has waited for somebody to tell it.

    `failing`: servers for which something waits and that did not answer the last time.
    """

    waiting: int
    late_since: int | None
    failing: int


_INBOX = case((remote_people.c.shared_inbox != "", remote_people.c.shared_inbox), else_=remote_people.c.inbox)
# Of a server that is gone nobody is told anything: it would never be fetched.
_THERE = or_(servers.c.failing_since.is_(None), servers.c.due_at.is_not(None))
_BOXES = (
    selects(remote_people.c.server_id, _INBOX, func.min(remote_people.c.account_id))
    .join(servers, servers.c.id == remote_people.c.server_id)
    .where(_INBOX != "", _THERE, gone_at=None)
    .group_by(remote_people.c.server_id, _INBOX)
    .order_by(remote_people.c.server_id, _INBOX)
)
_ELSEWHERE = follows.c.server != sql("0")  # by an index that those of ours are not in
OF_FOLLOWERS = _BOXES.join(follows, follows.c.by == remote_people.c.account_id).where(
    among(follows.c.to, "authors"), _ELSEWHERE
)
# Without those who are suspended here: for what is not for everybody a server is judged as one of its people.
OF_STANDING = (
    _BOXES.join(follows, follows.c.by == remote_people.c.account_id)
    .join(accounts, accounts.c.id == remote_people.c.account_id)
    .where(among(follows.c.to, "authors"), _ELSEWHERE, accounts.c.state != sql("'suspended'"))
)
# An inbox that has become another since is theirs still.
_THEIRS = (
    remote_people.c.server_id == param("server"),
    remote_people.c.gone_at.is_(None),
    or_(remote_people.c.shared_inbox == text_param("inbox"), remote_people.c.inbox == text_param("inbox")),
)
READERS_AT = statement(
    union_all(
        select(remote_people.c.account_id).where(*_THEIRS, among(remote_people.c.account_id, "named")),
        select(remote_people.c.account_id)
        .join(follows, follows.c.by == remote_people.c.account_id)
        .where(*_THEIRS, follows.c.to == param("followed")),
    ).limit(param("n"))
)
OF_PEOPLE = _BOXES.where(among(remote_people.c.account_id, "ids"))
EVERYWHERE = _BOXES
# Of a server that holds a copy one inbox will do: the shared one, where it has one.
OF_SERVERS = (
    selects(remote_people.c.server_id, func.min(_INBOX), func.min(remote_people.c.account_id))
    .join(servers, servers.c.id == remote_people.c.server_id)
    .where(_INBOX != "", _THERE, among(remote_people.c.server_id, "ids"), gone_at=None)
    .group_by(remote_people.c.server_id)
    .ordered("server_id")
)

SAY = inserts(spoken, "id body post at")
SEND = inserts(deliveries, "id inbox by", server_id="server", spoken_id="spoken")
# In the order of ids: two units that wake the same servers wait for one another and do not deadlock.
_WOKEN = select(servers.c.id).where(among(servers.c.id, "ids")).order_by(servers.c.id).with_for_update()
# Also where nothing changes: whoever is about to say that nothing waits must see what this unit adds.
WAKE = updates(servers, due_at=func.coalesce(servers.c.due_at, param("at"))).where(servers.c.id.in_(_WOKEN))


def _take(well: bool) -> Statement:
    """`well`: of those that answered when they were last called; else of those that did not."""
    free = (
        select(servers.c.id)
        .where(
            servers.c.due_at <= param("at"),
            servers.c.held_until <= param("at"),
            servers.c.fails == 0 if well else servers.c.fails > 0,
            among(servers.c.id, "busy", negate=True),
        )
        .order_by(servers.c.due_at)
        .limit(param("n"))
        .with_for_update(skip_locked=True)
    )
    return (
        updates(servers, held_until="until")
        .where(servers.c.id.in_(free))
        .returning(servers.c.id, servers.c.domain, servers.c.fails, servers.c.failing_since)
    )


TAKE = {well: _take(well) for well in (True, False)}
ANY = selects(servers.c.id).where(servers.c.due_at <= param("at"), servers.c.held_until <= param("at")).limit(1)
FREE_ALL = updates(servers, held_until=0).where(servers.c.held_until > 0)
HOLD = updates(servers, held_until="until").where(id="of")
NEXT = (
    selects(
        deliveries,
        "id inbox by tries",
        spoken,
        "body post",
        func.coalesce(posts.c.author, accounts.c.id),
        posts.c.visibility,
        posts.c.pictures != sql("'[]'"),
    )
    .join(spoken, spoken.c.id == deliveries.c.spoken_id)
    .outerjoin(posts, posts.c.id == spoken.c.post)
    .outerjoin(accounts, and_(accounts.c.id == spoken.c.post, accounts.c.state != sql("'deleted'")))
    .where(deliveries.c.server_id == param("server"), deliveries.c.id > param("after"))
    .ordered("id")
    .limit("n")
)
DONE = deletes(deliveries).where(among(deliveries.c.id, "ids"))
# One more vain try of this one.
tried = updates(deliveries, tries=deliveries.c.tries + 1).where(id="of").run_of
# The row is this unit's from here on, so that nothing is added unseen; only then is looked whether anything waits.
ANSWERED = updates(servers, held_until=0, fails=0, failing_since=None).where(id="of")
_WAITS = exists().where(deliveries.c.server_id == param("of"))
RELEASE = updates(servers, due_at=case((_WAITS, param("at")), else_=None)).where(id="of")
FAILED = updates(
    servers,
    held_until=0,
    fails=servers.c.fails * (1 - param("anew")) + 1,
    due_at="again",
    failing_since=case((param("anew") == 1, param("at")), else_=func.coalesce(servers.c.failing_since, param("at"))),
).where(id="of")
GIVE_UP = updates(servers, held_until=0, due_at=None).where(id="of")
DROP = deletes(deliveries).where(server_id="of")
LEFT = updates(remote_people, gone_at="at").where(server_id="server", inbox="inbox", gone_at=None)
SWEEP = deletes(spoken).where(spoken.c.at < param("before"), ~exists().where(deliveries.c.spoken_id == spoken.c.id))
HOW_MANY = selects(func.count(deliveries.c.id))
# Not those that somebody is telling at this moment: a long queue takes its time.
LATE_SINCE = selects(func.min(servers.c.due_at)).where(
    servers.c.due_at <= param("at"), servers.c.held_until <= param("at"), servers.c.fails == 0
)
FAILING = selects(func.count(servers.c.id)).where(servers.c.due_at.is_not(None), servers.c.fails > 0)


async def of_followers(reading: Reading, authors: Sequence[int], *, standing: bool = False) -> list[Box]:
    """Where those on other servers who follow any of these are told: one inbox for each server that has a shared one.

    `standing`: without those of them who are suspended here.
    """
    which = OF_STANDING if standing else OF_FOLLOWERS
    return [Box(*row) for row in await reading.fetch(which, authors=listed(authors))]


async def readers_at(
    reading: Reading, server: int, inbox: str, followed: int, named: Sequence[int], at_most: int
) -> list[int]:
    """Of those who are told there: who is named, or follows that account."""
    rows = await reading.fetch(
        READERS_AT, server=server, inbox=inbox, followed=followed, named=listed(named), n=at_most
    )
    return [row[0] for row in rows]


async def of_people(reading: Reading, ids: Collection[int]) -> list[Box]:
    """Where these are told; those who are ours, or gone, are left out."""
    return [Box(*row) for row in await reading.fetch(OF_PEOPLE, ids=listed(sorted(ids)))] if ids else []


async def of_servers(reading: Reading, ids: Collection[int]) -> list[Box]:
    """One inbox of each of these servers."""
    return [Box(*row) for row in await reading.fetch(OF_SERVERS, ids=listed(sorted(ids)))] if ids else []


async def everywhere(reading: Reading) -> list[Box]:
    """Every inbox that is known."""
    return [Box(*row) for row in await reading.fetch(EVERYWHERE)]


async def enqueue(w: Writing, make_id: MakeId, by: int, boxes: Sequence[Box], body: str, post: int = 0) -> None:
    """Say something to these inboxes, after all that they are still to be told. `post`: unsaid where that is gone by then."""
    said, now = make_id(), w.now()
    await w.run(SAY, id=said, body=body, post=post, at=now)
    await w.run_many(
        SEND, [{"id": make_id(), "server": box.server, "inbox": box.inbox, "by": by, "spoken": said} for box in boxes]
    )
    await w.run(WAKE, ids=listed(sorted({box.server for box in boxes})), at=now)


async def is_due(reading: Reading) -> bool:
    """Whether any server's turn has come."""
    return await reading.value(ANY, at=reading.now()) is not None


async def take(w: Writing, busy: Collection[int], until: int, at_most: int, *, well: bool) -> list[DueServer]:
    """Servers whose turn it is, this process's until then (ms). `well`: those that answered when they were last called."""
    rows = await w.fetch(TAKE[well], at=w.now(), busy=listed(sorted(busy)), until=until, n=at_most)
    return [DueServer(*row) for row in rows]


async def free_all(w: Writing) -> None:
    """Nobody is at any of them: this process is the only one, and has just begun."""
    await w.run(FREE_ALL)


async def hold(w: Writing, server: int, until: int) -> None:
    """It goes on being this process's."""
    await w.run(HOLD, of=server, until=until)


async def waiting(reading: Reading, server: int, after: int, at_most: int) -> list[Parcel]:
    """What the server is to be told next, behind the one with the id `after`."""
    return [Parcel(*row) for row in await reading.fetch(NEXT, server=server, after=after, n=at_most)]


async def done(w: Writing, ids: Sequence[int]) -> None:
    """They have arrived, or are not to be sent any more."""
    await w.run(DONE, ids=listed(ids))


async def release(w: Writing, server: int) -> None:
    """It has answered, and is anybody's again; its turn is at once where something waits."""
    await w.run(ANSWERED, of=server)
    await w.run(RELEASE, of=server, at=w.now())


async def failed(w: Writing, server: int, again_at: int, *, anew: bool) -> None:
    """It did not answer: it is left alone until then (ms). `anew`: it had answered until just now."""
    await w.run(FAILED, of=server, at=w.now(), again=again_at, anew=int(anew))


async def give_up(w: Writing, server: int) -> int:
    """It is gone: nothing waits for it any more; how many things did."""
    dropped = await w.run(DROP, of=server)
    await w.run(GIVE_UP, of=server)
    return dropped


async def left(w: Writing, server: int, inbox: str) -> None:
    """Their own inbox is there no more: whoever had it has left that server."""
    await w.run(LEFT, server=server, inbox=inbox, at=w.now())


async def sweep(w: Writing) -> int:
    """Forget what everybody was told; how many."""
    return await w.run(SWEEP, before=w.now() - BODIES_KEPT)


async def depth(reading: Reading) -> Depth:
    """What is on its way at this moment."""
    many, failing = await reading.value(HOW_MANY), await reading.value(FAILING)
    return Depth(many, await reading.value(LATE_SINCE, at=reading.now()), failing)
