"""Taking an order in from a letter: the fields of its law, its documents, its list of targets, and a look before it is filed."""

from typing import Any

import msgspec

from chaupal.governance.orders import authorities, intake, orders
from chaupal.governance.orders.authorities import Authority
from chaupal.governance.orders.documents import Bringer
from chaupal.governance.orders.orders import OrderForm
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem
from chaupal.policy.surface import Surface
from chaupal.web import pages
from chaupal.web.court import courtly, filing
from chaupal.web.court.filing import Draft, Intake
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, Shape, get, post

TITLE = N_("Take an order in")
CHANNELS_BY_HAND = ("letter", "signed_pdf", "email", "sahyog", "court_registry", "webform", "report")


class Begun(msgspec.Struct, kw_only=True):
    """Whose order it is and under which law: that decides what the form asks for."""

    authority: Number | None = None
    regime: str = ""


async def show(call: Call[Begun]) -> Answer:
    known = [one for one in await authorities.every(call.house.court, call.viewer) if one.agreed_by is not None]
    chosen = next((one for one in known if one.id == call.args.authority), None)
    typed = OrderForm(authority=call.args.authority, regime=call.args.regime)
    return await _page(call, Draft(typed=_begun(call, typed, chosen)), known)


async def take_in(call: Call[Intake]) -> Answer:
    """Look at the form, or file it. A list of targets is always looked at first, and nothing typed is lost."""
    args = call.args
    known = [one for one in await authorities.every(call.house.court, call.viewer) if one.agreed_by is not None]
    issuer = next((one for one in known if one.id == args.authority), None)
    draft = Draft(typed=filing.plain(args))
    try:
        draft.brought = await filing.bring(call, Bringer(call.me), issuer, args.kept)
        draft.preview = await filing.listed(call)
    except (Invalid, Conflict, NotFound) as problem:
        return await _page(call, draft, known, problem)
    if draft.preview is not None:
        draft.typed = filing.with_list(draft.typed, draft.preview)
    problem: Problem | None = None
    if args.act == "file" and draft.preview is None:
        try:
            return redirect(
                f"/office/orders/{await orders.receive(call.house.court, call.viewer, draft.typed, draft.brought)}"
            )
        except (Invalid, Conflict) as wrong:
            problem = wrong
    draft.checked = await intake.check(call.house.court, draft.typed, draft.brought, filed_by_authority=False)
    return await _page(call, draft, known, problem)


def _begun(call: Call[Any], typed: OrderForm, issuer: Authority | None) -> OrderForm:
    """The form with what its law and authority already say."""
    regimes = intake.regimes_for(call.house.court, issuer.jurisdiction if issuer else "", portal=False)
    regime = next((one for one in regimes if one.id == typed.regime), None)
    if issuer is None or regime is None:
        return typed
    law = f"{regime.title.en} / {regime.title.hi}"
    territory = " ".join(regime.territory_for(issuer.jurisdiction))
    return msgspec.structs.replace(typed, legal_basis=law[:300], territory=territory)


async def _page(call: Call[Any], draft: Draft, known: list[Authority], problem: Problem | None = None) -> Answer:
    tr = words(call.viewer.language).gettext
    if problem is not None:
        draft.errors = filing.errors_of(call, problem)
    issuer = next((one for one in known if one.id == draft.typed.authority), None)
    regimes = intake.regimes_for(call.house.court, issuer.jurisdiction if issuer else "", portal=False)
    told = {
        "title": tr(TITLE),
        "stopped": courtly.stopped(call, problem) if problem else "",
        "known": known,
        "issuer": issuer,
    }
    named = {**courtly.names(call), **filing.names(draft, regimes, portal=False)}
    return await pages.render(call, "office/intake.html", problem.status if problem else 200, **told, **named)


ROUTES: tuple[Route, ...] = (
    get("/office/orders/new", show, Surface.OFFICE, may="receive_order", takes=Begun, shape=Shape.PAGE),
    post(
        "/office/orders", take_in, Surface.OFFICE, may="receive_order", takes=Intake, body=filing.MOST_BYTES, shape=Shape.PAGE
    ),
)  # fmt: skip
