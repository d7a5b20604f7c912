"""Facts for the gate: the viewer's ties and the rulings in force, remembered until a commit changes them."""

from sqlalchemy import select

from chaupal.policy.facts import STRANGER, Facts, Relations
from chaupal.policy.rulings import Measure, Ruling, RulingIndex
from chaupal.policy.viewer import Viewer
from chaupal.store.dialect import param, statement
from chaupal.store.tables import blocks, follows, mutes, rulings
from chaupal.store.work import Reading

FOLLOWING = statement(select(follows.c.to, follows.c.boosts).where(follows.c.by == param("me")))
BLOCKING = statement(select(blocks.c.to).where(blocks.c.by == param("me")))
BLOCKED_BY = statement(select(blocks.c.by).where(blocks.c.to == param("me")))
MUTING = statement(select(mutes.c.to, mutes.c.ends_at).where(mutes.c.by == param("me")))

IN_FORCE = statement(
    select(
        rulings.c.id, rulings.c.subject_id, rulings.c.measure, rulings.c.territory, rulings.c.starts_at, rulings.c.ends_at,
        rulings.c.order_ref, rulings.c.authority, rulings.c.authority_hi, rulings.c.legal_basis, rulings.c.reason,
        rulings.c.log_index, rulings.c.term,
    )
    .where(rulings.c.lifted_at.is_(None))
    .order_by(rulings.c.id)
)  # fmt: skip


async def facts_for(reading: Reading, viewer: Viewer) -> Facts:
    """All that a verdict for this viewer may rest on."""
    rulings_now = await rulings_in_force(reading)
    return Facts(STRANGER if viewer.account is None else await relations_of(reading, viewer.account), rulings_now)


async def relations_of(reading: Reading, account: int) -> Relations:
    """The account's ties to others."""
    memory = reading.memory
    kept = memory.relations.items.get(account)
    now = reading.now()
    if kept is not None and now < kept.until:
        return kept
    generation = memory.generation
    followed = await reading.fetch(FOLLOWING, me=account)
    following = frozenset(row[0] for row in followed)
    quiet = frozenset(row[0] for row in followed if not row[1])
    blocking = frozenset(row[0] for row in await reading.fetch(BLOCKING, me=account))
    blocked_by = frozenset(row[0] for row in await reading.fetch(BLOCKED_BY, me=account))
    muted = [(row[0], row[1]) for row in await reading.fetch(MUTING, me=account)]
    muting = frozenset(to for to, ends in muted if ends is None or ends > now)
    until = min((ends for _, ends in muted if ends is not None and ends > now), default=2**63 - 1)
    found = Relations(following, blocking, blocked_by, muting, blocking | blocked_by | muting, quiet, until)
    if generation == memory.generation:
        memory.relations.put(account, found)
    return found


async def rulings_in_force(reading: Reading) -> RulingIndex:
    """The index of rulings at this moment; rebuilt when one is made, lifted, or starts or ends by the clock."""
    memory = reading.memory
    now = reading.now()
    if memory.rulings is not None and now < memory.rulings.until:
        return memory.rulings
    generation = memory.generation
    index = RulingIndex([_ruling(row) for row in await reading.fetch(IN_FORCE)], now)
    if memory.rulings is not None:
        memory.rulings_version += 1  # the clock moved one: what was cached per verdict is stale
        memory.pages.items.clear()
    if generation == memory.generation:
        memory.rulings = index
    return index


def _ruling(row: object) -> Ruling:
    (id_, subject, measure, territory, starts_at, ends_at, ref, authority, authority_hi, basis, reason, index, term) = (
        row  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
    )
    return Ruling(
        id=id_, subject=subject, measure=Measure(measure), territory=tuple(t for t in territory.split(",") if t),
        starts_at=starts_at, ends_at=ends_at, order_ref=ref, authority=authority, authority_hi=authority_hi,
        legal_basis=basis, reason=reason, log_index=index, term=term,
    )  # fmt: skip
