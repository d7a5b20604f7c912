"""Checks of what must have come by the log's end: notices, ends, confirmations; and deadlines, which are told as facts."""

from collections import Counter
from itertools import islice

from chaupal_audit.clock import MINUTE
from chaupal_audit.log import entries
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law import lines
from chaupal_audit.rule_of_law.acts import (
    BY_APPEAL,
    ENDS_ORDERS,
    UNKNOWN,
    AppealStep,
    Matter,
    MeasureAct,
    MeasureEnd,
    NoticeAct,
    OpeningAct,
    SaidAct,
    named,
    near,
)
from chaupal_audit.rule_of_law.book import Book
from chaupal_audit.rule_of_law.check import GRACE, SLACK, Checks
from chaupal_audit.rule_of_law.on_order import CHANGED
from chaupal_audit.rule_of_law.on_people import OWN_TEAM, of_own_team

TOLD = 20  # entries that a finding names
SILENT = ("delayed", "withheld")
NO_OWNER = ("tag", "server")  # nobody's own here, so nobody is told

MEASURES_AT_END = Checks[MeasureAct]()
ENDS_AT_END = Checks[MeasureEnd]()
NOTICING = Checks[NoticeAct]()
ORDERS_AT_END = Checks[Matter]()
APPEALING, APPEALS_AT_END = Checks[AppealStep](), Checks[AppealStep]()
BRINGING = Checks[SaidAct[entries.External]]()
COUNTERING = Checks[SaidAct[entries.Counter]]()
UNSEALING = Checks[OpeningAct]()


# --- measures, once the log is at its end ---


@MEASURES_AT_END.breach(
    "Nobody was told of the measure, and no entry says which law forbids it.",
    "कार्रवाई की सूचना किसी को नहीं दी गई, और कोई प्रविष्टि नहीं बताती कि कौन-सा कानून इसे रोकता है।",
)
def untold(book: Book, made: MeasureAct) -> bool:
    begun = [told for told in made.told if told.said.about != "ended"]
    return (made.said.kind or "") not in NO_OWNER and not begun and not made.lost and book.now > made.act.at + GRACE


@MEASURES_AT_END.breach(
    "The silence that was given as a reason is over, and still nobody was told.",
    "चुप रहने की जो अवधि बताई गई थी वह बीत गई, फिर भी सूचना नहीं दी गई।",
)
def silent_after_gag(book: Book, made: MeasureAct) -> bool:
    """A silence that is over is followed by a word, or by a silence of its own reason."""
    last = next((told for told in reversed(made.told) if told.said.step in (*SILENT, "sent")), None)
    until = None if last is None or last.said.step != "delayed" else moment(last.said.until)
    return until is not None and not made.lost and book.now > until + GRACE


@MEASURES_AT_END.breach(
    "The order was withdrawn, stayed or set aside, and its measure went on.",
    "आदेश वापस लिया, रोका या रद्द किया गया, फिर भी उसकी कार्रवाई चलती रही।",
)
def runs_after_end(book: Book, made: MeasureAct) -> bool:
    """What an order's end was to end is ended in that commit."""
    if made.matter is None:
        return False
    ended = book.now if made.ended is None else made.ended.act.at
    over = made.matter.over_after(made.act.place, made.said.target)
    return over is not None and over + SLACK < ended


@MEASURES_AT_END.breach(
    "Nobody confirmed the emergency order in time, and its measure went on.",
    "आपात आदेश की समय पर पुष्टि नहीं हुई, फिर भी उसकी कार्रवाई चलती रही।",
)
def emergency_runs(book: Book, made: MeasureAct) -> bool:
    """What is confirmed has ended here, and goes on under the order that confirms it: thing by thing."""
    matter = made.matter
    until = None if matter is None else moment(matter.said.interim_until)
    if matter is None or until is None:
        return False
    return until + GRACE < _bound_until(book, made)


