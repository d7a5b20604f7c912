"""What each entry of the log says: one type for each, by which entries are written and read. docs/log-entries.md is drawn from it.

A field's comment is its line in that paper. Nothing personal is a public field: identities and free text are `SEALED`, that
is, committed to with a salt each, and of those only what is in `BESIDE` may be opened beside the log.
"""

from typing import ClassVar

import msgspec
from msgspec import Raw, field

# No cycles can come about here, so the collector need not look at a million of these.


class Entry(msgspec.Struct, gc=False, frozen=True):
    """What every entry has; `public` is decoded by what `t` says."""

    t: str
    ref: str
    at: str
    public: Raw
    regime: str | None = None
    prev: int | None = None
    sd: tuple[str, ...] = field(default=(), name="_sd")
    v: int = 0


class Act(msgspec.Struct, gc=False, frozen=True):
    """What a secret entry was about, as it is opened later."""

    t: str
    ref: str = ""
    at: str = ""
    regime: str | None = None
    prev: int | None = None
    size: int | None = None  # how many entries the log had when it happened


class Public(msgspec.Struct, gc=False, frozen=True, kw_only=True):
    """What everybody reads of an entry, and by name what it commits to besides."""

    TYPES: ClassVar[tuple[str, ...]] = ()  # `t` of the entries that say this
    REF: ClassVar[str] = ""  # what `ref` names
    PREV: ClassVar[str] = ""  # of what `prev` is the index
    SEALED: ClassVar[dict[str, str]] = {}  # what is only committed to
    BESIDE: ClassVar[tuple[str, ...]] = ()  # of those, what may be opened beside the log

    @property
    def entry_type(self) -> str:
        """`t` of an entry that says this."""
        return self.TYPES[0]


ORDER = "the order's reference"
SUBJECT = "the id of the account, post, picture, server or tag (0) that is meant"
SERVER = "of a server: its domain; below it everything is meant, too"
DESPITE = "why, in spite of what the order lacks on its face"
SPEAKER = "the protected class of whoever is meant, or null; never opened beside a subject"


# --- who acts ---


class Authority(Public, gc=False, frozen=True, kw_only=True):
    """An authority in the register: who may order. What changes it takes two people."""

    TYPES = ("authority",)
    REF = "authority-ID"
    PREV = "the entry before about this authority"
    SEALED = {
        "contact": "a mail address of its own, which is told of every change",
        "filer": "who may file: name and mail address",
    }

    # added, proposed, changed, dropped; of somebody who may file in its name: filer_invited, filer_ended
    step: str = "added"
    name: str = ""  # in English
    name_hi: str = ""  # in Hindi
    jurisdiction: str = ""  # its country (ISO 3166-1 alpha-2)
    issuer: str = field(default="", name="class")  # court, government, police, other
    office: str = ""  # which office of it
    domain: str | None = None  # that of its mails; null where the entry does not say
    # SHA-256 of the public keys that sign its documents, hex; null where the entry does not say
    keys: tuple[str, ...] | None = None
    what: tuple[str, ...] = ()  # the fields that a change is about
    by: str = ""  # a pseudonym of staff
    second: str | None = None  # who agreed


class Role(Public, gc=False, frozen=True, kw_only=True):
    """A part in the office, given or taken. A role that no entry gave is none. Where `was` is the same as `role`: whoever has it can
    come in another way from then on. Their codes and keys were taken away, or on the machine they were given another address or a token.
    """

    TYPES = ("role",)
    REF = "a pseudonym of staff"

    role: str = ""  # what they are now; `member` for no part in the office
    was: str = ""  # what they were before
    by: str = ""  # a pseudonym of staff; `machine` for somebody with a shell on the server


