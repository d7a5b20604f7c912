"""What one does with a post in the API: likes, saves, pins, mutes its conversation; and who liked and reposted it."""

from collections.abc import Awaitable, Callable

import msgspec

from chaupal.api.mastodon.posts.status_answers import status_answer, statuses_answer
from chaupal.api.mastodon.ties import AROUND, around
from chaupal.http.call import Answer, Call, Route, get, post
from chaupal.http.paging import ById, Number, Paged, link_header
from chaupal.kernel.errors import NotFound
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.context import Reads
from chaupal.reads.page import Cursor, Page
from chaupal.reads.people import people_lists
from chaupal.reads.timelines import saved, thread
from chaupal.social.context import Square
from chaupal.social.posts import reactions

type Act = Callable[[Square, Viewer, int], Awaitable[int]]
type Kept = Callable[[Reads, Viewer, Cursor], Awaitable[Page[Visible[Post]]]]


def _act(act: Act) -> Callable[[Call[ById]], Awaitable[Answer]]:
    async def run(call: Call[ById]) -> Answer:
        id_ = await act(call.house.square, call.viewer, call.args.id)
        return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))

    run.__name__, run.__doc__ = act.__name__, act.__doc__
    return run


class TranslationAsked(msgspec.Struct):
    """A post, and into which language."""

    id: Number
    lang: str = ""


async def translate(call: Call[TranslationAsked]) -> Answer:
    """Nothing is translated here, as `configuration.translation.enabled` says. Raises NotFound, as Mastodon does then."""
    raise NotFound


def _handler_of(read: Kept) -> Callable[[Call[Paged]], Awaitable[Answer]]:
    async def run(call: Call[Paged]) -> Answer:
        page = await read(call.house.reads, call.viewer, call.args.cursor())
        return await statuses_answer(call, page.items, link_header(call, page))

    run.__name__, run.__doc__ = read.__name__, read.__doc__
    return run


ONE = "/api/v1/statuses/{id}"

ROUTES: tuple[Route, ...] = (
    post(f"{ONE}/favourite", _act(reactions.like), Surface.STATUS, scope="write:favourites"),
    post(f"{ONE}/unfavourite", _act(reactions.unlike), Surface.STATUS, scope="write:favourites"),
    post(f"{ONE}/bookmark", _act(reactions.save), Surface.STATUS, scope="write:bookmarks"),
    post(f"{ONE}/unbookmark", _act(reactions.unsave), Surface.STATUS, scope="write:bookmarks"),
    post(f"{ONE}/pin", _act(reactions.pin), Surface.STATUS, scope="write:accounts"),
    post(f"{ONE}/unpin", _act(reactions.unpin), Surface.STATUS, scope="write:accounts"),
    post(f"{ONE}/mute", _act(reactions.mute), Surface.STATUS, scope="write:mutes"),
    post(f"{ONE}/unmute", _act(reactions.unmute), Surface.STATUS, scope="write:mutes"),
    post(f"{ONE}/translate", translate, Surface.NONE, scope="read:statuses"),
    get(f"{ONE}/favourited_by", around(people_lists.liked_by), Surface.PEOPLE, **AROUND),
    get(f"{ONE}/reblogged_by", around(people_lists.reposted_by), Surface.PEOPLE, **AROUND),
    get("/api/v1/favourites", _handler_of(saved.liked), Surface.SAVED, scope="read:favourites", kept=True),
    get("/api/v1/bookmarks", _handler_of(saved.saved), Surface.SAVED, scope="read:bookmarks", kept=True),
)  # fmt: skip
