"""Clocks of the court: a deadline is started and stopped with what it is about; its passing tells staff and does nothing else."""

from chaupal.governance.context import Court
from chaupal.governance.events import ClockAlert, ClocksPassed
from chaupal.governance.regimes import Regime
from chaupal.policy.deadline_alerts import share_passed
from chaupal.store.court import clocks
from chaupal.store.court.clocks import ClockRow
from chaupal.store.court.docket import Order
from chaupal.store.machine.work import Writing

ORDER, APPEAL, REPORT = "order", "appeal", "report"  # what a clock can be about

# Row for row what the store does, said in the court's words.
start = clocks.start
stop = clocks.stop
stop_all = clocks.stop_all
running = clocks.running
of_matter = clocks.of_matter


async def start_of_order(w: Writing, order: Order, regime: Regime) -> None:
    """Begin an order's clocks, from when it was received. What it asks and what its law asks both count: the earlier hour does."""
    # What the house opened itself nobody sent in; whoever reported something has clocks of their own (`complaints.py`).
    answers = () if order.authority_id is None else ("acknowledge", "confirm_interim")
    for kind in ("act", *answers):
        asked = order.act_by if kind == "act" else None
        due = min((end for end in (regime.due(kind, order.received_at), asked) if end is not None), default=None)
        if due is not None:
            await start(w, ORDER, order.id, kind, order.received_at, due)


async def alert(court: Court) -> int:
    """Tell of each clock that has passed one of `deadline_alerts.SHARES`, once, across restarts; how many. Nothing is executed."""
    told = 0
    while many := await _alert_some(court):
        told += many
    return told


async def _alert_some(court: Court) -> int:
    """As many as stand in one letter, the next due first."""
    now = court.clock()
    async with court.work.reading() as reading:
        passed = await clocks.alerting(reading, now)
    if not passed:
        return 0
    async with court.work.writing() as w:
        # A clock found late (the server was off) is told of once, with the share of time it has used by now.
        shares = [(clock, share_passed(clock.starts_at, clock.due_at, now)) for clock in passed]
        alerts = [_alert(clock, share) for clock, share in shares if await clocks.alerted(w, clock.id, share)]
        for one in alerts:
            w.tell(one)
        if alerts:
            w.tell(ClocksPassed(alerts=tuple(alerts)))
    return len(alerts)


def _alert(clock: ClockRow, share: int) -> ClockAlert:
    return ClockAlert(what=clock.what, of=clock.of, clock=clock.kind, share=share, due_at=clock.due_at, in_letter=True)
