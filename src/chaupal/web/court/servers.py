"""What is limited of whole servers, as everybody reads it."""

from chaupal.http.call import Answer, Call
from chaupal.http.route import OPEN_PAGE, Nothing, Route, get
from chaupal.policy.measures import labels
from chaupal.policy.surface import Surface
from chaupal.reads.court import servers
from chaupal.web import pages
from chaupal.web.words import N_


async def show(call: Call[Nothing]) -> Answer:
    return await pages.render(
        call,
        "servers.html",
        found=await servers.limited(call.house.reads),
        done=labels("done"),
        federation=call.house.settings.federation,
        titled=N_("Limits of other servers"),
    )


ROUTES: tuple[Route, ...] = (get("/about/servers", show, Surface.RECORD, **OPEN_PAGE),)
