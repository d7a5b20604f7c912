"""Gauges for whoever runs the server: there with the token only, and true."""

import base64

import msgspec
import pytest

from chaupal.api.admin.metrics import written
from chaupal.governance.gauges import Gauge, Sample
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
