"""What a push says on a locked phone: who did what, and the first words of the post, in Hindi and English."""

from chaupal.policy.facts import Visibility
from chaupal.policy.things import Person, Post
from chaupal.text.length import truncate

MOST = 140  # letters of a post

TITLES = {
    "mention": {"en": "{who} mentioned you", "hi": "{who} ने आपका ज़िक्र किया"},
    "direct": {"en": "A message from {who}", "hi": "{who} का संदेश"},
    "status": {"en": "{who} posted", "hi": "{who} की नई पोस्ट"},
    "reblog": {"en": "{who} reposted your post", "hi": "{who} ने आपकी पोस्ट रीपोस्ट की"},
    "favourite": {"en": "{who} liked your post", "hi": "{who} को आपकी पोस्ट पसंद आई"},
    "follow": {"en": "{who} now follows you", "hi": "{who} अब आपको फ़ॉलो करते हैं"},
    "follow_request": {"en": "{who} asks to follow you", "hi": "{who} आपको फ़ॉलो करना चाहते हैं"},
    "poll": {"en": "A poll has ended", "hi": "पोल खत्म हुआ"},
    "update": {"en": "{who} edited a post", "hi": "{who} ने एक पोस्ट बदली"},
    "quote": {"en": "{who} quoted your post", "hi": "{who} ने आपकी पोस्ट कोट की"},
    "admin.sign_up": {"en": "{who} has joined", "hi": "{who} इस सर्वर पर आए"},
    "admin.report": {"en": "A new report", "hi": "एक नई शिकायत"},
    "quoted_update": {"en": "{who} edited a post that you quoted", "hi": "{who} ने वह पोस्ट बदली जिसे आपने कोट किया था"},
}
ELSE = {"en": "{who}", "hi": "{who}"}


def title(kind: str, person: Person, post: Post | None, language: str) -> str:
    """Both arguments have passed the gate."""
    return title_by(kind, person.shown_name, language, direct=is_message(kind, post))


def is_message(kind: str, post: Post | None) -> bool:
    """Whether what names somebody is for them, and no mention in what others read too."""
    return kind == "mention" and post is not None and post.visibility is Visibility.DIRECT


def title_by(kind: str, who: str, language: str, *, direct: bool = False) -> str:
    """Who did what."""
    told = TITLES.get("direct" if direct else kind, ELSE)
    return told.get(language, told["en"]).format(who=who)


def body(person: Person, post: Post | None) -> str:
    """The post's words, or its warning alone where it has one; of a person, their handle."""
    if post is None:
        return f"@{person.handle}"
    return truncate(post.spoiler or post.text, MOST)
