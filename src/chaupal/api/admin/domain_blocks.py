"""Mastodon's admin API for servers: what is limited of each, and which are let in where a house talks to no others.

https://docs.joinmastodon.org/methods/admin/domain_blocks/, /domain_allows/ - what differs is told in docs/api-governance.md.
"""

from functools import partial
from typing import Any

import msgspec

from chaupal.governance.cases.lifecycle import State
from chaupal.governance.servers import allowing, limits
from chaupal.governance.servers.allowing import AllowedServer
from chaupal.governance.servers.limits import ServerForm, ServerStanding, severity_of
from chaupal.http.call import Answer, Call, Route, delete, get, json, post, put
from chaupal.http.paging import ById, Number, Paged, whole_list
from chaupal.kernel.argument_sizes import Comment, Word
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import Invalid
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Surface
from chaupal.text import hosts


class BlockEnded(msgspec.Struct, kw_only=True):
    """A way back. `text`: why; without it a sentence stands in the record that says no more than that it is so."""

    id: Number
    text: Comment = ""


class DomainBlockChanged(msgspec.Struct, kw_only=True):
    """What is not named stays."""

    id: Number
    severity: Word | None = None
    reject_media: bool | None = None
    reject_reports: bool | None = None
    private_comment: Comment | None = None
    public_comment: Comment | None = None
    obfuscate: bool | None = None
    rule: Word = ""
    until: Word = ""


class DomainAllowSent(msgspec.Struct, kw_only=True):
    """A server to let in. `text`: why; it becomes public."""

    domain: Word
    text: Comment = ""


class BlockMatter(msgspec.Struct, kw_only=True):
    """A measure on the server and its case. `state`: in_force, unseconded, or measure_proposed where a second person must approve."""

    measure: str
    state: str
    ref: str
    url: str


class AdminDomainBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_DomainBlock/: what is in force now; `matters` tells what is proposed, too."""

    id: str
    domain: str
    digest: str
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool
    matters: list[BlockMatter]


class AdminDomainAllow(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_DomainAllow/; `ending`: one person proposes to take it off the list."""

    id: str
    domain: str
    created_at: str
    reason: str
    ending: bool


def _block(call: Call[Any], standing: ServerStanding) -> AdminDomainBlock:
    suspended = Measure.SUSPEND_SERVER in standing.measures
    return AdminDomainBlock(
        id=str(standing.id),
        domain=standing.domain,
        digest=hosts.digest(standing.domain),
        created_at=iso(standing.since),
        severity=severity_of(standing.measures),
        reject_media=suspended or Measure.REFUSE_MEDIA in standing.measures,
        reject_reports=suspended or Measure.REFUSE_REPORTS in standing.measures,
        private_comment=standing.words.private_comment or None,
        public_comment=standing.words.public_comment or None,
        obfuscate=standing.words.obfuscate,
        matters=_matters(call, standing),
    )


def _matters(call: Call[Any], standing: ServerStanding) -> list[BlockMatter]:
    office = f"{call.house.settings.origin}/office/orders"
    live = [
        BlockMatter(
            measure=limit.row.measure,
            ref=limit.row.order_ref,
            url=f"{office}/{limit.row.order_ref}/{limit.number}",
            state=State.UNSECONDED if limit.row.alone or limit.row.approved_by is None else State.IN_FORCE,
        )
        for limit in standing.limits
    ]
    waiting = [
        BlockMatter(
            measure=limits.outcome_of(w), ref=w.ref, url=f"{office}/{w.ref}/{w.number}", state=State.MEASURE_PROPOSED
        )
        for w in standing.waiting
    ]
    return [*live, *waiting]


async def listed(call: Call[Paged]) -> Answer:
    """Servers that are limited, or of which that is proposed, the newest id first."""
    found = await limits.listed(call.house.court, call.viewer)
    return whole_list(call, found, partial(_block, call))


async def show(call: Call[ById]) -> AdminDomainBlock:
    """One server that is limited, or of which that is proposed."""
    return _block(call, await limits.by_id(call.house.court, call.viewer, call.args.id))


async def block(call: Call[ServerForm]) -> Answer:
    """Limit a server: each measure is a case under the house's rules. 202 where something of it waits for a second person.

    422 with `existing_domain_block` where it is limited so already, or that is proposed.
    """
    court = call.house.court
    try:
        made = await limits.limit(court, call.viewer, call.args)
    except Invalid as problem:
        if problem.code == "server_limited_so":
            there = await limits.named(court, call.viewer, call.args.domain)
            problem.beside["existing_domain_block"] = _block(call, there)
        raise
    return json(_block(call, made), 202 if made.waiting else 200)


