"""An operator's files of law: a new law needs a file only, and whatever is wrong with files is said all at once."""

from pathlib import Path

import msgspec
import pytest

from chaupal.governance.regimes import (
    SHIPPED,
    BadLaw,
    OrderFacts,
    Regime,
    Regimes,
    TargetFacts,
    defects,
    letter_of_return,
    load_regimes,
)
from chaupal.kernel.clock import DAY, HOUR, MINUTE, parse_time
from chaupal.kernel.errors import Problem
from chaupal.policy.measures import Measure

NEPAL = """
id = "NP-TEST"
version = 1
title = { en = "Hill Signs Act 2080, section 7", hi = "पहाड़ी संकेत अधिनियम 2080, धारा 7" }
jurisdiction = "NP"
timezone = "Asia/Kathmandu"
kind = "order"
basis_kind = "legal_order"
issuer_class = "government"
effective_from = 2026-04-01
bases = [{ code = "fog", en = "danger in fog", hi = "कोहरे में ख़तरा" }]
issuers = [{ role = "warden", en = "Warden of signs", hi = "संकेत प्रहरी", min_rank = "senior_warden" }]
ranks = [
    { code = "warden", en = "Warden", hi = "प्रहरी" },
    { code = "senior_warden", en = "Senior Warden", hi = "वरिष्ठ प्रहरी" },
]
channels = [{ code = "runner", en = "runner", hi = "हरकारा" }]
required_fields = [
    { code = "issuer", en = "the office", hi = "कार्यालय", refusal = "not_authorised_issuer" },
    { code = "altitude", en = "the altitude of the sign", hi = "संकेत की ऊँचाई", refusal = "not_specific" },
    { code = "ground", en = "the ground", hi = "आधार", refusal = "ground_not_listed" },
    { code = "target_urls", en = "the exact address", hi = "सटीक पता" },
]
clocks = { act = "PT90M", light_lamp = "P3D" }
clock_titles = { light_lamp = { en = "light the lamp", hi = "दीपक जलाना" } }
territory = { default = ["NP"] }
measures_allowed = ["label", "withhold_post"]
two_person = ["label", "withhold_post"]
secrecy = "none"
notice = { author = "default_yes", before = true, public_placeholder = "named_legal_demand" }
max_duration = "P1M"
report_tables = ["T1"]
sources = [{ tag = "M", says = "Made up." }]
[appeals]
internal = { window = "P30D", decide_in = "P2D" }
"""


def write(directory: Path, name: str = "NP-TEST.1.toml", text: str = NEPAL) -> None:
    (directory / name).write_text(text, "utf-8")


def faults(directory: Path) -> list[str]:
    with pytest.raises(BadLaw) as caught:
        load_regimes(directory)
    assert isinstance(caught.value, Problem)
    return list(caught.value.faults)


def at(text: str) -> int:
    ms = parse_time(text)
    assert ms is not None
    return ms


def demand(**changes: object) -> OrderFacts:
    facts: dict[str, object] = {
        "received_at": at("2026-05-01T10:00+05:45"),
        "authority": "Office of signs",
        "jurisdiction": "NP",
        "role": "warden",
        "officer": "P. Gurung",
        "rank": "senior_warden",
        "channel": "runner",
        "reference": "7/83",
        "bases": ("fog",),
        "territory": ("NP",),
        "origin": "verified",
        "fields": {"altitude": "4,130 m"},
        "targets": (TargetFacts(number=1, as_written="https://x.example/@asha/12", kind="post"),),
    }
    return OrderFacts(**(facts | changes))


@pytest.fixture
def nepal(tmp_path: Path) -> Regime:
    write(tmp_path)
    return load_regimes(tmp_path).current("NP-TEST", at("2026-05-01"))


# --- a new law needs a file only ---


