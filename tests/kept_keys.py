"""RSA keys for houses of tests: made once in a run and handed out again, for each takes as long as three tests."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

MANY = 40
type Makes = Callable[[int, int], RSAPrivateKey]


def of_a_run(makes: Makes, folder: Path) -> Makes:
    """Keys that all processes of a run have, each asking in the same order: whoever is the first to ask for one makes it."""
    order = count()

    def key(exponent: int, bits: int) -> RSAPrivateKey:
        file = folder / f"{next(order)}.{exponent}.{bits}"
        if not file.exists():
            folder.mkdir(exist_ok=True)
            made = file.with_name(secrets.token_hex())
            made.write_bytes(makes(exponent, bits).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
            with suppress(FileExistsError):  # another process was at it, too
                file.hardlink_to(made)
        read: Any = load_der_private_key(file.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        return read

    return key


class KeptKeys:
    """Called instead of what `makes` a new key. Within one test, and among `MANY` in turn, no two are the same."""

    def __init__(self, makes: Makes, many: int = MANY) -> None:
        self._makes, self._many = makes, many
        self._kept: list[tuple[tuple[int, int], RSAPrivateKey]] = []
        self._turn = self._in_test = 0
        self._lock = Lock()  # keys are made in threads

    def begin(self) -> None:
        """A test begins."""
        self._in_test = 0

    def __call__(self, exponent: int, bits: int) -> RSAPrivateKey:
        with self._lock:
            self._in_test += 1
            if self._in_test <= self._many and len(self._kept) == self._many:
                kind, key = self._kept[self._turn % self._many]
                self._turn += 1
                if kind == (exponent, bits):
                    return key
        made = self._makes(exponent, bits)
        with self._lock:
            if len(self._kept) < self._many:
                self._kept.append(((exponent, bits), made))
        return made
