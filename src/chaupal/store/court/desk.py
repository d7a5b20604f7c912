"""What the desk looks up: open targets by their order, as staff filter them; who works on which; what is in force of a kind."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import and_, case, exists, func, or_

from chaupal.policy.viewer import MAY, Role
from chaupal.store.court.case_events import AT_LAST_EVENT
from chaupal.store.court.rulings import ALL_RULINGS
from chaupal.store.machine.dialect import among, if_said, listed, param, text_param
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import appeals, case_events, orders, protected_speakers as speakers, reports, targets
from chaupal.store.tables.identity import accounts
from chaupal.store.tables.square import posts

ANYBODY, NOBODY = 0, -1
MOST_NUMBER = 1_000_000  # beyond the number of any target


class Wanted(NamedTuple):
    """What staff filter by; empty words filter nothing. `whose`: an account, ANYBODY or NOBODY. `q`: reference, number, handle, line."""

    kind: str = ""
    law: str = ""
    tongue: str = ""
    whose: int = ANYBODY
    guarded: bool = False
    q: str = ""


class Heap(NamedTuple):
    """Targets of an order that match: how many, the first number, how many of protected speakers, and how many somebody works on."""

    order_id: int
    many: int
    first: int
    guarded: int
    assigned: int


class Open(NamedTuple):
    """How many targets of an order stand in a state, and from which number on; of them those that somebody else than the asker
    brought there and that are not the asker's own, those of protected speakers, and those that are the asker's."""

    order_id: int
    state: str
    many: int
    first: int
    others: int
    first_of_others: int
    guarded: int
    own: int = 0


_tongue = func.coalesce(posts.c.language, accounts.c.language, "")
_guarded = exists().where(
    speakers.c.account_id == targets.c.owner_id,
    speakers.c.seconded_by.is_not(None),
    speakers.c.ended_at.is_(None),
    or_(speakers.c.ends_at.is_(None), speakers.c.ends_at > param("at")),
)


HEAPS = (
    selects(
        targets.c.order_id, func.count(), func.min(targets.c.number), func.count(case((_guarded, 1))),
        func.count(targets.c.assigned_to),
    )
    .select_from(targets)
    .join(case_events, AT_LAST_EVENT)
    .join(orders, orders.c.id == targets.c.order_id)
    .join(accounts, accounts.c.id == targets.c.owner_id, isouter=True)
    .join(posts, and_(posts.c.id == targets.c.subject_id, targets.c.kind == "post"), isouter=True)
    .where(
        among(case_events.c.state, "states"),
        if_said("kind", targets.c.kind == text_param("kind")),
        if_said("law", orders.c.regime == text_param("law")),
        if_said("tongue", _tongue == text_param("tongue")),
        or_(param("whose") == ANYBODY, and_(param("whose") == NOBODY, targets.c.assigned_to.is_(None)),
            targets.c.assigned_to == param("whose")),
        or_(param("guarded") == 0, _guarded),
        if_said("q", or_(orders.c.ref == text_param("ref"), orders.c.reference_no == text_param("q"),
                          accounts.c.handle == text_param("handle"), targets.c.as_written.like(text_param("line")))),
    )
    .group_by(targets.c.order_id)
)  # fmt: skip
_OWNER = func.coalesce(targets.c.owner_id, 0)
_OTHERS = and_(among(case_events.c.by, "mine", negate=True), among(_OWNER, "mine", negate=True))
OPEN_BY_STATE = (
    selects(
        targets.c.order_id,
        case_events.c.state,
        func.count(),
        func.min(targets.c.number),
        func.count(case((_OTHERS, 1))),
        func.min(case((_OTHERS, targets.c.number), else_=MOST_NUMBER)),
        func.count(case((_guarded, 1))),
        func.count(case((among(_OWNER, "mine"), 1))),
    )
    .select_from(targets)
    .join(case_events, AT_LAST_EVENT)
    .where(among(targets.c.order_id, "ids"))
    .group_by(targets.c.order_id, case_events.c.state)
)
ASSIGN = updates(targets, assigned_to="who").where(among(targets.c.id, "ids"))
# What one may do who works on it -> what is nobody's again.
PUT_BACK = {
    "write_notes": updates(targets, assigned_to="nobody").where(assigned_to="who"),
    "hear_appeal": updates(appeals, assigned_to="nobody").where(appeals.c.decided_at.is_(None), assigned_to="who"),
    "handle_reports": updates(reports, assigned_to="nobody").where(reports.c.resolved_at.is_(None), assigned_to="who"),
}
_IN_FORCE = ALL_RULINGS.where(lifted_at=None).ordered("-id").limit(500)
# Rulings of one measure that are not lifted, the newest first.
in_force_as = _IN_FORCE.where(measure="of").all_of
# Rulings on one basis that are not lifted, the newest first.
in_force_by = _IN_FORCE.where(basis="of").all_of


async def heaps(reading: Reading, states: Sequence[str], wanted: Wanted, at: int) -> list[Heap]:
    """Orders with targets that stand in one of `states` and are as wanted. `at`: ms, for who is protected."""
    plain = wanted.q.replace("%", "").strip()
    rows = await reading.fetch(
        HEAPS,
        states=listed(states),
        kind=wanted.kind,
        law=wanted.law,
        tongue=wanted.tongue,
        whose=wanted.whose,
        guarded=int(wanted.guarded),
        q=plain,
        ref=plain.upper(),
        handle=plain.removeprefix("@").lower(),
        line=f"%{plain}%",
        at=at,
    )
    return [Heap(*row) for row in rows]


async def standing_by_state(
    reading: Reading, ids: Sequence[int], mine: Collection[int], at: int
) -> dict[int, list[Open]]:
    """Order -> its targets by the state that they stand in, as whoever has the accounts `mine` would work on them. `at`: ms, for
    who is protected.
    """
    found: dict[int, list[Open]] = {}
    rows = await reading.fetch(OPEN_BY_STATE, ids=listed(ids), mine=listed(sorted(mine)), at=at) if ids else []
    for one in map(Open._make, rows):
        found.setdefault(one.order_id, []).append(one)
    return found


async def assign(w: Writing, target_ids: Sequence[int], to: int | None) -> int:
    """Who works on these targets from now on; None: nobody. How many there are."""
    return await w.run(ASSIGN, ids=listed(target_ids), who=to)


async def put_back(w: Writing, account: int, role: Role) -> None:
    """What somebody worked on, and may not in this role, is nobody's again: else nobody finds it who looks for what is nobody's."""
    for act, all_of_a_kind in PUT_BACK.items():
        if role not in MAY[act]:
            await w.run(all_of_a_kind, who=account, nobody=None)
