"""An order that was sent back comes again, mended: as an order of its own, which says whose place it takes."""

import asyncio
import sqlite3

import asyncpg
import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.cases import desk
from chaupal.governance.orders import orders, replacing
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.order_forms import OrderForm, latest_interim
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.policy.viewer import Role
from chaupal.reads.court import record
from chaupal.store.court import docket, ledger
from chaupal.store.machine.dialect import statement
from court import Bench, staff
from neighbours import by

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError)
WHY = "It gives no reasons for what it asks."
THEIR_OWN = "of your own"
KEEPS_ANOTHER_SECRET = (
    "is secret and this one would not be, or the other way round; "
    "file it under another law, or with a new letter as a new order"
)
NONE_SENT_BACK = "is no order of this authority that was sent back and can still be mended"


async def sent_back(bench: Bench, ref: str) -> None:
    await bench.step(ref, "return_order", codes=("no_reasons",), reason=WHY)


async def mending(bench: Bench, ref: str) -> OrderForm:
    """The form as whoever mends it is shown it, with the reasons written in."""
    before = await replacing.to_take_in(bench.court, bench.clerk, ref)
    assert (before.codes, before.reason) == (("no_reasons",), WHY)
    return msgspec.structs.replace(before.form, reasons="The crowd was called to the gate by name.")


async def test_a_mended_version_takes_the_place_of_the_order_that_was_sent_back(bench: Bench):
    first = await bench.order(targets=f"http://localhost:8000/@meera/{bench.post}\n@dev", reasons="")
    await sent_back(bench, first)
    form = msgspec.structs.replace(
        await mending(bench, first), targets=f"http://localhost:8000/@meera/{bench.post}", origin_note="Called back."
    )
    second = await orders.receive(bench.court, bench.clerk, form)
    told = [await record.story(bench.street.reads, by(None, "DE"), ref) for ref in (first, second)]
    assert [one.versions for one in told] == [("", second), (first, "")]
    assert (told[0].happened[-2].verb, {one.state for one in told[0].outcomes}) == ("replace", {"undecided"})
    async with bench.court.work.reading() as reading:
        found = [msgspec.json.decode(raw) for raw in await ledger.entries(reading, 0, await ledger.size(reading))]
    steps = [(one["ref"], one["public"].get("replaces", one["public"].get("step"))) for one in found]
    assert steps.index((second, first)) < steps.index((first, "replaced")), (
        "what takes its place is there before it goes"
    )
    # The desk sees what is different, and nothing else.
    mends = (await desk.matter(bench.court, bench.asha, second)).mends
    assert mends is not None and [one[:] for one in mends.fields] == [("reasons", "", form.reasons)]
    assert (mends.ref, mends.targets, mends.documents) == (first, (("@dev withhold_account",), ()), ((), ()))
    assert (await desk.matter(bench.court, bench.asha, first)).replaced_by == second
    # It is checked and decided like any other; the same letter once more is the one that is there now.
    with pytest.raises(Conflict, match=second):
        await orders.receive(bench.court, bench.clerk, msgspec.structs.replace(form, replaces=""))
    await bench.step(second, "check")
    await bench.withhold(second)


async def test_a_mended_version_can_be_sent_back_and_mended_once_more_with_the_same_letter(bench: Bench):
    urgent = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}
    ref = await bench.order(external_id="A-17", reasons="", **urgent)
    for _ in range(2):
        bench.street.clock.move(3 * DAY)
        await sent_back(bench, ref)
        form = msgspec.structs.replace(await mending(bench, ref), external_id="A-17")
        before, ref = ref, await orders.receive(bench.court, bench.clerk, form)
        assert ref != before
        assert await orders.receive(bench.court, bench.clerk, form) == ref, "sent twice it is filed once"
    found = await desk.matter(bench.court, bench.asha, ref)
    assert found.order.interim_until == latest_interim(found.regime, found.order.received_at), "its time begins anew"
    assert found.mends is not None and found.mends.fields == (), "nobody wrote an end"


