"""Entries that a restored store lacks, and somebody's copy of the log has, come back: the log goes on under its name (decision 75).

The rows of which they tell do not come back. So an entry `refill` says so, what they began ends by a reversal of the step `lost`, and
whatever is held against the log (`reconcile`) knows these entries by the log alone.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chaupal.governance.cases import cases
from chaupal.governance.context import AT_THE_MACHINE, MACHINE, Court
from chaupal.governance.events import OrderMoved
from chaupal.governance.log import batches, beginning, cosigned, log, seen, tree
from chaupal.governance.log.lost_entries import LostEntries, LostMeasure, Opening, still_in_force
from chaupal.governance.orders import publishing, steps
from chaupal.kernel.errors import Conflict
from chaupal.policy.measures import STATES
from chaupal.store.court import docket, erasing, ledger, order_events, rulings, witnesses
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.identity import accounts
from chaupal.store.machine import auditing, marks
from chaupal.store.machine.work import Writing
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.rule_of_law.acts import LOST

if TYPE_CHECKING:
    import httpx2

AT_ONCE = 1_000  # entries taken in at a time
ACT = tlog.SEALED[0]  # the disclosure by which a store knows a secret entry for its own


class Refilled(NamedTuple):
    """Entries `first` to `to` came back, and `entry` says so. `lost`: what was in force by them; `ended`: rulings of the store that ended
    by them; `standing`: what they say of roles, authorities, protections and blocks, which stand here as before; `blanked`: fields that
    had been erased, and are here, too; `erased`: (entry that says so, entry of which words were erased) of words that the store may
    have again; `published`: numbers of orders that were secret here, and are public since.
    """

    first: int
    to: int
    entry: int
    lost: list[LostMeasure]
    ended: int
    standing: list[tuple[int, entries.Entry]]
    blanked: int
    erased: list[tuple[int, int]]
    published: list[str]


# --- bringing them back ---


async def refill(
    court: Court, copy: Path, reason: str, source: str, client: "httpx2.AsyncClient | None" = None
) -> Refilled:
    """Take from a verified copy of the log (`chaupal_audit.log.mirror`) the entries that the store lacks.

    Nothing is signed; the next checkpoint goes on from the copy's. `source`: whose copy it is. Raises Conflict where it has nothing that
    is missing, less than somebody has seen, or too few witnesses' signatures; LogDiffers where what is here is not its beginning;
    ForeignCheckpoint where the key that signed it is not here.
    """
    note = (copy / "checkpoint").read_text("utf-8")
    court.keys.signing_key((copy / "key").read_text("utf-8").strip())
    head = seen.read(court.keys, note)
    served = court.keys.seen()
    shown = [seen.read(court.keys, served)] if served.startswith(f"{court.keys.name}\n") else []
    told = [size for _, size in (await cosigned.sizes_seen(court, client))[0]]
    lines = _signed_by(court, note)
    async with court.work.writing() as w:
        first = await ledger.hold(w)
        known = max([0, *told, *(one.size for one in shown)])
        if known > head.size:
            raise Conflict("log_copy_too_old", size=head.size, seen=known)
        if head.size <= first:
            await tree.check_begins(w, head)
            raise Conflict("log_copy_has_no_more")
        if len(lines) < (needed := court.settings.log_witnesses_needed):
            raise Conflict("log_copy_unwitnessed", signed=len(lines), needed=needed)
        heard, blanked, erased = await _take(w, copy, first)
        for one in (head, *shown):
            await tree.check_begins(w, one)
        await _follow_keys(court, w, copy, heard.keys, note)
        for name, line in lines.items():
            await witnesses.keep(w, head.size, name, line, w.now())
        published = await _publish(court, w, heard.opened)
        ended = await _end(court, w, heard.ends)
        await beginning.leave_out_numbers(w, court.clock(), head.size - first)
        public = entries.Refill(start=first, to=head.size, by=MACHINE)
        said = {"reason": reason, "source": source}
        entry = await log.append(court, w, court.keys.name, log.EntryContent(public, said, tuple(said)))
        for index, (of, made) in heard.open.items():
            await _lose(court, w, index, of, made)
        lost = await still_in_force(w, heard, court.clock())
    return Refilled(first, head.size, entry, lost, ended, heard.standing, blanked, erased, published)


def _signed_by(court: Court, note: str) -> dict[str, str]:
    """Witness -> its line under the checkpoint, of those whom the settings name."""
    _, text, _ = tlog.parse_checkpoint(note)
    asked = cosigned.witnesses_of(court.settings)
    return {
        who.key.name: line for line, one in _lines(note) for who in asked if who.key.cosigned(one, text) is not None
    }


async def _take(w: Writing, copy: Path, first: int) -> tuple[LostEntries, int, list[tuple[int, int]]]:
    """Append what the copy has after the first entries, with what is read beside them; publish what was published meanwhile, and erase
    what was erased: how many fields, and of which entries it may not be all.
    """
    from chaupal_audit.log import mirror  # one command needs it

    heard, line, openings = LostEntries(), list[tuple[str, bytes]](), dict[int, list[str]]()
    waiting = await ledger.waiting(w, first, await ledger.reach(w))
    for index, entry, texts in mirror.entries_opened(copy):
        if texts:
            openings[index] = texts
        if index < first:
            continue
        of = log.head_of(entry)
        if index in waiting and log.head_of(waiting[index]).sd != of.sd:
            raise tree.differs(f"what waits for place {index} is not what was published there")
        heard.hear(index, of)
        line.append((of.t, entry))
        if len(line) == AT_ONCE:
            await _add(w, line, waiting)
            line = []
    await _add(w, line, waiting)
    await _open(w, first, openings, {of for _, of, _ in heard.erased})
    return heard, *await _erase(w, openings, heard.erased)


async def _add(w: Writing, line: Sequence[tuple[str, bytes]], waiting: Mapping[int, bytes]) -> None:
    start = await ledger.hold(w)
    if line:
        await tree.add(w, line, waiting.keys() & range(start, start + len(line)))


async def _open(w: Writing, first: int, openings: Mapping[int, list[str]], erased: Collection[int]) -> None:
    """What everybody may read beside the log is read beside it again; of what the store knows, what was opened meanwhile. Nothing that
    stands beside an entry of which words were `erased`: whoever kept a copy may have kept these. (What it is was never erased.)
    """
    beside_them = (text for index in erased for text in openings.get(index, ()))
    kept_back = {text for text in beside_them if tlog.read_disclosure(text)[0] not in tlog.SEALED}
    for index, all_texts in openings.items():
        texts = [text for text in all_texts if text not in kept_back]
        known = await ledger.disclosures_of(w, index)
        told = [(tlog.read_disclosure(text)[0], text) for text in texts]
        if index >= first and not known:
            # By its act a secret entry would count as this store's own.
            rows = {f"row {n}" if name == "row" else name: text for n, (name, text) in enumerate(told) if name != ACT}
            await ledger.keep_disclosures(w, index, {name: (text, ledger.OPEN) for name, text in rows.items()})
            continue
        beside = set((await ledger.beside(w, index, index + 1)).get(index, ()))
        names = [name for name, text in told if text not in beside and known.get(name, ("", None))[0] == text]
        if names:
            await ledger.publish_disclosures(w, index, names, rest=index not in erased)


async def _erase(
    w: Writing, openings: Mapping[int, list[str]], erased: Sequence[tuple[int, int, int]]
) -> tuple[int, list[tuple[int, int]]]:
    """Erase here what was erased, as far as the copy shows which words these were: what was read beside the entry, and is no more. How many
    fields, and of which (entry that says so, entry) others may be here that nobody could read.
    """
    many = Counter[int]()
    for _, of, fields in erased:  # one may have erased some words of an entry, and another others
        many[of] += fields
    gone: dict[int, set[str]] = {}
    for of in many:
        theirs, shown = {*openings.get(of, ())}, (await ledger.beside(w, of, of + 1)).get(of, [])
        gone[of] = {text for text in shown if text not in theirs and tlog.read_disclosure(text)[0] not in tlog.SEALED}
    words = erased_words(gone, many)
    for at, name in await ledger.where_disclosed(w, words):
        await erasing.blank(w, at, name)
    await ledger.destroy_disclosures(w, words)
    left = [(said, of) for said, of, _ in erased if many[of] and await ledger.disclosures_of(w, of)]
    return len(words), left


def erased_words(gone: Mapping[int, set[str]], many: Counter[int]) -> list[str]:
    """Of the words that are `gone` from beside entries those that were erased, by how `many` fields of each entry were: of an entry that
    lacks more than that nobody can say which. What is accounted for is taken from both.

    Entries repeat each other's words, and an act upon one erases them in all: so each is asked again where another accounts for some of
    its words, and what is left of those that share words is counted together, whatever the order of the acts.
    """
    sharing: dict[str, list[int]] = {}
    for of, words in gone.items():
        for word in words:
            sharing.setdefault(word, []).append(of)
    found, waiting = list[str](), [*gone]
    while waiting:
        words = _accounted({(of := waiting.pop())}, gone, many)
        found += words
        for word in words:
            for other in sharing[word]:
                gone[other].discard(word)
                waiting += [other] if other != of else []
    for together in _that_share(gone, sharing):
        found += _accounted(together, gone, many)
    return found


def _accounted(together: set[int], gone: Mapping[int, set[str]], many: Counter[int]) -> list[str]:
    """All that is gone from these entries, where it is no more than was erased of them."""
    words = set[str]().union(*(gone[of] for of in together))
    left = len(words)
    if left > sum(many[of] for of in together):
        return []
    for of in together:
        paid = min(left, many[of])
        many[of], left = many[of] - paid, left - paid
        gone[of].clear()
    return sorted(words)


def _that_share(gone: Mapping[int, set[str]], sharing: Mapping[str, list[int]]) -> Iterator[set[int]]:
    """Entries by whether one leads to the other by words that are gone from both."""
    asked, told = set[int](), set[str]()
    for first in gone:
        together, waiting = set[int](), [first] if gone[first] else []
        while waiting:
            if (of := waiting.pop()) not in asked:
                asked.add(of)
                together.add(of)
                waiting += [other for word in gone[of] - told for other in sharing[word]]
                told |= gone[of]
        if together:
            yield together


async def _follow_keys(court: Court, w: Writing, copy: Path, heard: list[tuple[int, str]], note: str) -> None:
    """Keep the copy's checkpoint; and where the log changed its key in what was lost, sign by the new one. Raises Missing where that is
    not here.
    """
    signed, changes = [note], await batches.key_changes(w)
    waits = (await marks.read(w, batches.CHANGE_MARK)).split()
    for index, new in [*([(int(waits[0]), waits[2])] if waits else []), *heard]:
        court.keys.signing_key(new)
        proof = copy / "change" / str(len(changes) + 1)
        both = tlog.parse_receipt(proof.read_text("utf-8")).checkpoint if proof.exists() else note
        changes.append((index, tlog.parse_checkpoint(both)[0].size))
        signed.append(both)
        await marks.write(w, batches.KEY_MARK, new)
    await marks.write(w, batches.CHANGES_MARK, msgspec.json.encode(changes).decode())
    await marks.write(w, batches.CHANGE_MARK, "")
    last = await ledger.last_checkpoint(w)
    sizes = {tlog.parse_checkpoint(one)[0].size: one for one in signed}
    for size in sorted(sizes.keys() - range(1 + (0 if last is None else last.size))):
        await ledger.keep_checkpoint(w, size, _own(court, sizes[size]))


def _own(court: Court, note: str) -> str:
    """A checkpoint as the log signed it, without what others signed below it."""
    ours = {(key.name, key.id) for key in court.keys.all()}
    lines = [line for line, one in _lines(note) if (one.name, one.key_id) in ours]
    return f"{tlog.parse_note(note)[0]}\n{''.join(lines)}"


def _lines(note: str) -> list[tuple[str, tlog.Signature]]:
    return tlog.parse_lines(note.rpartition("\n\n")[2])


async def _publish(court: Court, w: Writing, opened: Mapping[int, Opening]) -> list[str]:
    """Secret orders of the store that were published meanwhile are public here, too, by the number that everybody knows."""
    published: list[str] = []
    leaves: dict[str, dict[int, int]] = {}
    for index, one in opened.items():
        leaves.setdefault(one.ref, {})[index] = one.entry
    for order in await docket.secret_orders(w):
        if (found := opened.get(order.log_index)) is not None:
            await docket.publish(w, order, found.ref, found.at)
            await publishing.show(court, w, order, found.ref, leaves[found.ref])
            events = await order_events.of_order(w, order.id)
            w.tell(OrderMoved(order=found.ref, verb="receive", stage=steps.standing(events)))
            published.append(found.ref)
    return published


async def _end(court: Court, w: Writing, ends: Mapping[int, tuple[int, int]]) -> int:
    """End what is in force here and has ended by the log, and the cases of which nothing binds then; how many that were. Whoever it is
    about was told then.
    """
    over = [row for row in await auditing.begun_by(w, [*ends]) if row.lifted_at is None]
    last: dict[int, int] = {}  # target -> the newest entry by which something of it ended
    for row in over:
        leaf, at = ends[row.log_index]
        if row.target_id is not None:
            last[row.target_id] = max(leaf, last.get(row.target_id, 0))
        await rulings.lift(w, row.id, leaf, max(at, row.starts_at))
        if row.measure in STATES and not row.term:
            await accounts.settle(w, row.subject_id)
    for target, leaf in last.items():
        if not await rulings.standing_on(w, target):
            case = await cases.case_with(court, w, target)
            await cases.enter(court, w, case, cases.follow(case, "follow_log", AT_THE_MACHINE), CaseEventBody(), leaf)
    return len(over)


async def _lose(court: Court, w: Writing, index: int, of: entries.Entry, made: entries.Measure) -> None:
    """Nothing carries the measure out any more: it has ended, and its end says how."""
    carried = (await log.carried(w, index)).only("subject", "server", "part")
    public = entries.Reversal(
        target=made.target,
        kind=made.kind,
        measure=made.measure,
        term=made.term,
        step=LOST,
        at=tlog.at_minute(court.clock()),
        by=MACHINE,
    )
    await log.append(court, w, of.ref, log.EntryContent(public, {}, tuple(carried.texts), carried), prev=index)
