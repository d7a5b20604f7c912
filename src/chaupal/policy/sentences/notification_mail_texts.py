"""What a letter about notifications says, in Hindi and English: who did what, by handle, and where it is read.

No words of people stand in it: a letter lies in its mailbox for good, where no decision reaches it.
"""

from typing import NamedTuple

from chaupal.kernel.page_languages import spoken
from chaupal.policy.sentences import push_texts

MOST = 10  # lines

SUBJECT = {"en": "{title}: new notifications", "hi": "{title}: नई सूचनाएँ"}
BODY = {
    "en": "Hello @{handle},\n\nthis happened on {title}:\n\n{lines}\n\nAll notifications: {origin}/notifications\n"
    "Which ones come by mail: {origin}/settings/mail\nNone by mail any more: {stop}\n",
    "hi": "नमस्ते @{handle},\n\n{title} पर यह हुआ:\n\n{lines}\n\nसारी सूचनाएँ: {origin}/notifications\n"
    "कौन-सी ईमेल से आएँ: {origin}/settings/mail\nअब कोई ईमेल नहीं: {stop}\n",
}
MORE = {"en": "… and more", "hi": "… और भी"}


class Line(NamedTuple):
    """One notification: its kind, who caused it by handle, whether it is a message, and the path to what it is about."""

    kind: str
    handle: str
    direct: bool
    path: str


def letter(handle: str, lines: list[Line], language: str, *, title: str, origin: str, stop: str) -> tuple[str, str]:
    """(subject, body)."""
    tongue = spoken(language)
    told = [
        f"{push_texts.title_by(one.kind, f'@{one.handle}', language, direct=one.direct)}\n{origin}{one.path}"
        for one in lines[:MOST]
    ]
    told += [MORE[tongue]] if len(lines) > MOST else []
    body = BODY[tongue].format(handle=handle, title=title, origin=origin, stop=stop, lines="\n\n".join(told))
    return SUBJECT[tongue].format(title=title), body
