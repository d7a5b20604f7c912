"""The report from the first entry to the page: the same for the server and for a stranger, frozen, explained, answered."""

import io
from hashlib import sha256
from threading import get_ident
from zipfile import ZipFile

import httpx2
import msgspec
import pytest
import regex

from chaupal.api.court import transparency
from chaupal.governance.orders import statements
from chaupal.governance.orders.statements import StatementForm
from chaupal.governance.report import reported, snapshots
from chaupal.governance.report.keeper import Building
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.store.court import ledger
from chaupal_audit import counting as audit
from chaupal_audit.report.filters import EVERYTHING, period
from chaupal_audit.report.report import TABLES, canonical, digest, document, report
from disputes import suspend
from dsa_fields import wrong
from village import AUTHORITY, Village, Villager
from waiting import until

API = "/api/v1/transparency"
FORM = {
    "slug": "february",
    "title": "What we did",
    "title_hi": "हमने क्या किया",
    "body": "Two orders came.\n\nWe refused most of them.",
    "body_hi": "",
    "orders": "",
}


async def entries(village: Village) -> list[tuple[int, bytes, list[str]]]:
    """What a stranger's mirror holds: each entry with what is read beside it."""
    async with village.running.house.court.work.reading() as reading:
        size = await ledger.size(reading)
        beside = await ledger.beside(reading, 0, size)
        return [(at, entry, beside.get(at, [])) for at, entry in enumerate(await ledger.entries(reading, 0, size))]


async def submit(village: Village, who: Villager, path: str, form: str = "", **fields: str) -> httpx2.Response:
    """Fill in the form at `form` (or `path`) and send it."""
    html = (await village.look("IN", form or path, who)).text
    word = regex.search(r'name="csrf" value="([^"]+)"', html)
    assert word, html[:500]
    headers = {"cookie": f"chaupal={who.cookie}; language=hi"}
    return await village.client.post(path, data={"csrf": word[1], **fields}, headers=headers)


