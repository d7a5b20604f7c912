"""Staff block addresses: nets, domains of mails, single mails. Who blocked and who lifted it stays written.

What one person shuts out of a large net is let in again after 30 days, unless another person lets the block last.
"""

from ipaddress import ip_network

import msgspec
import regex

from chaupal.governance.cases import guards
from chaupal.governance.context import Court
from chaupal.governance.log import log, record
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel import nets
from chaupal.kernel.errors import Invalid, NotFound, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.store.court import ledger
from chaupal.store.identity import ip_and_mail_blocks as kept
from chaupal.store.identity.ip_and_mail_blocks import (
    ASKED_FIRST,
    DOMAIN as DOMAIN,
    MAIL as MAIL,
    NET as NET,
    NO_ACCESS,
    NO_SIGN_UP,
    AddressBlock as AddressBlock,
)
from chaupal.store.machine.work import Writing
from chaupal_audit.law.alone import LONGEST_ALONE

MAY = "block_addresses"
SEVERITIES = (ASKED_FIRST, NO_SIGN_UP, NO_ACCESS)
WIDEST = {4: 8, 6: 19}  # a wider net would be a country's
DOMAIN_LIKE = regex.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
HASH = regex.compile(r"[0-9a-f]{64}")
SECOND = 1_000


class AddressBlockForm(msgspec.Struct, kw_only=True):
    """What to block: a net, a domain, or the hash of a mail. `severity` is of nets; `lasts`: seconds, 0 or nothing for no end."""

    kind: str
    what: str
    severity: str = NO_SIGN_UP
    comment: str = ""
    lasts: int | None = None


async def listed(court: Court, viewer: Viewer, kind: str) -> list[AddressBlock]:
    """Those that are blocked now, the newest first. Raises NotAllowed."""
    check_may(viewer, MAY)
    now = court.clock()
    async with court.work.reading() as reading:
        return [one for one in await kept.in_force(reading) if one.kind == kind and one.holds(now)]


async def everything(court: Court, viewer: Viewer) -> list[AddressBlock]:
    """All that are blocked now, of each kind, the newest first. Raises NotAllowed."""
    return [one for kind in (NET, DOMAIN, MAIL) for one in await listed(court, viewer, kind)]


async def by_id(court: Court, viewer: Viewer, kind: str, id_: int) -> AddressBlock:
    """One that is blocked. Raises NotAllowed, NotFound."""
    return or_not_found(next((one for one in await listed(court, viewer, kind) if one.id == id_), None))


async def block(court: Court, viewer: Viewer, form: AddressBlockForm) -> AddressBlock:
    """The block as it holds: of a large net no longer than one person may alone, whatever was asked for.

    Raises NotAllowed, and Invalid where it cannot be read or is blocked already.
    """
    me = check_may(viewer, MAY)
    made = _read(
        form,
        AddressBlock(
            id=court.make_id(),
            kind=form.kind,
            what="",
            severity="",
            comment="",
            created_at=court.clock(),
            created_by=me,
        ),
        court.clock(),
    )
    if made.shuts_many_out:
        made = msgspec.structs.replace(made, expires_at=min(made.expires_at or _alone_until(made), _alone_until(made)))
    async with court.work.writing() as w:
        _check_new(await kept.in_force(w), made, court.clock())
        await kept.add(w, made)
        await _log(court, w, viewer, made, "shut")
    return made


async def change(court: Court, viewer: Viewer, id_: int, form: AddressBlockForm) -> AddressBlock:
    """Raises NotAllowed, also where many are to be shut out for longer and nobody else wants it; NotFound, Invalid."""
    await by_id(court, viewer, form.kind, id_)
    async with court.work.writing() as w:
        await ledger.hold(w)
        there = await kept.IN_FORCE.all(w)  # not from memory: somebody may have changed or lifted it meanwhile
        was = or_not_found(next((one for one in there if one.id == id_), None))
        made = _read(form, was, court.clock())
        _check_new(there, made, court.clock())
        if made.shuts_many_out:
            made = await _of_many(w, viewer, was, made)
        if not await kept.change(w, made):
            raise NotFound
        await _log(court, w, viewer, made, "changed")
    return made


