"""The register of authorities for staff: who may order, how each is known, and which of its people come in to the portal."""

from typing import Any

import msgspec

from chaupal.governance.orders import authorities, portal
from chaupal.governance.orders.authorities import CLASSES, AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import ById, Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem, or_not_found
from chaupal.web.court import courtly
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_

CLASS_NAMES = {"court": N_("court"), "government": N_("government"), "police": N_("police"), "other": N_("other")}
# What each form here is made of and said by.
FORM: dict[str, Any] = {"classes": CLASSES, "class_names": CLASS_NAMES}


class AuthorityChanged(AuthorityForm, kw_only=True):
    id: Number


class InviteTyped(InviteForm, kw_only=True):
    id: Number


class AuthorityAgreed(msgspec.Struct, kw_only=True):
    """`seen`: the log's entry of the proposal that stood on the page."""

    id: Number
    seen: Number | None = None


class AuthorityPersonAct(msgspec.Struct, kw_only=True):
    """One of an authority's people; `act`: again or end."""

    id: Number
    user_id: Number
    act: str


async def show(call: Call[Any], problem: Problem | None = None) -> Answer:
    typed = typed_of(call, AuthorityForm)
    known = await authorities.every(call.house.court, call.viewer)
    return await courtly.render(
        call, "office/authorities.html", N_("Authorities"), problem, typed=typed, known=known, **FORM
    )


@or_again(show, Invalid, Conflict)
async def register(call: Call[AuthorityForm]) -> Answer:
    added = await authorities.register(call.house.court, call.viewer, call.args)
    return redirect(f"/office/authorities/{added.id}")


async def show_one(call: Call[ById], problem: Problem | None = None) -> Answer:
    court, viewer, args = call.house.court, call.viewer, call.args
    one = await authorities.by_id(court, viewer, args.id)
    as_it_is = like(AuthorityForm, one, keys="\n".join(one.keys))
    return await courtly.render(
        call,
        "office/authority.html",
        courtly.called(one, viewer.language),
        problem,
        one=one,
        typed=args if isinstance(args, AuthorityChanged) else as_it_is,
        invited=typed_of(call, InviteForm),
        people=await portal.users_of(court, viewer, one.id),
        proposed=await authorities.proposed_of(court, viewer, one.id),
        **FORM,
    )


@or_again(show_one, Invalid, Conflict)
async def change(call: Call[AuthorityChanged]) -> Answer:
    await authorities.change(call.house.court, call.viewer, call.args.id, call.args)
    return redirect(f"/office/authorities/{call.args.id}")


@or_again(show_one, Conflict, NotAllowed)
async def agree(call: Call[AuthorityAgreed]) -> Answer:
    await authorities.agree(call.house.court, call.viewer, call.args.id, call.args.seen)
    return redirect(f"/office/authorities/{call.args.id}")


@or_again(show_one, Conflict, NotAllowed)
async def drop(call: Call[ById]) -> Answer:
    await authorities.drop(call.house.court, call.viewer, call.args.id)
    return redirect("/office/authorities")


@or_again(show_one, Invalid, Conflict)
async def invite(call: Call[InviteTyped]) -> Answer:
    await portal.invite(call.house.court, call.viewer, call.args.id, call.args)
    return redirect(f"/office/authorities/{call.args.id}#people")


async def person(call: Call[AuthorityPersonAct]) -> Answer:
    act = or_not_found({"again": portal.invite_again, "end": portal.end_user}.get(call.args.act))
    await act(call.house.court, call.viewer, call.args.user_id)
    return redirect(f"/office/authorities/{call.args.id}#people")


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/authorities", show),
    office_room.form("/office/authorities", register, "register_authority"),
    office_room.page("/office/authorities/{id}", show_one),
    office_room.form("/office/authorities/{id}", change, "register_authority"),
    office_room.form("/office/authorities/{id}/agree", agree, "agree_authority"),
    office_room.form("/office/authorities/{id}/drop", drop, "see_office"),
    office_room.form("/office/authorities/{id}/people", invite, "register_authority"),
    office_room.form("/office/authorities/{id}/people/{user_id}/{act}", person, "register_authority"),
)
