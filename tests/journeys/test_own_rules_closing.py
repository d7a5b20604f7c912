"""Closed because the house acted by its own rules: the order names the matter, the matter the order, and both are counted."""

from typing import Any

import msgspec
import pytest

from chaupal.governance.cases import decisions, desk, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.orders import steps
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.reads.court import record
from chaupal.store.court import ledger
from court import REASON, Bench
from disputes import suspend
from neighbours import PRIVATE, by
from village import Village

OWN: dict[str, Any] = {"outcome": "own_rules_action", "reason": REASON}
SPAM = "One of many accounts that post the same lines by machine."


async def took_up(at: Bench, targets: str, outcome: str = "mark_sensitive", source: str = "state_flag") -> str:
    """A matter under the house's own rules, in which something was done."""
    whose = at.ministry.id if source == "state_flag" else None
    form = MatterForm(targets=targets, rule="9@1", source=source, flagged_by=whose, grounds=SPAM)
    ref, _ = await house.sanction(at.court, at.owner, form, Draft(outcome=outcome, reason=SPAM))
    return ref


async def closed(at: Bench, ref: str, number: int = 1, **more: Any) -> None:
    await decisions.propose(at.court, at.asha, ref, number, **OWN, **more)
    await decisions.approve(at.court, at.dev, ref, number)


async def page_in(v: Village, language: str, path: str) -> str:
    """A page as somebody in Germany reads it."""
    return (await v.client.get(path, headers={"cookie": f"look_as=DE; language={language}"})).text


async def told(at: Bench, ref: str) -> record.Story:
    return await record.story(at.street.reads, by(None, "DE"), ref)


async def test_a_target_closed_by_own_rules_is_not_closed_without_a_measure(bench: Bench):
    matter = await took_up(bench, f"/@meera/{bench.post}")
    ref = await bench.order()
    await closed(bench, ref)
    story = await told(bench, ref)
    assert (story.counts.asked, story.counts.own_rules) == (1, 1)
    [one] = story.outcomes
    assert (one.state, one.reason) == ("own_rules", REASON)
    assert one.acted is not None and one.acted.ref == matter
    assert one.acted.ruling is not None and one.acted.ruling.measure == "mark_sensitive"
    assert [(line.state, line.many) for line in story.happened if line.state] == [("own_rules", 1)]
    [(order, authority)] = (await told(bench, matter)).asked
    assert (order.ref, authority.name) == (ref, "Ministry of Electronics")


async def test_no_step_of_a_matter_of_the_houses_own_asks_an_authority(bench: Bench):
    """Nobody sent it in, so nobody takes it back: what was done is lifted, which asks for a reason."""
    ref = await took_up(bench, f"/@meera/{bench.post}", source="staff")
    for form in (
        StepForm(verb="return_order", codes=("no_reasons",), reason=REASON),
        StepForm(verb="withdraw", reason=REASON),
        *(
            StepForm(verb=verb, text=REASON, reason=REASON)
            for verb in ("ask", "object", "verify_origin", "report_effect")
        ),
    ):
        with pytest.raises(Conflict, match="no authority asked"):
            await steps.take(bench.court, bench.asha, ref, form)
    for staff in (bench.asha, bench.clerk, bench.dev):
        offered = {step.verb for step in (await desk.matter(bench.court, staff, ref)).steps if step.allowed}
        assert "write" in offered
        assert not {"return_order", "ask", "object", "verify_origin", "report_effect", "withdraw"} & offered
    note = StepForm(verb="write", text="The person concerned has sent a letter.")
    await steps.take(bench.court, bench.asha, ref, note)


async def test_every_target_of_an_order_is_in_its_summary(bench: Bench):
    await took_up(bench, f"/@meera/{bench.post}")
    ref = await bench.order(targets=f"/@meera/{bench.post}\n@meera\n@dev\n@nobody", record_unknown=True)
    await closed(bench, ref)
    await bench.withhold(ref, 2, outcome="withhold_account")
    found = (await told(bench, ref)).counts
    parts = (found.withheld, found.refused, found.ended, found.pending, found.not_found, found.own_rules)
    assert sum(parts) == found.asked == 4 and parts == (1, 0, 0, 1, 1, 1)
    assert (await record.register(bench.street.reads, record.Cursor())).items[0].counts == found


async def test_the_log_names_the_matter(bench: Bench):
    matter = await took_up(bench, f"/@meera/{bench.post}")
    ref = await bench.order()
    await closed(bench, ref)
    async with bench.court.work.reading() as reading:
        raw = (await ledger.entries(reading, 0, await ledger.size(reading)))[-1]
    said = msgspec.json.decode(raw)["public"]
    assert (said["step"], said["outcome"], said["matter"]) == ("closed", "own_rules_action", matter)