async def let_last(court: Court, viewer: Viewer, id_: int) -> AddressBlock:
    """A net stays blocked until somebody lifts it. Raises as `change` does."""
    was = await by_id(court, viewer, NET, id_)
    form = AddressBlockForm(kind=NET, what=was.what, severity=was.severity, comment=was.comment, lasts=0)
    return await change(court, viewer, id_, form)


async def _of_many(w: Writing, viewer: Viewer, was: AddressBlock, made: AddressBlock) -> AddressBlock:
    """What shuts many out stays as large and as firm as whoever blocked it said, and lasts longer by another person alone."""
    if made.what != was.what or not was.shuts_many_out or made.severity == NO_ACCESS != was.severity:
        raise Invalid("net_of_many_stays")
    if made.expires_at is not None and made.expires_at <= _alone_until(made):
        return msgspec.structs.replace(made, agreed_by=None)  # nobody else need want it; what somebody wanted is over
    if was.expires_at is None or (made.expires_at is not None and made.expires_at <= was.expires_at):
        return msgspec.structs.replace(made, agreed_by=was.agreed_by)
    await guards.check_not_own(w, viewer.me, [was.created_by], "net_longer_by_another")
    return msgspec.structs.replace(made, agreed_by=viewer.me)


def _alone_until(block: AddressBlock) -> int:
    return block.created_at + LONGEST_ALONE


async def end(court: Court, viewer: Viewer, kind: str, id_: int) -> None:
    """Lift it. Raises NotAllowed, NotFound."""
    found = await by_id(court, viewer, kind, id_)
    async with court.work.writing() as w:
        if not await kept.end(w, id_, viewer.me):
            raise NotFound
        await _log(court, w, viewer, found, "opened")


async def _log(court: Court, w: Writing, viewer: Viewer, block: AddressBlock, how: str) -> None:
    """In the same commit, where they still may: that something was blocked, of which kind and until when, is for everybody; which one
    it was, is not.
    """
    by = await guards.act(w, viewer, MAY)
    # `door`, `shut` and `opened` are the words of the log, which stay.
    await log.append(court, w, f"door-{block.id}", record.address_block(court, block, how, by))


def _check_new(blocks: list[AddressBlock], made: AddressBlock, now: int) -> None:
    if any((one.kind, one.what) == (made.kind, made.what) and one.id != made.id and one.holds(now) for one in blocks):
        raise Invalid("net_blocked_already")


def _read(form: AddressBlockForm, onto: AddressBlock, now: int) -> AddressBlock:
    paper = Paper()
    what = form.what.strip().lower()
    if form.kind == NET:
        what = _net(paper, what)
    elif not (DOMAIN_LIKE if form.kind == DOMAIN else HASH).fullmatch(what):
        paper.complain("what", "net_invalid")
    severity = form.severity if form.kind == NET else NO_SIGN_UP
    if severity not in SEVERITIES:
        paper.complain("severity", "severity_unknown")
    comment = paper.line("comment", form.comment, needed=False)
    paper.check()
    until = onto.expires_at if form.lasts is None else now + form.lasts * SECOND if form.lasts else None
    return msgspec.structs.replace(onto, what=what, severity=severity, comment=comment, expires_at=until)


def _net(paper: Paper, text: str) -> str:
    try:
        net = ip_network(text, strict=False)
    except ValueError:
        paper.complain("what", "no_net_address")
        return ""
    inner = nets.plain(str(net.network_address))
    if inner is not None and inner.version < net.version and net.prefixlen >= 96:  # IPv4 in the clothes of IPv6
        net = ip_network(f"{inner}/{net.prefixlen - 96}")
    if net.prefixlen < WIDEST[net.version]:
        paper.complain("what", "net_too_wide")
    return str(net)
