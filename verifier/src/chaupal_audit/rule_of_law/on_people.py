"""Checks of who acted: roles that were theirs at that moment, two who are two, a third where somebody is protected."""

from collections.abc import Iterable

import msgspec

from chaupal_audit.law.alone import ALONE_APART, EMERGENCY_LASTS, LONGEST_ALONE, shuts_many_out
from chaupal_audit.law.measures import ACCOUNT_LEVEL, Measure, counts_again
from chaupal_audit.log import entries
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.acts import (
    DECIDED,
    NOBODY,
    DecisionStep,
    MeasureAct,
    MeasureEnd,
    OpeningAct,
    OrderStep,
    SaidAct,
)
from chaupal_audit.rule_of_law.book import Book
from chaupal_audit.rule_of_law.check import SLACK, Checks
from chaupal_audit.rule_of_law.on_order import RESUMED
from chaupal_audit.rule_of_law.people import AUTHORITY, CLOCK, MACHINE, MEMBER, OWNER, different
from chaupal_audit.tlog import at_minute

# What an authority's own people do in the portal, and what the clock does.
BY_AUTHORITY = frozenset({"clarified", "correspondence", "withdrawn", "amended", "extended", "renewed", "confirmed"})
BY_CLOCK = frozenset({"acknowledged", "replaced", "closed"})
ENDS_BY_CLOCK = frozenset({"lapsed", "unreviewed"})
KEEPS_OUT = (Measure.FREEZE.value, Measure.SUSPEND.value)  # whoever has a shell on the server lets an owner in again
STEP_ROLES = ("receive_order", "work_on_order", "decide", "carry_out")
CHANGES = ("extended", "renewed", "amended")  # of what is in force, by two
END_ROLES = {"lifted": ("lift", "sanction"), "appealed": ("hear_appeal",), "modified": ("hear_appeal",)}
BY_TWO = (DECIDED, *CHANGES)  # causes that are proposed and approved, each for itself
KEEPS_PEOPLE = (RESUMED, "confirmed", "modified")  # causes that leave standing who had decided
CARRIED_OUT = ("carry_out", "decide", "work_on_order", "hear_appeal")
# What a step of a decision, or a measure by its cause, is called where the house's rules keep it from one's own team.
TEAM_STEPS = {"concurred": "concur", "refused": "refuse", "closed": "close", "reviewed": "second"}
TEAM_CAUSES = {DECIDED: "serve"} | dict.fromkeys(CHANGES, "change")
OWN_TEAM = (
    "It was decided by somebody of the same role, then or since, as whoever did what it is about, which the house's rules forbid.",
    "फ़ैसला ऐसे व्यक्ति ने लिया जिसकी भूमिका तब या उसके बाद वही थी जो उस काम को करने वाले की थी; इस सर्वर के नियम इसकी अनुमति नहीं देते।",
)

GIVING = Checks[SaidAct[entries.Role]]()
REGISTERING = Checks[SaidAct[entries.Authority]]()
GUARDING = Checks[SaidAct[entries.Protected]]()
LISTING = Checks[SaidAct[entries.Server]]()
BLOCKING = Checks[SaidAct[entries.AddressBlock]]()
STATING = Checks[SaidAct[entries.Statement]]()
DECIDING = Checks[DecisionStep]()
STEPPING_WHO = Checks[OrderStep]()
ENDING_WHO = Checks[MeasureEnd]()
OPENING_WHO = Checks[OpeningAct]()
MEASURING_WHO = Checks[MeasureAct]()


# --- roles are given ---


@GIVING.breach("A role was given by somebody who is no owner.", "भूमिका ऐसे व्यक्ति ने दी जो सर्वर का स्वामी नहीं है।")
def role_given_by_nobody(book: Book, given: SaidAct[entries.Role]) -> bool:
    return given.said.by != MACHINE and book.people.role(given.said.by) != OWNER


