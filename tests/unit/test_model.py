"""The model of large squares says what docs/scale.md says, agrees with what was measured, and grows as squares do."""

import random
import statistics
from pathlib import Path

import pytest
import regex
from bench import model

PAPER = Path(__file__).resolve().parents[2] / "docs" / "scale.md"


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    return model.tables()


@pytest.mark.parametrize("name", ["needs", "waits", "check"])
def test_the_paper_has_the_tables_that_the_model_prints(printed: dict[str, str], name: str):
    found = regex.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", PAPER.read_text("utf-8"), regex.S)
    assert found and found[1].strip() == printed[name], f"docs/scale.md is stale: python -m bench.model {PAPER}"


def test_it_predicts_the_barrier_that_was_measured():
    """The middle within a third, the tail within half: what it is for is to tell one process from ten."""
    found, measured = model.barrier(seconds=5), model.COSTS["measured"]
    assert 2 / 3 < found.p50 / measured["half_p50"] < 3 / 2
    assert 1 / 2 < found.p99 / measured["half_p99"] < 2
    assert 2 / 3 < found.overhead / measured["half_overhead"] < 3 / 2
    assert 3 / 4 < found.shared / measured["full_shared"] < 4 / 3


def test_a_barrier_without_a_price_would_be_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(model.COSTS, "look", {"cpu": 0.0, "wire": 0.001, "primary": 0.001})
    assert model.barrier(seconds=1).p50 < model.COSTS["measured"]["half_p50"] / 10


def test_followers_are_by_a_power_law_with_the_mean_that_is_assumed():
    found = model.followers(10_000_000, 100_000, random.Random(3))
    assert 0.5 < statistics.fmean(found) / model.FOLLOWERS < 2
    assert statistics.median(found) < model.FOLLOWERS / 3 and max(found) > 1_000 * statistics.median(found)


def test_ten_times_the_people_are_ten_times_the_work():
    small, large = (model.need(size) for size in model.SIZES[1:])
    assert 9 < large.rates.requests / small.rates.requests < 11
    assert 7 < large.serving / small.serving < 16 and large.commits > 9 * small.commits
    assert model.need(model.SIZES[2], storm=True).serving > large.serving


def test_readers_who_keep_to_one_process_find_more_of_what_it_keeps():
    for size in model.SIZES[1:]:
        anywhere, same = model.need(size), model.need(size, same=True)
        assert same.resident > anywhere.resident and same.serving <= anywhere.serving
