"""Letters leave after the commit that made them due: they are events of their own, tried again until the carrier takes them."""

from chaupal.fanout.context import Carrier
from chaupal.kernel.event import Event
from chaupal.ports.mail import Letter


class LetterDue(Event, frozen=True):
    """A mail is to be sent. It stands in the outbox until it is."""

    letter: Letter


async def send(carrier: Carrier, event: LetterDue) -> None:
    await carrier.mail.send(event.letter)