class Protected(Public, gc=False, frozen=True, kw_only=True):
    """Somebody is protected because of what they speak for, or is no more. Who, stays closed."""

    TYPES = ("protected",)
    REF = "protected-ID"
    PREV = "the entry before about this protection"
    SEALED = {"account": "the id of the account"}

    step: str = ""  # granted, ending_proposed, ended
    speaker: str = field(default="", name="class")  # news_media, journalist, activist, politician, candidate
    by: str = ""  # who proposed it
    second: str | None = None  # who granted or ended it


class Server(Public, gc=False, frozen=True, kw_only=True):
    """A server is let in by name, where a house talks to no others, or is taken off that list again."""

    TYPES = ("server",)
    REF = "server-ID"
    PREV = "the entry before about this server's being let in"
    SEALED = {"server": SERVER, "reason": "why"}
    BESIDE = ("server", "reason")

    step: str = ""  # let_in, ending_proposed, kept, taken_off
    by: str = ""  # a pseudonym of staff: taken_off: who proposed it
    second: str | None = None  # taken_off: who agreed


# --- orders ---


class Order(Public, gc=False, frozen=True, kw_only=True):
    """An order, a notice, a complaint; or what the house took up by itself (`own_rules`)."""

    TYPES = ("order",)
    REF = "IN-2026-0001; RULES-2026-0001 for the house's own; X-… for one that was secret when it came"
    SEALED = {
        "grounds": "the grounds in the order's own words",
        "reasons": "the reasons in the order's own words",
        "officer": "name and rank of whoever signed it",
        "complainant": "who complains, where no authority does",
    }

    kind: str = "order"  # order, notice, complaint, court, advisory, own_rules
    authority: str = ""  # its name in the register; nothing for a person and for the house
    issuer: str = field(default="", name="class")  # court, government, police, other; house; person
    jurisdiction: str = ""  # the authority's country
    channel: str = ""  # how it came: letter, portal, api, csv, mail, house
    office: str = ""  # the issuing office, by its code in the law
    rank: str = ""  # of whoever signed it, by its code in the law
    reference: str = ""  # the authority's own number
    law: str = ""  # the law as the order cites it
    bases: tuple[str, ...] = ()  # codes of the law's grounds
    territory: tuple[str, ...] = ()  # countries where it binds; XX: everywhere
    dated: str | None = None  # day
    received: str | None = None  # minute
    act_by: str | None = None  # minute: the earlier of what it says and what the law says
    law_act_by: str | None = None  # minute by which the law itself wants it done
    interim_until: str | None = None  # minute until which an emergency order holds unless it is confirmed
    ends: str | None = None  # minute
    emergency: bool = False  # by the law's emergency procedure
    secrecy: str = "none"  # none, order_text, aggregate_only, gag
    targets: dict[str, int] = {}  # kind -> how many it names; `unknown`: not found here, or not for everybody
    document: str | None = None  # SHA-256 of its letter, hex
    signature: str = "absent"  # valid, invalid, absent, unverifiable
    origin: str = "unverified"  # verified, unverified, mismatch
    defects: tuple[str, ...] = ()  # codes of what it lacks on its face
    confirms: str | None = None  # reference of the emergency order that it says it confirms; null of secret ones, too
    # Reference of the order, sent back, of which it is the mended version; null of secret ones, too.
    replaces: str | None = None
    source: str = ""  # own_rules only: user_report, staff, automated, state_flag, trusted_flagger
    rule: str = ""  # own_rules only: R2@1
    flagged_by: str = ""  # own_rules only: the authority that pointed to it, by its name in the register (state_flag, and never without)
    by: str = ""  # a pseudonym of staff; `authority`: filed by its own people
    let_in_by: str | None = None  # filed by its own people: who of the staff had let in whoever filed it last
    let_in_before: tuple[str, ...] = ()  # filed by its own people: who else of the staff had, before that
    key: str = ""  # signature valid: SHA-256 of the authority's key, hex; nothing where a trust root vouches for it


