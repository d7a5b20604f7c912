"""What the person a ruling touches is told when it begins and when it ends: a line for the app, a letter for the mail."""

from chaupal.policy.epitaph import facts_of, hinted, moment, spoken
from chaupal.policy.rulings import Measure, Ruling

# Whole sentences for each measure and kind of subject, since Hindi verbs agree with it. `{because}` says on whose word:
# after the verb in English, before the sentence in Hindi.
BEGUN = {
    ("withhold_post", "en"): "Your post is not shown in {country}, {until}{because}. Elsewhere it can be read.",
    ("withhold_post", "hi"): "{because}आपकी पोस्ट {until} {country} में नहीं दिखाई जाएगी। दूसरे देशों में वह पढ़ी जा सकती है।",
    ("withhold_account", "en"): "Your account is not shown in {country}, {until}{because}. Elsewhere it can be seen.",
    ("withhold_account", "hi"): "{because}आपका खाता {until} {country} में नहीं दिखाया जाएगा। दूसरे देशों में वह देखा जा सकता है।",
    ("withhold_media", "en"): "A picture of yours is not shown in {country}, {until}{because}. Elsewhere it can be seen.",
    ("withhold_media", "hi"): "{because}आपका एक चित्र {until} {country} में नहीं दिखाया जाएगा। दूसरे देशों में वह देखा जा सकता है।",
    ("deamplify_post", "en"): "Your post is kept out of trends and suggestions in {country}, {until}{because}. "
    "Whoever looks for it finds it.",
    ("deamplify_post", "hi"): "{because}आपकी पोस्ट {until} {country} में \"चर्चा में\" और सुझावों से बाहर रहेगी। ढूँढने वालों को वह मिलेगी।",
    ("deamplify_account", "en"): "Your account is kept out of trends and suggestions in {country}, {until}{because}. "
    "Whoever looks for it finds it.",
    ("deamplify_account", "hi"): "{because}आपका खाता {until} {country} में \"चर्चा में\" और सुझावों से बाहर रहेगा। ढूँढने वालों को वह मिलेगा।",
    ("label_post", "en"): "Your post bears a label in {country}, {until}{because}: “{label}”",
    ("label_post", "hi"): "{because}आपकी पोस्ट पर {until} {country} में यह लेबल रहेगा: “{label}”",
    ("label_account", "en"): "Your account bears a label in {country}, {until}{because}: “{label}”",
    ("label_account", "hi"): "{because}आपके खाते पर {until} {country} में यह लेबल रहेगा: “{label}”",
    ("mark_sensitive_post", "en"): "Your post is marked as sensitive, {until}{because}: its pictures stand behind a cover.",
    ("mark_sensitive_post", "hi"): "{because}आपकी पोस्ट {until} संवेदनशील मानी गई है: उसके चित्र परदे के पीछे रहेंगे।",
    ("mark_sensitive_account", "en"): "Your account is marked as sensitive, {until}{because}: pictures in your posts stand behind a cover.",
    ("mark_sensitive_account", "hi"): "{because}आपका खाता {until} संवेदनशील माना गया है: आपकी पोस्टों के चित्र परदे के पीछे रहेंगे।",
    ("limit_account", "en"): "Your account is limited, {until}{because}: your followers and whoever looks for it see your posts; "
    "they are offered to nobody else.",
    ("limit_account", "hi"): "{because}आपका खाता {until} सीमित है: फ़ॉलो करने वाले और ढूँढने वाले आपकी पोस्टें देखेंगे, "
    "वे किसी और के सामने नहीं रखी जाएँगी।",
    ("freeze_account", "en"): "Your account is frozen, {until}{because}: you can read, appeal and take your data along, and not write.",
    ("freeze_account", "hi"): "{because}आपके खाते में {until} लिखने पर रोक है: आप पढ़ सकते हैं, अपील कर सकते हैं और अपना डेटा ले सकते हैं।",
    ("warn_post", "en"): "You are warned because of a post of yours{because}. The post stays as it is.",
    ("warn_post", "hi"): "{because}आपकी एक पोस्ट के कारण आपको चेतावनी दी गई है। पोस्ट वैसी ही रहेगी।",
    ("warn_account", "en"): "You are warned{because}. Your account stays as it is.",
    ("warn_account", "hi"): "{because}आपको चेतावनी दी गई है। आपका खाता वैसा ही रहेगा।",
    ("remove_post", "en"): "Your post was removed{because}. Only you still see it.",
    ("remove_post", "hi"): "{because}आपकी पोस्ट हटा दी गई है। अब वह केवल आपको दिखती है।",
    ("suspend_account", "en"): "Your account is suspended, {until}{because}. You can log in to appeal and to take your data along.",
    ("suspend_account", "hi"): "{because}आपका खाता {until} निलंबित है। आप लॉग इन करके अपील कर सकते हैं और अपना डेटा ले सकते हैं।",
}  # fmt: skip
ENDED = {
    ("withhold_post", "en"): "Your post is shown in {country} again: the limit{under} has ended.",
    ("withhold_post", "hi"): "आपकी पोस्ट {country} में फिर दिख रही है: {under}लगी रोक ख़त्म हो गई है।",
    ("withhold_account", "en"): "Your account is shown in {country} again: the limit{under} has ended.",
    ("withhold_account", "hi"): "आपका खाता {country} में फिर दिख रहा है: {under}लगी रोक ख़त्म हो गई है।",
    ("withhold_media", "en"): "Your picture is shown in {country} again: the limit{under} has ended.",
    ("withhold_media", "hi"): "आपका चित्र {country} में फिर दिख रहा है: {under}लगी रोक ख़त्म हो गई है।",
    ("remove_post", "en"): "Your post is there again: its removal{under} has been taken back.",
    ("remove_post", "hi"): "आपकी पोस्ट फिर से दिख रही है: {under}उसे हटाने का फ़ैसला वापस ले लिया गया है।",
    ("suspend_account", "en"): "Your account is open again, with everything in it: the suspension{under} has ended.",
    ("suspend_account", "hi"): "आपका खाता फिर खुल गया है, सब कुछ पहले जैसा है: {under}हुआ निलंबन ख़त्म हो गया है।",
    ("freeze_account", "en"): "You can write again: the freeze of your account{under} has ended.",
    ("freeze_account", "hi"): "आप फिर से लिख सकते हैं: {under}खाते पर लगी रोक ख़त्म हो गई है।",
    ("warn_post", "en"): "The warning{under} for your post has been taken back.",
    ("warn_post", "hi"): "{under}आपकी पोस्ट के लिए दी गई चेतावनी वापस ले ली गई है।",
    ("warn_account", "en"): "The warning{under} has been taken back.",
    ("warn_account", "hi"): "{under}दी गई चेतावनी वापस ले ली गई है।",
    ("post", "en"): "The limit{under} on your post has ended.",
    ("post", "hi"): "{under}आपकी पोस्ट पर लगी रोक ख़त्म हो गई है।",
    ("account", "en"): "The limit{under} on your account has ended.",
    ("account", "hi"): "{under}आपके खाते पर लगी रोक ख़त्म हो गई है।",
}  # fmt: skip

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
}  # fmt: skip
UNDER = {
    ("order", "en"): " under legal order {ref}", ("order", "hi"): "कानूनी आदेश {ref} के तहत ",
    ("ref", "en"): " under {ref}", ("ref", "hi"): "{ref} के तहत ", ("notice", "en"): " under {ref}", ("notice", "hi"): "{ref} के तहत ",
    ("rule", "en"): " under rule {rule}", ("rule", "hi"): "नियम {rule} के तहत ",
}  # fmt: skip

