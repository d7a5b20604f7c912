"""Length in clusters, cutting between them, and what may be stored at all."""

import pytest
from hypothesis import given, strategies as st

from chaupal.text.clean import BadText, letters_seen, normalise_post, trimmed
from chaupal.text.length import MAX_BYTES, MAX_GRAPHEMES, MAX_NAME, URL_LENGTH, clean_name, fits, length, truncate


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("राष्ट्र", 2),
        ("क्षत्रिय", 3),
        ("हिन्दी", 2),
        ("தமிழ்", 3),
        ("cafe\u0301", 4),
        ("👩‍👩‍👧", 1),
        ("hello\r\nworld", 11),
        ("", 0),
        ("https://example.in/" + "a" * 200, URL_LENGTH),
        ("देखो https://x.in।", 4 + URL_LENGTH),
        ("@ravi@mastodon.social नमस्ते", 6 + 3),
        ("@ravi hi", 8),
        ("ravi@mastodon.social", 20),
    ],
)
def test_a_text_is_as_long_as_its_reader_sees_it(text, clusters):
    assert length(text) == clusters


@given(
    st.sampled_from(("क", "क्षि", "a", "\r\n", "\u0958", "https://x.in ", "@ravi@mastodon.social ", "👩‍👩‍👧")),
    st.integers(0, MAX_GRAPHEMES + 2),
    st.sampled_from(("", "चेतावनी", "https://x.in")),
)
def test_what_fits_without_being_counted_fits_where_it_is_counted(part: str, times: int, spoiler: str):
    text = part * times
    assert fits(text, spoiler) is (length(text, spoiler) <= MAX_GRAPHEMES)


def test_a_content_warning_counts_too():
    assert length("राष्ट्र", spoiler="चेतावनी") == 2 + length("चेतावनी")


def test_five_hundred_clusters_fit_and_one_more_does_not():
    assert fits("क्षि" * (MAX_GRAPHEMES // 2) + "क" * (MAX_GRAPHEMES // 2))
    assert not fits("क" * (MAX_GRAPHEMES + 1))
    assert not fits("👨‍👩‍👧‍👦" * (MAX_BYTES // 20))


@given(st.text(st.sampled_from("कष्ट्रिा\u200dé👩🇮 a\n"), max_size=40), st.integers(1, 20))
def test_a_cut_text_is_never_longer_than_asked(text, n):
    assert length(truncate(text, n)) <= n


def test_a_conjunct_is_not_cut():
    assert truncate("राष्ट्रपति भवन", 3) == "राष्ट्र…"
    assert truncate("राष्ट्र", 2) == "राष्ट्र"


@pytest.mark.parametrize(
    ("text", "reason"), [("a\0b", "nul"), ("a\x07", "control"), ("a\x85b", "control"), ("a\ud800", "surrogate")]
)
def test_what_no_one_typed_is_refused_with_its_reason(text, reason):
    with pytest.raises(BadText) as refused:
        normalise_post(text)
    assert refused.value.reason == reason


def test_a_post_is_composed_its_lines_end_one_way_and_its_joiners_stay():
    assert normalise_post("cafe\u0301\r\nक्\u200dया\rन्\u200cद\t") == "café\nक्\u200dया\nन्\u200cद\t"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  रवि \n\t कुमार ", "रवि कुमार"),
        ("\u202eravi\u200e\ufeff", "ravi"),
        ("र\u200cवि क्\u200dया", "रवि क्\u200dया"),
        ("\u3164\u2800", ""),
        ("\ufe0f \ufe0e", ""),
        ("Z" + "\u0335" * 40, "Z" + "\u0335" * 3),
        ("ज\u093cिंदगी", "ज\u093cिंदगी"),
        ("آشا ❤\ufe0f", "آشا ❤\ufe0f"),
        ("क्षि" * 40, "क्षि" * MAX_NAME),
    ],
)
def test_a_name_shows_nothing_but_what_is_seen(typed, shown):
    assert clean_name(typed) == shown


@given(st.text(st.sampled_from("कि् \u200d\u200c\u0301é\u202e👩\ufe0f\nz"), max_size=60))
def test_a_clean_name_is_clean(name):
    assert clean_name(clean_name(name)) == clean_name(name)


NOTHING = [
    "",
    " \n\t",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\u3164\u115f\uffa0",
    "\u2800",
    "\ufe0f",
    "\u202e\u2066\u061c",
    "\u00ad \u00a0",
    "\U000e0067",
    "\u0085",
]


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_of_letters_that_nobody_sees_is_empty(text):
    assert trimmed(text) == "" and letters_seen(text * 30) == 0


@pytest.mark.parametrize("text", ["न्\u200cद", "क्\u200dया", "❤\ufe0f", "ि", "؀", "\u200cکتاب", "\ue000"])
def test_a_text_of_which_something_is_seen_stays_as_it_was_typed(text):
    assert trimmed(f" {text}\n") == text and letters_seen(text) > 0


@given(st.text(st.sampled_from("कि् \u200d\u200c\u2800\ufe0f\nz"), max_size=60))
def test_trimmed_is_trimmed(text):
    assert trimmed(trimmed(text)) == trimmed(text)
