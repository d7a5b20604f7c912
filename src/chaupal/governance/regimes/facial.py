"""The facial check: what a demand lacks under the law it relies on, by its face alone. Pure; it decides nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import regex

from chaupal.governance.regimes.defects import Defect, defect
from chaupal.policy.measures import Measure
from chaupal.policy.sentences.placeholders import country_names, day, moment
from chaupal_audit.law.regime import Field, Issuer, Named, Regime, Titled

type Both = tuple[str, str]  # English and Hindi
type Signature = Literal["valid", "seen", "unverifiable", "invalid", "absent"]

MOST_NUMBERS = 30  # of targets in one sentence; `Defect.numbers` holds all
CLOSES_ACCOUNTS = {m for m in Measure if m.row.hides == "account"}
SAYS_NOTHING = frozenset({"na", "n/a", "nil", "none", "as above", "same", "शून्य", "उपरोक्त", "उपर्युक्त"})

_SAYS_SOMETHING = regex.compile(r"[\p{L}\p{N}]")
_HANDLE = regex.compile(r"@?[A-Za-z0-9_]{1,30}")
_NOT_ONE_THING = regex.compile(r"/(search|explore|public)?/?")


class TargetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A target as it was written, and what it was found to be: post, account, media, tag, or nothing."""

    number: int
    as_written: str
    kind: str = ""


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A demand as it came in. Times are ms since 1970 UTC, countries ISO 3166-1 alpha-2.

    `role` and `rank`: codes of the regime, or titles as written. `signature`: `seen` is ink on paper that staff have seen.
    `fields`: what was typed into the regime's other fields, by code. `ref` and `reference`: our number and theirs.
    """

    received_at: int
    authority: str = ""
    authority_hi: str = ""
    jurisdiction: str = ""
    issuer_class: str = ""
    role: str = ""
    officer: str = ""
    rank: str = ""
    channel: str = ""
    ref: str = ""
    reference: str = ""
    dated: int | None = None
    bases: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    signature: Signature = "absent"
    origin: Literal["verified", "unverified", "false"] = "unverified"
    interim_until: int | None = None
    targets: tuple[TargetFacts, ...] = ()
    fields: Mapping[str, str] = {}


def defects(regime: Regime, facts: OrderFacts) -> list[Defect]:
    """Everything that is wrong with a demand under this law, in the order in which one would say it; none: it may be decided."""
    return [found for check in CHECKS for found in check(regime, facts)]


def written_as(line: str) -> Literal["url", "handle", "tag", "words"]:
    """What a target is named by. `url` is the exact address of one thing: no pattern, no search, no whole site."""
    if line.startswith(("#", "＃")):
        return "tag"
    if _HANDLE.fullmatch(line):
        return "handle"
    try:
        parts = urlsplit(line)
    except ValueError:
        return "words"
    if (
        "*" in line
        or any(map(str.isspace, line))
        or not parts.path.startswith("/")
        or _NOT_ONE_THING.fullmatch(parts.path)
    ):
        return "words"
    if parts.scheme not in ("http", "https", "") or bool(parts.scheme) is not bool(parts.netloc):
        return "words"
    return "tag" if parts.path.startswith("/tags/") else "url"


# --- who ---


def _issuer(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    if facts.jurisdiction and not regime.covers(facts.jurisdiction):
        yield defect(
            "jurisdiction_foreign",
            "jurisdiction",
            given=_countries(facts.jurisdiction),
            allowed=_countries(regime.jurisdiction),
        )
    issuer = regime.issuer_of(facts.role)
    if issuer is None:
        given = (facts.role, facts.role) if facts.role.strip() else ("not stated", "नहीं बताए गए")
        yield defect("issuer_unlisted", "role", given=given, allowed=_listed(regime.issuers))
        return
    yield from _class(regime, facts, issuer)
    if issuer.min_rank:
        yield from _rank(regime, facts, issuer)


# What an authority is in the register; people and the house itself are in none.
CLASSES: Mapping[str, Both] = {
    "government": ("an office of the government", "सरकारी कार्यालय"),
    "court": ("a court", "न्यायालय"),
    "police": ("police", "पुलिस"),
    "other": ("another body", "अन्य निकाय"),
}


def _class(regime: Regime, facts: OrderFacts, issuer: Issuer) -> Iterator[Defect]:
    """A ministry is no court, whichever office its letter names."""
    wanted = issuer.issuer_class or regime.issuer_class
    if wanted in CLASSES and facts.issuer_class in CLASSES and facts.issuer_class != wanted:
        yield defect("issuer_class_other", "role", given=CLASSES[facts.issuer_class], allowed=CLASSES[wanted])


def _rank(regime: Regime, facts: OrderFacts, issuer: Issuer) -> Iterator[Defect]:
    least = next(rank for rank in regime.ranks if rank.code == issuer.min_rank)
    rank = regime.rank_of(facts.rank)
    if not facts.rank.strip():
        yield defect("rank_missing", "rank", allowed=_words(least))
    elif rank is None:
        yield defect("rank_unknown", "rank", given=(facts.rank, facts.rank), allowed=_words(least))
    elif not regime.reaches(rank, least.code):
        yield defect("rank_too_low", "rank", given=_words(rank), allowed=_words(least))


def _origin(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    who = (facts.authority or "the authority named", facts.authority_hi or facts.authority or "बताए गए प्राधिकारी")
    if facts.origin == "false":
        yield defect("origin_false", "origin", given=who)
    elif facts.origin == "unverified" and regime.verify_origin:
        yield defect("origin_unverified", "origin", given=who)
    if facts.signature in ("invalid", "unverifiable"):
        yield defect(f"signature_{facts.signature}", "signature")
    if facts.channel and all(channel.code != facts.channel for channel in regime.channels):
        yield defect(
            "channel_unlisted", "channel", given=(facts.channel, facts.channel), allowed=_listed(regime.channels)
        )


# --- what it says ---


def _fields(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    for field in regime.required_fields:
        if not _given(field, facts):
            code = "interim_missing" if field.code == "interim_until" and regime.emergency else "field_missing"
            yield defect(code, field.code, allowed=_words(field), refusal=field.refusal)


def _given(field: Field, facts: OrderFacts) -> bool:
    """Whether a field was filled with something that says something."""
    known = GIVEN.get(field.code)
    if known is not None and known(facts):
        return True
    return says_something(facts.fields.get(field.code, ""))


def says_something(text: str) -> bool:
    """Neither blank nor a dash nor "nil"."""
    return bool(_SAYS_SOMETHING.search(text)) and " ".join(text.casefold().split()) not in SAYS_NOTHING


# Fields that a demand has anyway; a regime's others are looked up by their code.
GIVEN: Mapping[str, Callable[[OrderFacts], bool]] = {
    "issuer": lambda facts: says_something(facts.authority),
    "officer": lambda facts: says_something(facts.officer) and says_something(facts.rank),
    "reference": lambda facts: says_something(facts.reference),
    "date": lambda facts: facts.dated is not None,
    "ground": lambda facts: any(map(says_something, facts.bases)),
    "target_urls": lambda facts: bool(facts.targets),
    "territory": lambda facts: bool(facts.territory),
    "signature": lambda facts: facts.signature != "absent",
    "interim_until": lambda facts: facts.interim_until is not None,
}


def _grounds(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    names = {word for base in regime.bases for word in (base.code, base.en.casefold(), base.hi.casefold())}
    for said in facts.bases:
        if regime.bases and says_something(said) and " ".join(said.casefold().split()) not in names:
            yield defect("ground_unlisted", "ground", given=(said, said), allowed=_listed(regime.bases))


def _targets(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    vague = [target.number for target in facts.targets if written_as(target.as_written.strip()) not in regime.targets]
    if vague:
        yield _about("targets_vague", vague)
    whole = [target.number for target in facts.targets if target.kind == "account"]
    if whole and not CLOSES_ACCOUNTS & set(regime.measures_allowed):
        yield _about("targets_account_level", whole)


def _territory(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    if not regime.may_bind(facts.territory, facts.jurisdiction):
        own = regime.territory_for(facts.jurisdiction)
        allowed = _countries(*dict.fromkeys((*own, facts.jurisdiction)) if facts.jurisdiction else own)
        yield defect("territory_beyond", "territory", given=_countries(*facts.territory), allowed=allowed)


# --- when ---


def _dates(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    if facts.dated is None:
        return
    code = ""
    if _day(facts.dated, regime.zone) > _day(facts.received_at, regime.zone):
        code = "dated_ahead"
    elif regime.stale_after is not None and regime.stale_after.after(facts.dated, regime.zone) < facts.received_at:
        code = "stale"
    if code:
        yield defect(code, "date", given=(day(facts.dated, "en"), day(facts.dated, "hi")))


def _interim(regime: Regime, facts: OrderFacts) -> Iterator[Defect]:
    until = facts.interim_until
    if until is None:
        return
    latest = regime.ends_at(facts.received_at) if regime.emergency else None
    if until <= facts.received_at:
        yield defect("interim_past", "interim_until", given=_moment(until))
    elif latest is not None and until > latest:
        yield defect("interim_too_long", "interim_until", given=_moment(until), allowed=_moment(latest))


CHECKS: tuple[Callable[[Regime, OrderFacts], Iterator[Defect]], ...] = (
    _issuer,
    _origin,
    _fields,
    _grounds,
    _targets,
    _territory,
    _dates,
    _interim,
)


# --- words ---


def _about(code: str, numbers: list[int]) -> Defect:
    said = ", ".join(map(str, numbers[:MOST_NUMBERS]))
    more = len(numbers) - MOST_NUMBERS
    given = (f"{said} and {more} more", f"{said} और {more} अन्य") if more > 0 else (said, said)
    return defect(code, "targets", given=given, numbers=tuple(numbers))


def _words(titled: Titled) -> Both:
    return titled.en, titled.hi


def _listed(items: Iterable[Named | Issuer]) -> Both:
    both = [_words(item) for item in items]
    return "; ".join(en for en, _ in both), "; ".join(hi for _, hi in both)


def _countries(*codes: str) -> Both:
    return country_names(codes, "en"), country_names(codes, "hi")


def _moment(ms: int) -> Both:
    return moment(ms, "en"), moment(ms, "hi")


def _day(ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone).date()
