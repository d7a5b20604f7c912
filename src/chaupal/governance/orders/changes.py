"""Changes of what is in force, decided by two: a later end (extended, renewed), or less of it (amended), each with whose act it was.

A change is the end of one ruling and the beginning of another in one commit, under a step of the order that says so. Nothing
wider than it was comes of an amendment, and nothing lasts longer than its law allows; an emergency order's measures are not
extended, they are confirmed (`confirming.py`). What has no end can be renewed, and can be given one. About a protected speaker
a change takes the three people whom a measure takes.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from chaupal.governance.cases import effects, ladder
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.effects import Cause, Deciders
from chaupal.governance.context import Court
from chaupal.governance.log import record
from chaupal.governance.orders import procedure, steps
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.resolving import SERVER
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import Conflict
from chaupal.policy.measures import ACCOUNT_LEVEL, Measure, narrower
from chaupal.policy.rulings import EVERYWHERE
from chaupal.store.court import as_filed, order_events, rulings
from chaupal.store.court.case_events import CaseEvent, CaseEventBody
from chaupal.store.court.order_events import OrderEventBody
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.work import Reading, Writing

EXTEND, RENEW, AMEND = "extend", "renew", "amend"
LONGER = (EXTEND, RENEW)
KINDS = (*LONGER, AMEND)
NOT_IN_FORCE = "not_in_force"


class ChangeForm(msgspec.Struct, kw_only=True):
    """What is to be different. `kind`: extend, renew or amend; `body`: whose act it is (authority, court, house …), in words or
    as a code. `until`: an ISO date. `territory`: fewer countries. `outcome`: a narrower measure; `parts`: posts or pictures.
    """

    kind: str
    reason: str
    body: str = ""
    until: str = ""
    territory: str = ""
    outcome: str = ""
    parts: tuple[int, ...] = ()
    text: str = ""


async def read(court: Court, reading: Reading, case: Case, form: ChangeForm) -> CaseEventBody:
    """The change as it is proposed, checked whole. Raises Invalid by field, Conflict where nothing is in force."""
    paper = Paper()
    said = CaseEventBody(
        outcome=form.outcome,
        reason=paper.reason("reason", form.reason),
        subjects=tuple(dict.fromkeys(form.parts)),
        ends_at=paper.moment("until", form.until),
        text=paper.line("text", form.text, needed=False),
        change=form.kind,
        body=paper.line("body", form.body, needed=form.kind in LONGER) or "house",
        territory=tuple(dict.fromkeys(form.territory.upper().replace(",", " ").split())),
        words=await as_filed.version(reading, case.target, form.parts),
    )
    rows = await _standing(court, reading, case)
    said = msgspec.structs.replace(said, outcome=said.outcome or rows[0].measure, finding=case.decided_as.finding)
    await check(court, reading, paper, case, rows, said)
    paper.check()
    return said


async def check(
    court: Court, reading: Reading, paper: Paper, case: Case, rows: Sequence[RulingRow], said: CaseEventBody
) -> None:
    """Complain about all that this change may not do. Raises Conflict where none may be made now."""
    ladder.check_may_bind(court, case)
    if case.protected and not case.own_rules and said.outcome in ACCOUNT_LEVEL:
        paper.complain("outcome", "whole_account_protected")
    if said.change in LONGER:
        _check_longer(court, paper, case, rows, said)
    elif said.change == AMEND:
        await _check_less(court, reading, paper, case, rows, said)
    else:
        paper.complain("kind", "no_choice")


async def carry_out(court: Court, w: Writing, case: Case, proposal: CaseEvent, me: int) -> tuple[tuple[int, ...], int]:
    """The change that was proposed, approved by `me`: (ids of the rulings that stand now, the last leaf)."""
    said, paper = proposal.body, Paper()
    rows = await _standing(court, w, case)
    await check(court, w, paper, case, rows, said)
    paper.check()
    noted = OrderEventBody(targets=(case.target.number,), body=said.body, reason=said.reason, until=said.ends_at)
    events = await order_events.of_order(w, case.order.id)
    await record.committed(w, proposal.log_index, said)
    leaf = await steps.enter(court, w, case.order, events, said.change, noted, me)
    cause = Cause(procedure.logged(said.change), order_events.body_of(said.body), said.reason, proposal.by, me)
    begun, who = list[int](), Deciders(proposal.by, me, third=case.third)
    for row in rows:
        following = [_like(court, case, row, said, who, part) for part in _parts(case, row, said)]
        made, leaf = await effects.replace(court, w, case, row, following, cause)
        begun += made
    return tuple(begun), leaf


# --- checks ---


async def _standing(court: Court, reading: Reading, case: Case) -> list[RulingRow]:
    rows = await rulings.standing_on(reading, case.target.id, court.clock())
    if not rows:
        raise Conflict(NOT_IN_FORCE)
    return rows


def _check_longer(court: Court, paper: Paper, case: Case, rows: Sequence[RulingRow], said: CaseEventBody) -> None:
    if case.order.interim_until is not None:
        raise Conflict("emergency_not_extended")
    ends = [row.ends_at for row in rows]
    had = None if None in ends else max(end for end in ends if end is not None)
    if had is None and said.change == EXTEND:
        paper.complain("kind", "no_end_to_extend")
    elif said.ends_at is not None:
        _check_end(court, paper, case, said, said.ends_at, had)
    elif had is not None or case.regime.ends_at(court.clock()) is not None:
        paper.complain("until", "blank")
    if said.territory or said.subjects or said.outcome != rows[0].measure:
        paper.complain("kind", "longer_is_same")


def _check_end(court: Court, paper: Paper, case: Case, said: CaseEventBody, ends_at: int, had: int | None) -> None:
    """Later than the end that there was, and no later than the law allows, nor the order, but by whoever gave that."""
    latest = case.regime.ends_at(court.clock())
    if ends_at <= court.clock():
        paper.complain("until", "is_past")
    elif had is not None and ends_at <= had:
        paper.complain("until", "not_after_end")
    elif latest is not None and ends_at > latest:
        paper.complain("until", "later_than_law")
    elif case.order.ends_at is not None and ends_at > case.order.ends_at and order_events.body_of(said.body) == "house":
        paper.complain("body", "longer_than_order")


async def _check_less(
    court: Court, reading: Reading, paper: Paper, case: Case, rows: Sequence[RulingRow], said: CaseEventBody
) -> None:
    now, row = court.clock(), rows[0]
    had = row.territory.split(",")
    if said.territory and case.target.kind == SERVER:
        paper.complain("territory", "server_everywhere")
    else:
        check_territory(paper, said.territory, had)
    if said.ends_at is not None and said.ends_at <= now:
        paper.complain("until", "is_past")
    if said.ends_at is not None and any(one.ends_at is not None and said.ends_at > one.ends_at for one in rows):
        paper.complain("until", "not_before_end")
    if said.outcome != row.measure or said.subjects:
        await check_narrower(court, reading, paper, case, row, said)
    elif (not said.territory or set(said.territory) == set(had)) and said.ends_at in (None, row.ends_at):
        paper.complain("until", "nothing_narrower")


def check_territory(paper: Paper, territory: Sequence[str], had: Sequence[str]) -> None:
    """Complain of countries where it does not hold now."""
    if not all(map(known_country, territory)) or (EVERYWHERE not in had and not set(territory) <= set(had)):
        paper.complain("territory", "not_where_it_holds")


async def check_narrower(
    court: Court, reading: Reading, paper: Paper, case: Case, row: RulingRow, said: CaseEventBody
) -> None:
    """Complain where the measure and its parts are not less than `row`: a lower rung, or parts of what that is about."""
    if said.outcome not in set(Measure):
        paper.complain("outcome", "no_choice")
        return
    if narrower(row.measure, said.outcome):
        paper.complain("outcome", "not_narrower")
    await ladder.check(court, reading, paper, case, replace(said.draft, rule=row.rule))


# --- rows ---


def _parts(case: Case, row: RulingRow, said: CaseEventBody) -> list[int | None]:
    """The subjects that follow from a row: itself (None), or those parts of it that were chosen."""
    if not said.subjects:
        return [None]
    if row.subject_id == case.target.subject_id:
        return list(said.subjects)
    return [None] if row.subject_id in said.subjects else []


def _like(court: Court, case: Case, row: RulingRow, said: CaseEventBody, who: Deciders, part: int | None) -> RulingRow:
    ends_at = row.ends_at if said.ends_at is None else said.ends_at
    return effects.renewed(
        court,
        row,
        measure=said.outcome if part is not None or said.outcome else row.measure,
        subject_id=part or row.subject_id,
        ends_at=ends_at,
        territory=",".join(said.territory) or row.territory,
        reason=said.reason,
        decided_by=who.first,
        approved_by=who.second,
        concurred_by=who.third,
        protected=case.protected,
        review_at=effects.review_of(case.regime, court.clock(), ends_at),
        permanent=row.permanent and said.ends_at is None,
        text=said.text or row.text,
    )
