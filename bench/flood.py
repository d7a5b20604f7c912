"""What others wait for while sockets are flooded: p99 of a read, with a flood of messages from one address and without.

`python -m bench.flood`: eight anonymous WebSockets send as fast as they can, and come again whenever they are closed. Limits
are as they are shipped; whoever reads comes from other addresses.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.data import seed
from bench.process import CORES, free_port, serving
from bench.streams import SOCKET

SOCKETS = 8
READS, PER_ADDRESS = 600, 100
PATH = "/api/v1/timelines/public"
WISH = b'{"type":"subscribe","stream":"public:local"}'
FRAME = bytes((0x81, 0x80 | len(WISH), 0, 0, 0, 0)) + WISH  # RFC 6455 §5.2, masked with zeros
ATTACKER = "127.66.0.1"


async def _attack(port: int) -> None:
    """One socket after the other, each as loud as it can until it is closed."""
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(ATTACKER, 0))
            writer.write(SOCKET.encode())
            await reader.readuntil(b"\r\n\r\n")
            while not reader.at_eof():
                writer.write(FRAME * 200)
                await writer.drain()
                await asyncio.sleep(0)
            writer.close()
        await asyncio.sleep(0.01)


async def _all(port: int) -> None:
    await asyncio.gather(*(_attack(port) for _ in range(SOCKETS)))


async def _read(port: int, reads: int) -> tuple[float, float]:
    """p50 and p99 (ms) of reads one after the other, each on a connection of its own."""
    took: list[float] = []
    for n in range(reads):
        began = time.perf_counter()
        address = f"127.0.{1 + n // PER_ADDRESS}.1"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        took.append((time.perf_counter() - began) * 1_000)
        writer.close()
        await asyncio.sleep(0.002)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def measure(folder: Path, reads: int = READS, scale: int = 1) -> dict[str, float]:
    """p50 and p99 in ms without and with the flood, and how many times as long the p99 is."""
    data = asyncio.run(seed(folder / "flooded", 200, 2_000))
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    with serving(
        command, port, "/api/v2/instance", {"CHAUPAL_LOG_LEVEL": "error", "CHAUPAL_RATE_LIMIT_SCALE": str(scale)}
    ):
        asyncio.run(_read(port, 50))
        quiet = asyncio.run(_read(port, reads))
        flood = subprocess.Popen([sys.executable, "-m", "bench.flood", "--attack", str(port)])
        try:
            time.sleep(2)
            loud = asyncio.run(_read(port, reads))
        finally:
            flood.kill()
            flood.wait()
    return {
        "quiet_p50": quiet[0], "quiet_p99": quiet[1], "flooded_p50": loud[0], "flooded_p99": loud[1], "ratio": loud[1] / quiet[1],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=READS)
    parser.add_argument(
        "--scale", type=int, default=1, help="so many times the limits: what the flood does where they do not hold"
    )
    parser.add_argument("--attack", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.attack:
        asyncio.run(_all(asked.attack))
        return
    with tempfile.TemporaryDirectory(prefix="chaupal-flood-") as folder:
        found = measure(Path(folder), asked.reads, asked.scale)
    print(f"{len(CORES)} cores; {SOCKETS} sockets from one address, {asked.reads} reads of {PATH}")
    print(f"quiet    p50 {found['quiet_p50']:8.1f} ms   p99 {found['quiet_p99']:8.1f} ms")
    print(f"flooded  p50 {found['flooded_p50']:8.1f} ms   p99 {found['flooded_p99']:8.1f} ms")
    print(f"p99, flooded to quiet: {found['ratio']:.2f}")


if __name__ == "__main__":
    main()
