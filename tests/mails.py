"""The mails that an open house has sent, for tests."""

import email
import email.policy
from pathlib import Path

import regex

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.settings import Settings
from waiting import eventually


def mails_of(house: RunningHouse) -> list[str]:
    """The text of every mail so far, in order."""
    folder = Path(house.house.settings.data) / "mail"
    found = [
        email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in sorted(folder.glob("*.eml"))
    ]
    return [mail.get_content() for mail in found]


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
    found = [
        email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
        for f in sorted((Path(settings.data) / "mail").glob("*.eml"))
    ]
    return [mail.get_content() for mail in found if mail["to"] == to]
