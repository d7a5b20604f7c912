"""Drafts: kept, changed, thrown away. They may say anything and are shown to nobody else."""

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.unsaid import Unsaid
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.posts.composing import MOST_PICTURES
from chaupal.store.machine.work import Writing
from chaupal.store.square import drafts, posting

MOST = 100  # drafts of one account
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
        await posting.hold(w, me)
        if await drafts.count(w, me) >= MOST:
            raise Invalid("Validation failed: Too many drafts are kept already", base="too many drafts")
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
        raise Invalid("Validation failed: Text can't be blank", text="can't be blank")
    if len(body.text) + len(body.spoiler) > MOST_LETTERS:
        raise Invalid(f"Validation failed: Text is longer than {MOST_LETTERS} characters", text="too long")
    if len(body.pictures) > MOST_PICTURES:
        raise Invalid(f"Validation failed: At most {MOST_PICTURES} files can be attached", media_ids="too many")
    options = body.poll.options if body.poll else ()
    if len(options) > MOST_OPTIONS or sum(map(len, options)) > MOST_LETTERS:
        raise Invalid("Validation failed: The poll is too long", poll="too long")


async def _check_pictures(w: Writing, me: int, body: Unsaid) -> None:
    if not body.pictures:
        return
    found = await posting.pictures_of(w, me, list(body.pictures))
    if any(id_ not in found for id_ in body.pictures):
        raise Invalid("Validation failed: A file is missing or already attached", media_ids="not found")