@MEASURES_AT_END.breach(
    "An emergency act of one person went on though no second person agreed in time.",
    "आपात स्थिति में एक व्यक्ति की कार्रवाई चलती रही, हालाँकि समय पर किसी दूसरे ने सहमति नहीं दी।",
    code="glass_kept",
)
def emergency_kept(book: Book, made: MeasureAct) -> bool:
    """What one person did in an emergency is over after a day, unless a second person agreed in time."""
    until = moment(made.said.emergency_until) or (made.until if made.said.emergency else None)
    if not made.said.emergency or until is None:
        return False
    in_time = made.looks.agreed_until(until + SLACK, made.span)
    return not (in_time or _seconded_before(made)) and until + GRACE < _bound_until(book, made)


def _seconded_before(made: MeasureAct) -> bool:
    """Whether two stood behind what it goes on from: after a stay nobody seconds it anew."""
    return made.before is not None and made.before.seconded


def _bound_until(book: Book, made: MeasureAct) -> int:
    """Until when it bound: to its end, which every look obeys, or to its reversal. How long it did before it was lost nobody knows."""
    if made.lost:
        return made.act.at
    ended = book.now if made.ended is None else made.ended.act.at
    return ended if made.until is None else min(ended, made.until)


@MEASURES_AT_END.breach(
    "The end of the measure came, and was recorded late or not at all.",
    "कार्रवाई की अवधि पूरी हुई, पर यह देर से दर्ज हुआ या हुआ ही नहीं।",
    late=True,
)
def end_unrecorded(book: Book, made: MeasureAct) -> bool:
    until = made.until
    return until is not None and until + GRACE < (book.now if made.ended is None else made.ended.act.at)


@MEASURES_AT_END.breach(
    "The measure was not looked at again on the day that was promised.",
    "कार्रवाई पर वादे के दिन फिर विचार नहीं हुआ।",
    late=True,
)
def review_late(book: Book, made: MeasureAct) -> bool:
    due = moment(made.said.review)
    if due is None:
        return False
    late, due = made.looks.late(due, GRACE, made.span)
    return late or (due is not None and due + GRACE < (book.now if made.ended is None else made.ended.act.at))


# --- ends, at the log's end ---


@ENDS_AT_END.breach(
    "A measure was ended as changed, and nothing followed in its place.",
    "कार्रवाई को बदली हुई कहकर समाप्त किया गया, पर उसकी जगह कुछ नहीं आया।",
)
def nothing_followed(book: Book, ended: MeasureEnd) -> bool:
    return ended.said.step in CHANGED and not ended.followed


@ENDS_AT_END.breach(
    "A measure was ended or narrowed as by an appeal that the log does not have.",
    "कार्रवाई को ऐसी अपील के नाम पर समाप्त या कम किया गया जो लॉग में नहीं है।",
)
def ended_unappealed(book: Book, ended: MeasureEnd) -> bool:
    """What an appeal ends or narrows is the measure that it is about, what that goes on as, or what was decided anew about the same."""
    case = None if ended.made is None else ended.made.case
    return ended.said.step in BY_APPEAL and case is not None and not book.granted_about(case, ended.act.at, SLACK)


@ENDS_AT_END.breach(
    "The server lost its record of the measure and carries it out no more; as far as can be seen nobody decided it anew.",
    "सर्वर ने इस कार्रवाई का रिकॉर्ड खो दिया और अब इसे लागू नहीं करता; जहाँ तक दिखता है, किसी ने इस पर फिर से फ़ैसला नहीं लिया।",
    late=True,
)
def lost_not_anew(book: Book, ended: MeasureEnd) -> bool:
    """As `chaupal check` asks it: until its time has run out, as somebody may have agreed to it in what was lost."""
    made = ended.made
    if not ended.lost or made is None or (made.until_lost is not None and made.until_lost <= book.now):
        return False
    return all(book.anew.get(thing, 0) <= ended.act.place for thing in named(made))


# --- notices ---


@NOTICING.breach("Somebody was told of a measure that is not there.", "ऐसी कार्रवाई की सूचना जो है ही नहीं।")
def notice_of_nothing(book: Book, told: NoticeAct) -> bool:
    return told.said.about in ("begun", "ended") and told.made is None


