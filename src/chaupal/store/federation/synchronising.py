"""Who of a server follows somebody of ours, so that both servers know the same (FEP-8fcf), and whom there a post is for."""

import hashlib

from sqlalchemy import literal_column, select, text as sql, union_all

from chaupal.store.machine.dialect import param, statement
from chaupal.store.machine.statements import same, selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import follows, mentions, posts

# A tie whose server is not noted (-1) may be of any.
_THERE = (
    follows.c.server != sql("0"),
    follows.c.server.in_((param("server"), literal_column("-1"))),
    accounts.c.server == param("server"),
)
AT = (
    selects(accounts.c.uri)
    .join(follows, follows.c.by == accounts.c.id)
    .where(same(follows, to="of"), *_THERE)
    .ordered("uri")
)
TOLD_AT = statement(
    union_all(
        select(mentions.c.account_id)
        .join(accounts, accounts.c.id == mentions.c.account_id)
        .where(mentions.c.post_id == param("of"), accounts.c.server == param("server")),
        select(follows.c.by)
        .join_from(posts, follows, follows.c.to == posts.c.author)
        .join(accounts, accounts.c.id == follows.c.by)
        .where(posts.c.id == param("of"), *_THERE),
    ).limit(param("n"))
)
# Of which server somebody is; 0: of ours.
server_of = selects(accounts.c.server).where(id="of").number_of


async def followers_at(reading: Reading, account: int, server: int) -> list[str]:
    """The actors' ids of those of a server who follow the account."""
    return [row[0] for row in await reading.fetch(AT, of=account, server=server)]


async def told_at(reading: Reading, server: int, post: int, at_most: int) -> list[int]:
    """Those of a server whom a post of ours names, and who follow its author."""
    return [row[0] for row in await reading.fetch(TOLD_AT, of=post, server=server, n=at_most)]


def digest(actors: list[str]) -> str:
    """One number for a list in whatever order: the SHA-256 of each, put together by exclusive or, in hexadecimal (FEP-8fcf)."""
    whole = 0
    for actor in actors:
        whole ^= int.from_bytes(hashlib.sha256(actor.encode()).digest())
    return f"{whole:064x}"
