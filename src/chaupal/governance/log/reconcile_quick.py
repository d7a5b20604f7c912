"""Whether a ruling in force agrees with its entry, found out quickly: a start of a server asks it of all of them."""

import hmac
from binascii import b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Any

import msgspec

from chaupal.governance.log.reconcile_facts import MEASURES
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.store.machine import auditing
from chaupal_audit import tlog

_CLOCK = tuple(f"T{hour:02}:{minute:02}Z" for hour in range(24) for minute in range(60))
_TO_URL = bytes.maketrans(b"+/", b"-_")
_of_row = itemgetter(slice(len(auditing.SAID)))  # of what is in force: what the row says
LEAF = len(auditing.SAID) - 1  # and in it, last, the index of its entry
# A disclosure is base64url of ["salt","name",value] in its one spelling. Its first 27 bytes are the salt and what stands around
# it: 36 characters that spell nothing else, so that all after them is compared as it stands.
SALTED = 36


class Seal:
    """The seal (a MAC) of the rows of one stretch, fed a portion at a time."""

    def __init__(self, key: bytes, start: int) -> None:
        self._mac = hmac.new(key, b"%d," % start, "sha256")

    def take(self, rows: Iterable[Any]) -> None:
        self._mac.update(msgspec.msgpack.encode([*map(_of_row, rows)]))

    def text(self) -> str:
        return self._mac.hexdigest()


class _Public(msgspec.Struct, gc=False):
    """The public fields of a measure that its row has, too. No others are decoded: a hundred thousand are read at a start."""

    basis: str = ""
    start: str = msgspec.field(name="from", default="")
    law: str = ""
    measure: str = ""
    rule: str | None = None
    second: str | None = None
    term: str | None = None
    territory: list[str] = []
    until: str | None = None


class _Entry(msgspec.Struct, gc=False):
    public: _Public
    ref: str
    t: str
    digests: list[str] = msgspec.field(name="_sd", default_factory=list[str])


_entry = msgspec.json.Decoder(_Entry).decode


class QuickLook:
    """Compares rulings with their entries without reading either whole; what it cannot tell it leaves to a whole comparison.

    Rulings of one decision follow one another and give the same reason, so its spelling is kept from one to the next.
    """

    def __init__(self, refs: Mapping[str, str], seal: Seal | None) -> None:
        self.many = 0
        self._seal = seal
        # Indexes of entries that do not agree with their rulings, or that cannot be compared quickly (the secret ones).
        self.doubtful: list[int] = []
        self._refs = refs
        self._reason, self._spelt = b"", _spelt(b'reason",""]')

    def take(self, rows: Sequence[Any]) -> None:
        if self._seal is not None:
            self._seal.take(rows)
        self.many += len(rows)
        self.doubtful += [row[LEAF] for row in rows if not self._agrees(row)]

    def _agrees(self, row: Any) -> bool:
        """Whether all that the row says is what its entry says or commits to; False for any doubt."""
        (
            _, subject, term, measure, territory, starts_at, ends_at, ref, law, reason, basis, rule, approved_by, _,
            body, about, part, why,
        ) = row  # fmt: skip
        try:
            entry = _entry(body)
        except (ValueError, TypeError):
            return False
        said, committed = entry.public, entry.digests
        until = None if ends_at is None else _minute(ends_at)
        return (
            entry.t in MEASURES
            and self._refs.get(entry.ref, entry.ref) == ref
            and said.measure == measure
            and said.law == law
            and said.basis == basis
            and (said.rule or "") == rule
            and (said.term or "") == term
            and ",".join(said.territory) == territory
            and said.start == _minute(starts_at)
            # Who agreed to what one person did, and until when, stands in another entry.
            and said.until == until
            and (said.second is None) == (approved_by is None)
            and _about(subject, about, part, committed)
            and self._because(reason, why, committed)
        )

    def _because(self, reason: bytes, why: bytes | None, committed: Sequence[str]) -> bool:
        if why is None:
            return not reason  # erased
        if reason != self._reason:
            quoted = msgspec.json.encode(reason.decode(errors="replace"))
            self._reason, self._spelt = reason, _spelt(b'reason",%b]' % quoted)
        # Nothing is copied: reasons are long
        same = len(why) == SALTED + len(self._spelt) and why.endswith(self._spelt)
        return same and _digest(why) in committed


def _about(subject: int, about: bytes | None, part: bytes | None, committed: Sequence[str]) -> bool:
    """Whether the entry is about the same subject. A measure that has a part is about that."""
    if about is not None and _digest(about) not in committed:
        return False
    if part is None:
        return about is not None and about[SALTED:] == _spelt(b'subject","%d"]' % subject)
    return part[SALTED:] == _spelt(b'part","%d"]' % subject) and _digest(part) in committed


def _digest(disclosure: bytes) -> str:
    return b2a_base64(sha256(disclosure).digest(), newline=False).translate(_TO_URL)[:-1].decode()


def _spelt(end: bytes) -> bytes:
    """The end of a disclosure's JSON, from its name on, as it stands in the disclosure."""
    return b2a_base64(end, newline=False).translate(_TO_URL).rstrip(b"=")


@lru_cache(4_096)
def _day(days: int) -> str:
    return tlog.at_minute(days * DAY).partition("T")[0]


def _minute(ms: int) -> str:
    """A time in ms as entries write it. There are few days, so the text of each is kept."""
    return _day(ms // DAY) + _CLOCK[ms % DAY // MINUTE]
