"""The ways to somebody's ear: who they are and what they read, the direct post and the letter that leave after a commit."""

from typing import NamedTuple

from chaupal.fanout.context import Carrier
from chaupal.fanout.notices.direct import WordDue
from chaupal.fanout.notices.letters import LetterDue
from chaupal.policy import answers
from chaupal.ports.mail import Letter
from chaupal.social.people.accounts import SYSTEM_MARK
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notices


class Ear(NamedTuple):
    """An account to be told something; `email` is empty for one that nobody logs into."""

    account: int
    email: str
    language: str
    handle: str


async def ear(carrier: Carrier, reading: Reading, account: int) -> Ear:
    found = await notices.address(reading, account)
    email, language, handle = found or ("", "", await notices.handle(reading, account))
    return Ear(account, email, language or carrier.settings.default_language, handle)


async def speaker(reading: Reading, otherwise: int) -> int:
    """In whose name the house speaks."""
    return int(await marks.read(reading, SYSTEM_MARK) or otherwise)


def answer(
    carrier: Carrier, w: Writing, to: Ear, kind: str, *, path: str, key: str, day: int | None = None, noticed: bool = False,
    **facts: str,
) -> str:  # fmt: skip
    """Tell somebody one of `policy.answers` by direct post and letter once this unit is committed; the ways that are used.

    `noticed`: a notification in the app says it already.
    """
    settings = carrier.settings
    page = settings.origin + path
    text = answers.post(kind, to.language, handle=to.handle, page=page, day=day, **facts)
    w.tell(WordDue(account=to.account, text=text, key=key, language=to.language, noticed=noticed))
    if to.email:
        write(carrier, w, to.email, to.language, kind, path=path, name=f"@{to.handle}", day=day, **facts)
    return "post mail" if to.email else "post"


def write(
    carrier: Carrier, w: Writing, email: str, language: str, kind: str, *, path: str, name: str = "", day: int | None = None,
    **facts: str,
) -> None:  # fmt: skip
    """The letter alone."""
    w.tell(LetterDue(letter=letter(carrier, email, language, kind, path=path, name=name, day=day, **facts)))


def letter(
    carrier: Carrier, email: str, language: str, kind: str, *, path: str, name: str = "", day: int | None = None, **facts: str
) -> Letter:  # fmt: skip
    settings = carrier.settings
    subject, body = answers.letter(
        kind, language, title=settings.title, origin=settings.origin, page=settings.origin + path, name=name, day=day, **facts
    )  # fmt: skip
    return Letter(to=email, subject=subject, body=body)
