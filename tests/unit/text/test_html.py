"""A post as HTML: golden cases, and that nothing hostile comes out."""

import nh3
import pytest
from hypothesis import given, strategies as st

from chaupal.text.html import render, to_text

REL = 'rel="nofollow noopener noreferrer" target="_blank"'


def who(handle: str) -> tuple[str, str] | None:
    known = {"ravi": ("https://chaupal.in/@ravi", "ravi"), "evil": ("javascript:alert(1)", "evil")}
    return known.get(handle)


def shown(text: str) -> str:
    return render(text, who, lambda tag: f"https://chaupal.in/tags/{tag}")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("नमस्ते", "<p>नमस्ते</p>"),
        ("एक\nदो\n\nतीन\n \n\nचार\n", "<p>एक<br>दो</p><p>तीन</p><p>चार</p>"),
        ("a < b & \"c\" 'd'", "<p>a &lt; b &amp; \"c\" 'd'</p>"),
        (
            "जय #हिन्दी।",
            '<p>जय <a href="https://chaupal.in/tags/हिन्दी" class="mention hashtag" rel="tag">'
            "#<span>हिन्दी</span></a>।</p>",
        ),
        (
            "@Ravi को",
            '<p><span class="h-card"><a href="https://chaupal.in/@ravi" class="u-url mention">'
            "@<span>ravi</span></a></span> को</p>",
        ),
        ("@nobody @evil", "<p>@nobody @evil</p>"),
        (
            "https://www.x.in/a?b=1&c=2",
            f'<p><a href="https://www.x.in/a?b=1&amp;c=2" {REL}><span class="invisible">https://www.</span>'
            '<span class="">x.in/a?b=1&amp;c=2</span><span class="invisible"></span></a></p>',
        ),
        (
            "https://example.in/2026/kisan/andolan/",
            f'<p><a href="https://example.in/2026/kisan/andolan/" {REL}><span class="invisible">https://</span>'
            '<span class="">example.in/2026/kisan/andolan/</span><span class="invisible"></span></a></p>',
        ),
        (
            "https://example.in/2026/kisan/andolan/12",
            f'<p><a href="https://example.in/2026/kisan/andolan/12" {REL}><span class="invisible">https://</span>'
            '<span class="ellipsis">example.in/2026/kisan/andolan/</span><span class="invisible">12</span></a></p>',
        ),
    ],
)
def test_a_post_is_written_as_mastodon_clients_expect(text, html):
    assert shown(text) == html


def test_a_shown_link_is_not_cut_between_a_letter_and_its_sign():
    html = shown("https://x.in/" + "a" * 24 + "किताब")
    assert '<span class="ellipsis">x.in/' + "a" * 24 + "कि</span>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        'https://x.in/"onmouseover="alert(1)',
        "https://x.in/'onmouseover='alert(1)",
        "https://x.in/<script>",
        '#tag"><script>',
        '@ravi"><script>',
        "</p></body>",
    ],
)
def test_hostile_posts_stay_text(text):
    html = shown(text)
    assert nh3.clean(html).count("<a ") == html.count("<a ")
    assert "<script" not in html
    assert "<img" not in html
    assert "</body" not in html
    assert 'href="javascript' not in html
    assert '" onmouseover' not in html
    assert to_text(html) == text


def test_a_direction_mark_cannot_enter_a_link():
    assert "\u202e" not in shown("https://x.in/\u202eexe.gnp").partition("</a>")[0]


@given(st.text(st.sampled_from("कि<>&\"'#@:/.\n \u202e a"), max_size=40))
def test_only_tags_written_here_come_out(text):
    html = render(text, lambda handle: ("/@" + handle, handle), lambda tag: "/tags/" + tag)
    assert to_text(html).split() == to_text(nh3.clean(html)).split() == text.split()


def test_html_becomes_plain_text():
    assert to_text("<p>एक<br/>दो</p><p>a &lt; b</p><script>x</script>") == "एक\nदो\n\na < b"


def test_a_rendered_post_reads_back_as_it_was_written():
    post = "जय #हिन्दी\n\n@ravi देखो https://example.in/2026/kisan/andolan/12?x=1&y=2 < 3"
    assert to_text(shown(post)) == post
