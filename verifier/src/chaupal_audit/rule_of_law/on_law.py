"""Checks of what the law allows: a law in force, its grounds, measures and countries, the narrowest rung, an end."""

from collections.abc import Callable

from chaupal_audit.law.measures import ACCOUNT_LEVEL, EVERYWHERE, OF_SERVERS, SEVERITY, Measure
from chaupal_audit.law.procedure import Stage
from chaupal_audit.law.regime import SECRET, Refusal
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.acts import DECIDED, DecisionStep, Matter, MeasureAct, Proposal
from chaupal_audit.rule_of_law.book import Book
from chaupal_audit.rule_of_law.check import SLACK, Check, Checks
from chaupal_audit.rule_of_law.opened import read
from chaupal_audit.rule_of_law.people import AUTHORITY
from chaupal_audit.tlog import at_minute, disclosure_digest

REFUSALS = frozenset(refusal.value for refusal in Refusal)
STATE_FLAG = "state_flag"
SERVER = "server"  # the kind of a target that is a whole server
WITHOUT_REGISTER = ("person", "house")  # who can demand something without being an authority
# What each measure can limit of a target of each kind.
NARROWED = {
    "account": ("account", "post", "media"),
    "post": ("post", "media"),
    "media": ("media",),
    "tag": ("tag",),
    SERVER: (SERVER,),
}

ORDERING = Checks[Matter]()
DECIDING_LAW = Checks[DecisionStep]()
MEASURING_LAW = Checks[MeasureAct]()


# --- orders ---


@ORDERING.breach(
    "The order cites a law that the log has not entered.", "आदेश ऐसे कानून का हवाला देता है जो लॉग में दर्ज नहीं है।"
)
def law_unknown(book: Book, matter: Matter) -> bool:
    return book.laws.cited(matter.act.head.regime) is None


@ORDERING.breach(
    "The law that the order cites was not in force when it was received.",
    "आदेश जिस कानून का हवाला देता है वह उसके मिलने के दिन लागू नहीं था।",
)
def law_not_in_force(book: Book, matter: Matter) -> bool:
    return not book.laws.at(matter.act.head.regime, matter.received)


@ORDERING.breach(
    "The order says that it was received at another time than its entry was made.",
    "आदेश में मिलने का समय कुछ और लिखा है, प्रविष्टि का समय कुछ और है।",
)
def received_elsewhen(book: Book, matter: Matter) -> bool:
    return abs(matter.received - matter.act.at) > SLACK


@ORDERING.breach(
    "The order rests on a ground that its law does not name.", "आदेश ऐसे आधार पर टिका है जिसे उसका कानून नहीं मानता।"
)
def grounds_foreign(book: Book, matter: Matter) -> str:
    law = matter.law
    allowed = set[str]() if law is None else {base.code for base in law.bases}
    return ", ".join(sorted(set(matter.said.bases or ()) - allowed)) if allowed else ""


@ORDERING.breach(
    "The order comes from an authority that is not in the register.", "आदेश ऐसे प्राधिकारी का है जो रजिस्टर में नहीं है।"
)
def authority_unregistered(book: Book, matter: Matter) -> bool:
    said = matter.said
    return not matter.own and said.issuer not in WITHOUT_REGISTER and not book.named(said.authority or "")


@ORDERING.breach(
    "The order says of its authority what the register does not: another class, or another country.",
    "आदेश अपने प्राधिकारी के बारे में ऐसी श्रेणी या देश बताता है जो रजिस्टर में नहीं है।",
)
def authority_unlike(book: Book, matter: Matter) -> str:
    """Whose orders a house obeyed is counted by what they say."""
    said, known = matter.said, book.registered_as(matter.said.authority)
    if (
        matter.own
        or not known
        or any((one.issuer, one.jurisdiction) == (said.issuer, said.jurisdiction) for one in known)
    ):
        return ""
    return f"{said.issuer}, {said.jurisdiction}"


@ORDERING.breach(
    "The order cites the law of another country than its authority's.",
    "आदेश अपने प्राधिकारी के देश के बजाय किसी और देश के कानून का हवाला देता है।",
)
def jurisdiction_foreign(book: Book, matter: Matter) -> bool:
    return matter.law is not None and not matter.own and not matter.law.covers(matter.said.jurisdiction or "")