async def test_the_page_tells_in_hindi_and_english_what_was_done(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    page = await village.look("IN", "/transparency")
    assert page.status_code == 200
    assert "पारदर्शिता" in page.text and "आदेश आया" in page.text and "भारत" in page.text
    assert page.text.count('<figure class="drawn"') == 10
    assert "chaupal-audit" in page.text and "CC BY 4.0" in page.text
    english = await village.client.get("/transparency", headers={"accept-language": "en"})
    assert "</b> order came in" in english.text and "</b> post was withheld there" in english.text
    assert "complied with in full or in part. T3 counts" in english.text and "(IST, UTC+5:30)" in english.text
    assert all(part.startswith(' type="module" src="/static/') for part in page.text.split("<script")[1:])
    assert "style=" not in page.text
    for id_ in ("t1", "t2", "t9a", "t19"):
        assert (await village.look("IN", f"/transparency/{id_}")).status_code == 200
    assert (await village.look("IN", "/transparency/t99")).status_code == 404
    assert ref in (await village.look("IN", "/transparency/feed.atom")).text


async def test_filters_choose_and_bad_ones_say_what_is_wrong(village: Village, monkeypatch: pytest.MonkeyPatch):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    month = regex.search(r"\d{4}-\d\d", (await village.api(None, "GET", f"{API}/report.json")).json()["log"]["until"])
    assert month
    asked = {"from": month[0], "to": month[0], "country": "in", "regime": "IN-69A"}
    rows = (await village.client.get(f"{API}/tables/T1.json", params=asked)).json()["table"]["rows"]
    assert [row[0] for row in rows] == (["IN"] if rows else [])
    assert (await village.client.get(f"{API}/tables/t2.json?country=DE")).json()["table"]["rows"] == []
    file = (await village.client.get(f"{API}/tables/T1.csv", params=asked)).headers["content-disposition"]
    assert file == f'attachment; filename="T1-from-{month[0]}-to-{month[0]}-country-IN-regime-IN-69A.csv"'
    packing, threads = transparency._packed, list[int]()
    monkeypatch.setattr(transparency, "_packed", lambda made: threads.append(get_ident()) or packing(made))
    packed = await village.client.get(f"{API}/tables/all.zip", params=asked)
    assert threads and get_ident() not in threads, "others are answered while it is packed"
    assert packed.headers["content-disposition"].endswith(
        '"tables-' + file.partition('"T1-')[2].replace(".csv", ".zip")
    )
    with ZipFile(io.BytesIO(packed.content)) as held:
        assert set(held.namelist()) == {f"{id_}.csv" for id_ in TABLES}
        assert held.read("T1.csv") == (await village.client.get(f"{API}/tables/T1.csv", params=asked)).content
    wrong = await village.look("IN", "/transparency?from=soon&country=India")
    assert wrong.status_code == 422
    assert wrong.text.count("aria-invalid") == 2 and "महीना लिखें" in wrong.text and 'value="India"' in wrong.text
    api = await village.client.get(f"{API}/report.json?country=India")
    assert api.status_code == 422 and "two letters" in api.json()["error"]
    assert (await village.api(None, "GET", f"{API}/tables/T99.csv")).status_code == 404


async def test_a_stranger_counts_the_very_same_from_the_log(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    await village.lift(ref, by=village.chitra)
    theirs = (await village.api(None, "GET", f"{API}/report.json")).content
    held = await entries(village)
    counted = audit.count(lambda: held, msgspec.json.decode(theirs), EVERYTHING, (), lambda _: None)
    assert counted.good
    assert canonical(document(report(counted.facts))) == theirs
    t2 = next(t for t in msgspec.json.decode(theirs)["tables"] if t["id"] == "T2")
    names = [column["name"] for column in t2["columns"]]
    row = dict(zip(names, t2["rows"][0], strict=True))
    assert (row["country"], row["other_orders"], row["posts_withheld"], row["posts_given_back"]) == ("IN", 1, 1, 1)


async def test_a_published_number_that_is_not_in_the_log_is_found(village: Village):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    theirs = (await village.api(None, "GET", f"{API}/report.json")).json()
    t2 = next(t for t in theirs["tables"] if t["id"] == "T2")
    t2["rows"][0][[c["name"] for c in t2["columns"]].index("posts_withheld")] = 0
    held = await entries(village)
    counted = audit.count(lambda: held, theirs, EVERYTHING, (), lambda _: None)
    assert [(d.table, d.row, d.column, d.one, d.other) for d in counted.differs] == [
        ("T2", "IN", "posts_withheld", 1, 0)
    ]
    assert audit.count(lambda: held, theirs, EVERYTHING, ("T1",), lambda _: None).good
    theirs["log"]["size"] = len(held) + 7
    assert audit.count(lambda: held, theirs, EVERYTHING, (), lambda _: None).ahead == len(held) + 7


async def test_a_long_log_is_counted_beside_everything_else(village: Village, monkeypatch: pytest.MonkeyPatch):
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    monkeypatch.setattr(reported, "WAIT_FOR", 0)
    page = await village.look("IN", "/transparency")
    assert page.status_code == 202 and '<meta http-equiv="refresh"' in page.text and "<progress" in page.text
    api = await village.api(None, "GET", f"{API}/report.json")
    assert api.status_code in (200, 202)
    await until(
        lambda: village.api(None, "GET", f"{API}/report.json"), "the report", lambda answer: answer.status_code == 200
    )
    assert (await village.look("IN", "/transparency")).status_code == 200
    keeper = village.running.house.court.keeper
    before = keeper.fold
    await village.withhold(post=village.ravi.latest, by=village.chitra, second=village.dev)
    monkeypatch.undo()
    assert not isinstance(await reported.made(village.running.house.court), Building)
    assert keeper.fold is before, "folded on from where it stood"


async def test_statements_of_reasons_and_notices_come_in_pages(village: Village):
    for post in (village.asha.latest, village.ravi.latest):  # in India alone: nothing for the EU to be told of
        await village.withhold(post=post, by=village.chitra, second=village.dev)
    assert (await village.api(None, "GET", f"{API}/dsa.json")).json()["statements"] == []
    for person in (village.asha, village.ravi):
        await suspend(village, person, by=village.chitra, second=village.dev)
    first = (await village.api(None, "GET", f"{API}/dsa.json", limit=1)).json()
    assert len(first["statements"]) == 1 and first["beside"][0]["territory"] == ["XX"]
    second = (await village.api(None, "GET", f"{API}/dsa.json", after=first["next"])).json()
    assert second["next"] is None and second["statements"][0]["puid"] != first["statements"][0]["puid"]
    assert [wrong(one["statements"][0]) for one in (first, second)] == [[], []]
    told = repr((first, second))
    assert "asha" not in told and village.asha.latest.text not in told
    notices = (await village.api(None, "GET", f"{API}/lumen.json")).json()["notices"]
    assert [n["type"] for n in notices] == ["GovernmentRequest"] * 2
    assert all(n["action_taken"] == "Yes" for n in notices)


async def test_the_house_says_what_it_did_and_the_authority_replies_beside_it(village: Village):
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    answer = await submit(village, village.dev, "/office/statements", **(FORM | {"orders": ref}))
    assert answer.status_code == 303 and answer.headers["location"] == "/statements/february"
    page = (await village.look("IN", "/statements/february")).text
    assert "हमने क्या किया" in page and '<p dir="auto">Two orders came.</p>' in page and f'href="/orders/{ref}"' in page
    assert 'href="/statements/february"' in (await village.look("IN", f"/orders/{ref}")).text
    assert "हमने क्या किया" in (await village.look("IN", "/transparency/t1")).text
    html = (await village.look("IN", "/office/statements/february", village.dev)).text
    authority = regex.search(r'<option value="(\d+)"', html)
    assert authority
    replied = await submit(
        village,
        village.dev,
        "/office/statements/february/reply",
        "/office/statements/february",
        authority=authority[1],
        reply="A meeting was asked for. <b>We shall respond.</b>",
    )
    assert replied.status_code == 303
    page = (await village.look("IN", "/statements/february")).text
    assert AUTHORITY.name_hi in page and "&lt;b&gt;We shall respond." in page
    told = [msgspec.json.decode(entry) for _, entry, _ in await entries(village)]
    steps = [entry["public"] for entry in told if entry["t"] == "statement"]
    assert [said["step"] for said in steps] == ["published", "replied"]
    assert steps[0]["orders"] == [ref] and "Two orders" not in repr(steps)
    assert ">What we did" in (await village.client.get("/transparency/feed.atom")).text


async def test_a_statement_is_revised_for_all_to_see(village: Village):
    court, dev = village.running.house.court, village.dev.viewer
    await statements.publish(court, dev, StatementForm(**FORM))
    with pytest.raises(Conflict, match="under this address already"):
        await statements.publish(court, dev, StatementForm(**FORM))
    with pytest.raises(Conflict, match="Nothing was changed"):
        await statements.revise(court, dev, "february", StatementForm(**FORM))
    new = await statements.revise(court, dev, "february", StatementForm(**FORM | {"body": "Three orders came."}))
    assert new.revision == 2
    assert "Three orders came." in (await village.look("IN", "/statements/february")).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "../x"}, "slug"),
        ({"title": " "}, "title"),
        ({"body": ""}, "body"),
        ({"orders": "IN-1999-0001"}, "orders"),
    ],
)
async def test_a_bad_statement_is_refused_as_a_whole(village: Village, wrong: dict[str, str], field: str):
    with pytest.raises(Invalid) as problem:
        await statements.publish(village.running.house.court, village.dev.viewer, StatementForm(**FORM | wrong))
    assert list(problem.value.details) == [field]
    answer = await submit(village, village.dev, "/office/statements", **(FORM | wrong))
    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert await statements.listed(village.running.house.court) == []


