"""One post, what it said before, and the conversation it stands in."""

import asyncio
from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.gate import reveal, reveal_one
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import shown
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import editing
from chaupal.store.square.posts import conversation

# Bounds of a thread as Mastodon draws them for people signed in; strangers get less, since a thread is the dearest read.
MOST = 4_000
MOST_FOR_STRANGERS = (40, 60)  # ancestors, descendants
MOST_WORDINGS = 500
AT_ONCE = 100  # posts of a thread


class Thread(msgspec.Struct, frozen=True):
    """What comes before a post (oldest first) and after it (depth first, each answer under what it answers).

    `more`: the answer after which it goes on, where not all were asked for; `above`: where it goes on, the way down to the first of the
    descendants (oldest first), which stood on pages before; `cut`: it is so long that its latest answers may be missing.
    """

    ancestors: list[Visible[Post]]
    descendants: list[Visible[Post]]
    more: int | None = None
    above: Sequence[Visible[Post]] = ()
    cut: bool = False


async def post(reads: Reads, viewer: Viewer, id_: int, surface: Surface = Surface.STATUS) -> Visible[Post]:
    """The post as the viewer may see it. Raises NotFound."""
    async with reads.work.reading() as reading:
        seen = await shown(reading, viewer, surface, (id_,))
    if not seen:
        raise NotFound
    return seen[0]


async def several(reads: Reads, viewer: Viewer, ids: list[int]) -> list[Visible[Post]]:
    """Those of the posts that the viewer may see, in order."""
    async with reads.work.reading() as reading:
        return await shown(reading, viewer, Surface.STATUS, ids)


async def context(reads: Reads, viewer: Viewer, id_: int, *, most: int = MOST, past: int = 0) -> Thread:
    """The conversation around a post; a withheld one leaves its placeholder, so that it does not cut the tree. Of what comes before it
    the nearest `most`, of the answers the first, those past a given one; strangers get less.

    Raises NotFound where the viewer may not see the post itself.
    """
    lead, many = (most, most) if viewer.account is not None else MOST_FOR_STRANGERS
    async with reads.work.reading() as reading:
        if not await shown(reading, viewer, Surface.STATUS, (id_,)):
            raise NotFound
        rows = await conversation(reading, id_, MOST)
        before, after = _around(id_, rows)
        goes_on = past in after and bool(await _shown(reading, viewer, [past]))
        if goes_on:
            after = after[after.index(past) + 1 :]
        # What the viewer may not see takes no place, and where it goes on does not tell of it.
        seen = await _shown(reading, viewer, after, many + 1)
        more = seen[many - 1].item.id if len(seen) > many else None
        way = _around(seen[0].item.id, rows)[0] if goes_on and seen else []
        way = way[way.index(id_) + 1 :] if id_ in way else []
        answered = {one.item.reply_to for one in seen}  # of a long way what is answered here, and what is near
        above = await _shown(reading, viewer, [*(one for one in way[:-lead] if one in answered), *way[-lead:]])
        ancestors = await _shown(reading, viewer, before[-lead:])
        cut = sum(one >= id_ for one, _ in rows) >= MOST
        return Thread(ancestors, seen[:many], more, above, cut)


async def wordings(reads: Reads, viewer: Viewer, id_: int) -> list[Visible[Post]]:
    """What a post said, every wording that was for the viewer, the present one last; one where it was never edited. Raises NotFound.

    Each is judged as the post itself: what is withheld now was withheld then, too. Only whom it is for is of its time: who is
    addressed by an edit reads from there on.
    """
    async with reads.work.reading() as reading:
        sealed = await editing.history(reading, id_, MOST_WORDINGS)
        facts = await facts_for(reading, viewer)
    now = reveal_one(viewer, Surface.STATUS, sealed[-1] if sealed else None, facts)
    if now is None or now.item.boost_of is not None:
        raise NotFound
    return [*reveal(viewer, Surface.STATUS, sealed[:-1], facts), now]


async def _shown(reading: Reading, viewer: Viewer, ids: list[int], most: int = MOST) -> list[Visible[Post]]:
    """Those that the viewer may see, the first so many."""
    seen: list[Visible[Post]] = []
    for start in range(0, len(ids), AT_ONCE):
        if len(seen) >= most:
            break
        if start:
            await asyncio.sleep(0)  # others have their turn
        seen += await shown(reading, viewer, Surface.THREAD, ids[start : start + AT_ONCE])
    return seen[:most]


def _around(id_: int, rows: Sequence[tuple[int, int | None]]) -> tuple[list[int], list[int]]:
    """Ids before and after, from (id, parent) pairs of the whole conversation in order of time."""
    parent: dict[int, int | None] = {}
    children: dict[int | None, list[int]] = {}
    for child, above in rows:
        parent[child] = above
        children.setdefault(above, []).append(child)
    before: list[int] = []
    above = parent.get(id_)
    while above is not None and above in parent:
        before.append(above)
        above = parent[above]
    after: list[int] = []
    waiting = children.get(id_, [])[::-1]
    while waiting:
        below = waiting.pop()
        after.append(below)
        waiting.extend(children.get(below, [])[::-1])
    return before[::-1], after
