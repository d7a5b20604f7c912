"""Frozen reports: the hash of a period's report goes into the log, so that no number can be changed quietly afterwards."""

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import log, tallying
from chaupal.governance.report import reported
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Conflict, Invalid, NotFound
from chaupal.store.court import frozen, ledger
from chaupal.store.machine.work import Writing
from chaupal_audit.fold.facts import Snapshot
from chaupal_audit.fold.fold import Fold, Progress
from chaupal_audit.log import entries
from chaupal_audit.report.compare import Difference, differences
from chaupal_audit.report.filters import period
from chaupal_audit.report.report import WHOLE, document, files, hashes, report
from chaupal_audit.tlog import at_minute


class FrozenReport(msgspec.Struct, frozen=True):
    """What was frozen: the report of `period` made of `size` entries. `changed`: since the revision before."""

    period: str
    revision: int
    size: int
    sha256: str
    index: int
    changed: tuple[Difference, ...]


async def listed(court: Court) -> list[Snapshot]:
    """Every revision that the newest report knows of, the newest first."""
    return court.keeper.fold.facts.snapshots[::-1]


async def file(court: Court, text: str, revision: int, name: str) -> bytes:
    """A file of a frozen report as it was published. Raises NotFound."""
    async with court.work.reading() as reading:
        found = await frozen.file(reading, text, revision, name)
    if found is None:
        raise NotFound("not_frozen")
    return found


async def freeze(court: Court, text: str, progress: Progress | None = None) -> FrozenReport:
    """Freeze a month (2021-02) or a year (2021) that is over. Raises Unsound, Invalid, or Conflict where nothing has changed."""
    filters = period(text)
    if filters.until * MINUTE > court.clock():
        raise Invalid("period_not_over")
    facts = await reported.caught_up(court, progress)
    made = report(facts, filters)
    published = files(made)
    before = [s for s in facts.snapshots if s.period == text]
    changed = await _changed(court, before[-1], document(made), progress) if before else ()
    if before and not changed:
        raise Conflict("unchanged_since", revision=before[-1].revision)
    revision, size, named = len(before) + 1, facts.size, hashes(published)
    sha256 = named.pop(WHOLE)
    public = entries.Snapshot(
        period=text, revision=revision, size=size, sha256=sha256, files=named, at=at_minute(court.clock())
    )
    async with court.work.writing() as w:
        await _check_not_waiting(w, text, filters.until, size)
        prev = before[-1].index if before else None
        index = await log.append(court, w, text, public, prev=prev)
        await frozen.keep(w, text, revision, published)
        await tallying.tally(court, w, text, size)
    return FrozenReport(text, revision, size, sha256, index, changed)


async def _check_not_waiting(w: Writing, text: str, until: int, size: int) -> None:
    """Raises Conflict where a revision of this period, or an act in it, stands among the entries that no checkpoint holds yet."""
    end = await ledger.hold(w)
    fold = Fold()
    for entry in await ledger.entries(w, size, end - size):
        fold.add(entry)
    if any(snapshot.period == text for snapshot in fold.facts.snapshots):
        raise Conflict("revision_waits")
    if fold.facts.first is not None and fold.facts.first < until:
        raise Conflict("period_waits")


async def _changed(
    court: Court, before: Snapshot, made: dict[str, object], progress: Progress | None
) -> tuple[Difference, ...]:
    """What the numbers were when the last revision was frozen, and are now."""
    then = await reported.as_of(court, before.size, progress)
    return tuple(differences(document(report(then, period(before.period))), made))
