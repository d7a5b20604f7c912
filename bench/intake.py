"""The list of 1,178 rows: from the file to what each row names, and on to the order that is filed. `python -m bench.intake [--quick]`.

No server needed.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.court import desk, form
from chaupal.app.rooms import visiting
from chaupal.governance.orders import csv_targets, orders
from chaupal.http.call import House
from chaupal.kernel.settings import Settings, load_settings
from chaupal.store.identity import accounts

ROWS = 1_178
TIMES = 5
LIMIT = 5_000.0  # ms, for the preview


def measure(database: str = "", rows: int = ROWS, times: int = TIMES) -> dict[str, float]:
    """Milliseconds, medians: `preview` of the file, and `filed` (previewed and entered, with its cases and its leaf).

    `database`: a PostgreSQL URL of an empty database; without one SQLite is measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            environ={}, data=str(Path(folder) / "data"), database=database, port=8000, log_batch_minutes=0
        )
        return asyncio.run(_take_in(settings, rows, times))


async def _take_in(settings: Settings, many: int, times: int) -> dict[str, float]:
    async with visiting(settings) as house:
        at = await desk(house)
        handles = await _people(house, 3 * many)
        previews, filings = [], []
        for number in range(times):
            start = number * many // 4
            data = _file(handles[start : start + many])
            began = time.perf_counter()
            seen = await csv_targets.preview(house.court.work, settings.origin, data)
            previews.append((time.perf_counter() - began) * 1000)
            if len(seen.usable) != many:
                raise SystemExit(f"{len(seen.usable)} of {many} rows are usable: {seen.counts}")
            await orders.receive(
                house.court, at.clerk, form(at, number, targets=seen.targets(), demanded=seen.demanded())
            )
            filings.append((time.perf_counter() - began) * 1000)
        return {"rows": many, "preview": statistics.median(previews), "filed": statistics.median(filings)}


async def _people(house: House, count: int) -> list[str]:
    """Handles of new accounts; half of them a letter away from another's, as in a list of imitators."""
    names = [f"kisan{number:05d}" + ("_" if number % 2 else "") for number in range(count)]
    for start in range(0, count, 500):
        async with house.square.work.writing() as w:
            for name in names[start : start + 500]:
                await accounts.add(
                    w, house.square.make_id(), name, name=name, role="member", state="active", locked=False
                )
    return names


def _file(handles: list[str]) -> bytes:
    rows = (f"{n},http://127.0.0.1:8000/@{name},withhold_account" for n, name in enumerate(handles, 1))
    return "\n".join(["S.No.,URL,Measure", *rows]).encode()


def show(found: dict[str, float]) -> None:
    """One line. Exits where the preview is slower than it may be."""
    print(
        f"{found['rows']:.0f} rows: previewed in {found['preview']:.0f} ms (at most {LIMIT:.0f}), filed in {found['filed']:.0f} ms"
    )
    if found["preview"] > LIMIT:
        raise SystemExit("the list of targets is previewed too slowly")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundred rows, once")
    show(measure(rows=100, times=1) if parser.parse_args().quick else measure())
