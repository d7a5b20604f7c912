"""Many cases by one call: sent as rows or as a file, looked at while it goes on; and a case's ETag, so that nobody acts on what moved."""

import csv
import io
from typing import Any

import httpx2
import jsonschema_rs

from chaupal.api.described import EXAMPLES
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import bulk_jobs
from desk import AtDesk
from village import Village, Villager

ORDERS = "/api/v1/admin/orders"
REASON = "The post names a person as armed, which the order shows to be false."


async def an_order(v: Village, many: int) -> tuple[str, list[str]]:
    said = [(await v.says(v.asha, f"बात {n}")).path for n in range(many)]
    return await v.receives(*said), said


async def done(v: Village, who: Villager, answer: httpx2.Response) -> dict[str, Any]:
    """The call, once it has gone on to its end."""
    assert answer.status_code == 202, answer.text
    path = answer.headers["location"].partition("8000")[2]
    assert answer.json()["url"].endswith(path)
    while await bulk_jobs.carry_on(v.running.house.court):
        pass
    await v.settle()
    return (await v.api(who, "GET", path)).json()


def rows(many: int, seen: int = 1, **more: object) -> list[dict[str, object]]:
    return [{"number": n, "seen": seen, **more} for n in range(1, many + 1)]


async def test_one_call_proposes_many_another_approves_them_and_each_is_withheld(village: Village):
    v = village
    ref, said = await an_order(v, 4)
    path = f"{ORDERS}/{ref}/bulk"
    proposal = rows(4, outcome="withhold_post", reason=REASON)
    seen = await done(v, v.chitra, await v.api(v.chitra, "POST", path, verb="propose", rows=proposal))
    assert (seen["state"], seen["total"], seen["checked"], seen["entered"], seen["counts"]) == (
        "done",
        4,
        4,
        4,
        {"done": 4},
    )
    assert (await v.api(v.chitra, "POST", path, verb="approve", rows=rows(4, 2))).status_code == 403
    seen = await done(v, v.dev, await v.api(v.dev, "POST", path, verb="approve", rows=rows(3, 2)))
    assert seen["counts"] == {"done": 3}
    assert [(await v.look("IN", one)).status_code for one in said] == [451, 451, 451, 200]


async def test_nothing_is_entered_where_one_row_is_wrong_and_each_fault_is_named(village: Village):
    v = village
    ref, _ = await an_order(v, 3)
    bad = [
        *rows(2, outcome="withhold_post", reason=REASON),
        {"number": 3, "seen": 1, "outcome": "refuse", "reason": "no"},
    ]
    sent = await v.api(v.chitra, "POST", f"{ORDERS}/{ref}/bulk", verb="propose", rows=bad)
    seen = await done(v, v.chitra, sent)
    assert (seen["state"], seen["entered"], seen["counts"]) == ("refused", 0, {"wrong": 1})
    (row,) = seen["bad"]
    assert (row["number"], row["line"], row["moved"], sorted(row["details"])) == (3, 3, False, ["code", "reason"])
    shown = (await v.api(v.chitra, "GET", f"{ORDERS}/{ref}")).json()
    assert {one["state"] for one in shown["targets"]} == {"received"}


async def test_a_file_goes_out_and_comes_back_over_the_api(village: Village):
    v = village
    ref, _ = await an_order(v, 2)
    answer = await v.api(v.chitra, "GET", f"{ORDERS}/{ref}/targets.csv", verb="propose")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{ref}.csv"'
    lines = [*csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]
    text = io.StringIO()
    writer = csv.DictWriter(text, lines[0])
    writer.writeheader()
    writer.writerows([line | {"outcome": "withhold_post", "reason": REASON} for line in lines])
    path = f"{ORDERS}/{ref}/bulk"
    seen = await done(v, v.chitra, await v.api(v.chitra, "POST", path, verb="propose", csv=text.getvalue()))
    assert seen["counts"] == {"done": 2}
    head = {"authorization": f"Bearer {v.chitra.token}"}
    files = {"csv": ("x.csv", text.getvalue().encode())}
    again = await v.client.post(path, data={"verb": "propose"}, files=files, headers=head)
    assert (await done(v, v.chitra, again))["counts"] == {"already": 2}
    no_file = await v.api(v.chitra, "POST", path, verb="propose", csv="a,b\n1,2\n")
    assert no_file.status_code == 422 and "csv" in no_file.json()["details"]


