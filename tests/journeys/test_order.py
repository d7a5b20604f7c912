"""An order walks from its arrival to its end: withheld there, readable elsewhere, every step in a log that verifies."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text as sql

from chaupal.governance.cases import decisions, effects
from chaupal.governance.log import log
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.kernel.errors import NotFound
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Surface
from chaupal.reads import page
from chaupal.store.court import ledger
from chaupal.store.machine import outbox
from chaupal.store.machine.dialect import statement
from chaupal_audit import tlog
from chaupal_audit.log import entries as entries_of
from chaupal_audit.log.findings import Broken, Fault, LogReport
from chaupal_audit.log.verify import verify_log
from court import REASON, REFUSE, WITHHOLD, Bench, in_words
from neighbours import by

WITHHOLDING = frozenset({Measure.WITHHOLD_POST, Measure.WITHHOLD_ACCOUNT})
LIFTED = "The court has set this order aside."


async def entries(bench: Bench) -> list[dict[str, object]]:
    async with bench.court.work.reading() as reading:
        return [tlog.read_entry(body) for body in await ledger.entries(reading, 0, 1000)]


async def reads_of(bench: Bench, country: str) -> list[str]:
    """What a stranger in a country reads of the post: its words, or that it is withheld."""
    async with bench.court.work.reading() as reading:
        shown = await page.shown(reading, by(None, country), Surface.STATUS, [bench.post])
    return ["withheld" if seen.withheld else seen.item.text for seen in shown]


async def verified(bench: Bench, **more: str) -> LogReport:
    """The outside verifier, fetching from what the server would serve."""
    bench.street.clock.move(MINUTE)  # the last checkpoint may be kept for a moment
    serve: dict[str, Callable[[], Awaitable[bytes]]] = {
        "key": lambda: asyncio.sleep(0, f"{bench.court.keys.current.public}\n".encode()),
        "checkpoint": lambda: encoded(log.checkpoint(bench.court)),
    }
    loop = asyncio.get_running_loop()

    def fetch(url: str, limit: int) -> bytes:
        path = url.removeprefix("http://log.example/log/")
        if path == "older/1":
            raise Broken(Fault.missing, path)
        making = serve[path]() if path in serve else log.tile(bench.court, path)
        try:
            return asyncio.run_coroutine_threadsafe(making, loop).result(10)
        except NotFound:
            raise AssertionError(f"the log does not serve {path}") from None

    return await asyncio.to_thread(verify_log, "http://log.example/log", fetch=fetch, **more)


async def encoded(text: Awaitable[str]) -> bytes:
    return (await text).encode()


async def test_an_order_is_taken_in_decided_by_two_obeyed_in_its_country_and_lifted(bench: Bench):
    text = (await reads_of(bench, "IN"))[0]
    ref = await bench.order(targets=f"/@meera/{bench.post}\n@dev")
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await decisions.propose(bench.court, bench.asha, ref, 2, **REFUSE)
    assert await reads_of(bench, "IN") == [text]

    await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await reads_of(bench, "IN") == ["withheld"]
    assert await reads_of(bench, "DE") == [text]
    ruling = (await bench.in_force()).find(bench.post, "IN", WITHHOLDING)
    assert ruling is not None
    assert (ruling.order_ref, ruling.authority, ruling.reason) == (ref, bench.ministry.name, REASON)

    await decisions.lift(bench.court, bench.asha, ref, 1, reason=LIFTED)
    assert await reads_of(bench, "IN") == [text]
    assert [e["t"] for e in await entries(bench)] == [
        "authority",
        "authority",
        "order",
        "step",
        "decision",
        "decision",
        "measure",
        "reversal",
    ]
    report = await verified(bench)
    assert (report.fault, report.size) == (None, 8)


async def test_an_account_is_withheld_with_all_it_says_and_comes_back(bench: Bench):
    ref = await bench.order(targets="@meera")
    await bench.withhold(ref, outcome="withhold_account")
    assert await reads_of(bench, "IN") == ["withheld"]
    later = await bench.street.say(bench.meera, "written after the order")
    async with bench.court.work.reading() as reading:
        shown = await page.shown(reading, by(None, "IN"), Surface.STATUS, [later])
    assert [seen.item.text for seen in shown] == [""]
    await decisions.lift(bench.court, bench.dev, ref, 1, reason=LIFTED)
    assert "withheld" not in await reads_of(bench, "IN")


async def test_each_leaf_leads_to_the_one_before_and_names_no_person(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason=LIFTED)
    written = await entries(bench)
    assert [e.get("prev") for e in written] == [None, 0, None, 2, 2, 4, 5]
    text = in_words(written)
    for name in ("asha", "dev", "clerk", "meera", "Sharma", "किसान", str(bench.asha.account), str(bench.dev.account)):
        assert name not in text
    proposal, measure = written[4]["public"], written[5]["public"]
    assert written[2]["public"]["dated"] == "2021-02-10"
    assert isinstance(proposal, dict)
    assert isinstance(measure, dict)
    assert proposal["by"] == measure["by"] != measure["second"]


async def test_a_proposal_tells_nothing_until_it_is_approved_and_then_cannot_have_been_another(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    assert REASON not in json.dumps(await entries(bench))
    await decisions.approve(bench.court, bench.dev, ref, 1)
    async with bench.court.work.reading() as reading:
        proposal, measure = await ledger.entries(reading, 4, 2)
    public = tlog.read_entry(measure)["public"]
    assert isinstance(public, dict)
    opened = dict(tlog.open_disclosure(disclosure, proposal) for disclosure in public["opens"])
    assert opened == {"outcome": "withhold_post"}, "codes, no words"
    committed, again = (set(tlog.digests_of(tlog.read_entry(entry))) for entry in (proposal, measure))
    assert len(committed) == 9 and committed <= again
    await log.checkpoint(bench.court)
    beside = [tlog.open_disclosure(text, proposal) for text in (await log.openings(bench.court, 0))["5"]]
    assert sorted(name for name, _ in beside) == ["reason", "subject"] and ("reason", REASON) in beside


async def test_a_ruling_ends_by_the_clock_and_that_is_written_down(bench: Bench):
    ref = await bench.order(ends_at="2021-02-12T12:00")
    await bench.withhold(ref)
    assert await reads_of(bench, "IN") == ["withheld"]
    bench.street.clock.move(2 * DAY)
    assert "withheld" not in await reads_of(bench, "IN")  # before anything has run
    assert [await decisions.lapse_ended(bench.court) for _ in range(2)] == [1, 0]
    assert (await entries(bench))[-1]["public"]["step"] == "lapsed"


@pytest.mark.parametrize("breaks", ["begin", "end_all"])
async def test_a_crash_in_the_commit_leaves_neither_ruling_nor_leaf_nor_event(
    bench: Bench, breaks: str, monkeypatch: pytest.MonkeyPatch
):
    ref = await bench.order()
    await bench.withhold(ref)
    if breaks == "begin":
        await decisions.lift(bench.court, bench.asha, ref, 1, reason=LIFTED)
        ref = await bench.order()
        await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await bench.street.settle()
    before, seen = await entries(bench), await reads_of(bench, "IN")
    act = getattr(effects, breaks)

    async def half_done(*args: object, **more: object) -> None:
        await act(*args, **more)
        raise OSError("the disk is full")

    monkeypatch.setattr(effects, breaks, half_done)
    with pytest.raises(OSError, match="full"):
        if breaks == "begin":
            await decisions.approve(bench.court, bench.dev, ref, 1)
        else:
            await decisions.lift(bench.court, bench.asha, ref, 1, reason=LIFTED)
    assert await entries(bench) == before
    assert await reads_of(bench, "IN") == seen
    async with bench.court.work.reading() as reading:
        assert await outbox.is_empty(reading)
    await log.recount(bench.court)


# --- the log itself ---


async def test_appends_that_come_at_once_make_one_line(bench: Bench):
    async def one(i: int) -> int:
        async with bench.court.work.writing() as w:
            return await log.append(bench.court, w, f"at-once-{i}", entries_of.Order())

    got = await asyncio.gather(*(one(i) for i in range(40)))
    assert sorted(got) == list(range(2, 42))
    assert (await verified(bench)).fault is None
    assert await log.recount(bench.court) == 42


async def test_every_tile_of_every_signed_size_stays_served(bench: Bench):
    notes: list[str] = []
    for size in (1, 2, 255, 256, 257, 300):
        async with bench.court.work.writing() as w:
            while await ledger.hold(w) < size:
                await log.append(bench.court, w, "r", entries_of.Order())
        bench.street.clock.move(MINUTE)
        notes.append(await log.checkpoint(bench.court))
    for note in notes:
        head = tlog.verify_checkpoint(note, bench.court.keys.current.public)
        for level, n, width in tlog.tiles(head.size):
            assert len(await log.tile(bench.court, tlog.tile_path(level, n, width))) == 32 * width
        assert (await verified(bench, previous_checkpoint=note)).fault is None
    for path in (
        "tile/0/001.p/45",
        "tile/entries/002",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/0/1",
        "key",
        "tile/0/000.p/0",
    ):
        with pytest.raises(NotFound):
            await log.tile(bench.court, path)


async def test_a_checkpoint_is_kept_and_signed_anew_only_when_the_log_has_grown(bench: Bench):
    first = await log.checkpoint(bench.court)
    assert await log.checkpoint(bench.court) == first
    await bench.order()
    second = await log.checkpoint(bench.court)
    assert second != first
    bench.street.clock.move(DAY)
    assert await log.checkpoint(bench.court) == second


async def test_a_receipt_proves_an_entry_offline(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    text, entry = await log.receipt(bench.court, 3), await log.entry(bench.court, 3)
    assert tlog.verify_receipt(text, entry, bench.court.keys.current.public)[0] == 3
    with pytest.raises(NotFound):
        await log.receipt(bench.court, 99)


SPOILS = {
    "an entry is changed": ("UPDATE log_entries SET body = '{}' WHERE \"index\" = 1", "entry 1"),
    "a hash is changed": (
        "UPDATE log_nodes SET hash = 'x' WHERE level = 2 AND \"index\" = 0",
        "not those that were signed",
    ),
    "the last entry is taken out": ('DELETE FROM log_entries WHERE "index" = 4', "has 4 entries where 5"),
    "the end is cut off": (
        'DELETE FROM log_entries WHERE "index" = 4; DELETE FROM log_nodes WHERE level = 0 AND "index" = 4; '
        "UPDATE marks SET value = '4' WHERE key = 'log_size'",
        "but 5 were signed",
    ),
}


@pytest.mark.parametrize("how", SPOILS)
async def test_the_house_does_not_open_on_a_log_that_was_tampered_with(bench: Bench, how: str):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await log.checkpoint(bench.court)
    await log.check_log(bench.court)
    spoil, complaint = SPOILS[how]
    async with bench.court.work.writing() as w:
        for line in spoil.split(";"):
            await w.run(statement(sql(line)))
    with pytest.raises(log.LogDiffers, match=complaint):
        await log.check_log(bench.court)


async def test_the_outside_verifier_sees_a_change_too(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await log.checkpoint(bench.court)
    async with bench.court.work.writing() as w:
        await w.run(statement(sql("UPDATE log_entries SET body = '{}' WHERE \"index\" = 1")))
    assert (await verified(bench)).fault is Fault.entry_differs
