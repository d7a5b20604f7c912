"""Rulings in force, held so that asking about twenty posts costs about a microsecond each."""

from collections.abc import Callable, Iterable, Sequence, Set
from heapq import heappop, heappush

import msgspec

from chaupal.policy.measures import SEVERITY, UNFINDABLE, WITHHOLDING, Measure
from chaupal_audit.law.measures import EVERYWHERE as EVERYWHERE

FOREVER = 2**63 - 1


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One limit on one subject: what, where, from when to when (ms since 1970; None = until lifted), and on whose word."""

    id: int
    subject: int
    measure: Measure
    territory: tuple[str, ...]
    starts_at: int
    ends_at: int | None
    order_ref: str
    authority: str  # whose demand it follows; under the house's own rules, whose hint, where a state gave one
    authority_hi: str
    legal_basis: str
    reason: str
    log_index: int
    term: str = ""
    basis: str = "legal_order"  # legal_order, legal_notice, own_rules, copyright
    regime: str = ""  # such as IN-69A@1
    rule: str = ""  # of the house's own rules, such as 2@1
    review_at: int | None = None
    permanent: bool = False
    neutral: bool = False  # gagged: the placeholder names neither authority nor order
    text: str = ""  # what a label says
    # Of a neutral one: whom its order is about; who of them is staff knows nothing of it
    concerned: frozenset[int] = frozenset()
    owner: int = 0  # of a neutral one, whose the subject is
    opened_by: int | None = None  # of one that was secret: the entry of the log that opened its own
    under: tuple[int, ...] = ()  # of one on a server: the servers below its domain, on which it binds as well
    covers: tuple[int, ...] = ()  # the pictures (contents) that it withholds wherever their owner uses them

    def binds(self, country: str) -> bool:
        return country in self.territory or EVERYWHERE in self.territory

    def in_force(self, now: int) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)

    @property
    def told_abroad(self) -> bool:
        """Whether it is told where it does not bind: it withholds in some countries, and who asked for it may be known."""
        return self.measure in WITHHOLDING and not self.neutral and EVERYWHERE not in self.territory


def told_countries(ruling: Ruling, country: str) -> tuple[str, ...]:
    """Where it binds, as far as somebody in `country` may know: of one that may name nobody, what they see anyway."""
    return ruling.territory if not ruling.neutral else (country,) if ruling.binds(country) else ()


MOST_TOLD = 8  # indices as somebody knows them that are kept beside one: each is as large


class RulingIndex:
    """All rulings in force at one moment, kept up as they change; good until `until`, when one starts or ends by the clock.

    A change costs what it changes, however many are in force: sets and lists here are live. Whoever asks between two
    awaits sees one state; across them, the newer.
    """

    _HELD = ("_bound", "_by_content", "_by_subject", "_by_term", "_known", "_moments", "_secret", "_unfindable")
    __slots__ = (*_HELD, "_told", "at", "until")

    def __init__(self, rulings: Iterable[Ruling], now: int) -> None:
        self._known: dict[int, Ruling] = {}  # in force, or to begin
        self._by_subject: dict[int, tuple[Ruling, ...]] = {}  # in force, the most severe first
        self._by_term: dict[str, tuple[Ruling, ...]] = {}
        self._by_content: dict[int, tuple[Ruling, ...]] = {}
        self._secret: dict[int, tuple[Ruling, ...]] = {}  # neutral ones, by whose things they are on
        self._told: dict[int, RulingIndex] = {}  # `as_known_to`, until anything changes
        self._bound, self._unfindable = _Bound(), _Bound()
        self._moments: list[tuple[int, int]] = []  # a heap of when something starts or ends, and which
        self.at, self.until = now, FOREVER
        self.change(rulings, (), now)

    def change(self, begun: Iterable[Ruling], ended: Iterable[int], now: int) -> None:
        """These are in force from their start on (or are now otherwise than they were), and those (ids) no more."""
        for id_ in ended:
            self._drop(id_)
        for ruling in begun:
            if self._known.get(ruling.id) != ruling:
                self._drop(ruling.id)
                self._add(ruling, now)
        self.advance(now)

    def advance(self, now: int) -> bool:
        """Let time pass: what starts until now starts, what ends until now ends. Whether anything did."""
        moments, moved = self._moments, False
        while moments and (moments[0][0] <= now or moments[0][1] not in self._known):
            _, id_ = heappop(moments)
            if (ruling := self._known.get(id_)) is not None:
                moved = True
                self._drop(id_)
                self._add(ruling, now)
        self.at, self.until = now, moments[0][0] if moments else FOREVER
        return moved

    def _add(self, ruling: Ruling, now: int) -> None:
        if ruling.ends_at is not None and ruling.ends_at <= now:
            return
        self._known[ruling.id] = ruling
        moment = ruling.starts_at if ruling.starts_at > now else ruling.ends_at
        if moment is not None:
            heappush(self._moments, (moment, ruling.id))
        if ruling.in_force(now):
            self._hold(ruling, lambda held: tuple(sorted((*held, ruling), key=severity)))

    def _drop(self, id_: int) -> None:
        ruling = self._known.pop(id_, None)
        if ruling is not None:
            self._hold(ruling, lambda held: tuple(r for r in held if r.id != id_))

    def _hold(self, ruling: Ruling, change: Callable[[tuple[Ruling, ...]], tuple[Ruling, ...]]) -> None:
        """Put what is held on the ruling's subject in another way."""
        self._told.clear()
        if ruling.owner:
            _put(self._secret, ruling.owner, change(self._secret.get(ruling.owner, ())))
        if ruling.term:
            _put(self._by_term, ruling.term, change(self._by_term.get(ruling.term, ())))
            return
        for subject in (ruling.subject, *ruling.under):
            held = change(self._by_subject.get(subject, ()))
            _put(self._by_subject, subject, held)
            self._bound.settle(ruling, subject, (*held, *self._by_content.get(subject, ())))
            if ruling.measure in UNFINDABLE:
                self._unfindable.settle(ruling, subject, [r for r in held if r.measure in UNFINDABLE])
        for content in ruling.covers:
            covering = change(self._by_content.get(content, ()))
            _put(self._by_content, content, covering)
            self._bound.settle(ruling, content, (*covering, *self._by_subject.get(content, ())))

    def touched_in(self, country: str) -> Set[int]:
        """Ids of every subject on which some ruling binds in `country` (any measure)."""
        return self._bound.here(country)

    def unfindable_in(self, country: str) -> Set[int]:
        """Ids of posts, accounts and servers that nobody who is a stranger to them finds by searching in `country`."""
        return self._unfindable.here(country)

    def on(self, subject: int) -> tuple[Ruling, ...]:
        """Every ruling in force on a subject, wherever it binds, the most severe first."""
        return self._by_subject.get(subject, ())

    def silent_on(self, ids: Iterable[int]) -> bool:
        """Whether no ruling in force, wherever it binds, is on any of these subjects or pictures."""
        return not any(id_ in self._by_subject or id_ in self._by_content for id_ in ids)

    def find(self, subject: int, country: str, measures: frozenset[Measure]) -> Ruling | None:
        """The most severe ruling of these kinds that binds the subject in `country`."""
        return next((r for r in self._by_subject.get(subject, ()) if r.measure in measures and r.binds(country)), None)

    def covering(self, content: int) -> tuple[Ruling, ...]:
        """Every ruling in force that withholds a picture, wherever it is used, the most severe first."""
        return self._by_content.get(content, ())

    def deamplified(self, term: str, country: str) -> Ruling | None:
        """The ruling that keeps a tag (by its count key) out of trends and suggestions in `country`."""
        return next((r for r in self._by_term.get(term, ()) if r.binds(country)), None)

    def terms_in(self, country: str) -> list[str]:
        """The tags (count keys) that are kept out of trends and suggestions in `country`."""
        return [term for term, held in self._by_term.items() if any(ruling.binds(country) for ruling in held)]

    def as_known_to(self, account: int | None) -> "RulingIndex":
        """As if there were none of which somebody may not know because they are on their own things; for nearly everybody this very
        index. What is made for the others is good for this moment, and kept until what is in force changes: that it takes longer to
        answer them would tell."""
        secret = self._secret.get(account or 0)
        if not account or not secret:
            return self
        if (told := self._told.get(account)) is None:
            if len(self._told) == MOST_TOLD:
                self._told.clear()
            told = self._told[account] = self._without([ruling.id for ruling in secret])
        return told

    def _without(self, ids: Iterable[int]) -> "RulingIndex":
        made = object.__new__(RulingIndex)
        for name in self._HELD:
            setattr(made, name, getattr(self, name).copy())
        made._told, made.at, made.until = {}, self.at, self.until
        made.change((), ids, self.at)
        return made

    def __len__(self) -> int:
        """How many are in force or will be."""
        return len(self._known)


