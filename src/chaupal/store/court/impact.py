"""How much a measure would reach, counted: posts, answers, reposts, likes, tags. Numbers only, no words of people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import distinct, func

from chaupal.policy.narrow import open_to
from chaupal.store.machine.dialect import among, listed, param
from chaupal.store.machine.statements import same, selects
from chaupal.store.machine.work import Reading
from chaupal.store.tables.square import post_tags, posts


class Sum(NamedTuple):
    """Posts with how often they were answered, reposted and liked."""

    posts: int
    replies: int
    reposts: int
    likes: int


_SUMS = (
    func.count(),
    func.coalesce(func.sum(posts.c.replies_count), 0),
    func.coalesce(func.sum(posts.c.boosts_count), 0),
    func.coalesce(func.sum(posts.c.likes_count), 0),
)
# Of an account, and of some posts.
_BY, _THESE = (posts.c.author == param("author"), posts.c.boost_of.is_(None)), (among(posts.c.id, "ids"),)
OF_ACCOUNT, OF_POSTS = (selects(*_SUMS).where(*which) for which in (_BY, _THESE))
TONGUES, TONGUES_OF = (
    selects(posts.c.language, func.count()).where(*which).group_by(posts.c.language) for which in (_BY, _THESE)
)
TAGS, TAGS_OF = (
    selects(post_tags.c.key, func.min(post_tags.c.name), func.count())
    .where(which)
    .group_by(post_tags.c.key)
    .order_by(func.count().desc(), post_tags.c.key)
    .limit("n")
    for which in (post_tags.c.author == param("author"), among(post_tags.c.post_id, "ids"))
)
USES = selects(func.count(), func.count(distinct(post_tags.c.author))).where(same(post_tags, key="term"))
# Whom a message was for, and what is for followers, is looked at where it is named itself, and nowhere else.
OPEN_POSTS = selects(posts.c.id).where(*_BY, among(posts.c.visibility, "open")).ordered("-id").limit("n")


async def of_account(reading: Reading, account: int) -> Sum:
    return Sum(*map(int, (await reading.fetch(OF_ACCOUNT, author=account))[0]))


async def of_posts(reading: Reading, ids: Sequence[int]) -> Sum:
    return Sum(*map(int, (await reading.fetch(OF_POSTS, ids=listed(ids)))[0]))


async def tongues(reading: Reading, *, account: int = 0, ids: Sequence[int] = ()) -> dict[str, int]:
    """Language -> posts, of an account or of some posts."""
    rows = await (reading.fetch(TONGUES_OF, ids=listed(ids)) if ids else reading.fetch(TONGUES, author=account))
    return {row[0]: row[1] for row in rows}


async def tags(
    reading: Reading, *, account: int = 0, ids: Sequence[int] = (), most: int = 10
) -> list[tuple[str, str, int]]:
    """(count key, name, posts) of the tags used most."""
    if ids:
        rows = await reading.fetch(TAGS_OF, ids=listed(ids), n=most)
    else:
        rows = await reading.fetch(TAGS, author=account, n=most)
    return [(row[0], row[1], row[2]) for row in rows]


async def uses(reading: Reading, term: str) -> tuple[int, int]:
    """(posts, authors) of a tag."""
    row = (await reading.fetch(USES, term=term))[0]
    return row[0], row[1]


async def open_posts(reading: Reading, account: int, most: int) -> list[int]:
    """Ids of the newest posts of an account that everybody here may see, its reposts left out."""
    open_ = listed([int(one) for one in open_to(here=True)])
    return [row[0] for row in await reading.fetch(OPEN_POSTS, author=account, open=open_, n=most)]
