"""Which id each thing of another server has, and what it is here; what answers one that is not here yet. The id of something deleted never
comes again."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import and_, or_

from chaupal.kernel.errors import NotAllowed
from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Post
from chaupal.store.machine.dialect import among, listed, param, text_param, upsert
from chaupal.store.machine.shelves import POSTS, THREADS, WROTE
from chaupal.store.machine.statements import deletes, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posting import REPLIES, touch_with_reposts
from chaupal.store.square.posts import as_written
from chaupal.store.tables.federation import known_uris, unjoined
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
# Nothing has this id any more; it may come again.
forget = deletes(known_uris).where(uri="of").run_of
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


ANSWERS, QUOTES = "answers", "quotes"
MOST = 200  # that wait for one post and are joined to it

WAIT = inserts_once(unjoined, post_id="of", what="what", uri="uri")
WAITING = selects(unjoined.c.post_id, unjoined.c.what).where(uri="uri").ordered("post_id").limit(MOST)
DONE = deletes(unjoined).where(post_id="of", what="what")
# The post itself is gone.
gone = deletes(unjoined).where(post_id="of").run_of
JOIN = updates(posts, reply_to="parent", reply_to_account="whose", root="top", answers="others").where(
    id="of", reply_to=None
)
BELOW = selects(posts.c.id).where(root="was")
MOVE = updates(posts, root="top").where(root="was")


async def wait(w: Writing, post: int, what: str, uri: str) -> None:
    """It is not here yet."""
    await w.run(WAIT, of=post, what=what, uri=uri)


async def waiting(reading: Reading, uri: str) -> list[tuple[int, str]]:
    """(post, what) of those that wait for the post with this id."""
    return [(row[0], row[1]) for row in await reading.fetch(WAITING, uri=uri)]


async def done(w: Writing, post: int, what: str) -> None:
    await w.run(DONE, of=post, what=what)


async def answer(w: Writing, post_id: int, parent: Post) -> bool:
    """A post answers another that was not here when it came: with all that answers it, it is in that conversation from now on.

    False where it is gone, or the two already are in one conversation: nothing answers what answers it.
    """
    post = await as_written(w, post_id)
    if post is None or post.reply_to is not None or post.root == parent.root:
        return False
    below = [row[0] for row in await w.fetch(BELOW, was=post.root)]
    changed: dict[str, Any] = {"parent": parent.id, "whose": parent.author, "top": parent.root}
    await w.run(JOIN, of=post_id, others=int(parent.author != post.author), **changed)
    await w.run(MOVE, was=post.root, top=parent.root)
    if post.visibility in FOR_EVERYBODY:
        await w.run(REPLIES, of=parent.id, by=1, at_least=int(Visibility.PUBLIC))
        await touch_with_reposts(w, parent.id)
    w.touch(POSTS, *below)
    w.touch(THREADS, post.root, parent.root)
    w.touch(WROTE, post.author)
    await touch_with_reposts(w, post_id)
    return True
