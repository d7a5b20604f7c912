"""Witnesses: what they sign under a log's checkpoint and how they are asked (c2sp.org/tlog-cosignature, tlog-witness)."""

from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chaupal_audit.errors import Malformed
from chaupal_audit.tlog.notes import (
    Signature,
    base64,
    check_name,
    decimal,
    digest_of,
    key_id,
    parse_signature,
    read_vkey,
    spell_vkey,
    well_signed,
)

COSIGNER = 4  # the kind of key that signs `cosignature/v1`
MOST_PROOF_LINES = 63


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """Whose cosignature counts; its text is a vkey of kind 4."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Raises Malformed."""
        return cls(*read_vkey(vkey, COSIGNER))

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public, COSIGNER)

    def __str__(self) -> str:
        return spell_vkey(self.name, self.public, COSIGNER)

    def cosigned(self, signature: Signature, text: str) -> int | None:
        """When (seconds since 1970) this witness signed a checkpoint's text, or None where it did not."""
        if (signature.name, signature.key_id) != (self.name, self.id) or len(signature.signature) != 72:
            return None
        seconds = int.from_bytes(signature.signature[:8], "big")
        return seconds if well_signed(self.public, signature.signature[8:], _message(text, seconds)) else None


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's own key. It does not print its secret."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32 raw bytes of `seed`."""
        return cls(check_name(name), Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> WitnessKey:
        return WitnessKey(self.name, self.private.public_key().public_bytes_raw())

    def cosign(self, text: str, seconds: int) -> str:
        """The signature line under a checkpoint's text, at `seconds` since 1970."""
        signature = seconds.to_bytes(8, "big") + self.private.sign(_message(text, seconds))
        return f"\u2014 {self.name} {base64(self.public.id + signature)}\n"


def parse_lines(body: str) -> list[tuple[str, Signature]]:
    """(line with its newline, signature) of a witness's answer. Raises Malformed."""
    if not body.endswith("\n"):
        raise Malformed("not signature lines")
    return [(f"{line}\n", parse_signature(line)) for line in body[:-1].split("\n")]


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint handed to a witness, with the proof that it extends the one of size `old`."""

    old: int
    proof: list[bytes]
    note: str

    @property
    def text(self) -> str:
        """The body of `add-checkpoint`."""
        return "\n".join([f"old {self.old}", *map(base64, self.proof), "", self.note])


def parse_submission(body: str) -> Submission:
    """The body of `add-checkpoint`, nothing verified. Raises Malformed."""
    head, blank, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    if not blank or not first.startswith("old ") or len(lines) > MOST_PROOF_LINES:
        raise Malformed("not an old size, at most 63 hashes, and a checkpoint")
    old = decimal(first.removeprefix("old "), "the old size")
    return Submission(old, [digest_of(line, "a hash") for line in lines], note)
