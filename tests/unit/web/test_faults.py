"""Errors are codes with values; the words for them come from the catalogue at the edge, in both languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

import chaupal
from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import FAULTS
from chaupal.web.said import ELSE, sentence
from chaupal.web.words import words
from village import Village

SRC = Path(chaupal.__file__).parent


def raised() -> Iterator[tuple[str, frozenset[str]]]:
    """Every code with the names of the values that it is raised with, as the sources say."""
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Invalid" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and code.value in FAULTS:
                    yield code.value, frozenset(k.arg for k in node.keywords if k.arg) - {"field"}


RAISED = set(raised())
WORDS = {"why", "reason", "name", "typed"}  # values that are words, not numbers


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("code", FAULTS)
def test_every_code_is_said_in_both_languages_with_the_values_it_is_raised_with(code: str, language: str):
    given = [names for one, names in RAISED if one == code]
    assert given, f"{code} is raised nowhere"
    for names in given:
        told = sentence(
            Invalid(
                code, **{name: 1234 if name not in ("why", "reason", "name", "typed") else "holds x" for name in names}
            ),
            language,
        )
        assert told and "%(" not in told and "{" not in told
        assert told != words(language).gettext(ELSE)
        if "%(most)s" in FAULTS[code].page:
            assert words(language).number(1234) in told
    if language == "hi":
        assert regex.search(r"\p{Devanagari}", told) and words("hi").gettext(FAULTS[code].page) != FAULTS[code].page


@pytest.mark.parametrize("code", FAULTS)
def test_a_code_asks_for_the_values_that_it_says(code: str):
    fault = FAULTS[code]
    needs = {name for text in (fault.api, fault.brief) for _, name, _, _ in string.Formatter().parse(text) if name}
    needs |= set(regex.findall(r"%\((\w+)\)s", fault.page))
    for one, names in RAISED:
        assert one != code or needs == names


def test_what_was_written_down_in_english_is_read_as_its_code():
    assert sentence(Invalid("Validation failed: At most 4 files can be attached"), "hi") == sentence(
        Invalid("too_many_files", most=4), "hi"
    )


async def test_programs_read_the_english_that_they_know_and_pages_their_own_words_with_the_number_that_holds(
    village: Village,
):
    v = village
    answer = (await v.api(v.asha, "POST", "/api/v1/statuses", status="क " * 501)).json()
    assert answer["error"] == "Validation failed: Text is longer than 500 characters"
    assert answer["details"]["text"] == [{"error": "ERR_TOO_LONG", "description": "too long"}]
    kept = (await v.api(v.asha, "POST", "/api/v1/chaupal/drafts", status="क" * 30_000)).json()
    most = int(regex.search(r"\d+", kept["error"])[0])
    assert words("hi").number(most) in sentence(Invalid("draft_too_long", most=most), "hi")
