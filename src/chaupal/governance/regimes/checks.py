"""What a regime's file must hold together: names that refer to one another, places and clocks that exist, ends that come."""

from collections.abc import Callable, Iterable, Iterator

from chaupal.governance.regimes.defects import DEFECTS
from chaupal.kernel.countries import known_country
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import EVERYWHERE
from chaupal_audit.law.regime import ISSUER, SECRET, Named, Regime
from chaupal_audit.report.report import TABLES

type Fault = tuple[str, str]  # field, what is wrong

# What the house does when one of these runs out; a file that has another clock names it in `clock_titles`.
CLOCKS = {
    "acknowledge": ("acknowledge receipt", "मिलने की सूचना देना"),
    "act": ("act", "कार्रवाई करना"),
    "resolve": ("resolve", "निपटारा करना"),
    "resolve_removal": ("resolve a demand for removal", "हटाने की माँग का निपटारा करना"),
    "hearing_notice_min": ("earliest hearing", "सुनवाई की सबसे पहली तारीख"),
    "confirm_interim": ("confirmation of the interim order", "अंतरिम आदेश की पुष्टि"),
    "inform_issuer": ("tell the issuer what was done", "जारी करने वाले को कार्रवाई बताना"),
    "signed_copy": ("signed copy", "हस्ताक्षरित प्रति"),
}
FOR_LAW = frozenset(m for m in Measure if "law" in m.row.by)  # a demand from outside alone never closes an account


def faults_of(regime: Regime) -> Iterator[Fault]:
    """Everything that does not hold together in one file."""
    for check in CHECKS:
        yield from check(regime)


def _named_after_its_id(regime: Regime) -> Iterator[Fault]:
    if not regime.file.startswith(f"{regime.id}."):
        yield "id", f"is {regime.id}, so the file's name must begin with {regime.id}."


def _places(regime: Regime) -> Iterator[Fault]:
    if regime.members:
        for code in regime.members:
            if not known_country(code):
                yield "members", f"{code!r} is no country's code of two letters"
    elif regime.jurisdiction and not known_country(regime.jurisdiction):
        yield (
            "jurisdiction",
            'must be a country\'s code of two letters such as IN, or "" for any; a union names its members',
        )
    for code in regime.territory.default:
        if code != EVERYWHERE and not known_country(code):
            yield "territory.default", f"{code!r} is no country's code of two letters"
    if EVERYWHERE in regime.territory.default and not regime.territory.allow_global:
        yield "territory.default", f"is {EVERYWHERE}, everywhere, which allow_global does not allow"


def _enforced(regime: Regime) -> Iterator[Fault]:
    for code in regime.enforced:
        if code not in DEFECTS:
            yield "enforced", f"{code} is nothing that the facial check finds"
    if missing := [code for code in ISSUER if code not in regime.enforced]:
        yield "enforced", f"leaves out {', '.join(missing)}: who may not issue it limits nothing by it"


def _clocks(regime: Regime) -> Iterator[Fault]:
    for clock in regime.clocks:
        if clock not in CLOCKS and clock not in regime.clock_titles:
            yield f"clocks.{clock}", f"is none of {', '.join(CLOCKS)}, and clock_titles has no words for it"
    for clock in regime.clock_titles:
        if clock not in regime.clocks:
            yield f"clock_titles.{clock}", "is not among the clocks"


def _codes_are_given_once(regime: Regime) -> Iterator[Fault]:
    lists: dict[str, Iterable[Named]] = {
        "bases": regime.bases,
        "ranks": regime.ranks,
        "channels": regime.channels,
        "required_fields": regime.required_fields,
        "appeals.external": regime.appeals.external,
        "statement_of_reasons": regime.statement_of_reasons,
        "counter_notice.required_fields": regime.counter_notice.required_fields if regime.counter_notice else (),
    }
    for field, items in lists.items():
        yield from ((field, f"{code} is written twice") for code in _twice(item.code for item in items))
    yield from (("issuers", f"{role} is written twice") for role in _twice(issuer.role for issuer in regime.issuers))


