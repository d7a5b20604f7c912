"""Filtered words are found as a reader sees words: whole with their vowel signs, and whatever their spelling."""

import pytest

from chaupal.text import analyse
from chaupal.text.analyse import phrase, read


def found(keyword: str, text: str, *, whole: bool = True) -> bool:
    return phrase(keyword, whole=whole).found_in(read([text]))


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("हिन्दी", "मेरी हिंदी अच्छी है"),
        ("हिंदी", "मेरी हिन्दी अच्छी है"),
        ("किसान", "किसान!"),
        ("किसान", "«किसान»।"),
        ("ज़मीन", "यह जमीन हमारी है"),
        ("चाँद", "चांद निकला"),
        ("बड़ी बात", "बड़ी   बात है"),
        ("आंदोलन", "#किसान_आन्दोलन"),
        ("किसानआंदोलन", "#किसान_आन्दोलन"),
        ("cricket", "CRICKET tonight"),
        ("ＣＲＩＣＫＥＴ", "cricket"),
        ("#KisanAndolan", "आज #kisan_andolan"),
        ("@ravi", "सुनो @Ravi"),
        ("C++", "learning c++ today"),
        ("🐍", "a 🐍 in the grass"),
        ("example.com", "see https://example.com/x"),
        ("+पाला", "ओले+पालाघर, +पाला"),
        ("c+d", "ac+d c+de c+d"),
    ],
)
def test_a_whole_word_is_found_in_every_spelling(keyword: str, text: str):
    assert found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("कि", "किसान आए"),
        ("किसा", "किसान आए"),
        ("सान", "किसान आए"),
        ("राम", "रामायण"),
        ("क", "क् से"),
        ("cat", "concatenate"),
        ("#किसान", "किसान आए"),
        ("@ravi", "ravi said so"),
        ("C++", "C is older"),
        ("c+d", "ac+d c+de c+d2 c+dा"),
        ("c++", "abc++ 1c++"),
        ("बड़ी बात", "बड़ी सी बात"),
        ("दो बात", "एक दो। \nबात"[:5]),
    ],
)
def test_a_part_of_a_word_is_no_whole_word(keyword: str, text: str):
    assert not found(keyword, text)


def test_a_part_is_found_where_parts_are_asked_for():
    assert found("किसा", "किसान आए", whole=False)
    assert found("catena", "concatenate", whole=False)
    assert not found("catena", "a cat", whole=False)


def test_no_pattern_is_made_of_a_keyword(monkeypatch: pytest.MonkeyPatch):
    """One of 250 letters takes a millisecond, and an account has thousands of keywords."""
    monkeypatch.setattr(analyse.regex, "compile", pytest.fail)
    assert found("+" + "क" * 250, "+" + "क" * 250)


def test_a_post_made_of_places_where_a_phrase_may_stand_is_not_gone_through_for_long(monkeypatch: pytest.MonkeyPatch):
    looked: list[int] = []
    monkeypatch.setattr(analyse, "_parts_word", lambda _, at: looked.append(at) or True)
    assert not found("c+a", "ac+" * 5_000)
    assert len(looked) == analyse.MOST_PLACES


def test_a_phrase_does_not_reach_from_the_warning_into_the_post():
    assert not phrase("बड़ी बात", whole=True).found_in(read(["बड़ी", "बात"]))
    assert phrase("बात", whole=True).found_in(read(["बड़ी", "बात"]))
