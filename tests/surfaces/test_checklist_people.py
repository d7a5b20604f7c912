"""What people are told, what is kept and what is forgotten: lines of the checklists on reach and suspension (10.2, 10.3).

The other lines of these are in test_checklist_deamplify.py and test_checklist_suspension.py.
"""

import json
from typing import Any

import pytest

from chaupal.governance.appeals import appeals, notices
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import decisions, evidence
from chaupal.governance.people import account_desk
from chaupal.governance.people.account_desk import Action
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotAllowed
from chaupal.store.court import evidence as held, ledger, rulings
from chaupal.store.court.rulings import RulingRow
from disputes import entries, send, strikes, suspend
from village import FINDING, REASON, Village, Villager

WRONG = "यह खाता किसी को धमकी नहीं दे रहा था; फ़ैसला ग़लत था।"
SPAM = "Forty accounts of one hand post the same sentence every minute."


async def warnings(v: Village, who: Villager) -> list[dict[str, Any]]:
    await v.settle()
    told = (await v.api(who, "GET", "/api/v1/notifications")).json()
    return [one for one in told if one["type"] == "moderation_warning"]


async def newest(v: Village, who: Villager) -> RulingRow:
    async with v.running.house.court.work.reading() as reading:
        return (await rulings.of_owner(reading, who.id))[0]


# --- 10.2.13 ---


async def test_author_level_rung_2_sends_a_notice_and_is_appealable(village: Village):
    """Author-level rung 2 sends a notice and is appealable."""
    v = village
    court = v.running.house.court
    ref = await v.receives("@ravi", demanded=("deamplify",))
    await decisions.propose(
        court, v.chitra.viewer, ref, 1, outcome="deamplify", reason=REASON, finding=FINDING, until="2021-03-01"
    )
    await decisions.approve(court, v.dev.viewer, ref, 1)
    (told,) = await warnings(v, v.ravi)
    (strike,) = await strikes(v, v.ravi)
    assert told["moderation_warning"]["order"] == ref and strike["id"]
    newcomer = await v.joins("newcomer")
    suggested = "/api/v2/suggestions"
    assert str(v.ravi.id) not in (await v.api(newcomer, "GET", suggested)).text
    path = f"/disputes/strikes/{strike['id']}"
    assert (await send(v, v.ravi, path, f"{path}/appeal", text=WRONG)).status_code == 303
    ((appeal, _),) = await appeals.queue(court, v.owner.viewer)
    await appeals.decide(court, v.owner.viewer, appeal.id, Decision(outcome="reversed", reason=WRONG))
    await v.settle()
    assert str(v.ravi.id) in (await v.api(newcomer, "GET", suggested)).text


# --- 10.3.10 ---


async def test_strikes_expire_thresholds_are_shown_to_the_user(village: Village):
    """Strikes expire; thresholds are shown to the user."""
    v = village
    court = v.running.house.court
    for _ in range(2):
        done = await account_desk.act(
            court, v.chitra.viewer, Action(account=v.ravi.id, type="none", text=SPAM, rule="6")
        )
        # What one person did alone would count for three days
        await decisions.approve(court, v.dev.viewer, done.ref, 1)
        v.clock.move(DAY)
    await v.settle()

    async def counting() -> int:
        return notices.strikes_that_count(court, await notices.of_viewer(court, v.ravi.viewer))

    assert await counting() == 4, "two of a rule that weighs two"
    for shortened in ("/disputes", "/disputes/appeals"):
        assert (await v.look("IN", shortened, v.ravi)).headers["location"] == "/disputes/strikes"
    page = await v.page_as("IN", "/disputes/strikes", v.ravi)
    book = court.rules.current(v.clock())
    shown = page.partition('class="list-head"')[2]
    assert len(book.strikes.thresholds) == shown.count("<li>") and all(
        str(one.strikes) in shown for one in book.strikes.thresholds
    )
    v.clock.move(178 * DAY)
    assert await counting() == 2
    v.clock.move(DAY)
    assert await counting() == 0


# --- 10.3.11 ---


