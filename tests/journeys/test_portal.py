"""An authority's way: invited, enrolled, an order filed by form and by program, followed, answered, withdrawn."""

import json

import msgspec
import pytest
import regex

from chaupal.api.court.orders import ROUTES
from chaupal.fanout.notifications import alerts
from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities, statements, steps
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.statements import StatementForm
from chaupal.governance.orders.steps import StepForm
from chaupal.http.call import Route
from chaupal.http.limits import Limits
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import TooMany
from chaupal.ports.meter_local import LocalMeter
from chaupal.store.court import documents
from letters import letter
from mails import mails_of
from office import EMAIL, ORDER, PASSWORD, Office, open_office
from village import Village

REASON = "The post names a person as armed, which the order shows to be false."
DESPITE = "It was filed at the portal by whom the ministry enrolled; a signature adds nothing to that."
FIELDS = {key: value for key, value in ORDER.items() if key != "bases"} | {"bases[]": "public_order"}


@pytest.fixture
async def office(village: Village) -> Office:
    return await open_office(village)


async def test_an_order_is_filed_by_form_with_letter_and_list_looked_at_first(village: Village, office: Office):
    shown = await office.get("/portal/orders/new?regime=IN-69A")
    assert (shown.status_code == 200 and "particulars" in shown.text) or "Joint Secretary" in shown.text
    listing = (
        f"target,demanded\n{village.meera.latest.path},पोस्ट रोकें\n@nobody,\nhttps://x.example/1,\n@meera,\n@meera,\n"
    )
    files = [
        ("documents", ("order.pdf", letter(), "application/pdf")),
        ("csv", ("list.csv", listing.encode(), "text/csv")),
    ]
    looked = await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", files=files, act="file", **FIELDS)
    assert looked.status_code == 200
    assert (
        "The list's 5 rows stand in the form now" in looked.text.replace("&#39;", "'")
        and "<td>is an address of another server" in looked.text
    )
    assert "order.pdf" in looked.text and "not signed" in looked.text
    kept = regex.search(r'name="kept\[\]" value="(\d+)"', looked.text)
    area = regex.search(r'<textarea id="targets"[^>]*>([^<]*)<', looked.text)
    assert kept and area
    assert f"{village.meera.latest.path} Withhold posts" in area[1], "a measure in the reader's words"
    assert f'<bdi class="typed">{village.meera.latest.path}</bdi>' in looked.text
    assert (await office.get("/portal")).text.count("/portal/orders/IN-") == 0  # nothing was filed by looking
    fields = FIELDS | {"kept[]": kept[1], "targets": area[1], "act": "file"}
    unread = await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", **fields)
    assert (unread.status_code, "is an address of another server" in unread.text) == (422, True)
    assert 'name="record_all" value="1" checked' in looked.text
    fields |= {"record_all": "1"}
    filed = await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", **fields)
    assert filed.status_code == 303, filed.text
    page = (await office.get(filed.headers["location"])).text
    assert page.count("https://x.example/1") == 1 and "@nobody" in page, "every row that was asked for is recorded"
    assert "<bdi>is named twice</bdi>" in page and "<bdi>is an address of another server" in page, "and says why"
    assert "order.pdf" in page and "receipt acknowledged" in page
    lines = "named twice, on another server, or unreadable"
    assert "<b>2</b> under review" in page and "<b>1</b> not found here" in page and f"<b>2</b> {lines}" in page
    ref = filed.headers["location"].rpartition("/")[2]
    assert ref in (await office.get("/portal")).text
    public = await village.page_as("DE", f"/orders/{ref}")
    assert ">किसी और सर्वर का पता है</span>" in public and ">दो बार लिखा है</span>" in public, (
        "it says of each line what it is"
    )
    assert ">1 यहाँ नहीं है</span>" in public and ">2 दोबारा लिखीं, किसी और सर्वर की, या पढ़ी न जा सकीं</span>" in public
    shown = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()
    assert (shown["counts"]["not_found"], shown["counts"]["unread"]) == (1, 2)
    mine = (await office.ask("GET", f"/api/v1/orders/{ref}")).json()["targets"]
    assert (mine[0]["target"], mine[0]["demanded"]) == (village.meera.latest.path, "withhold_post")
    assert [one["reason"] for one in shown["targets"]][2:] == ["is an address of another server", "", "is named twice"]
    assert ref in await village.page_as("DE", "/orders?outcome=not_found")
    # The same again a moment later leads to what was filed; later, or by whatever other way, it is told to have been.
    for later, status in ((0, 303), (HOUR, 409)):
        village.clock.move(later)
        again = await office.post(
            "/portal/orders",
            "/portal/orders/new?regime=IN-69A",
            **FIELDS | {"targets": area[1], "act": "file", "record_all": "1"},
        )
        said = again.headers.get("location", again.text)
        assert again.status_code == status and filed.headers["location"].rpartition("/")[2] in said


