"""The canary: words that must not be found, a world in which they could turn up everywhere, and a crawl of every route.

The route table is the list of what is crawled, so a new route is crawled too, or `test_every_route_can_be_crawled` fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from chaupal.wire.route import Route

POST_WORD = "कोयलपुरवाणी"  # in the withheld post: text, warning, alt text and tag
ACCOUNT_WORD = "मैनाबाज़ार"  # in the withheld account: name, note and posts
PRIVATE_WORD = "बुलबुलगुप्त"  # in a followers-only post

# What stands in a path, by its name there and by what the route is about; every candidate is tried.
type Candidates = dict[str, list[str]]


@dataclass
class World:
    """Ids by the name of a path parameter; filled by the test."""

    ids: list[int] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)


# Routes whose call would end the crawl itself, or that are about the caller's own secrets only.
LEFT_OUT = {
    "POST /oauth/revoke",
    "POST /logout",
}


def paths(route: Route, world: World) -> Iterator[str]:
    """Every way this route can be asked for in this world."""
    holes = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    for filling in _fillings(holes, world):
        path = route.path
        for hole, value in zip(holes, filling, strict=True):
            path = path.replace(f"{{{hole}}}", quote(str(value), safe="@/"))
        yield path


def _fillings(holes: list[str], world: World) -> Iterator[tuple[Any, ...]]:
    if not holes:
        yield ()
        return
    first, *rest = holes
    for value in world.names.get(first) or world.ids:
        for others in _fillings(rest, world):
            yield (value, *others)


def queries(route: Route, world: World) -> list[str]:
    """Query strings worth trying: none, and for whatever takes a search, each of the words."""
    fields = {f.encode_name for f in msgspec.structs.fields(route.takes)}
    found = [""]
    for name in ("q", "acct", "tagged", "language", "url", "resource"):
        if name in fields:
            found += [f"{name}={quote(query)}" for query in world.queries]
    for name in ("id", "ids", "account_id"):
        if name in fields and f"{{{name}}}" not in route.path:
            found += ["&".join(f"{name}[]={id_}" for id_ in world.ids[:30])]
    return found


def mentions(word: str, body: bytes) -> bool:
    """Whether the bytes hold the word: as it is, as JSON escapes it, as a URL escapes it."""
    plain = body.decode("utf-8", "ignore")
    forms = (word, word.encode("unicode_escape").decode(), quote(word))
    return any(form.lower() in plain.lower() for form in forms)
