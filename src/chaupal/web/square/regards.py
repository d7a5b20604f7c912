"""Forms for what one keeps about others: a note, an endorsement, a follower sent away, a suggestion turned down."""

from typing import Any

import msgspec

from chaupal.policy.surface import Surface
from chaupal.social.people import regards
from chaupal.web import links
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, Shape, post


class NoteTyped(msgspec.Struct, kw_only=True):
    """A note about somebody; empty: none."""

    id: Number
    note: str = ""
    next: str = "/"


async def note(call: Call[NoteTyped]) -> Answer:
    await regards.note(call.house.square, call.viewer, call.args.id, call.args.note)
    return redirect(links.back(call.args.next))


PAGE: dict[str, Any] = {"shape": Shape.PAGE}

ROUTES: tuple[Route, ...] = (post("/people/{id}/note", note, Surface.PROFILE, takes=NoteTyped, **PAGE),)
