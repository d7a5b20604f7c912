"""Publish, repost, delete: whoever answers or reposts must be able to see what they answer or repost."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.facts import Facts, Visibility
from chaupal.policy.gate import reveal_one
from chaupal.policy.surface import Surface
from chaupal.policy.things import Mention, Picture, Post, Tag
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events_posts import PostDeleted, PostPublished
from chaupal.store import people, posting, posts
from chaupal.store.knowledge import facts_for
from chaupal.store.work import Reading, Writing
from chaupal.text import clean, fold, grammar, html, language, length

MOST_PICTURES = 4
MOST_MENTIONS = 50
MOST_TAGS = 60


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
    key: Annotated[str, Meta(max_length=200)] = ""


async def publish(square: Square, viewer: Viewer, draft: Draft) -> int:
    """The new post's id; the earlier one's where the same key was sent within the hour.

    Raises NotFound for a parent that the viewer may not see, Invalid for text or pictures that cannot be taken.
    """
    me = viewer.me
    draft = _in_order(draft)
    async with square.work.reading() as reading:
        if draft.key and (said := await posting.said_before(reading, me, draft.key)) is not None:
            return said
        facts = await facts_for(reading, viewer)
        parent = await _parent(reading, viewer, draft, facts)
        pictures = await _pictures(reading, me, draft.pictures)
        post = await _compose(square, reading, me, draft, parent, pictures)
    answers = parent is not None and parent.author != me
    async with square.work.writing() as w:
        # Looked at again inside the unit: two copies of one request may have come at once.
        if (
            draft.key
            and await posting.hold(w, me)
            and (said := await posting.said_before(w, me, draft.key)) is not None
        ):
            return said
        await posting.add(w, post, answers=answers)
        if draft.key:
            await posting.remember_said(w, me, draft.key, post.id)
        w.tell(_published(post))
    return post.id


async def repost(square: Square, viewer: Viewer, post_id: int, visibility: Visibility = Visibility.PUBLIC) -> int:
    """The repost's id (the existing one when it was reposted before). Raises NotFound, NotAllowed for private posts."""
    me = viewer.me
    async with square.work.reading() as reading:
        original = await _visible(reading, viewer, post_id, await facts_for(reading, viewer))
    if original.boost_of is not None:
        return await repost(square, viewer, original.boost_of, visibility)
    if original.visibility is Visibility.DIRECT or (
        original.visibility is Visibility.PRIVATE and original.author != me
    ):
        raise NotAllowed("This post cannot be reposted")
    async with square.work.writing() as w:
        if not await posting.hold(w, me, original.id):
            raise NotFound
        existing = await posting.repost_by(w, me, original.id)
        if existing is not None:
            return existing
        now = square.clock()
        made = Post(
            id=square.make_id(), author=me, created_at=now, visibility=max(visibility, original.visibility), text="", html="", spoiler="",
            language=original.language, sensitive=False, reply_to=None, reply_to_account=None, root=0, boost_of=original.id,
            edited_at=None, app="", mentions=(), tags=(), pictures=(), replies_count=0, boosts_count=0, likes_count=0,
        )  # fmt: skip
        await posting.add(w, msgspec.structs.replace(made, root=made.id), answers=False)
        w.tell(_published(made, original))
    return made.id


async def unrepost(square: Square, viewer: Viewer, post_id: int) -> None:
    """Take one's repost back; taking back what is not there is no error."""
    me = viewer.me
    async with square.work.writing() as w:
        await posting.hold(w, me, post_id)
        existing = await posting.repost_by(w, me, post_id)
        if existing is not None:
            await _remove(w, existing)


async def delete(square: Square, viewer: Viewer, post_id: int) -> Post:
    """Remove one's own post; what it was, so that it can be written anew. Raises NotFound for anybody else's."""
    me = viewer.me
    async with square.work.writing() as w:
        there = await posting.hold(w, me, post_id)
        post = await _own(w, viewer, post_id)
        if not there or post is None or post.author != me:
            raise NotFound
        await _remove(w, post_id)
    return post


async def _remove(w: Writing, post_id: int) -> None:
    post = await posts.as_written(w, post_id)
    if post is None:
        raise NotFound
    gone = await posting.remove(w, post)
    w.tell(PostDeleted(post=post.id, author=post.author, gone=tuple(gone)))


def _in_order(draft: Draft) -> Draft:
    """With its words as they are stored. Raises Invalid for words that cannot be taken, or none at all."""
    # Bytes first: counting the letters of ten megabytes is itself an attack.
    if len(draft.text) + len(draft.spoiler) > length.MAX_BYTES:
        raise Invalid(f"Validation failed: Text is longer than {length.MAX_BYTES} bytes", text="too long")
    try:
        text, spoiler = clean.normalise_post(draft.text), clean.normalise_post(draft.spoiler)
    except clean.BadText as error:
        raise Invalid(f"Validation failed: Text {error}", text=str(error)) from error
    if not text.strip() and not draft.pictures:
        raise Invalid("Validation failed: Text can't be blank", text="can't be blank")
    if len((text + spoiler).encode()) > length.MAX_BYTES:
        raise Invalid(f"Validation failed: Text is longer than {length.MAX_BYTES} bytes", text="too long")
    if length.length(text, spoiler) > length.MAX_GRAPHEMES:
        raise Invalid(f"Validation failed: Text is longer than {length.MAX_GRAPHEMES} characters", text="too long")
    return msgspec.structs.replace(draft, text=text.strip(), spoiler=spoiler.strip())


