"""Links of a page in a mirror of files."""

import pytest

from chaupal.app import static_mirror


@pytest.mark.parametrize(
    ("html", "written", "led_to"),
    [
        ('<a class="x" href="/orders">', None, {"/orders"}),
        ('<a href="/orders?first=101#t5">', '<a href="/orders/first-101/#t5">', {"/orders?first=101"}),
        ('<a\nhref="/statements/a"><img src="/static/a.css">', None, {"/statements/a", "/static/a.css"}),
        ('<a href="/transparency?kind=post">', None, set[str]()),  # a filter
        ('<a href="https://other.example/orders">', None, set[str]()),
        ('<a href="/@asha">', None, set[str]()),
        ('<a href="#t5"><a data-href="/orders"><p>href="/orders"', None, set[str]()),
    ],
)
def test_links_to_the_record_lead_to_files_and_others_stay(html: str, written: str | None, led_to: set[str]):
    """`written`: the page in the mirror; None where it is the same."""
    found = static_mirror._localised(html)
    assert found == (html if written is None else written, led_to)
