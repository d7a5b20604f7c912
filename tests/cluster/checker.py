"""Judges a history, and from the history alone: stale, lost, twice, forked. No I/O, and nothing of the server's.

Each register must be linearizable (Herlihy and Wing, 1990): there is an order of all that was done and seen in it, in which
what ended before something else began stands before it, and each look sees what was made last. It is found by carrying out
operations as late as they can be (Lowe, Testing for Linearizability, 2017): of each possible past one keeps what of the
operations under way has taken effect, and the value; when an operation ends in a past in which it cannot have, that past
is none.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

import msgspec

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed, Unsound
from chaupal_audit.tlog.tree import join_subtrees, node_hash
from cluster.history import OK, REFUSED, UNKNOWN, Ending, History, Op, SeenCheckpoint, by_register

STALE, LOST, TWICE, FORKED, DRIFTED = "stale", "lost", "twice", "forked", "drifted"


class Fault(NamedTuple):
    """One promise that was broken: `kind` is one of the words above."""

    kind: str
    what: str
    words: str


class Findings(msgspec.Struct):
    """What came of a history. `looks`: how many there were; of `law` registers, `law_looks`."""

    faults: list[Fault]
    looks: int = 0
    law_looks: int = 0
    acknowledged: int = 0
    unknown: int = 0

    def of(self, kind: str) -> list[Fault]:
        return [fault for fault in self.faults if fault.kind == kind]

    @property
    def stale_per_million(self) -> float:
        return len(self.of(STALE)) / max(1, self.looks) * 1e6


def judge(history: History) -> Findings:
    """Everything that is wrong with a history."""
    done = Findings([])
    for what, ops in by_register(history.ops):
        done.faults += check_register(what, ops, _first(history, what))
        looks = sum(op.kind == "see" and op.outcome == OK for op in ops)
        done.looks += looks
        done.law_looks += looks if what.startswith("law ") else 0
    done.acknowledged = sum(op.kind == "set" and op.outcome == OK for op in history.ops)
    done.unknown = sum(op.kind == "set" and op.outcome == UNKNOWN for op in history.ops)
    done.faults += check_once(history.ops, history.ending)
    done.faults += check_counters(history.ending)
    done.faults += check_log(history.checkpoints, history.ending)
    return done


def _first(history: History, what: str) -> str:
    return history.first.get(what.partition(" ")[0], "")


# --- Registers: what was answered holds from then on, and what was once seen is not unseen ---


class Past(NamedTuple):
    """One that may have been: which of those under way have taken effect, the value, and which of unknown outcome have.

    Of those of unknown outcome that set the same value the one that began first may stand for any other, so they are used
    in that order; and a past that used fewer of them can go on in every way in which one that used more can.
    """

    done: frozenset[int]
    value: str
    used: frozenset[int] = frozenset()


class _Pasts:
    """Those that are possible, without such as can only go on as another one can."""

    def __init__(self, some: Iterable[Past] = ()) -> None:
        self._used: dict[tuple[frozenset[int], str], list[frozenset[int]]] = {}
        for past in some:
            self.add(past)

    def add(self, past: Past) -> bool:
        """Whether it can go on in a way in which none before it can."""
        known = self._used.setdefault((past.done, past.value), [])
        if any(used <= past.used for used in known):
            return False
        known[:] = [used for used in known if not past.used <= used] + [past.used]
        return True

    def __iter__(self) -> Iterator[Past]:
        return (Past(done, value, used) for (done, value), each in self._used.items() for used in each)


class _Register:
    """The possible pasts of one register, while its history is played."""

    def __init__(self, ops: Sequence[Op], first: str) -> None:
        self.ops = ops
        self.pasts = _Pasts([Past(frozenset(), first)])
        self.sets: set[int] = set()  # under way
        self.sees: set[int] = set()
        self.unknown: dict[str, list[int]] = {}  # by value, for ever

    def begin(self, number: int) -> None:
        op = self.ops[number]
        if op.outcome == UNKNOWN:
            self.unknown.setdefault(op.value, []).append(number)
        elif op.kind == "set":
            self.sets.add(number)
        else:
            self.sees.add(number)
            # A look changes nothing: where it fits it may as well have been made at once.
            fits = (past._replace(done=past.done | {number}) if past.value == op.value else past for past in self.pasts)
            self.pasts = _Pasts(fits)

    def end(self, number: int) -> bool:
        """Whether there is a past in which it happened; if not, it is left out and the rest goes on."""
        after = [past for past in self.pasts if number in past.done]
        waiting = [past for past in self.pasts if number not in past.done]
        known = _Pasts(waiting)
        while waiting:
            for past in self._further(waiting.pop()):
                if number in past.done:
                    after.append(past)
                elif known.add(past):
                    waiting.append(past)
        self.pasts = _Pasts(past._replace(done=past.done - {number}) for past in after or self.pasts)
        self.sets.discard(number)
        self.sees.discard(number)
        return bool(after)

    def _further(self, past: Past) -> Iterator[Past]:
        """One more takes effect, and every look under way that then fits is made."""
        for number in self.sets - past.done:
            yield self._made(past.done | {number}, self.ops[number].value, past.used)
        for value, numbers in self.unknown.items():
            unused = next((number for number in numbers if number not in past.used), None)
            if unused is not None and value != past.value:
                yield self._made(past.done, value, past.used | {unused})

    def _made(self, done: frozenset[int], value: str, used: frozenset[int]) -> Past:
        return Past(done | {look for look in self.sees if self.ops[look].value == value}, value, used)


def check_register(what: str, ops: Sequence[Op], first: str = "") -> list[Fault]:
    """Looks that no order explains (stale), by the operations of one register."""
    ops = [op for op in ops if op.outcome == OK or (op.kind == "set" and op.outcome == UNKNOWN)]
    moments = [(op.start, 0, number) for number, op in enumerate(ops)]
    # At one moment all beginnings come first: what touches may have been at once.
    moments += [(op.end if op.outcome == OK else inf, 1, number) for number, op in enumerate(ops)]
    register, faults = _Register(ops, first), list[Fault]()
    for moment, ends, number in sorted(moments):
        if moment == inf:
            break
        if not ends:
            register.begin(number)
        elif not register.end(number):
            faults.append(Fault(STALE, what, _told(ops, number)))
    return faults


def _told(ops: Sequence[Op], number: int) -> str:
    look = ops[number]
    before = [op for op in ops if op.kind == "set" and op.start < look.end]
    last = max(before, key=lambda op: op.end, default=None)
    since = (
        f"; {last.value!r} was set by {last.client} at {last.server or '?'}, {last.start:.3f} to {last.end:.3f} ({last.outcome})"
        if last
        else ""
    )
    return (
        f"{look.client} saw {look.value!r} at {look.server or 'some server'}, {look.start:.3f} to {look.end:.3f}{since}"
    )


# --- Once in effect ---


def check_once(ops: Iterable[Op], ending: Ending) -> list[Fault]:
    """What was acknowledged and is missing (lost); what is there more often than once, or came of nothing (twice).

    What several operations bring (one that was asked again) is there once if any of them was acknowledged.
    """
    acknowledged: set[str] = set()
    allowed: set[str] = set()
    together: list[tuple[str, ...]] = []
    for op in ops:
        if op.outcome == REFUSED or not op.brings:
            continue
        allowed.update(op.brings)
        if op.outcome == OK:
            acknowledged.update(op.brings)
        else:
            together.append(op.brings)
    there = ending.there
    faults = [
        Fault(LOST, thing, "acknowledged, and not there") for thing in sorted(acknowledged) if not there.get(thing)
    ]
    faults += [Fault(TWICE, thing, f"there {many} times") for thing, many in sorted(there.items()) if many > 1]
    for brings in together:
        missing = [thing for thing in brings if not there.get(thing)]
        if missing and len(missing) < len(brings) and not acknowledged.issuperset(missing):
            faults.append(Fault(LOST, missing[0], f"not there, and of the same act is {set(brings) - set(missing)}"))
    strange = [thing for thing in there if there[thing] and thing not in allowed and thing.split()[0] in ending.kinds]
    return faults + [Fault(TWICE, thing, "there, and nobody did anything that brings it") for thing in sorted(strange)]


def check_counters(ending: Ending) -> list[Fault]:
    """Numbers that are not those of the rows they count."""
    return [
        Fault(DRIFTED, one.name, f"says {one.kept}, and there are {one.rows}")
        for one in ending.counters
        if one.kept != one.rows
    ]


# --- The log is one line ---


def check_log(seen: Sequence[SeenCheckpoint], ending: Ending) -> list[Fault]:
    """Every checkpoint that was ever served is signed and the beginning of the log as it is in the end (else forked).

    One that was asked for after a larger one had been answered must not be smaller (else stale): it would hide entries.
    """
    if not seen:
        return []
    faults, roots = list[Fault](), _roots(ending.leaves, {size for size, _ in map(_read, seen) if size >= 0})
    for text in {one.text: None for one in seen}:
        fault = _check_checkpoint(text, ending, roots)
        if fault:
            faults.append(fault)
    largest, ended = 0, sorted(seen, key=lambda one: one.end)
    position = 0
    for one in sorted(seen, key=lambda one: one.start):
        while position < len(ended) and ended[position].end < one.start:
            largest = max(largest, _read(ended[position])[0])
            position += 1
        if 0 <= _read(one)[0] < largest:
            words = f"of {_read(one)[0]} entries from {one.server or 'some server'}, after one of {largest} was served"
            faults.append(Fault(STALE, "checkpoint", words))
    return faults


def _read(seen: SeenCheckpoint) -> tuple[int, bytes]:
    try:
        head, _, _ = tlog.parse_checkpoint(seen.text)
    except (Malformed, Unsound):
        return -1, b""
    return head.size, head.root


def _check_checkpoint(text: str, ending: Ending, roots: dict[int, bytes]) -> Fault | None:
    try:
        head = tlog.verify_checkpoint(text, tlog.VerifyingKey.parse(ending.key))
    except (Malformed, Unsound) as error:
        return Fault(FORKED, "checkpoint", f"not signed by the log's key: {error}")
    if head.size not in roots:
        return Fault(FORKED, "checkpoint", f"of {head.size} entries, and the log has {len(ending.leaves)}")
    if head.root != roots[head.size]:
        return Fault(FORKED, "checkpoint", f"of {head.size} entries, and the log's first {head.size} are others")
    return None


def _roots(leaves: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """The root over the first so many leaves (RFC 6962 §2.1), for each of these sizes that the log reaches."""
    found: dict[int, bytes] = {}
    peaks: list[tuple[int, bytes]] = []  # (height, hash) of the complete subtrees so far, larger ones first
    for count in range(len(leaves) + 1):
        if count:
            height, node = 0, leaves[count - 1]
            while peaks and peaks[-1][0] == height:
                height, node = height + 1, node_hash(peaks.pop()[1], node)
            peaks.append((height, node))
        if count in sizes:
            found[count] = join_subtrees([node for _, node in peaks])
    return found
