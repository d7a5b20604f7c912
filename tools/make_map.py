"""Draw docs/map.md: every module under its row, with the first line of its docstring."""

import ast
from pathlib import Path

from rooms import ROWS, VERIFIER

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "src" / "chaupal"
AUDIT = ROOT / "verifier" / "src" / VERIFIER
MAP = ROOT / "docs" / "map.md"

HEAD = """# Map

Drawn by `make map` from the first docstring line of every module; a test keeps it fresh. Rows import downwards only.
"""


BELOW = """## The verifier

A package of its own in `verifier/`, which strangers install without a server. Every row may import it; it imports nothing of ours.
"""


def purpose(module: Path) -> str:
    """The first line of a module's docstring, or nothing."""
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    return words.strip().splitlines()[0] if words else ""


def modules(folder: Path) -> list[Path]:
    """Every module right in a folder but its __init__."""
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def floors(room: Path) -> list[Path]:
    """The folders of a room that hold modules of their own, at any depth."""
    return sorted(path.parent for path in room.rglob("__init__.py") if path.parent != room)


def of_room(room: Path) -> list[str]:
    """A room's heading and its modules, one a line; then each of its floors with its own."""
    lines = [f"- **{room.name}** — {purpose(room / '__init__.py')}", *_lines(room, room, "  ")]
    for floor in floors(room):
        name = floor.relative_to(room.parent)
        lines += [f"  - **{name}** — {purpose(floor / '__init__.py')}", *_lines(floor, room, "    ")]
    return lines


def _lines(folder: Path, room: Path, pad: str) -> list[str]:
    return [f"{pad}- `{path.relative_to(room.parent)}` — {purpose(path)}" for path in modules(folder)]


def draw() -> str:
    """The whole map, highest row first."""
    rows = [
        "\n".join([f"## Row {row}", "", *(line for room in ROWS[row] for line in of_room(CODE / room))])
        for row in reversed(range(len(ROWS)))
    ]
    audit = "\n".join([BELOW, *of_room(AUDIT)])
    return "\n\n".join([HEAD.rstrip(), *rows, audit]) + "\n"


if __name__ == "__main__":
    MAP.write_text(draw(), encoding="utf-8")