@ORDERING.breach(
    "The order is to bind where its law does not reach.", "आदेश को वहाँ लागू किया गया जहाँ उसका कानून नहीं पहुँचता।"
)
def order_beyond_territory(book: Book, matter: Matter) -> bool:
    law, said = matter.law, matter.said
    return law is not None and not law.may_bind(tuple(said.territory or ()), said.jurisdiction or "")


@ORDERING.breach(
    "The order is called an emergency, or is not, other than its law says.",
    "आदेश को आपात कहा गया, या नहीं कहा गया, जबकि उसका कानून कुछ और कहता है।",
)
def emergency_unlike(book: Book, matter: Matter) -> bool:
    return matter.law is not None and bool(matter.said.emergency) != matter.law.emergency


@ORDERING.breach(
    "An emergency order holds unconfirmed for longer than its law allows.",
    "आपात आदेश बिना पुष्टि के उससे अधिक समय तक लागू है जितना उसका कानून देता है।",
)
def interim_too_long(book: Book, matter: Matter) -> str:
    law = matter.law
    if law is None or not law.emergency:
        return ""
    ends = [law.due("confirm_interim", matter.received), law.ends_at(matter.received)]
    latest = min((end for end in ends if end is not None), default=None)
    until = moment(matter.said.interim_until)
    over = until is None or (latest is not None and until > latest + SLACK)
    return f"at most until {at_minute(latest)}" if over and latest is not None else ""


@ORDERING.breach(
    "The order was kept more secret than its law allows.", "आदेश को उससे अधिक गुप्त रखा गया जितना उसका कानून देता है।"
)
def secrecy_beyond(book: Book, matter: Matter) -> bool:
    """An order is no more secret than its law makes it."""
    law, secrecy = matter.law, matter.said.secrecy or "none"
    if law is None or secrecy not in SECRET:
        return False
    return not law.allows_secrecy or (law.secrecy != secrecy and law.gag is None)


@ORDERING.breach("Two orders bear the same number.", "दो आदेशों की संख्या एक ही है।")
def number_reused(book: Book, matter: Matter) -> bool:
    return matter.ref in book.matters


@ORDERING.breach(
    "The order says that it confirms what is no earlier emergency order of its authority.",
    "आदेश कहता है कि वह ऐसे आदेश की पुष्टि करता है जो उसी प्राधिकारी का पहले का आपात आदेश नहीं है।",
)
def confirms_foreign(book: Book, matter: Matter) -> str:
    """An order confirms an earlier emergency order of its own authority, or nothing."""
    whose = matter.said.confirms
    found = book.matters.get(whose or "")
    fits = found is not None and found.said.emergency and not matter.said.emergency
    alike = found is not None and found.said.authority == matter.said.authority
    return "" if not whose or (fits and alike) else whose


@ORDERING.breach(
    "The order says that it takes the place of what is no earlier order of its authority that was sent back.",
    "आदेश कहता है कि वह ऐसे आदेश की जगह आया है जो उसी प्राधिकारी का लौटाया हुआ पहले का आदेश नहीं है।",
)
def replaces_foreign(book: Book, matter: Matter) -> str:
    """An order takes the place of an earlier one of its own authority that was sent back, or of none."""
    whose = matter.said.replaces
    found = book.matters.get(whose or "")
    fits = found is not None and found.stage is Stage.RETURNED and found.said.authority == matter.said.authority
    return "" if not whose or fits else whose


@ORDERING.breach(
    "The house followed a state's hint and does not say whose, or names a state for what is no state's hint.",
    "किसी सरकार के इशारे पर कार्रवाई हुई और यह नहीं लिखा कि किसके, या जहाँ ऐसा इशारा नहीं था वहाँ किसी का नाम लिखा है।",
)
def hint_unnamed(book: Book, matter: Matter) -> bool:
    """A state's hint is somebody's hint; and what is no state's hint names nobody."""
    return (matter.own and matter.said.source == STATE_FLAG) != bool(matter.said.flagged_by)


@ORDERING.breach(
    "The house followed the hint of an authority that is not in the register.",
    "ऐसे प्राधिकारी के इशारे पर कार्रवाई हुई जो रजिस्टर में नहीं है।",
)
def hint_of_nobody(book: Book, matter: Matter) -> str:
    whose = matter.said.flagged_by
    return "" if not whose or book.named(whose) else whose


