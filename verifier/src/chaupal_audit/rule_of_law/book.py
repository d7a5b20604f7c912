"""The state of a log up to an entry: people and their roles, laws, orders with their targets, and what is in force."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from chaupal_audit.clock import MINUTE
from chaupal_audit.law import procedure
from chaupal_audit.law.alone import ALONE_APART
from chaupal_audit.law.procedure import Stage
from chaupal_audit.law.regime import OWN_RULES, Regime
from chaupal_audit.law.rulebook import HouseRule, RuleBook
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry, Public
from chaupal_audit.minutes import moment, month_of
from chaupal_audit.rule_of_law.laws import RULES, Laws
from chaupal_audit.rule_of_law.looks import Look, Looks, Span
from chaupal_audit.rule_of_law.people import People
from chaupal_audit.spans import Spans

VERBS = {logged: verb for verb, logged in procedure.LOGGED.items()}
# Outcome of a closing -> the step of its order.
WITH_ORDER = {"withdrawn": "withdrawn", "set_aside": "set_aside", "replaced": "replaced", "undecided": "closed"}
ENDS_ORDERS = ("withdrawn", "set_aside", "stayed")
BY_APPEAL = ("appealed", "modified")  # ends that an appeal brings
LOST = "lost"  # how a measure ended that came back from a copy of the log alone
DECIDED = "decided"  # what brings a measure about, where no later act does
UNKNOWN = "unknown"  # targets that were named, and not found here
NOBODY = -1  # the index of no entry


@dataclass(slots=True)
class Act:
    """An entry at its place: `at` in ms as the entry has it, `opened` what is known of what it committed to."""

    index: int
    at: int
    head: Entry
    opened: dict[str, object]  # by name
    sealed: bool = False  # whether it was secret when it came
    # How many acts that are known happened before it: what was secret came into the log later than it happened
    place: int = 0
    logged: int = 0  # when its entry came into the log (ms)

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(self.head.sd)


@dataclass(slots=True)
class SaidAct[P: Public]:
    """An entry, and what it says, where that is all that is asked about."""

    act: Act
    said: P


@dataclass(slots=True)
class Proposal:
    """What one person proposed about one target; `concurred` by whom else, `over` once it was carried out or sent back."""

    act: Act
    said: entries.Decision
    concurred: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    carried: int = 0
    over: bool = False
    before: "Proposal | None" = None  # the last one about the same target


@dataclass(slots=True)
class Case:
    """One target of an order."""

    number: int
    kind: str = ""
    proposal: Proposal | None = None
    decided: int | None = None  # when something was first decided about it (ms)
    made: list["MeasureAct"] = field(default_factory=list["MeasureAct"])
    looks: Looks = field(default_factory=Looks)
    forgotten: Looks = field(default_factory=Looks)  # those of which the store knows by the log alone
    hands: set[str] = field(default_factory=set[str])  # who has proposed, decided, kept or ended something
    appealed: list[int] = field(default_factory=list[int])  # when something of it ended by an appeal (ms), in order
    open_by: Counter[str] = field(default_factory=Counter[str])  # how much of it has not ended, by whose it is
    # What has not ended, by the index of its proposal and its own.
    _open: dict[int, dict[int, "MeasureAct"]] = field(default_factory=dict[int, dict[int, "MeasureAct"]])

    # name -> how many of `made` were asked for their number of it, and what they said (number, index, measure), the least first
    _least: dict[str, tuple[int, list[tuple[int, int, "MeasureAct"]]]] = field(default_factory=dict[Any, Any])

    def appealed_about(self, at: int, within: int) -> bool:
        """Whether something of it ended by an appeal within a time (ms) before or after that moment."""
        first = bisect_left(self.appealed, at - within)
        return first < len(self.appealed) and self.appealed[first] <= at + within

    def begin(self, made: "MeasureAct") -> None:
        self.made.append(made)
        self._open.setdefault(_index(made.proposal), {})[made.act.index] = made
        self.open_by[made.said.by or ""] += 1

    def end(self, made: "MeasureAct") -> None:
        of = _index(made.proposal)
        self.open_by[made.said.by or ""] -= 1
        self._open.get(of, {}).pop(made.act.index, None)
        if not self._open.get(of):
            self._open.pop(of, None)

    def least(self, name: str, of: Callable[["MeasureAct"], int | None]) -> int | None:
        """The least number that what has not ended has by this name; None where none has one. Each is asked once."""
        asked, numbers = self._least.setdefault(name, (0, []))
        for made in self.made[asked:]:
            if (number := of(made)) is not None:
                heappush(numbers, (number, made.act.index, made))
        self._least[name] = len(self.made), numbers
        while numbers and numbers[0][2].ended is not None:
            heappop(numbers)
        return numbers[0][0] if numbers else None

    def open(self, *but: Proposal | None) -> Iterator["MeasureAct"]:
        """What has not ended, in the order in which it began within a proposal, but for that by a proposal (None: by none)."""
        left_out = [_index(proposal) for proposal in but]
        for of, measures in self._open.items():
            if of not in left_out:
                yield from measures.values()


def _index(proposal: Proposal | None) -> int:
    return NOBODY if proposal is None else proposal.act.index


@dataclass(slots=True)
class Matter:
    """An order with its targets, and where it stands."""

    act: Act
    said: entries.Order
    law: Regime | None
    received: int
    stage: Stage = Stage.RECEIVED
    genuine: bool = False
    hearing: int | None = None  # the day that was set (ms)
    acknowledged: int | None = None
    steps: list["OrderStep"] = field(default_factory=list["OrderStep"])
    # (step, target; None: about all) -> when last (ms)
    newest: dict[tuple[str, int | None], int] = field(default_factory=dict[tuple[str, int | None], int])
    cases: dict[int, Case] = field(default_factory=dict[int, Case])
    # target, None for all -> (place, when (ms)) of each step by which it was over that came before all later ones
    _over: dict[int | None, list[tuple[int, int]]] = field(default_factory=dict[int | None, list[tuple[int, int]]])

    def over_after(self, place: int, target: int) -> int | None:
        """When it was over first (ms), or this target of it, by a step that came later than that place."""
        found = [self._over.get(of, []) for of in (None, target)]
        after = [(steps, bisect_right(steps, place, key=itemgetter(0))) for steps in found]
        return min((steps[at][1] for steps, at in after if at < len(steps)), default=None)

    def take(self, step: "OrderStep") -> None:
        """Its next step."""
        at, word = step.act.at, step.said.step
        self.steps.append(step)
        for target in step.said.targets or (None,):
            self.newest[word, target] = max(at, self.newest.get((word, target), at))
            if word in ENDS_ORDERS:
                over = self._over.setdefault(target, [])
                while over and over[-1][1] >= at:
                    over.pop()
                over.append((step.act.place, at))

    @property
    def ref(self) -> str:
        return self.act.head.ref

    @property
    def own(self) -> bool:
        """Whether the house acts by its own rules here."""
        return self.said.kind == "own_rules" or (self.act.head.regime or "").startswith(f"{OWN_RULES}@")

    @property
    def total(self) -> int:
        return sum(self.said.targets.values())

    @property
    def laws(self) -> set[str]:
        """The versions under which it stands: of its law, and of the house's rules."""
        cited = {made.said.rule for made in self.made()} | {self.said.rule}
        return {self.act.head.regime or ""} | {f"{RULES}@{rule.partition('@')[2]}" for rule in cited if rule}

    def case(self, number: int) -> Case:
        return self.cases.setdefault(number, Case(number))

    def made(self) -> Iterator["MeasureAct"]:
        for case in self.cases.values():
            yield from case.made


