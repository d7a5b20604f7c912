"""A state's hint that the house follows under its own rules names the state: in the case, the log, what is told, and the report."""

import sqlite3
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.appeals import notices
from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.log import reconcile
from chaupal.governance.orders.authorities import AuthorityForm, register
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Invalid
from chaupal.policy.sentences import ruling_texts
from chaupal.policy.viewer import Viewer
from chaupal.reads.court import record
from chaupal.store.court import docket, ledger
from chaupal.store.machine.dialect import statement
from chaupal_audit import rule_of_law
from chaupal_audit.fold.fold import fold
from chaupal_audit.report.filters import EVERYTHING
from chaupal_audit.report.report import report
from court import REASON, Bench
from neighbours import by

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError)
SPAM = "One of many accounts that post the same lines by machine."


def form(at: Bench, **changes: Any) -> MatterForm:
    typed: dict[str, Any] = {
        "targets": "@meera",
        "rule": "9@1",
        "source": "state_flag",
        "flagged_by": at.ministry.id,
        "grounds": SPAM,
    }
    return MatterForm(**typed | changes)


async def hinted(at: Bench, outcome: str = "warn", **changes: Any) -> str:
    """A matter that follows the ministry's hint, in which something was done."""
    ref, done = await house.sanction(at.court, at.owner, form(at, **changes), Draft(outcome=outcome, reason=REASON))
    assert done
    return ref


async def said_in_log(at: Bench, kind: str) -> dict[str, Any]:
    async with at.court.work.reading() as reading:
        found = [msgspec.json.decode(raw) for raw in await ledger.entries(reading, 0, await ledger.size(reading))]
    return [entry for entry in found if entry["t"] == kind][-1]["public"]