@ORDERING.breach(
    "The order is called signed by its authority, and the key was not in the register for it then.",
    "आदेश को उसके प्राधिकारी का हस्ताक्षरित कहा गया, पर वह कुंजी तब उसके नाम रजिस्टर में नहीं थी।",
)
def key_foreign(book: Book, matter: Matter) -> bool:
    """A letter counts as signed by an authority with a key that was in the register when it came."""
    keys = book.keys_of(matter.said.authority)
    return bool(matter.said.key) and keys is not None and matter.said.key not in keys


@ORDERING.breach(
    "The order was filed for its authority, and by no entry had whoever it names let anybody in to file.",
    "आदेश प्राधिकारी की ओर से दर्ज हुआ, पर उसमें जिसका नाम है उसने लॉग की किसी प्रविष्टि से किसी को दर्ज करने नहीं आने दिया था।",
)
def let_in_foreign(book: Book, matter: Matter) -> bool:
    """Whoever files for an authority was let in by somebody, which is an entry about that authority."""
    inviters = book.inviters_of(matter.said.authority)
    named = {matter.said.let_in_by, *matter.said.let_in_before}
    return matter.said.by == AUTHORITY and inviters is not None and not named <= inviters


@ORDERING.breach("The order names nothing.", "आदेश किसी चीज़ का नाम नहीं लेता।")
def names_nothing(book: Book, matter: Matter) -> bool:
    return not matter.total


# --- decisions without a measure ---


@DECIDING_LAW.breach(
    "A refusal names none of the grounds on which one can refuse.",
    "अस्वीकृति में उन आधारों में से कोई नहीं है जिन पर मना किया जा सकता है।",
)
def refusal_without_ground(book: Book, decided: DecisionStep) -> bool:
    """Older logs have matters of the house's own that were refused on grounds of orders."""
    of_rules = decided.said.ground == Refusal.NO_RULE_BROKEN
    return decided.said.step == "refused" and (decided.said.ground not in REFUSALS or (of_rules and not decided.own))


@DECIDING_LAW.breach(
    "What was carried out is not what was proposed: its commitments are others.",
    "जो किया गया वह वही नहीं है जिसका प्रस्ताव था: उसकी प्रतिबद्धताएँ दूसरी हैं।",
    code="reason_unlike",
)
def unlike_proposed(book: Book, decided: DecisionStep) -> bool:
    return decided.final and _drops(decided.proposal, decided.act.digests)


def opens_foreign(book: Book, act: DecisionStep | MeasureAct) -> bool:
    digests = act.act.digests
    return any(disclosure_digest(text) not in digests for text in act.said.opens or ())


for checks in (DECIDING_LAW, MEASURING_LAW):
    checks.breach(
        "A disclosure in the entry is none to which the entry committed.",
        "प्रविष्टि में ऐसा खुलासा है जिसकी प्रतिबद्धता उसमें नहीं है।",
    )(opens_foreign)


@DECIDING_LAW.breach(
    "The entry says otherwise than the proposal to which it commits.",
    "प्रविष्टि उस प्रस्ताव से अलग कहती है जिसकी प्रतिबद्धता उसमें है।",
)
def said_otherwise(book: Book, decided: DecisionStep) -> bool:
    told = _told(decided)
    if decided.said.step == "refused":
        return (
            told.get("ground", decided.said.ground) != decided.said.ground or told.get("outcome", "refuse") != "refuse"
        )
    return decided.said.step == "closed" and told.get("outcome", decided.said.outcome) != decided.said.outcome


def no_reason(book: Book, act: DecisionStep | MeasureAct) -> bool:
    """Whoever decides commits to a reason; one that was opened says something."""
    if isinstance(act, DecisionStep) and act.said.step not in ("proposed", "refused", "closed"):
        return False
    told = act.act.opened
    return not act.act.digests or ("reason" in told and not str(told["reason"] or "").strip())


for checks in (DECIDING_LAW, MEASURING_LAW):
    checks.breach("There is no reason.", "कोई कारण नहीं दिया गया।")(no_reason)


def despite_unsaid(book: Book, act: DecisionStep | MeasureAct) -> str:
    """Whoever proposes answers for what the order lacks on its face; where one acts alone, that person does."""
    if act.said.step != "proposed" if isinstance(act, DecisionStep) else act.cause != DECIDED:
        return ""  # what goes on was answered for where it began
    told = act.act.opened
    blank = "despite" in told and not str(told["despite"] or "").strip()
    return ", ".join(act.said.defects) if act.said.defects and (blank or not act.said.despite) else ""


