"""A case: all that happened about one target. Its state follows from its events, which are added by the moves of `lifecycle.py` only."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.cases import guards, lifecycle
from chaupal.governance.cases.lifecycle import AGREED, CHANGING, IN_FORCE, PROPOSED, Move, State
from chaupal.governance.context import Court
from chaupal.governance.events import CaseDecided
from chaupal.governance.orders import procedure
from chaupal.governance.orders.papers import check_may
from chaupal.governance.orders.procedure import Stage, Step
from chaupal.governance.people import role_grants
from chaupal.governance.regimes import GENERIC, Regime
from chaupal.kernel.errors import Conflict, NotFound, Problem, or_not_found
from chaupal.policy.viewer import Viewer, may
from chaupal.store.court import (
    authorities,
    case_events,
    clocks,
    docket,
    knowing,
    ledger,
    offices,
    order_events,
    speakers,
)
from chaupal.store.court.authorities import Authority
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.docket import Order, Target
from chaupal.store.identity import accounts
from chaupal.store.machine.work import Reading, Writing

CARRIED_OUT = (*PROPOSED, *CHANGING)  # what a second person approves
MOVED = "case_moved"


class Moved(Conflict):
    """A case has changed since it was looked at; nobody decides about what they have not seen. `by`: who did that, 0 for the clock."""

    def __init__(self, by: int | None = None) -> None:
        super().__init__(MOVED)
        self.by = by


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its matter, the law it came under, the authority behind it, and its events in order.

    `flagger`: the authority whose hint a matter of the house's own follows.
    """

    order: Order
    regime: Regime
    authority: Authority
    target: Target
    events: tuple[CaseEvent, ...]
    stage: Stage  # of its order
    flagger: Authority | None = None
    speaker: str = ""  # the class its owner is protected as now

    @property
    def asked_by(self) -> Authority:
        """The authority that asked for it: by an order, or by a hint that the house follows in a matter of its own."""
        return self.flagger or self.authority

    @property
    def state(self) -> State:
        return lifecycle.fold(event.state for event in self.events)

    def move(self, verb: str) -> Move:
        """The move that a verb means now. Raises Conflict where the case, or its order, stands elsewhere."""
        found = lifecycle.move(self.state, verb)
        procedure.check(self.stage, verb)
        return found

    @property
    def verbs(self) -> frozenset[str]:
        """What can be done now, by whoever may."""
        return procedure.open_to(self.stage, self.state)

    def meant(self, verbs: Iterable[str]) -> str:
        """The one of an act's verbs that fits the case's state; the first where none does."""
        return min(verbs, key=lambda verb: verb not in lifecycle.MACHINE.verbs(self.state))

    @property
    def number(self) -> int:
        """The number of its last event; who decides sends it along to say what they have seen."""
        return self.events[-1].number

    @property
    def proposal(self) -> CaseEvent | None:
        """The last proposal, carried out or not."""
        return next((e for e in reversed(self.events) if e.state in CARRIED_OUT and e.body.outcome), None)

    @property
    def decided_as(self) -> CaseEventBody:
        """What was said when the measure was decided that is in force, or was last."""
        return next((e.body for e in reversed(self.events) if e.body.outcome and not e.body.change), CaseEventBody())

    @property
    def served(self) -> CaseEvent | None:
        """The event that put its rulings in force."""
        return next((event for event in reversed(self.events) if event.state in IN_FORCE), None)

    @property
    def earlier(self) -> tuple[tuple[CaseEvent, str], ...]:
        """The events that wait for another person: by who acted first and who agreed, each with the word that allowed it."""
        if self.state is State.UNSECONDED:
            acted = next(event for event in reversed(self.events) if event.body.outcome)
            return ((acted, "sanction" if self.own_rules else "act_in_emergency"),)
        if self.state not in CARRIED_OUT or self.proposal is None:
            return ()
        verb = "propose_change" if self.state in CHANGING else "propose_measure"
        first = (self.proposal, lifecycle.may(verb, own=self.own_rules))
        agreed = ((self.events[-1], lifecycle.may("concur")),) if self.state in AGREED else ()
        return (first, *agreed)

    @property
    def third(self) -> int | None:
        """Who agreed as second reviewer to what waits for approval."""
        return self.events[-1].by if self.state in AGREED else None

    @property
    def own_rules(self) -> bool:
        return self.regime.basis_kind == "own_rules"

    @property
    def law_act_by(self) -> int | None:
        """By when its law wants it acted on, whatever the order says of that (ms)."""
        return None if self.own_rules else self.regime.due("act", self.order.received_at)

    def gagged(self, now: int) -> bool:
        """Whether the placeholder may name nobody."""
        return self.regime.notice.public_placeholder == "neutral" or self.order.secret_at(now)

    @property
    def protected(self) -> bool:
        """Whether the law asks for a second reviewer, because of whose words these are."""
        return self.speaker in self.regime.protected_review


