"""What an order names of other servers is asked for there: in the office when a clerk says so, by all other ways when it is filed."""

import asyncio
from pathlib import Path

import pytest

from chaupal.social.people import elsewhere
from chaupal.store.court import docket
from chaupal.web.court import filing
from disputes import send
from far import Far
from office import ORDER, open_office
from peers.hostile import hostile
from unit.app.test_cli_bulk import an_order, done
from village import AUTHORITY

FIELDS = {key: value for key, value in ORDER.items() if key != "bases"} | {"bases[]": "public_order"}


async def targets_of(far: Far, ref: str) -> list[tuple[str, int | None]]:
    """(kind, what it names here) of each target."""
    async with far.fed.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        return [(one.kind, one.subject_id) for one in await docket.targets_of(reading, order.id)]


async def look(far: Far, act: str, targets: str) -> str:
    """The page after the form was sent so."""
    v = far.village
    ministry = await v.ministry()
    assert AUTHORITY.name
    answer = await send(
        v,
        v.owner,
        "/office/orders/new",
        "/office/orders",
        act=act,
        authority=str(ministry.id),
        regime="IN-69A",
        targets=targets,
    )
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_what_is_on_another_server_is_asked_for_when_a_clerk_says_so(far: Far):
    note = far.there.serves(far.bob.note("n1"))
    page = await look(far, "check", note)
    assert 'value="look_up"' in page and far.there.asked["/bob/notes/n1"] == 0, "looking at the form asks nobody"
    page = await look(far, "look_up", note)
    assert far.there.asked["/bob/notes/n1"] >= 1 and await far.here(note)
    assert 'value="look_up"' not in page and "n1" in page


async def test_a_few_are_asked_for_at_once_and_what_is_not_there_stays_unknown(
    far: Far, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(filing, "MOST_LOOKED_UP", 2)
    lines = [f"{far.there.origin}/bob/notes/x{n}" for n in range(4)]
    page = await look(far, "look_up", "\n".join(lines))
    assert sum(far.there.asked[f"/bob/notes/x{n}"] > 0 for n in range(4)) == 2
    assert 'value="look_up"' in page and all(line in page for line in lines)


async def test_what_an_authority_files_at_the_portal_is_found_on_other_servers_by_name_and_by_address(far: Far):
    office = await open_office(far.village)
    note, eve = far.there.serves(far.bob.note("n1")), f"@eve@localhost:{far.there.port}"
    typed = FIELDS | {"targets": f"{note}\n{eve}"}
    page = "/portal/orders/new?regime=IN-69A"
    looked = await office.post("/portal/orders", page, act="check", **typed)
    assert 'value="look_up"' in looked.text and far.there.asked["/bob/notes/n1"] == 0, "looking asks nobody"
    asked = await office.post("/portal/orders", page, act="look_up", **typed | {"targets": note})
    assert await far.here(note) and 'value="look_up"' not in asked.text
    filed = await office.post("/portal/orders", page, act="file", **typed)
    assert filed.status_code == 303, filed.text
    assert await targets_of(far, filed.headers["location"].rpartition("/")[2]) == [
        ("post", await far.here(note)),
        ("account", await far.account(far.eve)),
    ]


async def test_what_an_authoritys_program_files_is_found_there_ten_at_a_time_and_what_is_not_there_is_said(far: Far):
    office = await open_office(far.village)
    notes = [far.there.serves(far.bob.note(f"n{n}")) for n in range(elsewhere.AT_ONCE)]
    eve = f"@eve@localhost:{far.there.port}"
    wrong = await office.file(f"{far.there.origin}/bob/notes/none", external_id="A-1")
    assert wrong.status_code == 422 and "another server" in wrong.text
    again = await office.file(*notes, eve, external_id="A-2")
    assert again.status_code == 422 and eve in again.text
    filed = await office.file(*notes, eve, external_id="A-2")
    assert filed.status_code == 201, filed.text
    assert [one["kind"] for one in filed.json()["targets"]] == ["post"] * len(notes) + ["account"]
    assert (await targets_of(far, filed.json()["ref"]))[-1] == ("account", await far.account(far.eve))


async def test_what_a_clerk_takes_in_from_the_shell_is_found_there_and_a_check_asks_only_where_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CHAUPAL_FEDERATION", "on")
    monkeypatch.setenv("CHAUPAL_FEDERATION_TEST", "on")
    data = tmp_path / "data"

    async def shell(*words: str) -> str:
        return await asyncio.to_thread(done, data, *words)

    await asyncio.to_thread(an_order, data)
    async with hostile() as there:
        bob, eve = there.liar("bob", 0), there.liar("eve", 1)
        there.names(bob, eve)
        note, rows = there.serves(bob.note("n1")), tmp_path / "list.csv"
        rows.write_text(f"target\n{there.serves(bob.note('n2'))}\n@meera\n")
        order = (
            "order", "receive", "--as", "lata", "--authority", "Ministry", "--officer", "A. Sharma", "--rank", "Joint Secretary",
            "--regime", "IN-69A", "--role", "designated_officer", "--reference", "2", "--law", "s. 69A", "--grounds", "public order",
            "--territory", "IN", "--dated", "2021-02-04",
        )  # fmt: skip
        named = ("--target", note, "--target", f"@eve@localhost:{there.port}")
        assert "another server" in await shell(*order, "--check", *named) and not there.asked.total()
        looked = await shell(*order, "--check", "--look-up", "--target", note)
        assert f"{note}: post" in looked and there.asked["/bob/notes/n1"] >= 1
        ref = (await shell(*order, *named, "--csv", str(rows))).split()[-1]
        shown = await shell("order", "show", ref, "--as", "lata")
    assert "eve@localhost" in shown and "/bob/notes/n2" in shown and "another server" not in shown
