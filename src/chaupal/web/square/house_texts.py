"""Texts of the house as pages: privacy, terms with their versions; and the office's page where the owner writes them."""

from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from markupsafe import Markup
from msgspec import Meta

from chaupal.governance.laws import house_texts
from chaupal.governance.laws.house_texts import ABOUT, PRIVACY, TERMS, HouseText, TextForm
from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, get, redirect
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal.policy.viewer import Surface
from chaupal.text import html
from chaupal.web import pages
from chaupal.web.office import room as office_room
from chaupal.web.words import N_

LARGE = 500_000  # bytes
TITLES = {ABOUT: N_("What this server says of itself"), PRIVACY: N_("Privacy"), TERMS: N_("Terms")}
HINTS = {
    ABOUT: N_("It stands at the top of the page “About”, and in apps. Both empty: nothing stands there."),
    PRIVACY: N_(
        "Say what is kept of people, for how long and who sees it. Each version's hash stands in the public log."
    ),
    TERMS: N_(
        "They apply from a day on; what applies now stays readable. Each version's hash stands in the public log."
    ),
}
PAGES = {ABOUT: "/about", PRIVACY: "/privacy", TERMS: "/terms"}


class TermsAsked(msgspec.Struct):
    """The day from which terms hold."""

    date: Annotated[str, Meta(max_length=20)]


class TextAsked(msgspec.Struct):
    """Which text."""

    kind: Literal["about", "privacy", "terms"]


class HouseTextTyped(TextForm, kw_only=True):
    """The office's form. `act`: look at it first, or publish it."""

    kind: Literal["about", "privacy", "terms"]
    act: Literal["preview", "publish"] = "preview"


async def privacy(call: Call[Nothing]) -> Answer:
    """What is kept of people, in the reader's language."""
    return await _page(call, await house_texts.privacy(call.house.court), None, [])


async def terms(call: Call[Nothing]) -> Answer:
    """Those in force."""
    one, after = await house_texts.terms(call.house.court)
    return await _page(call, one, after, await house_texts.every(call.house.court, TERMS))


async def terms_of(call: Call[TermsAsked]) -> Answer:
    """Those of a day."""
    one, after = await house_texts.on(call.house.court, call.args.date)
    return await _page(call, one, after, await house_texts.every(call.house.court, TERMS))


async def _page(call: Call[Any], text: HouseText, after: HouseText | None, versions: list[HouseText]) -> Answer:
    return await pages.render(
        call,
        "house_text.html",
        titled=TITLES[text.kind],
        one=text,
        after=after,
        versions=versions if len(versions) > 1 else [],
        written=written(text, call.viewer.language),
        effective=house_texts.is_effective(call.house.court, text),
    )


def written(text: HouseText, language: str) -> Markup:
    """Only what text.markdown lets through is in it."""
    return _written(text.text_in(language))


@lru_cache(32)
def _written(text: str) -> Markup:
    return Markup(html.markdown_html(text))  # noqa: S704


# --- the office ---


async def office(call: Call[Nothing]) -> Answer:
    """The three of them, as they stand."""
    court = call.house.court
    found = [(kind, await house_texts.latest(court, kind)) for kind in house_texts.KINDS]
    return await office_room.render(
        call, "office/texts.html", N_("Texts of this server"), found=found, titles=TITLES, pages_of=PAGES
    )


async def edit(call: Call[TextAsked]) -> Answer:
    now = await house_texts.latest(call.house.court, call.args.kind)
    typed = HouseTextTyped(kind=call.args.kind, seen=now.version if now else 0)
    if now is not None:
        typed = msgspec.structs.replace(typed, text=now.text, text_hi=now.text_hi)
    return await _form(call, typed)


async def write(call: Call[HouseTextTyped]) -> Answer:
    """Shown as it would look, or published; what was typed stays."""
    court, typed = call.house.court, call.args
    try:
        if typed.act == "preview":
            return await _form(call, typed, text=house_texts.tried(court, call.viewer, typed.kind, typed))
        await house_texts.publish(court, call.viewer, typed.kind, typed)
    except Invalid as problem:
        return await _form(call, typed, problem)
    except Conflict as problem:
        now = await house_texts.latest(court, typed.kind)
        return await _form(call, msgspec.structs.replace(typed, seen=now.version if now else 0), problem)
    return redirect("/office/texts")


async def _form(
    call: Call[Any], typed: HouseTextTyped, problem: Problem | None = None, text: HouseText | None = None
) -> Answer:
    versions = await house_texts.every(call.house.court, typed.kind)
    return await office_room.render(
        call,
        "office/text.html",
        TITLES[typed.kind],
        problem,
        typed=typed,
        versions=versions,
        hint=HINTS[typed.kind],
        page_of=PAGES[typed.kind],
        shown=[(code, written(text, code)) for code in ("hi", "en")] if text else [],
    )


ROUTES: tuple[Route, ...] = (
    get("/privacy", privacy, Surface.NONE, **OPEN_PAGE),
    get("/terms", terms, Surface.NONE, **OPEN_PAGE),
    get("/terms/{date}", terms_of, Surface.NONE, **OPEN_PAGE),
    office_room.page("/office/texts", office, house_texts.MAY, body=LARGE),
    office_room.page("/office/texts/{kind}", edit, house_texts.MAY, body=LARGE),
    office_room.form("/office/texts/{kind}", write, house_texts.MAY, body=LARGE),
)
