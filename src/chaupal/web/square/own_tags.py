"""Followed tags, and tags on one's profile, on one page; and the buttons for both."""

from typing import Any

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.http.paging import ById, Paged
from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import tags
from chaupal.social.posts import followed_tags
from chaupal.web import links, pages
from chaupal.web.square.reading import pager
from chaupal.web.words import N_, sentence


class TagTyped(msgspec.Struct, kw_only=True):
    """A tag, and where to go then. `name` may come in the form."""

    name: str = ""
    next: str = "/settings/tags"


async def every(call: Call[Paged]) -> Answer:
    return await _show(call)


async def follow(call: Call[TagTyped]) -> Answer:
    return await _try(call, followed_tags.follow, "followed")


async def unfollow(call: Call[TagTyped]) -> Answer:
    return await _try(call, followed_tags.unfollow, "followed")


async def feature(call: Call[TagTyped]) -> Answer:
    return await _try(call, followed_tags.feature, "featured")


async def unfeature(call: Call[ById]) -> Answer:
    await followed_tags.unfeature(call.house.square, call.viewer, call.args.id)
    return redirect("/settings/tags")


async def _try(call: Call[TagTyped], act: Any, field: str) -> Answer:
    try:
        await act(call.house.square, call.viewer, call.args.name)
    except Invalid as problem:
        return await _show(call, {field: sentence(problem, call.viewer.language)}, call.args.name)
    return redirect(links.back(call.args.next))


async def _show(call: Call[Any], errors: dict[str, str] | None = None, typed: str = "") -> Answer:
    reads, viewer = call.house.reads, call.viewer
    asked = call.args if isinstance(call.args, Paged) else Paged()
    page = await tags.followed(reads, viewer, asked.cursor(40))
    return await pages.render(
        call,
        "keeping/tags.html",
        followed=page.items,
        errors=errors or {},
        typed=typed,
        featured=await tags.featured(reads, viewer, viewer.me),
        proposed=await tags.proposed(reads, viewer),
        pager=pager(call, page) if isinstance(call.args, Paged) else {"older": "", "newest": ""},
        titled=N_("Hashtags I follow and show"),
    )


ROUTES: tuple[Route, ...] = (
    get("/settings/tags", every, Surface.OWN, **PAGE),
    post("/settings/tags/follow", follow, Surface.OWN, **PAGE),
    post("/settings/tags/unfollow", unfollow, Surface.OWN, **PAGE),
    post("/settings/tags/feature", feature, Surface.OWN, **PAGE),
    post("/settings/tags/{id}/unfeature", unfeature, Surface.OWN, **PAGE),
)
