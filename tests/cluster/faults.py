"""What can befall a cluster, by name; and the weather: which of it comes when, by a seed."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cluster import engines
from cluster.children import Child
from cluster.cluster import Cluster
from waiting import PATIENCE

CALM = (1.0, 4.0)  # seconds between two faults
SHORT, LONG = (1.0, 4.0), (8.0, 30.0)  # seconds that one lasts


class Weather:
    """Lets faults loose, one after the other. `blown`: each with its beginning and its end."""

    def __init__(self, cluster: Cluster, chance: random.Random, names: Sequence[str] | None = None) -> None:
        self.cluster, self.chance = cluster, chance
        self.names = [name for name in (FAULTS if names is None else names) if _possible(name, cluster)]
        self.blown: list[tuple[str, float, float]] = []

    async def blow(
        self, until: float, people: Sequence[asyncio.Future[Any]] = (), enough: Callable[[], bool] = lambda: True
    ) -> None:
        """Until that moment, and where the machine is busy until it was `enough`. Raises what ended one of `people` before."""
        waiting: list[str] = []

        def goes_on() -> bool:
            now = time.monotonic()
            return now < until or (now < until + PATIENCE and not enough())

        while goes_on():
            for one in people:
                if one.done():
                    one.result()
            await asyncio.sleep(self.chance.uniform(*CALM))
            if not self.names or not goes_on():
                continue
            # Each comes once before any comes again.
            waiting = waiting or self.chance.sample(self.names, len(self.names))
            name, began = waiting.pop(), time.monotonic()
            await FAULTS[name](self)
            self.blown.append((name, began, time.monotonic()))

    async def by_hand(self, act: Callable[..., Any], *about: Any) -> Any:
        """Something that waits, outside the loop that everybody else runs in."""
        return await asyncio.get_running_loop().run_in_executor(self.cluster.hands, act, *about)

    async def last(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self.chance.uniform(*span))

    async def down(self, child: Child, span: tuple[float, float] = SHORT) -> None:
        """Killed, and started again after a while."""
        await self.by_hand(child.kill)
        await self.last(span)
        await self.by_hand(child.start)

    async def still(self, child: Child, span: tuple[float, float]) -> None:
        child.pause()
        try:
            await self.last(span)
        finally:
            child.go_on()

    async def cut(self, link: str, span: tuple[float, float] = SHORT) -> None:
        """What goes by a link is refused for a while."""
        await self._torn(self.cluster.links.cut, link, span)

    async def freeze(self, link: str, span: tuple[float, float]) -> None:
        """The same, and nobody is told: what goes by it stands still."""
        await self._torn(self.cluster.links.freeze, link, span)

    async def slow(self, link: str, ms: int) -> None:
        """What goes by it comes so much later, each way."""
        await self._torn(lambda name: self.cluster.links.slow(name, ms), link, SHORT)

    async def _torn(self, how: Callable[[str], None], link: str, span: tuple[float, float]) -> None:
        how(link)
        try:
            await self.last(span)
        finally:
            self.cluster.links.heal(link)

    def server(self) -> Child:
        return self.chance.choice(self.cluster.servers)

    def worker(self) -> Child:
        return self.chance.choice(self.cluster.workers)

    def house(self) -> Child:
        return self.chance.choice([*self.cluster.servers, *self.cluster.workers])

    # Links by what they lead to.

    def to_database(self) -> str:
        """From one house."""
        return f"pool:{self.house().name}"

    def to_server(self) -> str:
        return f"server:{self.chance.randrange(len(self.cluster.servers))}"

    def to_valkey(self) -> str:
        """To the one that leads."""
        return f"valkey:{max(0, self.cluster.valkey_primary())}"


# --- the faults ---


async def kill_server(w: Weather) -> None:
    await w.down(w.server())


async def kill_worker(w: Weather) -> None:
    await w.down(w.worker())


async def still_server(w: Weather) -> None:
    """Stopped for 30 s and continued: it must not go on by what it knew."""
    await w.still(w.server(), (30, 30))


async def doze_server(w: Weather) -> None:
    await w.still(w.server(), SHORT)


async def still_worker(w: Weather) -> None:
    await w.still(w.worker(), LONG)


async def lose_primary(w: Weather) -> None:
    """Killed with its machine; the standby is promoted a moment later, and a new one is built."""
    w.cluster.primary.child.send(signal.SIGKILL)
    await w.last((0.5, 2))
    await w.by_hand(w.cluster.fail_over)
    await w.last(SHORT)
    await w.by_hand(w.cluster.build_standby)


async def fence_primary(w: Weather) -> None:
    """It stands still, nobody knows why; it is fenced before the standby takes its place."""
    w.cluster.primary.child.pause()
    await w.last(SHORT)
    await w.by_hand(w.cluster.fail_over)
    await w.by_hand(w.cluster.build_standby)


async def restart_primary(w: Weather) -> None:
    await w.down(w.cluster.primary.child)


async def lose_standby(w: Weather) -> None:
    """Commits wait for it meanwhile."""
    await w.down(w.cluster.standby.child)


async def kill_pool(w: Weather) -> None:
    await w.down(w.cluster.pool)


async def kill_balancer(w: Weather) -> None:
    await w.down(w.cluster.balancer, (0.2, 1))


async def kill_valkey(w: Weather) -> None:
    """The one that leads; Sentinel makes the other lead meanwhile."""
    leads = w.cluster.valkey_primary()
    if leads >= 0:
        await w.down(w.cluster.valkeys[leads], (3, 6))


async def kill_valkeys(w: Weather) -> None:
    """All of it is gone for a while."""
    for child in w.cluster.valkeys:
        await w.by_hand(child.kill)
    await w.last(SHORT)
    for child in w.cluster.valkeys:
        await w.by_hand(child.start)


async def empty_valkey(w: Weather) -> None:
    for port in w.cluster.valkey_ports:
        if engines.leads(port):
            await w.by_hand(engines.tell_valkey, port, "FLUSHALL")


async def still_valkey(w: Weather) -> None:
    await w.still(w.cluster.valkeys[max(0, w.cluster.valkey_primary())], (3, 10))


async def kill_sentinel(w: Weather) -> None:
    await w.down(w.cluster.sentinel)


async def cut_house(w: Weather) -> None:
    """One house is cut off from the database."""
    await w.cut(w.to_database())


async def freeze_house(w: Weather) -> None:
    """The same, and nobody tells it."""
    await w.freeze(w.to_database(), LONG)


async def freeze_database(w: Weather) -> None:
    await w.freeze("database", SHORT)


async def cut_server(w: Weather) -> None:
    """The balancer is cut off from a server that is well."""
    await w.cut(w.to_server())


async def freeze_server(w: Weather) -> None:
    await w.freeze(w.to_server(), (3, 8))


async def cut_valkey(w: Weather) -> None:
    await w.cut(w.to_valkey())


async def freeze_valkey(w: Weather) -> None:
    await w.freeze(w.to_valkey(), (3, 10))


async def slow_valkey(w: Weather) -> None:
    """It answers, sometimes a little before a house has no patience any more, and sometimes after."""
    await w.slow(w.to_valkey(), w.chance.choice((10, 45, 60)))


async def slow_database(w: Weather) -> None:
    """It answers, later than a look may take."""
    await w.slow("database", w.chance.choice((50, 2_500)))


async def cut_files(w: Weather) -> None:
    await w.cut("s3")


async def fill_disk(w: Weather) -> None:
    """The primary's disk is full; room is made, and where it fell over it is started again."""
    node = w.cluster.primary
    await w.by_hand(engines.fill, node.folder)
    await w.last((2, 6))
    engines.make_room(node.folder)
    await asyncio.sleep(1)
    if not await w.by_hand(node.answers):
        await w.by_hand(node.child.kill)
        await w.by_hand(node.child.start)


