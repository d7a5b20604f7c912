"""A peer that is away for a day and comes back: told everything once and in order, over HTTP; and the others meanwhile as ever."""

import pytest

from chaupal.fanout.federation.delivering import Deliverer
from chaupal.kernel.clock import HOUR
from chaupal.social.posts import posts
from far import Far
from peers.hostile import hostile
from village import VillagePost


@pytest.mark.parametrize("how", [0, 503], ids=["it hangs up", "it says that it cannot"])
async def test_a_peer_that_was_away_for_a_day_is_told_everything_once_and_in_order(far: Far, how: int):
    v, delivers, said = far.village, far.village.running.deliverer, list[VillagePost]()
    assert delivers is not None
    async with hostile() as other:
        for one in (far.bob, other.liar("champa")):
            await far.tells(one, one.act("Follow", far.uri(v.asha)))
        await delivers.settle()
        for server in (far.there, other):
            server.told.clear()
        far.there.away = how
        for hour in range(24):
            said.append(await v.says(v.asha, f"घंटा {hour}"))
            await _an_hour(far, delivers)
        await posts.delete(v.running.house.square, v.asha.viewer, said[3].id)
        await v.settle()
        await _an_hour(far, delivers)
        assert far.there.told == []
        origin = v.running.house.settings.origin
        ids = [f"{origin}{one.path}" for one in said]
        gone = f"{ids[3]}#delete"
        assert [act["id"] for _, act in other.told] == [*(f"{id_}/activity" for id_ in ids), gone]
        far.there.away = None
        v.clock.move(12 * HOUR)
        for _ in range(3):
            await delivers.settle()
        # What is gone by now is not said any more, only that it is gone.
        assert [act["id"] for _, act in far.there.told] == [*(f"{id_}/activity" for id_ in ids if id_ != ids[3]), gone]
        assert len(other.told) == len(ids) + 1


async def _an_hour(far: Far, delivers: Deliverer) -> None:
    await delivers.settle()
    far.village.clock.move(HOUR)
    await delivers.settle()
