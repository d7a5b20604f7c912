"""The viewer's lists of people, who stands in them, and what these write, through the gate as at home."""

from chaupal.kernel.errors import or_not_found
from chaupal.policy.facts import Relations
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page, listed_page, tied_page
from chaupal.reads.people import people
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.work import Reading
from chaupal.store.square import lists
from chaupal.store.square.lists import ListRow as ListRow


async def of_viewer(reads: Reads, viewer: Viewer) -> list[ListRow]:
    """All of the viewer's lists, by title."""
    async with reads.work.reading() as reading:
        return await lists.of_account(reading, viewer.me)


async def by_id(reads: Reads, viewer: Viewer, id_: int) -> ListRow:
    """Raises NotFound for a list that is not the viewer's."""
    async with reads.work.reading() as reading:
        return await _own_list(reading, viewer, id_)


async def holding(reads: Reads, viewer: Viewer, account: int) -> list[ListRow]:
    """Those of the viewer's lists in which an account stands."""
    async with reads.work.reading() as reading:
        return await lists.holding(reading, viewer.me, account)


async def members(reads: Reads, viewer: Viewer, id_: int, cursor: Cursor) -> Page[Visible[Person]]:
    """Who stands in a list. Whoever is withheld is a shell, so that one can take them out. Raises NotFound."""
    async with reads.work.reading() as reading:
        await _own_list(reading, viewer, id_)
        page = await tied_page(reading, lists.IN_LIST, cursor, which=id_)
        return page.map(await people.shown(reading, viewer, Surface.PROFILE, page.items))


async def timeline(reads: Reads, viewer: Viewer, id_: int, cursor: Cursor) -> Page[Visible[Post]]:
    """What the people of a list write, newest first. Raises NotFound."""
    async with reads.work.reading() as reading:
        own = await _own_list(reading, viewer, id_)
        ties = await relations_of(reading, own.owner)
        within = await _heard_in(reading, own, ties)
        page = await listed_page(reading, viewer, Surface.HOME, lists.POSTS, cursor, authors=listed(sorted(within)))
        return page.map([v for v in page.items if _belongs(own, v.item, within, ties)])


async def holds(reading: Reading, viewer: Viewer, id_: int, post: Post) -> bool:
    """Whether a post belongs into a list, as it stands now."""
    own = await lists.by_id(reading, viewer.me, id_)
    if own is None:
        return False
    ties = await relations_of(reading, own.owner)
    within = await _heard_in(reading, own, ties)
    return post.author in within and _belongs(own, post, within, ties)


async def _heard_in(reading: Reading, own: ListRow, ties: Relations) -> frozenset[int]:
    """Of those in a list whom its owner follows: who was only asked stands in it, and is not heard."""
    return await lists.members(reading, own.id) & (ties.following | {own.owner})


def _belongs(own: ListRow, post: Post, within: frozenset[int], ties: Relations) -> bool:
    """Answers stand in it as its owner chose; reposts and languages that one does not want of somebody, do not."""
    if not ties.wants_in(post.language, post.author):
        return False
    if post.boost_of is not None:
        return post.author not in ties.quiet
    to = post.reply_to_account
    if to is None or to in (own.owner, post.author):
        return True
    return to in within if own.replies == "list" else own.replies == "followed" and to in ties.following


async def _own_list(reading: Reading, viewer: Viewer, id_: int) -> ListRow:
    return or_not_found(await lists.by_id(reading, viewer.me, id_))
