"""What is known while entries are folded: the facts so far, and which entry made which of them."""

from collections.abc import Sequence

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Facts
from chaupal_audit.log.entries import Entry


class State:
    """Facts, and what is needed to fold further."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.measure_at: dict[int, facts.Measure] = {}  # by the index of a measure's entry, or of its reversal's
        self.appeal_at: dict[int, facts.Appeal] = {}
        self.external_at: dict[int, facts.External] = {}
        self.closed: dict[int, frozenset[bytes]] = {}  # index -> the digests that a closed entry commits to
        self.beside: Sequence[str] = ()  # what is read beside the log of the entry that is being taken
        self.opened: list[tuple[int, Entry]] = []  # (index, entry) of what was opened and is still to be taken


def either(found: int | None, at: int) -> int:
    """A time that an entry says, else the entry's own."""
    return at if found is None else found
