"""Servers in the API: those that one hides for oneself, and what is limited of servers here, for everybody.

https://docs.joinmastodon.org/methods/domain_blocks/, /methods/instance/#domain_blocks
"""

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, json, post
from chaupal.http.paging import Paged, link_header
from chaupal.kernel.argument_sizes import Word
from chaupal.policy.surface import Surface
from chaupal.reads.court import servers as limited
from chaupal.reads.people import hidden_servers as looks
from chaupal.social.people import graph
from chaupal.text import hosts


class DomainSent(msgspec.Struct):
    """A server by its domain."""

    domain: Word


class DomainBlock(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/DomainBlock/; `reference` and `entry`: its case, and where the log says so."""

    domain: str
    digest: str
    severity: str
    comment: str | None
    reject_media: bool
    reject_reports: bool
    reference: str
    entry: int


async def listed(call: Call[Paged]) -> Answer:
    """The domains that one hides, the newest first."""
    page = await looks.of_viewer(call.house.reads, call.viewer, call.args.cursor(100, 200))
    return json([one.domain for one in page.items], headers=link_header(call, page))


async def hide(call: Call[DomainSent]) -> None:
    """Hide a server: nothing of it is met but whom one follows there, and whoever follows one from there does so no more."""
    await graph.hide_server(call.house.square, call.viewer, call.args.domain)


async def show(call: Call[DomainSent]) -> None:
    """Hide it no more."""
    await graph.show_server(call.house.square, call.viewer, call.args.domain)


async def public(call: Call[Nothing]) -> list[DomainBlock]:
    """What is limited of servers here, with the reason; where staff chose so, the name has gaps."""
    return [
        DomainBlock(
            domain=one.shown,
            digest=hosts.digest(one.domain),
            severity=one.severity,
            comment=one.reason or None,
            reject_media=one.refuses_media,
            reject_reports=one.refuses_reports,
            reference=one.ref,
            entry=one.leaf,
        )
        for one in await limited.limited(call.house.reads)
    ]


PATH = "/api/v1/domain_blocks"

ROUTES: tuple[Route, ...] = (
    get(PATH, listed, Surface.OWN, scope="read:blocks", gives=list[str]),
    post(PATH, hide, Surface.NONE, scope="write:blocks"),
    delete(PATH, show, Surface.NONE, scope="write:blocks"),
    get("/api/v1/instance/domain_blocks", public, Surface.RECORD, public=True),
)
