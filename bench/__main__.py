"""`make bench`: seeds the data set, serves it on one core, loads it from the other, prints a table of ratios."""

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from bench import neighbours, writing
from bench.data import TAG, WORD, DataSet, seed
from bench.process import Server, fire, free_port, serving

RUNS = Path(__file__).parent / "runs"


@dataclass
class Work:
    """One workload: what is asked for by whom, and how dear it may be (in R, or in ms where `absolute`)."""

    name: str
    path: str
    target: float
    tokens: list[str]
    absolute: bool = False
    mime: str = "application/json"

    def requests(self) -> list[str]:
        return [ask(self.path, token) for token in self.tokens or [""]]


def ask(path: str, token: str = "") -> str:
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: hi\r\n{auth}\r\n"


def works(data: DataSet) -> list[Work]:
    me, twenty = data.tokens[:1], data.tokens[:20]
    api = "/api/v1"
    return [
        Work("W1 home, one reader", f"{api}/timelines/home", 1.6, me),
        Work("W1 home, 20 readers in turn", f"{api}/timelines/home", 1.6, twenty),
        Work("W2 public, local", f"{api}/timelines/public?local=true", 1.8, me),
        Work("W3 one status", f"{api}/statuses/{data.post}", 2.0, me),
        Work("W3 thread", f"{api}/statuses/{data.thread}/context", 2.5, me),
        Work("W4 an account's posts", f"{api}/accounts/{data.people[0]}/statuses", 2.5, me),
        Work("W6 tag, Devanagari", f"{api}/timelines/tag/{quote(TAG)}", 1.8, me),
        Work("W6 search, Hindi word (ms)", f"/api/v2/search?type=statuses&q={quote(WORD)}", 1.5, me, absolute=True),
        Work("W7 profile page (ms)", f"/@{data.handle}", 0.3, [], absolute=True, mime="text/html"),
    ]


