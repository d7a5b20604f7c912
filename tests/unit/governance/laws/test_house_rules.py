"""The house's own rules: cited with their version, in both languages, and never a way around the law."""

import hashlib
from pathlib import Path

import msgspec
import pytest
import regex

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import cases, decisions
from chaupal.governance.laws import house_rules
from chaupal.governance.laws.house_rules import HouseRules, load_house_rules
from chaupal.governance.people import role_grants
from chaupal.governance.regimes import OWN_RULES, BadLaw, load_regimes
from chaupal.kernel.clock import DAY, parse_time
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from court import REASON, Bench, staff

RULES = load_house_rules()
BOOK = RULES.version(1)
TEXT = (house_rules.SHIPPED / BOOK.file).read_text("utf-8")
SECOND = TEXT.replace("version = 1", "version = 2\neffective_from = 2026-06-01").replace(
    "Do not hound people.", "Leave people alone."
)


def at(text: str) -> int:
    ms = parse_time(text)
    assert ms is not None
    return ms


def loaded(directory: Path, text: str, name: str = "rules.toml") -> HouseRules:
    (directory / name).write_text(text, "utf-8")
    return load_house_rules(directory)


def test_a_rule_is_cited_with_its_version():
    assert BOOK.cite(2) == "2@1"
    assert RULES.cited("2@1") is BOOK.rule(2)
    assert BOOK.digest == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize("citation", ["", "2", "@", "2@", "99@1", "2@99", "2@1@1", "two@1", "-2@1", "२@1", "2@99999"])
def test_a_rule_that_is_not_there_is_not_found(citation: str):
    with pytest.raises(NotFound):
        RULES.cited(citation)


def test_every_rule_and_hint_is_in_english_and_in_hindi():
    for rule in BOOK.rules:
        for words in (rule.text, rule.hint):
            assert regex.search(r"\p{Latin}", words.en) and regex.search(r"\p{Devanagari}", words.hi)
            assert words.hi.endswith("।")


def test_a_breach_brings_only_what_the_regime_of_the_house_allows():
    allowed = load_regimes().version(OWN_RULES, 1).measures_allowed
    measures = {m for rule in BOOK.rules for m in rule.measures} | {t.measure for t in BOOK.strikes.thresholds}
    assert measures <= set(allowed)


def test_strikes_add_up_to_what_is_proposed_and_expire():
    assert BOOK.reached(2) is None
    reached = {strikes: BOOK.reached(strikes) for strikes in (3, 4, 5, 7, 9, 10, 50)}
    assert [t and (t.measure, str(t.lasts)) for t in reached.values()] == [
        (Measure.FREEZE, "P1D"),
        (Measure.FREEZE, "P1D"),
        (Measure.FREEZE, "P7D"),
        (Measure.SUSPEND, "P30D"),
        (Measure.SUSPEND, "P30D"),
        (Measure.SUSPEND, "None"),
        (Measure.SUSPEND, "None"),
    ]
    day, good = BOOK.reached(3), BOOK.reached(10)
    assert day and good
    assert BOOK.ends_at(day, 5) == DAY + 5
    assert BOOK.ends_at(good, 5) is None
    assert BOOK.strike_until(5) == 180 * DAY + 5


def test_new_rules_hold_from_their_day_and_old_ones_can_still_be_cited(tmp_path: Path):
    rules = loaded(tmp_path, SECOND)
    midnight = at("2026-06-01T00:00+05:30")
    assert [rules.current(midnight + ms).version for ms in (-1, 0)] == [1, 2]
    assert rules.cited("3@1").text.en == "Do not hound people."
    assert rules.cited("3@2").text.en == "Leave people alone."


def test_an_operators_version_stands_in_place_of_the_shipped_one(tmp_path: Path):
    rules = loaded(tmp_path, TEXT.replace("Do not hound people.", "Be kind."))
    assert [book.version for book in rules.all()] == [1]
    assert rules.cited("3@1").text.en == "Be kind."


