"""The living page of the design system: every piece as it is, in both languages and both themes. In the village only."""

from typing import Any

from markupsafe import Markup

from chaupal.http.call import Answer, Call
from chaupal.http.route import Nothing, Route, Shape, get
from chaupal.policy.surface import Surface
from chaupal.web import pages
from chaupal.web.words import LANGUAGES, N_

THEMES = ("light", "dark")
TOKENS = (
    "paper", "raised", "sunken", "ink", "soft", "line", "accent", "accent-tint", "law", "law-tint", "wrong", "wrong-tint", "stage",
    "chart-b", "chart-c", "chart-d",
)  # fmt: skip


async def show(call: Call[Nothing]) -> Answer:
    """The pieces once for each language and theme; drawn by the macros that pages use."""
    names: dict[str, Any] = pages.common(call) | {"me": None, "tokens": TOKENS}
    boards = [(language, theme, _board(language, theme, names)) for language in LANGUAGES for theme in THEMES]
    return await pages.render(call, "design/page.html", boards=boards, titled=N_("The design system"))


def _board(language: str, theme: str, names: dict[str, Any]) -> Markup:
    drawn = (
        pages.environment(language).get_template("design/board.html").render(names | {"mark": f"{language}-{theme}"})
    )
    return Markup(drawn)  # noqa: S704 (drawn by a template of ours)


ROUTES: tuple[Route, ...] = (get("/about/design", show, Surface.NONE, shape=Shape.PAGE, public=True, village=True),)
