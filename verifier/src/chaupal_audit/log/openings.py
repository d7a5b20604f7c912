"""What is read beside a log (`/log/openings/<n>`), held against the entries that commit to it. No I/O."""

from collections.abc import Sequence

import msgspec

from chaupal_audit import tlog
from chaupal_audit.errors import Problem
from chaupal_audit.log.findings import Broken, Fault

_read = msgspec.json.Decoder(dict[str, list[str]]).decode


def read_openings(body: bytes, where: str) -> dict[str, list[str]]:
    """Index of an entry -> its disclosures. Raises Broken."""
    try:
        return _read(body)
    except ValueError as error:
        raise Broken(Fault.bad_openings, where) from error


def check_openings(body: bytes, entries: Sequence[bytes], first: int, where: str) -> int:
    """How many disclosures a file holds about `entries` (from the index `first` on), all of which they commit to.

    Those of a secret entry that was opened are committed to by its own `sd`, which is among them. Raises Broken with the
    entry whose disclosure is another.
    """
    found = read_openings(body, where)
    for index, texts in found.items():
        at = int(index) - first if index.isascii() and index.isdigit() and len(index) < 18 else -1
        # Each once: 00 and 000 would have one entry of 64 KiB read for each few bytes of the file.
        if index != str(at + first) or not 0 <= at < len(entries) or not commits(entries[at], texts):
            raise Broken(Fault.opening_differs, f"{where}: entry {index}")
    return sum(map(len, found.values()))


def commits(entry: bytes, texts: Sequence[str]) -> bool:
    """Whether an entry commits to all of these disclosures."""
    try:
        digests = set(tlog.digests_of(tlog.read_entry(entry)))
        outer = {text for text in texts if tlog.disclosure_digest(text) in digests}
        digests |= inner_digests(outer)
    except Problem:
        return False
    return all(tlog.disclosure_digest(text) in digests for text in texts)


def inner_digests(texts: set[str]) -> set[str]:
    """What a secret entry commits to within, by its opened `sd`; nothing where that is not among them."""
    sd = next((value for name, value in map(tlog.read_disclosure, texts) if name == "sd"), None)
    return {one for one in sd if isinstance(one, str)} if isinstance(sd, list) else set()
