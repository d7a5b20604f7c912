"""A Chaupal and another server in a storm of deliveries, killed again and again; then what was promised and what came of it is compared.

`python -m peers.storming [--peer snac2|Fedify|Chaupal] [--times N] [--seed S]`: SIGKILL to ours and theirs, N times in all.
What the other server took and forgot, or never said, is told apart from what we lose by the wires before both (`wire`).
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import httpx2

from peers.chaupals import Chaupal, chaupal
from peers.fedifies import Fedify, fedify
from peers.promises import Kind, Promise, Promises
from peers.sides import Person, PostToSay, Side
from peers.snacs import Snac, snac
from peers.table import PEERS
from peers.wire import AWAY, Wire, wire
from ports import free_port
from services import Postgres, postgres
from waiting import until

BURST = 5  # acts of each between two kills
HERE, THERE = ("asha", "gauri", "lata"), ("bela", "champa", "mira")  # the others follow the first of the other side
OURS, THEIRS = "ours", "theirs"  # how a fault begins
QUIET = 6.0  # seconds without a word on the wires, after which a peer has no more to say
ROUND = 180.0  # seconds until acts, kills and starts that have not come to their end are an error
# Seconds until what has not come is lost; nothing is waited for that long where nobody has anything to say
PATIENCE = 900.0
CUT_OFF = (httpx2.TransportError, AssertionError, RuntimeError)  # what an act ends with whose server was killed


class Mortal(Side, Protocol):
    """A server that can be killed, and goes on from what it has kept."""

    def start(self) -> float | None: ...
    def kill(self) -> None: ...
    async def came(self, who: Person) -> Counter[str]:
        """How often each post stands in what `who` reads."""
        ...


@dataclass
class Place:
    """A server with its people, what they were promised, and the wire before it."""

    side: Mortal
    wire: Wire
    star: Person
    fans: tuple[Person, ...]
    made: Promises = field(default_factory=Promises)


@dataclass
class Storm:
    """`places`: ours and theirs. Their stars follow each other."""

    places: tuple[Place, Place]
    chance: random.Random

    async def rage(self, times: int) -> None:
        """So many kills, in the middle of what people do."""
        for number in range(times):
            await ends(self._kill(number), ROUND, f"kill {number + 1} of {times}, and all that was done around it,")

    async def _kill(self, number: int) -> None:
        victims = self.chance.choice(((0,), (1,), (0, 1)))
        raging = asyncio.gather(*[self._act(at, f"{number}-{each}") for at in (0, 1) for each in range(BURST)])
        await asyncio.sleep(self.chance.uniform(0.0, 1.5))
        for at in victims:
            await asyncio.to_thread(self.places[at].side.kill)
        await raging
        await asyncio.gather(*(asyncio.to_thread(self.places[at].side.start) for at in victims))

    def summary(self) -> str:
        """How much was promised and said."""
        kinds = Counter(promise.kind for place in self.places for promise in place.made.kept())
        told = ", ".join(f"{count} {kind}s" for kind, count in sorted(kinds.items()))
        answers = [Counter(word.answer for word in place.wire.words) for place in self.places]
        said = [", ".join(f"{count}x{status}" for status, count in sorted(one.items())) for one in answers]
        refused = Counter(word.refused for word in self.places[0].wire.words if word.refused)
        why = "".join(f"\nours refused {count}x {what}" for what, count in sorted(refused.items()))
        return f"promised {told}; our inboxes answered {said[0]}, theirs {said[1]}{why}"

    async def calm(self) -> None:
        """Everybody is there again and says something: whoever was left alone for a while is heard from."""
        for at in (0, 1):
            await self._act(at, "after it", kind="post")

    async def _act(self, at: int, name: str, *, kind: str = "") -> None:
        """One thing that somebody does; it may be cut off."""
        here, there = self._between(at)
        kind = kind or self.chance.choice(("post", "post", "reply", "like", "boost", "follow"))
        try:
            match kind:
                case "follow":
                    await self._follow(here, there)
                case "post":
                    said = PostToSay(f"in the storm {name}", names=(there.star,))
                    here.made.sure(Kind.POST, await here.side.say(here.star, said))
                case _:
                    await self._answer(here, there, kind, name)
        except CUT_OFF:
            pass  # nothing was promised

    async def _follow(self, here: Place, there: Place) -> None:
        """One who follows does so no more, or the other way round."""
        free = [fan for fan in here.fans if not here.made.busy(Kind.FOLLOW, fan.uri)]
        if not free:
            return
        fan = self.chance.choice(free)
        on = here.made.state(Kind.FOLLOW, fan.uri) is not True
        with here.made.trying(Kind.FOLLOW, fan.uri, on=on):
            await (here.side.follow if on else here.side.unfollow)(fan, there.star)

    async def _answer(self, here: Place, there: Place, how: str, name: str) -> None:
        """Reply to one of their posts that has come, like it or boost it; each once."""
        kind = {"reply": Kind.POST, "like": Kind.LIKE, "boost": Kind.BOOST}[how]
        fresh = [uri for uri in there.made.posts()[-20:] if not here.made.tried(kind, uri)]
        uri = self.chance.choice(fresh) if fresh else ""
        if not uri or not await here.side.sees(here.star, uri):
            return
        if kind is Kind.POST:
            said = PostToSay(f"an answer in the storm {name}", answers=uri, of=there.star, names=(there.star,))
            here.made.sure(kind, await here.side.say(here.star, said))
        else:
            with here.made.trying(kind, uri, on=True):
                await (here.side.like if how == "like" else here.side.boost)(here.star, uri, there.star)

    # What came of it.

    async def faults(self, patience: float = PATIENCE) -> list[str]:
        """What was lost and what is there twice, once all of it has had its time; what is the peer's own loss begins with "theirs"."""
        ours, now = self.places[0].side, asyncio.get_running_loop().time
        assert isinstance(ours, Chaupal)
        until_then, left, endless = now() + patience, self._all(), list[str]()
        while left := await self._missing(left):
            last, waits = max(place.wire.moved for place in self.places), await ours.waiting()
            if now() - last > QUIET and not waits:
                break
            if now() > until_then:
                endless = [f"{OURS}: it did not end in {patience:.0f} s; of {ours.name} {waits} things wait to be told"]
                break
            await asyncio.sleep(0.5)
        lost = [
            f"{await self.loser(promise, *self._between(at))}: {self.places[at].side.name} → {self.places[1 - at].side.name}: {promise}"
            for at, promise in await self._missing(self._all())
        ]
        return endless + lost + [fault for at in (0, 1) for fault in await self._doubled(at)]

    def _all(self) -> list[tuple[int, Promise]]:
        """Each promise, with whose it is."""
        return [(at, promise) for at in (0, 1) for promise in self.places[at].made.kept()]

    def _between(self, at: int) -> tuple[Place, Place]:
        return self.places[at], self.places[1 - at]

    async def _missing(self, promises: list[tuple[int, Promise]]) -> list[tuple[int, Promise]]:
        """Those of them that are not kept now."""
        came = [await place.side.came(place.star) for place in self.places]
        return [
            (at, promise)
            for at, promise in promises
            if not await self._holds(promise, *self._between(at), came[1 - at])
        ]

    async def _holds(self, promise: Promise, here: Place, there: Place, came: Counter[str]) -> bool:
        match promise.kind:
            case Kind.POST:
                return promise.uri in came
            case Kind.LIKE:
                return await there.side.likes(there.star, promise.uri) > 0
            case Kind.BOOST:
                return await there.side.boosts(there.star, promise.uri) > 0
            case Kind.FOLLOW:
                (fan,) = [one for one in here.fans if one.uri == promise.uri]
                known = await there.side.followed(there.star, fan)
                return promise.on is known is await here.side.follows(fan, there.star)

    async def loser(self, promise: Promise, here: Place, there: Place) -> str:
        """Whose loss it is: of whoever took the last word about it and forgot it, else of whoever had to say it."""
        asked = [word for word in there.wire.words if promise.is_about(word, there.star.uri)]
        loser, taken = here, [word for word in asked if word.taken]
        if taken and promise.is_kept_by(taken[-1], there.star.uri):
            loser = here if await self._forgot_the_accept(promise, here, there) else there
        return f"{self._name(loser)} ({len(asked)} times said, {len(taken)} taken)"

    async def _forgot_the_accept(self, promise: Promise, here: Place, there: Place) -> bool:
        """Whether the follow was agreed to, and whoever follows does not know it. That the other side agreed and then
        does not know it is the other's loss: snac2 says Accept before it writes its follower (2.75, activitypub.c, `Follow`)."""
        agreed = any(word.agrees_to(promise.uri, there.star.uri) and word.taken for word in here.wire.words)
        if promise.kind is not Kind.FOLLOW or not promise.on or not agreed:
            return False
        (fan,) = [one for one in here.fans if one.uri == promise.uri]
        return not await here.side.follows(fan, there.star)

    def _name(self, place: Place) -> str:
        return THEIRS if isinstance(place.side, Fedify | Snac) else OURS

    async def _doubled(self, at: int) -> list[str]:
        """What `at` did once and the other has twice: the other's mistake where it was said under one id."""
        here, there = self._between(at)
        many = {
            (Kind.POST, uri): n
            for uri, n in (await there.side.came(there.star)).items()
            if uri.startswith(here.star.uri)
        }
        for uri in there.made.posts():
            many[Kind.LIKE, uri] = await there.side.likes(there.star, uri)
            many[Kind.BOOST, uri] = await there.side.boosts(there.star, uri)
        found = list[str]()
        for (kind, uri), count in many.items():
            if count > 1:
                said = [word for word in there.wire.words if Promise(kind, uri, on=True).is_about(word, there.star.uri)]
                loser = here if len({word.activity.get("id") for word in said}) > 1 else there
                found.append(f"{self._name(loser)}: {count} times at {there.side.name}: {kind} {uri}")
        return found


