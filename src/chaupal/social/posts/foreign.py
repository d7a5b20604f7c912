"""Posts that were said on other servers become posts here, say something else, and go: as they say, and under the same laws.

Whoever calls has held what was said against whoever said it (`federation.taking.posts`).
"""

import secrets
import zlib
from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.kernel.ids import brought_id
from chaupal.policy import quotes
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Picture, Poll, Post
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.context import Square
from chaupal.social.events import PostEdited
from chaupal.social.media import media
from chaupal.social.posts import composing, posts
from chaupal.social.posts.editing import edited
from chaupal.social.posts.quoting import quotable
from chaupal.social.seeing import seen_post
from chaupal.store.federation import media as files, uris
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import (
    editing,
    finding,
    media as media_store,
    polls as polls_store,
    posting,
    posts as posts_store,
    quotes as quotes_store,
)
from chaupal.text import analyse


class ForeignPost(msgspec.Struct, frozen=True):
    """A post as it came. Its `id` is yet to be given; `emojis`: names, and where their pictures are;
    `files`: each picture with where it lies.

    `answers`, `quotes`: ids of what it answers and quotes and is not here.
    """

    post: Post
    emojis: Sequence[tuple[str, str]] = ()
    files: Sequence[tuple[Picture, str]] = ()
    answers: str = ""
    quotes: str = ""

    @property
    def answers_others(self) -> bool:
        """Whom it answers is not known where what it answers is not."""
        return bool(self.answers) or self.post.reply_to_account not in (None, self.post.author)


async def add(square: Square, came: ForeignPost, *, fresh: bool) -> int:
    """The id of the post, the same for all who bring it. `fresh`: it was said just now, and is told of as any that is said here;
    else it has an id of its own time, and nobody is told. Raises NotFound where it was taken away, and does not come again.
    """
    async with square.work.writing() as w:
        id_ = square.make_id() if fresh else await _of_its_time(w, came.post)
        # The row of its id there comes first: of two who bring it at once, one waits here for the other.
        if not await uris.add(w, came.post.uri, uris.POST, id_, came.post.author):
            known = await uris.find(w, came.post.uri)
            if known is None or known.gone or known.kind != uris.POST:
                raise NotFound
            return known.of
        post = await _with_files(square, w, came, id_)
        if fresh:
            await posts.enter(w, post, answers=came.answers_others, indexed=True)
        else:
            await posting.add(w, post, answers=came.answers_others)
        if post.visibility is Visibility.PUBLIC:
            await finding.index(w, post.id, analyse.terms(f"{post.spoiler}\n{post.text}"))
        await _open(w, post)
        await _wait(w, came, id_)
        await _join(w, post)
    return id_


async def _of_its_time(w: Writing, post: Post) -> int:
    """A free id with the time at which the post was written."""
    number = zlib.crc32(post.uri.encode())  # tells those of one millisecond apart, the same in every process
    at = post.created_at  # whose numbers run out where somebody says that all they wrote is of one moment
    while await posts_store.as_written(w, id_ := brought_id(at, number)) is not None:
        at, number = at + 1, number + 1
    return id_


async def _with_files(square: Square, w: Writing, came: ForeignPost, id_: int) -> Post:
    pictures = [await _file(square, w, picture, address, came.post.author) for picture, address in came.files]
    root = came.post.root if came.post.reply_to is not None else id_
    shown = await files.keep_emojis(w, square.make_id, came.post.server, came.emojis)
    return msgspec.structs.replace(came.post, id=id_, root=root, pictures=tuple(pictures), emojis=shown)


async def _open(w: Writing, post: Post) -> None:
    """A poll without an end is never to be closed."""
    if post.poll is not None and not post.poll.has_end:
        await polls_store.close(w, post.id)


async def _wait(w: Writing, came: ForeignPost, id_: int) -> None:
    if came.answers and came.post.visibility is not Visibility.DIRECT:
        await uris.wait(w, id_, uris.ANSWERS, came.answers)
    if came.quotes:
        await uris.wait(w, id_, uris.QUOTES, came.quotes)


async def _join(w: Writing, post: Post) -> None:
    """Those that came before it, and answer or quote it: judged as if they came now."""
    for waits, what in await uris.waiting(w, post.uri):
        await uris.done(w, waits, what)
        came = await posts_store.as_written(w, waits)
        if came is None:
            continue
        viewer = Viewer(account=came.author, country=ABROAD)
        if what == uris.ANSWERS:
            if await sees(w, viewer, post.id):
                await uris.answer(w, waits, post)
        else:
            await quotes_store.name(w, waits, post, await state_of_quote(w, viewer, post.id))


async def sees(reading: Reading, viewer: Viewer, post_id: int) -> bool:
    """Whoever answers must be able to see what they answer: from elsewhere, too."""
    seen = await seen_post(reading, viewer, post_id)
    return seen is not None and not seen.withheld


async def state_of_quote(reading: Reading, viewer: Viewer, quoted: int) -> str:
    """A quote stands where whoever is quoted lets its author quote; else it waits until they say so (FEP-044f)."""
    try:
        await quotable(reading, viewer, quoted, await facts_for(reading, viewer))
    except (NotAllowed, NotFound):
        return quotes.PENDING
    return quotes.ACCEPTED


