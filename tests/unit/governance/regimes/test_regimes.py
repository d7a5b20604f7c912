"""The shipped laws as files: all can be read, each day has one, and what they say is what the papers say."""

import hashlib
import itertools

import pytest
import regex

from chaupal.governance.regimes import GENERIC, OWN_RULES, SHIPPED, Duration, Refusal, Regime, Regimes, load_regimes
from chaupal.kernel.clock import DAY, HOUR, parse_time
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.measures import WITHHOLDING, Measure
from chaupal.policy.rulings import EVERYWHERE
from chaupal_audit.law.dates import in_force

LAWS = load_regimes()
CODE = (SHIPPED.parents[2], SHIPPED.parents[4] / "verifier" / "src")


def at(text: str) -> int:
    ms = parse_time(text)
    assert ms is not None
    return ms


@pytest.mark.parametrize(
    ("id", "when", "version", "act"),
    [
        ("IN-79-3B", "2021-06-01", 1, 36 * HOUR),
        ("IN-79-3B", "2025-12-01", 2, 36 * HOUR),
        ("IN-79-3B", "2026-02-20", 3, 3 * HOUR),
        ("IN-COURT", "2021-06-01", 1, 36 * HOUR),
        ("IN-COURT", "2026-03-01", 2, 3 * HOUR),
        ("IN-NCII", "2021-06-01", 1, 24 * HOUR),
        ("IN-NCII", "2026-03-01", 2, 2 * HOUR),
        ("IN-69A", "2021-02-04", 1, 3 * HOUR),
    ],
)
def test_an_order_is_judged_by_the_law_of_its_day(id: str, when: str, version: int, act: int):
    regime = LAWS.current(id, at(when))
    assert (regime.ref, regime.due("act", 0)) == (f"{id}@{version}", act)


@pytest.mark.parametrize(
    ("when", "days", "removal"), [("2021-06-01", 15, None), ("2023-06-01", 15, 72), ("2026-06-01", 7, 36)]
)
def test_grievances_have_the_clocks_of_their_day(when: str, days: int, removal: int | None):
    regime = LAWS.current("IN-GRIEVANCE", at(when))
    assert regime.due("acknowledge", 0) == DAY
    assert regime.due("resolve", 0) == days * DAY
    assert regime.due("resolve_removal", 0) == (None if removal is None else removal * HOUR)


def test_a_law_changes_at_midnight_of_its_own_country():
    midnight = at("2026-02-20T00:00+05:30")
    assert LAWS.current("IN-79-3B", midnight - 1).version == 2
    assert LAWS.current("IN-79-3B", midnight).version == 3


def test_since_november_2025_the_issuers_rank_and_the_nature_of_the_act_are_asked_for():
    before, since = LAWS.version("IN-79-3B", 1), LAWS.version("IN-79-3B", 2)
    assert {issuer.min_rank for issuer in before.issuers} == {""}
    assert {issuer.min_rank for issuer in since.issuers} == {"joint_secretary", "director", "dig"}
    assert {field.code for field in since.required_fields} - {field.code for field in before.required_fields} == {
        "nature_of_act"
    }


def test_an_emergency_order_of_india_ends_after_48_hours():
    regime = LAWS.current("IN-69A-EMERG", at("2021-01-31"))
    assert regime.emergency
    assert regime.ends_at(0) == regime.due("confirm_interim", 0) == 48 * HOUR


def test_a_counter_notice_restores_between_ten_and_fourteen_business_days():
    regime = LAWS.version("US-DMCA", 1)
    assert regime.counter_notice is not None
    friday = at("2026-01-02T12:00-05:00")
    assert regime.counter_notice.restore_not_before.after(friday, regime.zone) == at("2026-01-16T12:00-05:00")
    assert regime.counter_notice.restore_by.after(friday, regime.zone) == at("2026-01-22T12:00-05:00")


def test_complaints_in_the_union_are_open_for_six_months_by_the_calendar():
    regime = LAWS.version("EU-DSA-16", 1)
    assert regime.appeals.internal.window.after(at("2026-08-31T10:00+02:00"), regime.zone) == at(
        "2027-02-28T10:00+01:00"
    )
    assert regime.covers("DE") and regime.covers("NO") and not regime.covers("IN")
    assert regime.territory_for("DE") == ("DE",)
    assert regime.statement_of_reasons


@pytest.mark.parametrize("regime", LAWS.all(), ids=lambda regime: regime.ref)
def test_whatever_a_law_allows_has_an_end_or_a_day_on_which_it_is_looked_at(regime: Regime):
    assert regime.ends_at(0) or regime.review_at(0)


@pytest.mark.parametrize("regime", [r for r in LAWS.all() if r.id != OWN_RULES], ids=lambda regime: regime.ref)
def test_no_law_suspends_or_binds_everywhere_by_itself_or_is_carried_out_by_one_person(regime: Regime):
    assert set(regime.measures_allowed) <= WITHHOLDING | {Measure.LABEL, Measure.DEAMPLIFY}
    assert EVERYWHERE not in regime.territory.default
    assert not regime.territory.allow_global or regime.basis_kind == "copyright"
    assert all(regime.takes_two_people(measure, permanent=False) for measure in regime.measures_allowed)


