"""Steps of an order as a whole: acknowledged, checked, returned, asked about, heard, withdrawn, stayed, set aside.

Whatever ends or halts an order does so for all its targets in the same commit, as quickly as it was enforced.
"""

import msgspec

from chaupal.governance import cases, clocks, effects, lifecycle, log, procedure, record, stages
from chaupal.governance.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.events import OrderMoved
from chaupal.governance.papers import Paper, check_may
from chaupal.governance.procedure import Stage
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store import docket, knowing, ledger
from chaupal.store.docket import Noted, Order, OrderEvent, Said
from chaupal.store.work import Reading, Writing

MOVED = "This order has moved meanwhile; please look at it again"
# What stops a clock. A question or a hearing stops none.
STOPS = {"acknowledge": ("acknowledge",), "confirm": ("confirm_interim",), "return_order": ("acknowledge", "act")}


class StepForm(msgspec.Struct, kw_only=True):
    """A step as staff note it. `reason` may become public; `text` (a letter, minutes) stays with the staff.

    `codes`: grounds for returning. `body`: which court or committee. `until`: the day of a hearing. `document`: its id.
    """

    verb: str
    reason: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    body: str = ""
    until: str = ""
    document: int | None = None


async def take(court: Court, viewer: Viewer, ref: str, form: StepForm, *, seen: int | None = None) -> Stage:
    """Take one step. `seen`: the number of the last event on the page. The stage that the order came to.

    Raises NotAllowed, NotFound, Invalid by field, Conflict for an order that stands elsewhere.
    """
    async with court.work.writing() as w:
        await ledger.hold(w)  # nothing is decided under it meanwhile
        order = await knowing.order_for(w, viewer, ref)
        if order is None:
            raise NotFound
        events = (await docket.order_events_of(w, [order.id]))[order.id]
        if seen is not None and events and seen != events[-1].number:
            raise Conflict(MOVED)
        me = check_may(viewer, procedure.MACHINE.may(form.verb))
        move = procedure.MACHINE.move(standing(events), form.verb)
        await cases.check_step(court, w, order, move, me)
        noted = _read(form, move.needs)
        await enter(court, w, order, events, form.verb, noted, me)
    return move.to


async def enter(
    court: Court, w: Writing, order: Order, events: list[OrderEvent], verb: str, noted: Noted, by: int
) -> int:
    """Enter a step with its leaf, and carry it through to the cases. The leaf's index. Raises Conflict."""
    move = procedure.MACHINE.move(standing(events), verb)
    if verb in stages.LEFT_OPEN:
        found = (await docket.standing(w, [order.id])).get(order.id, {})
        stages.check_over(verb, (lifecycle.State(state) for state, _ in found))
    written = record.step(court, procedure.LOGGED[verb], noted, by)
    leaf, _ = await log.append(court, w, "step", order.ref, written, prev=order.log_index, **record.secrecy(order))
    event = OrderEvent(
        id=court.make_id(), order_id=order.id, number=len(events) + 1, state=move.to, verb=verb, by=by, at=court.clock(),
        body=noted, log_index=leaf,
    )  # fmt: skip
    if not await docket.add_order_event(w, event):
        raise Conflict(MOVED)
    if verb == "verify_origin":
        await docket.verify_origin(w, order.id)
    await _stop_clocks(court, w, order, verb, move.to)
    if verb in procedure.CARRIED:
        await _carry(court, w, order, procedure.CARRIED[verb], noted, by)
    w.tell(OrderMoved(order=order.ref, verb=verb, stage=move.to))
    return leaf


def standing(events: list[OrderEvent]) -> Stage:
    """Where an order stands."""
    return procedure.standing(event.state for event in events)


async def events_of(reading: Reading, order: Order) -> list[OrderEvent]:
    """What happened to an order, in order."""
    return (await docket.order_events_of(reading, [order.id]))[order.id]


def _read(form: StepForm, needs: tuple[str, ...]) -> Noted:
    paper = Paper()
    noted = Noted(
        reason=paper.reason("reason", form.reason) if "reason" in needs else paper.page("reason", form.reason, needed=False),
        text=paper.page("text", form.text, needed="text" in needs), codes=form.codes,
        body=paper.line("body", form.body, needed="body" in needs), document=form.document,
        until=paper.moment("until", form.until, needed="until" in needs),
    )  # fmt: skip
    if "codes" in needs and not form.codes:
        paper.complain("codes", "say what is missing")
    paper.check()
    return noted


async def _stop_clocks(court: Court, w: Writing, order: Order, verb: str, to: Stage) -> None:
    if to in procedure.OVER:
        await clocks.stop_all(w, clocks.ORDER, order.id, court.clock())
    for kind in STOPS.get(verb, ()):
        await clocks.stop(w, clocks.ORDER, order.id, kind, court.clock())


async def _carry(court: Court, w: Writing, order: Order, verb: str, noted: Noted, by: int) -> None:
    """Move every case of the order that can be moved, and end what it has in force."""
    for case in await cases.cases_of(court, w, order):
        if verb in case.verbs:
            await _carry_one(court, w, case, verb, noted, by)


HOW = {"withdraw": "withdrawn", "set_aside": "set_aside", "stay": "stayed"}


async def _carry_one(court: Court, w: Writing, case: Case, verb: str, noted: Noted, by: int) -> None:
    taken = cases.follow(case, verb, by)
    if case.state in lifecycle.IN_FORCE:
        leaf = await effects.end_all(court, w, case, how=HOW[verb], by=by, reason=noted.reason)
    else:
        before = case.events[-1].log_index
        over = {"outcome": HOW[verb]} if verb in ("withdraw", "set_aside") else {}
        written = await record.decision(court, w, case, "closed" if over else "dropped", by, follows=before, **over)
        leaf, _ = await log.append(court, w, "decision", case.order.ref, written, prev=before, **record.under(case))
    await cases.enter(court, w, case, taken, Said(reason=noted.reason), leaf)
