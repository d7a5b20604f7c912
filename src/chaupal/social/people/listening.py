"""From whom one wants to hear: the policy of one's notifications, a word about those who were kept apart, which come by mail; how far one
has read, and what one clears away.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence

import msgspec

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.kernel.ids import parse_id
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.mail_proofs import proof_of
from chaupal.store.machine.work import Writing
from chaupal.store.notifications import notification_mails, notification_policy, notifications
from chaupal.store.notifications.notification_mails import KINDS as KINDS
from chaupal.store.notifications.notification_policy import (
    ACCEPT as ACCEPT,
    DROP as DROP,
    FILTER as FILTER,
    Policy as Policy,
)

ALONE = "ungrouped-"  # before the id of a notification that stands in no group
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


async def keep_markers(square: Square, viewer: Viewer, read: Mapping[str, int]) -> None:
    """Timeline (`home`, `notifications`) -> the newest id read, so that every device knows; others are left as they are."""
    me = viewer.me
    async with square.work.writing() as w:
        for timeline in notifications.TIMELINES:
            if timeline in read:
                await notifications.set_marker(w, me, timeline, read[timeline])


async def clear_notifications(square: Square, viewer: Viewer) -> None:
    """All notifications go."""
    me = viewer.me
    async with square.work.writing() as w:
        await notifications.clear(w, me)


async def dismiss_notification(square: Square, viewer: Viewer, id_: int) -> None:
    """One notification goes. Raises NotFound for one that is not the viewer's."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await notifications.dismiss(w, me, id_):
            raise NotFound


async def dismiss_group(square: Square, viewer: Viewer, key: str) -> None:
    """All notifications of a group go; the key of one that stands alone names it. Raises NotFound."""
    me = viewer.me
    if key.startswith(ALONE):
        await dismiss_notification(square, viewer, parse_id(key.removeprefix(ALONE)) or 0)
        return
    async with square.work.writing() as w:
        if not key or not await notifications.dismiss_group(w, me, key):
            raise NotFound


async def mails_chosen(square: Square, viewer: Viewer) -> frozenset[str]:
    async with square.work.reading() as reading:
        return await notification_mails.chosen(reading, viewer.me)


async def choose_mails(square: Square, viewer: Viewer, kinds: Collection[str]) -> None:
    """These kinds come by mail from now on; what is not known is left out."""
    async with square.work.writing() as w:
        await notification_mails.choose(w, viewer.me, [kind for kind in KINDS if kind in kinds])


def stop_path(settings: Settings, account: int) -> str:
    """The path of the link in each letter that ends them, for one account; it opens nothing else."""
    return f"/mail/stop/{account}-{_proof(settings, account)}"


def owner_of_stop(settings: Settings, secret: str) -> int:
    """Whose letters a link ends. Raises NotFound."""
    number, _, proof = secret.partition("-")
    account = parse_id(number)
    if account is None or not proof.isascii() or not hmac.compare_digest(proof, _proof(settings, account)):
        raise NotFound
    return account


async def stop_mails(square: Square, secret: str) -> None:
    """No notification comes by mail any more. Again: the same. Raises NotFound."""
    account = owner_of_stop(square.settings, secret)
    async with square.work.writing() as w:
        if not await notification_mails.choose(w, account, ()):
            raise NotFound


def _proof(settings: Settings, account: int) -> str:
    return proof_of(settings, str(account), b"mail-stop")
