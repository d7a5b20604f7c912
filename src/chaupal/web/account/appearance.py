"""How pages look, and which languages somebody reads: chosen on pages for guests too, kept with the account and in this browser."""

from typing import Any

import msgspec
from msgspec.structs import asdict

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.policy.viewer import Surface
from chaupal.reads.timelines import home
from chaupal.social.people import appearance
from chaupal.social.people.appearance import Appearance
from chaupal.text.language import LANGUAGES as NAMES
from chaupal.web import links, pages
from chaupal.web.pages import SavedAsked
from chaupal.web.words import LANGUAGES, N_, words

YEAR = 365 * 24 * 3_600  # seconds

# Field, its name, and what can be chosen; the values are those of `Appearance`.
CHOICES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("theme", N_("Colours"), (("auto", N_("As the device")), ("light", N_("Light")), ("dark", N_("Dark")))),
    (
        "size",
        N_("Size of text"),
        (("small", N_("Small")), ("medium", N_("Medium")), ("large", N_("Large")), ("huge", N_("Very large"))),
    ),
    ("contrast", N_("Contrast"), (("auto", N_("As the device")), ("more", N_("High")))),
    ("digits", N_("Digits"), (("ascii", "1234567890"), ("native", N_("Of the language of the page")))),
    ("urdu", N_("Urdu letters"), (("naskh", N_("Naskh")), ("nastaliq", N_("Nastaliq")))),
)


async def show(call: Call[SavedAsked]) -> Answer:
    said = words(call.viewer.language)
    choices = [
        (field, said.gettext(name), [(value, said.gettext(text)) for value, text in options])
        for field, name, options in CHOICES
    ]
    return await pages.render(
        call,
        "settings/appearance.html",
        choices=choices,
        chosen=asdict(pages.appearance_of(call)),
        saved=call.args.saved,
        titled=N_("Appearance"),
    )


async def choose(call: Call[Appearance]) -> Answer:
    """Kept in this browser for a year; with the account, wherever it signs in."""
    chosen = call.args
    if call.viewer.account is not None:
        await appearance.choose(call.house.square, call.viewer, chosen)
    cookie = set_cookie(call.house.settings, pages.APPEARANCE, appearance.written(chosen), YEAR)
    return redirect("/settings/appearance?saved=1", headers=[cookie])


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unready": True}


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


async def show_languages(call: Call[Nothing]) -> Answer:
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


async def choose_languages(call: Call[LanguagesTyped]) -> Answer:
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


ROUTES: tuple[Route, ...] = (
    get("/settings/appearance", show, Surface.NONE, **OPEN),
    post("/settings/appearance", choose, Surface.NONE, **OPEN),
    get("/languages", show_languages, Surface.NONE, **OPEN),
    post("/languages", choose_languages, Surface.NONE, **OPEN),
)
