"""Publish, repost, delete: whoever answers or reposts must be able to see what they answer or repost."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Annotated

import msgspec
from msgspec import Meta

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, or_not_found
from chaupal.policy import quotes
from chaupal.policy.drafts_and_scheduled import Further, PollAsked
from chaupal.policy.facts import Facts, Visibility, answering, narrowest
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PostDeleted, PostPublished
from chaupal.social.media import media
from chaupal.social.people import moving
from chaupal.social.posts import composing, polls, quoting
from chaupal.social.seeing import seen_post
from chaupal.store.federation import uris
from chaupal.store.identity import accounts
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import drafts, media as media_store, posting, posts, scheduled


class Draft(msgspec.Struct, kw_only=True):
    """What somebody wants to say. `key`: the Idempotency-Key, so that a resent draft is one post."""

    text: str = ""
    spoiler: str = ""
    visibility: Visibility = Visibility.PUBLIC
    language: str | None = None
    sensitive: bool = False
    reply_to: int | None = None
    pictures: Sequence[int] = ()
    app: str = ""
    app_site: str = ""
    poll: PollAsked | None = None
    quoting: int | None = None
    quote_policy: str = ""
    only: tuple[int, ...] | None = None  # whom it may mention; None: anybody
    key: Annotated[str, Meta(max_length=200)] = ""
    draft: int | None = None  # the kept draft that this was, which goes with the commit
    plan: int | None = None  # the same of what waited for a later time
    quiet: bool = False  # whom it names are told of the same by a notice already


async def publish(square: Square, viewer: Viewer, draft: Draft, then: Sequence[Further] = ()) -> int:
    """The new post's id; the earlier one's where the same key was sent within the hour.

    `then`: posts that go on from it, each a reply to the one before: all are written in one commit, or none.

    Raises NotFound for a parent that the viewer may not see, Invalid for text or pictures that cannot be taken (see
    `prepare_series`), and for a plan that is no longer there.
    """
    try:
        return await _publish(square, viewer, draft, then)
    except Invalid:
        # Of two copies of one request that came at once, the second may find that the first has attached the pictures.
        if not draft.key:
            raise
        async with square.work.reading() as reading:
            said = await posting.said_before(reading, viewer.me, draft.key)
        if said is None:
            raise
        return said


async def _publish(square: Square, viewer: Viewer, draft: Draft, then: Sequence[Further]) -> int:
    me = viewer.me
    await composing.meet(square, draft.text, *(further.text for further in then))
    async with square.work.reading() as reading:
        if draft.key and (said := await posting.said_before(reading, me, draft.key)) is not None:
            return said
        series = await prepare_series(square, reading, viewer, draft, then)
    async with square.work.writing() as w:
        # Looked at again inside the unit: two copies of one request may have come at once.
        if draft.key:
            await accounts.hold(w, me)
            if (said := await posting.said_before(w, me, draft.key)) is not None:
                return said
        if draft.plan is not None and not await scheduled.drop(w, draft.plan, me):
            raise Invalid("plan_gone")
        await enter_series(w, series, quiet=draft.quiet)
        if draft.key:
            await posting.remember_said(w, me, draft.key, series[0].id)
        if draft.draft is not None:
            await drafts.drop(w, draft.draft, me)
    return series[0].id


async def prepare_series(
    square: Square, reading: Reading, viewer: Viewer, draft: Draft, then: Sequence[Further]
) -> list[Post]:
    """The post that a draft makes at this moment, and those that go on from it, still to be written.

    Raises as `prepare` does; the `places` of what is wrong with one of `then` say which as `nth`, from 1.
    """
    composing.check_length(then)
    series = [await prepare(square, reading, viewer, draft)]
    for nth, further in enumerate(then, 1):
        with _about(nth):
            series.append(await prepare(square, reading, viewer, _going_on(draft, further), after=series[-1]))
    return series


async def enter_series(w: Writing, series: Sequence[Post], *, quiet: bool = False) -> None:
    """Write prepared posts, the first one first, and tell of them. Raises as `prepare_series` does."""
    for nth, post in enumerate(series):
        with _about(nth):
            await enter(w, post, quiet=quiet)


def _going_on(draft: Draft, further: Further) -> Draft:
    """The draft of a post that continues a series: everything but words and pictures is the first one's, without poll and quote."""
    return msgspec.structs.replace(
        draft, text=further.text, pictures=further.pictures, reply_to=None, poll=None, quoting=None
    )