async def change(square: Square, post_id: int, came: ForeignPost, *, edited_at: int | None) -> bool:
    """What a post says from now on, as its author's server has it; what it said is kept. False where it says all this already.

    Whom it is for stays as it was. `edited_at` (ms): when it was changed, as they say; an earlier wording than is known changes
    nothing. Raises NotFound where it is not theirs.
    """
    async with square.work.writing() as w:
        before = await _held_post_of(w, post_id, came.post.author)
        if before.edited_at is not None and edited_at is not None and edited_at < before.edited_at:
            return False
        after = await _after(square, w, before, came)
        if before.uncounted == after.uncounted:
            return await _count(w, before, after)
        after = msgspec.structs.replace(after, edited_at=_later(square, before, edited_at))
        await editing.change(w, before, after, square.make_id())
        if _asks_anew(before.poll, after.poll):
            await polls_store.drop(w, post_id)
        if after.poll is not None:
            await polls_store.begin(w, post_id, after.poll)
            await _open(w, after)
        w.tell(edited(before, after))
    return True


def _later(square: Square, before: Post, said: int | None) -> int:
    """When it was changed: as they say, where that is later than the last time; else now."""
    return said if said is not None and said > (before.edited_at or before.created_at) else square.clock()


async def _after(square: Square, w: Writing, before: Post, came: ForeignPost) -> Post:
    new = came.post
    return msgspec.structs.replace(
        before,
        text=new.text,
        html=new.html,
        spoiler=new.spoiler,
        language=new.language,
        sensitive=new.sensitive,
        mentions=new.mentions,
        tags=new.tags,
        poll=new.poll,
        quote_policy=new.quote_policy,
        pictures=await _pictures(square, w, before, came),
        emojis=await files.keep_emojis(w, square.make_id, before.server, came.emojis),
    )


async def _pictures(square: Square, w: Writing, before: Post, came: ForeignPost) -> tuple[Picture, ...]:
    """Those that were in it before are the same ones, with what is said of them now."""
    lies = await files.addresses(w, [picture.id for picture in before.pictures])
    there = {lies[picture.id]: picture for picture in before.pictures if picture.id in lies}
    pictures: list[Picture] = []
    for picture, address in came.files:
        if (kept := there.get(address)) is not None:
            pictures.append(msgspec.structs.replace(kept, description=picture.description, focus=picture.focus))
            continue
        pictures.append(await _file(square, w, picture, address, before.author))
    return tuple(pictures)


async def _file(square: Square, w: Writing, picture: Picture, address: str, owner: int) -> Picture:
    picture = msgspec.structs.replace(picture, id=square.make_id(), key=secrets.token_urlsafe(12), remote_url=address)
    await files.add(w, picture, address, owner=owner)
    return picture


def _asks_anew(before: Poll | None, after: Poll | None) -> bool:
    """Other answers: votes for the ones before count for nothing."""
    if before is None or after is None:
        return before is not None
    return [one.title for one in before.options] != [
        one.title for one in after.options
    ] or before.multiple != after.multiple


async def _count(w: Writing, before: Post, after: Post) -> bool:
    """A poll counts otherwise: nobody need be told."""
    if before.poll == after.poll or after.poll is None:
        return False
    await polls_store.count(w, before.id, after.poll)
    await posting.touch_with_reposts(w, before.id)
    w.tell(PostEdited(post=before.id, author=before.author, visibility=int(before.visibility), edited_at=0))
    return True


async def remove(square: Square, post_id: int, author: int) -> None:
    """It is gone there, so it goes here; its id does not come again. Raises NotFound where it is not theirs."""
    async with square.work.writing() as w:
        post = await _held_post_of(w, post_id, author)
        pictures = await media_store.ids_of(w, post_id)
        w.tell(posts.deleted(post, await posting.remove(w, post), tags=composing.listed_tags(post)))
        await uris.bury_thing(w, uris.POST, post_id)
        await uris.gone(w, post_id)
        media.let_go(w, await media_store.drop_now(w, pictures))


async def stand(square: Square, quoting: int, quoted: int, state: str) -> bool:
    """How the quote of one post in another stands from now on; False where the one does not quote the other."""
    async with square.work.writing() as w:
        post = await posts_store.as_written(w, quoting)
        if post is None or post.quote_of != quoted:
            return False
        await quotes_store.stand(w, post, state)
        stands = quoted if state == quotes.ACCEPTED != post.quote_state else None
        w.tell(
            PostEdited(post=quoting, author=post.author, visibility=int(post.visibility), edited_at=0, quote_of=stands)
        )
    return True


async def _held_post_of(w: Writing, post_id: int, author: int) -> Post:
    """A post of another server by this author, held until the commit. Raises NotFound: nothing of ours is ever theirs to change."""
    there = await posting.hold(w, author, post_id)
    post = await posts_store.as_written(w, post_id) if there else None
    if post is None or post.author != author or not post.server or post.boost_of is not None:
        raise NotFound
    return post
