"""Trends in the API, and tags: one, those that people follow, those on their profiles."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chaupal.api.mastodon.posts.status_answers import statuses_answer
from chaupal.api.mastodon.posts.status_entity import card_of, signed_card_of
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, post
from chaupal.http.paging import ById, Number, Paged, link_header, offset_header
from chaupal.kernel.clock import MINUTE, iso_day
from chaupal.kernel.errors import NotFound, or_not_found
from chaupal.kernel.ids import made_at
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.explore import tags, trending_links as links, trends
from chaupal.reads.explore.tags import Featured
from chaupal.reads.explore.trends import Day, TrendingTag
from chaupal.reads.people import people
from chaupal.social.context import Square
from chaupal.social.posts import followed_tags
from chaupal.text.entities import is_tag

MOST_OFFSET = 400  # of posts


class TrendsAsked(msgspec.Struct, kw_only=True):
    """`language` is Chaupal's own: what is talked about in one language."""

    limit: Number | None = None
    offset: Number = 0
    language: str | None = None

    def bounded(self, usual: int, most: int) -> int:
        return usual if self.limit is None else max(1, min(self.limit, most))


class TagNamed(msgspec.Struct):
    """A tag by its name, in any spelling."""

    name: str


class HistoryDay(msgspec.Struct):
    """One day of a tag or a link; numbers as text, as clients expect. `day` in seconds since 1970."""

    day: str
    uses: str
    accounts: str