for checks in (DECIDING_LAW, MEASURING_LAW):
    checks.breach(
        "The order lacks something on its face, and nobody answers for acting in spite of that.",
        "आदेश में ऊपर से ही कमी है, और फिर भी कार्रवाई क्यों हुई इसका जवाब किसी ने नहीं दिया।",
    )(despite_unsaid)


@MEASURING_LAW.breach(
    "What the order lacks is not what the proposal acknowledged.",
    "आदेश में जो कमी बताई गई वह वही नहीं है जो प्रस्ताव में मानी गई थी।",
)
def defects_unlike(book: Book, made: MeasureAct) -> str:
    """What was acknowledged is what was carried out: neither less nor more was seen by whoever approved."""
    proposal = made.proposal
    if proposal is None or made.cause != DECIDED:
        return ""
    return ", ".join(sorted(set(made.said.defects) ^ set(proposal.said.defects)))


# --- measures ---


@MEASURING_LAW.breach(
    "No version of the law was in force on the day of the measure.", "कार्रवाई के दिन उस कानून का कोई संस्करण लागू नहीं था।"
)
def law_ended(book: Book, made: MeasureAct) -> bool:
    """Its version stays with an order; but some version of the law is still the law on the day of the measure."""
    return made.matter is not None and not book.laws.any_at(made.act.head.regime, made.begins)


@MEASURING_LAW.breach("The measure cites another law than its order.", "कार्रवाई में आदेश से अलग कानून लिखा है।")
def other_law(book: Book, made: MeasureAct) -> bool:
    return made.matter is not None and made.act.head.regime != made.matter.act.head.regime


@MEASURING_LAW.breach(
    "The measure names another authority than its order, or another country.",
    "कार्रवाई में आदेश से अलग प्राधिकारी या देश लिखा है।",
)
def other_authority(book: Book, made: MeasureAct) -> str:
    """The same one may have come by another name since."""
    of, said = made.matter, made.said
    if of is None:
        return ""
    alike = book.same_authority(said.authority, of.said.authority)
    country = made.own or said.jurisdiction in (of.said.jurisdiction, book.country_of(said.authority))
    return "" if alike and country else f"{said.authority}, {said.jurisdiction}"


@MEASURING_LAW.breach(
    "The measure claims another kind of basis than its law has.", "कार्रवाई का आधार वैसा नहीं है जैसा उसका कानून कहता है।"
)
def other_basis(book: Book, made: MeasureAct) -> bool:
    return made.law is not None and made.said.basis != made.law.basis_kind


@MEASURING_LAW.breach("The measure has no ground in its law.", "कार्रवाई का उसके कानून में कोई आधार नहीं है।")
def ground_missing(book: Book, made: MeasureAct) -> bool:
    law, matter = made.law, made.matter
    return law is not None and matter is not None and not matter.own and bool(law.bases) and not matter.said.bases


@MEASURING_LAW.breach("The law does not allow this measure.", "कानून इस कार्रवाई की अनुमति नहीं देता।")
def measure_not_allowed(book: Book, made: MeasureAct) -> bool:
    return made.law is not None and made.said.measure not in made.law.measures_allowed


@MEASURING_LAW.breach(
    "The measure binds where neither order nor law reach.", "कार्रवाई वहाँ लागू है जहाँ न आदेश पहुँचता है, न कानून।"
)
def beyond_territory(book: Book, made: MeasureAct) -> str:
    where, law, matter = set(made.said.territory or ()), made.law, made.matter
    if law is None or matter is None:
        return ""
    ordered = set(matter.said.territory or ())
    within = where and (EVERYWHERE in ordered or where <= ordered)
    lawful = law.may_bind(tuple(sorted(where)), matter.said.jurisdiction or "")
    return "" if within and lawful else ", ".join(sorted(where)) or "nowhere"


@MEASURING_LAW.breach(
    "The measure limits more than what the order named.", "कार्रवाई उससे अधिक को रोकती है जिसका नाम आदेश में है।"
)
def wider_than_target(book: Book, made: MeasureAct) -> bool:
    """An order against a post never takes its account along."""
    kind = made.case.kind if made.case else ""
    return kind in NARROWED and (made.said.kind or "") not in NARROWED[kind]


