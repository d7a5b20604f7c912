"""Captions are read strictly and written anew: times and words, and nothing else of the file."""

import pytest
from hypothesis import given, strategies as st

from chaupal.text.captions import MOST_CUES, MOST_LETTERS, BadCaptions, rewritten

HEAD = "WEBVTT\n\n"
CUE = "00:01.000 --> 00:02.500\nनमस्ते\n"


def test_times_are_written_whole_and_words_stay():
    assert rewritten(HEAD + CUE) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nनमस्ते\n"


def test_nothing_of_the_file_but_times_and_words_is_kept():
    file = (
        "\ufeffWEBVTT - a title\nKind: captions\n\nNOTE who made it\nsecret place\n\nSTYLE\n::cue { background: url(//x) }\n\n"
        "REGION\nid:a\nwidth:100%\n\nintro\n00:01.000 --> 00:02.000 position:0% line:-9 align:left\n<v.loud आशा>राम <b>राम</b>, "
        '<lang en>Ravi</lang> <c.x onclick="y">!</c><00:01.500>\n- और?\n'
    )
    assert rewritten(file) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nआशा: राम राम, Ravi !\n- और?\n"


def test_what_looks_like_markup_or_a_time_is_only_words_then():
    file = HEAD + "00:01.000 --> 00:02.000\n5 &lt; 6 &amp;amp; &lt;b&gt; a --&gt; b\n"
    assert rewritten(file) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n5 &lt; 6 &amp;amp; &lt;b&gt; a --&gt; b\n"
    assert rewritten(rewritten(file)) == rewritten(file)


def test_a_voice_without_a_name_says_nothing():
    assert rewritten(HEAD + "00:01.000 --> 00:02.000\n<v   >राम\n") == f"{HEAD}00:00:01.000 --> 00:00:02.000\nराम\n"


@pytest.mark.parametrize(
    ("file", "reason", "line"),
    [
        ("", "head", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\nSRT\n", "head", 1),
        ("WEBVTTX\n\n" + CUE, "head", 1),
        (HEAD, "blank", 3),
        (HEAD + "00:01.000 --> 00:02.000\n<b></b>\n", "blank", 5),
        (HEAD + "00:01 --> 00:02\nक\n", "timing", 3),
        (HEAD + "1:00.000 --> 00:61.000\nक\n", "timing", 3),
        (HEAD + CUE + "\nbare words\n", "timing", 6),
        (HEAD + "00:00:01,000 --> 00:00:02,000\nक\n", "timing", 3),
        (HEAD + "00:02.000 --> 00:02.000\nक\n", "order", 3),
        (HEAD + "00:03.000 --> 00:02.000\nक\n", "order", 3),
        (HEAD + "00:05.000 --> 00:06.000\nक\n\nx\n" + CUE, "order", 7),
        (HEAD + "00:11.000 --> 00:12.000\nक\n", "late", 3),
        (HEAD + "00:01.000 --> 00:02.000\n" + "क" * (MOST_LETTERS + 1), "length", 3),
    ],
)
def test_what_is_wrong_is_told_with_its_line(file: str, reason: str, line: int):
    with pytest.raises(BadCaptions) as told:
        rewritten(file, 10_000)
    assert (told.value.reason, told.value.line) == (reason, line)


def test_there_is_a_most_of_cues():
    assert rewritten(HEAD + f"{CUE}\n" * MOST_CUES)
    with pytest.raises(BadCaptions):
        rewritten(HEAD + f"{CUE}\n" * (MOST_CUES + 1))


@given(st.text(alphabet="<>v. \n&;abकः/-:0123456789", max_size=300))
def test_whatever_words_come_no_markup_leaves(words: str):
    try:
        made = rewritten(f"{HEAD}00:01.000 --> 00:02.000\n{words}\n")
    except BadCaptions:
        return
    assert "<" not in made and all("-->" in line for line in made.split("\n") if ">" in line.replace("&gt;", ""))
    assert rewritten(made) == made
