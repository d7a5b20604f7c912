"""Rulings in force, held so that asking about twenty posts costs about a microsecond each."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

EVERYWHERE = "XX"
NOTHING: frozenset[int] = frozenset()


class Measure(StrEnum):
    """The rungs of the ladder that this server can carry out, narrowest first."""

    LABEL = "label"
    DEAMPLIFY = "deamplify"
    WITHHOLD_MEDIA = "withhold_media"
    WITHHOLD_POST = "withhold_post"
    WITHHOLD_ACCOUNT = "withhold_account"
    SUSPEND = "suspend"


WITHHOLDING = frozenset({Measure.WITHHOLD_MEDIA, Measure.WITHHOLD_POST, Measure.WITHHOLD_ACCOUNT})
HIDING = WITHHOLDING | {Measure.SUSPEND}


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One limit on one subject: what, where, from when to when (ms since 1970; None = until lifted), and on whose word."""

    id: int
    subject: int
    measure: Measure
    territory: tuple[str, ...]
    starts_at: int
    ends_at: int | None
    order_ref: str
    authority: str
    authority_hi: str
    legal_basis: str
    reason: str
    log_index: int
    term: str = ""

    def binds(self, country: str) -> bool:
        return country in self.territory or EVERYWHERE in self.territory

    def in_force(self, now: int) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


class RulingIndex:
    """All rulings in force at one moment; good until `until`, when the next one starts or ends by the clock."""

    __slots__ = ("_by_subject", "_by_term", "_hidden", "until")

    def __init__(self, rulings: Iterable[Ruling], now: int) -> None:
        kept = [r for r in rulings if r.ends_at is None or now < r.ends_at]
        live = [r for r in kept if r.in_force(now)]
        moments = [r.starts_at for r in kept if r.starts_at > now] + [r.ends_at for r in live if r.ends_at is not None]
        self.until = min(moments, default=2**63 - 1)
        self._by_subject: dict[int, list[Ruling]] = {}
        self._by_term: dict[str, list[Ruling]] = {}
        for ruling in live:
            if ruling.term:
                self._by_term.setdefault(ruling.term, []).append(ruling)
            else:
                self._by_subject.setdefault(ruling.subject, []).append(ruling)
        self._hidden: dict[str, frozenset[int]] = {}

    def touched_in(self, country: str) -> frozenset[int]:
        """Ids of every subject on which some ruling binds in `country` (any measure)."""
        ids = self._hidden.get(country)
        if ids is None:
            ids = frozenset(s for s, rs in self._by_subject.items() if any(r.binds(country) for r in rs))
            self._hidden[country] = ids
        return ids

    def on(self, subject: int) -> tuple[Ruling, ...]:
        """Every ruling in force on a subject, wherever it binds."""
        return tuple(self._by_subject.get(subject, ()))

    def find(self, subject: int, country: str, measures: frozenset[Measure]) -> Ruling | None:
        """The first ruling of these kinds that binds the subject in `country`."""
        return next((r for r in self._by_subject.get(subject, ()) if r.measure in measures and r.binds(country)), None)

    def deamplified(self, term: str, country: str) -> Ruling | None:
        """The ruling that keeps a tag (by its count key) out of trends and suggestions in `country`."""
        return next((r for r in self._by_term.get(term, ()) if r.binds(country)), None)


NO_RULINGS = RulingIndex((), 0)
