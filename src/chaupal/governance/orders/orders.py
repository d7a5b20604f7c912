"""Orders: a demand is taken in with all that it must name, and each of its targets becomes a case."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from secrets import token_hex

import msgspec

from chaupal.governance.cases import clocks, guards
from chaupal.governance.cases.lifecycle import State, move
from chaupal.governance.context import CLOCK, Court
from chaupal.governance.events import OrderMoved, WordsNamed
from chaupal.governance.log import log, record
from chaupal.governance.orders import faces, order_forms, procedure, steps
from chaupal.governance.orders.documents import by_known_key, signer_of
from chaupal.governance.orders.order_forms import Filer, MatterForm, OrderForm
from chaupal.governance.orders.papers import AGAIN, Paper, check_may
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.regimes import Regime
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Conflict, Invalid, Problem, coded, or_not_found
from chaupal.policy.rulings import EVERYWHERE
from chaupal.policy.viewer import Viewer
from chaupal.store.court import authorities, case_events, docket, documents, ledger, offices, order_events, reports
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.documents import Document
from chaupal.store.court.order_events import OrderEvent, OrderEventBody
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading, Writing
from chaupal.text import hosts

OPAQUE = "X-"  # begins the reference of an order that is secret: it says nothing, and is not counted
STATE_FLAG = "state_flag"  # a state pointed to it
# How a matter of the house's own came to light.
SOURCES = ("staff", "user_report", "automated", STATE_FLAG, "trusted_flagger")
OWN = "RULES"  # the house's own matters are numbered under this, as a country's orders are under its code


async def receive(court: Court, viewer: Viewer, form: OrderForm, brought: Sequence[Document] = ()) -> str:
    """Take an order in for an authority; its public reference (`IN-2026-0001`). Raises NotAllowed, or as `file` does."""
    return await file(court, Filer(check_may(viewer, "receive_order")), form, brought)


async def file(court: Court, filer: Filer, form: OrderForm, brought: Sequence[Document] = ()) -> str:
    """File an order with the documents that were brought; its reference, also where the same was filed before by its
    `external_id`. Raises Invalid with every bad field, Conflict for what was filed before under another name.
    """
    paper = Paper()
    async with court.work.reading() as reading:
        issuer = await authorities.by_id(reading, form.authority or 0)
        replaced = await order_forms.replaced(reading, paper, form)
        if issuer is not None and (known := await _filed_as(reading, issuer, form.external_id, replaced, filer.staff)):
            return known
        regime = order_forms.law_of(court, paper, form)
        new = order_forms.read(court, paper, form, issuer, regime, filer, brought)
        confirmed = await order_forms.confirmed(reading, paper, form, new)
        if replaced is not None and (fault := await _bar_to_replacing(reading, replaced, new)):
            paper.complain("replaces", fault)
            replaced = None
        new = msgspec.structs.replace(
            new, confirms=confirmed.id if confirmed else None, replaces=replaced.id if replaced else None
        )
        kept = order_forms.recorded(form)
        named = await order_forms.read_targets(
            court, reading, paper, form.targets, form.demanded, new.id, unknown=kept, outside=filer.user is not None
        )
        if filer.staff != CLOCK:  # before anybody is told that this was filed already, and as what
            owners: list[int | None] = [target.owner_id for target in named]
            for one in await docket.versions_before(reading, new):
                owners += await docket.owners_of(reading, one.id)
            await guards.check_not_own(reading, filer.staff, owners)
        if "replaces" not in paper.wrong:  # else it would hear that it is the very order whose place it wants to take
            await _check_fresh(reading, new, named, brought)
    paper.check()
    if issuer is None or regime is None:
        raise Invalid("not_registered", field="authority")
    return await _enter(court, new, named, regime, brought, form.origin_note, confirmed=confirmed, replaced=replaced)


async def enter_own(court: Court, paper: Paper, form: MatterForm, by: int, regime: Regime) -> str:
    """Enter a matter of the house's own; its reference. Raises Invalid with what the paper holds against it.

    `flagged_by` is named wherever a state gave a hint (`source`), and nowhere else.
    """
    now = court.clock()
    if form.source not in SOURCES:
        paper.complain("source", "no_choice")
    new = Order(
        id=court.make_id(), ref="", authority_id=None, officer="", officer_rank="", reference_no="", legal_basis=regime.title.en,
        grounds=paper.reason("grounds", form.grounds), reasons="", dated=now, received_at=now,
        territory=tuple(form.territory.upper().replace(",", " ").split()) or (EVERYWHERE,), act_by=None, ends_at=None,
        received_by=by, log_index=0, regime=regime.id, regime_version=regime.version, kind=regime.kind, channel="house",
        signature="absent", origin="verified", source=form.source, rule=form.rule, report_id=form.report_id,
        flagged_by=form.flagged_by,
    )  # fmt: skip
    if not all(code == EVERYWHERE or known_country(code) for code in new.territory):
        paper.complain("territory", "no_countries")
    if new.territory != (EVERYWHERE,) and any(map(hosts.server_named, form.targets.splitlines())):
        paper.complain("territory", "server_everywhere")
    async with court.work.reading() as reading:
        flagger = await _flagger(reading, paper, new)
        named = await order_forms.read_targets(
            court, reading, paper, form.targets, (), new.id, unknown=frozenset(), own=True
        )
        await _check_report(reading, paper, new, named)
    paper.check()
    return await _enter(court, new, named, regime, (), "", flagger)


async def _check_report(reading: Reading, paper: Paper, new: Order, named: Sequence[Target]) -> None:
    """What is decided is told to be what became of the report: so it is about somebody whose thing the matter names."""
    if new.report_id is None:
        return
    report = await reports.report(reading, new.report_id)
    # A tag and a server are nobody's, and so would be a report that is not there.
    if report is None or report.state != reports.OPEN or report.account_id not in {target.owner_id for target in named}:
        paper.complain("report_id", "no_such_report")


async def _flagger(reading: Reading, paper: Paper, new: Order) -> Authority | None:
    """Whose hint the house follows: an office of the register, agreed to by two, for whoever is touched is told its name."""
    if new.source != STATE_FLAG:
        if new.flagged_by is not None:
            paper.complain("flagged_by", "hint_alone")
        return None
    found = None if new.flagged_by is None else await authorities.by_id(reading, new.flagged_by)
    if new.flagged_by is None:
        paper.complain("flagged_by", "blank")
    elif found is None or found.issuer_class == "person":
        paper.complain("flagged_by", "not_registered")
    elif found.agreed_by is None:
        paper.complain("flagged_by", "authority_unagreed")
    return found


async def _bar_to_replacing(reading: Reading, found: Order, new: Order) -> str:
    """The fault of taking its place; "" where it is of the same authority, was sent back, and is as secret: each tells of the other."""
    stands = steps.standing(await order_events.of_order(reading, found.id))
    if (found.authority_id, stands) != (new.authority_id, Stage.RETURNED):
        return "replaces_none"
    return "" if found.secret == new.secret else "replaces_secrecy"


async def _filed_as(reading: Reading, issuer: Authority, external_id: str, replaced: Order | None, by: int) -> str:
    """What was filed under this number of the sender's own; a mended version may have that of the order whose place it takes.

    Of a secret order that names something of whoever takes it in (`by`) they hear nothing, so another is filed.
    """
    known = await docket.filed_as(reading, issuer.id, external_id, await docket.kept_from(reading, issuer.id, by))
    return "" if replaced is not None and known == replaced.ref else known


async def _check_fresh(reading: Reading, new: Order, named: Sequence[Target], brought: Sequence[Document]) -> None:
    """The same letter about the same things is one order, however often it comes: but for secret ones, as of `_filed_as`."""
    hashes, besides = [one.sha256 for one in brought], {one.ref for one in await docket.versions_before(reading, new)}
    besides |= await docket.kept_from(reading, new.authority_id or 0, new.received_by)
    ref = await documents.filed_with(reading, hashes, new.authority_id or 0, besides) if hashes else ""
    ref = ref or await docket.filed_before(reading, new, named, besides)
    if ref:
        raise Conflict("order_filed_before", ref=ref)


async def just_filed(court: Court, filer: Filer, problem: Problem) -> str:
    """The reference of what the same person has filed a moment ago, where a form that came twice is refused for that; else nothing."""
    known = coded(problem)
    if known.code != "order_filed_before":
        return ""
    async with court.work.reading() as reading:
        found = await docket.order(reading, str(known.values["ref"]))
    mine = found is not None and (found.received_by, found.filed_by) == (filer.staff, filer.user)
    return found.ref if found is not None and mine and court.clock() < found.received_at + AGAIN else ""


async def next_number(w: Writing, issuer: Authority, at: int) -> str:
    """The reference of an order that becomes public at a time (ms): they are counted in that order, and no secret one is.

    The caller holds the log.
    """
    return await docket.next_ref(w, issuer.jurisdiction or OWN, datetime.fromtimestamp(at / 1000, UTC).year)


# --- one commit ---


async def _enter(
    court: Court,
    new: Order,
    named: list[Target],
    regime: Regime,
    brought: Sequence[Document],
    origin_note: str,
    flagger: Authority | None = None,
    confirmed: Order | None = None,
    replaced: Order | None = None,
) -> str:
    async with court.work.writing() as w:
        await ledger.hold(w)
        issuer = or_not_found(await authorities.by_id(w, new.authority_id))  # as it is known by now
        await _check_taker(w, new, named)
        if new.authority_id is not None:  # asked again under the log's hold: the same may just have been filed
            if known := await _filed_as(w, issuer, new.external_id, replaced, new.received_by):
                return known
            await _check_fresh(w, new, named, brought)
        sent_back = await order_events.of_order(w, replaced.id) if replaced else []
        if replaced is not None:  # nobody has mended it, or taken it back, meanwhile
            procedure.MACHINE.move(steps.standing(sent_back), procedure.REPLACE)
        ref = f"{OPAQUE}{token_hex(6).upper()}" if new.secret else await next_number(w, issuer, new.received_at)
        document = brought[0].sha256 if brought else None
        defects = dict.fromkeys(one.code for one in faces.of_order(regime, new, issuer, named))
        let_in = () if new.filed_by is None else (await offices.inviters(w, [new.filed_by]))[new.filed_by]
        signed = next((signer_of(one).key for one in brought if by_known_key(one)), "")
        written = record.order(
            court, new, named, issuer, regime, document, tuple(defects), flagger, confirmed, replaced, let_in, signed
        )
        index = await log.append(court, w, ref, written, **record.secrecy(new))
        entered = msgspec.structs.replace(new, ref=ref, log_index=index)
        await docket.add_order(w, entered, named)
        await case_events.add_events(w, _first_events(court, entered, named))
        await _attach(w, entered, brought)
        await _begin(court, w, entered, regime, origin_note)
        if replaced is not None:
            await steps.enter(court, w, replaced, sent_back, procedure.REPLACE, OrderEventBody(), CLOCK)
        verb, stage = _first(entered)
        w.tell(OrderMoved(order=ref, verb=verb, stage=stage), WordsNamed(order=ref, first=1))
    return ref


async def _check_taker(w: Writing, new: Order, named: Sequence[Target]) -> None:
    """Nobody takes in, or opens, what names something of their own. What an authority files comes by no hand of the staff's."""
    if new.received_by == CLOCK:
        return
    word = "sanction" if new.authority_id is None else "receive_order"
    guards.check_holds((await accounts.standings(w, [new.received_by])).get(new.received_by), word)
    await guards.check_not_own(w, new.received_by, [target.owner_id for target in named])


