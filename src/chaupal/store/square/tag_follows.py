"""Tags that people follow, what is posted with them, and tags they show on their profiles."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, literal_column

from chaupal.store.machine.dialect import among, listed, param, text_param
from chaupal.store.machine.shelves import RELATIONS
from chaupal.store.machine.statements import counts_of, deletes, inserts, inserts_once, selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posts import Pages
from chaupal.store.tables.square import featured_tags, post_tags, tag_follows


class Featured(msgspec.Struct, frozen=True):
    """A tag on a profile. `uses`: public posts of its owner with it; `last`: the newest of them (0: none)."""

    id: int
    key: str
    name: str
    uses: int = 0
    last: int = 0


FOLLOW = inserts_once(tag_follows, account_id="me", key="key", name="name", id="new")
UNFOLLOW = deletes(tag_follows).where(account_id="me", key="which")
COUNT = counts_of(tag_follows).where(account_id="me")
FOLLOWED = Pages(tag_follows.c.id, tag_follows.c.account_id == param("me"))
NAMES = selects(tag_follows, "id key name").where(among(tag_follows.c.id, "ids"))
FEATURED = selects(featured_tags, "id key name").where(account_id="who").ordered("id")
USES = (
    selects(post_tags.c.key, func.count(), func.max(post_tags.c.post_id))
    .where(
        among(post_tags.c.key, "keys"),
        post_tags.c.listed + literal_column("0") == 1,  # by its author's index, not by that of all who have the tag
        among(post_tags.c.post_id, "hidden", negate=True),
        author="who",
    )
    .group_by(post_tags.c.key)
)
FEATURE = inserts(featured_tags, id="new", account_id="me", key="key", name="name")
UNFEATURE = deletes(featured_tags).where(account_id="me", id="which")


def _tagged(these: Any) -> Pages:
    return Pages(post_tags.c.post_id, these, post_tags.c.listed > 0)


TAGGED, TAGGED_ANY = _tagged(post_tags.c.key == text_param("key")), _tagged(among(post_tags.c.key, "keys"))


async def follow(w: Writing, me: int, key: str, name: str, new: int) -> bool:
    """True when it is new."""
    w.touch(RELATIONS, me)
    return bool(await w.run(FOLLOW, me=me, key=key, name=name, new=new))


async def unfollow(w: Writing, me: int, key: str) -> bool:
    """False where it was not followed."""
    w.touch(RELATIONS, me)
    return bool(await w.run(UNFOLLOW, me=me, which=key))


async def count(reading: Reading, me: int) -> int:
    found: int = await reading.value(COUNT, me=me)
    return found


async def named(reading: Reading, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Id of the tie -> (key, name as its owner wrote it)."""
    return {row[0]: (row[1], row[2]) for row in await reading.fetch(NAMES, ids=listed(ids))}


async def featured(reading: Reading, who: int) -> list[Featured]:
    """The tags on somebody's profile, in the order in which they were put there; without counts."""
    return [Featured(*row) for row in await reading.fetch(FEATURED, who=who)]


async def uses(reading: Reading, who: int, keys: Sequence[str], hidden: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Key -> (public posts of somebody's, the newest of them), without posts in `hidden`."""
    rows = await reading.fetch(USES, who=who, keys=listed(keys), hidden=listed(hidden)) if keys else ()
    return {row[0]: (row[1], row[2]) for row in rows}


async def feature(w: Writing, me: int, key: str, name: str, new: int) -> None:
    await w.run(FEATURE, new=new, me=me, key=key, name=name)


async def unfeature(w: Writing, me: int, id_: int) -> bool:
    """False where there is no such tag on the account's profile."""
    return bool(await w.run(UNFEATURE, me=me, which=id_))


async def newest_tagged(
    reading: Reading, keys: Iterable[str], *, below: int, above: int, limit: int, upward: bool = False
) -> list[int]:
    """Ids of public posts with one of the tags, newest first. `upward`: those next above `above`, in no order."""
    span: dict[str, Any] = {"upward": upward, "below": below, "above": above}
    if reading.embedded:  # by several tags at once SQLite looks at every post that has any
        each = [await TAGGED.rows(reading, n=limit, key=key, **span) for key in keys]
        return sorted({row[0] for rows in each for row in rows}, reverse=not upward)[:limit]
    chosen, n = listed(sorted(keys)), limit
    while True:
        rows = await TAGGED_ANY.rows(reading, n=n, keys=chosen, **span)
        found = [*dict.fromkeys(row[0] for row in rows)]  # a post comes once for each of its tags
        if len(found) >= limit or len(rows) < n:
            return found[:limit]
        n *= 2
