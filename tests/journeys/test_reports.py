"""People report what is wrong: members at once, guests once they confirm; a clock runs, and they are told what became of it."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from chaupal.app.wiring import open_house
from chaupal.fanout.runner import Runner
from chaupal.governance.cases import clocks, decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.people import access_audit, report_desk, reports
from chaupal.governance.people.complaints import KINDS, regime_for
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import DAY, HOUR, SECOND, parse_time
from chaupal.kernel.errors import Conflict, NotFound
from chaupal.policy.draft import Draft
from chaupal.store.court import clocks as clock_rows, reports as report_rows
from chaupal.web.court.disputewords import REPORT_KINDS
from chaupal_audit.law.regime import Complaint
from court import in_words
from disputes import GROUNDS, VISITOR, entries, send, suspend
from mails import mails_of, secret_in, sent
from village import Village, Villager

COMMENT = "इस पोस्ट में मेरे भाई को मारने की बात है।"


async def filed(village: Village, who: Villager, **more: object) -> dict[str, object]:
    post = village.ravi.latest
    sent = {
        "account_id": str(village.ravi.id),
        "status_ids": [str(post.id)],
        "comment": COMMENT,
        "category": "violation",
        "rule_ids": ["1"],
    }
    answer = await village.api(who, "POST", "/api/v1/reports", **sent | more)
    assert answer.status_code == 200, answer.text
    await village.settle()
    return answer.json()


async def said_to(village: Village, who: Villager) -> list[str]:
    """What the house has said to somebody in direct posts."""
    told = (await village.api(who, "GET", "/api/v1/notifications", types="mention")).json()
    return [one["status"]["content"] for one in told if one["account"]["username"] == "chaupal"]


async def test_a_members_report_is_acknowledged_at_once_with_a_number_and_a_day(village: Village):
    report = await filed(village, village.asha)
    assert report["ref"] == "R-2021-0001" and report["category"] == "violation" and report["rule_ids"] == ["1"]
    assert report["target_account"]["username"] == "ravi" and report["action_taken"] is False
    (mail,) = [mail for mail in mails_of(village.running) if "R-2021-0001" in mail]
    assert "धन्यवाद" in mail and COMMENT not in mail
    received, acknowledged = await entries(village, "report")
    assert received["public"]["step"] == "received" and received["public"]["via"] == "member"
    assert (acknowledged["public"]["step"], acknowledged["ref"]) == ("acknowledged", "R-2021-0001")
    async with village.running.house.court.work.reading() as reading:
        (clock,) = [c for c in await clock_rows.running(reading) if c.what == "report"]
    assert clock.due_at == parse_time(str(report["resolve_by"]))


async def test_the_same_said_twice_is_one_report(village: Village):
    first, second = await filed(village, village.asha), await filed(village, village.asha)
    assert first["id"] == second["id"] and len(await entries(village, "report")) == 2
    other = await filed(village, village.meera)
    assert other["id"] != first["id"]


@pytest.mark.parametrize("more", [{"comment": "अब धमकी भी दी।"}, {"rule_ids": ["1", "2"]}, {"category": "spam"}])
async def test_who_says_more_of_the_same_post_is_heard(village: Village, more: dict[str, object]):
    first, second = await filed(village, village.asha), await filed(village, village.asha, **more)
    assert first["id"] != second["id"] and second | more == second


async def test_nobody_reports_what_they_may_not_see_nor_themselves(village: Village):
    secret = await village.says(village.ravi, "सिर्फ़ उनके लिए जो मुझे फ़ॉलो करते हैं।", visibility=2)
    for who, body in (
        (village.meera, {"account_id": str(village.ravi.id), "status_ids": [str(secret.id)]}),
        (village.meera, {"account_id": str(village.asha.id), "status_ids": [str(village.ravi.said[0].id)]}),
        (village.asha, {"account_id": str(village.asha.id)}),
        (village.asha, {"account_id": "12345"}),
    ):
        assert (await village.api(who, "POST", "/api/v1/reports", **body)).status_code == 404
    assert await entries(village, "report") == []


async def test_a_guest_reports_without_an_account_and_it_counts_once_confirmed_by_mail(village: Village):
    path = f"/report?post={village.ravi.latest.id}"
    page = await village.look("IN", path)
    assert page.status_code == 200 and "बारिश" in page.text
    typed = {
        "post": str(village.ravi.latest.id),
        "kind": "illegal",
        "comment": COMMENT,
        "name": "Lata",
        "email": "lata@gaanv.example",
    }
    sent = await send(village, None, path, "/report", **typed)
    assert sent.status_code == 200 and "अभी ईमेल नहीं भेज सकता" in sent.text, "it lies in a folder"
    assert await entries(village, "report") == []  # nothing counts yet
    secret = secret_in(mails_of(village.running)[-1], "report/confirm")
    confirm = f"/report/confirm/{secret}"
    looked = await village.client.get(confirm, headers={"cookie": f"visitor={VISITOR}"})
    assert looked.status_code == 200 and await entries(village, "report") == []  # scanners follow links
    done = await send(village, None, confirm)
    assert done.status_code == 200 and "R-2021-0001" in done.text
    received, _ = await entries(village, "report")
    assert received["public"]["via"] == "guest" and received["public"]["category"] == "legal"
    assert "lata" not in in_words([received]).lower()
    again = await village.client.get(confirm, headers={"cookie": f"visitor={VISITOR}"})
    assert again.status_code == 404
    court = village.running.house.court
    (row,) = await report_desk.queue(court, village.owner.viewer)
    await report_desk.resolve(court, village.owner.viewer, row.id, outcome="none")
    await village.settle()
    assert "हमें किसी नियम या कानून का उल्लंघन नहीं मिला" in mails_of(village.running)[-1]
    assert await reports.tidy(court) == 0
    assert "lata@" in await village.page_as("IN", f"/office/reports/{row.id}", village.owner)
    village.clock.move(reports.GUEST_NAMED + SECOND)
    assert await reports.tidy(court) == 1
    assert "lata" not in in_words([await village.page_as("IN", f"/office/reports/{row.id}", village.owner)]).lower()
    row = await report_desk.report(court, village.owner.viewer, row.id)
    assert (row.name, row.email, row.guest, row.comment) == ("", "", True, COMMENT)


async def test_a_link_that_is_too_old_confirms_nothing(village: Village):
    path = f"/report?account={village.ravi.id}"
    typed = {"account": str(village.ravi.id), "kind": "spam", "name": "Lata", "email": "lata@gaanv.example"}
    await send(village, None, path, "/report", **typed)
    secret = secret_in(mails_of(village.running)[-1], "report/confirm")
    village.clock.move(4 * DAY)
    with pytest.raises(NotFound):
        await reports.confirm(village.running.house.court, secret)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "illegal", "comment": ""}, "comment"),
        ({"kind": "spam", "email": "no address"}, "email"),
        ({"kind": "spam", "name": ""}, "name"),
        ({"kind": "unheard of"}, "kind"),
        ({"kind": "spam", "comment": "क" * 1_200}, "comment"),
        ({"kind": "violation", "rules[]": "no number"}, "rules"),
    ],
)
async def test_a_form_that_cannot_be_taken_keeps_what_was_typed(village: Village, typed: dict[str, str], field: str):
    path = f"/report?account={village.ravi.id}"
    whole = {"account": str(village.ravi.id), "comment": COMMENT, "name": "Lata", "email": "lata@gaanv.example"} | typed
    answer = await send(village, None, path, "/report", **whole)
    assert answer.status_code == 422 and 'class="error"' in answer.text, field
    assert whole["email"] in answer.text and whole["name"] in answer.text
    assert not [mail for mail in mails_of(village.running) if "report/confirm" in mail]


async def test_whoever_reports_somebody_can_stop_reading_them_there_and_reads_whom_a_report_is_about(village: Village):
    ravi = village.ravi
    sent = await send(village, village.asha, f"/report?account={ravi.id}", "/report", account=str(ravi.id), kind="spam")
    assert f'formaction="/people/{ravi.id}/mute"' in sent.text and f'formaction="/people/{ravi.id}/block"' in sent.text
    assert 'class="handle">@ravi<' in await village.page_as("IN", "/reports", village.asha)
    assert 'href="/office/reports">शिकायतें (1)' in await village.page_as("IN", "/office", village.owner)
    village.clock.move(8 * DAY)
    assert "देर हो गई है" in await village.page_as("IN", "/reports", village.asha), "by then it was to be looked at"
    assert "समय बीते" in await village.page_as("IN", "/office/reports", village.owner)


async def test_one_address_cannot_write_reports_without_end(village: Village):
    path = f"/report?account={village.ravi.id}"
    typed = {"account": str(village.ravi.id), "kind": "spam", "name": "Lata", "email": "lata@gaanv.example"}
    answers = [(await send(village, None, path, "/report", **typed)).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


async def test_reports_about_one_account_lie_together_and_are_closed_together(village: Village):
    for who in (village.asha, village.meera, village.karl):
        await filed(village, who)
    page = await village.page_as("IN", "/office/reports", village.owner)
    assert page.count('<article class="post"') == 1 and "R-2021-0003" in page
    court, owner = village.running.house.court, village.owner.viewer
    first = (await report_desk.queue(court, owner))[0]
    form = f"/office/reports/{first.id}"
    gone = "शिकायत वाली 1 पोस्ट यहाँ नहीं है"
    assert gone not in await village.page_as("IN", form, village.owner)
    await village.api(village.ravi, "DELETE", f"/api/v1/statuses/{first.post_ids[0]}")
    page = await village.page_as("IN", form, village.owner)
    assert gone in page and page.count("data-next>अगली शिकायत") == 1
    done = await send(village, village.owner, form, f"{form}/resolve", outcome="none", together="1")
    assert done.status_code == 303
    assert await report_desk.queue(court, owner) == []
    outcomes = [e["public"]["outcome"] for e in await entries(village, "report") if e["public"]["step"] == "resolved"]
    assert outcomes == ["none"] * 3
    for who in (village.asha, village.meera, village.karl):
        assert len(await said_to(village, who)) == 1
    with pytest.raises(Conflict):
        await report_desk.resolve(court, owner, first.id, outcome="none")


async def test_what_is_done_about_a_report_resolves_it_and_an_appeal_that_succeeds_is_told_to_whoever_reported(
    village: Village,
):
    report = await filed(village, village.asha)
    ref = await suspend(village, village.ravi, by=village.chitra, second=village.dev, report=int(str(report["id"])))
    assert any("खाता निलंबित किया गया है" in text for text in await said_to(village, village.asha))
    resolved = (await entries(village, "report"))[-1]
    assert (resolved["public"]["outcome"], resolved["public"]["by"]) == ("suspended", "clock")
    (strike,) = (await village.api(village.ravi, "GET", "/api/v1/disputes/strikes")).json()
    filed_ = await village.api(
        village.ravi, "POST", "/api/v1/appeals", ruling_id=strike["id"], text="मैंने किसी को धमकी नहीं दी।"
    )
    judge = f"/office/appeals/{filed_.json()['id']}"
    for who, waits in ((village.owner, True), (village.dev, False)):
        assert ('href="/office/appeals">अपीलें (1)' in await village.page_as("IN", "/office", who)) == waits
    done = await send(
        village, village.owner, judge, f"{judge}/decide", outcome="reversed", reason="यह धमकी नहीं, एक कहावत थी।"
    )
    assert done.status_code == 303
    assert "यह धमकी नहीं, एक कहावत थी।" in await village.page_as("IN", f"/orders/{ref}"), "as the form had said"
    assert "अपने नियमों के तहत एक मामला खोला" in await village.page_as("IN", "/log")
    assert any("अपील के बाद वापस ले लिया गया" in text for text in await said_to(village, village.asha))
    (mine,) = (await village.api(village.asha, "GET", "/api/v1/reports")).json()
    assert (mine["id"], mine["outcome"]) == (report["id"], "taken_back")
    assert "अपील के बाद वापस लिया गया" in await village.page_as("IN", "/reports", village.asha)


async def test_a_warning_that_is_lifted_without_an_appeal_is_told_to_whoever_reported_once(village: Village):
    """They went on reading that the account had been warned."""
    v, court = village, village.running.house.court

    async def warned() -> str:
        report = await filed(v, v.asha)
        form = MatterForm(
            targets=f"@{v.ravi.handle}\n{v.ravi.latest.path}",
            rule=court.rules.current(v.clock()).cite(1),
            source="user_report",
            grounds=GROUNDS,
            report_id=int(str(report["id"])),
        )
        done = await house.open_and_decide(court, v.chitra.viewer, form, Draft(outcome="warn", reason=GROUNDS))
        await v.settle()
        assert done.in_force and any("चेतावनी दी गई है" in text for text in await said_to(v, v.asha))
        return done.ref

    async def hears() -> tuple[str, list[str]]:
        await v.settle()
        newest = (await v.api(v.asha, "GET", "/api/v1/reports")).json()[0]
        return newest["outcome"], [text for text in await said_to(v, v.asha) if "वापस ले लिया" in text]

    async def lift(ref: str, number: int) -> tuple[str, list[str]]:
        await decisions.lift(court, v.dev.viewer, ref, number, "The saying is a proverb, and no threat.")
        return await hears()

    assert await lift(await warned(), 2) == ("warned", []), "the other warning stands"
    v.clock.move(4 * DAY)
    await decisions.lapse_ended(court)
    assert await hears() == ("warned", []), "it ran to its end, and nobody took it back"
    ref = await warned()
    assert await lift(ref, 2) == ("warned", [])
    outcome, told = await lift(ref, 1)
    assert (outcome, len(told)) == ("lifted", 1)
    assert "इस सर्वर ने वापस लिया" in await v.page_as("IN", "/reports", v.asha)


async def test_the_desk_hands_a_report_over_as_a_matter_under_the_rules(village: Village):
    report = await filed(village, village.asha)
    form = f"/office/reports/{report['id']}"
    court = village.running.house.court
    cited = court.rules.current(village.clock()).cite(1)
    blank = await village.page_as("IN", form, village.chitra)
    assert 'class="keys' in blank and "data-propose" in blank, "the desk's keys are here, too, and listed"
    wrong = await send(village, village.chitra, form, f"{form}/matter", rule=cited, grounds="x")
    assert wrong.status_code == 422 and "x</textarea>" in wrong.text
    opened = await send(village, village.chitra, form, f"{form}/matter", rule=cited, grounds=GROUNDS)
    assert opened.status_code == 303 and opened.headers["location"].startswith("/office/orders/")
    assert (await village.look("IN", opened.headers["location"], village.chitra)).status_code == 200
    (row,) = await report_desk.queue(court, village.chitra.viewer)
    assert row.id == int(str(report["id"]))  # open until something is decided
    # Whoever comes to it, or to another report of the same, sees that there is one.
    another = f"/office/reports/{(await filed(village, village.karl))['id']}"
    for page in (form, another, "/office/reports"):
        matter = opened.headers["location"].removesuffix("/1")
        assert f'<a href="{matter}">RULES-' in await village.page_as("IN", page, village.chitra)


async def test_the_admin_api_lists_takes_and_closes_reports(village: Village):
    report = await filed(village, village.asha)
    owner, id_ = village.owner, report["id"]
    base = f"/api/v1/admin/reports/{id_}"
    (listed,) = (await village.api(owner, "GET", "/api/v1/admin/reports")).json()
    looked = await access_audit.listed(village.running.house.court, owner.viewer, what="reporter")
    assert [(one.by, one.of) for one in looked] == [(owner.id, listed["ref"])], "who sent it is named in the answer"
    assert (
        listed["id"] == id_
        and listed["account"]["username"] == "asha"
        and listed["target_account"]["username"] == "ravi"
    )
    taken = (await village.api(owner, "POST", f"{base}/assign_to_self")).json()
    assert taken["assigned_account"]["username"] == "lakshmi"
    assert (await village.api(owner, "POST", f"{base}/unassign")).json()["assigned_account"] is None
    assert (await village.api(owner, "PUT", base, category="spam", rule_ids=[])).json()["category"] == "spam"
    closed = (await village.api(owner, "POST", f"{base}/resolve")).json()
    assert closed["action_taken"] and closed["outcome"] == "none"
    assert len(await access_audit.listed(village.running.house.court, owner.viewer)) == 1, (
        "within the hour it is one look"
    )
    assert (await village.api(owner, "GET", "/api/v1/admin/reports")).json() == []
    assert (await village.api(owner, "POST", f"{base}/reopen")).json()["action_taken"] is False
    assert (await village.api(village.asha, "GET", "/api/v1/admin/reports")).status_code in (403, 404)
    assert (await village.api(owner, "GET", "/api/v1/admin/reports/1")).status_code == 404


def test_what_can_be_complained_of_has_its_words_and_can_be_named_by_a_law():
    assert set(REPORT_KINDS) == set(KINDS) == set(get_args(Complaint.__value__))


async def test_whoever_reported_says_not_what_became_of_it(village: Village):
    """They closed theirs themselves, and told the person whom it was about that the house had looked at it."""
    mine, theirs = await filed(village, village.owner), await filed(village, village.asha)
    owner, base = village.owner, f"/api/v1/admin/reports/{mine['id']}"
    for act in ("assign_to_self", "resolve", "reopen", ""):
        refused = await village.api(owner, "POST" if act else "PUT", f"{base}/{act}".rstrip("/"), category="spam")
        assert refused.status_code == 403 and "reported" in refused.text, act
    form = f"/office/reports/{mine['id']}"
    page = await village.page_as("IN", form, owner)
    assert not [act for act in ("assign", "resolve", "reopen", "matter") if f"{form}/{act}" in page]
    other = f"/office/reports/{theirs['id']}"
    done = await send(village, owner, other, f"{other}/resolve", outcome="none", together="1")
    assert done.status_code == 303
    (left,) = await report_desk.queue(village.running.house.court, owner.viewer)
    assert str(left.id) == mine["id"], "together with others neither"
    assert (await village.api(village.dev, "POST", f"{base}/resolve")).json()["action_taken"]


async def test_the_law_of_a_complaint_is_found_by_what_laws_say_of_themselves(village: Village):
    court, at = village.running.house.court, 1_790_000_000_000  # September 2026
    found = {
        (kind, country): regime_for(court, kind, country, at).id
        for kind, country in (
            ("violation", "IN"),
            ("illegal", "IN"),
            ("intimate", "IN"),
            ("illegal", "DE"),
            ("violation", "DE"),
            ("copyright", "US"),
            ("intimate", "DE"),
            ("illegal", "BR"),
        )
    }
    assert found == {
        ("violation", "IN"): "IN-GRIEVANCE",
        ("illegal", "IN"): "IN-GRIEVANCE",
        ("intimate", "IN"): "IN-NCII",
        ("illegal", "DE"): "EU-DSA-16",
        ("violation", "DE"): "OWN-RULES",
        ("copyright", "US"): "US-DMCA",
        ("intimate", "DE"): "EU-DSA-16",
        ("illegal", "BR"): "OWN-RULES",
    }


async def test_of_what_is_due_on_one_day_about_one_account_the_first_stands_in_a_letter_and_a_message_tells_of_each(
    village: Village,
):
    v, court = village, village.running.house.court
    filed = [
        await reports.file(court, who.viewer, Report(account=whom.id, kind="spam"))
        for who, whom in ((v.asha, v.ravi), (v.meera, v.ravi), (v.asha, v.karl))
    ]
    v.clock.move(max((row.resolve_due or 0) - row.received_at for row in filed) // 2 + HOUR)
    assert await clocks.alert(court) == 3
    await v.settle()
    said, mails = await said_to(v, v.owner), [mail for mail in mails_of(v.running) if "50 %" in mail]
    assert all(any(row.ref in text and "50" in text for text in said) for row in filed)
    assert [any(row.ref in mail for mail in mails) for row in filed] == [True, False, True]
    readers = [mail.splitlines()[0] for mail in mails]
    assert len(readers) == len(set(readers)) > 0, "in one look at the clocks each has one letter, whatever it is of"
    assert all(f"/office/reports/{row.id}\n" in mail for mail in mails for row in (filed[0], filed[2]))
    v.clock.move(max((row.resolve_due or 0) - row.received_at for row in filed))
    assert await clocks.alert(court) == 3
    settings = msgspec.structs.replace(v.running.house.settings, contact_email="prabandhak@example.org")
    await Runner(msgspec.structs.replace(v.running.carrier, settings=settings)).settle()
    late = [mail.get_content() for mail in sent(Path(settings.data) / "mail") if mail["To"] == settings.contact_email]
    assert [[row.ref in mail for row in filed] for mail in late] == [[True, False, True]], "so has the operator"


async def test_a_clock_of_a_report_survives_a_restart_and_tells_the_desk(village: Village):
    court = village.running.house.court
    row = await reports.file(court, village.asha.viewer, Report(account=village.ravi.id, kind="spam"))
    about_staff = await reports.file(court, village.asha.viewer, Report(account=village.chitra.id, kind="spam"))
    by_staff = await reports.file(court, village.chitra.viewer, Report(account=village.meera.id, kind="spam"))
    waits = [
        await report_desk.how_many_wait(court, who.viewer) for who in (village.owner, village.chitra, village.asha)
    ]
    assert waits == [3, 1, 0], "neither what is about oneself nor what one reported oneself"
    async with court.work.writing() as w:  # as versions before let them
        assert await report_rows.assign(w, by_staff.id, village.chitra.id)
    assert await report_desk.how_many_wait(court, village.owner.viewer) == 2, "nor what lies on another's desk"
    assert row.resolve_due is not None
    village.clock.move((row.resolve_due - row.received_at) // 2 - HOUR)
    assert await clocks.alert(court) == 0
    village.clock.move(2 * HOUR)
    again = await open_house(village.running.house.settings, clock=village.clock, run=False)
    try:
        assert await clocks.alert(again.house.court) == 3
        assert await clocks.alert(court) == 0
        await again.runner.settle()
    finally:
        await again.close()
    village.clock.move(SECOND)  # what another process did is looked for every few milliseconds
    for who, hears in ((village.owner, {row.ref, about_staff.ref, by_staff.ref}), (village.chitra, {row.ref})):
        said = await said_to(village, who)
        told = {
            one.ref for one in (row, about_staff, by_staff) if any(one.ref in text and "50" in text for text in said)
        }
        assert told == hears, "nobody learns by a clock that somebody reported them, nor is asked to look at their own"
