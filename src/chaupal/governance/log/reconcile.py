"""The public log compared with the database: every measure in force is logged, and every logged measure is in force.

What is in force is compared before a server answers anybody; all entries and rows, a slice at a time, while it runs.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, lost_entries, seen
from chaupal.governance.log.batches import batch_ms
from chaupal.governance.log.log import head_of
from chaupal.governance.log.reconcile_compare import (
    Invitations,
    agreed_faults,
    appeal_faults,
    authority_faults,
    begun_faults,
    decided_faults,
    door_faults,
    ended_faults,
    order_faults,
    protection_faults,
)
from chaupal.governance.log.reconcile_facts import MEASURES, REVERSAL, LoggedFacts
from chaupal.governance.log.reconcile_quick import QuickLook, Seal
from chaupal.governance.log.record import minute_of
from chaupal.governance.log.tree import LogDiffers
from chaupal.governance.orders.statements import digest, text_of
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.key_files import load_or_make_seed
from chaupal.kernel.logger import log
from chaupal.store.court import authorities, case_events, ledger, offices, speakers, statements
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine import auditing, checks, marks, outbox
from chaupal.store.machine.auditing import DecidedRow
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries

# (As `reconciled` servers before kept it without a seal.)
MARK, SEALS = "compared", "rulings_sealed"
CHUNK = 2_000  # entries read at a time, where somebody waits for the answer
SLICE = 500  # and where nobody does: each is a few milliseconds of whoever else asks
STRETCH = 4_096  # entries of a stretch that is sealed
REST = 10 * MINUTE  # between the end of one walk through everything and the beginning of the next
MOST = 200  # faults that are told one by one
MAC = 64  # hex digits in front of the outcome
FORGED = "what the last comparison found was written by somebody else than the server"


class Reconciled(msgspec.Struct, frozen=True):
    """What a comparison found. `at`: its end, in ms; `entries`, `rulings`: how many were compared; `faults`: the first that were found.

    `worked`: until when (ms) a server is known to have done what is due: it rested after a walk that ended then, and walked again.
    """

    at: int
    entries: int
    rulings: int
    failures: int
    faults: tuple[str, ...] = ()
    worked: int = 0


type Look = Callable[[Court], Awaitable[Sequence[str]]]


# --- all of it, while the server runs ---


class Walk:
    """All entries of the log compared with all rows, a slice at a time; at the end it rests and begins again."""

    def __init__(self, court: Court, at_once: int = SLICE, beside: Sequence[Look] = ()) -> None:
        """`beside`: what else is looked at once in each walk, by rooms that build on this one."""
        self._court = court
        self._at_once = at_once
        self._beside = beside
        self._due = self._ended = 0
        self._begin()

    def _begin(self) -> None:
        self._next = self._rulings = 0
        self._lived = -1
        # Entry of a measure that was kept -> its next day, as the newest entry of that says; and measures whose rows name another
        # day than their own entries do.
        self._kept: dict[int, str | None] = {}
        self._moved: list[int] = []
        self._faults: list[str] = []

    async def step(self) -> Reconciled | None:
        """Compare the next slice; what the whole walk found, where it was the last one. Each fault goes to the server's log at once."""
        if self._court.clock() < self._due:
            return None
        async with self._court.work.of_one_moment() as reading:
            if self._lived < 0:
                self._lived = await _lived(self._court, reading)
            found = await _slice(self._court, reading, self._next, self._at_once, self._lived)
            if found is None:
                faults = [
                    *await _nowhere(reading),
                    *await _appealed_nowhere(reading),
                    *await _unruled(reading),
                    *await auditing.not_done(reading, self._court.clock() + MINUTE, self._lived),  # clocks differ
                    *await _registered(self._court, reading),
                    *await _protected(self._court, reading),
                    *await _stated(reading),
                    *await door_faults(reading),
                    *await checks.faults(reading),
                    *await self._put_off(reading),
                    *[fault for look in self._beside for fault in await look(self._court)],
                    *([FORGED] if await _sealed_outcome(self._court, reading) is None else []),
                ]
                found = _Found(self._next, 0, faults)
                await faults_in_force(self._court)  # whatever it finds was met on the way; it seals what agrees
        self._kept |= found.kept
        self._moved += found.moved
        ended, self._next = found.end == self._next, found.end
        self._rulings += found.rulings
        self._faults += found.faults
        for fault in found.faults[: max(0, MOST - len(self._faults) + len(found.faults))]:
            log.error("the log and the rows do not agree", fault=_wordless(fault))
        return await self._finish() if ended else None

    async def _put_off(self, reading: Reading) -> list[str]:
        """A line for each measure in force whose row is looked at again on another day than the log says."""
        faults: list[str] = []
        for first in range(0, len(self._moved), SLICE):
            for row in await auditing.begun_by(reading, self._moved[first : first + SLICE]):
                day, said = minute_of(row.review_at), self._kept.get(row.log_index)
                if row.lifted_at is None and day != said:
                    faults.append(f"ruling {row.id} and the log differ in when it is looked at again: {day} and {said}")
        return faults

    async def _finish(self) -> Reconciled:
        """The outcome is kept for the report and for whoever watches the server."""
        court, entries, faults = self._court, self._next, self._faults
        async with court.work.reading() as reading:
            # How many are not signed yet is nobody's to know: this number is published.
            told = min(entries, await log_batches.signed_size(court, reading)) if batch_ms(court.settings) else entries
            # The first walk of a process, and one that somebody waits for, may come before anything that is due is done.
            worked = self._ended or await _worked(court, reading)
        found = Reconciled(court.clock(), told, self._rulings, len(faults), tuple(faults[:MOST]), worked)
        text = msgspec.json.encode(found).decode()
        sealed = _mac(await _key(court), text) + text
        async with court.work.writing() as w:
            await marks.write(w, MARK, sealed)
        self._begin()
        self._ended, self._due = found.at, found.at + REST
        return found


