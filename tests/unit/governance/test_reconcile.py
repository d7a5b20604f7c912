"""What binds is logged and what is logged binds: every way in which the two could part is found."""

import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance import decisions, laws, log, reconcile
from chaupal.kernel.clock import DAY, HOUR, StillClock
from chaupal.store import auditing, ledger
from chaupal.store.dialect import statement
from chaupal.store.rulings import RulingRow
from chaupal.store.work import Reading
from court import REASON, Bench


async def faults(bench: Bench) -> tuple[str, ...]:
    found = await reconcile.reconcile(bench.court)
    assert found == await reconcile.last(bench.court)
    assert found.failures == len(found.faults)
    return found.faults


async def tampered(bench: Bench, change: str) -> None:
    async with bench.court.work.writing() as w:
        assert await w.run(statement(text(change))) == 1


async def test_a_court_that_did_its_work_agrees_with_its_log(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    assert await faults(bench) == ()
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    found = await reconcile.reconcile(bench.court)
    assert (found.faults, found.rulings) == ((), 1)
    async with bench.court.work.reading() as reading:
        assert found.entries == await ledger.size(reading)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE rulings SET territory = 'IN,DE'", "differ in territory"),
        ("UPDATE rulings SET measure = 'withhold_account'", "differ in measure"),
        ("UPDATE rulings SET subject_id = 1", "differ in subject"),
        ("UPDATE rulings SET reason = 'Because.'", "differ in reason"),
        ("UPDATE rulings SET ends_at = 4102444800000", "differ in until"),
        ("UPDATE rulings SET order_ref = 'IN-2021-9999'", "differ in order"),
        ("UPDATE rulings SET log_index = 0", "rests on entry 0, which is no measure"),
        ("UPDATE rulings SET log_index = 4000000", "rests on entry 4000000, which is no measure"),
        ("UPDATE rulings SET lifted_at = 1, lift_log_index = 0", "has ended, and no entry says so"),
        ("DELETE FROM rulings", "there is no such ruling"),
    ],
)
async def test_a_ruling_that_was_changed_in_the_database_is_found(bench: Bench, change: str, said: str):
    await bench.withhold(await bench.order())
    await tampered(bench, change)
    assert any(said in fault for fault in await faults(bench))


async def test_what_is_decided_while_it_reads_is_no_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    first, second = await bench.order(), await bench.order()
    await bench.withhold(first)
    read = auditing.all_rulings

    async def meanwhile(reading: Reading) -> list[RulingRow]:
        await decisions.lift(bench.court, bench.asha, first, 1, reason=REASON)
        await bench.withhold(second)
        return await read(reading)

    monkeypatch.setattr(auditing, "all_rulings", meanwhile)
    assert await faults(bench) == ()
    monkeypatch.undo()
    found = await reconcile.reconcile(bench.court)
    assert (found.faults, found.rulings) == ((), 2)


async def test_a_measure_that_was_lifted_in_the_log_alone_is_found(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=REASON)
    await tampered(bench, "UPDATE rulings SET lifted_at = NULL")
    assert any("binds, and entry" in fault for fault in await faults(bench))


async def test_secret_measures_are_held_against_what_would_open_them(bench: Bench):
    ref = await bench.order()
    await tampered(bench, "UPDATE orders SET secrecy = 'gag'")
    await bench.withhold(ref)
    assert await faults(bench) == ()
    await tampered(bench, "UPDATE rulings SET territory = 'DE'")
    assert any("differ in territory" in fault for fault in await faults(bench))


async def test_it_is_done_once_a_day(bench: Bench, clock: StillClock):
    assert await reconcile.nightly(bench.court)
    clock.move(23 * HOUR)
    assert not await reconcile.nightly(bench.court)
    clock.move(DAY)
    assert await reconcile.nightly(bench.court)


# --- laws ---


async def test_the_log_begins_with_the_laws_and_says_when_one_is_another(bench: Bench):
    court = bench.court
    many = len(court.regimes.all()) + len(court.rules.all())
    assert await laws.log_laws(court) == many
    assert await laws.log_laws(court) == 0
    first = court.regimes.all()[0]
    changed = type(court.regimes)([msgspec.structs.replace(first, digest="00" * 32), *court.regimes.all()[1:]])
    edited = msgspec.structs.replace(court, regimes=changed)
    assert await laws.log_laws(edited) == 1
    async with court.work.reading() as reading:
        size = await ledger.size(reading)
    said = msgspec.json.decode(await log.entry(court, size - 1))
    assert (said["t"], said["ref"], said["public"]["sha256"]) == ("regime", first.ref, "00" * 32)
