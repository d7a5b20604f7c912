"""A regime: one law, or the rules of the house, as data. Who may ask for what, on which grounds, by when, told to whom."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chaupal_audit.law.dates import Dated
from chaupal_audit.law.durations import Duration
from chaupal_audit.law.measures import EVERYWHERE, Measure

type Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
type Words = Annotated[str, Meta(min_length=1, max_length=600)]
type IssuerClass = Literal["government", "court", "police", "person", "house"]
type BasisKind = Literal["legal_order", "legal_notice", "own_rules", "copyright"]
type Complaint = Literal["violation", "spam", "illegal", "intimate", "copyright", "other"]
type Kind = Literal["order", "notice", "complaint", "court", "advisory", "own_rules"]

OWN_RULES = "OWN-RULES"  # the house's own rules; every other regime is known by what its file says
GENERIC = "GENERIC"  # for a country whose law nobody has written down yet


# What is wrong with who issues it: with any of these nothing is limited, whoever would answer for it.
ISSUER = (
    "jurisdiction_foreign",
    "issuer_unlisted",
    "issuer_class_other",
    "rank_missing",
    "rank_unknown",
    "rank_too_low",
    "origin_false",
)
# Words of `secrecy` by which not even that it is there is told.
SECRET = ("aggregate_only", "gag")


class Refusal(StrEnum):
    """Why a demand is not followed: what one cites on the page, in the log and in reports."""

    NOT_AUTHORISED_ISSUER = "not_authorised_issuer"
    NO_LEGAL_BASIS = "no_legal_basis"
    GROUND_NOT_LISTED = "ground_not_listed"
    NO_REASONS = "no_reasons"
    NOT_SPECIFIC = "not_specific"
    OVERBROAD_ACCOUNT_LEVEL = "overbroad_account_level"
    EXTRATERRITORIAL = "extraterritorial"
    PROTECTED_EXPRESSION = "protected_expression"
    UNVERIFIABLE_ORIGIN = "unverifiable_origin"
    EXPIRED_INTERIM = "expired_interim"
    NO_RULE_BROKEN = "no_rule_broken"  # of the house's own rules, and of no order


# Why a matter under the house's own rules is not followed: nobody demands anything by them who could lack the power to.
OWN_REFUSALS = (
    Refusal.NO_RULE_BROKEN,
    Refusal.PROTECTED_EXPRESSION,
    Refusal.NOT_SPECIFIC,
    Refusal.NO_REASONS,
    Refusal.OVERBROAD_ACCOUNT_LEVEL,
)


class Speaker(StrEnum):
    """Classes of speakers whose words a regime can ask to be looked at twice."""

    NEWS_MEDIA = "news_media"
    JOURNALIST = "journalist"
    ACTIVIST = "activist"
    POLITICIAN = "politician"
    CANDIDATE = "candidate"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a regime have in common: they cannot change, and a key that nobody knows is an error."""


class Titled(Part, frozen=True, kw_only=True):
    """Words in the house's two languages."""

    en: Words
    hi: Words

    def in_language(self, language: str) -> str:
        """English for whoever reads another one."""
        return self.hi if language == "hi" else self.en


class Named(Titled, frozen=True, kw_only=True):
    """A thing with a code, for programs, and its words, for people."""

    code: Code


class Field(Named, frozen=True, kw_only=True):
    """What a demand must say. `refusal`: what it is refused for where it does not."""

    refusal: Refusal = Refusal.NOT_SPECIFIC


class Rank(Named, frozen=True, kw_only=True):
    """A rank of officers; within one `ladder` the later rank is the higher."""

    ladder: str = ""


class Issuer(Titled, frozen=True, kw_only=True):
    """An office that may demand. `min_rank` "" asks for none; `issuer_class` "" is the regime's."""

    role: Code
    min_rank: str = ""
    issuer_class: IssuerClass | Literal[""] = ""


class Territory(Part, frozen=True, kw_only=True):
    """Where a measure binds when nothing else is said (nothing: the issuer's own country), and whether it may everywhere."""

    default: tuple[str, ...] = ()
    allow_global: bool = False


class Gag(Part, frozen=True, kw_only=True):
    """The word that keeps the author from being told; `max` nothing: no end, so it is looked at `review_every`."""

    basis: Words
    max: Duration | None = None
    review_every: Duration


class Notice(Part, frozen=True, kw_only=True):
    """Whether the author is told, whether beforehand, and what stands in the gap."""

    author: Literal["default_yes", "after_gag", "no"]
    before: bool
    public_placeholder: Literal["named_legal_demand", "named_rule", "neutral"]


class InternalAppeal(Part, frozen=True, kw_only=True):
    """How long one can appeal, and by when it is decided."""

    window: Duration
    decide_in: Duration


class Appeals(Part, frozen=True, kw_only=True):
    """Appeals to the house, and the bodies outside to which one can go."""

    internal: InternalAppeal
    external: tuple[Named, ...] = ()


class Counter(Part, frozen=True, kw_only=True):
    """A counter-notice: what it must say, and between which moments after it what was withheld is shown again."""

    required_fields: tuple[Field, ...]
    restore_not_before: Duration
    restore_by: Duration


