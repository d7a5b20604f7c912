"""Taking one's data along, page by page: asked for, how far it has been made, and fetched by its owner alone, for some days."""

from typing import Any

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.limits import EXPORTS
from chaupal.http.paging import ById
from chaupal.http.sending import export
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict
from chaupal.policy.sentences import placeholders
from chaupal.policy.viewer import Surface
from chaupal.social.archives import exports
from chaupal.web import pages
from chaupal.web.pages import or_again
from chaupal.web.words import N_, words

STATES: dict[str, str] = {
    exports.WAITING: N_("Waits for its turn"),
    exports.RUNNING: N_("Is being made"),
    exports.DONE: N_("Ready"),
    exports.FAILED: N_("Could not be made"),
}
BUSY = N_("Another file of yours is still being made.")


async def show(call: Call[Any], busy: Conflict | None = None) -> Answer:
    """Drawn anew every few seconds while something is made, without a script."""
    language, viewer = call.viewer.language, call.viewer
    mine = await exports.of_viewer(call.house.square, viewer)
    running = any(one.state in (exports.WAITING, exports.RUNNING) for one in mine)
    return await pages.render(
        call,
        "settings/export.html",
        busy.status if busy else 200,
        error=words(language).gettext(BUSY) if busy else "",
        running=running,
        days=exports.KEPT_FOR // DAY,
        mine=[
            (
                one,
                words(language).gettext(STATES[one.state]),
                one.state == exports.DONE and one.country == viewer.country,
                placeholders.country_names((one.country,), language),
            )
            for one in mine
        ],
        titled=N_("Export"),
    )


@or_again(show, Conflict)
async def ask(call: Call[Nothing]) -> Answer:
    """To the page of its progress."""
    await exports.ask(call.house.square, call.viewer)
    return redirect("/settings/export")


async def fetch(call: Call[ById]) -> Answer:
    """The ZIP, a piece at a time. What it says of others was looked at where its owner was: elsewhere it is made anew."""
    return await export(call, call.args.id)


# Whoever is suspended or frozen takes theirs along, too.
PAGE: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}

ROUTES: tuple[Route, ...] = (
    get("/settings/export", show, Surface.OWN, **PAGE),
    post("/settings/export", ask, Surface.OWN, limit=EXPORTS, **PAGE),
    get("/settings/export/{id}", fetch, Surface.OWN, **PAGE),
)
