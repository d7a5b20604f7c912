"""What is not for everybody: an authority that names it is answered as if it had never been, byte for byte; the desk sees it."""

import re
from typing import Any

import pytest

from chaupal.governance.cases import decisions
from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.kernel.errors import Conflict
from chaupal.reads.court import dossier
from chaupal.social.posts import posts
from office import ORDER, Office, open_office
from surfaces.worlds import Answer, Grounds, answer_of, difference, hour, still_village
from village import REASON, Village

NEVER, FOLLOWERS, DIRECT, DELETED = "never was", "for followers", "for one person", "deleted"
FIELDS: dict[str, Any] = {key: value for key, value in ORDER.items() if key != "bases"} | {"bases[]": "public_order"}
# Files of the log hold the digests of opaque entries, which are random; their sizes and every open entry are compared.
RANDOM = re.compile(rb'"_sd":\[[^\]]*\]|[A-Za-z0-9+/_=-]{40,}')


async def history(v: Village, how: str) -> dict[str, Answer]:
    """What an authority, and everybody, is answered where it names a post that is there in the way `how` says."""
    office = await open_office(v)
    if how == NEVER:
        v.clock.move(SECOND)
        number = v.running.house.square.make_id()  # as the post would have had it
    else:
        number = (await v.says(v.meera, "अपनों के लिए", visibility=3 if how == DIRECT else 2)).id
    if how == DELETED:
        await posts.delete(v.running.house.square, v.meera.viewer, number)
        await v.settle()
    v.clock.at += MINUTE - v.clock.at % MINUTE
    return await _asked(v, office, f"/@meera/{number}")


async def _asked(v: Village, office: Office, path: str) -> dict[str, Answer]:
    seen: dict[str, Answer] = {}

    async def note(name: str, answer: Any) -> None:
        v.clock.move(SECOND)
        seen[name] = answer_of(answer)

    form = "/portal/orders/new?regime=IN-69A"
    twice = f"{path}\n{v.running.house.settings.origin}{path}\n@meera"
    await note("looked at", await office.post("/portal/orders", form, **FIELDS, targets=f"{path}\n@meera", act="check"))
    await note("named twice", await office.post("/portal/orders", form, **FIELDS, targets=twice, act="file"))
    rows = [("csv", ("list.csv", f"target,demanded\n{path},withhold_post\n{path},\n".encode(), "text/csv"))]
    await note("a list", await office.post("/portal/orders", form, files=rows, **FIELDS, act="file"))
    await note("filed", filed := await office.file({"target": path, "demanded": "withhold_post"}, "@meera"))
    ref = filed.json()["ref"]
    await note("filed again", await office.file({"target": path, "demanded": "withhold_post"}, "@meera"))
    await v.settle()
    await v.receives(path, "@ravi", record_unknown=True)
    await v.settle()
    await hour(v)
    await note("the order", await office.ask("GET", f"/api/v1/orders/{ref}"))
    await note("its page", await office.get(f"/portal/orders/{ref}"))
    await note("all orders", await office.get("/portal"))
    for public in (
        "/orders",
        f"/orders/{ref}",
        "/orders/IN-2021-0002",
        "/api/v1/transparency/orders",
        "/api/v1/transparency/orders.csv",
        f"/api/v1/transparency/orders/{ref}",
        "/transparency",
        "/api/v1/transparency",
        "/log/checkpoint",
        "/log/tile/entries/000.p/16",
        "/log/tile/0/000.p/16",
    ):
        found = answer_of(await v.client.get(public, headers={"x-country": "IN"}))
        seen[public] = found[0], found[1], RANDOM.sub(b"", found[2]) if public.startswith("/log") else found[2]
    taken_back = await office.ask("POST", f"/api/v1/orders/{ref}/withdraw", json={"reason": "It was named by mistake."})
    await note("taken back", taken_back)
    await v.settle()
    await note("the order, taken back", await office.ask("GET", f"/api/v1/orders/{ref}"))
    await note("its public page, taken back", await v.client.get(f"/orders/{ref}"))
    return seen


async def test_an_authority_gets_the_same_answer_for_what_is_not_for_everybody_as_for_what_never_was(grounds: Grounds):
    seen: dict[str, dict[str, Answer]] = {}
    for how in (NEVER, FOLLOWERS, DIRECT, DELETED):
        async with still_village(grounds) as v:
            seen[how] = await history(v, how)
    never = seen.pop(NEVER)
    assert never["filed"][0] == 201 and b"not_found" in never["the order"][2]
    told = [
        f"{how}, {name}: {found}"
        for how, answers in seen.items()
        for name in never
        if (found := difference(never[name], answers[name]))
    ]
    assert not told, "\n".join(told)


async def test_the_desk_sees_what_is_not_for_everybody_and_can_do_something_about_it(village: Village):
    v = village
    private = await v.says(v.meera, "अपनों के लिए", visibility=2)
    ref = await v.receives(private.path, "@nobody_here", record_unknown=True)
    sheet = await dossier.sheet(v.running.house.reads, v.chitra.viewer, ref, 1)
    assert (sheet.file.state, sheet.file.target.unseen, sheet.file.target.subject_id) == ("not_found", True, private.id)
    assert "यह यहाँ है, पर सबके लिए नहीं" in await v.page_as("IN", f"/office/orders/{ref}/1", v.chitra)
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    assert private.text not in (await v.api(v.asha, "GET", f"/api/v1/statuses/{private.id}")).text
    with pytest.raises(Conflict):
        await decisions.propose(
            court, v.chitra.viewer, ref, 2, outcome="withhold_account", reason=REASON, finding=REASON
        )
