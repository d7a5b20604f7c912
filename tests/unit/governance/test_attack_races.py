"""Two at once, on both databases: rules that hold for one after the other hold for those who come together."""

import asyncio
import email
import email.policy
from typing import Any

import msgspec
import pyotp
import pytest
from sqlalchemy import text

from chaupal.governance.cases import decisions
from chaupal.governance.log import log, reconcile
from chaupal.governance.orders import portal
from chaupal.governance.orders.portal import InviteForm
from chaupal.governance.people import reports, role_grants
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Problem
from chaupal.policy.passwords import STEP
from chaupal.policy.viewer import Role
from chaupal.store.court import rulings
from chaupal.store.identity import accounts
from chaupal.store.machine import auditing
from chaupal.store.machine.dialect import statement
from court import REASON, Bench
from mails import secret_in

PASSWORD = "a-long-password"


def code_of(bench: Bench, secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(bench.court.clock() // SECOND // STEP)


async def outcomes(*acts: Any) -> list[bool]:
    """Which went through; a Problem is a refusal, anything else an error of ours."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    assert all(not isinstance(one, BaseException) or isinstance(one, Problem) for one in done), done
    return [not isinstance(one, BaseException) for one in done]


async def in_force(bench: Bench) -> int:
    async with bench.court.work.reading() as reading:
        return len(await auditing.begun(reading, 0, 100_000))


async def test_a_proposal_that_ten_approve_at_once_is_carried_out_once(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome="withhold_post", reason=REASON)
    others = [await bench.hire(f"approver{number}", Role.APPROVER) for number in range(10)]
    assert sum(await outcomes(*(decisions.approve(bench.court, one, ref, 1) for one in others))) == 1
    assert await in_force(bench) == 1 and await reconcile.faults_in_force(bench.court) == []


async def test_whoever_proposes_does_not_approve_the_same_even_at_the_same_moment(bench: Bench):
    ref = await bench.order()
    dev = bench.dev  # an approver may propose, too
    await outcomes(
        *(
            act
            for _ in range(5)
            for act in (
                decisions.propose(bench.court, dev, ref, 1, outcome="withhold_post", reason=REASON),
                decisions.approve(bench.court, dev, ref, 1),
            )
        )
    )
    assert await in_force(bench) == 0


async def test_of_an_approval_and_another_proposal_at_once_what_is_carried_out_is_what_was_approved(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, outcome="withhold_post", reason=REASON)
    again = await bench.hire("another")
    await outcomes(
        decisions.approve(bench.court, bench.dev, ref, 1),
        decisions.propose(bench.court, again, ref, 1, outcome="refuse", reason=REASON, code="protected_expression"),
    )
    assert await reconcile.faults_in_force(bench.court) == []
    async with bench.court.work.reading() as reading:
        for row in await auditing.begun(reading, 0, 100_000):
            assert (row.measure, row.decided_by, row.approved_by) == ("withhold_post", bench.asha.me, bench.dev.me)


async def test_two_owners_who_take_the_role_from_each_other_leave_one(bench: Bench):
    second = await bench.hire("second_owner", Role.OWNER)
    assert bench.owner.account is not None and second.account is not None
    done = await outcomes(
        role_grants.grant(bench.court, bench.owner, second.account, Role.MEMBER),
        role_grants.grant(bench.court, second, bench.owner.account, Role.MEMBER),
    )
    assert sum(done) == 1
    async with bench.court.work.reading() as reading:
        assert len(await accounts.with_roles(reading, (Role.OWNER,))) == 1


async def test_an_enrolment_link_and_a_code_are_good_once_for_whoever_comes_first(bench: Bench):
    await portal.invite(
        bench.court, bench.clerk, bench.ministry.id, InviteForm(name="A", rank="JS", email="a@meity.gov.in")
    )
    await bench.street.settle()
    letter = sorted(bench.street.mailbox.glob("*"))[-1].read_bytes()
    said: str = email.message_from_bytes(letter, policy=email.policy.default).get_content()
    link = secret_in(said, "portal/enrol")
    shown = await portal.enrolment(bench.court, link)
    code = code_of(bench, shown.secret)
    assert sum(await outcomes(*(portal.enrol(bench.court, link, PASSWORD, code) for _ in range(5)))) == 1
    bench.street.clock.move(120_000)
    code = code_of(bench, shown.secret)
    assert sum(await outcomes(*(portal.log_in(bench.court, "a@meity.gov.in", PASSWORD, code) for _ in range(5)))) == 1


CONSTRAINED = [
    ({"approved_by": "decided_by"}, "one person twice"),
    ({"approved_by": "NULL"}, "nobody else"),
    ({"territory": "''"}, "nowhere"),
    ({"measure": "'suspend'"}, "an order suspends"),
    ({"territory": "'XX'"}, "worldwide by an order"),
    ({"ends_at": "NULL", "review_at": "NULL"}, "without an end"),
    ({"lifted_at": "1", "lift_log_index": "NULL"}, "ended without an entry"),
]


@pytest.mark.parametrize(("change", "why"), CONSTRAINED, ids=[why for _, why in CONSTRAINED])
async def test_the_database_itself_refuses(bench: Bench, change: dict[str, str], why: str):
    await bench.withhold(await bench.order())
    said = ", ".join(f"{column} = {value}" for column, value in change.items())
    with pytest.raises(Exception, match=r"(?i)constraint|check|violat|refus|rulings"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(f"UPDATE rulings SET {said}")))
    async with bench.court.work.reading() as reading:
        (row,) = await auditing.begun(reading, 0, 100_000)
    assert row.approved_by == bench.dev.me and row.territory == "IN"
    with pytest.raises(Exception, match=r"(?i)constraint|check|violat|refus|rulings|unique"):
        async with bench.court.work.writing() as w:
            await rulings.begin(w, msgspec.structs.replace(row, id=bench.court.make_id(), approved_by=row.decided_by))


async def test_a_report_that_is_sent_ten_times_at_once_is_one_report(bench: Bench):
    """An app that heard nothing asks again, perhaps another server of the same house."""
    ravi = await bench.hire("ravi", Role.MEMBER)
    said = Report(account=bench.meera, posts=(bench.post,), comment="The same sentence every minute.")
    filed = await asyncio.gather(*(reports.file(bench.court, ravi, said) for _ in range(10)))
    assert len({row.id for row in filed}) == 1
    assert len(await reports.of_viewer(bench.court, ravi)) == 1


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_server_that_starts_while_another_one_writes_finds_the_log_whole(bench: Bench):
    """It counts the entries and asks how many there should be; between the two another server may have logged some."""

    async def write() -> None:
        for number in range(40):
            await bench.hire(f"reviewer{number}")
            await bench.order()

    writing = asyncio.create_task(write())
    looks = 0
    while not writing.done():
        await log.check_log(bench.court)
        assert await reconcile.faults_in_force(bench.court, seal=False) == []
        looks += 1
    await writing
    assert looks > 5
