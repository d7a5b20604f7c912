"""The search index and what is counted from tags: words of public posts, words of names, tags by the start of their key.

Both databases hold the same folded terms and answer newest first, so the same question has the same answer. FTS5 keeps no
text of its own (contentless): what is found is read, sealed, from the posts.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, and_, column, func, literal_column, not_, or_, select, table, text
from sqlalchemy.dialects import sqlite

from chaupal.store.machine.dialect import (
    Statement,
    all_words,
    among,
    byte_order,
    has_words_but_none,
    indexed_post,
    listed,
    none_of_words,
    param,
    text_param,
    words_but_none,
)
from chaupal.store.machine.shelves import EVERY, FOUND, Kind
from chaupal.store.machine.statements import rows_of, selects
from chaupal.store.machine.work import Reading, Row, Writing
from chaupal.store.square.posts import Both, Pages
from chaupal.store.tables.federation import elsewhere
from chaupal.store.tables.identity import accounts, name_words
from chaupal.store.tables.square import follows, post_tags, posts, tags

LAST = "\U0010ffff"  # sorts after every continuation of a prefix
MOST_OWN = 1_000  # of the newest posts of whoever asks are looked through for tags; of one's, each for words
LOOKED_AT = 5_000  # of the newest posts, where PostgreSQL finds words
MOST_CANDIDATES = 1_000  # rows that one prefix may bring into the ranking


class Bounds(msgspec.Struct, frozen=True):
    """Ids below and above which nothing is wanted, how many at most, and whether to count from the oldest."""

    below: int = 2**63 - 1
    above: int = -1
    limit: int = 20
    upward: bool = False


# What a post has or is, by the word that asks for it (Mastodon's, of `has:` and `is:`).
TRAITS = {
    "media": posts.c.pictures != "[]",
    # In words of people the quotes are written otherwise.
    **{kind: posts.c.pictures.like(f'%"kind":"{kind}"%') for kind in ("image", "video", "audio")},
    "poll": posts.c.poll != "",
    "link": posts.c.card != "",
    "quote": posts.c.quote_of.is_not(None),
    "reply": posts.c.reply_to.is_not(None),
    "sensitive": posts.c.sensitive == 1,
}


class Narrowed(msgspec.Struct, frozen=True):
    """What posts must be beside holding the words; the empty values ask for nothing."""

    author: int = 0
    language: str = ""
    having: frozenset[str] = frozenset()  # of TRAITS, every one of them
    lacking: frozenset[str] = frozenset()  # and none of these
    keys: tuple[str, ...] = ()  # count keys of tags, every one of them
    followed: bool = False  # by those whom `me` follows
    without: tuple[str, ...] = ()  # terms, none of them

    def params(self) -> dict[str, Any]:
        return {
            "whose": self.author,
            "tongue": self.language,
            "keys": listed(self.keys),
            "count": len(self.keys),
            "friends": int(self.followed),
            "without": listed(self.without),
            **{f"has_{name}": int(name in self.having) for name in TRAITS},
            **{f"lacks_{name}": int(name in self.lacking) for name in TRAITS},
        }


ANYTHING = Narrowed()


def _put(insert: Any) -> Any:
    # The two indexes have nothing in common but what goes in: the post and its terms as one JSON list.
    line = (
        "INSERT OR REPLACE INTO post_words (rowid, words) VALUES (:of, (SELECT group_concat(value, ' ') FROM json_each(:terms)))"
        if insert is sqlite.insert
        else "INSERT INTO post_words (post_id, words) VALUES (:of, ARRAY(SELECT json_array_elements_text(CAST(:terms AS json)))) "
        "ON CONFLICT (post_id) DO UPDATE SET words = EXCLUDED.words"
    )
    return text(line).bindparams(param("of"), text_param("terms"))


def _take(insert: Any) -> Any:
    column = "rowid" if insert is sqlite.insert else "post_id"
    return text(f"DELETE FROM post_words WHERE {column} = :of").bindparams(param("of"))  # noqa: S608 - two words of ours


PUT, TAKE = Statement(_put), Statement(_take)

_words = table("post_words")
_wanted = post_tags.alias("wanted")
# Whoever does not want their posts found by others finds them still.
_findable = or_(accounts.c.indexable == 1, accounts.c.id == param("me"))
_by = accounts.c.id == posts.c.author
_narrow = (
    _findable,
    or_(param("whose") == 0, posts.c.author == param("whose")),
    or_(text_param("tongue") == "", posts.c.language == text_param("tongue")),
    *(or_(param(f"has_{name}") == 0, one) for name, one in TRAITS.items()),
    *(or_(param(f"lacks_{name}") == 0, not_(one)) for name, one in TRAITS.items()),
    or_(
        param("friends") == 0,
        select(follows.c.id)
        .where(follows.c.by == param("me"), follows.c.to == posts.c.author)
        .correlate(posts)
        .exists(),
    ),
    or_(
        param("count") == 0,
        select(func.count(_wanted.c.post_id))
        .where(_wanted.c.post_id == posts.c.id, among(_wanted.c.key, "keys"))
        .correlate(posts)
        .scalar_subquery()
        == param("count"),
    ),
)
HIDES = selects(accounts.c.id).where(accounts.c.indexable == 0, id="me")
_without = or_(text_param("without") == listed(()), none_of_words("without", posts.c.id))


def _of(words: Any) -> Any:
    return select(indexed_post()).select_from(words).join(posts, posts.c.id == indexed_post()).join(accounts, _by)


class Worded(Pages):
    """Posts that hold words.

    SQLite's index gives them newest first. PostgreSQL's gives all of them, and which words are common it does not know: it looked through
    every post for a rare word, and sorted all that hold a common one. So it looks through the newest first, and only for what is rare
    among these in the index.
    """

    def __init__(self, holds: Any, *where: Any, kind: Kind[Any] | None = None, key: str = "") -> None:
        post, indexed = indexed_post(), table("post_words", column("post_id", BigInteger), column("words"))
        super().__init__(post, holds, *where, base=_of(_words), kind=kind, key=key)
        near = select(*indexed.c).where(indexed.c.post_id < param("below"), indexed.c.post_id > param("above"))
        newest, oldest = (
            near.order_by(order).limit(param("looked_at")).subquery("post_words")
            for order in (indexed.c.post_id.desc(), indexed.c.post_id)
        )
        self.newest = Pages(post, holds, *where, base=_of(newest), kind=kind, key=key)
        self._oldest = Pages(post, holds, *where, base=_of(oldest), kind=kind, key=key)
        holding = select(*indexed.c).where(holds).cte("post_words").prefix_with("MATERIALIZED", dialect="postgresql")
        # In an order that no index of posts has: else all posts were gone through beside the few that were found.
        unordered = post + literal_column("0")
        self._by_index = Pages(unordered, *where, base=_of(holding), kind=kind, key=key)

    async def rows(self, reading: Reading, *, upward: bool, **params: Any) -> Sequence[Row]:
        """As `Pages.rows`."""
        if reading.embedded:
            return await super().rows(reading, upward=upward, **params)
        near = self._oldest if upward else self.newest
        rows = await near.rows(reading, upward=upward, looked_at=max(LOOKED_AT, 4 * params["n"]), **params)
        return rows if len(rows) >= params["n"] else await self._by_index.rows(reading, upward=upward, **params)


WITH_WORDS = Worded(all_words("terms"), _findable, kind=FOUND, key="word")
WITH_WORDS_NARROWED = Worded(words_but_none("terms", "without"), *_narrow)
TAGGED = Pages(
    post_tags.c.post_id,
    post_tags.c.key == text_param("first"),
    post_tags.c.listed > 0,
    *_narrow,
    _without,
    base=select(post_tags.c.post_id).join(posts, posts.c.id == post_tags.c.post_id).join(accounts, _by),
)
_posts = select(posts.c.id).join(accounts, _by)
WRITTEN_BY = Pages(
    posts.c.id,
    posts.c.author == param("whose"),
    posts.c.visibility == 0,
    posts.c.boost_of.is_(None),
    *_narrow,
    _without,
    base=_posts,
)
WRITTEN_BY_WITH_WORDS = Pages(
    posts.c.id,
    posts.c.author == param("whose"),
    posts.c.visibility == 0,
    posts.c.boost_of.is_(None),
    has_words_but_none("terms", "without", posts.c.id),
    *_narrow,
    base=_posts,
)
WROTE = selects(accounts.c.posts_count).where(id="who")
# The sign keeps SQLite from going through all posts for those of elsewhere, as it would where there are none.
_there = literal_column("+elsewhere.post_id", BigInteger)
_theirs = select(elsewhere.c.post_id).select_from(elsewhere.join(posts, posts.c.id == _there).join(accounts, _by))
ANY_LISTED = Both(
    Pages(posts.c.id, text("listed = 1"), *_narrow, _without, base=_posts),
    Pages(elsewhere.c.post_id, *_narrow, _without, base=_theirs),
)


def key_of(term: str) -> int:
    """By what it is known which lists a word stands in: no word is told to other processes."""
    return zlib.crc32(term.encode())


async def index(w: Writing, post: int, terms: Sequence[str], *, again: bool = False) -> None:
    """The words under which a post is found. `again`: these instead of those that it had; which these were, the index does not say."""
    w.touch(FOUND, *([EVERY] if again else map(key_of, terms)))
    await w.run(PUT, of=post, terms=listed(terms))


async def unindex(w: Writing, post: int) -> None:
    w.touch(FOUND, EVERY)
    await w.run(TAKE, of=post)


class Source(msgspec.Struct, frozen=True):
    """What the index and the notifications need of a post, for handlers of events only: no viewer is here."""

    author: int
    visibility: int
    boost_of: int | None
    text: str
    spoiler: str


# The post as it stands in this commit; None when it is gone.
source = rows_of(Source, posts).where(id="of").first_of


async def found(reading: Reading, me: int, terms: Sequence[str], narrowed: Narrowed, bounds: Bounds) -> list[int]:
    """Ids of public posts that hold every term and are what is asked, newest first, at most `bounds.limit`.

    `me`: who asks (0: nobody), who finds their own posts whatever they wish of others.
    """
    params: dict[str, Any] = {"me": me, "below": bounds.below, "above": bounds.above, "n": bounds.limit}
    if terms and narrowed == ANYTHING:
        # A post that comes into a list holds each of its words, so any of them will do: the longest is the rarest, mostly.
        pages, word = WITH_WORDS, key_of(max(terms, key=len))
        params |= {"me": await _as_whom(reading, me), "terms": listed(terms), "word": word}
    else:
        few = narrowed.author and (await reading.value(WROTE, who=narrowed.author) or 0) <= MOST_OWN
        pages = WRITTEN_BY_WITH_WORDS if terms and few else _narrowed(terms, narrowed)
        params |= narrowed.params() | {"terms": listed(terms), "first": next(iter(narrowed.keys), "")}
    rows = await pages.rows(reading, upward=bounds.upward, **params)
    return [row[0] for row in (reversed(rows) if bounds.upward else rows)]


def _narrowed(terms: Sequence[str], narrowed: Narrowed) -> Pages:
    if terms:
        return WITH_WORDS_NARROWED
    if narrowed.keys:
        return TAGGED
    return WRITTEN_BY if narrowed.author else ANY_LISTED


async def _as_whom(reading: Reading, me: int) -> int:
    """Whoever lets their posts be found finds what nobody in particular finds: theirs is the same list."""
    return me if me and await reading.once(FOUND, me, HIDES, me=me) else 0


# --- people and tags -------------------------------------------------------------------------------------------------

_others = name_words.alias("others")


def _begins(column: Any, name: str) -> Any:
    return and_(byte_order(column) >= text_param(name), byte_order(column) < text_param(f"{name}_last"))


def _also(name: str) -> Any:
    other = select(_others.c.word).where(_others.c.account_id == name_words.c.account_id, _begins(_others.c.word, name))
    return or_(text_param(name) == "", other.exists())


def _called(whose: Any) -> Statement:
    candidates = (
        select(name_words.c.account_id)
        .where(whose, _begins(name_words.c.word, "first"), _also("second"), _also("third"))
        .order_by(byte_order(name_words.c.word), name_words.c.account_id)
        .limit(MOST_CANDIDATES)
        .subquery()
    )
    return (
        selects(accounts.c.id)
        .where(accounts.c.id.in_(select(candidates.c.account_id)), accounts.c.state == "active")
        .ordered("-followers_count id")
        .limit("n")
    )


# However many of other servers are called so, they stand in nobody's way here.
CALLED, CALLED_ELSEWHERE = _called(name_words.c.server == text("0")), _called(name_words.c.server > text("0"))
BEGINNING = (
    selects(accounts.c.id)
    .where(_begins(accounts.c.handle, "first"), accounts.c.state == "active")
    .order_by(byte_order(accounts.c.handle))
    .limit("n")
)
_beginning = (
    select(tags.c.key, tags.c.uses)
    .where(_begins(tags.c.key, "first"))
    .order_by(byte_order(tags.c.key))
    .limit(MOST_CANDIDATES)
    .subquery()
)
TAGS_FROM = selects(_beginning.c.key).order_by(_beginning.c.uses.desc(), byte_order(_beginning.c.key)).limit("n")


_lately = select(posts.c.id).where(posts.c.author == param("me")).order_by(posts.c.id.desc()).limit(MOST_OWN).subquery()
OWN_TAGS_FROM = (
    selects(post_tags.c.key, func.max(post_tags.c.name))
    .join_from(_lately, post_tags, post_tags.c.post_id == _lately.c.id)
    .where(_begins(post_tags.c.key, "first"))
    .group_by(post_tags.c.key)
    .order_by(post_tags.c.key != text_param("first"), func.count().desc(), byte_order(post_tags.c.key))
    .limit("n")
)


async def called(reading: Reading, names: Sequence[str], limit: int, *, everywhere: bool) -> list[int]:
    """Accounts with words in their names that begin with each of `names` (folded, at most three), most followed first; this
    server's own before those of others, which are asked for by `everywhere`."""
    first, second, third = (*names[:3], "", "", "")[:3]
    params = {
        "first": first,
        "first_last": first + LAST,
        "second": second,
        "second_last": second + LAST,
        "third": third,
        "third_last": third + LAST,
    }
    found = [row[0] for row in await reading.fetch(CALLED, n=limit, **params)]
    if everywhere and len(found) < limit:
        found += [row[0] for row in await reading.fetch(CALLED_ELSEWHERE, n=limit - len(found), **params)]
    return found


async def beginning(reading: Reading, handle: str, limit: int) -> list[int]:
    """Accounts whose handles begin so, in the order of these."""
    rows = await reading.fetch(BEGINNING, first=handle, first_last=handle + LAST, n=limit)
    return [row[0] for row in rows]


async def own_tags_from(reading: Reading, me: int, key: str, limit: int) -> dict[str, str]:
    """Tags that begin so in what somebody said lately, to whomever, the one of this very name first: count key -> as they wrote it."""
    rows = await reading.fetch(OWN_TAGS_FROM, me=me, first=key, first_last=key + LAST, n=limit)
    return {row[0]: row[1] for row in rows}


async def tags_from(reading: Reading, key: str, limit: int) -> list[str]:
    """Count keys of tags that begin so, most used first."""
    return [row[0] for row in await reading.fetch(TAGS_FROM, first=key, first_last=key + LAST, n=limit)]
