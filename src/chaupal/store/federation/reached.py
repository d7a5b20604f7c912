"""To how many servers posts of ours were delivered, and how many people there follow their authors. Numbers only.

Whoever fetched a post by its address is not counted: it is not kept who asks for what is for everybody.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import distinct, func, or_, text as sql

from chaupal.store.machine.dialect import among, listed, param, upsert
from chaupal.store.machine.statements import deletes, same, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import reached, servers
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import follows, posts

NOTE = upsert(lambda insert: insert(reached).on_conflict_do_nothing(index_elements=["post_id", "server_id"]))
# A repost of ours is delivered in its own name, and servers fetch what it carries.
_SAID = func.coalesce(posts.c.boost_of, posts.c.id)
_DELIVERED = reached.join(posts, posts.c.id == reached.c.post_id)
OF_POSTS = (
    selects(_SAID, func.count(distinct(reached.c.server_id)))
    .select_from(_DELIVERED)
    .where(or_(among(posts.c.id, "ids"), among(posts.c.boost_of, "ids")))
    .group_by(_SAID)
)
# How many servers hold copies of what an account said.
of_account = (
    selects(func.count(distinct(reached.c.server_id))).select_from(_DELIVERED).where(same(posts, author="of")).number_of
)
FOLLOWERS = (
    selects(follows.c.to, func.count())
    .select_from(follows)
    .join(accounts, accounts.c.id == follows.c.by)
    .where(among(follows.c.to, "ids"), follows.c.server != sql("0"), accounts.c.server > sql("0"))
    .group_by(follows.c.to)
)
ORIGINS = (
    selects(accounts.c.id, servers.c.domain)
    .join(servers, servers.c.id == accounts.c.server)
    .where(among(accounts.c.id, "ids"), accounts.c.server > sql("0"))
)
# Ids of the servers to which a post was delivered, by itself or in a repost.
servers_of = (
    selects(reached.c.server_id)
    .distinct()
    .select_from(_DELIVERED)
    .where(or_(posts.c.id == param("of"), posts.c.boost_of == param("of")))
    .ids_of
)
# Ids of the servers to which anything by an account was delivered.
servers_of_account = (
    selects(reached.c.server_id).distinct().select_from(_DELIVERED).where(same(posts, author="of")).ids_of
)
FORGET = deletes(reached).where(post_id="of").returning(reached.c.server_id)
HAS = selects(reached.c.post_id).where(among(reached.c.post_id, "ids"), server_id="server")


async def note(w: Writing, posts_: Sequence[int], server: int, at: int) -> None:
    """Posts of ours came to a server (at, in ms); to note it once more changes nothing."""
    if posts_:
        await w.run_many(NOTE, [{"post_id": post, "server_id": server, "at": at} for post in posts_])


async def counts(reading: Reading, ids: Collection[int]) -> dict[int, int]:
    """Post -> to how many servers it was sent, by itself or in a repost; those that were sent to none are left out."""
    rows = await reading.fetch(OF_POSTS, ids=listed(ids)) if ids else ()
    return {row[0]: row[1] for row in rows}


async def followers(reading: Reading, ids: Collection[int]) -> dict[int, int]:
    """Account -> how many people on other servers follow it; nobody: it is left out."""
    rows = await reading.fetch(FOLLOWERS, ids=listed(ids)) if ids else ()
    return {row[0]: row[1] for row in rows}


async def origins(reading: Reading, ids: Collection[int]) -> dict[int, str]:
    """Account -> the domain of its server; people of ours are left out."""
    rows = await reading.fetch(ORIGINS, ids=listed(ids)) if ids else ()
    return {row[0]: row[1] for row in rows}


async def forget(w: Writing, post: int) -> list[int]:
    """Ids of the servers to which a post that is gone was delivered, which nobody need know any more after this."""
    return [row[0] for row in await w.fetch(FORGET, of=post)]


async def came_to(reading: Reading, server: int, posts_: Sequence[int]) -> set[int]:
    """Which of these posts were delivered to a server."""
    rows = await reading.fetch(HAS, server=server, ids=listed(posts_)) if posts_ else ()
    return {row[0] for row in rows}
