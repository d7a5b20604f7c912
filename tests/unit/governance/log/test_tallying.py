"""Tallies by class of speaker: everybody can count them again, and none of their rows names anybody."""

from collections import Counter

import msgspec
import pytest

from chaupal.governance.log import tallying
from chaupal.governance.log.tallying import PROTECTED, rows, tally
from chaupal.governance.orders import publishing
from chaupal.kernel.clock import DAY
from chaupal.store.court import ledger
from chaupal_audit import tlog
from chaupal_audit.log.entries import NO_CLASS, TallyRow
from chaupal_audit.rule_of_law import try_log
from court import Bench


def test_nothing_is_told_while_a_class_could_be_told_from_its_few():
    assert rows([TallyRow(NO_CLASS, "refused", "post")] * 9) == []
    assert rows([TallyRow(NO_CLASS, "refused", "post")] * 30 + [TallyRow("activist", "refused", "post")] * 9) == []


def test_classes_of_few_are_one_and_what_is_rare_is_made_alike():
    found = [TallyRow("activist", "refused", "post")] * 12 + [TallyRow("journalist", "refused", "post")] * 6
    found += [TallyRow("politician", "measure", "post")] * 4 + [TallyRow(NO_CLASS, "closed", "account")] * 2
    assert Counter(rows(found)) == Counter(
        {
            TallyRow("activist", "refused", "post"): 12,
            TallyRow(PROTECTED, "other", "other"): 10,
            TallyRow(NO_CLASS, "other", "other"): 2,
        }
    )


async def test_a_tally_is_an_entry_whose_rows_open_beside_the_log_and_name_nobody(bench: Bench):
    for _ in range(10):
        await bench.withhold(await bench.order())
    async with bench.court.work.writing() as w:
        size = await ledger.size(w)
        index = await tally(bench.court, w, "2021-02", size)
        assert index is not None
        entry, opened = (await ledger.entries(w, index, 1))[0], (await ledger.beside(w, index, index + 1))[index]
        assert await tally(bench.court, w, "2021-03", size) is None, "each decision is counted once"
    told = [tlog.open_disclosure(text, entry) for text in opened]
    assert told == [("row", {"class": NO_CLASS, "did": "measure", "kind": "post"})] * 10
    assert tlog.read_entry(entry)["public"] == {
        "period": "2021-02",
        "from": 0,
        "to": size,
        "rows": 10,
        "part": 1,
        "parts": 1,
    }


async def test_too_many_for_one_entry_are_told_in_several_of_the_same_span(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tallying, "ROWS", 4)
    for _ in range(10):
        await bench.withhold(await bench.order())
    async with bench.court.work.writing() as w:
        size = await ledger.size(w)
        last = await tally(bench.court, w, "2021-02", size)
        assert last == size + 2
        parts = [msgspec.json.decode(entry)["public"] for entry in await ledger.entries(w, size, 3)]
        opened = await ledger.beside(w, size, size + 3)
        assert await tally(bench.court, w, "2021-03", size) is None, "each decision is counted once"
    assert [(p["rows"], p.get("part", 1), p["parts"], p.get("from", 0), p["to"]) for p in parts] == [
        (4, 1, 3, 0, size),
        (4, 2, 3, 0, size),
        (2, 3, 3, 0, size),
    ]
    assert [len(opened[index]) for index in range(size, size + 3)] == [4, 4, 2]


async def test_what_was_secret_counts_where_it_was_opened_and_in_no_tally_before(bench: Bench):
    ref = await bench.order(gag_until="2021-02-20T12:00")
    await bench.withhold(ref)
    for _ in range(10):
        await bench.withhold(await bench.order())
    async with bench.court.work.writing() as w:
        size = await ledger.size(w)
        await tally(bench.court, w, "2021-02", size)
    bench.street.clock.move(10 * DAY)
    await publishing.publish_due(bench.court)
    for _ in range(9):
        await bench.withhold(await bench.order())
    async with bench.court.work.writing() as w:
        index = await tally(bench.court, w, "2021-03", await ledger.size(w))
        assert index is not None
        told = (await ledger.beside(w, index, index + 1))[index]
        raw, beside = await ledger.entries(w, 0, index + 1), await ledger.beside(w, 0, index + 1)
    assert len(told) == 10
    # And whoever reads the log alone counts the same.
    verdict = try_log(lambda: enumerate(raw), lambda _: None, beside)
    assert not [one for one in verdict.findings if one.code.startswith("tally")]
    verdict = try_log(lambda: enumerate(raw), lambda _: None, {**beside, index: told[:-1]})
    assert [one.code for one in verdict.findings if one.index == index] == ["tally_unopened"]


def test_what_one_entry_holds_of_rows_fits_in_it():
    leaf = tlog.leaf(
        "tally", "2021-02", "2021-02-01T00:00Z", {}, carried=["x" * 43 + str(n) for n in range(tallying.ROWS)]
    )
    assert len(leaf.entry) < tlog.ENTRY_LIMIT - 1_000
