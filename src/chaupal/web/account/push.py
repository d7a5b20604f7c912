"""The pages' own push: a browser that is signed in says where it can be told, in the name of its session (docs/push.md)."""

import msgspec

from chaupal.http.call import PAGE, Answer, Call, Nothing, Route, delete, get, json, post
from chaupal.policy.surface import Surface
from chaupal.social.people import push, push_keys
from chaupal.social.people.push import DeviceWish

# What a browser that names nothing is told of.
ALERTS = tuple(kind for kind in push.ALERTS if kind != "quoted_update")


class BrowserKeys(msgspec.Struct):
    """The browser's keys, in base64 for URLs."""

    p256dh: str
    auth: str


class BrowserSubscription(msgspec.Struct):
    """`PushSubscription.toJSON()`."""

    endpoint: str
    keys: BrowserKeys


class PushTyped(msgspec.Struct, kw_only=True):
    """`alerts`: of which kinds; all of them where none is named. `policy`: from whom."""

    subscription: BrowserSubscription
    alerts: list[str] = []
    policy: str = "all"


async def subscribe(call: Call[PushTyped]) -> Answer:
    """This browser is told from now on, until it is signed out."""
    sent, browser = call.args, call.args.subscription
    wish = DeviceWish(
        endpoint=browser.endpoint,
        p256dh=browser.keys.p256dh,
        auth=browser.keys.auth,
        standard=True,
        alerts=sent.alerts or ALERTS,
        policy=sent.policy,
    )
    found = await push.subscribe(call.house.square, call.viewer, call.caller, wish)
    return json({"id": str(found.id), "alerts": found.alerts, "policy": found.policy})


async def key(call: Call[Nothing]) -> Answer:
    """The server's key, as `applicationServerKey` wants it."""
    return json({"public_key": push_keys.public_key(call.house.settings)})


async def remove(call: Call[Nothing]) -> Answer:
    """Told no more."""
    await push.remove(call.house.square, call.caller)
    return json({})


ROUTES: tuple[Route, ...] = (
    get("/push/key", key, Surface.NONE, public=True, **PAGE),
    post("/push/subscription", subscribe, Surface.OWN, **PAGE),
    delete("/push/subscription", remove, Surface.OWN, **PAGE),
)