async def test_only_those_who_may_speak_for_the_house_do(village: Village):
    with pytest.raises(NotAllowed):
        await statements.publish(village.running.house.court, village.chitra.viewer, StatementForm(**FORM))
    assert (await village.look("IN", "/office/statements", village.chitra)).status_code == 403
    assert (await village.look("IN", "/statements/no-such")).status_code == 404


async def test_a_period_is_frozen_and_a_correction_is_a_new_revision(village: Village):
    court = village.running.house.court
    ref = await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    until = (await village.api(None, "GET", f"{API}/report.json")).json()["log"]["until"][:7]
    with pytest.raises(Invalid, match="not over"):
        await snapshots.freeze(court, until)
    village.clock.move(40 * DAY)
    first = await snapshots.freeze(court, until)
    with pytest.raises(Conflict, match="Nothing has changed"):
        await snapshots.freeze(court, until)
    await village.lift(ref, by=village.chitra)
    second = await snapshots.freeze(court, until)
    assert (first.revision, second.revision) == (1, 2)
    assert ("T2", "IN", "posts_given_back", 0, 1) in [
        (d.table, d.row, d.column, d.one, d.other) for d in second.changed
    ]
    page = (await village.look("IN", "/transparency")).text
    assert first.sha256[:16] in page and second.sha256[:16] in page
    assert f'href="{API}/frozen/{until}/2/report.json"' in page
    table = await village.client.get(f"{API}/frozen/{until}/2/T1.csv")
    assert table.headers["content-disposition"] == f'attachment; filename="{until}-2-T1.csv"'
    told = (await village.client.get(f"{API}/snapshots.json")).json()["snapshots"]
    assert [(s["period"], s["revision"], s["sha256"]) for s in told] == [
        (until, 1, first.sha256),
        (until, 2, second.sha256),
    ]
    assert set(told[0]["files"]) == {
        "report.json",
        *(f"{id_}.{ending}" for id_ in TABLES for ending in ("csv", "json")),
    }
    for file in (file for snapshot in told for file in snapshot["files"].values()):
        assert sha256((await village.client.get(file["url"])).content).hexdigest() == file["sha256"]
    assert (await village.client.get(f"{API}/frozen/{until}/3/report.json")).status_code == 404
    held = await entries(village)
    assert audit.count(lambda: held, None, EVERYTHING, (), lambda _: None).good
    kept = audit.count(lambda: held[: first.size], None, EVERYTHING, (), lambda _: None).facts
    filters = period(until)
    assert digest(document(report(kept, filters))) == first.sha256


