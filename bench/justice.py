"""W8: from a decision of the court, taken beside the server, to the first reader who meets the placeholder."""

import asyncio
import http.client
import statistics
import time

from bench.court import DESPITE, REASON, desk, order
from bench.data import DataSet
from bench.process import Server
from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.policy.viewer import Viewer
from chaupal.social.posts import posts
from chaupal.social.posts.posts import Draft

TIMES = 5
PATIENCE = 5.0  # seconds


def measure(server: Server, data: DataSet) -> float:
    """Milliseconds, the median."""
    return statistics.median(asyncio.run(_sit(server, data)))


async def _sit(server: Server, data: DataSet) -> list[float]:
    async with visiting(data.settings) as house:
        at = await desk(house)
        times: list[float] = []
        for number in range(TIMES):
            me = data.people[0]
            post = await posts.publish(house.square, Viewer(account=me, country="IN"), Draft(text=f"बात {number}"))
            path = f"/@{data.handle}/{post}"
            ref = await order(house, at, number, house.settings.origin + path)
            await decisions.propose(
                house.court, at.reviewer, ref, 1, outcome="withhold_post", reason=REASON, despite=DESPITE
            )
            await decisions.approve(house.court, at.approver, ref, 1)
            times.append(_until_withheld(server, path))
        return times


def _until_withheld(server: Server, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 451:
            return (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    raise SystemExit("a decision was not obeyed")