@contextmanager
def _about(nth: int) -> Generator[None]:
    """Say of a problem that it is about this one of the posts that follow the first."""
    try:
        yield
    except Invalid as problem:
        if nth:
            problem.places["nth"] = str(nth)
        raise


async def prepare(square: Square, reading: Reading, viewer: Viewer, draft: Draft, *, after: Post | None = None) -> Post:
    """The post that a draft makes at this moment, still to be written. Raises NotFound, NotAllowed, Invalid.

    `after`: one's own post that it goes on from, prepared for the same commit.
    """
    if draft.poll and draft.pictures:
        raise Invalid("poll_with_pictures")
    text, spoiler = composing.in_order(draft.text, draft.spoiler, blank=bool(draft.pictures or draft.quoting))
    draft = msgspec.structs.replace(draft, text=text, spoiler=spoiler)
    facts = await facts_for(reading, viewer)
    await moving.check_stays(reading, viewer, facts)
    parent = after or await _parent(reading, viewer, draft, facts)
    quoted = await quoting.quotable(reading, viewer, draft.quoting, facts) if draft.quoting is not None else None
    post = await _compose(square, reading, viewer, draft, parent, quoted)
    await composing.check_described(reading, post.author, post.pictures)
    quoting.check_told(post, quoted)
    composing.check_told(square, post.visibility, post.mentions)
    _check_mentions(post, draft.only)
    return post


class Unexpected(Invalid):
    """A post would be told to people whom its author did not mean. `accounts`: who they are."""

    slug = "unexpected_mentions"

    def __init__(self, accounts: tuple[int, ...]) -> None:
        super().__init__("unexpected_mentions")
        self.accounts = accounts


def _check_mentions(post: Post, only: tuple[int, ...] | None) -> None:
    more = () if only is None else tuple(m.id for m in post.mentions if m.id not in only)
    if more:
        raise Unexpected(more)


async def enter(w: Writing, post: Post, *, quiet: bool = False, answers: bool = False, indexed: bool = False) -> None:
    """Write a prepared post, and tell of it. `answers`: somebody else, though it is not known here whom; `indexed`: it is found by its
    words already.
    """
    await posting.add(w, post, answers=answers or post.reply_to_account not in (None, post.author))
    w.tell(_published(post, quiet=quiet, indexed=indexed))


async def repost(
    square: Square,
    viewer: Viewer,
    post_id: int,
    visibility: Visibility = Visibility.PUBLIC,
    *,
    server: int = 0,
    uri: str = "",
) -> int:
    """The repost's id (the existing one when it was reposted before). Raises NotFound, NotAllowed for private posts.

    Invalid for a direct one: a repost mentions nobody whom it could be for. `server`, `uri`: where it was made elsewhere, and its id
    there, which is the newest that it was given.
    """
    me = viewer.me
    if visibility is Visibility.DIRECT:
        raise Invalid("repost_direct")
    async with square.work.reading() as reading:
        facts = await facts_for(reading, viewer)
        await moving.check_stays(reading, viewer, facts)
        original = await _visible(reading, viewer, post_id, facts)
    if original.boost_of is not None:
        return await repost(square, viewer, original.boost_of, visibility, server=server, uri=uri)
    if original.visibility is Visibility.DIRECT or (
        original.visibility is Visibility.PRIVATE and original.author != me
    ):
        raise NotAllowed("repost_forbidden")
    async with square.work.writing() as w:
        if not await posting.hold(w, me, original.id):
            raise NotFound
        existing = await posting.repost_by(w, me, original.id)
        if existing is not None:
            if server:
                await uris.name_repost(w, existing, server, uri)
            return existing
        made = _repost_of(original, square.make_id(), me, square.clock(), visibility, server, uri)
        await posting.add(w, made, answers=False)
        w.tell(_published(made, original))
    return made.id


def _repost_of(original: Post, id_: int, author: int, now: int, visibility: Visibility, server: int, uri: str) -> Post:
    """A post without words, and never more public than what it carries."""
    # Of what is not for everybody for the same people, whatever was asked: of what stays here none goes to followers elsewhere.
    narrow = original.visibility not in FOR_EVERYBODY
    audience = original.visibility if narrow else narrowest(visibility, original.visibility)
    return Post(
        id=id_,
        author=author,
        created_at=now,
        visibility=audience,
        text="",
        html="",
        spoiler="",
        language=original.language,
        sensitive=False,
        reply_to=None,
        reply_to_account=None,
        root=id_,
        boost_of=original.id,
        server=server,
        uri=uri,
        url=uri,
    )


