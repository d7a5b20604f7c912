"""Values in what other servers say: one shape or another, a list or one, with a prefix or none. Nothing here raises but Unreadable.

Documents are read in their compacted form by a table of shapes (JSON-LD 1.1 §6); contexts are never fetched.
"""

import functools
import re  # noqa: TID251 - for addresses alone, which are ASCII: it reads one in a tenth of the time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
import regex

from chaupal.policy.things import NO_END
from chaupal.text.clean import clean_line

type Json = Mapping[str, Any]

MOST_BYTES = 262_144  # of an activity that is sent; what is fetched has a bound of its own
MOST_DEPTH = 32  # lists and objects inside one another
MOST_URL = 2_048  # code points
MOST_NUMBER = 2**53  # what JSON's numbers are exact up to (RFC 8259 §6)
LATEST = NO_END  # what is said to be later is not read

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
# The vocabularies whose terms servers write with a prefix, or in full where they have no context for them.
_PREFIX = regex.compile(
    r"(?:as|toot|misskey|schema|vcard|litepub|mitra|gts|sec|security|funkwhale|pt|lemmy|ostatus|quote):"
    r"|https?://[^\s]{1,200}[#/](?=\w+$)"
)
_WHITE_IN_URL = regex.compile(r"[\s\p{C}<>\"\\^`{|}]")
# As nearly all addresses are written; the others are taken apart by the book. No port of five digits is above 59999 here.
_USUAL = re.compile(
    r"(https?)://([a-z0-9.-]{1,253}+(?<=[a-z0-9]))(?::([1-5][0-9]{4}|[0-9]{1,4}+))?+(?:[/?#][!#-;=?-\[\]_a-z~]*+)?+"
)
_LATE_Z = regex.compile(r"([+-]\d\d:?\d\d)Z$")
_FIRST_SECOND_OF_MS = 100_000_000_000  # a number above is milliseconds: as seconds it would be the year 5138
_PORTS = {"http": 80, "https": 443}


class _Spelled(dict[str, str]):
    """How a property is written otherwise, for the few names that are asked for here."""

    def __missing__(self, name: str) -> str:
        self[name] = other = f"as:{name}"
        return other


_OTHERWISE = _Spelled({"id": "@id", "type": "@type"})

decode = msgspec.json.Decoder().decode


class Unreadable(ValueError):
    """What somebody said cannot be read as what it says it is. `why`: a word for logs and tests, never words of people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def parse(body: bytes, most: int = MOST_BYTES) -> Json:
    """A JSON object within bounds. Raises Unreadable.

    Bytes that are no UTF-8 are none of JSON's (RFC 8259 §8.1), and stand in what snac2 says of its people (2.75, as Debian has it):
    each is read as the sign for a letter that could not be read.
    """
    if len(body) > most:
        raise Unreadable("too_big")
    try:
        said = _decoded(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("no_json") from error
    if body.count(b"{") + body.count(b"[") > MOST_DEPTH:  # else it cannot be deeper
        check_depth(said)
    return an_object(said)


def _decoded(body: bytes) -> Any:
    try:
        return decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return decode(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))


def check_depth(said: object) -> None:
    """Raises Unreadable for lists and objects deeper inside one another than anybody writes."""
    level: list[object] = [said]
    for _ in range(MOST_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise Unreadable("too_deep")


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (inner for inner in value.values() if isinstance(inner, (dict, list)))
    elif isinstance(value, list):
        yield from (inner for inner in value if isinstance(inner, (dict, list)))


def an_object(said: object) -> Json:
    """Raises Unreadable for anything else; one object in a list is that object."""
    if isinstance(said, list) and len(said) == 1:
        said = said[0]
    if not isinstance(said, dict):
        raise Unreadable("no_object")
    return said


def value_of(said: Json, name: str) -> Any:
    """A property as it is written: `name`, or `as:name`, or `@id` and `@type`; None where it is not there, or null."""
    value = said.get(name)
    return value if value is not None else said.get(_OTHERWISE[name])


def values_of(said: Json, name: str, most: int) -> list[Any]:
    """All values of a property, where one may stand alone; at most so many, without nulls."""
    return listed(value_of(said, name), most)


def listed(value: object, most: int) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        inner = value.get("@list", value.get("@set"))
        return listed(inner, most) if isinstance(inner, list) else [value]
    if isinstance(value, list):
        return [one for one in value[: most * 2] if one is not None][:most]
    return [value]


def kinds_of(said: object) -> tuple[str, ...]:
    """Its types without prefixes, in order; () where it says none."""
    if not isinstance(said, dict):
        return ()
    return tuple(_bare(one) for one in values_of(said, "type", 8) if isinstance(one, str))


def _bare(kind: str) -> str:
    return _PREFIX.sub("", kind, count=1) if ":" in kind else kind


def uri_of(value: object) -> str:
    """The address that a value is or stands for: a string, an object's `id`, a Link's `href`, or the first of a list; or ""."""
    if value is None or isinstance(value, str):
        return address(value)
    if isinstance(value, list):
        return next((found for one in value[:8] if (found := uri_of(one))), "")
    if isinstance(value, dict):
        here = value_of(value, "id") or value_of(value, "href")
        return address(here) if isinstance(here, str) else ""
    return address(value)


def uris_of(said: Json, name: str, most: int) -> tuple[str, ...]:
    """Addresses of a property, each once; `as:Public` and the like stay as they are."""
    if (value := value_of(said, name)) is None:
        return ()
    found = (_uri_or_public(one) for one in listed(value, most) if not isinstance(one, list))
    return tuple(dict.fromkeys(one for one in found if one))


def _uri_or_public(value: object) -> str:
    return value if isinstance(value, str) and value in PUBLIC else uri_of(value)


def address(value: object) -> str:
    """An absolute address of the web as it is written, or "": no other scheme, nobody's password, nothing that no one types."""
    if not isinstance(value, str) or not 8 < len(value) <= MOST_URL:
        return ""
    if _USUAL.fullmatch(value):
        return value
    return value if not _WHITE_IN_URL.search(value) and _host_of(value) else ""


