"""Web Push in the API: the one subscription that a token can have. https://docs.joinmastodon.org/methods/push/"""

from typing import Any

import msgspec

from chaupal.http.asker import bearer
from chaupal.http.call import Call, Nothing, Route, delete, get, post, put
from chaupal.http.params import FALSE
from chaupal.policy.viewer import Surface
from chaupal.social.people import push
from chaupal.social.people.push import DeviceWish, Subscription


class DeviceKeys(msgspec.Struct):
    """The device's keys, in base64."""

    p256dh: str
    auth: str


class Device(msgspec.Struct):
    """As a browser's `PushSubscription.toJSON()` gives it. `standard`: RFC 8291; else the draft that older apps read."""

    endpoint: str
    keys: DeviceKeys
    standard: bool = False


class AlertsSent(msgspec.Struct):
    """Which notifications by which policy."""

    alerts: dict[str, Any] | None = None
    policy: str | None = None


class SubscriptionSent(msgspec.Struct, kw_only=True):
    """`policy` may stand beside `data`, where Mastodon.py puts it."""

    subscription: Device
    data: AlertsSent | None = None
    policy: str | None = None


class SubscriptionChanged(msgspec.Struct, kw_only=True):
    """Other alerts, another policy."""

    data: AlertsSent | None = None
    policy: str | None = None


# Mastodon says a number here, and apps (Tusky, Ice Cubes) take nothing but one of 32 bits. Nobody asks by it.
MOST_ID = 2**31 - 1


class WebPushSubscription(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/WebPushSubscription/"""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    policy: str
    server_key: str


async def subscribe(call: Call[SubscriptionSent]) -> WebPushSubscription:
    """This token's device from now on, in place of the one before."""
    wished = wish_of(call.args.subscription, call.args.data, call.args.policy)
    token = bearer(call.headers.get("authorization", "")) or ""
    return shown(call, await push.subscribe(call.house.square, call.viewer, call.caller, wished, token=token))


async def show(call: Call[Nothing]) -> WebPushSubscription:
    """The subscription of this token."""
    return shown(call, await push.subscription_of(call.house.square, call.caller))


async def change(call: Call[SubscriptionChanged]) -> WebPushSubscription:
    """Other alerts for this token's device, or another policy."""
    data = call.args.data or AlertsSent()
    alerts = None if data.alerts is None else on(data.alerts)
    policy = data.policy or call.args.policy
    return shown(call, await push.wish(call.house.square, call.viewer, call.caller, alerts, policy))


async def remove(call: Call[Nothing]) -> None:
    """This token's device is told no more."""
    await push.remove(call.house.square, call.caller)


def wish_of(device: Device, data: AlertsSent | None, policy: str | None) -> DeviceWish:
    """What was sent, as the square takes it."""
    data = data or AlertsSent()
    return DeviceWish(
        endpoint=device.endpoint,
        p256dh=device.keys.p256dh,
        auth=device.keys.auth,
        standard=device.standard,
        alerts=on(data.alerts or {}),
        policy=data.policy or policy or "all",
    )


def on(alerts: dict[str, Any]) -> list[str]:
    """Those that are switched on; forms send words for true and false."""
    return [name for name, value in alerts.items() if value and str(value).lower() not in FALSE]


def shown(call: Call[Any], subscription: Subscription) -> WebPushSubscription:
    return WebPushSubscription(
        id=subscription.id & MOST_ID,
        endpoint=subscription.endpoint,
        standard=subscription.standard,
        policy=subscription.policy,
        alerts={name: name in subscription.alerts for name in push.ALERTS},
        server_key=push.told_key(call.house.settings),
    )


PATH = "/api/v1/push/subscription"
MINE: dict[str, Any] = {"scope": "push"}

ROUTES: tuple[Route, ...] = (
    post(PATH, subscribe, Surface.OWN, **MINE),
    get(PATH, show, Surface.OWN, **MINE),
    put(PATH, change, Surface.OWN, **MINE),
    delete(PATH, remove, Surface.OWN, **MINE),
)
