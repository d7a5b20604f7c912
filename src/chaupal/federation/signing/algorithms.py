"""Keys and what they are good for: RSA as all of the field has it, Ed25519 as some of it does; by the names of RFC 9421 §3.3."""

import functools

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_public_key,
)

from chaupal.federation.signing.asked import NotSigned

BITS = 2_048  # of our own: what everybody makes and takes
LEAST, MOST = 2_048, 8_192  # of others': less can be forged, more takes long to reckon with
LONGEST = 4_096  # letters of a key; 8192 bits have 1,500
_END = "-----END PUBLIC KEY-----"
_ED25519, _RSA = b"\xed\x01", b"\x85\x24"  # what kind of key it is, before its bytes (multicodec)
_BASE58 = {letter: at for at, letter in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}

type PublicKey = RSAPublicKey | Ed25519PublicKey


class BadKey(Exception):
    """It is no key, or none that is taken here."""


@functools.lru_cache(10_000)
def read_public(pem: str) -> PublicKey:
    """A key as actors publish it (PEM). Raises BadKey.

    What stands behind its last line is not looked at: snac2 publishes some bytes of its memory there (2.75, as Debian has it).
    """
    if len(pem) > LONGEST:
        raise BadKey("too long")
    end = pem.find(_END) + len(_END)
    try:
        return _taken(load_pem_public_key(pem[: end if end >= len(_END) else None].encode("ascii")))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("no key in PEM") from error


def read_multikey(text: str) -> PublicKey:
    """A key as FEP-521a has it: `z`, then its kind and bytes in base 58. Raises BadKey."""
    if not text.startswith("z") or len(text) > LONGEST:
        raise BadKey("no key in base 58")
    raw = _from_base58(text[1:])
    kind, rest = raw[:2], raw[2:]
    try:
        if kind == _ED25519:
            return Ed25519PublicKey.from_public_bytes(rest)
        if kind == _RSA:
            return _taken(load_der_public_key(rest))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("no key of its kind") from error
    raise BadKey("a kind of key that is not taken here")


def pem_of(key: PublicKey) -> str:
    """As it is kept, and published."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def new_private() -> tuple[bytes, str]:
    """A key of our own: its bytes, to be sealed, and its public half. It takes a tenth of a second of a thread."""
    key = generate_private_key(65_537, BITS)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), pem_of(key.public_key())


def read_private(der: bytes) -> RSAPrivateKey:
    """A key of our own, as we wrote it: it need not be tried whether it is one, which takes as long as many signatures."""
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("no key of ours")
    return key


def sign(key: RSAPrivateKey, base: bytes) -> bytes:
    """By rsa-v1_5-sha256, which everybody can read."""
    return key.sign(base, PKCS1v15(), SHA256())


def holds(key: PublicKey, algorithm: str, signature: bytes, base: bytes) -> bool:
    """Whether this key signed it. Raises NotSigned where the algorithm is not one of the key's.

    By the kind of key and not by what the signature says of itself: nobody may choose for a key what it was not made for.
    """
    try:
        if isinstance(key, Ed25519PublicKey):
            if algorithm not in ("", "ed25519"):
                raise NotSigned(why="its algorithm is none of the key's")
            key.verify(signature, base)
        else:
            _check_rsa(key, algorithm, signature, base)
    except InvalidSignature:
        return False
    return True


def _check_rsa(key: RSAPublicKey, algorithm: str, signature: bytes, base: bytes) -> None:
    match algorithm:
        case "" | "rsa-v1_5-sha256":
            key.verify(signature, base, PKCS1v15(), SHA256())
        case "rsa-v1_5-sha512":
            key.verify(signature, base, PKCS1v15(), SHA512())
        case "rsa-pss-sha512":
            key.verify(signature, base, PSS(MGF1(SHA512()), 64), SHA512())
        case _:
            raise NotSigned(why="its algorithm is none of the key's")


def _taken(key: object) -> PublicKey:
    if isinstance(key, RSAPublicKey):
        # A public exponent of some thousand bits makes one verification take seconds.
        if not LEAST <= key.key_size <= MOST or key.public_numbers().e >= 2**32:
            raise BadKey("of a size that is not taken here")
        return key
    if isinstance(key, Ed25519PublicKey):
        return key
    raise BadKey("a kind of key that is not taken here")


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        if letter not in _BASE58:
            raise BadKey("no base 58")
        number = number * 58 + _BASE58[letter]
    leading = len(text) - len(text.lstrip("1"))
    return bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8)
