"""Lists as Mastodon exports them (CSV, its filters JSON), or this server, become ties here: follows, blocks, mutes, saved posts, filters,
each by the function that a click calls.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Any

import msgspec
import regex

from chaupal.kernel.clock import parse_time
from chaupal.kernel.errors import Invalid, NotFound, Problem, coded, or_not_found, passes
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.written import write
from chaupal.kernel.ids import parse_id
from chaupal.policy.viewer import Viewer
from chaupal.social.archives.archives import BadArchive, from_json
from chaupal.social.archives.past_posts import BROKEN, UNDATED, text_in
from chaupal.social.context import Square
from chaupal.social.people import elsewhere, filters, graph, lists
from chaupal.social.people.filters import FilterWish, KeywordWish
from chaupal.social.posts import followed_tags, reactions
from chaupal.store.identity import imports
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.identity.imports import Fault, Import, Step
from chaupal.store.square import lists as store_lists, people
from chaupal.text import handles
from chaupal.text.clean import decoded
from chaupal.text.language import check_language

MOST_LINES = 50_000
MOST_VALUES = 10 * MOST_LINES  # of a JSON file: the smallest take far more room in memory than on disk

# How the name of such a file begins (browsers and people put numbers and days after it), or its first line, by kind.
NAMES = {
    "following_accounts": "follows",
    "follows": "follows",
    "blocked_accounts": "blocks",
    "blocks": "blocks",
    "muted_accounts": "mutes",
    "mutes": "mutes",
    "bookmarks": "bookmarks",
    "lists": "lists",
    "blocked_domains": "domains",
    "filters": "filters",
    "custom_filters": "filters",
    "followed_tags": "tags",
    "following_tags": "tags",
}
HEADS: tuple[tuple[str, str], ...] = (
    ("show boosts", "follows"),
    ("hide notifications", "mutes"),
    ("list name", "lists"),
    ("#domain", "domains"),
    ("#uri", "bookmarks"),
    ('"custom_filters"', "filters"),
)
KINDS = ("follows", "blocks", "mutes", "bookmarks", "lists", "domains", "filters", "tags")


class Line(msgspec.Struct, frozen=True):
    """One line: an account's address or a post's, and what the file says of it by the name of its column. `given`: the same of a JSON
    file, not looked at yet.
    """

    what: str
    more: dict[str, str] = {}
    given: Any = None

    def says(self, column: str, usual: bool) -> bool:
        word = self.more.get(column, "").strip().lower()
        return word in ("true", "1", "yes") if word else usual


class KeywordGiven(msgspec.Struct):
    """A keyword of a filter."""

    keyword: str
    whole_word: bool = True


class FilterGiven(msgspec.Struct):
    """A filter as Mastodon gives it (which writes `expire_at` and reads `expires_at`), or as this server did before (`ends_at`,
    `keywords`).
    """

    context: list[str]
    action: str = "warn"
    expires_at: str | None = None
    expire_at: str | None = None
    ends_at: str | None = None
    keywords_attributes: list[KeywordGiven] = []
    keywords: list[KeywordGiven] = []

    def lasts(self, now: int) -> int:
        """Seconds that it has left at `now` (ms), one where none are; 0 for no end. Raises Invalid."""
        said = self.expires_at or self.expire_at or self.ends_at
        if not said:
            return 0
        ends_at = parse_time(said.removesuffix(" UTC"))
        if ends_at is None:
            raise Invalid(UNDATED)
        return max(1, (ends_at - now) // 1_000)


class ListGiven(msgspec.Struct):
    """A list of people as this server exports it."""

    title: str
    replies: str = ""
    exclusive: bool = False
    people: list[str] = []


class BadList(BadArchive):
    """The list cannot be read."""


def kind_of(name: str, data: bytes) -> str:
    """What a file is, by its name or its first line; empty where neither says."""
    called = name.rpartition("/")[2].lower()
    by_name = next((kind for word, kind in NAMES.items() if regex.match(rf"{word}(?![a-z_])", called)), "")
    head = decoded(data[:500], "replace").partition("\n")[0].lower()
    return next((kind for word, kind in HEADS if word in head), by_name)


def read(kind: str, data: bytes) -> list[Line]:
    """Raises BadList."""
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        raise BadList("list_no_text") from error
    if kind in JSON_READERS and text.lstrip()[:1] in ("[", "{"):
        return _in_json(kind, text)
    try:
        rows = list(islice((row for row in csv.reader(io.StringIO(text)) if row and row[0].strip()), MOST_LINES + 1))
    except csv.Error as error:
        raise BadList("list_no_csv") from error
    if len(rows) > MOST_LINES:
        raise BadList("list_too_long", most=MOST_LINES)
    return READERS.get(kind, _plain)(rows)


def _plain(rows: list[list[str]]) -> list[Line]:
    """The first column; the others by the names in the first line, where that is one of names."""
    head = [name.strip().lower() for name in rows[0]] if rows else []
    named = bool(head) and (head[0].startswith(("account address", "#")))
    columns = head if named else []
    return [
        Line(row[0].strip(), dict(zip(columns[1:], row[1:], strict=False))) for row in (rows[1:] if named else rows)
    ]


def _lists(rows: list[list[str]]) -> list[Line]:
    """The list's name, then the account."""
    body = rows[1:] if rows and rows[0][0].strip().lower() == "list name" else rows
    return [Line(row[1].strip(), {"list": row[0].strip()}) for row in body if len(row) > 1]


