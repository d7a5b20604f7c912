"""Follows and blocks between servers, by signed activities at the inbox: begun, answered and ended, once each, by whoever may."""

import asyncio
import json

from chaupal.social.people import graph
from far import Far
from peers.hostile import Liar
from peers.sides import Json


async def test_a_follow_from_another_server_is_a_follow_and_is_answered(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    assert (await far.tie(v.asha, await far.account(far.bob)))["followed_by"]
    followers = await far.ask(v.asha, f"/api/v1/accounts/{v.asha.id}/followers")
    assert f"bob@localhost:{far.there.port}" in {one["acct"] for one in followers}
    kinds = {one["type"] for one in await far.ask(v.asha, "/api/v1/notifications")}
    assert "follow" in kinds


async def test_a_follow_of_somebody_locked_asks_and_an_undo_withdraws_it(far: Far):
    v = far.village
    await far.ask(v.asha, "/api/v1/accounts/update_credentials", "PATCH", locked=True)
    follow = far.bob.act("Follow", far.uri(v.asha))
    await far.tells(far.bob, follow)
    bob = await far.account(far.bob)
    tie = await far.tie(v.asha, bob)
    assert (tie["requested_by"], tie["followed_by"]) == (True, False)
    await far.tells(far.bob, far.bob.act("Undo", follow))
    assert not (await far.tie(v.asha, bob))["requested_by"]


async def test_undoing_by_the_bare_id_of_a_follow_ends_it_and_nobody_else_may(far: Far):
    v = far.village
    follow = far.bob.act("Follow", far.uri(v.asha))
    await far.tells(far.bob, follow)
    bob = await far.account(far.bob)
    await far.tells(far.eve, far.eve.act("Undo", follow["id"]))
    await far.tells(far.eve, far.eve.act("Undo", follow))
    assert (await far.tie(v.asha, bob))["followed_by"]
    await far.tells(far.bob, far.bob.act("Undo", follow["id"]))
    assert not (await far.tie(v.asha, bob))["followed_by"]


async def test_a_follow_that_is_taken_back_by_whom_it_was_of_is_over_as_snac2_says_it(far: Far):
    """Where our answer had not come to it, it names whom it asked instead of the follow, and an id of ours that it has made up."""
    v = far.village

    def back(by: Liar) -> Json:
        asha = far.uri(v.asha)
        return by.act("Undo", asha, published="2026-11-28T11:13:55Z") | {"id": f"{asha}/Undo_1795864435.816281"}

    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    await far.tells(far.eve, back(far.eve))
    assert (await far.tie(v.asha, bob))["followed_by"], "eve takes back nothing of bob's"
    await far.tells(far.bob, back(far.bob))
    assert not (await far.tie(v.asha, bob))["followed_by"]
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha), "again"))
    await far.ask(v.ravi, "/api/v1/accounts/update_credentials", "PATCH", locked=True)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.ravi)))
    assert (await far.tie(v.ravi, bob))["requested_by"]
    back_from_ravi = far.bob.act("Undo", far.uri(v.ravi)) | {"id": f"{far.uri(v.ravi)}/Undo_1"}
    await far.tells(far.bob, back_from_ravi)
    assert not (await far.tie(v.ravi, bob))["requested_by"]
    assert (await far.tie(v.asha, bob))["followed_by"]


async def test_of_an_id_elsewhere_nothing_else_is_taken(far: Far):
    v = far.village
    like = far.bob.act("Like", far.post(v.asha)) | {"id": f"{far.uri(v.asha)}/Like_1"}
    await far.tells(far.bob, like, 400)
    assert (await far.status(v.asha, v.asha.latest.id))["favourites_count"] == 0


async def test_the_same_follow_again_changes_nothing_and_does_not_come_back_after_its_undo(far: Far):
    v = far.village
    follow = far.bob.act("Follow", far.uri(v.asha))
    for _ in range(3):
        await far.tells(far.bob, follow)
    bob = await far.account(far.bob)
    assert (await far.ask(v.ravi, f"/api/v1/accounts/{bob}"))["following_count"] == 1
    await far.tells(far.bob, far.bob.act("Undo", follow))
    await far.tells(far.bob, follow)
    assert not (await far.tie(v.asha, bob))["followed_by"], "a replay"
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha), "again"))
    assert (await far.tie(v.asha, bob))["followed_by"]


