"""Steps of an order as a whole, or of some of what it names: acknowledged, checked, heard, withdrawn, stayed, set aside, confirmed.

Whatever ends or halts an order does so in the same commit, as quickly as it was enforced; what a stay halted goes on after it.
"""

from collections.abc import Sequence

import msgspec

from chaupal.governance.cases import cases, clocks, effects, guards, ladder, lifecycle
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.context import Court
from chaupal.governance.events import OrderMoved
from chaupal.governance.log import log, record
from chaupal.governance.orders import confirming, procedure
from chaupal.governance.orders.papers import Paper, check_may, check_not_again
from chaupal.governance.orders.procedure import Stage
from chaupal.kernel.errors import Conflict, Invalid, or_not_found
from chaupal.policy.viewer import STAFF, Viewer
from chaupal.store.court import docket, knowing, ledger, order_events, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.court.docket import Order
from chaupal.store.court.order_events import OrderEvent, OrderEventBody
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Writing

MOVED = "order_moved"
BY_TWO = "step_by_two"
BY_VERSION = "step_by_version"
# What stops a clock. A question or a hearing stops none; what is checked is not acknowledged any more (as an audit sees it, too).
STOPS = {
    "acknowledge": ("acknowledge",),
    "check": ("acknowledge",),
    "confirm": ("confirm_interim",),
    "return_order": ("acknowledge", "act"),
}


class StepForm(msgspec.Struct, kw_only=True):
    """A step as staff note it. `reason` may become public; `text` (a letter, minutes) stays with the staff.

    `codes`: grounds for returning. `body`: which court or committee. `until`: the day of a hearing. `document`: its id.
    `targets`: the numbers of those that it is about, where not of all; withdrawing, setting aside, staying and what ends a
    stay can be about some. `confirms`: of an emergency order: the reference of the order that confirms it.
    """

    verb: str
    reason: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    body: str = ""
    until: str = ""
    document: int | None = None
    targets: tuple[int, ...] = ()
    confirms: str = ""


async def take(court: Court, viewer: Viewer, ref: str, form: StepForm, *, seen: int | None = None) -> Stage:
    """Take one step. `seen`: the number of the last event on the page. The stage that the order came to.

    Raises NotAllowed, NotFound, Invalid by field, Conflict for an order that stands elsewhere.
    """
    async with court.work.writing() as w:
        return await take_in(court, w, viewer, ref, form, seen=seen)


async def take_in(
    court: Court, w: Writing, viewer: Viewer, ref: str, form: StepForm, *, seen: int | None = None
) -> Stage:
    """The same in a unit that is open."""
    await ledger.hold(w)  # nothing is decided under it meanwhile
    order = or_not_found(await knowing.order_for(w, viewer, ref))
    events = await order_events.of_order(w, order.id)
    if seen is not None and events and seen != events[-1].number:
        raise Conflict(MOVED)
    me = check_may(viewer, procedure.MACHINE.may(form.verb))
    if form.verb in procedure.BY_DECISION:
        raise Conflict(BY_TWO)
    if form.verb == procedure.REPLACE:
        raise Conflict(BY_VERSION)
    named = await docket.targets_of(w, order.id)
    verb, targets = _about(form, [target.number for target in named])
    move = procedure.MACHINE.move(standing(events), verb)
    by = await knowing.order_for(w, viewer, form.confirms) if form.confirms else None
    await cases.check_step(court, w, order, move, me, [by] if by and confirming.confirms(order, by) else [])
    if form.confirms and by is None:
        raise confirming.no_order()
    noted = msgspec.structs.replace(_read(form, move.needs), targets=targets)
    _check_heralded(court, order, noted, verb)
    if events and seen is None:  # whoever says what they looked at has seen their own words there
        last = events[-1]
        same = (last.verb, last.by, last.body) == (verb, me, noted)
        check_not_again(court.clock(), last.at, same=same)
    await enter(court, w, order, events, verb, noted, me)
    return move.to


