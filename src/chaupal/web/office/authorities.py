"""The register of authorities for staff: who may order, how each is known, and which of its people come in to the portal."""

from functools import partial
from typing import Any

import msgspec

from chaupal.governance.orders import authorities, portal
from chaupal.governance.orders.authorities import CLASSES, Authority, AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import ById, Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem, or_not_found
from chaupal.policy.surface import Surface
from chaupal.web.court import courtly
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


async def show(call: Call[Any], typed: AuthorityForm | None = None, problem: Problem | None = None) -> Answer:
    typed = typed or AuthorityForm()
    known = await authorities.every(call.house.court, call.viewer)
    return await courtly.render(
        call, "office/authorities.html", N_("Authorities"), problem, typed=typed, known=known, **FORM
    )


async def register(call: Call[AuthorityForm]) -> Answer:
    try:
        added = await authorities.register(call.house.court, call.viewer, call.args)
    except (Invalid, Conflict) as problem:
        return await show(call, call.args, problem)
    return redirect(f"/office/authorities/{added.id}")


async def show_one(call: Call[ById]) -> Answer:
    found = await authorities.by_id(call.house.court, call.viewer, call.args.id)
    return await _authority_page(call, found, _form(found), InviteForm(), None)


async def change(call: Call[AuthorityChanged]) -> Answer:
    found = await authorities.by_id(call.house.court, call.viewer, call.args.id)
    try:
        await authorities.change(call.house.court, call.viewer, call.args.id, call.args)
    except (Invalid, Conflict) as problem:
        return await _authority_page(call, found, call.args, InviteForm(), problem)
    return redirect(f"/office/authorities/{found.id}")


async def agree(call: Call[AuthorityAgreed]) -> Answer:
    return await _settle(call, partial(authorities.agree, seen=call.args.seen))


async def drop(call: Call[ById]) -> Answer:
    return await _settle(call, authorities.drop)


async def _settle(call: Call[Any], act: Any) -> Answer:
    found = await authorities.by_id(call.house.court, call.viewer, call.args.id)
    try:
        await act(call.house.court, call.viewer, found.id)
    except (Conflict, NotAllowed) as problem:
        return await _authority_page(call, found, _form(found), InviteForm(), problem)
    return redirect("/office/authorities" if act is authorities.drop else f"/office/authorities/{found.id}")


async def invite(call: Call[InviteTyped]) -> Answer:
    found = await authorities.by_id(call.house.court, call.viewer, call.args.id)
    try:
        await portal.invite(call.house.court, call.viewer, found.id, call.args)
    except (Invalid, Conflict) as problem:
        return await _authority_page(call, found, _form(found), call.args, problem)
    return redirect(f"/office/authorities/{found.id}#people")


async def person(call: Call[AuthorityPersonAct]) -> Answer:
    act = or_not_found({"again": portal.invite_again, "end": portal.end_user}.get(call.args.act))
    await act(call.house.court, call.viewer, call.args.user_id)
    return redirect(f"/office/authorities/{call.args.id}#people")


def _form(authority: Authority) -> AuthorityForm:
    return like(AuthorityForm, authority, keys="\n".join(authority.keys))


async def _authority_page(
    call: Call[Any], authority: Authority, typed: AuthorityForm, invited: InviteForm, problem: Problem | None
) -> Answer:
    people = await portal.users_of(call.house.court, call.viewer, authority.id)
    proposed = await authorities.proposed_of(call.house.court, call.viewer, authority.id)
    title = courtly.called(authority, call.viewer.language)
    return await courtly.render(
        call,
        "office/authority.html",
        title,
        problem,
        one=authority,
        typed=typed,
        invited=invited,
        people=people,
        proposed=proposed,
        **FORM,
    )


ROUTES: tuple[Route, ...] = (
    get("/office/authorities", show, Surface.OFFICE, may="see_office", **PAGE),
    post("/office/authorities", register, Surface.OFFICE, may="register_authority", **PAGE),
    get("/office/authorities/{id}", show_one, Surface.OFFICE, may="see_office", **PAGE),
    post("/office/authorities/{id}", change, Surface.OFFICE, may="register_authority", **PAGE),
    post("/office/authorities/{id}/agree", agree, Surface.OFFICE, may="agree_authority", **PAGE),
    post("/office/authorities/{id}/drop", drop, Surface.OFFICE, may="see_office", **PAGE),
    post("/office/authorities/{id}/people", invite, Surface.OFFICE, may="register_authority", **PAGE),
    post("/office/authorities/{id}/people/{user_id}/{act}", person, Surface.OFFICE, may="register_authority", **PAGE),
)
