"""Messages: one's conversations by their newest post, and what was said in one; what is withheld leaves its placeholder."""

from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, page_of, rows_page, shown
from chaupal.reads.people import people
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading
from chaupal.store.square import conversations
from chaupal.store.square.conversations import Conversation as Conversation, Mark

MOST_UNREAD = 100  # counted no further
MOST_SAID = 500  # posts on one page, the newest
MOST_TALKS = 1_000  # conversations of one account that are put together by whom they are with


class Talk(msgspec.Struct, frozen=True):
    """A conversation as the viewer may see it: with whom, the newest post in it that is for their eyes, and who has read
    which of the viewer's own."""

    conversation: Conversation
    people: Sequence[Visible[Person]]
    last: Visible[Post]
    seen: Sequence[Mark] = ()


class Party(msgspec.Struct, frozen=True):
    """All that was said between the same people, as one: `talk` is its newest conversation, `roots` name all of them.

    `unread`: those of the roots that hold something new.
    """

    talk: Talk
    roots: tuple[int, ...]
    unread: tuple[int, ...] = ()


async def parties(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Party]:
    """One for each person or group that the viewer talks with; pages move by the newest posts."""
    async with reads.work.reading() as reading:
        groups = await _grouped(reading, viewer)
        held = {group[0].last_post: group for group in groups.values()}
        asked, many = [id_ for id_ in held if cursor.above < id_ < cursor.below], cursor.limit + 1
        ids = page_of(asked[-many:] if cursor.upward else asked[:many], cursor)
        talks = await _talks(reading, viewer, [held[id_][0] for id_ in ids.items])
    return ids.map([_party(talk, held[talk.conversation.last_post]) for talk in talks])


async def party(reads: Reads, viewer: Viewer, root: int) -> Party:
    """The one in which a conversation stands. Raises NotFound where it was taken off the list."""
    return await _party_where(reads, viewer, lambda group: any(one.root == root for one in group))


async def party_with(reads: Reads, viewer: Viewer, people: Collection[int]) -> Party:
    """The one with exactly these, beside the viewer. Raises NotFound."""
    wanted = frozenset((*people, viewer.me))
    return await _party_where(reads, viewer, lambda group: _between(group[0], viewer) == wanted)


async def _party_where(reads: Reads, viewer: Viewer, fits: Callable[[Sequence[Conversation]], bool]) -> Party:
    async with reads.work.reading() as reading:
        group = next((group for group in (await _grouped(reading, viewer)).values() if fits(group)), None)
        talks = await _talks(reading, viewer, group[:1]) if group else []
    if not group or not talks:
        raise NotFound
    return _party(talks[0], group)


def _party(talk: Talk, group: Sequence[Conversation]) -> Party:
    return Party(talk, tuple(one.root for one in group), tuple(one.root for one in group if one.unread))


def _between(conversation: Conversation, viewer: Viewer) -> frozenset[int]:
    return frozenset((*conversation.people, viewer.me))


async def _grouped(reading: Reading, viewer: Viewer) -> dict[frozenset[int], list[Conversation]]:
    """The viewer's conversations by whom they are between, the newest first in each and among them."""
    found = await conversations.page(reading, viewer.me, below=2**63 - 1, above=-1, limit=MOST_TALKS, upward=False)
    groups: dict[frozenset[int], list[Conversation]] = {}
    for one in found:
        groups.setdefault(_between(one, viewer), []).append(one)
    return groups


async def page(reads: Reads, viewer: Viewer, cursor: Cursor) -> Page[Talk]:
    """The viewer's conversations; pages move by the newest posts, whose ids the Link header names."""
    async with reads.work.reading() as reading:
        found = await conversations.page(reading, viewer.me, **cursor.bounds)
        page = rows_page(found, cursor, lambda one: one.last_post)
        return page.map(await _talks(reading, viewer, page.items))


async def by_root(reads: Reads, viewer: Viewer, root: int) -> Talk:
    """One of them. Raises NotFound."""
    async with reads.work.reading() as reading:
        found = await conversations.by_root(reading, viewer.me, root)
        talks = await _talks(reading, viewer, [found]) if found else []
    if not talks:
        raise NotFound
    return talks[0]


async def posts_in(reads: Reads, viewer: Viewer, *roots: int) -> list[Visible[Post]]:
    """Everything in conversations that is for the viewer, oldest first. Raises NotFound where nothing is."""
    async with reads.work.reading() as reading:
        ids = {id_ for root in roots for id_ in await conversations.inside(reading, viewer.me, root)}
        seen = await shown(reading, viewer, Surface.MESSAGES, sorted(ids)[-MOST_SAID:])
    if not seen:
        raise NotFound
    return seen


async def readers(reads: Reads, viewer: Viewer, party: Party) -> dict[int, list[Person]]:
    """Who has read the viewer's messages, by the newest that each of them has."""
    async with reads.work.reading() as reading:
        marks = await _marks(reading, viewer, party.roots, party.talk.people)
    newest: dict[int, int] = {}
    for mark in marks:
        newest[mark.who] = max(mark.post, newest.get(mark.who, 0))
    found: dict[int, list[Person]] = {}
    for one in party.talk.people:
        if one.item.id in newest:
            found.setdefault(newest[one.item.id], []).append(one.item)
    return found


async def _marks(reading: Reading, viewer: Viewer, roots: Sequence[int], whom: Iterable[Visible[Person]]) -> list[Mark]:
    """Of those whom the viewer may see: nothing of who is suspended or withheld, or blocks or is blocked."""
    ties = (await facts_for(reading, viewer)).relations
    apart = ties.blocking | ties.blocked_by
    return await conversations.seen(
        reading, viewer.me, roots, [v.item.id for v in whom if not v.withheld and v.item.id not in apart]
    )


async def unread(reads: Reads, viewer: Viewer) -> int:
    """How many conversations hold something new that the viewer may see; at most a hundred."""
    async with reads.work.reading() as reading:
        ids = await conversations.unread(reading, viewer.me, MOST_UNREAD)
        return sum(not seen.withheld for seen in await shown(reading, viewer, Surface.MESSAGES, ids))


async def _talks(reading: Reading, viewer: Viewer, found: Sequence[Conversation]) -> list[Talk]:
    seen = {v.item.id: v for v in await shown(reading, viewer, Surface.MESSAGES, [c.last_post for c in found])}
    ids = dict.fromkeys(id_ for c in found for id_ in c.people if id_ != viewer.me)
    known = {v.item.id: v for v in await people.shown(reading, viewer, Surface.PROFILE, ids)}
    marks = await _marks(reading, viewer, [c.root for c in found], known.values())
    talks: list[Talk] = []
    for one in found:
        last = seen.get(one.last_post) or await _before(reading, viewer, one)
        if last is not None:
            whom = [known[id_] for id_ in one.people if id_ in known and id_ != viewer.me]
            talks.append(Talk(one, whom, last, [m for m in marks if m.root == one.root and m.who in one.people]))
    return talks


async def _before(reading: Reading, viewer: Viewer, conversation: Conversation) -> Visible[Post] | None:
    """The newest post that may be seen where the very newest may not (somebody in it is blocked)."""
    ids = await conversations.inside(reading, viewer.me, conversation.root)
    seen = await shown(reading, viewer, Surface.MESSAGES, ids[-50:])
    return seen[-1] if seen else None
