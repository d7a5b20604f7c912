"""Deciders see what a thing said when the order named it, and what became of it since; nobody approves what they have not seen."""

from typing import Any

import pytest
from sqlalchemy import text as sql

from chaupal.governance.cases import bulk, cases, decisions
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.people import speakers
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Conflict
from chaupal.policy.viewer import Role
from chaupal.reads.court import dossier
from chaupal.social.posts import editing
from chaupal.store.court import as_filed, docket, evidence
from chaupal.store.machine.dialect import statement
from court import REASON, REFUSE, WITHHOLD, Bench, staff
from desk import AtDesk
from neighbours import by
from village import Village

NEW = "किसान आंदोलन: the gate is open again"


async def edit(bench: Bench, text: str = NEW) -> None:
    bench.street.clock.move(HOUR)
    author = by(bench.meera)
    assert await editing.edit(bench.street.square, author, bench.post, editing.Edit(text=text))


async def protected(bench: Bench) -> None:
    form = speakers.SpeakerForm(handle="meera", speaker_class="journalist", evidence=REASON)
    await speakers.second(bench.court, bench.dev, await speakers.propose(bench.court, bench.asha, form))


async def flags(bench: Bench, ref: str) -> tuple[str, ...]:
    found = await dossier.sheet(bench.street.reads, staff(bench.dev.account or 0, Role.APPROVER), ref, 1)
    return found.file.since.flags


async def state(bench: Bench, ref: str) -> State:
    async with bench.court.work.reading() as reading:
        return (await cases.case_of(bench.court, reading, ref, 1)).state


async def test_a_post_that_was_edited_since_the_order_is_marked_and_its_words_then_are_shown(bench: Bench):
    ref = await bench.order()
    assert await flags(bench, ref) == ()
    await edit(bench)
    found = await dossier.sheet(bench.street.reads, bench.dev, ref, 1)
    assert found.file.since.flags == ("edited",)
    assert found.then is not None and found.now is not None
    assert (found.then.text, found.now.text) == ("किसान आंदोलन: the gate is closed", NEW)


@pytest.mark.parametrize("outcome", [WITHHOLD, REFUSE])
async def test_an_approval_is_refused_where_the_text_changed_since_the_proposal_until_it_was_looked_at(
    bench: Bench, outcome: dict[str, Any]
):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **outcome)
    await edit(bench)
    for words in (None, 7):
        with pytest.raises(Conflict, match="edited"):
            await decisions.approve(bench.court, bench.dev, ref, 1, words=words)
    row = bulk.Item(number=1, seen=2)
    done = await bulk.run(bench.court, bench.dev, ref, bulk.APPROVE, [row])
    assert isinstance(done.rows[0].problem, Conflict)
    seen = (await dossier.sheet(bench.street.reads, bench.dev, ref, 1)).file.since.words
    await edit(bench, "It rains in Punjab")
    with pytest.raises(Conflict, match="edited"):  # what was looked at is an older version again
        await decisions.approve(bench.court, bench.dev, ref, 1, words=seen)
    seen = (await dossier.sheet(bench.street.reads, bench.dev, ref, 1)).file.since.words
    await decisions.approve(bench.court, bench.dev, ref, 1, words=seen)
    assert await state(bench, ref) in (State.IN_FORCE, State.REFUSED)


async def test_nobody_agrees_to_parts_of_an_account_or_as_second_reviewer_who_has_not_seen_the_words_of_now(
    bench: Bench,
):
    """Of an account nobody looked at the words: what it was narrowed to could be edited between the two signatures."""
    await protected(bench)
    ref = await bench.order(targets="@meera")
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD, parts=(bench.post,))
    another = await bench.hire("another")
    for act, who in ((decisions.concur, another), (decisions.approve, bench.dev)):
        await edit(bench, f"{NEW} {who.me}")
        with pytest.raises(Conflict, match="edited"):
            await act(bench.court, who, ref, 1)
        since = (await dossier.sheet(bench.street.reads, who, ref, 1)).file.since
        assert since.flags == ("edited",)
        await act(bench.court, who, ref, 1, words=since.words)
    assert await state(bench, ref) is State.IN_FORCE


async def test_what_is_proposed_about_the_words_of_now_is_approved_as_it_is(bench: Bench):
    ref = await bench.order()
    await edit(bench)
    await bench.withhold(ref)
    assert await state(bench, ref) is State.IN_FORCE


async def test_the_words_are_held_from_the_order_on_whatever_their_author_does(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    await v.settle()
    async with v.running.house.court.work.reading() as reading:
        (kept,) = await evidence.of_order(reading, ref)
    assert (kept.subject_id, kept.kind, kept.body is not None) == (v.asha.latest.id, "post", True)
    await v.api(v.asha, "DELETE", f"/api/v1/statuses/{v.asha.latest.id}")
    await v.settle()
    at = AtDesk(v, v.chitra)
    page = (await at.get(f"/office/orders/{ref}/1")).text
    assert "deleted since the order came" in page
    opened = await at.send(f"/office/evidence/{kept.id}", purpose="To decide about the order")
    assert v.asha.latest.text[:12] in opened.text


async def test_an_account_that_is_leaving_moved_or_deleted_is_marked(village: Village):
    v, work = village, village.running.house.court.work
    ref = await v.receives(f"@{v.asha.handle}")
    for line, flag in (
        (f"UPDATE logins SET leaves_at = 1 WHERE account_id = {v.asha.id}", as_filed.ACCOUNT_LEAVING),
        (f"UPDATE accounts SET moved_to = 1 WHERE id = {v.asha.id}", as_filed.ACCOUNT_MOVED),
        (f"UPDATE accounts SET state = 'deleted' WHERE id = {v.asha.id}", as_filed.ACCOUNT_DELETED),
    ):
        async with work.writing() as w:
            await w.run(statement(sql(line)))
        async with work.reading() as reading:
            order = await docket.order(reading, ref)
            assert order is not None
            (target,) = await docket.targets_of(reading, order.id)
            found = (await as_filed.since(reading, [target], order.received_at))[target.id]
        assert flag in found.flags


async def test_the_page_shows_the_difference_and_approves_what_was_seen(village: Village):
    v = village
    ref = await v.receives(v.asha.latest.path)
    await decisions.propose(v.running.house.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    v.clock.move(HOUR)
    put = await v.api(v.asha, "PUT", f"/api/v1/statuses/{v.asha.latest.id}", status="कल सुबह मिलेंगे")
    assert put.status_code == 200, put.text
    dev = AtDesk(v, v.dev)
    page = (await dev.get(f"/office/orders/{ref}/1")).text
    assert "edited since the order came" in page and "<ins>" in page and "<del>" in page
    blind = await dev.send(f"/office/orders/{ref}/1/approve", seen=2)
    assert (blind.status_code, "look at it again" in blind.text) == (409, True)
    words = page.partition('name="words" value="')[2].partition('"')[0]
    assert (await dev.send(f"/office/orders/{ref}/1/approve", seen=2, words=words)).status_code == 303
