"""The log against the rulings: what binds is logged, what is logged binds; every night, and when somebody asks."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from chaupal.governance import log_batches, tlog
from chaupal.governance.context import Court
from chaupal.governance.log_batches import batch_ms
from chaupal.governance.openings import inner_digests
from chaupal.governance.tlog.entries import COVER
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Problem
from chaupal.kernel.saying import log
from chaupal.store import auditing, ledger, marks
from chaupal.store.rulings import RulingRow

MARK = "reconciled"
CHUNK = 2_000  # entries read at a time
MOST = 200  # faults that are told one by one
MEASURES = frozenset({"measure", "deamp"})


class Reconciled(msgspec.Struct, frozen=True):
    """What was found: `at` in ms, how many entries and rulings were held against each other, and what does not agree."""

    at: int
    entries: int
    rulings: int
    failures: int
    faults: tuple[str, ...] = ()


class _Logged(NamedTuple):
    """A measure as the log says it; of a `secret` one some fields may have been erased."""

    ref: str
    public: dict[str, object]
    secret: bool
    known: Mapping[str, object] = MappingProxyType({})  # what it commits to, as far as that was not erased


class _Book:
    """What the log says of measures, as far as a ruling can be held against it."""

    def __init__(self, refs: dict[str, str]) -> None:
        self.refs = refs  # what secret orders were called until they were published -> their references since
        self.measures: dict[int, _Logged] = {}  # by index
        self.ended_by: dict[int, set[int]] = {}  # a measure's index -> the reversals that name it
        self.faults: list[str] = []

    def read_all(self, rows: Sequence[tuple[int, bytes, dict[str, str]]]) -> None:
        for index, body, opens in rows:
            self.read(index, body, opens)

    def read(self, index: int, body: bytes, opens: dict[str, str]) -> None:
        """An entry; one that says nothing yet is read by what would open it."""
        try:
            fields = tlog.read_entry(body)
            known = _known(body, opens)
            said = _opened(known) if fields["t"] == COVER else _plain(fields)
        except (Problem, KeyError) as error:
            self.faults.append(f"entry {index} cannot be read: {error}")
            return
        if said is None:
            return
        kind, ref, prev, public = said
        if kind in MEASURES:
            self.measures[index] = _Logged(self.refs.get(ref, ref), public, fields["t"] == COVER, known)
        elif kind == "reversal" and prev is not None:
            self.ended_by.setdefault(prev, set()).add(index)


async def reconcile(court: Court) -> Reconciled:
    """Hold every ruling against the log, and every measure in the log against the rulings. Reads all of both.

    The outcome is kept for the report and for whoever watches the server.
    """
    now, entries = court.clock(), 0
    async with court.work.scanning() as reading:
        book = _Book(await auditing.renamed(reading))
        while rows := await auditing.entries_with_openings(reading, entries, CHUNK):
            await asyncio.to_thread(book.read_all, rows)  # the loop goes on answering meanwhile
            entries = rows[-1][0] + 1
        rulings = await auditing.all_rulings(reading)
        since = range(entries, await ledger.size(reading))
    rulings = [_before(row, since) for row in rulings if row.log_index not in since]
    faults = [*book.faults, *await asyncio.to_thread(lambda: list(_faults(book, rulings, now)))]
    async with court.work.reading() as reading:
        # How many are not signed yet is nobody's to know: this number is published.
        told = min(entries, await log_batches.signed_size(court, reading)) if batch_ms(court.settings) else entries
    found = Reconciled(now, told, len(rulings), len(faults), tuple(faults[:MOST]))
    async with court.work.writing() as w:
        await marks.write(w, MARK, msgspec.json.encode(found).decode())
    return found


async def last(court: Court) -> Reconciled | None:
    """What the last reconciliation found; None where there was none yet."""
    async with court.work.reading() as reading:
        text = await marks.read(reading, MARK)
    return msgspec.json.decode(text, type=Reconciled) if text else None


async def nightly(court: Court) -> bool:
    """Reconcile where that was not done for a day; whether it was done now. Faults are said aloud in the server's log."""
    before = await last(court)
    if before is not None and 0 <= court.clock() - before.at < DAY:
        return False
    found = await reconcile(court)
    for fault in found.faults:
        log.error("the log and the rulings do not agree", fault=fault)
    return True


