"""RSA keys for houses of tests: made once in a process and handed out again, for each takes as long as three tests."""

from collections.abc import Callable
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MANY = 40


class KeptKeys:
    """Called instead of what `makes` a new key. Within one test, and among `MANY` in turn, no two are the same."""

    def __init__(self, makes: Callable[[int, int], RSAPrivateKey], many: int = MANY) -> None:
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