@NOTICING.breach(
    "Somebody was not told, and no law forbids telling them.", "किसी को सूचना नहीं दी गई, जबकि कोई कानून इसे नहीं रोकता।"
)
def gag_without_law(book: Book, told: NoticeAct) -> bool:
    made = told.made
    if told.said.step not in SILENT or made is None or made.law is None:
        return False
    return not told.said.gag or not made.law.allows_secrecy


@NOTICING.breach("The silence lasts longer than its law allows.", "चुप्पी उससे अधिक समय तक है जितना उसका कानून देता है।")
def gag_too_long(book: Book, told: NoticeAct) -> bool:
    made, until = told.made, moment(told.said.until)
    law = None if made is None else made.law
    if told.said.step not in SILENT or made is None or law is None or law.gag is None:
        return False
    if told.said.step == "withheld":
        return law.notice.author != "no"
    spans = (
        [law.gag.max.after(made.begins, law.zone)]
        if law.gag.max is not None
        else [law.gag.review_every.after(told.act.at, law.zone)]
    )
    return until is None or until > max(spans) + SLACK


# --- orders: deadlines ---


@ORDERS_AT_END.breach(
    "The order was decided after the hour that it set itself.", "आदेश पर फ़ैसला उसमें दी गई समय-सीमा के बाद हुआ।", late=True
)
def decided_late(book: Book, matter: Matter) -> str:
    return _late(book, matter, moment(matter.said.act_by))


@ORDERS_AT_END.breach(
    "The order was decided after the hour that its law sets.", "आदेश पर फ़ैसला कानून की समय-सीमा के बाद हुआ।", late=True
)
def decided_late_by_law(book: Book, matter: Matter) -> str:
    due = moment(matter.said.law_act_by)
    if due is None and matter.law is not None and not matter.own:
        due = matter.law.due("act", matter.received)
    return _late(book, matter, due)


@ORDERS_AT_END.breach(
    "The order's receipt was acknowledged after the hour that its law sets.",
    "आदेश मिलने की सूचना कानून की समय-सीमा के बाद दी गई।",
    late=True,
)
def acknowledged_late(book: Book, matter: Matter) -> str:
    due = None if matter.law is None or matter.own else matter.law.due("acknowledge", matter.received)
    if due is None:
        return ""
    at = min(
        [step.act.at for step in matter.steps if step.said.step in ("acknowledged", "returned", "checked")],
        default=book.now,
    )
    return _minutes(at, due)


def _late(book: Book, matter: Matter, due: int | None) -> str:
    """By how much the last of the order's targets was decided after its hour; those that still wait count until now."""
    if due is None or any(step.said.step in ("returned", *ENDS_ORDERS) and step.act.at <= due for step in matter.steps):
        return ""
    decided = [case for case in matter.cases.values() if case.decided is not None]
    times = [case.decided for case in decided if case.decided is not None]
    # What was not found here, or was not for everybody, waits for nobody; something may be decided about it all the same.
    done = Counter(case.kind for case in decided)
    waiting = sum(max(0, many - done[kind]) for kind, many in matter.said.targets.items() if kind != UNKNOWN)
    # Of what one person did at once, or another order took over, no proposal said what kind it is: it is any of those.
    times += [book.now] if waiting > done[""] else []
    return _minutes(max(times, default=0), due)


def _minutes(at: int, due: int) -> str:
    return f"{(at - due) // MINUTE} minutes after its hour" if at > due + SLACK else ""


# --- appeals, and what was secret ---


@APPEALING.breach(
    "The appeal was decided after the hour that was promised.", "अपील पर फ़ैसला वादे के समय के बाद हुआ।", late=True
)
def appeal_late(book: Book, appealed: AppealStep) -> bool:
    filed = appealed.prev
    due = moment(filed.said.due) if isinstance(filed, AppealStep) else None
    return appealed.said.step == "decided" and due is not None and appealed.act.at > due + SLACK


