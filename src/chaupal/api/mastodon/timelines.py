"""Timelines in the API: home, the square, a tag, somebody's posts."""

from functools import partial
from typing import Any

from msgspec import field

from chaupal.api.mastodon.posts.status_answers import Growth, statuses_answer
from chaupal.http.call import Answer, Call, Route, get
from chaupal.http.paging import Number, Paged, address_of, link_header
from chaupal.policy.narrow import Scope
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Post
from chaupal.reads.explore import trending_links
from chaupal.reads.page import Page
from chaupal.reads.people import people
from chaupal.reads.timelines import home as home_reads, profile, public


class PublicArgs(Paged, kw_only=True):
    """`local`: of this server's people alone; `remote`: of others' alone. `language` is Chaupal's own."""

    local: bool = False
    remote: bool = False
    only_media: bool = False
    language: str | None = None

    @property
    def scope(self) -> Scope:
        return "all" if self.local == self.remote else "here" if self.local else "elsewhere"


class TagArgs(PublicArgs, kw_only=True):
    """A tag, in any spelling; `any`, `all` and `none` name further tags."""

    tag: str
    any: list[str] = field(default_factory=list[str])
    all: list[str] = field(default_factory=list[str])
    none: list[str] = field(default_factory=list[str])


class LinkArgs(Paged, kw_only=True):
    """A link that trends, by its address as `/api/v1/trends/links` has it."""

    url: str


class AccountArgs(Paged, kw_only=True):
    """Whose posts, and which of them."""

    id: Number
    pinned: bool = False
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    tagged: str = ""


async def _answer(call: Call[Any], page: Page[Visible[Post]]) -> Answer:
    return await statuses_answer(call, page.items, link_header(call, page))


async def home(call: Call[Paged]) -> Answer:
    page = await home_reads.page(call.house.reads, call.viewer, call.args.cursor())
    growth = (
        Growth(partial(home_reads.plain_arrivals, call.house.reads, call.viewer), address_of(call))
        if page.unbroken
        else None
    )
    return await statuses_answer(call, page.items, link_header(call, page), growth)


async def square(call: Call[PublicArgs]) -> Answer:
    args = call.args
    found = await public.page(
        call.house.reads, call.viewer, args.cursor(), args.language, only_media=args.only_media, scope=args.scope
    )
    return await _answer(call, found)


async def tagged(call: Call[TagArgs]) -> Answer:
    args = call.args
    found = await public.tagged(
        call.house.reads,
        call.viewer,
        args.tag,
        args.cursor(),
        args.language,
        also=args.any,
        with_all=args.all,
        without=args.none,
        scope=args.scope,
    )
    return await _answer(call, found)


async def linked(call: Call[LinkArgs]) -> Answer:
    """Public posts with a link that trends. 404 for one that does not."""
    args = call.args
    return await _answer(call, await trending_links.posts(call.house.reads, call.viewer, args.url, args.cursor()))


async def of_account(call: Call[AccountArgs]) -> Answer:
    args = call.args
    await people.person(call.house.reads, call.viewer, args.id)
    if args.pinned:
        pinned = await profile.pinned(call.house.reads, call.viewer, args.id)
        return await statuses_answer(call, pinned)
    found = await profile.page(
        call.house.reads,
        call.viewer,
        args.id,
        args.cursor(),
        exclude_replies=args.exclude_replies,
        exclude_reposts=args.exclude_reblogs,
        only_media=args.only_media,
        tagged=args.tagged,
    )
    return await _answer(call, found)


# The hottest reads: answered from memory while nothing has changed.
HOT: dict[str, Any] = {"scope": "read:statuses", "kept": True}

ROUTES: tuple[Route, ...] = (
    get("/api/v1/timelines/home", home, Surface.HOME, **HOT),
    get("/api/v1/timelines/public", square, Surface.PUBLIC, public=True, **HOT),
    get("/api/v1/timelines/tag/{tag}", tagged, Surface.TAG, public=True, **HOT),
    get("/api/v1/timelines/link", linked, Surface.PUBLIC, public=True, scope="read:statuses"),
    get("/api/v1/accounts/{id}/statuses", of_account, Surface.ACCOUNT, public=True, **HOT),
)
