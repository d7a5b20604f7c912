"""States bind: nothing is decided outside the stages that allow it, and an order ends only when nothing binds by it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text as sql

from chaupal.governance.cases import bulk, cases, decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import procedure
from chaupal.governance.orders.procedure import DECIDING, Stage
from chaupal.kernel.errors import Conflict
from chaupal.policy.viewer import Role
from chaupal.reads.court import record
from chaupal.store.court import case_events, docket, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine import triggers
from chaupal.store.machine.dialect import statement
from chaupal_audit.law import alone
from court import REASON, REFUSE, WITHHOLD, Bench

Walk = Callable[[Bench, str], Awaitable[object]]


async def unchecked(bench: Bench, ref: str) -> None: ...


async def acknowledged(bench: Bench, ref: str) -> None:
    await bench.step(ref, "acknowledge", bench.clerk)


async def returned(bench: Bench, ref: str) -> None:
    await bench.step(ref, "return_order", codes=("no_reasons",), reason="It gives no reasons for what it asks.")


async def mended(bench: Bench, ref: str) -> None:
    await returned(bench, ref)
    await bench.step(ref, "mend", reason="The reasons came by a second letter.")


async def withdrawn(bench: Bench, ref: str) -> None:
    await bench.step(ref, "withdraw")


async def closed(bench: Bench, ref: str) -> None:
    await returned(bench, ref)
    await bench.step(ref, "close")


STAGES: dict[str, Walk] = {
    walk.__name__: walk for walk in (unchecked, acknowledged, returned, mended, withdrawn, closed)
}


async def made(bench: Bench, ref: str) -> list[RulingRow]:
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        named = await docket.targets_of(reading, order.id)
        return [row for rows in (await rulings.by_targets(reading, [t.id for t in named])).values() for row in rows]


@pytest.mark.parametrize("walk", STAGES)
async def test_nothing_is_decided_before_the_check_on_a_returned_or_on_a_closed_order(bench: Bench, walk: str):
    ref = await bench.order(checked=False)
    await STAGES[walk](bench, ref)
    court, asha, owner = bench.court, bench.asha, bench.owner
    draft = Draft(outcome="withhold_post", reason=REASON)
    for act in (
        lambda: decisions.propose(court, asha, ref, 1, **WITHHOLD),
        lambda: decisions.propose(court, asha, ref, 1, **REFUSE),
        lambda: decisions.propose(court, asha, ref, 1, outcome="duplicate", reason=REASON),
        lambda: decisions.act_in_emergency(court, owner, ref, 1, draft),
    ):
        with pytest.raises(Conflict):
            await act()
    row = bulk.Item(number=1, seen=1, outcome="withhold_post", reason=REASON)
    done = await bulk.run(court, asha, ref, bulk.PROPOSE, [row])
    assert isinstance(done.rows[0].problem, Conflict)
    assert await made(bench, ref) == []


@pytest.mark.parametrize("outcome", [WITHHOLD, REFUSE])
@pytest.mark.parametrize("walk", [returned, withdrawn])
async def test_what_was_proposed_is_not_approved_once_the_order_was_sent_back_or_withdrawn(
    bench: Bench, walk: Walk, outcome: dict[str, Any]
):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **outcome)
    await walk(bench, ref)
    with pytest.raises(Conflict):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await made(bench, ref) == []


async def test_an_order_that_was_mended_is_checked_anew_before_anything_is_decided(bench: Bench):
    ref = await bench.order()
    await mended(bench, ref)
    with pytest.raises(Conflict, match="checked this order"):
        await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await bench.step(ref, "check")
    await bench.withhold(ref)


@pytest.mark.parametrize("verb", ["close", "return_order"])
async def test_an_order_is_not_closed_or_sent_back_while_a_measure_is_in_force(bench: Bench, verb: str):
    ref = await bench.order()
    await bench.withhold(ref)
    said: dict[str, Any] = (
        {"codes": ("no_reasons",), "reason": "It gives no reasons for what it asks."} if verb == "return_order" else {}
    )
    with pytest.raises(Conflict, match="in force"):
        await bench.step(ref, verb, **said)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    await bench.step(ref, verb, **said)


async def test_an_order_is_not_closed_while_something_is_proposed(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **REFUSE)
    with pytest.raises(Conflict, match="is proposed"):
        await bench.step(ref, "close")
    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await bench.step(ref, "close") is Stage.CLOSED


async def test_what_was_undecided_when_its_order_closed_is_said_to_be_that_and_not_under_review(bench: Bench):
    ref = await bench.order(targets=f"http://localhost:8000/@meera/{bench.post}\n@meera")
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await decisions.return_(bench.court, bench.dev, ref, 1, reason="Nobody has looked at the second video.")
    await bench.step(ref, "close")
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        found = [(case.state, case.events[-1].log_index) for case in await cases.cases_of(bench.court, reading, order)]
        counts = (await record.counts_of(reading, [order.id]))[order.id]
        events = (
            await case_events.events_of(reading, [target.id for target in await docket.targets_of(reading, order.id)])
        ).values()
    assert [state for state, _ in found] == [State.LEFT, State.LEFT]
    assert all(leaf is not None for _, leaf in found)
    assert (counts.pending, counts.undecided) == (0, 2)
    assert [record.said_of(some) for some in events] == [None, None], "what was proposed and sent back stays inside"


@pytest.mark.parametrize(("verb", "came_to"), [("withdraw", Stage.WITHDRAWN), ("set_aside", Stage.SET_ASIDE)])
async def test_a_closed_order_can_still_be_withdrawn_and_set_aside(bench: Bench, verb: str, came_to: Stage):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **REFUSE)
    await decisions.approve(bench.court, bench.dev, ref, 1)
    await bench.step(ref, "close")
    assert await bench.step(ref, verb, body="High Court of Delhi") is came_to


async def test_a_matter_of_the_house_begins_in_review(bench: Bench):
    form = MatterForm(
        targets="@meera",
        rule=bench.court.rules.current(bench.court.clock()).cite(1),
        grounds="They called for violence by name.",
    )
    mod = await bench.hire("mod", Role.MODERATOR)
    draft = Draft(outcome="suspend", reason=REASON, permanent=True)
    ref, alone = await house.sanction(bench.court, mod, form, draft)
    assert not alone
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, 1)
    assert (case.stage, case.state) == (Stage.IN_REVIEW, State.MEASURE_PROPOSED)


async def test_of_an_approval_and_a_return_at_once_one_comes_second(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    done = await asyncio.gather(
        decisions.approve(bench.court, bench.dev, ref, 1),
        bench.step(ref, "return_order", codes=("no_reasons",), reason="It gives no reasons for what it asks."),
        return_exceptions=True,
    )
    assert [isinstance(one, Conflict) for one in done].count(True) == 1, done
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, 1)
    assert (case.state, case.stage) in {(State.IN_FORCE, Stage.IN_REVIEW), (State.MEASURE_PROPOSED, Stage.RETURNED)}


async def test_the_database_refuses_rulings_and_decisions_outside_the_stages(bench: Bench):
    """Whoever is at the tables: the same insertions pass under an order that is being decided, and fail under one that is not."""
    model = await bench.order()
    await bench.withhold(model)
    (row,) = await made(bench, model)
    ref = await bench.order(checked=False)
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        (target,) = await docket.targets_of(reading, order.id)

    def ruling(number: int) -> str:
        columns = ", ".join(name for name in RulingRow.__struct_fields__ if name not in ("id", "target_id"))
        return f"INSERT INTO rulings (id, target_id, {columns}) SELECT {number}, {target.id}, {columns} FROM rulings WHERE id = {row.id}"

    def event(number: int) -> str:
        return (
            'INSERT INTO case_events (id, target_id, number, state, "by", at, body) '
            f"VALUES ({number}, {target.id}, {number}, 'measure_proposed', 1, 1, '{{}}')"
        )

    for line in (ruling(7), event(7)):
        with pytest.raises(Exception, match="by_the_orders_stage"):
            async with bench.court.work.writing() as w:
                await w.run(statement(sql(line)))
    await bench.step(ref, "check")
    for line in (ruling(8), event(8)):
        async with bench.court.work.writing() as w:
            await w.run(statement(sql(line)))
    with pytest.raises(Exception, match="orders_end_when_nothing_binds"):
        async with bench.court.work.writing() as w:
            await w.run(
                statement(
                    sql(
                        'INSERT INTO order_events (id, order_id, number, state, verb, "by", at, body) '
                        f"VALUES (9, {order.id}, 9, 'closed', 'close', 1, 1, '{{}}')"
                    )
                )
            )


def test_the_database_keeps_the_same_table_as_the_code():
    assert set(re.findall(r"'(\w+)'", triggers.DECIDING)) == {stage.value for stage in DECIDING}
    assert set(re.findall(r"'(\w+)'", triggers.DECIDED)) == {state.value for state in procedure.DECIDED_STATES}
    for name in ("LONGEST_ALONE", "ALONE_APART", "EMERGENCY_LASTS"):
        assert getattr(alone, name) == getattr(triggers, name)


@pytest.mark.parametrize("stage", Stage)
def test_what_only_ends_a_measure_is_never_kept_waiting_by_the_orders_stage(stage: Stage):
    for verb in ("lift", "lapse", "overturn", "withdraw", "set_aside", "stay"):
        assert procedure.allows(stage, verb) is (stage is not Stage.NEW)
