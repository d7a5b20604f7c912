"""The public register: every order that came, what was done about it and why, and where the log says so."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from chaupal.governance.log import cosigned as log_cosigned
from chaupal.governance.orders import statements
from chaupal.policy.surface import Surface
from chaupal.reads.court import record
from chaupal.web import pages
from chaupal.web.court import courtly, ordertale
from chaupal.web.court.statements import in_language
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Paged
from chaupal.wire.route import Route, Shape, get

type From = Annotated[int, Meta(ge=1, le=1_000_000)]


class One(msgspec.Struct, kw_only=True):
    """An order by its public reference; `first`: from which target on."""

    ref: str
    first: From = 1


async def register(call: Call[Paged]) -> Answer:
    page = await record.register(call.house.reads, call.args.cursor())
    title = words(call.viewer.language).gettext(N_("Register of orders"))
    return await pages.render(call, "register/orders.html", found=page, title=title, **courtly.names(call))


async def order(call: Call[One]) -> Answer:
    story = await record.story(call.house.reads, call.viewer, call.args.ref, first=call.args.first)
    own = courtly.own(call, story.order)
    title = words(call.viewer.language).gettext(N_("Order %s") if own is None else N_("Matter %s")) % story.order.ref
    said = await statements.about(call.house.court, story.order.ref)
    spoken = partial(in_language, language=call.viewer.language)
    return await pages.render(
        call,
        "register/order.html",
        story=story,
        own=own,
        tale=partial(ordertale.sentence, words=words(call.viewer.language)),
        statements=said,
        spoken=spoken,
        title=title,
        standing=await log_cosigned.standing(call.house.court),
        **courtly.names(call),
    )


ROUTES: tuple[Route, ...] = (
    get("/orders", register, Surface.RECORD, shape=Shape.PAGE, public=True, takes=Paged),
    get("/orders/{ref}", order, Surface.RECORD, shape=Shape.PAGE, public=True, takes=One),
)
