"""The log against the rows: what binds is logged, what is logged binds. In force at every start, everything slice by slice behind."""

import asyncio
import hmac
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches
from chaupal.governance.log.batches import batch_ms
from chaupal.governance.log.pseudonyms import pseudonym
from chaupal.governance.log.record import minute_of
from chaupal.governance.log.tree import LogDiffers
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.errors import Problem
from chaupal.kernel.saying import log
from chaupal.kernel.seeds import load_or_make_seed
from chaupal.policy.sentences.placeholders import iso_date
from chaupal.store.court import case_events, ledger
from chaupal.store.court.docket import Order
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine import auditing, kept_rules, marks
from chaupal.store.machine.auditing import DecidedRow
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log.openings import inner_digests
from chaupal_audit.tlog.entries import COVER

MARK, SEALS = "reconciled", "rulings_sealed"
CHUNK = 2_000  # entries read at a time, where somebody waits for the answer
SLICE = 500  # and where nobody does: each is a few milliseconds of whoever else asks
STRETCH = 4_096  # entries of a stretch that is sealed
REST = 10 * MINUTE  # between the end of one walk through everything and the beginning of the next
MOST = 200  # faults that are told one by one
MEASURES = frozenset({"measure", "deamp"})
REVERSAL, ORDER, DECISION = "reversal", "order", "decision"
OWN_RULES = "own_rules"
FOREVER = "without an end"  # after every time as entries write it
# States to which a case comes by a decision alone
BY_DECISION = frozenset({"refused", "closed", "measure_concurred", "change_concurred"})


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
    prev: int = -1  # the entry that it follows from

    def says(self, *names: str) -> tuple[object, ...]:
        """Of which order it is, and what it says by these names."""
        return (self.ref, *map(self.public.get, names))


class _Book:
    """What the log says of measures, as far as a ruling can be held against it."""

    def __init__(self, refs: dict[str, str]) -> None:
        self.refs = refs  # what secret orders were called until they were published -> their references since
        self.measures: dict[int, _Logged] = {}  # by index
        self.orders: dict[int, _Logged] = {}
        self.decisions: dict[int, _Logged] = {}
        self.ended_by: dict[int, set[int]] = {}  # a measure's index -> the reversals that name it
        self.faults: list[str] = []

    def step(self, index: int) -> object:
        """Which step of a decision an entry is, where it is one."""
        return self.decisions[index].public.get("step") if index in self.decisions else None

    def alone(self, row: RulingRow) -> bool:
        """Whether one person did it, as its entry says, and somebody else stands behind it since, as its row says."""
        made = self.measures.get(row.log_index)
        # Of one that was erased nobody can say.
        return made is not None and bool(made.public) and not made.public.get("second") and row.approved_by is not None

    def agreed_to(self, row: RulingRow, made: _Logged) -> int | None:
        """The entry by which a second person agreed to what one had done, while it stood."""
        over, about = row.lift_log_index, made.says("target")
        reviewed = (
            at for at in self.decisions if self.step(at) == "reviewed" and self.decisions[at].says("target") == about
        )
        return min((at for at in reviewed if row.log_index < at and (over is None or at < over)), default=None)

    def keeps_on(self, index: int, one: _Logged) -> bool:
        """Whether the next decision about the same keeps what began later, by the same person."""
        about = one.says("target")
        after = [at for at in self.decisions if at > index and self.decisions[at].says("target") == about]
        if not after:
            return False
        following, names = self.decisions[min(after)], ("target", "step", "by")
        return following.says(*names) == one.says(*names) and following.prev > one.prev

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
        logged = _Logged(self.refs.get(ref, ref), public, fields["t"] == COVER, known, -1 if prev is None else prev)
        if kind in MEASURES:
            self.measures[index] = logged
        elif kind == ORDER:
            self.orders[index] = logged
        elif kind == DECISION:
            self.decisions[index] = logged
        elif kind == REVERSAL and prev is not None:
            self.ended_by.setdefault(prev, set()).add(index)