def _tags(rows: list[list[str]]) -> list[Line]:
    """A tag in each, with its sign or without."""
    return [Line(row[0].strip()) for row in rows]


READERS: dict[str, Callable[[list[list[str]]], list[Line]]] = {"lists": _lists, "tags": _tags}


def _in_json(kind: str, text: str) -> list[Line]:
    if text.count(",") <= MOST_VALUES and len(lines := JSON_READERS[kind](text)) <= MOST_LINES:
        return lines
    raise BadList("list_too_long", most=MOST_LINES)


def _json_lists(text: str) -> list[Line]:
    """Of each a line for everybody in it; a list of nobody is a line, too."""
    found: list[Line] = []
    for one in from_json(text, list[ListGiven]):
        more = {"list": one.title, "replies": one.replies, "exclusive": str(one.exclusive)}
        found += [Line(who, more) for who in one.people or [""]]
    return found


def _json_filters(text: str) -> list[Line]:
    if text.lstrip().startswith("["):  # as this server gave them before
        rows = from_json(text, list[dict[str, Any]])
    else:
        rows = from_json(text, dict[str, list[dict[str, Any]]]).get("custom_filters", [])
    return [Line(text_in(row, "title"), given=row) for row in rows]


def _json_tags(text: str) -> list[Line]:
    return [Line(name) for name in from_json(text, list[str])]


JSON_READERS: dict[str, Callable[[str], list[Line]]] = {
    "lists": _json_lists,
    "filters": _json_filters,
    "tags": _json_tags,
}


type Act = Callable[[Square, Viewer, int, Line], Awaitable[object]]


async def bring(square: Square, viewer: Viewer, import_: Import, lines: Sequence[Line], total: int) -> bool:
    """The next lines; each may be done twice without harm, so what was done and not counted is done again."""
    step = Step(import_.at + len(lines), total)
    for number, line in enumerate(lines, import_.at + 1):
        try:
            if "\0" in line.what:  # no store takes it
                raise Invalid(BROKEN)
            await _bring(square, viewer, import_.kind, line)
            step.done += 1
        except Problem as problem:
            if passes(problem):
                raise  # the line is as good as before, and its turn comes again
            step.failed += 1
            step.faults.append(
                Fault(
                    number,
                    line.what[:200].replace("\0", "\ufffd"),
                    write(Wrong((known := coded(problem)).code, known.values)),
                )
            )
    async with square.work.writing() as w:
        return await imports.advance(w, import_.id, step)


async def _bring(square: Square, viewer: Viewer, kind: str, line: Line) -> None:
    if kind in ABOUT_NOBODY:
        await ABOUT_NOBODY[kind](square, viewer, line)
    elif kind == "lists" and not line.what:
        await _list(square, viewer, line)
    else:
        await ACTS[kind](square, viewer, await _account(square, line.what), line)


