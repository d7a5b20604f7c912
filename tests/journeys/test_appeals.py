"""Somebody is limited, is told in four ways, appeals, and is heard by somebody who did not decide; every act has its leaf."""

from typing import Any

import pytest

from chaupal.app.wiring import open_house
from chaupal.fanout.notifications import served
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import clocks as court_clocks, decisions
from chaupal.governance.orders import publishing, steps
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import DAY, HOUR
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store.court import clocks, rulings
from disputes import entries, send, strikes, suspend
from mails import mails_of
from village import REASON, Village, Villager

WHY = "यह पोस्ट सिर्फ़ मौसम के बारे में थी।"
STANDS = "आदेश में बताई गई बात पोस्ट में सचमुच है, इसलिए फ़ैसला बना रहता है।"
WRONG = "पोस्ट में किसी को मारने की बात नहीं है; आदेश ने उसे ग़लत समझा।"
ASKED = "आपकी अपील के बारे में आपको कुछ लिखा गया है। पढ़ें और जवाब दें।"


async def withheld(village: Village, **form: Any) -> int:
    """asha's post is withheld in India; the ruling's id, as she is told it."""
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev, **form)
    return int((await strikes(village, village.asha))[0]["id"])


async def page_of(village: Village, ruling: int, who: Villager | None) -> tuple[int, str]:
    answer = await village.look("IN", f"/disputes/strikes/{ruling}", who)
    return answer.status_code, answer.text


async def test_the_author_is_told_in_four_ways_what_where_by_which_law_and_how_to_appeal(village: Village):
    ruling = await withheld(village)
    told = (await village.api(village.asha, "GET", "/api/v1/notifications")).json()
    kinds = {one["type"]: one for one in told}
    warning = kinds["moderation_warning"]["moderation_warning"]
    assert (warning["action"], warning["withheld_in_countries"], warning["appeal"]) == ("none", ["IN"], None)
    assert warning["order"] in warning["text"] and "69A" in warning["law"]
    assert warning["notice_url"].endswith(f"/disputes/strikes/{ruling}")
    (asked,) = [one["status"] for one in told if one["type"] == "mention"]
    assert f"/orders/{warning['order']}" in asked["content"], "it was asked for before it was decided"
    talks = (await village.api(village.asha, "GET", "/api/v1/conversations")).json()
    (direct,) = [one["last_status"] for one in talks if "/disputes/strikes/" in one["last_status"]["content"]]
    assert direct["visibility"] == "direct" and direct["account"]["username"] == "chaupal"
    assert f"/disputes/strikes/{ruling}" in direct["content"] and "कानूनी" in direct["content"]
    (mail,) = [mail for mail in mails_of(village.running) if f"/disputes/strikes/{ruling}" in mail]
    assert "सूचना मंत्रालय" in mail and REASON in mail and "अपील" in mail
    status, page = await page_of(village, ruling, village.asha)
    assert status == 200
    for said in ("भारत", "सूचना मंत्रालय", "धारा 69A", REASON, "/log/entries/", "सरसों में फूल आ गए", "न्यायालय"):
        assert said in page, said
    assert f'<dd dir="auto" lang="hi">{REASON}</dd>' in page, "it is read aloud as what it is"
    demanded, notice = await entries(village, "notice")
    (measure,) = await entries(village, "measure")
    assert [notice["public"][name] for name in ("about", "step", "ways", "language")] == [
        "begun",
        "sent",
        ["app", "post"],
        "hi",
    ]
    assert [demanded["public"][name] for name in ("about", "step", "target", "ways")] == [
        "demanded",
        "sent",
        1,
        ["post"],
    ], "nobody carries the letters of a server without a mail server, and no record says so"
    assert (notice["ref"], notice["regime"]) == (measure["ref"], measure["regime"])
    case = await village.page_as("IN", f"/office/orders/{measure['ref']}/1", village.chitra)
    assert "संदेश से" in case and "ईमेल से" not in case, "nor does the page of the case"


