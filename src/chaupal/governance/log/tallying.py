"""Tallies: how many decisions there were by class of speaker, in rows that name nobody, once enough of them wait."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import batched
from typing import NamedTuple

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import log
from chaupal.governance.log.log import EntryContent
from chaupal.store.court import ledger
from chaupal.store.machine.work import Reading, Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries

LEAST = 10  # rows that are alike, and rows of a class: fewer could be told apart
NONE, PROTECTED, OTHER = "none", "protected", "other"
ENDS = ("refused", "closed")
SLICE = 1_000  # entries read at a time
ROWS = 1_200  # of one entry, whose digests must stay below its 65,535 bytes


class TallyRow(NamedTuple):
    """One decision: the class of its speaker, what was done, about what kind of thing."""

    speaker: str
    did: str
    kind: str


async def tally(court: Court, w: Writing, period: str, size: int) -> int | None:
    """Count the decisions of the first `size` entries that no tally counts yet; the index of its last entry, None where they
    wait. Too many for one entry are told in several of the same span, each with some of the rows."""
    last = await ledger.of_kind(w, "tally")
    prev, start = (last[-1][0], _end_of(last[-1][1])) if last else (None, 0)
    made = rows([row async for row in _decisions(w, start, size)])
    if not made:
        return None
    parts = list(batched(made, ROWS))
    for part, some in enumerate(parts, 1):
        public = entries.Tally(period=period, first=start, to=size, rows=len(some), part=part, parts=len(parts))
        written = EntryContent(public, beside=("row",), rows=list(map(_disclosed, some)))
        prev, _ = await log.append(court, w, "tally", period, written, prev=prev)
    return prev


def rows(found: Sequence[TallyRow]) -> list[TallyRow]:
    """The rows in no order, with what is rare made alike; none while a class could still be told from its few."""
    many = Counter(row.speaker for row in found)
    merged = [
        row if row.speaker == NONE or many[row.speaker] >= LEAST else row._replace(speaker=PROTECTED) for row in found
    ]
    classes = Counter(row.speaker for row in merged if row.speaker != NONE)
    if len(merged) < LEAST or any(count < LEAST for count in classes.values()):
        return []
    alike = Counter(merged)
    made = [row if alike[row] >= LEAST else TallyRow(row.speaker, OTHER, OTHER) for row in merged]
    secrets.SystemRandom().shuffle(made)
    return made


async def _decisions(reading: Reading, start: int, end: int) -> AsyncIterator[TallyRow]:
    """The decisions among entries start..end. What is secret is a cover here, and counts where an entry opens it."""
    opened = await _uncovered(reading)
    for at in range(start, end, SLICE):
        until = min(at + SLICE, end)
        classes = await ledger.disclosures_named(reading, "speaker", at, until)
        for index, entry in enumerate(await ledger.entries(reading, at, until - at), at):
            for did, kind in _read(_HEAD(entry)):
                yield TallyRow(_class(classes.get(index)), did, kind)
            if (sealed := opened.get(index)) is not None:
                within = (await ledger.disclosures_named(reading, "speaker", sealed.at, sealed.at + 1)).values()
                for did, kind in _read(sealed.head):
                    yield TallyRow(_class(next(iter(within), None)), did, kind)


class _Sealed(NamedTuple):
    at: int
    head: entries.Entry


async def _uncovered(reading: Reading) -> dict[int, _Sealed]:
    """Index of each entry that was the first to open a sealed one as a whole -> what that was."""
    found: dict[int, _Sealed] = {}
    known: set[int] = set()
    for index, entry in await ledger.of_kind(reading, "open"):
        head = _HEAD(entry)
        told = dict(tlog.read_disclosure(text) for text in _OPENED(head.public).disclosures)
        if head.prev is not None and head.prev not in known and told.keys() >= set(tlog.SEALED):
            act = msgspec.convert(told["act"], entries.Act)
            public = msgspec.Raw(msgspec.json.encode(told["public"]))
            found[index] = _Sealed(head.prev, entries.Entry(act.t, act.ref, act.at, public=public))
            known.add(head.prev)
    return found


def _read(head: entries.Entry) -> Iterator[tuple[str, str]]:
    """(did, kind) of a decision."""
    if head.t in entries.Measure.TYPES:
        measure = _MEASURE(head.public)
        if measure.cause == "decided":
            yield "measure", measure.kind
    elif head.t == "decision" and (decision := _DECISION(head.public)).step in ENDS:
        yield decision.step, decision.kind


def _class(disclosure: str | None) -> str:
    """Of a speaker whose class was destroyed, as of one who has none, nothing is known."""
    return NONE if disclosure is None else str(tlog.read_disclosure(disclosure)[1] or NONE)


def _disclosed(row: TallyRow) -> str:
    return tlog.disclose("row", {"class": row.speaker, "did": row.did, "kind": row.kind})


def _end_of(entry: bytes) -> int:
    return _TALLY(_HEAD(entry).public).to


_HEAD = msgspec.json.Decoder(entries.Entry).decode
_MEASURE = msgspec.json.Decoder(entries.Measure).decode
_DECISION = msgspec.json.Decoder(entries.Decision).decode
_OPENED = msgspec.json.Decoder(entries.Opened).decode
_TALLY = msgspec.json.Decoder(entries.Tally).decode
