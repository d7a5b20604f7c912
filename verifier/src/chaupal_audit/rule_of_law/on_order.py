"""Checks of order: what the state of an order allows, what follows from what, each end the end of something."""

from chaupal_audit.clock import HOUR
from chaupal_audit.law import procedure
from chaupal_audit.law.procedure import Stage
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.acts import DECIDED, DecisionStep, Matter, MeasureAct, MeasureEnd, OrderStep
from chaupal_audit.rule_of_law.book import VERBS, Book
from chaupal_audit.rule_of_law.check import SLACK, Checks

# Where something can be decided: after the check.
DECIDING_STAGES = frozenset({Stage.IN_REVIEW, Stage.CLARIFYING, Stage.HEARING})
OUTCOMES = ("refused", "closed", "concurred", "returned")  # what becomes of a proposal
STEPS_ON_CASES = ("kept", "reviewed")  # what is decided about what is in force already
CHANGED = ("modified", "extended", "renewed", "amended", "confirmed")  # a measure follows from such an end
RESUMED, STAYED, LAPSED = "resumed", "stayed", "lapsed"
IN_PARTS = ("modified", "amended")  # causes that may leave several of one
NO_WIDER = (RESUMED, "modified", "amended")  # causes of a measure that is at most what it goes on from
# Ends that a step of the order brings.
BY_STEP = ("withdrawn", "stayed", "set_aside", "extended", "renewed", "amended", "confirmed")

STEPPING = Checks[OrderStep]()
DECIDING_ORDER = Checks[DecisionStep]()
MEASURING_ORDER = Checks[MeasureAct]()
ENDING = Checks[MeasureEnd]()


# --- steps of an order ---


def order_unknown(book: Book, act: OrderStep | DecisionStep | MeasureAct | MeasureEnd) -> bool:
    return act.matter is None


for checks in (STEPPING, DECIDING_ORDER, ENDING):
    checks.breach("The entry is about an order that the log does not have.", "प्रविष्टि ऐसे आदेश की है जो लॉग में नहीं है।")(
        order_unknown
    )
MEASURING_ORDER.breach(
    "The measure comes from an order that the log did not have then.", "कार्रवाई ऐसे आदेश की है जो तब लॉग में नहीं था।"
)(order_unknown)


@STEPPING.breach(
    "The order took a step that its state did not allow.", "आदेश पर ऐसा कदम उठाया गया जिसकी उसकी स्थिति अनुमति नहीं देती थी।"
)
def step_out_of_state(book: Book, step: OrderStep) -> str:
    verb = VERBS.get(step.said.step)
    if verb is not None and step.said.targets:  # about some of its targets
        verb = procedure.SOME.get(verb, verb)
    if step.matter is None or verb is None:
        return ""
    moves = [move for move in procedure.STEPS if move.verb == verb]
    if step.matter.own and any(procedure.FROM_OUTSIDE in move.guards for move in moves):
        return f"{step.said.step} in a matter that no authority sent in"
    sources = [move.source for move in moves]
    return "" if step.stage in sources else f"{step.said.step} on an order that is {step.stage}"


@STEPPING.breach(
    "The step names a target that the order does not have.",
    "कदम ऐसे विषय का नाम लेता है जो आदेश में नहीं है।",
    code="target_unnamed",
)
def targets_unnamed(book: Book, step: OrderStep) -> bool:
    return step.matter is not None and any(not 1 <= one <= step.matter.total for one in step.said.targets or ())


@STEPPING.breach(
    "The order was closed while measures were in force by it.", "आदेश को तब बंद किया गया जब उससे कार्रवाइयाँ लागू थीं।"
)
def closed_in_force(book: Book, step: OrderStep) -> str:
    if step.said.step != "closed" or step.matter is None:
        return ""
    bind = sum(_binds(made, step.act.at) for made in book.patience.each(step.matter.open.values()))
    return f"{bind} in force" if bind else ""


@STEPPING.breach("The hearing was held before the day that was set for it.", "सुनवाई तय दिन से पहले ही कर ली गई।")
def hearing_early(book: Book, step: OrderStep) -> bool:
    day = step.matter.hearing if step.matter else None
    return step.said.step == "hearing_held" and day is not None and step.act.at + SLACK < day