class TakenMove(NamedTuple):
    """A move, and who makes it (`by`). `enter` takes no other, so that no event is added without a check."""

    move: Move
    by: int


def regime_of(court: Court, order: Order) -> Regime:
    """The law that an order came under; those taken in before laws were files stand under the general one."""
    if order.regime:
        return court.regimes.version(order.regime, order.regime_version)
    return court.regimes.current(GENERIC, order.received_at)


async def case_of(court: Court, reading: Reading, ref: str, number: int, seen: int | None = None) -> Case:
    """The case about target `number` of the order `ref`.

    `seen`: the number of the last event on the page that was decided on. Raises NotFound, Conflict where it moved since.
    """
    return await _case_in(court, reading, await docket.order(reading, ref), number, seen)


async def _case_in(court: Court, reading: Reading, order: Order | None, number: int, seen: int | None) -> Case:
    target = None if order is None else await docket.target(reading, order.id, number)
    if order is None or target is None:
        raise NotFound
    case = await _whole(court, reading, order, target)
    if seen is not None and seen != case.number:
        raise Moved
    return case


async def cases_at(court: Court, reading: Reading, ref: str, numbers: Sequence[int]) -> dict[int, Case]:
    """Number -> the case about that target of the order, for those that there are. A few looks, however many. Raises NotFound."""
    order = or_not_found(await docket.order(reading, ref))
    named = await docket.targets_at(reading, order.id, numbers)
    return {case.target.number: case for case in await _cases(court, reading, order, named)}


async def case_held(court: Court, w: Writing, viewer: Viewer, ref: str, number: int, seen: int | None = None) -> Case:
    """The same, for whoever is going to move it: neither the case nor its order moves before this unit is over.

    Raises NotFound where the viewer may not know of it, too: before anything of theirs is looked at, so that no refusal tells.
    """
    await ledger.hold(w)
    return await _case_in(court, w, await knowing.order_for(w, viewer, ref), number, seen)


def held(act: Callable[..., Awaitable[State]]) -> Callable[..., Awaitable[State]]:
    """Turn an act about a case in an open unit (court, unit, viewer, case, …) into one with a unit of its own (court, viewer, ref,
    number, …).
    """

    async def done(
        court: Court, viewer: Viewer, ref: str, number: int, *said: Any, seen: int | None = None, **more: Any
    ) -> State:
        async with court.work.writing() as w:
            return await act(court, w, viewer, await case_held(court, w, viewer, ref, number, seen), *said, **more)

    return done


async def case_with(court: Court, reading: Reading, target_id: int) -> Case:
    """The case about a target. Raises NotFound."""
    return await _whole(court, reading, *or_not_found(await docket.matter_of(reading, target_id)))


async def stage_of(reading: Reading, order: Order) -> Stage:
    """Where an order stands as a whole."""
    return procedure.standing(event.state for event in await order_events.of_order(reading, order.id))


async def cases_of(court: Court, reading: Reading, order: Order) -> list[Case]:
    """The cases of all targets of an order, by number."""
    return await _cases(court, reading, order, await docket.targets_of(reading, order.id))


async def _whole(court: Court, reading: Reading, order: Order, target: Target) -> Case:
    return (await _cases(court, reading, order, [target]))[0]


async def _cases(court: Court, reading: Reading, order: Order, named: Sequence[Target]) -> list[Case]:
    authority = or_not_found(await authorities.by_id(reading, order.authority_id))
    flagger = None if order.flagged_by is None else await authorities.by_id(reading, order.flagged_by)
    stage = await stage_of(reading, order)
    events = await case_events.events_of(reading, [target.id for target in named])
    owners = {target.owner_id for target in named if target.owner_id is not None}
    classes = await speakers.classes_of(reading, owners, court.clock()) if owners else {}
    regime = regime_of(court, order)
    return [
        Case(
            order=order,
            regime=regime,
            authority=authority,
            target=target,
            events=tuple(events[target.id]),
            stage=stage,
            flagger=flagger,
            speaker=classes.get(target.owner_id or 0, ""),
        )
        for target in named
    ]


# --- moves ---


async def take(court: Court, reading: Reading, viewer: Viewer, case: Case, verb: str) -> TakenMove:
    """Check that the viewer may make the move that a verb means now, and return it. Every move of a person goes through here.

    Raises NotAllowed where their role (as it is at this moment) or a guard of the move keeps them from it, Conflict where
    the case stands elsewhere, NotFound where they may not know of it.
    """
    me = check_may(viewer, lifecycle.may(verb, own=case.own_rules))
    if not await knowing.known(reading, viewer, [case.order]):
        raise NotFound
    move = case.move(verb)
    guards.check(await _asked(court, reading, case, me), move, lifecycle.may(verb, own=case.own_rules))
    return TakenMove(move, me)