async def test_nothing_takes_the_place_of_what_was_not_sent_back_is_anothers_or_went_already(bench: Bench):
    standing, first = await bench.order(), await bench.order(targets="@dev", reasons="")
    await sent_back(bench, first)
    police = await bench.registers(AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    for replaces, says, more in (
        (standing, NONE_SENT_BACK, {}),
        ("IN-1999-0001", NONE_SENT_BACK, {}),
        (first, NONE_SENT_BACK, {"authority": police.id}),
        (first, KEEPS_ANOTHER_SECRET, {"gag_until": "2021-06-01"}),
    ):
        with pytest.raises(Invalid) as refused:
            await orders.receive(bench.court, bench.clerk, bench.form(replaces=replaces, targets="@owner", **more))
        assert refused.value.details["replaces"] == says
    with pytest.raises(Conflict):
        await replacing.to_take_in(bench.court, bench.clerk, standing)
    form = await mending(bench, first)
    with pytest.raises(Invalid) as refused:  # the same letter, which alone would have been filed before
        await orders.receive(bench.court, bench.clerk, msgspec.structs.replace(form, gag_until="2021-06-01"))
    assert refused.value.details["replaces"] == KEEPS_ANOTHER_SECRET
    both = await asyncio.gather(
        *(
            orders.receive(bench.court, bench.clerk, one)
            for one in (form, msgspec.structs.replace(form, reference_no="2"))
        ),
        return_exceptions=True,
    )
    assert [type(one) for one in both if not isinstance(one, str)] in ([Conflict], [Invalid]), both
    with pytest.raises(Conflict):
        await replacing.to_take_in(bench.court, bench.clerk, first)


async def test_whose_things_the_first_named_takes_no_mended_version_in(bench: Bench):
    first = await bench.order(targets="@dev", reasons="")
    await sent_back(bench, first)
    form = msgspec.structs.replace(await mending(bench, first), targets="@meera")
    dev = staff(bench.dev.me, Role.OWNER)
    with pytest.raises(NotAllowed, match=THEIR_OWN):
        await orders.receive(bench.court, dev, form)
    # Of what can have no mended version they are not told either whether it names something of theirs.
    police = await bench.registers(AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    with pytest.raises(Invalid) as refused:
        await orders.receive(bench.court, dev, msgspec.structs.replace(form, authority=police.id))
    assert refused.value.details["replaces"] == NONE_SENT_BACK
    # Nor do they take in the version after the next one.
    second = await orders.receive(bench.court, bench.clerk, form)
    await sent_back(bench, second)
    with pytest.raises(NotAllowed, match=THEIR_OWN):
        await orders.receive(bench.court, dev, msgspec.structs.replace(await mending(bench, second), reference_no="3"))


async def test_of_a_secret_version_that_names_something_of_theirs_staff_are_told_nothing(bench: Bench):
    secret, theirs = {"gag_until": "2021-02-20T12:00", "reasons": ""}, {"targets": "@dev"}
    for first, second in (({}, theirs), (theirs, {})):
        ref = await bench.order(**secret, **first)
        await sent_back(bench, ref)
        form = msgspec.structs.replace(await mending(bench, ref), targets=bench.form(**second).targets)
        after = await orders.receive(bench.court, bench.clerk, form)
        known = ref if second else after
        seen, whole = [await desk.matter(bench.court, who, known) for who in (bench.dev, bench.owner)]
        assert (seen.mends, seen.replaced_by) == (None, "")
        assert whole.replaced_by == after if second else whole.mends and whole.mends.ref == ref
        if second:
            with pytest.raises(Conflict) as refused:
                await replacing.to_take_in(bench.court, staff(bench.dev.me, Role.OWNER), ref)
            assert after not in str(refused.value)


async def test_the_database_lets_nothing_take_the_place_of_what_was_not_sent_back(bench: Bench):
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, await bench.order())
    assert order is not None
    lying = msgspec.structs.replace(order, id=bench.court.make_id(), ref="IN-2021-0099", replaces=order.id)
    with pytest.raises(REFUSED):
        async with bench.court.work.writing() as w:
            await docket.add_order(w, lying, [])
    with pytest.raises(REFUSED):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(f"UPDATE orders SET replaces = {order.id} WHERE id = {order.id}")))
