"""Errors are codes with values; the words for them come from the catalogue at the edge, in both languages."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex

import chaupal
from chaupal.kernel.errors import Coded, Invalid, Problem, Unsound
from chaupal.kernel.faults import FAULTS, Wrong, brief, in_full
from chaupal.kernel.faults.written import in_english, read, write
from chaupal.web.account.imports import reason
from chaupal.web.words import ELSE, in_words, sentence, words
from village import Village

SRC = Path(chaupal.__file__).parent
PLACES = regex.compile(r"%\((\w+)\)s")
NUMBERS = {"cues", "most", "fewest", "shortest", "longest", "bytes", "a_day", "many", "size", "line"}


@cache
def nodes() -> dict[type[ast.AST], list[tuple[Path, Any]]]:
    """All that stands in the sources, by its kind: to walk through them takes longer than to read them."""
    found = defaultdict[type[ast.AST], list[tuple[Path, Any]]](list)
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found[type(node)].append((path, node))
    return found


@cache
def written() -> frozenset[str]:
    """Every text that stands in the sources outside the registry."""
    return frozenset(
        node.value for path, node in nodes()[ast.Constant] if "faults" not in path.parts and isinstance(node.value, str)
    )


def needs(code: str) -> set[str]:
    """The values that the words of a code ask for."""
    fault = FAULTS[code]
    return {name for text in (fault.api, fault.brief, fault.page) for name in PLACES.findall(text)}


def given(code: str) -> dict[str, str | int]:
    return {name: 1234 if name in NUMBERS else "क" for name in needs(code)}


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_code_is_said_in_both_languages_with_its_values(language: str):
    for code, fault in FAULTS.items():
        told = sentence(Coded(code, field="", **given(code)), language)
        assert told and not PLACES.search(told), code
        if "%(most)s" in fault.page:
            assert words(language).number(1234) in told, code
        if language == "hi":
            assert regex.search(r"\p{Devanagari}", told) and words("hi").gettext(fault.page) != fault.page, code


def test_programs_are_told_in_words_and_not_by_a_code_or_a_fields_name():
    for code, fault in FAULTS.items():
        for said in (fault.api, fault.brief):
            assert not said or " " in said or PLACES.fullmatch(said), code


def test_every_code_is_raised_somewhere():
    assert not {*FAULTS} - written() - {one.slug for one in problems()}


def problems() -> set[type[Problem]]:
    """Every kind of problem."""
    found: set[type[Problem]] = {Problem}
    while more := {child for kind in found for child in kind.__subclasses__()} - found:
        found |= more
    return {kind for kind in found if kind.__module__.startswith("chaupal.")}


def names() -> set[str]:
    """What problems with a code are called in the sources: each class that is one, by its bases.

    Plain problems (`Problem` itself, and what is made of it) hold words for whoever runs the server, and are no page's.
    """
    bases = {
        node.name: {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        for _, node in nodes()[ast.ClassDef]
    }
    found = {"Coded", "bad"}
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found


@cache
def raised() -> list[tuple[str, ast.Call]]:
    """(place, call) of everything that makes a problem, or says what is wrong with a field."""
    makes, found = names() | {"Wrong", "complain"}, list[tuple[str, ast.Call]]()
    for path, node in nodes()[ast.Call]:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in makes and getattr(getattr(node.func, "value", None), "id", "") != "plain":
            found.append((f"{path.relative_to(SRC)}:{node.lineno}", node))
    return found


def texts(node: ast.expr) -> Iterator[ast.expr]:
    """What an argument may be: each arm of a choice."""
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in texts(value))
    else:
        yield node


def test_no_problem_is_raised_with_a_sentence():
    for place, call in raised():
        which = 1 if getattr(call.func, "attr", "") == "complain" else 0
        for code in (text for arg in call.args[which : which + 1] for text in texts(arg)):
            assert not isinstance(code, (ast.JoinedStr, ast.BinOp)), f"{place}: words, not a code"
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                assert code.value in FAULTS, f"{place}: {code.value}"


def test_a_problem_is_raised_with_the_values_that_its_words_ask_for():
    for place, call in raised():
        which = 1 if getattr(call.func, "attr", "") == "complain" else 0
        found = (text for arg in call.args[which : which + 1] for text in texts(arg))
        codes = [code.value for code in found if isinstance(code, ast.Constant)]
        if getattr(call.func, "id", "") == "Wrong" or not codes or any(k.arg is None for k in call.keywords):
            continue
        sent = {k.arg for k in call.keywords if k.arg} - {"field", "retry_at"}
        asked = {name for code in codes for name in needs(str(code))}
        assert sent == asked, f"{place}: {sent ^ asked}"


def test_no_words_are_matched_to_find_out_what_went_wrong():
    """Neither the message of a problem nor what it says of a field is compared with anything."""
    calls = [(path, node) for path, node in nodes()[ast.Call] if getattr(node.func, "attr", "") == "startswith"]
    for path, node in (*nodes()[ast.Compare], *nodes()[ast.Subscript], *calls):
        for inner in ast.walk(node):
            assert not (
                isinstance(inner, ast.Attribute)
                and inner.attr in ("message", "details")
                and getattr(inner.value, "id", "") in ("problem", "error", "wrong", "refused")
            ), f"{path.relative_to(SRC)}:{node.lineno}"


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


class Unheard(Problem):
    """A plain problem of a kind that the registry does not know."""

    slug = "unheard_of"


@pytest.mark.parametrize(
    "problem", [Problem("disk b7 is full"), Unsound("line 3 is no note"), Unheard("disk b7 is full")]
)
def test_what_plain_problems_say_to_whoever_runs_the_server_stands_on_no_page(problem: Problem):
    for language in ("hi", "en"):
        told = sentence(problem, language)
        assert told and problem.message not in told and problem.slug not in told
    assert regex.search(r"\p{Devanagari}", sentence(problem, "hi"))


def test_what_was_kept_in_words_of_an_older_version_is_told_in_words_all_the_same():
    assert reason("words of an older version", "hi") == words("hi").gettext(ELSE) != ELSE