def host_of(uri: str) -> str:
    """The host of an address in small ASCII letters, with its port where that is not the scheme's own; "" where there is none."""
    if (usual := _USUAL.fullmatch(uri)) is None:
        return _host_of(uri)
    scheme, host, port = usual.groups()
    return host if port is None or int(port) == _PORTS[scheme] else f"{host}:{int(port)}"


@functools.lru_cache(4_096)
def _host_of(uri: str) -> str:
    """The same of any."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return ""
    plain = _plain(host)
    usual = _PORTS[parts.scheme]
    return f"{plain}:{port}" if plain and port not in (None, usual) else plain


def _plain(host: str) -> str:
    """As DNS has it (IDNA): servers write the same name in either spelling."""
    if host.isascii():
        return host.lower().removesuffix(".") if len(host) <= 253 else ""
    try:
        return host[:300].encode("idna").decode().lower()
    except UnicodeError:
        return ""


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server. No address is of none."""
    return bool(host := host_of(one)) and host == host_of(other)


def word_of(said: Json, name: str, most: int = 200) -> str:
    """A property that is one line of plain words; "" where it is none. Longer ones end in `…`."""
    value = value_of(said, name)
    value = value[0] if isinstance(value, list) and value else value
    return clean_line(value, most) if isinstance(value, str) else ""


def flag_of(said: Json, name: str) -> bool:
    """Whether a property is true, which some write as a string or in a list."""
    value = value_of(said, name)
    value = value[0] if isinstance(value, list) and value else value
    return value is True or (isinstance(value, str) and value.lower() == "true")


def number_of(value: object, most: int = MOST_NUMBER) -> int:
    """A count, as it is said; 0 where it is none, and never more than `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(min(max(0, value), most))  # in this order, NaN is no more than 0


def moment_of(value: object) -> int | None:
    """Milliseconds since 1970 UTC of a date of any kind that servers write, or None. What says no zone is UTC."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _moment_of_number(value)
    return _moment_of_text(value.strip()[:64]) if isinstance(value, str) else None


def _moment_of_number(value: float) -> int | None:
    ms = value if abs(value) >= _FIRST_SECOND_OF_MS else value * 1_000
    return int(ms) if 0 <= ms <= LATEST else None


def _iso(text: str) -> datetime | None:
    """Fractions of a second are read as far as a moment has room for them."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _moment_of_text(text: str) -> int | None:
    at = _iso(text) or _iso(_LATE_Z.sub(r"\1", text))
    if at is None:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    try:
        ms = int(at.timestamp() * 1_000)
    except (ValueError, OverflowError):
        return None
    return ms if 0 <= ms <= LATEST else None


def first_word(said: Json, name: str) -> tuple[str, str]:
    """(words, language) of a natural-language value: the property, else the first of its map (ActivityStreams 2.0 §4.7).

    The language is the key whose words these are, else the map's first; "" where nothing says.
    """
    value, by_language = value_of(said, name), _map_of(said, name)
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):  # JSON-LD's own form: {"@value": "…", "@language": "hi"}
        by_language = {str(value.get("@language", "")): value.get("@value"), **by_language}
        value = value.get("@value")
    words = value if isinstance(value, str) else ""
    spoken = {key: said_so for key, said_so in by_language.items() if isinstance(said_so, str)}
    if not words.strip() and spoken:
        language, words = next(((key, one) for key, one in spoken.items() if one.strip()), ("", ""))
        return words, language
    language = next((key for key, one in spoken.items() if one == words), next(iter(spoken), ""))
    return words, language


def _map_of(said: Json, name: str) -> dict[str, Any]:
    value = value_of(said, f"{name}Map")
    return {str(key)[:35]: one for key, one in list(value.items())[:32]} if isinstance(value, dict) else {}


def links_of(said: Json, name: str, most: int = 16) -> list[tuple[str, str]]:
    """(address, media type) of each link of a property that may be a string, a Link, an object with a `url`, or a list of these.

    The type is "" where nothing says it.
    """
    return [found for one in values_of(said, name, most) for found in _links(one)]


def _links(value: object) -> Sequence[tuple[str, str]]:
    if isinstance(value, str):
        return ((address(value), ""),) if address(value) else ()
    if not isinstance(value, dict):
        return ()
    kind = word_of(value, "mediaType").lower()
    here = value_of(value, "href") or value_of(value, "url")
    if isinstance(here, str):
        return ((address(here), kind),) if address(here) else ()
    return [(at, inner or kind) for one in listed(here, 8) for at, inner in _flat(one)]


def _flat(value: object) -> Sequence[tuple[str, str]]:
    """A link inside another's `url`, and no deeper."""
    if isinstance(value, dict):
        here = value_of(value, "href") or value_of(value, "url")
        return ((address(here), word_of(value, "mediaType").lower()),) if address(here) else ()
    return ((address(value), ""),) if address(value) else ()


def page_of(said: Json) -> str:
    """The address of the page that people read: of several the one that is HTML, else the first that is no file; or ""."""
    found = links_of(said, "url")
    html = next((at for at, kind in found if kind.startswith(("text/html", "application/xhtml"))), "")
    return html or next((at for at, kind in found if not kind), "")
