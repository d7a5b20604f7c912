"""Posts to write: the rows behind a new one, a repost, and one that goes."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import func, or_, select

from chaupal.kernel.errors import Invalid
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.narrow import FOR_EVERYBODY, LISTED_PUBLICLY, open_to
from chaupal.policy.things import Picture, Post
from chaupal.store.identity.accounts import hold as hold_account
from chaupal.store.machine.dialect import among, in_json, larger, listed, param, text_param, upsert
from chaupal.store.machine.shelves import EVERY, FOUND, ONLY, PEOPLE, POSTS, REACTIONS, SQUARE, TAGGED, THREADS, WROTE
from chaupal.store.machine.statements import deletes, inserts, inserts_once, same, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import polls
from chaupal.store.square.media import COLUMNS as PICTURE_COLUMNS, POST_AT, picture_of, use
from chaupal.store.square.posts import FIELDS, OPEN
from chaupal.store.tables.federation import elsewhere
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import (
    bookmarks,
    idempotency,
    likes,
    media,
    mentions,
    pins,
    post_links,
    post_tags,
    posts,
    revisions,
    tags,
)

INSERT = inserts(posts)
ADD_TAG = inserts_once(post_tags)
SEEN_TAG = upsert(
    lambda i: (
        add := i(tags).values(key=text_param("key"), name=text_param("name"), last_used=param("at"), uses=1)
    ).on_conflict_do_update(
        index_elements=["key"],
        set_={"uses": tags.c.uses + 1, "last_used": larger(tags.c.last_used, add.excluded.last_used)},
    )
)
ADD_MENTION = inserts_once(mentions)
TAKE_PICTURES = updates(media, post_id="of", loose_at=None).where(
    among(media.c.id, "ids"),
    or_(media.c.post_id.is_(None), media.c.post_id == param("of")),
    or_(media.c.state == "ready", media.c.state == "remote"),
    account_id="me",
)
MY_PICTURES = selects(*PICTURE_COLUMNS, media.c.post_id).where(among(media.c.id, "ids"), same(media, account_id="me"))
ONE_MORE_POST = (
    updates(
        accounts,
        posts_count=accounts.c.posts_count + 1,
        last_post_at=larger(func.coalesce(accounts.c.last_post_at, 0), param("at")),
    )
    .where(id="me")
    .returning(accounts.c.posts_count, accounts.c.last_post_at)
)
# By its place in the index of an author's posts: ids grow with the time at which things were said.
_newest = (
    select(posts.c.created_at)
    .where(posts.c.author == param("me"), among(posts.c.visibility, "open"))
    .order_by(posts.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
ONE_LESS_POST = updates(accounts, posts_count=larger(accounts.c.posts_count - 1, 0), last_post_at=_newest).where(
    id="me"
)
# What stays at this server counts on what stays here too (LOCAL has the greatest number): the same people see both.
_COUNTS_ON = posts.c.visibility >= param("at_least")
REPLIES = updates(posts, replies_count=posts.c.replies_count + param("by")).where(_COUNTS_ON, id="of")
REPOSTS = updates(posts, boosts_count=posts.c.boosts_count + param("by")).where(_COUNTS_ON, id="of")
QUOTES = updates(posts, quotes_count=larger(posts.c.quotes_count + param("by"), 0)).where(id="of")
QUOTE_ENDS = updates(posts, quote_state="state").where(id="of", quote_state="was")
QUOTED_GOES = updates(posts, quote_state="state").where(quote_of="of", quote_state="was").returning(posts.c.id)
DELETE = deletes(posts).where(id="of")
REPOSTS_OF = selects(posts, "id author visibility").where(boost_of="of")
REPOST_BY = selects(posts.c.id).where(boost_of="of", author="me")
DROP_TAGS, DROP_MENTIONS = (deletes(table).where(post_id="of") for table in (post_tags, mentions))
LIST_ELSEWHERE = inserts_once(elsewhere, post_id="of", server_id="whence", language="tongue")
DROP_ELSEWHERE = deletes(elsewhere).where(post_id="of")
# What goes with a post. Pictures are left to their owner.
GOES_WITH_IT = (
    DROP_TAGS,
    DROP_MENTIONS,
    *(deletes(table).where(post_id="of") for table in (likes, bookmarks, pins, revisions, post_links)),
    updates(media, post_id=None, was_of=media.c.post_id, loose_at="at").where(post_id="of"),
    DELETE,
)
SAID_BEFORE = selects(idempotency.c.post_id).where(idempotency.c.at > param("since"), account_id="me", key="key")
_SAID = {"account_id": "me", "key": "key", "post_id": "of", "at": "at"}
SAID = upserts(idempotency, "account_id key", **_SAID)
SAY_ONCE = upserts(idempotency, "account_id key", **_SAID, only=idempotency.c.at <= param("since"))
LANGUAGE_OF_LAST = selects(posts.c.language).where(author="me", boost_of=None).ordered("-id").limit(1)
# Two copies of one request may come at once: PostgreSQL lets both look before either writes, so they queue here.
HOLD_POST = selects(posts.c.id).where(id="of").with_for_update()

SAID_FOR = 3_600_000  # ms that an Idempotency-Key is kept


class Gone(msgspec.Struct, frozen=True):
    """A post or repost that went: whose it was, and whom it was for."""

    post: int
    author: int
    visibility: int


# Of a new post, what is kept otherwise than it is said; what its link shows is looked up later.
_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "visibility": int,
    "sensitive": int,
    "mentions": in_json,
    "tags": in_json,
    "pictures": in_json,
    "poll": polls.written,
    "emojis": in_json,
    "card": lambda _: "",
}


async def add(w: Writing, post: Post, *, answers: bool) -> None:
    """A new post or repost, ours or another server's, with everything that counts it. `answers`: it replies to somebody else.

    Raises Invalid where another post has one of its pictures.
    """
    public = post.visibility in LISTED_PUBLICLY
    of_the_square = public and post.boost_of is None and not answers
    w.touch(POSTS, post.id)
    if post.boost_of is None:
        w.new_post = post.id
    w.spare(FOUND)  # by no word yet
    await w.run(INSERT, listed=int(of_the_square and not post.server), answers=int(answers), **written(post))
    if of_the_square and post.server:
        await w.run(LIST_ELSEWHERE, of=post.id, whence=post.server, tongue=post.language)
    w.come(post.author, post.id, at_home=post.visibility is not Visibility.DIRECT)
    _touch_lists(w, post, listed=public)
    await _add_tags(w, post, public=public)
    for mention in post.mentions:
        await w.run(ADD_MENTION, account_id=mention.id, post_id=post.id, visibility=int(post.visibility))
    await _take_pictures(w, post, list(post.pictures))
    if post.poll is not None:
        await polls.begin(w, post.id, post.poll)
    if post.visibility in FOR_EVERYBODY:
        for many, last in await w.fetch(ONE_MORE_POST, me=post.author, at=post.created_at):
            w.count(PEOPLE, post.author, posts_count=many, last_post_at=last)
    await _count_on_others(w, post, 1)


def written(post: Post) -> dict[str, Any]:
    """Its columns, by name."""
    return {name: _WRITTEN[name](getattr(post, name)) if name in _WRITTEN else getattr(post, name) for name in FIELDS}


async def name_anew(w: Writing, before: Post, after: Post, *, public: bool) -> None:
    """The people, tags and pictures in an edited post. A tag that was there before is not counted again."""
    w.touch(WROTE, after.author)
    _touch_lists(w, before, listed=public)
    _touch_lists(w, after, listed=public)
    await w.run(DROP_TAGS, of=after.id)
    await _add_tags(w, after, public=public, known=frozenset(tag.key for tag in before.tags))
    await w.run(DROP_MENTIONS, of=after.id)
    for mention in after.mentions:
        await w.run(ADD_MENTION, account_id=mention.id, post_id=after.id, visibility=int(after.visibility))
    known = {picture.id for picture in before.pictures}
    await _take_pictures(w, after, [picture for picture in after.pictures if picture.id not in known])


def _touch_lists(w: Writing, post: Post, *, listed: bool) -> None:
    """The lists in which a post stands, stands no more, or stands otherwise than before, beside that of what its author wrote."""
    w.touch(THREADS, post.root)
    w.touch(TAGGED, *[tag.key for tag in post.tags])
    if listed and not post.server:
        w.touch(SQUARE, ONLY)
    else:
        w.spare(SQUARE)


async def _add_tags(w: Writing, post: Post, *, public: bool, known: frozenset[str] = frozenset()) -> None:
    if not post.tags:
        return
    found = sorted(post.tags, key=lambda tag: tag.key)  # one order, so that two posts do not wait for each other
    listed_as = (2 if post.server else 1) if public else 0
    added = [
        {
            "key": tag.key,
            "post_id": post.id,
            "name": tag.name,
            "author": post.author,
            "language": post.language,
            "listed": listed_as,
        }
        for tag in found
    ]
    await w.run_many(ADD_TAG, added)
    # A tag that only a few may read is not offered to everybody.
    seen = [{"key": tag.key, "name": tag.name, "at": post.created_at} for tag in found if tag.key not in known]
    if public and seen:
        await w.run_many(SEEN_TAG, seen)


async def _take_pictures(w: Writing, post: Post, pictures: list[Picture]) -> None:
    if not pictures:
        return
    # One that was in this post before an edit is still its own, and history shows it.
    taken = await w.run(TAKE_PICTURES, ids=listed([picture.id for picture in pictures]), me=post.author, of=post.id)
    await use(w, post.id, [picture.content for picture in pictures])
    if taken != len(pictures):  # another post took one since it was looked at
        raise Invalid("file_in_other_post")


async def _count_on_others(w: Writing, post: Post, by: int) -> None:
    """What it answers has one answer more or less, what it reposts one repost; what is not for everybody counts nowhere."""
    if post.boost_of is not None:
        w.touch(REACTIONS, post.author)
    if post.visibility not in open_to(here=True):
        return
    at_least = int(Visibility.PUBLIC if post.visibility in FOR_EVERYBODY else Visibility.LOCAL)
    if post.reply_to is not None:
        await w.run(REPLIES, of=post.reply_to, by=by, at_least=at_least)
        await touch_with_reposts(w, post.reply_to)
    if post.boost_of is not None:
        await w.run(REPOSTS, of=post.boost_of, by=by, at_least=at_least)
        await touch_with_reposts(w, post.boost_of)
    if post.visibility in FOR_EVERYBODY and post.quote_of is not None and post.quote_state == quotes.ACCEPTED:
        await w.run(QUOTES, of=post.quote_of, by=by)
        await touch_with_reposts(w, post.quote_of)


async def remove(w: Writing, post: Post) -> list[Gone]:
    """A post goes, and its reposts with it: all that went. Its pictures are left to their owner."""
    w.touch(FOUND, EVERY)
    reposts = [Gone(*row) for row in await w.fetch(REPOSTS_OF, of=post.id)]
    for one in reposts:
        await w.run(DELETE, of=one.post)
        await _counts_no_more(w, one)
        w.touch(POSTS, one.post)
        w.touch(REACTIONS, one.author)
        w.touch(WROTE, one.author)
    for stmt in GOES_WITH_IT:
        await w.run(stmt, of=post.id, at=w.now())
    if post.server:
        await w.run(DROP_ELSEWHERE, of=post.id)
    await polls.drop(w, post.id)
    for row in await w.fetch(QUOTED_GOES, of=post.id, was=quotes.ACCEPTED, state=quotes.DELETED):
        w.touch(POSTS, row[0])
    gone = Gone(post.id, post.author, post.visibility)
    await _counts_no_more(w, gone)
    w.touch(POSTS, post.id)
    w.touch(REACTIONS, post.author)  # it may have been pinned
    w.touch(WROTE, post.author)
    _touch_lists(w, post, listed=post.visibility in LISTED_PUBLICLY)
    await _count_on_others(w, post, -1)
    return [gone, *reposts]


async def _counts_no_more(w: Writing, gone: Gone) -> None:
    if gone.visibility in FOR_EVERYBODY:
        await w.run(ONE_LESS_POST, me=gone.author, open=OPEN)
        w.touch(PEOPLE, gone.author)


async def end_quote(w: Writing, quoting: Post, state: str) -> bool:
    """A quote that stood stands no more; False where it did not."""
    ended = await w.run(QUOTE_ENDS, of=quoting.id, was=quotes.ACCEPTED, state=state)
    if ended and quoting.quote_of is not None:
        if quoting.visibility in FOR_EVERYBODY:
            await w.run(QUOTES, of=quoting.quote_of, by=-1)
        await touch_with_reposts(w, quoting.quote_of)
        await touch_with_reposts(w, quoting.id)
    return bool(ended)


async def touch_with_reposts(w: Writing, post_id: int) -> None:
    """A post changed: forget it, and each repost that holds it."""
    w.touch(POSTS, post_id, *[row[0] for row in await w.fetch(REPOSTS_OF, of=post_id)])


async def hold(w: Writing, account: int, post_id: int) -> bool:
    """Until the commit nobody else writes as this account, nor to this post. False where the post is gone."""
    await hold_account(w, account)
    return await w.value(HOLD_POST, of=post_id) is not None


async def reposts_of(reading: Reading, post_id: int) -> list[tuple[int, int]]:
    """(id, author) of every repost."""
    return [(row[0], row[1]) for row in await reading.fetch(REPOSTS_OF, of=post_id)]


async def repost_by(reading: Reading, account: int, post_id: int) -> int | None:
    """The account's repost of a post, or None."""
    return await reading.value(REPOST_BY, me=account, of=post_id)


