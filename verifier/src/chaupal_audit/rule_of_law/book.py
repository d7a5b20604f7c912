"""The state of a log up to an entry: people and their roles, laws, orders with their targets, and what is in force."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from operator import attrgetter, itemgetter

from chaupal_audit.clock import MINUTE
from chaupal_audit.law import procedure
from chaupal_audit.law.alone import ALONE_APART
from chaupal_audit.log import entries
from chaupal_audit.minutes import moment, month_of
from chaupal_audit.rule_of_law import lines
from chaupal_audit.rule_of_law.acts import (
    BY_APPEAL,
    DECIDED,
    NOBODY,
    Act,
    AppealStep,
    Case,
    DecisionStep,
    Matter,
    MeasureAct,
    MeasureEnd,
    NoticeAct,
    OrderStep,
    Proposal,
    SaidAct,
    TalliedDecision,
    TallyAct,
    named,
    near,
)
from chaupal_audit.rule_of_law.laws import RULES, Laws
from chaupal_audit.rule_of_law.looks import Look
from chaupal_audit.rule_of_law.patience import Patience
from chaupal_audit.rule_of_law.people import People
from chaupal_audit.spans import Spans

_at = attrgetter("at")
VERBS = {logged: verb for verb, logged in procedure.LOGGED.items()}


class Book:
    """The state of a log up to an entry."""

    def __init__(self, laws: Laws) -> None:
        self.laws = laws
        self.patience = Patience()
        self.people = People(self.patience)
        self._given: list[tuple[SaidAct[entries.Role], str]] = []  # each that was given, and the one before
        self.matters: dict[str, Matter] = {}
        self.confirmed: set[str] = set()  # orders that another says that it confirms
        self.replaced: set[str] = set()  # orders whose place another says that it takes
        self.at: dict[int, object] = {}  # by index, whatever a later entry can follow from
        self.authorities: dict[str, entries.Authority] = {}  # ref -> what its last entry says, of those in the register
        # Name -> the references that bear it, in the order in which they got it.
        self._by_name: dict[str, dict[str, None]] = {}
        self._bore: dict[str, set[str]] = {}  # name -> the references that ever bore it
        self.proposed_authorities: dict[int, SaidAct[entries.Authority]] = {}  # by index, what was proposed of one
        # Each entry that changed the register, what was known of that authority before, and the proposal that it answered.
        self._registered: list[
            tuple[SaidAct[entries.Authority], entries.Authority | None, SaidAct[entries.Authority] | None]
        ] = []
        # ref -> who let in whoever files for it, of authorities that were entered since entries say so
        self.inviters: dict[str, set[str]] = {}
        self.hands_kept = False  # whether whoever writes the log keeps people from erasing what they had a hand in
        self.blocks: dict[str, SaidAct[entries.AddressBlock]] = {}  # ref -> how a net or a mail was blocked first
        self.judges_kept = False  # whether whoever writes the log keeps people from hearing two appeals about one thing
        self.unprotected: int = -1  # the place of the act that last ended somebody's protection
        self.now: int = 0  # the latest moment that the log knows of (ms)
        self.witnessed: Sequence[tuple[int, int]] = ()  # (size, when a witness signed the log at that size (ms))
        # (by whom, thing) -> what they did to it by themselves, but for what was over too long before the last of it
        self._alone: dict[tuple[str, str], deque[MeasureAct]] = {}
        # What was taken from there since somebody agreed to it.
        self._agreed_to: list[tuple[deque[MeasureAct], MeasureAct]] = []
        self.decided: list[TalliedDecision] = []  # since the span of the last tally
        self.tallies: list[TallyAct] = []
        # (month counted from the year 0, its first entry), of those of which no later month has an entry before that
        self._months: list[tuple[int, int]] = []
        self.frozen: Counter[str] = Counter()  # period -> how many reports of it were frozen
        # The one to which the log last changed, behind the one that it had until a checkpoint says so.
        self.keys: tuple[str, ...] = ()
        self.lost_looks = 0  # how many the store forgot
        self.names: list[str] = []  # of the logs from which it goes on
        self.refilled = Spans()  # entries that came back from a copy after the store had lost them
        self.anew: dict[str, int] = {}  # thing -> the place at which it was last decided about, since entries came back
        # What the store may have forgotten, in order.
        self._done: list[OrderStep | DecisionStep | MeasureAct | AppealStep] = []
        self.answered: dict[tuple[int | None, str], int] = {}  # (entry, what answers it) -> when last (ms)
        self.granted: list[AppealStep] = []  # appeals that were decided for whoever appealed, whole or in part
        self._granted: dict[int, list[int]] | None = (
            None  # when (ms), by the id of each case that they may end something of
        )
        self._begun_under: set[str] = set()  # laws, and versions of the house's rules
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
                if not self.patience.one():
                    return []
                # It keeps nobody from anything any more, unless the store forgets who agreed.
                passed = befores.popleft()
                if passed.seconded:
                    self._agreed_to.append((befores, passed))
        return found

    def _do_alone(self, made: MeasureAct) -> None:
        for thing in made.things:
            self._alone.setdefault((made.said.by or "", thing), deque()).append(made)

    def _undo_alone(self, made: MeasureAct) -> None:
        for thing in made.things:  # whatever came after it is forgotten already, but what was secret
            befores = self._alone[made.said.by or "", thing]
            at = next((at for at in self.patience.each(reversed(range(len(befores)))) if befores[at] is made), None)
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

    def registered_as(self, authority: str) -> list[entries.Authority]:
        """What the register says of each that bears this name."""
        return [self.authorities[ref] for ref in self.patience.each(self._by_name.get(authority, ()))]

    def same_authority(self, one: str, other: str) -> bool:
        """Whether two names are, or were, those of one authority."""
        others = self._bore.get(other, ())
        return one == other or any(ref in others for ref in self.patience.each(self._bore.get(one, ())))

    def country_of(self, authority: str) -> str:
        """The country of an authority in the register; nothing of one that is not."""
        found = self._first_of(authority)
        return "" if found is None else found.jurisdiction

    def _first_of(self, name: str) -> entries.Authority | None:
        return next((self.authorities[ref] for ref in self._by_name.get(name, ())), None)

    def granted_about(self, case: Case, at: int, within: int) -> bool:
        """Whether an appeal about that case, or about what goes on from it, was decided so within a time (ms) before or after that
        moment. Asked at the end of the log.
        """
        if self._granted is None:
            self._granted = {}
            for one in sorted(self.granted, key=lambda one: one.act.at):
                for of in lines.cases(one.made, self) if one.made is not None else ():
                    self._granted.setdefault(id(of), []).append(one.act.at)
        return near(self._granted.get(id(case), ()), at, within)

    def first_after(self, month: int) -> int | None:
        """The first entry of a later month (from the year 0); None where there is none."""
        at = bisect_right(self._months, month, key=itemgetter(0))
        return self._months[at][1] if at < len(self._months) else None

    def began_under(self, ref: str) -> bool:
        return ref in self._begun_under

    def _begin_under(self, regime: str, rule: str) -> None:
        self._begun_under.add(regime)
        if rule:
            self._begun_under.add(f"{RULES}@{rule.partition('@')[2]}")

    def made(self) -> Iterator[MeasureAct]:
        for matter in self.matters.values():
            yield from matter.made()

    def has_hand(self, who: str, index: int) -> bool:
        """Whether somebody had a hand in what an entry is about: signed it, or anything of its case."""
        said, case = getattr(self.at.get(index), "said", None), self._about.get(index)
        signed = {getattr(said, part, None) for part in ("by", "second", "concurred")}
        return bool(who) and (who in signed or (case is not None and who in case.hands))

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
        month, months = month_of(at // MINUTE), self._months
        place = bisect_left(months, month, key=itemgetter(0))
        if place < len(months) and months[place][1] <= index:
            return
        stop = place + (place < len(months) and months[place][0] == month)
        start = place
        while start and months[start - 1][1] >= index:
            start -= 1
        months[start:stop] = [(month, index)]

    def give(self, given: SaidAct[entries.Role]) -> None:
        self._given.append((given, self.people.role(given.act.head.ref)))
        self.people.give(given.act.head.ref, given.said.role, given.act.place)

    def register(self, new: SaidAct[entries.Authority]) -> None:
        """What was proposed, or dropped again, changes nothing: nobody leaves the register. A proposal is answered once."""
        ref, said = new.act.head.ref, new.said
        if said.step in ("added", "changed", "dropped"):
            answers = NOBODY if new.act.head.prev is None else new.act.head.prev
            self._registered.append((new, self.authorities.get(ref), self.proposed_authorities.pop(answers, None)))
        if said.step in ("added", "changed") and said.name:
            self._know(ref, said)
        if said.step == "proposed":
            self.proposed_authorities[new.act.index] = new
        if said.step == "added" and said.keys is not None:
            self.inviters.setdefault(ref, set())
        if said.step == "filer_invited" and ref in self.inviters:
            self.inviters[ref].add(said.by)

    def _know(self, ref: str, said: entries.Authority) -> None:
        if ref in self.authorities and (was := self.authorities[ref].name) != said.name:
            self._by_name[was].pop(ref)
            if not self._by_name[was]:
                del self._by_name[was]
        self.authorities[ref] = said
        self._by_name.setdefault(said.name, {})[ref] = None
        self._bore.setdefault(said.name, set()).add(ref)

    def guard(self, guarded: SaidAct[entries.Protected]) -> None:
        if guarded.said.step == "ended":
            self.unprotected = guarded.act.place

    def block(self, block: SaidAct[entries.AddressBlock]) -> None:
        self.blocks.setdefault(block.act.head.ref, block)

    def receive(self, matter: Matter) -> None:
        matter.genuine = matter.said.origin == "verified" or (matter.law is not None and not matter.law.verify_origin)
        self.at[matter.act.index] = matter
        self.hands_kept = self.hands_kept or b'"let_in_by"' in bytes(matter.act.head.public)
        if self.matters.setdefault(matter.ref, matter) is matter:
            self._begin_under(matter.act.head.regime or "", matter.said.rule)
            if matter.said.confirms:
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
        if not case.kind and decided.said.kind:
            case.kind = decided.said.kind
            if decided.matter is not None:
                decided.matter.kinds[case.kind] += 1
        if step == "proposed":
            proposal = Proposal(decided.act, decided.said, before=case.proposal)
            self.at[decided.act.index] = case.proposal = proposal
        elif (proposal := decided.proposal) is not None and step == "concurred":
            proposal.concur(decided.act.index, decided.said.by or "")
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
            lines.join(made)
            made.prev.followed.append(made)
        if self.refilled:
            self.anew.update(dict.fromkeys(named(made), made.act.place))
        if made.matter is not None:
            made.matter.open[made.act.index] = made
        if (case := made.case) is not None:
            case.begin(made)
            self._begin_under("", made.said.rule or "")
            case.decided = made.act.at if case.decided is None else case.decided

    def end(self, ended: MeasureEnd) -> None:
        self.at[ended.act.index] = ended
        self._sign(ended.act.index, ended.made.case if ended.made else None, ended.said.by, ended.said.second)
        if ended.made is not None and ended.made.ended is None:
            ended.made.ended = ended
            if ended.made.matter is not None:
                del ended.made.matter.open[ended.made.act.index]
            if (case := ended.made.case) is not None:
                case.end(ended.made)
                if ended.said.step in BY_APPEAL:
                    insort(case.appealed, ended.act.at)

    def appeal(self, appealed: AppealStep) -> None:
        self._enter(appealed)
        self._sign(appealed.act.index, appealed.made.case if appealed.made else None)
        self.answered[appealed.answers] = appealed.act.at
        self.judges_kept = self.judges_kept or b'"earlier"' in bytes(appealed.act.head.public)
        if appealed.said.step == "decided" and appealed.made is not None:
            lines.judge(appealed.made, appealed)
        if appealed.said.step == "decided" and appealed.said.outcome in ("reversed", "modified"):
            self.granted.append(appealed)

    def tell(self, told: NoticeAct) -> None:
        self._sign(told.act.index, told.made.case if told.made else None)
        if told.made is not None:
            told.made.told.append(told)

    # --- what the store forgot ---

    def set_back(self, entry: int, lost: range) -> None:
        """Entries came back that the store had lost, as an entry says. It goes on from where it stood before them: what they did to orders,
        proposals, roles and authorities, and what they answered, is done once more, and no second time by that. What cannot be so changes
        nothing.
        """
        if not self.refilled.add(entry, lost):
            return
        while self._agreed_to and self.patience.one():
            befores, made = self._agreed_to.pop()
            befores.appendleft(made)
        while self._done and self._done[-1].act.index >= lost.start:
            self._forget(self._done.pop())
        while self._given and self._given[-1][0].act.index >= lost.start:
            given, before = self._given.pop()
            self.people.give(given.act.head.ref, before, given.act.place)
        while self._registered and self._registered[-1][0].act.index >= lost.start:
            new, was, proposed = self._registered.pop()
            if was is not None:
                self._know(new.act.head.ref, was)
            if proposed is not None:
                self.proposed_authorities[proposed.act.index] = proposed

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
            if isinstance(done, AppealStep) and done.made is not None:
                lines.forget(done.made, done)
            if isinstance(done, DecisionStep) and done.case is not None:
                self._forget_decision(done, done.case)

    def _forget_decision(self, done: DecisionStep, case: Case) -> None:
        if isinstance(proposed := self.at[done.act.index], Proposal):
            case.proposal = proposed.before
        elif done.proposal is not None:
            done.proposal.forget(done.act.index)
        elif done.said.step in ("kept", "reviewed"):
            case.forget(done.act.place)
            self.lost_looks += 1

    # --- tallies ---

    def count(self, index: int, what: tuple[str, str] | None) -> None:
        if what is not None:
            insort(self.decided, TalliedDecision(index, what), key=_at)

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
            del self.decided[: bisect_left(self.decided, tally.said.to, key=_at)]

    def decided_in(self, start: int, stop: int) -> list[TalliedDecision]:
        """Decisions that became public by entries of a stretch, of those that no tally has told yet."""
        return self.decided[bisect_left(self.decided, start, key=_at) : bisect_left(self.decided, stop, key=_at)]
