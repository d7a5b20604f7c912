"""Mails to people of authorities: their links are made as they are sent, so that no secret ever stands in the outbox."""

from chaupal.fanout.context import Carrier
from chaupal.governance import portal
from chaupal.governance.events import OfficeUserInvited


async def invitation(carrier: Carrier, event: OfficeUserInvited) -> None:
    await portal.mail_invitation(carrier, event.user)
