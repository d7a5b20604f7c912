"""Settings: their groups, the pages of one of them beside these, what limits one now; and how one's account stands."""

import msgspec

from chaupal.governance.appeals import notices
from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, get
from chaupal.policy.sentences import placeholders, ruling_texts
from chaupal.policy.viewer import Surface
from chaupal.reads.people import account_status as standing
from chaupal.web import pages
from chaupal.web.court import disputes, disputewords
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


async def account_status(call: Call[Nothing]) -> Answer:
    """What holds the account or something in it, why, until when; how to appeal, and what can be taken along."""
    ruling = await standing.closed_by(call.house.reads, call.me)
    language = call.viewer.language
    told = placeholders.banner(ruling, language) if ruling else ""
    found = [one for one in await notices.of_viewer(call.house.court, call.viewer) if one.in_force]
    return await pages.render(
        call,
        "standing.html",
        found=found,
        lines=disputes.lines(call, found),
        words=disputewords,
        told=told,
        appeal=ruling_texts.notice_page(ruling.id) if ruling else "",
        titled=N_("Account status"),
    )


ROUTES: tuple[Route, ...] = (
    get("/settings", settings, Surface.OWN, **PAGE),
    get("/settings/standing", account_status, Surface.OWN, suspended=True, **PAGE),
)