async def _parent(reading: Reading, viewer: Viewer, draft: Draft, facts: Facts) -> Post | None:
    if draft.reply_to is None:
        return None
    try:
        parent = await _visible(reading, viewer, draft.reply_to, facts)
    except NotFound:
        raise NotFound("The post you are replying to does not exist") from None
    return parent.inner if parent.inner is not None else parent


async def _visible(reading: Reading, viewer: Viewer, post_id: int, facts: Facts) -> Post:
    """A post that the viewer may see whole. Raises NotFound."""
    sealed = await posts.sealed_posts(reading, (post_id,))
    seen = reveal_one(viewer, Surface.STATUS, sealed[0] if sealed else None, facts)
    if seen is None or seen.withheld:
        raise NotFound
    return seen.item


async def _own(w: Writing, viewer: Viewer, post_id: int) -> Post | None:
    sealed = await posts.sealed_posts(w, (post_id,))
    seen = reveal_one(viewer, Surface.STATUS, sealed[0] if sealed else None, await facts_for(w, viewer))
    return seen.item if seen is not None else None


async def _pictures(reading: Reading, me: int, ids: Sequence[int]) -> tuple[Picture, ...]:
    if len(ids) > MOST_PICTURES:
        raise Invalid(f"Validation failed: At most {MOST_PICTURES} files can be attached", media_ids="too many")
    found = await posting.pictures_of(reading, me, list(ids)) if ids else {}
    if any(id_ not in found or found[id_][1] is not None for id_ in ids):
        raise Invalid("Validation failed: A file is missing or already attached", media_ids="not found")
    return tuple(found[id_][0] for id_ in dict.fromkeys(ids))


async def _compose(
    square: Square, reading: Reading, me: int, draft: Draft, parent: Post | None, pictures: tuple[Picture, ...]
) -> Post:
    entities = grammar.find_entities(draft.text)
    mentioned = await _mentioned(square, reading, [e.text for e in entities if e.kind == "mention"])
    tags = {key: Tag(e.text, key) for e in reversed(entities) if e.kind == "tag" and (key := fold.count_key(e.text))}
    id_ = square.make_id()
    origin = square.settings.origin

    def mention_url(name: str) -> tuple[str, str] | None:
        found = mentioned.get(_local(square, name))
        return (f"{origin}/@{found.handle}", found.handle) if found else None

    return Post(
        id=id_, author=me, created_at=square.clock(), text=draft.text, spoiler=draft.spoiler, app=draft.app,
        # An answer is never more public than what it answers.
        visibility=max(draft.visibility, parent.visibility) if parent else draft.visibility,
        html=html.render(draft.text, mention_url, lambda tag: f"{origin}/tags/{tag}"),
        language=_language(draft.language, draft.text), sensitive=draft.sensitive or bool(draft.spoiler),
        reply_to=parent.id if parent else None, reply_to_account=parent.author if parent else None,
        root=parent.root if parent else id_, boost_of=None, edited_at=None,
        mentions=tuple({m.id: m for m in mentioned.values()}.values()), tags=tuple(reversed(tags.values()))[:MOST_TAGS],
        pictures=pictures, replies_count=0, boosts_count=0, likes_count=0,
    )  # fmt: skip


def _language(chosen: str | None, text: str) -> str:
    """The author's choice wins; detection only stands in for it."""
    return (language.check_language(chosen) if chosen else None) or language.detect(text) or "und"


def _local(square: Square, name: str) -> str:
    """`ravi@this.server` is `ravi`; anybody else's server is another matter."""
    handle, _, domain = name.lower().partition("@")
    return handle if domain in ("", square.settings.domain.lower()) else name.lower()


async def _mentioned(square: Square, reading: Reading, names: list[str]) -> dict[str, Mention]:
    handles = list(dict.fromkeys(_local(square, name) for name in names))[:MOST_MENTIONS]
    ids = await people.ids_of(reading, handles)
    return {handle: Mention(id_, handle) for handle, id_ in ids.items()}


def _published(post: Post, original: Post | None = None) -> PostPublished:
    return PostPublished(
        post=post.id,
        author=post.author,
        visibility=int(post.visibility),
        mentions=tuple(m.id for m in post.mentions),
        reply_to=post.reply_to,
        reply_to_account=post.reply_to_account,
        boost_of=post.boost_of,
        boost_of_author=original.author if original else None,
    )