async def _hide(square: Square, viewer: Viewer, line: Line) -> None:
    await graph.hide_server(square, viewer, line.what)


async def _save(square: Square, viewer: Viewer, line: Line) -> None:
    await reactions.save(square, viewer, await _post(square, line.what))


async def _filter(square: Square, viewer: Viewer, line: Line) -> None:
    """Its words, where it works, what it does and until when. Single posts that it was about are not brought."""
    try:
        given = msgspec.convert(line.given, FilterGiven)
    except msgspec.ValidationError as error:
        raise Invalid(BROKEN) from error
    wish = FilterWish(title=line.what, contexts=given.context, action=given.action, lasts=given.lasts(square.clock()))
    words = [KeywordWish(text=one.keyword, whole=one.whole_word) for one in given.keywords_attributes or given.keywords]
    await filters.merge(square, viewer, wish, words)


async def _follow_tag(square: Square, viewer: Viewer, line: Line) -> None:
    await followed_tags.follow(square, viewer, line.what)


async def _account(square: Square, address: str) -> int:
    """Whose this address is: `asha`, `@asha`, `asha@this.server`, and of another server where it can be asked. Raises NotFound."""
    handle = handles.stored(address.strip().removeprefix("acct:"), square.settings.domain)
    async with square.work.reading() as reading:
        found = (await people.ids_of(reading, [handle])).get(handle)
    if found is None and handles.host_of(handle):
        if square.elsewhere is None:
            raise NotFound("past_elsewhere")
        there = await elsewhere.named(square, handle)
        found = there.person if there else None
    if not found:
        raise NotFound("past_nobody")
    return found


async def _post(square: Square, address: str) -> int:
    if not address.startswith(f"{square.settings.origin}/"):
        if square.elsewhere is None:
            raise NotFound("past_elsewhere")
        found = await square.elsewhere.find(address)
        if found is None or not found.post:
            raise NotFound
        return found.post
    return or_not_found(parse_id(address.rstrip("/").rpartition("/")[2]))


async def _follow(square: Square, viewer: Viewer, them: int, line: Line) -> None:
    reposts, notify = line.says("show boosts", usual=True), line.says("notify on new posts", usual=False)
    languages = line.more.get("languages")
    # A language that is not known here is no reason to lose the follow.
    wanted = None if languages is None else [one for one in languages.replace(",", " ").split() if check_language(one)]
    await graph.follow(square, viewer, them, reposts=reposts, notify=notify, languages=wanted)


async def _block(square: Square, viewer: Viewer, them: int, line: Line) -> None:
    await graph.block(square, viewer, them)


async def _mute(square: Square, viewer: Viewer, them: int, line: Line) -> None:
    await graph.mute(square, viewer, them, notifications=line.says("hide notifications", usual=True))


async def _enlist(square: Square, viewer: Viewer, them: int, line: Line) -> None:
    """Into the list of that name, which is made where there is none; whoever is not followed yet is, as in Mastodon."""
    list_id = await _list(square, viewer, line)
    if them != viewer.me:
        async with square.work.reading() as reading:
            followed = them in (await relations_of(reading, viewer.me)).following
        if not followed:
            await graph.follow(square, viewer, them)
    await lists.add(square, viewer, list_id, [them])


async def _list(square: Square, viewer: Viewer, line: Line) -> int:
    """One's own list of that name as it is, or a new one as the file says that it was."""
    replies = line.more.get("replies", "")
    wish = lists.ListWish(
        title=line.more.get("list", ""),
        replies=replies if replies in lists.REPLIES else None,
        exclusive=line.says("exclusive", usual=False),
    )
    async with square.work.reading() as reading:
        mine = {one.title: one.id for one in await store_lists.of_account(reading, viewer.me)}
    title = lists.titled(wish)
    return mine[title] if title in mine else (await lists.create(square, viewer, wish)).id


ABOUT_NOBODY: dict[str, Callable[[Square, Viewer, Line], Awaitable[None]]] = {
    "domains": _hide,
    "bookmarks": _save,
    "filters": _filter,
    "tags": _follow_tag,
}
ACTS: dict[str, Act] = {"follows": _follow, "blocks": _block, "mutes": _mute, "lists": _enlist}