# --- everything ---


class Walk:
    """All that the log says and all that the rows say, held against each other a slice at a time, again and again."""

    def __init__(self, court: Court, at_once: int = SLICE) -> None:
        self._court = court
        self._at_once = at_once
        self._due = 0
        self._begin()

    def _begin(self) -> None:
        self._next = self._rulings = 0
        self._faults: list[str] = []

    async def step(self) -> Reconciled | None:
        """One slice more; what was found where it was the last one. Faults are said aloud in the server's log at once."""
        if self._court.clock() < self._due:
            return None
        async with self._court.work.of_one_moment() as reading:
            found = await _slice(self._court, reading, self._next, self._at_once)
            if found is None:
                faults = [*await _nowhere(reading), *await _unruled(reading), *await kept_rules.faults(reading)]
                found = _Found(self._next, 0, faults)
                await faults_in_force(self._court)  # whatever it finds was met on the way; it seals what agrees
        ended, self._next = found.end == self._next, found.end
        self._rulings += found.rulings
        self._faults += found.faults
        for fault in found.faults[: max(0, MOST - len(self._faults) + len(found.faults))]:
            log.error("the log and the rows do not agree", fault=_wordless(fault))
        return await self._finish() if ended else None

    async def _finish(self) -> Reconciled:
        """The outcome is kept for the report and for whoever watches the server."""
        court, entries, faults = self._court, self._next, self._faults
        async with court.work.reading() as reading:
            # How many are not signed yet is nobody's to know: this number is published.
            told = min(entries, await log_batches.signed_size(court, reading)) if batch_ms(court.settings) else entries
        found = Reconciled(court.clock(), told, self._rulings, len(faults), tuple(faults[:MOST]))
        async with court.work.writing() as w:
            await marks.write(w, MARK, msgspec.json.encode(found).decode())
        self._begin()
        self._due = court.clock() + REST
        return found


def _wordless(fault: str) -> str:
    """Without the two values that differ, which may be words of people: the server's log holds none. `chaupal check` has them."""
    return fault.partition(": ")[0]


async def reconcile(court: Court) -> Reconciled:
    """The whole walk, for somebody who waits for it."""
    walk = Walk(court, CHUNK)
    while (found := await walk.step()) is None:
        pass
    return found


async def last(court: Court) -> Reconciled | None:
    """What the last walk found; None where none has come to its end yet."""
    async with court.work.reading() as reading:
        text = await marks.read(reading, MARK)
    return msgspec.json.decode(text, type=Reconciled) if text else None


class _Found(NamedTuple):
    """What a slice came to: where the next begins, how many rulings there were, what does not agree."""

    end: int
    rulings: int
    faults: list[str]


async def _slice(court: Court, reading: Reading, start: int, count: int) -> _Found | None:
    """Some entries and every row that rests on them or ended by them; None where there are no such entries.

    Entries are read first: what is decided meanwhile stands in rows of later entries, and is looked at with those.
    """
    book = _Book(await auditing.renamed(reading))
    rows = await auditing.entries_with_openings(reading, start, count)
    if not rows:
        return None
    await asyncio.to_thread(book.read_all, rows)  # the loop goes on answering meanwhile
    end = rows[-1][0] + 1
    begun = await auditing.begun(reading, start, end - start)
    ended = await auditing.ended(reading, start, end - start)
    before = {row.log_index: row for row in await auditing.begun_by(reading, [*book.ended_by])}
    orders = await auditing.received(reading, start, end - start)
    faults = [*book.faults, *_of_begun(court, book, begun), *_of_ended(book, ended, before), *_of_orders(book, orders)]
    faults += _of_agreed(court, book, begun, await _beside(reading, book, [row for row in begun if book.alone(row)]))
    events = await auditing.decided(reading, start, end - start)
    faults += _of_decided(court, book, events, await _kept_with_others(reading, book, events))
    missing = book.measures.keys() - {row.log_index for row in begun}
    faults += [
        f"entry {at} ({book.measures[at].ref}) tells of a measure, and there is no such ruling"
        for at in sorted(missing)
    ]
    lost = book.orders.keys() - {order.log_index for order in orders}
    faults += [
        f"entry {at} ({book.orders[at].ref}) tells of an order, and there is no such order" for at in sorted(lost)
    ]
    return _Found(end, len(begun), faults)


