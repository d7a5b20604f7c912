"""Mails about coming in: links are made as they are sent, so that no secret ever stands in the outbox."""

from chaupal.fanout.context import Carrier
from chaupal.social import accounts, logins
from chaupal.social.events import ConfirmationAsked, PasswordResetAsked


async def confirmation(carrier: Carrier, event: ConfirmationAsked) -> None:
    await accounts.mail_confirmation(carrier, event.account)


async def reset(carrier: Carrier, event: PasswordResetAsked) -> None:
    await logins.mail_reset(carrier, event.account)
