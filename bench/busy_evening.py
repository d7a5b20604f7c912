"""A busy evening: fifty readers, and among their reads every twentieth request writes. What a busy server costs, in R.

`--beside FOLDER` asks another version's source tree in turn with this one, each over data of its own, and says how much more of a
processor this one takes for a request: to be ready for many machines may cost one that stands alone no more than `DEARER` over the
last version that knew nothing of them (`git archive e216baea`; what `make catalogues assets scripts` makes belongs in it, too).
"""

import argparse
import contextlib
import http.client
import json
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from bench import versions
from bench.data import CROWD, HINDI, PEOPLE, POSTS, TAGS, WORD, DataSet, sentence
from bench.process import Load, Server, fire, free_port, rested, serving
from bench.works import API, ITS_OWN, ask

# Of 1,000 requests.
MIX = {
    "home": 500,
    "public": 100,
    "notifications": 100,
    "context": 80,
    "status": 60,
    "account's posts": 60,
    "tag": 30,
    "search": 20,
    "favourite": 30,
    "post": 20,
}
WRITES = ("favourite", "post")
AT = 40  # the posts that are looked at and liked are among the newest so many
ROUNDS = 3
FORM = "application/x-www-form-urlencoded"
# Most in R, of the whole, of its reads alone, of homes in turn with nothing written, of each first home; p99 in p50.
TARGETS = {"busy": 5.0, "reads": 3.0, "homes": 1.8, "first": 5.0}
TAIL = 5.0
TURNS, DEARER = 9, 1.03  # loads of each version; most times what the other takes


@dataclass(frozen=True)
class EveningRequest:
    """A request of the evening; `kind` is a key of MIX."""

    kind: str
    method: str
    path: str
    token: str
    body: str = ""

    def sent(self, before: str = "") -> str:
        """As it goes over the wire; `before` its path what R wants there."""
        if self.method == "GET":
            return ask(before + self.path, self.token)
        head = f"POST {before}{self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        return f"{head}Content-Type: {FORM}\r\nContent-Length: {len(self.body)}\r\n\r\n{self.body}"


def evening(data: DataSet, newest: list[int], count: int = 1_000) -> list[EveningRequest]:
    """The requests, in an order that is the same every time."""
    dice = random.Random(17)
    kinds = [kind for kind, of in MIX.items() for _ in range(of * count // 1_000)]
    dice.shuffle(kinds)
    liked: list[tuple[str, int]] = []
    return [_request(kind, dice, data, newest, liked) for kind in kinds]


def _request(
    kind: str, dice: random.Random, data: DataSet, newest: list[int], liked: list[tuple[str, int]]
) -> EveningRequest:
    token, post = dice.choice(data.tokens), dice.choice(newest)
    if kind == "favourite":
        if liked and dice.random() < 0.5:
            token, post = liked.pop()
            return EveningRequest(kind, "POST", f"{API}/statuses/{post}/unfavourite", token)
        liked.append((token, post))
        return EveningRequest(kind, "POST", f"{API}/statuses/{post}/favourite", token)
    if kind == "post":
        return EveningRequest(
            kind, "POST", f"{API}/statuses", token, f"language=hi&status={quote(sentence(dice, HINDI))}"
        )
    return EveningRequest(kind, "GET", _path(kind, dice, data, post), token)


def _path(kind: str, dice: random.Random, data: DataSet, post: int) -> str:
    return {
        "home": f"{API}/timelines/home",
        "public": f"{API}/timelines/public?local=true",
        "notifications": f"{API}/notifications",
        "context": f"{API}/statuses/{post}/context",
        "status": f"{API}/statuses/{post}",
        "account's posts": f"{API}/accounts/{dice.choice(data.people)}/statuses",
        "tag": f"{API}/timelines/tag/{quote(dice.choice(TAGS))}",
        "search": f"/api/v2/search?type=statuses&q={quote(WORD)}",
    }[kind]


def newest_of(server: Server, data: DataSet) -> list[int]:
    """Ids of the newest posts of the square."""
    found = json.loads(_get(server, f"{API}/timelines/public?local=true&limit={AT}", data.tokens[0])[0])
    return [int(status["id"]) for status in found]


def _get(server: Server, path: str, token: str, method: str = "GET", body: str = "") -> tuple[bytes, list[list[str]]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "hi", "Content-Type": FORM}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status}")
    kept = [[name.lower(), value] for name, value in answer.getheaders() if name.lower() not in ITS_OWN]
    found = answer.read(), kept
    connection.close()
    return found


def capture(server: Server, asked: list[EveningRequest], folder: Path) -> dict[str, int]:
    """Write down what R sends: one answer of each kind. Kind -> its number."""
    folder.mkdir()
    numbers = {kind: number for number, kind in enumerate(MIX)}
    index: dict[str, list[list[str]]] = {}
    for kind, number in numbers.items():
        one = next(one for one in asked if one.kind == kind)
        body, index[str(number)] = _get(server, one.path, one.token, one.method, one.body)
        (folder / f"{number}.body").write_bytes(body)
    (folder / "index.json").write_text(json.dumps(index))
    return numbers


@contextlib.contextmanager
def bare(folder: Path) -> Generator[Server]:
    """R's server, with what was captured in `folder`."""
    port = free_port()
    with serving([sys.executable, "-m", "bench.raw", str(folder), str(port)], port, "/0") as raw:
        yield raw


def measure(server: Server, data: DataSet, folder: Path, seconds: float) -> dict[str, Any]:
    """The figures of the evening. The server has just begun: the first homes are its first."""
    rested(server)
    homes = [EveningRequest("home", "GET", f"{API}/timelines/home", token) for token in data.tokens]
    fire(server, [homes[0].sent()], connections=1, most=20)  # the program itself is warm
    first = good(fire(server, [one.sent() for one in homes[1:]], connections=1, most=len(homes) - 1), "first homes")
    asked = evening(data, newest_of(server, data))
    reads = [one for one in asked if one.kind not in WRITES]
    numbers = capture(server, asked, folder)
    sets = {"busy": asked, "reads": reads, "homes": homes[:20]}
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in (*sets, "first")}
    with bare(folder) as raw:
        for name, chosen in sets.items():
            fire(server, [one.sent() for one in chosen], most=len(chosen))
            for _ in range(ROUNDS):
                base = fire(raw, [one.sent(f"/{numbers[one.kind]}") for one in chosen], seconds=seconds / 2)
                mine = good(fire(server, [one.sent() for one in chosen], seconds=seconds), name)
                rows[name].append(_row(mine, base))
        base = fire(raw, [one.sent(f"/{numbers['home']}") for one in homes], connections=1, seconds=seconds / 2)
        rows["first"].append(_row(first, base))
    return {
        name: {key: statistics.median(row[key] for row in found) for key in found[0]} for name, found in rows.items()
    }


