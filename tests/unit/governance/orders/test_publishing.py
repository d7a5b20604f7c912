"""What is secret is nowhere until its day, and then everywhere at once: number, entries, placeholders, openings."""

import msgspec
import pytest

from chaupal.governance.appeals import outside
from chaupal.governance.log import log, reconcile
from chaupal.governance.orders import orders, publishing, replacing
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, NotAllowed
from chaupal.policy.viewer import Role
from chaupal.reads.court import record
from chaupal.store.court import docket, ledger, register, rulings
from chaupal_audit import tlog
from chaupal_audit.fold.fold import fold
from court import REASON, Bench, in_words
from neighbours import by


async def logged(bench: Bench) -> list[dict[str, object]]:
    async with bench.court.work.reading() as reading:
        return [tlog.read_entry(entry) for entry in await ledger.entries(reading, 0, 10_000)]


@pytest.fixture
async def gagged(bench: Bench) -> str:
    ref = await bench.order(gag_until="2021-02-20T12:00")
    await bench.withhold(ref)
    return ref


async def test_a_gag_until_makes_an_order_as_secret_as_its_law_could(bench: Bench, gagged: str):
    """Register, JSON and log showed target, authority and reason of an order whose author was told nothing."""
    assert gagged.startswith("X-")
    said = await logged(bench)
    known, secret = said[:2], said[2:]
    assert [e["t"] for e in known] == ["authority"] * 2, "two people register it before, and everybody may know"
    assert {e["t"] for e in secret} == {"cover"}
    for word in (gagged, REASON, "Ministry of Home Affairs", "69A", "withhold"):
        assert word not in in_words(said)
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, gagged)
        assert order is not None and order.secret
        assert await register.public_orders_below(reading, 2**62, 10) == []


async def test_what_a_secret_entry_says_is_read_by_nobody_outside_until_its_day(bench: Bench, gagged: str):
    """Neither beside the log nor by whoever asks for what was opened of an entry (statements, Lumen, the log's pages)."""
    async with bench.court.work.reading() as reading:
        indexes = [*range(await ledger.size(reading))]
    assert set(map(str, (await log.opened(bench.court, indexes)).values())) == {"{}"}
    await log.checkpoint(bench.court)
    assert not any((await log.openings(bench.court, 0)).values())
    bench.street.clock.move(10 * DAY)
    assert await publishing.publish_due(bench.court) == 1
    assert REASON in str(await log.opened(bench.court, indexes))


async def test_what_is_brought_before_others_about_a_secret_order_is_noted_once_and_decided(bench: Bench, gagged: str):
    """It was read from entries in clear alone: filed as often as one liked, and never decided."""
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, gagged)
        assert order is not None
        target = (await docket.targets_of(reading, order.id))[0]
        ruling = (await rulings.by_targets(reading, [target.id]))[target.id][0].id
    court, usha = bench.court, await bench.hire("usha", Role.APPROVER)
    body = court.regimes.current("IN-69A", court.clock()).appeals.external[0].code
    await outside.note(court, bench.asha, ruling, step="filed", body=body)
    with pytest.raises(Conflict):
        await outside.note(court, usha, ruling, step="filed", body=body)
    bench.street.clock.move(10 * DAY)
    assert await publishing.publish_due(court) == 1
    with pytest.raises(NotAllowed, match="somebody else must note"):
        await outside.note(court, bench.asha, ruling, step="decided", body=body, outcome="for")
    await outside.note(court, usha, ruling, step="decided", body=body, outcome="for")
    assert [(one.body, one.outcome) for one in await outside.of_ruling(court, usha, ruling)] == [(body, "for")]
    assert (await reconcile.reconcile(court)).faults == ()


async def test_public_numbers_are_given_at_publication(bench: Bench, gagged: str):
    """A secret order took number 0029 and the register jumped from 28 to 30."""
    assert await bench.order() == "IN-2021-0001"
    assert await publishing.publish_due(bench.court) == 0
    bench.street.clock.move(10 * DAY)
    assert await publishing.publish_due(bench.court) == 1
    assert await publishing.publish_due(bench.court) == 0
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, gagged)
        assert order is not None and not order.secret
        assert (order.ref, order.secret_ref) == ("IN-2021-0002", gagged)
        assert [o.ref for o in await register.public_orders_below(reading, 2**62, 10)] == [
            "IN-2021-0001",
            "IN-2021-0002",
        ]
        target = (await docket.targets_of(reading, order.id))[0]
        row = (await rulings.by_targets(reading, [target.id]))[target.id][0]
    assert (row.order_ref, row.neutral) == ("IN-2021-0002", False)


async def test_an_order_and_its_mended_version_come_to_light_together_for_each_tells_of_the_other(bench: Bench):
    """The first, whose gag ended before, showed on its page the reference of the other, which was still secret."""
    firsts = [await bench.order(reasons="", gag_until=f"2021-{month}-20", targets="@dev") for month in ("02", "04")]
    seconds: list[str] = []
    for ref in firsts:
        await bench.step(ref, "return_order", codes=("no_reasons",), reason=REASON)
        form = (await replacing.to_take_in(bench.court, bench.clerk, ref)).form
        form = msgspec.structs.replace(form, reasons=REASON, gag_until="2021-03-20")
        seconds.append(await orders.receive(bench.court, bench.clerk, form))
    bench.street.clock.move(20 * DAY)
    assert (await publishing.publish_due(bench.court), await publishing.publish(bench.court, firsts[0])) == (0, False)
    for end, pair in ((40, (firsts[0], seconds[0])), (40, (firsts[1], seconds[1]))):
        bench.street.clock.move(end * DAY)
        assert await publishing.publish_due(bench.court) == 2
        told = [await record.story(bench.street.reads, by(None, "DE"), ref) for ref in pair]
        assert [one.versions for one in told] == [("", told[1].order.ref), (told[0].order.ref, "")]


async def test_an_opened_order_counts_under_its_number_at_its_place(bench: Bench, gagged: str):
    bench.street.clock.move(10 * DAY)
    await publishing.publish_due(bench.court)
    await log.checkpoint(bench.court)
    async with bench.court.work.reading() as reading:
        said = await ledger.entries(reading, 0, 10_000)
    place = next(index for index, entry in enumerate(said) if tlog.read_entry(entry)["t"] == "cover")
    facts = fold((index, entry, ()) for index, entry in enumerate(said)).facts
    assert list(facts.orders) == ["IN-2021-0001"]
    opened = facts.orders["IN-2021-0001"]
    assert opened.index == place and opened.targets[1].done == "withhold_post"
    assert [m.ref for m in facts.measures] == ["IN-2021-0001"] and facts.unreadable == 0
    beside = await log.openings(bench.court, 0)
    measure = str(facts.measures[0].index)
    names = {tlog.read_disclosure(text)[0] for text in beside[measure]}
    assert names == {"act", "public", "sd", "subject", "reason"}


async def test_whoever_is_gone_by_then_is_found_by_the_number_that_staff_know(bench: Bench, gagged: str):
    """Links of the desk go on working."""
    await publishing.publish(bench.court, gagged)
    async with bench.court.work.reading() as reading:
        by_old, by_new = await docket.order(reading, gagged), await docket.order(reading, "IN-2021-0001")
    assert by_old == by_new is not None
