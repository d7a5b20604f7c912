"""What a verifier can say of a log: what was found, or what is wrong and where."""

from dataclasses import dataclass, field
from enum import StrEnum

from chaupal_audit.log.entries import Origin, Refill


class Fault(StrEnum):
    """What is wrong; the surfaces translate it."""

    bad_url = "log_bad_url"
    unreachable = "log_unreachable"
    redirected = "log_redirected"
    missing = "log_missing"
    too_large = "log_too_large"
    bad_key = "log_bad_key"
    bad_checkpoint = "log_bad_checkpoint"
    not_signed = "log_not_signed"
    bad_change = "log_bad_change"
    wrong_origin = "log_wrong_origin"
    unwitnessed = "log_unwitnessed"
    bad_earlier = "log_bad_earlier"
    stale = "log_stale"
    forked = "log_forked"
    bad_tile = "log_bad_tile"
    wrong_count = "log_wrong_count"
    entry_differs = "log_entry_differs"
    tile_differs = "log_tile_differs"
    not_canonical = "log_not_canonical"
    root_differs = "log_root_differs"
    bad_openings = "log_bad_openings"
    opening_differs = "log_opening_differs"
    bad_copy = "log_bad_copy"
    bad_older = "log_bad_older"
    older_had_more = "log_older_had_more"


# What each means to whoever verifies; the place follows.
MEANS = {
    "log_bad_url": "this is not the address of a log",
    "log_unreachable": "the log cannot be reached",
    "log_redirected": "the log leads elsewhere, which a verifier does not follow",
    "log_missing": "a file that the log must serve is missing",
    "log_too_large": "a file is larger than the log's formats allow",
    "log_bad_key": "the key cannot be read",
    "log_bad_checkpoint": "the checkpoint cannot be read",
    "log_not_signed": "the checkpoint is not signed by this key",
    "log_bad_change": "a change of the log's key is not proven, or not in the log",
    "log_wrong_origin": "the checkpoint speaks for another log",
    "log_unwitnessed": "too few witnesses signed the checkpoint: it could be one that only you are shown",
    "log_bad_earlier": "the earlier checkpoint cannot be read",
    "log_stale": "the log is shorter than it was before: entries that it signed are gone",
    "log_forked": "the log signed two histories: what it shows now is not what it showed before",
    "log_bad_tile": "a tile cannot be read",
    "log_wrong_count": "a tile has the wrong number of entries",
    "log_entry_differs": "an entry was changed",
    "log_tile_differs": "a tile was changed",
    "log_not_canonical": "an entry is not in its one spelling",
    "log_root_differs": "the signed root is not the root of what is served",
    "log_bad_openings": "what is read beside the log cannot be read",
    "log_opening_differs": "what is read beside an entry is not what the entry commits to",
    "log_bad_copy": "a file of the copy was changed since it was verified; take a new copy",
    "log_bad_older": "what the log says of the older one that it goes on from is not so",
    "log_older_had_more": "the older log, from which this one goes on, had more entries than this one says",
}


class KeySource(StrEnum):
    """Where the key came from: a key from the log itself proves only that nothing changed since it was first seen."""

    given = "given"
    first_use = "first_use"


class Broken(Exception):
    """The log does not verify: why, and at which address, path or entry."""

    def __init__(self, fault: Fault, where: str) -> None:
        super().__init__(f"{fault}: {where}")
        self.fault = fault
        self.where = where


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A change of the log's key from vkey to vkey, under the checkpoint that both signed."""

    size: int
    root: bytes
    old: str
    new: str


@dataclass(slots=True)
class LogReport:
    """What was found. `checkpoint` and `vkey` are worth keeping: give them to the next verification.

    `vkey` is the key that signs now; `changes` lead to it from the one that was trusted.
    """

    url: str
    key_source: KeySource
    vkey: str = ""
    checkpoint: str = ""
    origin: str = ""
    size: int = 0
    root: str = ""
    verified: int = 0
    entries: dict[str, int] = field(default_factory=dict[str, int])
    opened: int = 0  # disclosures that are read beside it, each of which its entry commits to
    # witness -> when (seconds since 1970) it signed the checkpoint
    witnessed: dict[str, int] = field(default_factory=dict[str, int])
    witnesses: int | None = None  # how many were asked for; None where nobody was
    cosignatures: int = 0  # lines of anybody but the log
    # (size, root) of checkpoints that it must extend
    earlier: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    changes: list[KeyChange] = field(default_factory=list[KeyChange])
    # (entry, what it says) of each time that it went on from an older log
    origins: list[tuple[int, Origin]] = field(default_factory=list[tuple[int, Origin]])
    # (entry, what it says) of each time that entries came back from a copy
    refills: list[tuple[int, Refill]] = field(default_factory=list[tuple[int, Refill]])
    older: list[str] = field(default_factory=list[str])  # the last checkpoint of each of those, as it is served
    older_ended: Broken | None = None  # why no more of them were read
    shown: list[str] = field(default_factory=list[str])  # checkpoints of those that somebody else was shown
    fault: Fault | None = None
    where: str = ""

    @property
    def ok(self) -> bool:
        return self.fault is None
