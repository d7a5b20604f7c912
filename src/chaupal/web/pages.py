"""A page: one template, the words of the viewer's language, and what every page knows."""

import functools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chaupal.kernel.clock import iso
from chaupal.kernel.secrets import new_secret
from chaupal.policy.may import may
from chaupal.policy.things import Person
from chaupal.reads import kept as store
from chaupal.reads import people
from chaupal.web import links, static
from chaupal.web.words import LANGUAGES, N_, own_name, words
from chaupal.wire import csrf
from chaupal.wire.call import Answer, Call, page

NAME = N_("Chaupal")  # the usual title of a server: written in the script of the page
TEMPLATES = Path(__file__).parent / "templates"


class Player(msgspec.Struct, frozen=True):
    """One of the cast of the village, whom a visitor may be."""

    handle: str
    name: str
    part: str = ""


_cast: tuple[Player, ...] = ()


def introduce(cast: Iterable[Player]) -> None:
    """Name the cast for the bar of the village. Called once, when the village opens."""
    global _cast
    _cast = tuple(cast)


async def render(
    call: Call[Any], template: str, status: int = 200, headers: list[tuple[str, str]] | None = None, **context: Any
) -> Answer:
    """The page, with the visitor's cookie for its forms. Every template gets the names of `common` besides its own."""
    names = common(call) | {"me": await _me(call)} | context
    html = environment(call.viewer.language).get_template(template).render(names)
    # Every page has a form: the choice of language, logging out.
    return page(html, status, [*csrf.cookie(call), *(headers or [])])


# Stands for the visitor's own CSRF word in pages that are kept; random, so that nobody can write it into a post.
_MARK = new_secret()


async def kept(call: Call[Any], parts: Sequence[object], draw: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `draw` gives, drawn once for all strangers while `parts` (whatever it is made of) are the same objects."""
    if call.caller is not None or call.house.settings.village:
        return await draw()
    reads, viewer = call.house.reads, call.viewer
    key = ("page", call.link, call.query, viewer.language, viewer.country)
    html = store.find(reads, key, parts)
    word = call.csrf
    if html is None:
        call.csrf = _MARK
        answer = await draw()
        call.csrf = word
        if answer.status != 200:
            return Answer(
                answer.body.replace(_MARK.encode(), word.encode()), answer.status, answer.mime, answer.headers
            )
        html = answer.body
        store.keep(reads, key, parts, html)
    return Answer(html.replace(_MARK.encode(), word.encode()), 200, "text/html; charset=utf-8", csrf.cookie(call))


def common(call: Call[Any]) -> dict[str, Any]:
    """What every page knows. `me` is added by `render`."""
    settings = call.house.settings
    return {
        "call": call, "viewer": call.viewer, "who": call.caller, "signed_in": call.viewer.account is not None,
        "csrf": call.csrf, "path": path_of(call), "here": here(call), "settings": settings,
        "site": words(call.viewer.language).gettext(settings.title), "now": call.house.reads.clock(),
        "village": settings.village, "cast": _cast if settings.village else (),
        "may": functools.partial(may, call.viewer), "title": "",
    }  # fmt: skip


def path_of(call: Call[Any]) -> str:
    """The path asked for, without query."""
    return call.link.removeprefix(call.house.settings.origin) or "/"


def here(call: Call[Any]) -> str:
    """The path asked for with its query: where a form leads back to. After a form itself, the front."""
    if call.route.method != "GET":
        return "/"
    return f"{path_of(call)}?{call.query}" if call.query else path_of(call)


@functools.cache
def environment(language: str) -> Environment:
    """One for each language, so that a template finds its words without asking for them."""
    said = words(language)
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        extensions=["jinja2.ext.i18n"], undefined=StrictUndefined,
    )  # fmt: skip
    env.policies["ext.i18n.trimmed"] = True
    i18n: Any = env
    i18n.install_gettext_callables(
        said.gettext, said.ngettext, newstyle=True, pgettext=said.pgettext, npgettext=said.npgettext
    )
    filters: dict[str, Any] = {
        "number": said.number, "compact": said.compact, "day": said.day, "moment": said.moment, "ago": said.ago,
        "hue": links.hue, "initial": links.initial, "own_name": own_name, "iso": iso,
    }  # fmt: skip
    names: dict[str, Any] = {
        "lang": said.language, "dir": said.direction, "languages": LANGUAGES, "static": static.address, "links": links,
    }  # fmt: skip
    env.filters.update(filters)
    env.globals.update(names)
    return env


async def _me(call: Call[Any]) -> Person | None:
    viewer = call.viewer
    # Who waits to be let in has no face yet, and still pages to read.
    if viewer.account is None or (call.caller is not None and call.caller.state == "pending"):
        return None
    return (await people.person(call.house.reads, viewer, viewer.account)).item