async def open_to(court: Court, reading: Reading, viewer: Viewer, case: Case) -> dict[str, Problem | None]:
    """Each verb that the viewer's role opens where the case stands -> what keeps them from it, as `take` says it; None: it is theirs."""
    asked = await _asked(court, reading, case, viewer.account or 0)
    words = {verb: lifecycle.may(verb, own=case.own_rules) for verb in case.verbs}
    return {verb: guards.kept_by(asked, case.move(verb), word) for verb, word in words.items() if may(viewer, word)}


def follow(case: Case, verb: str, by: int) -> TakenMove:
    """A move that needs no check of its own: it follows from the clock, or from a step of the whole order that was checked."""
    return TakenMove(case.move(verb), by)


async def _asked(court: Court, reading: Reading, case: Case, me: int) -> guards.MoveAsked:
    """What the guards of a move check, as it is now."""
    owner = case.target.owner_id
    owners = frozenset[int]() if owner is None else await guards.accounts_of(reading, owner)
    earlier = case.earlier
    people = await accounts.standings(reading, {me, *owners, *(event.by for event, _ in earlier)})
    book = court.rules.current(court.clock())
    asks_for_teams = book.conflicts.own_team and bool(earlier)
    since = min((event.at for event, _ in earlier), default=0)
    teams = await role_grants.held_since(court, reading, people, since) if asks_for_teams else {}
    return guards.MoveAsked(
        by=me,
        owners=owners,
        mine=await guards.accounts_of(reading, me),
        people=people,
        book=book,
        earlier=earlier,
        teams=teams,
        speaker=case.speaker,
        thrice=case.protected,
        own=case.own_rules,
    )


async def check_step(
    court: Court, reading: Reading, order: Order, move: Step, me: int, confirmers: Sequence[Order] = ()
) -> None:
    """Whether a person may take a step of an order as a whole, or confirm it by one of those. Raises NotAllowed, Conflict."""
    guards.check(await _asked_of(court, reading, order, me, confirmers), move, move.may)


async def steps_open_to(
    court: Court, reading: Reading, viewer: Viewer, order: Order, moves: Iterable[Step], confirmers: Sequence[Order]
) -> dict[str, Problem | None]:
    """Verb of each of the steps that the viewer's role opens -> what keeps them from it; None: it is theirs to take."""
    asked = await _asked_of(court, reading, order, viewer.account or 0, confirmers)
    return {move.verb: guards.kept_by(asked, move, move.may) for move in moves if may(viewer, move.may)}


async def _asked_of(
    court: Court, reading: Reading, order: Order, me: int, confirmers: Sequence[Order]
) -> guards.MoveAsked:
    """The same of an order as a whole: where its cases stand, what could confirm it, and for when a hearing is set."""
    events = await order_events.of_order(reading, order.id)
    states = (await case_events.standing(reading, [order.id])).get(order.id, {})
    inviters = await offices.inviters(reading, [one.filed_by for one in confirmers if one.filed_by is not None])
    return guards.MoveAsked(
        by=me,
        owners=await docket.owners_of(reading, order.id),
        mine=await guards.accounts_of(reading, me),
        people=await accounts.standings(reading, [me]),
        book=court.rules.current(court.clock()),
        own=regime_of(court, order).basis_kind == "own_rules",
        left=frozenset(State(state) for state, _ in states),
        emergency=order.emergency,
        takers=tuple(inviters.get(one.filed_by or 0, (one.received_by,)) for one in confirmers),
        hearing=next((event.body.until for event in reversed(events) if event.verb == "set_hearing"), None),
        now=court.clock(),
    )


async def enter(
    court: Court, w: Writing, case: Case, taken: TakenMove, said: CaseEventBody, leaf: int, first_by: int | None = None
) -> None:
    """Add the move's event. Raises Conflict where somebody else has just made the next move."""
    move, by = taken
    event = CaseEvent(
        id=court.make_id(),
        target_id=case.target.id,
        number=case.number + 1,
        state=move.to,
        by=by,
        at=court.clock(),
        body=said,
        log_index=leaf,
        first_by=first_by,
    )
    if not await case_events.add_event(w, event):
        raise Moved
    if case.state in lifecycle.OPEN and move.to not in lifecycle.OPEN:
        await _stop_clock(court, w, case.order.id, case.target.id)
        if case.target.owner_id is not None:
            w.tell(CaseDecided(order=case.order.ref, target=case.target.number, owner=case.target.owner_id))


async def _stop_clock(court: Court, w: Writing, order_id: int, decided: int) -> None:
    """Stop the order's clock once all targets are decided. `decided`: the target that was decided just now."""
    # Of many that are decided in one unit, one that still waits answers for all the others until its own turn: the log is
    # held, so it moves in this unit or not at all.
    if w.waits.get(order_id, decided) != decided:
        return
    waits = await case_events.one_standing(w, order_id, lifecycle.OPEN)
    if waits is None:
        w.waits.pop(order_id, None)
        await clocks.stop(w, "order", order_id, "act", court.clock())
    else:
        w.waits[order_id] = waits