@dataclass(slots=True)
class OrderStep:
    """A step of an order, and the stage in which it found it."""

    act: Act
    said: entries.Step
    matter: Matter | None
    stage: Stage = Stage.NEW


@dataclass(slots=True)
class DecisionStep:
    """A step of a decision about one target."""

    act: Act
    said: entries.Decision
    matter: Matter | None
    case: Case | None
    proposal: Proposal | None
    prev: object

    @property
    def step_of_order(self) -> str:
        """By which step of its order the target is closed, where nobody decided about it: it needs no proposal and no second."""
        return WITH_ORDER.get(self.said.outcome or "", "") if self.said.step == "closed" else ""

    @property
    def final(self) -> bool:
        """Whether two decided by it that nothing is limited."""
        return self.said.step in ("refused", "closed") and not self.step_of_order

    @property
    def own(self) -> bool:
        return self.matter is not None and self.matter.own

    @property
    def answers(self) -> tuple[int | None, str]:
        """What it answers, and as what: a second person looks once, others may look again."""
        as_what = self.said.step if self.said.step == "reviewed" else f"{self.said.step} {self.said.by}"
        return self.act.head.prev, as_what


@dataclass(slots=True)
class MeasureAct:
    """A measure: what it rests on, who was told, and how it ended."""

    act: Act
    said: entries.Measure
    matter: Matter | None
    case: Case | None
    law: Regime | None
    proposal: Proposal | None
    prev: object
    rule: tuple[RuleBook, HouseRule] | None
    told: list["NoticeAct"] = field(default_factory=list["NoticeAct"])
    ended: "MeasureEnd | None" = None
    shortened: bool = field(
        init=False
    )  # whether an appeal gave it an earlier end: that one stays, whoever agrees later

    def __post_init__(self) -> None:
        was, until = self.before, moment(self.said.until)
        modified = was is not None and until is not None and self.cause == "modified"
        self.shortened = modified and (was.until is None or was.until > until)

    @property
    def looks(self) -> Looks:
        return Looks() if self.case is None else self.case.looks

    @property
    def span(self) -> Span:
        """When it was in force, in places of acts."""
        return self.act.place, None if self.ended is None else self.ended.act.place

    @property
    def begins(self) -> int:
        found = moment(self.said.start)
        return self.act.at if found is None else found

    @property
    def until(self) -> int | None:
        """When it ends by its own entry, or by that of a second person who agreed to what one had done."""
        return self._until(self.looks)

    @property
    def until_lost(self) -> int | None:
        """The same of what the store lost, as everybody saw it before: who agreed to it is lost with it."""
        return self._until(Looks() if self.case is None else self.case.forgotten)

    def _until(self, looks: Looks) -> int | None:
        agreed = None if self.shortened else looks.agreed(self.span)
        return moment(self.said.until if agreed is None else agreed.said.ends)

    @property
    def lost(self) -> bool:
        """Whether the server lost its record of it: who was not told before is told by nobody."""
        return self.ended is not None and self.ended.lost

    @property
    def endless(self) -> bool:
        return bool(self.said.permanent) or self.said.until is None

    @property
    def over(self) -> int | None:
        """When it was over, or is to be (ms)."""
        ended = None if self.ended is None else moment(self.ended.said.at)
        return min((end for end in (self.until, ended) if end is not None), default=None)

    @property
    def things(self) -> set[str]:
        """What it limits, by each name that is known: its place in its order, its letters, and its id where that was opened."""
        known = {f"{self.act.head.ref} {self.said.target}"} if self.said.parts == 1 else set[str]()
        if self.said.term:
            return known | {f"#{self.said.term}"}
        opened = self.act.opened.get("part", self.act.opened.get("subject"))
        return known | ({str(opened)} if opened else set())

    @property
    def cause(self) -> str:
        return self.said.cause or DECIDED

    @property
    def own(self) -> bool:
        return self.matter is not None and self.matter.own

    @property
    def before(self) -> "MeasureAct | None":
        """The measure that this one goes on from, where it stands in place of another."""
        return self.prev.made if self.cause != DECIDED and isinstance(self.prev, MeasureEnd) else None

    @property
    def hands(self) -> set[str]:
        """Everybody who decided it, or kept it in force after a review."""
        return self._signed | self.looks.people(self.span)

    def has_hand(self, who: str | None) -> bool:
        """Whether somebody is one of these."""
        return bool(who) and (who in self._signed or self.looks.looked_by(who, self.span))

    @property
    def _signed(self) -> set[str]:
        return {who for who in (self.said.by, self.said.second, self.said.concurred) if who}

    @property
    def seconded(self) -> bool:
        """Whether a second person is behind it: by its own entry, or by a later approval of what one person had done."""
        return bool(self.said.second) or self.looks.agreed(self.span) is not None

    def seconded_by(self, who: str) -> bool:
        return who == self.said.second or self.looks.agreed_by(who, self.span)

    def rests_on(self, part: str, who: str) -> bool:
        """Whether somebody is behind it in a part: `by`, `second`, `concurred`."""
        return self.seconded_by(who) if part == "second" else who == (getattr(self.said, part) or "")


