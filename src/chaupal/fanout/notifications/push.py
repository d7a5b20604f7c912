"""Web Push: notifications go to devices by push services, encrypted for the device alone (RFC 8030, 8188, 8291, 8292).

What waits is an id. It is put into words when it leaves, for the viewer who asked and by the law of that moment: what was
withheld, blocked or deleted while it waited is not sent. docs/push.md tells apps what to expect.
"""

import asyncio
import os
from typing import Any

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.governance import calling
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel import base64url
from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND
from chaupal.kernel.errors import NotFound
from chaupal.policy.sentences import push_texts
from chaupal.policy.things import Person, Post
from chaupal.policy.viewer import SUSPENDED, Role, Viewer
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import NotificationSeen
from chaupal.social.people import push as devices
from chaupal.store.identity import accounts
from chaupal.store.notifications import push
from chaupal.store.notifications.push import DuePush, Subscription
from chaupal.store.square import graph

# How long after each vain try the next one comes; then the push is given up, not the device.
BACK_OFF = (30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR)
LASTS = 2 * DAY  # what could not be pushed for so long is no news
# So many pushes given up in a row, and over so long: nobody is behind that address any more. A network of ours that is down for an
# evening, however much happens meanwhile, costs nobody their device.
OFF_AFTER, OFF_OVER = 10, 7 * DAY
AT_ONCE = 200  # pushes taken up at one look
TOGETHER = 20  # on their way at once
HELD = 2 * MINUTE  # a push is another's to make after this, where whoever took it up has died
GONE = (404, 410)  # RFC 8030 §7.3
LATER = (408, 425, 429)

_encode = msgspec.json.Encoder().encode


async def deliver_due(carrier: Carrier) -> int:
    """Make the pushes that are due. How many were made or dropped."""
    async with carrier.work.reading() as reading:
        found = await push.due(reading, carrier.clock(), AT_ONCE)
    gate = asyncio.Semaphore(TOGETHER)

    async def one(call: DuePush) -> None:
        async with gate:
            await _deliver(carrier, call)

    await asyncio.gather(*map(one, found))
    return len(found)


async def tidy(carrier: Carrier) -> None:
    """Pushes whose device is gone."""
    async with carrier.work.writing() as w:
        await push.drop_orphans(w)


async def _deliver(carrier: Carrier, call: DuePush) -> None:
    async with carrier.work.writing() as w:
        if not await push.claim(w, call, carrier.clock() + HELD):
            return
        to = await push.subscription(w, call.subscription_id)
    said = None if to is None or carrier.clock() - call.at > LASTS else await _payload_for(carrier, to, call.notice_id)
    if to is None or said is None:
        async with carrier.work.writing() as w:
            await push.done(w, call, went=False)
        return
    try:
        await _send(carrier, to, said)
    except NotAnswered as error:
        await _failed(carrier, to, call, error.status)
        return
    async with carrier.work.writing() as w:
        await push.done(w, call, went=True)


