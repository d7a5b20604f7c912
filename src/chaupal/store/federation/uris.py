"""Which id each thing of another server has, and what it is here. The id of something deleted is never used again."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, or_

from chaupal.kernel.errors import NotAllowed
from chaupal.store.machine.dialect import among, listed, param, text_param, upsert
from chaupal.store.machine.shelves import POSTS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.federation import known_uris
from chaupal.store.tables.square import posts

# What an id can be of. A repost is a post; a stamp is what lets a post of ours quote another (FEP-044f).
# Of a like `of` is the post; of a follow or block who does it (so that those of one who is followed by many need no search), and
# `by` is whom.
ACCOUNT, POST, FOLLOW, LIKE, BLOCK, STAMP = "account", "post", "follow", "like", "block", "stamp"

_COLUMNS = (known_uris.c.uri, known_uris.c.kind, known_uris.c.of, known_uris.c.by)
FIND = selects(*_COLUMNS[1:]).where(same(known_uris, uri="uri"))
FIND_MANY = selects(*_COLUMNS).where(among(known_uris.c.uri, "uris"))
KEEP = upsert(
    lambda i: (
        add := i(known_uris).values(uri=text_param("uri"), kind=text_param("kind"), of=param("of"), by=param("by"))
    ).on_conflict_do_update(
        index_elements=["uri"],
        set_={"kind": add.excluded.kind, "of": add.excluded.of, "by": add.excluded.by},
        # What a server calls a like is its own word: one by the id of a post or a person of theirs would take the id from these, and
        # whoever is suspended would come again as somebody whom no ruling knows.
        where=and_(
            known_uris.c.of != 0,
            known_uris.c.kind == add.excluded.kind,
            or_(
                known_uris.c.of == add.excluded.of, and_(known_uris.c.by == add.excluded.by, known_uris.c.kind != POST)
            ),
        ),
    )
)
ADD = inserts_once(known_uris, "uri kind of by")
BURY = updates(known_uris, of=0).where(uri="uri")
BURY_THING = updates(known_uris, of=0).where(of="thing", kind="kind")
FORGET = deletes(known_uris).where(uri="uri")
_TIE = (known_uris.c.of == param("me"), known_uris.c.by == param("them"), known_uris.c.kind == text_param("kind"))
FORGET_TIE = deletes(known_uris).where(*_TIE)
OF_TIE = selects(known_uris.c.uri).where(*_TIE).limit(1)
OF_THING = selects(known_uris.c.uri).where(of="of", kind="kind").limit(1)
NAME_REPOST = updates(posts, server="at_server", uri="its_uri", url="its_uri").where(id="of")


class KnownUri(NamedTuple):
    """What an id stands for: `of`, an id here (0: it is gone), and `by`, an account; see the kinds."""

    kind: str
    of: int
    by: int

    @property
    def gone(self) -> bool:
        return self.of == 0


async def find(reading: Reading, uri: str) -> KnownUri | None:
    """None: never heard of."""
    row = await reading.first(FIND, uri=uri)
    return None if row is None else KnownUri(*row)


async def find_many(reading: Reading, uris: Collection[str]) -> dict[str, KnownUri]:
    """Of those that were heard of."""
    rows = await reading.fetch(FIND_MANY, uris=listed(uris)) if uris else ()
    return {row[0]: KnownUri(*row[1:]) for row in rows}


async def add(w: Writing, uri: str, kind: str, of: int, by: int = 0) -> bool:
    """False, and nothing is written, where the id was known before: of two who bring one thing at once one does."""
    return await w.run(ADD, uri=uri, kind=kind, of=of, by=by) == 1


async def keep(w: Writing, uri: str, kind: str, of: int, by: int = 0) -> None:
    """The id is of this from now on; one that is gone stays so. Raises NotAllowed where it is of another thing."""
    if await w.run(KEEP, uri=uri, kind=kind, of=of, by=by):
        return
    known = await find(w, uri)
    if known is not None and not known.gone:
        raise NotAllowed


async def bury(w: Writing, uri: str) -> None:
    """What had this id is gone, and does not come again."""
    await w.run(BURY, uri=uri)


async def bury_thing(w: Writing, kind: str, of: int) -> None:
    """The same by what it is here."""
    await w.run(BURY_THING, thing=of, kind=kind)


async def forget(w: Writing, uri: str) -> None:
    """Nothing has this id any more; it may come again."""
    await w.run(FORGET, uri=uri)


async def tie(w: Writing, kind: str, uri: str, me: int, them: int) -> None:
    """By which id `me` (of another server) said to follow or block `them`: the newest alone is good. Raises as `keep`."""
    await w.run(FORGET_TIE, me=me, them=them, kind=kind)
    await keep(w, uri, kind, me, them)


async def untie(w: Writing, kind: str, me: int, them: int) -> None:
    """It is over."""
    await w.run(FORGET_TIE, me=me, them=them, kind=kind)


async def of_tie(reading: Reading, kind: str, me: int, them: int) -> str:
    """By which id it was said; "" where that is not known."""
    return await reading.value(OF_TIE, me=me, them=them, kind=kind) or ""


async def of_thing(reading: Reading, kind: str, of: int) -> str:
    """By which id a thing is known; "" where it has none."""
    return await reading.value(OF_THING, of=of, kind=kind) or ""


async def name_repost(w: Writing, repost: int, server: int, uri: str) -> None:
    """The repost came from there, under this id."""
    await w.run(NAME_REPOST, of=repost, at_server=server, its_uri=uri)
    w.touch(POSTS, repost)
