"""Tallies: how many decisions there were by class of speaker, in rows that name nobody, once enough of them wait."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import batched
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from chaupal.governance.context import Court
from chaupal.governance.log import log
from chaupal.store.court import ledger
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.log.entries import FEWEST, NO_CLASS, RARE, TallyRow, tallied

PROTECTED = "protected"  # the class of those whose own has too few
SLICE = 1_000  # entries read at a time
ROWS = 1_200  # of one entry, whose digests must stay below its 65,535 bytes


async def tally(court: Court, w: Writing, period: str, size: int) -> int | None:
    """Count the decisions of the first `size` entries that no tally counts yet; the index of its last entry, None where they
    wait. Too many for one entry are told in several of the same span, each with some of the rows."""
    last = await log.entries_of(w, entries.Tally)
    prev, start = (last[-1][0], last[-1][2].to) if last else (None, 0)
    made = rows([row async for row in _decisions(w, start, size)])
    if not made:
        return None
    parts = list(batched(made, ROWS))
    for part, some in enumerate(parts, 1):
        public = entries.Tally(period=period, first=start, to=size, rows=len(some), part=part, parts=len(parts))
        written = log.EntryContent(
            public, beside=("row",), rows=[tlog.disclose("row", msgspec.to_builtins(row)) for row in some]
        )
        prev = await log.append(court, w, period, written, prev=prev)
    return prev


def rows(found: Sequence[TallyRow]) -> list[TallyRow]:
    """The rows in no order, with what is rare made alike; none while a class could still be told from its few."""
    many = Counter(row.speaker for row in found)
    merged = [
        row if row.speaker == NO_CLASS or many[row.speaker] >= FEWEST else replace(row, speaker=PROTECTED)
        for row in found
    ]
    classes = Counter(row.speaker for row in merged if row.speaker != NO_CLASS)
    if len(merged) < FEWEST or any(count < FEWEST for count in classes.values()):
        return []
    alike = Counter(merged)
    made = [row if alike[row] >= FEWEST else replace(row, did=RARE, kind=RARE) for row in merged]
    secrets.SystemRandom().shuffle(made)
    return made


async def _decisions(reading: Reading, start: int, end: int) -> AsyncIterator[TallyRow]:
    """The decisions among entries start..end. What is secret is a cover here, and counts where an entry opens it."""
    opened = await _uncovered(reading)
    for at in range(start, end, SLICE):
        until = min(at + SLICE, end)
        classes = await ledger.disclosures_named(reading, "speaker", at, until)
        for index, entry in enumerate(await ledger.entries(reading, at, until - at), at):
            if (counted := tallied(log.head_of(entry))) is not None:
                yield TallyRow(_class(classes.get(index)), *counted)
            if (sealed := opened.get(index)) is not None:
                within = (await ledger.disclosures_named(reading, "speaker", sealed.at, sealed.at + 1)).values()
                if (counted := tallied(sealed.head)) is not None:
                    yield TallyRow(_class(next(iter(within), None)), *counted)


class _Sealed(NamedTuple):
    at: int
    head: entries.Entry


async def _uncovered(reading: Reading) -> dict[int, _Sealed]:
    """Index of each entry that was the first to open a sealed one as a whole -> what that was."""
    found: dict[int, _Sealed] = {}
    known: set[int] = set()
    for index, head, opened in await log.entries_of(reading, entries.Opened):
        told = dict(map(tlog.read_disclosure, opened.disclosures))
        if head.prev is not None and head.prev not in known and told.keys() >= set(tlog.SEALED):
            act = msgspec.convert(told["act"], entries.Act)
            public = msgspec.Raw(msgspec.json.encode(told["public"]))
            found[index] = _Sealed(head.prev, entries.Entry(act.t, act.ref, act.at, public))
            known.add(head.prev)
    return found


def _class(disclosure: str | None) -> str:
    """Of a speaker whose class was erased nothing is known, as of one who has none."""
    return NO_CLASS if disclosure is None else str(tlog.read_disclosure(disclosure)[1] or NO_CLASS)
