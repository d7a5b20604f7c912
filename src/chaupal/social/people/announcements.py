"""What one does with an announcement: dismiss it, react to it with an emoji, take that back."""

import regex

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.machine.work import Reading
from chaupal.store.square import announcements

MOST_KINDS = 8  # different emojis on one announcement
_EMOJI = regex.compile(
    r"(?=.*[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3])[\p{Emoji}\p{M}\u200d\ufe0f]{1,12}"
)


async def dismiss(square: Square, viewer: Viewer, id_: int) -> None:
    """It was read. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        await _check_told(w, id_)
        await announcements.read(w, me, id_)


async def react(square: Square, viewer: Viewer, id_: int, name: str) -> None:
    """With one emoji; again changes nothing. Raises NotFound, Invalid."""
    me = viewer.me
    if not _EMOJI.fullmatch(name) or len(regex.findall(r"\X", name)) != 1:
        raise Invalid("emoji_unknown")
    async with square.work.writing() as w:
        await _check_told(w, id_)
        kinds = await announcements.names(w, id_)
        if name not in kinds and len(kinds) >= MOST_KINDS:
            raise Invalid("too_many_emojis")
        await announcements.react(w, me, id_, name, square.make_id())


async def unreact(square: Square, viewer: Viewer, id_: int, name: str) -> None:
    """Take it back. Raises NotFound where there is none."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await announcements.unreact(w, me, id_, name):
            raise NotFound


async def _check_told(reading: Reading, id_: int) -> None:
    if all(one.id != id_ for one in await announcements.in_force(reading)):
        raise NotFound
