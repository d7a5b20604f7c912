"""What a log tells, act by act: orders with their targets and cases, what was proposed, decided, ended, appealed and told of each."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from chaupal_audit.law.procedure import Stage
from chaupal_audit.law.regime import OWN_RULES, Regime
from chaupal_audit.law.rulebook import HouseRule, RuleBook
from chaupal_audit.log import entries
from chaupal_audit.log.entries import Entry, Public
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.ends import ENDLESS, NEVER, Ends
from chaupal_audit.rule_of_law.looks import Looks, Span

if TYPE_CHECKING:
    from chaupal_audit.rule_of_law.lines import Line

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
    agreed: Counter[str] = field(default_factory=Counter[str])  # how often each of these did
    carried: int = 0
    over: bool = False
    before: "Proposal | None" = None  # the last one about the same target

    def concur(self, index: int, by: str) -> None:
        self.concurred.append((index, by))
        self.agreed[by] += 1

    def forget(self, index: int) -> None:
        """The store lost what was entered there."""
        self.over = False
        if self.concurred and self.concurred[-1][0] == index:
            self.agreed[self.concurred.pop()[1]] -= 1


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
    open: dict[int, "MeasureAct"] = field(default_factory=dict[int, "MeasureAct"])  # what has not ended, by its index
    # When that ends by its own entries; what an appeal made shorter does so whoever agrees later.
    _ends: Ends = field(default_factory=Ends)
    _shortened: Ends = field(default_factory=Ends)
    # name -> how many of `made` were asked for their number of it, and what they said (number, index, measure), the least first
    _least: dict[str, tuple[int, list[tuple[int, int, "MeasureAct"]]]] = field(default_factory=dict[Any, Any])

    def begin(self, made: "MeasureAct") -> None:
        self.made.append(made)
        self.open[made.act.index] = made
        self.open_by[made.said.by or ""] += 1
        self._ends_of(made).add(made.act.place, made.own_end, index_of(made.proposal))

    def end(self, made: "MeasureAct") -> None:
        by = made.said.by or ""
        self.open_by[by] -= 1
        if not self.open_by[by]:
            del self.open_by[by]
        self.open.pop(made.act.index, None)
        self._ends_of(made).drop(made.act.place)

    def _ends_of(self, made: "MeasureAct") -> Ends:
        return self._shortened if made.shortened else self._ends

    def forget(self, place: int) -> None:
        """The store lost the look at that place."""
        if (look := self.looks.forget(place)) is not None:
            self.forgotten.add(look)

    def binds(self, at: int, but: Proposal | None) -> bool:
        """Whether something of it is in force at a moment (ms), but for what a proposal (None: none) brought. What began before a second
        person last agreed ends as they said.
        """
        of, agreed = index_of(but), self.looks.last_agreed
        place, until = (NOBODY, None) if agreed is None else (agreed.place, moment(agreed.said.ends))
        if max(self._ends.last(of, place), self._shortened.last(of)) > at:
            return True
        return (until is None or at < until) and self._ends.last(of, before=place) != NEVER

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


def near(moments: Sequence[int], at: int, within: int) -> bool:
    """Whether one of these, which are in order, is within a time before or after that moment."""
    first = bisect_left(moments, at - within)
    return first < len(moments) and moments[first] <= at + within


def index_of(proposal: Proposal | None) -> int:
    """Of its entry; `NOBODY` where there is none."""
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
    open: dict[int, "MeasureAct"] = field(default_factory=dict[int, "MeasureAct"])  # what of it has not ended
    kinds: Counter[str] = field(
        default_factory=Counter[str]
    )  # kind of a thing -> how many of its targets were said to be one
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
    judged: dict[int, str] = field(
        default_factory=dict[int, str]
    )  # index of what decided an appeal against it -> who did
    judges: Counter[str] = field(default_factory=Counter[str])  # how many each decided
    ended: "MeasureEnd | None" = None
    # The line of measures in which it goes on from others, or others from it; in which part of that it stands.
    line: "Line | None" = None
    part: int = 0
    # Whether an appeal gave it an earlier end: that one stays, whoever agrees later.
    shortened: bool = field(init=False)

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

    def has_hand(self, who: str | None) -> bool:
        """Whether somebody decided it, or kept it in force after a review."""
        return bool(who) and (who in self.signed or self.looks.looked_by(who, self.span))

    @property
    def own_end(self) -> int:
        """When it ends by its own entry (ms)."""
        until = moment(self.said.until)
        return ENDLESS if until is None else until

    @property
    def signed(self) -> set[str]:
        """Who stands in its own entry."""
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
