"""What is typed becomes a post: its words in order, the people and tags in them, its pictures, its language."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.policy.drafts_and_scheduled import Further
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Picture, Post, Tag
from chaupal.social.context import Square
from chaupal.social.typed import typed
from chaupal.store.identity import logins
from chaupal.store.machine.work import Reading
from chaupal.store.square import people, posting
from chaupal.text import clean, fold, handles, html, language, length
from chaupal.text.entities import find_entities

MOST_PICTURES = 4
MOST_MENTIONS = 50
MOST_TAGS = 60
MOST_IN_SERIES = 25  # posts written in one go
MOST_MET = 5  # people of other servers who are looked up for one post
MEETING = 6.0  # seconds that whoever writes waits for it


class ReadText(msgspec.Struct, frozen=True):
    """A text with all that is read out of it."""

    text: str
    spoiler: str
    html: str
    language: str
    mentions: tuple[Mention, ...]
    tags: tuple[Tag, ...]


def in_order(text: str, spoiler: str, *, blank: bool) -> tuple[str, str]:
    """As they are stored. Raises Invalid for words that cannot be taken, or for none at all unless they may be `blank`."""
    # Bytes first: counting the letters of ten megabytes is itself an attack.
    if len(text) + len(spoiler) > length.MAX_BYTES:
        raise Invalid("text_too_big", bytes=length.MAX_BYTES)
    text = typed(text, "text_unreadable", field="text")
    spoiler = typed(spoiler, "text_unreadable", field="spoiler")
    if not clean.trimmed(text) and not blank:
        raise Invalid("text_blank")
    if len((text + spoiler).encode()) > length.MAX_BYTES:
        raise Invalid("text_too_big", bytes=length.MAX_BYTES)
    if not length.fits(text, spoiler):
        about = "text" if length.length(text) > length.MAX_GRAPHEMES else "spoiler"  # what has to be shortened
        raise Invalid("text_too_long", most=length.MAX_GRAPHEMES, field=about)
    return clean.trimmed(text), clean.trimmed(spoiler)


def check_length(then: Sequence[Further]) -> None:
    """Raises Invalid where more posts follow the first than go in one."""
    if len(then) >= MOST_IN_SERIES:
        raise Invalid("series_too_long", most=MOST_IN_SERIES)


async def words_of(square: Square, reading: Reading, me: int, text: str, spoiler: str, chosen: str | None) -> ReadText:
    """A text of mine that is in order, read."""
    entities = find_entities(text)
    mentioned = await _mentioned(square, reading, [e.text for e in entities if e.kind == "mention"])
    tags = {key: Tag(e.text, key) for e in reversed(entities) if e.kind == "tag" and (key := fold.count_key(e.text))}
    origin = square.settings.origin

    def mention_url(name: str) -> tuple[str, str] | None:
        found = mentioned.get(handles.stored(name, square.settings.domain))
        return (f"{origin}/@{found.handle}", found.handle) if found else None

    return ReadText(
        text,
        spoiler,
        html.render(text, mention_url, lambda tag: f"{origin}/tags/{tag}"),
        await _language_of(reading, me, text, chosen),
        tuple({m.id: m for m in mentioned.values()}.values()),
        tuple(reversed(tags.values()))[:MOST_TAGS],
    )


async def _language_of(reading: Reading, me: int, text: str, chosen: str | None) -> str:
    """The author's choice wins; detection only stands in for it, and where that is in doubt, what they wrote last."""
    named = language.check_language(chosen) if chosen else None
    return named or language.detect(text, await posting.language_of_last(reading, me)) or "und"


async def pictures_of(reading: Reading, me: int, ids: Sequence[int], of: int | None = None) -> tuple[Picture, ...]:
    """One's own uploads that are in no post, or in post `of` already. Raises Invalid."""
    if len(ids) > MOST_PICTURES:
        raise Invalid("too_many_files", most=MOST_PICTURES)
    found = await posting.pictures_of(reading, me, list(ids)) if ids else {}
    if any(id_ not in found or found[id_][1] not in (None, of) for id_ in ids):
        raise Invalid("file_missing")
    if any(found[id_][0].state != "ready" for id_ in ids):
        raise Invalid("file_not_ready")
    if len(ids) > 1 and any(found[id_][0].kind in ("video", "audio") for id_ in ids):
        raise Invalid("film_with_others")
    return tuple(found[id_][0] for id_ in dict.fromkeys(ids))


async def check_described(reading: Reading, me: int, pictures: Sequence[Picture]) -> None:
    """Raises Invalid where one has no description, and its owner wants none to go out so."""
    if all(one.description for one in pictures):
        return
    login = await logins.login_of(reading, me)
    if login is not None and login.require_alt:
        raise Invalid("alt_missing")


async def meet(square: Square, *texts: str) -> None:
    """Look up whom texts name on other servers and nobody here knows yet, a few of them: before any unit, for it takes time.

    Whoever cannot be found stays plain text.
    """
    texts = tuple(text for text in texts if "@" in text and len(text) <= length.MAX_BYTES)
    if square.elsewhere is None or not texts:
        return
    names = [entity.text for text in texts for entity in find_entities(text) if entity.kind == "mention"]
    there = [name for name in _stored(square, names) if handles.host_of(name)]
    if not there:
        return
    async with square.work.reading() as reading:
        known = await people.ids_of(reading, there)
    unknown = [name for name in there if name not in known][:MOST_MET]
    if unknown:
        asked = [asyncio.create_task(square.elsewhere.find(name)) for name in unknown]
        _, late = await asyncio.wait(asked, timeout=MEETING)
        for task in late:
            task.cancel()


def _stored(square: Square, names: Iterable[str]) -> list[str]:
    """Each name once, as it is stored."""
    domain = square.settings.domain
    found = dict.fromkeys(handle for name in names if (handle := handles.stored(name, domain)))
    return list(found)[:MOST_MENTIONS]


async def _mentioned(square: Square, reading: Reading, names: list[str]) -> dict[str, Mention]:
    ids = await people.ids_of(reading, _stored(square, names))
    return {handle: Mention(id_, handle) for handle, id_ in ids.items()}


def check_told(square: Square, visibility: Visibility, named: Iterable[Mention], field: str = "text") -> None:
    """What is for those alone whom it names has to come to them. Raises Invalid where one is elsewhere and no other server is talked to."""
    if visibility is not Visibility.DIRECT or square.settings.federates:
        return
    if (there := next((one for one in named if handles.host_of(one.handle)), None)) is not None:
        raise Invalid("names_elsewhere", name=there.handle, field=field)


def listed_tags(post: Post) -> tuple[str, ...]:
    """By which a post stands in the homes of those who follow its tags."""
    return tuple(tag.key for tag in post.tags) if post.visibility is Visibility.PUBLIC else ()
