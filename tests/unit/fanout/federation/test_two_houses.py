"""Two houses that talk over HTTP: what is said in one is heard in the other, by whom it is for and by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaupal.app.wiring import RunningHouse
from chaupal.federation import calling, finding
from chaupal.federation.context import Federation
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import NotFound
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import profile
from chaupal.social.people import graph
from chaupal.social.posts import editing, posts, reactions
from chaupal.store.square import graph as ties
from meeting import another, at_a_port, carry, joins, listening
from village import Village, open_village


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_port(settings)


class Two:
    """Asha's village, and the house where bina lives."""

    def __init__(self, village: Village, there: RunningHouse, bina: Viewer) -> None:
        self.village, self.there, self.bina = village, there, bina

    @property
    def here(self) -> RunningHouse:
        return self.village.running

    async def carry(self) -> None:
        await carry(self.here, self.there)

    async def asha_there(self) -> int:
        """Asha, as she is known in bina's house."""
        return await finding.person(_fed(self.there), f"asha@{self.here.house.settings.domain}")

    async def seen_there(self, viewer: Viewer) -> list[Post]:
        """Asha's posts as somebody of bina's house sees them, the newest first."""
        page = await profile.page(self.there.house.reads, viewer, await self.asha_there(), Cursor())
        return [seen.item for seen in page.items]


def _fed(house: RunningHouse) -> Federation:
    assert house.house.federation is not None
    return house.house.federation


@pytest.fixture
async def two(settings: Settings, clock: StillClock, tmp_path: Path) -> AsyncIterator[Two]:
    async with (
        open_village(settings, clock) as village,
        listening(village.running),
        another(tmp_path / "there", clock) as there,
    ):
        bina = await joins(there, "bina")
        found = Two(village, there, bina)
        await graph.follow(there.house.square, bina, await found.asha_there())
        await found.carry()
        yield found


async def test_a_follow_is_asked_granted_and_then_posts_come(two: Two):
    async with two.there.house.square.work.reading() as reading:
        assert await ties.wanted(reading, two.bina.me, await two.asha_there()) is not None
    said = await two.village.says(two.village.asha, "पहली बात दूर के साथियों से")
    await two.carry()
    assert [post.text for post in await two.seen_there(two.bina)] == [said.text]


async def test_what_is_for_followers_comes_to_them_and_is_shown_to_nobody_else_there(two: Two):
    other = await joins(two.there, "carl")
    await two.village.says(two.village.asha, "सिर्फ़ साथियों के लिए", visibility=Visibility.PRIVATE)
    await two.village.says(two.village.asha, "@ravi यह तुम्हारे लिए है", visibility=Visibility.DIRECT)
    await two.carry()
    assert [post.text for post in await two.seen_there(two.bina)] == ["सिर्फ़ साथियों के लिए"]
    assert await two.seen_there(other) == []


async def test_who_signs_is_shown_what_is_for_them_and_nobody_else_is(two: Two):
    asha, carl = two.village.asha, await joins(two.there, "carl")
    few = await two.village.says(asha, "सिर्फ़ साथियों के लिए", visibility=Visibility.PRIVATE)
    origin, there = two.here.house.settings.origin, _fed(two.there)
    note = await calling.get(there, f"{origin}{few.path}", by=two.bina.me)
    assert "सिर्फ़ साथियों" in note["content"]
    for by in (carl.me, 0):
        with pytest.raises(NotAnswered) as refused:
            await calling.get(there, f"{origin}{few.path}", by=by)
        assert refused.value.status == 404
    outbox = f"{origin}/@asha/outbox?page=true"
    seen = {by: str(await calling.partial(there, outbox, by=by)) for by in (two.bina.me, carl.me, 0)}
    assert [few.path in seen[by] for by in (two.bina.me, carl.me, 0)] == [True, False, False]
    crowd = await calling.partial(there, f"{origin}/@asha/followers_synchronization", by=two.bina.me)
    assert crowd["orderedItems"] == [f"{two.there.house.settings.origin}/@bina"]


async def test_edits_and_deletions_follow(two: Two):
    square, asha = two.here.house.square, two.village.asha
    said = await two.village.says(asha, "पहला")
    await two.carry()
    two.village.clock.move(5_000)
    await editing.edit(square, asha.viewer, said.id, editing.Edit(text="दूसरा"))
    await two.carry()
    (post,) = await two.seen_there(two.bina)
    assert (post.text, post.edited_at is not None) == ("दूसरा", True)
    await posts.delete(square, asha.viewer, said.id)
    await two.carry()
    assert await two.seen_there(two.bina) == []


async def test_likes_and_answers_come_back(two: Two):
    await two.village.says(two.village.asha, "कैसे हो?")
    await two.carry()
    (post,) = await two.seen_there(two.bina)
    square = two.there.house.square
    await reactions.like(square, two.bina, post.id)
    await posts.publish(square, two.bina, posts.Draft(text="अच्छी हूँ", reply_to=post.id))
    await two.carry()
    answer = await two.village.api(two.village.asha, "GET", f"/api/v1/statuses/{two.village.asha.latest.id}/context")
    assert [one["account"]["acct"] for one in answer.json()["descendants"]] == [
        f"bina@{two.there.house.settings.domain}"
    ]
    mine = (await two.village.api(two.village.asha, "GET", f"/api/v1/statuses/{two.village.asha.latest.id}")).json()
    assert (mine["favourites_count"], mine["replies_count"]) == (1, 1)
    await reactions.unlike(square, two.bina, post.id)
    await two.carry()
    mine = (await two.village.api(two.village.asha, "GET", f"/api/v1/statuses/{two.village.asha.latest.id}")).json()
    assert mine["favourites_count"] == 0


async def test_who_is_blocked_follows_no_more_and_is_told_nothing(two: Two):
    square, asha = two.here.house.square, two.village.asha
    bina_here = await finding.person(_fed(two.here), f"bina@{two.there.house.settings.domain}")
    await graph.block(square, asha.viewer, bina_here)
    await two.carry()
    await two.village.says(asha, "अब सुनाई नहीं देगा")
    await two.carry()
    assert "अब सुनाई नहीं देगा" not in [post.text for post in await _all_there(two)]
    with pytest.raises(NotFound):
        await finding_follow(two)


async def _all_there(two: Two) -> list[Post]:
    try:
        return await two.seen_there(two.bina)
    except NotFound:
        return []


async def finding_follow(two: Two) -> None:
    async with two.there.house.square.work.reading() as reading:
        if await ties.wanted(reading, two.bina.me, await two.asha_there()) is None:
            raise NotFound
