"""Ours and theirs are killed in a storm of deliveries: nothing of ours is lost, nothing doubled. `python -m peers.storming`: 100 times."""

import asyncio

import pytest

from peers.storming import OURS, storm
from peers.table import PEERS
from services import Postgres


@pytest.fixture(scope="module")
def storms(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> dict[str, tuple[list[str], str]]:
    """Faults and what was promised, by peer: the storms rage side by side."""

    async def rage_all() -> list[tuple[list[str], str]]:
        folders = [tmp_path_factory.mktemp(peer) for peer in PEERS]
        storms = [storm(peer, folder, postgres_server, 4, 14) for peer, folder in zip(PEERS, folders, strict=True)]
        return await asyncio.gather(*storms)

    return dict(zip(PEERS, asyncio.run(rage_all()), strict=True))


@pytest.mark.parametrize("peer", PEERS)
def test_nothing_of_ours_is_lost_or_doubled_where_both_are_killed(peer: str, storms: dict[str, tuple[list[str], str]]):
    found, summary = storms[peer]
    assert [fault for fault in found if fault.startswith(OURS)] == [], summary
    if peer == "Chaupal":
        assert found == [], summary