@dataclass(slots=True)
class MeasureEnd:
    """The end of a measure; `made` is None where it is the end of nothing. `followed`: the measures that go on from it."""

    act: Act
    said: entries.Reversal
    matter: Matter | None
    made: MeasureAct | None
    followed: list[MeasureAct] = field(default_factory=list[MeasureAct])

    @property
    def lost(self) -> bool:
        """Whether the server had lost its record of the measure, so that nobody carries it out."""
        return self.said.step == LOST


@dataclass(slots=True)
class NoticeAct:
    """A notice; `about` a measure or the end of one."""

    act: Act
    said: entries.Notice
    made: MeasureAct | None


@dataclass(slots=True)
class AppealStep:
    """A step of an appeal; `filed` is the one that it decides."""

    act: Act
    said: entries.Appeal
    prev: object

    @property
    def made(self) -> MeasureAct | None:
        """The measure that it is about."""
        about = self.prev.prev if isinstance(self.prev, AppealStep) else self.prev
        return about if isinstance(about, MeasureAct) else None

    @property
    def answers(self) -> tuple[int | None, str]:
        """What it answers, and as what."""
        return self.act.head.prev, "filed" if self.said.step == "filed" else "over"


@dataclass(slots=True)
class OpeningAct:
    """An `open` entry, and the sealed act that it opened, where it did."""

    act: Act
    said: entries.Opened
    sealed: Entry | None
    law: Regime | None


