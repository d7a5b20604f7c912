"""Homes by tags follow what an edit says: a tag that comes brings the post, one that goes takes it along."""

import pytest

from chaupal.kernel.clock import SECOND
from village import Village, Villager

V1 = "/api/v1"


async def _home(v: Village, who: Villager) -> list[str]:
    return [status["id"] for status in (await v.api(who, "GET", f"{V1}/timelines/home")).json()]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_edit_brings_a_post_into_homes_by_its_new_tag_and_takes_it_out_by_the_one_it_lost(village: Village):
    v = village
    post = str(v.karl.latest.id)
    for who in (v.ravi, v.meera):
        await v.api(who, "POST", f"{V1}/tags/दिल्ली/follow")
    await v.follows(v.meera, v.karl)
    assert post not in await _home(v, v.ravi) and post in await _home(v, v.meera)

    async def says(text: str) -> None:
        v.clock.move(SECOND)
        done = await v.api(v.karl, "PUT", f"{V1}/statuses/{post}", status=text, language="en")
        assert done.status_code == 200, done.text
        await v.settle()

    await says("Farmers on the road #दिल्ली")
    assert post in await _home(v, v.ravi) and post in await _home(v, v.meera)
    await says("Farmers on the road")
    assert post not in await _home(v, v.ravi), "it stood there by nothing but its tag"
    assert post in await _home(v, v.meera), "whom she follows stays"