def _about(form: StepForm, numbers: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """The verb and the targets that are meant; who names them all means the order. Raises Invalid."""
    verb = procedure.WHOLE.get(form.verb, form.verb)
    targets = tuple(sorted(set(form.targets)))
    if verb != form.verb and not targets:
        raise Invalid("targets_missing", field="targets")
    if strange := set(targets) - set(numbers):
        raise Invalid("targets_foreign", field="targets", numbers=", ".join(map(str, sorted(strange)[:5])))
    if targets and verb not in (*procedure.SOME, "confirm"):
        raise Invalid("step_about_all", field="targets")
    if not targets or (len(targets) == len(numbers) and verb != "confirm"):
        return verb, ()
    return procedure.SOME.get(verb, verb), targets


def _check_heralded(court: Court, order: Order, noted: OrderEventBody, verb: str) -> None:
    """The day of a hearing lies ahead, and leaves people the time to prepare that the law gives. Raises Invalid."""
    if verb != "set_hearing" or noted.until is None:
        return
    earliest = cases.regime_of(court, order).due("hearing_notice_min", court.clock())
    if noted.until <= court.clock():
        raise Invalid("is_past", field="until")
    if earliest is not None and noted.until < earliest:
        raise Invalid("too_near", field="until")


async def enter(
    court: Court, w: Writing, order: Order, events: list[OrderEvent], verb: str, noted: OrderEventBody, by: int
) -> int:
    """Enter a step with its leaf, and carry it through to the cases. The leaf's index. Raises Conflict."""
    move = procedure.MACHINE.move(standing(events), verb)
    written = record.step(court, procedure.logged(verb), noted, by)
    leaf = await log.append(court, w, order.ref, written, prev=order.log_index, **record.secrecy(order))
    event = OrderEvent(
        id=court.make_id(),
        order_id=order.id,
        number=len(events) + 1,
        state=move.to,
        verb=verb,
        by=by,
        at=court.clock(),
        body=noted,
        log_index=leaf,
    )
    if not await order_events.add_order_event(w, event):
        raise Conflict(MOVED)
    if verb == "verify_origin":
        await docket.verify_origin(w, order.id)
    await _stop_clocks(court, w, order, verb, move.to)
    await _carry(court, w, order, procedure.WHOLE.get(verb, verb), event)
    w.tell(OrderMoved(order=order.ref, verb=verb, stage=move.to))
    return leaf


def standing(events: list[OrderEvent]) -> Stage:
    """Where an order stands."""
    return procedure.standing(event.state for event in events)


def _read(form: StepForm, needs: tuple[str, ...]) -> OrderEventBody:
    paper = Paper()
    noted = OrderEventBody(
        reason=paper.reason("reason", form.reason)
        if "reason" in needs
        else paper.page("reason", form.reason, needed=False),
        text=paper.page("text", form.text, needed="text" in needs),
        codes=form.codes,
        body=paper.line("body", form.body, needed="body" in needs),
        document=form.document,
        until=paper.moment("until", form.until, needed="until" in needs),
        confirms=paper.line("confirms", form.confirms, needed="confirms" in needs),
    )
    if "codes" in needs and not form.codes:
        paper.complain("codes", "codes_missing")
    elif not set(form.codes) <= {*(grounds := ladder.refusals(own=False))}:
        paper.complain("codes", "no_choice_of", choices=", ".join(grounds))
    paper.check()
    return noted


async def _stop_clocks(court: Court, w: Writing, order: Order, verb: str, to: Stage) -> None:
    if to in procedure.OVER:
        await clocks.stop_all(w, clocks.ORDER, order.id, court.clock())
    for kind in STOPS.get(verb, ()):
        await clocks.stop(w, clocks.ORDER, order.id, kind, court.clock())


# --- what a step does to the cases ---


async def _carry(court: Court, w: Writing, order: Order, verb: str, event: OrderEvent) -> None:
    """Move every case that the step is about, where it can be moved. Raises Conflict where a target that was named cannot be."""
    if verb not in procedure.CARRIED:
        return
    found = await cases.cases_of(court, w, order)
    meant = [case for case in found if not event.body.targets or case.target.number in event.body.targets]
    if verb == "confirm":
        await confirming.carry(court, w, order, meant, event)
        return
    moved = [await _carry_one(court, w, case, verb, event) for case in meant]
    if event.body.targets and not all(moved):
        stuck = ", ".join(str(case.target.number) for case, done in zip(meant, moved, strict=True) if not done)
        raise Conflict("step_moves_none", numbers=stuck)


# A step of the order -> what the log calls the end of a target by it; what it is to a case, where that is called otherwise.
HOW = {"withdraw": "withdrawn", "set_aside": "set_aside", "stay": "stayed", "close": "undecided", "replace": "replaced"}
OF_CASE = {"close": "leave", "replace": "leave"}


async def _carry_one(court: Court, w: Writing, case: Case, verb: str, event: OrderEvent) -> bool:
    """Whether the case moved."""
    if verb == "end_stay":
        return await _resume(court, w, case, event)
    move = OF_CASE.get(verb, verb)
    if move not in case.verbs:
        return False
    noted, leaf, ended = event.body, event.log_index or 0, ()
    if case.state in lifecycle.IN_FORCE:
        ended = tuple(row.id for row in await rulings.standing_on(w, case.target.id))
        body = order_events.body_of(noted.body) or "authority"
        leaf = await effects.end_all(court, w, case, how=HOW[verb], by=event.by, reason=noted.reason, body=body)
    elif verb != "stay":  # what only halts what is open leaves it as it stood
        before = case.events[-1].log_index
        written = await record.decision(court, w, case, "closed", event.by, follows=before, outcome=HOW[verb])
        leaf = await record.append(court, w, case, written, before)
    await cases.enter(
        court, w, case, cases.follow(case, move, event.by), CaseEventBody(reason=noted.reason, rulings=ended), leaf
    )
    return True


async def _takes_two(w: Writing, case: Case) -> bool:
    """Whether nobody acts alone upon whom it is about: a protected speaker, or somebody of the staff."""
    owner = case.target.owner_id
    people = await accounts.standings(w, [] if owner is None else await guards.accounts_of(w, owner))
    return bool(case.speaker) or any(person.role in STAFF for person in people.values())


async def _resume(court: Court, w: Writing, case: Case, event: OrderEvent) -> bool:
    """What a stay halted stands as it stood: the same measures by the same two people, unless their end has passed meanwhile or
    an appeal has taken them away.

    What one person had done alone goes on upon nobody upon whom they may not act alone now; it is to be proposed then.
    """
    if case.state is not State.STAYED:
        return False
    by_two = await _takes_two(w, case)
    before, stay, now = State(case.events[-2].state), case.events[-1], court.clock()
    leaf, begun, reversed_ = event.log_index or 0, list[int](), False
    cause = effects.Cause("stayed", order_events.body_of(event.body.body) or "court", event.body.reason, event.by)
    for id_ in stay.body.rulings:
        row = await rulings.ruling(w, id_)
        if row is None or row.lift_log_index is None:
            continue
        if await rulings.reversed_since(w, id_):
            reversed_ = True
            continue
        if by_two and row.approved_by is None:
            continue
        if row.ends_at is None or now < row.ends_at:
            ids, leaf = await effects.go_on(
                court, w, case, [effects.renewed(court, row)], row, row.lift_log_index, cause
            )
            begun += ids
    verb = lifecycle.RESUMED.get(before, "end_stay")
    if before in lifecycle.IN_FORCE and not begun:
        verb = "end_reversed" if reversed_ else "end_stay" if before is State.UNSECONDED and by_two else "lapse"
    taken = cases.follow(case, verb, event.by)
    await cases.enter(court, w, case, taken, CaseEventBody(reason=event.body.reason, rulings=tuple(begun)), leaf)
    return True
