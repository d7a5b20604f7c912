"""What the person a ruling touches is told when it begins and when it ends: a line for the app, a letter for the mail."""

from chaupal.policy.epitaph import facts_of, spoken
from chaupal.policy.rulings import Ruling

# Whole sentences for each kind of subject: Hindi verbs agree with it, so nothing is put together from pieces.
LINES = {
    ("begun", "post", "en"): "Your post is not shown in {country}, {until}, because of a legal order ({authority}; {ref}; {law}). "
    "Elsewhere it can be read.",
    ("begun", "account", "en"): "Your account is not shown in {country}, {until}, because of a legal order ({authority}; {ref}; {law}). "
    "Elsewhere it can be seen.",
    ("ended", "post", "en"): "Your post is shown in {country} again: the limit under legal order {ref} has ended.",
    ("ended", "account", "en"): "Your account is shown in {country} again: the limit under legal order {ref} has ended.",
    ("begun", "post", "hi"): "{authority} के कानूनी आदेश ({ref}, {law}) के कारण आपकी पोस्ट {until} {country} में नहीं दिखाई जाएगी। "
    "दूसरे देशों में वह पढ़ी जा सकती है।",
    ("begun", "account", "hi"): "{authority} के कानूनी आदेश ({ref}, {law}) के कारण आपका खाता {until} {country} में नहीं दिखाया जाएगा। "
    "दूसरे देशों में वह देखा जा सकता है।",
    ("ended", "post", "hi"): "आपकी पोस्ट {country} में फिर दिख रही है: कानूनी आदेश {ref} के तहत लगी रोक ख़त्म हो गई है।",
    ("ended", "account", "hi"): "आपका खाता {country} में फिर दिख रहा है: कानूनी आदेश {ref} के तहत लगी रोक ख़त्म हो गई है।",
}  # fmt: skip

SUBJECTS = {
    ("begun", "post", "en"): "{title}: a post of yours is not shown in {country}",
    ("begun", "account", "en"): "{title}: your account is not shown in {country}",
    ("ended", "post", "en"): "{title}: your post is shown in {country} again",
    ("ended", "account", "en"): "{title}: your account is shown in {country} again",
    ("begun", "post", "hi"): "{title}: आपकी एक पोस्ट {country} में नहीं दिख रही",
    ("begun", "account", "hi"): "{title}: आपका खाता {country} में नहीं दिख रहा",
    ("ended", "post", "hi"): "{title}: आपकी पोस्ट {country} में फिर दिख रही है",
    ("ended", "account", "hi"): "{title}: आपका खाता {country} में फिर दिख रहा है",
}
LETTERS = {
    ("begun", "en"): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\nYou see it yourself wherever you are.\n\n"
    "Why we follow the order: {reason}\nThe order, and all that was done about it: {page}\n\n"
    "If you think that this is wrong, write to us: {contact}\n\n{title}\n{origin}\n",
    ("ended", "en"): "Hello @{handle},\n\n{line}\n\nWhat it is about: {link}\n"
    "The order, and all that was done about it: {page}\n\n{title}\n{origin}\n",
    ("begun", "hi"): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\nआपको यह हर जगह दिखता रहेगा।\n\n"
    "हमने आदेश क्यों माना: {reason}\nआदेश, और उस पर जो कुछ हुआ: {page}\n\n"
    "अगर आपको लगता है कि यह ग़लत है, तो हमें लिखें: {contact}\n\n{title}\n{origin}\n",
    ("ended", "hi"): "नमस्ते @{handle},\n\n{line}\n\nबात इसकी है: {link}\n"
    "आदेश, और उस पर जो कुछ हुआ: {page}\n\n{title}\n{origin}\n",
}  # fmt: skip


def line(ruling: Ruling, kind: str, language: str, *, ended: bool) -> str:
    """One or two sentences: what happened to a `post` or an `account`, where, until when and on whose word."""
    said, language = _key(kind, ended), spoken(language)
    return LINES[*said, language].format(**facts_of(ruling, language))


def letter(ruling: Ruling, kind: str, language: str, *, ended: bool, **said: str) -> tuple[str, str]:
    """(subject, body). `said`: `handle`, `link` to the subject, `page` of the order, `contact`, `title`, `origin`."""
    key, language = _key(kind, ended), spoken(language)
    facts = facts_of(ruling, language) | said
    body = LETTERS[key[0], language].format(
        **facts, line=line(ruling, kind, language, ended=ended), reason=ruling.reason
    )  # fmt: skip
    return SUBJECTS[*key, language].format(**facts), body


def _key(kind: str, ended: bool) -> tuple[str, str]:
    return "ended" if ended else "begun", "account" if kind == "account" else "post"
