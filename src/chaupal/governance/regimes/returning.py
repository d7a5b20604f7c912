"""The letter by which a demand is returned to whoever issued it, with what is wrong with it: formal, in Hindi or English."""

from collections.abc import Sequence

from chaupal.governance.regimes.defects import Defect
from chaupal.governance.regimes.facial import OrderFacts
from chaupal.kernel.page_languages import spoken
from chaupal.policy.sentences.placeholders import day, moment
from chaupal_audit.law.regime import Regime

# Hindi verbs agree with what is returned, so each kind has its sentences whole: (what it is called, came, goes back).
CAME = {
    ("order", "en"): "your order",
    ("court", "en"): "the order of the court",
    ("notice", "en"): "your notice",
    ("complaint", "en"): "your complaint",
    ("advisory", "en"): "your advisory",
    ("own_rules", "en"): "your report",
    ("order", "hi"): "आपका आदेश",
    ("court", "hi"): "न्यायालय का आदेश",
    ("notice", "hi"): "आपकी सूचना",
    ("complaint", "hi"): "आपकी शिकायत",
    ("advisory", "hi"): "आपका परामर्श",
    ("own_rules", "hi"): "आपकी शिकायत",
}
FEMININE = frozenset({"notice", "complaint", "own_rules"})

SUBJECTS = {"en": "Returned for correction: {what}, {theirs}", "hi": "कमियाँ दूर करने के लिए वापसी: {what}, {theirs}"}
BODIES = {
    "en": "To\n{to}\n\nYour reference: {theirs}\nOur reference: {ours}\n\nSir or Madam,\n\n"
    "We received {what} on {received}. It relies on: {law}.\n\n"
    "On its face it cannot be carried out as it stands, because:\n\n{points}\n\n"
    "We therefore return it so that {these} can be put right. A corrected version can reach us by any of these channels: "
    "{channels}.\n\n"
    "This letter expresses no view on the merits of the demand, and all rights are reserved.\n\n"
    "Yours faithfully,\n\n{house}\n{contact}\n",
    "hi": "सेवा में\n{to}\n\nआपका संदर्भ: {theirs}\nहमारा संदर्भ: {ours}\n\nमहोदय / महोदया,\n\n"
    "{what} हमें {received} को {came}। इसमें जिस कानून का उल्लेख है: {law}।\n\n"
    "प्रथम दृष्टया, नीचे लिखे {cause} से इसका वर्तमान रूप में पालन नहीं किया जा सकता:\n\n{points}\n\n"
    "अतः {these} दूर करने के लिए इसे लौटाया जा रहा है। संशोधित प्रति इनमें से किसी भी माध्यम से भेजी जा सकती है: {channels}।\n\n"
    "यह पत्र माँग के गुण-दोष पर कोई मत व्यक्त नहीं करता, और हमारे सभी अधिकार सुरक्षित हैं।\n\n"
    "भवदीय\n\n{house}\n{contact}\n",
}
# By language: for one defect, for several.
THESE = {"en": ("this point", "these points"), "hi": ("इस कमी को", "इन कमियों को")}
CAUSE = {"en": ("", ""), "hi": ("कारण", "कारणों")}
UNSTATED = {"en": "not stated", "hi": "नहीं दिया गया"}
DATED = {"en": "{reference}, dated {day}", "hi": "{reference}, तारीख {day}"}


def letter_of_return(
    regime: Regime, found: Sequence[Defect], facts: OrderFacts, language: str, *, house: str, contact: str
) -> tuple[str, str]:
    """(subject, body) of a draft for staff to read and send. `house`: the server's title; `contact`: where to answer."""
    language = spoken(language)
    what = CAME[regime.kind, language]
    theirs = _theirs(facts, language)
    several = len(found) > 1
    rank = regime.rank_of(facts.rank)
    authority = (facts.authority_hi if language == "hi" else "") or facts.authority
    officer = (facts.officer, facts.rank if rank is None else getattr(rank, language))
    body = BODIES[language].format(
        to="\n".join(part for part in (", ".join(filter(None, officer)), authority) if part),
        theirs=theirs,
        ours=facts.ref or UNSTATED[language],
        what=what,
        received=moment(facts.received_at, language),
        came="प्राप्त हुई" if regime.kind in FEMININE else "प्राप्त हुआ",
        law=getattr(regime.title, language),
        points="\n".join(f"{n}. {getattr(defect, language)}" for n, defect in enumerate(found, 1)),
        these=THESE[language][several],
        cause=CAUSE[language][several],
        channels="; ".join(getattr(channel, language) for channel in regime.channels),
        house=house,
        contact=contact,
    )
    return " ".join(SUBJECTS[language].format(what=what, theirs=theirs).split()), body


def _theirs(facts: OrderFacts, language: str) -> str:
    reference = facts.reference.strip() or UNSTATED[language]
    if facts.dated is None:
        return reference
    return DATED[language].format(reference=reference, day=day(facts.dated, language))
