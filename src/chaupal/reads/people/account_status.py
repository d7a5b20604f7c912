"""How one's own account stands: the ruling that closes it to oneself; and all that is one's own, page by page, to take along."""

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from chaupal.policy.measures import STATES
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Judged, Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.explore import tags
from chaupal.reads.page import Cursor, Page
from chaupal.reads.people import people, people_lists
from chaupal.reads.timelines import lists, profile, saved
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.identity.logins import Login
from chaupal.store.square import graph, posts
from chaupal.store.square.graph import Ties
from chaupal.store.square.lists import ListRow

AT_ONCE = 200  # posts that are read at once for an export


async def closed_by(reads: Reads, account: int) -> Ruling | None:
    """The ruling by which an account is suspended or frozen; None where there is none."""
    async with reads.work.reading() as reading:
        index = await rulings_in_force(reading)
    return next((ruling for ruling in index.on(account) if ruling.measure in STATES), None)


async def myself(reads: Reads, viewer: Viewer) -> tuple[Person, Login]:
    """One's own profile and way in, whatever limits them. Raises NotSignedIn."""
    seen, login, _ = await people.me(reads, viewer)
    return seen.item, login


async def my_posts(reads: Reads, viewer: Viewer, *, upward: bool = False) -> AsyncGenerator[list[Post]]:
    """Everything one has posted and reposted, some at a time, whole: nothing of one's own is withheld from oneself.

    The newest first, or the oldest (`upward`).
    """
    cursor = Cursor(min_id=0 if upward else None, limit=AT_ONCE)
    while True:
        page = await profile.page(reads, viewer, viewer.me, cursor)
        some = [seen.item for seen in page.items]
        if some:
            yield some[::-1] if upward else some
        at = page.prev if upward else page.next
        if at is None:
            return
        cursor = Cursor(min_id=at, limit=AT_ONCE) if upward else Cursor(max_id=at, limit=AT_ONCE)


async def how_many(reads: Reads, viewer: Viewer) -> int:
    """All that one has posted and reposted, for whomever it was; what everybody is told counts only what is for everybody."""
    async with reads.work.reading() as reading:
        return await posts.how_many(reading, viewer.me)


class KeptPost(msgspec.Struct, frozen=True):
    """A post of somebody else that one saved or liked: whose it is, and whether it is withheld here. No words of it.

    `uri`: its id on another server, "" where it was said here.
    """

    post: int
    handle: str
    withheld: bool
    uri: str = ""


type People = Literal["following", "followers", "blocks", "mutes"]
type Marks = Literal["bookmarks", "likes"]
type Turn[T: Judged] = Callable[[Cursor], Awaitable[Page[Visible[T]]]]


async def my_people(reads: Reads, viewer: Viewer, which: People) -> AsyncGenerator[tuple[str, Ties]]:
    """Handles of those whom one follows, is followed by, blocks or mutes, with how it was wished."""
    turns: dict[People, Turn[Person]] = {
        "following": lambda at: people_lists.following(reads, viewer, viewer.me, at),
        "followers": lambda at: people_lists.followers(reads, viewer, viewer.me, at),
        "blocks": lambda at: people_lists.blocked(reads, viewer, at),
        "mutes": lambda at: people_lists.muted(reads, viewer, at),
    }
    async for some in _all(turns[which]):
        async with reads.work.reading() as reading:
            ties = await graph.ties(reading, viewer.me, [seen.item.id for seen in some])
        for seen in some:
            yield seen.item.handle, ties[seen.item.id]


async def my_lists(reads: Reads, viewer: Viewer) -> list[tuple[ListRow, list[str]]]:
    """One's lists with the handles in them."""
    return [
        (
            one,
            [
                seen.item.handle
                async for some in _all(functools.partial(lists.members, reads, viewer, one.id))
                for seen in some
            ],
        )
        for one in await lists.of_viewer(reads, viewer)
    ]


async def my_tags(reads: Reads, viewer: Viewer) -> list[str]:
    """The tags that one follows."""
    return [tag.name async for some in _all(lambda at: tags.followed(reads, viewer, at)) for tag in some]


async def my_marks(reads: Reads, viewer: Viewer, which: Marks) -> AsyncGenerator[KeptPost]:
    """What one saved or liked, the newest mark first."""
    turns: dict[Marks, Turn[Post]] = {
        "bookmarks": lambda at: saved.saved(reads, viewer, at),
        "likes": lambda at: saved.liked(reads, viewer, at),
    }
    async for some in _all(turns[which]):
        authors = await people.of_posts(reads, viewer, some)
        for seen in some:
            who = authors.get(seen.item.author)
            withheld = bool(seen.withheld) or who is None or bool(who.withheld)
            handle = "" if withheld or who is None else who.item.handle
            yield KeptPost(seen.item.id, handle, withheld, "" if withheld else seen.item.uri)


async def _all[T](turn: Callable[[Cursor], Awaitable[Page[T]]]) -> AsyncGenerator[Sequence[T]]:
    cursor = Cursor(limit=AT_ONCE)
    while True:
        page = await turn(cursor)
        yield page.items
        if page.next is None:
            return
        cursor = Cursor(max_id=page.next, limit=AT_ONCE)
