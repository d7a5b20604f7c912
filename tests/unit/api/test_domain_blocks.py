"""Servers in the API: limited and let in by Mastodon's admin API, told to everybody, and hidden by each for themselves."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.servers import limits
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role
from village import Village, Villager, open_village

WHY = "Threats keep coming from there, and its staff have not answered for three weeks."
BLOCKS, ALLOWS = "/api/v1/admin/domain_blocks", "/api/v1/admin/domain_allows"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(settings, clock) as opened:
        for handle in ("mona", "moti"):
            await opened.joins(handle, handle, role=Role.MODERATOR)
        yield opened


async def test_a_suspension_by_api_waits_for_a_second_person_and_is_then_told_to_everybody(village: Village):
    v = village
    made = await v.api(v.mona, "POST", BLOCKS, domain="bad.example", severity="suspend", public_comment=WHY)
    assert made.status_code == 202, made.text
    block = made.json()
    assert (block["domain"], block["severity"], block["public_comment"]) == ("bad.example", "noop", WHY)
    [matter] = block["matters"]
    assert (matter["measure"], matter["state"]) == ("suspend_server", "measure_proposed")
    assert (await v.client.get("/api/v1/instance/domain_blocks")).json() == []
    await decisions.approve(v.running.house.court, v.moti.viewer, matter["ref"], 1)
    block = (await v.api(v.mona, "GET", f"{BLOCKS}/{block['id']}")).json()
    assert (block["severity"], block["reject_media"], block["reject_reports"]) == ("suspend", True, True)
    [told] = (await v.client.get("/api/v1/instance/domain_blocks")).json()
    assert (told["domain"], told["severity"], told["reference"]) == ("bad.example", "suspend", matter["ref"])
    assert told["comment"].startswith(WHY) and len(told["digest"]) == 64 and told["entry"] > 0


async def test_a_name_with_gaps_is_told_with_gaps_and_its_digest(village: Village):
    v = village
    made = await v.api(
        v.mona, "POST", BLOCKS, domain="example.com", severity="silence", public_comment=WHY, obfuscate=True
    )
    await decisions.approve(v.running.house.court, v.moti.viewer, made.json()["matters"][0]["ref"], 1)
    [told] = (await v.client.get("/api/v1/instance/domain_blocks")).json()
    assert told["domain"] == "exa****.*om"
    assert told["digest"] == "a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce1947"


async def none_any_more(*_: Any) -> list[Any]:
    return []


async def test_a_block_is_changed_and_ended_by_api(village: Village, monkeypatch: pytest.MonkeyPatch):
    v = village
    made = await v.api(
        v.mona, "POST", BLOCKS, domain="bad.example", severity="silence", reject_media=True, public_comment=WHY
    )
    id_ = made.json()["id"]
    again = await v.api(v.mona, "POST", BLOCKS, domain="bad.example", severity="silence", public_comment=WHY)
    assert again.status_code == 422 and again.json()["error"] and again.json()["details"]["domain"]
    assert again.json()["existing_domain_block"] == made.json()
    with monkeypatch.context() as meanwhile:  # somebody ends it before it can be told
        meanwhile.setattr(limits, "listed", none_any_more)
        assert (await v.api(v.mona, "POST", BLOCKS, domain="bad.example", public_comment=WHY)).status_code == 404
    for matter in made.json()["matters"]:
        await decisions.approve(v.running.house.court, v.moti.viewer, matter["ref"], 1)
    changed = await v.api(v.moti, "PUT", f"{BLOCKS}/{id_}", severity="noop")
    assert changed.status_code == 200, changed.text
    assert (changed.json()["severity"], changed.json()["reject_media"]) == ("noop", True)
    gone = await v.api(v.mona, "DELETE", f"{BLOCKS}/{id_}")
    assert gone.status_code == 200 and (await v.api(v.mona, "GET", BLOCKS)).json() == []
    assert (await v.api(v.mona, "GET", f"{BLOCKS}/{id_}")).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"domain": ""}, "domain"),
        ({"domain": "no server"}, "domain"),
        ({"domain": "@ravi@far.example"}, "domain"),
        ({"domain": "bad.example", "severity": "gone"}, "severity"),
        ({"domain": "bad.example", "severity": "noop"}, "severity"),
        ({"domain": "bad.example", "until": "soon"}, "until"),
        ({"domain": "bad.example", "rule": "99"}, "rule"),
        ({"domain": "bad.example", "rule": "9"}, "outcome"),
    ],
)
async def test_what_cannot_be_limited_is_said_by_its_field(village: Village, said: dict[str, str], field: str):
    answer = await village.api(village.mona, "POST", BLOCKS, **({"public_comment": WHY} | said))
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["details"]


async def test_members_learn_of_no_such_thing(village: Village):
    v = village
    for method, path in (("GET", BLOCKS), ("POST", BLOCKS), ("GET", ALLOWS), ("POST", ALLOWS)):
        answer = await v.api(v.asha, method, path, **({"domain": "bad.example"} if method == "POST" else {}))
        assert answer.status_code == 404, (method, path)


async def test_a_server_is_let_in_by_one_and_taken_off_the_list_by_two(village: Village):
    v = village
    let_in = await v.api(
        v.mona, "POST", ALLOWS, domain="Good.Example", text="Its people asked for it, and its rules are ours."
    )
    assert let_in.status_code == 200, let_in.text
    id_ = let_in.json()["id"]
    assert [one["domain"] for one in (await v.api(v.mona, "GET", ALLOWS)).json()] == ["good.example"]
    again = await v.api(v.mona, "POST", ALLOWS, domain="good.example")
    assert (again.status_code, again.json()["id"]) == (200, id_), "as Mastodon has it"
    assert (await v.api(v.mona, "DELETE", f"{ALLOWS}/{id_}")).status_code == 202
    assert (await v.api(v.mona, "GET", f"{ALLOWS}/{id_}")).json()["ending"] is True
    assert (await v.api(v.mona, "DELETE", f"{ALLOWS}/{id_}")).status_code == 403
    assert (await v.api(v.moti, "DELETE", f"{ALLOWS}/{id_}")).status_code == 200
    assert (await v.api(v.mona, "GET", f"{ALLOWS}/{id_}")).status_code == 404


async def test_everybody_hides_servers_for_themselves(village: Village):
    v = village

    async def mine(who: Villager) -> list[str]:
        return (await v.api(who, "GET", "/api/v1/domain_blocks")).json()

    for name in ("a.example", "https://B.example/"):
        assert (await v.api(v.asha, "POST", "/api/v1/domain_blocks", domain=name)).json() == {}
    assert await mine(v.asha) == ["b.example", "a.example"] and await mine(v.karl) == []
    assert (await v.api(v.asha, "POST", "/api/v1/domain_blocks", domain="not a server")).status_code == 422
    assert (await v.api(v.asha, "DELETE", "/api/v1/domain_blocks", domain="a.example")).status_code == 200
    assert (await v.api(v.asha, "DELETE", "/api/v1/domain_blocks", domain="never.example")).status_code == 200
    assert await mine(v.asha) == ["b.example"]
