"""Each row of the table of peers is a test, with snac2, a server made with Fedify, and a second Chaupal in PostgreSQL."""

import asyncio
from pathlib import Path

import pytest

from peers.rows import ROWS, Row, acquaint
from peers.table import PEERS, Outcome, meeting, play
from services import Postgres

# What a peer has no such thing of. Anything else that it is said not to know is a fault of ours until it stands here.
ARGUED = {
    "snac2": {"private", "boosts", "quotes", "blocks", "reports", "order_there"},
    "Fedify": {"found", "order_there"},
    "Chaupal": set[str](),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> dict[str, dict[str, Outcome]]:
    """What came of all rows with all peers: their servers are started once, and everything is played side by side."""

    async def play_all() -> dict[str, dict[str, Outcome]]:
        folders = [tmp_path_factory.mktemp(peer) for peer in PEERS]
        played = await asyncio.gather(
            *(_play(peer, folder, postgres_server) for peer, folder in zip(PEERS, folders, strict=True))
        )
        return dict(zip(PEERS, played, strict=True))

    return asyncio.run(play_all())


async def _play(peer: str, folder: Path, server: Postgres) -> dict[str, Outcome]:
    async with meeting(peer, folder, server) as m:
        return await play(m)


@pytest.mark.parametrize("row", [acquaint, *ROWS], ids=lambda row: row.__name__)
@pytest.mark.parametrize("peer", PEERS)
def test_a_row_of_the_table(peer: str, row: Row, outcomes: dict[str, dict[str, Outcome]]):
    outcome = outcomes[peer][row.__name__]
    wanted = "argued" if row.__name__ in ARGUED[peer] else "green"
    assert outcome.state == wanted, outcome.words