async def _failed(carrier: Carrier, to: Subscription, call: DuePush, status: int) -> None:
    """Gone is gone; what the world may mend is tried again; what it refused for good is not. Who loses a device that did not go by
    itself is told.
    """
    again, now = (status == 0 or status >= 500 or status in LATER) and call.tries < len(BACK_OFF), carrier.clock()
    silent = to.failures + 1 >= OFF_AFTER and 0 < to.failing_since <= now - OFF_OVER
    async with carrier.work.writing() as w:
        if status in GONE:
            await push.remove_gone(w, to)
        elif not again and silent and await push.remove_gone(w, to):
            ear, days = await telling.ear(carrier, w, to.account_id), str((now - to.failing_since) // DAY)
            telling.answer(carrier, w, ear, "push_off", path="/notifications", key=f"push:{to.id}", days=days)
        await push.failed(w, call, now + BACK_OFF[call.tries] if again else None)


# --- what is said ---


async def _payload_for(carrier: Carrier, to: Subscription, notification: int) -> bytes | None:
    """The payload, or None where this viewer is not to be told (any more)."""
    viewer = await _viewer(carrier, to)
    if viewer is None:
        return None
    try:
        told = await notifications.by_id(carrier.reads, viewer, notification)
    except NotFound:
        return None
    if not await _is_wanted(carrier, to, told.person.item.id) or (told.post is not None and told.post.withheld):
        return None
    return _encode(_payload(carrier, to, told))


async def _viewer(carrier: Carrier, to: Subscription) -> Viewer | None:
    """Whose device it is, where they were when they asked; None where that account is not open."""
    async with carrier.work.reading() as reading:
        role = await accounts.role_of(reading, to.account_id)
        state = await accounts.standing_of(reading, to.account_id)
    if role is None or state == SUSPENDED:
        return None
    return Viewer(account=to.account_id, country=to.country, role=Role(role), language=to.language)


async def _is_wanted(carrier: Carrier, to: Subscription, by: int) -> bool:
    if to.policy == "all":
        return True
    async with carrier.work.reading() as reading:
        tie = (await graph.ties(reading, to.account_id, [by]))[by]
    return tie.following if to.policy == "followed" else tie.followed_by if to.policy == "follower" else False


def _payload(carrier: Carrier, to: Subscription, notification: NotificationSeen) -> dict[str, Any]:
    """In Mastodon's shape. `access_token` is the app's own, by which it knows for whom this is.

    `notification_id` is a number, as from Mastodon: apps for iOS show nothing of a push in which it is a string.
    """
    person, post = notification.person.item, notification.post.item if notification.post else None
    # Of a report a locked phone shows the number alone: not who complains, nor of whom.
    reported = notification.reported.row if notification.reported else None
    portrait = f"/media/{person.avatar}" if person.avatar and not reported else "/blank/avatar.png"
    return {
        "access_token": devices.unsealed(carrier.settings, to.account_id, to.token),
        "preferred_locale": to.language,
        "notification_id": notification.id,
        "notification_type": notification.kind,
        "icon": carrier.settings.origin + portrait,
        "title": push_texts.title(notification.kind, person, post, to.language),
        "body": reported.ref if reported else push_texts.body(person, post),
        "url": f"/office/reports/{reported.id}" if reported else _page(person, post),
    }


def _page(person: Person, post: Post | None) -> str:
    return f"/@{person.handle}/{post.id}" if post is not None and post.author == person.id else "/notifications"


# --- how it is sent ---


async def _send(carrier: Carrier, to: Subscription, said: bytes) -> None:
    headers, body = sealed(to, said)
    token, key = devices.signed(carrier.settings, to.endpoint), devices.public_key(carrier.settings)
    if to.standard:
        headers |= {"authorization": f"vapid t={token},k={key}"}
    else:
        headers |= {"authorization": f"WebPush {token}", "crypto-key": f"{headers['crypto-key']};p256ecdsa={key}"}
    headers |= {"content-type": "application/octet-stream", "ttl": str(LASTS // SECOND), "urgency": "normal"}
    await calling.post(to.endpoint, body, headers, private=carrier.settings.push_private)


def sealed(to: Subscription, said: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body that only the device can open: RFC 8291, or its draft of 2016 that older apps ask for."""
    salt, mine = os.urandom(16), ec.generate_private_key(ec.SECP256R1())
    version = "aes128gcm" if to.standard else "aesgcm"
    body: bytes = http_ece.encrypt(
        said, salt=salt, private_key=mine, dh=devices.raw(to.p256dh), auth_secret=devices.raw(to.auth), version=version
    )
    if to.standard:
        return {"content-encoding": "aes128gcm"}, body
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "content-encoding": "aesgcm",
        "encryption": f"salt={base64url.text_of(salt)}",
        "crypto-key": f"dh={base64url.text_of(point)}",
    }, body
