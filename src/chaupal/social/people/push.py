"""Devices that want to be told of notifications: one for each token and each browser's session, and gone with it (RFC 8030)."""

from base64 import b64decode
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
import regex
from cryptography.hazmat.primitives.asymmetric import ec

from chaupal.kernel.alike import like
from chaupal.kernel.errors import Invalid, NotFound, NotSignedIn, or_not_found
from chaupal.policy.viewer import Caller, Viewer
from chaupal.social.context import Square
from chaupal.social.people import push_keys
from chaupal.store.notifications import push
from chaupal.store.notifications.kinds import ALERTS as ALERTS
from chaupal.store.notifications.push import POLICIES as POLICIES, Subscription as Subscription

MOST_ADDRESS = 1_500  # characters
POINT, SECRET = 65, 16  # bytes (RFC 8291 §3)
_BASE64 = regex.compile(r"[A-Za-z0-9+/_-]+={0,2}")


class DeviceWish(msgspec.Struct, kw_only=True):
    """What a device is, and what it wants to be told of. `p256dh`, `auth`: its keys, in base64 of either kind."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False
    alerts: Sequence[str] = ()
    policy: str = "all"


async def subscribe(
    square: Square, viewer: Viewer, caller: Caller | None, wish: DeviceWish, *, token: str = ""
) -> Subscription:
    """The device is told from now on, in place of the one that this token or session had before. Raises Invalid by field.

    `token`: the app's own, which it is sent along, sealed until then.
    """
    me = viewer.me
    _check(square, wish)
    made = like(
        Subscription,
        wish,
        id=square.make_id(),
        account_id=me,
        key=_key(caller),
        alerts=_known_kinds(wish.alerts),
        country=viewer.country,
        language=viewer.language,
        token=push_keys.sealed(square.settings, me, token) if token else "",
        created_at=square.clock(),
    )
    async with square.work.writing() as w:
        await push.replace(w, made)
    return made


async def subscription_of(square: Square, caller: Caller | None) -> Subscription:
    """The device of this token or session. Raises NotFound."""
    async with square.work.reading() as reading:
        return or_not_found(await push.of_key(reading, _key(caller)))


async def wish(
    square: Square, viewer: Viewer, caller: Caller | None, alerts: Sequence[str] | None, policy: str | None
) -> Subscription:
    """Other alerts, another policy; None leaves it as it is. Raises NotFound, Invalid."""
    found = await subscription_of(square, caller)
    kept = policy or found.policy
    _check_policy(kept)
    wanted = found.alerts if alerts is None else _known_kinds(alerts)
    async with square.work.writing() as w:
        if not await push.wish(w, found.key, wanted, kept, viewer.country, viewer.language):
            raise NotFound
    return await subscription_of(square, caller)


async def note_place(square: Square, caller: Caller, country: str) -> None:
    """Whoever has a token or session comes from `country` now: so what is pushed to its device is judged from there on."""
    if caller.device_in not in (None, country):
        async with square.work.writing() as w:
            await push.move(w, caller.key, country)


async def remove(square: Square, caller: Caller | None) -> None:
    """It is told no more; removing what is not there is no error."""
    async with square.work.writing() as w:
        await push.remove(w, _key(caller))


def raw(text: str) -> bytes:
    """Base64 of either kind, with or without its padding. Raises ValueError."""
    if not _BASE64.fullmatch(text):
        raise ValueError("not base64")
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    return b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _check(square: Square, wish: DeviceWish) -> None:
    schemes = ("https", "http") if square.settings.push_private else ("https",)
    try:
        parts = urlsplit(wish.endpoint)
        _ = parts.port  # a bad one is found when it is asked for
    except ValueError:
        parts = urlsplit("")
    strange = not wish.endpoint.isascii() or not wish.endpoint.isprintable() or " " in wish.endpoint
    if (
        strange
        or len(wish.endpoint) > MOST_ADDRESS
        or parts.scheme not in schemes
        or not parts.hostname
        or parts.username
    ):
        raise Invalid("endpoint_invalid")
    if not _is_point(wish.p256dh) or not _is_secret(wish.auth):
        raise Invalid("push_keys_invalid")
    _check_policy(wish.policy)


def _check_policy(policy: str) -> None:
    if policy not in POLICIES:
        raise Invalid("push_policy_unknown", known=", ".join(POLICIES))


def _is_point(text: str) -> bool:
    try:
        point = raw(text)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == POINT


def _is_secret(text: str) -> bool:
    try:
        return len(raw(text)) == SECRET
    except ValueError:
        return False


def _known_kinds(alerts: Sequence[str]) -> tuple[str, ...]:
    return tuple(alert for alert in ALERTS if alert in alerts)


def _key(caller: Caller | None) -> str:
    if caller is None or not caller.key:
        raise NotSignedIn
    return caller.key
