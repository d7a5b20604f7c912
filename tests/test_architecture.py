"""The arrows of the house: import downwards only, never sideways, and nothing stands outside its rows."""

import ast
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from make_map import purpose
from rooms import NOT_ROOMS, OUT_OF_REACH, ROW_OF, VERIFIER, is_form

HOME = Path(__file__).resolve().parent.parent
CODE = HOME / "src" / "chaupal"
AUDIT = HOME / "verifier"
MOST_IN_A_ROW = 30  # a room with more has floors


@cache
def imports_of(module: Path) -> frozenset[str]:
    """Every dotted name a module imports, those under TYPE_CHECKING and inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
    return frozenset(found)


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


def test_no_private_name_of_another_module_is_imported_but_two():
    """What the gate opens sealed things with, and what `NamedTemporaryFile` gives. Through its object such a name is told by types."""
    paths = [path for folder in (CODE, AUDIT / "src") for path in folder.rglob("*.py")]
    parts = {part: name for path in paths for name in imports_of(path) for part in name.split(".")}
    private = {name for part, name in parts.items() if part.startswith("_") and not part.startswith("__")}
    assert private == {"chaupal.policy.sealed._KEY", "tempfile._TemporaryFileWrapper"}


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
        "click",
        "httpx2",
        "rfc8785",
        "msgspec",
        "regex",
        "packaging",
        *sys.stdlib_module_names,
        *own,
    }
    assert not [f"{path.name}: {name}" for path, name in found if name not in asked]


def test_tests_of_single_rooms_mirror_the_rooms_and_their_floors():
    unit = HOME / "tests" / "unit"
    folders = {path.parent.relative_to(unit) for path in unit.rglob("test_*.py")} - {Path()}
    assert {"web", "governance"} <= {folder.parts[0] for folder in folders}
    assert not [str(folder) for folder in folders if not (CODE / folder / "__init__.py").exists()]


def test_every_test_file_says_which_behaviour_it_holds_and_stands_alone_with_its_name():
    tests = [path for folder in (HOME / "tests", AUDIT / "tests") for path in folder.rglob("test_*.py")]
    said = {path: purpose(path) for path in tests}
    assert not [str(path) for path, words in said.items() if len(words.split()) < 4]
    assert len({*said.values()}) == len(said), "two files say that they hold the same"


def test_a_room_with_many_files_has_floors():
    rooms = Counter(
        path.parent for folder in (CODE, AUDIT / "src") for path in folder.rglob("*.py") if path.stem != "__init__"
    )
    crowded = {str(room.relative_to(HOME)): many for room, many in rooms.items() if many > MOST_IN_A_ROW}
    assert not [room for room in crowded if "migrations" not in room], crowded


def twice(text: str) -> list[str]:
    """The functions and classes of a file that another one of the same name takes the place of."""
    named = (
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )
    return [name for name, many in Counter(named).items() if many > 1 and name != "_"]


def test_no_test_and_no_fixture_of_a_file_takes_the_place_of_another():
    """The first would never run, or whoever asks for it be given something else."""
    files = [file for tests in (HOME / "tests", AUDIT / "tests") for file in tests.rglob("*.py")]
    assert {str(file.relative_to(HOME)): found for file in files if (found := twice(file.read_text("utf-8")))} == {}
    assert twice("def a(): ...\ndef b(): ...\nasync def a(): ...") == ["a"]


# By their lines: to parse all files took twenty times as long.
CLASS = re.compile(r"^ *class (\w+)", re.MULTILINE)
# Names of classes that say nothing, and that grep finds everywhere.
VAGUE = {
    *("One", "Of", "Some", "Few", "Which", "Whole", "Within", "Below", "Under", "Beside", "Mine", "Own", "Id", "Data"),
    *("Asked", "Asked2", "Sent", "Typed", "Changed", "Chosen", "Found", "Wish", "Let", "Took", "Edited", "Walked"),
    *("Saved", "Told", "Said", "Known", "Kept", "Made", "Due", "Away", "Fetched", "Remote", "Shown", "Whose", "Where"),
    *("Published", "Allowed", "Since", "Change", "Asking", "Written", "Done", "Taken", "Read", "Seen"),
}


def test_a_class_is_named_by_what_it_is():
    files = [file for part in ("src", "verifier", "tests", "bench", "tools") for file in (HOME / part).rglob("*.py")]
    named = [(name, file.name) for file in files for name in CLASS.findall(file.read_text("utf-8"))]
    assert [one for one in named if one[0] in VAGUE] == []