async def _beside(reading: Reading, book: _Book, rows: Sequence[RulingRow]) -> _Book:
    """What the log says was decided, ever, about the targets of these rulings."""
    events = await case_events.events_of(reading, [*{row.target_id for row in rows if row.target_id is not None}])
    found = _Book(book.refs)
    leaves = {event.log_index for some in events.values() for event in some if event.log_index is not None}
    found.read_all(await auditing.entries_at(reading, [*leaves]) if leaves else [])
    return found


async def _kept_with_others(reading: Reading, book: _Book, events: Iterable[DecidedRow]) -> set[int]:
    """Entries that keep something together with a later one: a keeping has one for each ruling, and an event of the last."""
    left = book.decisions.keys() - {row.log_index for row in events}
    kept = {index: book.decisions[index] for index in left if book.step(index) == "kept"}
    beside = await _beside(reading, book, await auditing.begun_by(reading, [one.prev for one in kept.values()]))
    return {index for index, one in kept.items() if beside.keeps_on(index, one)}


async def _nowhere(reading: Reading) -> list[str]:
    """Rulings that no slice meets, and secret entries that are gone."""
    rows = await auditing.nowhere(reading, await ledger.reach(reading))
    return [
        f"ruling {row.id} rests on entry {row.log_index}, which is no measure, or has ended by {row.lift_log_index}, and no entry says so"
        for row in rows
    ] + [f"entry {at} is gone, and what would open it is there" for at in await auditing.lost(reading, MOST)]