SUBJECTS = {
    ("begun", "en"): "{title}: a decision about {thing}", ("begun", "hi"): "{title}: {thing} के बारे में एक फ़ैसला",
    ("ended", "en"): "{title}: a limit on {thing} has ended", ("ended", "hi"): "{title}: {thing} पर लगी रोक ख़त्म",
}  # fmt: skip
THINGS = {
    ("post", "en"): "your post", ("post", "hi"): "आपकी पोस्ट", ("account", "en"): "your account", ("account", "hi"): "आपके खाते",
    ("media", "en"): "your picture", ("media", "hi"): "आपके चित्र",
}  # fmt: skip
LETTERS = {
    ("begun", "en"): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\n{seen}{why}\n"
    "All about this decision: {page}\n{appeal}\n{title}\n{origin}\n",
    ("begun", "hi"): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\n{seen}{why}\n"
    "इस फ़ैसले के बारे में सब कुछ: {page}\n{appeal}\n{title}\n{origin}\n",
    ("ended", "en"): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\nAll about this decision: {page}\n\n{title}\n{origin}\n",
    ("ended", "hi"): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\nइस फ़ैसले के बारे में सब कुछ: {page}\n\n{title}\n{origin}\n",
}  # fmt: skip
SEEN = {"en": "You see it yourself wherever you are.\n", "hi": "आपको यह हर जगह दिखता रहेगा।\n"}
WHY = {"en": "Why: {reason}\n", "hi": "कारण: {reason}\n"}
APPEAL = {
    "en": "If you think that it is wrong, you can appeal there until {day}. Somebody who had no part in it will decide.\n",
    "hi": "अगर आपको लगता है कि यह ग़लत है, तो आप वहीं {day} तक अपील कर सकते हैं। फ़ैसला कोई ऐसा व्यक्ति करेगा जो इसमें शामिल नहीं था।\n",
}
LABELLED = {"en": "Something you published bears a label.", "hi": "आपकी प्रकाशित एक चीज़ पर लेबल लगाया गया है।"}
POSTS = {
    ("begun", "en"): "@{handle} {line} Why, and how to appeal: {page}",
    ("begun", "hi"): "@{handle} {line} कारण, और अपील कैसे करें: {page}",
    ("ended", "en"): "@{handle} {line} More: {page}", ("ended", "hi"): "@{handle} {line} विस्तार से: {page}",
}  # fmt: skip