class TagShown(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Tag/ and the flags of /entities/Admin_Tag/, open to all.

    A tag that is de-amplified here is not `trendable`. Every tag can be used, and none waits for a review.
    """

    id: str
    name: str
    url: str
    history: list[HistoryDay]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET
    trendable: bool = True
    usable: bool = True
    requires_review: bool = False


_encode = msgspec.json.Encoder().encode


def tag_shown(call: Call[Any], tag: TrendingTag, mine: tags.OwnTags) -> TagShown:
    return TagShown(
        id=tag.key,
        name=tag.name,
        url=f"{call.house.settings.origin}/tags/{tag.name}",
        history=days_shown(tag.history),
        trendable=tag.trendable,
        following=tag.key in mine.followed if call.viewer.account is not None else UNSET,
        featuring=tag.key in mine.featured if call.viewer.account is not None else UNSET,
    )


async def shown_tags(call: Call[Any], found: Sequence[TrendingTag]) -> list[TagShown]:
    """Tags as the viewer reads them: with what they follow and show of them."""
    mine = await tags.of_viewer(call.house.reads, call.viewer) if found else tags.NOBODYS
    return [tag_shown(call, tag, mine) for tag in found]


async def tags_bytes(call: Call[Any], found: Sequence[TrendingTag]) -> bytes:
    """A JSON array of Tag."""
    return _encode(await shown_tags(call, found))


async def trending_tags(call: Call[TrendsAsked]) -> Answer:
    """What people talk about more than before."""
    args, end = call.args, call.args.offset + call.args.bounded(10, 20)
    found = await trends.tags(call.house.reads, call.viewer, args.language, end + 1)
    return Answer(await tags_bytes(call, found[args.offset : end]), headers=_next(call, end, len(found)))


async def trending_posts(call: Call[TrendsAsked]) -> Answer:
    """What was liked and reposted most lately."""
    args, most = call.args, call.args.bounded(20, 40)
    start = min(args.offset, MOST_OFFSET)
    found = await trends.posts(call.house.reads, call.viewer, args.language, most + 1, start)
    headers = _next(call, start + most, start + len(found)) if start + most <= MOST_OFFSET else []
    return await statuses_answer(call, found[:most], headers)


async def trending_links(call: Call[TrendsAsked]) -> Answer:
    """What people share more than before."""
    args, end = call.args, call.args.offset + call.args.bounded(10, 20)
    found = await links.links(call.house.reads, call.viewer, args.language, end + 1)
    return Answer(_encode(await links_shown(call, found[args.offset : end])), headers=_next(call, end, len(found)))


def _next(call: Call[TrendsAsked], end: int, known: int) -> list[tuple[str, str]]:
    """Where the list goes on, if it does: apps follow the header and name no offset themselves."""
    return offset_header(call, end) if known > end else []


async def links_shown(call: Call[Any], found: Sequence[links.TrendingLink]) -> list[dict[str, Any]]:
    """https://docs.joinmastodon.org/entities/PreviewCard/ with the last seven days, as Trends::Link has it."""
    by = await people.bylines_of(call.house.reads, call.viewer, [one.seen for one in found])
    return [_link_shown(call, one, by.get(one.seen.item.id)) for one in found]


def _link_shown(call: Call[Any], link: links.TrendingLink, by: Visible[Person] | None) -> dict[str, Any]:
    settings, post = call.house.settings, link.seen.item
    card = (
        signed_card_of(settings, call.viewer, post, by)
        if by is not None
        else card_of(settings, call.viewer, post) or {}
    )
    return card | {"id": str(link.id), "history": days_shown(link.history)}


def days_shown(history: Sequence[Day]) -> list[HistoryDay]:
    return [HistoryDay(str(d.at // 1000), str(d.uses), str(d.authors)) for d in history]


async def tag(call: Call[TagNamed]) -> TagShown:
    """One tag."""
    found = await tags.by_name(call.house.reads, call.viewer, _named(call))
    return (await shown_tags(call, [found]))[0]


def _named(call: Call[TagNamed]) -> str:
    """Raises NotFound for what can be no tag, as Mastodon has it."""
    name = call.args.name.strip().lstrip("#＃")
    if not is_tag(name):
        raise NotFound
    return name


# What trends is counted anew once a minute; a change of the law, or any other, at once.
OPEN: dict[str, Any] = {"public": True, "kept": True, "kept_for": MINUTE}


class FeaturedShown(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/FeaturedTag/; counts as text, as clients expect."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


class FeatureSent(msgspec.Struct):
    """A tag to show on one's profile."""

    name: str


async def followed(call: Call[Paged]) -> Answer:
    """The tags one follows."""
    page = await tags.followed(call.house.reads, call.viewer, call.args.cursor(100, 200))
    return Answer(await tags_bytes(call, page.items), headers=link_header(call, page))


type Act = Callable[[Square, Viewer, str], Awaitable[object]]


def _act(act: Act) -> Callable[[Call[TagNamed]], Awaitable[TagShown]]:
    """What is done to a tag by its name, and the tag as it is then."""

    async def run(call: Call[TagNamed]) -> TagShown:
        await act(call.house.square, call.viewer, _named(call))
        return await tag(call)

    run.__name__, run.__doc__ = act.__name__, act.__doc__
    return run


async def featured(call: Call[Nothing]) -> list[FeaturedShown]:
    """The tags on one's own profile."""
    handle = (await people.person(call.house.reads, call.viewer, call.me)).item.handle
    return [featured_shown(call, handle, tag) for tag in await tags.featured(call.house.reads, call.viewer, call.me)]


async def of_account(call: Call[ById]) -> list[FeaturedShown]:
    """The tags on somebody's profile."""
    handle = (await people.person(call.house.reads, call.viewer, call.args.id)).item.handle
    found = await tags.featured(call.house.reads, call.viewer, call.args.id)
    return [featured_shown(call, handle, tag) for tag in found]


async def add(call: Call[FeatureSent]) -> FeaturedShown:
    """Show a tag on one's profile."""
    id_ = await followed_tags.feature(call.house.square, call.viewer, call.args.name)
    handle = (await people.person(call.house.reads, call.viewer, call.me)).item.handle
    found = await tags.featured(call.house.reads, call.viewer, call.me)
    return featured_shown(call, handle, or_not_found(next((tag for tag in found if tag.id == id_), None)))


async def remove(call: Call[ById]) -> None:
    """Show a tag on one's profile no more."""
    await followed_tags.unfeature(call.house.square, call.viewer, call.args.id)


async def proposed(call: Call[Nothing]) -> Answer:
    """The tags one uses most and does not show yet."""
    return Answer(await tags_bytes(call, await tags.proposed(call.house.reads, call.viewer)))


def featured_shown(call: Call[Any], handle: str, tag: Featured) -> FeaturedShown:
    return FeaturedShown(
        id=str(tag.id),
        name=tag.name,
        url=f"{call.house.settings.origin}/@{handle}/tagged/{tag.name}",
        statuses_count=str(tag.uses),
        last_status_at=iso_day(made_at(tag.last)) if tag.last else None,
    )


FOLLOWS: dict[str, Any] = {"scope": "write:follows"}
ACCOUNTS: dict[str, Any] = {"scope": "write:accounts"}


ROUTES: tuple[Route, ...] = (
    get("/api/v1/trends", trending_tags, Surface.TRENDS, gives=list[TagShown], **OPEN),
    get("/api/v1/trends/tags", trending_tags, Surface.TRENDS, gives=list[TagShown], **OPEN),
    get("/api/v1/trends/statuses", trending_posts, Surface.TRENDS, **OPEN),
    get("/api/v1/trends/links", trending_links, Surface.TRENDS, **OPEN),
    get("/api/v1/tags/{name}", tag, Surface.SEARCH, **OPEN),
    get("/api/v1/followed_tags", followed, Surface.OWN, scope="read:follows", gives=list[TagShown], kept=True),
    post("/api/v1/tags/{name}/follow", _act(followed_tags.follow), Surface.SEARCH, **FOLLOWS),
    post("/api/v1/tags/{name}/unfollow", _act(followed_tags.unfollow), Surface.SEARCH, **FOLLOWS),
    post("/api/v1/tags/{name}/feature", _act(followed_tags.feature), Surface.SEARCH, **ACCOUNTS),
    post("/api/v1/tags/{name}/unfeature", _act(followed_tags.unfeature_named), Surface.SEARCH, **ACCOUNTS),
    get("/api/v1/featured_tags", featured, Surface.OWN, scope="read:accounts"),
    post("/api/v1/featured_tags", add, Surface.OWN, scope="write:accounts"),
    get("/api/v1/featured_tags/suggestions", proposed, Surface.OWN, scope="read:accounts", gives=list[TagShown]),
    delete("/api/v1/featured_tags/{id}", remove, Surface.OWN, scope="write:accounts"),
    get("/api/v1/accounts/{id}/featured_tags", of_account, Surface.PROFILE, scope="read:accounts", public=True),
)
