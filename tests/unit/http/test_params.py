"""One endpoint, four ways to send."""

from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec import Meta

from chaupal.http.params import check, nest, pairs_of
from chaupal.kernel.errors import Invalid, Malformed


class Takes(msgspec.Struct, kw_only=True):
    id: Annotated[int, Meta(ge=0)]
    text: str = ""
    yes: bool = False
    limit: int | None = None
    ids: list[int] = []
    maybe: list[str] | None = None


def read(text: str, errors: Literal["strict", "replace"]) -> object:
    try:
        return pairs_of(text, errors)
    except UnicodeDecodeError:
        return UnicodeDecodeError


def read_by_python(text: str, errors: Literal["strict", "replace"]) -> object:
    try:
        return parse_qsl(text, keep_blank_values=True, errors=errors)
    except UnicodeDecodeError:
        return UnicodeDecodeError


@given(st.lists(st.tuples(st.text(), st.text())))
def test_whatever_a_form_says_comes_out_of_it(fields: list[tuple[str, str]]):
    assert pairs_of(urlencode(fields), "strict") == fields


@given(
    st.lists(
        st.sampled_from([*'%&=+;#"\\ aAfF09gu\x00\x7f\n\té\u0930\U0001f600', "%E0", "%a4", "%B9", "%00", "%22", "%5C"])
    ).map("".join),
    st.sampled_from(("strict", "replace")),
)
def test_a_query_is_read_as_python_reads_it_whatever_is_wrong_with_it(text: str, errors: Literal["strict", "replace"]):
    assert read(text, errors) == read_by_python(text, errors)


def test_rails_style_keys_become_lists_and_dictionaries():
    sent = [("media_ids[]", "1"), ("media_ids[]", "2"), ("poll[options][]", "a"), ("poll[expires_in]", "9")]
    assert nest(sent) == {"media_ids": ["1", "2"], "poll": {"options": ["a"], "expires_in": "9"}}
    fields = [("fields[1][name]", "b"), ("fields[0][name]", "a"), ("fields[0][value]", "x")]
    assert nest(fields) == {"fields": [{"name": "a", "value": "x"}, {"name": "b"}]}
    rows = [
        ("fields[][name]", "a"),
        ("fields[][value]", "x"),
        ("fields[][name]", "b"),
        ("fields[]", "c"),
        ("fields[][name]", "d"),
    ]
    assert nest(rows) == {"fields": [{"name": "a", "value": "x"}, {"name": "b"}, "c", {"name": "d"}]}


@pytest.mark.parametrize("word", ["true", "1", "on", "t", "True", "yes"])
def test_every_client_has_its_own_word_for_true(word):
    assert check(Takes, {"id": "1", "yes": word}).yes is True


def test_an_empty_number_is_an_absent_one():
    assert check(Takes, {"id": "1", "limit": ""}).limit is None


def test_one_value_is_a_list_of_one():
    assert check(Takes, {"id": "1", "ids": "7", "maybe": "a"}).ids == [7]


def test_null_is_an_absent_value():
    """Apps that write JSON from their own objects send null for what was not filled in."""
    nulls = {"text": None, "yes": None, "limit": None, "ids": None, "maybe": None}
    assert check(Takes, {"id": "1", **nulls}) == Takes(id=1)
    with pytest.raises(Invalid):
        check(Takes, {"id": None})


def test_unknown_keys_are_ignored():
    assert check(Takes, {"id": "1", "colour": "red"}).id == 1


def test_what_is_wrong_is_named():
    with pytest.raises(Invalid) as caught:
        check(Takes, {"id": "x"})
    assert "id" in caught.value.details
    with pytest.raises(Invalid) as caught:
        check(Takes, {})
    assert caught.value.details == {"id": "can't be blank"}


def test_deep_and_many_keys_are_refused():
    with pytest.raises(Malformed):
        nest([("a[b][c][d][e]", "1")])
    with pytest.raises(Malformed):
        nest([(f"k{i}", "1") for i in range(1000)])


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=10)), max_size=30))
def test_no_mix_of_keys_breaks_the_reading(pairs):
    try:
        check(Takes, nest(pairs))
    except (Invalid, Malformed):
        pass
