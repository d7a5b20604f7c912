"""Pages about other servers: the office limits and lets in, takes lists in and out; everybody reads what is limited, and hides some."""

from collections.abc import AsyncIterator

import pytest

from chaupal.governance.cases import bulk_jobs, decisions
from chaupal.governance.servers import limits
from chaupal.governance.servers.csv_blocks import HEADERS
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role
from desk import AtDesk
from village import Village, open_village

WHY = "Threats keep coming from there, and its staff have not answered for three weeks."


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(settings, clock) as opened:
        for handle in ("mona", "moti"):
            await opened.joins(handle, handle, role=Role.MODERATOR)
        yield opened


async def approve_all(v: Village) -> int:
    """moti agrees to all that is proposed of servers; how many."""
    court, many = v.running.house.court, 0
    for one in await limits.listed(court, v.moti.viewer):
        for waiting in one.waiting:
            await decisions.approve(court, v.moti.viewer, waiting.ref, waiting.number)
            many += 1
    return many


async def test_the_office_limits_a_server_and_everybody_reads_why(village: Village):
    v, mona = village, AtDesk(village, village.mona)
    page = await mona.get("/office/servers")
    assert page.status_code == 200 and "No server is limited." in page.text
    bad = await mona.send("/office/servers", domain="no server", severity="suspend", public_comment=WHY)
    assert bad.status_code == 422 and WHY in bad.text and "is no name of a server" in bad.text
    done = await mona.send(
        "/office/servers", domain="Bad.Example", severity="suspend", public_comment=WHY, reject_media="1"
    )
    assert done.status_code == 303, done.text
    page = (await mona.get("/office/servers")).text
    assert "bad.example" in page and "waits for a second person" in page
    public = await v.client.get("/about/servers", headers={"cookie": "language=en"})
    assert public.status_code == 200 and "bad.example" not in public.text
    assert await approve_all(v) == 1
    public = (await v.client.get("/about/servers", headers={"cookie": "language=en"})).text
    assert "bad.example" in public and WHY in public and "server suspended" in public
    hindi = (await v.client.get("/about/servers", headers={"cookie": "language=hi"})).text
    assert "सर्वर निलंबित" in hindi
    [standing] = await limits.listed(v.running.house.court, v.mona.viewer)
    case = await mona.get(f"/office/orders/{standing.limits[0].row.order_ref}/1")
    assert case.status_code == 200 and "bad.example" in case.text
    ended = await mona.send(
        f"/office/servers/{standing.id}/end", reason="Its staff have answered, and the threats have stopped."
    )
    assert ended.status_code == 303
    assert "bad.example" not in (await v.client.get("/about/servers")).text


async def test_a_name_with_gaps_stands_so_on_the_public_page(village: Village):
    mona = AtDesk(village, village.mona)
    await mona.send("/office/servers", domain="example.com", severity="silence", public_comment=WHY, obfuscate="1")
    await approve_all(village)
    public = (await village.client.get("/about/servers", headers={"cookie": "language=en"})).text
    assert "exa****.*om" in public and "example.com" not in public
    [standing] = await limits.listed(village.running.house.court, village.mona.viewer)
    told = await mona.send(f"/office/servers/{standing.id}/told", private_comment="seen on the list of another server")
    assert told.status_code == 303
    assert "example.com" in (await village.client.get("/about/servers", headers={"cookie": "language=en"})).text


