"""HTML of others: what may stay, what goes, how long and how deep it may be, and where its links lead."""

import pytest
from hypothesis import given, strategies as st

from chaupal.text import foreign

OUT = 'target="_blank" rel="nofollow noopener noreferrer"'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>नमस्ते</p>", "<p>नमस्ते</p>"),
        ("<h1 class=big>क</h1><h2>ख</h2>", "<p><strong>क</strong></p><p><strong>ख</strong></p>"),
        ("<h1>क<p>ख</p></h1>", "क<p>ख</p>"),
        ("<ol start=3 reversed><li value=2>q</li></ol>", '<ol start="3" reversed=""><li value="2">q</li></ol>'),
        ("<div>क</div><div><p>ख</p>\n</div> <div class=x>ग<hr/>घ</div>", "क<p>ख</p>ग<br>घ"),
        ("<table><tr><td>क<td>ख</table><dl><dt>ग<dd>घ</dl>", "क<br>ख<br>ग<br>घ"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt></ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt></ruby>"),
        ("<p lang=hi onclick=x() style='x'>अ</p>", '<p lang="hi">अ</p>'),
        ("<script>alert(1)</script><style>p{}</style><iframe src=x>y</iframe>ok", "ok"),
        ('<img src="https://x.example/a.png" alt="b" onerror=alert(1)>', ""),
        ("<a href='javascript:alert(1)'>u</a><a href='/rel'>v</a><a>w</a><a href='data:text/html,x'>z</a>", "uvwz"),
        (
            "<a href='https://x.example/?a=1&b=\">'>u</a>",
            f'<a href="https://x.example/?a=1&amp;b=&quot;&gt;" {OUT}>u</a>',
        ),
        ('<span class="h-card evil mention">x</span>', '<span class="h-card mention">x</span>'),
        ('<span translate="no">x</span><span translate="yes">y</span>', '<span translate="no">x</span><span>y</span>'),
        ("a\0b\x07", "ab"),
        ("<p>e\u0301</p>", "<p>é</p>"),  # composed, as all that is kept
        (
            '<math display="block"><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2&lt;3</annotation>'
            "</semantics></math>",
            "$$x^2&lt;3$$",
        ),
    ],
)
def test_what_may_stay_of_foreign_html(html: str, kept: str):
    assert foreign.read(html).html == kept


def test_a_text_that_is_too_long_is_cut_and_says_so():
    read = foreign.read("<p>" + "कख " * 20_000 + "</p>")
    assert read.cut
    assert len(foreign.text_of(read.html)) <= foreign.MOST_TEXT
    assert not foreign.read("<p>" + "कख " * 1_000 + "</p>").cut


def test_of_html_that_is_too_deep_the_words_stay():
    assert foreign.read("<ol><li>" * 300 + "x").html == "<p>x</p>"
    assert foreign.read("<blockquote>" * 3 + "x" + "</blockquote>" * 3).html.startswith("<blockquote>")


def test_the_plain_text_of_foreign_html():
    html = foreign.read(
        '<p>एक\nदो<br>तीन</p>\n<p>चार <a href="https://x.example/@ravi" class="u-url mention">@<span>ravi</span></a> '
        '<a href="https://x.example/long"><span class="invisible">https://</span><span class="ellipsis">x.example/lo</span>'
        '<span class="invisible">ng</span></a></p>'
    ).html
    assert foreign.text_of(html) == "एक दो\nतीन\n\nचार @ravi https://x.example/long"
    named = foreign.text_of(html, lambda link: "@ravi@x.example" if "mention" in link.classes else None)
    assert named == "एक दो\nतीन\n\nचार @ravi@x.example https://x.example/long"


def test_links_lead_where_we_say_and_nowhere_else():
    html = foreign.read(
        '<a href="https://x.example/@ravi" class="mention">@ravi</a> <a href="https://y.example/">y</a>'
    ).html
    led = foreign.lead(
        html, lambda link: 'https://here.example/@ravi@x.example?"<' if "mention" in link.classes else None
    )
    assert '<a href="https://here.example/@ravi@x.example?&quot;&lt;" class="mention">@ravi</a>' in led
    assert f'<a href="https://y.example/" {OUT}>y</a>' in led


@pytest.mark.parametrize(
    "quoting",
    [
        '<p>हाँ</p><p class="quote-inline">RE: <a href="https://x.example/1">x</a></p>',
        '<p>हाँ</p><span class="quote-inline"><br><br>RE: <a href="https://x.example/1">x</a></span>',
    ],
)
def test_the_link_that_stands_for_a_quote_can_be_taken_out(quoting: str):
    assert foreign.without_quote(foreign.read(quoting).html) == "<p>हाँ</p>"
    assert "RE:" in foreign.read(quoting).html


_PIECES = [*"<>&\"'/ =ab\n\u093f", "<a href=", "https://x.y/", "<script", "on", "</p>", "<p>", "</a>", "<h1>", "<math>"]


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
def test_nothing_hostile_comes_out_of_any_text(html: str):
    once = foreign.read(html)
    assert "<script" not in once.html
    assert all(link.href.startswith(("http://", "https://")) for link in once.links)
    assert foreign.read(once.html).links == once.links
    foreign.text_of(once.html)
    foreign.without_quote(once.html)


_LONG = {
    "spaces": "x " + " " * 99_000 + "y",
    "spaces at line ends": ("x" + " " * 9_000) * 11,
    "formulas": "<math " * 16_000,
    "formulas without end": "<math>" * 16_000,
    "annotations": "<annotation encoding='application/x-tex'>" * 2_400,
    "blocks that go": "<div> " * 8_000,
}


@pytest.mark.parametrize("html", _LONG.values(), ids=_LONG)
def test_no_text_is_read_from_each_of_its_letters_anew(html: str):
    """Each of these once took from seconds to half a minute, while nobody else was answered; now some thousandths."""
    for pattern in (foreign._SPACES, foreign._AT_LINE_ENDS, foreign._MATH, foreign._TEX, foreign._EDGES):
        pattern.sub("", html, timeout=2)
    foreign.read(html)


def test_links_without_words_fill_no_page():
    """Each was written three times as long as it had come."""
    assert not foreign.read("<a href='https://x.example'><b><i><p>" * 2_000).html


def test_of_more_elements_than_anybody_writes_the_first_ones_are_read():
    read = foreign.read("<p>नमस्ते</p>" + "<ul><li>" * 12_000 + "end")
    assert read.cut and read.html.startswith("<p>नमस्ते") and "end" not in read.html


@given(
    st.text(alphabet="क ख\n\t\u00a0&<>p/b\r.a;l", max_size=60), st.sampled_from(["", "</p><p>", "</p>\n<p>", "<br>"])
)
def test_paragraphs_alone_are_read_as_anything_else_is(words: str, between: str):
    html = foreign.read(f"<p>{words}{between}{words}</p>").html
    alone, among_others = foreign.text_of(html), foreign.text_of(f"{html}<b></b>")
    assert alone == among_others
