"""The facial check over the shipped laws: what each kind of bad demand is told, and what a good one is spared."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from chaupal.governance.regimes import (
    DEFECTS,
    OrderFacts,
    Refusal,
    Regime,
    TargetFacts,
    defects,
    letter_of_return,
    load_regimes,
)
from chaupal.governance.regimes.facial import written_as
from chaupal.kernel.clock import HOUR, parse_time

LAWS = load_regimes()
NOTICE, EMERGENCY, GENERIC = LAWS.version("IN-79-3B", 3), LAWS.version("IN-69A-EMERG", 1), LAWS.version("GENERIC", 1)


def at(text: str) -> int:
    ms = parse_time(text)
    assert ms is not None
    return ms


RECEIVED = at("2026-03-02T10:00+05:30")
POST = TargetFacts(number=1, as_written="https://x.example/@asha/12", kind="post")


def demand(**changes: object) -> OrderFacts:
    """An intimation with nothing wrong on its face."""
    facts: dict[str, object] = {
        "received_at": RECEIVED,
        "authority": "Home Department",
        "authority_hi": "गृह विभाग",
        "jurisdiction": "IN",
        "role": "authorised_officer",
        "officer": "R. Verma",
        "rank": "joint_secretary",
        "channel": "email",
        "ref": "IN-2026-0001",
        "reference": "F. No. 12/3",
        "dated": at("2026-03-02T00:00+05:30"),
        "bases": ("public_order",),
        "territory": ("IN",),
        "signature": "valid",
        "origin": "verified",
        "targets": (POST,),
        "fields": {"legal_provision": "s. 79(3)(b)", "reasons": "It calls for a riot.", "nature_of_act": "s. 189 BNS"},
    }
    return OrderFacts(**(facts | changes))


def emergency(**changes: object) -> OrderFacts:
    facts: dict[str, object] = {"role": "secretary", "rank": "secretary", "interim_until": RECEIVED + 40 * HOUR}
    return demand(**(facts | changes))


def found(regime: Regime, facts: OrderFacts) -> list[tuple[str, str]]:
    return [(defect.code, defect.refusal.value) for defect in defects(regime, facts)]


def test_a_demand_that_is_whole_has_no_defects():
    assert found(NOTICE, demand()) == []
    assert found(EMERGENCY, emergency()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rank": "director"}, [("rank_too_low", "not_authorised_issuer")]),
        ({"role": "authorised_director", "rank": "Director"}, []),
        ({"role": "police", "rank": "dig"}, []),
        ({"role": "police", "rank": "superintendent"}, [("rank_too_low", "not_authorised_issuer")]),
        # A rank of another ladder is no rank on this one, however high it is.
        ({"role": "police", "rank": "secretary"}, [("rank_too_low", "not_authorised_issuer")]),
        ({"role": "", "rank": "inspector"}, [("issuer_unlisted", "not_authorised_issuer")]),
        ({"jurisdiction": "NP", "territory": ("NP",)}, [("jurisdiction_foreign", "not_authorised_issuer")]),
        ({"bases": ("hurt feelings",)}, [("ground_unlisted", "ground_not_listed")]),
        ({"bases": ()}, [("field_missing", "ground_not_listed")]),
        ({"bases": ("लोक व्यवस्था",)}, []),
        ({"reference": " "}, [("field_missing", "unverifiable_origin")]),
        ({"dated": None}, [("field_missing", "unverifiable_origin")]),
        ({"officer": "-"}, [("field_missing", "not_authorised_issuer")]),
        ({"targets": ()}, [("field_missing", "not_specific")]),
        ({"targets": (TargetFacts(number=1, as_written="#Kisan", kind="tag"),)}, [("targets_vague", "not_specific")]),
        ({"territory": ("IN", "NP")}, [("territory_beyond", "extraterritorial")]),
        ({"territory": ("XX",)}, [("territory_beyond", "extraterritorial")]),
        ({"territory": ()}, []),
        ({"signature": "absent"}, [("field_missing", "unverifiable_origin")]),
        ({"signature": "invalid"}, [("signature_invalid", "unverifiable_origin")]),
        ({"signature": "unverifiable"}, [("signature_unverifiable", "unverifiable_origin")]),
        ({"signature": "seen"}, []),
        ({"origin": "unverified"}, [("origin_unverified", "unverifiable_origin")]),
        ({"origin": "false"}, [("origin_false", "unverifiable_origin")]),
        ({"channel": "pigeon"}, [("channel_unlisted", "unverifiable_origin")]),
        ({"dated": at("2026-03-03T00:00+05:30")}, [("dated_ahead", "unverifiable_origin")]),
        ({"dated": at("2026-01-20T00:00+05:30")}, [("stale", "unverifiable_origin")]),
    ],
)
def test_what_is_wrong_on_its_face_is_named(changes: dict[str, object], expected: list[tuple[str, str]]):
    assert found(NOTICE, demand(**changes)) == expected


@pytest.mark.parametrize("said", ["", "  ", "-", "…", "N/A", "nil", "As above", "शून्य", "उपरोक्त"])
def test_a_field_that_says_nothing_is_missing(said: str):
    fields = {"legal_provision": "s. 79(3)(b)", "reasons": said, "nature_of_act": "s. 189 BNS"}
    assert found(NOTICE, demand(fields=fields)) == [("field_missing", "no_reasons")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"interim_until": None}, [("interim_missing", "not_specific")]),
        ({"interim_until": RECEIVED}, [("interim_past", "expired_interim")]),
        ({"interim_until": RECEIVED + 48 * HOUR}, []),
        ({"interim_until": RECEIVED + 49 * HOUR}, [("interim_too_long", "no_legal_basis")]),
        ({"dated": at("2026-02-25T00:00+05:30")}, [("stale", "unverifiable_origin")]),
    ],
)
def test_an_emergency_order_says_until_when_and_no_longer_than_it_may(
    changes: dict[str, object], expected: list[tuple[str, str]]
):
    assert found(EMERGENCY, emergency(**changes)) == expected


def test_where_a_law_reaches_single_posts_a_whole_account_is_too_much():
    account = TargetFacts(number=7, as_written="https://x.example/@asha", kind="account")
    (overbroad,) = (d for d in defects(GENERIC, demand(targets=(POST, account))) if d.field == "targets")
    assert (overbroad.code, overbroad.refusal, overbroad.numbers) == (
        "targets_account_level",
        Refusal.OVERBROAD_ACCOUNT_LEVEL,
        (7,),
    )
    assert "targets_account_level" not in [d.code for d in defects(NOTICE, demand(targets=(POST, account)))]


def test_a_long_list_of_vague_targets_is_one_defect_that_names_them_all():
    vague = tuple(TargetFacts(number=n, as_written="#Kisan") for n in range(1, 1179))
    (one,) = defects(NOTICE, demand(targets=vague))
    assert len(one.numbers) == 1178
    assert "and 1148 more" in one.en and "और 1148 अन्य" in one.hi
    assert len(one.en) < 400


def test_a_person_who_complains_need_not_prove_an_office():
    regime = LAWS.version("IN-NCII", 2)
    facts = OrderFacts(
        received_at=RECEIVED,
        jurisdiction="IN",
        role="person_shown",
        channel="webform",
        bases=("nudity",),
        targets=(POST,),
        fields={"complainant": "M.", "email": "m@x.example", "shown_person": "It is me."},
    )
    assert defects(regime, facts) == []


def test_an_order_from_a_member_state_holds_in_that_state():
    regime = LAWS.version("EU-DSA-9", 1)
    facts = demand(
        jurisdiction="DE",
        role="administrative_authority",
        territory=("DE",),
        bases=(),
        fields={"legal_provision": "§ 130 StGB", "reasons": "It denies a genocide.", "redress": "Verwaltungsgericht"},
    )
    assert found(regime, facts) == []
    assert found(regime, msgspec.structs.replace(facts, territory=("DE", "FR"))) == [
        ("territory_beyond", "extraterritorial")
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("https://x.example/@asha/12", "url"), ("/@asha/12", "url"), ("https://x.example/@asha", "url"), ("@asha", "handle"),
        ("asha", "handle"), ("#किसान", "tag"), ("＃kisan", "tag"), ("https://x.example/tags/kisan", "tag"), ("https://x.example", "words"),
        ("https://x.example/", "words"), ("https://x.example/search?q=kisan", "words"), ("https://x.example/@asha/*", "words"),
        ("all posts by @asha", "words"), ("javascript:alert(1)", "words"), ("https:///@asha/1", "words"), ("//x.example/@a/1", "words"),
        ("http://[", "words"), ("", "words"),
    ],
)  # fmt: skip
def test_only_the_address_of_one_thing_is_exact(line: str, kind: str):
    assert written_as(line) == kind


@given(
    st.text(),
    st.text(),
    st.text(),
    st.lists(st.text(), max_size=3),
    st.sampled_from(LAWS.all()),
    st.sampled_from(["hi", "en", "ta"]),
)
def test_whatever_is_typed_there_is_an_answer_and_a_letter(
    role: str, rank: str, reference: str, lines: list[str], regime: Regime, language: str
):
    targets = tuple(TargetFacts(number=n, as_written=line) for n, line in enumerate(lines, 1))
    facts = demand(role=role, rank=rank, reference=reference, targets=targets, bases=tuple(lines), authority=role)
    wrong = defects(regime, facts)
    subject, body = letter_of_return(regime, wrong, facts, language, house="Chaupal", contact="law@x.example")
    assert {defect.code for defect in wrong} <= set(DEFECTS)
    assert subject.isprintable() or not reference.isprintable()
    assert "\n" not in subject and all((d.hi if language == "hi" else d.en) in body for d in wrong)


LETTER_HI = """सेवा में
R. Verma, निदेशक
गृह विभाग

