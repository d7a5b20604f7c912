"""Errors are codes with values; the words for them come from the catalogue at the edge, in both languages."""

import ast
import inspect
from functools import cache
from pathlib import Path

import pytest
import regex

import chaupal
from chaupal.kernel.errors import Coded, Invalid, Problem
from chaupal.kernel.faults import FAULTS, Wrong, brief, in_full
from chaupal.kernel.faults.written import in_english, read, write
from chaupal.web.said import ELSE, in_words, sentence
from chaupal.web.words import words
from village import Village

SRC = Path(chaupal.__file__).parent
PLACES = regex.compile(r"%\((\w+)\)s")
NUMBERS = {"cues", "most", "fewest", "shortest", "longest", "bytes", "a_day", "many", "size", "line"}


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in SRC.rglob("*.py")}


@cache
def written() -> frozenset[str]:
    """Every text that stands in the sources outside the registry."""
    return frozenset(
        node.value
        for path, tree in trees().items()
        if "faults" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def needs(code: str) -> set[str]:
    """The values that the words of a code ask for."""
    fault = FAULTS[code]
    return {name for text in (fault.api, fault.brief, fault.page) for name in PLACES.findall(text)}


def given(code: str) -> dict[str, str | int]:
    return {name: 1234 if name in NUMBERS else "क" for name in needs(code)}


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("code", FAULTS)
def test_every_code_is_said_in_both_languages_with_its_values(code: str, language: str):
    told = sentence(Coded(code, field="", **given(code)), language)
    assert told and not PLACES.search(told)
    if "%(most)s" in FAULTS[code].page:
        assert words(language).number(1234) in told
    if language == "hi":
        assert regex.search(r"\p{Devanagari}", told) and words("hi").gettext(FAULTS[code].page) != FAULTS[code].page


@pytest.mark.parametrize("code", FAULTS)
def test_every_code_is_raised_somewhere(code: str):
    classes = {one.slug for one in problems()}
    assert code in written() or code in classes


def problems() -> set[type[Problem]]:
    """Every kind of problem."""
    found: set[type[Problem]] = {Problem}
    while more := {child for kind in found for child in kind.__subclasses__()} - found:
        found |= more
    return {kind for kind in found if kind.__module__.startswith("chaupal.")}


def test_what_is_written_down_to_be_told_later_is_codes_and_told_in_any_language():
    wrong = Wrong("too_many_files", {"most": 4}, "a.png")
    assert read(write(wrong)) == (wrong,)
    assert in_english(write(wrong)) == "a.png: At most 4 files can be attached" == in_full(wrong)
    assert brief(wrong) == "a.png: too many"
    assert read("At most 4 files can be attached") is None and read('[["no_such_code", {}, ""]]') is None


async def test_programs_read_the_english_that_they_know_and_pages_their_own_words_with_the_number_that_holds(
    village: Village,
):
    v = village
    answer = (await v.api(v.asha, "POST", "/api/v1/statuses", status="क " * 501)).json()
    assert answer["error"] == "Validation failed: Text is longer than 500 characters"
    assert answer["details"]["text"] == [{"error": "ERR_TOO_LONG", "description": "too long"}]
    kept = (await v.api(v.asha, "POST", "/api/v1/chaupal/drafts", status="क" * 30_000)).json()
    most = int("".join(letter for letter in kept["error"] if letter.isdigit()))
    assert words("hi").number(most) in sentence(Invalid("draft_too_long", most=most), "hi")


async def test_a_program_that_asks_for_hindi_is_told_in_hindi_what_went_wrong(village: Village):
    v = village
    headers = {"authorization": f"Bearer {v.asha.token}", "accept-language": "hi-IN, en;q=0.5"}
    answer = await v.client.post("/api/v1/statuses", headers=headers, json={"status": "क " * 501})
    said = sentence(Invalid("text_too_long", most=500), "hi")
    assert answer.json() == {"error": said, "details": {"text": [{"error": "ERR_TOO_LONG", "description": said}]}}
    assert answer.headers["vary"].lower().count("accept-language") == 1
    missing = await v.client.get("/api/v1/statuses/1", headers=headers)
    assert missing.json() == {"error": in_words(Coded("not_found"), "hi")[0]}
    english = await v.client.get("/api/v1/statuses/1", headers=headers | {"accept-language": "en, hi;q=0.5"})
    assert english.json() == {"error": "Record not found"}


def test_what_cannot_be_said_any_more_is_no_error():
    assert inspect.signature(Coded).parameters["code"].default == "" and words("hi").gettext(ELSE) != ELSE
