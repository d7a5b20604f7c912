"""Posts from elsewhere become posts here: dated as they were, each once, announced to nobody. The same rules bind them."""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.written import write
from chaupal.kernel.ids import brought_id, parse_id
from chaupal.policy.facts import Visibility, answering, narrowest
from chaupal.policy.things import Picture, Post, Tag
from chaupal.policy.viewer import Viewer
from chaupal.social.archives.archives import Archive, BadArchive
from chaupal.social.context import Square
from chaupal.social.media import captions, media
from chaupal.social.posts.composing import MOST_PICTURES, MOST_TAGS
from chaupal.social.typed import typed
from chaupal.store.identity import imports
from chaupal.store.identity.imports import Fault, Import, Root, Step
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import finding, posting
from chaupal.text import analyse, clean, entities, fold, html, language, length


class Attached(msgspec.Struct, frozen=True):
    """A file of the archive that belongs to a post."""

    name: str
    description: str = ""
    captions: tuple[tuple[str, str], ...] = ()  # (language, name of a WebVTT file)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One post as it was elsewhere. `at`: ms since 1970 UTC; `why`: it cannot be brought, for this reason."""

    source: str  # its address or id there: it comes once
    at: int = 0
    text: str = ""
    spoiler: str = ""
    language: str = ""
    sensitive: bool = False
    visibility: Visibility = Visibility.PUBLIC
    answers: str = ""  # the source of what it answers
    files: tuple[Attached, ...] = ()
    why: str = ""
    but: str = ""  # it can be brought, and something of it is missing: what


# Codes of `kernel/faults/archives.py`.
OTHERS = "past_others"
BROKEN = "past_broken"
SHORT = "past_short"
POLL = "past_poll"
UNDATED = "past_undated"


MOST_POSTS, MOST_LETTERS = 1_000_000, 300_000_000  # of one archive, all its files together


def counted(items: Iterable[Item]) -> Iterator[Item]:
    """The same. Raises BadArchive where they are more, or say more, than anybody has posted: all are in memory at once."""
    letters = 0
    for n, item in enumerate(items):
        letters += len(item.text) + len(item.spoiler)
        if n >= MOST_POSTS or letters > MOST_LETTERS:
            raise BadArchive("archive_many_things")
        yield item


def text_in(thing: dict[Any, Any], name: str) -> str:
    """A field's words; none where it holds something else. No store takes a letter that is none (NUL)."""
    value = thing.get(name)
    return value.replace("\0", "") if isinstance(value, str) else ""


MOST_WRONG = 10  # told of one post
FIRST = 1_142_899_200_000  # 21 March 2006: nothing that is brought here is older

type Made = tuple[Item, Post, list[str], bool]


async def bring(
    square: Square, viewer: Viewer, import_: Import, archive: Archive, items: Sequence[Item], total: int
) -> bool:
    """The next items of an archive, in one commit with how far it has come. False where the import was ended meanwhile."""
    step = Step(import_.at, total)
    async with square.work.reading() as reading:
        fresh = await _fresh(square, reading, viewer.me, items, step, import_.at)
    pictures = {item.source: await _pictures(square, viewer, archive, item) for _, item in fresh if item.files}
    async with square.work.reading() as reading:
        known = await _roots_answered(reading, viewer.me, [item for _, item in fresh])
    made = await asyncio.to_thread(_all, square, viewer.me, import_, fresh, pictures, known, step)
    step.at = import_.at + len(items)
    async with square.work.writing() as w:
        moved: dict[int, int] = {}
        for item, post, words, answers in made:
            await _add(w, item, await _unique(w, post, moved), words, answers=answers, step=step)
        w.touch(PEOPLE, viewer.me)
        return await imports.advance(w, import_.id, step)


async def _fresh(
    square: Square, reading: Reading, me: int, items: Sequence[Item], step: Step, before: int
) -> list[tuple[int, Item]]:
    """(number, item) of those that are to come; the others are counted, with what is wrong with them."""
    had = await imports.brought(reading, me, [item.source for item in items])
    ours = {item.source: id_ for item in items if (id_ := _of_here(square, item.source)) is not None}
    here, limited = await imports.taken(reading, [*ours.values()]), await imports.limited(reading, [*ours.values()])
    fresh: list[tuple[int, Item]] = []
    seen: set[str] = set()
    for number, item in enumerate(items, before + 1):
        again = item.source in had or item.source in seen or ours.get(item.source) in here
        if item.why == OTHERS or (item.source and again):
            step.skipped += 1
        elif ours.get(item.source) in limited:
            _fault(step, number, item, Wrong("past_limited"))
        elif item.why or not FIRST <= item.at <= square.clock():
            _fault(step, number, item, Wrong(item.why or "past_later"))
        else:
            fresh.append((number, item))
        seen.add(item.source)
    return fresh


def _of_here(square: Square, source: str) -> int | None:
    """The id of a post of this very server, from its address."""
    return parse_id(source.rstrip("/").rpartition("/")[2]) if source.startswith(f"{square.settings.origin}/") else None


async def _pictures(square: Square, viewer: Viewer, archive: Archive, item: Item) -> tuple[list[Picture], list[Wrong]]:
    """The pictures of a post, taken in as uploads are; and what is wrong with those that could not be."""
    ids: list[int] = []
    wrong: list[Wrong] = []
    for file in item.files[:MOST_PICTURES]:
        try:
            data = await asyncio.to_thread(archive.read, file.name, square.settings.max_media_bytes)
            ids.append(await media.attach(square, viewer, data, file.description[: media.MOST_DESCRIPTION]))
            wrong += await _captions(square, viewer, archive, ids[-1], file)
        except KeyError:
            wrong.append(Wrong("past_file_gone", typed=file.name))
        except Invalid as error:
            wrong.append(Wrong(error.code, error.values, file.name))
    wrong += [Wrong("past_many_files", {"most": MOST_PICTURES}, file.name) for file in item.files[MOST_PICTURES:]]
    async with square.work.reading() as reading:
        found = await posting.pictures_of(reading, viewer.me, ids) if ids else {}
    return [found[id_][0] for id_ in ids], wrong


