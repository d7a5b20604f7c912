"""A page in pieces: put together it is the page, plain and packed, with the words of each answer in the place of the marks."""

import gzip

import pytest
from hypothesis import given, strategies as st

from chaupal.wire.drawn import ONCE, WORD, Cut, filled, marked

MARKS = [WORD.encode(), ONCE.encode()]
PIECES = st.lists(
    st.one_of(st.sampled_from(MARKS), st.binary(max_size=300), st.just("किसान आंदोलन ".encode() * 40)), max_size=12
)
WORDS = st.binary(min_size=1, max_size=200)


@given(PIECES, WORDS, WORDS)
def test_plain_and_packed_say_what_filling_says(pieces: list[bytes], word: bytes, once: bytes):
    body, fills = b"".join(pieces), {MARKS[0]: word, MARKS[1]: once}
    cut = Cut(body, 1)
    whole = cut.plain(fills)
    assert gzip.decompress(cut.gzip(fills)) == whole
    other = {MARKS[0]: b"1", MARKS[1]: b"2"}
    assert gzip.decompress(cut.gzip(other)) == cut.plain(other) == filled(body, other)


@pytest.mark.parametrize("mark", MARKS, ids=["word", "once"])
def test_a_page_with_a_mark_is_not_ready_to_be_sent(mark: bytes):
    assert marked(b"<p>" + mark + b"</p>")
    assert not marked(filled(b"<p>" + mark + b"</p>", dict.fromkeys(MARKS, b"x")))
