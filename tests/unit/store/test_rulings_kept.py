"""What the store remembers of the law: a change is read by itself, and processes beside each other hear of it."""

import asyncio
import sqlite3
from functools import partial
from itertools import product
from typing import Any

import pytest

from chaupal.kernel.clock import DAY, HOUR, StillClock
from chaupal.kernel.errors import Invalid, Unavailable
from chaupal.policy.measures import Measure
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import facts_cache as knowledge
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading, Work, Writing
from neighbours import asked_of


def row(id_: int, subject: int, leaf: int, **more: object) -> RulingRow:
    given = {
        "id": id_, "subject_id": subject, "term": "", "measure": Measure.WITHHOLD_POST.value, "territory": "IN", "starts_at": 0,
        "ends_at": None, "lifted_at": None, "target_id": None, "owner_id": None, "order_ref": "IN-2021-0001", "authority": "M",
        "authority_hi": "म", "legal_basis": "law", "reason": "r", "decided_by": 1, "approved_by": 2, "log_index": leaf,
        "review_at": 2**45,
    }  # fmt: skip
    return RulingRow(**given | more)


async def begin(work: Work, *rows: RulingRow) -> None:
    async with work.writing() as w:
        for one in rows:
            await rulings.begin(w, one)


async def lift(work: Work, id_: int, leaf: int) -> None:
    async with work.writing() as w:
        assert await rulings.lift(w, id_, leaf, w.now())


async def bound(work: Work) -> set[int]:
    await work.fresh()
    async with work.reading() as reading:
        return set((await rulings_in_force(reading)).touched_in("IN"))


async def test_a_change_reads_only_what_changed(work: Work, monkeypatch: pytest.MonkeyPatch):
    await begin(work, row(1, 11, 0), row(2, 12, 1))
    assert await bound(work) == {11, 12}
    monkeypatch.setattr(knowledge, "IN_FORCE", None)  # whoever reads all of them now fails
    await begin(work, row(3, 13, 2), row(4, 14, 3, measure="warn", basis="own_rules"))
    assert await bound(work) == {11, 12, 13}
    await lift(work, 1, 4)
    assert await bound(work) == {12, 13}


