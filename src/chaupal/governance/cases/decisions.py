"""Decisions: one person proposes with a reason, another approves, and only then is anything limited or refused."""

from typing import Any

from msgspec.structs import replace

from chaupal.governance.cases import cases, effects, ladder
from chaupal.governance.cases.cases import Case, TakenMove
from chaupal.governance.cases.effects import Deciders
from chaupal.governance.cases.guards import TWO, NeedsTwo
from chaupal.governance.cases.ladder import REFUSALS as REFUSALS
from chaupal.governance.cases.lifecycle import IN_FORCE, State
from chaupal.governance.context import CLOCK, Court
from chaupal.governance.log import record
from chaupal.governance.orders import changes, faces
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.papers import Paper, check_reason
from chaupal.kernel.errors import Conflict
from chaupal.policy.draft import REFUSE as REFUSE, Draft
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store.court import as_filed, rulings
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.work import Writing

EDITED = "edited_meanwhile"
ALONE_AGAIN = "alone_again"
NOT_SEEN = "lack_not_seen"


async def propose(
    court: Court,
    viewer: Viewer,
    ref: str,
    number: int,
    draft: Draft | None = None,
    *,
    seen: int | None = None,
    **said: Any,
) -> None:
    """Propose what to do about target `number` of a matter. Nothing is limited by it. `said`: the draft, field by field.

    Raises NotAllowed, NotFound, Invalid by field, Conflict for a case that moved on.
    """
    draft = draft or Draft(**said)
    async with court.work.writing() as w:
        await propose_in(court, w, viewer, await cases.case_held(court, w, viewer, ref, number, seen), draft)


# --- in a unit that is open: one act, or one of many (`governance/cases/acts.py`). Each raises as `propose` does ---


async def propose_in(court: Court, w: Writing, viewer: Viewer, case: Case, draft: Draft) -> State:
    taken = await cases.take(court, w, viewer, case, draft.verb)
    await _propose(court, w, case, taken, await _said(court, w, case, draft))
    return taken.move.to


async def propose_change_in(court: Court, w: Writing, viewer: Viewer, case: Case, form: ChangeForm) -> State:
    """That what is in force lasts longer, or is less from now on: proposed by one, carried out when another approves."""
    taken = await cases.take(court, w, viewer, case, "propose_change")
    await _propose(court, w, case, taken, await changes.read(court, w, case, form))
    return taken.move.to


async def _propose(court: Court, w: Writing, case: Case, taken: TakenMove, said: CaseEventBody) -> None:
    """Proposals can change, so the log only commits to what this one says; approving it opens the commitment."""
    edited = said.words > case.order.received_at
    written = record.proposal(court, case, said, taken.by, edited=edited)
    leaf = await record.append(court, w, case, written, _last_leaf(case))
    await cases.enter(court, w, case, taken, said, leaf)


async def concur_in(court: Court, w: Writing, viewer: Viewer, case: Case, words: int | None = None) -> State:
    """A second reviewer agrees, where the law asks for one because of who speaks; a third person approves. `words`: as in `approve_in`."""
    taken = await cases.take(court, w, viewer, case, "concur")
    await _check_words(w, case, words)
    proposal = _first(case)
    written = await record.decision(court, w, case, "concurred", taken.by, follows=proposal.log_index)
    leaf = await record.append(court, w, case, written, proposal.log_index)
    await cases.enter(court, w, case, taken, CaseEventBody(), leaf, proposal.by)
    return taken.move.to


async def approve_in(court: Court, w: Writing, viewer: Viewer, case: Case, words: int | None = None) -> State:
    """Second a proposal, or what one person did alone: it is carried out in this commit.

    `words`: which version of the text was looked at, where it was edited since the proposal (`store/court/as_filed.py`).
    """
    verb = case.meant(CARRY_OUT)
    taken = await cases.take(court, w, viewer, case, verb)
    await _check_words(w, case, words)
    leaf, proposal, said = await CARRY_OUT[verb](court, w, case, taken.by)
    await cases.enter(court, w, case, taken, said, leaf, proposal.by)
    return taken.move.to


async def _check_words(w: Writing, case: Case, words: int | None) -> None:
    """Who agrees must have seen the words as they are now. Raises Conflict where the proposal was about others."""
    proposed = _first(case).body
    if await as_filed.version(w, case.target, proposed.subjects) not in (proposed.words, words):
        raise Conflict(EDITED)


async def return_in(court: Court, w: Writing, viewer: Viewer, case: Case, reason: str) -> State:
    reason = check_reason(reason)
    taken = await cases.take(court, w, viewer, case, case.meant(("return", "return_change")))
    proposal = _first(case)
    written = await record.decision(court, w, case, "returned", taken.by, follows=proposal.log_index)
    leaf = await record.append(court, w, case, written, proposal.log_index)
    await cases.enter(court, w, case, taken, CaseEventBody(reason=reason), leaf, proposal.by)
    return taken.move.to


