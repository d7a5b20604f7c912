"""How several processes share the tests (`pytest -n`): in which order they take the files, and where each begins to gather them.

A plugin of pytest, which `conftest` puts in where there are several.
"""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

# Rooms whose tests wait for servers, browsers and clocks; those of the others compute.
WAITING = frozenset({"browser", "clients", "cluster", "contracts", "deploy", "journeys", "peers"})
# Over so much of the whole they are strewn: what is left is short, and fills the end.
WITHIN = 2 / 3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait lie among those that compute, in every process alike."""
    items[:] = strewn(items, Path(__file__).parent)


@pytest.hookimpl(wrapper=True, trylast=True)  # what `--lf` sorts to the front stays there
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Each process begins with another part of a folder, and finds compiled what the others have gathered by then."""
    report = yield
    if isinstance(collector, pytest.Directory):
        told = collector.config.workerinput  # pyrefly: ignore[missing-attribute] - of xdist
        report.result = begun_at(report.result, int(told["workerid"].removeprefix("gw")) / told["workercount"])
    return report


def begun_at[T](things: Sequence[T], share: float) -> list[T]:
    """The same from the one at that share of them on, and then those before it."""
    first = int(len(things) * share)
    return [*things[first:], *things[:first]]


class Item(Protocol):
    """A test: the file in which it stands."""

    @property
    def path(self) -> Path: ...


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
