"""Trends, tags and suggestions at the wire."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from chaupal.api.people import account_bytes
from chaupal.api.statuses import statuses_bytes
from chaupal.api.ties import people_bytes
from chaupal.policy.surface import Surface
from chaupal.reads import tags, trends
from chaupal.reads.trends import TrendingTag
from chaupal.wire.call import Answer, Call, json
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, get


class TrendsAsked(msgspec.Struct, kw_only=True):
    """`language` is Chaupal's own: what is talked about in one language."""

    limit: Number | None = None
    offset: Number = 0
    language: str | None = None

    def most(self, usual: int, most: int) -> int:
        return usual if self.limit is None else max(1, min(self.limit, most))


class TagNamed(msgspec.Struct):
    """A tag by its name, in any spelling."""

    name: str


class HistoryDay(msgspec.Struct):
    """One day of a tag; numbers as text, as clients expect. `day` in seconds since 1970."""

    day: str
    uses: str
    accounts: str


class TagShown(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Tag/"""

    id: str
    name: str
    url: str
    history: list[HistoryDay]
    following: bool | UnsetType = UNSET


class Suggestion(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Suggestion/"""

    source: str
    sources: list[str]
    account: Raw


_encode = msgspec.json.Encoder().encode


def tag_shown(call: Call[Any], tag: TrendingTag) -> TagShown:
    return TagShown(
        id=tag.key,
        name=tag.name,
        url=f"{call.house.settings.origin}/tags/{tag.name}",
        history=[HistoryDay(str(d.at // 1000), str(d.uses), str(d.authors)) for d in tag.history],
        following=False if call.viewer.account is not None else UNSET,
    )


def tags_bytes(call: Call[Any], found: Sequence[TrendingTag]) -> bytes:
    """A JSON array of Tag."""
    return _encode([tag_shown(call, tag) for tag in found])


async def trending_tags(call: Call[TrendsAsked]) -> Answer:
    """What people talk about more than before."""
    args = call.args
    found = await trends.tags(call.house.reads, call.viewer, args.language, args.offset + args.most(10, 20))
    return Answer(tags_bytes(call, found[args.offset :]))


async def trending_posts(call: Call[TrendsAsked]) -> Answer:
    """What was liked and reposted most lately."""
    args = call.args
    found = await trends.posts(call.house.reads, call.viewer, args.language, args.most(20, 40), min(args.offset, 400))
    return Answer(await statuses_bytes(call, found))


async def trending_links(call: Call[TrendsAsked]) -> list[Any]:
    """This server makes no cards of links, so none of them trends."""
    return []


async def tag(call: Call[TagNamed]) -> TagShown:
    """One tag."""
    return tag_shown(call, await tags.one(call.house.reads, call.viewer, call.args.name))


async def suggestions(call: Call[TrendsAsked]) -> Answer:
    """Whom one may like to follow, and why."""
    seen = await trends.people(call.house.reads, call.viewer, call.args.most(40, 80))
    settings, viewer = call.house.settings, call.viewer
    return json([Suggestion("global", ["most_followed"], Raw(account_bytes(settings, viewer, p))) for p in seen])


async def suggested_people(call: Call[TrendsAsked]) -> Answer:
    """Whom one may like to follow, as older clients read it."""
    return Answer(people_bytes(call, await trends.people(call.house.reads, call.viewer, call.args.most(40, 80))))


OPEN: dict[str, Any] = {"public": True, "takes": TrendsAsked}

ROUTES: tuple[Route, ...] = (
    get("/api/v1/trends", trending_tags, Surface.TRENDS, **OPEN),
    get("/api/v1/trends/tags", trending_tags, Surface.TRENDS, **OPEN),
    get("/api/v1/trends/statuses", trending_posts, Surface.TRENDS, **OPEN),
    get("/api/v1/trends/links", trending_links, Surface.NONE, **OPEN),
    get("/api/v1/tags/{name}", tag, Surface.SEARCH, public=True, takes=TagNamed, gives=TagShown),
    get("/api/v2/suggestions", suggestions, Surface.SUGGEST, scope="read:accounts", takes=TrendsAsked),
    get("/api/v1/suggestions", suggested_people, Surface.SUGGEST, scope="read:accounts", takes=TrendsAsked),
)