@APPEALING.breach(
    "Whoever appealed was promised a later hour than the law sets, or none.",
    "अपील करने वाले को कानून की समय-सीमा के बाद का समय बताया गया, या कोई समय नहीं।",
)
def appeal_promised_late(book: Book, appealed: AppealStep) -> bool:
    law, due = appealed.made.law if appealed.made else None, moment(appealed.said.due)
    if appealed.said.step != "filed" or law is None:
        return False
    return due is None or due > law.appeals.internal.decide_in.after(appealed.act.at, law.zone) + SLACK


@APPEALING.breach("An appeal is about nothing that was decided.", "अपील किसी ऐसी बात पर है जो तय ही नहीं हुई।")
def appeal_of_nothing(book: Book, appealed: AppealStep) -> bool:
    if appealed.said.step == "filed":
        return not isinstance(appealed.prev, MeasureAct)
    return appealed.said.step == "decided" and not isinstance(appealed.prev, AppealStep)


@APPEALING.breach(
    "A measure was appealed twice, or an appeal was decided or withdrawn twice.",
    "एक ही कार्रवाई पर दो बार अपील हुई, या एक ही अपील दो बार तय या वापस हुई।",
)
def appealed_twice(book: Book, appealed: AppealStep) -> bool:
    """A measure is appealed once, and an appeal is decided or withdrawn once."""
    return appealed.answers in book.answered


@APPEALING.breach(
    "The appeal was decided by somebody who had decided what it is about.",
    "अपील पर उसी ने फ़ैसला किया जिसने मूल फ़ैसला किया था।",
)
def appeal_heard_by_decider(book: Book, appealed: AppealStep) -> bool:
    made = _decided(appealed)
    return made is not None and lines.has_hand(made, appealed.said.by, book)


@APPEALING.breach(
    "The appeal was decided by somebody who had decided an earlier appeal about the same thing.",
    "अपील पर उसी ने फ़ैसला किया जो उसी बात की पिछली अपील पर फ़ैसला कर चुका था।",
)
def appeal_heard_again(book: Book, appealed: AppealStep) -> bool:
    """Asked since entries say how many came before (`Book.judges_kept`): earlier servers kept nobody from it."""
    made, by = _decided(appealed), appealed.said.by
    return book.judges_kept and made is not None and bool(by) and lines.has_judged(made, by, book)


@APPEALING.breach(*OWN_TEAM, code="own_team")
def heard_in_team(book: Book, appealed: AppealStep) -> bool:
    if (made := _decided(appealed)) is None:
        return False
    deciders = lines.hands(made, book)
    since = lines.first_place(made, book)
    return of_own_team(book, appealed.act.at, "hear_appeal", appealed.said.by, deciders, since)


def _decided(appealed: AppealStep) -> MeasureAct | None:
    """The measure that an appeal is about, once it is decided."""
    filed = appealed.prev
    made = filed.prev if isinstance(filed, AppealStep) else None
    return made if isinstance(made, MeasureAct) and appealed.said.step == "decided" else None