def capture(server: Server, works_: list[Work], folder: Path) -> None:
    """The bytes that R must send: what the real server answers to each work."""
    import urllib.request

    index: dict[str, tuple[str, str]] = {}
    for i, work in enumerate(works_):
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}{work.path}", headers={"Accept-Language": "hi"}
        )
        if work.tokens:
            request.add_header("Authorization", f"Bearer {work.tokens[0]}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            (folder / f"{i}.body").write_bytes(answer.read())
        index[f"/{i}"] = (f"{i}.body", work.mime)
    (folder / "index.json").write_text(json.dumps(index))


def measure(
    server: Server, raw: Server, works_: list[Work], rounds: int, seconds: float
) -> dict[str, dict[str, float]]:
    """Each work and R with the same bytes, interleaved; medians over the rounds."""
    found: dict[str, list[dict[str, float]]] = {work.name: [] for work in works_}
    for work in works_:
        fire(server, work.requests(), seconds=0.3)
    for _ in range(rounds):
        for i, work in enumerate(works_):
            base = fire(raw, [ask(f"/{i}")], seconds=seconds / 2)
            mine = fire(server, work.requests(), seconds=seconds)
            if mine["failures"]:
                raise SystemExit(f"{work.name}: {mine['failures']} of {mine['requests']} answers were not 200")
            ratio = mine["cpu"] / base["cpu"] if base["cpu"] else 0.0
            found[work.name].append(
                {
                    "cpu": mine["cpu"],
                    "raw": base["cpu"],
                    "ratio": ratio,
                    "rps": mine["requests"] / mine["seconds"],
                    "p50": mine["p50"],
                    "p99": mine["p99"],
                }
            )
    return {name: {key: statistics.median(row[key] for row in rows) for key in rows[0]} for name, rows in found.items()}


def serve(data: DataSet, port: int) -> Any:
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    return serving(
        command, port, "/api/v2/instance", {"CHAUPAL_RATE_LIMIT_SCALE": "1000000", "CHAUPAL_LOG_LEVEL": "error"}
    )


def one_size(folder: Path, people: int, posts: int, rounds: int, seconds: float, *, crowd: int) -> dict[str, Any]:
    """Seed one data set, serve and measure it."""
    began = time.perf_counter()
    data = asyncio.run(seed(folder / "data", people, posts, crowd=crowd))
    print(f"seeded {people} people, {posts} posts, 10,000 rulings in {time.perf_counter() - began:.0f} s", flush=True)
    port, raw_port = free_port(), free_port()
    with serve(data, port) as server:
        result: dict[str, Any] = {"started": server.started, "memory_before": server.memory}
        chosen = works(data)
        capture(server, chosen, folder)
        with serving([sys.executable, "-m", "bench.raw", str(folder), str(raw_port)], raw_port, "/0") as raw:
            result["works"] = measure(server, raw, chosen, rounds, seconds)
        if crowd:
            result |= writing.measure(server, data, seconds)
        result["memory_after"] = server.memory
    return result


def report(small: dict[str, Any], large: dict[str, Any], peers: dict[str, Any]) -> Table:
    table = Table(title="Chaupal: CPU per request of the server process, and its ratio to R in the same run")
    for column in (
        "work",
        "CPU ms",
        "R ms",
        "ratio",
        "target",
        "10x / 1x",
        "req/s/core",
        "p50 ms",
        "p99 ms",
        "snac / us",
    ):
        table.add_column(column, justify="left" if column == "work" else "right")
    for work in works(DataSet(settings=None, tokens=[""], people=[0])):  # type: ignore[arg-type]
        row, big = small["works"][work.name], large["works"][work.name]
        value = row["cpu"] if work.absolute else row["ratio"]
        mark = "[green]" if value <= work.target else "[red]"
        peer = peers.get(work.name)
        table.add_row(
            work.name, f"{row['cpu']:.3f}", f"{row['raw']:.3f}", f"{mark}{row['ratio']:.2f}", f"≤ {work.target} {'ms' if work.absolute else 'R'}",
            f"{big['cpu'] / row['cpu']:.2f}", f"{1000 / row['cpu']:.0f}", f"{row['p50']:.1f}", f"{row['p99']:.1f}",
            f"{peer / row['cpu']:.1f}x" if peer else "–",
        )  # fmt: skip
    for name, value, target in writing.rows(small):
        table.add_row(name, value, "", "", target)
    table.add_row("start to first 200 (s)", f"{small['started']:.2f}", "", "", "≤ 2")
    table.add_row(
        "memory before / after (MB)",
        f"{small['memory_before']:.0f} / {small['memory_after']:.0f}",
        "",
        "",
        "≤ 90 / 150",
    )
    return table


def compare(new: dict[str, Any], base: Path) -> None:
    old = json.loads(base.read_text())["small"]["works"]
    for name, row in new["works"].items():
        if name in old:
            print(
                f"{name:34} ratio {old[name]['ratio']:.2f} -> {row['ratio']:.2f}  ({row['ratio'] / old[name]['ratio']:.2f}x)"
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="shorter rounds, and the larger set three times the size instead of ten"
    )
    parser.add_argument("--compare", type=Path, help="an earlier run's JSON, to put beside this one")
    args = parser.parse_args()
    rounds, seconds, growth = (3, 1.0, 3) if args.quick else (3, 2.0, 10)
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        (folder / "small").mkdir()
        (folder / "large").mkdir()
        small = one_size(folder / "small", 50, 3_000, rounds, seconds, crowd=1_000)
        large = one_size(folder / "large", 50 * growth, 3_000 * growth, rounds, seconds, crowd=0)
        peers = neighbours.measure(folder, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    RUNS.mkdir(exist_ok=True)
    file = RUNS / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    file.write_text(json.dumps({"small": small, "large": large, "growth": growth, "peers": peers}, indent=1))
    Console(width=150).print(report(small, large, peers))
    print(file)
    if args.compare:
        compare(small, args.compare)


if __name__ == "__main__":
    main()
