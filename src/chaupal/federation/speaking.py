"""Saying something to other servers: written down in the commit that makes it true, and sent from there."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from chaupal.federation.context import Federation
from chaupal.federation.writing.terms import alone
from chaupal.governance.servers.allowing import spoken_to
from chaupal.store.federation import deliveries
from chaupal.store.federation.deliveries import Box
from chaupal.store.machine.work import Writing

_encode = msgspec.json.Encoder().encode


async def say(
    fed: Federation, w: Writing, by: int, boxes: Sequence[Box], activity: dict[str, Any], *, post: int = 0
) -> int:
    """To these inboxes, signed by an account of ours (0: the server); once for each; how many. Nothing where there are none, and
    nothing to servers that are not talked to.

    `post`: what it shows the words of, a post or somebody's profile. It is left unsaid where that is deleted or withheld everywhere
    by the time it is sent.
    """
    told = await spoken_to(fed.settings, w, {box.server for box in boxes}) if boxes else frozenset[int]()
    open_ = [box for box in dict.fromkeys(boxes) if box.server in told]
    if open_:
        await deliveries.enqueue(w, fed.make_id, by, open_, _encode(alone(activity)).decode(), post)
    return len(open_)


async def say_to(
    fed: Federation, w: Writing, by: int, people: Collection[int], activity: dict[str, Any], *, post: int = 0
) -> int:
    """The same to those of these accounts who are on other servers."""
    return await say(fed, w, by, await deliveries.of_people(w, people), activity, post=post)