async def test_who_is_blocked_follows_nobody(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    bob = await far.account(far.bob)
    await graph.block(square, v.asha.viewer, bob)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    tie = await far.tie(v.asha, bob)
    assert (tie["followed_by"], tie["blocking"]) == (False, True)


async def test_ours_follow_when_the_other_server_says_yes_to_whoever_asked_and_to_nobody_else(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    await far.tells(far.eve, far.eve.act("Like", far.post(v.asha)))
    bob = await far.account(far.bob)
    ravi = far.uri(v.ravi)
    asked = {"id": f"{ravi}#follow-1", "type": "Follow", "actor": ravi, "object": far.bob.uri}
    await far.tells(far.bob, far.bob.act("Accept", asked, "early"))
    assert not (await far.tie(v.ravi, bob))["following"], "nobody asked"
    await graph.follow(square, v.ravi.viewer, bob)
    await far.tells(far.eve, far.eve.act("Accept", asked))
    tie = await far.tie(v.ravi, bob)
    assert (tie["requested"], tie["following"]) == (True, False), "it was not eve who was asked"
    await far.tells(far.bob, far.bob.act("Accept", asked))
    assert (await far.tie(v.ravi, bob))["following"]
    await far.tells(far.bob, far.bob.act("Reject", asked["id"], "later"))
    assert not (await far.tie(v.ravi, bob))["following"], "a follow that was let is taken back, also by its id"


async def test_a_request_that_is_refused_is_gone(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    bob = await far.account(far.bob)
    await graph.follow(square, v.ravi.viewer, bob)
    ravi = far.uri(v.ravi)
    asked = {"id": f"{ravi}#follow-1", "type": "Follow", "actor": ravi, "object": far.bob.uri}
    await far.tells(far.bob, far.bob.act("Reject", asked))
    tie = await far.tie(v.ravi, bob)
    assert (tie["requested"], tie["following"]) == (False, False)


async def test_a_block_from_another_server_ends_what_was_between_and_can_be_undone(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob, block = await far.account(far.bob), far.bob.act("Block", far.uri(v.asha))
    for who, domain, many in ((v.asha, "", 1), (v.ravi, "", 0), (v.asha, "never.example", 0), (v.asha, "no server", 0)):
        foreseen = f"/api/v1/domain_blocks/preview?domain={domain or far.bob.uri.split('/')[2]}"
        assert await far.ask(who, foreseen) == {"followers_count": many, "following_count": 0}, (who.handle, domain)
    await far.tells(far.bob, block)
    tie = await far.tie(v.asha, bob)
    assert (tie["followed_by"], tie["blocked_by"]) == (False, True)
    await far.tells(far.eve, far.eve.act("Undo", block))
    assert (await far.tie(v.asha, bob))["blocked_by"]
    await far.tells(far.bob, far.bob.act("Undo", block))
    assert not (await far.tie(v.asha, bob))["blocked_by"]


async def test_many_copies_at_once_are_one_follow(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    body = json.dumps(far.bob.act("Follow", far.uri(v.asha))).encode()
    answers = await asyncio.gather(*(far.brings(far.bob, body) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    await v.settle()
    bob = await far.account(far.bob)
    assert (await far.ask(v.ravi, f"/api/v1/accounts/{bob}"))["following_count"] == 1


async def test_whoever_hides_a_server_hears_nothing_of_it_also_where_they_hear_somebody_whom_they_mute(far: Far):
    v = far.village
    await far.ask(v.asha, "/api/v1/domain_blocks", "POST", domain=far.bob.uri.split("/")[2])
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    for _ in "before", "after":
        told = await far.ask(v.asha, "/api/v1/notifications")
        assert far.bob.uri not in [one["account"]["uri"] for one in told]
        await far.ask(v.asha, f"/api/v1/accounts/{v.ravi.id}/mute", "POST", notifications=False)


async def test_whoever_hides_a_server_tells_it_of_each_request_that_ends_by_it(far: Far):
    v = far.village
    await far.ask(v.asha, "/api/v1/accounts/update_credentials", "PATCH", locked=True)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await far.tells(far.eve, far.eve.act("Like", far.post(v.asha)))
    bob, eve = await far.account(far.bob), await far.account(far.eve)
    await far.ask(v.asha, f"/api/v1/accounts/{eve}/follow", "POST")
    await far.hears()
    await far.ask(v.asha, "/api/v1/domain_blocks", "POST", domain=far.bob.uri.split("/")[2])
    await far.hears()
    assert not (await far.tie(v.asha, bob))["requested_by"] and not (await far.tie(v.asha, eve))["requested"]
    [refused], [taken_back] = far.told("Reject"), far.told("Undo")
    assert (refused["object"]["type"], refused["object"]["actor"]) == ("Follow", far.bob.uri)
    assert (taken_back["object"]["type"], taken_back["object"]["object"]) == ("Follow", far.eve.uri)
