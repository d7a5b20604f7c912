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
from cluster.storm import Storm, play, tell

HERE = Path(__file__).resolve().parent
SECONDS, SECONDS_OF_A_BUG = 15.0, 4.0
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
    return play(cluster, cast, 2021, SECONDS, faults=FAULTS, readers=4, listeners=2)


def test_there_was_a_storm(weathered: Storm):
    assert weathered.findings.law_looks > 500 and weathered.decisions > 20 and weathered.findings.acknowledged > 80
    assert len(weathered.out) >= 2, "faults"


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
        found = play(cluster, cast, 7, SECONDS_OF_A_BUG, faults=(), readers=4, listeners=0).findings
    finally:
        bug.unlink()
    assert found.of(kind) or (kind == STALE and found.of(LOST)), name
