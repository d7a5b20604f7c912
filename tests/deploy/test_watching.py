"""What watches a server (alerts, a dashboard) reads figures that the server gives, and Prometheus takes it as it is."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chaupal.api import health
from chaupal.api.admin import figures
from chaupal.app.wiring import RunningHouse
from chaupal.governance.gauges import gauges

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
BOARD = DEPLOY / "grafana" / "chaupal.json"
NAME = re.compile(r"chaupal_[a-z_]+")
SUFFIX = re.compile(r"_(bucket|sum|count)$")


def asked(text: str) -> set[str]:
    """The families that expressions name."""
    return {SUFFIX.sub("", name) for name in NAME.findall(text)}


async def given(running: RunningHouse) -> set[str]:
    """The families that `/metrics` of a server has."""
    court = running.house.court
    text = "".join(health.written(gauge) for gauge in await gauges(court))
    text += figures.process(court.work.vitals, court.clock())
    return set(re.findall(r"^# TYPE (\S+)", text, re.M)) | {f"chaupal_{name}" for name in figures.GAUGES}


async def test_alerts_and_dashboard_ask_for_figures_that_are_there(house: RunningHouse):
    there = await given(house)
    board = json.loads(BOARD.read_text("utf-8"))
    drawn = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    for text in (ALERTS.read_text("utf-8"), drawn):
        assert len(asked(text)) > 8
        assert asked(text) - there == set()


def test_the_dashboard_stands_by_itself():
    """No id of somebody's data source, no two panels in one place."""
    board = json.loads(BOARD.read_text("utf-8"))
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len({*places}) == len(places) == len({panel["id"] for panel in board["panels"]})
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"${datasource}"}
    assert board["templating"]["list"][0]["type"] == "datasource"


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here: make services")
@pytest.mark.parametrize(
    "words",
    [("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml"), ("test", "rules", "alerts.test.yml")],
)
def test_prometheus_takes_alerts_as_they_are_and_each_sees_what_it_is_to_see(words: tuple[str, ...]):
    done = subprocess.run(["promtool", *words], cwd=ALERTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