class TalliedDecision(NamedTuple):
    """A decision that is to stand in a tally: the index by which it became public, and (did, kind)."""

    at: int
    what: tuple[str, str]


@dataclass(slots=True)
class TallyAct:
    """A tally or one of its parts; `rows` as they were opened, None where nobody asked what stands beside the log."""

    act: Act
    said: entries.Tally
    rows: list[entries.TallyRow] | None
    before: "TallyAct | None"
    followed: bool = False  # whether the next part of the span is there

    @property
    def last(self) -> bool:
        return self.said.part == self.said.parts

    @property
    def whole(self) -> bool:
        """Whether the span ends here, and all its parts are there."""
        return self.last and len(self.parts) == self.said.parts

    @property
    def begins(self) -> int:
        """Where it has to begin: where the span before it ended."""
        return 0 if self.before is None else self.before.said.to

    @property
    def continues(self) -> bool:
        """Whether it is the next part of the span that the entry before has begun."""
        if self.before is None or self.before.last:
            return False
        return self.said == msgspec.structs.replace(
            self.before.said, part=self.before.said.part + 1, rows=self.said.rows
        )

    @property
    def parts(self) -> "list[TallyAct]":
        """Those of its span, up to itself."""
        found: list[TallyAct] = [self]
        while found[-1].continues and found[-1].before is not None:
            found.append(found[-1].before)
        return found


def named(done: MeasureAct | DecisionStep) -> set[str]:
    """What two have decided about, by each name that is known: the target of its order, its letters, and its id where that was opened."""
    known, opened = {f"{done.act.head.ref} {done.said.target}"}, done.act.opened
    if isinstance(done, MeasureAct) and done.said.term:
        return known | {f"#{done.said.term}"}
    about = str(opened.get("part", opened.get("subject")) or "")
    return known | ({about} - {"", "0"})  # a tag's number says nothing


