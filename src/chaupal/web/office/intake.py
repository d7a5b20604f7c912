"""Taking an order in from a letter: its law follows from the authority, what it names is shown beside it, unknown lines are confirmed."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.orders import authorities, intake, orders, replacing
from chaupal.governance.orders.authorities import Authority
from chaupal.governance.orders.documents import Bringer
from chaupal.governance.orders.intake import Checked
from chaupal.governance.orders.order_forms import ROLE, Filer, OrderForm
from chaupal.governance.orders.replacing import SentBack
from chaupal.governance.orders.resolving import LineFault, Resolved
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.errors import Conflict, Invalid, NotFound, Problem, coded
from chaupal.web import pages
from chaupal.web.court import courtly, filing
from chaupal.web.court.filing import Draft, Intake
from chaupal.web.office import room as office_room
from chaupal.web.words import N_, by_field, words

TITLE = N_("Take an order in")


class IntakeAsked(msgspec.Struct, kw_only=True):
    """Whose order it is and under which law: that decides what the form asks for. `replaces`: of which it is the mended version."""

    authority: Number | None = None
    regime: str = ""
    replaces: str = ""


class TargetLines(msgspec.Struct, kw_only=True):
    """Lines as they are typed, to be looked at beside the form."""

    targets: Annotated[str, Meta(max_length=200_000)] = ""


async def show(call: Call[IntakeAsked]) -> Answer:
    known, before = await _agreed_authorities(call), await _before(call, call.args.replaces)
    if before is not None:
        return await _page(call, Draft(typed=before.form, before=before), known)
    chosen = next((one for one in known if one.id == call.args.authority), known[0] if len(known) == 1 else None)
    typed = OrderForm() if chosen is None else await _begun(call, chosen, call.args.regime)
    return await _page(call, Draft(typed=typed), known)


async def take_in(call: Call[Intake]) -> Answer:
    """Look at the form, or file it. A list of targets is always looked at first, and nothing typed is lost."""
    args, known = call.args, await _agreed_authorities(call)
    issuer = next((one for one in known if one.id == args.authority), None)
    draft = Draft(typed=filing.plain(args), again=args.again)
    try:
        draft.before = await _before(call, args.replaces)
        draft.brought = await filing.bring(call, Bringer(call.me), issuer, draft.before)
        draft.preview = await filing.listed(call, portal=False)
    except (Invalid, Conflict, NotFound) as problem:
        return await _filed_twice(call, problem) or await _page(call, draft, known, problem)
    if args.act == "law" and issuer is not None:
        draft.typed = _under(call, draft.typed, issuer, args.regime)
        return await _page(call, draft, known)
    if draft.preview is not None:
        draft.typed = filing.with_list(draft.typed, draft.preview)
    draft.checked = await intake.check(call.house.court, draft.typed, draft.brought, filed_by_authority=False)
    draft.named = await filing.named_things(call, draft.checked)
    draft.unsure = _unsure(draft.typed, draft.checked)
    if args.act == "look_up" and await filing.look_up(call, draft.checked):
        draft.checked = await intake.check(call.house.court, draft.typed, draft.brought, filed_by_authority=False)
        draft.named = await filing.named_things(call, draft.checked)
        draft.unsure = _unsure(draft.typed, draft.checked)
    if args.act not in ("file", "confirm") or draft.preview is not None:
        return await _page(call, draft, known)
    if args.act == "confirm" and {one.line for one in draft.unsure} <= set(args.confirmed.splitlines()):
        draft.typed = msgspec.structs.replace(draft.typed, record_all=True)
    try:
        ref = await orders.receive(call.house.court, call.viewer, draft.typed, draft.brought)
    except (Invalid, Conflict) as wrong:
        told = _besides(wrong) if draft.unsure else wrong
        return await _filed_twice(call, wrong) or await _page(call, draft, known, told)
    return redirect(f"/office/orders/{ref}")


async def _filed_twice(call: Call[Any], problem: Problem) -> Answer | None:
    """Of a form that was sent twice the second one leads to the order that was filed."""
    ref = await orders.just_filed(call.house.court, Filer(call.me), problem)
    return redirect(f"/office/orders/{ref}") if ref else None


async def _before(call: Call[Any], ref: str) -> SentBack | None:
    """The order, sent back, of which the form is the mended version."""
    return await replacing.to_take_in(call.house.court, call.viewer, ref) if ref else None


async def preview(call: Call[TargetLines]) -> Answer:
    """What lines name, as a piece of the page: for a script that asks while they are typed. Nothing is filed or written down."""
    form = intake.split_demands(OrderForm(targets=call.args.targets), filing.spoken())
    checked = await intake.check(call.house.court, form, [], filed_by_authority=False)
    draft = Draft(typed=form, checked=checked, named=await filing.named_things(call, checked))
    named = {**courtly.names(call), **filing.names(call, draft, [], portal=False)}
    return await pages.render(call, "filing/named.html", **named)


def _besides(problem: Problem) -> Problem | None:
    """What is wrong beside the lines that name nothing: those are rows to be looked at once more, and no fault of the form."""
    known = coded(problem)
    rest = {field: found for field, found in known.wrong.items() if field != "targets"}
    return known.about(rest) if rest or not isinstance(problem, Invalid) else None


def _unsure(typed: OrderForm, checked: Checked) -> list[Resolved]:
    """Lines that name nothing here or cannot be read, and of which nobody has said yet that they are to be recorded so."""
    if typed.record_all:
        return []
    fine = (LineFault.NOTHING, LineFault.NOT_FOUND) if typed.record_unknown else (LineFault.NOTHING,)
    return [one for one in checked.targets if one.wrong not in fine]


async def _agreed_authorities(call: Call[Any]) -> list[Authority]:
    """Authorities from which an order can be taken: two people know them."""
    return [one for one in await authorities.every(call.house.court, call.viewer) if one.agreed_by is not None]


async def _begun(call: Call[Any], issuer: Authority, regime: str) -> OrderForm:
    """The form with what follows from the authority: its law, and what its last letter under that law said of the office."""
    law, last = await intake.usual(call.house.court, issuer)
    usual = law.id if law else ""
    typed = _under(call, OrderForm(authority=issuer.id), issuer, regime or usual)
    typed = typed if typed.regime else _under(call, typed, issuer, usual)
    if last is None or law is None or typed.regime != law.id:
        return typed
    rank = law.rank_of(last.officer_rank)
    return msgspec.structs.replace(
        typed,
        role=last.particulars.get(ROLE, ""),
        officer_rank=rank.en if rank else last.officer_rank,
        channel=last.channel,
        legal_basis=last.legal_basis,
    )


def _under(call: Call[Any], typed: OrderForm, issuer: Authority, regime_id: str) -> OrderForm:
    """The form under a law of the authority's country, with what that law says itself."""
    regime = next((one for one in intake.open_to(call.house.court, issuer) if one.id == regime_id), None)
    if regime is None:
        return msgspec.structs.replace(typed, regime="")
    law, territory = f"{regime.title.en} / {regime.title.hi}"[:300], " ".join(regime.territory_for(issuer.jurisdiction))
    return msgspec.structs.replace(typed, regime=regime.id, legal_basis=law, territory=territory, role="", bases=())


async def _page(call: Call[Any], draft: Draft, known: list[Authority], problem: Problem | None = None) -> Answer:
    tr = words(call.viewer.language).gettext
    if problem is not None:
        draft.errors = by_field(problem, call.viewer.language)
    issuer = next((one for one in known if one.id == draft.typed.authority), None)
    regimes = [] if issuer is None else intake.open_to(call.house.court, issuer)
    told = {
        "title": tr(TITLE),
        "stopped": courtly.stopped(call, problem) if problem else "",
        "known": known,
        "issuer": issuer,
        "elsewhere": filing.elsewhere(call, draft.checked),
    }
    named = {**courtly.names(call), **filing.names(call, draft, regimes, portal=False)}
    return await pages.render(call, "office/intake.html", problem.status if problem else 200, **told, **named)


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/orders/new", show, "receive_order"),
    office_room.form("/office/orders/look", preview, "receive_order", body=600_000),
    office_room.form("/office/orders", take_in, "receive_order", body=filing.MOST_BYTES),
)
