"""How pages look: chosen on a page that works for guests too, kept with the account and in this browser."""

from typing import Any

from msgspec.structs import asdict

from chaupal.http.call import Answer, Call, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.policy.surface import Surface
from chaupal.social.people import appearance
from chaupal.social.people.appearance import Appearance
from chaupal.web import pages
from chaupal.web.pages import SavedAsked
from chaupal.web.words import N_, words

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

ROUTES: tuple[Route, ...] = (
    get("/settings/appearance", show, Surface.NONE, **OPEN),
    post("/settings/appearance", choose, Surface.NONE, **OPEN),
)
