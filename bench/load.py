"""The load: keep-alive connections that ask again as soon as they are answered; run in a process on the other core."""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop


@dataclass
class Plan:
    """What each connection sends, in turn. `seconds` bounds the run, `most` the number of requests (0: no bound)."""

    port: int
    requests: list[bytes]
    connections: int
    seconds: float
    most: int = 0


class Asker(asyncio.Protocol):
    """One connection: HTTP/1.1 with Content-Length, one request at a time."""

    def __init__(self, run: "Run", start: int) -> None:
        self.run = run
        self.turn = start
        self.buffer = b""
        self.left = -1
        self.sent = 0.0
        self.status = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request = self.run.next(self)
        if request is None:
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.left >= 0:
            self.left -= len(data)
        else:
            self.buffer += data
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.status = int(self.buffer[9:12])
            self.left = length - (len(self.buffer) - end - 4)
            self.buffer = b""
        if self.left <= 0:
            self.left = -1
            self.run.done(time.perf_counter() - self.sent, self.status)
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.closed()


class Run:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.times: list[float] = []
        self.failures = 0
        self.asked = 0
        self.open = plan.connections
        self.over = asyncio.get_running_loop().create_future()
        self.until = time.perf_counter() + plan.seconds

    def next(self, asker: Asker) -> bytes | None:
        if time.perf_counter() >= self.until or (self.plan.most and self.asked >= self.plan.most):
            return None
        self.asked += 1
        asker.turn = (asker.turn + 1) % len(self.plan.requests)
        return self.plan.requests[asker.turn]

    def done(self, seconds: float, status: int) -> None:
        self.times.append(seconds)
        if status != 200:
            self.failures += 1

    def closed(self) -> None:
        self.open -= 1
        if self.open == 0 and not self.over.done():
            self.over.set_result(None)


async def run(plan: Plan) -> dict[str, Any]:
    """Requests done, failures, seconds, p50 and p99 in ms."""
    loop = asyncio.get_running_loop()
    state = Run(plan)
    began = time.perf_counter()
    for i in range(plan.connections):
        await loop.create_connection(lambda i=i: Asker(state, i * 7), "127.0.0.1", plan.port)
    await state.over
    seconds = time.perf_counter() - began
    times = sorted(state.times) or [0.0]
    return {
        "requests": len(state.times),
        "failures": state.failures,
        "seconds": seconds,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
    }


def main() -> None:
    """Reads a plan as JSON from standard input, writes the result as JSON."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sent = json.load(sys.stdin)
    plan = Plan(
        sent["port"], [r.encode() for r in sent["requests"]], sent["connections"], sent["seconds"], sent.get("most", 0)
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(plan))))


if __name__ == "__main__":
    main()
