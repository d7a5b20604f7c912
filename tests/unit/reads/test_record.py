"""The register and the dossier: what everybody reads of an order, and what only staff do."""

import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.orders import steps
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound
from chaupal.policy.viewer import Role, Viewer
from chaupal.reads.court import dossier, record
from chaupal.reads.court.record import Counts, Outcome
from chaupal.reads.page import Cursor
from court import REASON, REFUSE, WITHHOLD, Bench
from neighbours import PRIVATE, by


async def outcomes(at: Bench, ref: str, country: str = "DE") -> tuple[Outcome, ...]:
    return (await record.story(at.street.reads, by(None, country), ref)).outcomes


async def test_an_order_is_listed_with_what_was_done(bench: Bench):
    first = await bench.order(targets=f"/@meera/{bench.post}\n@meera\n@nobody\n@dev", record_unknown=True)
    second = await bench.order()
    await bench.withhold(first)
    await decisions.propose(bench.court, bench.asha, first, 2, **REFUSE)
    await decisions.approve(bench.court, bench.dev, first, 2)
    page = await record.register(bench.street.reads, Cursor())
    assert [line.order.ref for line in page.items] == [second, first]
    assert page.items[1].counts == Counts(asked=4, withheld=1, refused=1, pending=1, not_found=1)
    assert page.next is None


async def test_what_nothing_was_done_about_is_not_shown_again_when_its_order_ends(bench: Bench):
    first, second = f"http://localhost:8000/@meera/{bench.post}", "@dev"
    ref = await bench.order(targets=f"{first}\n{second}")
    await bench.step(ref, "stay", body="court")
    waits = await bench.order()
    await bench.step(waits, "withdraw", reason="The ministry takes it back.")
    page = await record.register(bench.street.reads, Cursor())
    assert [line.counts for line in page.items] == [Counts(asked=1, undecided=1), Counts(asked=2, pending=2)]
    await bench.step(ref, "end_stay", body="court")
    await bench.withhold(ref)
    await bench.step(ref, "set_aside", body="court")
    page = await record.register(bench.street.reads, Cursor())
    assert page.items[1].counts == Counts(asked=2, ended=1, undecided=1)
    restored = await record.register(bench.street.reads, Cursor(), record.Sought(states=record.OUTCOMES["ended"]))
    assert [line.order.ref for line in restored.items] == [ref]


async def test_the_register_goes_on_where_a_page_ends(bench: Bench):
    made = [await bench.order() for _ in range(5)]
    page = await record.register(bench.street.reads, Cursor(limit=2))
    rest = await record.register(bench.street.reads, Cursor(limit=9, max_id=page.next))
    assert [line.order.ref for line in (*page.items, *rest.items)] == made[::-1]


