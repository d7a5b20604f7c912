"""Benches run: each that needs no server of its own is played very small, and a change is told by each way of the barrier. Of
those with a `main` it is seen that they begin; whether they all still call what there is, types say.
"""

import importlib
import sys
import tomllib
from pathlib import Path

import asyncpg
import pytest
from bench import barrier, bulk, imports, in_force, intake, log, transparency

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


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_change_is_told_by_each_way_of_the_barrier(database: str, valkey_url: str):
    """One of them went on adding to a table as it had been before, for weeks."""
    connection = await asyncpg.connect(database)
    await connection.execute(barrier.TABLES)
    for way in barrier.WAYS:
        assert await barrier.writing(way, database, valkey_url, times=1) > 0
    assert await barrier.looking(database, times=1) > (0, 0)
    await connection.execute("DROP TABLE bench_acts, bench_law; TRUNCATE changes")
    await connection.close()


def test_each_says_how_it_is_called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    said = {file.stem: file.read_text("utf-8") for file in (ROOT / "bench").glob("*.py")}
    asked = [name for name, text in said.items() if "def main(" in text and ".parse_args()" in text]
    assert "barrier" in asked
    monkeypatch.setattr(sys, "argv", ["bench", "--help"])
    for name in asked:
        with pytest.raises(SystemExit) as left:
            importlib.import_module(f"bench.{name}").main()
        assert left.value.code == 0 and "usage: " in capsys.readouterr().out, name


def test_the_rest_is_held_to_by_types():
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "bench" in said["tool"]["pyrefly"]["project-includes"]