async def test_after_one_in_secret_whoever_reads_next_waits_no_longer(
    work: Work, beside: Work, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """As many looks into the store, where it was decided and in a process beside, also when it is read again."""
    await bound(work)
    told, counts = await asked_of(work, monkeypatch), dict[tuple[bool, Work, str], list[int]]()
    kinds = [(where, measure) for where in (work, beside) for measure in ("withhold_post", "deamplify")]
    for leaf, (neutral, (where, measure)) in enumerate(product((False, True), kinds)):
        await begin(where, row(1 + leaf, 11 + leaf, leaf, measure=measure, neutral=neutral, owner_id=9))
        for _ in range(3):
            told.clear()
            clock.move(HOUR)
            assert len(await bound(work)) == leaf + 1
            counts.setdefault((neutral, where, measure), []).append(len(told))
    assert all(counts[True, *kind] == counts[False, *kind] for kind in kinds), counts


async def test_what_another_process_decides_is_obeyed_and_read_by_itself(
    work: Work, beside: Work, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    await begin(work, row(5, 11, 0), row(6, 12, 1))
    assert await bound(work) == {11, 12}
    monkeypatch.setattr(knowledge, "IN_FORCE", None)
    # Its clock is behind, so its ids are smaller and its times earlier: the log's numbers tell what is new.
    await begin(beside, row(1, 13, 2))
    clock.move(HOUR)
    assert await bound(work) == {11, 12, 13}
    await lift(beside, 5, 3)
    clock.move(HOUR)
    assert await bound(work) == {12, 13}
    await begin(work, row(7, 14, 4))
    assert await bound(work) == {12, 13, 14}


async def test_an_end_that_a_second_person_moves_is_heard_of_beside(work: Work, beside: Work, clock: StillClock):
    await begin(work, row(1, 11, 0, approved_by=None, second_by=2**45, starts_at=clock(), ends_at=clock() + DAY))
    assert await bound(work) == {11}
    async with beside.writing() as w:
        assert await rulings.second(w, 1, 3, None, None)
    clock.move(2 * DAY)
    assert await bound(work) == {11}


async def test_a_clock_that_was_put_back_brings_back_what_had_ended(work: Work, clock: StillClock):
    await begin(work, row(1, 11, 0, ends_at=clock() + HOUR))
    assert await bound(work) == {11}
    clock.move(2 * HOUR)
    assert await bound(work) == set()
    clock.move(-90 * 60_000)
    assert await bound(work) == {11}


async def test_what_changes_while_it_is_read_is_read_again(work: Work):
    await begin(work, row(1, 11, 0))
    async with work.reading() as reading:
        slow = _Slow(reading, lambda: begin(work, row(2, 12, 1)))
        assert set((await rulings_in_force(slow)).touched_in("IN")) == {11, 12}
    assert await bound(work) == {11, 12}


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("act", ["begin", "lift"])
async def test_the_law_that_was_read_in_a_unit_that_was_given_up_never_was(work: Work, act: str, part: bool):
    """As what goes to the disk together is read by the others, and is then lost: a post would show that is withheld."""
    await begin(work, row(1, 11, 0))
    assert await bound(work) == {11}

    async def tried(w: Writing) -> None:
        await (rulings.begin(w, row(2, 12, 1)) if act == "begin" else rulings.lift(w, 1, 1, w.now()))
        work.memory.forget_all()  # others changed something, too
        assert set((await rulings_in_force(w)).touched_in("IN")) == ({11, 12} if act == "begin" else set())
        raise Invalid

    with pytest.raises(Invalid):
        async with work.writing() as w:
            if part:
                async with w.part():
                    await tried(w)
            await tried(w)
    assert await bound(work) == {11}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # elsewhere units share no commit
async def test_the_law_that_was_lost_on_its_way_to_the_disk_never_was(work: Work, monkeypatch: pytest.MonkeyPatch):
    await begin(work, row(1, 11, 0))
    assert await bound(work) == {11}
    monkeypatch.setattr(work, "_to_disk", partial(_fails, work))

    async def lifts() -> None:
        await lift(work, 1, 1)

    async def reads() -> None:
        async with work.writing() as w:
            work.memory.forget_all()
            assert (await rulings_in_force(w)).touched_in("IN") == frozenset()

    lost = await asyncio.gather(lifts(), reads(), return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in lost), lost
    assert await bound(work) == {11}


def _fails(work: Any, group: Any, loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon_threadsafe(work._settle, group, sqlite3.OperationalError("disk I/O error"))


class _Slow(Reading):
    """A look during which something happens once."""

    def __init__(self, reading: Reading, happens) -> None:
        self._reading, self._happens = reading, happens
        self.memory, self.now, self.keyed = reading.memory, reading.now, self

    async def fetch(self, stmt, /, **params):
        rows = await self._reading.fetch(stmt, **params)
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        return rows


async def test_of_many_who_come_at_once_one_reads_the_law_for_all(work: Work, monkeypatch: pytest.MonkeyPatch):
    """Hundreds of streams that are told the first post of a server: each read all rulings, and nobody was told for minutes."""
    await begin(work, *(row(id_, id_, id_) for id_ in range(1, 30)))
    asked, read_all = list[int](), knowledge._read_all

    async def counted(reading: Reading, version: int, reads: int) -> None:
        asked.append(version)
        await asyncio.sleep(0)  # as where the store is another machine
        await read_all(reading, version, reads)

    monkeypatch.setattr(knowledge, "_read_all", counted)
    async with work.reading() as reading:
        found = await asyncio.gather(*(rulings_in_force(reading) for _ in range(50)))
    assert len(asked) == 1
    assert all(set(one.touched_in("IN")) == {*range(1, 30)} for one in found)
