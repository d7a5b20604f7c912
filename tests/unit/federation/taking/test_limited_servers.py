"""A suspended server is neither heard nor told nor asked, its follows end, and lifting brings it back; on both databases."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from chaupal.federation import calling
from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.http_client import NotAnswered
from chaupal.governance.servers import allowing, limits
from chaupal.governance.servers.limits import ServerForm
from chaupal.kernel.clock import HOUR, StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import Role
from chaupal.reads.people import hidden_servers
from far import Far, far  # noqa: F401 - fixture
from peers.hostile import hostile
from remotes import waiting
from village import open_village

WHY = "Threats keep coming from there, and its staff have not answered for three weeks."


async def limited(far: Far, severity: str = "suspend", **more: bool) -> int:
    """By two, as everything; the server's id."""
    v, court = far.village, far.village.running.house.court
    if "mona" not in v.cast:
        for handle in ("mona", "moti"):
            await v.joins(handle, handle, role=Role.MODERATOR)
    form = ServerForm(domain=far.bob.uri.split("/")[2], severity=severity, public_comment=WHY, **more)
    made = await limits.limit(court, v.mona.viewer, form)
    for one in made.waiting:
        await decisions.approve(court, v.moti.viewer, one.ref, one.number)
    await v.settle()
    return made.id


async def test_the_inbox_of_a_house_that_suspended_a_server_answers_403_and_believes_nothing(far: Far):
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    await limited(far)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.ravi)), 403)
    note = far.bob.act("Create", far.bob.note("hello", to=[far.uri(far.village.asha)]))
    await far.tells(far.bob, note, 403)
    assert not await far.here(f"{far.bob.uri}/notes/hello")
    # Of somebody who was never met not even the key is asked for.
    asked = far.there.asked.total()
    await far.tells(far.eve, far.eve.act("Follow", far.uri(far.village.ravi)), 403)
    assert far.there.asked.total() == asked


async def test_follows_both_ways_end_with_the_suspension_and_are_told_to_whose_they_were(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    assert (await far.tie(v.asha, bob))["followed_by"]
    id_ = await limited(far)
    followers = await far.ask(v.asha, f"/api/v1/accounts/{v.asha.id}/followers")
    assert str(bob) not in {one["id"] for one in followers}
    [ended] = await hidden_servers.severed(v.running.house.reads, v.asha.viewer)
    assert (ended.mine, ended.hidden) == (False, False) and ended.handle.startswith("bob@")
    await limits.end(
        v.running.house.court, v.mona.viewer, id_, "Its staff have answered, and the threats have stopped."
    )
    await v.settle()
    assert not (await far.tie(v.asha, bob))["followed_by"]
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha), "again"))
    assert (await far.tie(v.asha, bob))["followed_by"]


async def test_everybody_whose_follows_ended_with_a_suspension_is_told_once_by_app_and_on_the_page(far: Far):
    v = far.village
    for who in (v.asha, v.ravi):
        await far.tells(far.bob, far.bob.act("Follow", far.uri(who)))
    await far.tells(far.eve, far.eve.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    await far.ask(v.asha, f"/api/v1/accounts/{bob}/follow", "POST")
    await v.settle()
    asked = next(act for act in await waits(far) if act["type"] == "Follow")
    await far.tells(far.bob, far.bob.act("Accept", asked))
    await limited(far)
    domain = far.bob.uri.split("/")[2]
    for who, followers, following in ((v.asha, 2, 1), (v.ravi, 1, 0)):
        told = await far.ask(who, "/api/v1/notifications", **{"types[]": "severed_relationships"})
        [event] = [one["event"] for one in told]
        assert (told[0]["account"]["id"], "status" in told[0]) == (str(who.id), False)
        assert event == {
            "id": event["id"],
            "type": "domain_block",
            "purged": False,
            "target_name": domain,
            "followers_count": followers,
            "following_count": following,
            "created_at": told[0]["created_at"],
        }
        [group] = (await far.ask(who, "/api/v2/notifications", **{"types[]": "severed_relationships"}))[
            "notification_groups"
        ]
        assert group["event"] == event
    assert await far.ask(v.meera, "/api/v1/notifications", **{"types[]": "severed_relationships"}) == []
    page = await v.page_as("DE", "/notifications?kind=follows", v.asha)
    assert domain in page and 'href="/settings/servers#ended"' in page


async def waits(far: Far) -> list[Any]:
    return [one.says for one in await waiting(far.village.running)]


async def test_what_one_person_suspends_in_an_emergency_ends_no_follow_till_a_second_agrees(far: Far):
    v, court = far.village, far.village.running.house.court
    for handle, role in (("dev2", Role.APPROVER), ("mona", Role.MODERATOR)):
        await v.joins(handle, handle, role=role)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob, one = await far.account(far.bob), v.cast["dev2"].viewer
    form = MatterForm(targets=far.bob.uri.split("/")[2], rule="2@1", grounds=WHY)
    ref = await house.open_matter(court, one, form)
    await decisions.act_in_emergency(court, one, ref, 1, Draft(outcome="suspend_server", reason=WHY, rule="2@1"))
    await v.settle()
    assert (await far.tie(v.asha, bob))["followed_by"]
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.ravi)), 403)
    await decisions.approve(court, v.mona.viewer, ref, 1)
    await v.settle()
    assert not (await far.tie(v.asha, bob))["followed_by"]
    assert len(await hidden_servers.severed(v.running.house.reads, v.asha.viewer)) == 1


async def test_nothing_is_told_to_a_suspended_server_nor_asked_of_it(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await v.says(v.asha, "a word for my followers")
    await far.hears()
    assert "Create" in {said["type"] for _, said in far.there.told}
    await limited(far)
    await far.hears()
    told, asked = len(far.there.told), far.there.asked.total()
    await v.says(v.asha, "another word for them")
    await far.hears()
    assert len(far.there.told) == told
    for fetch in (calling.get(far.fed, far.bob.uri), calling.partial(far.fed, f"{far.bob.uri}/outbox")):
        with pytest.raises(NotAnswered):
            await fetch
    with pytest.raises(NotAnswered):
        await calling.plain(far.fed, f"{far.bob.uri}.png", "image/*", ("image/",))
    assert far.there.asked.total() == asked


async def test_a_limited_server_is_heard_on_and_its_reports_are_not_taken_where_they_are_refused(far: Far):
    await limited(far, "silence", reject_reports=True)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    assert (await far.tie(far.village.asha, await far.account(far.bob)))["followed_by"]
    server = (await limits.listed(far.village.running.house.court, far.village.mona.viewer))[0].id
    assert (
        await far.fed.may_speak(server)
        and await far.fed.takes_media(server)
        and not await far.fed.takes_reports(server)
    )


@pytest.fixture
async def listed(settings: Settings, clock: StillClock) -> AsyncIterator[Far]:
    """The same house, which talks to those alone that were let in."""
    settings = msgspec.structs.replace(settings, federation="listed", federation_test=True)
    async with hostile() as there, open_village(settings, clock) as village:
        yield Far(village, there, there.liar("bob", 0), there.liar("eve", 1))


async def test_a_house_with_a_list_hears_those_alone_that_were_let_in(listed: Far, clock: StillClock):
    far, v = listed, listed.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)), 403)
    assert not far.there.asked
    await v.joins("mona", "mona", role=Role.MODERATOR)
    await allowing.let_in(v.running.house.court, v.mona.viewer, far.bob.uri.split("/")[2], "Its people asked for it.")
    clock.move(HOUR)  # whose key could not be had is not asked for at once
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha), "now"))
    assert (await far.tie(v.asha, await far.account(far.bob)))["followed_by"]