def _wordless(fault: str) -> str:
    """Without the two values that differ: they may be people's words, which the server's log never holds. `chaupal check` shows them."""
    return fault.partition(": ")[0]


async def reconcile(court: Court, beside: Sequence[Look] = ()) -> Reconciled:
    """Compare everything at once, for somebody who waits for the answer. `beside`: see `Walk`."""
    walk = Walk(court, CHUNK, beside)
    while (found := await walk.step()) is None:
        pass
    return found


async def last(court: Court) -> Reconciled | None:
    """What the last finished walk found; None where none has finished yet."""
    async with court.work.reading() as reading:
        return await _last(court, reading)


async def _last(court: Court, reading: Reading) -> Reconciled | None:
    text = await _sealed_outcome(court, reading)
    return msgspec.json.decode(text, type=Reconciled) if text else None


async def _sealed_outcome(court: Court, reading: Reading) -> str | None:
    """The outcome as JSON; empty where there is none yet, None where somebody wrote one who has the database alone."""
    kept = await marks.read(reading, MARK)
    mac, text = kept[:MAC], kept[MAC:]
    # As bytes: of texts only ASCII is compared so, and somebody else may have written anything.
    return text if not kept or hmac.compare_digest(mac.encode(), _mac(await _key(court), text).encode()) else None


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), "sha256").hexdigest()


async def _worked(court: Court, reading: Reading) -> int:
    before = await _last(court, reading)
    return 0 if before is None else before.worked


async def _lived(court: Court, reading: Reading) -> int:
    """Until when (ms) whatever came due is done by now: a day before the server is known to have worked, for a house that was off
    does nothing, and before what is still to be carried out.
    """
    worked, waits = await _worked(court, reading), (await outbox.depth(reading)).since
    return max(min(worked, worked if waits is None else waits) - DAY, 0)


