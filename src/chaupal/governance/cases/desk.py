"""What the desk asks: what may be done about a case or an order now, by this person, and why not; what a draft would bring."""

from collections.abc import Mapping, Sequence

import msgspec

from chaupal.governance.cases import acts, cases, effects, ladder, lifecycle, notes
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.guards import NeedsTwo, NotAskedFor
from chaupal.governance.context import Court
from chaupal.governance.orders import confirming, faces, intake, procedure, replacing, steps
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.governance.orders.replacing import Mended
from chaupal.governance.regimes import Defect, Regime
from chaupal.kernel.errors import NotAllowed, NotFound, Problem, coded, or_not_found
from chaupal.kernel.faults import Wrong
from chaupal.policy.draft import Draft
from chaupal.policy.measures import ACCOUNT_LEVEL, Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.viewer import Viewer
from chaupal.store.court import authorities, case_events, clocks, docket, documents, knowing, order_events
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.clocks import ClockRow
from chaupal.store.court.docket import Order
from chaupal.store.court.documents import Document
from chaupal.store.court.notes import Note
from chaupal.store.court.order_events import OrderEvent
from chaupal.store.machine.work import Reading

MOST_EVENTS = 60  # of single things, in the timeline of an order


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What can be decided about a case, narrowest first, and what this person may do. `why_not`: what keeps them from it."""

    case: Case
    measures: tuple[str, ...]
    narrowest: str  # that does what is asked; nothing where no measure of its law does
    account_level: frozenset[str]
    narrowing: frozenset[str]  # those that act on parts of the target
    alone: frozenset[str]  # those that one person may carry out for a time
    alone_until: int  # ms: when that is over, unless a second person agrees
    acts: frozenset[str]
    why_not: Wrong | None
    defects: tuple[Defect, ...] = ()  # what the order lacks on its face, as far as it is about this target
    barred: bool = False  # so that nothing can be limited by it


class Step(msgspec.Struct, frozen=True):
    """A step where the order stands. `allowed`: this person may take it; `why_not`: what keeps them, though their role opens it.

    `some`: it can be about some of the targets.
    """

    verb: str
    needs: tuple[str, ...]
    allowed: bool
    why_not: Wrong | None = None
    some: bool = False


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
    mends: Mended | None  # in what it differs from the order whose place it took
    replaced_by: str  # the reference of its own mended version
    notes: tuple[Note, ...]
    numbers: int


async def options(court: Court, viewer: Viewer, ref: str, number: int) -> Options:
    """Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        or_not_found(await knowing.order_for(reading, viewer, ref))
        case = await cases.case_of(court, reading, ref, number)
        acts, why_not = await _acts(court, reading, viewer, case)
    brought, narrowest = ladder.brings(court, case.order), ladder.narrowest(case)
    barred = bool(faces.barring(case))
    measures = [m for m in ladder.open_to(case) if m in brought and not (barred and "propose" in acts)]
    return Options(
        case=case,
        measures=tuple(m.value for m in measures),
        narrowest=narrowest.value if narrowest and narrowest in measures else "",
        account_level=frozenset(m.value for m in measures if m in ACCOUNT_LEVEL),
        narrowing=frozenset(m.value for m in measures if case.target.kind not in m.row.on),
        alone=frozenset(
            m.value for m in measures if "act_alone" in acts and not case.regime.takes_two_people(m, permanent=False)
        ),
        alone_until=court.rules.current(court.clock()).alone_ends_at(court.clock()),
        acts=acts,
        why_not=why_not,
        defects=tuple(faces.of_case(case)),
        barred=barred,
    )


def whole(court: Court, matter: Matter, kind: str) -> list[str]:
    """The measures of its law that act on such a thing as a whole, narrowest first."""
    brought = ladder.brings(court, matter.order)
    return [m.value for m in Measure if m in matter.regime.measures_allowed and m in brought and kind in m.row.on]


ONLY_BACK = "only_back"


async def check_role(court: Court, viewer: Viewer, act: str, ref: str) -> None:
    """Raises NotAllowed where nothing that the act can be opens to the viewer's role, in whatever state a case of the order is.

    For the door: what is wrong with a form is told to those who may send one. Of an order that is not there, or that the
    viewer may not know of, nothing is said here.
    """
    known = acts.ADDRESSED.get(act)
    async with court.work.reading() as reading:
        order = await knowing.order_for(reading, viewer, ref) if known else None
    if known and order is not None and not known.open_to(viewer, own=order.authority_id is None):
        raise NotAllowed("not_your_role")


async def _acts(court: Court, reading: Reading, viewer: Viewer, case: Case) -> tuple[frozenset[str], Wrong | None]:
    """The acts that the machine takes from this person now, and the first thing that keeps them from one open to others."""
    found = await cases.open_to(court, reading, viewer, case)
    here = acts.by_way("office").values()
    verbs = [verb for act in here for verb in act.verbs]
    open_ = frozenset(act.name for act in here if any(verb in found and found[verb] is None for verb in act.verbs))
    if lifecycle.MACHINE.verbs(case.state).intersection(verbs) - case.verbs:
        return open_, Wrong(procedure.WHY_NOT[case.stage])
    met = (found.get(verb) for verb in verbs)
    why = next((_why(p) for p in met if p is not None and not isinstance(p, (NeedsTwo, NotAskedFor))), None)
    if why is None and "return" in open_ and not open_ & {"approve", "concur"}:
        why = Wrong(ONLY_BACK)
    return open_, why


