"""What the look at everything in force costs at a start: 100,000 rulings with their entries.

    python -m bench.in_force [--quick] [--rulings N]

The first look holds each against its entry, the walk behind the server seals what agrees, and later looks are at what changed since.
Exits with 1 where a start takes longer than it may.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from chaupal.app.rooms import visiting
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import reconcile, tree as log_tree
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.settings import load_settings
from chaupal.policy.measures import Measure
from chaupal.store.court import ledger, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.shelves import RULINGS
from chaupal_audit import tlog
from chaupal_audit.log import entries

MANY = 100_000
MOST_SECONDS = 1.0
ROUNDS = 6
REASON = "यह पोस्ट किसी को हथियारबंद बताती है, जो आदेश के काग़ज़ों से ग़लत साबित होता है। " * 3


async def fill(court: Court, many: int) -> None:
    """Withheld posts that do not exist, in India."""
    await withhold(court, [(2**40 + number, "IN") for number in range(many)])


async def withhold(court: Court, posts: Sequence[tuple[int, str]]) -> None:
    """(post, country), each with an entry of its own, as the court writes them; many to a unit."""
    now = court.clock()
    for start in range(0, len(posts), 2_000):
        async with court.work.writing() as w:
            first, made = await ledger.size(w), []
            for number, (subject, territory) in enumerate(posts[start : start + 2_000]):
                row = _row(
                    court.make_id(), subject, territory, now - (start + number) * MINUTE % (300 * DAY), first + number
                )
                made.append((row, _leaf(court, row)))
            await log_tree.add(w, [("measure", leaf.entry) for _, leaf in made])
            for row, leaf in made:
                await rulings.begin(w, row)
                await ledger.keep_disclosures(
                    w, row.log_index, {name: (text, 0) for name, text in leaf.disclosures.items()}
                )
            w.touch(RULINGS, 0)


def _row(id_: int, subject: int, territory: str, starts_at: int, leaf: int) -> RulingRow:
    return RulingRow(
        id=id_, subject_id=subject, term="", measure=Measure.WITHHOLD_POST, territory=territory, starts_at=starts_at,
        ends_at=starts_at + 365 * DAY, lifted_at=None, target_id=None, owner_id=None, order_ref=f"IN-2026-{leaf % 9_999:04}",
        authority="Ministry of Information", authority_hi="सूचना मंत्रालय",
        legal_basis="IT Act, s. 69A / आईटी अधिनियम, धारा 69A", reason=REASON, decided_by=1, approved_by=2, log_index=leaf, review_at=2**45,
    )  # fmt: skip


def _leaf(court: Court, row: RulingRow) -> tlog.Leaf:
    public = entries.Measure(
        target=1,
        kind="post",
        measure=row.measure,
        demanded=row.measure,
        territory=(row.territory,),
        authority=row.authority,
        jurisdiction="IN",
        law=row.legal_basis,
        language="hi",
        start=tlog.at_minute(row.starts_at),
        until=tlog.at_minute(row.ends_at or 0),
        review=tlog.at_minute(row.review_at or 0),
        by=pseudonym(court, row.decided_by),
        second=pseudonym(court, row.approved_by or 0),
    )
    sealed = {"subject": str(row.subject_id), "speaker": None, "reason": row.reason, "finding": None}
    said = msgspec.to_builtins(public)
    return tlog.leaf("measure", row.order_ref, tlog.at_minute(row.starts_at), said, "IN-69A@1", None, sealed)


async def run(folder: Path, many: int) -> list[float]:
    """Seconds of CPU of each round: of the wall, too, where nothing else runs."""
    settings = load_settings(environ={}, data=str(folder), port=8000, log_batch_minutes=0)
    async with visiting(settings) as house:
        await fill(house.court, many)
    async with visiting(settings) as house:  # a start finds a database that was closed
        found: list[float] = []
        for look in range(ROUNDS):
            began = time.process_time()
            assert await faults(house.court, look) == []
            found.append(time.process_time() - began)
    return found


async def faults(court: Court, look: int) -> list[str]:
    """The first look is that of a start that knows no seals, the second makes them, and those after it find them."""
    return await reconcile.faults_in_force(court, seal=look > 0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rulings", type=int, default=MANY)
    parser.add_argument("--quick", action="store_true", help="five thousand rulings")
    args = parser.parse_args()
    many = 5_000 if args.quick else args.rulings
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        found = asyncio.run(run(folder, many))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    (first, sealing), later = found[:2], sorted(found[2:])
    print(
        f"{many:,} in force held against the log: {first:.2f} s at the first start, {sealing:.2f} s behind the server to seal what agrees, "
        f"{later[0]:.2f} to {later[-1]:.2f} s at each later start"
    )
    sys.exit(max(first, later[0]) > MOST_SECONDS)


if __name__ == "__main__":
    main()
