"""The router: finds the row for a method and a path, with rows of their own for what does not exist."""

import functools
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, NamedTuple

from chaupal.http.call import Answer, Route, Shape
from chaupal.kernel.errors import Coded, NotFound
from chaupal.policy.viewer import Surface

REST = frozenset({"path"})  # parameters that take whatever is left of a path, slashes and all
# What servers say that they take, where they ask for what a page shows (ActivityPub §3.2).
ACTIVITY = ("application/activity+json", "application/ld+json")
PEERS = "PEER "  # before the method of rows that are for servers alone
API_PREFIXES = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/")
LOG_FILES = "/log/"


class WrongMethod(Coded):
    """The path is known, the method is not."""

    status = 405
    slug = "wrong_method"


async def _missing(call: Any) -> Answer:
    raise NotFound


async def _wrong(call: Any) -> Answer:
    raise WrongMethod


MISSING = {
    shape: Route(method="GET", path=path, run=_missing, surface=Surface.NONE, public=True, shape=shape)
    for shape, path in ((Shape.API, "/api"), (Shape.PAGE, "/"), (Shape.FILE, "/log"))
}
WRONG = {
    shape: Route(method="GET", path="/", run=_wrong, surface=Surface.NONE, public=True, shape=shape) for shape in Shape
}


class RouteMatch(NamedTuple):
    """The row that answers, what stands in the holes of its path, and for a wrong method the right ones (`Allow`)."""

    route: Route
    holes: dict[str, str]
    allow: str = ""
    varies: bool = False  # servers are answered otherwise at the same address


def rows_of(*parts: ModuleType) -> tuple[Route, ...]:
    """The rows of these modules, and of every module in those that are folders."""
    below = ((part, walk_packages(getattr(part, "__path__", ()), f"{part.__name__}.")) for part in parts)
    modules = (one for part, found in below for one in (part, *(import_module(info.name) for info in found)))
    return tuple(route for module in modules for route in getattr(module, "ROUTES", ()))


class _Row(NamedTuple):
    route: Route
    names: tuple[str, ...]  # of the holes in its path, in their order
    found: RouteMatch  # what is found where it has none


type _Rows = dict[str, _Row]  # by method


class _Node:
    """What may follow a part of a path: words, then parameters by what stands before them (`@`), then anything."""

    __slots__ = ("holes", "rest", "rows", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        self.holes: dict[str, _Node] = {}
        self.rest: _Node | None = None
        self.rows: _Rows = {}

    def at(self, part: str) -> "_Node":
        """The node for a part of a row's path, made where there is none."""
        sigil, hole, name = part.partition("{")
        if not hole:
            return self.words.setdefault(part, _Node())
        if name.removesuffix("}") in REST:
            self.rest = self.rest or _Node()
            return self.rest
        after = self.holes.setdefault(sigil, _Node())
        self.holes = dict(sorted(self.holes.items(), reverse=True))  # `@` before nothing
        return after


class Router:
    """Finds the row for a method and a path. Slashes at the end or doubled do not count.

    A path without parameters goes before all others; where both a word and a parameter could follow, the word does.
    """

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._plain: dict[str, _Rows] = {}
        self._root = _Node()
        for route in sorted(routes, key=lambda route: route.peer):
            self._add(route)

    def find(self, method: str, path: str, accept: str = "") -> RouteMatch:
        """Never fails: what is not there has a row of its own, which says so in the shape that the path promises."""
        rows, inside = self._rows(path)
        row, theirs = rows.get(method), rows.get(PEERS + method)
        varies = theirs is not None and theirs is not row
        if theirs is not None and varies and any(kind in accept for kind in ACTIVITY):
            row = theirs
        if row is not None:
            if not inside and not varies:
                return row.found
            return RouteMatch(row.route, dict(zip(row.names, inside, strict=True)), varies=varies)
        if rows:
            shape = next(iter(rows.values())).route.shape
            return RouteMatch(WRONG[shape], {}, ", ".join(sorted(name for name in rows if not name.startswith(PEERS))))
        # `/api` itself, too: clients make it of `/api/v1/…/..` before they ask.
        is_api, is_file = f"{path}/".startswith(API_PREFIXES), path.startswith(LOG_FILES)
        return RouteMatch(MISSING[Shape.API if is_api else Shape.FILE if is_file else Shape.PAGE], {})

    def _rows(self, path: str) -> tuple[_Rows, list[str]]:
        """What stands at a path, by method, and what is in its holes."""
        if (rows := self._plain.get(path)) is not None:
            return rows, []
        parts = [part for part in path.split("/") if part]
        if (rows := self._plain.get("/" + "/".join(parts))) is not None:
            return rows, []
        return self._walk(parts)

    def _walk(self, parts: list[str]) -> tuple[_Rows, list[str]]:
        node, inside = self._root, list[str]()
        for number, part in enumerate(parts):
            if (after := node.words.get(part)) is None:
                sigil = next((sigil for sigil in node.holes if part.startswith(sigil)), None)
                if sigil is None:
                    rest = node.rest.rows if node.rest is not None else {}
                    return rest, [*inside, "/".join(parts[number:])]
                after = node.holes[sigil]
                inside.append(part[len(sigil) :])
            node = after
        return node.rows, inside

    def _add(self, route: Route) -> None:
        parts = [part for part in route.path.split("/") if part]
        names = tuple(part[part.index("{") + 1 : -1] for part in parts if "{" in part)
        rows = functools.reduce(_Node.at, parts, self._root).rows if names else self._plain.setdefault(route.path, {})
        for method in _methods(route):
            name = PEERS + method if route.peer else method
            if name in rows:
                raise ValueError(f"{method} {route.path} is declared twice")
            rows[name] = _Row(route, names, RouteMatch(route, {}))
            if route.peer:  # where no page stands, whoever asks is answered so
                rows.setdefault(method, rows[name])


def _methods(route: Route) -> tuple[str, ...]:
    """HEAD is GET without a body; what does not end has no head to ask for."""
    return (*route.methods, "HEAD") if route.method == "GET" and not route.stream else route.methods


@functools.cache
def router(routes: tuple[Route, ...]) -> Router:
    """The same for each server of a process."""
    return Router(routes)