async def set_clock(w: Weather) -> None:
    """One house's clock jumps, and some seconds later back."""
    house = w.house().name
    w.cluster.set_clock(house, w.chance.choice((3600, 90, -90, -3600)))
    try:
        await w.last((4, 12))
    finally:
        w.cluster.set_clock(house, 0)
    await asyncio.sleep(1.5)


FAULTS: dict[str, Callable[[Weather], Awaitable[None]]] = {
    act.__name__: act
    for act in (
        kill_server, kill_worker, still_server, doze_server, still_worker, lose_primary, fence_primary, restart_primary, lose_standby,
        kill_pool, kill_balancer, kill_valkey, kill_valkeys, empty_valkey, still_valkey, kill_sentinel, cut_house, freeze_house,
        freeze_database, cut_server, freeze_server, cut_valkey, freeze_valkey, slow_valkey, slow_database, cut_files,
        fill_disk, set_clock,
    )
}  # fmt: skip


def _possible(name: str, cluster: Cluster) -> bool:
    """Whether the cluster has what this befalls."""
    if "worker" in name:
        return bool(cluster.workers)
    if name in ("lose_primary", "fence_primary", "lose_standby"):
        return cluster.has_standby
    if name == "fill_disk":
        return cluster.has_disk
    if name == "set_clock":
        return cluster.has_clocks
    if "sentinel" in name:
        return cluster.has_replica
    return name != "cut_files" or bool(cluster.files)
