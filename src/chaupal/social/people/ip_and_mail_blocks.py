"""Addresses that staff have blocked: what they mean for whoever comes from there, or joins with such a mail."""

import hashlib

from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.social.context import Square
from chaupal.store.identity import ip_and_mail_blocks
from chaupal.store.identity.ip_and_mail_blocks import ASKED_FIRST, DOMAIN, MAIL, NO_ACCESS
from chaupal.store.machine.shelves import ONLY


async def check_access(square: Square, address: str) -> None:
    """Raises NotAllowed where nothing from this address of the net is answered. Asked at every request: from memory."""
    blocks = square.work.memory.address_blocks.get(ONLY)
    if blocks is None:
        async with square.work.reading() as reading:
            blocks = await ip_and_mail_blocks.in_force(reading)
    if blocks and ip_and_mail_blocks.on_net(blocks, address, square.clock()) == NO_ACCESS:
        raise NotAllowed("net_blocked")


async def mode_for(square: Square, address: str, email: str) -> str:
    """How one may join from here: `registrations`, or `approval` where that is open. Raises NotAllowed, Invalid."""
    mode, now = square.settings.registrations, square.clock()
    async with square.work.reading() as reading:
        blocks = await ip_and_mail_blocks.in_force(reading)
    names = {(DOMAIN, domain) for domain in domains_of(email)} | {(MAIL, plain_hash(email))}
    if any((block.kind, block.what) in names and block.holds(now) for block in blocks):
        raise Invalid("email_blocked")
    severity = ip_and_mail_blocks.on_net(blocks, address, now)
    if severity and severity != ASKED_FIRST:
        raise NotAllowed("net_no_accounts")
    return "approval" if severity and mode == "open" else mode


def domains_of(email: str) -> list[str]:
    """The domain of a mail address, and those above it: `a@x.y.example` -> x.y.example, y.example, example."""
    parts = email.strip().lower().rpartition("@")[2].split(".")
    return [".".join(parts[at:]) for at in range(len(parts))]


def plain_hash(email: str) -> str:
    """The SHA-256 of an address without what changes no mailbox: capitals, dots, and `+` with what follows."""
    name, _, domain = email.strip().lower().rpartition("@")
    return hashlib.sha256(f"{name.partition('+')[0].replace('.', '')}@{domain}".encode()).hexdigest()
