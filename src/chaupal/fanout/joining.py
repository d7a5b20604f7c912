"""Mails about coming in: links are made as they are sent, so that no secret ever stands in the outbox."""

from chaupal.fanout.context import Carrier
from chaupal.social.events import ConfirmationAsked, PasswordResetAsked
from chaupal.social.people import accounts
from chaupal.social.signin import logins


async def confirmation(carrier: Carrier, event: ConfirmationAsked) -> None:
    await accounts.mail_confirmation(carrier, event.account)


async def reset(carrier: Carrier, event: PasswordResetAsked) -> None:
    await logins.mail_reset(carrier, event.account)
