"""The list of 1,178 rows: from the file to what each row names, and on to the order that is filed. No server needed."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.data import account
from chaupal.app.rooms import visiting
from chaupal.governance.orders import authorities, csv_targets, orders
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.orders import OrderForm
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.identity import accounts
from chaupal.wire.call import House

ROWS = 1_178
TIMES = 5
LIMIT = 5_000.0  # ms, for the preview


def measure(database: str = "") -> dict[str, float]:
    """Milliseconds, medians: `preview` of the file, and `filed` (previewed and entered, with its cases and its leaf).

    `database`: a PostgreSQL URL of an empty database; without one SQLite is measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            environ={}, data=str(Path(folder) / "data"), database=database, port=8000, log_batch_minutes=0
        )
        return asyncio.run(_take_in(settings))


async def _take_in(settings: Settings) -> dict[str, float]:
    async with visiting(settings) as house:
        clerk_id = await account(house.square, "bench_clerk", role=Role.CLERK)
        clerk = Viewer(account=clerk_id, country="IN", role=Role.CLERK)
        handles = await _people(house, 3 * ROWS)
        issuer = await authorities.register(house.court, clerk, AuthorityForm(name="Ministry", jurisdiction="IN"))
        previews, filings = [], []
        for number in range(TIMES):
            data = _file(handles[number * 300 : number * 300 + ROWS])
            began = time.perf_counter()
            seen = await csv_targets.preview(house.court.work, settings.origin, data)
            previews.append((time.perf_counter() - began) * 1000)
            if len(seen.usable) != ROWS:
                raise SystemExit(f"{len(seen.usable)} of {ROWS} rows are usable: {seen.counts}")
            await orders.receive(house.court, clerk, _order(issuer.id, number, seen))
            filings.append((time.perf_counter() - began) * 1000)
        return {"preview": statistics.median(previews), "filed": statistics.median(filings)}


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


def _order(authority: int, number: int, seen: csv_targets.Preview) -> OrderForm:
    fields: dict[str, Any] = {
        "authority": authority, "regime": "IN-69A", "role": "designated_officer", "officer": "A. Sharma", "bases": ("public_order",),
        "officer_rank": "Joint Secretary", "reference_no": str(number), "legal_basis": "IT Act 2000, section 69A",
        "grounds": "public order", "dated": "2021-02-04", "targets": seen.targets(), "demanded": seen.demanded(),
    }  # fmt: skip
    return OrderForm(**fields)


def show(found: dict[str, float]) -> None:
    """One line. Exits where the preview is slower than it may be."""
    print(
        f"{ROWS} rows: previewed in {found['preview']:.0f} ms (at most {LIMIT:.0f}), filed in {found['filed']:.0f} ms"
    )
    if found["preview"] > LIMIT:
        raise SystemExit("the list of targets is previewed too slowly")


if __name__ == "__main__":
    show(measure())
