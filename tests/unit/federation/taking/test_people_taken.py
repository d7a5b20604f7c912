"""What other servers say of their people: others now, moved, gone; each only of their own."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from chaupal.policy.measures import Measure
from chaupal.social.people import graph, leaving, moving
from chaupal.store.federation import people
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.federation import spoken
from far import Far
from measures import begin
from peers.hostile import PUBLIC
from unit.web.test_pages import send
from village import PASSWORD


async def test_a_profile_is_changed_by_its_owner_and_by_nobody_else(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    await far.tells(far.eve, far.eve.act("Update", far.bob.actor(name="Owned")))
    assert (await far.ask(v.asha, f"/api/v1/accounts/{bob}"))["display_name"] == "bob"
    await far.tells(far.bob, far.bob.act("Update", far.bob.actor(name="Robert", summary="<p>किसान</p>")))
    seen = await far.ask(v.asha, f"/api/v1/accounts/{bob}")
    assert seen["display_name"] == "Robert" and "किसान" in seen["note"]
    far.there.documents["/bob"] = far.bob.actor(name="Bob again")
    await far.tells(far.bob, far.bob.act("Update", far.bob.uri, "bare"))
    assert (await far.ask(v.asha, f"/api/v1/accounts/{bob}"))["display_name"] == "Bob again"


async def test_somebody_who_is_gone_goes_with_what_is_theirs_and_does_not_come_again(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    bob = await far.account(far.bob)
    await far.tells(far.eve, far.eve.act("Delete", far.bob.uri))
    assert not await leaving.carry_out(square)
    await far.tells(far.bob, far.bob.act("Delete", far.bob.uri))
    assert await leaving.carry_out(square)
    await v.settle()
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 0
    assert (await v.api(v.asha, "GET", f"/api/v1/accounts/{bob}")).status_code == 404
    answer = await far.brings(far.bob, far.bob.act("Like", far.post(v.asha), "later"))
    assert answer.status_code in (202, 401)
    await v.settle()
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 0


async def test_deletes_of_people_nobody_knows_are_let_go_without_asking_anybody(far: Far):
    for number in range(50):
        gone = far.there.origin + f"/stranger{number}"
        activity = {"id": f"{gone}#delete", "type": "Delete", "actor": gone, "object": gone}
        await far.tells(far.bob, activity, key_id=f"{gone}#main-key")
    assert not far.there.asked


def move(far: Far, target: str) -> dict[str, Any]:
    return far.bob.act("Move", far.bob.uri, target=target)


async def test_a_move_needs_the_word_of_both_and_then_brings_followers_along(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    await graph.follow(square, v.ravi.viewer, bob)
    await graph.grant(square, (await far.viewer(far.bob)), v.ravi.id)
    await v.settle()
    eve = far.eve.uri

    async def carried() -> bool:
        while await moving.carry_on(square):
            await v.settle()
        return (await far.tie(v.ravi, await far.account(far.eve)))["requested"] if await far.account(far.eve) else False

    far.there.documents["/eve"] = far.eve.actor(alsoKnownAs=[far.bob.uri])
    far.there.documents["/bob"] = far.bob.actor(movedTo=far.uri(v.meera))
    await far.tells(far.bob, move(far, eve) | {"id": f"{far.bob.uri}/acts/1"})
    assert not await carried(), "bob's own profile says otherwise"
    far.there.documents["/bob"] = far.bob.actor()  # as snac2 has it: what they sign is their word
    far.there.documents["/eve"] = far.eve.actor()
    await far.tells(far.bob, move(far, eve) | {"id": f"{far.bob.uri}/acts/2"})
    assert not await carried(), "eve does not know of it"
    far.there.documents["/eve"] = far.eve.actor(alsoKnownAs=[far.bob.uri])
    await far.tells(far.eve, far.eve.act("Move", far.bob.uri, target=eve))
    assert not await carried(), "nobody moves another"
    await far.tells(far.bob, move(far, eve) | {"id": f"{far.bob.uri}/acts/3"})
    assert await carried()
    assert not (await far.tie(v.ravi, bob))["following"]
    assert (await far.ask(v.ravi, f"/api/v1/accounts/{bob}"))["moved"]["id"] == str(await far.account(far.eve))


async def test_a_move_to_one_of_ours_needs_that_one_to_name_it(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    bob = await far.account(far.bob)
    await graph.follow(square, v.ravi.viewer, bob)
    await graph.grant(square, (await far.viewer(far.bob)), v.ravi.id)
    far.there.documents["/bob"] = far.bob.actor(movedTo=far.uri(v.meera))
    await far.tells(far.bob, move(far, far.uri(v.meera)) | {"id": f"{far.bob.uri}/acts/1"})
    assert not await moving.carry_on(square)
    async with far.fed.work.reading() as reading:
        known = await people.remote_of(reading, bob)
    assert known is not None
    await moving.name(square, v.meera.viewer, known.handle)
    await far.tells(far.bob, move(far, far.uri(v.meera)) | {"id": f"{far.bob.uri}/acts/2"})
    assert await moving.carry_on(square)
    assert not (await far.tie(v.ravi, bob))["following"]
    assert (await far.ask(v.ravi, f"/api/v1/accounts/{bob}"))["moved"]["id"] == str(v.meera.id)


async def test_one_of_ours_moves_to_another_server_by_the_page_and_its_followers_are_told(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await graph.follow(square, v.ravi.viewer, v.asha.id)
    await v.settle()
    handle = f"@eve@localhost:{far.there.port}"
    unnamed = await send(v, "/settings/moving", v.asha, handle=handle, password=PASSWORD)
    assert unnamed.status_code == 422, "eve does not name asha"
    far.there.documents["/eve"] = far.eve.actor(alsoKnownAs=[far.uri(v.asha)])
    assert (await send(v, "/settings/moving", v.asha, handle=handle, password=PASSWORD)).status_code == 303
    while await moving.carry_on(square):
        await v.settle()
    await v.settle()
    eve = await far.account(far.eve)
    assert (await far.tie(v.ravi, eve))["requested"], "ours ask the other server"
    assert (await far.tie(v.asha, await far.account(far.bob)))["followed_by"], "theirs look after themselves"
    async with far.fed.work.reading() as reading:
        bodies = [row[0] for row in await reading.fetch(statement(select(spoken.c.body)))]
    said = [msgspec.json.decode(body) for body in bodies]
    moves = [one for one in said if one["type"] == "Move"]
    assert [(one["object"], one["target"]) for one in moves] == [(far.uri(v.asha), far.eve.uri)]
    assert {one["object"] for one in said if one["type"] == "Follow"} == {far.eve.uri}


async def test_an_account_elsewhere_is_named_on_the_page_and_ones_actor_says_so(far: Far):
    v = far.village
    handle = f"bob@localhost:{far.there.port}"
    assert (await send(v, "/settings/moving/aliases", v.meera, alias="nobody@localhost:1")).status_code == 422
    assert (await send(v, "/settings/moving/aliases", v.meera, alias=handle)).status_code == 303
    answer = await v.client.get("/@meera", headers={"accept": "application/activity+json"})
    assert answer.json()["alsoKnownAs"] == [far.bob.uri]


@pytest.mark.parametrize("measure", [Measure.SUSPEND, Measure.FREEZE])
async def test_whoever_of_another_server_is_suspended_or_frozen_here_does_nothing_any_more_but_take_back(
    far: Far, measure: Measure
):
    v, like = far.village, far.bob.act("Like", far.post(far.village.asha))
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await far.tells(far.bob, like)
    bob = await far.account(far.bob)
    await begin(v, measure, bob)
    for act in (
        far.bob.act("Like", far.post(v.ravi)),
        far.bob.act("Follow", far.uri(v.ravi)),
        far.bob.act("Announce", far.post(v.asha), to=[PUBLIC]),
        far.bob.act(
            "Create",
            far.bob.note("said", cc=[far.uri(v.asha)], inReplyTo=far.post(v.asha)),
            to=[PUBLIC],
            cc=[far.uri(v.asha)],
        ),
    ):
        await far.tells(far.bob, act)
    assert (await far.status(v.ravi, v.ravi.latest.id))["favourites_count"] == 0
    assert (await far.status(v.ravi, v.asha.latest.id))["reblogs_count"] == 0
    assert not await far.here(f"{far.bob.uri}/notes/said")
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 1
    await far.tells(far.bob, far.bob.act("Undo", like))
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 0