@pytest.mark.parametrize(
    ("end", "said"),
    [("refuse", "ठुकरा दिया गया है"), ("duplicate", "मामला बंद हो गया है"), ("withdraw", "वापस ले लिया गया")],
)
async def test_authors_are_told_of_a_demand_when_it_comes_and_when_it_ends_without_a_measure(
    village: Village, end: str, said: str
):
    """Authors were not told of demands that the register shows, or that were refused."""
    v, court = village, village.running.house.court

    async def told() -> list[str]:
        notes = (await v.api(v.asha, "GET", "/api/v1/notifications", types="mention")).json()
        return [one["status"]["content"] for one in notes]

    ref = await v.receives(v.asha.latest.path)
    await v.settle()
    (received,) = await told()
    assert f"/orders/{ref}" in received and "रोक लगाई जाए" in received
    if end == "withdraw":
        await steps.take(court, v.chitra.viewer, ref, StepForm(verb="withdraw", reason=WHY))
    else:
        how: dict[str, Any] = {"outcome": end, "code": "protected_expression" if end == "refuse" else ""}
        await decisions.propose(court, v.chitra.viewer, ref, 1, reason=WHY, **how)
        await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    ended, _ = await told()
    assert said in ended and f"/orders/{ref}" in ended
    assert len([mail for mail in mails_of(v.running) if f"{v.running.house.settings.origin}/orders/{ref}" in mail]) == 2
    assert (await entries(v, "notice"))[0]["public"]["about"] == "demanded"


@pytest.mark.parametrize("decided", [True, False])
async def test_of_a_secret_demand_authors_are_told_nothing_until_it_is_public(village: Village, decided: bool):
    v, court = village, village.running.house.court

    async def told() -> tuple[Any, int]:
        notes = (await v.api(v.asha, "GET", "/api/v1/notifications")).json()
        own = [mail for mail in mails_of(v.running) if mail.startswith("नमस्ते @asha")]
        return [one["id"] for one in notes], len(own)

    before = await told()
    ref = await v.receives(v.asha.latest.path, gag_until="2021-02-20T12:00")
    if decided:
        await decisions.propose(
            court, v.chitra.viewer, ref, 1, outcome="refuse", code="protected_expression", reason=WHY
        )
        await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    assert await told() == before
    v.clock.move(11 * DAY)
    assert await publishing.publish_due(court) == 1
    await v.settle()
    notes = (await v.api(v.asha, "GET", "/api/v1/notifications", types="mention")).json()
    assert "गुप्त था" in notes[-1]["status"]["content"]


async def test_only_the_person_concerned_and_staff_see_a_strike(village: Village):
    ruling = await withheld(village)
    assert (await page_of(village, ruling, village.chitra))[0] == 200
    assert (await page_of(village, ruling, village.ravi))[0] == 404
    assert (await page_of(village, ruling, None))[0] == 303  # to the log-in page
    assert (await village.api(village.ravi, "GET", f"/api/v1/disputes/strikes/{ruling}")).status_code == 404
    assert await strikes(village, village.ravi) == []
    refused = await village.api(village.ravi, "POST", "/api/v1/appeals", ruling_id=str(ruling), text=WHY)
    assert refused.status_code == 404
    # Staff can read it, and have no right of appeal.
    with pytest.raises(NotFound):
        await appeals.file(village.running.house.court, village.chitra.viewer, ruling, WHY)