class Book:
    """The state of a log up to an entry."""

    def __init__(self, laws: Laws) -> None:
        self.laws = laws
        self.people = People()
        self.matters: dict[str, Matter] = {}
        self.confirmed: set[str] = set()  # orders that another says that it confirms
        self.replaced: set[str] = set()  # orders whose place another says that it takes
        self.at: dict[int, object] = {}  # by index, whatever a later entry can follow from
        self.authorities: dict[str, entries.Authority] = {}  # ref -> what its last entry says, of those in the register
        self._by_name: dict[
            str, dict[str, None]
        ] = {}  # name -> the references that bear it, in the order in which they got it
        self.proposed_authorities: dict[int, SaidAct[entries.Authority]] = {}  # by index, what was proposed of one
        # ref -> who let in whoever files for it, of authorities that were entered since entries say so
        self.inviters: dict[str, set[str]] = {}
        self.hands_kept = False  # whether whoever writes the log keeps people from erasing what they had a hand in
        self.unprotected: int = -1  # the place of the act that last ended somebody's protection
        self.now: int = 0  # the latest moment that the log knows of (ms)
        self.witnessed: Sequence[tuple[int, int]] = ()  # (size, when a witness signed the log at that size (ms))
        # (by whom, thing) -> what they did to it by themselves, but for what was over too long before the last of it
        self._alone: dict[tuple[str, str], deque[MeasureAct]] = {}
        self._agreed_to: list[
            tuple[deque[MeasureAct], MeasureAct]
        ] = []  # what was taken from there since somebody agreed to it
        self.decided: list[TalliedDecision] = []  # since the span of the last tally
        self.tallies: list[TallyAct] = []
        self.months: dict[int, int] = {}  # month, counted from the year 0 -> its first entry
        self.frozen: Counter[str] = Counter()  # period -> how many reports of it were frozen
        self.keys: tuple[
            str, ...
        ] = ()  # the one to which the log last changed, behind the one that it had until a checkpoint says so
        self.names: list[str] = []  # of the logs from which it goes on
        self.refilled = Spans()  # entries that came back from a copy after the store had lost them
        self.anew: dict[str, int] = {}  # thing -> the place at which it was last decided about, since entries came back
        self._done: list[
            OrderStep | DecisionStep | MeasureAct | AppealStep
        ] = []  # what the store may have forgotten, in order
        self.answered: dict[tuple[int | None, str], int] = {}  # (entry, what answers it) -> when last (ms)
        self.granted: list[AppealStep] = []  # appeals that were decided for whoever appealed, whole or in part
        self._granted: dict[int, list[AppealStep]] = {}  # by the minute
        self._about: dict[int, Case] = {}  # the case of each entry that decides or ends something
        self._uncovered: set[int] = set()  # sealed entries that were opened as a whole

    def done_alone(self, made: MeasureAct) -> list[deque[MeasureAct]]:
        """What whoever decided a measure had done by themselves to the same thing, by each of its names, from the first that was neither
        over too long before nor agreed to by anybody.
        """
        since = min(made.begins, made.act.at) - ALONE_APART
        named = ((made.said.by or "", thing) for thing in made.things)
        found = [self._alone[one] for one in named if one in self._alone]
        for befores in found:
            while befores and (befores[0].seconded or ((over := befores[0].over) is not None and over <= since)):
                passed = (
                    befores.popleft()
                )  # it keeps nobody from anything any more, unless the store forgets who agreed
                if passed.seconded:
                    self._agreed_to.append((befores, passed))
        return found

    def _do_alone(self, made: MeasureAct) -> None:
        for thing in made.things:
            self._alone.setdefault((made.said.by or "", thing), deque()).append(made)

    def _undo_alone(self, made: MeasureAct) -> None:
        for thing in made.things:  # whatever came after it is forgotten already, but what was secret
            befores = self._alone[made.said.by or "", thing]
            at = next((at for at in reversed(range(len(befores))) if befores[at] is made), None)
            if at is not None:
                del befores[at]

    def prev(self, act: Act) -> object:
        """What an entry follows from, where the book has it."""
        return None if act.head.prev is None else self.at.get(act.head.prev)

    def named(self, authority: str) -> bool:
        return authority in self._by_name

    def keys_of(self, authority: str) -> tuple[str, ...] | None:
        """The keys by which an authority's documents are known; None where the log does not say."""
        found = self._first_of(authority)
        return None if found is None else found.keys

    def inviters_of(self, authority: str) -> set[str] | None:
        """Who let in whoever files for an authority; None where the log does not say."""
        return next((self.inviters.get(ref) for ref in self._by_name.get(authority, ())), None)

    def country_of(self, authority: str) -> str:
        """The country of an authority in the register; nothing of one that is not."""
        found = self._first_of(authority)
        return "" if found is None else found.jurisdiction

    def _first_of(self, name: str) -> entries.Authority | None:
        return next((self.authorities[ref] for ref in self._by_name.get(name, ())), None)

    def granted_about(self, at: int, within: int) -> Iterator[AppealStep]:
        """Appeals that were decided so within a time (ms) before or after that moment."""
        for minute in range((at - within) // MINUTE, (at + within) // MINUTE + 1):
            yield from (one for one in self._granted.get(minute, ()) if abs(one.act.at - at) <= within)

    def began_under(self, ref: str) -> bool:
        return any(ref in one.laws for one in self.matters.values())

    def made(self) -> Iterator[MeasureAct]:
        for matter in self.matters.values():
            yield from matter.made()

    def hands(self, index: int) -> set[str]:
        """Who had a hand in what an entry is about: who signed it, and in all of its case."""
        said, case = getattr(self.at.get(index), "said", None), self._about.get(index)
        signed = {getattr(said, part, None) or "" for part in ("by", "second", "concurred")} - {""}
        return signed | (set() if case is None else case.hands)

    def _sign(self, index: int, case: Case | None, *who: str | None) -> None:
        if case is not None:
            self._about[index] = case
            case.hands.update(filter(None, who))

    def _enter(self, done: OrderStep | DecisionStep | MeasureAct | AppealStep) -> None:
        self.at[done.act.index] = done
        if not done.act.sealed:  # of what was secret nothing is forgotten that the store knows
            self._done.append(done)

    # --- what entries change ---

    def date(self, index: int, at: int) -> None:
        month = month_of(at // MINUTE)
        self.months[month] = min(index, self.months.get(month, index))

    def give(self, given: SaidAct[entries.Role]) -> None:
        self.people.give(given.act.head.ref, given.said.role, given.act.place)

    def register(self, new: SaidAct[entries.Authority]) -> None:
        """What was proposed, or dropped again, changes nothing: nobody leaves the register. A proposal is answered once."""
        ref, said = new.act.head.ref, new.said
        if said.step in ("added", "changed", "dropped"):
            self.proposed_authorities.pop(NOBODY if new.act.head.prev is None else new.act.head.prev, None)
        if said.step in ("added", "changed") and said.name:
            if ref in self.authorities and (was := self.authorities[ref].name) != said.name:
                self._by_name[was].pop(ref)
                if not self._by_name[was]:
                    del self._by_name[was]
            self.authorities[ref] = said
            self._by_name.setdefault(said.name, {})[ref] = None
        if said.step == "proposed":
            self.proposed_authorities[new.act.index] = new
        if said.step == "added" and said.keys is not None:
            self.inviters.setdefault(ref, set())
        if said.step == "filer_invited" and ref in self.inviters:
            self.inviters[ref].add(said.by)

    def guard(self, guarded: SaidAct[entries.Protected]) -> None:
        if guarded.said.step == "ended":
            self.unprotected = guarded.act.place

    def receive(self, matter: Matter) -> None:
        matter.genuine = matter.said.origin == "verified" or (matter.law is not None and not matter.law.verify_origin)
        self.at[matter.act.index] = matter
        self.hands_kept = self.hands_kept or b'"let_in_by"' in bytes(matter.act.head.public)
        if self.matters.setdefault(matter.ref, matter) is matter and matter.said.confirms:
            self.confirmed.add(matter.said.confirms)
        if matter.said.replaces:
            self.replaced.add(matter.said.replaces)

    def step(self, step: OrderStep) -> None:
        self._enter(step)
        if (matter := step.matter) is None:
            return
        matter.take(step)
        verb = VERBS.get(step.said.step)
        if not step.said.targets:  # what touches some targets leaves the order where it stands
            found = next((move for move in procedure.STEPS if (move.source, move.verb) == (matter.stage, verb)), None)
            matter.stage = matter.stage if found is None else found.to
        if step.said.step == "origin_verified":
            matter.genuine = True
        if step.said.step == "acknowledged" and matter.acknowledged is None:
            matter.acknowledged = step.act.at
        if step.said.step == "hearing_set":
            matter.hearing = moment(step.said.until)

    def decide(self, decided: DecisionStep) -> None:
        step, case = decided.said.step, decided.case
        self._enter(decided)
        self._sign(decided.act.index, case, decided.said.by, decided.said.second)
        if case is None:
            return
        case.kind = case.kind or decided.said.kind or ""
        if step == "proposed":
            proposal = Proposal(decided.act, decided.said, before=case.proposal)
            self.at[decided.act.index] = case.proposal = proposal
        elif (proposal := decided.proposal) is not None and step == "concurred":
            proposal.concurred.append((decided.act.index, decided.said.by or ""))
        elif proposal is not None and step in ("returned", "refused", "closed", "dropped"):
            proposal.over = True
        if self.refilled and decided.final:
            self.anew.update(dict.fromkeys(named(decided), decided.act.place))
        if step in ("refused", "closed") and case.decided is None:
            case.decided = decided.act.at
        if step in ("kept", "reviewed"):
            self.answered[decided.answers] = decided.act.at
            case.looks.add(Look(decided.act.place, decided.act.at, decided.said))

    def begin(self, made: MeasureAct) -> None:
        self._enter(made)
        self._sign(made.act.index, made.case, made.said.by, made.said.second, made.said.concurred)
        if not made.said.second:
            self._do_alone(made)
        if made.proposal is not None and made.cause == DECIDED:
            made.proposal.carried += 1
            made.proposal.over = True
        if isinstance(made.prev, MeasureEnd):
            made.prev.followed.append(made)
        if self.refilled:
            self.anew.update(dict.fromkeys(named(made), made.act.place))
        if (case := made.case) is not None:
            case.begin(made)
            case.decided = made.act.at if case.decided is None else case.decided

    def end(self, ended: MeasureEnd) -> None:
        self.at[ended.act.index] = ended
        self._sign(ended.act.index, ended.made.case if ended.made else None, ended.said.by, ended.said.second)
        if ended.made is not None and ended.made.ended is None:
            ended.made.ended = ended
            if (case := ended.made.case) is not None:
                case.end(ended.made)
                if ended.said.step in BY_APPEAL:
                    insort(case.appealed, ended.act.at)

    def appeal(self, appealed: AppealStep) -> None:
        self._enter(appealed)
        self._sign(appealed.act.index, appealed.made.case if appealed.made else None)
        self.answered[appealed.answers] = appealed.act.at
        if appealed.said.step == "decided" and appealed.said.outcome in ("reversed", "modified"):
            self.granted.append(appealed)
            self._granted.setdefault(appealed.act.at // MINUTE, []).append(appealed)

    def tell(self, told: NoticeAct) -> None:
        self._sign(told.act.index, told.made.case if told.made else None)
        if told.made is not None:
            told.made.told.append(told)

    # --- what the store forgot ---

    def set_back(self, entry: int, lost: range) -> None:
        """Entries came back that the store had lost, as an entry says. It goes on from where it stood before them: what they did to orders
        and proposals, and what they answered, is done once more, and no second time by that. What cannot be so changes nothing.
        """
        if not self.refilled.add(entry, lost):
            return
        while self._agreed_to:
            befores, made = self._agreed_to.pop()
            befores.appendleft(made)
        while self._done and self._done[-1].act.index >= lost.start:
            self._forget(self._done.pop())

    def _forget(self, done: OrderStep | DecisionStep | MeasureAct | AppealStep) -> None:
        """The last that was done of all that is not forgotten."""
        if isinstance(done, OrderStep):
            if done.matter is not None:
                done.matter.stage = done.stage
        elif isinstance(done, MeasureAct):
            if not done.said.second:
                self._undo_alone(done)
            if done.proposal is not None and done.cause == DECIDED:
                done.proposal.carried -= 1
                done.proposal.over = False
        else:
            self.answered.pop(done.answers, None)
            if isinstance(done, DecisionStep) and done.case is not None:
                self._forget_decision(done, done.case)

    def _forget_decision(self, done: DecisionStep, case: Case) -> None:
        if isinstance(proposed := self.at[done.act.index], Proposal):
            case.proposal = proposed.before
        elif (proposal := done.proposal) is not None:
            proposal.over = False
            if proposal.concurred and proposal.concurred[-1][0] == done.act.index:
                proposal.concurred.pop()
        elif done.said.step in ("kept", "reviewed"):
            look = case.looks.forget(done.act.place)
            if look is not None:
                case.forgotten.add(look)

    # --- tallies ---

    def count(self, index: int, what: tuple[str, str] | None) -> None:
        if what is not None:
            self.decided.append(TalliedDecision(index, what))

    def uncover(self, sealed: int) -> bool:
        """Whether a sealed entry is opened as a whole for the first time."""
        new = sealed not in self._uncovered
        self._uncovered.add(sealed)
        return new

    def tally(self, tally: TallyAct) -> None:
        self.tallies.append(tally)
        if tally.continues and tally.before is not None:
            tally.before.followed = True
        if tally.last:
            self.decided = [one for one in self.decided if one.at >= tally.said.to]
