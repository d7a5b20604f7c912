"""The laws that a log cites, from files that hash to what it cites: each as it was in force at a moment of the log."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from chaupal_audit.errors import Faults
from chaupal_audit.law.dates import Dated, in_force, in_order
from chaupal_audit.law.reading import BIGGEST, read_bytes
from chaupal_audit.law.regime import Regime
from chaupal_audit.law.rulebook import HouseRule, RuleBook

RULES = "house-rules"  # the `ref` of the house's own rules

type Files = Callable[[str], bytes | None]  # the file of a SHA-256 (hex), unverified; None where there is none


class LawMissing(Exception):
    """No file of this hash was given."""


class LawUnlike(Exception):
    """What was given as a file is not what the log cites: another hash, another law, or none at all."""


class Cited(NamedTuple):
    """A law as an entry of the log cites it, and its text: None where it could not be had."""

    ref: str
    law: Dated | None


class Laws:
    """Every law and version of the house's rules that the log has cited so far, the newest text of each."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._cited: dict[str, Cited] = {}  # by ref: `IN-69A@1`, `house-rules@1`
        self._texts: dict[str, dict[str, Dated]] = {}  # by id and ref, of those whose text is at hand
        self._closed: dict[str, tuple[Dated, ...]] = {}  # by id, with the ends that later versions set

    def cite(self, ref: str, digest: str) -> bool:
        """An entry says that `ref` is the file of this digest. Whether it says another law by it than before, and not only its end.

        Raises LawMissing or LawUnlike; it is cited anyway.
        """
        before, texts = self._cited.get(ref), self._texts.setdefault(_id(ref), {})
        kind = RuleBook if ref.startswith(f"{RULES}@") else Regime
        self._closed.pop(_id(ref), None)
        self._cited[ref] = Cited(ref, None)
        texts.pop(ref, None)
        law = _read(self._files(digest), digest, kind)
        if law.ref != ref:
            raise LawUnlike
        self._cited[ref], texts[ref] = Cited(ref, law), law
        return before is not None and before.law is not None and _said_by(before.law) != _said_by(law)

    def cited(self, ref: str | None) -> Cited | None:
        """What the log said of a law so far; None where it never did."""
        return self._cited.get(ref or "")

    def regime(self, ref: str | None) -> Regime | None:
        """The law that `IN-69A@1` means, where its text is at hand."""
        found = self._version(ref or "")
        return found if isinstance(found, Regime) else None

    def book(self, version: int | str) -> RuleBook | None:
        """A version of the house's rules."""
        found = self._version(f"{RULES}@{version}")
        return found if isinstance(found, RuleBook) else None

    def rule(self, citation: str | None) -> tuple[RuleBook, HouseRule] | None:
        """The rule that `2@1` means, and its book."""
        number, _, version = (citation or "").partition("@")
        book = self.book(version)
        rule = None if book is None else next((one for one in book.rules if str(one.id) == number), None)
        return None if book is None or rule is None else (book, rule)

    def at(self, ref: str | None, moment: int) -> bool:
        """Whether this very version was the law at `moment` (ms). A law whose text is not at hand is taken to be."""
        found = self._version(ref or "")
        return found is None or in_force(found, moment)

    def any_at(self, ref: str | None, moment: int) -> bool:
        """Whether some version of this law was in force at `moment`: an act keeps the version under which it was begun."""
        versions = self._versions(_id(ref or ""))
        return not versions or any(in_force(version, moment) for version in versions)

    def books_at(self, moment: int) -> list[RuleBook]:
        """The house's rules in force at `moment`: one version, or none."""
        return [book for book in self._versions(RULES) if isinstance(book, RuleBook) and in_force(book, moment)]

    def _version(self, ref: str) -> Dated | None:
        return next((law for law in self._versions(_id(ref)) if law.ref == ref), None)

    def _versions(self, id_: str) -> tuple[Dated, ...]:
        if id_ not in self._closed:
            self._closed[id_] = tuple(in_order([*self._texts.get(id_, {}).values()], Faults()))
        return self._closed[id_]


def folder(directory: Path) -> Files:
    """The files of a directory, by what they hash to; one that is named by a hash is taken at its word, and found out."""
    by_hash: dict[str, Path] = {}
    for path in sorted(directory.iterdir()):
        if path.is_file() and path.stat().st_size <= BIGGEST:
            by_hash[sha256(path.read_bytes()).hexdigest()] = path

    def file(digest: str) -> bytes | None:
        path = by_hash.get(digest, directory / digest)
        return path.read_bytes() if path.is_file() and len(digest) == 64 and digest.isalnum() else None

    return file


def _read[D: Dated](raw: bytes | None, digest: str, kind: type[D]) -> D:
    if raw is None:
        raise LawMissing
    if sha256(raw).hexdigest() != digest:
        raise LawUnlike
    faults = Faults()
    law = read_bytes(digest, raw, kind, faults)
    if law is None or not in_order([law], faults) or faults.said:  # a time zone or a date that is none
        raise LawUnlike
    return law


def _said_by(law: Dated) -> Dated:
    """What a law says, however its file is written; that it ends one day is written into it later."""
    return msgspec.structs.replace(law, effective_to=None, digest="", file="")


def _id(ref: str) -> str:
    return ref.partition("@")[0]
