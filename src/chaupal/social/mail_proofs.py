"""Proofs in letters that this server wrote something itself: in links, and in Message-IDs. Made with the key `keys/mail.key`."""

import hashlib
from pathlib import Path

from chaupal.kernel.key_files import load_or_make_seed
from chaupal.kernel.settings import Settings

KEY = "mail.key"
SIZE = 16  # bytes of a proof


def proof_of(settings: Settings, said: str, purpose: bytes) -> str:
    """The proof of a text for one purpose, in hex; nobody without the key can make it."""
    seed = load_or_make_seed(Path(settings.data) / "keys" / KEY)
    return hashlib.blake2b(said.encode(), key=seed, digest_size=SIZE, person=purpose).hexdigest()