class Step(Public, gc=False, frozen=True, kw_only=True):
    """What happened to an order as a whole, or to some of its targets."""

    TYPES = ("step",)
    REF = ORDER
    PREV = "the order's entry"
    SEALED = {"reason": "why", "body_name": "which court or committee"}

    # acknowledged, checked, returned, mended, replaced (by its mended version, which is an order of its own),
    # clarification_requested, clarified, hearing_set, hearing_held, meeting, correspondence, objection_filed, confirmed,
    # withdrawn, stayed, stay_ended, set_aside, extended, renewed, amended, challenged_in_court, effect_reported, closed,
    # reopened
    step: str = ""
    codes: tuple[str, ...] = ()  # returned: what is missing
    targets: tuple[int, ...] = ()  # numbers of the targets that it is about; none: all
    body: str = ""  # whose act: authority, court, review_committee, secretary, house, other
    until: str | None = None  # minute: of a hearing, of an extension
    confirms: str | None = None  # reference of the order that confirms this one
    at: str | None = None  # minute
    by: str = ""  # a pseudonym of staff, `authority`, or `clock`


class Decision(Public, gc=False, frozen=True, kw_only=True):
    """What was said about one target short of a measure. Every digest of a proposal stands again in what carries it out."""

    TYPES = ("decision",)
    REF = ORDER
    PREV = "the entry before about this target; for what carries out a proposal, the proposal"
    SEALED = {
        "subject": SUBJECT,
        "server": SERVER,
        "speaker": SPEAKER,
        "reason": "why",
        "finding": "why nothing narrower does",
        "despite": DESPITE,
        "outcome": "proposed only: the measure, `refuse`, or how it is to be closed",
        "ground": "proposed only: the code on which it is refused",
        "until": "proposed only: when the measure is to end (minute)",
        "text": "proposed only: what a label is to say",
    }
    BESIDE = ("reason",)

    target: int = 0  # its number in the order
    kind: str = ""  # account, post, media, tag, server
    # proposed; concurred; returned; refused; closed; reviewed (a second person agreed to what one did alone); kept (a
    # measure was looked at again, and stays); dropped
    step: str = ""
    # closed: own_rules_action, already_gone, duplicate, out_of_scope; or by a step of its order: withdrawn, set_aside,
    # replaced, undecided
    outcome: str | None = None
    ground: str | None = None  # refused: the code
    demanded: str = ""  # the measure that the order asks for
    protected: bool = False  # whether the law asks for a second reviewer, because of whose words these are
    defects: tuple[str, ...] = ()  # what the order lacks on its face, acknowledged by whoever decides
    despite: bool = False  # whether it is committed to why it is done in spite of that; wherever there are defects
    edited: bool = False  # the text was changed since the order was filed, and the decider saw it
    matter: str | None = None  # closed as own_rules_action: reference of the matter under the house's rules
    opens: tuple[str, ...] = ()  # refused, closed: disclosures of the proposal's outcome and ground
    review: str | None = None  # kept: minute of the next look
    # reviewed: minute at which what one did alone ends now that two agree, but for what an appeal made shorter; null: no end
    ends: str | None = None
    by: str = ""  # a pseudonym of staff, or `clock`
    second: str | None = None  # refused, closed: who approved


