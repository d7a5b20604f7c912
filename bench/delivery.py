"""Delivery: what it costs to tell a thousand followers on five hundred hosts of a post, and its author. `python -m bench.delivery`.

Hosts are addresses of this machine, all answered by one plain server on the other core; each follower has an inbox of their own.
The author's answer is timed beside that of the same house without federation, turn by turn.

`--dead`: what a thousand hosts that are dead do to the others. A third of them refuses connections, a third takes them and never
answers, of a third not even the name is found. Once each was found to be dead, and a day has passed (its row says so: nobody waits
that long), the time from the post until the last living host has it is held against that of the same house without them, turn by turn.
Dead ones are tried again sixty times as often as in earnest, as in all tests on one machine: 1,000 in twelve minutes.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

from bench.process import CORES, Server, free_port, rested, serving
from chaupal.app.rooms import visiting
from chaupal.fanout.federation.delivering import BACK_OFF
from chaupal.http.call import House
from chaupal.kernel.settings import FOR_TESTS, load_settings
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.people import accounts, graph
from chaupal.social.signin import sessions
from chaupal.store.federation import people, servers, uris
from chaupal.store.federation.people import RemoteProfile

FOLLOWERS, HOSTS, POSTS = 1_000, 500, 12
MOST_CPU = 1.5  # ms for each delivery
MOST_LATER = 1.1  # times the author's answer without federation
DEAD, TURNS = 1_000, 9
MOST_SLOWER = 1.1  # times what it takes without the dead
PATIENCE = 120  # seconds


async def founded(
    data: str, port: int, sink: int, *, federated: bool, followers: int, hosts: int, dead: Sequence[str] = ()
) -> str:
    """A house with one author, and their followers elsewhere, one on each dead host; the author's token."""
    given: dict[str, Any] = {"federation": "on", "federation_test": True} if federated else {}
    settings = load_settings(
        environ={}, data=data, port=port, public_url=f"http://localhost:{port}", log_batch_minutes=0, **given
    )
    async with visiting(settings) as house:
        author = await accounts.create(
            house.square, handle="asha", email="asha@example.org", password="a long secret of hers"
        )
        for number in range(followers if federated else 0):
            await _follower(
                house, author, number, f"127.0.{number % hosts // 250 + 1}.{number % hosts % 250 + 1}:{sink}"
            )
        for number, host in enumerate(dead):
            await _follower(house, author, followers + number, host)
        return await sessions.issue_token(house.square, author, "read write")


async def _follower(house: House, author: int, number: int, host: str) -> None:
    square, uri = house.square, f"http://{host}/users/u{number}"
    shown = RemoteProfile(
        uri=uri, url=uri, kind="Person", name=f"u{number}", note="", note_html="", inbox=f"{uri}/inbox"
    )
    async with square.work.writing() as w:
        server, account = await servers.met(w, square.make_id, host), square.make_id()
        await uris.add(w, uri, uris.ACCOUNT, account)
        await people.add(w, account, server, f"u{number}@{host}", shown, w.now())
    await graph.follow(square, Viewer(account=account, country=ABROAD), author)


class Sink(asyncio.Protocol):
    """Takes every POST, and tells whoever asks with GET how many there were."""

    came = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self._held) < end + 4 + length:
                return
            self._held = self._held[end + 4 + length :]
            if head.startswith(b"get"):
                told = str(Sink.came).encode()
                self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(told), told))
            else:
                Sink.came += 1
                self._transport.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")


