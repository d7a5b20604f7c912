"""Draw docs/map.md: every module under its row, with the first line of its docstring."""

import ast
from pathlib import Path

from rooms import ROWS

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "src" / "chaupal"
MAP = ROOT / "docs" / "map.md"

HEAD = """# Map

Drawn by `make map` from the first docstring line of every module; a test keeps it fresh. Rows import downwards only.
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


def of_room(room: str) -> list[str]:
    """A room's heading and its modules, one a line; then each of its floors with its own."""
    lines = [f"- **{room}** — {purpose(CODE / room / '__init__.py')}", *_lines(CODE / room, "  ")]
    for floor in floors(CODE / room):
        lines += [f"  - **{floor.relative_to(CODE)}** — {purpose(floor / '__init__.py')}", *_lines(floor, "    ")]
    return lines


def _lines(folder: Path, pad: str) -> list[str]:
    return [f"{pad}- `{path.relative_to(CODE)}` — {purpose(path)}" for path in modules(folder)]


def draw() -> str:
    """The whole map, highest row first."""
    rows = [
        "\n".join([f"## Row {row}", "", *(line for room in ROWS[row] for line in of_room(room))])
        for row in reversed(range(len(ROWS)))
    ]
    return "\n\n".join([HEAD.rstrip(), *rows]) + "\n"


if __name__ == "__main__":
    MAP.write_text(draw(), encoding="utf-8")
