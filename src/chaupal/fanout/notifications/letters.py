"""Letters leave after the commit that made them due: they are events of their own, tried again until the carrier takes them."""

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.kernel.event import Event
from chaupal.ports.mail import Letter


class Tells(msgspec.Struct, frozen=True):
    """Of what somebody is told by a letter: a ruling that has `begun` or `ended`, in which language."""

    ruling: int
    about: str
    language: str


class LetterDue(Event, frozen=True):
    """A mail is to be sent. It stands in the outbox until it is, or is given up."""

    shared = False

    letter: Letter
    tells: Tells | None = None

    @property
    def concerns(self) -> object:
        return self.letter.to


async def send(carrier: Carrier, event: LetterDue) -> None:
    await carrier.mail.send(event.letter)
