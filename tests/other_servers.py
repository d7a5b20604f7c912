"""People of other servers in a store, for tests that look at what becomes of them: as if what they say had come from there."""

from sqlalchemy import update

from chaupal.kernel.ids import MakeId
from chaupal.store.federation import servers
from chaupal.store.machine.dialect import param, statement, words
from chaupal.store.machine.tables import accounts, posts
from chaupal.store.machine.work import Work

PERSON = statement(
    update(accounts).where(accounts.c.id == param("of")).values(server=param("there"), uri=words("at"), url=words("at"))
)
POST = statement(
    update(posts).where(posts.c.id == param("of")).values(server=param("there"), uri=words("at"), url=words("at"))
)


async def from_there(work: Work, make_id: MakeId, account: int, domain: str, *said: int) -> int:
    """The account, and what it said, are of the server at `domain` from now on; the server's id."""
    async with work.writing() as w:
        server = await servers.met(w, make_id, domain)
        await w.run(PERSON, of=account, there=server, at=f"https://{domain}/u/{account}")
        for post in said:
            await w.run(POST, of=post, there=server, at=f"https://{domain}/p/{post}")
    return server
