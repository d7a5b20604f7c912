"""The report of this server's own log: folded on from where it stood, beside everything else that the loop does.

Only what is signed is told of: whoever mirrors the log has the very same entries.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches
from chaupal.governance.report.keeper import Building
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.logger import log
from chaupal.store.court import ledger
from chaupal.store.machine.work import Reading
from chaupal_audit.fold.facts import Facts
from chaupal_audit.fold.fold import Fold, Progress
from chaupal_audit.report.filters import EVERYTHING, Filters, parse_filters
from chaupal_audit.report.report import Report, report

SLICE = 200  # entries folded between two looks at what else is to be done: about a millisecond
WAIT_FOR = 5_000  # entries that a request waits for; for more it is told to come again
TALLY = b'"t":"tally"'  # in the canonical spelling of an entry
IN_A_THREAD = 5_000  # entries: from there on tables take long enough to be made beside the loop


class ReportPart(msgspec.Struct, kw_only=True):
    """Which part of the record: months (2021-02) from and to, a country (IN), a language (hi), a regime (IN-69A). Each may be empty."""

    start: Word = msgspec.field(default="", name="from")
    to: Word = ""
    country: Word = ""
    language: Word = ""
    regime: Word = ""

    @property
    def typed(self) -> dict[str, str]:
        names = {"from": self.start, "to": self.to}
        return names | {"country": self.country, "language": self.language, "regime": self.regime}

    @property
    def filters(self) -> Filters:
        """Raises Unsound."""
        return parse_filters(self.typed)


async def made(court: Court, filters: Filters = EVERYTHING, ids: tuple[str, ...] = ()) -> Report | Building:
    """The report as of the newest signed entry (of the tables `ids`, or of all), or how far it is still behind."""

    def make(facts: Facts) -> Report:
        asked = (facts.size, filters, ids)
        found = court.keeper.made.items.get(asked)
        if found is None:
            found = report(facts, filters, ids)
            court.keeper.made.put(asked, found)
        return found

    return await ask(court, make)


async def ask[T](court: Court, of: Callable[[Facts], T]) -> T | Building:
    """What `of` makes of the facts as of the newest signed entry, or how far they are still behind. It may take long."""
    size, keeper = await _signed(court), court.keeper
    if size - keeper.fold.size > WAIT_FOR:
        _begin(court)
        return Building(keeper.fold.size, size)
    async with keeper.moving:  # while others look at the facts nobody changes them
        await _move(court, keeper.fold, size)
        facts = keeper.fold.facts
        return of(facts) if facts.size < IN_A_THREAD else await asyncio.to_thread(of, facts)


async def _signed(court: Court) -> int:
    try:
        return (await log_batches.newest(court)).size
    except log_batches.NotYet:
        return 0


def _begin(court: Court) -> None:
    """See to it that the fold is moved on, however many ask for it."""
    keeper = court.keeper
    if keeper.errand is None or keeper.errand.done():
        keeper.errand = asyncio.get_running_loop().create_task(_catch_up(court))


async def _catch_up(court: Court) -> None:
    try:
        async with court.keeper.moving:
            await _move(court, court.keeper.fold, await _signed(court))
    except Exception:
        log.exception("the report could not be made; the next who asks for it begins where this ended")


async def _move(court: Court, fold: Fold, size: int, progress: Progress | None = None) -> None:
    """Fold what is missing up to `size`, in slices, so that nobody else waits for long."""
    while fold.size < size:
        async with court.work.reading() as reading:
            found, opened = await _next(reading, fold.size, min(SLICE, size - fold.size))
        if not found:
            return
        for entry, beside in zip(found, opened, strict=True):
            fold.add(entry, beside)
        if progress:
            progress(fold.size)
        await asyncio.sleep(0)


async def _next(reading: Reading, start: int, many: int) -> tuple[Sequence[bytes], list[list[str]]]:
    """Entries from `start` on, and what is read beside the log of each, where that is counted: of tallies."""
    found = await ledger.entries(reading, start, many)
    tallies = [at for at, entry in enumerate(found, start) if TALLY in entry]
    opened = await ledger.beside(reading, tallies[0], tallies[-1] + 1) if tallies else {}
    return found, [opened.get(at, []) for at in range(start, start + len(found))]


# --- for commands, which wait as long as it takes ---


async def caught_up(court: Court, progress: Progress | None = None) -> Facts:
    """The facts as of the newest signed entry."""
    async with court.keeper.moving:
        await _move(court, court.keeper.fold, await _signed(court), progress)
    return court.keeper.fold.facts


async def as_of(court: Court, size: int, progress: Progress | None = None) -> Facts:
    """The facts as they were when the log had `size` entries: folded from the beginning."""
    fold = Fold()
    await _move(court, fold, size, progress)
    return fold.facts
