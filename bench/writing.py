"""W5: posting under load, and how soon a post stands in its followers' homes."""

import http.client
import json
import random
import time
from typing import Any
from urllib.parse import quote

from bench.data import HINDI, DataSet, sentence
from bench.process import Server, fire

WRITERS = (16, 64)


def measure(server: Server, data: DataSet, seconds: float) -> dict[str, Any]:
    """Posts per second of the server's CPU at each number of writers, and the share of homes that had it at the next read."""
    result: dict[str, Any] = {"posting": {}}
    for writers in WRITERS:
        done = fire(server, _posts(data, 64), connections=writers, seconds=seconds * 2)
        if done["failures"]:
            raise SystemExit(f"posting: {done['failures']} of {done['requests']} failed")
        result["posting"][str(writers)] = {
            "cpu": done["cpu"],
            "per_second": done["requests"] / done["seconds"],
            "per_core": 1000 / done["cpu"],
            "p50": done["p50"],
            "p99": done["p99"],
        }
    result["presence"] = {
        "30": presence(server, data.tokens[0], _followers(server, data)),
        "1000": presence(server, data.star, data.crowd),
    }
    return result


def _posts(data: DataSet, count: int) -> list[str]:
    dice = random.Random(5)
    found: list[str] = []
    for i in range(count):
        body = f"language=hi&status={quote(sentence(dice, HINDI))}"
        head = f"POST /api/v1/statuses HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {data.tokens[i % len(data.tokens)]}\r\n"
        found.append(
            f"{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
    return found


def _call(connection: http.client.HTTPConnection, method: str, path: str, token: str, body: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body or None, headers)
    return json.loads(connection.getresponse().read())


def _followers(server: Server, data: DataSet) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    found = _call(connection, "GET", f"/api/v1/accounts/{data.people[0]}/followers?limit=80", data.tokens[0])
    ids = {int(account["id"]) for account in found}
    return [token for person, token in zip(data.people, data.tokens, strict=True) if person in ids]


def presence(server: Server, author: str, followers: list[str]) -> dict[str, float]:
    """Post, read a follower's home at once, over and over: the share that had it, and ms from response to presence."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    times: list[float] = []
    had = 0
    for i, follower in enumerate(followers[:40]):
        said = _call(connection, "POST", "/api/v1/statuses", author, f"status={quote('सुनो')}+{i}")
        began = time.perf_counter()
        home = _call(connection, "GET", "/api/v1/timelines/home?limit=5", follower)
        times.append((time.perf_counter() - began) * 1000)
        had += any(status["id"] == said["id"] for status in home)
    return {"share": had / len(times), "ms": sorted(times)[len(times) // 2]}


def rows(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = [
        (f"W5 posting, {n} writers (CPU ms; posts/s/core)", f"{row['cpu']:.2f}; {row['per_core']:.0f}", "≤ 1.0; ≥ 800")
        for n, row in result["posting"].items()
    ]
    for n, row in result["presence"].items():
        found.append((f"W5 in followers' homes, {n} followers", f"{row['share']:.0%} at the next read", "100%"))
    return found
