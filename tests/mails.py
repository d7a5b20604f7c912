"""The mails that an open house has sent, for tests."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import regex

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.settings import Settings
from waiting import eventually


def sent(folder: Path) -> list[EmailMessage]:
    """Every mail so far, in order."""
    files = sorted(folder.glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), EmailMessage, policy=email.policy.default) for file in files]


def mails_of(house: RunningHouse) -> list[str]:
    """The text of each."""
    return [mail.get_content() for mail in sent(Path(house.house.settings.data) / "mail")]


def secret_in(letter: str, path: str) -> str:
    """The secret of the link to `/path/…`."""
    found = regex.search(rf"/{path}/([\w-]+)", letter)
    assert found, letter
    return found[1]


def letter_to(settings: Settings, to: str) -> str:
    """The one mail to an address, which leaves a little after whoever caused it was answered."""
    (letter,) = eventually(lambda: letters(settings, to=to), f"a letter to {to}")
    return letter


def letters(settings: Settings, *, to: str) -> list[str]:
    """The same of a server that runs beside: the mails to one address."""
    return [mail.get_content() for mail in sent(Path(settings.data) / "mail") if mail["to"] == to]
