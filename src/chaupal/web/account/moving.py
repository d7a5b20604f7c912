"""Moving to another account, here or on another server, page by page: whom one named, where one points, how far followers have come."""

import contextlib
from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, get, post, redirect
from chaupal.http.paging import ById
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem, coded
from chaupal.policy.viewer import Surface
from chaupal.social.people import moving
from chaupal.web import pages
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_, sentence

HERE = "/settings/moving"


class AliasTyped(msgspec.Struct, kw_only=True):
    """The handle of another account of one's own."""

    alias: str = ""


class MoveTyped(msgspec.Struct, kw_only=True):
    """Where to, and the password."""

    handle: str = ""
    password: str = ""


async def show(call: Call[Any], problem: Problem | None = None) -> Answer:
    errors: dict[str, str] = {}
    if problem is not None:
        field = next(iter(coded(problem).wrong), "form")
        alias = isinstance(call.args, AliasTyped) and field == "handle"
        errors = {"alias" if alias else field: sentence(problem, call.viewer.language)}
    return await pages.render(
        call,
        "settings/moving.html",
        problem.status if problem else 200,
        errors=errors,
        alias=typed_of(call, AliasTyped).alias,
        handle=typed_of(call, MoveTyped).handle,
        stand=await moving.stand(call.house.square, call.viewer),
        elsewhere=call.house.federation is not None,
        titled=N_("Move to another account"),
    )


@or_again(show, Invalid, Conflict)
async def name(call: Call[AliasTyped]) -> Answer:
    await _ask_there(call, call.args.alias)
    await moving.name(call.house.square, call.viewer, call.args.alias)
    return redirect(HERE)


async def unname(call: Call[ById]) -> Answer:
    await moving.unname(call.house.square, call.viewer, call.args.id)
    return redirect(HERE)


@or_again(show, Invalid, Conflict)
async def move(call: Call[MoveTyped]) -> Answer:
    await _ask_there(call, call.args.handle)
    await moving.move(call.house.square, call.viewer, call.args.handle, call.args.password)
    return redirect(HERE)


async def take_back(call: Call[Nothing]) -> Answer:
    await moving.take_back(call.house.square, call.viewer)
    return redirect(HERE)


async def _ask_there(call: Call[Any], handle: str) -> None:
    """Somebody of another server is as that server says now: whom they name there counts. What cannot be had is told by the form."""
    fed, name = call.house.federation, handle.strip().removeprefix("@")
    if fed is None or "@" not in name:
        return
    from chaupal.federation import finding  # brought in where other servers are talked to

    with contextlib.suppress(NotFound):
        await finding.person(fed, name, fresh=True)


ROUTES: tuple[Route, ...] = (
    get(HERE, show, Surface.OWN, **PAGE),
    post(HERE, move, Surface.OWN, limit=(10, 900), **PAGE),
    post(f"{HERE}/back", take_back, Surface.OWN, limit=(30, 3_600), **PAGE),
    post(f"{HERE}/aliases", name, Surface.OWN, limit=(30, 3_600), **PAGE),
    post(f"{HERE}/aliases/{{id}}/remove", unname, Surface.OWN, **PAGE),
)
