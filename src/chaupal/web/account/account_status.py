"""How one's own account stands, for those who are suspended or frozen above all."""

from typing import Any

from chaupal.governance.appeals import notices
from chaupal.http.call import Answer, Call
from chaupal.http.route import Nothing, Route, Shape, get
from chaupal.policy.sentences import placeholders, ruling_texts
from chaupal.policy.surface import Surface
from chaupal.reads.people import account_status as standing
from chaupal.web import pages
from chaupal.web.court import disputes, disputewords
from chaupal.web.words import N_


async def show(call: Call[Nothing]) -> Answer:
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


OPEN: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}

ROUTES: tuple[Route, ...] = (get("/settings/standing", show, Surface.OWN, **OPEN),)
