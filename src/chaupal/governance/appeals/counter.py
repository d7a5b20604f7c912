"""Counter-notices: where a law has them, the author of what was withheld objects, and it is shown again unless somebody sues."""

import msgspec

from chaupal.governance.appeals import notices
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.cases import cases, clocks, effects, guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store.court import appeals, ledger, notes, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries

COUNTER = "counter"
FILED, FORWARDED, RESTORED, SUIT = "filed", "forwarded", "restored", "suit"
RESTORE = "restore"  # the clock, of the order
NOT_NOW = "no_counter_now"
REASON = "A counter-notice was sent on, and nobody has gone to court in time."
# What can be done about one -> what must have been done, and what must not.
STEPS = {
    FORWARDED: (FILED, (FORWARDED, SUIT, RESTORED)),
    SUIT: (FILED, (SUIT, RESTORED)),
    RESTORED: (FORWARDED, (SUIT, RESTORED)),
}


class CounterNotice(msgspec.Struct, frozen=True, kw_only=True):
    """One counter-notice. `particulars`: what its author declared, by field; private. Times in ms; `steps` with their minutes."""

    filed_at: int
    particulars: dict[str, str]
    steps: dict[str, str]
    restore_from: int
    restore_by: int


async def of_ruling(court: Court, viewer: Viewer, ruling_id: int) -> CounterNotice | None:
    """The counter-notice about a ruling: for whoever wrote it, and for staff. Raises NotFound."""
    strike = await notices.by_id(court, viewer, ruling_id)
    async with court.work.reading() as reading:
        return await _of(reading, strike)


def is_open(strike: Strike) -> bool:
    """Whether the law of a ruling knows counter-notices, and this one is in force."""
    return strike.regime.counter_notice is not None and strike.in_force


async def file(court: Court, viewer: Viewer, ruling_id: int, particulars: dict[str, str]) -> None:
    """Answer a notice. Raises NotFound for others' rulings, Invalid by field for what is not declared, Conflict."""
    strike = await notices.by_id(court, viewer, ruling_id)
    law = strike.regime.counter_notice
    if strike.ruling.owner_id != viewer.me or law is None:
        raise NotFound
    if not strike.in_force:
        raise Conflict("not_in_force")
    paper = Paper()
    said = {field.code: paper.page(field.code, particulars.get(field.code, "")) for field in law.required_fields}
    paper.check()
    async with court.work.writing() as w:
        await ledger.hold(w)
        if await _of(w, strike) is not None:
            raise Conflict(NOT_NOW)
        now = court.clock()
        text = msgspec.json.encode(said).decode()
        await notes.add(w, notes.Note(court.make_id(), COUNTER, ruling_id, viewer.me, text, now))
        await _log(court, w, strike, FILED, by=None)
        await _set_clock(court, w, strike)


async def step(court: Court, viewer: Viewer, ruling_id: int, name: str) -> None:
    """Note that it was `forwarded` to whoever sent the notice, or that they went to court (`suit`); or show it again.

    Raises NotAllowed for whoever says of what they decided that it is before a court and so stays, Conflict for what does not
    follow, and for showing it again before the law's first day.
    """
    check_may(viewer, "lift")
    if name not in STEPS:
        raise NotFound
    strike = await notices.by_id(court, viewer, ruling_id)
    needs, bars = STEPS[name]
    async with court.work.writing() as w:
        await ledger.hold(w)
        me = await guards.act(w, viewer, "lift", [strike.ruling.owner_id])
        if name == SUIT:
            await guards.check_not_own(w, me, await appeals.hands_in(w, ruling_id), "suit_noted_by_you")
        found = await _of(w, strike)
        if found is None or needs not in found.steps or any(bar in found.steps for bar in bars):
            raise Conflict(NOT_NOW)
        if name == RESTORED:
            if court.clock() < found.restore_from:
                raise Conflict("counter_too_soon")
            await _restore(court, w, strike, viewer)
        await _log(court, w, strike, name, by=me)
        if name != FORWARDED:
            await _set_clock(court, w, strike)


async def _set_clock(court: Court, w: Writing, strike: Strike) -> None:
    """Of an order's counter-notices each has days of its own: its one clock runs for the first that waits, and stops where none does."""
    order, law = strike.order, strike.regime.counter_notice
    if order is None or law is None:
        return
    told = await log.entries_about(w, entries.Counter, order.log_index, order)
    over = {prev for _, prev, said in told if said.step in (SUIT, RESTORED)}
    waiting = [at for at, leaf in await notes.on_measures(w, COUNTER, order.id) if leaf not in over]
    clock = next((c for c in await clocks.of_matter(w, clocks.ORDER, order.id) if c.kind == RESTORE), None)
    if not waiting:
        await clocks.stop(w, clocks.ORDER, order.id, RESTORE, court.clock())
        return
    begins = waiting[0]
    if clock is not None:
        begins = max(begins, clock.starts_at)  # none goes back: versions before let the last one count
        if clock.stopped_at is None and begins == clock.starts_at:
            return  # staff are told once of each share of its time
    due = law.restore_by.after(begins, strike.regime.zone)
    await clocks.start(w, clocks.ORDER, order.id, RESTORE, begins, due)


async def _restore(court: Court, w: Writing, strike: Strike, viewer: Viewer) -> None:
    case = await cases.case_with(court, w, strike.ruling.target_id or 0)
    taken = await cases.take(court, w, viewer, case, "lift")
    leaf = await effects.end_ruling(court, w, strike.ruling, how="lifted", by=taken.by, reason=REASON)
    if not await rulings.standing_on(w, case.target.id):
        await cases.enter(court, w, case, taken, CaseEventBody(reason=REASON), leaf)


async def _log(court: Court, w: Writing, strike: Strike, name: str, *, by: int | None) -> None:
    who = None if by is None else pseudonym(court, by)
    public = entries.Counter(step=name, at=tlog.at_minute(court.clock()), by=who)
    await notices.enter(court, w, strike, public, strike.ruling.log_index)


async def _of(reading: Reading, strike: Strike) -> CounterNotice | None:
    """Put one together: its steps are read from the log, its particulars from the store."""
    law = strike.regime.counter_notice
    written = await notes.on(reading, COUNTER, strike.ruling.id)
    if law is None or not written:
        return None
    start = strike.ruling.log_index
    told = await log.entries_about(reading, entries.Counter, start, strike.order)
    steps = {said.step: said.at or "" for _, prev, said in told if prev == start}
    filed = written[0].at
    return CounterNotice(
        filed_at=filed,
        particulars=msgspec.json.decode(written[0].text, type=dict[str, str]),
        steps=steps,
        restore_from=law.restore_not_before.after(filed, strike.regime.zone),
        restore_by=law.restore_by.after(filed, strike.regime.zone),
    )
