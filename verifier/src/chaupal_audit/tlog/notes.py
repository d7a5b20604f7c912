"""Keys, and checkpoints as signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): written, read, verified."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chaupal_audit.errors import Malformed, Unsound

ED25519 = 1  # what a key signs, as the first byte of its material (signed-note); a cosigner's is 4


def key_id(name: str, public: bytes, kind: int = ED25519) -> bytes:
    """The four bytes by which a signature line tells whose it is."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def spell_vkey(name: str, public: bytes, kind: int = ED25519) -> str:
    """`name+hex+base64`."""
    return f"{name}+{key_id(name, public, kind).hex()}+{base64(bytes([kind]) + public)}"


def read_vkey(vkey: str, kind: int = ED25519) -> tuple[str, bytes]:
    """(name, 32 bytes) of `name+hex+base64`. Raises Malformed; the hex must be the id that belongs to name and key."""
    name, _, rest = vkey.strip().partition("+")
    hexed, _, encoded = rest.partition("+")
    data = unbase64(encoded, "the key")
    if len(data) != 33 or data[0] != kind:
        raise Malformed("not an Ed25519 key of this use")
    if hexed != key_id(check_name(name), data[1:], kind).hex():
        raise Malformed("the key's id does not belong to it")
    return name, data[1:]


def well_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this Ed25519 signature is good."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_name(name: str) -> str:
    """Raises Malformed for what cannot be a key's name."""
    if not name or len(name) > 255 or re.search(r"[\s+\x00-\x1f]", name):
        raise Malformed("a key name has 1 to 255 characters, no spaces and no plus")
    return name


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """Whose signature counts. Its text, the vkey, is what people compare, pin and pass on."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """From `name+hex+base64`. Raises Malformed; the hex must be the id that belongs to name and key."""
        return cls(*read_vkey(vkey))

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        return spell_vkey(self.name, self.public)

    def signed(self, signature: bytes, text: str) -> bool:
        return well_signed(self.public, signature, text.encode())


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The log's own key; the name is the log's origin. It does not print its secret."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Self:
        return cls(check_name(name), Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32 raw bytes of `seed`."""
        return cls(check_name(name), Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def seed(self) -> bytes:
        return self.private.private_bytes_raw()

    @property
    def public(self) -> VerifyingKey:
        return VerifyingKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line for a note's text."""
        signature = self.private.sign(text.encode())
        return f"\u2014 {self.name} {base64(self.public.id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log says about itself at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed, final newline included; no extension lines, since monitors cannot audit them."""
        return f"{self.origin}\n{self.size}\n{base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> str:
    """The signed note; on a change of keys both the old and the new one sign."""
    return checkpoint.text + "\n" + "".join(key.sign(checkpoint.text) for key in keys)


class Signature(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def parse_note(note: str) -> tuple[str, list[Signature]]:
    """(text with its final newline, signatures), nothing verified. Raises Malformed."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(note):
        raise Malformed("not a signed note")
    return text + "\n", [parse_signature(line) for line in lines[:-1].split("\n")]


def parse_signature(line: str) -> Signature:
    """A signature line without its newline. Raises Malformed."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = unbase64(encoded, "a signature")
    if dash != "\u2014" or len(data) < 5:
        raise Malformed("not a signature line")
    return Signature(check_name(name), data[:4], data[4:])


def parse_checkpoint(note: str) -> tuple[Checkpoint, str, list[Signature]]:
    """(checkpoint, the signed text, signatures), nothing verified. Raises Malformed."""
    text, signatures = parse_note(note)
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Malformed("a checkpoint has an origin, a size and a root")
    checkpoint = Checkpoint(lines[0], decimal(lines[1], "the size"), digest_of(lines[2], "the root"))
    return checkpoint, text, signatures


def is_signed(note: str, key: VerifyingKey) -> bool:
    """Whether `key` signed the note, whatever its origin. Raises Malformed."""
    _, text, signatures = parse_checkpoint(note)
    ours = [found.signature for found in signatures if (found.name, found.key_id) == (key.name, key.id)]
    return bool(ours) and all(key.signed(signature, text) for signature in ours)


class NotSigned(Unsound):
    """No good signature by the key that counts."""

    slug = "log_not_signed"


class WrongOrigin(Unsound):
    """Well signed, but about another log."""

    slug = "log_wrong_origin"


def verify_checkpoint(note: str, key: VerifyingKey, origin: str | None = None) -> Checkpoint:
    """The checkpoint, once `key` is seen to have signed it for `origin` (by default the key's own name).

    Other keys' signatures are ignored, a bad one by the known key is not (signed-note). Raises Malformed, NotSigned
    or WrongOrigin.
    """
    checkpoint, text, signatures = parse_checkpoint(note)
    ours = [sig.signature for sig in signatures if (sig.name, sig.key_id) == (key.name, key.id)]
    if not ours or not all(key.signed(signature, text) for signature in ours):
        raise NotSigned("the checkpoint is not signed by the log's key")
    if checkpoint.origin != (origin or key.name):
        raise WrongOrigin("the checkpoint speaks for another log")
    return checkpoint


# --- one spelling for each value: two would make two notes of one ---


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def unbase64(text: str, what: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(f"{what} is not base64") from error
    if base64(data) != text:  # bits left over in the last character would give one note two spellings
        raise Malformed(f"{what} is not base64 in its one spelling")
    return data


def digest_of(text: str, what: str) -> bytes:
    if len(data := unbase64(text, what)) != 32:
        raise Malformed(f"{what} is not 32 bytes")
    return data


def decimal(text: str, what: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Malformed(f"{what} is not a plain decimal number")
    return int(text)
