"""A secret order of sixty targets: the log grows as it would have grown without it, nothing is lost, and on its day it all comes out.

It was larger than what a batch is filled up with, and showed in the log's size.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from chaupal.app.wiring import open_house
from chaupal.governance.cases import decisions
from chaupal.governance.log import log, opening, reconcile
from chaupal.governance.log.tree import LogDiffers
from chaupal.governance.orders import publishing
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import DAY, SECOND
from chaupal.kernel.errors import Conflict
from chaupal.policy.viewer import Role
from chaupal.store.court import docket, ledger
from chaupal.store.machine.dialect import statement
from chaupal_audit import tlog
from journeys.test_auditors_server import Auditor, auditor as auditor
from surfaces.worlds import Grounds, hour, minute, still_village
from village import REASON, Village, VillagePost

MANY = 60
GAG = "2021-03-10T12:00"
HOURS = 40  # in which all that waits has come into the log

type Shape = list[tuple[str, int]]  # of each entry that was signed: its type and its length


async def shape(v: Village) -> Shape:
    async with v.running.house.court.work.reading() as reading:
        last = await ledger.last_checkpoint(reading)
        assert last is not None
        signed = await ledger.entries(reading, 0, last.size)
    return [(str(tlog.read_entry(entry)["t"]), len(entry)) for entry in signed]


async def sixty(v: Village, named: list[VillagePost]) -> str:
    """An order under a gag about all of them, decided, and then one of the deciders has no part in the office any more."""
    court = v.running.house.court
    ref = await v.receives(*(one.path for one in named), gag_until=GAG)
    for number in range(1, MANY + 1):
        v.clock.move(1)
        await decisions.propose(court, v.chitra.viewer, ref, number, outcome="withhold_post", reason=REASON)
        await decisions.approve(court, v.dev.viewer, ref, number)
    await v.settle()
    return ref


@asynccontextmanager
async def world(on: Grounds, *, secret: bool) -> AsyncGenerator[tuple[Village, str, list[VillagePost]]]:
    async with still_village(on) as v:
        named = [await v.says(v.meera, f"पोस्ट {number}", language="hi") for number in range(MANY)]
        await hour(v)
        await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
        await minute(v)
        ref = await sixty(v, named) if secret else ""
        await minute(v)
        await role_grants.grant(v.running.house.court, v.owner.viewer, v.chitra.id, Role.MEMBER)
        await minute(v)
        yield v, ref, named


async def is_withheld(v: Village, post: VillagePost) -> bool:
    answer = await v.client.get(f"/api/v1/statuses/{post.id}", headers={"x-country": "IN"})
    return post.text not in answer.text


async def test_the_log_has_the_same_size_and_the_same_entries_at_each_checkpoint(grounds: Grounds):
    grown: list[list[Shape]] = []
    for secret in (False, True):
        async with world(grounds, secret=secret) as (v, _, named):
            assert await is_withheld(v, named[-1]) is secret, "what waits for the log is in force at once"
            grown.append([])
            for _ in range(4):
                await hour(v)
                grown[-1].append(await shape(v))
            await v.receives(v.asha.latest.path)
            await hour(v)
            grown[-1].append(await shape(v))
    assert grown[0] == grown[1]
    assert len(grown[0][0]) % v.running.house.settings.log_batch_entries == 0


async def test_killed_between_act_and_log_nothing_is_lost_and_on_its_day_all_comes_out(
    grounds: Grounds, auditor: Auditor
):
    async with world(grounds, secret=True) as (v, ref, named):
        killed = v.running
        v.running = await open_house(killed.house.settings, clock=v.clock, run=False)  # it looks before it serves
        try:
            court = v.running.house.court
            assert (await reconcile.reconcile(court)).failures == 0
            async with court.work.reading() as reading:
                size, reach = await ledger.size(reading), await ledger.reach(reading)
            assert reach > size + 2 * MANY, "it waits"
            await decisions.lift(court, v.dev.viewer, ref, 1, reason=REASON)
            v.clock.move(SECOND)
            assert not await is_withheld(v, named[0]), "the process beside it sees what waits"
            assert await is_withheld(v, named[1])
            assert not await publishing.publish(court, ref), "nobody opens what the log has not come to"
            for name in (opening.open_, opening.erase):
                with pytest.raises(Conflict):
                    await name(court, v.dev.viewer, reach - 1, [opening.SECRET], REASON)
            for _ in range(HOURS):
                await hour(v)
            async with court.work.reading() as reading:
                assert await ledger.reach(reading) == await ledger.size(reading)
            assert (await reconcile.reconcile(court)).failures == 0
            assert await log.recount(court) == await ledger_size(v)
            await opened_at_last(v, ref)
            done = await auditor.run(v)
            assert done.returncode == 0, done.stdout + done.stderr
            told = auditor.told()
            assert ref not in told
            assert not {one.text for one in named}.intersection(re.findall(r"पोस्ट \d+", told))  # read through once
        finally:
            await v.running.close()
            v.running = killed


async def ledger_size(v: Village) -> int:
    async with v.running.house.court.work.reading() as reading:
        return await ledger.size(reading)


async def opened_at_last(v: Village, ref: str) -> None:
    court = v.running.house.court
    v.clock.at += 30 * DAY
    await hour(v)
    await hour(v)
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None and not order.secret and order.ref == "IN-2021-0002"
        told = [tlog.read_entry(one) for _, one in await ledger.of_kind(reading, "open")]
    assert len(told) > 2 * MANY and {one["ref"] for one in told} == {order.ref}


# Each is about rows that the one before left as they were.
CHANGES = (
    "UPDATE rulings SET territory = 'IN,DE' WHERE log_index = (SELECT max(log_index) FROM rulings)",
    "DELETE FROM rulings WHERE log_index = (SELECT max(log_index) FROM rulings WHERE territory = 'IN')",
    'DELETE FROM log_entries WHERE "index" = (SELECT max("index") FROM log_entries)',
)


async def test_a_start_finds_what_was_done_to_what_waits(grounds: Grounds):
    async with world(grounds, secret=True) as (v, _, _):
        court = v.running.house.court
        await reconcile.check_in_force(court)
        found = await reconcile.reconcile(court)
        assert found.failures == 0
        known = set[str]()
        for many, change in enumerate(CHANGES, 1):
            async with court.work.writing() as w:
                assert await w.run(statement(text(change))) == 1
            v.clock.move(SECOND)
            with pytest.raises(LogDiffers):
                await reconcile.check_in_force(court)
            faults = set(await reconcile.faults_in_force(court, seal=False))
            assert known < faults, change
            before, found = found, await reconcile.reconcile(court)
            assert found.failures > before.failures >= many - 1, change
            known = faults
