"""People and posts of other servers as rows, for tests that are not about how they come in: known here, and nothing else."""

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Post
from chaupal.store.identity import accounts as account_rows
from chaupal.store.machine.dialect import param, statement, upsert, words
from chaupal.store.machine.tables import accounts, known_uris, posts, remote_people, servers
from chaupal.store.machine.work import Work
from chaupal.store.square import posting

SERVER = upsert(
    lambda i: i(servers).values(domain=words("domain"), id=param("id"), first_at=param("at")).on_conflict_do_nothing()
)
SERVER_OF = statement(select(servers.c.id).where(servers.c.domain == words("domain")))
PERSON = statement(
    update(accounts)
    .where(accounts.c.id == param("of"))
    .values(server=param("there"), uri=words("actor"), url=words("page"))
)
POST = statement(
    update(posts).where(posts.c.id == param("of")).values(server=param("there"), uri=words("object"), url=words("page"))
)
MORE = statement(
    insert(remote_people).values(
        account_id=param("whose"), server_id=param("there"), inbox=words("box"), shared_inbox=words("shared")
    )
)
URI = statement(insert(known_uris).values(uri=words("uri"), kind=words("kind"), of=param("what"), by=param("whose")))


async def server(work: Work, make_id: Any, domain: str, at: int) -> int:
    """A server that was met."""
    async with work.writing() as w:
        await w.run(SERVER, id=make_id(), domain=domain, at=at)
        return await w.value(SERVER_OF, domain=domain)


async def person(street: Any, handle: str = "moham@other.example", *, at: str = "") -> int:
    """Somebody on another server; `street` has `work`, `make_id` and `clock`. `at`: its scheme and host, https where nothing is said."""
    user, _, domain = handle.partition("@")
    there, id_ = await server(street.work, street.make_id, domain, street.clock()), street.make_id()
    at = at or f"https://{domain}"
    uri, page = f"{at}/users/{user}", f"{at}/@{user}"
    async with street.work.writing() as w:
        await account_rows.add(w, id_, handle, name=user.title(), role="member", state="active")
        await w.run(PERSON, of=id_, there=there, actor=uri, page=page)
        await w.run(MORE, whose=id_, there=there, box=f"{uri}/inbox", shared=f"{at}/inbox")
        await w.run(URI, uri=uri, kind="account", what=id_, whose=id_)
    return id_


async def post(
    street: Any, author: int, text: str = "सरसों फूली है", *, visibility: Visibility = Visibility.PUBLIC, mentions: tuple[int, ...] = (),
    number: int = 0,
) -> int:  # fmt: skip
    """Something that somebody on another server said."""
    async with street.work.reading() as reading:
        row = (await reading.fetch(WHERE, of=author))[0]
    there, actor, page = row
    id_ = street.make_id()
    made = Post(
        id=id_, author=author, created_at=street.clock(), visibility=visibility, text=text, html=f"<p>{text}</p>", spoiler="",
        language="hi", sensitive=False, reply_to=None, reply_to_account=None, root=id_,
        mentions=tuple(Mention(one, "") for one in mentions),
    )  # fmt: skip
    n = number or id_
    async with street.work.writing() as w:
        await posting.add(w, made, answers=False)
        await w.run(POST, of=id_, there=there, object=f"{actor}/statuses/{n}", page=f"{page}/{n}")
        await w.run(URI, uri=f"{actor}/statuses/{n}", kind="post", what=id_, whose=author)
    return id_


WHERE = statement(select(accounts.c.server, accounts.c.uri, accounts.c.url).where(accounts.c.id == param("of")))


def federating[T: msgspec.Struct](room: T) -> T:
    """A room of a house that talks to other servers."""
    settings = msgspec.structs.replace(getattr(room, "settings"), federation="on", federation_test=True)  # noqa: B009 - of any room
    return msgspec.structs.replace(room, settings=settings)


SAID_BY = statement(select(posts.c.id).where(posts.c.author == param("whose")).order_by(posts.c.id.desc()))
