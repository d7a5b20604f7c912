"""Devices that want to be told of notifications: one for each token and each browser's session, and gone with it (RFC 8030); and the
keys of pushes: by which push services know the house (VAPID, RFC 8292), and which seals apps' tokens.
"""

import functools
import time
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import regex
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chaupal.kernel import key_files
from chaupal.kernel.alike import like
from chaupal.kernel.base64url import text_of
from chaupal.kernel.errors import Invalid, NotFound, NotSignedIn, no_room, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Caller, Viewer
from chaupal.social.context import Square
from chaupal.store.notifications import push
from chaupal.store.notifications.notifications import ALERTS as ALERTS
from chaupal.store.notifications.push import POLICIES as POLICIES, Subscription as Subscription

VAPID, TOKENS = "vapid.key", "push.key"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
LASTS = 12 * 3_600  # seconds; RFC 8292 §2 allows a day


def public_key(settings: Settings) -> str:
    """As apps are told it: the uncompressed point in base64 for URLs."""
    return text_of(
        _private(_file(settings, VAPID)).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )


def told_key(settings: Settings) -> str:
    """The same beside other things that one asks for: empty while it is not made and no room is left to make it."""
    try:
        return public_key(settings)
    except OSError as error:
        if not no_room(error):
            raise
        return ""


def signed(settings: Settings, endpoint: str) -> str:
    """A token that tells the push service at this address who sends (RFC 8292 §2)."""
    from joserfc import jws  # brought in with the first push
    from joserfc.jwk import ECKey

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + LASTS,
        "sub": f"mailto:{settings.contact_email}" if settings.contact_email else settings.origin,
    }
    key = ECKey.import_key(_private(_file(settings, VAPID)))
    return jws.serialize_compact({"alg": "ES256", "typ": "JWT"}, msgspec.json.encode(claims), key)


def sealed(settings: Settings, account: int, token: str) -> str:
    """An app's own token, to be sent back to it with each push, by which it knows whose it is."""
    return key_files.sealed(_seed(_file(settings, TOKENS)), token.encode(), account).hex()


def unsealed(settings: Settings, account: int, sealed_token: str) -> str:
    """The token again; empty where there is none, or the key file is another one."""
    if not sealed_token:
        return ""
    try:
        return key_files.unsealed(_seed(_file(settings, TOKENS)), bytes.fromhex(sealed_token), account).decode()
    except ValueError:
        return ""


def _file(settings: Settings, name: str) -> Path:
    return Path(settings.data) / "keys" / name


@functools.cache
def _private(path: Path) -> ec.EllipticCurvePrivateKey:
    # Any number below the group's order is a key; the seed is folded into that range.
    return ec.derive_private_key(int.from_bytes(_seed(path)) % (ORDER - 1) + 1, ec.SECP256R1())


_seed = functools.cache(key_files.load_or_make_seed)


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
        token=sealed(square.settings, me, token) if token else "",
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