class _Bound:
    """Ids on which something binds, by country, kept up as rulings come and go."""

    __slots__ = ("_by_code", "_here")

    def __init__(self) -> None:
        self._by_code: dict[str, set[int]] = {EVERYWHERE: set()}
        self._here: dict[str, set[int]] = {}  # of a country that was asked about: its own, and those of everywhere

    def here(self, country: str) -> Set[int]:
        own, everywhere = self._by_code.get(country), self._by_code[EVERYWHERE]
        if not own:
            return everywhere
        if country not in self._here:
            self._here[country] = own | everywhere
        return self._here[country]

    def copy(self) -> "_Bound":
        made = _Bound()
        made._by_code = {code: {*ids} for code, ids in self._by_code.items()}
        return made

    def settle(self, changed: Ruling, subject: int, held: Sequence[Ruling]) -> None:
        """`changed` came or went; `held` are those that the subject has now."""
        for code in changed.territory:
            ids = self._by_code.setdefault(code, set())
            _keep(ids, subject, any(code in r.territory for r in held))
        for country, ids in self._here.items():
            if changed.binds(country):
                _keep(ids, subject, any(r.binds(country) for r in held))


def _keep(ids: set[int], id_: int, kept: bool) -> None:
    (ids.add if kept else ids.discard)(id_)


def _put[K](held: dict[K, tuple[Ruling, ...]], key: K, rulings: tuple[Ruling, ...]) -> None:
    if rulings:
        held[key] = rulings
    else:
        held.pop(key, None)


def severity(ruling: Ruling) -> tuple[int, bool, int]:
    """The most severe first; of those alike one that says whose it is, for another that may not would betray itself beside it."""
    return -SEVERITY[ruling.measure], ruling.neutral, ruling.id


NO_RULINGS = RulingIndex((), 0)
