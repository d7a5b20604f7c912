"""Everything else in the log that the report counts: statements, snapshots, keys."""

from collections import Counter
from sys import intern

import msgspec

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import State, either
from chaupal_audit.fold.take_opened import digest_kept, opened
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry
from chaupal_audit.minutes import minute

_statement = msgspec.json.Decoder(entries.Statement).decode
_tally = msgspec.json.Decoder(entries.Tally).decode
_snapshot = msgspec.json.Decoder(entries.Snapshot).decode


def take_statement(state: State, index: int, at: int, head: Entry) -> None:
    new = _statement(head.public)
    state.facts.statements.append(
        facts.Statement(
            index,
            head.ref,
            new.step,
            new.title or "",
            tuple(new.orders or ()),
            new.authority or "",
            new.sha256 or "",
            either(minute(new.at), at),
        )
    )


def take_snapshot(state: State, index: int, at: int, head: Entry) -> None:
    new = _snapshot(head.public)
    size = index if new.size is None else new.size
    state.facts.snapshots.append(
        facts.Snapshot(
            index, new.period or head.ref, new.revision, new.sha256, size, either(minute(new.at), at), new.files
        )
    )


def take_key(state: State, index: int, at: int, head: Entry) -> None:
    state.facts.keys += 1


def take_tally(state: State, index: int, at: int, head: Entry) -> None:
    """Rows that name nobody: they count where the entry committed to them, and what is not opened counts as nothing."""
    new, digests = _tally(head.public), frozenset(map(digest_kept, head.sd))
    found = (opened(text, digests) for text in dict.fromkeys(state.beside))
    rows = Counter(_row(row[1]) for row in found if row is not None and row[0] == "row")
    state.facts.tallies.append(facts.Tally(new.period or head.ref, at, dict(rows)))


def _row(value: object) -> tuple[str, str, str]:
    row = msgspec.convert(value, entries.TallyRow)
    return intern(row.speaker), intern(row.did), intern(row.kind)