async def test_a_frozen_report_that_is_not_what_its_hash_says_is_found(village: Village):
    court = village.running.house.court
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    until = (await village.api(None, "GET", f"{API}/report.json")).json()["log"]["until"][:7]
    village.clock.move(40 * DAY)
    await snapshots.freeze(court, until)
    held = await entries(village)
    lie = held[-1][1].replace(b'"sha256":"', b'"sha256":"0')
    counted = audit.count(lambda: [*held[:-1], (held[-1][0], lie, [])], None, EVERYTHING, (), lambda _: None)
    assert [s.period for s in counted.broken] == [until] and not counted.good


async def test_one_table_that_is_not_what_its_hash_says_is_found(village: Village):
    """T1.csv and every published file are bound by the log, not report.json alone."""
    court = village.running.house.court
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    until = (await village.api(None, "GET", f"{API}/report.json")).json()["log"]["until"][:7]
    village.clock.move(40 * DAY)
    await snapshots.freeze(court, until)
    held = await entries(village)
    index, entry, beside = held[-1]
    lie = entry.replace(b'"T1.csv":"', b'"T1.csv":"0')
    assert lie != entry
    counted = audit.count(lambda: [*held[:-1], (index, lie, beside)], None, EVERYTHING, (), lambda _: None)
    assert [s.period for s in counted.broken] == [until] and not counted.good


async def test_where_nothing_was_asked_for_the_page_says_so(village: Village):
    page = await village.look("IN", "/transparency")
    assert page.status_code == 200 and "न कोई माँग आई" in page.text
    for id_ in TABLES:
        assert (await village.look("IN", f"/transparency/{id_.lower()}")).status_code == 200
