"""A cluster of two within a test: its house is two, and each request goes to either, at random (`SEED=` plays one again).

    STAGES=two .venv/bin/pytest -n0 tests/surfaces -k two

Both are open houses of many processes on one PostgreSQL, one Valkey and one store of uploads, each with a data directory and keys
of its own. What a test calls by itself in the rooms it calls in the first; the outbox is carried out by either. What is not there
in the other has to pass its barrier: nobody but the product brings it there.
"""

import os
import random
import shutil
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from chaupal.app import rooms, wiring
from chaupal.app.wiring import RunningHouse
from chaupal.http.asgi_scope import App, AsgiReceive, AsgiSend, Scope
from chaupal.kernel.clock import Clock
from chaupal.kernel.settings import Settings
from object_store import ObjectStore
from waiting import PATIENCE

STAGES = os.environ.get("STAGES", "sqlite,postgres").split(",")
SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(10_000))
PAIRED: set[str] = set()  # URLs of databases at which a house is two
# What one server alone meets of a disk that is full: uploads of many lie in a store that all of them have, and their key for
# pushes is there from the start.
one_server = pytest.mark.parametrize("database", [one for one in STAGES if one != "two"], indirect=True)


class Either(RunningHouse):
    """Two open houses as if they were one: the first's rooms, and the doors and the runners of both."""

    both: tuple[RunningHouse, ...] = ()

    async def close(self) -> None:
        for one in reversed(self.both):
            await one.close()


class _Doors:
    """Which of both answers goes by the moment and by what is asked: in two worlds of the same history it is the same one."""

    def __init__(self, both: tuple[RunningHouse, ...], clock: Clock) -> None:
        self._both, self._clock, self._asked = both, clock, Counter[str]()

    def pick(self, what: str) -> RunningHouse:
        what = f"{SEED} {self._clock()} {what}"
        self._asked[what] += 1
        return random.Random(f"{what} {self._asked[what]}").choice(self._both)

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        whose = dict(scope["headers"])
        who = whose.get(b"authorization") or whose.get(b"cookie")
        house = self.pick(f"{scope.get('method')} {scope['path']} {scope['query_string']} {who}")
        await house.app(scope, receive, send)
        await self.known(house)

    async def settle(self) -> None:
        """As `Runner.settle`: what follows is done by either, and those who listen at either have heard of it."""
        house = self.pick("settle")
        await house.house.square.work.catch_up()
        await house.runner.settle()
        await self.known(house)
        for one in self._both:
            if one.carrier.streams.open_count():
                await one.house.square.work.catch_up()
                await one.carrier.streams.settle()

    async def known(self, house: RunningHouse) -> None:
        """What was done at the other is known where the test calls functions by itself: only requests look before they begin."""
        if house is not self._both[0]:
            await self._both[0].house.square.work.catch_up()


async def open_house(settings: Settings, *, clock: Clock, run: bool = False) -> RunningHouse:
    """As the product's; two of them where the stage is one of two."""
    here = await wiring.open_house(settings, clock=clock, run=run)
    if settings.database not in PAIRED:
        return here
    make_id = here.house.square.make_id

    def same_ids(*_: Any, **_more: Any) -> Any:
        """A still clock puts the ids of two makers in no order."""
        return make_id

    try:
        with patch.object(rooms, "Ids", same_ids):
            there = await wiring.open_house(_elsewhere(settings), clock=clock, run=run)
    except BaseException:
        await here.close()
        raise
    both = (here, there)
    # While a test makes a film it holds up the loop of both, and with it a look that has its answer already.
    for one in both:
        one.house.square.work.barrier.patience = PATIENCE  # pyrefly: ignore[missing-attribute] - both are on PostgreSQL
    for one in both if not run else ():
        one.runner.start(works=False)  # it hears of what the other does, and carries out nothing
    doors: Any = _Doors(both, clock)
    print(f"a house of two: SEED={SEED}")
    app: App = doors
    return Either(**msgspec.structs.asdict(here) | {"app": app, "runner": doors, "both": both})


def _dispatchers(running: RunningHouse) -> list[Any]:
    """Where requests are answered: at one, or at either."""
    apps: list[Any] = [one.app for one in (running.both if isinstance(running, Either) else (running,))]
    return [app._dispatcher for app in apps]


@contextmanager
def set_anew(running: RunningHouse, **changed: object) -> Generator[None]:
    """Requests are answered by these settings for a while."""
    dispatchers = _dispatchers(running)
    before = [dispatcher.house for dispatcher in dispatchers]
    for dispatcher, house in zip(dispatchers, before, strict=True):
        dispatcher.house = msgspec.structs.replace(house, settings=msgspec.structs.replace(house.settings, **changed))
    try:
        yield
    finally:
        for dispatcher, house in zip(dispatchers, before, strict=True):
            dispatcher.house = house


async def counted(running: RunningHouse) -> None:
    """What either has counted for limits is known to both, which it else is a moment later."""
    meters = [dispatcher._limits._meter for dispatcher in _dispatchers(running)] if isinstance(running, Either) else []
    for meter in (*meters, *meters):  # the first had not heard of what the second told
        await meter._tell([*meter._entries.values()])


def _elsewhere(settings: Settings) -> Settings:
    """The other machine, to which the keys were copied. Letters of both lie in one box, as with a server of mail."""
    data = Path(f"{settings.data}-of-the-other")
    if not data.exists():
        data.mkdir(mode=0o700)
        shutil.copytree(Path(settings.data) / "keys", data / "keys")
        (box := Path(settings.data) / "mail").mkdir(0o700, exist_ok=True)
        (data / "mail").symlink_to(box)
    return msgspec.structs.replace(settings, data=str(data))


def of_two(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings of a house that is two: they share what one machine has by itself."""
    store: ObjectStore = request.getfixturevalue("object_store")
    return msgspec.structs.replace(settings, valkey=request.getfixturevalue("valkey_url"), **store.fresh())
