"""Addresses, and where a form may lead back to."""

import pytest
from hypothesis import given, strategies as st

from chaupal.web import links


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
        "evil",
        "/a\r\nSet-Cookie: a=b",
        "/\t/evil.example",
    ],
)
def test_a_form_never_leads_away_from_this_site(where: str):
    assert links.back(where) == "/"


@given(st.text(max_size=40))
def test_whatever_is_sent_as_the_way_back_is_a_path_of_one_header_line(where: str):
    back = links.back(where)
    assert back.startswith("/")
    assert not back.startswith(("//", "/\\"))
    assert back.isascii()
    assert back.isprintable()


def test_a_path_of_ours_is_kept_with_its_query_and_place():
    assert links.back("/public/hi?max_id=5#p7") == "/public/hi?max_id=5#p7"
    assert links.back("/tags/%E0%A4%95") == "/tags/%E0%A4%95"
    assert links.back("/tags/क") == "/tags/%E0%A4%95"


def test_the_first_letter_of_a_name_keeps_its_vowel_sign():
    assert links.initial("नीलम") == "नी"
    assert links.initial("asha") == "A"
    assert links.initial("  ") == "?"


def test_a_tag_in_any_script_is_a_path():
    assert links.tag("किसान") == "/tags/%E0%A4%95%E0%A4%BF%E0%A4%B8%E0%A4%BE%E0%A4%A8"
    assert links.tag("a/b") == "/tags/a%2Fb"
