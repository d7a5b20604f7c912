"""No line of the checklists is forgotten: each is a test under its number, or listed in docs/checklists.md with its reason."""

from pathlib import Path

import pytest
import regex

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAPER = (ROOT / "docs" / "checklists.md").read_text(encoding="utf-8")
LINES = {"10.1": 75, "10.2": 18, "10.3": 18}
OF_FILE = {
    "test_checklist_withholding.py": "10.1",
    "test_checklist_media.py": "10.1",
    "test_checklist_deamplify.py": "10.2",
    "test_checklist_suspension.py": "10.3",
    "test_checklist_people.py": "",
    "test_checklist_telling.py": "10.1",
}
MARKER = regex.compile(r"^# --- ([\d., ]+) ---$", regex.MULTILINE)
TEST = regex.compile(r"^(?:async )?def test_", regex.MULTILINE)


def lines_tested() -> set[tuple[str, int]]:
    """(checklist, line) of every marker that has a test below it, before the next marker."""
    found: set[tuple[str, int]] = set()
    for name, section in OF_FILE.items():
        text = (HERE / name).read_text(encoding="utf-8")
        _, *parts = MARKER.split(text)
        for numbers, below in zip(parts[::2], parts[1::2], strict=True):
            if not TEST.search(below):
                continue
            for number in numbers.split(","):
                list_, _, line = number.strip().rpartition(".")
                found.add((list_ or section, int(line)))
    return found


def listed(section: str) -> dict[int, str]:
    """Line -> what docs/checklists.md says of it."""
    part = PAPER.partition(f"\n## {section} ")[2].partition("\n## ")[0]
    rows = regex.findall(r"^\| (\d+) \| (.+) \|$", part, regex.MULTILINE)
    assert len({number for number, _ in rows}) == len(rows), "a line is listed twice"
    return {int(number): said for number, said in rows}


@pytest.mark.parametrize("section", LINES)
def test_every_line_is_a_test_or_is_listed_with_its_reason(section: str):
    covered = {line for list_, line in lines_tested() if list_ == section}
    every = set(range(1, LINES[section] + 1))
    assert sorted(every - covered - set(listed(section))) == []
    assert covered | set(listed(section)) == every, "there is no such line"


@pytest.mark.parametrize("section", LINES)
def test_what_is_tested_is_listed_no_more(section: str):
    assert sorted({line for list_, line in lines_tested() if list_ == section} & set(listed(section))) == []


@pytest.mark.parametrize("section", LINES)
def test_a_reason_is_a_sentence_and_a_test_that_is_named_exists(section: str):
    for line, said in listed(section).items():
        named = regex.findall(r"`([\w/.]+)::(\w+)`", said)
        assert named or (len(said) > 20 and said.endswith(".")), (section, line)
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (section, line, name)


def test_every_checklist_file_is_read():
    assert {path.name for path in HERE.glob("test_checklist_*.py")} == set(OF_FILE)
