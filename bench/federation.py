"""CPU that an activity of another server costs, beside snac2 in the same run. `PYTHONPATH=tests python -m bench.federation [--each N]`.

People of one server, whose keys are known, like, answer, follow and leave somebody here; each activity is signed. What is
measured is all CPU of the server from the first to the last of its effects, its own work on events and answers among it.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from bench.process import Server
from peers.chaupals import chaupal
from peers.hostile import Hostile, Liar, hostile, signed
from peers.sides import Person, Said, Side
from peers.snacs import snac

LIARS = 20  # people of the server that sends, honest ones here
POSTS = 10
MOST = 0.5  # of what the same costs snac2
HANDS = 4  # requests at once
QUIET = 0.03  # of a core: below it nothing is going on


@dataclass
class Cost:
    """What a server spent. `cpu` in ms for each activity; `likes`: how many it counts in the end, of those that were sent."""

    name: str
    activities: int
    cpu: float
    seconds: float
    likes: int


async def _rested(server: Server) -> None:
    """Until nothing goes on there: snac2 looks at its queue every three seconds."""
    quiet = 0
    while quiet < 4:
        before = server.cpu
        await asyncio.sleep(1)
        quiet = quiet + 1 if server.cpu - before < QUIET else 0


async def _send(origin: str, inbox: str, acts: list[tuple[Liar, dict[str, Any]]]) -> None:
    """POST all of them, some at once. Raises SystemExit where one is not taken."""
    ready: list[tuple[bytes, dict[str, str]]] = []
    for by, act in acts:
        body = json.dumps(act).encode()
        ready.append((body, signed(body, origin + inbox, time.time(), key_id=by.key_id, key=by.key)))
    ready.reverse()
    once = httpx2.Limits(max_keepalive_connections=0)  # snac2 ends each connection after its answer
    async with httpx2.AsyncClient(timeout=60, limits=once) as client:

        async def hand() -> None:
            while ready:
                body, headers = ready.pop()
                answer = await client.post(origin + inbox, content=body, headers=headers)
                if answer.status_code not in (200, 202):
                    raise SystemExit(f"{origin} answered {answer.status_code}: {answer.text[:200]}")

        await asyncio.gather(*(hand() for _ in range(HANDS)))


def _acts(
    enemy: Hostile, liars: list[Liar], whom: Person, posts: list[str], each: int
) -> list[tuple[Liar, dict[str, Any]]]:
    """Likes of every post by everybody, answers, and follows that are taken back and made again, shuffled as they come."""
    chance, found = random.Random(14), list[tuple[Liar, dict[str, Any]]]()
    found += [(one, one.act("Like", post)) for one in liars for post in posts]
    mention = {"type": "Mention", "href": whom.uri, "name": f"@{whom.address}"}
    while len(found) < each:
        one, number = chance.choice(liars), len(found)
        if number % 4:
            note = one.note(f"answer-{number}", inReplyTo=chance.choice(posts), cc=[whom.uri], tag=[mention])
            enemy.serves(note)
            found.append((one, one.act("Create", note)))
        else:
            follow = one.act("Follow", whom.uri, f"follow-{number}")
            found += [(one, follow), (one, one.act("Undo", follow, f"undo-{number}"))]
    chance.shuffle(found)
    return found


async def _cost(side: Side, pid: int, inbox: str, whom: Person, enemy: Hostile, each: int) -> Cost:
    """Everything comes to the inbox that all people there share, as servers send it."""
    server = Server(pid, 0, 0.0)
    liars = [enemy.liar(f"{side.name.split()[0].lower()}{n}", n % 3) for n in range(LIARS)]
    posts = [await side.say(whom, Said(f"post {n}")) for n in range(POSTS)]
    origin = "/".join(whom.uri.split("/")[:3])
    await _send(origin, inbox, [(one, one.act("Follow", whom.uri)) for one in liars])
    await _rested(server)
    acts = _acts(enemy, liars, whom, posts, each)
    before, began = server.cpu, time.perf_counter()
    await _send(origin, inbox, acts)
    taken = time.perf_counter() - began
    await _rested(server)
    likes = sum([await side.likes(whom, post) for post in posts])
    return Cost(side.name, len(acts), (server.cpu - before) / len(acts) * 1_000, taken, likes)


async def measure(each: int, people: int) -> list[Cost]:
    """Ours and snac2, one after the other, by the same words. `people`: how many live at each."""
    others = [f"other{n}" for n in range(people - 1)]
    with tempfile.TemporaryDirectory() as folder:
        found: list[Cost] = []
        async with hostile() as enemy:
            (here := Path(folder) / "ours").mkdir()
            async with chaupal(here, "Chaupal") as ours:
                await ours.settle("asha", *others)
                process = ours.server.process
                assert process is not None
                found.append(await _cost(ours, process.pid, "/inbox", await ours.join("asha"), enemy, each))
            async with snac(Path(folder)) as theirs:
                assert theirs.process is not None
                found.append(
                    await _cost(theirs, theirs.process.pid, "/sita/inbox", await theirs.join("sita"), enemy, each)
                )
        return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.federation", description=__doc__)
    parser.add_argument("--each", type=int, default=2_000, help="activities sent to each server")
    parser.add_argument("--people", type=int, default=50, help="who live at each server")
    asked = parser.parse_args()
    ours, theirs = asyncio.run(measure(asked.each, asked.people))
    for one in (ours, theirs):
        print(
            f"{one.name}: {one.activities} activities, {one.cpu:.2f} ms CPU each ({1_000 / one.cpu:.0f} a second and core), "
            f"taken in {one.seconds:.1f} s; {one.likes} of {LIARS * POSTS} likes"
        )
    ratio = ours.cpu / theirs.cpu
    print(f"ratio {ratio:.2f} (at most {MOST})")
    if ratio > MOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
