"""What the entries of a log say (docs/log-entries.md), as far as a verifier asks: types to decode into, and nothing assumed."""

import msgspec
from msgspec import Raw, field

from chaupal.governance.report.times import minute
from chaupal.kernel.clock import MINUTE

VERSION = 2
# No cycles can come about here, so the collector need not look at a million of these.


class Entry(msgspec.Struct, gc=False, frozen=True):
    """What every entry has; `public` is decoded by what `t` says."""

    v: int
    t: str
    ref: str
    at: str
    public: Raw
    regime: str | None = None
    prev: int | None = None
    sd: tuple[str, ...] = field(default=(), name="_sd")


class Role(msgspec.Struct, gc=False, frozen=True):
    """Somebody is given a role, or (`member`) has none any more."""

    role: str = ""
    was: str | None = ""
    by: str | None = ""


class Authority(msgspec.Struct, gc=False, frozen=True):
    """An office comes into the register, changes, or is dropped from it."""

    step: str | None = "added"
    name: str | None = ""
    jurisdiction: str | None = ""
    by: str | None = ""
    second: str | None = None


class Protected(msgspec.Struct, gc=False, frozen=True):
    """Somebody (who stays private) is protected from now on, or no more."""

    step: str = ""
    by: str | None = ""
    second: str | None = None


class Law(msgspec.Struct, gc=False, frozen=True):
    """A file of law, or (`policy`) of the house's rules, by which is judged from now on."""

    sha256: str = ""
    id: str | None = ""
    version: int | str = 0


class Order(msgspec.Struct, gc=False, frozen=True):
    """A demand, or what the house took up by itself."""

    kind: str | None = "order"
    authority: str | None = ""
    issuer: str | None = field(default="", name="class")
    jurisdiction: str | None = ""
    bases: tuple[str, ...] | None = ()
    territory: tuple[str, ...] | None = ()
    received: str | None = None
    act_by: str | None = None
    law_act_by: str | None = None
    interim_until: str | None = None
    ends: str | None = None
    emergency: bool | None = False
    secrecy: str | None = "none"
    targets: dict[str, int] = {}
    origin: str | None = ""
    confirms: str | None = None
    source: str | None = ""
    rule: str | None = ""
    by: str | None = ""


class Step(msgspec.Struct, gc=False, frozen=True):
    """What happened to an order as a whole, or to some of its `targets`."""

    step: str = ""
    codes: tuple[str, ...] | None = ()
    targets: tuple[int, ...] | None = ()
    body: str | None = ""
    until: str | None = None
    confirms: str | None = None
    at: str | None = None
    by: str | None = ""


class Decision(msgspec.Struct, gc=False, frozen=True):
    """What was said about one target short of a measure."""

    target: int = 0
    kind: str | None = ""
    step: str = ""
    outcome: str | None = ""
    ground: str | None = ""
    demanded: str | None = ""
    protected: bool | None = False
    opens: tuple[str, ...] | None = ()
    review: str | None = None
    by: str | None = ""
    second: str | None = None


class Measure(msgspec.Struct, gc=False, frozen=True):
    """What was done."""

    target: int = 0
    kind: str | None = ""
    measure: str = ""
    outcome: str | None = ""
    demanded: str | None = ""
    term: str | None = ""
    territory: tuple[str, ...] | None = ()
    basis: str | None = ""
    authority: str | None = ""
    rule: str | None = ""
    protected: bool | None = False
    finding: bool | str | None = False
    parts: int | None = 1
    start: str | None = field(default=None, name="from")
    until: str | None = None
    review: str | None = None
    permanent: bool | None = False
    strike_until: str | None = None
    alone: bool | None = False
    break_glass: bool | None = False
    glass_until: str | None = None
    cause: str | None = "decided"
    body: str | None = ""
    opens: tuple[str, ...] | None = ()
    by: str | None = ""
    second: str | None = None
    concurred: str | None = None


class Reversal(msgspec.Struct, gc=False, frozen=True):
    """How a measure ended."""

    target: int = 0
    step: str = ""
    body: str | None = ""
    at: str | None = None
    by: str | None = ""
    second: str | None = None


class Notice(msgspec.Struct, gc=False, frozen=True):
    """What somebody was told, or not yet, and under which gag."""

    about: str | None = ""
    step: str = ""
    until: str | None = None
    gag: str | None = ""


class Appeal(msgspec.Struct, gc=False, frozen=True):
    """An appeal against a measure."""

    step: str = ""
    outcome: str | None = ""
    due: str | None = None
    at: str | None = None
    by: str | None = ""


class Open(msgspec.Struct, gc=False, frozen=True):
    """Confidential fields of an earlier entry, opened."""

    disclosures: tuple[str, ...] | None = ()
    by: str | None = ""


class Act(msgspec.Struct, gc=False, frozen=True):
    """What a sealed entry was, as it is opened later."""

    t: str
    ref: str = ""
    at: str = ""
    regime: str | None = None
    prev: int | None = None


def moment(text: str | None) -> int | None:
    """Milliseconds since 1970 from an entry's minute or day; None for what is neither."""
    found = minute(text)
    return None if found is None else found * MINUTE
