"""Editing one's own post: other words, pictures, descriptions, options. What it said before is kept, and is under its rulings."""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy import quotes
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.things import Picture, Post
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import PostEdited
from chaupal.social.media import captions, media
from chaupal.social.media.captions import CaptionsSent
from chaupal.social.posts import composing, polls
from chaupal.social.seeing import seen_post
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import editing as store, polls as polls_store, posting, posts


class NewDescription(msgspec.Struct, frozen=True):
    """New words for a picture of the post; None: as they are."""

    id: int
    description: str | None = None
    focus: tuple[float, float] | None = None
    captions: CaptionsSent | None = None
    captioned: Sequence[int] | None = None  # those of its captions that stay; None: all


class Edit(msgspec.Struct, kw_only=True):
    """All that a post says from now on. What is not named goes: pictures, poll, warning.

    `ends_as_before`: a poll whose options stay is open until it was, whatever the new one says.
    """

    text: str = ""
    spoiler: str = ""
    language: str | None = None
    sensitive: bool = False
    pictures: Sequence[int] = ()
    described: Sequence[NewDescription] = ()
    poll: PollAsked | None = None
    ends_as_before: bool = False
    quote_policy: str = ""


async def edit(square: Square, viewer: Viewer, post_id: int, wish: Edit) -> bool:
    """False where the post says all this already. Raises NotFound for anybody else's, Invalid."""
    me = viewer.me
    await composing.meet(square, wish.text)
    async with square.work.writing() as w:
        there = await posting.hold(w, me, post_id)
        before = or_not_found(await _own_post(w, viewer, post_id) if there else None)
        after, anew = await _after(square, w, before, wish)
        if before == msgspec.structs.replace(after, edited_at=before.edited_at, inner=before.inner):
            return False
        await composing.check_described(w, me, after.pictures)
        known = {mention.id for mention in before.mentions}
        composing.check_told(square, after.visibility, [one for one in after.mentions if one.id not in known])
        await store.change(w, before, after, square.make_id())
        if anew:
            await polls_store.drop(w, post_id)
        if after.poll is not None and (before.poll is None or after.poll.ends_at != before.poll.ends_at):
            await polls_store.begin(w, post_id, after.poll)
        w.tell(edited(before, after))
    return True


def edited(before: Post, after: Post) -> PostEdited:
    """What is told of a post that says something else: whom it names now, and by which tags it stands in homes."""
    known = {mention.id for mention in before.mentions}
    was, tags = composing.listed_tags(before), composing.listed_tags(after)
    return PostEdited(
        post=after.id,
        author=after.author,
        visibility=int(after.visibility),
        edited_at=after.edited_at or 0,
        mentions=tuple(m.id for m in after.mentions if m.id not in known),
        reply_to_account=after.reply_to_account,
        tags=tags if set(was) != set(tags) else (),
        untagged=tuple(key for key in was if key not in tags),
    )


async def _after(square: Square, w: Writing, before: Post, wish: Edit) -> tuple[Post, bool]:
    """The post after the edit, and whether its poll begins anew."""
    if wish.poll and wish.pictures:
        raise Invalid("poll_with_pictures")
    text, spoiler = composing.in_order(wish.text, wish.spoiler, blank=bool(wish.pictures or before.quote_state))
    words = await composing.words_of(square, w, before.author, text, spoiler, wish.language or before.language)
    poll, anew = polls.changed(before.poll, wish.poll, square.clock(), ends_as_before=wish.ends_as_before)
    return msgspec.structs.replace(
        before,
        text=words.text,
        spoiler=words.spoiler,
        html=words.html,
        language=words.language,
        mentions=words.mentions,
        tags=words.tags,
        sensitive=wish.sensitive or bool(words.spoiler),
        pictures=await _pictures(square, w, before, wish),
        poll=poll,
        edited_at=square.clock(),
        quote_policy=quotes.policy_of(wish.quote_policy or before.quote_policy, before.visibility),
    ), anew


async def _pictures(square: Square, w: Writing, before: Post, wish: Edit) -> tuple[Picture, ...]:
    found = await composing.pictures_of(w, before.author, wish.pictures, of=before.id)
    new = {one.id: one for one in wish.described}
    return tuple([await _described(square, w, picture, new.get(picture.id)) for picture in found])


async def _described(square: Square, w: Writing, picture: Picture, new: NewDescription | None) -> Picture:
    if new is None:
        return picture
    said = picture.description if new.description is None else media.check_description(new.description)
    aim = picture.focus if new.focus is None else media.check_focus(new.focus)
    told = picture.captions
    if new.captioned is not None:
        told = tuple(one for one in told if one.id in new.captioned)
    picture = msgspec.structs.replace(picture, description=said, focus=aim, captions=told)
    return picture if new.captions is None else await captions.with_captions(square, w, picture, new.captions)


async def _own_post(reading: Reading, viewer: Viewer, post_id: int) -> Post | None:
    seen = await seen_post(reading, viewer, post_id)
    if seen is None or seen.item.author != viewer.me or seen.item.boost_of is not None:
        return None
    # As it is stored: what the author sees may lack pictures that are withheld from them.
    return await posts.as_written(reading, post_id)
