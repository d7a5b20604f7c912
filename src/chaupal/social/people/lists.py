"""Lists of people one follows, to read apart: made, changed, filled and dropped. Nobody learns in whose lists they stand."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import Invalid, NotFound, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import ListChanged
from chaupal.social.typed import typed
from chaupal.store.machine.work import Writing
from chaupal.store.square import graph, lists
from chaupal.store.square.lists import ListRow
from chaupal.text.clean import trimmed

REPLIES = ("list", "followed", "none")
MOST_LISTS, MOST_MEMBERS = 50, 500
LONGEST = 256


class ListWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is to be; None: as before."""

    title: str | None = None
    replies: str | None = None
    exclusive: bool | None = None


async def create(square: Square, viewer: Viewer, wish: ListWish) -> ListRow:
    """A new list. Raises Invalid by field."""
    me = viewer.me
    made = _filled(ListRow(square.make_id(), me, "", "list", False), wish)
    async with square.work.writing() as w:
        _check_count(await lists.count(w, me) + 1, MOST_LISTS)
        await lists.add(w, made)
        w.tell(ListChanged(account=me, list=made.id, change=square.make_id()))
    return made


async def change(square: Square, viewer: Viewer, id_: int, wish: ListWish) -> ListRow:
    """Raises NotFound, Invalid by field."""
    async with square.work.writing() as w:
        made = _filled(await _own_list(w, viewer, id_), wish)
        await lists.change(w, made)
        w.tell(ListChanged(account=made.owner, list=id_, change=square.make_id()))
    return made


async def remove(square: Square, viewer: Viewer, id_: int) -> None:
    """Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await lists.remove(w, me, id_):
            raise NotFound
        w.tell(ListChanged(account=me, list=id_, change=square.make_id()))


async def add(square: Square, viewer: Viewer, id_: int, people: Sequence[int]) -> None:
    """Put people into a list; oneself, whom one follows, and whom one has asked to: these stand in it, and what they write does once
    they have said yes. Raises NotFound for anybody else, Invalid for too many.
    """
    async with square.work.writing() as w:
        own = await _own_list(w, viewer, id_)
        ties = await graph.ties(w, own.owner, people)
        if not all(them == own.owner or tie.following or tie.requested for them, tie in ties.items()):
            raise NotFound
        _check_count(len(await lists.members(w, id_) | set(people)), MOST_MEMBERS)
        for them in dict.fromkeys(people):
            await lists.enter(w, own.owner, id_, them, square.make_id())
        w.tell(ListChanged(account=own.owner, list=id_, change=square.make_id()))


async def take_out(square: Square, viewer: Viewer, id_: int, people: Sequence[int]) -> None:
    """Raises NotFound for a list that is not the viewer's."""
    async with square.work.writing() as w:
        own = await _own_list(w, viewer, id_)
        await lists.leave(w, own.owner, id_, people)
        w.tell(ListChanged(account=own.owner, list=id_, change=square.make_id()))


async def _own_list(w: Writing, viewer: Viewer, id_: int) -> ListRow:
    return or_not_found(await lists.by_id(w, viewer.me, id_))


def titled(wish: ListWish) -> str:
    """The title that a new list would have. Raises Invalid."""
    return _filled(ListRow(0, 0, "", "list", False), wish).title


def _filled(old: ListRow, wish: ListWish) -> ListRow:
    title = old.title if wish.title is None else _title(wish.title)
    replies = wish.replies or old.replies
    if replies not in REPLIES:
        raise Invalid("replies_unknown")
    if not title:
        raise Invalid("list_unnamed")
    exclusive = old.exclusive if wish.exclusive is None else wish.exclusive
    return replace(old, title=title, replies=replies, exclusive=exclusive)


def _title(text: str) -> str:
    title = trimmed(" ".join(typed(text[: 4 * LONGEST], "title_unreadable").split()))
    if len(title) > LONGEST:
        raise Invalid("list_name_too_long", most=LONGEST)
    return title


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise Invalid("too_many_lists", most=most)
