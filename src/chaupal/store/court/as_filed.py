"""How a thing has changed since an order named it: whether its words were edited, and whether it or its author is going.

When words became others is told by the id under which those before them were kept here. When somebody says that they changed
them is their own word: another server could say that it was before the order.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import func, select

from chaupal.kernel.ids import first_id_at, made_at, parse_id
from chaupal.store.court.docket import Target
from chaupal.store.machine.dialect import Statement, among, listed, param
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading, Row
from chaupal.store.tables.identity import accounts, logins
from chaupal.store.tables.square import media, posts, revisions

EDITED, DELETED = "edited", "deleted"
ACCOUNT_DELETED, ACCOUNT_MOVED, ACCOUNT_LEAVING = "account_deleted", "account_moved", "account_leaving"


class TargetNow(msgspec.Struct, frozen=True):
    """A target as it is now. `words`: which version of its text that is (ms of the last edit, 0 for the first, or for none).

    `flags`: edited and deleted of the thing, account_deleted, account_moved and account_leaving of its author.
    """

    words: int = 0
    flags: tuple[str, ...] = ()


class PostWords(msgspec.Struct, frozen=True):
    """The words of a post, with what stood before them."""

    text: str
    spoiler: str = ""


_LAST = select(func.max(revisions.c.id)).where(revisions.c.post_id == posts.c.id).scalar_subquery()
POSTS = selects(posts.c.id, _LAST).where(among(posts.c.id, "ids"))
PICTURES = selects(media.c.id, media.c.post_id).where(among(media.c.id, "ids"))
PEOPLE = (
    selects(accounts, "id state moved_to", logins.c.leaves_at)
    .select_from(accounts.outerjoin(logins, logins.c.account_id == accounts.c.id))
    .where(among(accounts.c.id, "ids"))
)
NOW = selects(posts.c.text, posts.c.spoiler, _LAST).where(id="of")
THEN = (
    selects(revisions.c.text, revisions.c.spoiler)
    .where(revisions.c.id >= param("above"), post_id="of")
    .ordered("id")
    .limit(1)
)


async def since(
    reading: Reading, named: Sequence[Target], at: int, parts: Mapping[int, Sequence[int]] = {}
) -> dict[int, TargetNow]:
    """Target -> how it is now, seen from when it was named (ms). A few looks, however many. `parts`: as `version` has them, by target."""
    shows = await posts_shown(reading, named)
    within = await _posts_of(reading, [part for some in parts.values() for part in some])
    shown = [*shows.values(), *within.values()]
    edits = {id_: made_at(kept or 0) for id_, kept in await _rows(reading, POSTS, shown)}
    people = {row[0]: row[1:] for row in await _rows(reading, PEOPLE, (t.owner_id for t in named))}
    meant = {id_: [within[part] for part in some] for id_, some in parts.items()}
    return {t.id: _since(t, shows.get(t.id), meant.get(t.id, ()), edits, people, at) for t in named}


async def version(reading: Reading, target: Target, parts: Sequence[int] = ()) -> int:
    """Which version of its words a target has now (ms of the last edit; 0 for the first, or where there are none).

    `parts`: the posts or pictures of it that are meant: the newest of their changes counts as the whole's.
    """
    shown = [await post_of(reading, target), *(await _posts_of(reading, parts)).values()]
    return max((made_at(kept or 0) for _, kept in await _rows(reading, POSTS, shown)), default=0)


async def then_and_now(reading: Reading, post: int, at: int) -> tuple[PostWords | None, PostWords | None]:
    """What a post said at a moment, and what it says now; nothing where it is gone with all its versions."""
    row = await reading.first(NOW, of=post)
    if row is None:
        return None, None
    then = await reading.first(THEN, of=post, above=first_id_at(at + 1))
    now = PostWords(row[0], row[1])
    return (now if then is None else PostWords(then[0], then[1])), now


async def post_of(reading: Reading, target: Target) -> int | None:
    """The post that a target is, or that its picture is in."""
    return (await posts_shown(reading, [target])).get(target.id)


async def posts_shown(reading: Reading, named: Sequence[Target]) -> dict[int, int]:
    """Target -> the post that it is, or that its picture is in; one look, however many."""
    found = {t.id: t.subject_id for t in named if t.kind == "post" and t.subject_id is not None}
    pictures = {t.id: t.subject_id for t in named if t.kind == "media" and t.subject_id is not None}
    held = {row[0]: row[1] for row in await _rows(reading, PICTURES, pictures.values())}
    return found | {id_: held[picture] for id_, picture in pictures.items() if held.get(picture) is not None}


async def _posts_of(reading: Reading, parts: Sequence[int]) -> dict[int, int]:
    """Posts and pictures -> the post that each is or is in. What can be no id no database is asked for."""
    named = [part for part in parts if parse_id(part) is not None]
    pictures = {row[0]: row[1] for row in await _rows(reading, PICTURES, named)}
    return {part: pictures.get(part) or part for part in named}


async def _rows(reading: Reading, asked: Statement, ids: Iterable[int | None]) -> Sequence[Row]:
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    return await reading.fetch(asked, ids=listed(wanted)) if wanted else ()


def _since(
    target: Target, post: int | None, parts: Sequence[int], edits: dict[int, int], people: dict[int, Row], at: int
) -> TargetNow:
    flags: list[str] = []
    version = max(edits.get(one or 0, 0) for one in (post, *parts))
    if version > at:
        flags.append(EDITED)
    if target.kind in ("post", "media") and target.subject_id is not None and (post is None or post not in edits):
        flags.append(DELETED)
    if target.owner_id is not None:
        state, moved_to, leaves_at = people.get(target.owner_id, (DELETED, None, None))
        flags += [ACCOUNT_DELETED] if state == "deleted" else []
        flags += [ACCOUNT_MOVED] if moved_to is not None else []
        flags += [ACCOUNT_LEAVING] if leaves_at is not None and state != "deleted" else []
    return TargetNow(version, tuple(flags))