@APPEALING.breach(
    "The appeal was decided by somebody whose role does not allow it.",
    "अपील पर ऐसे व्यक्ति ने फ़ैसला किया जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def appeal_without_role(book: Book, appealed: AppealStep) -> bool:
    return appealed.said.step == "decided" and not book.people.may(appealed.said.by, "hear_appeal")


@BRINGING.breach(
    "Whoever had decided a measure noted themselves that a body outside found it right.",
    "बाहर की संस्था ने फ़ैसले को सही माना, यह उसी ने दर्ज किया जिसने वह फ़ैसला किया था।",
)
def found_right_by_decider(book: Book, noted: SaidAct[entries.External]) -> bool:
    if (noted.said.step, noted.said.outcome) != ("decided", "for"):
        return False
    filed = book.prev(noted.act)
    made = book.prev(filed.act) if isinstance(filed, SaidAct) else None
    return isinstance(made, MeasureAct) and lines.has_hand(made, noted.said.by, book)


@BRINGING.breach(
    "What a body outside decided was noted by somebody whose role does not allow it.",
    "बाहर की संस्था का फ़ैसला ऐसे व्यक्ति ने दर्ज किया जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def outside_without_role(book: Book, noted: SaidAct[entries.External]) -> bool:
    return noted.said.step == "decided" and not book.people.may(noted.said.by, "hear_appeal")


@COUNTERING.breach(
    "That somebody went to court over a counter-notice was noted by somebody whose role does not allow it.",
    "प्रति-सूचना पर कोई अदालत गया, यह ऐसे व्यक्ति ने दर्ज किया जिसकी भूमिका इसकी अनुमति नहीं देती।",
)
def suit_without_role(book: Book, noted: SaidAct[entries.Counter]) -> bool:
    return noted.said.step == "suit" and not book.people.may(noted.said.by, "lift")


@COUNTERING.breach(
    "Whoever had decided a measure noted themselves that somebody went to court over the counter-notice, so it stays.",
    "प्रति-सूचना पर कोई अदालत गया, इसलिए रोक बनी रहती है: यह उसी ने दर्ज किया जिसने वह रोक लगाई थी।",
)
def suit_noted_by_decider(book: Book, noted: SaidAct[entries.Counter]) -> bool:
    made = book.prev(noted.act)
    suit = noted.said.step == "suit"
    return suit and isinstance(made, MeasureAct) and lines.has_hand(made, noted.said.by, book)


@APPEALS_AT_END.breach(
    "An appeal was decided for whoever appealed, and what it was about went on.",
    "अपील करने वाले के पक्ष में फ़ैसला हुआ, फिर भी जिस कार्रवाई पर अपील थी वह चलती रही।",
)
def reversed_goes_on(book: Book, appealed: AppealStep) -> str:
    """What an appeal reversed has ended, and so has what went on in its place meanwhile: renewed, resumed, confirmed."""
    made = _decided(appealed)
    if appealed.said.outcome != "reversed" or made is None:
        return ""
    bound = lines.bound_after(made, appealed.act.at + GRACE, lambda one: _bound_until(book, one), book)
    told = [f"entry {one.act.index}" for one in islice(bound, TOLD + 1)]
    return ", ".join([*told[:TOLD], "…"] if len(told) > TOLD else told)


@APPEALS_AT_END.breach(
    "An appeal was decided in part for whoever appealed, and nothing of what it was about ended or became narrower.",
    "अपील आंशिक रूप से अपील करने वाले के पक्ष में तय हुई, फिर भी कार्रवाई में न कुछ समाप्त हुआ, न कम।",
)
def modified_unchanged(book: Book, appealed: AppealStep) -> bool:
    made, at = appealed.made, appealed.act.at
    if (
        appealed.said.outcome != "modified"
        or made is None
        or any(near(one.appealed, at, SLACK) for one in lines.cases(made, book))
    ):
        return False
    ends = [
        one.ended for one in lines.caseless(made, book) if one.ended is not None and one.ended.said.step in BY_APPEAL
    ]
    return not any(abs(end.act.at - at) <= SLACK for end in ends)


@UNSEALING.breach(
    "An act was kept secret whose law allows no secret.", "ऐसी कार्रवाई गुप्त रखी गई जिसका कानून गोपनीयता की अनुमति नहीं देता।"
)
def sealed_without_law(book: Book, opened: OpeningAct) -> bool:
    return opened.sealed is not None and opened.law is not None and not opened.law.allows_secrecy


@UNSEALING.breach(
    "What was secret was opened later than its law asks.",
    "जो गुप्त था उसे उसके कानून की समय-सीमा के बाद खोला गया।",
    late=True,
)
def opened_late(book: Book, opened: OpeningAct) -> bool:
    """What a law lets be secret for a time is opened when that is over."""
    law, sealed = opened.law, opened.sealed
    if sealed is None or law is None or law.aggregate_delay is None or sealed.t != "order":
        return False
    due = law.aggregate_delay.after(moment(sealed.at) or opened.act.at, law.zone)
    return opened.act.at > due + GRACE
