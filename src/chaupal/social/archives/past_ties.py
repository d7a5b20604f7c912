"""Lists as Mastodon exports them (CSV) become ties here: follows, blocks, mutes, saved posts, each by the function that a click calls."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice

import msgspec
import regex

from chaupal.kernel.errors import NotFound, Problem, coded, or_not_found, passes
from chaupal.kernel.faults import Wrong
from chaupal.kernel.faults.written import write
from chaupal.kernel.ids import parse_id
from chaupal.policy.viewer import Viewer
from chaupal.social.archives.archives import BadArchive
from chaupal.social.context import Square
from chaupal.social.people import elsewhere, graph, lists
from chaupal.social.posts import reactions
from chaupal.store.identity import imports
from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.identity.imports import Fault, Import, Step
from chaupal.store.square import lists as store_lists, people
from chaupal.text import handles
from chaupal.text.clean import decoded
from chaupal.text.language import check_language

MOST_LINES = 50_000

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
}
HEADS: tuple[tuple[str, str], ...] = (
    ("show boosts", "follows"),
    ("hide notifications", "mutes"),
    ("list name", "lists"),
    ("#domain", "domains"),
    ("#uri", "bookmarks"),
)
KINDS = ("follows", "blocks", "mutes", "bookmarks", "lists", "domains")


class Line(msgspec.Struct, frozen=True):
    """One line: an account's address or a post's, and what the file says of it by the name of its column."""

    what: str
    more: dict[str, str] = {}

    def says(self, column: str, usual: bool) -> bool:
        word = self.more.get(column, "").strip().lower()
        return word in ("true", "1", "yes") if word else usual


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


READERS: dict[str, Callable[[list[list[str]]], list[Line]]] = {"lists": _lists}


type Act = Callable[[Square, Viewer, int, Line], Awaitable[object]]


async def bring(square: Square, viewer: Viewer, import_: Import, lines: Sequence[Line], total: int) -> bool:
    """The next lines; each may be done twice without harm, so what was done and not counted is done again."""
    step = Step(import_.at + len(lines), total)
    for number, line in enumerate(lines, import_.at + 1):
        try:
            await _bring(square, viewer, import_.kind, line)
            step.done += 1
        except Problem as problem:
            if passes(problem):
                raise  # the line is as good as before, and its turn comes again
            step.failed += 1
            step.faults.append(
                Fault(number, line.what[:200], write(Wrong((known := coded(problem)).code, known.values)))
            )
    async with square.work.writing() as w:
        return await imports.advance(w, import_.id, step)


async def _bring(square: Square, viewer: Viewer, kind: str, line: Line) -> None:
    if kind == "domains":
        await graph.hide_server(square, viewer, line.what)
        return
    if kind == "bookmarks":
        await reactions.save(square, viewer, await _post(square, line.what))
        return
    await ACTS[kind](square, viewer, await _account(square, line.what), line)


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
    list_id = await _list(square, viewer, line.more.get("list", ""))
    if them != viewer.me:
        async with square.work.reading() as reading:
            followed = them in (await relations_of(reading, viewer.me)).following
        if not followed:
            await graph.follow(square, viewer, them)
    await lists.add(square, viewer, list_id, [them])


async def _list(square: Square, viewer: Viewer, title: str) -> int:
    wish = lists.ListWish(title=title)
    async with square.work.reading() as reading:
        mine = {one.title: one.id for one in await store_lists.of_account(reading, viewer.me)}
    title = lists.titled(wish)
    return mine[title] if title in mine else (await lists.create(square, viewer, wish)).id


ACTS: dict[str, Act] = {"follows": _follow, "blocks": _block, "mutes": _mute, "lists": _enlist}
