"""What the court does to our things, as other servers are told of it: and of what is secret, nothing that could be told apart."""

from typing import Any

import pytest
from sqlalchemy import delete

from chaupal.federation.signing import keys
from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.orders import publishing
from chaupal.governance.people import reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import DAY
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.federation import reached
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.federation import deliveries
from disputes import GROUNDS, suspend
from remotes import Delivery, RemotePerson, meet, waiting
from village import REASON, Village, VillagePost

ORIGIN = "http://127.0.0.1:8000"
_SENT = statement(delete(deliveries))


async def fan(village: Village, handle: str = "bina@far.example") -> RemotePerson:
    """Somebody elsewhere who follows asha, whose key they have asked for."""
    found = await meet(village.running, handle)
    await graph.follow(village.running.house.square, found.viewer, village.asha.id)
    fed = village.running.house.federation
    assert fed is not None
    await keys.public_key(fed, village.asha.id)
    await village.settle()
    await sent(village)
    return found


async def sent(village: Village) -> None:
    """All that waits has arrived."""
    async with village.running.house.square.work.writing() as w:
        await w.run(_SENT)


async def told(village: Village) -> list[Delivery]:
    """What servers are told now, and are not told again."""
    found = await waiting(village.running)
    await sent(village)
    return found


def about(post: VillagePost) -> str:
    return f"{ORIGIN}{post.path}"


async def removed(village: Village, post: VillagePost) -> str:
    """Under rule 1 of the house, by two people; the reference."""
    court = village.running.house.court
    form = MatterForm(
        targets=post.path,
        rule=court.rules.current(village.clock()).cite(1),
        source="staff",
        grounds=GROUNDS,
        report_id=None,
    )
    ref, alone = await house.sanction(court, village.chitra.viewer, form, Draft(outcome="remove_post", reason=REASON))
    if not alone:
        await decisions.approve(court, village.dev.viewer, ref, 1)
    await village.settle()
    return ref


async def test_that_a_withholding_begins_and_ends_is_said_of_the_post_which_travels_whole(village: Village):
    bina, post = await fan(village), village.asha.latest
    ref = await village.withhold(post=post, by=village.chitra, second=village.dev)
    (update,) = await told(village)
    assert (update.kind, update.inbox, update.by) == ("Update", bina.inbox, village.asha.id)
    assert (
        update.of["id"] == about(post) and post.text.split()[0] in update.of["content"] and "updated" not in update.of
    )
    assert update.of["withheldIn"] == [
        {
            "type": "Withholding",
            "country": "IN",
            "order": f"{ORIGIN}/orders/{ref}",
            "startTime": update.of["withheldIn"][0]["startTime"],
        }
    ]
    await village.lift(ref, by=village.dev)
    (update,) = await told(village)
    assert update.kind == "Update" and "withheldIn" not in update.of


async def test_whoever_asks_is_shown_the_same_statement(village: Village):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    asked = await village.client.get(village.asha.latest.path, headers={"accept": "application/activity+json"})
    assert [one["country"] for one in asked.json()["withheldIn"]] == ["IN"]
    await village.withhold_account(village.ravi, by=village.chitra, second=village.dev)
    actor = await village.client.get("/@ravi", headers={"accept": "application/activity+json"})
    assert [one["country"] for one in actor.json()["withheldIn"]] == ["IN"]
    assert "withheldIn" in actor.json()["@context"][2] and "suspended" not in actor.json()


async def test_a_server_that_holds_a_copy_is_told_although_nobody_there_follows_any_more(village: Village):
    dina = await meet(village.running, "dina@else.example")
    async with village.running.house.square.work.writing() as w:
        await reached.note(w, [village.asha.latest.id], dina.server, village.clock())
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    assert [(one.kind, one.inbox) for one in await told(village)] == [("Update", dina.inbox)]
    assert ref


async def test_an_account_withheld_in_a_country_says_so_of_itself(village: Village):
    await fan(village)
    ref = await village.withhold_account(village.asha, by=village.chitra, second=village.dev)
    (update,) = await told(village)
    assert (update.kind, update.of["type"], update.of["name"]) == ("Update", "Person", village.asha.name)
    assert [one["order"] for one in update.of["withheldIn"]] == [f"{ORIGIN}/orders/{ref}"]


