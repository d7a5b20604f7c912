"""Near tags are guesses for people to judge: the same word in another script or spelling, and not its innocent neighbours."""

import pytest
from hypothesis import given, strategies as st

from chaupal.text.fold import count_key
from chaupal.text.near import Why, differ_by_few, near, sounds


@pytest.mark.parametrize(
    ("term", "other", "why"),
    [
        ("हलचल", "halchal", Why.SCRIPT),
        ("किसान_आंदोलन", "KisanAndolan", Why.SCRIPT),
        ("kisanandolan", "kisaanaandolan", Why.SPELLING),
        ("किसान", "ਕਿਸਾਨ", Why.SCRIPT),
        ("किसान", "কিসান", Why.SCRIPT),
        ("kisanandolan", "kisanandolon", Why.SPELLING),
        ("kisan", "kisan2021", Why.NUMBER),
        ("किसान", "किसान२०२१", Why.NUMBER),
        ("farmers", "famrers", Why.SPELLING),
    ],
)
def test_a_variant_is_proposed_and_it_is_said_why(term: str, other: str, why: Why):
    assert near(count_key(term), [count_key(other)]) == [(count_key(other), why)]


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("हलचल", "हल"),
        ("हलचल", "महाहलचल"),
        ("चाय", "chai"),
        ("किसान", "kesari"),
        ("kisan", "kisanandolan"),
        ("दिल्ली", "दिल"),
        ("modi", "mode5"),
        ("हलचल", "हलचल"),
        ("war", "bar"),
    ],
)
def test_an_innocent_neighbour_is_not(term: str, other: str):
    assert near(count_key(term), [count_key(other)]) == []


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_compared_without_an_error(term: str, others: list[str]):
    found = near(term, others)
    assert {key for key, _ in found} <= set(others) - {term}
    assert sounds(term) == sounds(term.lower())


@given(st.text("abcdef", min_size=1, max_size=9), st.text("abcdef", min_size=1, max_size=9))
def test_to_differ_by_few_is_mutual(one: str, other: str):
    assert differ_by_few(one, other) == differ_by_few(other, one)
    assert differ_by_few(one, one)
