"""Pinned posts, muted conversations and translations at the wire."""

from collections.abc import Awaitable, Callable

import msgspec

from chaupal.api.mastodon.posts.statuses import status_answer
from chaupal.kernel.errors import NotFound
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads.timelines import thread
from chaupal.social.context import Square
from chaupal.social.posts import pinning
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import ById, Number
from chaupal.wire.route import Route, post


class Tongue(msgspec.Struct):
    """A post, and into which language."""

    id: Number
    lang: str = ""


type Act = Callable[[Square, Viewer, int], Awaitable[int]]


def _act(act: Act) -> Callable[[Call[ById]], Awaitable[Answer]]:
    async def run(call: Call[ById]) -> Answer:
        id_ = await act(call.house.square, call.viewer, call.args.id)
        return await status_answer(call, await thread.post(call.house.reads, call.viewer, id_))

    run.__name__, run.__doc__ = act.__name__, act.__doc__
    return run


async def translate(call: Call[Tongue]) -> Answer:
    """Nothing is translated here, as `configuration.translation.enabled` says. Raises NotFound, as Mastodon does then."""
    raise NotFound


ONE = "/api/v1/statuses/{id}"

ROUTES: tuple[Route, ...] = (
    post(f"{ONE}/pin", _act(pinning.pin), Surface.STATUS, scope="write:accounts", takes=ById),
    post(f"{ONE}/unpin", _act(pinning.unpin), Surface.STATUS, scope="write:accounts", takes=ById),
    post(f"{ONE}/mute", _act(pinning.mute), Surface.STATUS, scope="write:mutes", takes=ById),
    post(f"{ONE}/unmute", _act(pinning.unmute), Surface.STATUS, scope="write:mutes", takes=ById),
    post(f"{ONE}/translate", translate, Surface.NONE, scope="read:statuses", takes=Tongue),
)