@STEPPING.breach(
    "The hearing was set for a nearer day than the law's notice allows.",
    "सुनवाई का दिन कानून की सूचना-अवधि से पहले रखा गया।",
)
def hearing_unheralded(book: Book, step: OrderStep) -> bool:
    """A hearing is set no nearer than the law lets people prepare for it."""
    law, day = (step.matter.law if step.matter else None), moment(step.said.until)
    earliest = None if law is None else law.due("hearing_notice_min", step.act.at)
    return step.said.step == "hearing_set" and day is not None and earliest is not None and day + SLACK < earliest


@STEPPING.breach("The order was returned without saying what is wrong with it.", "आदेश को बिना कमी बताए लौटाया गया।")
def returned_for_nothing(book: Book, step: OrderStep) -> bool:
    return step.said.step == "returned" and not step.said.codes


@STEPPING.breach(
    "The order was confirmed by one that says that it confirms another.",
    "आदेश की पुष्टि ऐसे आदेश से हुई जो कहता है कि वह किसी दूसरे आदेश की पुष्टि करता है।",
)
def confirmed_by_another(book: Book, step: OrderStep) -> str:
    """The order by which another is confirmed does not say itself that it confirms a third."""
    by = book.matters.get(step.said.confirms or "")
    said = None if by is None else by.said.confirms
    return said or "" if said and said != step.act.head.ref else ""


@STEPPING.breach(
    "The order was confirmed, and the entry does not say by which order.",
    "आदेश की पुष्टि हुई, पर प्रविष्टि नहीं बताती कि किस आदेश से।",
)
def confirmed_by_none(book: Book, step: OrderStep) -> bool:
    return step.said.step == "confirmed" and not step.said.confirms


@STEPPING.breach(
    "The order was confirmed by the person who had taken in the order that confirms it, or let in who filed it; another must do it.",
    "आदेश की पुष्टि उसी ने की जिसने पुष्टि करने वाला आदेश दर्ज किया था, या दर्ज करने वाले को आने दिया था; यह किसी और को करना था।",
)
def confirmed_alone(book: Book, step: OrderStep) -> bool:
    """Whoever took in the order that confirms it, or ever let in whoever filed it for its authority, lets nothing go on by it."""
    by = book.matters.get(step.said.confirms or "")
    if step.said.step != "confirmed" or by is None:
        return False
    return step.said.by in (by.said.by, by.said.let_in_by, *by.said.let_in_before)


@STEPPING.breach(
    "The order was ended as replaced, and no order says that it takes its place.",
    "आदेश को बदला गया कहकर समाप्त किया गया, जबकि कोई आदेश नहीं कहता कि वह उसकी जगह आया है।",
)
def replaced_by_none(book: Book, step: OrderStep) -> bool:
    """An order ends so because another took its place, and says so. One that is secret names none."""
    return step.said.step == "replaced" and not step.act.sealed and step.act.head.ref not in book.replaced


# --- decisions and measures ---


def target_unnamed(book: Book, act: DecisionStep | MeasureAct) -> bool:
    return act.matter is not None and not 1 <= act.said.target <= act.matter.total


DECIDING_ORDER.breach(
    "The decision is about a target that the order does not have.", "फ़ैसला ऐसे विषय पर है जो आदेश में नहीं है।"
)(target_unnamed)
MEASURING_ORDER.breach(
    "The measure is about a target that the order does not have.", "कार्रवाई ऐसे विषय पर है जो आदेश में नहीं है।"
)(target_unnamed)


@DECIDING_ORDER.breach(
    "Something was decided while the state of the order did not allow it.",
    "फ़ैसला तब हुआ जब आदेश की स्थिति इसकी अनुमति नहीं देती थी।",
)
def decided_out_of_state(book: Book, decided: DecisionStep) -> str:
    if decided.said.step not in ("proposed", "concurred", "refused"):
        return ""
    return _out_of_state(decided.matter)


@MEASURING_ORDER.breach(
    "A measure came into force while the state of its order did not allow it.",
    "कार्रवाई तब लागू हुई जब आदेश की स्थिति इसकी अनुमति नहीं देती थी।",
)
def measured_out_of_state(book: Book, made: MeasureAct) -> str:
    return _out_of_state(made.matter) if made.cause == DECIDED else ""


