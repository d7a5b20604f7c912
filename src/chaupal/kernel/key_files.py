"""Keys on disk: 32 random bytes in a file that only the server reads, made when they are first asked for.

Where several machines serve one store each has a copy of the directory, and a key that is made later is the same on all of them:
it is derived from `house.key` (`governance/keyring.py`). Only the log's own keys are never derived. What a key seals in the store
(secrets of codes, letters, evidence) is nothing to whoever has a copy of the database alone.
"""

import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chaupal.kernel.errors import Problem

SEED, NONCE = 32, 12  # bytes
HOUSE = "house.key"
LOG = "log.key"  # and what begins so


def load_or_make_seed(path: Path, made: bytes | None = None) -> bytes:
    """32 raw bytes at `path`; `made`, or derived, or random ones, are put there (mode 0600) where there are none. Raises Problem."""
    try:
        seed = path.read_bytes()
    except FileNotFoundError:
        return _make_seed(path, made or derived(path) or os.urandom(SEED))
    except OSError as error:
        raise Problem(f"A key cannot be read: {error}") from error
    if len(seed) != SEED:
        raise Problem(
            f"{path} is not a key of 32 bytes: restore it from a backup; a new key would open nothing that the old one closed"
        )
    return seed


def derived(path: Path) -> bytes | None:
    """What every machine of the house would make of this name; None where the house has no key of its own."""
    house = path.with_name(HOUSE)
    if path == house or path.name.startswith(LOG) or not house.exists():
        return None
    return hmac.digest(load_or_make_seed(house), b"key of the house\n" + path.name.encode(), "sha256")


def sealed(seed: bytes, plain: bytes, bound: object, nonce: bytes = b"") -> bytes:
    """By AES-256-GCM: a nonce (this one, or random), and after it what is sealed, which opens beside the same `bound` (its row) alone."""
    nonce = nonce or os.urandom(NONCE)
    return nonce + AESGCM(seed).encrypt(nonce, plain, str(bound).encode())


def unsealed(seed: bytes, closed: bytes, bound: object) -> bytes:
    """What was sealed so. Raises ValueError where it was changed, belongs elsewhere, or was sealed by another key."""
    try:
        return AESGCM(seed).decrypt(closed[:NONCE], closed[NONCE:], str(bound).encode())
    except InvalidTag as error:
        raise ValueError("sealed otherwise") from error


def _make_seed(path: Path, seed: bytes) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(seed)
            os.fsync(file.fileno())
        os.link(beside, path)  # whole or not at all, and the first of two processes wins
    except FileExistsError:
        return load_or_make_seed(path)
    finally:
        beside.unlink(missing_ok=True)
    return seed