async def test_a_suspended_person_appeals_and_is_heard_by_somebody_else(village: Village):
    ravi, court = village.ravi, village.running.house.court
    ref = await suspend(village, ravi, by=village.chitra, second=village.dev)
    assert (await village.api(ravi, "GET", "/api/v1/timelines/home")).status_code == 403
    (strike,) = await strikes(village, ravi)
    assert strike["action"] == "suspend" and strike["rule"] and strike["law"] is None
    path = f"/disputes/strikes/{strike['id']}"
    assert (await village.look("IN", "/disputes/strikes", ravi)).status_code == 200
    answer = await send(village, ravi, path, f"{path}/appeal", text=WHY)
    assert answer.status_code == 303, answer.text
    assert WHY in (await village.look("IN", path, ravi)).text
    (appeal,) = (await village.api(ravi, "GET", "/api/v1/appeals")).json()
    assert appeal["state"] == "pending"
    # The deciders cannot hear it, nor can a member.
    for judge, problem in ((village.chitra, NotAllowed), (village.dev, NotAllowed), (village.asha, NotFound)):
        with pytest.raises(problem):
            await appeals.decide(court, judge.viewer, int(appeal["id"]), Decision(outcome="reversed", reason=WRONG))
    judge = f"/office/appeals/{appeal['id']}"
    sheet = (await village.look("IN", judge, village.owner)).text
    assert WHY in sheet and '<option value="label">इस पर लेबल लगाएँ</option>' in sheet, "narrower, in words"
    assert '<option value="suspend"' not in sheet
    said = await send(village, village.owner, judge, f"{judge}/say", text="यह पोस्ट कब लिखी थी?")
    assert said.status_code == 303
    assert "यह पोस्ट कब लिखी थी?" in (await village.look("IN", path, ravi)).text
    assert ASKED in (await village.look("IN", "/disputes/strikes", ravi)).text
    assert any("आपकी अपील के बारे में आपको कुछ लिखा गया है" in mail for mail in mails_of(village.running))
    answered = await send(village, ravi, path, f"/disputes/appeals/{appeal['id']}/messages", text="कल सुबह।")
    assert answered.status_code == 303
    assert ASKED not in (await village.look("IN", "/disputes/strikes", ravi)).text
    decided = await send(village, village.owner, judge, f"{judge}/decide", outcome="reversed", reason=WRONG)
    assert decided.status_code == 303, decided.text
    page = (await village.look("IN", path, ravi)).text
    facts = page.index('<dl class="facts">')
    assert page.index("आपकी अपील का नतीजा: फ़ैसला वापस लिया गया।") < page.index("फ़ैसला, जैसा वह था") < facts
    # Everything is as it was: the account is open, the strike is forgiven, the case says why.
    assert (await village.api(ravi, "GET", "/api/v1/timelines/home")).status_code == 200
    async with court.work.reading() as reading:
        row = await rulings.ruling(reading, int(strike["id"]))
        assert row is not None and row.lifted_at is not None and row.strike_until is None
        assert [one.stopped_at is not None for one in await clocks.of_matter(reading, "appeal", int(appeal["id"]))] == [
            True
        ]
    told = (await village.api(ravi, "GET", "/api/v1/notifications", types="moderation_warning")).json()
    newest = told[0]["moderation_warning"]
    assert newest["appeal"] == {"text": WHY, "state": "approved"} and "आप सही थे" in newest["text"]
    assert "जैसा उससे पहले था" in newest["text"] and "</dt><dd>सभी देशों</dd>" not in page
    assert [(e["public"]["step"], e["public"].get("outcome")) for e in await entries(village, "appeal")] == [
        ("filed", None),
        ("decided", "reversed"),
    ]
    (reversal,) = await entries(village, "reversal")
    assert (reversal["ref"], reversal["public"]["step"]) == (ref, "appealed")
    assert [e["public"]["about"] for e in await entries(village, "notice")] == ["begun", "appeal"]
    (mail,) = [mail for mail in mails_of(village.running) if "आप सही थे" in mail]
    assert path in mail


async def test_an_upheld_appeal_changes_nothing_and_says_why(village: Village):
    ruling = await withheld(village)
    court = village.running.house.court
    row = await appeals.file(court, village.asha.viewer, ruling, WHY)
    await appeals.decide(court, village.owner.viewer, row.id, Decision(outcome="upheld", reason=STANDS))
    await village.settle()
    _, page = await page_of(village, ruling, village.asha)
    assert STANDS in page and "न्यायालय" in page
    about = "फ़ैसला आपकी पोस्ट के बारे में था (IN-2021-0001)।"
    assert [about in one for one in mails_of(village.running)][-2:] == [True, True], (
        "the receipt and the outcome say which"
    )
    assert village.asha.latest.text not in await village.page_as("IN", village.asha.latest)
    with pytest.raises(Conflict):
        await appeals.decide(court, village.owner.viewer, row.id, Decision(outcome="reversed", reason=WRONG))
    with pytest.raises(Conflict):
        await appeals.file(court, village.asha.viewer, ruling, WHY)


