"""The papers of the house are true: a fresh map, a purpose for every module, every word in both languages."""

import tomllib
from pathlib import Path

import click
import pytest
import regex
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

import make_api
import make_entries
import make_moves
import make_tables
import rooms
from chaupal.app.cli import cli
from chaupal.app.wiring import ROUTES
from chaupal.governance.cases import lifecycle
from chaupal.governance.orders import procedure
from chaupal.kernel.settings import FIELDS, OTHER_WORDS
from chaupal_audit.cli import audit
from chaupal_audit.log import entries
from make_map import AUDIT, CODE, MAP, draw, of_files, purpose
from rooms import ROW_OF

DOCS = MAP.parent
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.strip().strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("| ")]
HOME = DOCS.parent
AT_THE_DOOR = sorted(HOME.glob("*.md"))  # README, CONTRIBUTING and whatever else one meets first
PAPERS = [*AT_THE_DOOR, HOME / "verifier" / "README.md", *sorted(DOCS.rglob("*.md"))]
MAKEFILE = (HOME / "Makefile").read_text(encoding="utf-8")
TARGETS = frozenset(regex.findall(r"^([a-z-]+):", MAKEFILE, regex.M))
SETTINGS = frozenset({*FIELDS, *OTHER_WORDS})
SHAPES = [regex.compile(regex.sub(r"\{[^}]*\}", "[^/]+", route.path)) for route in ROUTES]
TERMS = [row for row in ROWS if row[0].strip() != "English"]


def test_the_map_is_fresh():
    assert MAP.read_text(encoding="utf-8") == draw(), "docs/map.md is stale: make map"


def test_the_picture_of_the_house_in_the_readme_is_the_house():
    picture = (HOME / "README.md").read_text("utf-8").split("## How it is built")[1].split("```")[1]
    drawn = [[word for word in regex.split(r"\s{2,}", line) if word in ROW_OF] for line in picture.strip().splitlines()]
    assert drawn == [list(row) for row in reversed(rooms.ROWS)]


def test_each_file_of_a_folder_is_told_with_what_it_is_for():
    told = of_files(CODE / "api")
    assert len(told) == sum(path.name != "__init__.py" for path in (CODE / "api").rglob("*.py"))
    assert f"api/routes.py: {purpose(CODE / 'api' / 'routes.py')}" in told


def test_the_paper_on_the_api_is_fresh():
    assert make_api.PAPER.read_text(encoding="utf-8") == make_api.draw(), "docs/api.md is stale: make map"


def test_the_paper_on_moves_is_fresh():
    assert make_moves.PAPER.read_text(encoding="utf-8") == make_moves.draw(), "docs/moves.md is stale: make map"
    moves = (*procedure.MACHINE.moves, *lifecycle.MACHINE.moves)
    assert all("leaf" in move.needs and ("not_own" in move.guards or not move.may) for move in moves), (
        "its head says so"
    )


@pytest.mark.parametrize("name", make_tables.PAPERS)
def test_tables_within_a_paper_are_fresh(name: str):
    paper = (DOCS / name).read_text(encoding="utf-8")
    assert make_tables.PAPERS[name][0] in paper
    assert paper == make_tables.with_table(name, paper), f"docs/{name} is stale: make map"


def test_every_field_of_every_entry_of_the_log_is_described_as_the_code_has_it():
    """That the paper has them as they are is asked with its other tables."""
    assert "log-entries.md" in make_tables.PAPERS
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
    silent = [str(path) for folder in (CODE, AUDIT) for path in folder.rglob("*.py") if not purpose(path)]
    assert not silent


def test_every_word_is_in_english_and_in_hindi():
    for row in TERMS:
        english, hindi, meaning = row
        assert regex.search(r"\p{Latin}", english), row
        assert regex.search(r"\p{Devanagari}", hindi), row
        assert meaning.strip(), row


def test_a_word_is_explained_once():
    words = [row[0].strip() for row in TERMS]
    assert sorted(set(words)) == sorted(words)


def test_a_decision_says_what_was_chosen_what_was_left_and_what_would_change_it():
    for paper in sorted((DOCS / "decisions").glob("0*.md")):
        text = paper.read_text(encoding="utf-8")
        assert regex.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", paper.name), paper.name
        assert all(f"## {part}" in text for part in ("We chose", "We left", "What would change our mind")), paper.name


