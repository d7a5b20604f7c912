"""In which order processes that share the tests take their files."""

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


def test_each_process_begins_to_gather_elsewhere_and_all_come_to_the_same_order(tmp_path: Path):
    for room, name in (("a", "test_1.py"), ("a", "helps.py"), ("b", "test_1.py"), ("b", "test_2.py")):
        (tmp_path / room).mkdir(exist_ok=True)
        (tmp_path / room / name).touch()
    args = [str(tmp_path), "named.py::test"]
    orders = [begun_at(args, at / 3) for at in range(3)]
    assert orders[0] == [*(str(tmp_path / file) for file in ("a/test_1.py", "b/test_1.py", "b/test_2.py")), args[1]]
    assert orders[1] == orders[0][1:] + orders[0][:1] and orders[2] == orders[0][2:] + orders[0][:2]
    items = gathered(browser=10, journeys=20, surfaces=30, unit=60)
    assert strewn(items[50:] + items[:50], TESTS) == strewn(items, TESTS)