def _why(problem: Problem) -> Wrong:
    known = coded(problem)
    return Wrong(known.code, known.values)


# --- an order ---


async def matter(court: Court, viewer: Viewer, ref: str) -> Matter:
    """Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        order = await knowing.order_for(reading, viewer, ref)
        authority = None if order is None else await authorities.by_id(reading, order.authority_id)
        if order is None or authority is None:
            raise NotFound
        named = await docket.targets_of(reading, order.id)
        events = await order_events.of_order(reading, order.id)
        moves = await _moves(reading, named)
        running = await clocks.of_matter(reading, "order", order.id)
        papers = await documents.of_order(reading, order.id)
        mends = await replacing.mended(court, reading, order, viewer)
        following = await replacing.mended_version(reading, order, viewer)
        offered = await _steps(court, reading, viewer, steps.standing(events), order)
    regime, stage = cases.regime_of(court, order), steps.standing(events)
    facts = faces.facts_of(order, authority, map(faces.facts_about, named))
    wrong = faces.of_order(regime, order, authority, named)
    return Matter(
        order=order,
        authority=authority,
        regime=regime,
        stage=stage.value,
        seen=events[-1].number if events else 0,
        events=tuple(events),
        moves=moves,
        defects=tuple(wrong),
        letters=intake.draft(court, regime, wrong, facts) if wrong else {},
        steps=offered,
        clocks=tuple(c for c in running if c.stopped_at is None),
        documents=tuple(papers),
        mends=mends,
        replaced_by=following.ref if following else "",
        notes=tuple(await notes.on(court, viewer, "order", order.id)),
        numbers=len(named),
    )


async def steps_open(court: Court, viewer: Viewer, order: Order, stage: str) -> list[str]:
    """The steps of an order that this person may take where it stands."""
    async with court.work.reading() as reading:
        offered = await _steps(court, reading, viewer, procedure.Stage(stage), order)
    return sorted(step.verb for step in offered if step.allowed)


async def waiting(court: Court, order: Order, wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Of each act: how many targets of an order stand in one of the states it begins from, and wait for something there."""
    async with court.work.reading() as reading:
        found = await case_events.to_do(reading, order.id)
    return {act: sum(many for (state, _), many in found.items() if state in states) for act, states in wanted.items()}


async def _moves(reading: Reading, named: Sequence[docket.Target]) -> tuple[tuple[int, CaseEvent], ...]:
    """The last that happened to single things."""
    number_of = {target.id: target.number for target in named}
    found = await case_events.events_of(reading, list(number_of))
    moves = [(number_of[id_], event) for id_, events in found.items() for event in events[1:]]
    return tuple(sorted(moves, key=lambda pair: (pair[1].at, pair[1].id))[-MOST_EVENTS:])


NOBODYS = frozenset({"receive", "open", procedure.REPLACE, *procedure.BY_DECISION})  # what nobody takes as a step


async def _steps(
    court: Court, reading: Reading, viewer: Viewer, stage: procedure.Stage, order: Order
) -> tuple[Step, ...]:
    """In the order of the table. A verb about some targets is offered with the one about all, where there is that one."""
    here = {move.verb: move for move in procedure.STEPS if move.source is stage and move.verb not in NOBODYS}
    confirmers = await confirming.confirmers(reading, viewer, order) if "confirm" in here else ()
    kept = await cases.steps_open_to(court, reading, viewer, order, here.values(), confirmers)
    found: list[Step] = []
    for verb, move in here.items():
        whole, problem = procedure.WHOLE.get(verb, verb), kept.get(verb)
        if (whole != verb and whole in here) or isinstance(problem, NotAskedFor):
            continue
        needs = tuple(need for need in move.needs if need != "leaf")
        some = procedure.SOME.get(whole) in here or whole == "confirm"
        found.append(Step(whole, needs, verb in kept and problem is None, _why(problem) if problem else None, some))
    return tuple(found)


def supposed(court: Court, case: Case, draft: Draft) -> list[Ruling]:
    """One for each part, or one for the target as a whole; none for what is no measure."""
    target = case.target
    if draft.outcome not in set(Measure) or target.subject_id is None:
        return []
    subjects = tuple(draft.parts) or (target.subject_id,)
    return [_ruling(court, case, draft, subject, -number) for number, subject in enumerate(subjects, 1)]


def _ruling(court: Court, case: Case, draft: Draft, subject: int, id_: int) -> Ruling:
    order, authority, regime, now = case.order, case.asked_by, case.regime, court.clock()
    ends_at = effects.end_of(case, CaseEventBody(ends_at=Paper().moment("until", draft.until)), now)
    return Ruling(
        id=id_, subject=subject, term=case.target.term, measure=Measure(draft.outcome), territory=effects.territory(case),
        starts_at=now, ends_at=ends_at if ends_at is None or ends_at > now else None, order_ref=order.ref, authority=authority.name,
        authority_hi=authority.name_hi, legal_basis=order.legal_basis, reason=draft.reason, log_index=0, basis=regime.basis_kind,
        regime=regime.ref, rule=draft.rule or order.rule, review_at=effects.review_of(regime, now, ends_at),
        permanent=draft.permanent, neutral=case.gagged(now), text=draft.text,
    )  # fmt: skip
