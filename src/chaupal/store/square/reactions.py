"""Likes, saved posts and pins, with the counts they change, and what an account has done with a post, as small bitmasks."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, literal_column, select, text, union_all

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import first_id_at
from chaupal.store.machine.dialect import Statement, among, larger, listed, param, statement
from chaupal.store.machine.memory import Marks
from chaupal.store.machine.shelves import NEVER, POSTS, REACTIONS
from chaupal.store.machine.statements import deletes, inserts_once, same, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import FOR_ME, Pages
from chaupal.store.tables.square import bookmarks, likes, pins, posts, thread_mutes

LIKED, REPOSTED, SAVED, MUTED, PINNED = 1, 2, 4, 8, 16
NEWEST, MUTES = 32, 64  # no marks: the newest post there is, and whether the account has muted any conversation
KEPT = 4_000  # posts about which one account's marks are remembered
# Whoever asks first for marks on what was posted since is told of all: mostly they ask for others of it next.
LATELY = 2 * DAY
REPOSTS_TOLD = 200  # a post may have more reposts than that; their copies in memory then learn of a like later

LIKE = inserts_once(likes, account_id="me", post_id="of", id="new")
UNLIKE = deletes(likes).where(account_id="me", post_id="of")
LIKES = selects(likes.c.id).where(account_id="me", post_id="of")
SAVE = inserts_once(bookmarks, account_id="me", post_id="of", id="new")
UNSAVE = deletes(bookmarks).where(account_id="me", post_id="of")
COUNT = (
    updates(posts, likes_count=larger(posts.c.likes_count + param("by"), 0))
    .where(id="of")
    .returning(posts.c.likes_count)
)
REPOSTS = selects(posts.c.id).where(boost_of="of").ordered("-id").limit(REPOSTS_TOLD)
ORIGINAL = selects(posts.c.boost_of, posts.c.author).where(id="of")


def _marks(these: Callable[[Any], Any], *reposted: Any) -> Statement:
    """What an account did with those posts for whose id `these` is so. `reposted`: the same of the post that reposts one."""
    mine = ((likes, LIKED), (bookmarks, SAVED), (pins, PINNED))
    me = param("me")
    return statement(
        union_all(
            *(
                select(of.c.post_id, literal_column(str(bit))).where(of.c.account_id == me, these(of.c.post_id))
                for of, bit in mine
            ),
            select(posts.c.boost_of, literal_column(str(REPOSTED))).where(*reposted, posts.c.author == me),
            # From the few conversations that somebody has muted, not from the posts, of which each row would be read.
            select(posts.c.id, literal_column(str(MUTED)))
            .select_from(thread_mutes.join(posts, posts.c.root == thread_mutes.c.root))
            .where(thread_mutes.c.account_id == me, these(posts.c.id)),
            select(func.max(posts.c.id), literal_column(str(NEWEST))),
            select(func.max(thread_mutes.c.root), literal_column(str(MUTES))).where(thread_mutes.c.account_id == me),
        )
    )


MARKS = _marks(lambda id_: among(id_, "ids"), text("boost_of IS NOT NULL"), among(posts.c.boost_of, "ids"))
# All since a post: a tenth of what as many take that are named one by one. Reposts from what the account posted since, not by what
# everybody reposted.
MARKS_SINCE = _marks(
    lambda id_: id_ >= param("since"),
    posts.c.id >= param("since"),
    posts.c.boost_of + literal_column("0") >= param("since"),
)

LIKED_BY = Pages(likes.c.id, likes.c.post_id == param("of"), base=select(likes.c.id, likes.c.account_id))
REPOSTS_FOR_ME = Pages(posts.c.id, text("boost_of IS NOT NULL"), posts.c.boost_of == param("of"), FOR_ME)
LIKED_POSTS = Pages(likes.c.id, likes.c.account_id == param("me"), base=select(likes.c.id, likes.c.post_id))
SAVED_POSTS = Pages(
    bookmarks.c.id, bookmarks.c.account_id == param("me"), base=select(bookmarks.c.id, bookmarks.c.post_id)
)


async def like(w: Writing, me: int, post: int, new: int) -> bool | None:
    """True: liked; False: it was liked before; None: there is no such post (any more)."""
    if not await w.run(LIKE, me=me, of=post, new=new):
        return False
    if not await _count(w, post, 1):
        return None
    w.remark(me, post, came=LIKED)
    return True


async def unlike(w: Writing, me: int, post: int) -> bool:
    """Likes it no more; False when it was not liked."""
    if not await w.run(UNLIKE, me=me, of=post):
        return False
    await _count(w, post, -1)
    w.remark(me, post, went=LIKED)
    return True


async def _count(w: Writing, post: int, by: int) -> bool:
    """One like more or less; False where there is no such post."""
    for (likes_count,) in await w.fetch(COUNT, of=post, by=by):
        w.count(POSTS, post, likes_count=likes_count)
        # Memory holds a repost with its original inside, so each of these knows the old count.
        w.touch(POSTS, *[row[0] for row in await w.fetch(REPOSTS, of=post)])
        return True
    return False


async def save(w: Writing, me: int, post: int, new: int) -> bool:
    if not await w.run(SAVE, me=me, of=post, new=new):
        return False
    w.remark(me, post, came=SAVED)
    return True


async def unsave(w: Writing, me: int, post: int) -> bool:
    if not await w.run(UNSAVE, me=me, of=post):
        return False
    w.remark(me, post, went=SAVED)
    return True


async def likes_it(reading: Reading, me: int, post: int) -> bool:
    """Whether the account likes the post at this moment."""
    return await reading.value(LIKES, me=me, of=post) is not None


async def original(reading: Reading, post: int) -> tuple[int, int] | None:
    """(id, author) of the post itself, or of what it reposts; None when there is no such post."""
    row = await reading.first(ORIGINAL, of=post)
    if row is None or row[0] is None:
        return None if row is None else (post, row[1])
    inner = await reading.first(ORIGINAL, of=row[0])
    return None if inner is None else (row[0], inner[1])


async def marks(reading: Reading, me: int, ids: Sequence[int]) -> Marks:
    """Post -> bitmask of LIKED, REPOSTED, SAVED, MUTED, PINNED, at least for those of `ids` that have any; in one look, and none
    for what is remembered."""
    kept = reading.memory.reactions.get(me)
    missing = [*ids] if kept is None else kept.unknown(ids)
    if kept is not None and not missing:
        return kept
    generation, look = reading.memory.generation, reading.by(REACTIONS, me)
    since, found, mutes = first_id_at(max(0, reading.now() - LATELY)), dict.fromkeys(missing, 0), False
    if lately := kept is None and min(missing, default=0) >= since:
        rows = await look.fetch(MARKS_SINCE, me=me, since=since)
    else:
        rows = await look.fetch(MARKS, me=me, ids=listed(missing))
    for post, bit in rows:
        if bit == NEWEST:
            since = since if lately else (post or 0) + 1
        elif bit == MUTES:
            mutes = post is not None
        else:
            found[post] = found.get(post, 0) | bit
    # A commit meanwhile may have changed any of it: then it serves this one look and is not kept.
    if not reading.memory.stands(REACTIONS, (me,), generation):
        return Marks({**(kept or {}), **found})
    if kept is None or len(kept) > KEPT:
        kept = Marks({id_: (kept or {}).get(id_, 0) for id_ in ids} | found, NEVER if mutes else since)
        reading.memory.reactions.put(me, kept)
        return kept
    kept.update(found)
    return kept


PIN = inserts_once(pins, account_id="me", post_id="of", id="new")
UNPIN = deletes(pins).where(account_id="me", post_id="of")
PINNED_BY = selects(pins.c.post_id).where(account_id="me").ordered("-id")
COUNT_PINS = selects(func.count(pins.c.id)).where(same(pins, account_id="me"), pins.c.post_id != param("of"))


async def pin(w: Writing, me: int, post: int, new: int) -> bool:
    """False where it was pinned already."""
    w.touch(REACTIONS, me)
    return await w.run(PIN, me=me, of=post, new=new) == 1


async def unpin(w: Writing, me: int, post: int) -> bool:
    """False where it was not pinned."""
    w.touch(REACTIONS, me)
    return await w.run(UNPIN, me=me, of=post) == 1


async def pinned_by(reading: Reading, account: int) -> list[int]:
    """The posts that the account has pinned, the one pinned last first."""
    return [row[0] for row in await reading.by(REACTIONS, account).fetch(PINNED_BY, me=account)]


async def pins_beside(reading: Reading, account: int, but: int) -> int:
    """How many are pinned beside this one."""
    return await reading.value(COUNT_PINS, me=account, of=but)
