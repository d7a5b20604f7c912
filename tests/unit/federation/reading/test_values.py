"""Values that servers write in many shapes: addresses, dates, numbers, words in a language, and the bounds of a document."""

import pytest

from chaupal.federation.reading import values
from chaupal.federation.reading.values import Unreadable

DAY = 1_700_000_000_000


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "no_json"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b"[1,2]", "no_object"),
        (b'"x"', "no_object"),
        (b'{"a":NaN}', "no_json"),
        (b'{"a":"\\ud800"}', "no_json"),
        (b'{"a":' + b"9" * 5_000 + b"}", "no_json"),
        (b"\xff\xfe{}", "no_json"),
        (b"", "no_json"),
        (b" " * (values.MOST_BYTES + 1), "too_big"),
    ],
)
def test_a_body_that_is_no_bounded_json_object_is_unreadable(body: bytes, why: str):
    with pytest.raises(Unreadable) as caught:
        values.parse(body)
    assert caught.value.why == why


def test_a_body_may_begin_with_a_byte_order_mark():
    assert values.parse(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://Social.Example/@ravi", "social.example"),
        ("http://localhost:8103/x", "localhost:8103"),
        ("http://localhost:41230/x", "localhost:41230"),
        ("http://localhost:65535/x", "localhost:65535"),
        ("http://localhost:65536/x", ""),
        ("https://x.example:00443/x", "x.example"),
        ("https://social.example:443/x", "social.example"),
        ("https://भारत.example/x", "xn--h2brj9c.example"),
        ("ftp://social.example/x", ""),
        ("https://user:pass@social.example/x", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://x:99999/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_whose_an_address_is(uri: str, host: str):
    assert values.host_of(uri) == host
    assert bool(values.address(uri)) == bool(host)


@pytest.mark.parametrize(
    "uri",
    [
        "https://x.example/a b",
        "https://x.example/\n",
        'https://x.example/"',
        "https://x.example/" + "a" * 3_000,
        7,
        None,
    ],
)
def test_what_no_address_holds(uri: object):
    assert values.address(uri) == ""


@pytest.mark.parametrize(
    ("said", "ms"),
    [
        ("2023-11-14T22:13:20Z", DAY),
        ("2023-11-14T22:13:20.000Z", DAY),
        ("2023-11-14T22:13:20.0000000001Z", DAY),
        ("2023-11-15T03:43:20+05:30", DAY),
        ("2023-11-14T22:13:20+00:00Z", DAY),
        ("2023-11-14T22:13:20", DAY),  # no zone: UTC
        ("Tue, 14 Nov 2023 22:13:20 GMT", DAY),
        (1_700_000_000, DAY),
        (DAY, DAY),
        (["2023-11-14T22:13:20Z"], DAY),
        ({"@value": "2023-11-14T22:13:20Z", "@type": "xsd:dateTime"}, DAY),
        ("-0001-01-01T00:00:00Z", None),
        ("1901-01-01T00:00:00Z", None),
        ("gestern", None),
        ("", None),
        (True, None),
        (None, None),
        (10**30, None),
        ({}, None),
    ],
)
def test_dates_of_all_kinds(said: object, ms: int | None):
    assert values.moment_of(said) == ms


def test_types_are_known_with_and_without_a_prefix():
    assert values.kinds_of({"type": ["as:Note", "toot:Emoji", "https://www.w3.org/ns/activitystreams#Hashtag"]}) == (
        "Note",
        "Emoji",
        "Hashtag",
    )
    assert values.kinds_of({"@type": "Note"}) == ("Note",)
    assert values.kinds_of({"type": {"x": 1}}) == values.kinds_of(None) == ()


def test_words_are_those_of_the_property_and_their_language_the_key_that_holds_them():
    assert values.first_word({"content": "नमस्ते", "contentMap": {"en": "Hello", "hi": "नमस्ते"}}, "content") == (
        "नमस्ते",
        "hi",
    )
    assert values.first_word({"contentMap": {"hi": "नमस्ते", "en": "Hello"}}, "content") == ("नमस्ते", "hi")
    assert values.first_word({"content": {"@value": "नमस्ते", "@language": "hi"}}, "content") == ("नमस्ते", "hi")
    assert values.first_word({"content": 7, "contentMap": [1]}, "content") == ("", "")


def test_numbers_are_counts_within_bounds():
    assert values.number_of(7) == 7
    assert (
        values.number_of(-1) == values.number_of("7") == values.number_of(True) == values.number_of(float("nan")) == 0
    )
    assert values.number_of(10**40) == values.MOST_NUMBER


def test_of_several_addresses_the_page_is_the_one_that_is_html():
    video = {"type": "Link", "mediaType": "video/mp4", "href": "https://x.example/v.mp4"}
    page = {"type": "Link", "mediaType": "text/html", "href": "https://x.example/w"}
    assert values.page_of({"url": [video, page]}) == "https://x.example/w"
    assert values.page_of({"url": [video]}) == ""
    assert values.page_of({"url": "https://x.example/w"}) == "https://x.example/w"
