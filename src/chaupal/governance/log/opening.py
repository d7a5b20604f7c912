"""Opening what the log only committed to: field by field, by an entry of its own; or destroying what would open it."""

from collections.abc import Mapping, Sequence

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import check_reason
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.store.court import case_events, docket, erasing, knowing, ledger
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.rule_of_law.opened import unsealed

MAY = "open_entries"  # and never of an entry about oneself
SECRET = tlog.SEALED[0]  # what opens a secret entry
# What a secret entry says of the act itself. Nobody is named in it, and without it what binds would rest on nothing: it could
# neither be published on its day nor be held against the log at a start.
LASTING = frozenset(tlog.SEALED)
WAITS = "entry_waits"

type Kept = Mapping[str, tuple[str, int | None]]  # field -> (disclosure, when it was opened)


async def sealed(court: Court, viewer: Viewer, index: int) -> dict[str, int | None]:
    """The confidential fields of an entry that can still be opened, and when they were (ms); for those who may open them."""
    async with court.work.reading() as reading:
        _, known = await _theirs(reading, viewer, index)
        return {name: at for name, (_, at) in known.items()}


async def open_(court: Court, viewer: Viewer, index: int, names: Sequence[str], reason: str, ref: str = "") -> int:
    """Publish confidential fields of the entry at `index`, by an `open` entry; its index.

    Whoever has both checks them by hashing: the SHA-256 of each disclosure's letters stands in the entry's `_sd` (of a secret
    one the private fields' in its `sd`). `ref`: the order that it is about, if that may be said. Raises NotAllowed, NotFound
    for a field that is not there (any more), Invalid.
    """
    reason = check_reason(reason)
    async with court.work.writing() as w:
        # Before anything is read: what one erases, another at the same time does not publish.
        size = await ledger.hold(w)
        me, known = await _theirs(w, viewer, index)
        texts = _texts(known, index, names)
        _check_logged(index, size)
        public = entries.Opened(disclosures=tuple(texts), by=pseudonym(court, me))
        opened = await log.append(court, w, ref, log.EntryContent(public, {"reason": reason}), prev=index)
        await ledger.mark_opened(w, index, names)
    return opened


async def erase(court: Court, viewer: Viewer, index: int, names: Sequence[str], reason: str) -> int:
    """Destroy salt and value of confidential fields, wherever they stand: the digests stay in the log and open nothing more.

    What carries a proposal out commits to the same as the proposal, so it goes there too; and so do the words in the rows that
    pages show. That it was done is an entry; its index. What an `open` entry said before is public and stays. Raises as
    `open_` does, NotAllowed for who had a hand in any of these, and Conflict for what a secret entry says of the act itself (`LASTING`).
    """
    reason = check_reason(reason)
    async with court.work.writing() as w:
        size = await ledger.hold(w)
        me, known = await _theirs(w, viewer, index)
        texts = _texts(known, index, names)
        _check_logged(index, size)
        if LASTING & {*names}:
            raise Conflict("act_not_erased")
        where = await ledger.where_disclosed(w, texts)
        mine = {pseudonym(court, one) for one in await guards.accounts_of(w, me)}
        for at in {at for at, _ in where}:
            if not mine.isdisjoint(await _hands(court, w, at)):
                raise NotAllowed("erases_own")
        public = entries.Opened(erased=len(texts), by=pseudonym(court, me))
        erased = await log.append(court, w, "", log.EntryContent(public, {"reason": reason}), prev=index)
        for at, name in where:
            await erasing.blank(w, at, name)
        await ledger.destroy_disclosures(w, texts)
    return erased


async def _theirs(reading: Reading, viewer: Viewer, index: int) -> tuple[int, Kept]:
    """Who asks, and what would open the entry. Raises NotAllowed for what is about themselves.

    Not of a secret entry: that one says nothing, like all the others, to whomever its order is about.
    """
    known = await ledger.disclosures_of(reading, index)
    sealed, opened_at = known.get(SECRET, ("", None))
    if sealed and opened_at is None:
        me = await guards.act(reading, viewer, MAY)
        ref = msgspec.convert(tlog.read_disclosure(sealed)[1], entries.Act).ref
        order = await docket.order(reading, ref)
        hidden = order is not None and not await knowing.known(reading, viewer, [order])
        return me, {} if hidden else known
    return await guards.act(reading, viewer, MAY, await docket.owners_at(reading, index)), known


class _Signed(msgspec.Struct):
    """Who stands in an entry, by pseudonym."""

    by: str | None = None
    second: str | None = None
    concurred: str | None = None


async def _hands(court: Court, reading: Reading, index: int) -> set[str]:
    """Who signed an entry, and who had a hand in the case that it, or the entry before it, is about."""
    known = await ledger.disclosures_of(reading, index)
    told = {name: tlog.read_disclosure(text)[1] for name, (text, _) in known.items()}
    head = unsealed(told) or log.head_of(await ledger.entry(reading, index))
    signed = msgspec.json.decode(head.public, type=_Signed)
    people = await case_events.hands_at(reading, index, index if head.prev is None else head.prev)
    return {pseudonym(court, one) for one in people} | {*filter(None, msgspec.structs.astuple(signed))}


def _check_logged(index: int, size: int) -> None:
    """What opens an entry names it: of one that waits, that would tell that it does, and where (decision 24). Raises Conflict."""
    if index >= size:
        raise Conflict(WAITS)


def _texts(known: Kept, index: int, names: Sequence[str]) -> list[str]:
    if not names:
        raise Invalid("fields_unnamed", field="names")
    if missing := [name for name in names if name not in known]:
        raise NotFound("no_such_fields", entry=str(index), names=", ".join(missing))
    return [known[name][0] for name in dict.fromkeys(names)]