async def test_a_proposal_is_not_told_to_the_public(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    [told] = await outcomes(bench, ref)
    assert (told.state, told.reason, told.code) == ("pending", "", "")
    [file] = (await dossier.dossier(bench.street.reads, bench.dev, ref)).files
    assert file.proposal is not None
    assert (file.state, file.proposal.body.reason) == ("measure_proposed", REASON)


async def test_a_withheld_account_is_named_only_where_it_may_be_seen(bench: Bench):
    ref = await bench.order(targets="@meera")
    await bench.withhold(ref, outcome="withhold_account")
    [there], [elsewhere] = await outcomes(bench, ref, "IN"), await outcomes(bench, ref, "DE")
    assert (there.state, there.handle, there.reason) == ("in_force", "", REASON)
    assert (elsewhere.state, elsewhere.handle, elsewhere.reason) == ("in_force", "meera", REASON)


async def test_a_withheld_post_can_be_found_where_it_is_explained(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    for country in ("IN", "DE"):
        [told] = await outcomes(bench, ref, country)
        assert (told.handle, told.post) == ("meera", bench.post)


async def test_a_post_for_followers_is_not_pointed_at(bench: Bench):
    hidden = await bench.street.say(bench.meera, "for friends", visibility=PRIVATE)
    ref = await bench.order(targets=f"/@meera/{hidden}")
    [told] = await outcomes(bench, ref)
    assert (told.kind, told.handle, told.post) == ("post", "", None)


async def test_what_was_lifted_or_has_run_out_says_so(bench: Bench):
    lifted, over = await bench.order(), await bench.order(ends_at="2021-02-12T12:00")
    await bench.withhold(lifted)
    await bench.withhold(over)
    await decisions.lift(bench.court, bench.asha, lifted, 1, reason="The court has set this order aside.")
    bench.street.clock.move(3 * DAY)
    [first], [second] = await outcomes(bench, lifted), await outcomes(bench, over)
    assert (first.state, first.lifted_because) == ("lifted", "The court has set this order aside.")
    assert second.state == "lapsed"  # although nothing has written it down yet
    await decisions.lapse_ended(bench.court)
    assert [(o.state, len(o.log)) for o in await outcomes(bench, over)] == [("lapsed", 4)]


async def test_a_long_order_is_told_in_parts(bench: Bench):
    handles = [f"p{i}" for i in range(7)]
    await bench.street.people(*handles)
    ref = await bench.order(targets="\n".join(handles))
    first = await record.story(bench.street.reads, by(None), ref, most=3)
    assert ([o.number for o in first.outcomes], first.next) == ([1, 2, 3], 4)
    await bench.withhold(ref, 5, "withhold_account")
    [entry] = [o.ruling.log_index for o in (await record.story(bench.street.reads, by(None), ref)).outcomes if o.ruling]
    around = await record.story(bench.street.reads, by(None), ref, entry=entry, most=3)
    assert ([o.number for o in around.outcomes], around.next) == ([4, 5, 6], 7), "where the address of a notice leads"
    assert (await record.story(bench.street.reads, by(None), ref, entry=entry + 1, most=3)).outcomes == first.outcomes
    last = await dossier.dossier(bench.street.reads, bench.dev, ref, first=7, most=3)
    assert ([f.target.number for f in last.files], last.next) == ([7], None)


async def test_staff_see_the_words_and_the_impact_and_who_did_what(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    found = await dossier.dossier(bench.street.reads, bench.dev, ref)
    [file] = found.files
    assert file.post is not None
    assert file.person is not None
    assert "किसान" in file.post.item.text
    assert file.person.item.posts_count == 1
    assert [found.names[event.by] for event in file.events] == ["clerk", "asha", "dev"]


async def test_what_must_be_decided_first_stands_first_and_what_is_decided_is_gone(bench: Bench):
    late, soon, open_ = (
        await bench.order(act_by="2021-03-01"),
        await bench.order(act_by="2021-02-11"),
        await bench.order(),
    )
    waiting = await dossier.queue(bench.street.reads, bench.dev)
    assert [line.order.ref for line in waiting] == [soon, late, open_]
    await bench.withhold(soon)
    assert [line.order.ref for line in await dossier.queue(bench.street.reads, bench.dev)] == [late, open_]


async def test_an_order_that_does_not_exist_is_not_found(bench: Bench):
    auditor = Viewer(account=1, country="IN", role=Role.AUDITOR)
    for ref in ("IN-1999-0001", "", "x" * 5000, "\0", "\ud800", "आदेश"):
        with pytest.raises(NotFound):
            await record.story(bench.street.reads, by(None), ref)
        with pytest.raises(NotFound):
            await dossier.dossier(bench.street.reads, auditor, ref)


async def test_the_story_of_an_order_tells_each_step_and_each_days_decisions_and_no_letters(bench: Bench):
    ref = await bench.order(targets=f"/@meera/{bench.post}\n@meera\n@nobody", record_unknown=True, checked=False)
    await steps.take(bench.court, bench.asha, ref, StepForm(verb="acknowledge"))
    await steps.take(bench.court, bench.asha, ref, StepForm(verb="check"))
    await steps.take(bench.court, bench.asha, ref, StepForm(verb="ask", text="Which post is meant, and by whom?"))
    await bench.withhold(ref)
    bench.street.clock.move(2 * DAY)
    await decisions.propose(bench.court, bench.asha, ref, 2, **REFUSE)
    await decisions.approve(bench.court, bench.dev, ref, 2)
    story = await record.story(bench.street.reads, by(None), ref)
    assert [line.verb for line in story.happened if line.verb] == [
        "receive",
        "verify_origin",
        "acknowledge",
        "check",
        "ask",
    ]
    came_to = [(line.state, line.many) for line in story.happened if line.state]
    assert sorted(came_to) == [("in_force", 1), ("not_found", 1), ("refused", 1)] and came_to[-1] == ("refused", 1)
    assert [line.at for line in story.happened] == sorted(line.at for line in story.happened)
    assert "Which post" not in repr(story.happened)
