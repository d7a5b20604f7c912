"""Checks a whole log against the law: entry by entry, from the log and the files of law that it cites, and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chaupal_audit import tlog
from chaupal_audit.law.procedure import Stage
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry, Public
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law import acts, book, opened, table
from chaupal_audit.rule_of_law.check import Check, Checks, Finding
from chaupal_audit.rule_of_law.laws import RULES, Files, LawMissing, Laws, LawUnlike
from chaupal_audit.rule_of_law.on_entries import BatchedEntry, OpenedEntry, OriginAct, RefillAct, vkey_name
from chaupal_audit.rule_of_law.opened import Entries, Openings
from chaupal_audit.tlog.entries import COVER, VERSION

_entry = msgspec.json.Decoder(Entry).decode
UNREADABLE = (
    ValueError,
    TypeError,
    RecursionError,
)  # msgspec's errors are ValueErrors, but where a value lies too deep


@dataclass(slots=True)
class Verdict:
    """What was found, in the order of the log, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list[Finding])
    entries: int = 0
    orders: int = 0
    measures: int = 0

    @property
    def broken(self) -> list[Finding]:
        """What breaks a rule; what was only late is told beside it."""
        return [one for one in self.findings if not one.late]

    @property
    def late(self) -> list[Finding]:
        return [one for one in self.findings if one.late]


def try_log(
    entries: Entries,
    files: Files,
    beside: Mapping[int, Iterable[str]] | None = None,
    tell: Callable[[int], None] | None = None,
    witnessed: Sequence[tuple[int, int]] = (),
) -> Verdict:
    """Check a whole log. `entries` is read two or three times; `beside`: disclosures published beside it, by index;
    `witnessed`: (size, ms) at which witnesses signed it.

    Nothing that a log says can make this raise; what `entries` or `files` raise goes through.
    """
    told = opened.openings(entries, beside)
    trial = Trial(files, told, opened.sealed(entries, told), asked=beside is not None)
    trial.book.witnessed = witnessed
    for index, raw in entries():
        trial.hear(index, raw)
        if tell is not None and trial.verdict.entries % 10_000 == 0:
            tell(trial.verdict.entries)
    trial.close()
    return trial.verdict


