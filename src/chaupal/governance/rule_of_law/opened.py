"""What a log committed to and opened later: disclosures held against the digests of their entry (RFC 9901)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, cast

import msgspec
from msgspec import Raw

from chaupal.governance.rule_of_law.said import VERSION, Act, Entry, Open

PUBLIC, MORE = "public.", "more"
_MARK = b'"t":"open"'  # canonical JSON has one spelling for it
_entry, _open = msgspec.json.Decoder(Entry).decode, msgspec.json.Decoder(Open).decode

type Entries = Callable[[], Iterable[tuple[int, bytes]]]  # the log from its beginning, as often as it is asked for


class Opening(NamedTuple):
    """A disclosure, and which entry published it: None for one that stands beside the log."""

    text: str
    by: int | None


type Openings = Mapping[int, list[Opening]]  # by the index of the entry that they open


def openings(entries: Entries, beside: Mapping[int, Iterable[str]] | None = None) -> Openings:
    """Everything that was opened, by `open` entries and `beside` the log. Nothing of it is verified yet."""
    found: dict[int, list[Opening]] = {
        i: [Opening(text, None) for text in texts] for i, texts in (beside or {}).items()
    }
    for index, raw in entries():
        if _MARK not in raw:
            continue
        try:
            head = _entry(raw)
            texts = _open(head.public).disclosures or ()
        except msgspec.DecodeError:
            continue  # whoever reads the entries says that this one cannot be read
        if head.t == "open" and head.prev is not None:
            found.setdefault(head.prev, []).extend(Opening(text, index) for text in texts)
    return found


def digest(disclosure: str) -> str:
    """What stands in an entry's `_sd` for a disclosure."""
    return urlsafe_b64encode(sha256(disclosure.encode()).digest()).decode().rstrip("=")


def read(disclosure: str) -> tuple[str, object] | None:
    """(name, value) that a disclosure says; None for what is no disclosure."""
    try:
        parts: object = msgspec.json.decode(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    except (ValueError, msgspec.DecodeError):
        return None
    said = cast("list[object]", parts) if isinstance(parts, list) else []
    return (name, said[2]) if len(said) == 3 and isinstance(name := said[1], str) else None


def of(head: Entry, disclosures: Iterable[str]) -> dict[str, object]:
    """What those of the disclosures say to which the entry committed."""
    digests = frozenset(head.sd)
    return dict(filter(None, (read(text) for text in disclosures if digest(text) in digests)))


def unsealed(head: Entry, told: Mapping[str, object]) -> Entry | None:
    """A sealed entry as it would have been had it not been secret; None where it was not opened as a whole."""
    if "act" not in told:
        return None
    try:
        act = msgspec.convert(told["act"], Act)
    except msgspec.ValidationError:
        return None
    more = told.get(MORE)
    said = {**told, **(cast("dict[str, object]", more) if isinstance(more, dict) else {})}
    public = {name.removeprefix(PUBLIC): value for name, value in said.items() if name.startswith(PUBLIC)}
    return Entry(VERSION, act.t, act.ref, act.at, Raw(msgspec.json.encode(public)), act.regime, act.prev, head.sd)
