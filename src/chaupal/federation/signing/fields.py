"""Structured fields of HTTP (RFC 8941) as signatures need them: dictionaries read strictly, and each part written as it was meant.

What is signed is the canonical form of what was sent (RFC 9421 §2.3), so that a proxy may send a header on with other spaces in it.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from typing import NamedTuple

import regex

from chaupal.federation.signing.asked import NotSigned

LONGEST = 8_192  # letters of a field; RSA of 8192 bits and a long key's address have room in it
MOST = 64  # members, items or parameters of one part


class BareToken(str):
    """A word without quotation marks."""

    __slots__ = ()


type Bare = str | int | float | bool | bytes | BareToken
type Params = Mapping[str, Bare]


class Item(NamedTuple):
    """One value with its parameters. Of an inner list `value` is a tuple of items."""

    value: "Bare | tuple[Item, ...]"
    params: Params


_KEY = regex.compile(r"[a-z*][a-z0-9_.*-]*")
_STRING = regex.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_ESCAPED = regex.compile(r"\\(.)")
_BYTES = regex.compile(r":([A-Za-z0-9+/=]*):")
_NUMBER = regex.compile(r"-?([0-9]{1,15}(?![0-9.])|[0-9]{1,12}\.[0-9]{1,3}(?![0-9]))")
_BOOLEAN = regex.compile(r"\?([01])")
_TOKEN = regex.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
_SPACES = regex.compile(r" *")
_COMMA = regex.compile(r"[ \t]*,[ \t]*(?=.)")
_TRUE = True


def dictionary(text: str) -> dict[str, Item]:
    """Name -> member. Raises NotSigned where it cannot be read, or a name stands there twice (RFC 9421 §4.1 forbids it)."""
    return _Reader(text).dictionary()


def written(item: Item) -> str:
    """The canonical form (RFC 8941 §4.1) of an item or an inner list."""
    if isinstance(item.value, tuple):
        return f"({' '.join(map(written, item.value))}){_params(item.params)}"
    return _bare(item.value) + _params(item.params)


def text(value: str) -> str:
    """A string between quotation marks."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _params(params: Params) -> str:
    return "".join(f";{name}" if value is True else f";{name}={_bare(value)}" for name, value in params.items())


def _bare(value: Bare) -> str:
    match value:
        case bool():
            return f"?{int(value)}"
        case bytes():
            return f":{b64encode(value).decode()}:"
        case BareToken() | int():
            return str(value)
        case float():
            return repr(round(value, 3))
        case _:
            return text(value)


class _Reader:
    """A field from its beginning to its end."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise NotSigned(why="a header of the signature is too long")
        self._text = text.strip(" ")
        self._at = 0

    def dictionary(self) -> dict[str, Item]:
        members: dict[str, Item] = {}
        while self._at < len(self._text):
            name = self._take(_KEY).group()
            if name in members or len(members) >= MOST:
                raise NotSigned(why="a name stands twice in a header of the signature, or there are too many")
            members[name] = self._item(lists=True) if self._next("=") else Item(_TRUE, self._parameters())
            if self._at < len(self._text):
                self._take(_COMMA)
        return members

    def _item(self, *, lists: bool = False) -> Item:
        if lists and self._next("("):
            return Item(self._items(), self._parameters())
        return Item(self._value(), self._parameters())

    def _items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        while len(items) <= MOST:
            spaces = self._take(_SPACES).group()
            if self._next(")"):
                return tuple(items)
            if items and not spaces:
                break
            items.append(self._item())
        raise NotSigned(why="a list in a header of the signature cannot be read")

    def _parameters(self) -> dict[str, Bare]:
        params: dict[str, Bare] = {}
        while self._next(";"):
            self._take(_SPACES)
            name = self._take(_KEY).group()
            if name in params or len(params) >= MOST:
                raise NotSigned(why="a parameter of the signature stands there twice, or there are too many")
            params[name] = self._value() if self._next("=") else _TRUE
        return params

    def _value(self) -> Bare:
        match self._text[self._at : self._at + 1]:
            case '"':
                said = self._take(_STRING).group(1)
                return _ESCAPED.sub(r"\1", said) if "\\" in said else said
            case ":":
                return _decoded(self._take(_BYTES).group(1))
            case "?":
                return self._take(_BOOLEAN).group(1) == "1"
            case "-" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                number = self._take(_NUMBER).group()
                return float(number) if "." in number else int(number)
            case _:
                return BareToken(self._take(_TOKEN).group())

    def _next(self, sign: str) -> bool:
        """Whether it goes on with this sign, which is taken then."""
        found = self._text.startswith(sign, self._at)
        self._at += found
        return found

    def _take(self, what: regex.Pattern[str]) -> regex.Match[str]:
        if (found := what.match(self._text, self._at)) is None:
            raise NotSigned(why="a header of the signature cannot be read")
        self._at = found.end()
        return found


def _decoded(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except Error as error:
        raise NotSigned(why="bytes in a header of the signature cannot be read") from error