class Measure(Public, gc=False, frozen=True, kw_only=True):
    """What was done: withheld, labelled, taken out of the trends, suspended. `deamp`: the same, of deamplifications."""

    TYPES = ("measure", "deamp")
    REF = ORDER
    PREV = "the proposal's entry; where it stands in place of another measure, that one's reversal"
    SEALED = {
        "subject": SUBJECT,
        "server": SERVER,
        "part": "where less than the target is limited: the id of what is",
        "speaker": SPEAKER,
        "reason": "why",
        "finding": "why nothing narrower does",
        "despite": DESPITE,
        "text": "what a label says",
    }
    BESIDE = ("subject", "server", "part", "reason", "text")

    target: int = 0  # its number in the order
    kind: str = ""  # what is limited: account, post, media, tag, server
    # label, deamplify, limit, freeze, mark_sensitive, warn, withhold_media, withhold_post, withhold_account, remove_post,
    # suspend; of servers: refuse_reports, refuse_media, limit_server, suspend_server
    measure: str = ""
    outcome: str = "complied_full"  # complied_full, complied_narrower, own_rules_action
    demanded: str = ""  # the measure that the order asks for
    term: str | None = None  # of a tag: its letters
    territory: tuple[str, ...] = ()  # countries; XX: everywhere
    basis: str = "legal_order"  # legal_order, legal_notice, own_rules, copyright
    authority: str = ""  # its name in the register
    jurisdiction: str = ""  # its country; own_rules: that of whoever pointed to it
    law: str = ""  # the law as the order cites it
    rule: str | None = None  # own_rules: R2@1
    source: str = ""  # government; own_rules: user_report, staff, automated, state_flag, trusted_flagger
    flagged_by: str = ""  # own_rules: the authority that pointed to it, as in the matter (state_flag)
    language: str = ""  # of the post, else of the account
    protected: bool = False  # whether the law asks for a second reviewer, because of whose words these are
    finding: bool = False  # whether a finding is committed to
    edited: bool = False  # the text was changed since the order was filed, and the decider saw it
    defects: tuple[str, ...] = ()  # what the order lacks on its face, as the proposal acknowledged it
    despite: bool = False  # whether it is committed to why it is done in spite of that; wherever there are defects
    parts: int = 1  # how many things this decision limits
    # to how many other servers it had been sent, which a measure here does not reach; null of what came from another one, of what
    # not everybody can see, and where no other server is talked to
    sent_to: int | None = None
    came_from: str | None = None  # of what came from another server: its domain; it is shown there all the same
    # the entry of another measure that withholds the same thing already: it is one thing, not two
    also: int | None = None
    start: str | None = field(default=None, name="from")  # minute
    until: str | None = None  # minute
    review: str | None = None  # minute of the next look
    permanent: bool = False  # suspend: without an end
    strike_until: str | None = None  # minute until which it counts as a strike
    alone: bool = False  # one person may decide this by the house's rules
    emergency: bool = field(default=False, name="break_glass")  # one person in an emergency
    # minute at which it is over, unless a second person agrees
    emergency_until: str | None = field(default=None, name="glass_until")
    cause: str = "decided"  # decided, modified, extended, renewed, amended, confirmed, resumed
    body: str = ""  # where it was not decided here, whose act: authority, court, review_committee, secretary, other
    asked_by: str | None = field(default=None, name="for")  # own_rules: reference of the order that asked for it
    opens: tuple[str, ...] = ()  # disclosures of the proposal's outcome
    by: str = ""  # a pseudonym of staff, or `clock`
    second: str | None = None  # who approved
    concurred: str | None = None  # who agreed as second reviewer

    @property
    def entry_type(self) -> str:
        return self.TYPES[self.measure == "deamplify"]


class Reversal(Public, gc=False, frozen=True, kw_only=True):
    """How a measure ended. What changes one in force is its reversal and a new measure in the same commit."""

    TYPES = ("reversal",)
    REF = ORDER
    PREV = "the measure's entry"
    SEALED = {"subject": SUBJECT, "server": SERVER, "part": "as in the measure", "reason": "why"}
    BESIDE = ("subject", "server", "part", "reason")

    target: int = 0  # its number in the order
    kind: str = ""  # account, post, media, tag, server
    measure: str = ""  # which measure ends
    term: str | None = None  # of a tag: its letters
    # lifted, lapsed, withdrawn, stayed, set_aside, appealed, unreviewed, lost (see `refill`); modified, extended, renewed,
    # amended, confirmed: a `measure` follows, whose prev is this entry
    step: str = ""
    body: str = ""  # whose act: authority, court, review_committee, secretary, house, other
    at: str | None = None  # minute
    by: str = ""  # a pseudonym of staff, `clock`, or `machine` (lost; an owner let in again)
    second: str | None = None  # who approved, where two must


