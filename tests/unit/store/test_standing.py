"""How an account stands is what the rulings in force on it come to."""

import pytest

from chaupal.kernel.clock import DAY, StillClock
from chaupal.policy.measures import Measure
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import accounts, apps
from chaupal.store.machine.work import Work
from chaupal.store.square import people

ME = 7


def row(id_: int, measure: Measure, **more: object) -> RulingRow:
    given = {
        "id": id_, "subject_id": ME, "term": "", "measure": measure.value, "territory": "XX", "starts_at": 0, "ends_at": None,
        "lifted_at": None, "target_id": None, "owner_id": ME, "order_ref": "CH-1", "authority": "", "authority_hi": "",
        "legal_basis": "", "reason": "r", "decided_by": 1, "approved_by": 2, "log_index": 0, "basis": "own_rules", "review_at": 1,
    }  # fmt: skip
    return RulingRow(**given | more)


async def begin(work: Work, *rows: RulingRow) -> str:
    async with work.writing() as w:
        for one in rows:
            await rulings.begin(w, one)
        await accounts.settle(w, ME)
    return await state(work)


async def lift(work: Work, id_: int) -> str:
    async with work.writing() as w:
        assert await rulings.lift(w, id_, 1, w.now())
        await accounts.settle(w, ME)
    return await state(work)


async def state(work: Work) -> str:
    async with work.reading() as reading:
        return (await people.sealed_people(reading, [ME]))[ME]._item.state


@pytest.fixture
async def member(work: Work) -> None:
    async with work.writing() as w:
        await accounts.add(w, ME, "me", name="", role="member", state="active")


@pytest.mark.usefixtures("member")
async def test_the_most_severe_ruling_in_force_is_how_an_account_stands(work: Work):
    assert await begin(work, row(1, Measure.FREEZE)) == "frozen"
    assert await begin(work, row(2, Measure.SUSPEND), row(3, Measure.SUSPEND)) == "suspended"
    assert await lift(work, 2) == "suspended"
    assert await lift(work, 3) == "frozen"
    assert await lift(work, 1) == "active"


@pytest.mark.usefixtures("member")
async def test_what_has_ended_by_the_clock_does_not_count(work: Work, clock: StillClock):
    assert await begin(work, row(2, Measure.FREEZE, ends_at=clock() + DAY)) == "frozen"
    clock.move(DAY)
    async with work.writing() as w:
        await accounts.settle(w, ME)
    assert await state(work) == "active"


@pytest.mark.usefixtures("member")
async def test_a_clock_that_is_put_back_undoes_no_suspension(work: Work, clock: StillClock):
    assert await begin(work, row(1, Measure.SUSPEND, starts_at=clock())) == "suspended"
    clock.move(-DAY)
    assert await begin(work, row(2, Measure.FREEZE, starts_at=clock())) == "suspended"
    assert await lift(work, 2) == "suspended"


@pytest.mark.usefixtures("member")
async def test_measures_against_posts_and_reach_do_not_close_an_account(work: Work):
    assert await begin(work, row(1, Measure.LIMIT), row(2, Measure.WARN), row(3, Measure.DEAMPLIFY)) == "active"


async def test_an_account_that_is_pending_stays_so(work: Work):
    async with work.writing() as w:
        await accounts.add(w, ME, "me", name="", role="member", state="pending")
    async with work.writing() as w:
        await rulings.begin(w, row(1, Measure.SUSPEND))
        await accounts.settle(w, ME)
        assert await w.value(accounts.NAME_OF, of=ME) == ""
    async with work.reading() as reading:
        assert await people.sealed_people(reading, [ME]) == {}


@pytest.mark.usefixtures("member")
async def test_suspension_ends_tokens_and_unused_codes_and_freezing_does_not(work: Work):
    grant = apps.Grant("code", 1, ME, "", "read", "", "", 2**50)
    async with work.writing() as w:
        await apps.add_token(w, 5, apps.Token("hash", 0, ME, "read"))
        await apps.add_grant(w, grant)
    await begin(work, row(1, Measure.FREEZE))
    async with work.reading() as reading:
        caller = await apps.caller_by_token(reading, "hash")
        assert caller is not None and caller.state == "frozen"
        assert await apps.grant(reading, "code") == grant
    await begin(work, row(2, Measure.SUSPEND))
    async with work.reading() as reading:
        assert await apps.caller_by_token(reading, "hash") is None
        assert await apps.grant(reading, "code") is None
