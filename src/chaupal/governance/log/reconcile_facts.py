"""What the log says of measures, orders and decisions, read from its entries so that rows can be compared with it."""

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from chaupal.governance.log.record import minute_of
from chaupal.kernel.errors import Problem
from chaupal.store.court.rulings import RulingRow
from chaupal_audit import tlog
from chaupal_audit.log.openings import inner_digests
from chaupal_audit.tlog.entries import COVER

MEASURES = frozenset({"measure", "deamp"})
REVERSAL, ORDER, DECISION, APPEAL = "reversal", "order", "decision", "appeal"


class Logged(NamedTuple):
    """One entry: the order `ref`, its `public` fields. Of a `secret` entry some fields may have been erased."""

    ref: str
    public: dict[str, object]
    secret: bool
    # The fields that it commits to by a digest, as far as they were not erased.
    known: Mapping[str, object] = MappingProxyType({})
    prev: int = -1  # the entry that it follows from

    def says(self, *names: str) -> tuple[object, ...]:
        """Its order, and the values of these public fields."""
        return (self.ref, *map(self.public.get, names))


class LoggedFacts:
    """Entries that were read, by kind and index."""

    def __init__(self, refs: dict[str, str], back: Container[int] = ()) -> None:
        self.back = back  # entries that came back from a copy of the log: of what they tell there are no rows
        self.refs = refs  # what secret orders were called until they were published -> their references since
        self.measures: dict[int, Logged] = {}  # by index
        self.orders: dict[int, Logged] = {}
        self.decisions: dict[int, Logged] = {}
        self.appeals: dict[int, Logged] = {}
        self.ended_by: dict[int, set[int]] = {}  # a measure's index -> the reversals that name it
        self.faults: list[str] = []

    def step(self, index: int) -> object:
        """The step that an entry of a decision names; None for other entries."""
        return self.decisions[index].public.get("step") if index in self.decisions else None

    def alone(self, row: RulingRow) -> bool:
        """Whether one person began it, by its entry, and a second one has agreed since, by its row."""
        made = self.measures.get(row.log_index)
        # An erased entry does not say.
        return made is not None and bool(made.public) and not made.public.get("second") and row.approved_by is not None

    def agreed_to(self, row: RulingRow, made: Logged) -> int | None:
        """The index of the first entry by which a second person agreed to it, while it was in force."""
        over, about = row.lift_log_index, made.says("target")
        reviewed = (
            at for at in self.decisions if self.step(at) == "reviewed" and self.decisions[at].says("target") == about
        )
        return min((at for at in reviewed if row.log_index < at and (over is None or at < over)), default=None)

    def keeps_on(self, index: int, one: Logged) -> bool:
        """Whether the next decision about the same target keeps a later ruling, in the same step and by the same person."""
        about = one.says("target")
        after = [at for at in self.decisions if at > index and self.decisions[at].says("target") == about]
        if not after:
            return False
        following, names = self.decisions[min(after)], ("target", "step", "by")
        return following.says(*names) == one.says(*names) and following.prev > one.prev

    def moved(self, row: RulingRow) -> bool:
        """Whether its row names another day on which it is looked at again than its own open entry."""
        made = self.measures.get(row.log_index)
        return made is not None and not made.secret and made.public.get("review") != minute_of(row.review_at)

    def kept_until(self) -> dict[int, str | None]:
        """Entry of each measure that one of these keeps -> the day on which it is looked at the next time."""
        kept = (self.decisions[at] for at in sorted(self.decisions) if self.step(at) == "kept")
        return {one.prev: None if (day := one.public.get("review")) is None else str(day) for one in kept}

    def read_all(self, rows: Sequence[tuple[int, bytes, dict[str, str]]]) -> None:
        for index, body, opens in rows:
            self.read(index, body, opens)

    def read(self, index: int, body: bytes, opens: dict[str, str]) -> None:
        """Take one entry in. `opens`: disclosures by name; a secret entry is read by means of them."""
        try:
            fields = tlog.read_entry(body)
            known = _known(fields, opens)
            said = _said(fields, fields["public"]) if fields["t"] != COVER else _of_secret(known)
        except (Problem, KeyError) as error:
            self.faults.append(f"entry {index} cannot be read: {error}")
            return
        if said is None or (fields["t"] not in (COVER, REVERSAL) and self.came_back(index)):
            return
        kind, ref, prev, public = said
        logged = Logged(self.refs.get(ref, ref), public, fields["t"] == COVER, known, -1 if prev is None else prev)
        if kind in MEASURES:
            self.measures[index] = logged
        elif kind == ORDER:
            self.orders[index] = logged
        elif kind == DECISION:
            self.decisions[index] = logged
        elif kind == APPEAL:
            self.appeals[index] = logged
        elif kind == REVERSAL and prev is not None:
            self.ended_by.setdefault(prev, set()).add(index)

    def came_back(self, index: int) -> bool:
        """Whether an entry came from a copy of the log, without what it tells of. (A secret one that the store knows has its rows.)"""
        return index in self.back


type _Said = tuple[str, str, int | None, dict[str, object]]  # kind, ref, prev, public fields


def _said(act: Mapping[str, object], public: object) -> _Said:
    prev = act.get("prev")
    at = prev if isinstance(prev, int) else None
    return str(act["t"]), str(act["ref"]), at, msgspec.convert(public, dict[str, object])


def _known(fields: dict[str, object], opens: dict[str, str]) -> dict[str, object]:
    """Name -> value of each disclosure. Raises Problem for one to which the entry does not commit."""
    outer = {text for name, text in opens.items() if name in tlog.SEALED}
    digests = {*inner_digests(outer), *tlog.digests_of(fields)}
    rows = {name: text for name, text in opens.items() if not name.startswith("row ")}
    return {name: tlog.open_among(text, digests)[1] for name, text in rows.items()}


def _of_secret(known: dict[str, object]) -> _Said | None:
    """What a secret entry says; None for a decoy, and for one whose words were erased."""
    if "act" not in known:
        return None
    return _said(msgspec.convert(known["act"], dict[str, object]), known.get("public", {}))