class _Found(NamedTuple):
    """What one slice gave. `end`: the entry at which the next begins; `rulings`: how many were compared; `kept`, `moved`: see `Walk`."""

    end: int
    rulings: int
    faults: list[str]
    kept: Mapping[int, str | None] = MappingProxyType({})
    moved: Sequence[int] = ()


async def _slice(court: Court, reading: Reading, start: int, count: int, lived: int) -> _Found | None:
    """Compare `count` entries with every row that began or ended by one of them; None past the end of the log. `lived`: see `_lived`.

    Entries are read first: what is decided meanwhile has later entries, and is compared with those.
    """
    facts = LoggedFacts(await auditing.renamed(reading), await seen.came_back(reading))
    rows = await auditing.entries_with_openings(reading, start, count)
    if not rows:
        return None
    await asyncio.to_thread(facts.read_all, rows)  # the loop goes on answering meanwhile
    end = rows[-1][0] + 1
    begun = await auditing.begun(reading, start, end - start)
    ended = await auditing.ended(reading, start, end - start)
    before = {row.log_index: row for row in await auditing.begun_by(reading, [*facts.ended_by])}
    orders = await auditing.received(reading, start, end - start)
    faults = [
        *facts.faults,
        *begun_faults(court, facts, begun),
        *ended_faults(facts, ended, before),
        *order_faults(facts, orders),
    ]
    faults += agreed_faults(
        court, facts, begun, await _beside(reading, facts, [row for row in begun if facts.alone(row)])
    )
    events = await auditing.decided(reading, start, end - start)
    faults += decided_faults(court, facts, events, await _kept_with_others(reading, facts, events))
    filed, decided = await auditing.appealed(reading, start, end - start)
    faults += appeal_faults(court, facts, filed, decided)
    told_nobody = await auditing.untold(reading, start, end - start, lived)
    faults += [f"nobody was told of ruling {id_}, and nothing says why" for id_ in told_nobody]
    for said, rows_of, told in (
        ("a measure, and there is no such ruling", {row.log_index for row in begun}, facts.measures),
        ("an order, and there is no such order", {order.log_index for order in orders}, facts.orders),
        (
            "an appeal, and there is none that came or ended by it",
            {row.log_index for row in filed} | {row.decided_log_index for row in decided},
            facts.appeals,
        ),
    ):
        faults += [f"entry {at} ({told[at].ref}) tells of {said}" for at in sorted(told.keys() - rows_of)]
    return _Found(end, len(begun), faults, facts.kept_until(), [row.log_index for row in begun if facts.moved(row)])


async def _beside(reading: Reading, facts: LoggedFacts, rows: Sequence[RulingRow]) -> LoggedFacts:
    """All that the log says was decided about the targets of these rulings, before and after."""
    events = await case_events.events_of(reading, [*{row.target_id for row in rows if row.target_id is not None}])
    found = LoggedFacts(facts.refs)
    leaves = {event.log_index for some in events.values() for event in some if event.log_index is not None}
    found.read_all(await auditing.entries_at(reading, [*leaves]) if leaves else [])
    return found


async def _kept_with_others(reading: Reading, facts: LoggedFacts, events: Iterable[DecidedRow]) -> set[int]:
    """Entries of a decision to keep several rulings, but the last: each ruling has an entry, and only the last one an event."""
    left = facts.decisions.keys() - {row.log_index for row in events}
    kept = {index: facts.decisions[index] for index in left if facts.step(index) == "kept"}
    beside = await _beside(reading, facts, await auditing.begun_by(reading, [one.prev for one in kept.values()]))
    return {index for index, one in kept.items() if beside.keeps_on(index, one)}


async def _nowhere(reading: Reading) -> list[str]:
    """Rulings that name entries outside the log, which no slice meets, and secret entries that are gone."""
    rows = await auditing.nowhere(reading, await ledger.reach(reading))
    return [
        f"ruling {row.id} rests on entry {row.log_index}, which is no measure, or has ended by {row.lift_log_index}, and no entry says so"
        for row in rows
    ] + [f"entry {at} is gone, and what would open it is there" for at in await auditing.lost(reading, MOST)]