def test_by_the_houses_own_rules_two_decide_to_suspend_to_deamplify_and_to_limit_for_good():
    regime = LAWS.version(OWN_RULES, 1)
    assert {m for m in regime.measures_allowed if regime.takes_two_people(m, permanent=False)} == {
        Measure.SUSPEND,
        Measure.DEAMPLIFY,
        Measure.LIMIT_SERVER,
        Measure.SUSPEND_SERVER,
    }
    assert regime.takes_two_people(Measure.FREEZE, permanent=True) and not regime.takes_two_people(
        Measure.FREEZE, permanent=False
    )
    assert not set(regime.measures_allowed) & WITHHOLDING
    assert regime.territory.default == (EVERYWHERE,)


@pytest.mark.parametrize("regime", LAWS.all(), ids=lambda regime: regime.ref)
def test_every_law_speaks_both_languages_and_says_where_it_is_from(regime: Regime):
    named = [*regime.bases, *regime.issuers, *regime.ranks, *regime.channels, *regime.required_fields, regime.title]
    assert all(regex.search(r"\p{Latin}", item.en) for item in named)
    assert all(regex.search(r"\p{Devanagari}", item.hi) for item in named if item.hi != "API")
    assert regime.sources


@pytest.mark.parametrize("regime", LAWS.all(), ids=lambda regime: regime.ref)
def test_a_laws_digest_is_that_of_its_file(regime: Regime):
    assert regime.digest == hashlib.sha256((SHIPPED / regime.file).read_bytes()).hexdigest()


def test_a_day_has_one_law():
    for one, other in itertools.combinations(LAWS.all(), 2):
        for day in ("2021-02-25", "2022-10-28", "2025-11-14", "2025-11-15", "2026-02-19", "2026-02-20", "2030-01-01"):
            assert one.id != other.id or not (in_force(one, at(day)) and in_force(other, at(day)))


def test_any_country_may_use_the_generic_law_and_none_but_its_own_that_of_india():
    now = at("2026-06-01")
    assert {r.id for r in LAWS.in_force(now) if r.covers("NP")} >= {GENERIC, OWN_RULES}
    assert "IN-69A" not in {r.id for r in LAWS.in_force(now) if r.covers("NP")}
    assert "IN-69A" in {r.id for r in LAWS.in_force(now) if r.covers("IN")}


def test_a_law_that_is_unknown_or_not_in_force_is_said_to_be_so():
    with pytest.raises(NotFound):
        LAWS.current("IN-1", 0)
    with pytest.raises(NotFound):
        LAWS.version("IN-69A", 99)
    with pytest.raises(NotFound):
        LAWS.cited("IN-69A@01")
    with pytest.raises(Invalid) as caught:
        LAWS.current("IN-79-3B", at("2020-01-01"))
    assert "2020-01-01" in caught.value.message and "regime" in caught.value.details


def test_refusals_are_those_that_decisions_know():
    from chaupal.governance.cases.decisions import REFUSALS

    assert {refusal.value for refusal in Refusal} == set(REFUSALS)


def test_no_law_stands_in_code():
    """Only files name laws; the code knows two of its own: the house's rules, and the law of a country without a file."""
    ids = sorted({regime.id for regime in LAWS.all()} - {OWN_RULES, GENERIC}, key=len, reverse=True)
    named = regex.compile(rf"""["'](?:{"|".join(map(regex.escape, ids))})(?:@[0-9]+)?["']""")
    assert named.search('regime == "IN-69A"')
    paths = [path for folder in CODE for path in folder.rglob("*.py")]
    assert not [str(path) for path in paths if named.search(path.read_text("utf-8"))]
    own = regex.compile(rf"""[=(\[{{,] *["'](?:{OWN_RULES}|{GENERIC})["'] *(?!,)""")
    files = {path.name: own.search(path.read_text("utf-8")) for path in paths}
    assert [name for name, found in files.items() if found] == ["regime.py"]


def test_the_regimes_of_a_house_cannot_be_changed():
    regimes = Regimes(LAWS.all())
    with pytest.raises(AttributeError):
        regimes.version("IN-69A", 1).clock_start = "served"  # pyrefly: ignore[read-only] - as it says
    assert regimes.version("IN-69A", 1).clocks["act"] == Duration("PT3H")


@pytest.mark.parametrize("day", ["2021-06-01", "2023-06-01", "2026-06-01"])
@pytest.mark.parametrize("country", ["IN", "DE", "NP"])
def test_a_complaint_of_a_kind_comes_under_one_law(country: str, day: str):
    kinds = [kind for law in LAWS.in_force(at(day)) if law.covers(country) for kind in law.complaints]
    assert len(kinds) == len(set(kinds))
    assert "copyright" in kinds
