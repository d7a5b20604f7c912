"""The table of peers: `python -m peers.table [PEER…] [--row NAME…]` plays every row with each and prints what came of it."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from peers.chaupals import Chaupal, chaupal
from peers.fedifies import fedify
from peers.rows import ROWS, Meeting, Row, acquaint, found
from peers.sides import NotKnown, Side
from peers.snacs import snac
from services import Postgres, postgres

PEERS = ("snac2", "Fedify", "Chaupal")
NAMES = ("asha", "gauri", "lata", "purana", "naya")
THEIRS = ("bela", "champa", "mira", "purani", "nayi")


@dataclass(frozen=True)
class Outcome:
    """What came of a row: it went well; or it is argued that the peer has no such thing; or not."""

    state: str  # green | argued | red
    words: str = ""


@asynccontextmanager
async def meeting(peer: str, folder: Path, server: Postgres) -> AsyncGenerator[Meeting]:
    """Our house in SQLite, and the peer; a second Chaupal is one in PostgreSQL."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(chaupal(_made(folder / "ours"), "Chaupal (SQLite)"))
        if peer == "snac2":
            theirs: Side = await stack.enter_async_context(snac(folder))
        elif peer == "Fedify":
            theirs = await stack.enter_async_context(fedify(folder))
        else:
            dsn = server.fresh()
            place = _made(folder / "theirs")
            theirs = await stack.enter_async_context(chaupal(place, "Chaupal (PostgreSQL)", database=dsn))
        await ours.settle(*NAMES)
        if isinstance(theirs, Chaupal):
            await theirs.settle(*THEIRS)
        here = [await ours.join(name) for name in NAMES]
        there = [await theirs.join(name) for name in THEIRS]
        yield Meeting(
            ours,
            theirs,
            here[0],
            there[0],
            here[1],
            there[1],
            here[2],
            there[2],
            (here[3], there[3]),
            (here[4], there[4]),
        )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def play(m: Meeting, rows: Sequence[Row] = ROWS) -> dict[str, Outcome]:
    """Every row, side by side once people know each other; one that fails does not keep the others from being tried."""
    outcomes = {"found": await _outcome(found, m), "acquaint": await _outcome(acquaint, m)}
    later = [row for row in rows if row is not found]
    outcomes |= zip(
        (row.__name__ for row in later), await asyncio.gather(*(_outcome(row, m) for row in later)), strict=True
    )
    return outcomes


async def _outcome(row: Row, m: Meeting) -> Outcome:
    try:
        await row(m)
    except NotKnown as why:
        return Outcome("argued", str(why))
    except Exception as error:
        return Outcome("red", f"{type(error).__name__}: {error}")
    return Outcome("green")


def printed(outcomes: dict[str, dict[str, Outcome]]) -> Iterable[str]:
    """The table in Markdown, with what is argued and what went wrong below it."""
    peers = list(outcomes)
    signs = {"green": "✓", "argued": "—", "red": "✗"}
    yield f"| | {' | '.join(peers)} |"
    yield "|" + "---|" * (len(peers) + 1)
    for name in next(iter(outcomes.values())):
        doc = next((row.__doc__ for row in (*ROWS, acquaint) if row.__name__ == name), name) or name
        yield f"| {doc.strip()} | {' | '.join(signs[outcomes[peer][name].state] for peer in peers)} |"
    for peer, rows in outcomes.items():
        for name, outcome in rows.items():
            if outcome.words:
                yield f"\n{signs[outcome.state]} {peer}, {name}: {outcome.words}"


async def _main(peers: Sequence[str], names: Sequence[str]) -> int:
    rows = [row for row in ROWS if not names or row.__name__ in names]
    outcomes = dict[str, dict[str, Outcome]]()
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for peer in peers:
            (place := Path(folder) / peer).mkdir()
            async with meeting(peer, place, server) as m:
                outcomes[peer] = await play(m, rows)
    print("\n".join(printed(outcomes)))
    return int(any(one.state == "red" for rows in outcomes.values() for one in rows.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", nargs="*", choices=[*PEERS, []])
    parser.add_argument("--row", action="append", default=[])
    asked = parser.parse_args()
    sys.exit(asyncio.run(_main(asked.peer or PEERS, asked.row)))
