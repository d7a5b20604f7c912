"""Settings: their groups, the pages of one of them beside these, and what limits one now."""

import msgspec

from chaupal.governance.appeals import notices
from chaupal.http.call import Answer, Call
from chaupal.http.route import PAGE, Route, get
from chaupal.policy.sentences import placeholders
from chaupal.policy.surface import Surface
from chaupal.web import pages
from chaupal.web.places import GROUPS
from chaupal.web.words import N_


class GroupAsked(msgspec.Struct, kw_only=True):
    """`at`: the group that is looked at. `saved`: the page is shown after something was taken in."""

    at: str = ""
    saved: bool = False


async def settings(call: Call[GroupAsked]) -> Answer:
    language = call.viewer.language
    limited = sum(strike.in_force for strike in await notices.of_viewer(call.house.court, call.viewer))
    at = next((group for group in GROUPS if group.slug == call.args.at), None)
    return await pages.render(
        call,
        "settings/index.html",
        at=at,
        group=at or GROUPS[0],
        limited=limited,
        saved=call.args.saved,
        country=placeholders.country_names((call.viewer.country,), language),
        known=call.viewer.country_known,
        titled=N_("Settings"),
    )


ROUTES: tuple[Route, ...] = (get("/settings", settings, Surface.OWN, **PAGE),)