async def test_a_modified_ruling_gives_way_to_a_nearer_end_with_a_leaf_of_its_own(village: Village):
    ruling = await withheld(village)
    court = village.running.house.court
    row = await appeals.file(court, village.asha.viewer, ruling, WHY)
    typed = Decision(outcome="modified", reason=WRONG, ends_at="2021-02-20T12:00")
    await appeals.decide(court, village.owner.viewer, row.id, typed)
    await village.settle()
    found = await strikes(village, village.asha)
    assert [one["ended"] for one in found] == [False, True]
    assert found[0]["ends_at"] == "2021-02-20T06:30:00.000Z"
    assert village.asha.latest.text not in await village.page_as("IN", village.asha.latest)
    first, second = await entries(village, "measure")
    (reversal,) = await entries(village, "reversal")
    assert reversal["public"]["step"] == "modified" and second["public"]["until"] == "2021-02-20T06:30Z"
    assert first["public"]["by"] != second["public"]["by"] and first["public"]["second"] == second["public"]["second"]
    village.clock.move(11 * DAY)
    assert village.asha.latest.text in await village.page_as("IN", village.asha.latest)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"outcome": "modified", "ends_at": "2031-02-20T12:00", "reason": WRONG}, "territory"),
        ({"outcome": "modified", "reason": WRONG}, "ends_at"),
        ({"outcome": "modified", "ends_at": "2020-02-20", "reason": WRONG}, "ends_at"),
        ({"outcome": "modified", "territory": "IN DE", "reason": WRONG}, "territory"),
        ({"outcome": "modified", "ends_at": "soon", "reason": WRONG}, "ends_at"),
        ({"outcome": "unheard of", "reason": WRONG}, "outcome"),
        ({"outcome": "upheld", "reason": "no"}, "reason"),
    ],
)
async def test_a_decision_that_cannot_be_taken_is_said_and_keeps_what_was_typed(
    village: Village, typed: dict[str, Any], field: str
):
    ruling = await withheld(village)
    row = await appeals.file(village.running.house.court, village.asha.viewer, ruling, WHY)
    if field == "territory" and "territory" not in typed:
        typed = typed | {"territory": "XX"}
    page = f"/office/appeals/{row.id}"
    answer = await send(village, village.owner, page, f"{page}/decide", **typed)
    assert answer.status_code == 422
    assert typed["reason"] in answer.text and 'class="error"' in answer.text
    assert await entries(village, "reversal") == [] and len(await entries(village, "appeal")) == 1
    with pytest.raises(Invalid) as said:
        await appeals.decide(village.running.house.court, village.owner.viewer, row.id, Decision(**typed))
    assert field in said.value.details


async def test_an_empty_or_late_appeal_is_refused_with_what_was_typed(village: Village):
    ruling = await withheld(village)
    path = f"/disputes/strikes/{ruling}"
    empty = await send(village, village.asha, path, f"{path}/appeal", text=" ")
    assert empty.status_code == 422 and 'class="error"' in empty.text
    village.clock.move(200 * DAY)
    late = await village.api(village.asha, "POST", "/api/v1/appeals", ruling_id=str(ruling), text=WHY)
    assert late.status_code == 409 and await entries(village, "appeal") == []


async def test_a_withdrawn_appeal_is_decided_by_nobody(village: Village):
    ruling = await withheld(village)
    court = village.running.house.court
    row = await appeals.file(court, village.asha.viewer, ruling, WHY)
    answer = await send(village, village.asha, f"/disputes/strikes/{ruling}", f"/disputes/appeals/{row.id}/withdraw")
    assert answer.status_code == 303
    assert [e["public"]["step"] for e in await entries(village, "appeal")] == ["filed", "withdrawn"]
    with pytest.raises(Conflict):
        await appeals.decide(court, village.owner.viewer, row.id, Decision(outcome="upheld", reason=STANDS))
    async with court.work.reading() as reading:
        assert await clocks.running(reading) == [] or all(c.what != "appeal" for c in await clocks.running(reading))


async def test_the_database_refuses_a_judge_who_decided_what_is_appealed(village: Village):
    ruling = await withheld(village)
    court = village.running.house.court
    row = await appeals.file(court, village.asha.viewer, ruling, WHY)
    for judge in (village.chitra, village.dev):
        with pytest.raises(Exception, match=r"(?i)constraint|appeals_heard_by"):
            async with court.work.writing() as w:
                await appeals.appeals.decide(w, row.id, judge.id, court.clock(), "upheld", STANDS, 0)


