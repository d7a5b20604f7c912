"""Announcements on pages: the banner's button, a page of all that are told now, and the office's page where they are written."""

from typing import Any

import msgspec

from chaupal.governance.people import announcements as desk
from chaupal.governance.people.announcements import AnnouncementEdit, AnnouncementForm
from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, get, post, redirect
from chaupal.http.paging import Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Conflict, Invalid, Problem
from chaupal.policy.viewer import Surface
from chaupal.reads.people import announcements as reads
from chaupal.social.people import announcements
from chaupal.web import links, pages
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.square.sheet import to_local
from chaupal.web.words import N_

OFFERED = ("👍", "🙏", "❤️", "🎉")  # to whoever would be the first to react


class AnnouncementAsked(msgspec.Struct, kw_only=True):
    """One of them, and where to go then."""

    id: Number
    next: str = "/announcements"


class ReactionTyped(AnnouncementAsked, kw_only=True):
    """An emoji; `back`: take it back."""

    name: str = ""
    back: bool = False


class AnnouncementChanged(AnnouncementEdit, kw_only=True):
    """The office's form for one that is there."""

    id: Number


async def listed(call: Call[Nothing]) -> Answer:
    """All that are told now, those that one has dismissed too."""
    found = await reads.in_force(call.house.reads, call.viewer, dismissed=True)
    return await pages.render(call, "announcements.html", found=found, offered=OFFERED, titled=N_("Announcements"))


async def dismiss(call: Call[AnnouncementAsked]) -> Answer:
    await announcements.dismiss(call.house.square, call.viewer, call.args.id)
    return redirect(links.back(call.args.next))


async def react(call: Call[ReactionTyped]) -> Answer:
    act = announcements.unreact if call.args.back else announcements.react
    await act(call.house.square, call.viewer, call.args.id, call.args.name)
    return redirect(links.back(call.args.next))


async def office(call: Call[Any], problem: Problem | None = None) -> Answer:
    typed = typed_of(call, AnnouncementForm)
    found = await desk.listed(call.house.court, call.viewer)
    return await office_room.render(
        call, "office/announcements.html", N_("Announcements"), problem, found=found, typed=typed
    )


@or_again(office, Invalid)
async def write(call: Call[AnnouncementForm]) -> Answer:
    await desk.write(call.house.court, call.viewer, call.args)
    return redirect("/office/announcements")


async def edit(call: Call[AnnouncementAsked], problem: Problem | None = None) -> Answer:
    one = await desk.by_id(call.house.court, call.viewer, call.args.id)
    ends_at = "" if one.ends_at is None else to_local(one.ends_at)
    typed: AnnouncementEdit = (
        call.args
        if isinstance(call.args, AnnouncementEdit)
        else like(AnnouncementEdit, one, at=to_local(one.at), ends_at=ends_at, seen=one.updated_at)
    )
    if isinstance(problem, Conflict):  # what was typed stays; what it says now stands below, and may be written over
        typed = msgspec.structs.replace(typed, seen=one.updated_at)
    return await office_room.render(
        call, "office/announcement.html", N_("Change an announcement"), problem, one=one, typed=typed
    )


@or_again(edit, Invalid, Conflict)
async def change(call: Call[AnnouncementChanged]) -> Answer:
    """The same with other words."""
    await desk.change(call.house.court, call.viewer, call.args.id, call.args)
    return redirect("/office/announcements")


async def end(call: Call[AnnouncementAsked]) -> Answer:
    await desk.end(call.house.court, call.viewer, call.args.id)
    return redirect("/office/announcements")


ROUTES: tuple[Route, ...] = (
    get("/announcements", listed, Surface.NONE, **PAGE),
    post("/announcements/{id}/dismiss", dismiss, Surface.NONE, **PAGE),
    post("/announcements/{id}/react", react, Surface.NONE, **PAGE),
    office_room.page("/office/announcements", office, "announce"),
    office_room.form("/office/announcements", write, "announce"),
    office_room.page("/office/announcements/{id}", edit, "announce"),
    office_room.form("/office/announcements/{id}", change, "announce"),
    office_room.form("/office/announcements/{id}/end", end, "announce"),
)