async def unrepost(square: Square, viewer: Viewer, post_id: int) -> int:
    """Take one's repost back, of what one can no longer see, too; the id of the original. Taking back what is not there is no error,
    unless one may not see the post: that answers as what never was. Raises NotFound.
    """
    me = viewer.me
    async with square.work.writing() as w:
        seen = await seen_post(w, viewer, post_id)
        original = post_id if seen is None else seen.item.boost_of or seen.item.id
        await posting.hold(w, me, original)
        existing = await posting.repost_by(w, me, original)
        if existing is not None:
            await _remove(w, or_not_found(await posts.as_written(w, existing)))
        elif seen is None:
            raise NotFound
    return original


async def delete(square: Square, viewer: Viewer, post_id: int, *, uploads: bool = False) -> None:
    """Remove one's own post, also a repost of what one may no longer see. Raises NotFound for anybody else's.

    `uploads`: they go with it; else they wait a day, to be used anew.
    """
    async with square.work.writing() as w:
        await posting.hold(w, viewer.me, post_id)
        post = await posts.as_written(w, post_id)
        if post is None or post.author != viewer.me:
            raise NotFound
        pictures = await media_store.ids_of(w, post_id) if uploads else []
        await _remove(w, post)
        media.let_go(w, await media_store.drop_now(w, pictures))


async def _remove(w: Writing, post: Post) -> None:
    w.tell(deleted(post, await posting.remove(w, post), tags=composing.listed_tags(post)))


def deleted(post: Post, gone: Sequence[posting.Gone], *, tags: tuple[str, ...] = ()) -> PostDeleted:
    """What is told of a post that went, with its reposts; `tags`: whose followers may have it before them."""
    return PostDeleted(
        post=post.id,
        author=post.author,
        gone=tuple((one.post, one.author) for one in gone),
        visibility=int(post.visibility),
        mentions=tuple(m.id for m in post.mentions),
        tags=tags,
        reserved=tuple(one.post for one in gone if one.visibility not in FOR_EVERYBODY),
        boost_of=post.boost_of,
        reply_to_account=post.reply_to_account,
    )


async def _parent(reading: Reading, viewer: Viewer, draft: Draft, facts: Facts) -> Post | None:
    if draft.reply_to is None:
        return None
    try:
        parent = await _visible(reading, viewer, draft.reply_to, facts)
    except NotFound:
        raise NotFound("answered_missing") from None
    return parent.inner if parent.inner is not None else parent


async def _visible(reading: Reading, viewer: Viewer, post_id: int, facts: Facts) -> Post:
    """A post that the viewer may see whole. Raises NotFound."""
    seen = await seen_post(reading, viewer, post_id, facts)
    if seen is None or seen.withheld:
        raise NotFound
    return seen.item


async def _compose(
    square: Square, reading: Reading, viewer: Viewer, draft: Draft, parent: Post | None, quoted: Post | None
) -> Post:
    words = await composing.words_of(square, reading, viewer.me, draft.text, draft.spoiler, draft.language)
    id_, now = square.make_id(), square.clock()
    visibility = answering(draft.visibility, *(other.visibility for other in (parent, quoted) if other is not None))
    return Post(
        id=id_, author=viewer.me, created_at=now, text=words.text, spoiler=words.spoiler, app=draft.app, app_site=draft.app_site,
        visibility=visibility, html=words.html, language=words.language,
        sensitive=draft.sensitive or bool(draft.spoiler),
        reply_to=parent.id if parent else None, reply_to_account=parent.author if parent else None,
        root=parent.root if parent else id_, mentions=words.mentions, tags=words.tags,
        pictures=await composing.pictures_of(reading, viewer.me, draft.pictures), poll=polls.begun(draft.poll, now) if draft.poll else None,
        quote_of=quoted.id if quoted else None, quote_state=quotes.begun(quoted, viewer.me) if quoted else "",
        quote_policy=quotes.policy_of(draft.quote_policy, visibility),
    )  # fmt: skip


def _published(
    post: Post, original: Post | None = None, *, quiet: bool = False, indexed: bool = False
) -> PostPublished:
    return PostPublished(
        post=post.id,
        author=post.author,
        visibility=int(post.visibility),
        mentions=tuple(m.id for m in post.mentions),
        reply_to=post.reply_to,
        reply_to_account=post.reply_to_account,
        boost_of=post.boost_of,
        boost_of_author=original.author if original else None,
        tags=composing.listed_tags(post),
        quote_of=post.quote_of if post.quote_state == quotes.ACCEPTED else None,
        quiet=quiet,
        server=post.server,
        files=bool(post.pictures),
        links="://" in post.text,
        indexed=indexed,
        language=post.language,
    )
