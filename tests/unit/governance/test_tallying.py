"""Tallies by class of speaker: everybody can count them again, and none of their rows names anybody."""

from collections import Counter

from chaupal.governance import tlog
from chaupal.governance.tallying import NONE, PROTECTED, Row, rows, tally
from chaupal.store import ledger
from court import Bench


def test_nothing_is_told_while_a_class_could_be_told_from_its_few():
    assert rows([Row(NONE, "refused", "post")] * 9) == []
    assert rows([Row(NONE, "refused", "post")] * 30 + [Row("activist", "refused", "post")] * 9) == []


def test_classes_of_few_are_one_and_what_is_rare_is_made_alike():
    found = [Row("activist", "refused", "post")] * 12 + [Row("journalist", "refused", "post")] * 6
    found += [Row("politician", "measure", "post")] * 4 + [Row(NONE, "closed", "account")] * 2
    assert Counter(rows(found)) == Counter(
        {Row("activist", "refused", "post"): 12, Row(PROTECTED, "other", "other"): 10, Row(NONE, "other", "other"): 2}
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
    assert told == [("row", {"class": NONE, "did": "measure", "kind": "post"})] * 10
    assert tlog.read_entry(entry)["public"] == {"period": "2021-02", "from": 0, "to": size, "rows": 10}
