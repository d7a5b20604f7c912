"""The compliance stream: what is hidden and what is back, in the log's order, for whoever keeps copies. No words of people."""

from collections.abc import Iterable, Sequence

import msgspec

from chaupal.policy.facts import Visibility
from chaupal.policy.measures import SCOPES, Measure
from chaupal.reads.context import Reads
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingChange, RulingRow
from chaupal.store.machine.work import Reading
from chaupal.store.square import naming


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
        found = await rulings.changes_after(reading, leaf, limit + 1)
        told = found[:limit]
        known = await _openly_known(reading, told)
    return ChangeStretch(
        [_change_told(change, known) for change in told], told[-1].leaf if told else leaf, len(found) > limit
    )


type Known = dict[tuple[str, int], int | None]


async def _openly_known(reading: Reading, changes: Iterable[RulingChange]) -> Known:
    """(scope, id) -> whose it is, for all that everybody may know of."""
    rows = [change.row for change in changes]
    posts = await naming.posts_named(reading, _ids(rows, "status"))
    pictures = await naming.pictures_named(reading, _ids(rows, "media"))
    known: Known = {("user", row.subject_id): row.subject_id for row in rows if SCOPES[Measure(row.measure)] == "user"}
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
