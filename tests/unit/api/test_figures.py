"""Whichever process of a machine is asked for figures, it tells those of all that live, each family once."""

import asyncio
import os
import shutil
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from chaupal.api.admin import figures
from chaupal.api.admin.figures import process
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.kernel.vitals import Vitals
from waiting import eventually


def of(name: str, requests: int) -> Vitals:
    vitals = Vitals()
    vitals.name = name
    for _ in range(requests):
        vitals.answer("GET /api/v2/instance", 200, 0.004)
    return vitals


@pytest.fixture
def many(tmp_path: Path) -> Settings:
    there = {"CHAUPAL_DATABASE": "postgresql://nowhere/none", "CHAUPAL_VALKEY": "valkey://127.0.0.1:1"}
    return load_settings(environ=there, data=str(tmp_path))


def counted(text: str) -> dict[str, int]:
    lines = [line for line in text.splitlines() if line.startswith("chaupal_request_seconds_count")]
    return {line.split('"')[1]: int(line.rpartition(" ")[2]) for line in lines}


def test_any_process_tells_of_all(many: Settings):
    one, two = of("serve-0", 3), of("work-1", 5)
    for vitals in (one, two):
        figures.write_whole(figures.folder(many) / f"{vitals.name}.prom", process(vitals, 0))
    one.answer("GET /api/v2/instance", 200, 0.004)  # since then
    assert counted(figures.of_all(many, one, 0)) == {"serve-0": 4, "work-1": 5}
    assert counted(figures.of_all(many, two, 0)) == {"serve-0": 3, "work-1": 5}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: make services")
def test_each_family_is_told_of_once(many: Settings):
    figures.write_whole(figures.folder(many) / "work-1.prom", process(of("work-1", 5), 0))
    text = figures.of_all(many, of("serve-0", 3), 0)
    heads = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(heads) == len({*heads}) > 5
    done = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_those_of_the_dead_are_not_told(many: Settings):
    file = figures.folder(many) / "serve-9.prom"
    figures.write_whole(file, process(of("serve-9", 1), 0))
    long_ago = time.time() - figures.STALE - 1
    os.utime(file, (long_ago, long_ago))
    assert counted(figures.of_all(many, of("serve-0", 3), 0)) == {"serve-0": 3}


def test_of_one_process_nobody_reads_a_file(tmp_path: Path):
    one = load_settings(environ={}, data=str(tmp_path))
    figures.write_whole(figures.folder(one) / "work-1.prom", process(of("work-1", 5), 0))
    assert counted(figures.of_all(one, of("serve", 3), 0)) == {"serve": 3}


async def test_each_process_has_a_name_of_its_own_which_comes_again_and_takes_its_figures_along(
    many: Settings, clock: StillClock
):
    watched = msgspec.structs.replace(many, metrics_token="watch")
    first, second, third = Vitals(), Vitals(), Vitals()
    async with figures.reporting(watched, first, clock, "serve"):
        async with figures.reporting(watched, second, clock, "serve"), figures.reporting(watched, third, clock, "work"):
            assert (first.name, second.name, third.name) == ("serve-0", "serve-1", "work-0")
            for vitals in (first, second, third):
                await asyncio.to_thread(eventually, (figures.folder(many) / f"{vitals.name}.prom").exists)
        async with figures.reporting(watched, third, clock, "serve"):
            assert third.name == "serve-1"
    assert [*figures.folder(many).glob("*.prom")] == []


async def test_where_nobody_watches_nothing_is_put_down(many: Settings, clock: StillClock):
    vitals = Vitals()
    async with figures.reporting(many, vitals, clock, "work"):
        assert vitals.name == "work" and not figures.folder(many).exists()