def _issuers(regime: Regime) -> Iterator[Fault]:
    ranks = {rank.code for rank in regime.ranks}
    if not regime.issuers:
        yield "issuers", "names nobody, so nobody could demand anything"
    for issuer in regime.issuers:
        if issuer.min_rank and issuer.min_rank not in ranks:
            yield "issuers", f"min_rank {issuer.min_rank} of {issuer.role} is not among the ranks"
    if not regime.channels:
        yield "channels", "names none, so nothing could come in"


def _measures(regime: Regime) -> Iterator[Fault]:
    allowed, two = set(regime.measures_allowed), set(regime.two_person)
    own = regime.basis_kind == "own_rules"
    if not allowed:
        yield "measures_allowed", "names none"
    for field, named in (("two_person", two), ("two_person_permanent", set(regime.two_person_permanent))):
        if beyond := sorted(named - allowed):
            yield field, f"names {', '.join(beyond)}, which measures_allowed does not"
    if not own and (beyond := sorted(allowed - FOR_LAW)):
        yield "measures_allowed", f"{', '.join(beyond)} can only be done under the house's own rules"
    for field in ("measures_allowed", "two_person"):
        yield from ((field, f"{measure} is written twice") for measure in _twice(getattr(regime, field)))


def _kinds_agree(regime: Regime) -> Iterator[Fault]:
    own = (regime.kind == "own_rules", regime.basis_kind == "own_rules", regime.issuer_class == "house")
    if any(own) and not all(own):
        yield "kind", 'own_rules goes with basis_kind "own_rules" and issuer_class "house", and they with nothing else'


def _everything_ends(regime: Regime) -> Iterator[Fault]:
    if regime.max_duration is None and regime.review_every is None:
        yield (
            "review_every",
            "or max_duration must be given: every measure has an end or a day on which it is looked at",
        )
    if regime.emergency and not {"confirm_interim"} <= set(regime.clocks):
        yield "clocks.confirm_interim", "is missing: an emergency order lapses when nobody has confirmed it by then"
    if regime.emergency and not any(field.code == "interim_until" for field in regime.required_fields):
        yield "required_fields", "an emergency order must say interim_until"


def _secrecy(regime: Regime) -> Iterator[Fault]:
    if regime.gag is None and (regime.secrecy == "gag" or regime.notice.author == "after_gag"):
        yield "gag", "is missing: silence needs a basis and a day on which it is looked at"
    if regime.secrecy in SECRET and regime.aggregate_delay is None:
        yield "aggregate_delay", "is missing: secret orders are counted only after it"
    if regime.kind == "own_rules" and (_silent(regime) or regime.notice.public_placeholder == "neutral"):
        yield "secrecy", "is for a law alone: what the house does by its own rules is told to whom it touches"


def _silent(regime: Regime) -> bool:
    return regime.secrecy != "none" or regime.gag is not None or regime.notice.author != "default_yes"


def _report(regime: Regime) -> Iterator[Fault]:
    for table in regime.report_tables:
        if table not in TABLES:
            yield "report_tables", f"{table} is no table of the report ({', '.join(TABLES)})"
    if not regime.sources:
        yield "sources", "names none: say where the numbers come from"


def _grounds(regime: Regime) -> Iterator[Fault]:
    asked = any(field.code == "ground" for field in regime.required_fields)
    if regime.bases and regime.kind != "own_rules" and not asked:
        yield "required_fields", "must ask for the ground, since bases lists which grounds there are"


def _twice(items: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [item for item in items if item in seen or seen.add(item)]


CHECKS: tuple[Callable[[Regime], Iterator[Fault]], ...] = (
    _named_after_its_id,
    _places,
    _enforced,
    _clocks,
    _codes_are_given_once,
    _issuers,
    _measures,
    _kinds_agree,
    _everything_ends,
    _secrecy,
    _report,
    _grounds,
)
