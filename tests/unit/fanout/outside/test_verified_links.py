"""Links on a profile are verified where their page links back (rel="me"), by calls that go to public addresses only."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chaupal.fanout import table
from chaupal.fanout.context import Carrier
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.things import Field
from chaupal.social.events import LinksToVerify
from chaupal.social.people import profiles
from chaupal.store.identity import accounts
from chaupal.store.identity.accounts import Face
from chaupal.store.machine import outbox
from chaupal.store.machine.work import Writing
from chaupal.text.page_head import links_of_me
from elsewhere import Site
from village import Village, Villager, open_village
from waiting import PATIENCE

CREDENTIALS = "/api/v1/accounts/update_credentials"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """A house that may call addresses of its own machine, as tests must."""
    async with open_village(replace(settings, link_previews="any"), clock) as opened:
        yield opened


async def puts(v: Village, who: Villager, *values: str) -> None:
    fields = {str(n): {"name": f"घर {n}", "value": value} for n, value in enumerate(values)}
    answer = await v.api(who, "PATCH", CREDENTIALS, fields_attributes=fields)
    assert answer.status_code == 200, answer.text
    await v.settle()


async def marks(v: Village, who: Villager, viewer: Villager | None = None) -> list[Any]:
    shown = (await v.api(viewer, "GET", f"/api/v1/accounts/{who.id}")).json()
    return [field["verified_at"] for field in shown["fields"]]


def me(v: Village, who: Villager) -> str:
    return f"{v.running.house.settings.origin}/@{who.handle}"


async def test_a_link_whose_page_links_back_is_verified_and_shown_with_a_check(village: Village, site: Site):
    v = village
    mine = site.says("/mine", f'<p>मेरा पन्ना</p><a rel="nofollow ME" href="{me(v, v.asha)}/#x">चौपाल</a>')
    other = site.says("/other", f'<a href="{me(v, v.asha)}">no word of who</a>')
    theirs = site.says("/theirs", f'<link rel="me" href="{me(v, v.ravi)}">')
    await puts(v, v.asha, mine, other, theirs, "कोई लिंक नहीं")
    found = await marks(v, v.asha)
    assert found[0] and found[1:] == [None, None, None]
    page = await v.page_as("IN", "/@asha")
    assert page.count('class="verified"') == 1 and "सत्यापित" in page
    assert {path for path, _ in site.asked} == {"/mine", "/other", "/theirs"}
    assert all("cookie" not in head.lower() for _, head in site.asked)


async def test_whoever_sends_the_mark_along_gets_none(village: Village, site: Site):
    v = village
    bare = site.says("/bare", "nothing")
    fields = {"0": {"name": "घर", "value": bare, "verified_at": "2021-02-10T00:00:00.000Z"}}
    await v.api(v.asha, "PATCH", CREDENTIALS, fields_attributes=fields)
    await v.settle()
    assert await marks(v, v.asha) == [None]


async def test_the_mark_goes_when_the_page_no_longer_links_back_and_stays_while_it_cannot_be_had(
    village: Village, site: Site
):
    v = village
    mine = site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">चौपाल</a>')
    await puts(v, v.asha, mine)
    first = await marks(v, v.asha)
    assert first[0]
    site.says("/mine", "closed", status=500)
    v.clock.move(60_000)
    await puts(v, v.asha, mine, "और कुछ")
    assert (await marks(v, v.asha))[0] == first[0]
    site.says("/mine", "moved on")
    await puts(v, v.asha, mine)
    assert await marks(v, v.asha) == [None]


async def test_another_value_is_not_verified_by_what_the_old_one_was(village: Village, site: Site):
    v = village
    mine = site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">चौपाल</a>')
    await puts(v, v.asha, mine)
    await puts(v, v.asha, site.says("/other", "nothing"))
    assert await marks(v, v.asha) == [None]


@pytest.mark.parametrize("previews", ["public", "off"])
async def test_no_private_address_is_called_and_none_at_all_where_calls_are_off(
    settings: Settings, clock: StillClock, site: Site, previews: Any
):
    async with open_village(replace(settings, link_previews=previews), clock) as v:
        await puts(v, v.asha, site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">x</a>'))
        assert site.asked == [] and await marks(v, v.asha) == [None]


async def test_what_stands_on_a_withheld_profile_is_not_told_with_its_marks(village: Village, site: Site):
    v = village
    await puts(v, v.asha, site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">x</a>'))
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    assert "/mine" not in (await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}", "IN")).text
    assert "/mine" in (await v.api(None, "GET", f"/api/v1/accounts/{v.asha.id}", "DE")).text


def test_addresses_are_made_whole_and_lose_their_fragments():
    body = b'<a rel="me" href="/@asha#top">a</a><a rel=friend href="/b">b</a><link rel="me" href="javascript:x">'
    assert links_of_me(body, "", "https://example.org/x") == ["https://example.org/@asha"]


async def test_the_table_is_typed_on_the_page_of_ones_profile_and_kept_by_a_form_without_it(
    village: Village, site: Site
):
    v = village
    mine = site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">x</a>')
    cookie = {"cookie": f"chaupal={v.asha.cookie}; language=hi; look_as=IN"}

    async def save(**typed: Any) -> Any:
        page = (await v.client.get("/settings/profile", headers=cookie)).text
        word = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = await v.client.post("/settings/profile", data={"csrf": word, "name": "आशा", **typed}, headers=cookie)
        await v.settle()
        return answer

    assert (await save(**{"labels[]": ["घर", "", "", ""], "values[]": [mine, "", "", ""]})).status_code == 303
    page = (await v.client.get("/settings/profile", headers=cookie)).text
    assert f'value="{mine}"' in page and 'value="घर"' in page
    assert (await marks(v, v.asha))[0]
    await save(note="और कुछ")
    assert (await marks(v, v.asha))[0]
    wrong = await save(**{"labels[]": ["घर"], "values[]": ["x" * 300]})
    assert wrong.status_code == 422 and 'id="fields-error"' in wrong.text and "x" * 300 in wrong.text
    assert (await save(**{"labels[]": ["", ""], "values[]": ["", ""]})).status_code == 303
    assert await marks(v, v.asha) == []


async def test_a_page_that_never_answers_holds_up_nobody(village: Village, monkeypatch: pytest.MonkeyPatch):
    v, answers = village, asyncio.Event()

    async def slow(carrier: Carrier, event: LinksToVerify) -> None:
        await answers.wait()

    monkeypatch.setitem(table.ERRANDS, LinksToVerify, (slow,))
    fields = {"0": {"name": "घर", "value": "https://example.org/slow"}}
    await v.api(v.asha, "PATCH", CREDENTIALS, fields_attributes=fields)
    await v.api(v.asha, "POST", "/api/v1/statuses", status="@ravi सुनो")
    for _ in range(3):
        await asyncio.wait_for(v.running.runner.step(), PATIENCE)
    told = (await v.api(v.ravi, "GET", "/api/v1/notifications")).json()
    assert [one["type"] for one in told][:1] == ["mention"]
    answers.set()
    await v.settle()
    async with v.running.house.square.work.reading() as reading:
        assert await outbox.depth(reading) == outbox.Depth()


async def test_what_its_owner_changes_while_it_is_verified_stays_changed(
    village: Village, site: Site, monkeypatch: pytest.MonkeyPatch
):
    v = village
    mine = site.says("/mine", f'<a rel="me" href="{me(v, v.asha)}">चौपाल</a>')
    await v.api(v.asha, "PATCH", CREDENTIALS, fields_attributes={"0": {"name": "घर", "value": mine}})
    keep, changes = accounts.change, list[asyncio.Task[Any]]()

    async def meanwhile(w: Writing, id_: int, face: Face) -> None:
        if not changes:  # its owner's own change comes here, too
            new = profiles.change(v.running.house.square, v.asha.viewer, Face(fields=(Field("घर", "कहीं नहीं"),)))
            changes.append(asyncio.create_task(new))
            await asyncio.wait(changes, timeout=0.5)  # it waits for this commit, or would be lost by it
        await keep(w, id_, face)

    monkeypatch.setattr("chaupal.fanout.outside.verified_links.accounts.change", meanwhile)
    await v.settle()
    await asyncio.gather(*changes)
    shown = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}")).json()
    assert changes and [field["value"] for field in shown["fields"]] == ["कहीं नहीं"]
