"""What reads cost where a million people of other servers are known, beside the same square that knows nobody.

    python -m bench.known [--known N] [--quick]

Two servers of the same data talk to other servers; one of them knows N people there, on 10,000 hosts, with words of their names.
Each read is asked of both in turn, kept answers off; the ratio is of the least CPU a request of all rounds, since whatever else the
machine does only adds to it. Exits with 1 above 1.1.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

from bench.__main__ import copied, seeded
from bench.data import DataSet
from bench.process import Server, fire, free_port, rested, serving
from bench.works import API, WorkMeasured, works
from chaupal.kernel.ids import first_id_at
from chaupal.store.machine import connecting_sqlite
from chaupal.text.analyse import name_words

KNOWN, HOSTS = 1_000_000, 10_000
PEOPLE, POSTS = 400, 8_000
MOST = 1.1
ROUNDS = 7
SECONDS = 1.0  # of load, of each read in each round
NAMES = ("Gita Devi", "Sunil Rao", "person elsewhere", "आशा", "Maria Braun", "किरण बेदी", "Ada Byron", "P. Sharma")


def fill(data: DataSet, known: int) -> None:
    """People of other servers as rows, made over the days before those of the square and among them."""
    with sqlite3.connect(Path(data.settings.data) / "chaupal.db") as db:
        first, last = min(data.people), max(data.people)
        begin, step = first - first_id_at(86_400_000 * 30), (last - first + first_id_at(86_400_000 * 30)) // known
        db.executemany(
            "INSERT INTO servers (id, domain, first_at) VALUES (?, ?, 0)",
            ((number + 1, f"host{number}.example") for number in range(HOSTS)),
        )
        db.executemany(
            "INSERT INTO accounts (id, handle, name, created_at, last_post_at, followers_count, posts_count, server, uri, url)"
            " VALUES (?, ?, ?, 0, ?, ?, 40, ?, ?, ?)",
            _rows(known, begin, step),
        )
        db.executemany("INSERT INTO name_words (word, account_id, server) VALUES (?, ?, ?)", _words(known, begin, step))


def looked_over(data: DataSet) -> None:
    """Both databases know of themselves how much is in them, as one that is served for a while does."""
    with sqlite3.connect(Path(data.settings.data) / "chaupal.db") as db:
        db.execute("BEGIN IMMEDIATE")
        connecting_sqlite.learn(db)


def _rows(known: int, begin: int, step: int) -> Iterator[tuple[object, ...]]:
    for number in range(known):
        uri = f"https://host{number % HOSTS}.example/users/u{number}"
        handle = f"u{number}@host{number % HOSTS}.example"
        name = NAMES[number % len(NAMES)]
        id_, posted = begin + number * step, number * 7_919 % known
        yield id_, handle, name, posted, number * 31 % 50_000, number % HOSTS + 1, uri, uri


def _words(known: int, begin: int, step: int) -> Iterator[tuple[object, ...]]:
    for number in range(known):
        for word in name_words(NAMES[number % len(NAMES)], f"u{number}"):
            yield word, begin + number * step, number % HOSTS + 1


def reads(data: DataSet) -> list[WorkMeasured]:
    """What is asked of every square, and what looks at people above all."""
    me = data.tokens[:1]
    people = (
        ("people by a name", f"{API}/accounts/search?q=person1"),
        ("people by a letter", f"{API}/accounts/search?q=p"),
        ("lookup", f"{API}/accounts/lookup?acct={data.handle}"),
        ("directory, local", f"{API}/directory?local=true"),
        ("directory, newest, local", f"{API}/directory?local=true&order=new"),
        ("suggestions", "/api/v2/suggestions"),
        ("a tag, local", f"{API}/timelines/tag/{quote('किसान_आंदोलन')}?local=true"),
        ("the front page", "/"),
    )
    return [*works(data), *(WorkMeasured(name, path, 0, 0, 0, me) for name, path in people)]


def serve(data: DataSet) -> AbstractContextManager[Server]:
    """It talks to other servers, of which none is there."""
    port = free_port()
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", data.settings.data, "--port", str(port)]
    environ = {
        "CHAUPAL_RATE_LIMIT_SCALE": "1000000",
        "CHAUPAL_LOG_LEVEL": "error",
        "CHAUPAL_KEEP_ANSWERS": "false",
        "CHAUPAL_FEDERATION": "on",
        "CHAUPAL_FEDERATION_TEST": "on",
    }
    return serving(command, port, "/api/v2/instance", os.environ | environ)


def compare(none: Server, many: Server, data: DataSet) -> dict[str, float]:
    """Each read: what it costs where many are known, where none is 1."""
    chosen, found = reads(data), dict[str, float]()
    for work in chosen:
        for server in (none, many):
            fire(server, work.requests(), seconds=SECONDS / 3)
    costs: dict[str, tuple[list[float], list[float]]] = {work.name: ([], []) for work in chosen}
    for _ in range(ROUNDS):
        for work in chosen:
            for cost, server in zip(costs[work.name], (none, many), strict=True):
                load = fire(server, work.requests(), seconds=SECONDS / 2)
                if load.failures:
                    raise SystemExit(f"{work.name}: {load.failures} of {load.requests} failed")
                cost.append(load.cpu)
    for name, each in costs.items():
        few, all_ = map(min, each)
        found[name] = all_ / few
        print(f"{name:32} {few:8.3f} ms {all_:8.3f} ms  x {all_ / few:.3f}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.known", description=__doc__)
    parser.add_argument("--known", type=int, default=KNOWN)
    parser.add_argument("--quick", action="store_true", help="fifty thousand people")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        none = seeded(folder / "none", PEOPLE, POSTS, 0)
        many = copied(none, folder / "many")
        fill(many, 50_000 if args.quick else args.known)
        looked_over(none)
        looked_over(many)
        with serve(none) as one, serve(many) as other:
            rested(one)
            rested(other)
            found = compare(one, other, none)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    worst = max(found, key=lambda name: found[name])
    print(f"the dearest: {worst}, x {found[worst]:.3f} of the same without anybody known")
    sys.exit(found[worst] > MOST)


if __name__ == "__main__":
    main()