async def _unruled(reading: Reading) -> list[str]:
    """Accounts that are limited by their row alone."""
    rows = await auditing.unruled(reading, MOST)
    return [f"account {account} is {state} in the database, and no ruling says so" for account, state in rows]


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
    """A line for each thing that does not agree. A quick look at each; whatever it is not sure of is looked at whole.

    `seal`: what agrees is sealed for later looks; where somebody waits it is left to the walk behind.
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
            made = _Seal(key, start) if seal else None
            look = _Quick(refs, made)
            await auditing.in_force(reading, now, start, STRETCH, look.take)
            if made is not None and look.many and not look.doubtful:
                fresh[str(start)] = made.text()
            doubtful += look.doubtful
        faults = await _at(court, reading, refs, doubtful)
        faults += await _nowhere(reading)
        faults += _unmatched(*await auditing.unmatched(reading, MOST))
        orders = await auditing.orders_in_force(reading, now)
        for first in range(0, len(orders), SLICE):
            some = orders[first : first + SLICE]
            book = _Book(refs)
            book.read_all(await auditing.entries_at(reading, [order.log_index for order in some]))
            faults += [*book.faults, *_of_orders(book, some)]
    if fresh != sealed:
        async with court.work.writing() as w:
            await marks.write(w, SEALS, msgspec.json.encode(fresh).decode())
    return faults


async def _seals(court: Court, reading: Reading) -> tuple[bytes, dict[str, str]]:
    """Seals of stretches of rulings that were held against their entries and agreed, and the key that makes them.

    A stretch whose rows are as they were needs no second look at its entries. Whoever has the database alone cannot make a
    seal; whoever takes one away only makes us look.
    """
    key = await asyncio.to_thread(load_or_make_seed, court.keys.folder / "rows.key")
    kept = await marks.read(reading, SEALS)
    return key, msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


class _Seal:
    """The seal of a stretch, made of its rows a portion at a time."""

    def __init__(self, key: bytes, start: int) -> None:
        self._mac = hmac.new(key, b"%d," % start, "sha256")

    def take(self, rows: Iterable[Any]) -> None:
        self._mac.update(msgspec.msgpack.encode([*map(_of_row, rows)]))

    def text(self) -> str:
        return self._mac.hexdigest()


async def _sealed_now(reading: Reading, now: int, start: int, key: bytes) -> str:
    seal = _Seal(key, start)
    await auditing.rows_in_force(reading, now, start, STRETCH, seal.take)
    return seal.text()


async def _at(court: Court, reading: Reading, refs: dict[str, str], leaves: Sequence[int]) -> list[str]:
    faults: list[str] = []
    for first in range(0, len(leaves), SLICE):
        some = leaves[first : first + SLICE]
        book = _Book(refs)
        book.read_all(await auditing.entries_at(reading, some))
        begun = await auditing.begun_by(reading, some)
        beside = await _beside(reading, book, [row for row in begun if book.alone(row)])
        faults += [*book.faults, *_of_begun(court, book, begun), *_of_agreed(court, book, begun, beside)]
    return faults


def _unmatched(plain: Iterable[int], secret: Iterable[tuple[int, str]]) -> Iterator[str]:
    for index in plain:
        yield f"entry {index} tells of a measure or of its end, and there is no such ruling"
    for index, text in secret:
        act = tlog.read_disclosure(text)[1]
        if isinstance(act, dict) and act.get("t") in (*MEASURES, REVERSAL):
            yield f"entry {index} tells of a measure or of its end, and there is no such ruling"


class _Public(msgspec.Struct, gc=False):
    """What a measure says, as far as a row says it too. Fields of nothing else are made: a hundred thousand are read at a start."""

    basis: str = ""
    start: str = msgspec.field(name="from", default="")
    law: str = ""
    measure: str = ""
    rule: str | None = None
    second: str | None = None
    term: str | None = None
    territory: list[str] = []
    until: str | None = None


class _Entry(msgspec.Struct, gc=False):
    public: _Public
    ref: str
    t: str
    digests: list[str] = msgspec.field(name="_sd", default_factory=list[str])


_entry = msgspec.json.Decoder(_Entry).decode
_CLOCK = tuple(f"T{hour:02}:{minute:02}Z" for hour in range(24) for minute in range(60))
_TO_URL = bytes.maketrans(b"+/", b"-_")
_of_row = itemgetter(slice(len(auditing.SAID)))  # of what is in force: what the row says
LEAF = len(auditing.SAID) - 1  # and in it, last, the index of its entry
# A disclosure is base64url of ["salt","name",value] in its one spelling. Its first 27 bytes are the salt and what stands around
# it: 36 characters that spell nothing else, so that all after them is compared as it stands.
SALTED = 36


class _Quick:
    """A quick look at rulings beside their entries. Rulings of one decision stand together and give one reason: it is spelt once."""

    def __init__(self, refs: Mapping[str, str], seal: _Seal | None) -> None:
        self.many = 0
        self._seal = seal
        # Entries whose rulings do not agree with them, or cannot be looked at quickly (the secret ones).
        self.doubtful: list[int] = []
        self._refs = refs
        self._reason, self._spelt = b"", _spelt(b'reason",""]')

    def take(self, rows: Sequence[Any]) -> None:
        if self._seal is not None:
            self._seal.take(rows)
        self.many += len(rows)
        self.doubtful += [row[LEAF] for row in rows if not self._agrees(row)]

    def _agrees(self, row: Any) -> bool:
        """Whether all that the row says is what its entry says or commits to; False for any doubt."""
        (
            _, subject, term, measure, territory, starts_at, ends_at, ref, law, reason, basis, rule, approved_by, _,
            body, about, part, why,
        ) = row  # fmt: skip
        try:
            entry = _entry(body)
        except (ValueError, TypeError):
            return False
        said, committed = entry.public, entry.digests
        until = None if ends_at is None else _minute(ends_at)
        return (
            entry.t in MEASURES
            and self._refs.get(entry.ref, entry.ref) == ref
            and said.measure == measure
            and said.law == law
            and said.basis == basis
            and (said.rule or "") == rule
            and (said.term or "") == term
            and ",".join(said.territory) == territory
            and said.start == _minute(starts_at)
            # Who agreed to what one person did, and until when, stands in another entry.
            and said.until == until
            and (said.second is None) == (approved_by is None)
            and _about(subject, about, part, committed)
            and self._because(reason, why, committed)
        )

    def _because(self, reason: bytes, why: bytes | None, committed: Sequence[str]) -> bool:
        if why is None:
            return not reason  # erased
        if reason != self._reason:
            quoted = msgspec.json.encode(reason.decode(errors="replace"))
            self._reason, self._spelt = reason, _spelt(b'reason",%b]' % quoted)
        # Nothing is copied: reasons are long
        same = len(why) == SALTED + len(self._spelt) and why.endswith(self._spelt)
        return same and _digest(why) in committed


def _about(subject: int, about: bytes | None, part: bytes | None, committed: Sequence[str]) -> bool:
    """A measure is about its part, where it has one."""
    if about is not None and _digest(about) not in committed:
        return False
    if part is None:
        return about is not None and about[SALTED:] == _spelt(b'subject","%d"]' % subject)
    return part[SALTED:] == _spelt(b'part","%d"]' % subject) and _digest(part) in committed


def _digest(disclosure: bytes) -> str:
    return b2a_base64(sha256(disclosure).digest(), newline=False).translate(_TO_URL)[:-1].decode()


def _spelt(end: bytes) -> bytes:
    """The end of a disclosure's JSON, from its name on, as it stands in the disclosure."""
    return b2a_base64(end, newline=False).translate(_TO_URL).rstrip(b"=")