class Notice(Public, gc=False, frozen=True, kw_only=True):
    """What somebody was told, or not yet, and under which gag."""

    TYPES = ("notice",)
    REF = ORDER
    PREV = "the entry of what they are told about"

    about: str = "begun"  # demanded, begun, ended, refused, closed, appeal
    target: int | None = None  # its number in the order, where it is about one
    step: str = ""  # sent, delayed, withheld, failed
    ways: tuple[str, ...] = ()  # app, post, mail; server: a message to another server, for somebody there
    language: str = ""  # in which they are told
    until: str | None = None  # delayed: minute
    gag: str = ""  # delayed, withheld: the law that forbids it


# --- people ---


class Appeal(Public, gc=False, frozen=True, kw_only=True):
    """An appeal against a measure."""

    TYPES = ("appeal",)
    REF = ORDER
    PREV = "filed: the measure's entry; else that of the filing"
    SEALED = {"reason": "decided: why"}

    step: str = ""  # filed, decided, withdrawn
    outcome: str | None = None  # upheld, modified, reversed
    language: str = ""  # of whoever appeals
    rule: str | None = None  # own_rules: R2@1
    measure: str = ""  # against which measure
    due: str | None = None  # filed: minute by which the law wants it decided
    earlier: int = 0  # filed: how many people had decided an appeal about the same thing by then
    at: str | None = None  # minute
    by: str | None = None  # decided: a pseudonym of staff
    second: str | None = None  # who approved, where two must


class Report(Public, gc=False, frozen=True, kw_only=True):
    """Somebody reported something."""

    TYPES = ("report",)
    REF = "R-2026-0001"
    PREV = "the entry `received`"

    step: str = ""  # received, acknowledged, resolved
    category: str = ""  # spam, legal, violation, other
    regime: str | None = None  # received: the law whose clocks run
    language: str = ""  # of whoever reports
    via: str = ""  # received: member, guest, server (another one sent it)
    ack_due: str | None = None  # minute
    resolve_due: str | None = None  # minute
    at: str | None = None  # minute
    outcome: str = ""  # resolved: removed, limited, labelled, warned, suspended, none, forwarded
    by: str | None = None  # resolved: a pseudonym of staff


class External(Public, gc=False, frozen=True, kw_only=True):
    """An appeal to a body outside the house."""

    TYPES = ("external",)
    REF = ORDER
    PREV = "filed: the measure's or the appeal's entry; decided: that of the filing"

    step: str = ""  # filed, decided
    body: str = ""  # its code in the law
    outcome: str = ""  # decided: for, against the house
    complied_in_time: bool | None = None  # decided: whether the house did what it says in time
    at: str | None = None  # minute
    by: str = ""  # a pseudonym of staff


class Counter(Public, gc=False, frozen=True, kw_only=True):
    """A counter-notice in a matter of copyright."""

    TYPES = ("counter",)
    REF = ORDER
    PREV = "the measure's entry"

    step: str = ""  # filed, forwarded, restored, suit
    at: str | None = None  # minute
    by: str | None = None  # a pseudonym of staff; null: its author


class Statement(Public, gc=False, frozen=True, kw_only=True):
    """A public statement, its revisions, and an authority's reply."""

    TYPES = ("statement",)
    REF = "its name in its address"
    PREV = "the entry before about this statement"

    step: str = ""  # published, revised, replied
    title: str = ""  # as published
    sha256: str = ""  # of the text, hex
    orders: tuple[str, ...] = ()  # references of the orders that it is about
    revision: int = 1  # which version of it
    authority: str = ""  # replied: whose reply
    at: str | None = None  # minute
    by: str = ""  # a pseudonym of staff, or `authority`


