"""W9: what 100,000 rulings in force cost the reading of homes, and how soon one more is obeyed. `python -m bench.rulings [--quick]`."""

import argparse
import asyncio
import shutil
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import justice
from bench.data import PEOPLE, POSTS, DataSet, seed
from bench.in_force import withhold
from bench.process import Server, fire
from bench.works import API, ask
from chaupal.app.rooms import visiting

MANY = 100_000
ROUNDS = 9
ASKED = 600  # requests in a round
MOST = 1.10  # of the time with no ruling in force (the figure to reach)


def fill(data: DataSet, many: int) -> None:
    """So many rulings in force, and no others: in India on posts that no home holds, abroad on a twentieth of those that do."""
    with sqlite3.connect(Path(data.settings.data) / "chaupal.db") as db:
        posts = [row[0] for row in db.execute("SELECT id FROM posts WHERE id % 20 = 0")][: many // 20]
        db.execute("UPDATE rulings SET ends_at = 1")  # over by the clock: the log keeps what it says of them

    async def begin() -> None:
        async with visiting(data.settings) as house:
            hidden = [(2**40 + number, "IN") for number in range(many - len(posts))]
            await withhold(house.court, [(post, "DE") for post in posts] + hidden)

    asyncio.run(begin())


def measure(bare: Server, full: Server, data: DataSet) -> dict[str, float]:
    """CPU ms of a composed home with no ruling and with all of them, in turn; their ratio is of the same minutes."""
    asked = [ask(f"{API}/timelines/home?limit=20", token) for token in data.tokens[:20]]
    for server in (bare, full):
        fire(server, asked, most=ASKED)
    rounds = [(fire(bare, asked, most=ASKED).cpu, fire(full, asked, most=ASKED).cpu) for _ in range(ROUNDS)]
    without, with_ = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {"home_without": without, "home_with": with_, "ratio": statistics.median(b / a for a, b in rounds)}


def run(folder: Path, many: int = MANY, people: int = PEOPLE, posts: int = POSTS) -> dict[str, Any]:
    """Every figure of one run."""
    from bench.__main__ import copied, serve

    data = asyncio.run(seed(folder / "bare", people, posts))
    full = copied(data, folder / "full")
    fill(data, 0)
    fill(full, many)
    with serve(data, keep=False) as one, serve(full, keep=False) as other:
        found: dict[str, Any] = measure(one, other, data)
        found |= {"rulings": many, "started": other.started, "memory": other.memory - one.memory}
        found["obeyed_ms"] = justice.measure(other, full)
        found["obeyed_without_ms"] = justice.measure(one, data)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small square, a thousand rulings")
    some = (1_000, 10, 200) if parser.parse_args().quick else (MANY, PEOPLE, POSTS)
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        found = run(folder, *some)
        show(found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(found["ratio"] > MOST)


def show(found: dict[str, Any]) -> None:
    """The figures of a run, and what they may be."""
    print(
        f"home, composed: {found['home_without']:.2f} ms of CPU with no ruling, {found['home_with']:.2f} with {found['rulings']:,} in force"
    )
    print(
        f"ratio {found['ratio']:.3f} (at most {MOST:.2f}); {found['memory']:.0f} MB more; started in {found['started']:.1f} s"
    )
    print(
        f"a decision beside the server is obeyed after {found['obeyed_ms']:.0f} ms ({found['obeyed_without_ms']:.0f} with none)"
    )


if __name__ == "__main__":
    main()