@lru_cache(4_096)
def _day(days: int) -> str:
    return tlog.at_minute(days * DAY).partition("T")[0]


def _minute(ms: int) -> str:
    """As the log says it; the days are few, and their spelling is kept."""
    return _day(ms // DAY) + _CLOCK[ms % DAY // MINUTE]


# --- one thing against the other ---


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


def _of_begun(court: Court, book: _Book, rows: Iterable[RulingRow]) -> Iterator[str]:
    for row in rows:
        if row.log_index not in book.measures:
            yield f"ruling {row.id} rests on entry {row.log_index}, which is no measure"
            continue
        for name, ours, theirs in _differences(court, row, book.measures[row.log_index]):
            yield f"ruling {row.id} and entry {row.log_index} differ in {name}: {ours} and {theirs}"


def _of_ended(book: _Book, rows: Iterable[RulingRow], before: Mapping[int, RulingRow]) -> Iterator[str]:
    """`before`: those that reversals name, by the entry of their measure."""
    for row in rows:
        if row.lift_log_index not in book.ended_by.get(row.log_index, ()):
            yield f"ruling {row.id} has ended, and no entry says so"
    for leaf, ends in book.ended_by.items():
        row = before.get(leaf)
        if row is None:
            yield f"entry {min(ends)} ends a measure of which there is no ruling"
        elif row.lifted_at is None or row.lift_log_index not in ends:
            yield f"ruling {row.id} binds, and entry {min(ends)} says that it has ended"


def _of_decided(court: Court, book: _Book, rows: Iterable[DecidedRow], met: set[int]) -> Iterator[str]:
    """Events of cases and what the log says was decided: each has its entry, of the same case and by the same person.

    `met`: entries that have their event elsewhere.
    """
    for row in rows:
        met.add(row.log_index)
        logged = book.decisions.get(row.log_index)
        if logged is None:
            if row.state in BY_DECISION:
                yield f"event {row.id} ({row.state}) rests on entry {row.log_index}, which is no decision"
            continue
        said = logged.public
        theirs = (logged.ref, said.get("target"), said.get("second") or said.get("by"))
        ours = (row.ref, row.target, pseudonym(court, row.by))
        if said and theirs != ours:
            yield f"event {row.id} and entry {row.log_index} differ in whose decision it is: {ours} and {theirs}"
    for index in sorted(book.decisions.keys() - met):
        yield f"entry {index} ({book.decisions[index].ref}) tells of a decision, and there is no such event"


def _of_agreed(court: Court, book: _Book, rows: Iterable[RulingRow], beside: _Book) -> Iterator[str]:
    """Whoever stands behind what one person did agreed by an entry (of those `beside`), and it lasts no longer than that says."""
    for row in filter(book.alone, rows):
        leaf = beside.agreed_to(row, book.measures[row.log_index])
        said = {} if leaf is None else beside.decisions[leaf].public
        until, ends = minute_of(row.ends_at), str(said.get("ends") or FOREVER)
        ours = pseudonym(court, row.approved_by or 0)
        if said.get("by") != ours:
            yield f"ruling {row.id} and the log differ in who agreed: {ours} and {said.get('by')}"
        elif (until or FOREVER) > ends:
            yield f"ruling {row.id} lasts longer than entry {leaf} says: {until} and {ends}"


def _of_orders(book: _Book, orders: Iterable[Order]) -> Iterator[str]:
    for order in orders:
        logged = book.orders.get(order.log_index)
        if logged is None:
            yield f"order {order.ref} rests on entry {order.log_index}, which is no order"
            continue
        ours = _said_of(order)
        theirs: dict[str, object] = logged.public | {"number": logged.ref}
        for name, value in ours.items():
            if name in theirs and theirs[name] != value:
                yield f"order {order.ref} and entry {order.log_index} differ in {name}: {value} and {theirs[name]}"
        for name, value in (("grounds", order.grounds), ("reasons", order.reasons)):
            if value != logged.known.get(name, ""):
                yield f"order {order.ref} and entry {order.log_index} differ in {name}"


def _said_of(order: Order) -> dict[str, object]:
    """What the log says of an order, from its row."""
    return {
        "number": order.ref,
        "kind": order.kind,
        "channel": order.channel,
        "reference": order.reference_no,
        "law": order.legal_basis,
        "bases": list(order.bases),
        "territory": list(order.territory),
        "dated": iso_date(order.dated),
        "received": tlog.at_minute(order.received_at),
        "act_by": minute_of(order.act_by),
        "interim_until": minute_of(order.interim_until),
        "ends": minute_of(order.ends_at),
        "emergency": order.emergency,
        "secrecy": order.secrecy,
    }


def _differences(court: Court, row: RulingRow, logged: _Logged) -> Iterator[tuple[str, object, object]]:
    """(field, what the ruling has, what the log has)."""
    ours: dict[str, object] = {
        "order": row.order_ref,
        "measure": row.measure,
        "territory": row.territory.split(","),
        "until": minute_of(row.ends_at),
        "law": row.legal_basis,
        "basis": row.basis,
        "rule": row.rule or None,
        "from": tlog.at_minute(row.starts_at),
        "by": pseudonym(court, row.decided_by),
        "concurred": None if row.concurred_by is None else pseudonym(court, row.concurred_by),
        "protected": row.protected,
    }
    words = {name: logged.known.get(name) or "" for name in ("reason", "text")}
    theirs = logged.public | {"order": logged.ref} | words
    ours |= {"reason": row.reason, "text": row.text}  # blank where they were erased
    if theirs.get("second") is None and row.approved_by is not None:
        # One acted alone, for a short while; a second person agreed since, and `_of_agreed` asks who, and until when.
        ours.pop("until")
    else:
        ours["second"] = None if row.approved_by is None else pseudonym(court, row.approved_by)
    about = logged.known.get("part", logged.known.get("subject"))
    if about is not None:
        ours["subject"], theirs["subject"] = str(row.subject_id), about
    if row.term:
        ours["term"] = row.term
    # Whose demand, or under the house's own rules whose hint; a person who complains is named in no entry.
    whose = theirs.get("flagged_by") or theirs.get("authority") or ""
    if whose or row.basis == OWN_RULES:
        ours["authority"], theirs["authority"] = row.authority, whose
    for name, value in ours.items():
        if theirs.get(name) != value and (name in theirs or not logged.secret):
            yield name, value, theirs.get(name)
