"""The staff's pages: the queue, the authorities, taking orders in, and deciding about each of their targets in twos."""

from typing import Any

import msgspec

from chaupal.governance import authorities, decisions, orders
from chaupal.governance.authorities import AuthorityForm
from chaupal.governance.orders import OrderForm
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from chaupal.policy.surface import Surface
from chaupal.reads import dossier
from chaupal.web import courtly, pages
from chaupal.web.cards import Card, cards
from chaupal.web.register import From
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number
from chaupal.wire.route import Nothing, Route, Shape, get, post


class One(msgspec.Struct, kw_only=True):
    """An order by its reference; `first`: from which target on, `done`: the number of the one just decided."""

    ref: str
    first: From = 1
    done: Number | None = None


class Typed(msgspec.Struct, kw_only=True):
    """What is to be done about one target. `seen`: the case's number on the page that was decided on."""

    ref: str
    number: Number
    act: str
    outcome: str = ""
    reason: str = ""
    code: str = ""
    seen: Number | None = None
    first: From = 1


async def queue(call: Call[Nothing]) -> Answer:
    lines = await dossier.queue(call.house.reads, call.viewer)
    return await _render(call, "office/queue.html", N_("Staff office"), lines=lines)


# --- authorities ---


async def show_authorities(call: Call[Nothing]) -> Answer:
    return await _authorities(call, AuthorityForm(), None)


async def register_authority(call: Call[AuthorityForm]) -> Answer:
    try:
        await authorities.register(call.house.court, call.viewer, call.args)
    except (Invalid, Conflict) as problem:
        return await _authorities(call, call.args, problem)
    return redirect("/office/authorities")


async def _authorities(call: Call[Any], typed: AuthorityForm, problem: Problem | None) -> Answer:
    known = await authorities.every(call.house.court, call.viewer)
    return await _render(call, "office/authorities.html", N_("Authorities"), problem, typed=typed, known=known)


# --- orders ---


async def show_new_order(call: Call[Nothing]) -> Answer:
    return await _new_order(call, OrderForm(territory=call.house.settings.home_country), None)


async def receive_order(call: Call[OrderForm]) -> Answer:
    try:
        ref = await orders.receive(call.house.court, call.viewer, call.args)
    except Invalid as problem:
        return await _new_order(call, call.args, problem)
    return redirect(f"/office/orders/{ref}")


async def _new_order(call: Call[Any], typed: OrderForm, problem: Problem | None) -> Answer:
    known = await authorities.every(call.house.court, call.viewer)
    return await _render(call, "office/new_order.html", N_("Take an order in"), problem, typed=typed, known=known)


async def show_order(call: Call[One]) -> Answer:
    return await _order(call, call.args.ref, call.args.first, None, None)


async def act(call: Call[Typed]) -> Answer:
    """One move of one case. What cannot be done is said on the page, beside what was typed."""
    done = ACTS.get(call.args.act)
    if done is None:
        raise NotFound
    try:
        await done(call)
    except (Invalid, Conflict, NotAllowed) as problem:
        return await _order(call, call.args.ref, call.args.first, call.args, problem)
    args = call.args
    return redirect(f"/office/orders/{args.ref}?first={args.first}&done={args.number}#target-{args.number}")


async def _propose(call: Call[Typed]) -> None:
    args = call.args
    await decisions.propose(
        call.house.court, call.viewer, args.ref, args.number, outcome=args.outcome, reason=args.reason, code=args.code, seen=args.seen
    )  # fmt: skip


async def _approve(call: Call[Typed]) -> None:
    await decisions.approve(call.house.court, call.viewer, call.args.ref, call.args.number, seen=call.args.seen)


async def _return(call: Call[Typed]) -> None:
    args = call.args
    await decisions.return_(call.house.court, call.viewer, args.ref, args.number, reason=args.reason, seen=args.seen)


async def _lift(call: Call[Typed]) -> None:
    args = call.args
    await decisions.lift(call.house.court, call.viewer, args.ref, args.number, reason=args.reason, seen=args.seen)


ACTS = {"propose": _propose, "approve": _approve, "return": _return, "lift": _lift}


async def _order(call: Call[Any], ref: str, first: int, typed: Typed | None, problem: Problem | None) -> Answer:
    found = await dossier.dossier(call.house.reads, call.viewer, ref, first=first)
    shown = await cards(call, [file.post for file in found.files if file.post is not None])
    by_post: dict[int, Card] = {card.key: card for card in shown}
    return await _render(
        call, "office/order.html", ref, problem, dossier=found, cards=by_post, typed=typed, first=first,
        done=getattr(call.args, "done", None),
    )  # fmt: skip


async def _render(call: Call[Any], template: str, title: str, problem: Problem | None = None, **context: Any) -> Answer:
    tr = words(call.viewer.language).gettext
    told = {
        "title": tr(title), "errors": courtly.errors_of(call, problem) if problem else {},
        "stopped": courtly.stopped(call, problem) if problem else "",
    }  # fmt: skip
    status = problem.status if problem else 200
    return await pages.render(call, template, status, **told, **courtly.names(call), **context)


PAGE = {"shape": Shape.PAGE}
LARGE = 400_000  # bytes: an order may name two thousand addresses

ROUTES: tuple[Route, ...] = (
    get("/office", queue, Surface.OFFICE, may="see_office", **PAGE),
    get("/office/authorities", show_authorities, Surface.OFFICE, may="see_office", **PAGE),
    post("/office/authorities", register_authority, Surface.OFFICE, may="register_authority", takes=AuthorityForm, **PAGE),
    get("/office/orders/new", show_new_order, Surface.OFFICE, may="receive_order", **PAGE),
    post("/office/orders", receive_order, Surface.OFFICE, may="receive_order", takes=OrderForm, body=LARGE, **PAGE),
    get("/office/orders/{ref}", show_order, Surface.OFFICE, may="see_office", takes=One, **PAGE),
    post("/office/orders/{ref}/{number}/{act}", act, Surface.OFFICE, may="see_office", takes=Typed, **PAGE),
)  # fmt: skip