async def test_the_newest_matter_is_taken_and_else_that_of_the_account(bench: Bench):
    ref = await bench.order()
    account = await took_up(bench, "@meera", "warn")
    await closed(bench, ref)
    # Of a warning it is not told whom it is about, so nor that it was one.
    assert (await told(bench, ref)).outcomes[0].acted == record.OwnRuling(account)
    await took_up(bench, f"/@meera/{bench.post}")
    newest = await took_up(bench, f"/@meera/{bench.post}")
    other = await bench.order()
    await closed(bench, other)
    acted = (await told(bench, other)).outcomes[0].acted
    assert acted is not None and acted.ref == newest


async def test_a_matter_that_is_named_must_be_about_the_same(bench: Bench):
    strange, order = await took_up(bench, "@dev", "warn"), await bench.order()
    first = await took_up(bench, f"/@meera/{bench.post}")
    await took_up(bench, f"/@meera/{bench.post}")
    ref = await bench.order()
    for wrong in (strange, order, ref, "RULES-1999-0001", "x" * 3000):
        with pytest.raises(Invalid) as refused:
            await decisions.propose(bench.court, bench.asha, ref, 1, **OWN, matter=wrong)
        assert set(refused.value.details) == {"matter"}
    with pytest.raises(Invalid):
        await decisions.propose(bench.court, bench.asha, ref, 1, outcome="already_gone", reason=REASON, matter=first)
    await closed(bench, ref, matter=first)
    acted = (await told(bench, ref)).outcomes[0].acted
    assert acted is not None and acted.ref == first


async def test_without_a_matter_it_is_still_counted(bench: Bench):
    ref = await bench.order()
    await closed(bench, ref)
    story = await told(bench, ref)
    assert (story.counts.own_rules, story.outcomes[0].state, story.outcomes[0].acted) == (1, "own_rules", None)


async def test_a_post_for_followers_is_not_tied_to_its_account(bench: Bench):
    """It stands as not found, and a matter about the account would say whose it is."""
    hidden = await bench.street.say(bench.meera, "for friends", visibility=PRIVATE)
    matter = await took_up(bench, "@meera", "warn")
    ref = await bench.order(targets=f"/@meera/{hidden}")
    for tied in (matter, ""):
        with pytest.raises(Conflict):
            await decisions.propose(bench.court, bench.asha, ref, 1, **OWN, matter=tied)
    outcome = (await told(bench, ref)).outcomes[0]
    assert (outcome.state, outcome.acted) == ("not_found", None) and (await told(bench, matter)).asked == ()


async def test_a_secret_order_that_asked_is_told_by_nothing_of_the_matter(bench: Bench):
    matter = await took_up(bench, f"/@meera/{bench.post}")
    before = repr(await told(bench, matter))
    ref = await bench.order(gag_until="2021-06-01")
    await closed(bench, ref)
    assert repr(await told(bench, matter)) == before


async def test_the_pages_and_the_api_say_what_was_done_both_ways(village: Village):
    v = village
    matter = await suspend(v, v.ravi, by=v.chitra, second=v.dev, until="2021-03-01")
    ref = await v.receives(f"@{v.ravi.handle}\n@{v.asha.handle}")
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, 1, **OWN)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    page = await page_in(v, "en", f"/orders/{ref}")
    assert "1 acted on under this server's own rules" in page and "closed without a measure" not in page
    assert f'This server acted on it under its own rules: <a href="/orders/{matter}">' in page
    assert "What was done there: account suspended, since" in page
    assert "1 acted on under this server's own rules" in await page_in(v, "en", "/orders")
    said = (await v.api(None, "GET", f"/api/v1/transparency/orders/{ref}")).json()
    assert said["counts"]["own_rules"] == 1 and said["targets"][0]["state"] == "own_rules"
    assert (said["targets"][0]["matter"], said["targets"][0]["matter_measure"]) == (matter, "suspend")
    back = (await v.api(None, "GET", f"/api/v1/transparency/orders/{matter}")).json()
    assert back["asked_by"] == [ref]


async def test_nobody_ordered_what_the_house_took_up_by_itself(village: Village):
    """The page of a matter under the house's own rules says the rule and who noticed, not that somebody ordered it."""
    v = village
    matter = await suspend(v, v.ravi, by=v.chitra, second=v.dev, until="2021-03-01")
    page = await page_in(v, "en", f"/orders/{matter}")
    assert "ordered that" not in page and "demanded" not in page and "Who asked" not in page
    assert "This server took up 1 thing under rule 1 of its own rules." in page and "1 taken up" in page
    assert "How it came to know: staff noticed it." in page and "had been asked for" not in page
    ref = await v.receives(f"@{v.ravi.handle}")
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, 1, **OWN)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    page = await page_in(v, "en", f"/orders/{matter}")
    assert "It had been asked for by an order from India" in page and f'<a href="/orders/{ref}">{ref}</a>' in page
    hindi = await page_in(v, "hi", f"/orders/{matter}")
    assert "This server" not in hindi and "had been asked" not in hindi