async def test_a_gagged_order_tells_nobody_until_its_end_and_then_by_itself_also_after_a_restart(village: Village):
    asha, court = village.asha, village.running.house.court
    before = len(mails_of(village.running))
    await village.withhold(post=asha.latest, by=village.chitra, second=village.dev, gag_until="2021-03-01T00:00")
    assert await strikes(village, asha) == []
    assert (await village.api(asha, "GET", "/api/v1/notifications", types="moderation_warning")).json() == []
    assert len(mails_of(village.running)) == before
    async with court.work.reading() as reading:
        (row,) = await rulings.of_owner(reading, asha.id)
    with pytest.raises(NotFound):
        await notices.by_id(court, asha.viewer, row.id)
    with pytest.raises(NotFound):
        await appeals.file(court, asha.viewer, row.id, WHY)
    village.clock.move(10 * DAY)
    assert await served.release(village.running.carrier) == 0
    village.clock.move(20 * DAY)
    # Another process, on the same store: nothing of this stands in memory.
    again = await open_house(village.running.house.settings, clock=village.clock, run=False)
    try:
        assert await served.release(again.carrier) == 1
        assert await served.release(again.carrier) == 0
        await again.runner.settle()
    finally:
        await again.close()
    (strike,) = await strikes(village, asha)
    assert strike["id"] == str(row.id)
    assert any(f"/disputes/strikes/{row.id}" in mail for mail in mails_of(village.running)[before:])
    assert (await village.api(asha, "POST", "/api/v1/appeals", ruling_id=str(row.id), text=WHY)).status_code == 200


async def test_a_clock_of_an_appeal_tells_whoever_has_it_on_their_desk(village: Village):
    court, hears = village.running.house.court, await village.joins("nayi", role=Role.MODERATOR)
    ruling = await withheld(village)
    row = await appeals.file(court, village.asha.viewer, ruling, WHY)
    await appeals.assign(court, hears.viewer, row.id)

    async def heard(who: Villager) -> int:
        """Of it, after it came in: of that, whoever could hear it was told."""
        told = (await village.api(who, "GET", "/api/v1/notifications", types="mention")).json()
        mine = [one["status"]["content"] for one in told if f"/office/appeals/{row.id}" in one["status"]["content"]]
        return sum("कुछ नया आया है" not in one for one in mine)

    async def passes(share: int) -> None:
        village.clock.at = row.filed_at + (row.due_at - row.filed_at) * share // 100 + HOUR
        await court_clocks.alert(court)
        await village.settle()

    await passes(80)
    assert (await heard(hears), await heard(village.chitra)) == (1, 0)
    await role_grants.grant(court, village.owner.viewer, hears.id, Role.MEMBER)
    await passes(100)
    assert await heard(village.chitra) == 1, "it lies on the desk of nobody who could decide it"


async def test_what_a_body_outside_decides_is_noted_shown_and_logged(village: Village):
    ruling = await withheld(village)
    page = f"/disputes/strikes/{ruling}"
    note = f"/office/strikes/{ruling}/outside"
    for typed, status in (
        ({"step": "decided", "body": "high_court", "outcome": "against"}, 409),  # nothing was filed there
        ({"step": "filed", "body": "the street"}, 422),
        ({"step": "filed", "body": "high_court"}, 303),
        ({"step": "filed", "body": "high_court"}, 409),
        ({"step": "decided", "body": "high_court"}, 422),
        ({"step": "decided", "body": "high_court", "outcome": "against", "complied_in_time": "1"}, 303),
    ):
        assert (await send(village, village.owner, page, note, **typed)).status_code == status, typed
    assert (await send(village, village.asha, page, note, step="filed", body="high_court")).status_code == 404
    filed, decided = await entries(village, "external")
    (measure,) = await entries(village, "measure")
    assert filed["public"]["step"] == "filed" and filed["ref"] == measure["ref"]
    assert (decided["public"]["outcome"], decided["public"]["complied_in_time"]) == ("against", True)
    assert "10 फ़रवरी 2021, " in (await page_of(village, ruling, village.asha))[1]


COPIED: dict[str, Any] = {"regime": "US-DMCA", "role": "owner", "bases": (), "legal_basis": "17 U.S.C. § 512"}


async def copied(village: Village) -> int:
    """asha's post is withheld in the United States on a notice of copyright."""
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev, territory=("US",), **COPIED)
    return int((await strikes(village, village.asha))[0]["id"])


