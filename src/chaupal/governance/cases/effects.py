"""What a decision does: rulings begin, and end. The gate obeys them from the commit on."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.cases.cases import Case
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.events import DecisionServed, RulingLifted, RulingSeconded
from chaupal.governance.log import log, record
from chaupal.governance.regimes import Regime
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict
from chaupal.policy.measures import OF_SERVERS, STATES, Measure, counts_again
from chaupal.policy.rulings import EVERYWHERE
from chaupal.store.court import as_filed, docket, ledger, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.federation import limits
from chaupal.store.identity import accounts as standing
from chaupal.store.machine.work import Writing
from chaupal_audit.law.alone import ALONE_APART, EMERGENCY_LASTS

REVIEW_AT_LATEST = 180 * DAY  # what has no end and whose law sets no review is looked at again after this


class Deciders(NamedTuple):
    """Who decided. No `second` where the regime lets one person act (`alone`), or where one acted in an emergency.

    `third`: who agreed as second reviewer, for a protected speaker.
    """

    first: int
    second: int | None = None
    alone: bool = False
    third: int | None = None


async def begin(
    court: Court,
    w: Writing,
    case: Case,
    said: CaseEventBody,
    who: Deciders,
    prev: int | None,
    *,
    carries: int | None = None,
) -> tuple[tuple[int, ...], int]:
    """Begin the rulings that were decided, in the matter's territory only: (their ids, the index of the last log entry).

    `carries`: the entry of the proposal that is carried out; whatever that committed to stands again in each measure's.
    """
    measure, leaf = Measure(said.outcome), 0
    edited = await as_filed.version(w, case.target, said.subjects) > case.order.received_at
    begun: list[int] = []
    for subject in await _subjects(w, case, said):
        row = _row(court, case, said, who, measure, subject)
        leaf = await _begin(court, w, case, said, row, subject.kind, prev, carries=carries, edited=edited)
        begun.append(row.id)
    return tuple(begun), leaf


async def _begin(
    court: Court, w: Writing, case: Case, said: CaseEventBody, row: RulingRow, kind: str, prev: int | None, **more: Any
) -> int:
    """Begin one ruling with its log entry, whose index is returned. `more`: further fields of the entry."""
    written = await record.ruling(court, w, case, said, row, kind, **more)
    leaf = await record.append(court, w, case, written, prev)
    await _check_court_stands(w, row)
    await _check_once(w, row)
    row = msgspec.structs.replace(row, log_index=leaf)
    await rulings.begin(w, row)
    await _settle(w, row)
    w.tell(DecisionServed(**_of(row, case.target.number, kind)))
    return leaf


class Cause(NamedTuple):
    """Why a measure is replaced, in words of the log: by which act (`how`), whose it was (`body`), and why.

    `by`: who carried it out; `second`: who approved it, where two must.
    """

    how: str
    body: str
    reason: str
    by: int
    second: int | None = None


async def replace(
    court: Court, w: Writing, case: Case, old: RulingRow, rows: Sequence[RulingRow], cause: Cause
) -> tuple[tuple[int, ...], int]:
    """End a ruling and begin `rows` in its place in one commit, so that there is no gap: (their ids, the index of the last entry).

    `case`: the one that they belong to, which is another than the old one's where another order takes it over.
    """
    reversal = await end_ruling(
        court,
        w,
        old,
        how=cause.how,
        by=cause.by,
        reason=cause.reason,
        body=cause.body,
        second=None if cause.second is None else pseudonym(court, cause.second),
    )
    return await go_on(court, w, case, rows, old, reversal, cause)


async def go_on(
    court: Court, w: Writing, case: Case, rows: Sequence[RulingRow], old: RulingRow, reversal: int, cause: Cause
) -> tuple[tuple[int, ...], int]:
    """Begin rulings that follow from the end of an `old` one (`reversal`: its leaf): (their ids, the last leaf)."""
    leaf, said = reversal, case.decided_as
    for row in rows:
        words = msgspec.structs.replace(said, outcome=row.measure, reason=row.reason, subjects=())
        kind = row.kind(case.target.kind)
        leaf = await _begin(
            court,
            w,
            case,
            words,
            row,
            kind,
            reversal,
            goes_on=old.log_index,
            cause=CAUSES.get(cause.how, cause.how),
            body=cause.body,
        )
    return tuple(row.id for row in rows), leaf


CAUSES = {"stayed": "resumed"}  # what follows from an end is called as that end is, but for a stay's


def renewed(court: Court, old: RulingRow, **changes: Any) -> RulingRow:
    """A copy of a row that begins now, with these changes."""
    return msgspec.structs.replace(
        old, **{"id": court.make_id(), "starts_at": court.clock(), "lifted_at": None, "lift_log_index": None} | changes
    )


async def done_alone(court: Court, w: Writing, case: Case, said: CaseEventBody, by: int) -> bool:
    """Whether the same person has lately done something alone to the same thing: repeated days would add up to years.

    Asked under the log's hold: of two acts at once one comes second, and sees the other.
    """
    named = [subject.id for subject in await _subjects(w, case, said)]
    await ledger.hold(w)
    done = await rulings.done_alone(
        w, await guards.accounts_of(w, by), named, case.target.term, court.clock() - ALONE_APART
    )
    return any(counts_again(before, said.outcome) for before in done)


def was_shortened(row: RulingRow, made: Sequence[RulingRow]) -> bool:
    """Whether an appeal gave it a nearer end: it replaced one, of those `made` for the same target, that was to end later.

    While one person stands behind something nothing else gives it another.
    """
    before = (one.ends_at for one in made if one.id < row.id and one.lifted_at is not None)
    return row.ends_at is not None and any(end is None or end > row.ends_at for end in before)


async def second(w: Writing, row: RulingRow, by: int, ends_at: int | None, strike_until: int | None) -> None:
    """A second person agrees to what one did alone: from now on it has the end that was decided, and counts as long. Raises
    Conflict where it is over.
    """
    if not await rulings.second(w, row.id, by, ends_at, strike_until):
        raise Conflict("not_in_force")
    w.tell(RulingSeconded(ruling=row.id, subject=row.subject_id, measure=row.measure))


async def end_ruling(
    court: Court,
    w: Writing,
    ruling: RulingRow,
    *,
    how: str,
    by: int,
    reason: str = "",
    at: int | None = None,
    told: bool = True,
    **more: Any,
) -> int:
    """End a ruling; its subject is shown again from the next look on. The index of its `reversal` entry.

    `how`: as the log calls it (docs/log-entries.md). The case's event is the caller's. `more`: what its entry says besides:
    whose act it was (`body`), who approved it (`second`).
    Raises Conflict where the ruling is not in force.
    """
    at = court.clock() if at is None else at
    if (matter := await docket.matter_of(w, ruling.target_id)) is None:
        raise Conflict("no_matter")
    order, target = matter
    written = await record.ending(court, w, ruling, target, how=how, by=by, reason=reason, at=at, **more)
    leaf = await log.append(court, w, ruling.order_ref, written, prev=ruling.log_index, **record.secrecy(order))
    if not await rulings.lift(w, ruling.id, leaf, at):
        raise Conflict("not_in_force")
    await _settle(w, ruling)
    if told:
        w.tell(
            RulingLifted(**_of(ruling, target.number, ruling.kind(target.kind)), lapsed=how in ("lapsed", "unreviewed"))
        )
    return leaf


async def end_all(court: Court, w: Writing, case: Case, *, how: str, by: int, reason: str = "", **more: Any) -> int:
    """End everything that the case has in force; the last leaf. Raises Conflict where nothing is."""
    leaf = None
    for row in await rulings.standing_on(w, case.target.id):
        leaf = await end_ruling(court, w, row, how=how, by=by, reason=reason, **more)
    if leaf is None:
        raise Conflict("not_in_force")
    return leaf


class Subject(NamedTuple):
    """One thing that a ruling limits. A tag has no id, but a term."""

    kind: str
    id: int
    term: str = ""


async def _subjects(w: Writing, case: Case, said: CaseEventBody) -> list[Subject]:
    target = case.target
    if target.subject_id is None:
        raise Conflict("nothing_about")
    if not said.subjects:
        return [Subject(target.kind, target.subject_id, target.term)]
    return [Subject(Measure(said.outcome).kind("post"), id_) for id_ in said.subjects]


def _row(court: Court, case: Case, said: CaseEventBody, who: Deciders, measure: Measure, subject: Subject) -> RulingRow:
    order, authority, regime, now = case.order, case.asked_by, case.regime, court.clock()
    second_by = None if who.alone or who.second is not None else now + EMERGENCY_LASTS
    # What one person did ends soon, whatever was typed, unless a second agrees.
    soon = court.rules.current(now).alone_ends_at(now) if who.alone else second_by
    ends_at = _first_of(end_of(case, said, now), soon)
    return RulingRow(
        id=court.make_id(), subject_id=subject.id, term=subject.term, measure=measure.value, territory=",".join(territory(case)),
        starts_at=now, ends_at=ends_at, lifted_at=None, target_id=case.target.id,
        owner_id=case.target.owner_id, order_ref=order.ref, authority=authority.name, authority_hi=authority.name_hi,
        legal_basis=order.legal_basis, reason=said.reason, decided_by=who.first, approved_by=who.second, log_index=0,
        basis=regime.basis_kind, regime=regime.ref, rule=said.rule or order.rule, review_at=review_of(regime, now, ends_at),
        permanent=said.permanent, alone=who.alone, second_by=second_by, neutral=case.gagged(now),
        global_allowed=regime.territory.allow_global, strike_until=_first_of(said.strike_until, soon) if said.strike_until else None,
        protected=case.protected, concurred_by=who.third,
        preserve_until=None if regime.preserve is None else regime.preserve.after(now, regime.zone), text=said.text,
    )  # fmt: skip


def territory(case: Case) -> tuple[str, ...]:
    """Where a ruling of this case binds."""
    return case.order.territory or (EVERYWHERE,)


def end_of(case: Case, said: CaseEventBody, now: int) -> int | None:
    """The first of all the ends that something sets: the proposal, the order, its interim date, the law (ms)."""
    return _first_of(said.ends_at, case.order.ends_at, case.order.interim_until, case.regime.ends_at(now))


def _first_of(*ends: int | None) -> int | None:
    return min((end for end in ends if end is not None), default=None)


def review_of(regime: Regime, now: int, ends_at: int | None) -> int | None:
    """When it is looked at again; whatever has no end is."""
    return regime.review_at(now) or (None if ends_at is not None else now + REVIEW_AT_LATEST)


async def _check_court_stands(w: Writing, row: RulingRow) -> None:
    """No measure may shut out the last owner or approver who can sign in. Called while the log is held, so that two at once cannot."""
    last = await standing.last_of(w, row.subject_id) if row.measure in STATES else None
    if last is not None:
        raise Conflict("court_without_owner" if last == "owner" else "court_without_approver")


async def _check_once(w: Writing, row: RulingRow) -> None:
    """A server has each measure at most once, since others copy the list. Called while the log is held."""
    if row.measure in OF_SERVERS and await limits.binds(w, row.subject_id, row.measure):
        raise Conflict("server_limited_so")


async def _settle(w: Writing, row: RulingRow) -> None:
    if row.measure in STATES and not row.term:
        await standing.settle(w, row.subject_id)


def _of(row: RulingRow, number: int, kind: str) -> dict[str, Any]:
    """The fields that both events about a ruling have."""
    return {
        "order": row.order_ref,
        "target": number,
        "kind": kind,
        "territory": tuple(row.territory.split(",")),
        "ruling": row.id,
        "subject": row.subject_id,
        "owner": row.owner_id,
        "measure": row.measure,
    }
