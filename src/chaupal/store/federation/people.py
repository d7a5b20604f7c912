"""People of other servers as rows: what only servers need to know of them, beside the account that everybody sees; and faces of anybody."""

import hashlib
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text as sql

from chaupal.policy.things import Emoji, Field
from chaupal.store.machine.dialect import among, in_json, listed
from chaupal.store.machine.shelves import PEOPLE, RELATIONS
from chaupal.store.machine.statements import Form, columns_of, inserts, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import remote_people
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import follow_requests, follows

# Where to send and to ask, and what else only servers need to know.
_WAYS = "kind inbox shared_inbox outbox followers following featured avatar_url header_url aliases moved_to"
_FACE = "name note note_html fields locked bot discoverable indexable hide_collections url"

ADD_ACCOUNT = inserts(accounts, f"id handle created_at server uri avatar header emojis {_FACE}")
CHANGE_ACCOUNT = updates(accounts, _FACE).where(id="of")
BEAR = updates(accounts, "uri state").where(id="of")
HERE_AGAIN = updates(remote_people, gone_at=None).where(account_id="of")
RENAME = updates(accounts, "handle").where(id="of")
ADD = inserts(remote_people, f"account_id server_id fetched_at {_WAYS}", gone_at=None)
CHANGE = updates(remote_people, _WAYS, fetched_at="at").where(account_id="of")
COLUMNS = columns_of(
    remote_people,
    "account_id server_id",
    accounts,
    "uri handle",
    remote_people,
    "kind inbox shared_inbox outbox followers following featured fetched_at avatar_url header_url aliases "
    "moved_to gone_at",
)
OF = (
    selects(*COLUMNS)
    .join(accounts, accounts.c.id == remote_people.c.account_id)
    .where(same(remote_people, account_id="of"))
)
# By which address their server calls whoever follows them; "" where it says none.
followers_at = selects(remote_people.c.followers).where(account_id="of").word_of
GO = updates(remote_people, gone_at="at").where(account_id="of", gone_at=None)
ADDRESSES = "inbox shared_inbox outbox followers following featured avatar_url header_url"
EMPTY = updates(remote_people).where(account_id="of").values(dict.fromkeys(ADDRESSES.split(), "") | {"aliases": "[]"})
# Whoever is gone and whose things are still here.
LEAVING = (
    selects(remote_people.c.account_id)
    .join(accounts, accounts.c.id == remote_people.c.account_id)
    .where(remote_people.c.gone_at.is_not(None), accounts.c.state != sql("'deleted'"))
    .ordered("gone_at")
    .limit(1)
)
# Whoever follows somebody of another server is one of ours.
FOLLOWED = selects(follows.c.by).where(to="them").limit(1)
ASKED = selects(follow_requests.c.by).where(to="them").limit(1)
FACES = selects(accounts, "id handle server uri url").where(
    among(accounts.c.id, "ids"), accounts.c.state != "pending", accounts.c.state != "deleted"
)


class RemoteAccount(msgspec.Struct, frozen=True):
    """What servers need to know of somebody: where to send and ask. `fetched_at`, `gone_at`: ms."""

    account: int
    server: int
    uri: str
    handle: str
    kind: str
    inbox: str
    shared_inbox: str
    outbox: str
    followers: str
    following: str
    featured: str
    fetched_at: int
    avatar_url: str
    header_url: str
    aliases: tuple[str, ...]
    moved_to: str
    gone_at: int | None


_REMOTE = Form(RemoteAccount, {})


class Face(NamedTuple):
    """An account, ours (`server` 0, no addresses) or another server's."""

    id: int
    handle: str
    server: int
    uri: str
    url: str


class RemoteProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as their server says that they are. `note`: plain words; `note_html`: made harmless."""

    uri: str
    url: str
    kind: str
    name: str
    note: str
    note_html: str
    fields: tuple[Field, ...] = ()
    locked: bool = False
    bot: bool = False
    discoverable: bool = False
    indexable: bool = False
    hides: bool = False
    inbox: str
    shared_inbox: str = ""
    outbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    avatar_url: str = ""
    header_url: str = ""
    emojis: tuple[Emoji, ...] = ()
    aliases: tuple[str, ...] = ()
    moved_to: str = ""


async def remote_of(reading: Reading, account: int) -> RemoteAccount | None:
    """None where the account is not on another server."""
    row = await reading.first(OF, of=account)
    return None if row is None else _REMOTE.read(row)


async def add(w: Writing, new: int, server: int, handle: str, shown: RemoteProfile, since: int) -> None:
    """Somebody who was not known. `since`: when they say that they joined (ms). The handle has to be free."""
    await w.run(ADD_ACCOUNT, id=new, handle=handle, created_at=since, server=server, uri=shown.uri, **_face(new, shown))
    await w.run(ADD, account_id=new, server_id=server, fetched_at=w.now(), **_ways(shown))
    w.touch(PEOPLE, new)


async def change(w: Writing, account: int, shown: RemoteProfile) -> None:
    """What their server says of them now."""
    await w.run(CHANGE_ACCOUNT, of=account, **_face(account, shown))
    await w.run(CHANGE, of=account, at=w.now(), **_ways(shown))
    w.touch(PEOPLE, account)


async def rename(w: Writing, account: int, handle: str) -> None:
    await w.run(RENAME, of=account, handle=handle)
    w.touch(PEOPLE, account)


async def again(w: Writing, account: int, uri: str, state: str) -> None:
    """Their server gives them another id now; `state`: how they stand here all the same."""
    await w.run(BEAR, of=account, uri=uri, state=state)
    await w.run(HERE_AGAIN, of=account)
    w.touch(PEOPLE, account)


async def go(w: Writing, account: int) -> bool:
    """Their server says that they are gone; what is theirs goes bit by bit. False where that was known."""
    return await w.run(GO, of=account, at=w.now()) == 1


async def leaving(reading: Reading) -> int | None:
    """Somebody who is gone, and whose things are still here."""
    return await reading.value(LEAVING)


async def empty(w: Writing, account: int) -> None:
    """Nothing is sent there or asked for there any more."""
    await w.run(EMPTY, of=account)


async def is_followed(reading: Reading, account: int) -> bool:
    """Whether anybody here follows, or asked to."""
    followed = await reading.once(RELATIONS, account, FOLLOWED, them=account)
    return bool(followed) or await reading.value(ASKED, them=account) is not None


def portrait_key(account: int, address: str) -> str:
    """Where the avatar or header of somebody on another server lies here, once it was fetched: another one for another picture."""
    return f"portraits/{account}/{hashlib.sha256(address.encode()).hexdigest()[:20]}.webp" if address else ""


def _face(account: int, shown: RemoteProfile) -> dict[str, Any]:
    return {
        "avatar": portrait_key(account, shown.avatar_url),
        "header": portrait_key(account, shown.header_url),
        "emojis": in_json(shown.emojis),
        "name": shown.name,
        "note": shown.note,
        "note_html": shown.note_html,
        "fields": in_json(shown.fields),
        "locked": int(shown.locked),
        "bot": int(shown.bot),
        "discoverable": int(shown.discoverable),
        "indexable": int(shown.indexable),
        "hide_collections": int(shown.hides),
        "url": shown.url,
    }


def _ways(shown: RemoteProfile) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in _WAYS.split()} | {"aliases": in_json(shown.aliases)}


async def faces(reading: Reading, ids: Collection[int]) -> dict[int, Face]:
    """Those of the accounts that are somebody."""
    rows = await reading.by(PEOPLE, *ids).fetch(FACES, ids=listed(sorted(ids))) if ids else ()
    return {row[0]: Face(*row) for row in rows}


async def face(reading: Reading, id_: int) -> Face | None:
    return (await faces(reading, [id_])).get(id_)
