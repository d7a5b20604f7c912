"""Lists as Mastodon exports them (CSV): whom one follows, blocks and mutes, what one saved; read line by line."""

import csv
import io
from collections.abc import Callable

import msgspec
import regex

from chaupal.social.archives.archives import BadArchive

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
    head = data[:500].decode("utf-8", "replace").partition("\n")[0].lower()
    return next((kind for word, kind in HEADS if word in head), by_name)


def read(kind: str, data: bytes) -> list[Line]:
    """Raises BadList."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadList("list_no_text") from error
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if row and row[0].strip()]
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