async def test_a_list_of_mastodons_is_taken_in_row_by_row_as_cases_and_given_out_again(village: Village):
    v, mona = village, AtDesk(village, village.mona)
    lines = [
        ",".join(HEADERS),
        f'bad.example,suspend,false,false,"{WHY}",false',
        "loud.example,silence,true,false,,true",
        "spam.example,noop,true,true,spam,false",
        "bad.example,suspend,false,false,twice,false",
    ]
    await mona.get("/office/servers")
    files = {"csv": ("blocks.csv", "\n".join(lines).encode(), "text/csv")}
    answer = await v.client.post(
        "/office/servers/file",
        data={"csrf": mona.word, "reason": "A list that we share with two servers that we know."},
        files=files,
        headers=mona.headers,
    )
    assert answer.status_code == 200 and "The list was taken in" in answer.text, answer.text
    while await bulk_jobs.carry_on(v.running.house.court):
        pass
    assert await approve_all(v) == 5
    found = {
        one.domain: {m.value for m in one.measures} for one in await limits.listed(v.running.house.court, v.mona.viewer)
    }
    assert found == {
        "bad.example": {"suspend_server"},
        "loud.example": {"limit_server", "refuse_media"},
        "spam.example": {"refuse_media", "refuse_reports"},
    }
    out = (await mona.get("/office/servers.csv")).text.splitlines()
    assert out[0] == ",".join(HEADERS)
    assert f'bad.example,suspend,true,true,"{WHY}",false' in out
    assert any(line.startswith("loud.example,silence,true,false,") and line.endswith(",true") for line in out)
    again = await v.client.post(
        "/office/servers/file",
        data={"csrf": mona.word, "reason": "The same list again, to see that it changes nothing."},
        files={"csv": ("blocks.csv", "\n".join(out).encode(), "text/csv")},
        headers=mona.headers,
    )
    assert again.status_code == 200 and await approve_all(v) == 0


@pytest.mark.parametrize(
    "body",
    [
        "",
        ",".join(HEADERS),
        "#domain\nno server\n",
        "#domain,#severity\nbad.example,gone\n",
        "#domain,#severity\nbad.example,noop\n",
        "\x00\x01",
    ],
)
async def test_a_list_that_cannot_be_taken_in_opens_nothing_and_says_why(village: Village, body: str):
    mona = AtDesk(village, village.mona)
    await mona.get("/office/servers")
    answer = await village.client.post(
        "/office/servers/file",
        data={"csrf": mona.word, "reason": WHY},
        files={"csv": ("blocks.csv", body.encode(), "text/csv")},
        headers=mona.headers,
    )
    assert answer.status_code == 422 and 'id="csv-error"' in answer.text, (answer.status_code, body)
    assert await limits.listed(village.running.house.court, village.mona.viewer) == []


async def test_the_list_of_those_let_in_is_kept_by_two(village: Village):
    mona, moti = AtDesk(village, village.mona), AtDesk(village, village.moti)
    assert (
        await mona.send("/office/servers/allowed", domain="good.example", reason="Its people asked for it.")
    ).status_code == 303
    page = (await mona.get("/office/servers")).text
    assert "good.example" in page
    path = page.partition('action="/office/servers/allowed/')[2].partition('/off"')[0]
    assert (await mona.send(f"/office/servers/allowed/{path}/off", reason=WHY)).status_code == 303
    refused = await mona.send(f"/office/servers/allowed/{path}/off")
    assert refused.status_code in (403, 422) and "good.example" in (await mona.get("/office/servers")).text
    # Who meant to propose it themselves, on a page from before, agrees unawares to nothing.
    before = page.partition('name="seen" value="')[2].partition('"')[0]
    assert (await moti.send(f"/office/servers/allowed/{path}/off", reason=WHY, seen=before)).status_code == 409
    assert (await moti.send(f"/office/servers/allowed/{path}/off")).status_code == 303
    assert "good.example" not in (await mona.get("/office/servers")).text


async def test_one_hides_a_server_on_a_page_and_takes_the_list_along(village: Village):
    asha = AtDesk(village, village.asha)
    page = await asha.get("/settings/servers")
    assert page.status_code == 200 and "You hide no server." in page.text
    wrong = await asha.send("/settings/servers", domain="no server")
    assert wrong.status_code == 422 and "no server" in wrong.text
    for name in ("b.example", "a.example"):
        assert (await asha.send("/settings/servers", domain=name)).status_code == 303
    assert (await asha.get("/settings/servers/list.csv")).text == "a.example\nb.example\n"
    assert (await asha.send("/settings/servers/show", domain="a.example")).status_code == 303
    assert (await asha.get("/settings/servers/list.csv")).text == "b.example\n"
    assert (await asha.get("/settings/servers/ended.csv")).text.startswith("Account address,Show boosts,")


async def test_who_is_not_of_the_staff_finds_no_such_page(village: Village):
    asha = AtDesk(village, village.asha)
    for path in ("/office/servers", "/office/servers.csv"):
        assert (await asha.get(path)).status_code in (403, 404)
    assert (await asha.send("/office/servers", domain="bad.example", public_comment=WHY)).status_code in (403, 404)
