"""The compliance stream: what is hidden and what is back, in the log's order, for whoever keeps copies. No words of people."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaupal.policy.facts import Visibility
from chaupal.policy.measures import HIDING, OF_SERVERS, SCOPES, Measure
from chaupal.reads.context import Reads
from chaupal.store.court import ledger, rulings
from chaupal.store.court.rulings import RulingChange, RulingRow
from chaupal.store.machine import auditing
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry, Reversal
from chaupal_audit.minutes import moment


class WithheldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `subject` and `owner` are ids, where everybody may know that the thing exists; else None."""

    leaf: int
    over: bool
    scope: str
    row: RulingRow
    subject: int | None
    owner: int | None


class ChangeStretch(msgspec.Struct, frozen=True):
    """Changes after a cursor; `next`: the cursor to go on from, `more`: whether something waits there already."""

    changes: Sequence[WithheldChange]
    next: int
    more: bool


async def after(reads: Reads, leaf: int, limit: int) -> ChangeStretch:
    """Changes after an entry of the log (-1: from the first), at most `limit`. Of secret orders nothing is told here."""
    async with reads.work.reading() as reading:
        by_rows = await rulings.changes_after(reading, leaf, limit + 1)
        by_log = await _ended_by_log(reading, leaf, limit + 1)
        found = sorted([*by_rows, *by_log], key=lambda change: change.leaf) if by_log else by_rows
        told = found[:limit]
        known = await _openly_known(reading, told)
    return ChangeStretch(
        [_change_told(change, known) for change in told], told[-1].leaf if told else leaf, len(found) > limit
    )


async def _ended_by_log(reading: Reading, leaf: int, at_most: int) -> list[RulingChange]:
    """What ended after an entry of which the store knows by the log alone: it came back from a copy, and has no rows (decision 75).
    Whoever had been told that it began would not be told that it is over.
    """
    over: list[tuple[int, int, Reversal]] = []  # (entry, that of the measure, what it says)
    for entry, back in await ledger.refilled(reading):
        # What none of them ended ends right after the entry that says that they came back, each with a cover behind it.
        start, end = max(leaf + 1, back.start), entry + 2 * len(back) + 2
        ends = await ledger.of_kind_in(reading, "reversal", start, end) if start < end else ()
        for index, head in ((index, _entry(body)) for index, body in ends):
            said = msgspec.json.decode(head.public, type=Reversal)
            if head.prev is not None and head.prev in back and said.measure in HIDING - OF_SERVERS:
                over.append((index, head.prev, said))
    over = sorted(over)[:at_most]
    begun = {
        index: (_entry(body), opens)
        for index, body, opens in await auditing.entries_at(reading, [of for _, of, _ in over])
    }
    return [
        RulingChange(index, _as_row(of, *begun[of], index, said), over=True) for index, of, said in over if of in begun
    ]


_entry = msgspec.json.Decoder(Entry).decode


def _as_row(index: int, head: Entry, opens: Mapping[str, str], end: int, ended: Reversal) -> RulingRow:
    """A measure by its entry, as far as everybody may know of it."""
    said = msgspec.json.decode(head.public, type=entries.Measure)
    about = opens.get("part") or opens.get("subject")
    thing = str(tlog.read_disclosure(about)[1]) if about else ""
    return RulingRow(
        id=0,
        subject_id=int(thing) if thing.isdecimal() else 0,
        term=said.term or "",
        measure=said.measure,
        territory=",".join(said.territory),
        starts_at=moment(said.start) or moment(head.at) or 0,
        ends_at=moment(said.until),
        lifted_at=moment(ended.at),
        target_id=None,
        owner_id=None,
        order_ref=head.ref,
        authority=said.flagged_by if said.basis == "own_rules" else said.authority,
        authority_hi="",
        legal_basis=said.law,
        reason="",
        decided_by=0,
        approved_by=None,
        log_index=index,
        lift_log_index=end,
        basis=said.basis,
        regime=head.regime or "",
    )


type Known = dict[tuple[str, int], int | None]


async def _openly_known(reading: Reading, changes: Iterable[RulingChange]) -> Known:
    """(scope, id) -> whose it is, for all that everybody may know of."""
    rows = [change.row for change in changes]
    posts = await naming.posts_named(reading, _ids(rows, "status"))
    pictures = await naming.pictures_named(reading, _ids(rows, "media"))
    users = (row.subject_id for row in rows if SCOPES[Measure(row.measure)] == "user" and row.subject_id)
    known: Known = {("user", id_): id_ for id_ in users}
    for scope, named in (("status", posts), ("media", pictures)):
        for id_, (owner, visibility) in named.items():
            if visibility is not None and visibility <= Visibility.UNLISTED:
                known[scope, id_] = owner
    return known


def _ids(rows: Iterable[RulingRow], scope: str) -> list[int]:
    return sorted({row.subject_id for row in rows if SCOPES[Measure(row.measure)] == scope})


def _change_told(change: RulingChange, known: Known) -> WithheldChange:
    scope = SCOPES[Measure(change.row.measure)]
    key = (scope, change.row.subject_id)
    return WithheldChange(
        leaf=change.leaf,
        over=change.over,
        scope=scope,
        row=change.row,
        subject=change.row.subject_id if key in known else None,
        owner=known.get(key),
    )