async def language_of_last(reading: Reading, account: int) -> str | None:
    """The language of what somebody wrote last, or None where they have written nothing or it had none."""
    found = await reading.value(LANGUAGE_OF_LAST, me=account)
    return None if found in (None, "", "und") else str(found)


async def said_before(reading: Reading, account: int, key: str) -> int | None:
    """The post, or what waits to be one, that this Idempotency-Key made within the last hour; or None."""
    return await reading.value(SAID_BEFORE, me=account, key=key, since=reading.now() - SAID_FOR)


async def remember_said(w: Writing, account: int, key: str, post_id: int) -> None:
    await w.run(SAID, me=account, key=key, of=post_id, at=w.now())


async def say_once(w: Writing, account: int, key: str, post_id: int) -> bool:
    """The same; False, and nothing is changed, where the key made another within the last hour. Of two at once one waits."""
    now = w.now()
    return await w.run(SAY_ONCE, me=account, key=key, of=post_id, at=now, since=now - SAID_FOR) == 1


async def pictures_of(reading: Reading, account: int, ids: list[int]) -> dict[int, tuple[Picture, int | None]]:
    """The account's own uploads by id, each with the post it is attached to already (or None)."""
    rows = await reading.fetch(MY_PICTURES, ids=listed(ids), me=account)
    return {row[0]: (picture_of(row), row[POST_AT]) for row in rows}
