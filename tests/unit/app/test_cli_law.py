"""`chaupal law`: what an operator sees of their files of law before a restart."""

from pathlib import Path

import pytest

from chaupal.governance.laws import house_rules
from chaupal.governance.regimes import SHIPPED
from commands import run

NOTICE = "IN-79-3B.2026-02.toml"


def test_the_laws_are_listed_with_their_versions(tmp_path: Path):
    result = run(tmp_path, "law", "list")
    assert result.exit_code == 0
    assert "| `IN-79-3B@3` | from 2026-02-20 |" in result.output


@pytest.mark.parametrize(
    ("ref", "file"), [("IN-79-3B@3", SHIPPED / NOTICE), ("house-rules@1", house_rules.SHIPPED / "house_rules.1.toml")]
)
def test_a_file_can_be_read_to_be_copied(tmp_path: Path, ref: str, file: Path):
    assert run(tmp_path, "law", "show", ref).output == file.read_text("utf-8")


def test_what_is_shown_can_be_put_in_the_operators_directory_and_is_shown_from_there(tmp_path: Path):
    (tmp_path / "regimes").mkdir()
    mine = run(tmp_path, "law", "show", "IN-79-3B@3").output.replace('act = "PT3H"', 'act = "PT1H"')
    (tmp_path / "regimes" / "IN-79-3B.mine.toml").write_text(mine, "utf-8")
    assert run(tmp_path, "law", "show", "IN-79-3B@3").output == mine
    assert "act PT1H" in run(tmp_path, "law", "list").output
    assert run(tmp_path, "law", "check").exit_code == 0


def test_what_is_not_there_is_said_to_be_so(tmp_path: Path):
    result = run(tmp_path, "law", "show", "IN-1@1")
    assert result.exit_code == 1
    assert "There is no legal regime IN-1@1; see chaupal law list" in result.output


def test_all_that_is_wrong_with_laws_and_rules_is_said(tmp_path: Path):
    for name in ("regimes", "rules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "X.toml").write_text("version = 0\n", "utf-8")
    result = run(tmp_path, "law", "check")
    assert result.exit_code == 1
    assert {"X.toml: id: is missing", "X.toml: strikes: is missing"} <= set(result.output.splitlines())


def test_files_that_are_whole_are_said_to_be_so(tmp_path: Path):
    result = run(tmp_path, "law", "check")
    assert result.exit_code == 0
    assert result.output.endswith("all can be used.\n") and "two_person" not in result.output


def test_a_law_that_seems_to_let_one_person_act_is_said_not_to(tmp_path: Path):
    """It is no fault of a file: one that was cited cannot be changed any more."""
    (tmp_path / "regimes").mkdir()
    mine = run(tmp_path, "law", "show", "GENERIC@1").output
    fewer = mine.replace('two_person = ["label", ', "two_person = [")
    assert fewer != mine
    (tmp_path / "regimes" / "GENERIC.mine.toml").write_text(fewer, "utf-8")
    result = run(tmp_path, "law", "check")
    assert result.exit_code == 0
    assert "GENERIC.mine.toml: two_person leaves out label; by law each takes two people all the same" in result.output