class Trial:
    """`hear` every entry in order, then `close`.

    `sealed`: what was secret and came into the log later than it happened, by how many entries that had then: it is heard there.
    """

    def __init__(
        self,
        files: Files,
        openings: Openings,
        sealed: Mapping[int, Iterable[tuple[int, bytes]]] = {},
        *,
        asked: bool = False,
    ) -> None:
        self.verdict = Verdict()
        self.book = book.Book(Laws(files))
        self._openings = openings
        self._asked = asked  # whether what stands beside the log is among them
        self._then = sealed
        self._early = {index for several in sealed.values() for index, _ in several}
        self._heard = 0
        self._sealed: dict[int, Entry] = {}  # what sealed entries were, as far as they were opened
        self._plain: acts.Act | None = None  # the entry that was read last, if it is no cover
        self._batched: BatchedEntry | None = None  # the last that has a cover behind it
        self._followed = True  # whether all was looked at so far (`Patience`)
        self._in_batches = True  # no place that a log in batches keeps for a cover has held anything else so far

    def hear(self, index: int, raw: bytes) -> None:
        """Take the next entry, and before it secret acts that happened when the log had this size."""
        self.verdict.entries += 1
        for early, entry in self._then.get(index, ()):
            self._take(early, entry)
        if index not in self._early:
            self._take(index, raw)
        with suppress(*UNREADABLE):  # found where it is taken
            self._place(_read(index, raw))

    def _take(self, index: int, raw: bytes) -> None:
        self._heard += 1
        try:
            act = _read(index, raw)
            act.place, head, at = self._heard, act.head, act.at
            act = self._opened(act)
            self.book.date(index, at)
            if head.t == COVER and (inside := opened.unsealed(act.opened)) is not None:
                ref = opened.published_as(head, self._openings[index], inside.ref)
                self._sealed[index] = inside = msgspec.structs.replace(inside, ref=ref)
                then = moment(inside.at) or at
                act = acts.Act(index, then, inside, act.opened, sealed=True, place=self._heard, logged=at)
            self._hear(act)
        except UNREADABLE:
            self._find(table.UNREADABLE, index, "")

    def _place(self, act: acts.Act) -> None:
        """In a log that is signed in batches each entry has a cover behind it, which says when their batch began.

        Elsewhere a cover says its hour, before which others may have come: so an entry is asked once the next cover's place
        holds a cover, too.
        """
        if act.head.t != COVER:
            self._in_batches = self._in_batches and act.index % 2 == 0
            self._plain = act
        elif act.index % 2:
            self._ask_batched()
            plain = self._plain
            self._batched = BatchedEntry(plain, act.at) if plain and plain.index == act.index - 1 else None

    def _ask_batched(self) -> None:
        if self._batched is not None and self._in_batches:
            self._ask(table.IN_BATCHES, self._batched.act, self._batched)

    def close(self) -> None:
        """The end of the log: check for what should have come and did not."""
        self._ask_batched()
        for made in self.book.made():
            self._ask(table.MEASURES_LATER, made.act, made)
        for ended in [one for one in self.book.at.values() if isinstance(one, acts.MeasureEnd)]:
            self._ask(table.ENDS_LATER, ended.act, ended)
        for matter in self.book.matters.values():
            self._ask(table.ORDERS_LATER, matter.act, matter)
        for appealed in self.book.granted:
            self._ask(table.APPEALS_LATER, appealed.act, appealed)
        for tally in self.book.tallies:
            self._ask(table.TALLIES_LATER, tally.act, tally)
        self._look_whether_followed(self.verdict.entries - 1)
        self.verdict.findings.sort(key=lambda one: one.index)

    def _hear(self, act: acts.Act) -> None:
        if act.head.t == COVER:
            return
        self._ask(table.ENTRIES, act, act)
        self.book.now = max(self.book.now, act.at)
        if not act.sealed:  # what was secret counts where it was opened
            self.book.count(act.index, entries.tallied(act.head))
        self.book.patience.earn()
        if hear := HEARD.get(act.head.t):
            hear(self, act)
        self._look_whether_followed(act.index)

    def _look_whether_followed(self, index: int) -> None:
        if self._followed and self.book.patience.out:
            self._followed = False
            self._find(table.BEYOND_FOLLOWING, index, "")

    def _opened(self, act: acts.Act) -> acts.Act:
        """The entry with what was opened of it; each opening that is none is found at the entry that published it."""
        published = self._openings.get(act.index, ())
        if not published:
            return act
        texts = [one.text for one in published]
        digests = opened.digests(act.head, texts)
        act.opened = opened.disclosed_by(digests, texts)
        foreign = [text for text in texts if tlog.disclosure_digest(text) not in digests or opened.read(text) is None]
        self._ask(table.OPENINGS, act, OpenedEntry(act, len(foreign)))
        return act

    def _ask[T](self, checks: Iterable[Check[T]], act: acts.Act, about: T) -> None:
        for check in checks:
            if found := check.broken(self.book, about):
                self._find(check, act.index, act.head.ref, found if isinstance(found, str) else "")

    def _find(self, check: Check[Any], index: int, ref: str, detail: str = "") -> None:
        self.verdict.findings.append(Finding(index, check.code, ref, check.en, check.hi, detail, check.late))

    # --- one kind of entry each ---

    def law(self, act: acts.Act) -> None:
        new = _public(act, entries.Regime if act.head.t == "regime" else entries.Policy)
        ref = act.head.ref if act.head.t == "regime" else f"{RULES}@{new.version}"
        try:
            if self.book.laws.cite(ref, new.sha256) and self.book.began_under(ref):
                self._find(table.LAW_REWRITTEN, act.index, ref)
        except LawMissing:
            self._find(table.LAW_MISSING, act.index, ref)
        except LawUnlike:
            self._find(table.LAW_UNLIKE, act.index, ref)

    def policy(self, act: acts.Act) -> None:
        if act.head.ref == RULES:  # the house's other texts are no law
            self.law(act)

    def snapshot(self, act: acts.Act) -> None:
        self.book.frozen[self.said(act, entries.Snapshot, table.FREEZING).said.period] += 1

    def key(self, act: acts.Act) -> None:
        said = self.said(act, entries.Key, table.CHANGING).said
        self.book.keys = (said.old, said.new)

    def origin(self, act: acts.Act) -> None:
        said = _public(act, entries.Origin)
        self._ask(table.ORIGINS, act, OriginAct(act, said, self._after()))
        self.book.names.append(vkey_name(said.previous))
        self.book.keys = (said.new,) if said.new else ()

    def refill(self, act: acts.Act) -> None:
        said = _public(act, entries.Refill)
        self._ask(table.REFILLS, act, RefillAct(act, said, self._after()))
        self.book.set_back(act.index, range(said.start, said.to))

    def _after(self) -> int:
        """Index of the last entry before this one that is no cover; -1: there is none."""
        return -1 if self._plain is None else self._plain.index

    def said[P: Public](self, act: acts.Act, kind: type[P], checks: Checks[acts.SaidAct[P]]) -> acts.SaidAct[P]:
        """What the entry says, once its own checks were run."""
        said = acts.SaidAct(act, _public(act, kind))
        self._ask(checks, act, said)
        self.book.at[act.index] = said
        return said

    def order(self, act: acts.Act) -> None:
        new = _public(act, entries.Order)
        received = moment(new.received)
        law = self.book.laws.regime(act.head.regime)
        matter = acts.Matter(act, new, law, act.at if received is None else received)
        if matter.own:
            matter.stage = Stage.IN_REVIEW  # nobody sent it in: there is nothing to acknowledge or to check
        self.verdict.orders += 1
        self._ask(table.ORDERS, act, matter)
        self.book.receive(matter)

    def step(self, act: acts.Act) -> None:
        matter = self.book.matters.get(act.head.ref)
        step = acts.OrderStep(act, _public(act, entries.Step), matter)
        step.stage = step.stage if matter is None else matter.stage
        self._ask(table.STEPS, act, step)
        self.book.step(step)

    def decision(self, act: acts.Act) -> None:
        new = _public(act, entries.Decision)
        matter = self.book.matters.get(act.head.ref)
        case = None if matter is None else matter.case(new.target)
        prev = self.book.prev(act)
        decided = acts.DecisionStep(act, new, matter, case, _proposal(case, prev), prev)
        self._ask(table.DECISIONS, act, decided)
        self.book.decide(decided)

    def measure(self, act: acts.Act) -> None:
        new = _public(act, entries.Measure)
        matter = self.book.matters.get(act.head.ref)
        case = None if matter is None else matter.case(new.target)
        prev = self.book.prev(act)
        alone = new.alone or new.emergency
        proposal = None if alone else _proposal(case, prev)
        citation = new.rule or (matter.said.rule if matter else "")
        law = self.book.laws.regime(act.head.regime)
        made = acts.MeasureAct(act, new, matter, case, law, proposal, prev, self.book.laws.rule(citation))
        self.verdict.measures += 1
        self._ask(table.MEASURES, act, made)
        self.book.begin(made)

    def reversal(self, act: acts.Act) -> None:
        prev = self.book.prev(act)
        new = _public(act, entries.Reversal)
        ended = acts.MeasureEnd(
            act, new, self.book.matters.get(act.head.ref), prev if isinstance(prev, acts.MeasureAct) else None
        )
        self._ask(table.ENDS, act, ended)
        self.book.end(ended)

    def notice(self, act: acts.Act) -> None:
        prev = self.book.prev(act)
        made = prev if isinstance(prev, acts.MeasureAct) else prev.made if isinstance(prev, acts.MeasureEnd) else None
        told = acts.NoticeAct(act, _public(act, entries.Notice), made)
        self._ask(table.NOTICES, act, told)
        self.book.tell(told)

    def appeal(self, act: acts.Act) -> None:
        appealed = acts.AppealStep(act, _public(act, entries.Appeal), self.book.prev(act))
        self._ask(table.APPEALS, act, appealed)
        self.book.appeal(appealed)

    def open_(self, act: acts.Act) -> None:
        prev = acts.NOBODY if act.head.prev is None else act.head.prev
        sealed = self._sealed.get(prev)
        law = None if sealed is None else self.book.laws.regime(sealed.regime)
        new = _public(act, entries.Opened)
        self._ask(table.UNSEALINGS, act, acts.OpeningAct(act, new, sealed, law))
        if sealed is not None and opened.whole(new.disclosures) and self.book.uncover(prev):
            self.book.count(act.index, entries.tallied(sealed))

    def tally(self, act: acts.Act) -> None:
        new = _public(act, entries.Tally)
        before = self.book.tallies[-1] if self.book.tallies else None
        tally = acts.TallyAct(act, new, self._rows(act), before)
        self._ask(table.TALLIES, act, tally)
        self.book.tally(tally)

    def _rows(self, act: acts.Act) -> list[entries.TallyRow] | None:
        """Those that were opened; None where nobody asked for them."""
        texts = [one.text for one in self._openings.get(act.index, ())]
        rows = opened.all_of("row", frozenset(act.head.sd), texts)
        return [_row(row) for row in rows] if rows or self._asked else None


