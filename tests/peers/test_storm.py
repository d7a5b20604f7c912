"""Ours and theirs are killed in a storm of deliveries: nothing of ours is lost, nothing doubled.

Here with a second Chaupal and a few times; `make kills PEER=snac2|Fedify|Chaupal TIMES=100` does it with each peer. A Fedify
that asks for a key of ours while we are dead answers 401 for ten minutes (`unavailableKeyTtl`): that is too long for each run.
"""

from pathlib import Path

from peers.storming import storm
from services import Postgres


async def test_nothing_is_lost_or_doubled_where_both_are_killed(tmp_path: Path, postgres_server: Postgres):
    found, summary = await storm("Chaupal", tmp_path, postgres_server, 4, 14)
    assert found == [], summary
