"""Which languages somebody reads, asked in their own scripts: on a strip that is never in the way, and on a page."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.policy.surface import Surface
from chaupal.reads.timelines import home
from chaupal.social.people import appearance
from chaupal.text.language import LANGUAGES as NAMES
from chaupal.web import links, pages
from chaupal.web.words import LANGUAGES, N_

YEAR = 365 * 24 * 3_600  # seconds
# Those the pages speak or hope to speak; the feeds of these are offered from the start.
OFFERED = tuple(NAMES)[:13]
UNFINISHED = tuple(code for code in OFFERED if code not in LANGUAGES)
# What `home` says, and whether one's home holds nothing else then.
AT_HOME = {"read": True, "all": False}


class LanguagesTyped(msgspec.Struct, kw_only=True):
    """`languages`: codes; none of them, or `all`: everything. `home`: `read`: nothing else stands there; `all`; empty: as it was."""

    languages: list[str] = []
    all: bool = False
    home: str = ""
    next: str = "/"


async def show(call: Call[Nothing]) -> Answer:
    """What one reads, what the pages speak, and the languages that wait for translators."""
    mine = call.viewer.account is not None
    narrowed = mine and bool(await home.in_languages(call.house.reads, call.viewer))
    return await pages.render(
        call,
        "languages.html",
        unfinished=UNFINISHED,
        mine=mine,
        narrowed=narrowed,
        **strip(call),
        titled=N_("Languages"),
    )


async def choose(call: Call[LanguagesTyped]) -> Answer:
    """Kept in this browser for a year; with the account, wherever it signs in."""
    codes = [] if call.args.all else call.args.languages
    if call.viewer.account is not None:
        at_home = AT_HOME.get(call.args.home)
        await appearance.choose_tongues(call.house.square, call.viewer, codes, at_home=at_home)
    cookie = set_cookie(call.house.settings, pages.READS, appearance.written_tongues(codes), YEAR)
    return redirect(links.back(call.args.next), headers=[cookie])


def strip(call: Call[Any]) -> dict[str, Any]:
    """What a template that asks for languages needs. `asks`: nobody has chosen yet."""
    reads = pages.reads_of(call)
    ticked = reads if reads is not None else tuple(dict.fromkeys((call.viewer.language, *accepted(call))))
    others = tuple(code for code in ticked if code not in OFFERED)
    return {"asks": reads is None, "reads": reads or (), "ticked": ticked, "readable": (*OFFERED, *others)}


def accepted(call: Call[Any]) -> list[str]:
    """The languages of India that the browser asks for."""
    tags = (
        part.partition(";")[0].strip().lower().split("-")[0]
        for part in call.headers.get("accept-language", "").split(",")
    )
    return [tag for tag in tags if tag in OFFERED][:5]


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unready": True}

ROUTES: tuple[Route, ...] = (
    get("/languages", show, Surface.NONE, **OPEN),
    post("/languages", choose, Surface.NONE, **OPEN),
)