def _read(index: int, raw: bytes) -> acts.Act:
    """Raises one of `UNREADABLE` for what is no entry."""
    head = _entry(raw)
    at = moment(head.at)
    if head.v != VERSION or at is None:
        raise ValueError(head.at)
    return acts.Act(index, at, head, {}, logged=at)


def _public[T](act: acts.Act, kind: type[T]) -> T:
    return msgspec.json.decode(act.head.public, type=kind)


def _proposal(case: acts.Case | None, prev: object) -> acts.Proposal | None:
    """The proposal of this target that an entry follows from: itself, or what was said about it since."""
    if case is None:
        return None
    if isinstance(prev, acts.DecisionStep):
        prev = prev.proposal
    return prev if isinstance(prev, acts.Proposal) and prev is case.proposal else None


def _row(value: object) -> entries.TallyRow:
    """A row; one that says nothing is a row that the log has not."""
    try:
        return msgspec.convert(value, entries.TallyRow)
    except msgspec.ValidationError:
        return entries.TallyRow("", "", "")


def _saying[P: Public](
    kind: type[P],
    checks: Checks[acts.SaidAct[P]],
    then: Callable[[book.Book, acts.SaidAct[P]], None] = lambda _book, _said: None,
) -> Callable[[Trial, acts.Act], None]:
    """How an entry is heard of which only what it says is asked; `then`: what the book learns of it."""
    return lambda trial, act: then(trial.book, trial.said(act, kind, checks))


HEARD: dict[str, Callable[[Trial, acts.Act], None]] = {
    "regime": Trial.law,
    "policy": Trial.policy,
    "role": _saying(entries.Role, table.ROLES, book.Book.give),
    "authority": _saying(entries.Authority, table.AUTHORITIES, book.Book.register),
    "protected": _saying(entries.Protected, table.PROTECTION, book.Book.guard),
    "server": _saying(entries.Server, table.SERVERS),
    "door": _saying(entries.AddressBlock, table.BLOCKING, book.Book.block),
    "statement": _saying(entries.Statement, table.STATING),
    "snapshot": Trial.snapshot,
    "key": Trial.key,
    "origin": Trial.origin,
    "refill": Trial.refill,
    "order": Trial.order,
    "step": Trial.step,
    "decision": Trial.decision,
    "measure": Trial.measure,
    "deamp": Trial.measure,
    "reversal": Trial.reversal,
    "notice": Trial.notice,
    "appeal": Trial.appeal,
    "open": Trial.open_,
    "tally": Trial.tally,
    "external": _saying(entries.External, table.BRINGING),
    "counter": _saying(entries.Counter, table.COUNTERING),
}