class Snapshot(Public, gc=False, frozen=True, kw_only=True):
    """A period's report as it stood when the log had `size` entries."""

    TYPES = ("snapshot",)
    REF = "the period, such as 2026-11"
    PREV = "the revision before"

    period: str = ""  # a month (2026-11) or a year
    revision: int = 1  # counted from 1
    size: int | None = None  # how many entries it is made of
    sha256: str = ""  # of report.json, hex
    files: dict[str, str] = {}  # name -> SHA-256 of every other published file
    at: str | None = None  # minute


class Tally(Public, gc=False, frozen=True, kw_only=True):
    """How many decisions there were by class of speaker: rows that name nobody, opened beside the log. Each `decision` of the
    steps refused and closed counts, and each measure whose cause is `decided`; what was secret where an `open` entry first
    opens it as a whole."""

    TYPES = ("tally",)
    REF = "the period, such as 2026-11"
    PREV = "the tally before"
    SEALED = {
        "row": "once for each decision counted, in no order: {class (`protected` where its class has fewer than ten rows, `none`), "
        "did (refused, closed, measure), kind (account, post, media, tag)}; did and kind are `other` where fewer than ten are alike"
    }
    BESIDE = ("row",)

    period: str = ""  # the period with whose report it was made
    first: int = field(default=0, name="from")  # index from which decisions are counted
    to: int = 0  # index up to which, not included
    rows: int = 0  # how many decisions this entry has
    part: int = 1  # which entry of this span; more than one where the rows are too many for one entry
    parts: int = 1  # how many entries the span has


class TallyRow(msgspec.Struct, frozen=True):
    """One decision as a tally tells it: the class of its speaker, what was done, about what kind of thing."""

    speaker: str = field(name="class")
    did: str
    kind: str


FEWEST = 10  # rows of a tally that are alike, and rows of a class: fewer could be told apart
NO_CLASS, RARE = "none", "other"  # of a speaker who has none; of what is rare


def tallied(head: Entry) -> tuple[str, str] | None:
    """(did, kind) of an entry that a tally counts; None for any other."""
    if head.t in Measure.TYPES:
        made = msgspec.json.decode(head.public, type=Measure)
        return ("measure", made.kind) if made.cause == "decided" else None
    if head.t == "decision":
        said = msgspec.json.decode(head.public, type=Decision)
        return (said.step, said.kind) if said.step in ("refused", "closed") else None
    return None


class Policy(Public, gc=False, frozen=True, kw_only=True):
    """A text of the house: its rules, its privacy policy, its terms."""

    TYPES = ("policy",)
    REF = "house-rules, privacy-policy, terms-of-service"

    version: int = 0  # which version of it
    sha256: str = ""  # of the file (served at /log/laws/<sha256>); of the canonical JSON of text and text_hi
    at: str | None = None  # minute; null: with the server
    by: str | None = None  # a pseudonym of staff; null: with the server
    effective: str | None = None  # terms: day


class Regime(Public, gc=False, frozen=True, kw_only=True):
    """A law by which the house judges, as a file."""

    TYPES = ("regime",)
    REF = "its id and version, such as IN-69A@1"

    id: str = ""  # IN-69A
    version: int = 0  # which version of the file
    sha256: str = ""  # of the file, hex; it is served at /log/laws/<sha256>
    start: str | None = field(default=None, name="from")  # day from which it holds
    to: str | None = None  # day until which it holds


# --- what is kept ---


class AddressBlock(Public, gc=False, frozen=True, kw_only=True):
    """A net, a domain of mails or a single mail that staff blocked, or let in again."""

    TYPES = ("door",)
    REF = "door-ID"
    SEALED = {"what": "the net, the domain, the hash of the mail", "comment": "why"}

    step: str = ""  # shut, changed, opened
    kind: str = ""  # ip, domain, email
    net: str = ""  # ip: how large the net is, such as ipv4/24
    severity: str = ""  # how firmly
    until: str | None = None  # minute
    by: str = ""  # a pseudonym of staff
    second: str | None = None  # who else wants a large net shut out for longer than one may alone


