"""The canary by HTTP, through the balancer of a cluster of two: everything is asked of either server, at random.

The world is planted beside the cluster, as a third process of its house would; what follows is carried out by the cluster's worker.

    STAGES=cluster .venv/bin/pytest -n0 tests/surfaces/test_canary_cluster.py

In each run two kinds of viewers go through it; at that stage, everybody, as `test_canary` has it.
"""

from collections import Counter
from collections.abc import AsyncIterator
from operator import not_
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from sqlalchemy import exists, literal_column as sql, select

from chaupal.app.wiring import open_house
from chaupal.kernel.clock import StillClock, system_clock
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.identity import exports, imports
from chaupal.store.tables.machine import outbox
from cluster import engines
from cluster.cluster import Cluster
from either import STAGES
from surfaces.canary import Crawl, build, crawled
from surfaces.test_canary import MUST_SHOW, blind, met, viewers
from village import Village, play
from waiting import PATIENCE, until

if "cluster" in STAGES:
    from surfaces.test_canary import (  # noqa: F401
        test_lifting_the_rulings_restores_everything,
        test_no_route_shows_what_is_hidden_and_every_route_shows_what_is_not,
        test_no_route_that_changes_something_answers_with_what_is_hidden,
    )

pytestmark = pytest.mark.skipif(bool(engines.missing()), reason=f"not here: {engines.missing()}; make services")

# Whether the worker has anything yet to do: events, and files that people brought or asked for.
_OPEN = (sql("'waiting'"), sql("'running'"))
WAITS = statement(
    select(
        exists().where(outbox.c.failed_at.is_(None))
        | exists().where(imports.c.state.in_(_OPEN))
        | exists().where(exports.c.state.in_(_OPEN))
    )
)


class Walking(StillClock):
    """The machine's time: that of the cluster, which nobody moves."""

    def __call__(self) -> int:
        return system_clock()


class Behind(Village):
    """A village that a cluster serves. `running` is a house beside it, where the world is planted."""

    def __init__(self, running: Any, cluster: Cluster) -> None:
        super().__init__(running, Walking())
        self.served = Counter[str]()  # answers of each server
        self.client = httpx2.AsyncClient(
            base_url=cluster.url, timeout=PATIENCE, trust_env=False, event_hooks={"response": [self._count]}
        )

    async def _count(self, answer: httpx2.Response) -> None:
        self.served[answer.headers["x-served-by"]] += 1

    async def settle(self) -> None:
        """The cluster's worker has carried out everything, and the house beside it has heard of that."""
        await until(self._waits, "what follows in the cluster", wanted=not_)
        await self.running.house.square.work.catch_up()

    async def _waits(self) -> bool:
        async with self.running.house.square.work.reading() as reading:
            return bool(await reading.value(WAITS))


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Behind]:
    with Cluster(servers=2, workers=1, standby=False, replica=False, country_header="X-Country") as cluster:
        data = tmp_path / "beside"
        data.mkdir(0o700)
        (data / "keys").symlink_to(Path(cluster.settings.data) / "keys")
        running = await open_house(
            msgspec.structs.replace(cluster.settings, data=str(data)), clock=Walking(), run=False
        )
        running.runner.start(works=False)  # it hears of what the others do, and carries out nothing
        opened = Behind(running, cluster)
        try:
            await play(opened)
            yield opened
        finally:
            await opened.client.aclose()
            await running.close()


PARTS = {"follower in India"}


@pytest.mark.skipif("cluster" in STAGES, reason="all of it is asked at this stage")
async def test_neither_server_shows_what_is_hidden_and_both_show_what_is_not(village: Behind):
    world = await build(village)
    village.served.clear()
    found = await blind(Crawl(world, [route for route in crawled("GET") if route.name in MUST_SHOW]))
    for eyes, never in viewers(village).items():
        if eyes.name in PARTS:
            found += await met(Crawl(world, crawled("GET")), eyes, never)
    assert "\n".join(found) == ""
    assert len(village.served) == 2 and min(village.served.values()) > 100, village.served