@MEASURING_LAW.breach(
    "A measure for whole servers was done to something else, or another one to a whole server.",
    "पूरे सर्वर के लिए बनी कार्रवाई किसी और चीज़ पर हुई, या कोई और कार्रवाई पूरे सर्वर पर।",
)
def server_otherwise(book: Book, made: MeasureAct) -> str:
    """What limits a whole server limits nothing else, and nothing else limits a whole server."""
    known, kind = {measure.value for measure in Measure}, made.said.kind or ""
    if made.said.measure not in known or (made.said.measure in OF_SERVERS) == (kind == SERVER):
        return ""
    return f"{made.said.measure} on {kind}"


@MEASURING_LAW.breach(
    "A whole server was limited on an authority's word, or in some countries only.",
    "पूरे सर्वर पर किसी प्राधिकारी के कहने पर, या केवल कुछ देशों में, कार्रवाई हुई।",
)
def server_by_law(book: Book, made: MeasureAct) -> bool:
    """No law withholds a whole server: that is for the house's own rules, and then it is so everywhere."""
    return made.said.kind == SERVER and (not made.own or tuple(made.said.territory or ()) != (EVERYWHERE,))


@MEASURING_LAW.breach(
    "More things of this kind were limited than the order named.",
    "इस तरह की जितनी चीज़ें आदेश में हैं, उनसे अधिक पर कार्रवाई हुई।",
)
def more_than_ordered(book: Book, made: MeasureAct) -> bool:
    """More targets of a kind than the order named: a post cannot have become an account."""
    matter, case = made.matter, made.case
    if matter is None or case is None or not case.kind:
        return False
    return matter.kinds[case.kind] > matter.said.targets.get(case.kind, 0) + matter.said.targets.get("unknown", 0)


@MEASURING_LAW.breach(
    "A whole account was limited without a finding that nothing narrower would do.",
    "पूरे खाते पर कार्रवाई हुई, बिना यह पाए कि उससे कम से काम नहीं चलता।",
)
def account_without_finding(book: Book, made: MeasureAct) -> bool:
    return not made.own and made.said.measure in ACCOUNT_LEVEL and not made.said.finding


@MEASURING_LAW.breach("The measure is wider than what was asked for.", "कार्रवाई माँग से अधिक व्यापक है।")
def wider_than_asked(book: Book, made: MeasureAct) -> str:
    known = {measure.value for measure in Measure}
    if made.own or made.said.measure not in known or made.said.demanded not in known:
        return ""
    wider = SEVERITY[Measure(made.said.measure)] > SEVERITY[Measure(made.said.demanded)]
    return f"{made.said.measure} for {made.said.demanded}" if wider else ""


@MEASURING_LAW.breach(
    "The measure says that something else was asked for than its proposal says.",
    "कार्रवाई में माँग कुछ और लिखी है, प्रस्ताव में कुछ और।",
)
def demanded_otherwise(book: Book, made: MeasureAct) -> bool:
    proposal = made.proposal
    return proposal is not None and bool(proposal.said.demanded) and proposal.said.demanded != made.said.demanded


@MEASURING_LAW.breach(
    "An order's measure is called the house's own, or the other way round.",
    "आदेश की कार्रवाई को सर्वर की अपनी कार्रवाई कहा गया, या इसका उलटा।",
)
def outcome_unlike(book: Book, made: MeasureAct) -> bool:
    return made.matter is not None and (made.said.outcome == "own_rules_action") != made.own


@MEASURING_LAW.breach(
    "The measure says otherwise than its matter how it came to light, or whose hint it follows.",
    "कार्रवाई में यह अलग लिखा है कि बात कैसे सामने आई या किसके इशारे पर हुई; उसके मामले में कुछ और है।",
)
def hint_unlike(book: Book, made: MeasureAct) -> str:
    """A measure names whose hint it follows as its matter does, and where that authority is."""
    if made.matter is None:
        return ""
    said, matter = made.said, made.matter.said
    if said.flagged_by != matter.flagged_by or (made.own and said.source != matter.source):
        return f"{said.flagged_by or said.source}, {matter.flagged_by or matter.source}"
    country = book.country_of(said.flagged_by)
    return f"{said.jurisdiction or '-'}, {country}" if country and said.jurisdiction != country else ""


