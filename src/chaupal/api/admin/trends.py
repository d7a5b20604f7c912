"""Mastodon's admin API for trends: what trends, as staff may look at it. Nothing waits for a review here.

https://docs.joinmastodon.org/methods/admin/trends/ - to keep something out takes a rule, a place, an end and two people:
that is a matter of the court (`/office/deamplified`), and no click of one. These calls say so.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chaupal.api.mastodon.posts.status_answers import status_answer
from chaupal.api.mastodon.trends import TagNamed, TagShown, TrendsAsked, links_shown, tag, trending_posts, trending_tags
from chaupal.http.call import Answer, Call, Route, get, post
from chaupal.http.paging import ById
from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import trending_links as links
from chaupal.reads.timelines import thread


class Publisher(msgspec.Struct, kw_only=True):
    """A site of which links trend, as Mastodon's admin API has it; nothing of it waits for a review here."""

    id: str
    domain: str
    trendable: bool = True
    reviewed_at: None = None
    requested_review_at: None = None
    requires_review: bool = False


async def approve_tag(call: Call[TagNamed]) -> TagShown:
    """A tag that may trend, as every one may: nothing to approve. 422 where a decision keeps it out."""
    shown = await tag(call)
    if not shown.trendable:
        raise Invalid("trend_kept_out")
    return shown


async def reject_tag(call: Call[TagNamed]) -> Answer:
    """Refused (422): it takes two people."""
    await tag(call)
    raise Invalid("trend_by_two")


async def approve_post(call: Call[ById]) -> Answer:
    """A post that may trend, as every public one may: nothing to approve."""
    return await status_answer(call, await thread.post(call.house.reads, call.viewer, call.args.id))


async def reject_post(call: Call[ById]) -> Answer:
    """Refused (422): it takes two people."""
    await thread.post(call.house.reads, call.viewer, call.args.id)
    raise Invalid("trend_by_two")


async def trending_links(call: Call[TrendsAsked]) -> list[dict[str, Any]]:
    """What people share more than before, with its number."""
    args = call.args
    found = await links.links(call.house.reads, call.viewer, args.language, args.offset + args.bounded(10, 20))
    return await _links(call, found[args.offset :])


async def approve_link(call: Call[ById]) -> dict[str, Any]:
    """A link that trends, as every one may: nothing to approve. 404 for one that does not."""
    return (await _links(call, [await links.by_id(call.house.reads, call.viewer, call.args.id)]))[0]


async def reject_link(call: Call[ById]) -> Answer:
    """Refused (422): it takes two people. What is kept out are posts, people and tags, and with them their links."""
    await links.by_id(call.house.reads, call.viewer, call.args.id)
    raise Invalid("trend_by_two")


async def publishers(call: Call[TrendsAsked]) -> list[Publisher]:
    """The sites of the links that trend, the hottest first."""
    args = call.args
    found = list((await _publishers(call)).values())
    return found[args.offset : args.offset + args.bounded(20, 40)]


async def approve_publisher(call: Call[ById]) -> Publisher:
    """A site that may trend, as every one may: nothing to approve. 404 for one of which nothing trends."""
    return await _publisher(call)


async def reject_publisher(call: Call[ById]) -> Answer:
    """Refused (422): it takes two people."""
    await _publisher(call)
    raise Invalid("trend_by_two")


async def _publisher(call: Call[ById]) -> Publisher:
    return or_not_found((await _publishers(call)).get(call.args.id))


async def _publishers(call: Call[Any]) -> dict[int, Publisher]:
    trending = await links.links(call.house.reads, call.viewer, None, links.MOST_TAGS)
    domains = (urlsplit(one.url).hostname or "" for one in trending)
    return {(id_ := links.number(domain)): Publisher(id=str(id_), domain=domain) for domain in domains if domain}


async def _links(call: Call[Any], found: Sequence[links.TrendingLink]) -> list[dict[str, Any]]:
    return [shown | {"requires_review": False} for shown in await links_shown(call, found)]


API = "/api/v1/admin/trends"
READ: dict[str, Any] = {"scope": "admin:read", "may": "see_office"}
WRITE: dict[str, Any] = {"scope": "admin:write", "may": "sanction"}

ROUTES: tuple[Route, ...] = (
    get(f"{API}/tags", trending_tags, Surface.TRENDS, gives=list[TagShown], **READ),
    get(f"{API}/statuses", trending_posts, Surface.TRENDS, **READ),
    get(f"{API}/links", trending_links, Surface.TRENDS, **READ),
    get(f"{API}/links/publishers", publishers, Surface.TRENDS, **READ),
    post(f"{API}/links/publishers/{{id}}/approve", approve_publisher, Surface.TRENDS, **WRITE),
    post(f"{API}/links/publishers/{{id}}/reject", reject_publisher, Surface.TRENDS, **WRITE),
    post(f"{API}/tags/{{name}}/approve", approve_tag, Surface.SEARCH, **WRITE),
    post(f"{API}/tags/{{name}}/reject", reject_tag, Surface.SEARCH, **WRITE),
    post(f"{API}/statuses/{{id}}/approve", approve_post, Surface.STATUS, **WRITE),
    post(f"{API}/statuses/{{id}}/reject", reject_post, Surface.STATUS, **WRITE),
    post(f"{API}/links/{{id}}/approve", approve_link, Surface.TRENDS, **WRITE),
    post(f"{API}/links/{{id}}/reject", reject_link, Surface.TRENDS, **WRITE),
)