आपका संदर्भ: F. No. 12/3, तारीख 2 मार्च 2026
हमारा संदर्भ: IN-2026-0001

महोदय / महोदया,

आपका आदेश हमें 2 मार्च 2026, 10:00 को प्राप्त हुआ। इसमें जिस कानून का उल्लेख है: सूचना प्रौद्योगिकी अधिनियम 2000 की धारा 79(3)(ख), और आईटी \
नियम 2021 का नियम 3(1)(घ)।

प्रथम दृष्टया, नीचे लिखे कारणों से इसका वर्तमान रूप में पालन नहीं किया जा सकता:

1. अधिकारी का पद (निदेशक) इसे जारी करने के लिए आवश्यक न्यूनतम पद (संयुक्त सचिव) के बराबर या उससे ऊपर नहीं है।
2. इसे भारत, नेपाल में लागू करने को कहा गया है, जबकि जारीकर्ता का अधिकार-क्षेत्र केवल भारत है।

अतः इन कमियों को दूर करने के लिए इसे लौटाया जा रहा है।"""


def test_the_letter_of_return_is_formal_hindi():
    facts = demand(rank="director", territory=("IN", "NP"))
    subject, body = letter_of_return(
        NOTICE, defects(NOTICE, facts), facts, "hi", house="Chaupal", contact="law@x.example"
    )
    assert subject == "कमियाँ दूर करने के लिए वापसी: आपका आदेश, F. No. 12/3, तारीख 2 मार्च 2026"
    assert body.startswith(LETTER_HI)
    assert body.endswith("भवदीय\n\nChaupal\nlaw@x.example\n")


def test_hindi_agrees_with_what_is_returned():
    complaint = LAWS.version("IN-NCII", 2)
    _, body = letter_of_return(complaint, defects(complaint, demand()), demand(), "hi", house="C", contact="c")
    assert "आपकी शिकायत हमें 2 मार्च 2026, 10:00 को प्राप्त हुई।" in body


def test_every_defect_is_told_in_both_languages_with_the_same_facts():
    for code, (_, english, hindi) in DEFECTS.items():
        assert [part in english for part in ("{given}", "{allowed}")] == [
            part in hindi for part in ("{given}", "{allowed}")
        ], code
