"""Drafts: kept, changed, thrown away. They may say anything and are shown to nobody else."""

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.drafts_and_scheduled import MOST_DRAFTS, Unsaid
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.posts.composing import MOST_PICTURES, check_length
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Writing
from chaupal.store.square import drafts, posting

MOST_LETTERS = 20_000  # more than a post may have: what is too long is still to be mended
MOST_OPTIONS = 20


async def keep(square: Square, viewer: Viewer, body: Unsaid, id_: int | None = None) -> int:
    """The draft's id: a new one, or the one that is changed. Raises NotFound, Invalid."""
    me = viewer.me
    check(body)
    async with square.work.writing() as w:
        await _check_pictures(w, me, body)
        if id_ is not None:
            if not await drafts.change(w, id_, me, body):
                raise NotFound
            return id_
        await accounts.hold(w, me)
        if await drafts.count(w, me) >= MOST_DRAFTS:
            raise Invalid("too_many_drafts", most=MOST_DRAFTS)
        new = square.make_id()
        await drafts.add(w, new, me, body)
    return new


async def drop(square: Square, viewer: Viewer, id_: int) -> None:
    """Throw a draft away. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await drafts.drop(w, id_, me):
            raise NotFound


def check(body: Unsaid) -> None:
    """Raises Invalid for what is too much even for a draft, or nothing at all."""
    if body.empty:
        raise Invalid("text_blank")
    check_length(body.then)
    if len(body.spoiler) + max(len(one.text) for one in (body, *body.then)) > MOST_LETTERS:
        raise Invalid("draft_too_long", most=MOST_LETTERS)
    if any(len(one.pictures) > MOST_PICTURES for one in (body, *body.then)):
        raise Invalid("too_many_files", most=MOST_PICTURES)
    options = body.poll.options if body.poll else ()
    if len(options) > MOST_OPTIONS or sum(map(len, options)) > MOST_LETTERS:
        raise Invalid("draft_poll_too_long")


async def _check_pictures(w: Writing, me: int, body: Unsaid) -> None:
    if not body.uploads:
        return
    found = await posting.pictures_of(w, me, body.uploads)
    if any(id_ not in found for id_ in body.uploads):
        raise Invalid("file_missing")
