"""Tags that people follow, and tags on their profiles, in the API."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chaupal.api.mastodon.trends import TagNamed, TagShown, tag, tags_bytes
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, post
from chaupal.http.paging import ById, Paged, link_header
from chaupal.kernel.clock import iso_day
from chaupal.kernel.ids import made_at
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads.explore import tags
from chaupal.reads.explore.tags import Featured
from chaupal.reads.people import people
from chaupal.social.context import Square
from chaupal.social.posts import followed_tags


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
        await act(call.house.square, call.viewer, call.args.name)
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
    return next(featured_shown(call, handle, tag) for tag in found if tag.id == id_)


async def remove(call: Call[ById]) -> None:
    """Show it no more."""
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
