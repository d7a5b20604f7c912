"""The order of the files of tests where several processes share them: those that wait among those that compute."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

# Rooms whose tests wait for servers, browsers and clocks; those of the others compute.
WAITING = frozenset({"browser", "clients", "cluster", "contracts", "deploy", "journeys", "peers"})
# Over so much of the whole they are strewn: what is left is short, and fills the end.
WITHIN = 2 / 3


def begun_at(args: Sequence[str], share: float) -> list[str]:
    """The files of tests under `args` (files, folders), from the one at that share of them on, and then those before it."""
    files = [
        one for arg in args for one in (map(str, sorted(Path(arg).rglob("test_*.py"))) if Path(arg).is_dir() else [arg])
    ]
    first = int(len(files) * share)
    return files[first:] + files[:first]


class Item(Protocol):
    """A test: the file in which it stands."""

    path: Path


def strewn[T: Item](items: Sequence[T], tests: Path) -> list[T]:
    """The same tests, file by file, wherever gathering them began. `tests`: the folder of the rooms.

    As they are named all processes would wait at once, and later all compute at once.
    """
    files: dict[Path, list[T]] = {path: [] for path in sorted({item.path for item in items})}
    for item in items:
        files[item.path].append(item)
    waiting = _mixed([path for path in files if _room(path, tests) in WAITING], tests)
    computing = [path for path in files if _room(path, tests) not in WAITING]
    place = {path: WITHIN * at / len(waiting) for at, path in enumerate(waiting)}
    place |= {path: at / len(computing) for at, path in enumerate(computing)}
    return [item for path in sorted(files, key=lambda path: place[path]) for item in files[path]]


def _mixed(paths: Sequence[Path], tests: Path) -> list[Path]:
    """Files of each room among those of the others: a browser computes, and a cluster is waited for."""
    rooms: dict[str, list[Path]] = {}
    for path in paths:
        rooms.setdefault(_room(path, tests), []).append(path)
    place = {path: (at + 0.5) / len(room) for room in rooms.values() for at, path in enumerate(room)}
    return sorted(paths, key=lambda path: place[path])


def _room(path: Path, tests: Path) -> str:
    return path.relative_to(tests).parts[0] if path.is_relative_to(tests) else ""
