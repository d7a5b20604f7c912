"""What a log committed to and opened later: disclosures held against the digests of their entry (RFC 9901)."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, cast

import msgspec
from msgspec import Raw

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed
from chaupal_audit.log.entries import Act, Entry, Opened
from chaupal_audit.tlog.entries import COVER

_MARK = b'"t":"open"'  # canonical JSON has one spelling for it
_entry, _open = msgspec.json.Decoder(Entry).decode, msgspec.json.Decoder(Opened).decode

type Entries = Callable[[], Iterable[tuple[int, bytes]]]  # the log from its beginning, as often as it is asked for


class Opening(NamedTuple):
    """A disclosure, and which entry published it, under which reference: None, and none, for one that stands beside the log."""

    text: str
    by: int | None
    ref: str = ""


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
        except (msgspec.DecodeError, RecursionError):
            continue  # whoever reads the entries says that this one cannot be read
        if head.t == "open" and head.prev is not None:
            found.setdefault(head.prev, []).extend(Opening(text, index, head.ref) for text in texts)
    return found


def sealed(entries: Entries, opened: Openings) -> dict[int, list[tuple[int, bytes]]]:
    """Sealed entries that were opened: how many entries the log had when each happened -> (index, entry) in their order.

    Those of which that is not known, or cannot be, are left out: they are taken where they stand.
    """
    wanted = {index for index, texts in opened.items() if any((read(one.text) or ("",))[0] == "act" for one in texts)}
    found: dict[int, list[tuple[int, bytes]]] = {}
    for index, raw in entries() if wanted else ():
        if index not in wanted:
            continue
        try:
            head = _entry(raw)
            texts = [one.text for one in opened[index]]
            act = msgspec.convert(disclosed_by(digests(head, texts), texts).get("act"), Act)
        except (ValueError, TypeError, RecursionError):
            continue
        if head.t == COVER and act.size is not None and 0 <= act.size <= index:
            found.setdefault(act.size, []).append((index, raw))
    return found


def read(disclosure: str) -> tuple[str, object] | None:
    """(name, value) that a disclosure says; None for what is no disclosure."""
    try:
        return tlog.read_disclosure(disclosure)
    except Malformed:
        return None


def digests(head: Entry, disclosures: Iterable[str]) -> frozenset[str]:
    """What an entry commits to; of a sealed one that was opened, also what its act commits to within (`sd`)."""
    outer = frozenset(head.sd)
    inner = next((value for name, value in _said(outer, disclosures) if name == "sd"), None)
    return (
        outer | {one for one in cast("list[object]", inner) if isinstance(one, str)}
        if isinstance(inner, list)
        else outer
    )


def disclosed_by(known: frozenset[str], disclosures: Iterable[str]) -> dict[str, object]:
    """What those of the disclosures say whose digests are `known`."""
    return dict(_said(known, disclosures))


def all_of(name: str, known: frozenset[str], disclosures: Iterable[str]) -> list[object]:
    """What those of one name say, where there are many; one that stands there twice is one."""
    return [value for told, value in _said(known, dict.fromkeys(disclosures)) if told == name]


def whole(texts: Iterable[str]) -> bool:
    """Whether these open a sealed entry as a whole."""
    return {"act", "public", "sd"} <= {told[0] for told in map(read, texts) if told is not None}


def _said(known: frozenset[str], disclosures: Iterable[str]) -> list[tuple[str, object]]:
    return list(filter(None, (read(text) for text in disclosures if tlog.disclosure_digest(text) in known)))


def published_as(head: Entry, published: Iterable[Opening], ref: str) -> str:
    """The reference under which a sealed act was opened, where one was given: the order goes by that from then on."""
    acts = (one for one in published if one.ref and tlog.disclosure_digest(one.text) in head.sd)
    return next((one.ref for one in acts if (read(one.text) or ("",))[0] == "act"), ref)


def unsealed(told: Mapping[str, object]) -> Entry | None:
    """A sealed entry as it would have been had it not been secret; None where it was not opened as a whole."""
    act, public, sd = (told.get(name) for name in ("act", "public", "sd"))
    if not isinstance(public, dict) or not isinstance(sd, list):
        return None
    try:
        said, inner = msgspec.convert(act, Act), msgspec.convert(sd, tuple[str, ...])
    except msgspec.ValidationError:
        return None
    return Entry(said.t, said.ref, said.at, Raw(msgspec.json.encode(public)), said.regime, said.prev, inner)
