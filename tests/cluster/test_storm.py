"""A short storm over two servers: nothing stale, lost, twice or forked; and the checker sings of each bug that is put in by hand."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import engines
from cluster.cast import Cast, gather
from cluster.checker import FORKED, LOST, STALE
from cluster.cluster import Cluster
from cluster.storm import Storm, play, so_far, tell

HERE = Path(__file__).resolve().parent
SECONDS, SECONDS_OF_A_BUG = 15.0, (4.0, 15.0, 60.0)
STORM = {"seen": 501, "decided": 21, "done": 81, "faults": 2}
FAULTS = ("kill_server", "lose_primary", "cut_house", "empty_valkey", "kill_valkey")

pytestmark = pytest.mark.skipif(bool(engines.missing()), reason=f"not here: {engines.missing()}; make services")


@pytest.fixture(scope="module")
def bug(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the name of the bug stands that is in."""
    return tmp_path_factory.mktemp("bug") / "at"


@pytest.fixture(scope="module")
def cluster(bug: Path) -> Iterator[Cluster]:
    where = os.pathsep.join((str(HERE.parent), str(HERE.parent.parent)))
    with Cluster(
        servers=2,
        workers=1,
        run=(sys.executable, "-m", "cluster.bugs"),
        environ={"BUG_AT": str(bug), "PYTHONPATH": where},
    ) as made:
        yield made


@pytest.fixture(scope="module")
def cast(cluster: Cluster) -> Cast:
    return gather(cluster.settings, cluster.url, tokens=60)


@pytest.fixture(scope="module")
def weathered(cluster: Cluster, cast: Cast) -> Storm:
    return play(cluster, cast, 2021, SECONDS, faults=FAULTS, readers=4, listeners=2, least=STORM)


def test_there_was_a_storm(weathered: Storm):
    found = so_far(weathered.history.ops, len(weathered.out))
    assert {what: many for what, many in STORM.items() if found[what] < many} == {}
    assert found["seen"] == weathered.findings.law_looks and found["done"] == weathered.findings.acknowledged


def test_nothing_was_stale_lost_done_twice_or_forked(weathered: Storm):
    assert not weathered.findings.faults, tell(weathered)


def test_nobody_got_an_answer_that_nobody_should_get(weathered: Storm):
    assert not weathered.strange, tell(weathered)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("skip_a_look", STALE), ("forget_a_shelf", STALE), ("answer_early", STALE), ("sign_twice", FORKED)],
)
def test_the_checker_sings_of_a_bug(cluster: Cluster, cast: Cast, weathered: Storm, bug: Path, name: str, kind: str):
    assert weathered
    bug.write_text(name, "utf-8")
    try:
        # It is a matter of moments: what a busy machine does not show in the first storm it shows in a longer one.
        sung = any(
            sings(play(cluster, cast, 7, long, faults=(), readers=4, listeners=0), kind) for long in SECONDS_OF_A_BUG
        )
    finally:
        bug.unlink()
    assert sung, name


def sings(storm: Storm, kind: str) -> bool:
    found = storm.findings
    return bool(found.of(kind) or (kind == STALE and found.of(LOST)))
