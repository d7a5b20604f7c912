"""Receipts: the proof of one entry in a file that is verified offline (c2sp.org/tlog-proof)."""

from dataclasses import dataclass

from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.tlog.notes import Checkpoint, VerifyingKey, base64, decimal, digest_of, unbase64, verify_checkpoint
from chaupal_audit.tlog.proofs import verify_inclusion
from chaupal_audit.tlog.tree import leaf_hash

_RECEIPT = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an entry stands at `index`. `extra` is not covered by any signature."""

    index: int
    proof: list[bytes]
    checkpoint: str
    extra: bytes = b""


def build_receipt(receipt: Receipt) -> str:
    """The text of a `.tlog-proof` file, which can be verified offline."""
    extra = [f"extra {base64(receipt.extra)}"] if receipt.extra else []
    lines = [_RECEIPT, *extra, f"index {receipt.index}", *map(base64, receipt.proof), "", ""]
    return "\n".join(lines) + receipt.checkpoint


def parse_receipt(text: str) -> Receipt:
    """A receipt, nothing verified. Raises Malformed."""
    head, _, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else ""
    if first != _RECEIPT or not lines or not lines[0].startswith("index "):
        raise Malformed("not a log receipt")
    index = decimal(lines[0].removeprefix("index "), "the index")
    return Receipt(index, [digest_of(line, "a hash") for line in lines[1:]], checkpoint, unbase64(extra, "the extra"))


def verify_receipt(text: str, entry: bytes, key: VerifyingKey, origin: str | None = None) -> tuple[int, Checkpoint]:
    """(index, checkpoint) under which `entry` is in the log. Raises Malformed, NotSigned, WrongOrigin or Unsound."""
    receipt = parse_receipt(text)
    checkpoint = verify_checkpoint(receipt.checkpoint, key, origin)
    if not verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise Unsound("the entry is not at this place in the log")
    return receipt.index, checkpoint