async def lift_in(court: Court, w: Writing, viewer: Viewer, case: Case, reason: str) -> State:
    reason = check_reason(reason)
    taken = await cases.take(court, w, viewer, case, "lift")
    leaf = await effects.end_all(court, w, case, how="lifted", by=taken.by, reason=reason)
    await cases.enter(court, w, case, taken, CaseEventBody(reason=reason), leaf)
    return taken.move.to


# --- by one person ---


async def act_alone_in(court: Court, w: Writing, viewer: Viewer, case: Case, draft: Draft) -> State:
    """Decide and carry out by oneself what the law leaves to one person. Raises NeedsTwo where it asks for two."""
    taken = await cases.take(court, w, viewer, case, "act_alone")
    await _act(court, w, case, draft, taken, Deciders(taken.by, alone=True))
    return taken.move.to


async def act_or_propose(court: Court, viewer: Viewer, ref: str, number: int, draft: Draft) -> bool:
    """Carry out by oneself what one person may, else propose it. Whether it is in force. Raises as both do."""
    async with court.work.writing() as w:
        case = await cases.case_held(court, w, viewer, ref, number)
        return await act_or_propose_in(court, w, viewer, case, draft) in IN_FORCE


async def act_or_propose_in(court: Court, w: Writing, viewer: Viewer, case: Case, draft: Draft) -> State:
    """The same in a unit that is open. Who needs a second is told so before anything is written."""
    try:
        return await act_alone_in(court, w, viewer, case, draft)
    except NeedsTwo:
        return await propose_in(court, w, viewer, case, draft)


async def act_in_emergency_in(court: Court, w: Writing, viewer: Viewer, case: Case, draft: Draft) -> State:
    """One person acts where waiting for a second would do harm. It is over after a day, unless a second person agrees."""
    taken = await cases.take(court, w, viewer, case, "act_in_emergency")
    await _act(court, w, case, draft, taken, Deciders(taken.by))
    return taken.move.to


async def lapse_ended(court: Court) -> int:
    """Write down that rulings whose time has run out are over (the gate stopped obeying them by itself). How many."""
    async with court.work.reading() as reading:
        over = await rulings.ended(reading, court.clock())
    return sum([await _lapse(court, row) for row in over])


async def _lapse(court: Court, row: RulingRow) -> bool:
    """End one in a unit of its own. False where another process did it first, or its rows contradict each other: the next one ends."""
    try:
        async with court.work.writing() as w:
            case = await cases.case_with(court, w, row.target_id or 0)
            how = "unreviewed" if row.second_by is not None and row.approved_by is None else "lapsed"
            leaf = await effects.end_ruling(court, w, row, how=how, by=CLOCK, at=row.ends_at)
            if not await rulings.standing_on(w, case.target.id):
                await cases.enter(court, w, case, cases.follow(case, "lapse", CLOCK), CaseEventBody(), leaf)
    except Exception as error:
        if not isinstance(error, Conflict) and not isinstance(court.work.fault(error), Conflict):
            raise
        return False
    return True


def _first(case: Case) -> CaseEvent:
    """The event that waits for another person. Raises Conflict where none does."""
    if not case.earlier:
        raise Conflict("nothing_proposed")
    return case.earlier[0][0]


# --- what is said ---


async def _said(court: Court, w: Writing, case: Case, draft: Draft) -> CaseEventBody:
    """The draft, checked whole. Raises Invalid by field, Conflict where nothing may be decided now."""
    paper = Paper()
    said = CaseEventBody(
        outcome=draft.outcome,
        reason=paper.reason("reason", draft.reason),
        code=draft.code if draft.refuses else "",
        subjects=tuple(dict.fromkeys(draft.parts)),
        rule=draft.rule or case.order.rule,
        permanent=draft.permanent,
        ends_at=paper.moment("until", draft.until),
        text=paper.line("text", draft.text, needed=False),
        finding=paper.page("finding", draft.finding, needed=False),
        strike_until=ladder.strike_until(court, case, draft),
    )
    said = replace(
        said,
        words=await as_filed.version(w, case.target, said.subjects),
        matter=await ladder.matter_of(w, paper, case, draft),
        **_despite(paper, case, draft),
    )
    if said.ends_at is not None and said.ends_at <= court.clock():
        paper.complain("until", "is_past")
    await ladder.check(court, w, paper, case, draft)
    paper.check()
    return said


