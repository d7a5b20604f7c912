"""W5: posting under load, and how soon a post stands in its followers' homes."""

import http.client
import json
import random
import statistics
import time
from typing import Any
from urllib.parse import quote

from bench.data import HINDI, DataSet, sentence
from bench.process import Server, fire

WRITERS = (16, 64)
ROUNDS = 3
LOOKS = 40  # posts after each of which one follower's home is read
FORM = "application/x-www-form-urlencoded"


def measure(server: Server, data: DataSet, seconds: float) -> dict[str, Any]:
    """Posting at each number of writers, and the share of homes that had a post at the next read."""
    posting: dict[str, dict[str, float]] = {}
    for writers in WRITERS:
        runs = [_storm(server, data, writers, seconds) for _ in range(ROUNDS)]
        posting[str(writers)] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    few, many = _followers(server, data), data.crowd
    return {
        "posting": posting,
        "presence": {"30": presence(server, data.tokens[0], few), "1,000": presence(server, data.star, many)},
    }


def _storm(server: Server, data: DataSet, writers: int, seconds: float) -> dict[str, float]:
    done = fire(server, _posts(data, 64), connections=writers, seconds=seconds)
    if done.failures:
        raise SystemExit(f"posting: {done.failures} of {done.requests} failed")
    return {
        "cpu": done.cpu,
        "per_second": done.per_second,
        "per_core": 1000 / done.cpu,
        "p50": done.p50,
        "p99": done.p99,
    }


def _posts(data: DataSet, count: int) -> list[str]:
    dice = random.Random(5)
    found: list[str] = []
    for number in range(count):
        body = f"language=hi&status={quote(sentence(dice, HINDI))}"
        auth = f"Authorization: Bearer {data.tokens[number % len(data.tokens)]}"
        head = f"POST /api/v1/statuses HTTP/1.1\r\nHost: 127.0.0.1\r\n{auth}\r\nContent-Type: {FORM}\r\n"
        found.append(f"{head}Content-Length: {len(body)}\r\n\r\n{body}")
    return found


def call(connection: http.client.HTTPConnection, method: str, path: str, token: str, body: str = "") -> Any:
    connection.request(method, path, body or None, {"Authorization": f"Bearer {token}", "Content-Type": FORM})
    return json.loads(connection.getresponse().read())


def _followers(server: Server, data: DataSet) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    found = call(connection, "GET", f"/api/v1/accounts/{data.people[0]}/followers?limit=80", data.tokens[0])
    ids = {int(account["id"]) for account in found}
    return [token for person, token in zip(data.people, data.tokens, strict=True) if person in ids]


def presence(server: Server, author: str, followers: list[str]) -> dict[str, float]:
    """Post, and read one follower's home at once, over and over: the share that had it, and ms that the look took."""
    writer, reader = (http.client.HTTPConnection("127.0.0.1", server.port, timeout=20) for _ in range(2))
    times: list[float] = []
    had = 0
    for number in range(LOOKS):
        said = call(writer, "POST", "/api/v1/statuses", author, f"status={quote('सुनो')}+{number}")
        began = time.perf_counter()
        home = call(reader, "GET", "/api/v1/timelines/home?limit=5", followers[number % len(followers)])
        times.append((time.perf_counter() - began) * 1000)
        had += any(status["id"] == said["id"] for status in home)
    return {"share": had / LOOKS, "ms": statistics.median(times)}
