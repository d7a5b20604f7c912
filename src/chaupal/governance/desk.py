"""What the desk asks of the court: what may be done about a case or an order now, by this person, and why not."""

from collections.abc import Sequence

import msgspec

from chaupal.governance import cases, intake, ladder, lifecycle, notes, procedure, stages, steps
from chaupal.governance.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.lifecycle import UNDECIDED, State
from chaupal.governance.papers import check_may
from chaupal.governance.regimes import Defect, Regime, defects
from chaupal.kernel.errors import NotFound
from chaupal.policy.may import may
from chaupal.policy.rulings import ACCOUNT_LEVEL, ACTS_ON, Measure
from chaupal.policy.viewer import Viewer
from chaupal.store import clocks, docket, documents
from chaupal.store.clocks import ClockRow
from chaupal.store.docket import Authority, CaseEvent, Order, OrderEvent
from chaupal.store.documents import Document
from chaupal.store.notes import Note
from chaupal.store.work import Reading

MOST_EVENTS = 60  # of single things, in the timeline of an order


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What can be decided about a case, narrowest first, and what this person may do. `why_not`: what keeps them from it."""

    case: Case
    measures: tuple[str, ...]
    narrowest: str
    account_level: frozenset[str]
    narrowing: frozenset[str]  # those that act on parts of the target
    alone: frozenset[str]  # those that one person may carry out for a time
    acts: frozenset[str]
    why_not: str


class Step(msgspec.Struct, frozen=True):
    """A step that can be taken now. `allowed`: by this person."""

    verb: str
    needs: tuple[str, ...]
    allowed: bool


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the desk works on it. `seen`: the number of its last event. `letters`: language -> (subject, body)."""

    order: Order
    authority: Authority
    regime: Regime
    stage: str
    seen: int
    events: tuple[OrderEvent, ...]
    moves: tuple[tuple[int, CaseEvent], ...]  # (number of the target, event), the newest last
    defects: tuple[Defect, ...]
    letters: dict[str, tuple[str, str]]
    steps: tuple[Step, ...]
    clocks: tuple[ClockRow, ...]
    documents: tuple[Document, ...]
    notes: tuple[Note, ...]
    numbers: int


async def options(court: Court, viewer: Viewer, ref: str, number: int) -> Options:
    """Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        case = await cases.case_of(court, reading, ref, number)
    measures = ladder.open_to(case)
    narrowest = ladder.narrowest(case)
    acts, why_not = _acts(viewer, case)
    return Options(
        case=case, measures=tuple(m.value for m in measures), narrowest=narrowest.value if narrowest else ladder.REFUSE,
        account_level=frozenset(m.value for m in measures if m in ACCOUNT_LEVEL),
        narrowing=frozenset(m.value for m in measures if case.target.kind not in ACTS_ON[m]),
        alone=frozenset(m.value for m in measures if case.own_rules and not case.regime.needs_two(m, permanent=False)),
        acts=acts, why_not=why_not,
    )  # fmt: skip


def whole(regime: Regime, kind: str) -> list[str]:
    """The measures of a law that act on such a thing as a whole, narrowest first."""
    return [m.value for m in Measure if m in regime.measures_allowed and kind in ACTS_ON[m]]


def _acts(viewer: Viewer, case: Case) -> tuple[frozenset[str], str]:
    """The acts that are open, and the first thing that keeps this person from one that is open to others."""
    own, state = case.own_rules, case.state
    if state in (*UNDECIDED, *cases.PROPOSED) and not stages.allows(case.stage, "serve"):
        return frozenset(), stages.WHY_NOT[case.stage]
    if state in UNDECIDED:
        return _undecided(viewer, own=own)
    if state in (State.IN_FORCE, State.UNSECONDED):
        open_, why = frozenset({"lift"} if may(viewer, "sanction" if own else "lift") else ()), ""
        if state is State.IN_FORCE and may(viewer, "sanction" if own else "decide"):
            open_ |= {"keep"}
        if state is State.UNSECONDED and may(viewer, "approve_sanction" if own else "decide"):
            if case.events[-1].by == viewer.account:
                return open_, "You did this yourself; a second person must decide"
            open_ |= {"approve"}
        return open_, why
    proposal = case.proposal
    if proposal is None or state not in cases.PROPOSED:
        return frozenset(), ""
    return _proposed(viewer, case, proposal)


def _undecided(viewer: Viewer, *, own: bool) -> tuple[frozenset[str], str]:
    wanted = {"propose": "sanction" if own else "decide", "break_glass": "break_glass"}
    wanted |= {"act_alone": "sanction"} if own else {}
    return frozenset(act for act, word in wanted.items() if may(viewer, word)), ""


def _proposed(viewer: Viewer, case: Case, proposal: CaseEvent) -> tuple[frozenset[str], str]:
    """Whoever judges may send it back, or agree as second reviewer; only an approver brings it into force."""
    own = case.own_rules
    if not may(viewer, "approve_sanction" if own else "decide"):
        return frozenset(), ""
    if proposal.by == viewer.account:
        return frozenset(), "You proposed this yourself; a second person must decide"
    if case.state is State.MEASURE_PROPOSED and case.protected:
        return frozenset({"concur", "return"} if may(viewer, lifecycle.may("concur")) else {"return"}), ""
    if case.state is State.MEASURE_CONCURRED and case.events[-1].by == viewer.account:
        return frozenset({"return"}), "You agreed to this as second reviewer; a third person must approve it"
    if not own and not may(viewer, "approve"):
        return frozenset({"return"}), "You can send this back; an approver decides whether it is carried out"
    return frozenset({"approve", "return"}), ""


# --- an order ---


async def matter(court: Court, viewer: Viewer, ref: str) -> Matter:
    """Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        authority = None if order is None else await docket.authority(reading, order.authority_id)
        if order is None or authority is None:
            raise NotFound
        named = await docket.targets_of(reading, order.id)
        events = await steps.events_of(reading, order)
        moves = await _moves(reading, named)
        running = await clocks.of(reading, "order", order.id)
        papers = await documents.of_order(reading, order.id)
    regime, stage = cases.regime_of(court, order), steps.standing(events)
    facts = intake.facts_of(order, authority, named)
    wrong = [] if order.authority_id is None else defects(regime, facts)
    return Matter(
        order=order, authority=authority, regime=regime, stage=stage.value, seen=events[-1].number if events else 0,
        events=tuple(events), moves=moves, defects=tuple(wrong), letters=intake.draft(court, regime, wrong, facts) if wrong else {},
        steps=_steps(viewer, stage), clocks=tuple(c for c in running if c.stopped_at is None), documents=tuple(papers),
        notes=tuple(await notes.on(court, viewer, "order", order.id)), numbers=len(named),
    )  # fmt: skip


async def _moves(reading: Reading, named: Sequence[docket.Target]) -> tuple[tuple[int, CaseEvent], ...]:
    """The last that happened to single things."""
    number_of = {target.id: target.number for target in named}
    found = await docket.events_of(reading, list(number_of))
    moves = [(number_of[id_], event) for id_, events in found.items() for event in events[1:]]
    return tuple(sorted(moves, key=lambda pair: (pair[1].at, pair[1].id))[-MOST_EVENTS:])


def _steps(viewer: Viewer, stage: procedure.Stage) -> tuple[Step, ...]:
    """In the order of the table; that it was received is no step that anybody takes."""
    return tuple(
        Step(move.verb, tuple(need for need in move.needs if need != "leaf"), may(viewer, move.may))
        for move in procedure.STEPS
        if move.source is stage and move.verb not in ("receive", "open")
    )
