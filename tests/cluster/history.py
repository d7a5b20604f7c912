"""What happened, as it was seen from outside: every operation with its start, its end, and what was answered.

One clock for all of them (`time.monotonic` of the one process that asks), so that before and after are facts. Written as
lines of JSON, so that a failure can be looked at, and judged again, without the storm.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

OK, UNKNOWN, REFUSED = "ok", "unknown", "refused"


class Op(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """One thing that somebody did or asked.

    `what` names a register (`law post 17`, `post r3asha`, `like asha r3asha`): a thing that has one value at a time. A
    `set` makes it `value`, a `see` says that it was. `outcome`: `ok` was acknowledged; `unknown` broke before an answer,
    and may take effect at any time after its start, or never; `refused` was answered with a no and has no effect.
    `brings`: what must be there once in the end if it took effect, and not at all if it did not.
    """

    client: str
    kind: Literal["set", "see"]
    what: str
    value: str
    start: float
    end: float
    outcome: str = OK
    server: str = ""
    brings: tuple[str, ...] = ()


class SeenCheckpoint(msgspec.Struct, frozen=True, array_like=True):
    """A checkpoint of the log, the text as it was served; when it was asked for and when it was there."""

    text: str
    start: float
    end: float
    server: str = ""


class Counter(msgspec.Struct, frozen=True, array_like=True):
    """A number that the house keeps, beside the rows that it counts, at the end."""

    name: str
    kept: int
    rows: int


class Ending(msgspec.Struct):
    """What there is when the storm is over and nothing waits any more.

    `there`: how many of each thing, by the names that `brings` uses; whatever begins with a word of `kinds` and was
    brought by nobody should not be. `leaves`: the log's leaf hashes; `key`: the vkey that signs it.
    """

    there: dict[str, int] = {}
    kinds: tuple[str, ...] = ()
    counters: list[Counter] = []
    leaves: list[bytes] = []
    key: str = ""


class History(msgspec.Struct):
    """All of it."""

    ops: list[Op] = []
    checkpoints: list[SeenCheckpoint] = []
    ending: Ending = msgspec.field(default_factory=Ending)
    first: dict[str, str] = {}  # what a register was before anybody set it; by its first word, else ""


def write(history: History, file: Path) -> None:
    """Ops as lines, then everything else as the last line."""
    encoder = msgspec.json.Encoder()
    with file.open("wb") as out:
        for op in history.ops:
            out.write(encoder.encode(op) + b"\n")
        rest = msgspec.structs.replace(history, ops=[])
        out.write(encoder.encode(rest) + b"\n")


def read(file: Path) -> History:
    """What `write` wrote. Raises msgspec.ValidationError."""
    lines = file.read_bytes().splitlines()
    history = msgspec.json.decode(lines[-1], type=History)
    decoder = msgspec.json.Decoder(Op)
    history.ops = [decoder.decode(line) for line in lines[:-1]]
    return history


def by_register(ops: Iterable[Op]) -> Iterator[tuple[str, list[Op]]]:
    """Each register with its operations, in the order of their starts."""
    found: dict[str, list[Op]] = {}
    for op in ops:
        found.setdefault(op.what, []).append(op)
    for what, own in found.items():
        yield what, sorted(own, key=lambda op: op.start)