async def test_a_counter_notice_is_sent_on_and_brings_the_post_back_unless_somebody_sues(village: Village):
    ruling = await copied(village)
    page, desk = f"/disputes/strikes/{ruling}", f"/office/strikes/{ruling}/counter"
    law = village.running.house.court.regimes.version("US-DMCA", 1).counter_notice
    assert law is not None
    whole = {f"declared[{one.code}]": f"यह मैं घोषित करती हूँ: {one.code}" for one in law.required_fields}
    partly = await send(village, village.asha, page, f"{page}/counter", **whole | {"declared[consent]": ""})
    assert partly.status_code == 422 and "यह मैं घोषित करती हूँ: contact" in partly.text
    assert await entries(village, "counter") == []
    assert (await send(village, village.owner, page, desk, step="forwarded")).status_code == 409
    assert (await send(village, village.asha, page, f"{page}/counter", **whole)).status_code == 303
    assert (await send(village, village.asha, page, f"{page}/counter", **whole)).status_code == 409
    assert "यह मैं घोषित करती हूँ: contact" in (await page_of(village, ruling, village.owner))[1]
    assert "contact" not in str(await entries(village, "counter"))
    assert (await send(village, village.owner, page, desk, step="restored")).status_code == 409  # nobody has sent it on
    assert (await send(village, village.owner, page, desk, step="forwarded")).status_code == 303
    assert (await send(village, village.owner, page, desk, step="restored")).status_code == 409  # too early
    assert village.asha.latest.text not in await village.page_as("US", village.asha.latest)
    village.clock.move(15 * DAY)
    assert (await send(village, village.owner, page, desk, step="restored")).status_code == 303
    assert [e["public"]["step"] for e in await entries(village, "counter")] == ["filed", "forwarded", "restored"]
    (reversal,) = await entries(village, "reversal")
    assert reversal["public"]["step"] == "lifted"
    assert "सरसों में फूल" in await village.page_as("US", village.asha.latest)


async def test_a_suit_keeps_withheld_what_a_counter_notice_would_bring_back(village: Village):
    ruling = await copied(village)
    page, desk = f"/disputes/strikes/{ruling}", f"/office/strikes/{ruling}/counter"
    law = village.running.house.court.regimes.version("US-DMCA", 1).counter_notice
    assert law is not None
    whole = {f"declared[{one.code}]": "यह मैं घोषित करती हूँ।" for one in law.required_fields}
    await send(village, village.asha, page, f"{page}/counter", **whole)
    # Whoever withheld it says alone that it stays so.
    assert (await send(village, village.dev, page, desk, step="suit")).status_code == 403
    for name in ("forwarded", "suit"):
        assert (await send(village, village.owner, page, desk, step=name)).status_code == 303
    village.clock.move(20 * DAY)
    assert (await send(village, village.owner, page, desk, step="restored")).status_code == 409
    assert await entries(village, "reversal") == []
    async with village.running.house.court.work.reading() as reading:
        assert [one.kind for one in await clocks.running(reading) if one.kind == "restore"] == []


async def test_each_counter_notice_of_an_order_has_its_own_days(village: Village):
    """A later one put off the day of the first, and an answer to one stopped the clock of the other."""
    court, clock = village.running.house.court, village.clock
    law = court.regimes.version("US-DMCA", 1).counter_notice
    assert law is not None
    whole = {f"declared[{one.code}]": "यह मैं घोषित करती हूँ।" for one in law.required_fields}
    authors = (village.asha, village.ravi)
    ref = await village.receives(*(who.latest.path for who in authors), territory=("US",), **COPIED)
    for number in (1, 2):
        said = {"outcome": "withhold_post", "reason": REASON, "despite": REASON}
        await decisions.propose(court, village.chitra.viewer, ref, number, **said)
        await decisions.approve(court, village.dev.viewer, ref, number)
    await village.settle()
    rulings_of = [int((await strikes(village, who))[0]["id"]) for who in authors]

    async def runs() -> list[int]:
        async with court.work.reading() as reading:
            return [one.starts_at for one in await clocks.running(reading) if one.kind == "restore"]

    filed = list[int]()
    for who, ruling in zip(authors, rulings_of, strict=True):
        filed.append(clock())
        page = f"/disputes/strikes/{ruling}"
        assert (await send(village, who, page, f"{page}/counter", **whole)).status_code == 303
        assert await runs() == filed[:1]
        clock.move(DAY)
    for ruling, left in zip(rulings_of, (filed[1:], []), strict=True):
        page, desk = f"/disputes/strikes/{ruling}", f"/office/strikes/{ruling}/counter"
        assert (await send(village, village.owner, page, desk, step="suit")).status_code == 303
        assert await runs() == left
