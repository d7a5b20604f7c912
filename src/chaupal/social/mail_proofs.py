"""Proofs in letters that this server wrote something itself, made with the key `keys/mail.key`: in links, and in the Message-ID of each
letter.
"""

import hashlib
import hmac
import secrets
from email.utils import parseaddr
from pathlib import Path

from chaupal.kernel.key_files import load_or_make_seed
from chaupal.kernel.settings import Settings
from chaupal.ports.mail import Letter

KEY = "mail.key"
SIZE = 16  # bytes of a proof


def proof_of(settings: Settings, said: str, purpose: bytes) -> str:
    """The proof of a text for one purpose, in hex; nobody without the key can make it."""
    seed = load_or_make_seed(Path(settings.data) / "keys" / KEY)
    return hashlib.blake2b(said.encode(), key=seed, digest_size=SIZE, person=purpose).hexdigest()


def message_id(settings: Settings, letter: Letter) -> str:
    """A Message-ID that nobody can guess: only who has had the letter can report that it came back."""
    said = f"{secrets.token_hex(4)}.{letter.telling}"
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{said}.{_proof(settings, said, letter.to)}@{domain}>"


def telling_of_message(settings: Settings, id_: str, to: str) -> int | None:
    """Which telling a letter to `to` with this Message-ID carried; 0: of no ruling; None: this server sent no such letter."""
    said, _, proof = id_.strip().removeprefix("<").partition("@")[0].rpartition(".")
    if not proof.isascii() or not hmac.compare_digest(proof, _proof(settings, said, to)):
        return None
    return int(said.partition(".")[2])


def _proof(settings: Settings, said: str, to: str) -> str:
    return proof_of(settings, f"{said} {to.lower()}", b"mail-name")
