"""What is known by the log alone: entries that the store lost and a copy of the log brought back, and what they began (decision 75).

There are no rows of what they tell. Whatever is held against the log (`reconcile`) leaves them out, and `chaupal check` asks whether
two have decided anew about what was in force by them.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from chaupal.governance.context import Court
from chaupal.governance.log import log, seen
from chaupal.store.court import docket, ledger
from chaupal.store.machine import auditing
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.minutes import moment

AT_ONCE = 1_000  # entries read at a time
STANDING = frozenset(
    t
    for one in (entries.Role, entries.Authority, entries.Protected, entries.Server, entries.AddressBlock)
    for t in one.TYPES
)


class LostMeasure(msgspec.Struct, frozen=True):
    """A measure that is known by the log alone: `index`, its order's `ref`; `thing`: its subject's id or a tag, where that can be read;
    `nameless`: that cannot be, and its order is not here, so that nobody can say whether it was decided anew.
    """

    index: int
    ref: str
    said: entries.Measure
    thing: str = ""
    nameless: bool = False

    def in_words(self) -> str:
        until = f", until {self.said.until}" if self.said.until else ""
        about = f" of {self.thing}" if self.thing else ""
        return f"entry {self.index} ({self.ref}, number {self.said.target}): {self.said.measure}{about}{until}"


class Opening(NamedTuple):
    """`entry` published a secret one, whose order has the public reference `ref` from then on (ms)."""

    entry: int
    ref: str
    at: int


class LostEntries:
    """What the entries that come back tell, as far as the store has to follow them. `at`: ms."""

    def __init__(self) -> None:
        self.measures: dict[int, tuple[entries.Entry, entries.Measure]] = {}
        # (order, target) -> the last entry by which a second person agreed to what one had done, and until when it is since then
        self.agreed: dict[tuple[str, int], tuple[int, str | None]] = {}
        self.ends: dict[int, tuple[int, int]] = {}  # a measure's entry -> (entry that ends it, when)
        # Who has which part, and who is let in, protected or shut out.
        self.standing: list[tuple[int, entries.Entry]] = []
        self.erased: list[tuple[int, int, int]] = []  # (entry that says so, of which, how many fields)
        self.keys: list[tuple[int, str]] = []  # (entry, key that signs from its checkpoint on)
        self.opened: dict[int, Opening] = {}  # a secret entry -> how it was published

    def hear(self, index: int, head: entries.Entry) -> None:
        if head.t in entries.Measure.TYPES:
            self.measures[index] = head, msgspec.json.decode(head.public, type=entries.Measure)
        elif head.t in entries.Decision.TYPES:
            decided = msgspec.json.decode(head.public, type=entries.Decision)
            if decided.step == "reviewed":
                self.agreed[head.ref, decided.target] = index, decided.ends
        elif head.t in STANDING:
            self.standing.append((index, head))
        elif head.t == "key":
            self.keys.append((index, msgspec.json.decode(head.public, type=entries.Key).new))
        elif head.prev is not None and head.t == "reversal":
            at = msgspec.json.decode(head.public, type=entries.Reversal).at
            self.ends.setdefault(head.prev, (index, moment(at) or moment(head.at) or 0))
        elif head.prev is not None and head.t == "open":
            said = msgspec.json.decode(head.public, type=entries.Opened)
            self.erased += [(index, head.prev, said.erased)] if said.erased else []
            if head.ref and {tlog.read_disclosure(text)[0] for text in said.disclosures} >= {*tlog.SEALED}:
                self.opened[head.prev] = Opening(index, head.ref, moment(head.at) or 0)

    @property
    def open(self) -> dict[int, tuple[entries.Entry, entries.Measure]]:
        """Measures of which none of these entries says that they have ended, each with the end that it had at last."""
        return {
            index: (head, self._as_agreed(index, head, said))
            for index, (head, said) in self.measures.items()
            if index not in self.ends
        }

    def _as_agreed(self, index: int, head: entries.Entry, said: entries.Measure) -> entries.Measure:
        """An audit reads it so, too (`MeasureAct.until`). What an appeal left keeps the end that it was given."""
        place, ends = self.agreed.get((head.ref, said.target), (-1, None))
        return said if place < index or said.cause == "modified" else msgspec.structs.replace(said, until=ends)


async def entry_of(court: Court, ref: str) -> int | None:
    """The entry of an order of which only the log knows."""
    async with court.work.reading() as reading:
        for _, back in (await seen.came_back(reading)).each:
            for index, body in await ledger.of_kind_in(reading, "order", back.start, back.stop):
                if log.head_of(body).ref == ref:
                    return index
    return None


async def own[P: entries.Public](reading: Reading, kind: type[P]) -> list[tuple[int, entries.Entry, P]]:
    """(index, entry, what it says) of every entry of a rare type that this store has rows for: that did not come back."""
    back = await seen.came_back(reading)
    return [one for one in await log.entries_of(reading, kind) if one[0] not in back]


async def undecided(court: Court, reading: Reading) -> list[LostMeasure]:
    """Measures of which only the log knows, whose time has not run out, and about whose thing nobody has decided since they were lost."""
    found: list[LostMeasure] = []
    for entry, back in (await seen.came_back(reading)).each:
        heard = LostEntries()
        for start in range(back.start, back.stop, AT_ONCE):
            for index, body in enumerate(await ledger.entries(reading, start, min(AT_ONCE, back.stop - start)), start):
                heard.hear(index, log.head_of(body))
        lost = await still_in_force(reading, heard, court.clock())
        things, refs = [one.thing for one in lost], [*{one.ref for one in lost}]
        anew = await auditing.decided_after(reading, entry, things, refs)
        found += [one for one in lost if anew.isdisjoint((one.thing, f"{one.ref} {one.said.target}"))]
    return found


async def still_in_force(reading: Reading, heard: LostEntries, now: int) -> list[LostMeasure]:
    """Measures that none of these entries ends, and whose time has not run out."""
    if not (measures := {index: one for index, one in heard.open.items() if _binds(one[1], now)}):
        return []
    known = {index: opens for index, _, opens in await auditing.entries_at(reading, [*measures])}
    found: list[LostMeasure] = []
    for index, (of, said) in measures.items():
        thing = _thing(said, known.get(index, {}))
        nameless = not thing and await docket.order(reading, of.ref) is None
        found.append(LostMeasure(index, of.ref, said, thing, nameless))
    return found


def _thing(said: entries.Measure, opens: Mapping[str, str]) -> str:
    about = opens.get("part") or opens.get("subject")
    return f"#{said.term}" if said.term else str(tlog.read_disclosure(about)[1]) if about else ""


def _binds(said: entries.Measure, now: int) -> bool:
    until = moment(said.until)
    return until is None or until > now