def test_a_new_law_needs_a_file_only(nepal: Regime):
    start = at("2026-05-31T10:00+05:45")
    assert nepal.ref == "NP-TEST@1"
    assert nepal.due("act", start) == start + 90 * MINUTE
    assert nepal.due("light_lamp", start) == start + 3 * DAY
    assert nepal.ends_at(start) == at("2026-06-30T10:00+05:45")
    assert nepal.covers("NP") and not nepal.covers("IN")
    assert msgspec.structs.replace(nepal, two_person=()).takes_two_people(Measure.LABEL, permanent=False), (
        "by law each does"
    )
    assert defects(nepal, demand()) == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"fields": {}}, ["field_missing"]),
        ({"rank": "warden"}, ["rank_too_low"]),
        ({"rank": "प्रहरी"}, ["rank_too_low"]),
        ({"rank": " Senior  warden "}, []),
        ({"rank": "joint_secretary"}, ["rank_unknown"]),
        ({"rank": ""}, ["rank_missing"]),
        ({"role": "designated_officer"}, ["issuer_unlisted"]),
        ({"bases": ("public_order",)}, ["ground_unlisted"]),
        ({"bases": ("Danger in fog",)}, []),
        ({"channel": "sahyog"}, ["channel_unlisted"]),
        ({"territory": ("IN",)}, ["territory_beyond"]),
        ({"jurisdiction": "IN"}, ["jurisdiction_foreign"]),
    ],
)
def test_the_facial_check_follows_the_new_file(nepal: Regime, change: dict[str, object], codes: list[str]):
    assert [defect.code for defect in defects(nepal, demand(**change))] == codes


def test_the_letter_of_return_speaks_the_new_laws_words(nepal: Regime):
    facts = demand(fields={})
    for language, words in (("en", ("altitude of the sign", "Hill Signs Act")), ("hi", ("संकेत की ऊँचाई", "पहाड़ी संकेत"))):
        _, body = letter_of_return(
            nepal, defects(nepal, facts), facts, language, house="Chaupal", contact="law@x.example"
        )
        assert all(word in body for word in words)


def test_a_new_version_begins_where_the_old_one_is_left_open(tmp_path: Path):
    write(tmp_path)
    write(tmp_path, "NP-TEST.2.toml", NEPAL.replace("version = 1", "version = 2").replace("2026-04-01", "2026-07-01"))
    regimes = load_regimes(tmp_path)
    midnight = at("2026-07-01T00:00+05:45")
    assert [regimes.current("NP-TEST", midnight + ms).version for ms in (-1, 0)] == [1, 2]


# --- the operator's word against ours ---


def shipped(name: str) -> str:
    return (SHIPPED / name).read_text("utf-8")


def test_an_operators_file_stands_in_place_of_the_shipped_version(tmp_path: Path):
    ours = load_regimes()
    text = shipped("IN-79-3B.2026-02.toml").replace('act = "PT3H"', 'act = "PT1H"')
    write(tmp_path, "IN-79-3B.strict.toml", text)
    theirs = load_regimes(tmp_path)
    assert theirs.version("IN-79-3B", 3).due("act", 0) == HOUR
    assert theirs.version("IN-79-3B", 3).digest != ours.version("IN-79-3B", 3).digest
    assert theirs.version("IN-79-3B", 2) == ours.version("IN-79-3B", 2)
    assert len(theirs.all()) == len(ours.all())


def test_without_a_directory_of_their_own_the_shipped_laws_hold(tmp_path: Path):
    assert refs(load_regimes(tmp_path / "none")) == refs(load_regimes(tmp_path)) == refs(load_regimes())


def refs(regimes: Regimes) -> list[str]:
    return [regime.ref for regime in regimes.all()]


def test_files_that_are_no_laws_are_left_alone(tmp_path: Path):
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / ".NP-TEST.1.toml.swp").write_text("x")
    assert refs(load_regimes(tmp_path)) == refs(load_regimes())


