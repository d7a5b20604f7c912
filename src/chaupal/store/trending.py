"""What trends are counted from: uses of tags and liked posts in a window of time-ordered ids."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import distinct, func, select, text

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import first_id_at
from chaupal.store.dialect import among, listed, param, statement, words
from chaupal.store.tables import accounts, post_tags, posts
from chaupal.store.work import Reading

DAY_OF_IDS = first_id_at(DAY)


class Use(msgspec.Struct, frozen=True):
    """One public post with a tag; `name` as its author wrote it."""

    post: int
    key: str
    name: str
    author: int
    language: str


class Warm(msgspec.Struct, frozen=True):
    """A public post that somebody liked or reposted."""

    post: int
    author: int
    language: str
    likes: int
    reposts: int


USES = statement(
    select(post_tags.c.post_id, post_tags.c.key, post_tags.c.name, post_tags.c.author, post_tags.c.language)
    .where(post_tags.c.post_id > param("since"), post_tags.c.listed == 1)
    .order_by(post_tags.c.post_id.desc(), post_tags.c.key)
    .limit(param("n"))
)
LATEST = statement(
    select(post_tags.c.post_id, post_tags.c.key, post_tags.c.name, post_tags.c.author, post_tags.c.language)
    .where(post_tags.c.key == words("which"), post_tags.c.listed == 1)
    .order_by(post_tags.c.post_id.desc())
    .limit(param("n"))
)
_day = post_tags.c.post_id // DAY_OF_IDS
HISTORY = statement(
    select(post_tags.c.key, _day, func.count(), func.count(distinct(post_tags.c.author)))
    .where(
        among(post_tags.c.key, "keys"),
        post_tags.c.post_id > param("since"),
        post_tags.c.listed == 1,
        among(post_tags.c.author, "hidden", negate=True),
        among(post_tags.c.post_id, "hidden", negate=True),
    )
    .group_by(post_tags.c.key, _day)
)
WARM = statement(
    select(posts.c.id, posts.c.author, posts.c.language, posts.c.likes_count, posts.c.boosts_count)
    .where(text("listed = 1"), posts.c.id > param("since"), posts.c.likes_count + posts.c.boosts_count > 0)
    .order_by((posts.c.likes_count + posts.c.boosts_count).desc(), posts.c.id.desc())
    .limit(param("n"))
)
FOLLOWED = statement(
    select(accounts.c.id, accounts.c.language)
    .where(accounts.c.discoverable == 1, accounts.c.state == "active", accounts.c.role != "system")
    .order_by(accounts.c.followers_count.desc(), accounts.c.id)
    .limit(param("n"))
)


async def uses(reading: Reading, since: int, limit: int) -> list[Use]:
    """Uses of all tags in public posts with ids above `since`, newest first."""
    return [Use(*row) for row in await reading.fetch(USES, since=since, n=limit)]


async def latest(reading: Reading, key: str, limit: int) -> list[Use]:
    """The newest public posts with one tag."""
    return [Use(*row) for row in await reading.fetch(LATEST, which=key, n=limit)]


async def history(
    reading: Reading, keys: Sequence[str], since: int, hidden: Sequence[int]
) -> list[tuple[str, int, int, int]]:
    """(key, day since 1970 UTC, posts, authors) above `since`, without the posts and authors in `hidden`."""
    rows = await reading.fetch(HISTORY, keys=listed(keys), since=since, hidden=listed(hidden))
    return [(row[0], int(row[1]), row[2], row[3]) for row in rows]


async def warm(reading: Reading, since: int, limit: int) -> list[Warm]:
    """Posts above `since` with the most likes and reposts."""
    return [Warm(*row) for row in await reading.fetch(WARM, since=since, n=limit)]


async def most_followed(reading: Reading, limit: int) -> list[tuple[int, str]]:
    """(account, language) of people who may be suggested, most followed first."""
    return [(row[0], row[1]) for row in await reading.fetch(FOLLOWED, n=limit)]