async def test_a_confirmation_names_what_it_confirms_on_the_portal_by_program_and_at_the_desk(
    village: Village, office: Office
):
    post, urgent = (
        village.meera.latest.path,
        {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"},
    )
    first = (await office.file(post, **urgent)).json()["ref"]
    program = await office.file("@meera", confirms=first)
    assert program.status_code == 201, program.text
    for wrong in ("IN-1999-0001", program.json()["ref"]):
        refused = await office.file("@asha", confirms=wrong)
        assert refused.status_code == 422 and refused.json()["details"]["confirms"]
    where = "/portal/orders/new?regime=IN-69A"
    fields = FIELDS | {"reference_no": "16(2)/2021", "targets": "@asha", "act": "file"}
    bad = await office.post("/portal/orders", where, **fields | {"confirms": "IN-1999-0001"})
    assert bad.status_code == 422 and 'id="confirms-error"' in bad.text and 'value="IN-1999-0001"' in bad.text
    typed = await office.post("/portal/orders", where, **fields | {"confirms": first})
    assert typed.status_code == 303, typed.text
    for ref in (program.json()["ref"], typed.headers["location"].rpartition("/")[2]):
        shown = (await village.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()
        assert shown["confirms"] == first
        assert f'<a href="/orders/{first}">{first}</a>' in await village.page_as("DE", f"/orders/{ref}")


async def test_a_program_files_once_follows_and_withdraws(village: Village, office: Office):
    post = village.meera.latest.path
    filed = await office.file(post, "@nobody", external_id="A-17", territory=["IN"])
    assert filed.status_code == 201, filed.text
    state = filed.json()
    assert filed.headers["location"] == f"/api/v1/orders/{state['ref']}"
    assert (state["origin"], state["state"], state["external_id"]) == ("verified", "acknowledged", "A-17")
    assert [(t["state"], t["target"]) for t in state["targets"]] == [("pending", post), ("not_found", "@nobody")]
    again = await office.file(post, external_id="A-17")
    assert (again.status_code, again.json()["ref"]) == (200, state["ref"])
    court, ref = village.running.house.court, state["ref"]
    await steps.take(court, village.chitra.viewer, ref, StepForm(verb="check"))
    await decisions.propose(
        court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON, despite=DESPITE
    )
    now = (await office.ask("GET", f"/api/v1/orders/{ref}")).json()
    assert now["targets"][0]["state"] == "pending" and REASON not in str(now)  # what is proposed is the staff's own
    await decisions.approve(court, village.dev.viewer, ref, 1)
    now = (await office.ask("GET", f"/api/v1/orders/{ref}")).json()
    assert (now["targets"][0]["state"], now["targets"][0]["reason"]) == ("in_force", REASON)
    assert (await village.look("IN", village.meera.latest)).status_code == 451
    gone = await office.ask("POST", f"/api/v1/orders/{ref}/withdraw", json={"reason": "Not needed any more."})
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn"), gone.text
    assert (await village.look("IN", village.meera.latest)).status_code == 200
    twice = await office.ask("POST", f"/api/v1/orders/{ref}/withdraw", json={"reason": "Not needed any more."})
    assert twice.status_code == 409


async def test_documents_go_along_with_the_whole_order_as_one_field(village: Village, office: Office):
    order = {**ORDER, "targets": [{"target": village.meera.latest.path, "demanded": "withhold_post"}]}
    files = [
        ("documents", ("a.pdf", letter(), "application/pdf")),
        ("documents", ("b.txt", b"second page", "text/plain")),
    ]
    filed = await office.ask("POST", "/api/v1/orders", data={"order": json.dumps(order)}, files=files)
    assert filed.status_code == 201, filed.text
    assert [one["name"] for one in filed.json()["documents"]] == ["a.pdf", "b.txt"]
    assert filed.json()["targets"][0]["demanded"] == "withhold_post"


async def test_a_question_is_asked_and_answered_and_minutes_stay_inside(village: Village, office: Office):
    ref = (await office.file(village.meera.latest.path)).json()["ref"]
    court, staff = village.running.house.court, village.chitra.viewer
    await steps.take(court, staff, ref, StepForm(verb="meet", text="They were nervous at the meeting."))
    await steps.take(court, staff, ref, StepForm(verb="check"))
    await steps.take(court, staff, ref, StepForm(verb="ask", text="Which sentence of the post is meant?"))
    page = (await office.get(f"/portal/orders/{ref}")).text
    assert "Which sentence of the post is meant?" in page and "nervous" not in page
    sent = await office.post(f"/portal/orders/{ref}/write", f"/portal/orders/{ref}", text="The second one.")
    assert sent.status_code == 303
    state = (await office.ask("GET", f"/api/v1/orders/{ref}")).json()
    assert state["state"] == "in_review"
    assert [(s["step"], s["by"], s["text"]) for s in state["steps"][-2:]] == [
        ("ask", "house", "Which sentence of the post is meant?"),
        ("answer", "authority", "The second one."),
    ]
    empty = await office.post(f"/portal/orders/{ref}/write", f"/portal/orders/{ref}", text=" ")
    assert empty.status_code == 422
    desk = (await village.look("IN", f"/office/orders/{ref}", village.chitra)).text.partition('id="history"')[2]
    tale = [" ".join(regex.sub(r"<[^>]*>", " ", one).split()) for one in regex.findall(r"<li>.*?</li>", desk, regex.S)]
    assert sum("सर्वर ने प्राधिकारी से पूछा" in one for one in tale) == 1, "what is over is no command"
    (answered,) = [one for one in tale if "The second one." in one]
    assert "खुद प्राधिकारी ने" in answered and "authority" not in answered and "अपने-आप" not in answered


async def test_an_order_that_was_sent_back_is_mended_with_what_it_had(
    village: Village, office: Office, monkeypatch: pytest.MonkeyPatch
):
    post, court, staff = village.meera.latest.path, village.running.house.court, village.dev.viewer
    files = [("documents", ("order.pdf", letter(), "application/pdf"))]
    fields = FIELDS | {"targets": f"{post} withhold_post\n@nobody", "act": "file", "reasons": ""}
    filed = await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", files=files, **fields)
    first = filed.headers["location"].rpartition("/")[2]
    why = "It says what is asked, and nowhere why it is asked."
    await steps.take(court, staff, first, StepForm(verb="return_order", codes=("no_reasons",), reason=why))
    await village.settle()
    (mail,) = [one for one in mails_of(village.running) if f"/portal/orders/{first}" in one]
    assert why not in mail, "why stands on the portal alone"
    page, form = (await office.get(f"/portal/orders/{first}")).text, f"/portal/orders/new?replaces={first}"
    assert form in page and why in page
    shown = (await office.get(form)).text
    again = regex.search(r'name="again\[\]" value="(\d+)" checked', shown)
    area = regex.search(r'<textarea id="targets"[^>]*>([^<]*)<', shown)
    assert again and area and why in shown and "order.pdf" in shown and 'value="16(1)/2021"' in shown
    assert area[1].split("\n") == [f"{post} Withhold posts", "@nobody Withhold the whole account"]
    fields |= {"targets": area[1], "reasons": "It calls people to the gate.", "again[]": again[1], "replaces": first}
    fields |= {"ends_at": "2021-03-01T10:00"}
    # Whatever is refused, what was typed and ticked stays.
    store = village.running.house.square.files
    async with court.work.reading() as reading:
        (kept,) = await documents.by_ids(reading, [int(again[1])])
    sealed = await store.get(kept.key)
    assert sealed is not None
    empty = [("documents", ("more.pdf", b"", "application/pdf"))]
    refused = [(422, await office.post("/portal/orders", form, files=empty, **fields))]
    refused.append((404, await office.post("/portal/orders", form, **fields | {"replaces": "IN-1999-0001"})))
    await store.drop(kept.key)
    refused.append((422, await office.post("/portal/orders", form, **fields)))
    await store.put(kept.key, sealed)
    for status, answer in refused:
        assert (answer.status_code, "It calls people to the gate." in answer.text) == (status, True)
        assert status == 404 or f'name="again[]" value="{again[1]}" checked' in answer.text
    done = await office.post("/portal/orders", form, **fields)
    assert done.status_code == 303, done.text
    second = done.headers["location"].rpartition("/")[2]
    page = (await office.get(f"/portal/orders/{second}")).text
    assert f'href="/portal/orders/{first}"' in page and "order.pdf" in page and "receipt acknowledged" in page
    for replaced in (f"/portal/orders/{first}", "/portal"):
        page = (await office.get(replaced)).text
        assert f'href="/portal/orders/{second}"' in page and "replaced by a mended version" in page
    tapped = await office.post("/portal/orders", "/portal/token", **fields)  # twice: it leads where it is
    assert (tapped.status_code, tapped.headers["location"]) == (303, done.headers["location"])
    village.clock.move(HOUR)
    late = await office.post("/portal/orders", "/portal/token", **fields)
    assert (late.status_code, second in late.text) == (409, True)
    assert f'name="replaces" value="{first}"' in late.text, "pressed once more it is no order of its own"
    await village.settle()
    told = [mail for mail in mails_of(village.running) if f"{second} उसी का" in mail]
    assert len(told) == 1 and first in told[0], "she hears that the demand came again, and not that it is over"
    desk = (await village.look("IN", f"/office/orders/{second}", village.chitra)).text
    assert f'href="/office/orders/{first}"' in desk and "<ins>It calls people to the gate.</ins>" in desk
    assert "<ins>1 मार्च 2021, 10:00</ins>" in desk
    for ref, other in ((first, second), (second, first)):
        assert f'href="/orders/{other}"' in await village.page_as("DE", f"/orders/{ref}")
    told = (await office.ask("GET", f"/api/v1/orders/{second}")).json()
    assert (told["replaces"], told["documents"][0]["name"]) == (first, "order.pdf")
    # By program: the whole order again, under the sender's own number.
    sent = (await office.file("@asha", external_id="A-9")).json()["ref"]
    monkeypatch.setattr(alerts, "MOST_REMINDED", 2)
    await steps.take(court, staff, sent, StepForm(verb="return_order", codes=("no_reasons",), reason=why))
    await village.settle()
    assert not [one for one in mails_of(village.running) if f"/portal/orders/{sent}" in one], "the third of this day"
    mended = [await office.file("@asha", external_id="A-9", replaces=sent, reasons="It calls.") for _ in range(2)]
    assert [one.status_code for one in mended] == [201, 200] and mended[0].json()["replaces"] == sent
    assert mended[1].json()["ref"] == mended[0].json()["ref"] != sent


async def test_a_reply_stands_beside_the_statement(village: Village, office: Office):
    ref = (await office.file(village.meera.latest.path)).json()["ref"]
    form = StatementForm(
        slug="what-we-did", title="What we did", body="We looked at each of them by itself.", orders=ref
    )
    await statements.publish(village.running.house.court, village.owner.viewer, form)
    page = f"/portal/orders/{ref}"
    assert "What we did" in (await office.get(page)).text
    done = await office.post(f"{page}/statements/what-we-did", page, text="It is unusual to publish before we met.")
    assert done.status_code == 303
    assert "It is unusual to publish before we met." in (await village.look("IN", "/statements/what-we-did")).text
    wrong = await office.post(f"{page}/statements/another", page, text="It is unusual to publish before we met.")
    assert wrong.status_code == 404


async def test_what_is_not_for_everybody_and_what_does_not_exist_look_alike(village: Village, office: Office):
    private = await village.says(village.meera, "केवल अपनों के लिए", visibility=2)
    lines = [private.path, f"/@meera/{private.id + 1}"]
    state = (await office.file(*lines)).json()
    assert {(t["kind"], t["state"], t["reason"]) for t in state["targets"]} == {("post", "not_found", "")}
    fields = FIELDS | {"targets": "\n".join(lines), "act": "check", "reference_no": "another"}
    looked = (await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", **fields)).text
    assert looked.count("does not exist here, or is not for everybody") == 2


async def test_the_portal_keeps_strangers_squares_and_other_authorities_out(village: Village, office: Office):
    ref = (await office.file(village.meera.latest.path)).json()["ref"]
    for path in ("/portal", "/portal/orders/new", f"/portal/orders/{ref}", "/portal/token"):
        answer = await village.look("IN", path, village.owner)  # the owner of the square is nobody here
        assert (answer.status_code, answer.headers["location"]) == (303, "/portal/login")
    assert (await office.ask("GET", f"/api/v1/orders/{ref}", token=village.owner.token)).status_code == 401
    assert (await office.ask("GET", "/api/v1/accounts/verify_credentials")).status_code == 401
    form = AuthorityForm(name="Cyber Cell", jurisdiction="IN", email_domain="police.gov.in")
    police = await authorities.register(village.running.house.court, village.owner.viewer, form)
    police = await authorities.agree(village.running.house.court, village.dev.viewer, police.id)
    other = await open_office(village, "dig@police.gov.in", police)
    assert (await other.get(f"/portal/orders/{ref}")).status_code == 404
    assert (await other.ask("GET", f"/api/v1/orders/{ref}")).status_code == 404
    for act in ("write", "withdraw"):
        assert (
            await other.post(f"/portal/orders/{ref}/{act}", "/portal/token", text="We take it back.")
        ).status_code == 404
    assert (await other.ask("POST", f"/api/v1/orders/{ref}/withdraw", json={"reason": "ours"})).status_code == 404


async def test_large_bodies_are_read_only_for_those_who_are_known(village: Village, office: Office):
    large = b"x" * 5_000_000
    kind = {"content-type": "multipart/form-data; boundary=x"}
    by_page = await village.client.post("/portal/orders", content=large, headers=kind | {"cookie": "portal=x"})
    assert by_page.status_code == 303, by_page.text[-1500:]
    assert by_page.headers["location"] == "/portal/login"
    by_program = await office.ask(
        "POST", "/api/v1/orders", token="chaupal-office-x", content=large, kind=kind["content-type"]
    )
    assert by_program.status_code == 401
    known = await office.ask("POST", "/api/v1/orders", content=large, kind=kind["content-type"])
    assert known.status_code in (400, 422)


async def test_the_people_of_one_authority_file_no_more_than_one_does(
    village: Village, office: Office, monkeypatch: pytest.MonkeyPatch
):
    counted = list[tuple[str, str]]()

    async def besides(_: Limits, route: Route, whose: str) -> None:
        counted.append((route.path, whose))

    monkeypatch.setattr(Limits, "spend_besides", besides)
    another = await open_office(village, "another@meity.gov.in", office.authority)
    await office.file("@meera")
    await another.file("@asha")
    await another.post("/portal/orders", "/portal/orders/new?regime=IN-69A", **FIELDS)
    whose = f"o{office.authority.id}"
    assert counted == [("/api/v1/orders", whose), ("/api/v1/orders", whose), ("/portal/orders", whose)]


async def test_what_is_counted_by_another_name_is_refused_beyond_the_routes_own_bound(village: Village):
    limits = Limits(
        msgspec.structs.replace(village.running.house.settings, rate_limits=True), LocalMeter(village.clock)
    )
    route = next(one for one in ROUTES if one.path == "/api/v1/orders" and one.limit)
    for _ in range(route.limit[0] if route.limit else 0):
        await limits.spend_besides(route, "o1")
    with pytest.raises(TooMany):
        await limits.spend_besides(route, "o1")
    await limits.spend_besides(route, "o2")


async def test_coming_in_again_takes_password_and_a_new_code(village: Village, office: Office):
    await office.post("/portal/logout", "/portal")
    assert (await office.get("/portal")).headers["location"] == "/portal/login"
    village.clock.move(HOUR)
    wrong = await office.post("/portal/login", email=EMAIL, password=PASSWORD, code="no code")
    assert wrong.status_code == 422 and "Wrong email address" in wrong.text and PASSWORD not in wrong.text
    right = await office.post("/portal/login", email=EMAIL, password=PASSWORD, code=office.code())
    assert right.status_code == 303
    cookie = right.headers["set-cookie"]
    assert cookie.startswith("portal=") and "HttpOnly" in cookie and "SameSite" in cookie
    bare = await village.client.post("/portal/token", data={"act": "make"}, headers=office.cookie())
    assert bare.status_code == 403  # forms are guarded
    assert 'href="/signup"' not in (await office.get("/portal")).text, "who is in is not asked in"


async def test_who_has_the_password_and_tries_codes_is_told_of_to_whose_password_it_is(
    village: Village, office: Office
):
    await office.post("/portal/logout", "/portal")
    found = list[int]()
    for _ in range(6):
        await office.post("/portal/login", email=EMAIL, password=PASSWORD, code="no code")
        await village.settle()
        found.append(sum("typed a wrong code several times" in one for one in mails_of(village.running)))
    assert found == [0, 0, 0, 0, 1, 1], "not of every slip, and once an hour"
    assert "कई बार गलत कोड डाला" in mails_of(village.running)[-1]
