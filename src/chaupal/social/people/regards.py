"""What one keeps about others: a note that only oneself reads, an endorsement on one's profile, a suggestion turned down."""

from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.seeing import seen_person
from chaupal.social.typed import typed
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.square import regards
from chaupal.text.clean import trimmed

LONGEST_NOTE = 2_000  # characters


async def note(square: Square, viewer: Viewer, them: int, text: str) -> None:
    """Keep a note about somebody; an empty one is none. Raises NotFound, Invalid."""
    me, text = viewer.me, trimmed(typed(text[: 4 * LONGEST_NOTE], "comment_unreadable"))
    if len(text) > LONGEST_NOTE:
        raise Invalid("comment_too_long")
    await _check_seen(square, viewer, them)
    async with square.work.writing() as w:
        await regards.note(w, me, them, text)


async def endorse(square: Square, viewer: Viewer, them: int) -> None:
    """Show somebody on one's profile whom one follows. Raises NotFound, Invalid."""
    me = viewer.me
    await _check_seen(square, viewer, them)
    async with square.work.writing() as w:
        if them not in (await relations_of(w, me)).following:
            raise Invalid("endorsed_unfollowed")
        await regards.endorse(w, me, them, square.make_id())


async def unendorse(square: Square, viewer: Viewer, them: int) -> None:
    async with square.work.writing() as w:
        await regards.unendorse(w, viewer.me, them)


async def unsuggest(square: Square, viewer: Viewer, them: int) -> None:
    """Somebody is not to be suggested again."""
    me = viewer.me
    async with square.work.writing() as w:
        await regards.unsuggest(w, me, them, square.make_id())


async def _check_seen(square: Square, viewer: Viewer, them: int) -> None:
    async with square.work.reading() as reading:
        or_not_found(await seen_person(reading, viewer, them))
