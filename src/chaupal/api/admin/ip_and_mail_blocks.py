"""Mastodon's admin API for blocks of nets, of domains of mails, and of single mails.

https://docs.joinmastodon.org/methods/admin/ip_blocks/, /email_domain_blocks/, /canonical_email_blocks/
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.people import ip_and_mail_blocks
from chaupal.governance.people.ip_and_mail_blocks import DOMAIN, MAIL, NET, AddressBlock, AddressBlockForm
from chaupal.http.call import Answer, Call, Route, delete, get, json, post, put
from chaupal.http.paging import ById, Number, Paged, whole_list
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.viewer import Surface
from chaupal.social.people.ip_and_mail_blocks import plain_hash

type Lasts = Annotated[int, Meta(ge=0, le=10**10)]


class NetSent(msgspec.Struct, kw_only=True):
    """`ip`: an address or a net; `expires_in`: seconds, 0 for no end."""

    ip: Word = ""
    severity: Word = ""
    comment: Word = ""
    expires_in: Lasts | None = None


class NetChanged(msgspec.Struct, kw_only=True):
    """What is not named stays."""

    id: Number
    ip: Word | None = None
    severity: Word | None = None
    comment: Word | None = None
    expires_in: Lasts | None = None


class EmailDomainSent(msgspec.Struct):
    """A domain of mails, and all below it."""

    domain: Word


class CanonicalEmailSent(msgspec.Struct, kw_only=True):
    """An address, or the hash of one."""

    email: Word = ""
    canonical_email_hash: Word = ""


class EmailTested(msgspec.Struct):
    """An address to look for."""

    email: Word


class IpBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_IpBlock/"""

    id: str
    ip: str
    severity: str
    comment: str
    created_at: str
    expires_at: str | None


class EmailDomainBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/; who was turned away is not counted."""

    id: str
    domain: str
    created_at: str
    history: list[Any] = []


class CanonicalEmailBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock/"""

    id: str
    canonical_email_hash: str


def _shown(block: AddressBlock) -> IpBlock | EmailDomainBlock | CanonicalEmailBlock:
    if block.kind == DOMAIN:
        return EmailDomainBlock(id=str(block.id), domain=block.what, created_at=iso(block.created_at))
    if block.kind == MAIL:
        return CanonicalEmailBlock(id=str(block.id), canonical_email_hash=block.what)
    return IpBlock(
        id=str(block.id),
        ip=block.what,
        severity=block.severity,
        comment=block.comment,
        created_at=iso(block.created_at),
        expires_at=iso_or_none(block.expires_at),
    )


async def block_net(call: Call[NetSent]) -> Answer:
    """Block a net: from signing up unseen, from signing up, or from everything."""
    a = call.args
    form = AddressBlockForm(kind=NET, what=a.ip, severity=a.severity, comment=a.comment, lasts=a.expires_in)
    return json(_shown(await ip_and_mail_blocks.block(call.house.court, call.viewer, form)))


async def change_net(call: Call[NetChanged]) -> Answer:
    """Change a block of a net."""
    a, court = call.args, call.house.court
    was = await ip_and_mail_blocks.by_id(court, call.viewer, NET, a.id)
    form = AddressBlockForm(
        kind=NET,
        what=was.what if a.ip is None else a.ip,
        severity=was.severity if a.severity is None else a.severity,
        comment=was.comment if a.comment is None else a.comment,
        lasts=a.expires_in,
    )
    return json(_shown(await ip_and_mail_blocks.change(court, call.viewer, a.id, form)))


async def block_domain(call: Call[EmailDomainSent]) -> Answer:
    """Take no accounts with mails of this domain."""
    form = AddressBlockForm(kind=DOMAIN, what=call.args.domain)
    return json(_shown(await ip_and_mail_blocks.block(call.house.court, call.viewer, form)))


async def block_mail(call: Call[CanonicalEmailSent]) -> Answer:
    """Take no accounts with this mail."""
    a = call.args
    form = AddressBlockForm(kind=MAIL, what=plain_hash(a.email) if a.email else a.canonical_email_hash)
    return json(_shown(await ip_and_mail_blocks.block(call.house.court, call.viewer, form)))


async def test_mail(call: Call[EmailTested]) -> Answer:
    """The blocks that an address meets."""
    found, hash_ = await ip_and_mail_blocks.listed(call.house.court, call.viewer, MAIL), plain_hash(call.args.email)
    return json([_shown(block) for block in found if block.what == hash_])


def _three(kind: str, name: str, gives: type[msgspec.Struct]) -> tuple[Route, ...]:
    """Listing, looking at one and ending it, which are alike for each kind."""

    async def listed(call: Call[Paged]) -> Answer:
        """Blocks in force, the newest first."""
        return whole_list(call, await ip_and_mail_blocks.listed(call.house.court, call.viewer, kind), _shown)

    async def show(call: Call[ById]) -> Answer:
        """One block."""
        return json(_shown(await ip_and_mail_blocks.by_id(call.house.court, call.viewer, kind, call.args.id)))

    async def end(call: Call[ById]) -> Answer:
        """End a block. Who began and who ended it stays written."""
        was = await ip_and_mail_blocks.by_id(call.house.court, call.viewer, kind, call.args.id)
        await ip_and_mail_blocks.end(call.house.court, call.viewer, kind, call.args.id)
        return json(_shown(was) if kind == MAIL else {})

    path, may = f"/api/v1/admin/{name}", {"may": "block_addresses"}
    read: dict[str, Any] = {"scope": f"admin:read:{name}", **may}
    return (
        get(path, listed, Surface.OFFICE, gives=list[gives], **read),
        get(f"{path}/{{id}}", show, Surface.OFFICE, gives=gives, **read),
        delete(f"{path}/{{id}}", end, Surface.OFFICE, scope=f"admin:write:{name}", **may),
    )


API = "/api/v1/admin"
WRITE_NET: dict[str, Any] = {"scope": "admin:write:ip_blocks", "may": "block_addresses", "gives": IpBlock}
WRITE_DOMAIN: dict[str, Any] = {"scope": "admin:write:email_domain_blocks", "may": "block_addresses"}
WRITE_MAIL: dict[str, Any] = {"scope": "admin:write:canonical_email_blocks", "may": "block_addresses"}
TEST: dict[str, Any] = {"scope": "admin:read:canonical_email_blocks", "may": "block_addresses"}

ROUTES: tuple[Route, ...] = (
    *_three(NET, "ip_blocks", IpBlock),
    *_three(DOMAIN, "email_domain_blocks", EmailDomainBlock),
    *_three(MAIL, "canonical_email_blocks", CanonicalEmailBlock),
    post(f"{API}/ip_blocks", block_net, Surface.OFFICE, **WRITE_NET),
    put(f"{API}/ip_blocks/{{id}}", change_net, Surface.OFFICE, **WRITE_NET),
    post(f"{API}/email_domain_blocks", block_domain, Surface.OFFICE, gives=EmailDomainBlock, **WRITE_DOMAIN),
    post(f"{API}/canonical_email_blocks", block_mail, Surface.OFFICE, gives=CanonicalEmailBlock, **WRITE_MAIL),
    post(f"{API}/canonical_email_blocks/test", test_mail, Surface.OFFICE, **TEST),
)