@asynccontextmanager
async def mortal(peer: str, folder: Path, server: Postgres, port: int, reached_at: int) -> AsyncGenerator[Mortal]:
    """The other server, listening at `port`, that others reach at another."""
    if peer == "snac2":
        async with snac(folder, port=port, reached_at=reached_at) as one:
            yield one
    elif peer == "Fedify":
        async with fedify(folder, kept=True, port=port, reached_at=reached_at) as one:
            yield one
    else:
        url = f"http://localhost:{reached_at}"
        async with chaupal(folder, "Chaupal (PostgreSQL)", database=server.fresh(), port=port, public_url=url) as one:
            await one.settle(*THERE)
            yield one


async def ends[T](doing: Awaitable[T], seconds: float, what: str) -> T:
    """Raises AssertionError, saying what has not ended."""
    try:
        async with asyncio.timeout(seconds):
            return await doing
    except TimeoutError:
        raise AssertionError(f"{what} did not end in {seconds:.0f} s") from None


async def storm(
    peer: str, folder: Path, server: Postgres, times: int, seed: int, patience: float = PATIENCE
) -> tuple[list[str], str]:
    """Faults after so many kills, none where nothing was lost and nothing doubled; and how much was promised."""
    async with AsyncExitStack() as stack:
        # A proxy stands before ours, as in life: snac2 tries nothing again of which it hears nothing (2.75, activitypub.c:2848).
        doors = [await stack.enter_async_context(wire(free_port(), says)) for says in (AWAY, b"")]
        for name in ("ours", "theirs"):
            (folder / name).mkdir()
        url = f"http://localhost:{doors[0].port}"
        ours = await stack.enter_async_context(
            chaupal(folder / "ours", "Chaupal (SQLite)", port=doors[0].behind, public_url=url)
        )
        await ours.settle(*HERE)
        theirs = await stack.enter_async_context(
            mortal(peer, folder / "theirs", server, doors[1].behind, doors[1].port)
        )
        places = [
            Place(side, door, await side.join(names[0]), tuple([await side.join(name) for name in names[1:]]))
            for side, door, names in ((ours, doors[0], HERE), (theirs, doors[1], THERE))
        ]
        for here, there in (places, places[::-1]):
            await here.side.follow(here.star, there.star)
            await until(partial(here.side.follows, here.star, there.star), "the follow is agreed to")
        raging = Storm((places[0], places[1]), random.Random(seed))
        await raging.rage(times)
        await raging.calm()
        return await ends(raging.faults(patience), 2 * patience, "the look at what was lost"), raging.summary()


async def _main(peer: str, times: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        found, summary = await storm(peer, Path(folder), server, times, seed)
    ours = [fault for fault in found if fault.startswith(OURS)]
    print(
        f"{peer}, {times} kills, seed {seed}: {len(ours)} faults of ours, {len(found) - len(ours)} of theirs; {summary}"
    )
    print(*found, sep="\n")
    return int(bool(ours))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=PEERS, default="Chaupal")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    sys.exit(asyncio.run(_main(asked.peer, asked.times, asked.seed)))
