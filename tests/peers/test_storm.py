"""Ours and theirs are killed in a storm of deliveries: nothing of ours is lost, nothing doubled.

Here a few times with each peer; `make kills PEER=snac2|Fedify|Chaupal TIMES=100` does it with one of them as often as one likes.
"""

import asyncio

import pytest

from peers.storming import OURS, storm
from peers.table import PEERS
from services import Postgres

KILLS, SEED = 4, 14
PATIENCE = 180.0  # seconds: it is over in twenty


@pytest.fixture(scope="module")
def storms(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> dict[str, tuple[list[str], str] | BaseException]:
    """Faults and what was promised, by peer, or what went wrong: the storms rage side by side."""

    async def rage_all() -> list[tuple[list[str], str] | BaseException]:
        folders = [tmp_path_factory.mktemp(peer) for peer in PEERS]
        raging = [
            storm(peer, folder, postgres_server, KILLS, SEED, PATIENCE)
            for peer, folder in zip(PEERS, folders, strict=True)
        ]
        return await asyncio.gather(*raging, return_exceptions=True)

    return dict(zip(PEERS, asyncio.run(rage_all()), strict=True))


@pytest.mark.parametrize("peer", PEERS)
def test_nothing_of_ours_is_lost_or_doubled_where_both_are_killed(
    peer: str, storms: dict[str, tuple[list[str], str] | BaseException]
):
    came = storms[peer]
    if isinstance(came, BaseException):
        raise came
    found, summary = came
    ours = [fault for fault in found if peer == "Chaupal" or fault.startswith(OURS)]  # of two Chaupals both are ours
    assert ours == [], summary
