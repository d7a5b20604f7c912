"""Orders on the authority portal: filed by form, with letters and lists; where each stands; letters, withdrawal, replies."""

from typing import Any

import msgspec

from chaupal.governance.context import CLOCK
from chaupal.governance.orders import filing as office, intake, orders, papers, statements
from chaupal.governance.orders.documents import Bringer
from chaupal.governance.orders.filing import AUTHORITY
from chaupal.governance.orders.order_forms import Filer, OrderForm
from chaupal.governance.orders.portal import Filing
from chaupal.http.call import Answer, Call, Route, get, post, redirect
from chaupal.http.paging import ByRef, Number
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem, or_not_found
from chaupal.policy.viewer import Surface
from chaupal.reads.court import filings
from chaupal.social.people import elsewhere
from chaupal.web.court import filing
from chaupal.web.court.filing import Draft, Intake
from chaupal.web.court.portal import DOOR, inside, render
from chaupal.web.pages import or_again
from chaupal.web.words import N_, by_field

STAGES = {
    "received": N_("received"),
    "acknowledged": N_("receipt acknowledged"),
    "in_review": N_("under review"),
    "returned": N_("returned: something is missing"),
    "clarifying": N_("the staff ask something"),
    "hearing": N_("a hearing is set"),
    "stayed": N_("stayed by a court"),
    "withdrawn": N_("withdrawn"),
    "set_aside": N_("set aside"),
    "closed": N_("closed"),
}
STEPS = {
    "receive": N_("It was received."), "acknowledge": N_("Its receipt was acknowledged."), "return_order": N_("It was returned."),
    "mend": N_("It was mended."), "replace": N_("Its mended version took its place."),
    "ask": N_("The staff ask:"), "answer": N_("The authority answered:"), "write": N_("A letter:"),
    "set_hearing": N_("A hearing was set."), "hold_hearing": N_("The hearing was held."),
    "verify_origin": N_("That it is genuine was verified."), "confirm": N_("It was confirmed."),
    "report_effect": N_("Its effect was reported."), "withdraw": N_("It was withdrawn."), "set_aside": N_("It was set aside."),
    "stay": N_("It was stayed."), "end_stay": N_("The stay ended."), "close": N_("It was closed."),
    "withdraw_some": N_("A part of it was withdrawn."), "set_aside_some": N_("A part of it was set aside."),
    "stay_some": N_("A part of it was stayed."), "end_stay_some": N_("The stay of a part of it ended."),
    "extend": N_("Its measures were extended."), "renew": N_("Its measures were renewed."), "amend": N_("Its measures were made less."),
}  # fmt: skip
OVER = ("withdrawn", "set_aside", "closed")
FILED_OVER = N_("File an order")


class OlderOrdersAsked(msgspec.Struct, kw_only=True):
    """Orders older than the one with this id."""

    below: Number = 2**63 - 1


class LawChosen(msgspec.Struct, kw_only=True):
    """The law under which an order is to be filed. `replaces`: the order, sent back, that is to be mended."""

    regime: str = ""
    replaces: str = ""


class OrderAct(msgspec.Struct, kw_only=True):
    """`act`: write or withdraw."""

    ref: str
    act: str
    text: str = ""


class PortalReply(msgspec.Struct, kw_only=True):
    """A reply to a public statement about an order."""

    ref: str
    slug: str
    text: str = ""


@inside
async def front(call: Call[OlderOrdersAsked], who: Filing) -> Answer:
    found = await filings.filed_by(call.house.reads, who.authority.id, call.args.below)
    more = found[filings.PAGE - 1].order.id if len(found) > filings.PAGE else None
    return await render(
        call, "portal/orders.html", N_("Your orders"), who=who, found=found[: filings.PAGE], more=more, stages=STAGES
    )


@inside
async def show_new(call: Call[LawChosen], who: Filing) -> Answer:
    regime = next((one for one in _regimes(call, who) if one.id == call.args.regime), None)
    before = await office.sent_back(call.house.court, who, call.args.replaces) if call.args.replaces else None
    if before is not None and call.args.regime in ("", before.form.regime):
        return await _form(call, who, Draft(typed=before.form, before=before), None)
    typed = before.form if before else OrderForm(officer=who.user.name, officer_rank=who.user.rank)
    typed = msgspec.structs.replace(typed, regime=call.args.regime)
    if regime is not None:
        law = f"{regime.title.en} / {regime.title.hi}"[:300]
        territory = " ".join(regime.territory_for(who.authority.jurisdiction))
        typed = msgspec.structs.replace(typed, legal_basis=law, territory=territory)
    return await _form(call, who, Draft(typed=typed, before=before), None)


