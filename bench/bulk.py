"""1,178 targets of one order, proposed in one go and approved in one go, until everybody was told. `python -m bench.bulk`

On SQLite; on PostgreSQL with `--database DSN` of an empty database. What is printed are seconds, and those of this process.
Two cores (November 2026): SQLite, idle: propose 1.6 s, approve 2.9 s, lift 2.4 s, and 8 to 13 s until everybody is told;
PostgreSQL on the same machine, with seven others at work on it: 13, 26 and 18 s, of which this process 5, 8 and 7 s.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable

from bench.court import DESPITE, desk, order
from bench.data import account
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.cases import bulk
from chaupal.governance.cases.bulk import Item, Outcome
from chaupal.kernel.clock import system_clock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.viewer import Viewer
from chaupal.social.posts import posts
from chaupal.social.posts.posts import Draft

MANY = 1_178  # targets of the order of 4 February 2021
AUTHORS = 200
MOST = 30.0  # seconds for each act about all of them
WHY = "The post names a person as armed, which the order shows to be false: it is number {}."


def settings_of(folder: str, database: str) -> Settings:
    return load_settings(environ={}, data=folder, database=database, port=0, rate_limits=False, log_batch_minutes=0)


async def order_of(running: RunningHouse, many: int) -> tuple[str, Viewer, Viewer]:
    """An order against so many posts: its reference, who proposes, who approves."""
    house = running.house
    square = house.square
    at = await desk(house)
    authors = [await account(square, f"author{number}") for number in range(min(AUTHORS, many))]
    paths: list[str] = []
    for start in range(0, many, 50):
        some = [authors[n % AUTHORS] for n in range(start, min(start + 50, many))]
        made = await asyncio.gather(
            *(posts.publish(square, Viewer(account=me, country="IN"), Draft(text=f"बात {me}")) for me in some)
        )
        paths += [f"{house.settings.origin}/@author{n % AUTHORS}/{post}" for n, post in enumerate(made, start)]
    ref = await order(house, at, 1, "\n".join(paths))
    await running.runner.settle()
    return ref, at.reviewer, at.approver


async def timed[T](what: str, act: Awaitable[T]) -> tuple[float, T]:
    began, busy = time.perf_counter(), time.process_time()
    found = await act
    took = time.perf_counter() - began
    print(f"{what:<34} {took:6.2f} s, {time.process_time() - busy:6.2f} s of this process", flush=True)
    return took, found


async def measure(settings: Settings, many: int) -> list[float]:
    """Seconds for each step, printed as they come."""
    running = await open_house(settings, clock=system_clock, run=False)
    try:
        ref, one, other = await order_of(running, many)
        court = running.house.court
        rows = [
            Item(number=n, seen=1, outcome="withhold_post", reason=WHY.format(n), despite=DESPITE)
            for n in range(1, many + 1)
        ]
        times: list[float] = []

        async def go(what: str, who: Viewer, verb: str, items: list[Item]) -> None:
            took, found = await timed(f"{what} {many}", bulk.run(court, who, ref, verb, items))
            check(found, many)
            times.append(took)

        await go("propose", one, bulk.PROPOSE, rows)
        await timed("  what follows from it", running.runner.settle())
        await go("approve", other, bulk.APPROVE, [Item(number=n, seen=2) for n in range(1, many + 1)])
        await timed("  everybody is told", running.runner.settle())
        lifted = [Item(number=n, seen=3, reason=WHY.format(n)) for n in range(1, many + 1)]
        await go("lift", other, bulk.LIFT, lifted)
        await timed("  everybody is told", running.runner.settle())
        return times
    finally:
        await running.close()


def check(found: Outcome, many: int) -> None:
    if found.counts != {"done": many}:
        raise SystemExit(f"not all could be done: {found.counts}, first: {found.bad[0].problem if found.bad else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="PostgreSQL, of an empty database")
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--quick", action="store_true", help="fifty targets")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(settings_of(folder, args.database), 50 if args.quick else args.many))
    late = [took for took in times if took > MOST]
    raise SystemExit(f"slower than {MOST} s" if late else 0)


if __name__ == "__main__":
    main()
