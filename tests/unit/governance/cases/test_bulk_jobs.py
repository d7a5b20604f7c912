"""Calls about many that go on by themselves: looked at while they run, gone on with after a crash, in the role of that moment."""

import asyncio

import pytest

from chaupal.governance.cases import bulk, bulk_jobs, decisions
from chaupal.governance.cases.bulk import APPROVE, PROPOSE, Item
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import MINUTE, StillClock
from chaupal.kernel.errors import NotAllowed, NotFound
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import bulk as kept
from court import REASON, Bench


async def filed(bench: Bench, many: int) -> str:
    said = [await bench.street.say(bench.meera, f"बात {n}") for n in range(many)]
    return await bench.order(targets="\n".join(f"http://localhost:8000/@meera/{post}" for post in said))


async def seat(bench: Bench) -> None:
    """The bench's staff have their roles in the store, too: a call is carried on in the role that stands there."""
    from chaupal.store.identity import accounts

    async with bench.court.work.writing() as w:
        for viewer in (bench.asha, bench.dev, bench.owner):
            await accounts.set_role(w, viewer.me, viewer.role)


def rows(many: int, seen: int = 1) -> list[Item]:
    return [
        Item(number=n, line=n + 1, seen=seen, outcome="withhold_post", reason=f"{REASON} {n}")
        for n in range(1, many + 1)
    ]


async def test_a_call_is_checked_then_entered_and_can_be_looked_at(bench: Bench):
    await seat(bench)
    ref = await filed(bench, 120)
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, rows(120))
    seen = await bulk_jobs.progress(bench.court, bench.asha, job.id)
    assert (seen.job.state, seen.entered, seen.job.total) == ("checking", 0, 120)
    assert await bulk_jobs.carry_on(bench.court) and not await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.asha, job.id)
    assert (seen.job.state, seen.counts, seen.job.checked) == ("done", {"done": 120}, 120)
    with pytest.raises(NotFound):
        await bulk_jobs.progress(bench.court, bench.dev, job.id)
    with pytest.raises(NotFound):
        await bulk_jobs.progress(bench.court, bench.asha, 7)


async def test_one_wrong_row_refuses_all_unless_what_can_was_asked_for(bench: Bench):
    await seat(bench)
    ref = await filed(bench, 3)
    bad = [*rows(2), Item(number=3, line=4, seen=1, outcome="refuse", reason="no")]
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, bad)
    await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.asha, job.id)
    assert (seen.job.state, seen.counts) == ("refused", {"wrong": 1})
    (bad_one,) = seen.bad
    assert bad_one.item.line == 4 and bad_one.problem and set(bad_one.problem.details) == {"reason", "code"}
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, bad, what_can=True)
    await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.asha, job.id)
    assert (seen.job.state, seen.counts) == ("done", {"done": 2, "wrong": 1})


async def test_what_a_process_left_another_goes_on_with_and_nothing_is_entered_twice(
    bench: Bench, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    await seat(bench)
    ref = await filed(bench, 250)
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, rows(250))
    real, entered = bulk.hundred, 0

    async def dies(*args: object, **more: object) -> object:
        nonlocal entered
        if more["keep"]:
            entered += 1
            if entered == 3:
                raise RuntimeError("the power failed")
        return await real(*args, **more)

    monkeypatch.setattr(bulk, "hundred", dies)
    with pytest.raises(RuntimeError):
        await bulk_jobs.carry_on(bench.court)
    assert (await bulk_jobs.progress(bench.court, bench.asha, job.id)).counts == {"done": 200}
    assert not await bulk_jobs.carry_on(bench.court)  # it is held yet
    clock.move(2 * MINUTE)
    assert await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.asha, job.id)
    assert (seen.job.state, seen.counts) == ("done", {"done": 250})


async def test_who_lost_their_role_meanwhile_decides_nothing(bench: Bench):
    await seat(bench)
    ref = await filed(bench, 2)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(2))
    job = await bulk_jobs.start(
        bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (1, 2)], what_can=True
    )
    await bench.hire("ravi", Role.APPROVER)
    await role_grants.grant(bench.court, bench.owner, bench.dev.me, Role.MEMBER)
    await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.dev, job.id)
    assert seen.counts == {"wrong": 2} and {type(one.problem) for one in seen.bad} == {NotAllowed}
    assert len(await bench.in_force()) == 0


async def test_what_moved_between_the_check_and_the_entry_is_reported(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    await seat(bench)
    ref = await filed(bench, 3)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(3))
    job = await bulk_jobs.start(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (1, 2, 3)])
    real = bulk.hundred

    async def meanwhile(*args: object, **more: object) -> object:
        if more["keep"]:
            await decisions.return_(bench.court, bench.owner, ref, 2, reason="The second one is another matter.")
        return await real(*args, **more)

    monkeypatch.setattr(bulk, "hundred", meanwhile)
    await bulk_jobs.carry_on(bench.court)
    seen = await bulk_jobs.progress(bench.court, bench.dev, job.id)
    assert seen.counts == {"done": 2, "moved": 1} and [one.item.number for one in seen.bad if one.moved] == [2]
    assert len(await bench.in_force()) == 2


async def test_of_two_processes_one_carries_a_call_on(bench: Bench):
    await seat(bench)
    ref = await filed(bench, 120)
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, rows(120))
    both = await asyncio.gather(bulk_jobs.carry_on(bench.court), bulk_jobs.carry_on(bench.court))
    assert sorted(both) == [False, True]
    assert (await bulk_jobs.progress(bench.court, bench.asha, job.id)).counts == {"done": 120}


async def test_calls_are_forgotten_a_month_after_their_end(bench: Bench, clock: StillClock):
    await seat(bench)
    ref = await filed(bench, 1)
    job = await bulk_jobs.start(bench.court, bench.asha, ref, PROPOSE, rows(1))
    await bulk_jobs.carry_on(bench.court)
    assert await bulk_jobs.sweep(bench.court) == 0
    clock.move(bulk_jobs.KEPT_FOR + MINUTE)
    assert await bulk_jobs.sweep(bench.court) == 1
    with pytest.raises(NotFound):
        await bulk_jobs.progress(bench.court, bench.asha, job.id)


async def test_a_call_is_refused_before_anything_is_kept(bench: Bench):
    ref = await filed(bench, 1)
    with pytest.raises(NotAllowed):
        await bulk_jobs.start(bench.court, Viewer(account=bench.meera, country="IN"), ref, PROPOSE, rows(1))
    with pytest.raises(NotFound):
        await bulk_jobs.start(bench.court, bench.asha, "IN-2021-0404", PROPOSE, rows(1))
    async with bench.court.work.reading() as reading:
        assert await kept.waiting(reading, bench.asha.me) == 0
