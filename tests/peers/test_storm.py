"""Ours and theirs are killed in a storm of deliveries: nothing of ours is lost, nothing doubled.

Here with a second Chaupal and a few times; `make kills PEER=snac2|Fedify|Chaupal TIMES=100` does it with each peer. What another's
server does after it was killed is not ours to promise: a run with Fedify waited in vain for it to take what it refused.
"""

from pathlib import Path

from peers.storming import storm
from services import Postgres


async def test_nothing_is_lost_or_doubled_where_both_are_killed(tmp_path: Path, postgres_server: Postgres):
    found, summary = await storm("Chaupal", tmp_path, postgres_server, 4, 14)
    assert found == [], summary