@MEASURING_LAW.breach(
    "The measure is not what was proposed: its reason or its subject has another commitment.",
    "कार्रवाई वह नहीं है जिसका प्रस्ताव था: उसके कारण या विषय की प्रतिबद्धता दूसरी है।",
)
def reason_unlike(book: Book, made: MeasureAct) -> bool:
    return made.cause == DECIDED and _drops(made.proposal, made.act.digests)


@MEASURING_LAW.breach(
    "The measure says otherwise than the proposal to which it commits.",
    "कार्रवाई उस प्रस्ताव से अलग कहती है जिसकी प्रतिबद्धता उसमें है।",
    code="said_otherwise",
)
def measure_otherwise(book: Book, made: MeasureAct) -> bool:
    latest = moment(str(made.act.opened.get("until") or ""))
    longer = latest is not None and (made.until is None or made.until > latest)
    return longer or _told(made).get("outcome", made.said.measure) != made.said.measure


@MEASURING_LAW.breach(
    "The measure says that it was in force at another time than its entry was made.",
    "कार्रवाई कहती है कि वह किसी और समय से लागू है, जबकि उसकी प्रविष्टि बाद में या पहले बनी।",
)
def backdated(book: Book, made: MeasureAct) -> str:
    return f"from {made.said.start}, entered {made.act.head.at}" if abs(made.begins - made.act.at) > SLACK else ""


@MEASURING_LAW.breach(
    "The measure has neither an end nor a day on which it is looked at again.",
    "कार्रवाई का न कोई अंत है, न कोई दिन जब उस पर फिर विचार होगा।",
)
def no_end(book: Book, made: MeasureAct) -> bool:
    for_good = bool(made.said.permanent) and made.said.measure == Measure.SUSPEND.value
    return made.until is None and moment(made.said.review) is None and not for_good


@MEASURING_LAW.breach(
    "What is said of where a thing is besides contradicts itself: it came from another server, or went to so many.",
    "सामग्री और कहाँ है, इस बारे में प्रविष्टि की बातें एक-दूसरे को काटती हैं: या तो वह दूसरे सर्वर से आई, या इतने सर्वरों को गई।",
)
def reach_unlike(book: Book, made: MeasureAct) -> bool:
    """Of what came from another server nobody here knows where else it went; a tag is sent nowhere."""
    said = made.said
    told = [one for one in (said.came_from, said.sent_to) if one is not None]
    return len(told) > 1 or (bool(told) and said.kind == "tag") or (said.sent_to or 0) < 0


@MEASURING_LAW.breach("Something other than a suspension was done for good.", "निलंबन के सिवा कुछ हमेशा के लिए किया गया।")
def for_good(book: Book, made: MeasureAct) -> bool:
    return bool(made.said.permanent) and made.said.measure != Measure.SUSPEND.value


@MEASURING_LAW.breach(
    "The measure lasts longer than its law allows.", "कार्रवाई उससे अधिक समय तक चलती है जितना उसका कानून देता है।"
)
def beyond_law_duration(book: Book, made: MeasureAct) -> str:
    return _beyond(made.until, _by_law(made))


def _beyond(until: int | None, latest: int | None) -> str:
    over = latest is not None and (until is None or until > latest + SLACK)
    return f"at most until {at_minute(latest)}" if over and latest is not None else ""


def _by_law(made: MeasureAct) -> int | None:
    """Until when its law lets it last (ms); None: as long as it is."""
    return None if made.law is None else made.law.ends_at(made.begins)


def _by_order(made: MeasureAct) -> int | None:
    """Until when its order lets it last. What is made less, or goes on after a stay, may have been given more time before; then it lasts no
    longer than that.
    """
    latest = None if made.matter is None else moment(made.matter.said.ends)
    if latest is None or made.cause in ("extended", "renewed"):
        return None
    was = made.before if made.cause in ("amended", "modified", "resumed") else None
    if was is None:
        return latest
    return None if was.until is None else max(latest, was.until)


def _by_interim(made: MeasureAct) -> int | None:
    """Until when an emergency order that nobody has confirmed lets it last."""
    return None if made.matter is None else moment(made.matter.said.interim_until)