def _row(mine: Load, base: Load) -> dict[str, float]:
    return {
        "cpu": mine.cpu,
        "raw": base.cpu,
        "ratio": mine.cpu / base.cpu,
        "p50": mine.p50,
        "p99": mine.p99,
        "tail": mine.p99 / mine.p50,
        "per_second": mine.per_second,
    }


def good(load: Load, name: str) -> Load:
    if load.failures or not load.requests:
        raise SystemExit(f"{name}: {load.failures} of {load.requests} answers were not 200")
    return load


def compare(folder: Path, other: Path, seconds: float) -> bool:
    """Whether this version's evening is no dearer than another one's: the middle of `TURNS`, in each of which both are asked."""
    found: dict[str, list[Load]] = {"this": [], "other": []}
    weighs = dict[str, float]()
    with contextlib.ExitStack() as opened:
        asked = dict[str, tuple[Server, list[str]]]()
        for name, tree in zip(found, (versions.HERE, other), strict=True):
            data = versions.seeded(tree, folder / name, PEOPLE, POSTS, CROWD)
            server = opened.enter_context(versions.served(tree, folder / name))
            rested(server)
            asked[name] = server, [one.sent() for one in evening(data, newest_of(server, data))]
            fire(*asked[name], most=len(asked[name][1]))
        for turn in range(TURNS):
            for name in [*found][:: 1 if turn % 2 else -1]:
                found[name].append(good(fire(*asked[name], seconds=seconds), name))
        weighs |= {name: server.memory for name, (server, _) in asked.items()}
    low, ratio, high = statistics.quantiles(
        (this.cpu / that.cpu for this, that in zip(found["this"], found["other"], strict=True)), n=4
    )
    here, there = (statistics.median(one.cpu for one in loads) for loads in found.values())
    print(
        f"{here:.3f} ms of CPU a request here, {there:.3f} there: {ratio:.3f} times (half of the turns {low:.3f} to {high:.3f})  "
        f"{'met' if ratio <= DEARER else 'not met'} (<= {DEARER:g})"
    )
    print(f"{weighs['this']:.0f} MB after it here, {weighs['other']:.0f} there")
    return ratio <= DEARER


NAMES = {
    "busy": "a busy evening",
    "reads": "its reads alone",
    "homes": "home, 20 readers in turn, nothing written",
    "first": "each reader's first home",
}


def show(found: dict[str, Any]) -> None:
    """Print the table; figures beyond their target are red."""
    mix = ", ".join(f"{of / 10:g} % {kind}" for kind, of in MIX.items())
    table = Table(title=f"what a busy server costs: 50 readers, {mix}")
    for column in ("", "CPU ms", "R ms", "R", "target", "p50 ms", "p99 ms", "p99 in p50", "target", "req/s"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, row in found.items():
        tail = (_coloured(row["tail"], TAIL, 1), f"<= {TAIL:g}") if name == "busy" else (f"{row['tail']:.1f}", "")
        table.add_row(
            NAMES[name],
            f"{row['cpu']:.3f}",
            f"{row['raw']:.3f}",
            _coloured(row["ratio"], TARGETS[name], 2),
            f"<= {TARGETS[name]:g}",
            f"{row['p50']:.1f}",
            f"{row['p99']:.1f}",
            *tail,
            f"{row['per_second']:,.0f}",
        )
    Console(width=160).print(table)


def _coloured(value: float, most: float, digits: int) -> str:
    return f"[{'green' if value <= most else 'red'}]{value:.{digits}f}[/]"


def main() -> None:
    from bench.__main__ import seeded, serve

    parser = argparse.ArgumentParser(prog="bench.busy_evening", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round")
    parser.add_argument("--beside", type=Path, help="the source tree of another version, asked in turn with this one")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if args.beside:
            sys.exit(0 if compare(folder, args.beside, args.seconds) else 1)
        with serve(data := seeded(folder / "small", PEOPLE, POSTS, CROWD)) as server:
            show(measure(server, data, folder / "raw", args.seconds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
