"""The bar of the village: look as from another country, or be one of the cast; and the living page of the design system, every piece
as it is, in both languages and both themes. These routes exist nowhere else.
"""

from typing import Any

import msgspec
from markupsafe import Markup

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.headers import set_cookie
from chaupal.kernel.clock import SECOND
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Surface
from chaupal.social.people import accounts
from chaupal.social.signin import sessions
from chaupal.web import links, pages
from chaupal.web.words import LANGUAGES, N_

LOOK_AS = "look_as"  # read by `http.answer`, and believed in the village only
LOOKS_FOR = 30 * 86_400  # seconds
THEMES = ("light", "dark")
TOKENS = (
    "paper", "raised", "sunken", "ink", "soft", "line", "accent", "accent-tint", "law", "law-tint", "wrong", "wrong-tint", "stage",
    "chart-b", "chart-c", "chart-d",
)  # fmt: skip


class ViewFrom(msgspec.Struct, kw_only=True):
    """From where to look: a country's code of two letters; empty: from where one is."""

    country: str = ""
    next: str = "/"


class PartAsked(msgspec.Struct, kw_only=True):
    """Whom of the cast to be."""

    handle: str
    next: str = "/"


async def view_from(call: Call[ViewFrom]) -> Answer:
    """See what a reader in that country sees, until one looks from elsewhere."""
    country = call.args.country.strip().upper()
    if country and not known_country(country):
        raise NotFound
    cookie = set_cookie(call.house.settings, LOOK_AS, country, LOOKS_FOR if country else 0)
    return redirect(links.back(call.args.next), headers=[cookie])


async def play(call: Call[PartAsked]) -> Answer:
    """Be one of the cast, without a password. Raises NotFound for whoever is not of the cast, whatever their handle."""
    square = call.house.square
    if all(player.handle != call.args.handle for player in pages.common(call)["cast"]):
        raise NotFound
    session = await sessions.begin_session(square, await accounts.account_id(square, call.args.handle), agent="village")
    if call.caller is not None:
        await sessions.sign_out(square, call.caller)
    cookie = set_cookie(call.house.settings, sessions.COOKIE, session.secret, sessions.COOKIE_LASTS // SECOND)
    return redirect(links.back(call.args.next), headers=[cookie])


async def design(call: Call[Nothing]) -> Answer:
    """The pieces once for each language and theme; drawn by the macros that pages use."""
    names: dict[str, Any] = pages.common(call) | {"me": None, "tokens": TOKENS}
    boards = [(language, theme, _board(language, theme, names)) for language in LANGUAGES for theme in THEMES]
    return await pages.render(call, "design/page.html", boards=boards, titled=N_("The design system"))


def _board(language: str, theme: str, names: dict[str, Any]) -> Markup:
    drawn = (
        pages.environment(language).get_template("design/board.html").render(names | {"mark": f"{language}-{theme}"})
    )
    return Markup(drawn)  # noqa: S704 (drawn by a template of ours)


ROUTES: tuple[Route, ...] = (
    post("/village/look", view_from, Surface.NONE, shape=Shape.PAGE, public=True, unready=True, village=True),
    post("/village/login", play, Surface.NONE, shape=Shape.PAGE, public=True, unready=True, village=True),
    get("/about/design", design, Surface.NONE, shape=Shape.PAGE, public=True, village=True),
)