async def test_suspension_is_an_update_that_every_peer_understands_and_its_end_sends_it_back(village: Village):
    await fan(village)
    ref = await suspend(village, village.asha, by=village.chitra, second=village.dev)
    (update,) = await told(village)
    assert (update.kind, update.of["id"], update.of["suspended"]) == ("Update", f"{ORIGIN}/@asha", True)
    assert update.of["name"] == "" and update.of["publicKey"]["publicKeyPem"]
    asked = await village.client.get("/@asha", headers={"accept": "application/activity+json"})
    assert (asked.status_code, asked.json()["suspended"]) == (200, True)
    await village.lift(ref, by=village.dev)
    (update,) = await told(village)
    assert "suspended" not in update.of and update.of["name"] == village.asha.name


async def test_removal_is_a_delete_that_every_peer_understands_and_lifting_says_it_anew(village: Village):
    await fan(village)
    post = village.asha.latest
    ref = await removed(village, post)
    (gone,) = await told(village)
    assert (gone.kind, gone.of) == ("Delete", {"id": about(post), "type": "Tombstone"})
    assert post.text not in str(gone.says)
    await village.lift(ref, by=village.dev)
    (again,) = await told(village)
    assert (again.kind, again.of["id"]) == ("Create", about(post)) and again.says["id"] != f"{about(post)}/activity"


# --- what is secret ---


SECRET: dict[str, Any] = {"gag_until": "2021-03-01T12:00"}


@pytest.mark.parametrize("how", ["post", "account"])
async def test_of_a_secret_order_no_server_is_told_and_none_that_asks_can_tell(village: Village, how: str):
    await fan(village)
    accept = {"accept": "application/activity+json"}
    post = village.asha.latest
    before = [(await village.client.get(path, headers=accept)).content for path in (post.path, "/@asha")]
    if how == "post":
        ref = await village.withhold(post=post, by=village.chitra, second=village.dev, **SECRET)
    else:
        ref = await village.withhold_account(village.asha, by=village.chitra, second=village.dev, **SECRET)
    assert ref.startswith("X-") and await told(village) == []
    assert [(await village.client.get(path, headers=accept)).content for path in (post.path, "/@asha")] == before
    await village.lift(ref, by=village.dev)
    assert await told(village) == [], "its end would tell that it was there"


async def test_when_a_secret_order_becomes_public_servers_are_told_that_day(village: Village):
    await fan(village)
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev, **SECRET)
    assert await told(village) == []
    village.clock.move(40 * DAY)
    assert await publishing.publish_due(village.running.house.court) == 1
    await village.settle()
    updates = [one for one in await told(village) if one.kind == "Update"]
    assert len(updates) == 1
    assert [one["order"] for one in updates[0].of["withheldIn"]] == [f"{ORIGIN}/orders/IN-2021-0001"]


async def test_what_is_said_of_an_open_order_does_not_tell_of_a_secret_one_beside_it(village: Village):
    await fan(village)
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev, **SECRET)
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    (update,) = await told(village)
    assert [one["order"] for one in update.of["withheldIn"]] == [f"{ORIGIN}/orders/IN-2021-0001"]


# --- reports ---


async def test_a_report_that_is_sent_on_is_said_by_the_server_without_a_name(village: Village):
    bina = await meet(village.running, "bina@far.example")
    court = village.running.house.court
    await reports.file(court, village.ravi.viewer, Report(account=bina.id, comment="वह धमकी देता है", forward=True))
    await village.settle()
    (flag,) = await told(village)
    assert (flag.kind, flag.inbox, flag.by) == ("Flag", bina.inbox, 0)
    assert (flag.says["actor"], flag.of, flag.says["content"]) == (f"{ORIGIN}/actor", [bina.uri], "वह धमकी देता है")
    assert "ravi" not in str(flag.says)
    await reports.file(court, village.meera.viewer, Report(account=bina.id, comment="मुझे भी", forward=False))
    await village.settle()
    assert await told(village) == []


async def test_a_deleted_post_stays_deleted_when_a_ruling_on_it_ends(village: Village):
    await fan(village)
    post = village.asha.latest
    ref = await removed(village, post)
    await told(village)
    await posts.delete(village.running.house.square, village.asha.viewer, post.id)
    await village.settle()
    await told(village)
    await village.lift(ref, by=village.dev)
    assert [one for one in await told(village) if one.kind == "Create"] == []


async def test_what_the_words_of_the_statement_mean_is_told_to_whoever_looks_them_up(village: Village):
    asked = await village.client.get("/ns")
    assert (asked.status_code, asked.headers["content-type"].partition(";")[0]) == (200, "application/ld+json")
    assert asked.json()["@context"]["withheldIn"]["@id"] == "https://w3id.org/fep/0c26#withheldIn"
