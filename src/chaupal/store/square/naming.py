"""Whose a named thing is, for thousands of names in one look: ids and owners only, no words of people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text as sql

from chaupal.store.machine.dialect import among, listed
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading
from chaupal.store.square import people
from chaupal.store.tables.federation import known_uris
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import media, posts

POSTS = selects(posts, "id author visibility").where(among(posts.c.id, "ids"))
PICTURES = (
    selects(media.c.id, media.c.account_id, posts.c.visibility)
    .join(posts, posts.c.id == media.c.post_id, isouter=True)
    .where(among(media.c.id, "ids"))
)
LANGUAGE_OF_POST = selects(posts.c.language).where(id="of")
LANGUAGE_OF_ACCOUNT = selects(accounts.c.language).where(id="of")
# The language of the newest thing that somebody said whose language is known; nothing where there is none.
last_spoken = (
    selects(posts.c.language).where(posts.c.language != sql("''"), author="of").ordered("-id").limit(1).word_of
)

BY_URI = selects(known_uris, "uri kind of").where(among(known_uris.c.uri, "uris"), known_uris.c.of > sql("0"))
BY_PAGE = selects(posts.c.url, posts.c.id).where(posts.c.url != sql("''"), among(posts.c.url, "urls"))

type Owned = dict[int, tuple[int, int | None]]


async def posts_named(reading: Reading, ids: Sequence[int]) -> Owned:
    """Post -> (author, visibility), for those that exist."""
    rows = await reading.fetch(POSTS, ids=listed(ids)) if ids else ()
    return {row[0]: (row[1], row[2]) for row in rows}


async def pictures_named(reading: Reading, ids: Sequence[int]) -> Owned:
    """Picture -> (owner, visibility of the post it is in; None: in no post), for those that exist."""
    rows = await reading.fetch(PICTURES, ids=listed(ids)) if ids else ()
    return {row[0]: (row[1], row[2]) for row in rows}


class RemoteThing(NamedTuple):
    """What came from another server, as it is known here. `kind`: account or post; `visibility` of a post."""

    kind: str
    id: int
    owner: int
    visibility: int | None = None


async def there(reading: Reading, names: Sequence[str]) -> dict[str, RemoteThing]:
    """Address on another server (a thing's id or its page), or handle of somebody there -> what it is, where it is known here."""
    if not names:
        return {}
    pages = [name for name in names if "://" in name]
    found = {
        name: RemoteThing("account", id_, id_)
        for name, id_ in (await people.ids_of(reading, [name for name in names if "://" not in name])).items()
    }
    known = [(row[0], row[1], row[2]) for row in await reading.fetch(BY_URI, uris=listed(pages))] if pages else []
    by_page = [(row[0], "post", row[1]) for row in await reading.fetch(BY_PAGE, urls=listed(pages))] if pages else []
    owned = await posts_named(reading, sorted({id_ for _, kind, id_ in [*known, *by_page] if kind == "post"}))
    for name, kind, id_ in [*by_page, *known]:
        if kind == "account":
            found[name] = RemoteThing(kind, id_, id_)
        elif kind == "post" and id_ in owned:
            found[name] = RemoteThing(kind, id_, *owned[id_])
    return found


async def language_of(reading: Reading, kind: str, id_: int) -> str:
    """The language of a post, or that an account writes in; nothing where it is not known."""
    return await reading.value(LANGUAGE_OF_POST if kind == "post" else LANGUAGE_OF_ACCOUNT, of=id_) or ""
