"""Benches run: each that needs no server of its own is played very small. Whether the others still call what there is, types say."""

import tomllib
from pathlib import Path

import pytest
from bench import bulk, imports, in_force, intake, log, transparency

from chaupal.kernel.settings import load_settings
from chaupal_audit.fold.fold import Fold

ROOT = Path(__file__).resolve().parents[2]


def test_a_list_of_targets_is_taken_in():
    found = intake.measure(rows=8, times=1)
    assert found["rows"] == 8 and 0 < found["preview"] <= found["filed"]


async def test_many_targets_are_decided_and_lifted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    times = await bulk.measure(bulk.settings_of(str(tmp_path), ""), 3)
    assert len(times) == 3 and "approve 3" in capsys.readouterr().out


async def test_rulings_in_force_are_held_against_the_log(tmp_path: Path):
    assert len(await in_force.run(tmp_path, 20)) == in_force.ROUNDS


async def test_a_log_is_filled_signed_and_reconciled(tmp_path: Path):
    settings = load_settings(environ={}, data=str(tmp_path), port=8000, log_batch_minutes=0)
    found = await log.prepare(settings, 60, one_by_one=20)
    assert found["acts per second, log full"] > 0


def test_the_story_of_a_log_is_one_that_a_report_reads():
    told, fold = transparency.LogStory().tell(), Fold()
    for _ in range(500):
        fold.add(next(told)[1])
    assert fold.facts.unreadable == 0 and fold.facts.orders and fold.facts.measures


def test_an_archive_is_brought_in():
    assert imports.measure(posts=20) > 0


def test_the_rest_is_held_to_by_types():
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "bench" in said["tool"]["basedpyright"]["include"]
