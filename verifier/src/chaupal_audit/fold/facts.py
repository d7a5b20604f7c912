"""What the fold keeps of the log: orders, targets, measures, appeals and the rest, with times in minutes; and which entry made which."""

from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from chaupal_audit.law.measures import EVERYWHERE as EVERYWHERE, WITHHOLDING
from chaupal_audit.log.entries import Entry

WITHHELD = frozenset(m.value for m in WITHHOLDING)
# How a measure ends in whose place another one begins in the same commit: its thing is not given back.
CHANGED = frozenset({"modified", "extended", "renewed", "amended", "confirmed"})
RENEWED = frozenset({"renewed", "extended"})  # its end was set anew; one that is looked at again and stays is not
RESUMED = "resumed"  # after a stay, during which it did not bind
OWN_RULES = "own_rules"
COPYRIGHT = "copyright"


class Step(NamedTuple):
    """One step of an order: what, when, with which codes, before which body."""

    step: str
    at: int
    codes: tuple[str, ...]
    body: str


class Target(msgspec.Struct, gc=False):
    """One target of an order. `outcome` is empty while nothing is decided."""

    kind: str = ""
    demanded: str = ""
    protected: bool = False  # the law asks for a second reviewer, because of whose words these are
    outcome: str = ""
    ground: str = ""
    done: str = ""  # the measure, where there is one
    decided: int | None = None
    matter: str = ""  # closed as own_rules_action: the matter under the house's rules


class Order(msgspec.Struct, gc=False):
    """An order. `specified`: kind -> how many targets it names."""

    index: int
    ref: str
    at: int
    regime: str
    kind: str
    issuer: str  # the class: court, government, police, other; house or person where no authority asks
    authority: str
    jurisdiction: str
    channel: str
    law: str
    reference: str
    bases: tuple[str, ...]
    territory: tuple[str, ...]
    dated: str
    received: int
    act_by: int | None
    interim_until: int | None
    emergency: bool
    secrecy: str
    specified: dict[str, int]
    source: str
    rule: str
    flagged_by: str
    steps: list[Step]
    targets: dict[int, Target]
    enforced: int | None = None  # when its last measure began
    withheld: bool = False  # whether any content was withheld for it
    returned: bool = False  # at intake, until it comes again
    withdrawn: bool = False
    over: bool = False  # closed, set aside or replaced: what was not decided never will be

    @property
    def named(self) -> int:
        """How many targets it names."""
        return sum(self.specified.values())


class NoticeFact(NamedTuple):
    """A notice about a measure: about its beginning, its end or an appeal; sent, delayed, withheld or failed."""

    about: str
    step: str
    at: int
    language: str
    gag: str


class Agreed(msgspec.Struct, gc=False):
    """Until when everything of one target lasts to which a second person agreed, and which has not ended."""

    until: int | None = None


class Measure(msgspec.Struct, gc=False):
    """A measure with its end, if it has ended, and what its person was told. `order` is None for an unknown ref."""

    index: int
    ref: str
    order: Order | None
    at: int
    regime: str
    target: int
    kind: str
    thing: int  # the index of the first measure on the same thing, of which this one goes on or beside which it stands
    measure: str
    outcome: str
    demanded: str
    term: str
    territory: tuple[str, ...]
    basis: str
    authority: str
    jurisdiction: str
    law: str
    rule: str
    source: str
    language: str
    start: int
    since: int  # when the first began of which this one goes on without a gap
    said_until: int | None  # by its own entry; once it has ended, as it was then
    review: int | None
    permanent: bool
    strike_until: int | None
    emergency: bool
    replaces: bool  # it goes on from another one, which ended for it
    cause: str  # decided, or what changed the one before it
    flagged_by: str  # the authority that asked for what was done under the house's rules
    automatic: bool  # decided by the clock or a machine, no person
    second: bool  # a second person approved
    shortened: bool  # an appeal gave it an earlier end, which stays, whoever agrees later
    ended: int | None = None
    ending: str = ""
    appealed: bool = False
    kept: int | None = None  # when it was first looked at again, and stayed
    told: list[NoticeFact] = []
    agreed: Agreed | None = None

    @property
    def until(self) -> int | None:
        """When it ends, unless something else ends it before."""
        return self.said_until if self.agreed is None else self.agreed.until

    @property
    def renewed(self) -> bool:
        return self.cause in RENEWED


class Appeal(msgspec.Struct, gc=False):
    """An appeal; `outcome` is empty until it is decided."""

    index: int
    ref: str
    of: Measure | None
    language: str
    rule: str
    filed: int
    due: int | None
    decided: int | None = None
    outcome: str = ""
    withdrawn: bool = False


class Report(msgspec.Struct, gc=False):
    """A report by a member or a guest."""

    ref: str
    regime: str
    category: str
    language: str
    received: int
    ack_due: int | None
    resolve_due: int | None
    acknowledged: int | None = None
    resolved: int | None = None
    outcome: str = ""


class External(msgspec.Struct, gc=False):
    """An appeal to a body outside."""

    ref: str
    of: Measure | None
    body: str
    filed: int
    decided: int | None = None
    outcome: str = ""
    in_time: bool | None = None


class Counters(NamedTuple):
    """A step of a counter-notice about a measure."""

    step: str
    at: int
    of: Measure | None


class Statement(msgspec.Struct, gc=False, frozen=True):
    """A statement or a reply, as the log tells of it."""

    index: int
    slug: str
    step: str
    title: str
    orders: tuple[str, ...]
    authority: str
    sha256: str
    at: int


class Snapshot(msgspec.Struct, gc=False, frozen=True):
    """A frozen report of a period: at which size of the log, its SHA-256, and those of its other files by name."""

    index: int
    period: str
    revision: int
    sha256: str
    size: int
    at: int
    files: dict[str, str] = {}


class Tally(msgspec.Struct, gc=False, frozen=True):
    """How many decisions there were up to the period's end by (class of speaker, what was done, kind of thing)."""

    period: str
    at: int
    rows: dict[tuple[str, str, str], int]


class Facts(msgspec.Struct):
    """Everything the tables are made of. `size`: entries folded; `last`: the time of the newest."""

    orders: dict[str, Order] = {}
    measures: list[Measure] = []
    appeals: list[Appeal] = []
    reports: dict[str, Report] = {}
    externals: list[External] = []
    counters: list[Counters] = []
    statements: list[Statement] = []
    snapshots: list[Snapshot] = []
    tallies: list[Tally] = []
    months: dict[int, Counter[str]] = {}  # month -> kind of entry -> how many
    unreadable: int = 0
    opened: int = 0
    keys: int = 0
    first: int | None = None
    last: int = 0
    size: int = 0


class State:
    """Facts, and what is needed to fold further."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.measure_at: dict[int, Measure] = {}  # by the index of a measure's entry, or of its reversal's
        # By the reference of an order, and the number of a target: what a second person has not agreed to, and until when the rest lasts.
        self.made: dict[tuple[str, int], tuple[list[Measure], Agreed]] = {}
        self.appeal_at: dict[int, Appeal] = {}
        self.external_at: dict[int, External] = {}
        # By reference, in order; those decided since go when they are met.
        self.undecided: dict[str, deque[External]] = {}
        self.closed: dict[int, frozenset[bytes]] = {}  # index -> the digests that a closed entry commits to
        self.beside: Sequence[str] = ()  # what is read beside the log of the entry that is being taken
        self.opened: list[tuple[int, Entry]] = []  # (index, entry) of what was opened and is still to be taken


def either(found: int | None, at: int) -> int:
    """A time that an entry says, else the entry's own."""
    return at if found is None else found
