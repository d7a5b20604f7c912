"""Many cases in one go: checked whole, entered a hundred to a commit, each by the very function that a single act goes by."""

import asyncio

import pytest

from chaupal.governance.cases import bulk, clocks, decisions
from chaupal.governance.cases.bulk import APPROVE, LIFT, PROPOSE, RETURN, Item, Outcome
from chaupal.governance.log import log
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import case_events, docket, ledger
from chaupal.store.court.case_events import CaseEvent
from court import REASON, Bench, staff

MANY = 230


async def filed(bench: Bench, many: int) -> str:
    """An order against so many posts of meera."""
    said = [await bench.street.say(bench.meera, f"बात {n}") for n in range(many)]
    return await bench.order(targets="\n".join(f"http://localhost:8000/@meera/{post}" for post in said))


def rows(many: int, seen: int = 1) -> list[Item]:
    return [
        Item(number=n, line=n + 1, seen=seen, outcome="withhold_post", reason=f"{REASON} {n}")
        for n in range(1, many + 1)
    ]


async def events(bench: Bench, ref: str) -> dict[int, list[CaseEvent]]:
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        named = await docket.targets_of(reading, order.id)
        found = await case_events.events_of(reading, [target.id for target in named])
        return {target.number: found[target.id] for target in named}


async def size(bench: Bench) -> int:
    async with bench.court.work.reading() as reading:
        return await ledger.size(reading)


def words(found: Outcome) -> dict[int, str]:
    return {one.item.number: one.word for one in found.rows if one.problem is not None}


async def test_each_of_many_has_its_own_reason_and_leaf_and_two_people(bench: Bench):
    ref, before = await filed(bench, MANY), await size(bench)
    done = await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(MANY))
    assert done.entered and done.counts == {"done": MANY}
    assert len(await bench.in_force()) == 0 and await size(bench) == before + MANY
    done = await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in range(1, MANY + 1)])
    assert done.counts == {"done": MANY} and {one.state for one in done.rows} == {"in_force"}
    assert len(await bench.in_force()) == MANY
    found = await events(bench, ref)
    assert [found[n][1].body.reason for n in found] == [f"{REASON} {n}" for n in range(1, MANY + 1)]
    assert {(e[1].by, e[2].by, e[2].first_by) for e in found.values()} == {
        (bench.asha.account, bench.dev.account, bench.asha.account)
    }
    leaves = [event.log_index for of in found.values() for event in of[1:]]
    assert len(set(leaves)) == 2 * MANY and await log.recount(bench.court) == before + 2 * MANY


async def test_nothing_is_entered_where_one_row_is_wrong_and_every_error_is_said_by_line_and_field(bench: Bench):
    ref, before = await filed(bench, 120), await size(bench)
    bad = rows(120)
    bad[3] = Item(number=4, line=5, seen=1, outcome="withhold_post", reason="no")
    bad[110] = Item(number=111, line=112, seen=1, outcome="refuse", reason=REASON)
    bad[111] = Item(number=112, line=113, outcome="withhold_post", reason=REASON)
    bad.append(Item(number=999, line=122, seen=1, outcome="withhold_post", reason=REASON))
    bad.append(Item(number=7, line=123, seen=1, outcome="withhold_post", reason=REASON))
    found = await bulk.run(bench.court, bench.asha, ref, PROPOSE, bad)
    assert not found.entered and await size(bench) == before
    assert all(len(of) == 1 for of in (await events(bench, ref)).values())
    said = {(one.item.line, *one.problem.details) for one in found.bad if one.problem}
    assert said == {(5, "reason"), (112, "code"), (113, "version"), (122, "number"), (8, "number"), (123, "number")}
    some = await bulk.run(bench.court, bench.asha, ref, PROPOSE, bad, what_can=True)
    assert some.entered and some.counts == {"done": 116, "wrong": 6} and await size(bench) == before + 116


async def test_a_case_that_moved_since_is_reported_and_not_decided(bench: Bench):
    ref = await filed(bench, 5)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(5))
    await decisions.return_(bench.court, bench.dev, ref, 2, reason=REASON)
    await decisions.propose(
        bench.court, bench.asha, ref, 2, outcome="withhold_post", reason="Quite another reason stands here."
    )
    looked_at_before = [Item(number=n, seen=2) for n in range(1, 6)]
    found = await bulk.run(bench.court, bench.dev, ref, APPROVE, looked_at_before)
    assert not found.entered and words(found) == {2: "moved"} and len(await bench.in_force()) == 0
    found = await bulk.run(bench.court, bench.dev, ref, APPROVE, looked_at_before, what_can=True)
    assert found.counts == {"done": 4, "moved": 1} and len(await bench.in_force()) == 4