async def _captions(square: Square, viewer: Viewer, archive: Archive, id_: int, file: Attached) -> list[Wrong]:
    """What is said in a film or sound; what is wrong with files of it is given back, and the film stays."""
    wrong: list[Wrong] = []
    for tongue, name in file.captions[: captions.MOST_LANGUAGES]:
        try:
            data = await asyncio.to_thread(archive.read, name, captions.MOST_BYTES)
            told = captions.sent(tongue, data)
            if told is not None:
                await captions.change(square, viewer, id_, told)
        except KeyError:
            wrong.append(Wrong("past_file_gone", typed=name))
        except Invalid as error:
            wrong.append(Wrong(error.code, error.values, name))
    return wrong


async def _roots_answered(reading: Reading, me: int, items: Sequence[Item]) -> dict[str, Root]:
    """What the items answer, of what has been brought before."""
    posts = await imports.brought(reading, me, [item.answers for item in items if item.answers])
    roots = await imports.parents(reading, me, [*posts.values()])
    return {source: roots[id_] for source, id_ in posts.items() if id_ in roots}


def _all(
    square: Square,
    me: int,
    import_: Import,
    fresh: list[tuple[int, Item]],
    pictures: dict[str, tuple[list[Picture], list[Wrong]]],
    known: dict[str, Root],
    step: Step,
) -> list[Made]:
    """Compose them in a thread, since that takes long. `known` grows with each, so that threads hold together."""
    made: list[Made] = []
    at_least = Visibility(int(import_.visibility)) if import_.visibility else Visibility.PUBLIC
    for number, item in fresh:
        shown, wrong = pictures.get(item.source, ([], []))
        try:
            post = _composed(square, me, item, known.get(item.answers), tuple(shown), at_least)
        except Invalid as error:
            _fault(step, number, item, Wrong(error.code, error.values))
            continue
        wrong = [Wrong(item.but), *wrong] if item.but else wrong
        if wrong:
            step.faults.append(Fault(number, _called(item), write(*wrong[:MOST_WRONG])))
        known[item.source] = Root(post.id, post.root, int(post.visibility))
        words = analyse.terms(f"{post.spoiler}\n{post.text}") if post.visibility is Visibility.PUBLIC else []
        made.append((item, post, [*words], bool(item.answers) and post.reply_to is None))
    return made


def _composed(
    square: Square, me: int, item: Item, parent: Root | None, pictures: tuple[Picture, ...], at_least: Visibility
) -> Post:
    """Nobody here is mentioned: a name of another server is somebody else's here. Raises Invalid."""
    text, spoiler = (clean.trimmed(typed(part, "text_unreadable")) for part in (item.text, item.spoiler))
    if not text and not pictures:
        raise Invalid("past_empty")
    if len((text + spoiler).encode()) > length.MAX_BYTES:
        raise Invalid("past_long", most=length.MAX_BYTES)
    tags = {
        key: Tag(e.text, key)
        for e in reversed(entities.find_entities(text))
        if e.kind == "tag" and (key := fold.count_key(e.text))
    }
    id_ = brought_id(item.at, int.from_bytes(hashlib.sha256(f"{me} {item.source}".encode()).digest()[:4]))
    visibility = narrowest(item.visibility, at_least)
    if parent:
        visibility = answering(visibility, Visibility(parent.visibility))
    said = (language.check_language(item.language) if item.language else None) or language.detect(text) or "und"
    return Post(
        id=id_,
        author=me,
        created_at=item.at,
        visibility=visibility,
        text=text,
        spoiler=spoiler,
        language=said,
        html=html.render(text, lambda _: None, lambda tag: f"{square.settings.origin}/tags/{tag}"),
        sensitive=item.sensitive or bool(spoiler),
        reply_to=parent.id if parent else None,
        reply_to_account=me if parent else None,
        root=parent.root if parent else id_,
        tags=tuple(reversed(tags.values()))[:MOST_TAGS],
        pictures=pictures,
    )


async def _add(w: Writing, item: Item, post: Post, words: list[str], *, answers: bool, step: Step) -> None:
    if not await imports.note_source(w, post.author, item.source, post.id):
        step.skipped += 1
        return
    await posting.add(w, post, answers=answers)
    if words:
        await finding.index(w, post.id, words)
    step.done += 1


async def _unique(w: Writing, post: Post, moved: dict[int, int]) -> Post:
    """Of two things of one millisecond whose ids are the same the later one takes the next id; its answers follow it."""
    root, parent, id_ = moved.get(post.root, post.root), moved.get(post.reply_to or 0, post.reply_to), post.id
    while await imports.taken(w, [id_]):
        id_ = brought_id(post.created_at, _number(id_) + 1)
    if id_ != post.id:
        moved[post.id] = id_
        root = id_ if root == post.id else root
    return msgspec.structs.replace(post, id=id_, root=root, reply_to=parent)


def _number(id_: int) -> int:
    worker, sequence = id_ >> 11 & 31, id_ & 1023
    return worker << 10 | sequence


def _fault(step: Step, number: int, item: Item, why: Wrong) -> None:
    step.failed += 1
    step.faults.append(Fault(number, _called(item), write(why)))


def _called(item: Item) -> str:
    return (item.source or item.text)[:200]
