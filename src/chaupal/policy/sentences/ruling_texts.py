"""What the person a ruling touches is told when it begins and when it ends: a line for the app, a letter for the mail."""

from chaupal.kernel.page_languages import spoken
from chaupal.policy.measures import WITHHOLDING, Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.sentences.placeholders import facts_of, hinted, moment, spoken_of

# What its person is told of the end of one that has no sentence of its own.
ENDED = {
    "post": ("The limit{under} on your post has ended.", "{under}आपकी पोस्ट पर लगी रोक खत्म हो गई है।"),
    "account": ("The limit{under} on your account has ended.", "{under}आपके खाते पर लगी रोक खत्म हो गई है।"),
}

BECAUSE = {
    ("order", "en"): ", because of a legal order ({authority}; {ref}; {law})",
    ("order", "hi"): "{authority} के कानूनी आदेश ({ref}, {law}) के कारण ",
    # Where others' words may not stand beside ours: a name typed by the staff could be read as a mention or a tag.
    ("ref", "en"): ", because of a legal demand ({ref})",
    ("ref", "hi"): "एक कानूनी माँग ({ref}) के कारण ",
    ("notice", "en"): ", because of a legal notice ({ref}; {law})",
    ("notice", "hi"): "एक कानूनी नोटिस ({ref}, {law}) के कारण ",
    ("neutral", "en"): ", because of a legal demand",
    ("neutral", "hi"): "एक कानूनी माँग के कारण ",
    ("copyright", "en"): ", because of a copyright notice ({ref})",
    ("copyright", "hi"): "एक कॉपीराइट नोटिस ({ref}) के कारण ",
    ("rule", "en"): ", under rule {rule} of this server ({ref})",
    ("rule", "hi"): "इस सर्वर के नियम {rule} के तहत ({ref}) ",
    ("rules", "en"): ", under the rules of this server ({ref})",
    ("rules", "hi"): "इस सर्वर के नियमों के तहत ({ref}) ",
}
UNDER = {
    ("order", "en"): " under legal order {ref}",
    ("order", "hi"): "कानूनी आदेश {ref} के तहत ",
    ("ref", "en"): " under {ref}",
    ("ref", "hi"): "{ref} के तहत ",
    ("notice", "en"): " under {ref}",
    ("notice", "hi"): "{ref} के तहत ",
    ("rule", "en"): " under rule {rule}",
    ("rule", "hi"): "नियम {rule} के तहत ",
}

SUBJECTS = {
    ("begun", "en"): "{title}: a decision about {thing}",
    ("begun", "hi"): "{title}: {thing} के बारे में एक फ़ैसला",
    ("ended", "en"): "{title}: a limit on {thing} has ended",
    ("ended", "hi"): "{title}: {thing} पर लगी रोक खत्म",
}
THINGS = {
    ("post", "en"): "your post",
    ("post", "hi"): "आपकी पोस्ट",
    ("account", "en"): "your account",
    ("account", "hi"): "आपके खाते",
    ("media", "en"): "your picture",
    ("media", "hi"): "आपके चित्र",
}
LETTERS = {
    ("begun", "en"): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\n{seen}{why}\n"
    "All about this decision: {page}\n{appeal}\n{title}\n{origin}\n",
    ("begun", "hi"): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\n{seen}{why}\n"
    "इस फ़ैसले के बारे में सब कुछ: {page}\n{appeal}\n{title}\n{origin}\n",
    (
        "ended",
        "en",
    ): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\nAll about this decision: {page}\n\n{title}\n{origin}\n",
    (
        "ended",
        "hi",
    ): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\nइस फ़ैसले के बारे में सब कुछ: {page}\n\n{title}\n{origin}\n",
}
SEEN = {"en": "You see it yourself wherever you are.\n", "hi": "आपको यह हर जगह दिखता रहेगा।\n"}
WHY = {"en": "Why: {reason}\n", "hi": "कारण: {reason}\n"}
APPEAL = {
    "en": "If you think that it is wrong, you can appeal there until {day}. Somebody who had no part in it will decide.\n",
    "hi": "अगर आपको लगता है कि यह गलत है, तो आप वहीं {day} तक अपील कर सकते हैं। फ़ैसला कोई ऐसा व्यक्ति करेगा जो इसमें शामिल नहीं था।\n",
}
FURTHER = {
    "en": "\n\nIt is the tenth decision about something of yours within a day: of further ones about single posts and pictures you hear "
    "in the app and by message, and not by mail. All of them: {origin}/disputes/strikes",
    "hi": "\n\nएक दिन के भीतर आपकी किसी चीज़ के बारे में यह दसवाँ फ़ैसला है। आगे किसी पोस्ट या चित्र के बारे में फ़ैसलों की सूचना केवल ऐप में और संदेश से मिलेगी, "
    "ईमेल से नहीं। सारे फ़ैसले: {origin}/disputes/strikes",
}
LABELLED = {"en": "Something you published bears a label.", "hi": "आपकी प्रकाशित एक चीज़ पर लेबल लगाया गया है।"}
DECIDED_ABOUT = {"en": " The decision was about {thing}{ref}.", "hi": " फ़ैसला {thing} के बारे में था{ref}।"}
POSTS = {
    ("begun", "en"): "@{handle} {line} Why, and how to appeal: {page}",
    ("begun", "hi"): "@{handle} {line} कारण, और अपील कैसे करें: {page}",
    ("ended", "en"): "@{handle} {line} More: {page}",
    ("ended", "hi"): "@{handle} {line} विस्तार से: {page}",
}
# Who is on another server would else read that nobody at all is shown it.
HERE_ALONE = {
    "en": "It is so on our server alone; what your own and others show is theirs to decide.",
    "hi": "यह केवल हमारे सर्वर की बात है; आपका सर्वर और दूसरे सर्वर क्या दिखाएँ, यह वही तय करते हैं।",
}