def _despite(paper: Paper, case: Case, draft: Draft) -> dict[str, Any]:
    """What the order lacks on its face, and why a measure is asked for in spite of it: whoever proposes answers for that."""
    found = [] if draft.refuses or draft.closes else faces.of_case(case)
    if not found:
        return {}
    codes = tuple(dict.fromkeys(defect.code for defect in found))
    return {"defects": codes, "despite": paper.reason("despite", draft.despite)}


# --- carrying out ---


async def _act(court: Court, w: Writing, case: Case, draft: Draft, taken: TakenMove, who: Deciders) -> None:
    if draft.refuses or draft.closes:
        raise NeedsTwo(TWO)
    said = await _said(court, w, case, draft)
    endless = said.permanent or effects.end_of(case, said, court.clock()) is None
    if who.alone and case.regime.takes_two_people(Measure(said.outcome), permanent=endless):
        raise NeedsTwo(TWO)
    if await effects.done_alone(court, w, case, said, taken.by):
        raise NeedsTwo(ALONE_AGAIN)
    begun, leaf = await effects.begin(court, w, case, said, who, _last_leaf(case))
    await cases.enter(court, w, case, taken, replace(said, rulings=begun), leaf)


async def _serve(court: Court, w: Writing, case: Case, me: int) -> tuple[int, CaseEvent, CaseEventBody]:
    proposal = _first(case)
    # Between proposal and approval orders end, are found out, and parts are deleted: looked at again.
    paper, said = Paper(), proposal.body
    if {found.code for found in faces.of_case(case)} - set(said.defects):
        raise Conflict(NOT_SEEN)
    if said.ends_at is not None and said.ends_at <= court.clock():
        raise Conflict("proposal_over")
    await ladder.check(court, w, paper, case, said.draft)
    paper.check()
    who = Deciders(proposal.by, me, third=case.third)
    begun, leaf = await effects.begin(court, w, case, said, who, proposal.log_index, carries=proposal.log_index)
    return leaf, proposal, CaseEventBody(rulings=begun)


async def _second(court: Court, w: Writing, case: Case, me: int) -> tuple[int, CaseEvent, CaseEventBody]:
    acted, now = _first(case), court.clock()
    made = (await rulings.by_targets(w, [case.target.id]))[case.target.id]
    decided = effects.end_of(case, acted.body, now)
    for row in made:
        if row.lifted_at is None:
            ends_at = row.ends_at if effects.was_shortened(row, made) else decided
            await effects.second(w, row, me, ends_at, acted.body.strike_until)
    written = await record.decision(
        court, w, case, "reviewed", me, follows=acted.log_index, ends=record.minute_of(decided)
    )
    leaf = await record.append(court, w, case, written, acted.log_index)
    return leaf, acted, CaseEventBody(rulings=acted.body.rulings)


async def _change(court: Court, w: Writing, case: Case, me: int) -> tuple[int, CaseEvent, CaseEventBody]:
    proposal = _first(case)
    begun, leaf = await changes.carry_out(court, w, case, proposal, me)
    return leaf, proposal, CaseEventBody(rulings=begun)


async def _refuse(court: Court, w: Writing, case: Case, me: int) -> tuple[int, CaseEvent, CaseEventBody]:
    return await _without_measure(court, w, case, me, "refused", CaseEventBody(), {"ground": _first(case).body.code})


async def _close(court: Court, w: Writing, case: Case, me: int) -> tuple[int, CaseEvent, CaseEventBody]:
    """Close the case. The public entry says as what, and because of which matter, since the register counts by that."""
    proposed = _first(case).body
    said = CaseEventBody(outcome=proposed.outcome, matter=proposed.matter)
    more = {"outcome": said.outcome, "matter": said.matter or None}
    return await _without_measure(court, w, case, me, "closed", said, more)


async def _without_measure(
    court: Court, w: Writing, case: Case, me: int, step: str, said: CaseEventBody, more: dict[str, Any]
) -> tuple[int, CaseEvent, CaseEventBody]:
    proposal = _first(case)
    written = await record.carried_out(court, w, case, step, proposal, me, **more)
    leaf = await record.append(court, w, case, written, proposal.log_index)
    return leaf, proposal, said


# What carries a proposal out, by the verb that approves it.
CARRY_OUT = {"serve": _serve, "refuse": _refuse, "close": _close, "second": _second, "change": _change}


def _last_leaf(case: Case) -> int | None:
    return case.events[-1].log_index


# --- each in a unit of its own ---

concur, approve, return_, propose_change = map(cases.held, (concur_in, approve_in, return_in, propose_change_in))
act_alone, act_in_emergency, lift = map(cases.held, (act_alone_in, act_in_emergency_in, lift_in))