async def test_appeals_are_decided_by_one_call(village: Village):
    v = village
    ref, said = await an_order(v, 2)
    court = v.running.house.court
    path, proposal = f"{ORDERS}/{ref}/bulk", rows(2, outcome="withhold_post", reason=REASON)
    await done(v, v.chitra, await v.api(v.chitra, "POST", path, verb="propose", rows=proposal))
    await done(v, v.dev, await v.api(v.dev, "POST", path, verb="approve", rows=rows(2, 2)))
    for strike in await notices.of_viewer(court, v.asha.viewer):
        await appeals.file(court, v.asha.viewer, strike.ruling.id, "यह सच है, और सबने देखा है।")
    listed = await v.api(v.owner, "GET", "/api/v1/admin/appeals.csv")
    lines = [*csv.DictReader(io.StringIO(listed.content.decode("utf-8-sig")))]
    assert len(lines) == 2 and {line["measure"] for line in lines} == {"withhold_post"}
    sent = [
        {"number": int(line["appeal"]), "seen": int(line["version"]), "outcome": "reversed", "reason": REASON}
        for line in lines
    ]
    waiting = (await v.api(v.owner, "GET", "/api/v1/admin/appeals")).json()
    assert [(one["id"], one["state"], one["measure"]) for one in waiting] == [
        (line["appeal"], "pending", "withhold_post") for line in lines
    ]
    assert (await v.api(v.asha, "GET", "/api/v1/admin/appeals")).status_code == 404
    own = await done(v, v.dev, await v.api(v.dev, "POST", "/api/v1/admin/appeals/bulk", rows=sent))
    assert own["state"] == "refused" and own["counts"] == {"wrong": 2}  # who decided does not hear the appeal
    first = f"/api/v1/admin/appeals/{lines[0]['appeal']}"
    assert (await v.api(v.dev, "POST", f"{first}/approve", text=REASON)).status_code == 403
    assert (await v.api(v.owner, "POST", f"{first}/approve")).status_code == 422  # without a reason
    # Nobody decides about what they have not read: on the page, and by a program that says what it has.
    at, page = AtDesk(v, v.owner), f"/office/appeals/{lines[0]['appeal']}"
    assert 'name="seen" value="0"' in (await at.get(page)).text
    await appeals.say(court, v.asha.viewer, int(lines[0]["appeal"]), "और यह भी सुनिए।")
    said_nothing_of_it = await at.send(f"{page}/decide", outcome="upheld", reason=REASON, seen="0")
    assert said_nothing_of_it.status_code == 409 and "look at it again" in said_nothing_of_it.text
    assert (await v.api(v.owner, "POST", f"{first}/reject", text=REASON, seen=0)).status_code == 409
    assert (await v.api(v.dev, "POST", f"{first}/reject", text=REASON, seen=0)).status_code == 403
    decided = (await v.api(v.owner, "POST", f"{first}/approve", text=REASON, seen=1)).json()
    assert (decided["state"], decided["outcome"], decided["reason"]) == ("approved", "reversed", REASON)
    assert decided == (await v.api(v.owner, "GET", first)).json()
    assert [one["id"] for one in (await v.api(v.owner, "GET", "/api/v1/admin/appeals", ended=True)).json()] == [
        decided["id"]
    ]
    seen = await done(v, v.owner, await v.api(v.owner, "POST", "/api/v1/admin/appeals/bulk", rows=sent[1:]))
    assert seen["counts"] == {"done": 1}
    assert [(await v.look("IN", one)).status_code for one in said] == [200, 200]


async def test_a_call_is_for_staff_and_seen_by_whoever_sent_it(village: Village):
    v = village
    ref, _ = await an_order(v, 1)
    path, one = f"{ORDERS}/{ref}/bulk", rows(1, outcome="withhold_post", reason=REASON)
    assert (await v.api(v.asha, "POST", path, verb="propose", rows=one)).status_code == 404
    assert (await v.api(v.asha, "GET", f"{ORDERS}/{ref}/targets.csv")).status_code == 404
    sent = await v.api(v.chitra, "POST", path, verb="propose", rows=one)
    assert (await v.api(v.dev, "GET", f"/api/v1/admin/bulk/{sent.json()['id']}")).status_code == 404
    assert (await v.api(v.chitra, "POST", path, verb="dance", rows=one)).status_code == 404
    assert (await v.api(v.chitra, "POST", path, verb="propose", rows=[])).status_code == 422
    assert (await v.api(v.chitra, "POST", f"{ORDERS}/IN-2021-0404/bulk", verb="propose", rows=one)).status_code == 404