async def change(call: Call[DomainBlockChanged]) -> Answer:
    """Limit a server otherwise: what is no more wished ends, what is new is opened as a case. 202 where something of it waits."""
    court, sent = call.house.court, msgspec.structs.asdict(call.args)
    was = await limits.by_id(court, call.viewer, sent.pop("id"))
    held = was.measures | was.proposed
    form = ServerForm(
        severity=severity_of(held),
        reject_media=Measure.REFUSE_MEDIA in held,
        reject_reports=Measure.REFUSE_REPORTS in held,
        obfuscate=was.words.obfuscate,
        private_comment=was.words.private_comment,
        public_comment=was.words.public_comment,
    )
    form = msgspec.structs.replace(form, **{name: value for name, value in sent.items() if value is not None})
    made = await limits.change(court, call.viewer, was.id, form)
    return json(_block(call, made) if made.limits or made.waiting else {}, 202 if made.waiting else 200)


async def end(call: Call[BlockEnded]) -> None:
    """End all that is in force on a server, and send back what is proposed."""
    await limits.end(call.house.court, call.viewer, call.args.id, call.args.text)


# --- let in by name ---


def _allowed(allowed: AllowedServer) -> AdminDomainAllow:
    return AdminDomainAllow(
        id=str(allowed.id),
        domain=allowed.domain,
        created_at=iso(allowed.at),
        reason=allowed.reason,
        ending=allowed.ending_by is not None,
    )


async def allows(call: Call[Paged]) -> Answer:
    """Servers that are let in, the newest first."""
    return whole_list(call, await allowing.listed(call.house.court, call.viewer), _allowed)


async def allow_of(call: Call[ById]) -> AdminDomainAllow:
    """One server that is let in."""
    return _allowed(await allowing.by_id(call.house.court, call.viewer, call.args.id))


async def allow(call: Call[DomainAllowSent]) -> AdminDomainAllow:
    """Let a server in by name; one that is let in stays so, and is the answer, as in Mastodon."""
    court, sent = call.house.court, call.args
    try:
        return _allowed(await allowing.let_in(court, call.viewer, sent.domain, sent.text))
    except Invalid as problem:
        if problem.code != "server_let_in":
            raise
        return _allowed(await allowing.named(court, call.viewer, sent.domain))


async def disallow(call: Call[BlockEnded]) -> Answer:
    """Propose to take a server off the list; or, where another did so, agree. 202 where it waits for a second person."""
    off = await allowing.take_off(call.house.court, call.viewer, call.args.id, call.args.text)
    return json({}, 200 if off else 202)


API = "/api/v1/admin"


def _may(name: str, write: str = "read") -> dict[str, Any]:
    return {"scope": f"admin:{write}:{name}", "may": "see_office" if write == "read" else "sanction"}


BLOCKS, ALLOWS = "domain_blocks", "domain_allows"
READ, WRITE, READ_LIST, WRITE_LIST = _may(BLOCKS), _may(BLOCKS, "write"), _may(ALLOWS), _may(ALLOWS, "write")

ROUTES: tuple[Route, ...] = (
    get(f"{API}/{BLOCKS}", listed, Surface.OFFICE, gives=list[AdminDomainBlock], **READ),
    get(f"{API}/{BLOCKS}/{{id}}", show, Surface.OFFICE, **READ),
    post(f"{API}/{BLOCKS}", block, Surface.OFFICE, gives=AdminDomainBlock, **WRITE),
    put(f"{API}/{BLOCKS}/{{id}}", change, Surface.OFFICE, gives=AdminDomainBlock, **WRITE),
    delete(f"{API}/{BLOCKS}/{{id}}", end, Surface.OFFICE, **WRITE),
    get(f"{API}/{ALLOWS}", allows, Surface.OFFICE, gives=list[AdminDomainAllow], **READ_LIST),
    get(f"{API}/{ALLOWS}/{{id}}", allow_of, Surface.OFFICE, **READ_LIST),
    post(f"{API}/{ALLOWS}", allow, Surface.OFFICE, **WRITE_LIST),
    delete(f"{API}/{ALLOWS}/{{id}}", disallow, Surface.OFFICE, **WRITE_LIST),
)