@GIVING.breach(
    "A role entry names another earlier role than the log does.",
    "भूमिका की प्रविष्टि में पहले की भूमिका कुछ और लिखी है, लॉग में कुछ और।",
)
def role_history_unlike(book: Book, given: SaidAct[entries.Role]) -> bool:
    return (given.said.was or MEMBER) != book.people.role(given.act.head.ref)


@GIVING.breach("Somebody changed their own role.", "किसी ने अपनी भूमिका स्वयं बदल ली।")
def role_to_oneself(book: Book, given: SaidAct[entries.Role]) -> bool:
    return given.said.by == given.act.head.ref


# --- what two must do beside the orders ---


@REGISTERING.breach(
    "An authority was entered or changed by one person; two must do it.",
    "प्राधिकारी को एक ही व्यक्ति ने दर्ज किया या बदला; यह दो लोगों को करना होता है।",
)
def authority_changed_alone(book: Book, new: SaidAct[entries.Authority]) -> bool:
    return new.said.step in ("added", "changed") and not different((new.said.by, new.said.second))


@REGISTERING.breach(
    "An authority was entered or changed by somebody whose role does not allow it.",
    "प्राधिकारी को ऐसे व्यक्ति ने दर्ज किया या बदला जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def authority_without_role(book: Book, new: SaidAct[entries.Authority]) -> bool:
    """One who takes orders in proposes what is known of an authority, or drops it again; one who approves agrees."""
    agrees = new.said.second in (None, new.said.by) or book.people.may(new.said.second, "agree_authority")
    return not agrees or not book.people.may(new.said.by, "register_authority", "work_on_order")


@REGISTERING.breach(
    "An authority was entered or changed otherwise than was proposed.",
    "प्राधिकारी को प्रस्ताव से अलग दर्ज किया या बदला गया।",
)
def authority_otherwise(book: Book, new: SaidAct[entries.Authority]) -> str:
    """What two agree to is what the first of them proposed."""
    proposed = _proposed(book, new)
    if new.said.step not in ("added", "changed") or proposed is None:
        return ""
    told, done = (msgspec.to_builtins(one) for one in (proposed.said, new.said))
    unlike = [name for name in told.keys() - {"step", "second"} if told[name] not in (None, done[name])]
    return ", ".join(sorted([*unlike, *(["contact"] if proposed.act.digests != new.act.digests else [])]))


@REGISTERING.breach(
    "An authority was entered or changed, and nobody had proposed it.",
    "प्राधिकारी को दर्ज किया या बदला गया, जबकि किसी ने इसका प्रस्ताव नहीं रखा था।",
)
def authority_unproposed(book: Book, new: SaidAct[entries.Authority]) -> bool:
    """Asked of entries that say by which keys it is known: those before may have been entered at once."""
    says = new.said.step in ("added", "changed") and new.said.keys is not None
    return says and _proposed(book, new) is None


def _proposed(book: Book, new: SaidAct[entries.Authority]) -> SaidAct[entries.Authority] | None:
    """The proposal about the same authority that an entry follows from."""
    found = book.proposed_authorities.get(NOBODY if new.act.head.prev is None else new.act.head.prev)
    return found if found is not None and found.act.head.ref == new.act.head.ref else None


@GUARDING.breach(
    "Somebody's protection was granted or ended by one person; two must do it.",
    "किसी का संरक्षण एक ही व्यक्ति ने दिया या हटाया; यह दो लोगों को करना होता है।",
)
def protection_changed_alone(book: Book, guarded: SaidAct[entries.Protected]) -> bool:
    return guarded.said.step in ("granted", "ended") and not different((guarded.said.by, guarded.said.second))


def _signed(said: entries.Protected | entries.Server | entries.Decision) -> list[str]:
    """Whoever stands in the entry."""
    return [said.by, *([said.second] if said.second else [])]


@GUARDING.breach(
    "Somebody's protection was changed by a person whose role does not allow it.",
    "किसी का संरक्षण ऐसे व्यक्ति ने बदला जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def protection_without_role(book: Book, guarded: SaidAct[entries.Protected]) -> bool:
    return not all(book.people.may(one, "protect_speaker") for one in _signed(guarded.said) if one != CLOCK)


@LISTING.breach(
    "A server that was let in was taken off the list by one person; two must do it.",
    "जिस सर्वर को आने दिया गया था, उसे एक ही व्यक्ति ने सूची से हटाया; यह दो लोगों को करना होता है।",
)
def server_taken_off_alone(book: Book, listed: SaidAct[entries.Server]) -> bool:
    return listed.said.step == "taken_off" and not different((listed.said.by, listed.said.second))


@LISTING.breach(
    "The list of servers was changed by a person whose role does not allow it.",
    "सर्वरों की सूची ऐसे व्यक्ति ने बदली जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def server_list_without_role(book: Book, listed: SaidAct[entries.Server]) -> bool:
    return not all(book.people.may(one, "sanction") for one in _signed(listed.said))


@BLOCKING.breach(
    "A net or a mail was blocked, or let in again, by somebody whose role does not allow it.",
    "किसी नेटवर्क या ईमेल को ऐसे व्यक्ति ने रोका या खोला जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def block_without_role(book: Book, block: SaidAct[entries.AddressBlock]) -> bool:
    return not book.people.may(block.said.by, "block_addresses")


@BLOCKING.breach(
    "One person shut a large net out for longer than one may alone.",
    "एक ही व्यक्ति ने किसी बड़े नेटवर्क को उससे अधिक समय तक रोका जितना अकेले रोका जा सकता है।",
)
def net_shut_out_alone(book: Book, block: SaidAct[entries.AddressBlock]) -> bool:
    """Another person lets it last longer; of what stood before entries told how large a net is, nobody asks."""
    first = book.blocks.get(block.act.head.ref, block)
    if block.said.step == "opened" or not first.said.net or not shuts_many_out(block.said.net, block.said.severity):
        return False
    if not shuts_many_out(first.said.net, first.said.severity):
        return True  # it was made large afterwards, when nobody asked for how long
    until, second = moment(block.said.until), block.said.second
    by_two = second != first.said.by and book.people.might(second, "block_addresses")
    return not by_two and (until is None or until > first.act.at + LONGEST_ALONE + SLACK)


@STATING.breach(
    "The server's statement was published by somebody whose role does not allow it.",
    "सर्वर का वक्तव्य ऐसे व्यक्ति ने प्रकाशित किया जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def statement_without_role(book: Book, stated: SaidAct[entries.Statement]) -> bool:
    """A reply is the authority's own, or entered word for word."""
    return stated.said.step != "replied" and not book.people.may(stated.said.by, "publish_statement")


# --- steps, decisions, ends ---


@STEPPING_WHO.breach(
    "A step of the order was taken by somebody whose role did not allow it then.",
    "आदेश का एक चरण ऐसे व्यक्ति ने लिया जिसकी भूमिका तब इसकी अनुमति नहीं देती थी।",
)
def step_without_role(book: Book, step: OrderStep) -> bool:
    by = step.said.by
    if by == AUTHORITY:
        return step.said.step not in BY_AUTHORITY
    if by == CLOCK:
        return step.said.step not in BY_CLOCK
    own_change = step.matter is not None and step.matter.own and step.said.step in CHANGES
    return not book.people.may(by, *STEP_ROLES, *(("sanction",) if own_change else ()))


@DECIDING.breach(
    "A step of a decision was taken by somebody whose role did not allow it then.",
    "फ़ैसले का एक चरण ऐसे व्यक्ति ने लिया जिसकी भूमिका तब इसकी अनुमति नहीं देती थी।",
)
def decider_without_role(book: Book, decided: DecisionStep) -> bool:
    second = decided.said.step == "reviewed"  # whoever only carries out what others decided agrees to nothing
    words = ("sanction",) if decided.own else ("decide",) if second else ("decide", "carry_out")
    return not all(book.people.may(one, *words) for one in _signed(decided.said) if one != CLOCK)


@DECIDING.breach("The second reviewer is the person who proposed it.", "दूसरा समीक्षक वही है जिसने प्रस्ताव रखा था।")
def concurred_with_oneself(book: Book, decided: DecisionStep) -> bool:
    proposal = decided.proposal
    return decided.said.step == "concurred" and proposal is not None and decided.said.by == proposal.said.by


@DECIDING.breach(
    "What one person did by themselves was seconded by that same person.",
    "एक व्यक्ति ने अकेले जो किया, उसका समर्थन उसी ने किया।",
)
def seconded_oneself(book: Book, decided: DecisionStep) -> bool:
    """What one did by themselves is seconded by somebody else."""
    case = decided.case
    return decided.said.step == "reviewed" and case is not None and case.open_by[decided.said.by or ""] > 0


@DECIDING.breach(
    "A refusal or closing stands on one person; two must decide.",
    "अस्वीकृति या समापन एक ही व्यक्ति का फ़ैसला है; दो का होना ज़रूरी है।",
)
def decided_alone(book: Book, decided: DecisionStep) -> bool:
    return decided.final and not different((decided.said.by, decided.said.second))


@DECIDING.breach(
    "A refusal or closing names another person as its proposer than the proposal does.",
    "अस्वीकृति या समापन में प्रस्ताव रखने वाला कोई और लिखा है, प्रस्ताव में कोई और।",
)
def decision_by_another(book: Book, decided: DecisionStep) -> bool:
    """Two people stand in the entry; the first is the one who proposed it, or they could both be one."""
    return decided.final and decided.proposal is not None and decided.said.by != decided.proposal.said.by


@DECIDING.breach(
    "A proposal was sent back by the person who made it; another one must do it.",
    "प्रस्ताव को उसी ने लौटाया जिसने रखा था; यह किसी दूसरे को करना होता है।",
)
def sent_back_oneself(book: Book, decided: DecisionStep) -> bool:
    proposal = decided.proposal
    return decided.said.step == "returned" and proposal is not None and decided.said.by == proposal.said.by


def of_own_team(book: Book, at: int, verb: str, who: str | None, others: Iterable[str | None], since: int) -> bool:
    """Whether the rules in force (`conflicts.own_team`) keep this from somebody of the role of whoever did what it is about, as
    it was then (`since`: at that place of the log) or has been since: nobody changes teams for an hour.
    """
    kept = any(verb in rules.conflicts.own_team for rules in book.laws.books_at(at))
    return kept and book.people.same_role(who, others, since)


@DECIDING.breach(*OWN_TEAM, code="own_team")
def decided_in_team(book: Book, decided: DecisionStep) -> bool:
    verb, proposal, case = TEAM_STEPS.get(decided.said.step, ""), decided.proposal, decided.case
    if verb == "second":
        others = () if case is None else case.open_by
        since = None if case is None else case.least("place", lambda made: made.act.place)
    else:
        others = () if proposal is None else (proposal.said.by,)
        since = None if proposal is None else proposal.act.place
    return of_own_team(book, decided.act.at, verb, decided.said.second or decided.said.by, others, since or 0)


@MEASURING_WHO.breach(*OWN_TEAM, code="own_team")
def approved_in_team(book: Book, made: MeasureAct) -> bool:
    verb, second = TEAM_CAUSES.get(made.cause, ""), made.said.second
    since = made.act.place if made.proposal is None else made.proposal.act.place
    others = (made.said.by, made.said.concurred)
    return second is not None and of_own_team(book, made.act.at, verb, second, others, since)


@DECIDING.breach(
    "A refusal or closing was approved by somebody who may not approve.",
    "अस्वीकृति या समापन को ऐसे व्यक्ति ने मंज़ूर किया जो मंज़ूरी नहीं दे सकता।",
)
def refusal_unapproved(book: Book, decided: DecisionStep) -> bool:
    if decided.said.step not in ("refused", "closed") or not decided.said.second:
        return False
    return not book.people.may(decided.said.second, "approve_sanction" if decided.own else "approve")


@ENDING_WHO.breach(
    "A measure was ended by somebody whose role did not allow it then.",
    "कार्रवाई को ऐसे व्यक्ति ने समाप्त किया जिसकी भूमिका तब इसकी अनुमति नहीं देती थी।",
)
def ended_without_role(book: Book, ended: MeasureEnd) -> bool:
    by, step = ended.said.by, ended.said.step
    if step in ENDS_BY_CLOCK or ended.lost:
        return by != (MACHINE if ended.lost else CLOCK)
    if by == MACHINE:
        return step != "lifted" or ended.said.measure not in KEEPS_OUT
    if by in (CLOCK, AUTHORITY):
        return step not in BY_AUTHORITY and step != "confirmed"
    return not book.people.may(by, *END_ROLES.get(step, CARRIED_OUT))


@OPENING_WHO.breach(
    "What the log kept closed was opened by somebody whose role did not allow it.",
    "लॉग में बंद रखी गई बात को ऐसे व्यक्ति ने खोला जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def opened_without_role(book: Book, opened: OpeningAct) -> bool:
    return opened.said.by not in (CLOCK, MACHINE) and not book.people.may(opened.said.by, "open_entries")


@OPENING_WHO.breach(
    "Somebody erased words of what they had a hand in themselves; another one must do it.",
    "किसी ने ऐसे काम के शब्द मिटाए जिसमें उसका अपना हाथ था; यह किसी दूसरे को करना होता है।",
)
def erased_own(book: Book, opened: OpeningAct) -> bool:
    """Asked from the first order on whose entry can say who let its filer in (`Book.hands_kept`): earlier servers kept nobody from it."""
    prev, said = opened.act.head.prev, opened.said
    return book.hands_kept and bool(said.erased) and prev is not None and book.has_hand(said.by, prev)


# --- measures ---


def first_act(made: MeasureAct) -> tuple[str, ...]:
    """What whoever decided the measure must be allowed to do."""
    if made.said.emergency:
        return ("act_in_emergency",)
    if made.cause != DECIDED:
        return CARRIED_OUT
    return ("sanction",) if made.own else ("decide",)


def second_act(made: MeasureAct) -> tuple[str, ...]:
    if made.cause != DECIDED:
        return CARRIED_OUT
    return ("approve_sanction",) if made.own else ("approve",)


def people_of(made: MeasureAct) -> list[tuple[str, str, tuple[str, ...]]]:
    """(what they did, who, what that asks for) of everybody who decided the measure, or that it goes on.

    Whoever stands behind it only because they had decided what it goes on from was judged then: they may have left since.
    """
    found = [("by", made.said.by or "", first_act(made))]
    if made.said.second:
        found.append(("second", made.said.second, second_act(made)))
    if made.said.concurred:
        found.append(("concurred", made.said.concurred, ("sanction",) if made.own else ("decide",)))
    was = made.before if made.cause in KEEPS_PEOPLE else None
    return [one for one in found if was is None or not was.rests_on(one[0], one[1])]


@MEASURING_WHO.breach(
    "A measure that goes on names other people than those who had decided it.",
    "जारी रहने वाली कार्रवाई में वे लोग नहीं लिखे हैं जिन्होंने उस पर फ़ैसला किया था।",
)
def others_behind_it(book: Book, made: MeasureAct) -> str:
    """What goes on after a stay or a confirmation has the same people behind it as before."""
    if made.before is None or made.cause not in (RESUMED, "confirmed"):
        return ""
    was, said = made.before, made.said
    same = {
        "by": was.rests_on("by", said.by or ""),
        "second": was.seconded_by(said.second) if said.second else not was.seconded,
        "concurred": was.rests_on("concurred", said.concurred or ""),
    }
    return ", ".join(part for part, as_before in same.items() if not as_before)


@MEASURING_WHO.breach(
    "Somebody stands behind the measure to whom no entry ever gave a role.",
    "कार्रवाई के पीछे ऐसा व्यक्ति है जिसे लॉग की किसी प्रविष्टि ने कोई भूमिका नहीं दी।",
)
def person_unknown(book: Book, made: MeasureAct) -> str:
    return ", ".join(f"{part} {who}" for part, who, _ in people_of(made) if not book.people.known(who))


def _unable(book: Book, made: MeasureAct, *, once: bool) -> str:
    """Those who may not do their part; `once`: only who might have before, or only who never might."""
    return ", ".join(
        f"{part} {who}, {book.people.role(who)}"
        for part, who, acts in people_of(made)
        if book.people.known(who) and not book.people.may(who, *acts) and book.people.might(who, *acts) is once
    )


@MEASURING_WHO.breach(
    "Somebody decided who did not hold a role that may.", "फ़ैसला ऐसे व्यक्ति ने लिया जिसकी भूमिका इसकी अनुमति नहीं देती।"
)
def role_lacking(book: Book, made: MeasureAct) -> str:
    return _unable(book, made, once=False)


@MEASURING_WHO.breach(
    "Somebody decided who no longer held the role that may.", "फ़ैसला ऐसे व्यक्ति ने लिया जिसके पास वह भूमिका अब नहीं थी।"
)
def role_lost(book: Book, made: MeasureAct) -> str:
    return _unable(book, made, once=True)


@MEASURING_WHO.breach(
    "One and the same person proposed the measure and approved it.",
    "एक ही व्यक्ति ने कार्रवाई का प्रस्ताव रखा और उसी ने मंज़ूरी दी।",
)
def one_person_twice(book: Book, made: MeasureAct) -> bool:
    return bool(made.said.second) and made.said.by == made.said.second


@MEASURING_WHO.breach(
    "The measure stands on one person; its law asks for two.",
    "कार्रवाई एक ही व्यक्ति का फ़ैसला है; उसका कानून दो लोग माँगता है।",
)
def second_missing(book: Book, made: MeasureAct) -> bool:
    """Two decide, but for what the law leaves to one, and in an emergency."""
    if made.said.second or made.said.emergency or made.law is None:
        return False
    measure = next((one for one in made.law.measures_allowed if one.value == made.said.measure), None)
    return measure is None or not made.said.alone or made.law.takes_two_people(measure, permanent=made.endless)


@MEASURING_WHO.breach(
    "A protected speaker was limited without a second reviewer, a third person, who agreed before.",
    "संरक्षित वक्ता पर ऐसी कार्रवाई हुई जिससे पहले किसी तीसरे व्यक्ति, दूसरे समीक्षक, ने सहमति नहीं दी थी।",
)
def protected_without_third(book: Book, made: MeasureAct) -> bool:
    if not made.said.protected or made.said.second is None or made.cause not in BY_TWO:
        return False
    proposal = made.proposal if made.cause == DECIDED or made.case is None else made.case.proposal
    agreed = proposal is not None and proposal.agreed[made.said.concurred or ""] > 0
    return not different((made.said.by, made.said.second, made.said.concurred)) or not agreed


@MEASURING_WHO.breach(
    "One person alone acted upon a protected speaker.", "संरक्षित वक्ता पर एक ही व्यक्ति ने अकेले कार्रवाई की।"
)
def protected_alone(book: Book, made: MeasureAct) -> bool:
    return bool(made.said.protected) and not made.said.second


@MEASURING_WHO.breach("The whole account of a protected speaker was limited.", "संरक्षित वक्ता के पूरे खाते पर कार्रवाई हुई।")
def protected_whole_account(book: Book, made: MeasureAct) -> bool:
    """What goes on after a stay, or is made less by an appeal, was decided before: whose account it is may have become known since."""
    return bool(made.said.protected) and made.said.measure in ACCOUNT_LEVEL and made.cause not in (RESUMED, "modified")


@MEASURING_WHO.breach(
    "The proposal was about a protected speaker, the measure says that nobody is protected.",
    "प्रस्ताव संरक्षित वक्ता के बारे में था, कार्रवाई कहती है कि कोई संरक्षित नहीं है।",
)
def protection_forgotten(book: Book, made: MeasureAct) -> bool:
    """The proposal says protected, the measure does not; and nobody's protection ended in between."""
    proposal = made.proposal
    was = proposal is not None and bool(proposal.said.protected)
    return was and not made.said.protected and book.unprotected < (proposal.act.place if proposal else 0)


@MEASURING_WHO.breach(
    "What one person did alone lasts longer than the rules allow.",
    "एक व्यक्ति की अकेले की कार्रवाई नियमों से अधिक समय तक चलती है।",
)
def alone_too_long(book: Book, made: MeasureAct) -> str:
    """What one person did by themselves ends after the time that the rules in force allow, whatever it is; so does its strike."""
    if not made.said.alone or made.said.second:
        return ""
    ends = [rules.alone_ends_at(made.begins) for rules in book.laws.books_at(made.begins)]
    lasts = (made.until, *([moment(made.said.strike_until)] if made.said.strike_until else []))
    over = bool(ends) and any(until is None or until > min(ends) + SLACK for until in lasts)
    return f"at most until {at_minute(min(ends))}" if over else ""


@MEASURING_WHO.breach(
    "One person did alone again to the same thing what nobody had agreed to before.",
    "एक व्यक्ति ने उसी चीज़ पर फिर अकेले कार्रवाई की, जिस पर पहले किसी और ने सहमति नहीं दी थी।",
)
def alone_again(book: Book, made: MeasureAct) -> str:
    """What one person did by themselves, and nobody agreed to, they do not begin anew so soon, in whatever form and by whatever
    order. Where it was never opened what a measure is about, nobody can know that it is the same as another's.
    """
    if made.said.second or made.cause != DECIDED:
        return ""
    since = made.begins - ALONE_APART + SLACK
    again = [
        next((one.act.index for one in book.patience.each(befores) if _counts_since(one, made, since)), None)
        for befores in book.done_alone(made)
    ]
    first = min((index for index in again if index is not None), default=None)
    return "" if first is None else f"entry {first} did it before"


def _counts_since(before: MeasureAct, made: MeasureAct, since: int) -> bool:
    """Whether what was done to the same thing was not over then (ms), nobody agreed to it, and it is as much as this."""
    lately = before.over is None or before.over > since
    return lately and not before.seconded and _counts(before.said.measure, made.said.measure)


def _counts(before: str, now: str) -> bool:
    return {before, now} <= set(Measure) and counts_again(before, now)


@MEASURING_WHO.breach(
    "An emergency act of one person does not end after a day.",
    "आपात स्थिति में एक व्यक्ति की कार्रवाई एक दिन बाद समाप्त नहीं होती।",
    code="glass_without_end",
)
def emergency_without_end(book: Book, made: MeasureAct) -> bool:
    """What was done in an emergency ends after a day, unless a second person agrees."""
    if not made.said.emergency:
        return False
    until = moment(made.said.emergency_until) or made.until
    return until is None or until > made.begins + EMERGENCY_LASTS + SLACK


@MEASURING_WHO.breach(
    "The measure names another person as its proposer than the proposal does.",
    "कार्रवाई में प्रस्ताव रखने वाला कोई और लिखा है, प्रस्ताव में कोई और।",
)
def another_proposed(book: Book, made: MeasureAct) -> bool:
    return made.proposal is not None and made.cause == DECIDED and made.said.by != made.proposal.said.by
