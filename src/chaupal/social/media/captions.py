"""Captions of one's films and sounds: taken in as WebVTT, written anew, changed and taken away, also of what is in a post."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.things import Captions, Picture
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.media import media as uploads
from chaupal.social.typed import typed
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Writing
from chaupal.store.square import captions, media
from chaupal.text.captions import MOST_BYTES, MOST_CUES, MOST_LETTERS, BadCaptions, rewritten
from chaupal.text.language import check_language

MOST_LANGUAGES = 10
HEARD = ("video", "audio")  # what has something to be read along


class CaptionsSent(msgspec.Struct, frozen=True):
    """Captions in one language, as WebVTT; an empty text takes those of that language away."""

    language: str
    text: str


def sent(language: str | None, data: bytes | str | Path | None) -> CaptionsSent | None:
    """What came with an upload, to be put to it; None where nothing did. Raises Invalid for what is no text in UTF-8."""
    if data is None:
        return None
    if isinstance(data, Path) or len(data) > MOST_BYTES:  # what was too large for memory is too large here
        raise Invalid("captions_too_large", most=MOST_BYTES)
    try:
        return CaptionsSent(language or "", data if isinstance(data, str) else data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid("captions_unreadable") from error


async def change(square: Square, viewer: Viewer, id_: int, wish: CaptionsSent) -> None:
    """Put captions to one's own upload that is in no post yet, or take them away. Raises NotFound, Invalid."""
    me = viewer.me
    async with square.work.writing() as w:
        await accounts.hold(w, me)  # what two say of it at once stands in one row
        kept = await media.own(w, id_, me)
        if kept is None or kept.post is not None:
            raise NotFound
        before, after = kept.picture, await with_captions(square, w, kept.picture, wish)
        if not await media.describe(w, after, me):
            raise NotFound
        for one in set(before.captions) - set(after.captions):
            await captions.drop(w, id_, one.id)


async def put_to_new(square: Square, viewer: Viewer, id_: int, wish: CaptionsSent) -> None:
    """The same for an upload that came with them: where they cannot be taken, it is not. Raises Invalid."""
    try:
        await change(square, viewer, id_, wish)
    except Invalid:
        await uploads.withdraw(square, viewer, id_)
        raise


async def with_captions(square: Square, w: Writing, picture: Picture, wish: CaptionsSent) -> Picture:
    """The upload with these captions in the place of those in the same language. Raises Invalid.

    The rows of those that were there stay: what a post said before is kept, with the post's history and as evidence.
    """
    language = check_language(wish.language) if wish.language else None
    if language is None:
        raise Invalid("captions_language")
    others = tuple(one for one in picture.captions if one.language != language)
    if not wish.text:
        return replace(picture, captions=others)
    if picture.kind not in HEARD:
        raise Invalid("captions_no_film")
    body = written(wish.text, picture.length)
    before = next((one for one in picture.captions if one.language == language), None)
    if before is not None and await captions.body(w, picture.id, before.id) == body:
        return picture
    if len(others) >= MOST_LANGUAGES:
        raise Invalid("captions_languages", most=MOST_LANGUAGES)
    new = Captions(square.make_id(), language)
    await captions.add(w, new.id, picture.id, language, body)
    return replace(picture, captions=tuple(sorted((*others, new), key=lambda one: one.language)))


def written(text: str, length: int) -> str:
    """A WebVTT file as it is kept, for a film of that length (ms; 0: not known yet). Raises Invalid."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise Invalid("captions_too_large", most=MOST_BYTES)
    try:
        return rewritten(typed(text.removeprefix("\ufeff"), "captions_unreadable"), length)
    except BadCaptions as error:
        raise _wrong(error) from error


def _wrong(error: BadCaptions) -> Invalid:
    line = error.line
    match error.reason:
        case "timing":
            return Invalid("captions_timing", line=line)
        case "order":
            return Invalid("captions_order", line=line)
        case "late":
            return Invalid("captions_late", line=line)
        case "length":
            return Invalid("captions_cue_too_long", line=line, most=MOST_LETTERS)
        case "many":
            return Invalid("captions_too_many", cues=MOST_CUES)
        case "blank":
            return Invalid("captions_blank")
        case _:
            return Invalid("captions_unreadable")
