"""Hashes of passwords: Argon2 in threads of its own, never on the loop and never inside a unit of work."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chaupal.policy.passwords import LONGEST, check_password
from chaupal.text.clean import nfc

# OWASP's smaller setting: 19 MiB a hash, so that a rush of log-ins does not take the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_THREADS = ThreadPoolExecutor(2, "passwords")
# Verified when nobody has the name that was typed, so that both cases take equally long: of random words that were thrown away,
# and made once for all, since a hash at each import is a tenth of a short command.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$NA7y/cmv/cVdyRR95XfFBw$G1INj55fFM4WEIwjHz6w2uZ+YEL1zXUKFy+a15dTWsc"


async def hash_password(password: str) -> str:
    """The hash to keep. Raises Invalid as `check_password` does. Takes some 20 ms."""
    checked = check_password(password)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, checked)


async def is_password(kept: str | None, password: str) -> bool:
    """Whether this is the password behind a hash; as slow, and False, where there is none."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, kept, password)


def _verify(kept: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(kept or _NOBODY, nfc(password[: LONGEST + 1]).encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
