"""In which order processes that share the tests take their files."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from strewn import WITHIN, begun_at, strewn

TESTS = Path("/house/tests")


class Named(NamedTuple):
    path: Path
    name: str


def gathered(**rooms: int) -> list[Named]:
    """Two tests in each of so many files of each room, as they are gathered."""
    return [
        Named(TESTS / room / f"test_{at:03}.py", name)
        for room, many in rooms.items()
        for at in range(many)
        for name in ("one", "two")
    ]


def test_no_test_is_lost_and_those_of_a_file_stay_together_in_their_order():
    items = [
        *gathered(journeys=7, peers=3, surfaces=20, unit=40),
        Named(Path("/house/verifier/tests/test_a.py"), "one"),
    ]
    found = strewn(items, TESTS)
    assert sorted(found) == sorted(items)
    assert {at for at, item in enumerate(found) if item.name == "two"} == {
        at + 1 for at, item in enumerate(found) if item.name == "one" and item.path.is_relative_to(TESTS)
    }


def test_files_that_wait_lie_among_those_that_compute_and_not_at_the_end():
    found = strewn(gathered(browser=10, journeys=20, surfaces=30, unit=60), TESTS)
    waits = [at for at, item in enumerate(found) if item.path.parent.name in ("browser", "journeys")]
    files = waits[::2]
    # Of two rooms, of which one has twice as many, there is one of the other after at most two.
    assert "".join(found[at].path.parent.name[0] for at in files) == "jbj" * 10
    for room, many in {"browser": 10, "journeys": 20}.items():
        assert [item for item in found if item.path.parent.name == room] == gathered(**{room: many})
    between = {(after - before) // 2 - 1 for before, after in pairwise(files)}  # so many files of the others
    assert min(between) >= 1 and max(between) <= 3
    assert files[-1] <= len(found) * (WITHIN + 0.1)


def test_each_process_begins_elsewhere_and_all_come_to_the_same_order():
    # Of one that takes the place of another that fell the number is none of the first three.
    begun = ["".join(begun_at("abcdefg", at / 3)) for at in range(5)]
    assert begun == ["abcdefg", "cdefgab", "efgabcd", "abcdefg", "abcdefg"]
    items = gathered(browser=10, journeys=20, surfaces=30, unit=60)
    assert strewn(items[50:] + items[:50], TESTS) == strewn(items, TESTS)


def test_where_processes_share_them_named_tests_keep_their_order_and_what_is_left_out_stays_out(tmp_path: Path):
    (tmp_path / "room").mkdir()
    for file, words in (
        ("test_1.py", "def test_a(): pass\ndef test_b(): pass"),
        ("room/test_2.py", "def test_c(): pass"),
        ("room/test_3.py", "raise SystemError"),
        ("room/test_4.py", "def test_d(): pass"),
    ):
        (tmp_path / file).write_text(words)
    plugins = ["-p", "xdist", "-p", "strewn", "-p", "no:cacheprovider"]
    asked = ["-n", "2", "test_1.py::test_b", "test_1.py::test_a", "room", "--ignore", "room/test_3.py"]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "pytest", *plugins, *asked]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout + done.stderr
