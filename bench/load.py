"""The load: keep-alive connections that ask again as soon as they are answered; run in a process on the last core."""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop

from bench.process import cpu_of


@dataclass
class Plan:
    """What the connections send, in turn. `seconds` bounds the run, `most` the number of requests (0: no bound); `pid`: the server's, where
    it is to be said what it had taken of a processor before.
    """

    port: int
    requests: list[str]
    connections: int
    seconds: float
    most: int = 0
    pid: int = 0


class Asker(asyncio.Protocol):
    """One connection: HTTP/1.1, one request at a time, answers with a Content-Length (or none, up to the end)."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.head = b""
        self.left = -1
        self.waiting = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request = self.run.next()
        self.waiting = request is not None
        if request is None:
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            self.left = length_of(self.head[:end]) - (len(self.head) - end - 4)
        else:
            self.left -= len(data)
        if self.left <= 0:
            self.run.done(time.perf_counter() - self.sent, self.head[9:12] in (b"200", b"202"))
            self.head, self.left = b"", -1
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting:
            self.run.done(0.0, False)
        self.run.closed()


def length_of(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


class Run:
    """The state that all connections share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests = [request.encode() for request in plan.requests]
        self.times: list[float] = []
        self.failures = 0
        self.asked = 0
        self.open = plan.connections
        self.over = asyncio.get_running_loop().create_future()
        self.until = time.perf_counter() + plan.seconds

    def next(self) -> bytes | None:
        if time.perf_counter() >= self.until or (self.plan.most and self.asked >= self.plan.most):
            return None
        self.asked += 1
        return self.requests[self.asked % len(self.requests)]

    def done(self, seconds: float, ok: bool) -> None:
        self.times.append(seconds)
        self.failures += not ok

    def closed(self) -> None:
        self.open -= 1
        if self.open == 0 and not self.over.done():
            self.over.set_result(None)


async def run(plan: Plan) -> dict[str, Any]:
    """Requests done, failures, seconds, p50 and p99 in ms, and seconds of the server's CPU before it."""
    loop = asyncio.get_running_loop()
    state = Run(plan)
    before = cpu_of(plan.pid) if plan.pid else 0.0
    began = time.perf_counter()
    for _ in range(plan.connections):
        await loop.create_connection(lambda: Asker(state), "127.0.0.1", plan.port)
    await asyncio.wait_for(state.over, plan.seconds + 30)
    seconds = time.perf_counter() - began
    times = sorted(state.times) or [0.0]
    return {
        "requests": len(state.times),
        "failures": state.failures,
        "seconds": seconds,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
        "cpu_before": before,
    }


def main() -> None:
    """Reads a plan as JSON from standard input, writes the result as JSON."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    plan = Plan(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(plan))))


if __name__ == "__main__":
    main()