@DECIDING_ORDER.breach("A target became a thing of another kind.", "विषय किसी दूसरे प्रकार की चीज़ बन गया।")
def kind_changed(book: Book, decided: DecisionStep) -> bool:
    case = decided.case
    return case is not None and bool(case.kind) and bool(decided.said.kind) and decided.said.kind != case.kind


def proposal_missing(book: Book, act: DecisionStep | MeasureAct) -> bool:
    """What two decide follows from a proposal of the same target that stands."""
    if isinstance(act, DecisionStep):
        two = act.said.step in OUTCOMES and not act.step_of_order
        return two and act.proposal is None
    return act.cause == DECIDED and bool(act.said.second) and not act.said.alone and act.proposal is None


DECIDING_ORDER.breach("A decision follows from no proposal.", "फ़ैसला किसी प्रस्ताव से नहीं निकलता।")(proposal_missing)
MEASURING_ORDER.breach("The measure follows from no proposal.", "कार्रवाई किसी प्रस्ताव से नहीं निकलती।")(proposal_missing)


def proposal_spent(book: Book, act: DecisionStep | MeasureAct) -> bool:
    """A proposal is carried out once, in as many parts as it says; not after it was sent back."""
    proposal = act.proposal
    if proposal is None or (isinstance(act, MeasureAct) and act.cause != DECIDED):
        return False
    if isinstance(act, DecisionStep):
        return act.said.step in OUTCOMES and not act.step_of_order and proposal.over
    parts = max(act.said.parts or 1, 1)
    return proposal.carried >= parts if proposal.carried else proposal.over


DECIDING_ORDER.breach(
    "A proposal was acted upon that had been carried out or sent back already.",
    "ऐसे प्रस्ताव पर अमल हुआ जो पहले ही पूरा किया या लौटाया जा चुका था।",
)(proposal_spent)
MEASURING_ORDER.breach(
    "A proposal was carried out that had been carried out or sent back already.",
    "ऐसे प्रस्ताव पर अमल हुआ जो पहले ही पूरा किया या लौटाया जा चुका था।",
)(proposal_spent)


@DECIDING_ORDER.breach(
    "A target was closed as by an act upon its order that the log does not have.",
    "विषय को आदेश पर किसी ऐसे कदम के नाम पर बंद किया गया जो लॉग में नहीं है।",
)
def closed_unordered(book: Book, decided: DecisionStep) -> bool:
    """What was withdrawn, set aside or left undecided with its order follows from that step of it."""
    wanted, matter = decided.step_of_order, decided.matter
    return bool(wanted) and matter is not None and not _stepped(matter, wanted, decided.said.target, decided.act.at)


@DECIDING_ORDER.breach(
    "A target was closed as acted on under the house's own rules, by a matter of the house itself or by one that the log does not have.",
    "विषय को सर्वर के अपने नियमों से निपटाया हुआ कहकर बंद किया गया, जबकि मामला सर्वर का ही है या बताया गया मामला लॉग में नहीं है।",
)
def closed_by_no_matter(book: Book, decided: DecisionStep) -> str:
    """So ends what an authority asks for; the matter, where one is named, is an earlier one under the house's rules."""
    if decided.said.step != "closed" or decided.said.outcome != "own_rules_action" or decided.matter is None:
        return ""
    by = book.matters.get(decided.said.matter or "")
    foreign = bool(decided.said.matter) and (by is None or not by.own)
    return decided.said.matter or decided.matter.ref if decided.own or foreign else ""


@DECIDING_ORDER.breach(
    "Something was kept or seconded that is not in force.", "ऐसी चीज़ को बनाए रखा या समर्थन दिया गया जो लागू ही नहीं है।"
)
def kept_nothing(book: Book, decided: DecisionStep) -> bool:
    case = decided.case
    return decided.said.step in STEPS_ON_CASES and (case is None or not case.open)


