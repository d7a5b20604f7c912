"""The papers of the house are true: a fresh map, a purpose for every module, every word in both languages."""

from pathlib import Path

import pytest
import regex

import make_api
import make_entries
from chaupal.governance.log import entries
from make_map import CODE, MAP, draw, purpose

DOCS = MAP.parent
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.strip().strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("| ")]
PAPERS = [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]
TERMS = [row for row in ROWS if row[0].strip() != "English"]


def test_the_map_is_fresh():
    assert MAP.read_text(encoding="utf-8") == draw(), "docs/map.md is stale: make map"


def test_the_paper_on_the_api_is_fresh():
    assert make_api.PAPER.read_text(encoding="utf-8") == make_api.draw(), "docs/api.md is stale: make map"


def test_every_field_of_every_entry_of_the_log_is_described_as_the_code_has_it():
    paper = (DOCS / "log-entries.md").read_text(encoding="utf-8")
    assert paper == make_entries.with_table(paper), "docs/log-entries.md is stale: make map"
    for kind in entries.ALL:
        assert set(make_entries.comments(kind)) == set(kind.__struct_fields__), (
            f"a field of {kind.__name__} has no comment"
        )


@pytest.mark.parametrize("tier", make_api.TIERS)
def test_what_is_not_here_of_mastodons_api_has_its_reason(tier: str):
    missing = make_api.absent(tier)
    assert [name for name in missing if make_api.reason(name) not in make_api.FACTS["reasons"]] == []


def test_no_reason_is_given_for_what_is_here():
    excused = {name for names in make_api.FACTS["absent"].values() for name in names}
    assert excused - {name for tier in make_api.TIERS for name in make_api.absent(tier)} == set()
    assert {*make_api.FACTS["reasons"]} == {*make_api.FACTS["absent"]}


def test_the_readme_logs_in_as_the_server_lets_one():
    """There is no password grant, which `toot login_cli` would need; tests/clients/test_toot.py logs in by what is named here."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert "toot login -i http" in readme and "login_cli" not in readme


def test_every_module_says_what_it_is_for():
    silent = [str(path.relative_to(CODE)) for path in CODE.rglob("*.py") if not purpose(path)]
    assert not silent


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row[0].strip())
def test_every_word_is_in_english_and_in_hindi(row: list[str]):
    english, hindi, meaning = row
    assert regex.search(r"\p{Latin}", english)
    assert regex.search(r"\p{Devanagari}", hindi)
    assert meaning.strip()


def test_a_word_is_explained_once():
    words = [row[0].strip() for row in TERMS]
    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize("paper", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_says_what_was_chosen_what_was_left_and_what_would_change_it(paper: Path):
    text = paper.read_text(encoding="utf-8")
    assert regex.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", paper.name)
    assert all(f"## {part}" in text for part in ("We chose", "We left", "What would change our mind"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_a_link_within_the_house_leads_somewhere(paper: Path):
    links = regex.findall(r"\]\((?!https?:)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert not [link for link in links if not (paper.parent / link).exists()]
