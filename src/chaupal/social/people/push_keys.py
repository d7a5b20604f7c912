"""The keys of pushes: the one that push services know the house by (VAPID, RFC 8292), and the one that seals apps' tokens."""

import functools
import time
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chaupal.kernel import key_files
from chaupal.kernel.base64url import text_of
from chaupal.kernel.errors import no_room
from chaupal.kernel.settings import Settings

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