def test_a_day_without_rules_is_said_to_be_so(tmp_path: Path):
    rules = loaded(tmp_path, TEXT.replace("version = 1", "version = 1\neffective_from = 2026-06-01"))
    with pytest.raises(Invalid, match="2026-01-01"):
        rules.current(at("2026-01-01"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id = 2", "id = 1", "rules: the id 1 is given twice"),
        (
            'measures = ["mark_sensitive", "warn", "refuse_media"]',
            'measures = ["withhold_post"]',
            "rules, id 9: withhold_post is for the law alone",
        ),
        (
            'measures = ["mark_sensitive", "warn", "refuse_media"]',
            "measures = []",
            "rules[8].measures: expected `array` of length >= 1",
        ),
        (
            'measure = "freeze", lasts = "P1D"',
            'measure = "withhold_account"',
            "strikes.thresholds: withhold_account is for the law",
        ),
        ("strikes = 5", "strikes = 3", "strikes.thresholds: must rise, each once"),
        ('expire = "P180D"', 'expire = "half a year"', "strikes.expire: 'half a year' is no span of time"),
        ('logged_within = "P30D"', 'logged_within = "P91D"', "logged_within: is more than 90 days"),
        ("weight = 3", "wait = 3", "rules[0]: object contains unknown field `wait`"),
        ("weight = 3", "weight = -1", "rules[0].weight: expected `int` >= 0"),
        ("version = 1\n", "", "version: is missing"),
        ("version = 1\n", "version = 1\nrule = 3\n", "rule: is no field of such a file; rules is meant?"),
        ("Asia/Kolkata", "Asia/Chaupal", "timezone: is not in the IANA database"),
    ],
)
def test_a_fault_in_the_rules_is_said_with_its_file_and_field(tmp_path: Path, old: str, new: str, fault: str):
    assert old in TEXT
    with pytest.raises(BadLaw) as caught:
        loaded(tmp_path, TEXT.replace(old, new, 1))
    assert any(line.lower().startswith(f"rules.toml: {fault}".lower()) for line in caught.value.faults), (
        caught.value.faults
    )


def test_a_version_in_two_files_is_refused(tmp_path: Path):
    (tmp_path / "a.toml").write_text(TEXT, "utf-8")
    with pytest.raises(BadLaw, match=r"b\.toml: version: 1 is also in a\.toml"):
        loaded(tmp_path, TEXT, "b.toml")


# --- whose act it is about ---


def with_team(tmp_path: Path, acts: str) -> HouseRules:
    (tmp_path / "house_rules.1.toml").write_text(TEXT.replace("own_team = []", f"own_team = [{acts}]"), "utf-8")
    return load_house_rules(tmp_path)


def test_an_act_that_nobody_knows_is_a_fault_of_the_file(tmp_path: Path):
    with pytest.raises(BadLaw, match="own_team"):
        with_team(tmp_path, '"lift"')


async def test_nobody_decides_about_their_own_teams_acts_where_the_rules_say_so(bench: Bench, tmp_path: Path):
    court = msgspec.structs.replace(bench.court, rules=with_team(tmp_path, '"serve", "hear_appeal"'))
    lata, usha = await bench.hire("lata", Role.APPROVER), await bench.hire("usha", Role.OWNER)
    ref = await bench.order()
    await decisions.propose(court, lata, ref, 1, outcome="withhold_post", reason=REASON)
    with pytest.raises(NotAllowed, match="own role"):
        await decisions.approve(court, bench.dev, ref, 1)
    await decisions.approve(court, usha, ref, 1)
    async with court.work.reading() as reading:
        case = await cases.case_of(court, reading, ref, 1)
    meera = staff(bench.meera, Role.MEMBER)
    appeal = await appeals.file(court, meera, case.events[-1].body.rulings[0], "It is about a gate, and harms nobody.")
    said = appeals.Decision(outcome="upheld", reason=REASON)
    await role_grants.grant(
        court, bench.owner, usha.me, Role.AUDITOR
    )  # whoever approved it is of another team for an hour
    for who in (bench.dev, bench.owner):
        with pytest.raises(NotAllowed, match="own role"):
            await appeals.decide(court, who, appeal.id, said)
    await appeals.decide(court, bench.asha, appeal.id, said)
