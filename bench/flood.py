"""What others wait for while a server is flooded: p99 of a read, with each flood and without.

`python -m bench.flood`: eight anonymous WebSockets, each from an address of its own, send as fast as they can and come again whenever
they are closed; a thousand requests stand half sent, and each that is closed is begun anew; both at once. Limits are as they are
shipped; whoever reads comes from other addresses.
"""

import argparse
import asyncio
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.data import seed
from bench.process import CORES, free_port, serving
from bench.streams import SOCKET

SOCKETS, HALF_SENT = 8, 1_000
PER_ATTACKER = 50  # half-sent requests from one address
READS, PER_ADDRESS = 600, 100
PATH = "/api/v1/timelines/public"
WISH = b'{"type":"subscribe","stream":"public:local"}'
FRAME = bytes((0x81, 0x80 | len(WISH), 0, 0, 0, 0)) + WISH  # RFC 6455 §5.2, masked with zeros
HALF = b"GET /api/v2/instance HTTP/1.1\r\nHost: bench\r\n"


async def _shout(port: int, number: int) -> None:
    """One socket after the other, each as loud as it can until it is closed."""
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.66.{number}.1", 0))
            writer.write(SOCKET.encode())
            await reader.readuntil(b"\r\n\r\n")
            while not reader.at_eof():
                writer.write(FRAME * 200)
                await writer.drain()
            writer.close()
        await asyncio.sleep(0)


async def _linger(port: int, number: int) -> None:
    """One request after the other, each of which never comes to its end."""
    address = f"127.67.{number // PER_ATTACKER}.1"
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            writer.write(HALF)
            await reader.read()
            writer.close()
        await asyncio.sleep(0.01)


async def _messages(port: int) -> None:
    await asyncio.gather(*(_shout(port, number) for number in range(SOCKETS)))


async def _half_sent(port: int) -> None:
    await asyncio.gather(*(_linger(port, number) for number in range(HALF_SENT)))


async def _both(port: int) -> None:
    await asyncio.gather(_messages(port), _half_sent(port))


FLOODS = {"messages": _messages, "half-sent": _half_sent, "both": _both}


async def _read(port: int, reads: int, turn: int) -> tuple[float, float]:
    """p50 and p99 (ms) of reads one after the other, each on a connection of its own; at each turn from other addresses."""
    took: list[float] = []
    for n in range(reads):
        began = time.perf_counter()
        address = f"127.{turn}.{1 + n // PER_ADDRESS}.1"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        took.append((time.perf_counter() - began) * 1_000)
        writer.close()
        await asyncio.sleep(0.002)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


class ReadersWaited(NamedTuple):
    """What readers waited (ms), and how many times as long the p99 is as where nothing is flooded."""

    p50: float
    p99: float
    ratio: float


def measure(folder: Path, reads: int = READS, scale: int = 1) -> dict[str, ReadersWaited]:
    """By flood, and `quiet` without one."""
    data = asyncio.run(seed(folder / "flooded", 200, 2_000))
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    with serving(
        command, port, "/api/v2/instance", {"CHAUPAL_LOG_LEVEL": "error", "CHAUPAL_RATE_LIMIT_SCALE": str(scale)}
    ):
        asyncio.run(_read(port, 50, 1))
        quiet = asyncio.run(_read(port, reads, 2))
        found = {"quiet": ReadersWaited(*quiet, 1.0)}
        for turn, name in enumerate(FLOODS, 3):
            flood = subprocess.Popen([sys.executable, "-m", "bench.flood", "--attack", name, "--port", str(port)])
            try:
                time.sleep(3)
                p50, p99 = asyncio.run(_read(port, reads, turn))
            finally:
                flood.kill()
                flood.wait()
            found[name] = ReadersWaited(p50, p99, p99 / quiet[1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=READS)
    parser.add_argument(
        "--scale", type=int, default=1, help="so many times the limits: what the flood does where they do not hold"
    )
    parser.add_argument("--attack", choices=tuple(FLOODS), default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.attack:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        asyncio.run(FLOODS[asked.attack](asked.port))
        return
    with tempfile.TemporaryDirectory(prefix="chaupal-flood-") as folder:
        found = measure(Path(folder), asked.reads, asked.scale)
    print(
        f"{len(CORES)} cores; {SOCKETS} loud sockets, {HALF_SENT:,} half-sent requests, {asked.reads} reads of {PATH}"
    )
    for name, read in found.items():
        print(f"{name:10} p50 {read.p50:8.1f} ms   p99 {read.p99:8.1f} ms   p99 to quiet {read.ratio:.2f}")


if __name__ == "__main__":
    main()
