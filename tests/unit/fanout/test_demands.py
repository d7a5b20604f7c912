"""Authors are told of what is demanded about them, when it comes in and when it ends; once each, and not where it is secret."""

from typing import Any

import pytest

from chaupal.fanout import served
from chaupal.governance.appeals import notices as court_notices
from chaupal.governance.cases import decisions
from chaupal.governance.orders import publishing, steps
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.clock import DAY, MINUTE
from chaupal.store.court import docket
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


async def after(v: Village, until: int) -> None:
    """The errands of a server, when a clock has come to a time."""
    v.clock.at = max(v.clock.at, until)
    await publishing.publish_due(v.running.house.court)
    await v.settle()
    await served.release(v.running.carrier)
    await v.settle()


GAG_ENDS = 1_613_822_400_000  # 2021-02-20T12:00Z
SECRET_UNTIL = "2021-02-20T12:00Z"


async def test_after_a_gag_its_author_is_told_once_what_was_demanded_when_and_that_it_was_secret(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until=SECRET_UNTIL)
    refused = await v.receives(v.ravi.latest.path, f"@{v.ravi.handle}", gag_until=SECRET_UNTIL)
    await refuse(v, refused, 1, 2)
    await after(v, GAG_ENDS - MINUTE)
    assert letters(v, v.asha, "गुप्त") == letters(v, v.ravi, "गुप्त") == 0
    assert letters(v, v.asha, "IN-2021") == 0 and letters(v, v.asha, ref) == 0
    for _ in range(3):  # once, however often the clock is asked
        await after(v, GAG_ENDS + MINUTE)
    assert letters(v, v.asha, "गुप्त") == letters(v, v.ravi, "गुप्त") == 1
    (told,) = [mail for mail in mails_of(v.running) if v.ravi.handle in mail and "गुप्त" in mail]
    assert "IN-2021-0002" in told and refused not in told, "by the number that it has since"
    for said in ("आपकी एक पोस्ट रोकी जाए और आपका खाता रोका जाए", "10 फ़रवरी 2021", "20 फ़रवरी 2021"):
        assert said in told, said
    assert sorted(about for about, *_ in await notices(v)) == ["begun", "demanded", "demanded"]


async def test_nobody_is_told_before_the_gag_of_the_order_itself_has_ended(village: Village):
    """However early its law, or somebody's hand, has made it public."""
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until=SECRET_UNTIL)
    court = v.running.house.court
    await publishing.publish(court, ref)
    async with court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None and not order.secret
    regime = court.regimes.version(order.regime, order.regime_version)
    for now, until in ((GAG_ENDS - 1, GAG_ENDS), (GAG_ENDS, GAG_ENDS), (GAG_ENDS + DAY, GAG_ENDS + DAY)):
        assert court_notices.silent_until(order, regime, order.received_at, now) == until
    await after(v, GAG_ENDS - MINUTE)
    assert await notices(v) == [] and letters(v, v.asha, "गुप्त") == 0