async def test_an_act_with_if_match_is_refused_where_the_case_is_another_by_now(village: Village):
    v = village
    ref, said = await an_order(v, 1)
    case = f"{ORDERS}/{ref}/targets/1"
    looked = await v.api(v.chitra, "GET", case)
    assert looked.headers["etag"] == '"1"' and looked.json()["state"] == "received"
    assert (await v.api(v.chitra, "GET", f"{ORDERS}/{ref}/targets/9")).status_code == 404

    async def act(who: Villager, verb: str, tag: str, **body: object) -> httpx2.Response:
        headers = {"authorization": f"Bearer {who.token}", "if-match": tag}
        return await v.client.post(f"{case}/{verb}", json=body, headers=headers)

    proposed = await act(v.chitra, "propose", '"1"', outcome="withhold_post", reason=REASON)
    assert (proposed.status_code, proposed.headers["etag"]) == (200, '"2"')
    for tag in ('"1"', '"nonsense"', 'W/"2"', '"1", "7"'):
        assert (await act(v.dev, "approve", tag)).status_code == 412
    assert (await v.look("IN", said[0])).status_code == 200
    assert (await act(v.dev, "return", '"2"', reason=REASON)).headers["etag"] == '"3"'
    assert (await act(v.dev, "approve", '"2"')).status_code == 412  # what it was about was sent back meanwhile
    assert (await v.api(v.dev, "POST", f"{case}/approve", seen=2)).status_code == 409
    assert (await act(v.chitra, "propose", "*", outcome="withhold_post", reason=REASON)).status_code == 200
    assert (await act(v.dev, "approve", '"4"')).status_code == 200


async def test_the_examples_for_staff_are_answered_as_described(village: Village):
    v = village
    ref, _ = await an_order(v, 2)
    described = (await v.client.get("/openapi.json")).json()
    names = [name for name, example in EXAMPLES.items() if example.staff]
    assert len(names) == 6
    job = ""
    for name in names:
        method, path = name.split(" ")
        operation = described["paths"][path][method.lower()]
        example = operation["x-example"]
        filled = example.get("path", {}) | {"ref": ref, "id": job}
        body = example.get("body") or example.get("query") or {}
        answer = await v.api(v.chitra, method, path.format(**filled), **body)
        assert answer.status_code in (200, 202), (name, answer.text)
        schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            jsonschema_rs.validate({**schema, "components": described["components"]}, answer.json())
        job = answer.json()["id"] if answer.status_code == 202 else job


async def test_a_matter_of_the_houses_own_takes_a_file_with_a_measure_for_each(village: Village):
    v = village
    said = await v.says(v.meera, "वही बात फिर से")
    listing = f"target,measure\n@asha,warn\n{said.path},remove_post\n@ravi,\n"
    body = {"rule": "2@1", "grounds": "The same text was sent to two hundred people.", "outcome": "warn"}
    made = await v.api(
        v.chitra, "POST", "/api/v1/admin/matters", csv=listing.replace("/@", "http://localhost:8000/@"), **body
    )
    assert made.status_code == 200, made.text
    shown = made.json()
    assert (shown["targets"], shown["error"]) == (3, "")
    targets = (await v.api(v.chitra, "GET", f"{ORDERS}/{shown['ref']}")).json()["targets"]
    assert [one["events"][-1]["outcome"] for one in targets] == ["warn", "remove_post", "warn"]
    wrong = await v.api(v.chitra, "POST", "/api/v1/admin/matters", csv="target\n@asha\n@nobody_at_all\n", **body)
    assert wrong.status_code == 422 and "3: @nobody_at_all: does not exist here" in wrong.text
    assert (await v.api(v.asha, "POST", "/api/v1/admin/matters", csv=listing, **body)).status_code == 404