class Evidence(Public, gc=False, frozen=True, kw_only=True):
    """What was held of what a ruling limits was emptied."""

    TYPES = ("evidence",)
    REF = ORDER

    step: str = ""  # purged
    kind: str = ""  # account, post, media
    by: str = ""  # clock


class Key(Public, gc=False, frozen=True, kw_only=True):
    """A new key of the log."""

    TYPES = ("key",)
    REF = "key"

    step: str = ""  # rotated
    old: str = ""  # vkey
    new: str = ""  # vkey
    by: str = ""  # machine


class Origin(Public, gc=False, frozen=True, kw_only=True):
    """The log goes on from an older one, which it commits to. Either this is its first entry, and nothing of the older one is in it; or
    the store was set back, and it begins with the `kept` entries that the store still had, byte for byte: what the older log had after
    these is not here.
    """

    TYPES = ("origin",)
    REF = "the older log's name"
    SEALED = {"reason": "why a new log was begun"}
    BESIDE = ("reason",)

    previous: str = ""  # the older log's vkey
    size: int = 0  # how many entries its last checkpoint that is kept speaks of; 0: there is none
    root: str = ""  # its root, hex
    sha256: str = ""  # of that checkpoint's text as it was signed, hex
    kept: int = 0  # with how many entries of the older log this one begins; 0: with none
    seen: int = 0  # how many it had by the newest checkpoint that somebody kept; 0: nobody did, or those are all here
    seen_root: str = ""  # of that checkpoint, hex
    seen_sha256: str = ""  # of its text, hex
    told: int = 0  # how many it had by the word of a witness; 0: none said so, or those are all here
    new: str = ""  # vkey by which this log is signed
    by: str = ""  # machine

    @property
    def older(self) -> str:
        """The older log's name."""
        return self.previous.partition("+")[0]

    @property
    def known(self) -> int:
        """How many entries the older log is known to have had."""
        return max(self.size, self.kept, self.seen, self.told)


class Refill(Public, gc=False, frozen=True, kw_only=True):
    """The store was set back, and entries that it had lost came back from somebody's copy of the log, byte for byte: those `from` to
    `to`, right before this one. Of what they tell the store knows by them alone: what they began is carried out no more, and ends by
    a `reversal` of the step `lost`.
    """

    TYPES = ("refill",)
    REF = "the log's name"
    SEALED = {"reason": "why they were lost", "source": "whose copy it was"}
    BESIDE = ("reason", "source")

    start: int = field(default=0, name="from")  # index of the first that came back
    to: int = 0  # index up to which, not included: the size of the signed checkpoint of that copy
    by: str = ""  # machine


class Opened(Public, gc=False, frozen=True, kw_only=True):
    """Confidential fields of an earlier entry, opened or (`erased`) destroyed."""

    TYPES = ("open",)
    REF = "the order's public reference from now on; nothing where it may not be said"
    PREV = "the entry that is opened"
    SEALED = {"reason": "why"}

    disclosures: tuple[str, ...] = ()  # with `act`, `public` and `sd` a secret entry counts in the report at its place
    erased: int = 0  # how many disclosures were destroyed
    by: str = ""  # a pseudonym of staff, or `clock`


class Cover(Public, gc=False, frozen=True, kw_only=True):
    """A secret entry, or one that says nothing: nobody can tell which. Its `_sd` has 16 digests."""

    TYPES = ("cover",)
    SEALED = {
        "act": "secret: {t, ref, at, regime, prev, size}",
        "public": "secret: all of the act's public fields",
        "sd": "secret: the digests of the act's own confidential fields",
    }


ALL: tuple[type[Public], ...] = (
    Authority, Role, Protected, Server, Order, Step, Decision, Measure, Reversal, Notice, Appeal, Report, External, Counter,
    Statement, Snapshot, Tally, Policy, Regime, AddressBlock, Evidence, Key, Origin, Refill, Opened, Cover,
)  # fmt: skip
BY_TYPE: dict[str, type[Public]] = {t: kind for kind in ALL for t in kind.TYPES}