async def test_the_same_file_sent_twice_does_nothing_twice_and_goes_on_where_it_was_broken_off(bench: Bench):
    ref = await filed(bench, 150)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(150)[:100])  # and then the power failed
    before = await size(bench)
    again = await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(150))
    assert again.counts == {"already": 100, "done": 50} and await size(bench) == before + 50
    other_words = rows(150)
    other_words[0] = Item(number=1, seen=1, outcome="withhold_post", reason="Words that nobody proposed before.")
    assert words(await bulk.run(bench.court, bench.asha, ref, PROPOSE, other_words)) == {1: "moved"}
    approve = [Item(number=n, seen=2) for n in range(1, 151)]
    await bulk.run(bench.court, bench.dev, ref, APPROVE, approve)
    assert (await bulk.run(bench.court, bench.dev, ref, APPROVE, approve)).counts == {"already": 150}
    assert (await bulk.run(bench.court, bench.owner, ref, APPROVE, approve)).counts == {"moved": 150}


async def test_who_proposed_does_not_approve_and_a_reviewer_approves_none(bench: Bench):
    ref = await filed(bench, 3)
    await bulk.run(bench.court, bench.dev, ref, PROPOSE, rows(3))
    found = await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (1, 2, 3)])
    assert not found.entered and {type(one.problem) for one in found.rows} == {NotAllowed}
    some = await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=1, seen=2)], what_can=True)
    assert some.counts == {"wrong": 1} and len(await bench.in_force()) == 0
    with pytest.raises(NotAllowed):
        await bulk.run(bench.court, staff(bench.meera, Role.CLERK), ref, APPROVE, [Item(number=1, seen=2)])
    with pytest.raises(NotAllowed):
        await bulk.run(bench.court, Viewer(account=bench.meera, country="IN"), ref, PROPOSE, rows(1))
    with pytest.raises(NotAllowed):
        await bulk.run(bench.court, staff(bench.meera), ref, APPROVE, [Item(number=1, seen=2)], what_can=True)
    assert len(await bench.in_force()) == 0


async def test_returned_and_lifted_in_one_go(bench: Bench):
    ref = await filed(bench, 4)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(4))
    back = await bulk.run(bench.court, bench.dev, ref, RETURN, rows(2, seen=2))
    assert back.counts == {"done": 2} and {one.state for one in back.rows} == {"returned"}
    await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (3, 4)])
    lift = [Item(number=n, seen=3, reason="The authority was asked and could not show it.") for n in (3, 4)]
    assert (await bulk.run(bench.court, bench.owner, ref, LIFT, lift)).counts == {"done": 2}
    assert len(await bench.in_force()) == 0


async def test_two_who_approve_the_same_many_at_once_decide_each_once(bench: Bench):
    ref = await filed(bench, 130)
    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(130))
    approve = [Item(number=n, seen=2) for n in range(1, 131)]
    one, other = await asyncio.gather(
        bulk.run(bench.court, bench.dev, ref, APPROVE, approve, what_can=True),
        bulk.run(bench.court, bench.owner, ref, APPROVE, approve, what_can=True),
    )
    assert one.counts.get("done", 0) + other.counts.get("done", 0) == 130
    assert len(await bench.in_force()) == 130
    assert {len(of) for of in (await events(bench, ref)).values()} == {3}
    assert await log.recount(bench.court)


async def test_progress_is_told_by_the_hundred(bench: Bench):
    ref, told = await filed(bench, MANY), list[tuple[str, int, int]]()

    def progress(phase: str, done: int, of: int) -> None:
        told.append((phase, done, of))

    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(MANY), progress=progress)
    steps = (0, 100, 200, MANY)
    assert told == [(phase, at, MANY) for phase in ("checking", "entering") for at in steps]


async def test_nonsense_is_refused_as_a_whole(bench: Bench):
    ref = await filed(bench, 1)
    for verb, items, problem in (
        ("dance", rows(1), NotFound),
        (PROPOSE, [], Invalid),
        (PROPOSE, rows(bulk.MOST + 1), Invalid),
    ):
        with pytest.raises(problem):
            await bulk.run(bench.court, bench.asha, ref, verb, items)
    with pytest.raises(NotFound):
        await bulk.run(bench.court, bench.asha, "IN-2021-0404", PROPOSE, rows(1))


async def test_the_clock_stops_with_the_last_of_many_and_not_before(bench: Bench):
    ref = await filed(bench, 6)

    async def running() -> bool:
        async with bench.court.work.reading() as reading:
            order = await docket.order(reading, ref)
            assert order is not None
            found = await clocks.of_matter(reading, clocks.ORDER, order.id)
        return any(clock.kind == "act" and clock.stopped_at is None for clock in found)

    await bulk.run(bench.court, bench.asha, ref, PROPOSE, rows(6))
    assert await running()
    await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (6, 1, 3)])
    assert await running()
    await bulk.run(bench.court, bench.dev, ref, APPROVE, [Item(number=n, seen=2) for n in (5, 2, 4)])
    assert not await running()
