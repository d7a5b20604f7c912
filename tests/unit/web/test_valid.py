"""Pages are valid HTML where validators complained: fields have the attributes of their type, and pictures have an address."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
import regex

from chaupal import web
from village import Village

TEMPLATES = Path(web.__file__).parent / "templates"

# HTML, 4.10.5: attributes that apply to some types of `input` alone.
TYPED = {
    "placeholder": {"text", "search", "tel", "url", "email", "password", "number"},
    "size": {"text", "search", "tel", "url", "email", "password"},
    "maxlength": {"text", "search", "tel", "url", "email", "password"},
    "minlength": {"text", "search", "tel", "url", "email", "password"},
    "pattern": {"text", "search", "tel", "url", "email", "password"},
    "checked": {"checkbox", "radio"},
    "accept": {"file"},
    "multiple": {"email", "file"},
}
# A browser ends the paragraph before them: what the paragraph puts in a row stands apart then.
NOT_IN_A_PARAGRAPH = ("form", "div", "ul", "ol", "dl", "table")
# "10 demanded3 withheld": a row sets them apart for the eye alone, and not for a text browser or whoever copies them.
WITHIN_A_LINE = "(?:a|b|bdi|span|strong)"
TOUCHING = regex.compile(
    rf"[\p{{L}}\p{{M}}\p{{N}}](?:</{WITHIN_A_LINE}>)+(?:<{WITHIN_A_LINE}\b(?![^>]*aria-hidden)[^>]*>)+[\p{{L}}\p{{N}}#@]"
)


class Faults(HTMLParser):
    """What is wrong with a page's fields, pictures and paragraphs; ids that are given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._ids: set[str] = set()
        self._in_a_paragraph = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._in_a_paragraph and tag in NOT_IN_A_PARAGRAPH:
            self.found.append(f"a {tag} in a paragraph (line {self.getpos()[0]})")
        self._in_a_paragraph |= tag == "p"
        if tag == "input":
            kind = given.get("type") or "text"
            wrong = [name for name in given if kind not in TYPED.get(name, {kind})]
            self.found += [f'{name} is none of <input type="{kind}" name="{given.get("name")}">' for name in wrong]
        if tag == "img" and not given.get("src"):
            self.found.append("a picture without an address")
        id_ = given.get("id")
        if id_ is not None and (not id_ or id_ in self._ids):
            self.found.append(f"the id {id_!r} is empty or given twice")
        self._ids.add(id_ or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_a_paragraph &= tag != "p"


@pytest.mark.parametrize(
    "path",
    ["/transparency", "/transparency/t1", "/transparency/t9a", "/transparency?from=2021-02&to=2021-03&country=IN",
     "/transparency?from=soon&country=India", "/", "/orders", "/login", "/signup", "/search?q=x", "/settings", "/settings/profile",
     "/compose", "/office", "/notifications"],
)  # fmt: skip
async def test_the_filters_of_transparency_and_other_forms_are_valid(village: Village, path: str):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    faults = Faults()
    inside = path.startswith(("/office", "/settings", "/compose", "/notifications"))
    page = (await v.look("IN", path, v.owner if inside else None)).text
    faults.feed(page)
    assert faults.found == []
    assert not (met := [found[0] for found in TOUCHING.finditer(page)]), met


def test_no_form_stands_in_a_paragraph_of_any_template():
    torn = regex.compile(rf"<p(?:\s[^>]*)?>(?:(?!</p>).)*?<(?:{'|'.join(NOT_IN_A_PARAGRAPH)})\b", regex.DOTALL)
    found = [
        (file.name, cut[0][:80]) for file in TEMPLATES.rglob("*.html") for cut in torn.finditer(file.read_text("utf-8"))
    ]
    assert found == []


def test_no_button_of_any_template_does_nothing_without_a_script():
    """Text browsers show what is hidden, too. What a script takes out of a `template` is another thing."""
    parts = regex.compile(r"<template\b.*?</template>|<button\b[^>]*\btype=[\"']?button\b", regex.DOTALL)
    met = [(file.name, cut[0]) for file in TEMPLATES.rglob("*.html") for cut in parts.finditer(file.read_text("utf-8"))]
    assert [one for one in met if one[1].startswith("<button")] == []
