"""The texts of the mails about coming in and going (confirm an address, let in or turned away, a new password, another address, an
account to be deleted), in Hindi and English."""

from chaupal.kernel.clock import DAY
from chaupal.kernel.page_languages import SENTENCES
from chaupal.kernel.settings import Settings
from chaupal.ports.mail import Letter
from chaupal.social.events import TurnedAway
from chaupal.store.identity.logins import Login

UNTAKEN_KEPT = 30 * DAY  # a letter that no carrier took, since names, addresses and words stand in it
CONFIRM = {
    "hi": (
        "{title}: अपने ईमेल पते की पुष्टि करें",
        "नमस्ते @{handle},\n\nयह पता आपका है, इसकी पुष्टि के लिए यह पन्ना खोलें और वहाँ बटन दबाएँ:\n\n{link}\n\n"
        "लिंक दो दिन तक काम करेगा। अगर यह खाता आपने नहीं बनाया, तो कुछ न करें।\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: confirm your email address",
        "Hello @{handle},\n\nto confirm that this address is yours, open this page and press the button there:\n\n{link}\n\n"
        "The link works for two days. If you did not make this account, do nothing.\n\n{title}\n{origin}\n",
    ),
}
LET_IN = {
    "hi": (
        "{title}: आपका खाता खुल गया है",
        "नमस्ते @{handle},\n\nइस सर्वर को चलाने वालों ने आपको प्रवेश दिया है। यहाँ लॉग इन करें। फिर तीन छोटे कदम, और आप अंदर हैं:\n\n{link}\n\n"
        "{title}\n{origin}\n",
    ),
    "en": (
        "{title}: your account is open",
        "Hello @{handle},\n\nthe people who run this server have let you in. Log in here, and three short steps later you are there:"
        "\n\n{link}\n\n{title}\n{origin}\n",
    ),
}
TURNED_AWAY = {
    "hi": (
        "{title}: खाते के लिए आपका अनुरोध",
        "नमस्ते @{handle},\n\nइस सर्वर को चलाने वालों ने आपको प्रवेश नहीं दिया। माँगा हुआ खाता हटा दिया गया है, और उसका कुछ भी यहाँ नहीं रखा गया। "
        "जो सबके लिए लिखा गया है, वह आप यहाँ पढ़ सकते हैं:\n\n{link}\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: your request to join",
        "Hello @{handle},\n\nthe people who run this server did not let you in. The account that you asked for is gone, and nothing of it "
        "is kept here. What is written for everybody you can read here:\n\n{link}\n\n{title}\n{origin}\n",
    ),
}
RESET = {
    "hi": (
        "{title}: नया पासवर्ड",
        "नमस्ते @{handle},\n\nनया पासवर्ड यहाँ चुनें:\n\n{link}\n\n"
        "लिंक एक घंटे तक और एक ही बार काम करेगा। नया पासवर्ड चुनने पर हर डिवाइस और हर ऐप लॉग आउट हो जाएगा। "
        "अगर आपने यह नहीं माँगा, तो कुछ न करें: आपका पासवर्ड वही रहेगा।\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: a new password",
        "Hello @{handle},\n\nchoose a new password here:\n\n{link}\n\n"
        "The link works for one hour, and once. Choosing a new password logs out every device and every app. "
        "If you did not ask for this, do nothing: your password stays as it is.\n\n{title}\n{origin}\n",
    ),
}
GUESSED = {
    "hi": (
        "{title}: कोई आपका पासवर्ड जानता है",
        "नमस्ते @{handle},\n\nआपके खाते में किसी ने सही पासवर्ड से लॉग इन करना चाहा और कई बार गलत कोड डाला। कोड के बिना कोई अंदर नहीं आता।\n\n"
        "अगर यह आप नहीं थे, तो पासवर्ड अभी बदलें:\n\n{link}\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: somebody knows your password",
        "Hello @{handle},\n\nsomebody came to log in to your account with the right password, and typed a wrong code several times. "
        "Nobody comes in without the code.\n\nIf that was not you, change your password now:\n\n{link}\n\n{title}\n{origin}\n",
    ),
}
LEAVES = {
    "hi": (
        "{title}: आपका खाता हटाया जाएगा",
        "नमस्ते @{handle},\n\nआपके खाते को हटाने के लिए कहा गया है। {day} को वह हमेशा के लिए हट जाएगा। तब तक मन बदला जा सकता है: "
        "लॉग इन करें और यहाँ खाता रख लें:\n\n{link}\n\nअगर यह आपने नहीं कहा, तो कोई आपका पासवर्ड जानता है: खाता रख लें और पासवर्ड तुरंत बदलें।\n\n"
        "{title}\n{origin}\n",
    ),
    "en": (
        "{title}: your account is to be deleted",
        "Hello @{handle},\n\nsomebody logged in as you asked that your account be deleted. It is deleted for good on {day}. Until then "
        "you can change your mind: log in, and keep it here:\n\n{link}\n\nIf that was not you, somebody knows your password: "
        "keep the account, and change the password at once.\n\n{title}\n{origin}\n",
    ),
}
NEW_ADDRESS = {
    "hi": (
        "{title}: क्या यह पता आपका है?",
        "नमस्ते @{handle},\n\nयह पता अब आपके खाते का हो, इसके लिए यह पन्ना खोलें और वहाँ बटन दबाएँ:\n\n{link}\n\n"
        "लिंक दो दिन तक काम करेगा। अगर यह आपने नहीं माँगा, तो कुछ न करें।\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: is this address yours?",
        "Hello @{handle},\n\nto make this the address of your account, open this page and press the button there:\n\n{link}\n\n"
        "The link works for two days. If you did not ask for this, do nothing.\n\n{title}\n{origin}\n",
    ),
}
ADDRESS_LEAVES = {
    "hi": (
        "{title}: आपके खाते का ईमेल पता बदल रहा है",
        "नमस्ते @{handle},\n\nआपके खाते के लिए दूसरा ईमेल पता माँगा गया है। नए पते से पुष्टि होने तक यही पता रहेगा।\n\n"
        "अगर यह आपने नहीं माँगा, तो कोई आपका पासवर्ड जानता है। उसे अभी बदलें:\n\n{link}\n\n{title}\n{origin}\n",
    ),
    "en": (
        "{title}: the email address of your account changes",
        "Hello @{handle},\n\nanother email address was asked for in your account. Until it is confirmed from there, this one stays.\n\n"
        "If that was not you, somebody knows your password. Change it now:\n\n{link}\n\n{title}\n{origin}\n",
    ),
}


def language_of(settings: Settings, login: Login | TurnedAway) -> str:
    return login.language if login.language in SENTENCES else settings.default_language


def letter(
    words: dict[str, tuple[str, str]],
    settings: Settings,
    login: Login | TurnedAway,
    path: str,
    to: str = "",
    **facts: str,
) -> Letter:
    """The mail in the person's language; `path` is where its link leads. `to`: where it goes to another address than theirs.

    `facts`: what else stands in its words.
    """
    language = language_of(settings, login)
    (subject, body), title = words[language], settings.title_in(language)
    said = {"title": title, "origin": settings.origin, "handle": login.handle, "link": settings.origin + path} | facts
    return Letter(to=to or login.email, subject=subject.format(**said), body=body.format(**said))
