"""The workloads W1 to W4, W6, W7 and W10: what is asked for by whom, what it may cost, and how it is measured beside R."""

import http.client
import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench.data import TAG, WORD, DataSet
from bench.process import Load, Server, fire

ROUNDS = 5
API = "/api/v1"
# What the server adds to every answer by itself, as R's server does too.
ITS_OWN = frozenset({"date", "server", "transfer-encoding", "connection"})


@dataclass
class WorkMeasured:
    """`target` is in R, or in ms of CPU where `absolute`. `there`: ms that the target came to where it was set (R was 0.095 ms).

    `elsewhere`: GoToSocial's CPU for the same, measured there, in R or ms.
    """

    name: str
    path: str
    target: float
    there: float
    elsewhere: float
    tokens: list[str] = field(default_factory=list[str])
    absolute: bool = False
    size: int = 0  # bytes of its body, once captured

    def requests(self, before: str = "") -> list[str]:
        """One for each reader; with what R wants `before` the path."""
        return [ask(before + self.path, token) for token in self.tokens or [""]]


def ask(path: str, token: str = "") -> str:
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: hi\r\n{auth}\r\n"


def works(data: DataSet) -> list[WorkMeasured]:
    """The same list for every data set, in the same order."""
    me, twenty = data.tokens[:1], data.tokens[:20]
    another = data.tokens[-1:]  # whose own posts are not what is asked for: authors are told of rulings
    return [
        WorkMeasured("W1 home, one reader", f"{API}/timelines/home", 1.6, 0.15, 5.6, me),
        WorkMeasured("W1 home, 20 readers in turn", f"{API}/timelines/home", 1.6, 0.15, 5.6, twenty),
        WorkMeasured("W2 public, local", f"{API}/timelines/public?local=true", 1.8, 0.17, 21, me),
        WorkMeasured("W3 one status", f"{API}/statuses/{data.post}", 2.0, 0.10, 4.8, me),
        WorkMeasured("W3 thread of 20", f"{API}/statuses/{data.thread}/context", 2.5, 0.24, 15.6, me),
        WorkMeasured("W4 an account's posts", f"{API}/accounts/{data.people[0]}/statuses", 2.5, 0.24, 326, another),
        WorkMeasured("W6 tag, Devanagari", f"{API}/timelines/tag/{quote(TAG)}", 1.8, 0.17, 31.6, me),
        WorkMeasured(
            "W6 search, Hindi word", f"/api/v2/search?type=statuses&q={quote(WORD)}", 1.5, 1.5, 11.5, me, absolute=True
        ),
        WorkMeasured("W7 profile page", f"/@{data.handle}", 0.3, 0.3, 93, absolute=True),
        *(WorkMeasured(f"W10 {name}", path, target, target * 0.095, 0, me) for name, path, target in other_reads(data)),
    ]


def other_reads(data: DataSet) -> list[tuple[str, str, float]]:
    """What else clients ask for again and again: (name, path, most in R)."""
    whom = data.people[-1]
    return [
        ("notifications", f"{API}/notifications", 2.0),
        ("notifications, grouped", "/api/v2/notifications", 2.0),
        ("how many are unread", f"{API}/notifications/unread_count", 2.0),
        ("bookmarks", f"{API}/bookmarks", 3.0),
        ("favourites", f"{API}/favourites", 3.0),
        ("oneself", f"{API}/accounts/verify_credentials", 3.0),
        ("an account", f"{API}/accounts/{whom}", 3.0),
        ("followers", f"{API}/accounts/{whom}/followers", 3.0),
        ("relationships", f"{API}/accounts/relationships?id[]={whom}", 3.0),
        ("conversations", f"{API}/conversations", 3.0),
        ("filters", "/api/v2/filters", 3.0),
        ("lists", f"{API}/lists", 3.0),
        ("followed tags", f"{API}/followed_tags", 3.0),
        ("instance", "/api/v2/instance", 3.0),
        ("trending tags", f"{API}/trends/tags", 3.0),
        ("a tag", f"{API}/tags/{quote(TAG)}", 3.0),
    ]


def capture(server: Server, chosen: list[WorkMeasured], folder: Path) -> list[WorkMeasured]:
    """Write down the bytes that R must send, head and body: what the real server answers to each work."""
    folder.mkdir()
    index: dict[str, list[list[str]]] = {}
    for number, work in enumerate(chosen):
        headers = {"Accept-Language": "hi"} | ({"Authorization": f"Bearer {work.tokens[0]}"} if work.tokens else {})
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", work.path, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{work.name}: {answer.status} for {work.path}")
        work.size = (folder / f"{number}.body").write_bytes(answer.read())
        index[str(number)] = [
            [name.lower(), value] for name, value in answer.getheaders() if name.lower() not in ITS_OWN
        ]
        connection.close()
    (folder / "index.json").write_text(json.dumps(index))
    return chosen


@dataclass
class Servers:
    """As it is served; composing every answer anew, with the same data and with the larger; and R."""

    server: Server
    composing: Server
    larger: Server
    raw: Server


def measure(
    servers: Servers, small: list[WorkMeasured], large: list[WorkMeasured], seconds: float
) -> dict[str, dict[str, float]]:
    """Each work at each of the servers in turn; medians over the rounds."""
    server, composing, larger, raw = servers.server, servers.composing, servers.larger, servers.raw
    rows: dict[str, list[dict[str, float]]] = {work.name: [] for work in small}
    for which, chosen in ((server, small), (composing, small), (larger, large)):
        for work in chosen:
            fire(which, work.requests(), seconds=0.4)
    for _ in range(ROUNDS):
        for number, (work, grown) in enumerate(zip(small, large, strict=True)):
            base = fire(raw, work.requests(before=f"/{number}"), seconds=seconds / 2)
            mine = good(fire(server, work.requests(), seconds=seconds), work)
            anew = good(fire(composing, work.requests(), seconds=seconds), work)
            more = good(fire(larger, grown.requests(), seconds=seconds), grown)
            rows[work.name].append(
                {
                    "cpu": mine.cpu,
                    "raw": base.cpu,
                    "ratio": mine.cpu / base.cpu,
                    "composed": anew.cpu / base.cpu,
                    "growth": more.cpu / anew.cpu,
                    "size": work.size,
                    "per_second": mine.per_second,
                    "p50": mine.p50,
                    "p99": mine.p99,
                }
            )
    return {
        name: {key: statistics.median(row[key] for row in found) for key in found[0]} for name, found in rows.items()
    }


def good(load: Load, work: WorkMeasured) -> Load:
    if load.failures or not load.requests:
        raise SystemExit(f"{work.name}: {load.failures} of {load.requests} answers were not 200")
    return load


def first_reads(server: Server, raw: Server, data: DataSet) -> dict[str, float]:
    """The first home of everybody but one, on a server just started; its ratio to R must be no cliff."""
    path = f"{API}/timelines/home"
    fire(server, [ask(path, data.tokens[0])], connections=1, most=20)  # the program itself is warm
    others = [ask(path, token) for token in data.tokens[1:]]
    mine = fire(server, others, connections=1, most=len(others))
    base = fire(raw, [ask(f"/0{path}", data.tokens[0])], connections=1, seconds=0.5)
    return {"cpu": mine.cpu, "ratio": mine.cpu / base.cpu}
