"""People of other servers in a store, and what they say, as if they had been met: for tests in which no other server has to answer."""

from typing import Any, Protocol

from sqlalchemy import select, update

from chaupal.kernel.ids import MakeId
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Post
from chaupal.store.federation import people, servers, uris
from chaupal.store.federation.people import RemoteProfile
from chaupal.store.identity import accounts as account_rows
from chaupal.store.machine.dialect import param, statement, text_param
from chaupal.store.machine.work import Work
from chaupal.store.square import posting
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import posts
from chaupal.text.analyse import name_words

_AUTHOR = statement(select(accounts.c.server, accounts.c.uri, accounts.c.url).where(accounts.c.id == param("of")))
_LISTED = statement(select(posts.c.listed, posts.c.language).where(posts.c.id == param("of")))
_FROM_THERE = {"server": param("there"), "uri": text_param("at"), "url": text_param("at")}
_PERSON = statement(update(accounts).where(accounts.c.id == param("of")).values(**_FROM_THERE))
_POST = statement(update(posts).where(posts.c.id == param("of")).values(listed=0, **_FROM_THERE))


class Room(Protocol):
    """What is needed of a street, or of a house's square."""

    @property
    def work(self) -> Work: ...
    @property
    def make_id(self) -> MakeId: ...


async def server(room: Room, domain: str) -> int:
    """A server that was met."""
    async with room.work.writing() as w:
        return await servers.met(w, room.make_id, domain)


async def met(room: Room, handle: str = "moham@other.example", *, at: str = "", **shown: Any) -> int:
    """The account of `user@host`. `at`: scheme and host of their server, https://HOST where nothing is said; `shown`: what is not
    as usual (fields of `Shown`).
    """
    user, _, host = handle.partition("@")
    at = at or f"https://{host}"
    uri = shown.pop("uri", f"{at}/users/{user}")
    usual = {
        "url": f"{at}/@{user}",
        "kind": "Person",
        "name": user.title(),
        "note": "",
        "note_html": "",
        "inbox": f"{uri}/inbox",
        "shared_inbox": f"{at}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/featured",
        "discoverable": True,
        "indexable": True,
    }
    there = await server(room, host)
    async with room.work.writing() as w:
        account = room.make_id()
        await uris.add(w, uri, uris.ACCOUNT, account)
        await people.add(w, account, there, handle, RemoteProfile(uri=uri, **usual | shown), w.now())
        await account_rows.find_by(w, account, name_words(str((usual | shown)["name"]), user))
    return account


async def said(
    room: Room,
    author: int,
    text: str = "सरसों फूली है",
    *,
    visibility: Visibility = Visibility.PUBLIC,
    mentions: tuple[int, ...] = (),
    number: int = 0,
) -> int:
    """A post of somebody who was met, of which nobody is told. `number`: in its address there, its id here where nothing is said."""
    id_ = room.make_id()
    async with room.work.writing() as w:
        there, uri, url = (await w.fetch(_AUTHOR, of=author))[0]
        post = Post(
            id=id_,
            author=author,
            created_at=w.now(),
            visibility=visibility,
            text=text,
            html=f"<p>{text}</p>",
            spoiler="",
            language="hi",
            sensitive=False,
            reply_to=None,
            reply_to_account=None,
            root=id_,
            server=there,
            uri=f"{uri}/statuses/{number or id_}",
            url=f"{url}/{number or id_}",
            mentions=tuple(Mention(one, "") for one in mentions),
        )
        await posting.add(w, post, answers=False)
        await uris.add(w, post.uri, uris.POST, id_, author)
    return id_


async def from_there(room: Room, account: int, domain: str, *said: int) -> int:
    """An account that was made here, and what it said here, are of the server at `domain` from now on; the server's id."""
    there = await server(room, domain)
    async with room.work.writing() as w:
        await w.run(_PERSON, of=account, there=there, at=f"https://{domain}/u/{account}")
        for post in said:
            listed, language = (await w.fetch(_LISTED, of=post))[0]
            await w.run(_POST, of=post, there=there, at=f"https://{domain}/p/{post}")
            if listed:
                await w.run(posting.LIST_ELSEWHERE, of=post, whence=there, tongue=language)
    return there
