"""What is in force and is to be looked at again soon, the soonest first; each leads to its case, where it is kept or lifted."""

from chaupal.governance.cases import reviews
from chaupal.http.call import Answer, Call
from chaupal.http.route import Nothing, Route, get
from chaupal.policy.surface import Surface
from chaupal.web.office import room as office_room
from chaupal.web.office.room import PAGE
from chaupal.web.words import N_


async def show(call: Call[Nothing]) -> Answer:
    found = await reviews.due(call.house.court, call.viewer)
    return await office_room.render(call, "office/reviews.html", N_("To look at again"), due=found)


ROUTES: tuple[Route, ...] = (get("/office/reviews", show, Surface.OFFICE, **PAGE),)