async def _sink(port: int, silent: int) -> None:
    """At `silent` whoever comes is never answered."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "0.0.0.0", port, backlog=1_000)
    if silent:
        await loop.create_server(asyncio.Protocol, "0.0.0.0", silent, backlog=1_000)
    await server.serve_forever()


@contextmanager
def sink(port: int, silent: int = 0) -> Generator[None]:
    """On the other core."""
    words = ["--sink", str(port), "--silent", str(silent)]
    process = subprocess.Popen(["taskset", "-c", str(CORES[-1]), sys.executable, "-m", "bench.delivery", *words])
    try:
        _wait(lambda: _came(port) >= 0)
        yield
    finally:
        process.terminate()
        process.wait()


def _came(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return int(answer.read())
    except OSError:
        return -1


def _wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > until:
            raise SystemExit("it did not come")
        time.sleep(0.01)


def says(server: Server, token: str, number: int) -> float:
    """A post by the author; ms until it was answered, without those in which the server had no core because others were at it."""
    body = json.dumps({"status": f"आज की बात, {number}", "language": "hi"}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v1/statuses",
        body,
        {"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    began, waited = time.perf_counter(), server.waited
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        answer.read()
    return (time.perf_counter() - began - (server.waited - waited)) * 1_000


@contextmanager
def house(folder: Path, port: int, *, federated: bool) -> Generator[Server]:
    """Served on the first core."""
    environ = {
        "CHAUPAL_PUBLIC_URL": f"http://localhost:{port}",
        "CHAUPAL_LOG_LEVEL": "error",
        "CHAUPAL_RATE_LIMITS": "off",
    }
    if federated:
        environ |= {"CHAUPAL_FEDERATION": "on", "CHAUPAL_FEDERATION_TEST": "on"}
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", str(folder), "--port", str(port)]
    with serving(command, port, "/api/v2/instance", environ) as server:
        rested(server)
        yield server


def measure(folder: Path, followers: int = FOLLOWERS, hosts: int = HOSTS, posts: int = POSTS) -> None:
    """Prints what it costs. Exits where that is more than it may be."""
    at, plain_at, to = free_port(), free_port(), free_port()
    with sink(to):
        token = asyncio.run(founded(str(folder / "far"), at, to, federated=True, followers=followers, hosts=hosts))
        plain = asyncio.run(founded(str(folder / "near"), plain_at, to, federated=False, followers=0, hosts=0))
        with (
            house(folder / "far", at, federated=True) as far,
            house(folder / "near", plain_at, federated=False) as near,
        ):
            _wait(lambda: _came(to) >= followers)  # the answers to their follows
            rested(far)
            told, took, usual, cpu = _came(to), list[float](), list[float](), 0.0
            for number in range(posts):
                rested(near)
                usual.append(says(near, plain, number))
                before = far.cpu
                took.append(says(far, token, number))
                _wait(lambda number=number: _came(to) >= told + followers * (number + 1))
                rested(far)
                cpu += far.cpu - before
            each = cpu / (followers * posts) * 1_000
            busy = _while_telling(far, token, posts)
    later = statistics.median(took[2:]) / statistics.median(usual[2:])
    print(
        f"{followers} followers on {hosts} hosts: {each:.2f} ms of CPU for each delivery; the author is answered in"
        f" {statistics.median(took[2:]):.1f} ms, {later:.2f} times what it takes without federation"
        f" ({statistics.median(usual[2:]):.1f} ms), and in {busy:.1f} ms while a thousand deliveries leave"
    )
    if each > MOST_CPU or later > MOST_LATER:
        raise SystemExit(f"more than {MOST_CPU} ms, or than {MOST_LATER} times")


def among_the_dead(folder: Path, followers: int = FOLLOWERS, hosts: int = HOSTS, dead: int = DEAD) -> None:
    """Prints how much later the living are told. Exits where that is more than it may be."""
    at, alone_at, to, silent = free_port(), free_port(), free_port(), free_port()
    gone = _dead_hosts(dead, free_port(), silent)
    with sink(to, silent):
        token = asyncio.run(
            founded(str(folder / "among"), at, to, federated=True, followers=followers, hosts=hosts, dead=gone)
        )
        other = asyncio.run(
            founded(str(folder / "alone"), alone_at, to, federated=True, followers=followers, hosts=hosts)
        )
        with (
            house(folder / "among", at, federated=True) as among,
            house(folder / "alone", alone_at, federated=True) as alone,
        ):
            _wait(lambda: _came(to) >= 2 * followers)  # the answers to their follows
            _wait(lambda: _failing(folder / "among") >= dead)
            _a_day_later(folder / "among")
            usual, later = list[float](), list[float]()
            for number in range(TURNS):
                for server, who, times in ((alone, other, usual), (among, token, later)):
                    rested(alone)
                    rested(among)
                    times.append(_until_told(server, who, to, followers, number))
            failing = _failing(folder / "among")
    ratio = statistics.median(later) / statistics.median(usual)
    print(
        f"{followers} followers on {hosts} hosts have a post in {statistics.median(usual):.0f} ms, and in {statistics.median(later):.0f} ms"
        f" among {failing} dead hosts: {ratio:.2f} times (at most {MOST_SLOWER})"
    )
    if ratio > MOST_SLOWER or failing < dead:
        raise SystemExit(1)


def _dead_hosts(many: int, closed: int, silent: int) -> list[str]:
    """A third of each kind. Nothing listens at port `closed`."""
    near = [f"{number // 250}.{number % 250 + 1}" for number in range(many // 3)]
    refused, never = [f"127.1.{one}:{closed}" for one in near], [f"127.2.{one}:{silent}" for one in near]
    return [*refused, *never, *(f"host{number}.invalid" for number in range(many - 2 * len(near)))]


def _a_day_later(folder: Path) -> None:
    """The dead have been tried so often that they are tried again after the longest time, each at another moment."""
    with closing(sqlite3.connect(folder / "chaupal.db", timeout=PATIENCE)) as db:
        pause = BACK_OFF[-1] // FOR_TESTS
        db.execute(
            "UPDATE servers SET fails = ?, due_at = ? + abs(random()) % ? WHERE fails > 0",
            (len(BACK_OFF), time.time_ns() // 1_000_000, pause),
        )
        db.commit()


def _failing(folder: Path) -> int:
    """How many hosts did not answer the last time."""
    with closing(sqlite3.connect(f"file:{folder / 'chaupal.db'}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM servers WHERE fails > 0").fetchone()[0]


def _until_told(server: Server, token: str, to: int, followers: int, number: int) -> float:
    """ms from a post until the last of the living has it, without those in which the server had no core because others were at it."""
    told, waited, began = _came(to), server.waited, time.perf_counter()
    says(server, token, number)
    _wait(lambda: _came(to) >= told + followers)
    return (time.perf_counter() - began - (server.waited - waited)) * 1_000


def _while_telling(server: Server, token: str, first: int) -> float:
    """The median of the next posts, each said while those before it are still on their way."""
    return statistics.median([says(server, token, first + number) for number in range(10)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundred followers on fifty hosts")
    parser.add_argument("--sink", type=int, default=0, help="be the hosts, at this port")
    parser.add_argument("--silent", type=int, default=0, help="and, at this one, those that never answer")
    parser.add_argument("--dead", action="store_true", help="among a thousand dead hosts")
    given = parser.parse_args()
    if given.sink:
        asyncio.run(_sink(given.sink, given.silent))
    else:
        with tempfile.TemporaryDirectory() as kept:
            if given.dead:
                among_the_dead(Path(kept), *((100, 50, 90) if given.quick else ()))
            else:
                measure(Path(kept), *((100, 50, 5) if given.quick else ()))
