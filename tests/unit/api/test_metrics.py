"""Gauges for whoever runs the server: there with the token only, and true."""

import asyncio
import base64
import shutil
import subprocess
from functools import partial

import asyncpg
import msgspec
import pytest

from chaupal.api.health import written
from chaupal.app.wiring import RunningHouse
from chaupal.governance.gauges import Gauge, Sample, gauges
from chaupal.governance.people.reports import Report, file
from chaupal.kernel.clock import DAY, StillClock
from chaupal.kernel.settings import Settings
from village import Village, open_village

TOKEN = "a word for the watcher"


async def ask(village: Village, header: str | None) -> tuple[int, str]:
    answer = await village.client.get("/metrics", headers={"authorization": header} if header else {})
    return answer.status_code, answer.text


def basic(word: str) -> str:
    return "Basic " + base64.b64encode(f"prometheus:{word}".encode()).decode()


async def test_the_gauges_are_there_for_the_token_only_and_count_what_runs(settings: Settings, clock: StillClock):
    async with open_village(msgspec.structs.replace(settings, metrics_token=TOKEN), clock) as village:
        court = village.running.house.court
        await file(court, village.asha.viewer, Report(account=village.ravi.id, kind="spam"))
        await village.settle()
        for header in (None, basic("another word"), basic(""), "Basic !!", "Basic", "Digest x"):
            assert (await ask(village, header))[0] == 404
        status, text = await ask(village, basic(TOKEN))
        assert status == 200
        lines = text.splitlines()
        assert 'chaupal_clocks_running{what="report",clock="resolve"} 1' in lines
        assert 'chaupal_clocks_overdue{what="report",clock="resolve"} 0' in lines
        assert "chaupal_outbox_waiting 0" in lines and "# TYPE chaupal_log_entries gauge" in lines
        assert "asha" not in text
        village.clock.move(30 * DAY)
        _, later = await ask(village, basic(TOKEN))
        assert 'chaupal_clocks_overdue{what="report",clock="resolve"} 1' in later.splitlines()


@pytest.mark.parametrize("header", [None, basic(""), basic(TOKEN)])
async def test_without_a_token_in_the_settings_there_is_no_such_address(village: Village, header: str | None):
    assert (await ask(village, header))[0] == 404


def test_labels_are_written_as_prometheus_reads_them():
    gauge = Gauge("g", "Help.", (Sample(1.5, (("a", 'x"y\\z\n'),)), Sample(2)))
    assert written(gauge).splitlines()[2:] == [r'chaupal_g{a="x\"y\\z\n"} 1.5', "chaupal_g 2"]


def test_what_is_counted_is_told_to_the_last_one():
    """A log has millions of entries: rounded to six digits, the next one would be no news."""
    assert written(Gauge("g", "Help.", (Sample(1_234_567),))).splitlines()[2] == "chaupal_g 1234567"


async def test_what_the_process_does_is_counted_by_route_and_status_in_seconds(settings: Settings, clock: StillClock):
    async with open_village(msgspec.structs.replace(settings, metrics_token=TOKEN), clock) as village:
        for _ in range(3):
            assert (await village.client.get("/api/v2/instance")).status_code == 200
        await village.api(village.asha, "GET", "/api/v1/timelines/home")
        await village.api(village.asha, "GET", "/api/v1/timelines/home", limit=5)
        assert (await village.client.get("/api/v1/statuses/17")).status_code == 404
        _, text = await ask(village, basic(TOKEN))
    route = 'chaupal_request_seconds_count{process="serve",route='
    counted = {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in text.splitlines() if line[0] != "#"}
    assert counted[f'{route}"GET /api/v2/instance",status="200"}}'] == "3"
    assert counted[f'{route}"GET /api/v1/statuses/{{id}}",status="200"}}'] == "1"
    buckets = [int(n) for name, n in counted.items() if "_bucket" in name and "/api/v2/instance" in name]
    assert buckets == sorted(buckets) and buckets[-1] == 3
    assert counted['chaupal_homes_read_total{process="serve",resident="no"}'] == "1"
    assert counted['chaupal_homes_read_total{process="serve",resident="yes"}'] == "1"
    assert float(counted['chaupal_process_resident_memory_bytes{process="serve"}']) > 1e7
    assert float(counted['chaupal_look_seconds_count{process="serve"}']) >= 1


async def test_what_the_office_does_is_counted_as_one_so_that_nobody_learns_what_about(
    settings: Settings, clock: StillClock
):
    async with open_village(msgspec.structs.replace(settings, metrics_token=TOKEN), clock) as village:
        await village.look("IN", "/office", village.chitra)
        await village.look("IN", "/office/figures", village.owner)
        _, text = await ask(village, basic(TOKEN))
    assert 'route="office",status="200"} 2' in text and "/office" not in text


async def test_for_how_long_the_oldest_event_waits_is_told(settings: Settings, clock: StillClock):
    async with open_village(msgspec.structs.replace(settings, metrics_token=TOKEN), clock) as village:
        court = village.running.house.court
        await file(court, village.asha.viewer, Report(account=village.ravi.id, kind="spam"))
        village.clock.move(7_000)
        _, text = await ask(village, basic(TOKEN))
        assert "chaupal_outbox_oldest_seconds 7" in text.splitlines()
        await village.settle()
        _, text = await ask(village, basic(TOKEN))
        assert "chaupal_outbox_oldest_seconds 0" in text.splitlines()


async def test_nothing_is_counted_where_nobody_watches(village: Village):
    await village.client.get("/api/v2/instance")
    assert village.running.house.square.work.vitals.answered == {}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: make services")
async def test_prometheus_own_tool_finds_nothing_wrong_with_the_figures(settings: Settings, clock: StillClock):
    async with open_village(msgspec.structs.replace(settings, metrics_token=TOKEN), clock) as village:
        await village.look("IN", "/office", village.chitra)
        _, text = await ask(village, basic(TOKEN))
    check = partial(subprocess.run, ["promtool", "check", "metrics"], input=text.encode(), capture_output=True)
    done = await asyncio.to_thread(check)
    assert (done.returncode, done.stderr + done.stdout) == (0, b"")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_transaction_that_stays_open_is_seen(house: RunningHouse, database: str):
    court = house.house.court

    async def open_for() -> float:
        return next(one.samples[0].value for one in await gauges(court) if one.name == "transaction_open_seconds")

    assert await open_for() == 0
    somebody = await asyncpg.connect(database)
    await somebody.execute("BEGIN")
    first, second = await open_for(), await open_for()
    assert 0 < first < second
    await somebody.execute("ROLLBACK")
    assert await open_for() == 0
    await somebody.close()