async def test_a_hint_without_its_authority_is_no_matter(bench: Bench):
    other = await register(bench.court, bench.clerk, AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    wrong = {"flagged_by": "can't be blank"}
    for changes, told in (
        ({"flagged_by": None}, wrong),
        ({"flagged_by": 12345}, {"flagged_by": "is not in the register"}),
        ({"flagged_by": other.id}, {"flagged_by": "waits until a second person agrees that it is one"}),
        ({"source": "user_report"}, {"flagged_by": "goes with a state's hint alone"}),
    ):
        with pytest.raises(Invalid) as refused:
            await house.open_matter(bench.court, bench.owner, form(bench, **changes))
        assert refused.value.details == told
    async with bench.court.work.reading() as reading:
        assert await docket.orders_below(reading, 2**62, 10) == []


async def test_the_database_takes_no_hint_without_its_authority_and_no_authority_without_a_hint(bench: Bench):
    other = await register(bench.court, bench.clerk, AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    ref = await hinted(bench)
    ordered = await bench.order()
    for change, where in (
        ("flagged_by = NULL", ref),
        ("source = 'staff'", ref),
        (f"flagged_by = {bench.ministry.id}", ordered),
        (f"flagged_by = {bench.ministry.id}, source = 'state_flag'", ordered),
        ("flagged_by = 12345", ref),
    ):
        with pytest.raises(REFUSED):
            async with bench.court.work.writing() as w:
                await w.run(statement(text(f"UPDATE orders SET {change} WHERE ref = '{where}'")))
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None and (order.source, order.flagged_by) == ("state_flag", bench.ministry.id)
    waiting = msgspec.structs.replace(order, id=bench.court.make_id(), ref="RULES-2021-0099", flagged_by=other.id)
    with pytest.raises(REFUSED):
        async with bench.court.work.writing() as w:
            await docket.add_order(w, waiting, [])


async def test_no_hint_is_secret_whatever_the_form_the_file_or_the_database_says(bench: Bench):
    """They are told whose hint it was, unless a law keeps it secret; and the house's own rules are no law."""
    ref = await hinted(bench)
    for change in (
        "secrecy = 'gag'",
        "secrecy = 'aggregate_only'",
        "gag_until = 1893456000000",
        "kind = 'order', secrecy = 'gag'",
    ):
        with pytest.raises(REFUSED):
            async with bench.court.work.writing() as w:
                await w.run(statement(text(f"UPDATE orders SET {change} WHERE ref = '{ref}'")))
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None and not order.secret
    for secret in (
        msgspec.structs.replace(order, id=bench.court.make_id(), ref="RULES-2021-0099", gag_until=1893456000000),
        msgspec.structs.replace(
            order, id=bench.court.make_id(), ref="RULES-2021-0099", secrecy="gag", source="staff", flagged_by=None
        ),
    ):
        with pytest.raises(REFUSED):
            async with bench.court.work.writing() as w:
                await docket.add_order(w, secret, [])


async def test_the_log_names_the_authority_in_the_matter_and_in_the_measure(bench: Bench):
    await hinted(bench)
    for kind in ("order", "measure"):
        said = await said_in_log(bench, kind)
        assert (said["source"], said["flagged_by"]) == ("state_flag", "Ministry of Electronics")
    assert (await said_in_log(bench, "measure"))["jurisdiction"] == "IN"
    assert (await said_in_log(bench, "measure"))["authority"] == ""


async def test_whoever_is_limited_is_told_whose_hint_it_was(bench: Bench):
    await hinted(bench)
    await house.sanction(
        bench.court, bench.owner, form(bench, source="staff", flagged_by=None), Draft(outcome="warn", reason=REASON)
    )
    own, flagged = await notices.of_viewer(bench.court, Viewer(account=bench.meera, country="IN"))
    told = [ruling_texts.line(one.ruling.ruling, "account", "en", ended=False) for one in (own, flagged)]
    assert "Ministry of Electronics had pointed to it." in told[1] and "Ministry" not in told[0]
    assert "इलेक्ट्रॉनिकी मंत्रालय ने ध्यान दिलाया" in ruling_texts.line(flagged.ruling.ruling, "account", "hi", ended=False)
    post = ruling_texts.post(flagged.ruling.ruling, "account", "en", ended=False, handle="meera", page="x")
    assert "A state authority had pointed to it." in post and "Ministry" not in post
    _, letter = ruling_texts.letter(
        flagged.ruling.ruling, "account", "en", ended=False, handle="meera", link="x", page="x", title="x", origin="x"
    )
    assert "Ministry of Electronics had pointed to it." in letter


@pytest.mark.parametrize(("outcome", "named"), [("warn", ""), ("mark_sensitive", "meera")])
async def test_the_register_says_whom_a_matter_is_about_where_everybody_sees_that_anyway_and_to_them(
    bench: Bench, outcome: str, named: str
):
    ref = await hinted(bench, outcome)
    told = [
        [one.handle for one in (await record.story(bench.street.reads, by(who), ref)).outcomes]
        for who in (None, bench.asha.account, bench.meera)
    ]
    assert told == [[named], [named], ["meera"]]


async def test_the_register_and_the_report_name_the_state(bench: Bench):
    ref = await hinted(bench)
    story = await record.story(bench.street.reads, by(None, "DE"), ref)
    assert story.flagger is not None and story.flagger.name == "Ministry of Electronics"
    async with bench.court.work.reading() as reading:
        raws = await ledger.entries(reading, 0, await ledger.size(reading))
    made = report(fold((index, raw, ()) for index, raw in enumerate(raws)).facts, EVERYTHING)
    (row,) = next(table for table in made.tables if table.id == "T8").rows
    assert row[:3] == ("IN", "Ministry of Electronics", "9@1")


async def test_what_follows_a_measure_names_the_same_authority(bench: Bench, clock: Any):
    """Seconded, changed on appeal, or taken up anew: every measure of the matter says whose hint it was."""
    ref, done = await house.sanction(
        bench.court, bench.asha, form(bench, rule="1@1"), Draft(outcome="suspend", reason=REASON, permanent=True)
    )
    assert not done
    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert (await said_in_log(bench, "measure"))["flagged_by"] == "Ministry of Electronics"
    clock.move(HOUR)
    async with bench.court.work.reading() as reading:
        raws = await ledger.entries(reading, 0, await ledger.size(reading))
    broken = {one.code for one in rule_of_law.try_log(lambda: enumerate(raws), lambda digest: None).broken}
    assert not {code for code in broken if code.startswith("hint")}


async def test_a_ruling_that_hides_whose_hint_it_was_is_found(bench: Bench):
    ref = await hinted(bench)
    assert (await reconcile.reconcile(bench.court)).faults == ()
    async with bench.court.work.writing() as w:
        await w.run(statement(text(f"UPDATE rulings SET authority = '' WHERE order_ref = '{ref}'")))
    (fault,) = (await reconcile.reconcile(bench.court)).faults
    assert "authority" in fault
