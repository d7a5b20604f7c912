"""The data sets of the fediverse's own testers: every case is read, the table beside this says how, and the bounds hold."""

import sys
from pathlib import Path

import pytest

if sys.version_info < (3, 13):  # their newest cases ask for as much
    pytest.skip("the data sets need Python 3.13", allow_module_level=True)

import fediverse_cases
from chaupal.federation.reading.objects import PostRead
from fediverse_cases import ARGUED, Case, funfedi, pasture

CASES = {case.name: case for case in (*pasture(), *funfedi())}


def said(name: str) -> PostRead:
    found = fediverse_cases.read(CASES[name])
    assert isinstance(found, PostRead), found
    return found


@pytest.mark.parametrize("path", fediverse_cases.DRAWN, ids=lambda path: path.name)
def test_the_table_beside_this_and_the_paper_are_what_is_read(path: Path):
    assert path.read_text("utf-8") == fediverse_cases.DRAWN[path](), "cd tests && python -m fediverse_cases"


def test_there_are_as_many_cases_as_the_packages_have_and_each_reason_is_for_one_of_them():
    assert len(CASES) > 300
    assert not ARGUED.keys() - CASES.keys()


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_every_case_is_taken_or_argued(case: Case):
    found = fediverse_cases.read(case)
    assert isinstance(found, PostRead) or case.name in ARGUED
    if isinstance(found, PostRead):
        assert "<script" not in found.html
        assert "<img" not in found.html


def test_what_the_field_agrees_on():
    """The rows that its support tables show as working with most servers, by what they are about."""
    assert said("html_tags/0").html == "<b>bold</b>"
    assert [said(f"public_addressing/{n}").visibility.name for n in range(3)] == ["PUBLIC"] * 3
    assert said("content_warnings/1").spoiler == "summary"
    assert [said(f"in_reply_to/{n}").answers.rpartition("/")[2] for n in (0, 2, 3, 4, 6)] == ["note1.jsonap"] * 5
    assert all(said(f"quotes/{n}").quotes for n in range(5))
    assert [one.kind for n in range(4) for one in said(f"attachments/{n}").files] == [
        "image",
        "video",
        "audio",
        "audio",
    ]
    assert len(said("attachments/10").files) == 10
    assert all(said(f"attributed_to/{n}").by == fediverse_cases.ACTOR for n in range(5))
    assert [said(f"language/{n}").language for n in (1, 4, 5, 8)] == ["de"] * 4
    assert (poll := said("polls/multiple choices").poll) and poll.multiple
    assert all(len(said(f"mentions/{n}").mentions) == 1 for n in (0, 1, 2, 3, 4, 7, 9))