async def test_permanent_needs_two_approvers_rule_id_and_version_evidence_snapshot_notice_appeal_window(
    village: Village,
):
    """`permanent` needs two approvers, rule id + version, evidence snapshot, notice, appeal window >= 180 d before purge."""
    v = village
    court = v.running.house.court
    ref, done, _, _ = await account_desk.act(
        court, v.chitra.viewer, Action(account=v.ravi.id, type="suspend", text=SPAM, rule="6")
    )
    assert not done
    with pytest.raises(NotAllowed):
        await decisions.approve(court, v.chitra.viewer, ref, 1)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    row = await newest(v, v.ravi)
    assert (row.permanent, row.rule, row.decided_by, row.approved_by) == (True, "6@1", v.chitra.id, v.dev.id)
    async with court.work.reading() as reading:
        (snapshot,) = await held.live_of(reading, v.ravi.id)
        strike = await notices.strike_of(court, reading, row.id)
    assert [one.about for one in strike.told] == ["begun"] and strike.told[0].sent_at is not None
    assert strike.window_ends - row.starts_at >= 180 * DAY and snapshot.hold_until - row.starts_at >= 180 * DAY
    assert strike.may_appeal


# --- 10.3.14 ---


async def test_dsa_export_gives_decision_account_suspended_or_terminated_with_end_date(village: Village):
    """DSA export gives DECISION_ACCOUNT_SUSPENDED|TERMINATED with end date."""
    v = village
    await suspend(v, v.ravi, by=v.chitra, second=v.dev, until="2021-03-01")
    await suspend(v, v.meera, by=v.chitra, second=v.dev)
    told = (await v.api(None, "GET", "/api/v1/transparency/dsa.json")).json()["statements"]
    said = [
        (one["decision_account"], one.get("end_date_account_restriction"))
        for one in told
        if one.get("decision_account")
    ]
    assert [decision for decision, _ in said] == ["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"]
    assert said[0][1] and said[0][1].startswith("2021-02-28") and not said[1][1]


# --- 10.3.15 ---


async def test_content_needed_as_evidence_is_preserved_180_d_then_purged_with_a_log_entry(village: Village):
    """Content needed as evidence is preserved 180 d then purged with a log entry."""
    v = village
    court = v.running.house.court
    await suspend(v, v.ravi, by=v.chitra, second=v.dev)
    v.clock.move(180 * DAY - 1)
    assert await evidence.purge_due(court) == 0
    v.clock.move(DAY)
    assert await evidence.purge_due(court) == 1
    async with court.work.reading() as reading:
        assert await held.live_of(reading, v.ravi.id) == []
        said = [json.loads(entry) for entry in await ledger.entries(reading, 0, await ledger.size(reading))]
    assert [one["public"]["step"] for one in said if one["t"] == "evidence"] == ["purged"]


# --- 10.3.17 ---


async def test_appeal_reversal_notifies_everyone_who_was_told_of_the_suspension(village: Village):
    """Appeal reversal notifies everyone who was told of the suspension."""
    v = village
    court = v.running.house.court
    filed = await v.api(
        v.asha, "POST", "/api/v1/reports", account_id=str(v.ravi.id), comment="हर घंटे वही बात", category="spam"
    )
    await v.settle()
    await suspend(v, v.ravi, by=v.chitra, second=v.dev, report=int(filed.json()["id"]))
    row = await newest(v, v.ravi)

    async def heard(who: Villager) -> list[str]:
        """Direct posts of the house to them."""
        found = (await v.api(who, "GET", "/api/v1/notifications")).json()
        return [
            one["status"]["content"]
            for one in found
            if one["type"] == "mention" and one["account"]["username"] == "chaupal"
        ]

    before = await heard(v.asha)
    assert any("निलंबित" in text for text in before), "whoever reported it was told what was done"
    (own,) = (await v.api(v.asha, "GET", "/api/v1/reports")).json()
    assert (own["ref"], own["outcome"], own["action_taken"]) == (filed.json()["ref"], "suspended", True)
    assert own["target_account"] is None
    assert (await v.api(v.karl, "GET", "/api/v1/reports")).json() == []
    appeal = await appeals.file(court, v.ravi.viewer, row.id, WRONG)
    await appeals.decide(court, v.owner.viewer, appeal.id, Decision(outcome="reversed", reason=WRONG))
    await v.settle()
    after = await heard(v.asha)
    assert len(after) == len(before) + 1 and "वापस ले लिया गया" in after[0]
    talks = (await v.api(v.ravi, "GET", "/api/v1/conversations")).json()
    assert any("वापस" in one["last_status"]["content"] for one in talks), "told once as a notification, and in words"
    assert [one["public"]["step"] for one in await entries(v, "appeal")] == ["filed", "decided"]