ONLY_OF_ACCOUNTS = frozenset({Measure.LIMIT, Measure.FREEZE, Measure.SUSPEND})
WITHHELD = frozenset({Measure.WITHHOLD_POST, Measure.WITHHOLD_ACCOUNT, Measure.WITHHOLD_MEDIA})
STANDS_FOR_ITSELF = WITHHELD | {Measure.REMOVE_POST}


def line(ruling: Ruling, kind: str, language: str, *, ended: bool, brief: bool = False) -> str:
    """One or two sentences: what happened to a `post`, an `account` or `media`, where, until when and on whose word.

    `brief`: without the words of others, only the reference of the order.
    """
    language = spoken(language)
    facts = facts_of(ruling, language) | {"rule": ruling.rule.partition("@")[0]}
    word, what = _word(ruling, brief=brief), _what(ruling, kind)
    if ended:
        said = ENDED.get((what, language)) or ENDED["account" if kind == "account" else "post", language]
        return said.format(**facts, under=UNDER.get((word, language), "").format(**facts))
    said = BEGUN[what, language].format(**facts, because=BECAUSE[word, language].format(**facts))
    return said + hinted(ruling, language, brief=brief)


def post(ruling: Ruling, kind: str, language: str, *, ended: bool, handle: str, page: str) -> str:
    """The direct post from the house: nothing stands in it but our own words, days, countries and the page's address."""
    when, language = "ended" if ended else "begun", spoken(language)
    labelled = ruling.measure is Measure.LABEL and not ended
    said = LABELLED[language] if labelled else line(ruling, kind, language, ended=ended, brief=True)
    return POSTS[when, language].format(handle=handle, line=said, page=page)


def letter(
    ruling: Ruling, kind: str, language: str, *, ended: bool, appeal_by: int | None = None, **said: str
) -> tuple[str, str]:
    """(subject, body). `appeal_by` in ms, where one can appeal. `said`: `handle`, `link` to the subject, `page` of the
    notice, `title`, `origin`."""
    when, language = "ended" if ended else "begun", spoken(language)
    thing = THINGS[kind if kind in ("account", "media") else "post", language]
    body = LETTERS[when, language].format(
        **said, line=line(ruling, kind, language, ended=ended),
        seen=SEEN[language] if ruling.measure in WITHHELD else "",
        # Of what may name nobody the reason could name somebody.
        why="" if ruling.neutral else WHY[language].format(reason=ruling.reason),
        appeal="" if appeal_by is None else APPEAL[language].format(day=moment(appeal_by, language)),
    )  # fmt: skip
    return SUBJECTS[when, language].format(**said, thing=thing), body


def notice_page(ruling: int) -> str:
    """Where the person concerned reads all about a ruling, and appeals."""
    return f"/disputes/strikes/{ruling}"


def _what(ruling: Ruling, kind: str) -> str:
    if ruling.measure in STANDS_FOR_ITSELF:
        return ruling.measure.value
    of_account = kind == "account" or ruling.measure in ONLY_OF_ACCOUNTS
    return f"{ruling.measure.value}_{'account' if of_account else 'post'}"


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
