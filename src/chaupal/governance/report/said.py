"""What entries say (docs/log-entries.md), as types to decode into. What an older entry does not say is empty here."""

import msgspec
from msgspec import Raw, field

# No cycles can come about here, so the collector need not look at a million of these.


class Entry(msgspec.Struct, gc=False, frozen=True):
    """What every entry has; `public` is decoded by what `t` says."""

    t: str
    ref: str = ""
    at: str = ""
    regime: str | None = None
    prev: int | None = None
    public: Raw = Raw(b"{}")
    sd: tuple[str, ...] = field(default=(), name="_sd")


class Order(msgspec.Struct, gc=False, frozen=True):
    """An order, a notice, a complaint; or what the house took up by itself (`own_rules`)."""

    kind: str | None = "order"
    authority: str | None = ""
    issuer: str | None = field(default="", name="class")
    jurisdiction: str | None = ""
    channel: str | None = ""
    reference: str | None = ""
    law: str | None = ""
    bases: tuple[str, ...] | None = ()
    grounds: str | None = ""
    territory: tuple[str, ...] | None = ()
    dated: str | None = None
    received: str | None = None
    act_by: str | None = None
    interim_until: str | None = None
    ends: str | None = None
    emergency: bool | None = False
    secrecy: str | None = "none"
    targets: dict[str, int] = {}
    source: str | None = ""
    rule: str | None = ""


class Step(msgspec.Struct, gc=False, frozen=True):
    """What happened to an order as a whole."""

    step: str = ""
    codes: tuple[str, ...] | None = ()
    body: str | None = ""
    at: str | None = None


class Decision(msgspec.Struct, gc=False, frozen=True):
    """What was said about one target short of a measure."""

    target: int = 0
    kind: str | None = ""
    step: str = ""
    outcome: str | None = ""
    ground: str | None = ""
    code: str | None = ""  # what `ground` was called before
    speaker: str | None = ""
    demanded: str | None = ""
    review: str | None = ""  # of a measure that is kept: the next day on which it is looked at


class Measure(msgspec.Struct, gc=False, frozen=True):
    """What was done: withheld, labelled, taken out of the trends, suspended. Times are minutes, null where unknown."""

    target: int = 0
    kind: str | None = ""
    id: str | None = ""
    measure: str = ""
    outcome: str | None = ""
    demanded: str | None = ""
    term: str | None = ""
    territory: tuple[str, ...] | None = ()
    basis: str | None = ""
    authority: str | None = ""
    jurisdiction: str | None = ""
    law: str | None = ""
    rule: str | None = ""
    source: str | None = ""
    language: str | None = ""
    speaker: str | None = ""
    reason: str | None = ""
    start: str | None = field(default=None, name="from")
    until: str | None = None
    review: str | None = None
    permanent: bool | None = False
    strike_until: str | None = None
    break_glass: bool | None = False
    by: str | None = ""
    second: str | None = ""


class Reversal(msgspec.Struct, gc=False, frozen=True):
    """How a measure ended, or (`appealed`, `modified`) was changed."""

    step: str = ""
    at: str | None = None


class Notice(msgspec.Struct, gc=False, frozen=True):
    """What somebody was told, or not yet, and under which gag."""

    about: str | None = ""
    step: str = ""
    language: str | None = ""
    until: str | None = None
    gag: str | None = ""


class Appeal(msgspec.Struct, gc=False, frozen=True):
    """An appeal against a measure."""

    step: str = ""
    outcome: str | None = ""
    language: str | None = ""
    rule: str | None = ""
    measure: str | None = ""
    due: str | None = None
    at: str | None = None


class Report(msgspec.Struct, gc=False, frozen=True):
    """Somebody reported something."""

    step: str = ""
    category: str | None = ""
    regime: str | None = None
    language: str | None = ""
    ack_due: str | None = None
    resolve_due: str | None = None
    at: str | None = None
    outcome: str | None = ""


class External(msgspec.Struct, gc=False, frozen=True):
    """An appeal to a body outside the house."""

    step: str = ""
    body: str | None = ""
    outcome: str | None = ""
    complied_in_time: bool | None = None
    at: str | None = None


class Counter(msgspec.Struct, gc=False, frozen=True):
    """A counter-notice in a matter of copyright."""

    step: str = ""
    at: str | None = None


class DataRequest(msgspec.Struct, gc=False, frozen=True):
    """Somebody demanded data about accounts."""

    step: str = ""
    authority: str | None = ""
    issuer: str | None = field(default="", name="class")
    jurisdiction: str | None = ""
    accounts: int | None = 0
    emergency: bool | None = False
    preservation: bool | None = False
    outcome: str | None = ""
    at: str | None = None


class Statement(msgspec.Struct, gc=False, frozen=True):
    """A public statement, its revisions, and an authority's reply."""

    step: str = ""
    title: str | None = ""
    sha256: str | None = ""
    orders: tuple[str, ...] | None = ()
    authority: str | None = ""
    at: str | None = None


class Snapshot(msgspec.Struct, gc=False, frozen=True):
    """A period's report as it stood when the log had `size` entries."""

    period: str = ""
    revision: int = 1
    sha256: str = ""
    size: int | None = None
    at: str | None = None


class Key(msgspec.Struct, gc=False, frozen=True):
    """A new key of the log."""

    step: str = ""
    new: str | None = ""


class Act(msgspec.Struct, gc=False, frozen=True):
    """What a closed entry was about, as it is opened later."""

    t: str
    ref: str = ""
    at: str = ""
    regime: str | None = None
    prev: int | None = None


class Opened(msgspec.Struct, gc=False, frozen=True):
    """Confidential fields of an earlier entry, opened."""

    disclosures: tuple[str, ...] | None = ()
