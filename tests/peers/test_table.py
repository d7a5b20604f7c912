"""Each row of the table of peers is a test, with snac2, a server made with Fedify, and a second Chaupal in PostgreSQL."""

import asyncio
from pathlib import Path

import pytest

from peers.rows import ROWS, acquaint
from peers.table import PEERS, Outcome, meeting, play
from services import Postgres

PLAYED: dict[str, dict[str, Outcome]] = {}

# What a peer has no such thing of. Anything else that it is said not to know is a fault of ours until it stands here.
ARGUED = {
    "snac2": {"private", "boosts", "quotes", "blocks", "reports"},
    "Fedify": {"found"},
    "Chaupal": set[str](),
}


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres):
    """What came of all rows with a peer: its servers are started once, and the rows are played side by side."""

    def of(peer: str) -> dict[str, Outcome]:
        if peer not in PLAYED:
            PLAYED[peer] = asyncio.run(_play(peer, tmp_path_factory.mktemp(peer), postgres_server))
        return PLAYED[peer]

    return of


async def _play(peer: str, folder: Path, server: Postgres) -> dict[str, Outcome]:
    async with meeting(peer, folder, server) as m:
        return await play(m)


@pytest.mark.parametrize("row", [acquaint, *ROWS], ids=lambda row: row.__name__)
@pytest.mark.parametrize("peer", PEERS)
def test_a_row_of_the_table(peer: str, row, outcomes):
    outcome = outcomes(peer)[row.__name__]
    wanted = "argued" if row.__name__ in ARGUED[peer] else "green"
    assert outcome.state == wanted, outcome.words
