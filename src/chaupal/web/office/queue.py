"""The queue of the office: what waits, the next due first, filtered and taken up; what is to be looked at again soon; the templates
that reasons begin with.
"""

from collections import Counter
from typing import Any

import msgspec

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import assigning, notes, reviews
from chaupal.governance.cases.notes import TemplateForm
from chaupal.governance.orders import authorities
from chaupal.governance.people import report_desk, speakers
from chaupal.http.call import Answer, Call, Nothing, Route, redirect
from chaupal.http.paging import ById, Number
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import Invalid, Problem
from chaupal.reads.court import desk
from chaupal.reads.court.desk import DeskWish
from chaupal.social.people import accounts
from chaupal.web import links
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_

SHOWN = 100  # orders on one page; a filter finds the rest


class TargetsTaken(msgspec.Struct, kw_only=True):
    """Targets of an order (all where none is named) that somebody takes up: `me`, nobody (""), or a handle."""

    ref: str
    numbers: tuple[Number, ...] = ()
    to: Word = "me"
    next: str = "/office"


async def queue(call: Call[DeskWish]) -> Answer:
    found = await desk.queue(call.house.reads, call.viewer, call.args)
    laws = call.house.court.regimes.in_force(call.house.court.clock())
    return await office_room.render(
        call,
        "office/queue.html",
        N_("Staff office"),
        found=found[:SHOWN],
        more=len(found) > SHOWN,
        many=Counter(one.turn.mine for one in found),
        wish=call.args,
        lonely=not found and await desk.one_decides_alone(call.house.reads),
        asking=await accounts.how_many_wait(call.house.square, call.viewer),
        elsewhere=await _elsewhere(call),
        open_states=desk.OPEN,
        laws=sorted(laws, key=lambda one: one.id),
    )


async def _elsewhere(call: Call[Any]) -> list[tuple[str, str, int]]:
    """What waits for this viewer in rooms beside the queue: the room's address, its name, how much."""
    rooms = (
        ("/office/authorities", N_("Authorities"), authorities),
        ("/office/appeals", N_("Appeals"), appeals),
        ("/office/reports", N_("Reports"), report_desk),
        ("/office/speakers", N_("Protected speakers"), speakers),
    )
    found = [(at, name, await room.how_many_wait(call.house.court, call.viewer)) for at, name, room in rooms]
    return [one for one in found if one[2]]


async def assign(call: Call[TargetsTaken]) -> Answer:
    args = call.args
    await assigning.assign(call.house.court, call.viewer, args.ref, args.numbers, args.to)
    return redirect(links.back(args.next))


async def show_templates(call: Call[Any], problem: Problem | None = None) -> Answer:
    typed = typed_of(call, TemplateForm)
    known = await notes.templates(call.house.court, call.viewer)
    return await office_room.render(
        call, "office/templates.html", N_("Templates of reasons"), problem, typed=typed, known=known
    )


@or_again(show_templates, Invalid)
async def save_template(call: Call[TemplateForm]) -> Answer:
    await notes.save_template(call.house.court, call.viewer, call.args)
    return redirect("/office/templates")


async def drop_template(call: Call[ById]) -> Answer:
    await notes.drop_template(call.house.court, call.viewer, call.args.id)
    return redirect("/office/templates")


async def show(call: Call[Nothing]) -> Answer:
    found = await reviews.due(call.house.court, call.viewer)
    return await office_room.render(call, "office/reviews.html", N_("To look at again"), due=found)


ROUTES: tuple[Route, ...] = (
    office_room.page("/office", queue),
    office_room.form("/office/assign", assign, "write_notes"),
    office_room.page("/office/templates", show_templates),
    office_room.form("/office/templates", save_template, "write_notes"),
    office_room.form("/office/templates/{id}/drop", drop_template, "write_notes"),
    office_room.page("/office/reviews", show),
)
