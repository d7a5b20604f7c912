"""Placeholders and banners: every measure, basis and language has a sentence, and each says the truth."""

import itertools

import pytest
from msgspec import structs

from chaupal.api.mastodon.account_entity import said_instead
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import WITHHOLDING, Measure
from chaupal.policy.rulings import EVERYWHERE, Ruling
from chaupal.policy.sentences import placeholders
from chaupal.policy.viewer import Viewer
from unit.policy.worlds import ruling

BASES = ("legal_order", "legal_notice", "own_rules", "copyright")
SCOPES = ("post", "account", "media")
LANGUAGES = ("en", "hi")
NAMING = ("Ministry", "मंत्रालय", "IN-2021-0001", "69A", "order", "law", "आदेश", "कानून", "rules", "नियम")
ORDER = ("legal order", "कानूनी आदेश")


def one(measure: Measure, **more) -> Ruling:
    return structs.replace(ruling(11, measure, text="Disputed / विवादित"), **more)


@pytest.mark.parametrize(("scope", "language"), list(itertools.product(SCOPES, LANGUAGES)))
def test_a_gagged_placeholder_names_neither_authority_nor_order_nor_law(scope: str, language: str):
    texts = set()
    for basis, ends, ref, territory in itertools.product(
        BASES, (None, 2**41), ("IN-2021-0001", "X-9"), (("IN",), ("XX",))
    ):
        secret = one(
            Measure.WITHHOLD_POST,
            neutral=True,
            basis=basis,
            ends_at=ends,
            order_ref=ref,
            territory=territory,
            starts_at=ends or 0,
        )
        text = placeholders.placeholder(secret, scope, language, country="IN") + placeholders.heading(
            secret, scope, language
        )
        assert not [word for word in NAMING if word.lower() in text.lower().split()]
        texts.add(text)
        assert placeholders.notice_path(secret) == "/about#withheld" and placeholders.why(secret) == ""
        assert not [word for word in NAMING if word.lower() in placeholders.banner(secret, language).lower().split()]
    assert len(texts) == 1  # constant: nothing by which one could be told from another


@pytest.mark.parametrize(("basis", "scope", "language"), list(itertools.product(BASES, SCOPES, LANGUAGES)))
def test_a_placeholder_is_called_an_order_only_where_it_is_one(basis: str, scope: str, language: str):
    said = one(Measure.WITHHOLD_POST, basis=basis)
    text = placeholders.placeholder(said, scope, language, country="IN")
    assert any(word in text for word in ORDER) == (basis == "legal_order")
    assert "IN-2021-0001" in text and {"en": "India", "hi": "भारत"}[language] in text
    assert ("elsewhere" in text or "दूसरे देशों" in text) is True
    everywhere = placeholders.placeholder(structs.replace(said, territory=(EVERYWHERE,)), scope, language, country="IN")
    assert "elsewhere" not in everywhere and "दूसरे देशों" not in everywhere


@pytest.mark.parametrize(("measure", "basis", "language"), list(itertools.product(Measure, BASES, LANGUAGES)))
def test_every_measure_has_a_banner_with_its_reason_and_no_order_that_is_none(
    measure: Measure, basis: str, language: str
):
    text = placeholders.banner(one(measure, basis=basis), language)
    assert "public order" in text and "{" not in text
    assert any(word.lower() in text.lower() for word in ORDER) == (basis == "legal_order" and measure in WITHHOLDING)


def test_what_came_from_no_authority_leads_to_no_order_and_names_a_complainant():
    notice = one(Measure.WITHHOLD_POST, basis="copyright", authority="", authority_hi="")
    assert placeholders.notice_path(notice) == "/about#withheld"
    assert placeholders.notice_path(one(Measure.WITHHOLD_POST)) == "/orders/IN-2021-0001"
    assert "(a complainant; IN-2021-0001)" in placeholders.placeholder(notice, "post", "en", country="IN")
    assert "एक शिकायतकर्ता के कॉपीराइट नोटिस" in placeholders.placeholder(notice, "post", "hi", country="IN")


def test_apps_read_as_html_what_is_text_whatever_an_authority_is_called():
    named = one(Measure.WITHHOLD_POST, authority="IT & <img src=x>", authority_hi="")
    said = said_instead(Settings(), Viewer(country="IN", language="en"), named, "account")
    assert "IT &amp; &lt;img src=x&gt;" in said and said.endswith("/orders/IN-2021-0001</a></p>")


def test_a_label_says_its_half_in_each_language():
    made = one(Measure.LABEL)
    assert (placeholders.label(made, "hi"), placeholders.label(made, "en")) == ("विवादित", "Disputed")
    assert "विवादित" in placeholders.banner(made, "hi")