@DECIDING_ORDER.breach(
    "One person kept the same measure twice within an hour.",
    "एक ही व्यक्ति ने एक घंटे के भीतर उसी कार्रवाई को दो बार बनाए रखा।",
)
def kept_twice(book: Book, decided: DecisionStep) -> bool:
    """Two reviews of one thing by the same person within so short a time are one, entered twice."""
    before = book.answered.get(decided.answers)
    return decided.said.step == "kept" and before is not None and decided.act.at < before + HOUR - SLACK


@DECIDING_ORDER.breach(
    "What one person had done by themselves was seconded twice.", "एक व्यक्ति की अकेले की हुई कार्रवाई का समर्थन दो बार हुआ।"
)
def seconded_twice(book: Book, decided: DecisionStep) -> bool:
    return decided.said.step == "reviewed" and decided.answers in book.answered


@MEASURING_ORDER.breach(
    "A measure came into force though nobody had made sure that the order is genuine.",
    "कार्रवाई लागू हुई, हालाँकि किसी ने आदेश की प्रामाणिकता नहीं जाँची थी।",
)
def origin_unknown(book: Book, made: MeasureAct) -> bool:
    return made.matter is not None and not made.own and not made.matter.genuine


@MEASURING_ORDER.breach(
    "The measure goes on from an end that is not there.", "कार्रवाई ऐसे अंत के बाद जारी है जो लॉग में नहीं है।"
)
def cause_missing(book: Book, made: MeasureAct) -> str:
    """What is changed ends first; what is resumed was stayed."""
    if made.cause == DECIDED:
        return ""
    wanted = STAYED if made.cause == RESUMED else made.cause
    came_from = made.prev.said.step if isinstance(made.prev, MeasureEnd) else ""
    return "" if came_from == wanted else f"{made.cause} after {came_from or 'nothing'}"


@MEASURING_ORDER.breach(
    "Another measure goes on from the same end already; only an appeal or an amendment leaves several parts.",
    "उसी समाप्ति के बाद एक और कार्रवाई पहले से जारी है; कई हिस्से केवल अपील या संशोधन से बनते हैं।",
)
def goes_on_twice(book: Book, made: MeasureAct) -> bool:
    """What the store lost, and is over, is begun anew from where it stood (`Book.set_back`)."""
    end = made.prev
    if made.cause in (DECIDED, *IN_PARTS) or not isinstance(end, MeasureEnd):
        return False
    return any(one.ended is None or one.act.index not in book.refilled for one in book.patience.each(end.followed))


@MEASURING_ORDER.breach(
    "The measure does not say whose later act it carries out.", "कार्रवाई नहीं बताती कि वह किसके बाद के आदेश को लागू करती है।"
)
def whose_act_unsaid(book: Book, made: MeasureAct) -> bool:
    return made.cause not in (DECIDED, "modified") and not made.said.body


@MEASURING_ORDER.breach(
    "A measure was changed or renewed by one person; two must decide.",
    "कार्रवाई को एक ही व्यक्ति ने बदला या बढ़ाया; दो का होना ज़रूरी है।",
)
def renewed_alone(book: Book, made: MeasureAct) -> bool:
    """What one person may do goes on as theirs after a stay or an appeal; whatever else is changed, two change."""
    if made.cause == DECIDED:
        return False
    if made.cause in (RESUMED, "modified") and made.before is not None and not made.before.seconded:
        return False
    return not made.said.second or made.said.second == made.said.by


@MEASURING_ORDER.breach(
    "A measure goes on for longer, farther or as more than what it goes on from.",
    "कार्रवाई पहले से लंबी अवधि तक, ज़्यादा जगहों पर या बड़े रूप में जारी है।",
)
def more_than_before(book: Book, made: MeasureAct) -> str:
    """A stay gives back no more than it took, and neither an appeal nor an amendment widens anything; a confirmation gives an
    emergency order's measures its own end, but to none that was to end before that order.
    """
    was, said = made.before, made.said
    if was is None or (made.cause not in NO_WIDER and not _had_own_end(made)):
        return ""
    found = ["territory"] if set(said.territory or ()) - set(was.said.territory or ()) else []
    found += ["measure"] if made.cause == RESUMED and said.measure != was.said.measure else []
    seconded = was.said.second is None and was.seconded  # then it lasts as long as it was to, which no entry says
    longer = was.until is not None and (made.until is None or made.until > was.until + SLACK)
    found += ["until"] if longer and not seconded else []
    return ", ".join(found)


