"""A server as it comes, signing by the hour: from outside one sees whole batches, and nothing moves between them."""

from collections.abc import Iterator

import httpx2
import pytest
import regex

from chaupal.policy.viewer import Role
from chaupal_audit import tlog
from chaupal_audit.log.verify import verify_log
from serving import Served, join, served
from waiting import PATIENCE, eventually

MADE = regex.compile(r'data-made="\d+"')  # the moment in which a page was drawn


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("batches"), log_batch_minutes=1440) as server:
        join(server.settings, "clerk", role=Role.CLERK)
        eventually(lambda: httpx2.get(f"{server.url}/log/checkpoint", timeout=PATIENCE).status_code == 200)
        yield server


def checkpoint(server: Served) -> str:
    return httpx2.get(f"{server.url}/log/checkpoint", timeout=PATIENCE).text


def size(server: Served) -> int:
    return tlog.parse_checkpoint(checkpoint(server))[0].size


def test_acts_wait_for_their_hour_and_neither_a_stop_nor_a_crash_signs_early(server: Served):
    before = checkpoint(server)
    assert size(server) % 16 == 0 and size(server) > 16, "the laws, and covers"
    server.cli("order", "authority", "add", "--as", "clerk", "--name", "A ministry", "--jurisdiction", "IN")
    first, far = size(server), size(server) + 100_000
    asked, never = (httpx2.get(f"{server.url}/log/receipt/{index}", timeout=PATIENCE) for index in (first, far))
    assert (asked.status_code, never.status_code) == (404, 404)
    said, same = (MADE.sub("", page.text) for page in (asked, never))
    assert said == same.replace(f"/log/receipt/{far}", f"/log/receipt/{first}"), (
        "it is not said whether there is such an entry"
    )
    assert "00:00 UTC" in asked.text
    for end in (server.stop, server.kill):
        end()
        server.start()
        assert checkpoint(server) == before
    report = verify_log(f"{server.url}/log")
    assert report.ok, f"{report.fault}: {report.where}"
    assert report.entries["regime"] > 5 and "authority" not in report.entries
    assert " 0 faults" in server.cli("log", "reconcile")