class Source(Part, frozen=True, kw_only=True):
    """Where a file's numbers come from. V: read on public pages; S: in the text of the law; M: from memory, check first."""

    tag: Literal["V", "S", "M"]
    says: Words


class Regime(Dated, frozen=True, kw_only=True):
    """One version of a law. What each field means stands in docs/regimes.md."""

    id: Annotated[str, Meta(pattern=r"^[A-Z]{2,8}(-[A-Z0-9]{1,12}){0,4}$")]
    title: Titled
    jurisdiction: str
    members: tuple[str, ...] = ()
    kind: Kind
    basis_kind: BasisKind
    issuer_class: IssuerClass
    bases: tuple[Named, ...] = ()
    issuers: tuple[Issuer, ...]
    ranks: tuple[Rank, ...] = ()
    channels: tuple[Named, ...]
    verify_origin: bool = True
    enforced: tuple[Code, ...] = ISSUER
    required_fields: tuple[Field, ...]
    targets: tuple[Literal["url", "handle", "tag"], ...] = ("url",)
    complaints: tuple[Complaint, ...] = ()
    clocks: dict[Code, Duration] = msgspec.field(default_factory=dict[str, Duration])
    clock_titles: dict[Code, Titled] = msgspec.field(default_factory=dict[str, Titled])
    # Nothing else: a house that could wait for its own receipt, or for being served, could put its own deadline off.
    clock_start: Literal["received"] = "received"
    stale_after: Duration | None = None
    territory: Territory
    measures_allowed: tuple[Measure, ...]
    two_person: tuple[Measure, ...] = ()
    two_person_permanent: tuple[Measure, ...] = ()
    secrecy: Literal["none", "order_text", "aggregate_only", "gag"]
    gag: Gag | None = None
    aggregate_delay: Duration | None = None
    notice: Notice
    protected_review: tuple[Speaker, ...] = ()
    emergency: bool = False
    max_duration: Duration | None = None
    review_every: Duration | None = None
    appeals: Appeals
    counter_notice: Counter | None = None
    statement_of_reasons: tuple[Named, ...] = ()
    preserve: Duration | None = None
    report_tables: tuple[Annotated[str, Meta(pattern=r"^T[0-9]{1,2}$")], ...] = ()
    sources: tuple[Source, ...]

    @property
    def ref(self) -> str:
        """`IN-79-3B@3`: what orders, leaves and pages cite."""
        return f"{self.id}@{self.version}"

    @property
    def allows_secrecy(self) -> bool:
        """Whether an order under it can be kept from whom it touches. A court can seal its own, whatever its law says.

        The house's own rules are no law: what is done under them is told, also where a state asked for it.
        """
        said = self.secrecy in SECRET or self.gag is not None or self.notice.author != "default_yes"
        return self.kind != "own_rules" and (self.kind == "court" or said)

    def covers(self, country: str) -> bool:
        """Whether an authority of `country` can use this law."""
        return not self.jurisdiction or country == self.jurisdiction or country in self.members

    def territory_for(self, country: str) -> tuple[str, ...]:
        """Where a measure binds that an issuer of `country` asks for without saying where."""
        return self.territory.default or (country,)

    def may_bind(self, territory: tuple[str, ...], country: str) -> bool:
        """Whether an issuer of `country` may ask for all of `territory`."""
        if EVERYWHERE in territory:
            return self.territory.allow_global
        return self.territory.allow_global or set(territory) <= {country, *self.territory.default}

    def takes_two_people(self, measure: Measure, *, permanent: bool) -> bool:
        """Whether one person proposes the measure and another approves it; `permanent`: it is to have no end.

        By law that is so of each, by the house's own rules of what always takes two and of what its file names besides.
        """
        named = measure in self.two_person or (permanent and measure in self.two_person_permanent)
        return self.basis_kind != "own_rules" or measure.row.two or named

    def due(self, clock: str, start: int) -> int | None:
        """When a clock that began at `start` runs out (ms since 1970); None where this law has no such clock."""
        span = self.clocks.get(clock)
        return None if span is None else span.after(start, self.zone)

    def ends_at(self, start: int) -> int | None:
        """The latest end of a measure that begins at `start`; None where the law sets none, and it is reviewed instead."""
        return None if self.max_duration is None else self.max_duration.after(start, self.zone)

    def review_at(self, start: int) -> int | None:
        """When a measure that begins, or was looked at, at `start` must be looked at again."""
        return None if self.review_every is None else self.review_every.after(start, self.zone)

    def rank_of(self, text: str) -> Rank | None:
        """The rank that a code or a title in either language means."""
        return next((rank for rank in self.ranks if _means(text, rank.code, rank)), None)

    def issuer_of(self, text: str) -> Issuer | None:
        """The office that a role or its title in either language means."""
        return next((issuer for issuer in self.issuers if _means(text, issuer.role, issuer)), None)

    def reaches(self, rank: Rank, least: str) -> bool:
        """Whether `rank` is the rank `least` or one above it on the same ladder."""
        order = [known.code for known in self.ranks if known.ladder == rank.ladder]
        return least in order and order.index(rank.code) >= order.index(least)


def _means(text: str, code: str, titled: Titled) -> bool:
    said = " ".join(text.casefold().split())
    return said in (code, titled.en.casefold(), titled.hi.casefold())