async def _appealed_nowhere(reading: Reading) -> list[str]:
    ids = await auditing.appealed_nowhere(reading, await ledger.reach(reading))
    return [f"appeal {id_} rests on an entry that is not there" for id_ in ids]


async def _unruled(reading: Reading) -> list[str]:
    """Accounts whose row says that they are limited, without a ruling."""
    rows = await auditing.unruled(reading, MOST)
    return [f"account {account} is {state} in the database, and no ruling says so" for account, state in rows]


async def _registered(court: Court, reading: Reading) -> list[str]:
    """Authorities that the register knows otherwise than the newest entry about each, and who files for them by no invitation."""
    found = await lost_entries.own(reading, entries.Authority)
    newest = {head.ref: (index, said) for index, head, said in found if said.step in ("added", "changed")}
    faults: list[str] = []
    for row in await authorities.all_authorities(reading):
        if row.agreed_by is not None:
            index, said = newest.pop(f"authority-{row.id}", (-1, entries.Authority()))
            faults += authority_faults(row, index, said, await ledger.disclosures_of(reading, index))
    faults += [f"entry {at} tells of {ref}, and there is no such authority" for ref, (at, _) in newest.items()]
    invited = Invitations(found)
    for user in await offices.everybody(reading):
        faults += invited.faults(court, user, await ledger.disclosures_of(reading, user.log_index or 0))
    return faults


async def _protected(court: Court, reading: Reading) -> list[str]:
    """Protections, those that ended too, that are known otherwise than the newest entry about each says."""
    found = await lost_entries.own(reading, entries.Protected)
    newest = {head.ref: (index, said) for index, head, said in found}
    faults: list[str] = []
    for row in await speakers.granted(reading):
        index, said = newest.pop(f"protected-{row.id}", (-1, entries.Protected()))
        opens = await ledger.disclosures_of(reading, index)
        account = tlog.read_disclosure(opens["account"][0])[1] if "account" in opens else None
        faults += protection_faults(court, row, said, account)
    return faults + [f"entry {at} tells of {ref}, and there is no such protection" for ref, (at, _) in newest.items()]


async def _stated(reading: Reading) -> list[str]:
    """Statements and replies whose words are not those of their entries, and newest entries of which there are none."""
    logged = await lost_entries.own(reading, entries.Statement)
    found = {index: said for index, _, said in logged}
    revised = {head.prev for _, head, said in logged if said.step == "revised"}
    rows = [
        (f"statement {row.slug}", row.log_index, ("published", "revised"), row.orders, digest(text_of(row)))
        for row in await statements.every(reading)
    ] + [
        (f"reply {row.id}", row.log_index, ("replied",), None, digest({"body": row.body}))
        for row in await statements.every_reply(reading)
    ]
    faults: list[str] = []
    for name, index, steps, about, hash_ in rows:
        said = found.get(index, entries.Statement())
        if said.step not in steps or said.sha256 != hash_ or about not in (None, said.orders):
            faults.append(f"{name} and entry {index} differ in what was said")
    lost = found.keys() - revised - {index for _, index, *_ in rows}
    return faults + [f"entry {at} tells what was said, and it is not there" for at in sorted(lost)]


# --- what is in force, before anybody is answered ---


async def check_in_force(court: Court) -> None:
    """Raises LogDiffers unless everything in force is what the log says, and nothing that the log says is missing."""
    faults = await faults_in_force(court, seal=False)
    if faults:
        more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
        some = "; ".join(map(_wordless, faults[:3]))
        raise LogDiffers(
            f"What is in force in the database is not what the public log says: {some}{more}. Somebody or something "
            "changed the database. `chaupal check` lists all of it; restore the newest whole backup (database and keys)."
        )


