"""One endpoint, four ways to send: query, form, multipart and JSON become one dictionary, then one checked Struct."""

import functools
import itertools
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin
from urllib.parse import unquote

import msgspec
import regex

from chaupal.kernel.errors import Invalid, Malformed

MOST_KEYS = 300
MOST_DEPTH = 4
MOST_LEVELS = 8  # of JSON
TRUE = frozenset({"1", "t", "true", "on", "yes"})
FALSE = frozenset({"0", "f", "false", "off", "no"})

# msgspec tells what is wrong in words alone (https://jcristharif.com/msgspec/usage.html#validation).
_MISSING = regex.compile("missing required field `([^`]+)`")
_LONGER = regex.compile("of length <=")
_NUMBER = regex.compile("[0-9]{1,4}")  # isdigit takes ² and long rows of digits, which int does not

type Pairs = Iterable[tuple[str, Any]]

_as_text = msgspec.json.Decoder(str).decode


def pairs_of(text: str, errors: str = "replace") -> list[tuple[str, str]]:
    """A query, or a form as it was sent, in its order; as `urllib.parse.parse_qsl` reads it, blank values and all.

    Raises UnicodeDecodeError where `errors` is `strict`.
    """
    if not text:
        return []
    parted = (part.partition("=") for part in text.replace("+", " ").split("&") if part)
    return [(_unquoted(name, errors), _unquoted(value, errors)) for name, _, value in parted]


def _unquoted(text: str, errors: str) -> str:
    """Percent-decoding by a JSON decoder: a post in Hindi is some eight hundred `%XX`, which Python's own decoder takes one by one."""
    if "%" not in text:
        return text
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        try:
            return _as_text('"' + text.replace("%", "\\u00") + '"').encode("latin-1").decode("utf-8", errors)
        except msgspec.DecodeError:
            pass  # a lone `%`
    return unquote(text, errors=errors)


def nest(pairs: Pairs) -> dict[str, Any]:
    """Rails-style keys: `ids[]=1`, `poll[options][]=a`, `fields[0][name]=x`, `fields[][name]=x`. Later plain keys win."""
    tree: dict[str, Any] = {}
    for count, (key, value) in enumerate(pairs):
        if count >= MOST_KEYS:
            raise Malformed("too_many_parameters")
        _plant(tree, _path(key), value)
    return {key: _lists(value) for key, value in tree.items()}


def _path(key: str) -> list[str]:
    head, bracket, rest = key.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return [key]
    path = [head, *rest[:-1].split("][")]
    if len(path) > MOST_DEPTH:
        raise Malformed("nested_too_deeply")
    return path


def _plant(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for depth, (step, after) in enumerate(itertools.pairwise(path)):
        child = tree.get(step)
        if after == "":
            if not isinstance(child, list):
                child = tree[step] = []
            _append(child, path[depth + 2 :], value)
            return
        if not isinstance(child, dict):
            child = tree[step] = {}
        tree = child
    tree[path[-1]] = value


def _append(items: list[Any], path: list[str], value: Any) -> None:
    """Of `fields[][name]=x&fields[][value]=y` a name that the last one has already begins the next. `ids[][]` is `ids[]`."""
    if not any(path):
        items.append(value)
        return
    if not items or not isinstance(items[-1], dict) or path[0] in items[-1]:
        items.append({})
    _plant(items[-1], path, value)


def _lists(value: Any) -> Any:
    """Dictionaries whose keys are all numbers are lists."""
    if not isinstance(value, dict):
        return value
    inner: dict[str, Any] = {key: _lists(child) for key, child in value.items()}
    if inner and all(_NUMBER.fullmatch(key) for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


@functools.cache
def _kinds(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Wire name -> `bool`, `list`, `text` or `other`, for the leniency that forms need."""
    return {field.encode_name: _kind(field.type) for field in msgspec.structs.fields(struct)}


@functools.cache
def _never_null(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Fields for which null means that none was given, as it does to Mastodon: they have a default, and it is not null."""
    fields = msgspec.structs.fields(struct)
    return frozenset(f.encode_name for f in fields if not f.required and type(None) not in get_args(f.type))


@functools.cache
def _clearable(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Fields in which nothing (null, or an empty field of a form) is something else than what was not sent."""
    fields = msgspec.structs.fields(struct)
    return frozenset(f.encode_name for f in fields if {type(None), msgspec.UnsetType} <= {*get_args(f.type)})


def _kind(kind: Any) -> str:
    if get_origin(kind) in (Union, types.UnionType):
        kinds = {_kind(arm) for arm in get_args(kind) if arm is not type(None) and arm is not msgspec.UnsetType}
        return kinds.pop() if len(kinds) == 1 else ("list" if "list" in kinds else "other")
    if hasattr(kind, "__metadata__"):
        return _kind(get_args(kind)[0])
    if hasattr(kind, "__value__"):  # a named type
        return _kind(kind.__value__)
    if get_origin(kind) in (list, tuple):
        return "list"
    return {bool: "bool", str: "text"}.get(kind, "other")


def check[A: msgspec.Struct](struct: type[A], sent: dict[str, Any]) -> A:
    """The Struct, or Invalid with the field that is wrong. Unknown keys are ignored, as clients expect."""
    kinds = _kinds(struct)
    known: dict[str, Any] = {}
    for key, value in sent.items():
        kind = kinds.get(key)
        if kind is not None and not (value is None and key in _never_null(struct)):
            if not _is_sound(value):
                raise Invalid("field_holds_nul", field=key.replace("-", "_"))
            value = None if value == "" and key in _clearable(struct) else _lenient(kind, value)
            if value is not msgspec.UNSET:
                known[key] = value
    try:
        return msgspec.convert(known, struct, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def _is_sound(value: Any, levels: int = MOST_LEVELS) -> bool:
    """No NUL, in whatever field it comes (PostgreSQL takes none, and nobody types one), and not nested without end."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, (list, dict)):
        inner: Any = value.values() if isinstance(value, dict) else value
        return levels > 0 and all(_is_sound(child, levels - 1) for child in inner)
    return True


def _lenient(kind: str, value: Any) -> Any:
    if kind == "bool" and isinstance(value, str):
        text = value.strip().lower()
        return True if text in TRUE else False if text in FALSE else msgspec.UNSET if text == "" else value
    if kind == "list":
        return (
            [v for v in value if v is not None]
            if isinstance(value, list)
            else [value]
            if value not in ("", None)
            else msgspec.UNSET
        )
    if kind == "other" and value == "":
        return msgspec.UNSET  # `limit=` means that none was given
    return value


def _invalid(error: msgspec.ValidationError) -> Invalid:
    reason, _, where = str(error).partition(" - at `$.")
    field = where.rstrip("`").split("[")[0].split(".")[0] or "base"
    if missing := _MISSING.search(reason):
        return Invalid("field_missing", field=missing[1].replace("-", "_"))
    code = "field_too_long" if _LONGER.search(reason) else "field_wrong_kind"
    return Invalid(code, field=field.replace("-", "_"), why=reason)
