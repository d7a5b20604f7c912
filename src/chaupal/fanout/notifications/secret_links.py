"""Mails with a link that lets somebody in: it is made as the mail is sent, so that no secret ever stands in the outbox."""

from chaupal.fanout.context import Carrier
from chaupal.governance.events import AuthorityChangeProposed, OfficeUserInvited
from chaupal.governance.orders import authorities, portal
from chaupal.social.events import ConfirmationAsked, PasswordResetAsked
from chaupal.social.people import accounts
from chaupal.social.signin import logins


async def confirmation(carrier: Carrier, event: ConfirmationAsked) -> None:
    await accounts.mail_confirmation(carrier, event.account)


async def reset(carrier: Carrier, event: PasswordResetAsked) -> None:
    await logins.mail_reset(carrier, event.account)


async def invitation(carrier: Carrier, event: OfficeUserInvited) -> None:
    await portal.mail_invitation(carrier, event.user)


async def change_proposed(carrier: Carrier, event: AuthorityChangeProposed) -> None:
    await authorities.mail_change(carrier, event.authority)
