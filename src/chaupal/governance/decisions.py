"""Decisions: one person proposes with a reason, another approves, and only then is anything withheld or refused."""

from chaupal.governance import cases, effects, lifecycle, log, record
from chaupal.governance.cases import Case
from chaupal.governance.context import Court
from chaupal.governance.lifecycle import Move, State
from chaupal.governance.papers import Paper, check_may, check_reason
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import Conflict, NotAllowed
from chaupal.policy.rulings import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store import rulings
from chaupal.store.docket import CaseEvent, Said
from chaupal.store.rulings import RulingRow
from chaupal.store.work import Writing

REFUSE = "refuse"
OUTCOMES = (Measure.WITHHOLD_POST.value, Measure.WITHHOLD_ACCOUNT.value, REFUSE)
# Why an order is not followed: what one cites on the page, in the log and in reports.
REFUSALS = (
    "not_authorised_issuer", "no_legal_basis", "ground_not_listed", "no_reasons", "not_specific", "overbroad_account_level",
    "extraterritorial", "protected_expression", "unverifiable_origin", "expired_interim",
)  # fmt: skip
CLOCK = 0  # who acts when time does


async def propose(
    court: Court,
    viewer: Viewer,
    ref: str,
    number: int,
    *,
    outcome: str,
    reason: str,
    code: str = "",
    seen: int | None = None,
) -> None:
    """Propose what to do about target `number` of an order. Nothing is withheld by it.

    `code` is the ground of a refusal. Raises NotAllowed, NotFound, Invalid by field, Conflict for a case that moved on.
    """
    me = check_may(viewer, "decide")
    paper = Paper()
    reason = paper.reason("reason", reason)
    async with court.work.writing() as w:
        case = await cases.case_of(w, ref, number, seen)
        _check_outcome(paper, case, outcome, code)
        paper.check()
        move = lifecycle.move(case.state, "propose_refusal" if outcome == REFUSE else "propose_withholding")
        if outcome != REFUSE:
            _check_not_ended(court, case)
        # Proposals can change, so the log only commits to what this one says; approving it opens the commitment.
        private = {"outcome": outcome, "reason": reason} | ({"ground": code} if code else {})
        public = await record.subject(w, case.target) | {"step": "proposed", "by": record.pseudonym(court, me)}
        leaf, entry = await log.append(court, w, "decision", ref, public, prev=_last_leaf(case), private=private)
        said = Said(outcome=outcome, reason=reason, code=code, disclosures=tuple(entry.disclosures.values()))
        await cases.enter(court, w, case, move, me, said, leaf)


async def approve(court: Court, viewer: Viewer, ref: str, number: int, *, seen: int | None = None) -> State:
    """Second a proposal: it is carried out in this commit. The state the case came to, withheld or refused.

    Raises NotAllowed for whoever proposed it, Conflict for a case that moved on.
    """
    me = check_may(viewer, "approve")
    async with court.work.writing() as w:
        case = await cases.case_of(w, ref, number, seen)
        refusing = case.state is State.REFUSAL_PROPOSED
        move = lifecycle.move(case.state, "refuse" if refusing else "serve")
        proposal = check_second(case, me)
        await (_refuse if refusing else _serve)(court, w, case, move, proposal, me)
    return move.to


async def return_(court: Court, viewer: Viewer, ref: str, number: int, *, reason: str, seen: int | None = None) -> None:
    """Send a proposal back, with a reason. Raises as `approve` does, and Invalid for a reason that explains nothing."""
    me, reason = check_may(viewer, "approve"), check_reason(reason)
    async with court.work.writing() as w:
        case = await cases.case_of(w, ref, number, seen)
        move = lifecycle.move(case.state, "return")
        proposal = check_second(case, me)
        public = await record.subject(w, case.target) | {"step": "returned", "by": record.pseudonym(court, me)}
        leaf, _ = await log.append(court, w, "decision", ref, public, prev=proposal.log_index)
        await cases.enter(court, w, case, move, me, Said(reason=reason), leaf, proposal.by)


