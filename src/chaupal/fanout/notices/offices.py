"""Mails to people of authorities: their links are made as they are sent, so that no secret ever stands in the outbox."""

from chaupal.fanout.context import Carrier
from chaupal.governance.events import AuthorityChangeProposed, OfficeUserInvited
from chaupal.governance.orders import authorities, portal


async def invitation(carrier: Carrier, event: OfficeUserInvited) -> None:
    await portal.mail_invitation(carrier, event.user)


async def change_proposed(carrier: Carrier, event: AuthorityChangeProposed) -> None:
    await authorities.mail_change(carrier, event.authority)
