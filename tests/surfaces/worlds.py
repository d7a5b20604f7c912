"""Two worlds: the same history played twice, with and without something that nobody may learn of, in a house of its own each.

Clock, ids and randomness are those of the moment in both, so whatever differs in what somebody is answered tells of it.
"""

import hashlib
import os
import random
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest

from chaupal.fanout.timers import Timers
from chaupal.governance.log import batches as log_batches
from chaupal.kernel.clock import HOUR, MINUTE, SECOND, StillClock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.store.machine import outbox
from either import PAIRED, STAGES, of_two, open_house
from services import Postgres
from village import CAST, Village

type Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
METRICS = "whoever-watches-the-server"  # the password of /metrics
ANSWERS_OF_THE_MOMENT = frozenset({"date", "server-timing", "x-request-id", "set-cookie"})
# Masks of forms, new in each answer.
MASK = re.compile(rb'name="(?:csrf|key)" value="[^"]*"')


class Dice:
    """Randomness that is a function of the moment and of how much was taken in it: the same in both worlds."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.at, self.taken = 0, 0

    def __call__(self, many: int) -> bytes:
        if self.clock() != self.at:
            self.at, self.taken = self.clock(), 0
        self.taken += 1
        return hashlib.shake_256(f"{self.at} {self.taken}".encode()).digest(many)


class Grounds:
    """Where worlds are made: `fresh` gives the settings of another, with a folder and a database of its own."""

    def __init__(
        self,
        folder: Path,
        patch: pytest.MonkeyPatch,
        fresh: Callable[[Path], str],
        shared: Callable[[Settings], Settings],
    ) -> None:
        self.patch = patch
        self._shared = shared
        self._folder, self._fresh, self._made = folder, fresh, 0

    def settings(self) -> Settings:
        self._made += 1
        data = self._folder / f"world-{self._made}"
        data.mkdir(mode=0o700)
        found = load_settings(
            environ={}, data=str(data), database=self._fresh(data), port=8000, rate_limits=False, log_batch_minutes=60
        )
        return msgspec.structs.replace(
            self._shared(found),
            trusted_proxies=("127.0.0.0/8",),
            country_header="X-Country",
            webhooks_private=True,
            push_private=True,
            metrics_token=METRICS,
        )


@pytest.fixture(params=STAGES)
def grounds(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Grounds]:
    """Ground for worlds, on either database."""
    if request.param == "sqlite":
        yield Grounds(tmp_path, monkeypatch, lambda data: str(shutil.copy(migrated_file, data) and ""), lambda s: s)
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("migrated")
    made: list[str] = []

    def fresh(data: Path) -> str:
        made.append(server.fresh(template=template))
        if request.param == "two":
            PAIRED.add(made[-1])
        return made[-1]

    yield Grounds(tmp_path, monkeypatch, fresh, lambda s: of_two(request, s) if s.database in PAIRED else s)
    for dsn in made:
        server.drop(dsn)


@asynccontextmanager
async def still_village(on: Grounds) -> AsyncIterator[Village]:
    """The small cast in a house with a log in batches, everything of it the same as in every other world so far."""
    clock = StillClock()
    dice = Dice(clock)
    on.patch.setattr(random, "_urandom", dice)
    on.patch.setattr(os, "urandom", dice)
    # In the order of events; which lanes are next is the database's dice
    on.patch.setattr(outbox, "LANES_AT_ONCE", outbox.LANES)
    running = await open_house(on.settings(), clock=clock, run=False)
    v = Village(running, clock)
    v.client.headers["accept-encoding"] = "identity"  # the length of what is packed goes by masks and digests, too
    try:
        for handle, (name, role, _, country, said) in CAST.items():
            clock.move(SECOND)
            await v.joins(handle, name, role, country)
            for text in said:
                await v.says(v.cast[handle], text, language="hi")
        clock.move(SECOND)
        await v.settle()
        yield v
    finally:
        await v.client.aclose()
        await running.close()


async def hour(v: Village) -> None:
    """To the next full hour, at which the log is signed, and a second past it: all worlds stand at the same moment."""
    v.clock.at += HOUR - v.clock.at % HOUR
    assert await log_batches.publish_due(v.running.house.court)
    v.clock.move(SECOND)
    await all_that_is_due(v)


async def minute(v: Village) -> None:
    """To the next full minute, whatever happened in this one."""
    v.clock.at += MINUTE - v.clock.at % MINUTE


async def all_that_is_due(v: Village) -> None:
    """Every act of the server's timers, as often as what it is about comes in slices."""
    timers = Timers(v.running.carrier)
    for _ in range(3):
        for act in timers._acts:
            await act.do()
        await v.settle()


def answer_of(answer: httpx2.Response) -> Answer:
    """What is compared of an answer: all but what is new in every one."""
    headers = {name: value for name, value in answer.headers.items() if name not in ANSWERS_OF_THE_MOMENT}
    return answer.status_code, headers, MASK.sub(b"", answer.content)


def difference(ours: Answer, theirs: Answer) -> str:
    """Where two answers part; nothing where they do not."""
    if ours == theirs:
        return ""
    if ours[0] != theirs[0]:
        return f"status {ours[0]} and {theirs[0]}"
    one, other = ours[2], theirs[2]
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    told = f"{one[max(0, at - 90) : at + 90]!r} and {other[max(0, at - 90) : at + 90]!r}" if one != other else ""
    return f"headers {set(ours[1].items()) ^ set(theirs[1].items())} {told}"
