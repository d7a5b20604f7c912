"""Authors are told of what is demanded about them, when it comes in and when it ends; once each, and not where it is secret."""

from typing import Any

import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.orders import steps
from chaupal.governance.orders.steps import StepForm
from court import REFUSE
from disputes import entries
from mails import mails_of
from village import Village, Villager


async def refuse(v: Village, ref: str, *numbers: int, **said: Any) -> None:
    court = v.running.house.court
    for number in numbers:
        await decisions.propose(court, v.chitra.viewer, ref, number, **REFUSE | said)
        await decisions.approve(court, v.dev.viewer, ref, number)
    await v.settle()


async def notices(v: Village) -> list[tuple[str, str, int | None]]:
    return [(e["public"]["about"], e["ref"], e["public"].get("target")) for e in await entries(v, "notice")]


def letters(v: Village, who: Villager, words: str) -> int:
    return sum(1 for mail in mails_of(v.running) if who.handle in mail and words in mail)


async def test_an_author_is_told_at_receipt_and_when_it_was_refused_once_each(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path, f"@{v.asha.handle}", v.ravi.latest.path)
    await v.settle()
    assert sorted(await notices(v), key=str) == sorted([("demanded", ref, None), ("demanded", ref, 3)], key=str)
    assert letters(v, v.asha, ref) == 1
    await refuse(v, ref, 1)
    assert len(await notices(v)) == 2, "one of hers is not decided yet"
    await refuse(v, ref, 2)
    assert (await notices(v))[2:] == [("refused", ref, None)]
    assert letters(v, v.asha, ref) == 2 and letters(v, v.ravi, ref) == 1
    await refuse(v, ref, 3)
    assert (await notices(v))[3:] == [("refused", ref, 3)]


async def test_an_author_is_told_that_a_demand_was_closed_or_taken_back(village: Village):
    v, court = village, village.running.house.court
    ref = await v.receives(v.asha.latest.path)
    await refuse(v, ref, 1, outcome="duplicate", code="")
    assert (await notices(v))[1:] == [("closed", ref, 1)]
    other = await v.receives(v.ravi.latest.path)
    await steps.take(court, v.chitra.viewer, other, StepForm(verb="withdraw"))
    await v.settle()
    assert (await notices(v))[2:] == [("demanded", other, 1), ("closed", other, 1)]
    last = await v.receives(v.meera.latest.path)
    await steps.take(court, v.chitra.viewer, last, StepForm(verb="close"))
    await v.settle()
    assert (await notices(v))[4:] == [("demanded", last, 1), ("closed", last, 1)]


async def test_what_is_withheld_is_told_as_a_measure_and_not_as_a_refusal(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    assert [about for about, _, _ in await notices(v)] == ["demanded", "begun"]
    assert ref


@pytest.mark.parametrize("gag", ["2099-01-01"])
async def test_of_a_secret_order_its_author_is_told_nothing(village: Village, gag: str):
    v = village
    before = len(mails_of(v.running))
    ref = await v.receives(v.asha.latest.path, gag_until=gag)
    await v.settle()
    await refuse(v, ref, 1)
    assert await notices(v) == []
    assert len(mails_of(v.running)) == before