# --- what is wrong is said, all of it ---


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('kind = "order"', 'kind = "wish"', "kind: invalid enum value 'wish'"),
        ('id = "NP-TEST"', 'id = "np test"', "id: expected `str` matching regex"),
        ('id = "NP-TEST"', 'id = "NP-OTHER"', "id: is NP-OTHER, so the file's name must begin with NP-OTHER."),
        ("version = 1", 'version = "1"', "version: expected `int`, got `str`"),
        ("version = 1", "version = 0", "version: expected `int` >= 1"),
        ("version = 1\n", "", "version: is missing"),
        ('secrecy = "none"\n', 'secrecy = "none"\nclok_start = "received"\n', "clok_start: is no field of such a file; clock_start is"),
        ('secrecy = "none"\n', 'secrecy = "none"\nclock_start = "served"\n', "clock_start: invalid enum value 'served'"),
        ('secrecy = "none"\n', 'secrecy = "none"\ndigest = "00"\n', "digest: is no field of such a file"),
        ('hi = "कोहरे में ख़तरा"', 'hi = "कोहरे में ख़तरा", te = "x"', "bases[0]: object contains unknown field `te`"),
        (', hi = "कोहरे में ख़तरा"', "", "bases[0]: object missing required field `hi`"),
        ('act = "PT90M"', 'act = "90 minutes"', "clocks: '90 minutes' is no span of time; write PT3H"),
        ('act = "PT90M"', "act = 90", "clocks: expected duration, got 90"),
        ('max_duration = "P1M"', 'max_duration = "P200Y"', "max_duration: 'P200Y' is longer than 100 years"),
        ('max_duration = "P1M"\n', "", "review_every: or max_duration must be given"),
        ("clock_titles = {", "# {", "clocks.light_lamp: is none of acknowledge"),
        ("light_lamp = {", "light_lmp = {", "clock_titles.light_lmp: is not among the clocks"),
        ('jurisdiction = "NP"', 'jurisdiction = "XX"', "jurisdiction: must be a country's code of two letters"),
        ('jurisdiction = "NP"', 'jurisdiction = "np"', "jurisdiction: must be a country's code of two letters"),
        ('default = ["NP"]', 'default = ["Nepal"]', "territory.default: 'Nepal' is no country's code"),
        ('default = ["NP"]', 'default = ["XX"]', "territory.default: is XX, everywhere, which allow_global does not allow"),
        ("Asia/Kathmandu", "Asia/Everest", "timezone: is not in the IANA database"),
        ("2026-04-01", '"soon"', "effective_from: expected `date | null`, got `str`"),
        ("2026-04-01", "2026-04-01\neffective_to = 2026-03-01", "effective_to: 2026-03-01 comes before effective_from 2026-04-01"),
        ("2026-04-01", "1066-10-14", "effective_from: 1066-10-14 is too far away"),
        ('min_rank = "senior_warden"', 'min_rank = "king"', "issuers: min_rank king of warden is not among the ranks"),
        ('code = "senior_warden"', 'code = "warden"', "ranks: warden is written twice"),
        ('measures_allowed = ["label"', 'measures_allowed = ["vanish"', "measures_allowed[0]: invalid enum value 'vanish'"),
        ('measures_allowed = ["label"', 'measures_allowed = ["suspend"', "measures_allowed: suspend can only be done under the"),
        ('two_person = ["label", ', 'two_person = ["deamplify", "label", ', "two_person: names deamplify, which measures_allowed does not"),
        ('issuer_class = "government"', 'issuer_class = "house"', "kind: own_rules goes with basis_kind"),
        ('secrecy = "none"', 'secrecy = "gag"', "gag: is missing: silence needs a basis"),
        ('secrecy = "none"', 'secrecy = "aggregate_only"', "aggregate_delay: is missing"),
        ('author = "default_yes"', 'author = "after_gag"', "gag: is missing: silence needs a basis"),
        ('report_tables = ["T1"]', 'report_tables = ["T0"]', "report_tables: T0 is no table of the report"),
        ('report_tables = ["T1"]', 'report_tables = ["T15"]', "report_tables: T15 is no table of the report"),
        ("max_duration", "emergency = true\nmax_duration", "clocks.confirm_interim: is missing"),
        ("max_duration", "emergency = true\nmax_duration", "required_fields: an emergency order must say interim_until"),
        ('code = "ground", ', 'code = "grund", ', "required_fields: must ask for the ground"),
        ('sources = [{ tag = "M", says = "Made up." }]', "sources = []", "sources: names none"),
        ('refusal = "not_specific"', 'refusal = "dislike"', "required_fields[1].refusal: invalid enum value 'dislike'"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_file_and_field(tmp_path: Path, old: str, new: str, fault: str):
    assert old in NEPAL
    write(tmp_path, text=NEPAL.replace(old, new, 1))
    said = faults(tmp_path)
    assert any(line.lower().startswith(f"NP-TEST.1.toml: {fault}".lower()) for line in said), said


def test_all_faults_of_all_files_are_said_at_once(tmp_path: Path):
    text = (
        NEPAL.replace('kind = "order"', 'kind = "wish"')
        .replace('"PT90M"', '"soon"')
        .replace("secrecy = ", "secrets = ")
    )
    write(tmp_path, text=text)
    write(tmp_path, "NP-OLD.1.toml", "id = [")
    (tmp_path / "NP-BYTES.1.toml").write_bytes(b"id = '\xff'")
    (tmp_path / "NP-BIG.1.toml").write_bytes(b"#" * 300_000)
    (tmp_path / "NP-DIR.1.toml").mkdir()
    said = "\n".join(faults(tmp_path))
    for part in (
        "NP-TEST.1.toml: kind",
        "NP-TEST.1.toml: clocks",
        "NP-TEST.1.toml: secrets",
        "NP-TEST.1.toml: secrecy: is missing",
        "NP-OLD.1.toml: is not TOML",
        "NP-BYTES.1.toml: is not written in UTF-8",
        "NP-BIG.1.toml: has more than",
        "NP-DIR.1.toml: cannot be read",
    ):
        assert part in said, part


@pytest.mark.parametrize("begins", ["2026-03-01", "2026-04-01"])
def test_versions_whose_days_overlap_are_refused(tmp_path: Path, begins: str):
    write(tmp_path)
    write(tmp_path, "NP-TEST.2.toml", NEPAL.replace("version = 1", "version = 2").replace("2026-04-01", begins))
    assert any("overlaps NP-TEST@1 (NP-TEST.1.toml)" in fault for fault in faults(tmp_path))


def test_an_end_that_reaches_into_the_next_version_is_refused(tmp_path: Path):
    write(tmp_path, text=NEPAL.replace("2026-04-01", "2026-04-01\neffective_to = 2026-07-01"))
    write(tmp_path, "NP-TEST.2.toml", NEPAL.replace("version = 1", "version = 2").replace("2026-04-01", "2026-07-01"))
    assert any("overlaps" in fault for fault in faults(tmp_path))


def test_a_version_in_two_files_is_refused(tmp_path: Path):
    write(tmp_path)
    write(tmp_path, "NP-TEST.copy.toml")
    assert faults(tmp_path) == ["NP-TEST.copy.toml: version: NP-TEST@1 is also in NP-TEST.1.toml"]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (
            'secrecy = "none"',
            'secrecy = "gag"\naggregate_delay = "P30D"\ngag = { basis = "we like it", review_every = "P90D" }',
        ),
        ('secrecy = "none"', 'secrecy = "aggregate_only"\naggregate_delay = "P30D"'),
        ('author = "default_yes"', 'author = "no"'),
        ('public_placeholder = "named_rule"', 'public_placeholder = "neutral"'),
    ],
)
def test_the_houses_own_rules_keep_nothing_secret(tmp_path: Path, was: str, now: str):
    """A law can; so whoever is suspended because a state pointed to them is told so, unless the state ordered it under such a law."""
    text = (SHIPPED / "OWN-RULES.1.toml").read_text("utf-8")
    assert was in text
    write(tmp_path, "OWN-RULES.1.toml", text.replace(was, now))
    with pytest.raises(BadLaw, match="is for a law alone"):
        load_regimes(tmp_path)
