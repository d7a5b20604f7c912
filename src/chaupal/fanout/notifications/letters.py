"""Letters leave after the commit that made them due: they are events of their own, tried again until the carrier takes them.

One with a link that lets somebody in is made as it is sent, so that no secret ever stands in the outbox.
"""

from chaupal.fanout.context import Carrier
from chaupal.governance.events import AuthorityChangeProposed, OfficeUserInvited
from chaupal.governance.orders import authorities, portal
from chaupal.kernel.clock import DAY
from chaupal.kernel.event import Event
from chaupal.ports.mail import Letter
from chaupal.social.events import ConfirmationAsked, EmailChangeAsked, PasswordResetAsked
from chaupal.social.people import accounts
from chaupal.social.signin import email_changes, password_changes
from chaupal.store.machine import outbox

KEPT = 30 * DAY


class LetterDue(Event, frozen=True):
    """A mail is to be sent. It stands in the outbox until it is, and where it is given up for `KEPT` more."""

    shared = False

    letter: Letter

    @property
    def concerns(self) -> object:
        return self.letter.to


async def send(carrier: Carrier, event: LetterDue) -> None:
    await carrier.mail.send(event.letter)


async def confirmation(carrier: Carrier, event: ConfirmationAsked) -> None:
    await accounts.mail_confirmation(carrier, event.account)


async def reset(carrier: Carrier, event: PasswordResetAsked) -> None:
    await password_changes.mail_reset(carrier, event.account)


async def new_address(carrier: Carrier, event: EmailChangeAsked) -> None:
    await email_changes.mail_link(carrier, event.account)


async def invitation(carrier: Carrier, event: OfficeUserInvited) -> None:
    await portal.mail_invitation(carrier, event.user)


async def change_proposed(carrier: Carrier, event: AuthorityChangeProposed) -> None:
    await authorities.mail_change(carrier, event.authority)


async def tidy(carrier: Carrier) -> None:
    """Drop letters that no carrier took, since names, addresses and words stand in them."""
    async with carrier.work.writing() as w:
        await outbox.drop_given_up(w, LetterDue, w.now() - KEPT)
