"""From whom one wants to hear: the policy of one's notifications, and a word about those who were kept apart."""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.machine.work import Writing
from chaupal.store.notifications import notification_policy
from chaupal.store.notifications.notification_policy import (
    ACCEPT as ACCEPT,
    DROP as DROP,
    FILTER as FILTER,
    Policy as Policy,
)

CHOICES = (ACCEPT, FILTER, DROP)


async def wish(square: Square, viewer: Viewer, **wished: str | None) -> Policy:
    """The policy with these classes changed; None leaves one as it is. Raises Invalid by field."""
    me = viewer.me
    changed = {name: value for name, value in wished.items() if value is not None}
    for name, value in changed.items():
        if value not in CHOICES:
            raise Invalid("notification_policy_unknown", field=name, name=name, known=", ".join(CHOICES))
    async with square.work.writing() as w:
        policy = msgspec.structs.replace(await notification_policy.policy_of(w, me), **changed)
        await notification_policy.keep(w, me, policy)
    return policy


async def accept(square: Square, viewer: Viewer, requests: Sequence[int]) -> None:
    """These people are heard from now on, and what was kept apart with the rest. Raises NotFound where none of it is there."""
    me = viewer.me
    async with square.work.writing() as w:
        for whom in await _kept_apart(w, me, requests):
            await notification_policy.accept(w, me, whom)


async def dismiss(square: Square, viewer: Viewer, requests: Sequence[int]) -> None:
    """What was kept apart goes. Raises NotFound where none of it is there."""
    me = viewer.me
    async with square.work.writing() as w:
        for whom in await _kept_apart(w, me, requests):
            await notification_policy.dismiss(w, me, whom)


async def _kept_apart(w: Writing, me: int, requests: Sequence[int]) -> list[int]:
    """Whose they are. Of several, those are left out that another device has seen to already."""
    found = [await notification_policy.request(w, me, id_) for id_ in requests]
    there = [one.from_id for one in found if one is not None]
    if requests and not there:
        raise NotFound
    return there