async def faults_in_force(court: Court, *, seal: bool = True) -> list[str]:
    """A line for each ruling or order in force that does not agree with its entry. What a quick look doubts is compared whole.

    `seal`: keep seals of what agrees, so that the next call is faster. A start, for which somebody waits, does not.
    """
    now = court.clock()
    async with court.work.of_one_moment() as reading:
        refs, size = await auditing.renamed(reading), await ledger.reach(reading)
        key, sealed = await _seals(court, reading)
        doubtful: list[int] = []
        fresh: dict[str, str] = {}
        for start in range(0, size, STRETCH):
            known = sealed.get(str(start))
            if known and known == await _sealed_now(reading, now, start, key):
                fresh[str(start)] = known
                continue
            made = Seal(key, start) if seal else None
            look = QuickLook(refs, made)
            await auditing.in_force(reading, now, start, STRETCH, look.take)
            if made is not None and look.many and not look.doubtful:
                fresh[str(start)] = made.text()
            doubtful += look.doubtful
        faults = await _compare_whole(court, reading, refs, doubtful)
        faults += await _nowhere(reading)
        faults += await _unmatched(reading)
        orders = await auditing.orders_in_force(reading, now)
        for first in range(0, len(orders), SLICE):
            some = orders[first : first + SLICE]
            facts = LoggedFacts(refs)
            facts.read_all(await auditing.entries_at(reading, [order.log_index for order in some]))
            faults += [*facts.faults, *order_faults(facts, some)]
    if fresh != sealed:
        async with court.work.writing() as w:
            await marks.write(w, SEALS, msgspec.json.encode(fresh).decode())
    return faults


async def _seals(court: Court, reading: Reading) -> tuple[bytes, dict[str, str]]:
    """The key that makes seals, and the kept seals: of each stretch of rulings that agreed with their entries, by its first entry.

    A stretch whose rows are as they were needs no second look at its entries. Whoever has the database alone cannot make a
    seal; whoever takes one away only makes us look.
    """
    kept = await marks.read(reading, SEALS)
    return await _key(court), msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


async def _key(court: Court) -> bytes:
    return await asyncio.to_thread(load_or_make_seed, court.keys.folder / "rows.key")


async def _sealed_now(reading: Reading, now: int, start: int, key: bytes) -> str:
    seal = Seal(key, start)
    await auditing.rows_in_force(reading, now, start, STRETCH, seal.take)
    return seal.text()


async def _compare_whole(court: Court, reading: Reading, refs: dict[str, str], leaves: Sequence[int]) -> list[str]:
    faults: list[str] = []
    for first in range(0, len(leaves), SLICE):
        some = leaves[first : first + SLICE]
        facts = LoggedFacts(refs)
        facts.read_all(await auditing.entries_at(reading, some))
        begun = await auditing.begun_by(reading, some)
        beside = await _beside(reading, facts, [row for row in begun if facts.alone(row)])
        faults += [*facts.faults, *begun_faults(court, facts, begun), *agreed_faults(court, facts, begun, beside)]
    return faults


async def _unmatched(reading: Reading) -> list[str]:
    """Measures and ends of the log without a ruling, but for what came back from a copy of it."""
    back, alone, above = await seen.came_back(reading), list[int](), -1
    while len(alone) < MOST and (found := await auditing.unmatched(reading, above, MOST)):
        prevs = {index: _prev(body) for index, body, _ in await auditing.entries_at(reading, found)} if back else {}
        alone += [at for at in found if at not in back and prevs.get(at, -1) not in back]
        above = found[-1]
    for index, text in await auditing.secret_unmatched(reading):
        act = tlog.read_disclosure(text)[1]
        if isinstance(act, dict) and act.get("t") in (*MEASURES, REVERSAL):
            alone.append(index)
    return [f"entry {index} tells of a measure or of its end, and there is no such ruling" for index in alone]


def _prev(body: bytes) -> int:
    """The entry that it follows from; -1: none."""
    with suppress(ValueError, TypeError):  # what cannot be read is found elsewhere
        prev = head_of(body).prev
        return -1 if prev is None else prev
    return -1