def _places(paper: Path) -> set[str]:
    """What a link can name in a paper: its headings, as forges write them in addresses."""
    heads = regex.findall(r"^#+ (.+)$", paper.read_text(encoding="utf-8"), regex.M)
    return {regex.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_a_link_within_the_house_leads_somewhere():
    for paper in PAPERS:
        for link, place in regex.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", paper.read_text(encoding="utf-8")):
            there = paper.parent / link if link else paper
            assert there.exists(), (paper.name, link)
            assert not place or place in _places(there), (paper.name, link, place)


@pytest.mark.parametrize("paper", AT_THE_DOOR, ids=lambda path: path.name)
def test_what_is_named_at_the_door_is_there(paper: Path):
    text = paper.read_text(encoding="utf-8")
    files = set(regex.findall(r"`((?:src|verifier|tests|tools|docs|bench|\.ci)/[\w./-]+|\.[a-z-]+\.yaml)`", text))
    assert {file for file in files if not (HOME / file).exists()} == set()


NAMED_FROM = tuple(
    HOME / base
    for base in (
        "", "src/chaupal", "src/chaupal/web", "src/chaupal/web/script", "src/chaupal/web/templates", "src/chaupal/store",
        "verifier/src", "verifier/src/chaupal_audit", "tests", "docs",
    )
)  # fmt: skip


def _is_ours(file: str) -> bool:
    """Whether a file's first folder is one of ours; papers also name files of others (`data/tweets.js`)."""
    return any((base / file.partition("/")[0]).is_dir() for base in NAMED_FROM)


def test_files_that_a_paper_names_are_there():
    for paper in PAPERS:
        files = set(
            regex.findall(r"`([\w.-]+/[\w./-]+\.(?:py|ts|toml|mjs|sh|html|cfg))(?:::\w+)?`", paper.read_text("utf-8"))
        )
        assert {f for f in files if _is_ours(f) and not any((base / f).exists() for base in NAMED_FROM)} == set(), (
            paper.name
        )


AUDITS = {name for option in audit.params for name in option.opts}


def _unknown(call: str) -> str:
    """The first word of a call for which `chaupal` has no command, or that command no option; or nothing."""
    command, words = cli, call.partition(" # ")[0].split()
    for word in words:
        if not isinstance(command, click.Group):
            break
        if (found := command.get_command(click.Context(cli), word)) is None:
            return word
        command = found
    known = {name for option in (*cli.params, *command.params) for name in (*option.opts, *option.secondary_opts)}
    return next((word for word in words if regex.fullmatch(r"--[a-z-]+", word) and word not in known), "")


def test_commands_and_settings_that_a_paper_names_are_there():
    for paper in PAPERS:
        text = regex.sub(r"\\\n\s*", "", paper.read_text("utf-8"))
        called = regex.findall(r"(?:^|`|/|# )chaupal(?: --data \S+)? ([a-z][^`\n]*)", text, regex.M)
        assert [call for call in called if call.split()[0] in cli.commands and _unknown(call)] == [], paper.name
        assert {name.lower() for name in regex.findall(r"CHAUPAL_([A-Z0-9_]+)", text)} - SETTINGS == set(), paper.name
        told = {
            word
            for call in regex.findall(r"chaupal-audit ([^`\n]*)", text)
            for word in call.partition(" # ")[0].split()
        }
        assert {word for word in told if regex.fullmatch(r"--[a-z-]+", word)} <= AUDITS, paper.name
        run = set(regex.findall(r"python -m (bench\.\w+)", text))
        assert {name for name in run if not (HOME / f"{name.replace('.', '/')}.py").exists()} == set(), paper.name
        asked = {word for words in regex.findall(r"`make ([a-z -]+?)`", text) for word in words.split()}
        assert asked - TARGETS == set(), paper.name


OURS = "api/v1/chaupal|office|settings|about|disputes|portal|transparency|log|orders|live|report|statements|verify"


def test_addresses_that_a_paper_names_are_there():
    """Of ours: what is not here of Mastodon's API is named on purpose."""
    for paper in PAPERS:
        named = regex.findall(rf"`(?:[A-Z, ]+ )?(/(?:{OURS})(?:/[\w{{}}:.-]+)*)(?:\?[^`]*)?`", paper.read_text("utf-8"))
        plain = {regex.sub(r"\{[^}]*\}|:[a-z_]+", "x", name) for name in named}
        assert {name for name in plain if not any(shape.fullmatch(name) for shape in SHAPES)} == set(), paper.name


def test_every_alert_is_told_with_what_to_do():
    alerts = {
        name
        for file in (HOME / "deploy/prometheus").glob("*")
        for name in regex.findall(r"alert: (\w+)", file.read_text("utf-8"))
    }
    told = set(regex.findall(r"\*(Chaupal\w+)\*", (DOCS / "operating.md").read_text("utf-8")))
    assert alerts and alerts == told


def test_whoever_would_change_the_house_is_told_how():
    text = (HOME / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = {"Set up", "The loop", "A route of the API", "A page", "A measure", "A law"}
    assert parts <= set(regex.findall(r"^## (.+)$", text, regex.M))
    assert {"make dev", "make quick", "make check test"} <= set(regex.findall(r"`(make [a-z ]+)`", text))


def test_every_target_of_make_is_listed_by_help():
    told = set(regex.findall(r"^([a-z-]+):.*## ", MAKEFILE, regex.M))
    phony = set(" ".join(regex.findall(r"^\.PHONY: (.+)$", MAKEFILE, regex.M)).split())
    assert told == phony == TARGETS


def test_a_decision_that_was_overtaken_says_so_at_the_top():
    papers = {int(paper.name[:4]): paper.read_text(encoding="utf-8") for paper in (DOCS / "decisions").glob("0*.md")}
    heads = {number: text.partition("## We chose")[0] for number, text in papers.items()}
    overtakes = regex.compile(r"[Ss]upersedes ((?:[^.]|\.(?=md))*)")
    pairs = [
        (int(old), number)
        for number, text in papers.items()
        for words in overtakes.findall(text)
        for old in regex.findall(r"decision (\d+)", words)
    ]
    assert pairs and all(f"[decision {new}]" in heads[old] for old, new in pairs)
    assert (len(ROW_OF), 1 + max(ROW_OF.values())) == (14, 8) and "fourteen rooms in eight rows" in heads[1]


def test_hooks_before_a_commit_run_what_is_here_and_editors_know_the_length_of_a_line():
    hooks = (HOME / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert set(regex.findall(r"repo: (.+)", hooks)) == {"local"}
    assert set(regex.findall(r"language: (.+)", hooks)) == {"system"}
    settings = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"max_line_length = {settings['tool']['ruff']['line-length']}" in (HOME / ".editorconfig").read_text()


@pytest.mark.parametrize("minor", [12, 13], ids=["the_oldest_python", "ours"])
def test_what_the_readme_brings_needs_no_compiler(minor: int):
    linux = [f"manylinux_2_{glibc}_x86_64" for glibc in range(5, 40)] + ["manylinux1_x86_64"]
    fits = {*cpython_tags((3, minor), platforms=linux), *compatible_tags((3, minor), f"cp3{minor}", linux)}
    other = {"http-ece", "pyvips", "pywin32"}  # built by Python alone, and what only Windows wants
    for package in tomllib.loads((HOME / "uv.lock").read_text(encoding="utf-8"))["package"]:
        wheels = [parse_wheel_filename(wheel["url"].rpartition("/")[2])[3] for wheel in package.get("wheels", ())]
        if "registry" in package["source"] and package["name"] not in other:
            assert any(fits & tags for tags in wheels), f"{package['name']} has no wheel for Python 3.{minor}"


def test_what_runs_every_minute_needs_no_services():
    """Neither a database server, nor a browser, nor anything that is started: those tests stand elsewhere."""
    quick = " ".join(regex.findall(r"^QUICK\s*= (.+)$", MAKEFILE, regex.M)).split()
    files = [
        file for name in quick for file in ([HOME / name] if name.endswith(".py") else (HOME / name).rglob("*.py"))
    ]
    needs = regex.compile(r"^from (services|serving|village|neighbours|court)\b|\(.*\b(work|house|village): ", regex.M)
    assert len(files) > 10
    assert [str(file) for file in files if needs.search(file.read_text(encoding="utf-8"))] == []