async def _attach(w: Writing, order: Order, brought: Sequence[Document]) -> None:
    by, kind = (order.received_by, "staff") if order.filed_by is None else (order.filed_by, "authority")
    if await documents.attach(w, [one.id for one in brought], order.id, by=by, by_kind=kind) < len(brought):
        raise Conflict("documents_elsewhere")


async def _begin(court: Court, w: Writing, order: Order, regime: Regime, origin_note: str) -> None:
    """The order's own first events, and its clocks."""
    events = list(_first_steps(court, order, " ".join(origin_note.split())[:300]))
    for event in events:
        await order_events.add_order_event(w, event)
    await clocks.start_of_order(w, order, regime)
    if order.filed_by is not None:  # who files here is told so at once
        await steps.enter(court, w, order, events, "acknowledge", OrderEventBody(), CLOCK)


def _first(order: Order) -> tuple[str, Stage]:
    """The verb by which it begins, and where it stands then. Whoever opens a matter of the house's own has looked at it."""
    verb = "open" if order.authority_id is None else "receive"
    return verb, procedure.MACHINE.move(Stage.NEW, verb).to


def _first_steps(court: Court, order: Order, origin_note: str) -> Iterator[OrderEvent]:
    """That it came, and how it was found genuine: one leaf says both."""
    first, stage = _first(order)
    said = [(first, OrderEventBody())] + (
        [("verify_origin", OrderEventBody(reason=origin_note))] if origin_note else []
    )
    for number, (verb, noted) in enumerate(said, 1):
        yield OrderEvent(
            id=court.make_id(),
            order_id=order.id,
            number=number,
            state=stage,
            verb=verb,
            by=order.received_by,
            at=order.received_at,
            body=noted,
            log_index=order.log_index,
        )


def _first_events(court: Court, new: Order, named: list[Target]) -> Iterator[CaseEvent]:
    for target in named:
        # Whoever asks learns nothing of what is not for everybody: such a thing stands as if it were not there, and so it does
        # in the log. The desk sees that it is, and can propose something about it (`guards._there`).
        missed = target.subject_id is None or (target.unseen and new.authority_id is not None)
        came_to = move(State.NEW, "miss" if missed else "receive").to
        yield CaseEvent(
            id=court.make_id(),
            target_id=target.id,
            number=1,
            state=came_to,
            by=new.received_by,
            at=new.received_at,
            body=CaseEventBody(),
            log_index=new.log_index,
        )