def line(ruling: Ruling, kind: str, language: str, *, ended: bool, brief: bool = False) -> str:
    """One or two sentences: what happened to a `post`, an `account` or `media`, where, until when and on whose word.

    `brief`: without the words of others, only the reference of the order.
    """
    language = spoken(language)
    facts = facts_of(ruling, language) | {"rule": ruling.rule.partition("@")[0]}
    word, of = _word(ruling, brief=brief), "account" if kind == "account" else "post"
    row, what = ruling.measure.row, ruling.measure.kind(of)
    if ended:
        said = spoken_of(row.ended.get(what) or ENDED[of], language)
        return said.format(**facts, under=UNDER.get((word, language), "").format(**facts))
    said = spoken_of(row.begun[what], language).format(**facts, because=BECAUSE[word, language].format(**facts))
    return said + hinted(ruling, language, brief=brief)


def post(ruling: Ruling, kind: str, language: str, *, ended: bool, handle: str, page: str) -> str:
    """The direct post from the house: nothing stands in it but our own words, days, countries and the page's address."""
    when, language = "ended" if ended else "begun", spoken(language)
    labelled = ruling.measure is Measure.LABEL and not ended
    said = LABELLED[language] if labelled else line(ruling, kind, language, ended=ended, brief=True)
    if "@" in handle and not ended:
        said = f"{said} {HERE_ALONE[language]}"
    return POSTS[when, language].format(handle=handle, line=said, page=page)


def letter(
    ruling: Ruling,
    kind: str,
    language: str,
    *,
    ended: bool,
    appeal_by: int | None = None,
    tenth: bool = False,
    **said: str,
) -> tuple[str, str]:
    """(subject, body). `appeal_by` in ms, where one can appeal. `tenth`: no further ones of the day come by letter. `said`: `handle`,
    `link` to the subject, `page` of the notice, `title`, `origin`."""
    when, language = "ended" if ended else "begun", spoken(language)
    thing = THINGS[kind if kind in ("account", "media") else "post", language]
    body = LETTERS[when, language].format(
        **said,
        line=line(ruling, kind, language, ended=ended) + (FURTHER[language].format(**said) if tenth else ""),
        seen=SEEN[language] if ruling.measure in WITHHOLDING else "",
        # Of what may name nobody the reason could name somebody.
        why="" if ruling.neutral else WHY[language].format(reason=ruling.reason),
        appeal="" if appeal_by is None else APPEAL[language].format(day=moment(appeal_by, language)),
    )
    return SUBJECTS[when, language].format(**said, thing=thing), body


def decided_about(kind: str, ref: str, language: str) -> str:
    """What a decision was about, for who hears of an appeal against it. `ref`: of its order; "" where none may be named."""
    language = spoken(language)
    thing = THINGS[kind if kind in ("account", "media") else "post", language]
    return DECIDED_ABOUT[language].format(thing=thing, ref=f" ({ref})" if ref else "")


def notice_page(ruling: int) -> str:
    """Where the person concerned reads all about a ruling, and appeals."""
    return f"/disputes/strikes/{ruling}"


def _word(ruling: Ruling, *, brief: bool) -> str:
    """On whose word it rests, as a key of BECAUSE."""
    if ruling.basis == "own_rules":
        return "rule" if ruling.rule else "rules"
    if ruling.neutral:
        return "neutral"
    if ruling.basis == "copyright":
        return "copyright"
    if brief:
        return "ref"
    return "notice" if ruling.basis == "legal_notice" and not ruling.authority else "order"
