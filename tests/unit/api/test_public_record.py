"""The public record over the API: orders, why a post is (not) seen, and the stream of what is withheld."""

import csv
import io

import httpx2
import pytest
import regex
from sqlalchemy import update

import measures
from chaupal.api.court import record
from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.orders import steps
from chaupal.governance.orders.csv_files import MARK
from chaupal.governance.orders.steps import StepForm
from chaupal.policy.measures import Measure
from chaupal.reads.court import filings
from chaupal.store.court import docket
from chaupal.store.machine.dialect import statement, text_param
from chaupal.store.tables.court import orders
from neighbours import asked_of
from village import REASON, Village


async def test_orders_are_told_with_what_became_of_each_target(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    (listed,) = (await v.api(None, "GET", "/api/v1/transparency/orders", country="DE")).json()
    assert (listed["ref"], listed["authority"], listed["counts"]["withheld"]) == (ref, "Ministry of Information", 1)
    story = (await v.api(None, "GET", f"/api/v1/transparency/orders/{ref}", country="DE")).json()
    (target,) = story["targets"]
    assert (target["state"], target["id"], target["account"]) == ("in_force", str(v.asha.latest.id), "asha")
    assert (target["measure"], target["reason"]) == ("withhold_post", REASON)
    assert "officer" not in story and "S. Verma" not in str(story)


async def test_the_register_opens_in_a_spreadsheet_with_a_row_for_each_thing_named(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, path = village, "/api/v1/transparency/orders.csv"
    first = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    second = await v.receives("@ravi", v.meera.latest.path, record_unknown=True)

    async def rows(path: str) -> tuple[list[tuple[str, ...]], httpx2.Response]:
        answer = await v.api(None, "GET", path, country="DE")
        assert answer.content.startswith(MARK.encode()), "else a spreadsheet takes Devanagari for something else"
        found = csv.DictReader(io.StringIO(answer.content.decode().removeprefix(MARK)))
        names = (
            "ref",
            "authority_hi",
            "bases",
            "emergency",
            "target_number",
            "target_state",
            "target_account",
            "target_measure",
            "target_reason",
        )
        return [tuple(row[name] for name in names) for row in found], answer

    whole, answer = await rows(path)
    ask = ("सूचना मंत्रालय", "public_order", "false")
    assert whole == [
        (second, *ask, "1", "pending", "ravi", "", ""),
        (second, *ask, "2", "pending", "meera", "", ""),
        (first, *ask, "1", "in_force", "asha", "withhold_post", REASON),
    ]
    assert "link" not in answer.headers
    entry = regex.search(r"https?://[^/]+(/log/entries/\d+),", answer.text)
    assert entry and "</html>" in (await v.look("DE", entry[1])).text, "people read a sheet"
    monkeypatch.setattr(record, "SHEET", 1)
    newest, answer = await rows(path)
    assert newest == whole[:2], "an order is not cut in two"
    following = answer.headers["link"].partition(">")[0].partition("/api/")[2]
    older, answer = await rows(f"/api/{following}")
    assert older == whole[2:] and "link" not in answer.headers


async def test_many_orders_in_a_sheet_ask_the_store_no_more_often_than_one(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, path = village, "/api/v1/transparency/orders.csv"
    await v.receives("@ravi", v.meera.latest.path)
    asked = await asked_of(v.running.house.square.work, monkeypatch)

    async def cost() -> int:
        await v.api(None, "GET", path, country="DE")  # now whoever is named in them is in memory
        asked.clear()
        assert (await v.api(None, "GET", path, country="DE")).status_code == 200
        return len(asked)

    one = await cost()
    for _ in range(3):
        await v.receives("@ravi", v.meera.latest.path, record_unknown=True)
    assert one and await cost() == one


async def test_what_is_proposed_is_not_told(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    await decisions.propose(v.running.house.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    (target,) = (await v.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()["targets"]
    assert (target["state"], target["measure"], target["reason"]) == ("pending", None, "")


@pytest.mark.parametrize("verb", ["close", "withdraw"])
async def test_what_was_proposed_and_never_carried_out_is_not_told_when_its_order_ends(village: Village, verb: str):
    v, court = village, village.running.house.court
    ref = await v.receives(v.asha.latest.path)
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    await decisions.return_(court, v.dev.viewer, ref, 1, reason="Nobody has looked at the second video.")
    await steps.take(court, v.dev.viewer, ref, StepForm(verb=verb, reason="Nothing is left to decide."))
    await v.settle()
    story = (await v.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()
    (target,) = story["targets"]
    came_to = {"close": "undecided", "withdraw": "withdrawn"}[verb]
    assert (target["state"], target["measure"], target["reason"]) == (came_to, None, "")
    assert [story["counts"][name] for name in ("pending", "undecided", "ended")] == [0, 1, 0], "nothing is shown again"
    page = await v.page_as("IN", f"/orders/{ref}")
    assert REASON not in page and "second video" not in page
    assert "कुछ तय होने से पहले ही समाप्त" in page
    assert "विचाराधीन" not in page
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
    (item,) = (await filings.whole(v.running.house.reads, order.authority_id or 0, ref)).items
    assert (item.state, item.reason == REASON, "video" in item.reason) == (came_to, False, False)


async def test_a_private_post_has_no_id_in_the_record(village: Village):
    v = village
    said = await v.says(v.asha, "सिर्फ़ अपनों के लिए", visibility=2)
    ref = await v.withhold(post=said, by=v.chitra, second=v.dev)
    for path in (f"/api/v1/transparency/orders/{ref}", "/api/v1/withheld"):
        answer = await v.api(None, "GET", path, country="DE")
        assert answer.status_code == 200 and str(said.id) not in answer.text, path


async def test_a_secret_order_is_nowhere_in_the_record(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(update(orders).values(secrecy=text_param("how"))), how="gag")
    assert (await v.api(None, "GET", "/api/v1/transparency/orders")).json() == []
    assert (await v.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).status_code == 404
    assert (await v.look("DE", f"/orders/{ref}")).status_code == 404
    assert ref not in await v.page_as("DE", "/orders")
    stream = (await v.api(None, "GET", "/api/v1/withheld")).json()
    assert stream["changes"] == [] and stream["more"] is False


async def test_the_stream_tells_what_is_withheld_and_what_is_back_in_the_logs_order(village: Village):
    v = village
    first = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await v.withhold_account(v.ravi, by=v.chitra, second=v.dev)
    await v.lift(first, by=v.chitra)
    whole = (await v.api(None, "GET", "/api/v1/withheld")).json()
    told = [(c["event"], c["scope"], c["id"], c["countries"]) for c in whole["changes"]]
    assert told == [
        ("withheld", "status", str(v.asha.latest.id), ["IN"]),
        ("withheld", "user", str(v.ravi.id), ["IN"]),
        ("restored", "status", str(v.asha.latest.id), ["IN"]),
    ]
    cursors = [c["cursor"] for c in whole["changes"]]
    assert cursors == sorted(cursors) and whole["next"] == cursors[-1]


async def test_the_stream_goes_on_from_a_cursor(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await v.lift(ref, by=v.chitra)
    first = await v.api(None, "GET", "/api/v1/withheld", limit=1)
    assert first.json()["more"] is True and f"since={first.json()['next']}" in first.headers["link"]
    second = (await v.api(None, "GET", "/api/v1/withheld", since=first.json()["next"])).json()
    assert [c["event"] for c in second["changes"]] == ["restored"] and second["more"] is False
    last = (await v.api(None, "GET", "/api/v1/withheld", since=second["next"])).json()
    assert last == {"changes": [], "next": second["next"], "more": False}


async def test_the_stream_can_be_asked_whether_it_is_still_the_same(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    first = await v.client.get("/api/v1/withheld")
    mark = first.headers["etag"]
    same = await v.client.get("/api/v1/withheld", headers={"if-none-match": mark})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", mark)
    await v.lift(ref, by=v.chitra)
    assert (await v.client.get("/api/v1/withheld", headers={"if-none-match": mark})).status_code == 200


async def test_why_one_does_not_see_a_post(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    why = (await v.api(v.ravi, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")).json()
    assert (why["visible"], why["action"], why["reason"]) == (False, "placeholder", "withheld_in_your_country")
    assert (why["scope"], why["applicable_countries"], why["appeal_url"]) == ("status", ["IN"], None)
    (measure,) = why["measures"]
    assert (measure["type"], measure["territory"], measure["order_ref"]) == ("withhold_post", ["IN"], ref)
    assert measure["notice_url"].endswith(f"/orders/{ref}") and measure["log_index"] > 0
    abroad = (await v.api(v.karl, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility", country="DE")).json()
    assert (abroad["visible"], abroad["action"], abroad["measures"]) == (True, "show", [])


async def test_the_author_is_told_where_to_appeal(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    why = (await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility", country="DE")).json()
    assert why["visible"] is True and why["applicable_countries"] == ["IN"]
    assert why["appeal_url"].endswith(f"/disputes/strikes/{why['measures'][0]['id']}")


async def test_every_overlapping_ruling_is_a_reason(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev, territory=("IN",))
    why = (await v.api(None, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")).json()
    assert [m["type"] for m in why["measures"]] == ["withhold_account", "withhold_post"]


async def test_a_gagged_ruling_names_nobody(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until="2021-03-01")
    answer = await v.api(v.ravi, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")
    (measure,) = answer.json()["measures"]
    assert (measure["id"], measure["order_ref"], measure["authority"], measure["since"]) == (None, "", "", None)
    assert measure["log_index"] is None and ref not in answer.text and "Ministry" not in answer.text
    own = await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")
    assert own.json()["measures"] == [], "its author is told when they may be"


async def test_a_stranger_learns_nothing_of_a_private_post(village: Village):
    v = village
    said = await v.says(v.asha, "सिर्फ़ अपनों के लिए", visibility=2)
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    stranger = await v.joins("nobody")
    hidden = await v.api(stranger, "GET", f"/api/v1/statuses/{said.id}/visibility")
    missing = await v.api(stranger, "GET", f"/api/v1/statuses/{said.id + 1}/visibility")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)
    follower = await v.api(v.ravi, "GET", f"/api/v1/statuses/{said.id}/visibility")
    assert follower.status_code == 200 and follower.json()["visible"] is False


async def test_the_stream_tells_of_suspensions_and_removed_posts(village: Village):
    v = village
    gone = v.meera.latest.id
    await measures.begin(v, Measure.SUSPEND, v.ravi.id)
    removed = await measures.begin(v, Measure.REMOVE_POST, gone, log_index=1)
    await measures.begin(v, Measure.WARN, v.asha.id, log_index=2)
    told = (await v.api(None, "GET", "/api/v1/withheld")).json()["changes"]
    assert [(one["measure"], one["scope"], one["countries"]) for one in told] == [
        ("suspend", "user", ["XX"]),
        ("remove_post", "status", ["XX"]),
    ]
    assert removed and told[1]["id"] == str(gone)


async def test_the_stream_names_the_state_whose_hint_the_house_followed(village: Village):
    """Whoever builds on the stream took an act on a government's asking for one of the house's own."""
    v, court = village, village.running.house.court
    whose = await v.ministry()
    for author, flagged_by in ((v.meera, whose.id), (v.ravi, None)):
        form = MatterForm(
            targets=author.latest.path,
            rule="1@1",
            source="state_flag" if flagged_by else "staff",
            flagged_by=flagged_by,
            grounds="One of many accounts that post the same lines by machine.",
        )
        await house.sanction(court, v.owner.viewer, form, Draft(outcome="remove_post", reason=REASON))
    await v.settle()
    hinted, own = (await v.api(None, "GET", "/api/v1/withheld", country="DE")).json()["changes"]
    assert (hinted["flagged_by"], hinted["flagged_by_hi"]) == (whose.name, whose.name_hi)
    assert (own["flagged_by"], own["flagged_by_hi"]) == ("", "")
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    ordered = (await v.api(None, "GET", "/api/v1/withheld", country="DE")).json()["changes"][-1]
    assert (ordered["measure"], ordered["flagged_by"]) == ("withhold_post", "")