def _had_own_end(made: MeasureAct) -> bool:
    """Whether a confirmed measure was to end before the emergency order that it goes on from: by whoever decided it, or an appeal."""
    was = made.before
    if made.cause != "confirmed" or was is None or was.matter is None:
        return False
    ends = [end for end in map(moment, (was.matter.said.interim_until, was.matter.said.ends)) if end is not None]
    return was.until is not None and bool(ends) and was.until + SLACK < min(ends)


@MEASURING_ORDER.breach(
    "The target was decided anew while the first decision was in force.", "पहला फ़ैसला लागू रहते विषय पर फिर से फ़ैसला हुआ।"
)
def in_force_twice(book: Book, made: MeasureAct) -> bool:
    """A target that is limited already is not decided anew; what goes on from an end is another matter."""
    case = made.case
    if case is None or made.cause != DECIDED:
        return False
    return case.binds(made.act.at, made.proposal)


# --- ends ---


@ENDING.breach("Something was ended that never began.", "ऐसी कार्रवाई समाप्त की गई जो कभी शुरू ही नहीं हुई।")
def end_of_nothing(book: Book, ended: MeasureEnd) -> bool:
    return ended.made is None or ended.made.act.head.ref != ended.act.head.ref


@ENDING.breach("One and the same measure was ended twice.", "एक ही कार्रवाई दो बार समाप्त की गई।")
def ended_twice(book: Book, ended: MeasureEnd) -> bool:
    return ended.made is not None and ended.made.ended is not None


@ENDING.breach("The end names another target than the measure.", "समाप्ति में विषय कुछ और है, कार्रवाई में कुछ और।")
def target_other(book: Book, ended: MeasureEnd) -> bool:
    return ended.made is not None and ended.made.said.target != ended.said.target


@ENDING.breach("A measure lapsed before its end.", "कार्रवाई अपनी अवधि से पहले ही समाप्त मान ली गई।")
def lapsed_early(book: Book, ended: MeasureEnd) -> bool:
    made = ended.made
    ends = [] if made is None else [end for end in (made.until, moment(made.said.emergency_until)) if end is not None]
    return (
        ended.said.step in (LAPSED, "unreviewed")
        and made is not None
        and (not ends or ended.act.at + SLACK < min(ends))
    )


@ENDING.breach(
    "A measure was ended as by an act of somebody else that the log does not have.",
    "कार्रवाई किसी और के ऐसे कदम के नाम पर समाप्त हुई जो लॉग में नहीं है।",
)
def end_unordered(book: Book, ended: MeasureEnd) -> bool:
    """What is withdrawn, stayed, set aside or changed for somebody else follows from a step of the order."""
    if ended.said.step not in BY_STEP or ended.matter is None:
        return False
    stepped = _stepped(ended.matter, ended.said.step, ended.said.target, ended.act.at)
    confirming = ended.said.step == "confirmed" and ended.matter.ref in book.confirmed
    return not confirming and not stepped


@ENDING.breach(
    "A measure was ended as lost with the server's record, and the log does not say that its entry came back from a copy.",
    "कार्रवाई यह कहकर समाप्त हुई कि सर्वर का रिकॉर्ड खो गया, पर लॉग नहीं कहता कि उसकी प्रविष्टि किसी प्रति से लौटी।",
)
def lost_unsaid(book: Book, ended: MeasureEnd) -> bool:
    made = ended.made
    return ended.lost and made is not None and made.act.index not in book.refilled


# --- parts ---


def _out_of_state(matter: Matter | None) -> str:
    if matter is None:
        return ""
    return "" if matter.stage in DECIDING_STAGES else f"the order is {matter.stage}"


def _stepped(matter: Matter, word: str, target: int, at: int) -> bool:
    """Whether the order took this step about the target, in the same act as what happened `at` (ms)."""
    newest = [matter.newest[step] for step in ((word, None), (word, target)) if step in matter.newest]
    return bool(newest) and max(newest) + SLACK >= at


def _binds(made: MeasureAct, at: int) -> bool:
    return made.ended is None and (made.until is None or at < made.until)
