"""What was wrong, as it is written down to be told later: codes and values, never words."""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.faults import FAULTS, Value, Wrong, in_full

MOST_TYPED = 200  # of what was typed: enough to know it again, and no more than a row should hold

type _Kept = list[tuple[str, dict[str, Value], str]]


def write(*wrong: Wrong) -> str:
    """One line of JSON."""
    return msgspec.json.encode([(one.code, one.values, one.typed[:MOST_TYPED]) for one in wrong]).decode()


def read(text: str) -> tuple[Wrong, ...] | None:
    """What was written down. None for nothing, and for words of an older version, or codes that are no more."""
    try:
        kept = msgspec.json.decode(text, type=_Kept)
    except msgspec.MsgspecError:
        return None
    return None if any(code not in FAULTS for code, _, _ in kept) else tuple(Wrong(*one) for one in kept)


def in_english(text: str) -> str:
    """The same for programs."""
    found: Sequence[Wrong] | None = read(text)
    return text if found is None else "; ".join(map(in_full, found))
