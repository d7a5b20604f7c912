"""What whoever runs the server watches: clocks and how late they are, the log and its checkpoint, what waits to be carried out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chaupal.governance.context import Court
from chaupal.governance.log import reconcile
from chaupal.kernel.clock import SECOND
from chaupal.policy.deadline_alerts import SHARES
from chaupal.store.court import clocks, ledger, tellings
from chaupal.store.court.clocks import ClockRow
from chaupal.store.federation import deliveries
from chaupal.store.machine import outbox

MOST = 100_000  # clocks looked at


class Sample(NamedTuple):
    """One value, with what tells it from others of its gauge."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Gauge(NamedTuple):
    """A named number with its help line; in the units that its name ends with."""

    name: str
    help: str
    samples: Sequence[Sample]


async def gauges(court: Court) -> list[Gauge]:
    """All of them, as they stand now. No words and no names of people are in them, and nothing of what is secret.

    Whoever watches a server is not of its office; there the hours of secret orders are told of (`cases/clocks.py`).
    """
    now = court.clock()
    async with court.work.reading() as reading:
        running = await clocks.running_openly(reading, MOST)
        last = await ledger.last_checkpoint(reading)
        events = await outbox.depth(reading)
        leaving = await deliveries.depth(reading)
        held_back = await tellings.unsent_openly(reading)
        size = await ledger.size(reading)
    found = await reconcile.last(court)
    open_for = await court.work.open_for()
    return [
        *_clocks(running, now),
        _one("log_entries", "Entries in the public log.", size),
        _one("log_unsigned_entries", "Entries that no checkpoint holds yet.", size - (last.size if last else 0)),
        _one("checkpoint_age_seconds", "Since the last checkpoint was signed.", (now - last.at) / SECOND if last else 0),
        _one("reconciliation_failures", "Rulings and entries that did not agree at the last look.",
            found.failures if found else 0),
        _one("reconciliation_age_seconds", "Since rulings and log were held against each other.",
            (now - found.at) / SECOND if found else 0),
        _one("outbox_waiting", "Events that are true and not carried out yet.", events.waiting),
        _one("outbox_oldest_seconds", "For how long the oldest of them waits.",
            0 if events.since is None else (now - events.since) / SECOND),
        _one("outbox_given_up", "Events that could not be carried out and wait for the operator.", events.given_up),
        _one("transaction_open_seconds", "Since the oldest transaction that is open in the database was begun.", open_for),
        _one("tellings_held_back", "Notices that may not be given yet.", held_back),
        _one("deliveries_waiting", "Things on their way to other servers: each for one inbox.", leaving.waiting),
        _one("deliveries_late_seconds", "For how long a server that answers has waited for somebody to tell it.",
            (now - leaving.late_since) / SECOND if leaving.late_since is not None and court.settings.federates else 0),
        _one("servers_failing", "Other servers for which something waits and that do not answer.", leaving.failing),
    ]  # fmt: skip


def _clocks(running: Sequence[ClockRow], now: int) -> Iterable[Gauge]:
    kinds: dict[tuple[tuple[str, str], ...], list[ClockRow]] = {}
    for clock in running:
        kinds.setdefault((("what", clock.what), ("clock", clock.kind)), []).append(clock)
    yield Gauge("clocks_running", "Deadlines that run.", [Sample(len(rows), labels) for labels, rows in kinds.items()])
    yield Gauge(
        "clocks_overdue",
        "Deadlines that are over, with what was due not done.",
        [Sample(sum(row.due_at <= now for row in rows), labels) for labels, rows in kinds.items()],
    )
    yield Gauge(
        "clock_next_due_seconds",
        "Until the next deadline of a kind; below zero when it is over.",
        [Sample((min(row.due_at for row in rows) - now) / SECOND, labels) for labels, rows in kinds.items()],
    )
    yield Gauge(
        "clocks_alerted",
        "Running deadlines by the share of their time at which staff were last told.",
        [Sample(sum(row.alerted == share for row in running), (("share", str(share)),)) for share in (0, *SHARES)],
    )


def _one(name: str, help_: str, value: float) -> Gauge:
    return Gauge(name, help_, (Sample(value),))