@MEASURING_LAW.breach("The end of the measure lies before its beginning.", "कार्रवाई का अंत उसके आरंभ से पहले का है।")
def over_at_once(book: Book, made: MeasureAct) -> bool:
    return made.until is not None and made.until < made.begins


@MEASURING_LAW.breach("The measure lasts longer than its order.", "कार्रवाई अपने आदेश से अधिक समय तक चलती है।")
def beyond_order_end(book: Book, made: MeasureAct) -> str:
    """No measure lasts longer than the order, but where a later act of its authority gave it more time."""
    return _beyond(made.until, _by_order(made))


@MEASURING_LAW.breach(
    "A measure of an unconfirmed emergency order lasts longer than that order holds.",
    "बिना पुष्टि वाले आपात आदेश की कार्रवाई उस आदेश से अधिक समय तक चलती है।",
)
def beyond_interim(book: Book, made: MeasureAct) -> bool:
    return bool(_beyond(made.until, _by_interim(made)))


@MEASURING_LAW.breach(
    "The measure is looked at again later than its law asks.", "कार्रवाई पर फिर विचार उसके कानून की समय-सीमा के बाद होगा।"
)
def review_too_late(book: Book, made: MeasureAct) -> bool:
    review, law = moment(made.said.review), made.law
    latest = None if law is None else law.review_at(made.begins)
    return made.until is None and review is not None and latest is not None and review > latest + SLACK


@MEASURING_LAW.breach(
    "The measure cites a rule that no file of the house's rules has.",
    "कार्रवाई ऐसे नियम का हवाला देती है जो सर्वर के नियमों की किसी फ़ाइल में नहीं है।",
)
def rule_unknown(book: Book, made: MeasureAct) -> bool:
    return made.own and made.rule is None


@MEASURING_LAW.breach(
    "The measure cites a rule that was not in force yet.", "कार्रवाई ऐसे नियम का हवाला देती है जो तब तक लागू नहीं था।"
)
def rule_not_in_force(book: Book, made: MeasureAct) -> bool:
    if not made.own or made.rule is None:
        return False
    begins = made.rule[0].effective_from
    return begins is not None and at_minute(made.begins + SLACK)[:10] < begins.isoformat()


@MEASURING_LAW.breach(
    "A breach of the cited rule does not bring this measure.", "उस नियम को तोड़ने पर यह कार्रवाई नहीं होती।"
)
def rule_brings_other(book: Book, made: MeasureAct) -> bool:
    return made.own and made.rule is not None and made.said.measure not in made.rule[1].measures


@MEASURING_LAW.breach("A strike counts longer than the rules say.", "चेतावनी नियमों से अधिक समय तक गिनी जाती है।")
def strike_too_long(book: Book, made: MeasureAct) -> str:
    until = moment(made.said.strike_until)
    if until is None or not made.own or made.rule is None:
        return ""
    book_, rule = made.rule
    latest = book_.strike_until(made.begins)
    over = until > latest + SLACK or not rule.weight
    return f"at most until {at_minute(latest)}" if over else ""


# --- what one person did, once another agrees ---


def _agreed_to(check: Check[MeasureAct], latest: Callable[[MeasureAct], int | None]) -> Check[DecisionStep]:
    """The same asked of the end that it has since then: of what may last shortest, however much a second person agrees to, but for
    what an appeal made shorter.
    """

    def broken(book: Book, decided: DecisionStep) -> str | bool:
        if decided.said.step != "reviewed" or decided.case is None:
            return False
        return _beyond(
            moment(decided.said.ends),
            decided.case.least(check.code, lambda made: None if made.shortened else latest(made)),
        )

    return Check(check.code, check.en, check.hi, broken)


AGREEING = [
    _agreed_to(check, latest)
    for of, latest in ((beyond_law_duration, _by_law), (beyond_order_end, _by_order), (beyond_interim, _by_interim))
    for check in MEASURING_LAW
    if check.broken is of
]


# --- parts ---


def _drops(proposal: Proposal | None, digests: frozenset[str]) -> bool:
    """Whether something to which the proposal committed is not in what carries it out."""
    return proposal is not None and not proposal.act.digests <= digests


def _told(act: DecisionStep | MeasureAct) -> dict[str, object]:
    """What the entry's own disclosures say, those of its commitments."""
    digests = act.act.digests
    texts = [text for text in act.said.opens or () if disclosure_digest(text) in digests]
    return dict(filter(None, map(read, texts)))