async def lift(court: Court, viewer: Viewer, ref: str, number: int, *, reason: str, seen: int | None = None) -> None:
    """End what is withheld: one person may, with a reason. Everything is back as it was, in this commit."""
    me, reason = check_may(viewer, "lift"), check_reason(reason)
    async with court.work.writing() as w:
        case = await cases.case_of(w, ref, number, seen)
        move = lifecycle.move(case.state, "lift")
        public: record.Public = {"step": "lifted", "reason": reason, "by": record.pseudonym(court, me)}
        await _end(court, w, case, move, me, public, Said(reason=reason), court.clock())


async def lapse_ended(court: Court) -> int:
    """Write down that rulings whose time has run out are over (the gate stopped obeying them by itself). How many."""
    async with court.work.reading() as reading:
        over = await rulings.ended(reading, court.clock())
    return sum([await _lapse(court, row) for row in over])


async def _lapse(court: Court, row: RulingRow) -> bool:
    """One unit for each, so that none waits for another. False where somebody was faster."""
    try:
        async with court.work.writing() as w:
            case = await cases.case_with(w, row.target_id or 0)
            move = lifecycle.move(case.state, "lapse")
            await _end(court, w, case, move, CLOCK, {"step": "lapsed"}, Said(), row.ends_at or 0)
    except Conflict:
        return False
    return True


def check_second(case: Case, me: int) -> CaseEvent:
    """The proposal that `me` would second. Raises NotAllowed for whoever made it."""
    proposal = case.proposal
    if proposal is None:
        raise Conflict("Nothing is proposed")
    if proposal.by == me:
        raise NotAllowed("You proposed this yourself; a second person must decide")
    return proposal


def _check_outcome(paper: Paper, case: Case, outcome: str, code: str) -> None:
    if outcome not in OUTCOMES:
        paper.complain("outcome", "must be one of the choices")
    elif outcome != REFUSE and outcome != effects.NARROWEST.get(case.target.kind):
        # An order against one post never takes the account, and one against an account is not met post by post.
        paper.complain("outcome", "is not the narrowest measure for this target")
    if outcome == REFUSE and code not in REFUSALS:
        paper.complain("code", "must be one of the grounds for refusal")


def _check_not_ended(court: Court, case: Case) -> None:
    if case.order.ends_at is not None and case.order.ends_at <= court.clock():
        raise Conflict("The time of this order is over")


async def _serve(court: Court, w: Writing, case: Case, move: Move, proposal: CaseEvent, me: int) -> None:
    _check_not_ended(court, case)
    order = case.order
    public = await _decided(court, w, case, proposal, me) | {
        "step": "withheld", "measure": proposal.body.outcome, "territory": list(order.territory), "authority": case.authority.name,
        "law": order.legal_basis, "from": iso(court.clock()), "until": None if order.ends_at is None else iso(order.ends_at),
    }  # fmt: skip
    leaf, _ = await log.append(court, w, "measure", order.ref, public, prev=proposal.log_index)
    ruling = await effects.begin(court, w, case, proposal, me, leaf)
    await cases.enter(court, w, case, move, me, Said(ruling=ruling), leaf, proposal.by)


async def _refuse(court: Court, w: Writing, case: Case, move: Move, proposal: CaseEvent, me: int) -> None:
    public = await _decided(court, w, case, proposal, me) | {"step": "refused", "ground": proposal.body.code}
    leaf, _ = await log.append(court, w, "decision", case.order.ref, public, prev=proposal.log_index)
    await cases.enter(court, w, case, move, me, Said(), leaf, proposal.by)


async def _decided(court: Court, w: Writing, case: Case, proposal: CaseEvent, me: int) -> record.Public:
    """What two people decided, with the disclosures by which anybody can check that it is what was proposed."""
    return await record.subject(w, case.target) | {
        "reason": proposal.body.reason, "opens": list(proposal.body.disclosures), "by": record.pseudonym(court, proposal.by),
        "second": record.pseudonym(court, me),
    }  # fmt: skip


async def _end(
    court: Court, w: Writing, case: Case, move: Move, by: int, public: record.Public, said: Said, at: int
) -> None:
    served = case.served
    said_of = await record.subject(w, case.target) | public | {"at": iso(at)}
    leaf, _ = await log.append(court, w, "reversal", case.order.ref, said_of, prev=served.log_index if served else None)
    await effects.end(w, case, leaf, at, lapsed=by == CLOCK)
    await cases.enter(court, w, case, move, by, said, leaf)


def _last_leaf(case: Case) -> int | None:
    return case.events[-1].log_index
