"""Two Chaupals in a storm of deliveries, killed again and again; what was promised and what came of it are compared in the end.

`python -m peers.storming [--times N] [--seed S]`: SIGKILL to ours and theirs, N times in all.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx2

from peers.chaupals import Chaupal, chaupal
from peers.sides import Person, Said, until
from services import Postgres, postgres

BURST = 4  # acts of each between two kills


@dataclass
class Told:
    """What people of one side did, as their server promised it."""

    posts: list[str] = field(default_factory=list[str])  # addresses
    liked: set[str] = field(default_factory=set[str])  # posts of the other side
    unsure: set[str] = field(default_factory=set[str])  # likes for which no answer came


@dataclass
class Storm:
    """`sides`: each server with somebody on it, who follow each other."""

    sides: tuple[tuple[Chaupal, Person], tuple[Chaupal, Person]]
    told: tuple[Told, Told]
    chance: random.Random

    async def rage(self, times: int) -> None:
        """So many kills, in the middle of what people do."""
        for number in range(times):
            victims = self.chance.choice(((0,), (1,), (0, 1)))
            acts = [self._act(at, f"{number}-{each}") for at in (0, 1) for each in range(BURST)]
            raging = asyncio.gather(*acts)
            await asyncio.sleep(self.chance.uniform(0.0, 0.5))
            for at in victims:
                await asyncio.to_thread(self.sides[at][0].server.kill)
            await raging
            await asyncio.gather(*(asyncio.to_thread(self.sides[at][0].server.start) for at in victims))

    async def _act(self, at: int, name: str) -> None:
        """Say something that names the other, or like what they said; it may be cut off."""
        (side, who), (_, other) = self.sides[at], self.sides[1 - at]
        try:
            seen = [uri for uri in self.told[1 - at].posts if uri not in self.told[at].liked | self.told[at].unsure]
            if seen and self.chance.random() < 0.4:
                await self._like(at, self.chance.choice(seen))
            else:
                self.told[at].posts.append(await side.say(who, Said(f"in the storm {name}", names=(other,))))
        except (httpx2.TransportError, AssertionError):
            pass  # nothing was promised

    async def _like(self, at: int, uri: str) -> None:
        side, who = self.sides[at]
        self.told[at].unsure.add(uri)
        await side.like(who, uri, self.sides[1 - at][1])
        self.told[at].unsure.discard(uri)
        self.told[at].liked.add(uri)

    async def faults(self) -> list[str]:
        """What was lost and what is there twice, once all of it has had its time."""
        return [fault for at in (0, 1) for fault in (*await self._lost(at), *await self._likes(at))]

    async def _lost(self, at: int) -> list[str]:
        """Posts that did not come to the other side, or more than once; in their home and in their notices."""
        promised = set(self.told[at].posts)
        found = list[str]()
        for path in ("/api/v1/timelines/home", "/api/v1/notifications"):
            try:
                await until(partial(self._came, at, path), f"all came to {path}", lambda came: promised <= came.keys())
            except AssertionError:
                found += [f"lost at {path}: {uri}" for uri in sorted(promised - (await self._came(at, path)).keys())]
            found += [
                f"{count} times at {path}: {uri}" for uri, count in (await self._came(at, path)).items() if count > 1
            ]
        return found

    async def _came(self, at: int, path: str) -> Counter[str]:
        """How often each post of this side stands in a list at the other, page by page to its end."""
        author, (there, other) = self.sides[at][1], self.sides[1 - at]
        came, last = Counter[str](), ""
        while page := await there.ask(
            other.name, "GET", path, params={"limit": 40} | ({"max_id": last} if last else {})
        ):
            last = page[-1]["id"]
            posts = [
                one.get("status") if "notifications" in path else one
                for one in page
                if one.get("type", "mention") == "mention"
            ]
            came.update(post["uri"] for post in posts if post and post["uri"].startswith(f"{author.uri}/"))
        return came

    async def _likes(self, at: int) -> list[str]:
        """Likes by this side that its server promised and that the other does not count, or counts too often."""
        (there, other), told = self.sides[1 - at], self.told[at]
        found = list[str]()
        for uri in self.told[1 - at].posts:
            least, most = int(uri in told.liked), int(uri in told.liked | told.unsure)
            try:
                await until(partial(there.likes, other, uri), f"likes of {uri}", partial(_between, least, most))
            except AssertionError as wrong:
                found.append(f"{least} to {most} {wrong}")
        return found


def _between(least: int, most: int, count: int) -> bool:
    return least <= count <= most


async def storm(folder: Path, server: Postgres, times: int, seed: int) -> list[str]:
    """Faults after so many kills; "" where nothing was lost and nothing doubled."""
    async with AsyncExitStack() as stack:
        (folder / "ours").mkdir()
        (folder / "theirs").mkdir()
        ours = await stack.enter_async_context(chaupal(folder / "ours", "SQLite"))
        theirs = await stack.enter_async_context(chaupal(folder / "theirs", "PostgreSQL", database=server.fresh()))
        await ours.settle("asha")
        await theirs.settle("bela")
        sides = ((ours, await ours.join("asha")), (theirs, await theirs.join("bela")))
        for at in (0, 1):
            (side, who), (_, whom) = sides[at], sides[1 - at]
            await side.follow(who, whom)
            await until(partial(side.follows, who, whom), "the follow is agreed to")
        raging = Storm(sides, (Told(), Told()), random.Random(seed))
        await raging.rage(times)
        return await raging.faults()


async def _main(times: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        found: Sequence[str] = await storm(Path(folder), server, times, seed)
    print(f"{times} kills, seed {seed}: {len(found)} faults", *found, sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    sys.exit(asyncio.run(_main(asked.times, asked.seed)))