@inside
async def file(call: Call[Intake], who: Filing) -> Answer:
    """Look at the form, or file it. A list of targets is always looked at first.

    Looking asks no other server, unless whoever fills it in says so; what is filed is asked for.
    """
    typed = msgspec.structs.replace(
        filing.plain(call.args), authority=who.authority.id, origin_note="", channel="authority_portal"
    )
    draft = Draft(typed=typed, again=call.args.again)
    try:
        draft.before = await office.sent_back(call.house.court, who, typed.replaces) if typed.replaces else None
        bringer = Bringer(who.user.id, AUTHORITY)
        draft.brought = await filing.bring(call, bringer, who.authority, draft.before)
        draft.preview = await filing.listed(call, portal=True)
    except (Invalid, Conflict, NotFound) as problem:
        return await _filed_twice(call, who, problem) or await _form(call, who, draft, problem)
    if draft.preview is not None:
        draft.typed = filing.with_list(typed, draft.preview)
    problem: Problem | None = None
    if call.args.act in ("file", "look_up") and draft.preview is None:
        asked = await intake.to_look_up(call.house.court, draft.typed)
        await elsewhere.look_up_all(call.house.square, asked[: filing.MOST_LOOKED_UP])
    if call.args.act == "file" and draft.preview is None:
        try:
            ref = await office.file(call.house.court, who, typed, draft.brought, "authority_portal")
            return redirect(f"/portal/orders/{ref}")
        except (Invalid, Conflict) as wrong:
            if (done := await _filed_twice(call, who, wrong)) is not None:
                return done
            problem = wrong
    draft.checked = await intake.check(call.house.court, draft.typed, draft.brought, filed_by_authority=True)
    return await _form(call, who, draft, problem)


async def _order(call: Call[Any], who: Filing, problem: Problem | None = None) -> Answer:
    """`about`: the form that the problem is of."""
    args, ref = call.args, call.args.ref
    about = f"statements/{args.slug}" if isinstance(args, PortalReply) else getattr(args, "act", "")
    found = await filings.whole(call.house.reads, who.authority.id, ref)
    told = await statements.about(call.house.court, ref)
    return await render(
        call,
        "portal/order.html",
        ref,
        problem,
        who,
        found=found,
        stages=STAGES,
        steps=STEPS,
        over=found.stage in OVER,
        about=about,
        typed=getattr(args, "text", ""),
        statements=told,
        measures=filing.MEASURES,
    )


@inside
async def show(call: Call[ByRef], who: Filing) -> Answer:
    return await _order(call, who)


@inside
@or_again(_order, Invalid, Conflict)
async def act(call: Call[OrderAct], who: Filing) -> Answer:
    args, court = call.args, call.house.court
    done = or_not_found({"write": office.write, "withdraw": office.withdraw}.get(args.act))
    await done(court, who, args.ref, args.text)
    return redirect(f"/portal/orders/{args.ref}")


@inside
@or_again(_order, Invalid)
async def reply(call: Call[PortalReply], who: Filing) -> Answer:
    """What the authority says to a statement about an order of its own; it becomes public at once, as it stands."""
    args, court = call.args, call.house.court
    await filings.whole(call.house.reads, who.authority.id, args.ref)
    if args.slug not in {one.slug for one in await statements.about(court, args.ref)}:
        raise NotFound
    paper = papers.Paper()
    text = paper.page("text", args.text)
    paper.check()
    await statements.reply(court, CLOCK, args.slug, who.authority, text)
    return redirect(f"/portal/orders/{args.ref}#statements")


async def _filed_twice(call: Call[Any], who: Filing, problem: Problem) -> Answer | None:
    """Of a form that was sent twice the second one leads to the order that was filed."""
    ref = await orders.just_filed(call.house.court, Filer(CLOCK, who.user.id), problem)
    return redirect(f"/portal/orders/{ref}") if ref else None


def _regimes(call: Call[Any], who: Filing) -> list[intake.Regime]:
    return intake.regimes_for(call.house.court, who.authority.jurisdiction, portal=True)


async def _form(call: Call[Any], who: Filing, draft: Draft, problem: Problem | None) -> Answer:
    if problem is not None:
        draft.errors = by_field(problem, call.viewer.language)
    named = filing.names(call, draft, _regimes(call, who), portal=True)
    unmet = filing.elsewhere(call, draft.checked)
    return await render(call, "portal/new_order.html", FILED_OVER, problem, who, elsewhere=unmet, **named)


ROUTES: tuple[Route, ...] = (
    get("/portal", front, Surface.NONE, **DOOR),
    get("/portal/orders/new", show_new, Surface.NONE, **DOOR),
    post("/portal/orders", file, Surface.NONE, body=filing.MOST_BYTES, limit=(60, 600), **DOOR),
    get("/portal/orders/{ref}", show, Surface.NONE, **DOOR),
    post("/portal/orders/{ref}/{act}", act, Surface.NONE, **DOOR),
    post("/portal/orders/{ref}/statements/{slug}", reply, Surface.NONE, **DOOR),
)
