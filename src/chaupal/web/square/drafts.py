"""Drafts as pages: the list, the button that keeps what was typed, and the address to which a script saves by itself."""

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, json, post, redirect
from chaupal.http.paging import Number
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import drafts_and_scheduled
from chaupal.social.posts import drafts_and_scheduled as drafts
from chaupal.web import links, pages
from chaupal.web.pages import or_again
from chaupal.web.square import writing
from chaupal.web.square.sheet import SLOTS, PostTyped, unsaid_of
from chaupal.web.words import N_


class DraftDeletion(msgspec.Struct, kw_only=True):
    """A draft that goes, and where to go then."""

    id: Number
    next: str = "/drafts"


async def listed(call: Call[Nothing]) -> Answer:
    """One's drafts, the one saved last first."""
    found = await drafts_and_scheduled.all_drafts(call.house.reads, call.viewer)
    return await pages.render(call, "writing/drafts.html", drafts=found, titled=N_("Drafts"))


@or_again(writing.again, Invalid)
async def keep(call: Call[PostTyped]) -> Answer:
    """The form for a post, kept instead of said; shown again where it cannot be."""
    await writing.attach(call, call.args)
    id_ = await _keep(call, call.args.kept)
    return redirect(f"/drafts#d{id_}")


async def autosave(call: Call[PostTyped]) -> Answer:
    """The same for a script: which draft it is, to be sent along the next time, and when it was saved."""
    id_ = await _keep(call, call.args.kept[: len(SLOTS)])
    return json({"id": str(id_), "updated_at": iso(call.house.reads.clock())})


async def drop(call: Call[DraftDeletion]) -> Answer:
    await drafts.drop(call.house.square, call.viewer, call.args.id)
    return redirect(links.back(call.args.next))


async def _keep(call: Call[PostTyped], ids: list[int]) -> int:
    square, viewer, typed = call.house.square, call.viewer, call.args
    body = unsaid_of(typed, ids)
    try:
        return await drafts.keep(square, viewer, body, typed.draft)
    except NotFound:  # posted or thrown away in another window: what is typed here is not lost with it
        return await drafts.keep(square, viewer, body)


ROUTES: tuple[Route, ...] = (
    get("/drafts", listed, Surface.OWN, shape=Shape.PAGE),
    post("/drafts", keep, Surface.OWN, shape=Shape.PAGE, body=writing.WHOLE_FORM),
    post("/drafts/autosave", autosave, Surface.OWN, shape=Shape.PAGE),
    post("/drafts/{id}/delete", drop, Surface.OWN, shape=Shape.PAGE, takes_back=True),
)