def _plain(fields: dict[str, object]) -> tuple[str, str, int | None, dict[str, object]]:
    prev, public = fields.get("prev"), fields["public"]
    return (
        str(fields["t"]),
        str(fields["ref"]),
        prev if isinstance(prev, int) else None,
        msgspec.convert(public, dict[str, object]),
    )


def _known(body: bytes, opens: dict[str, str]) -> dict[str, object]:
    """Name -> value of all that opens an entry. Raises Problem for what it does not commit to."""
    outer = {name: text for name, text in opens.items() if name in tlog.SEALED}
    inner = inner_digests(set(outer.values()))
    rows = {name: text for name, text in opens.items() if not name.startswith("row ")}
    return {name: tlog.open_disclosure(text, body, inner)[1] for name, text in rows.items()}


def _opened(known: dict[str, object]) -> tuple[str, str, int | None, dict[str, object]] | None:
    """What a secret entry says; None for one that says nothing, or nothing any more."""
    if "act" not in known:
        return None
    act = msgspec.convert(known["act"], dict[str, object])
    prev, public = act.get("prev"), known.get("public", {})
    return (
        str(act["t"]),
        str(act["ref"]),
        prev if isinstance(prev, int) else None,
        msgspec.convert(public, dict[str, object]),
    )


def _faults(book: _Book, rulings: list[RulingRow], now: int) -> Iterator[str]:
    by_leaf = {row.log_index: row for row in rulings}
    for row in rulings:
        if row.log_index not in book.measures:
            yield f"ruling {row.id} rests on entry {row.log_index}, which is no measure"
            continue
        for name, ours, theirs in _differences(row, book.measures[row.log_index]):
            yield f"ruling {row.id} and entry {row.log_index} differ in {name}: {ours} and {theirs}"
        ended = book.ended_by.get(row.log_index, set())
        if row.lifted_at is None and ended:
            yield f"ruling {row.id} binds, and entry {min(ended)} says that it has ended"
        if row.lifted_at is not None and row.lift_log_index not in ended:
            yield f"ruling {row.id} has ended, and no entry says so"
    for index, logged in book.measures.items():
        if index not in by_leaf and not book.ended_by.get(index) and _lasts(logged.public, now):
            yield f"entry {index} ({logged.ref}) says that a measure is in force, and there is no such ruling"


def _before(row: RulingRow, since: range) -> RulingRow:
    """The ruling as it stood when the log was read: what has ended `since` (entries) is held against it the next time."""
    return msgspec.structs.replace(row, lifted_at=None, lift_log_index=None) if row.lift_log_index in since else row


def _differences(row: RulingRow, logged: _Logged) -> Iterator[tuple[str, object, object]]:
    """(field, what the ruling has, what the log has)."""
    until = None if row.ends_at is None else tlog.at_minute(row.ends_at)
    ours: dict[str, object] = {
        "order": row.order_ref, "measure": row.measure, "territory": row.territory.split(","), "until": until, "law": row.legal_basis,
    }  # fmt: skip
    theirs = logged.public | {"order": logged.ref}
    if theirs.get("break_glass"):  # it lasts a day, and longer once a second person agrees: said by a later entry
        ours.pop("until")
    about = logged.known.get("part", logged.known.get("subject"))
    if about is not None:
        ours["subject"], theirs["subject"] = str(row.subject_id), about
    if "reason" in logged.known:
        ours["reason"], theirs["reason"] = row.reason, logged.known["reason"]
    if row.term:
        ours["term"] = row.term
    for name, value in ours.items():
        if theirs.get(name) != value and (name in theirs or not logged.secret):
            yield name, value, theirs.get(name)


def _lasts(public: dict[str, object], now: int) -> bool:
    until = public.get("until")
    return not isinstance(until, str) or until > tlog.at_minute(now)
