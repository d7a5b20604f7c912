"""What trends are counted from: uses of tags and of links, and liked posts, in a window of time-ordered ids."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import case, distinct, exists, func, or_, text

from chaupal.kernel.clock import DAY
from chaupal.kernel.ids import BROUGHT, first_id_at
from chaupal.policy.facts import Visibility
from chaupal.store.machine.dialect import among, listed, param, text_param
from chaupal.store.machine.statements import columns_of, selects
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import OURS
from chaupal.store.square.posts import Pages
from chaupal.store.tables.court import rulings
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import post_links, post_tags, posts

DAY_OF_IDS = first_id_at(DAY)
# What was brought from elsewhere is dated as it was said there, and is no use of a tag here.
SAID_HERE = post_tags.c.post_id % (2 * BROUGHT) < BROUGHT


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


class Quiet(msgspec.Struct, frozen=True):
    """A de-amplification that ran out lately (`until`, ms): of a term, or of a post or account (`subject`). `unknown_to`: whose it
    was, where it was secret: they may not know of it afterwards either."""

    subject: int
    term: str
    territory: str
    until: int
    unknown_to: int | None = None


USES = (
    selects(post_tags, "post_id key name author language")
    .where(post_tags.c.post_id > param("since"), post_tags.c.listed == 1, SAID_HERE)
    .ordered("-post_id key")
    .limit("n")
)
LATEST = (
    selects(post_tags, "post_id key name author language")
    .where(post_tags.c.listed > 0, key="which")
    .ordered("-post_id")
    .limit("n")
)
_day = post_tags.c.post_id // DAY_OF_IDS
HISTORY = (
    selects(post_tags.c.key, _day, func.count(), func.count(distinct(post_tags.c.author)))
    .where(
        among(post_tags.c.key, "keys"),
        post_tags.c.post_id > param("since"),
        post_tags.c.listed == 1,
        SAID_HERE,
        among(post_tags.c.author, "hidden", negate=True),
        among(post_tags.c.post_id, "hidden", negate=True),
    )
    .group_by(post_tags.c.key, _day)
)
SAID = (
    selects(post_tags.c.key, _day, post_tags.c.post_id, post_tags.c.author)
    .where(among(post_tags.c.key, "keys"), post_tags.c.post_id > param("since"), post_tags.c.listed == 1, SAID_HERE)
    .limit("n")
)
WARM = (
    selects(posts, "id author language likes_count boosts_count")
    .join(accounts, accounts.c.id == posts.c.author)
    .where(
        accounts.c.discoverable == 1,
        text("listed = 1"),
        posts.c.id > param("since"),
        posts.c.likes_count + posts.c.boosts_count > 0,
    )
    .order_by((posts.c.likes_count + posts.c.boosts_count).desc(), posts.c.id.desc())
    .limit("n")
)
FOLLOWED = (
    selects(accounts.c.id, accounts.c.language)
    .where(OURS, accounts.c.discoverable == 1, accounts.c.state == "active", accounts.c.role != "system", moved_to=None)
    .ordered("-followers_count id")
    .limit("n")
)


# Links of public posts that have a card: what leads to nothing that can be shown is nothing to talk about.
_linked = (posts.c.id == post_links.c.post_id, posts.c.visibility == int(Visibility.PUBLIC), posts.c.card != text("''"))
# Counted are those of our own people, as tags are.
_ours = (*_linked, posts.c.server == text("0"))
_said_here = post_links.c.post_id % (2 * BROUGHT) < BROUGHT
LINKS = (
    selects(post_links, "post_id url url", posts, "author language")
    .where(post_links.c.post_id > param("since"), _said_here, *_ours)
    .ordered("-post_id")
    .limit("n")
)
_link_day = post_links.c.post_id // DAY_OF_IDS
LINK_HISTORY = (
    selects(post_links.c.url, _link_day, func.count(), func.count(distinct(posts.c.author)))
    .where(
        among(post_links.c.url, "urls"),
        post_links.c.post_id > param("since"),
        _said_here,
        *_ours,
        among(posts.c.author, "hidden", negate=True),
        among(posts.c.id, "hidden", negate=True),
    )
    .group_by(post_links.c.url, _link_day)
)
WITH_TERMS = selects(post_tags.c.post_id, post_tags.c.key).where(
    among(post_tags.c.key, "keys"), post_tags.c.post_id > param("since")
)
LINKING = Pages(post_links.c.post_id, post_links.c.url == text_param("url"), exists().where(*_linked))

# One that was lifted before its end was taken back: it leaves nothing behind.
_UNKNOWN_TO = case((rulings.c.neutral == text("1"), rulings.c.owner_id))
RAN_OUT = selects(*columns_of(rulings, "subject_id term territory ends_at"), _UNKNOWN_TO).where(
    rulings.c.measure == text("'deamplify'"),
    rulings.c.ends_at > param("since"),
    rulings.c.ends_at <= param("at"),
    or_(rulings.c.lifted_at.is_(None), rulings.c.lifted_at >= rulings.c.ends_at),
)


async def ran_out(reading: Reading, since: int) -> list[Quiet]:
    """De-amplifications that ended by the clock after `since` (ms)."""
    return [Quiet(*row) for row in await reading.fetch(RAN_OUT, since=since, at=reading.now())]


async def uses(reading: Reading, since: int, limit: int) -> list[Use]:
    """Uses of all tags in public posts with ids above `since`, newest first."""
    return [Use(*row) for row in await reading.fetch(USES, since=since, n=limit)]


async def links(reading: Reading, since: int, limit: int) -> list[Use]:
    """Uses of links, as of tags: the address is the key and the name."""
    return [Use(*row) for row in await reading.fetch(LINKS, since=since, n=limit)]


async def link_history(
    reading: Reading, urls: Sequence[str], since: int, hidden: Sequence[int]
) -> list[tuple[str, int, int, int]]:
    """As `history`, of links."""
    rows = await reading.fetch(LINK_HISTORY, urls=listed(urls), since=since, hidden=listed(hidden))
    return [(row[0], int(row[1]), row[2], row[3]) for row in rows]


async def with_terms(reading: Reading, terms: Sequence[str], since: int) -> list[tuple[int, str]]:
    """(post, term) of posts above `since` that have one of these tags."""
    rows = await reading.fetch(WITH_TERMS, keys=listed(terms), since=since) if terms else []
    return [(row[0], row[1]) for row in rows]


async def latest(reading: Reading, key: str, limit: int) -> list[Use]:
    """The newest public posts with one tag."""
    return [Use(*row) for row in await reading.fetch(LATEST, which=key, n=limit)]


async def history(
    reading: Reading, keys: Sequence[str], since: int, hidden: Sequence[int]
) -> list[tuple[str, int, int, int]]:
    """(key, day since 1970 UTC, posts, authors) above `since`, without the posts and authors in `hidden`."""
    rows = await reading.fetch(HISTORY, keys=listed(keys), since=since, hidden=listed(hidden))
    return [(row[0], int(row[1]), row[2], row[3]) for row in rows]


async def uses_since(reading: Reading, keys: Sequence[str], since: int, limit: int) -> list[tuple[str, int, int, int]]:
    """(key, day since 1970 UTC, post, author) of uses above `since`, whoever may see them: what `history` counts."""
    rows = await reading.fetch(SAID, keys=listed(keys), since=since, n=limit)
    return [(row[0], int(row[1]), row[2], row[3]) for row in rows]


async def warm(reading: Reading, since: int, limit: int) -> list[Warm]:
    """Posts above `since` with the most likes and reposts, by people who want to be found."""
    return [Warm(*row) for row in await reading.fetch(WARM, since=since, n=limit)]


async def most_followed(reading: Reading, limit: int) -> list[tuple[int, str]]:
    """(account, language) of people who may be suggested, most followed first."""
    return [(row[0], row[1]) for row in await reading.fetch(FOLLOWED, n=limit)]
