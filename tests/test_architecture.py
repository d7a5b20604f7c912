"""The arrows of the house: import downwards only, never sideways, and nothing stands outside the six rows."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from rooms import NOT_ROOMS, OUT_OF_REACH, ROW_OF, VERIFIER, is_form

HOME = Path(__file__).resolve().parent.parent
CODE = HOME / "src" / "chaupal"
AUDIT = HOME / "verifier"


def imports_of(module: Path) -> Iterator[str]:
    """Every dotted name a module imports, those under TYPE_CHECKING and inside functions too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def breaks(room: str, name: str) -> bool:
    """Whether this import by a module of this room goes against an arrow. Relative imports hide arrows: forbidden."""
    if name.startswith("."):
        return True
    match name.split("."):
        case ["chaupal", to, form, *_] if to == "ports" and is_form(form):
            return room != "app"
        case ["chaupal", to, *_] if to != room:
            return to not in ROW_OF or ROW_OF[to] >= ROW_OF[room] or (room, to) in OUT_OF_REACH
    return False


def test_every_import_goes_downwards():
    found = [(room, path, name) for room in ROW_OF for path in (CODE / room).rglob("*.py") for name in imports_of(path)]
    broken = [f"{path.relative_to(CODE)}: {name}" for room, path, name in found if breaks(room, name)]
    assert not broken, "\n".join(broken)


def test_every_part_of_the_house_is_declared():
    assert {path.name for path in CODE.iterdir()} - NOT_ROOMS <= set(ROW_OF)


def test_every_file_of_a_port_is_the_port_or_one_of_its_forms():
    """So that no form passes for a port by its name, whatever it is called."""
    modules = {path.stem for path in (CODE / "ports").glob("*.py")} - {"__init__"}
    forms = {module for module in modules if is_form(module)}
    assert {"files_s3", "bus_local"} <= forms
    assert {form.partition("_")[0] for form in forms} <= modules - forms


def test_a_wrong_arrow_is_seen():
    wrong = [
        ("kernel", "chaupal.text.fold"),
        ("reads", "chaupal.social.posts"),
        ("api", "chaupal.store.square.posts"),
        ("web", "chaupal.api.routes"),
        ("store", "chaupal.ports.bus"),
        ("fanout", "chaupal.ports.bus_local"),
        ("social", "chaupal.ports.files_s3.s3_files"),
        ("social", "chaupal.attic"),
        ("text", "..kernel"),
    ]
    right = [
        ("app", "chaupal.ports.bus_local"),
        ("social", "chaupal.ports.files.Files"),
        ("fanout", "chaupal.store.machine.outbox"),
        ("reads", "chaupal.policy.gate"),
    ]
    assert all(breaks(*arrow) for arrow in wrong)
    assert not any(breaks(*arrow) for arrow in right)


def test_the_verifier_imports_nothing_of_the_server_and_no_more_than_it_declares():
    declared = tomllib.loads((AUDIT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    allowed = {VERIFIER, *sys.stdlib_module_names, *(line.partition(">")[0] for line in declared)}
    paths = [*(AUDIT / "src").rglob("*.py")]
    found = [(path, name) for path in paths for name in imports_of(path)]
    assert len(paths) > 15
    assert not [f"{path}: {name}" for path, name in found if name.partition(".")[0] not in allowed]


def test_the_verifiers_own_tests_stand_without_the_server():
    tests = AUDIT / "tests"
    own = {path.stem for path in tests.glob("*.py")}
    found = [(path, name.partition(".")[0]) for path in tests.glob("*.py") for name in imports_of(path)]
    asked = {
        VERIFIER,
        "pytest",
        "hypothesis",
        "httpx2",
        "rfc8785",
        "msgspec",
        "regex",
        "packaging",
        *sys.stdlib_module_names,
        *own,
    }
    assert not [f"{path.name}: {name}" for path, name in found if name not in asked]
