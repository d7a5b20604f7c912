"""Orders and decisions: what is taken in, what is turned away, and that every effect takes two people."""

import asyncio
import sqlite3
from typing import Any

import asyncpg
import msgspec
import pytest

from chaupal.governance.cases import cases, decisions
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import authorities, documents, orders
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.documents import Bringer, Brought
from chaupal.governance.regimes import Duration, Regimes
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import case_events, docket, ledger, rulings
from chaupal.store.court.documents import Document
from chaupal.store.machine.work import Reading
from chaupal_audit import tlog
from court import REASON, REFUSE, WITHHOLD, Bench, staff
from letters import letter
from neighbours import PRIVATE


async def state(bench: Bench, ref: str, number: int = 1) -> State:
    async with bench.court.work.reading() as reading:
        return (await cases.case_of(bench.court, reading, ref, number)).state


async def leaves(bench: Bench) -> int:
    async with bench.court.work.reading() as reading:
        return await ledger.size(reading)


# --- authorities ---


async def test_an_authority_is_entered_once(bench: Bench):
    before = await leaves(bench)
    with pytest.raises(Conflict):
        await authorities.register(bench.court, bench.clerk, AuthorityForm(name=bench.ministry.name, jurisdiction="IN"))
    assert await leaves(bench) == before  # and what is not entered leaves nothing in the log
    assert [a.name for a in await authorities.every(bench.court, bench.clerk)] == [bench.ministry.name]


@pytest.mark.parametrize("code", ["", "XX", "in-ka", "EU", "India", "ZZ"])
async def test_an_authority_has_a_country(bench: Bench, code: str):
    with pytest.raises(Invalid) as caught:
        await authorities.register(bench.court, bench.clerk, AuthorityForm(name="X", jurisdiction=code))
    assert "jurisdiction" in caught.value.details


async def test_an_order_is_silent_by_a_law_that_lets_it_be_and_for_no_longer(bench: Bench):
    """Any order whose form named a day was secret until then, whatever its law said."""
    until = "2021-06-01T00:00"
    with pytest.raises(Invalid) as caught:
        await orders.receive(bench.court, bench.clerk, bench.form(regime="GENERIC", bases=(), gag_until=until))
    assert caught.value.details == {"gag_until": "goes with a law that allows secrecy alone"}
    known = bench.court.regimes.version("IN-69A", 1)
    assert known.gag is not None
    month = msgspec.structs.replace(known, gag=msgspec.structs.replace(known.gag, max=Duration("P30D")))
    court = msgspec.structs.replace(bench.court, regimes=Regimes([month]))
    with pytest.raises(Invalid) as caught:
        await orders.receive(court, bench.clerk, bench.form(gag_until=until))
    assert caught.value.details == {"gag_until": "is later than this law allows"}
    assert await orders.receive(court, bench.clerk, bench.form(gag_until="2021-03-01T00:00"))


async def test_members_do_not_enter_authorities_or_take_orders_in(bench: Bench):
    member = staff(bench.meera, Role.MEMBER)
    with pytest.raises(NotAllowed):
        await authorities.register(bench.court, member, AuthorityForm(name="X", jurisdiction="IN"))
    with pytest.raises(NotAllowed):
        await orders.receive(bench.court, member, bench.form())


# --- receiving ---


async def test_orders_are_numbered_by_country_and_year(bench: Bench):
    assert [await bench.order(), await bench.order()] == ["IN-2021-0001", "IN-2021-0002"]
    form = AuthorityForm(name="Bundesamt", jurisdiction="DE")
    other = await bench.registers(form)
    assert await bench.order(authority=other.id, territory="DE", regime="GENERIC", bases=()) == "DE-2021-0001"


async def test_targets_are_named_by_address_path_or_handle(bench: Bench):
    lines = f"/@meera/{bench.post}\n@meera\n\n  http://localhost:8000/@Dev/  "
    ref = await bench.order(targets=lines)
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        named = await docket.targets_of(reading, order.id)
    assert [(t.number, t.kind, t.subject_id) for t in named] == [
        (1, "post", bench.post),
        (2, "account", bench.meera),
        (3, "account", bench.dev.account),
    ]
    assert [t.owner_id for t in named] == [bench.meera, bench.meera, bench.dev.account]
    same = f"@Meera@localhost:8000\n@dev\nhttp://LOCALHOST:8000/@meera/{bench.post}?utm_source=letter"
    with pytest.raises(Conflict, match=f"filed already as {ref}"):  # the same letter, its addresses written otherwise
        await bench.order(targets=same, reference_no=order.reference_no)


async def test_whoever_takes_an_order_in_hears_of_no_secret_one_that_names_something_of_theirs(bench: Bench):
    """By its number or its document: what they file is filed, as in a world without it."""

    async def papers(by: Viewer) -> list[Document]:
        files = bench.street.square.files
        return await documents.take_in(
            bench.court, files, Bringer(by.me), [Brought("letter.pdf", letter())], bench.ministry
        )

    gagged = bench.form(targets="@owner", gag_until="2021-06-01", external_id="A-17")
    secret = await orders.receive(bench.court, bench.clerk, gagged, await papers(bench.clerk))
    assert await orders.receive(bench.court, bench.asha, gagged) == secret
    with pytest.raises(Conflict, match=f"filed already as {secret}"):
        await orders.receive(bench.court, bench.asha, bench.form(), await papers(bench.asha))
    filed = [
        await orders.receive(bench.court, bench.owner, bench.form(external_id="A-17")),
        await orders.receive(bench.court, bench.owner, bench.form(), await papers(bench.owner)),
    ]
    assert filed == ["IN-2021-0001", "IN-2021-0002"]


async def test_every_line_that_names_nothing_is_told_and_the_order_is_not_taken(bench: Bench):
    before = await leaves(bench)
    lines = f"@nobody\nhttps://elsewhere.example/@meera/1\n/@dev/{bench.post}\n@meera\nmeera"
    with pytest.raises(Invalid) as caught:
        await bench.order(targets=lines)
    assert caught.value.details["targets"].splitlines() == [
        "@nobody: does not exist here",
        "https://elsewhere.example/@meera/1: is an address of another server",
        f"/@dev/{bench.post}: does not exist here",
        "meera: is named twice",
    ]
    assert await leaves(bench) == before


async def test_what_does_not_exist_can_be_recorded_as_not_found(bench: Bench):
    ref = await bench.order(targets=f"@nobody\n@meera\n/@meera/{2**63 - 1}", record_unknown=True)
    assert [await state(bench, ref, n) for n in (1, 2, 3)] == [State.NOT_FOUND, State.RECEIVED, State.NOT_FOUND]
    with pytest.raises(Conflict):
        await decisions.propose(bench.court, bench.asha, ref, 1, **REFUSE)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("territory", "XX"),
        ("territory", "DE"),
        ("territory", "IN DE"),
        ("territory", "IN-KA"),
        ("authority", 7),
        ("officer", " "),
        ("reference_no", ""),
        ("legal_basis", "\0"),
        ("grounds", "x" * 5000),
        ("dated", "yesterday"),
        ("dated", "2031-01-01"),
        ("ends_at", "2020-01-01"),
        ("ends_at", "999999-01-01"),
        ("act_by", "soon"),
        ("targets", "\n \n"),
        ("targets", "a\0b"),
        ("targets", "@a\n" * 3000),
    ],
)
async def test_a_bad_field_is_named(bench: Bench, field: str, typed: Any):
    with pytest.raises(Invalid) as caught:
        await bench.order(**{field: typed})
    assert field in caught.value.details


async def test_times_without_an_offset_are_indian_times(bench: Bench):
    ref = await bench.order(ends_at="2021-02-11T05:30")
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None and order.ends_at is not None
    assert order.ends_at % DAY == 0


# --- deciding ---


async def test_a_proposal_withholds_nothing(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    assert not (await bench.in_force()).on(bench.post)
    assert await state(bench, ref) is State.MEASURE_PROPOSED


async def test_nobody_seconds_their_own_proposal(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.dev, ref, 1, **WITHHOLD)
    for act in (
        decisions.approve(bench.court, bench.dev, ref, 1),
        decisions.return_(bench.court, bench.dev, ref, 1, reason=REASON),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert not (await bench.in_force()).on(bench.post)
    await decisions.approve(bench.court, bench.owner, ref, 1)
    assert (await bench.in_force()).on(bench.post)


async def test_a_refusal_takes_two_people_as_well(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.dev, ref, 1, **REFUSE)
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    assert await decisions.approve(bench.court, bench.owner, ref, 1) is State.REFUSED
    assert not (await bench.in_force()).on(bench.post)


async def test_the_database_too_refuses_a_decision_by_one_person(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, 1)
        made = (await rulings.by_targets(reading, [case.target.id]))[case.target.id][0]
    alone = msgspec.structs.replace(made, id=1, approved_by=made.decided_by)
    with pytest.raises((asyncpg.CheckViolationError, sqlite3.IntegrityError), match="by_two_people"):
        async with bench.court.work.writing() as w:
            await rulings.begin(w, alone)
    event = msgspec.structs.replace(case.events[-1], id=2, number=9, first_by=case.events[-1].by)
    with pytest.raises((asyncpg.CheckViolationError, sqlite3.IntegrityError), match="by_two"):
        async with bench.court.work.writing() as w:
            await case_events.add_event(w, event)


async def test_only_the_narrowest_measure_can_be_decided(bench: Bench):
    ref = await bench.order(targets=f"/@meera/{bench.post}\n@meera")
    wrong = {
        (1, "withhold_account"): "outcome",
        (2, "withhold_post"): "parts",
        (1, "suspend"): "outcome",
        (1, ""): "outcome",
    }
    for (number, outcome), field in wrong.items():
        with pytest.raises(Invalid) as caught:
            await decisions.propose(bench.court, bench.asha, ref, number, outcome=outcome, reason=REASON)
        assert field in caught.value.details


async def test_a_decision_needs_a_reason_and_a_refusal_its_ground(bench: Bench):
    ref = await bench.order()
    for field, typed in (("reason", "because"), ("reason", "\0" * 40), ("code", "i_do_not_like_it")):
        with pytest.raises(Invalid) as caught:
            form: dict[str, Any] = REFUSE | {field: typed}
            await decisions.propose(bench.court, bench.asha, ref, 1, **form)
        assert field in caught.value.details
    assert await state(bench, ref) is State.RECEIVED


async def test_what_is_sent_back_can_be_proposed_anew(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await decisions.return_(bench.court, bench.dev, ref, 1, reason="The order does not say which sentence is meant.")
    assert await state(bench, ref) is State.RETURNED
    await decisions.propose(bench.court, bench.asha, ref, 1, **REFUSE)
    assert await decisions.approve(bench.court, bench.dev, ref, 1) is State.REFUSED


async def test_a_reviewer_sends_back_what_others_propose_and_approves_nothing(bench: Bench):
    ref = await bench.order()
    second = await bench.hire("second")
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, second, ref, 1)
    assert not (await bench.in_force()).on(bench.post)
    await decisions.return_(bench.court, second, ref, 1, reason="The order does not say which sentence is meant.")
    assert await state(bench, ref) is State.RETURNED


async def test_a_clerk_decides_nothing(bench: Bench):
    ref = await bench.order()
    with pytest.raises(NotAllowed):
        await decisions.propose(bench.court, bench.clerk, ref, 1, **WITHHOLD)
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    with pytest.raises(NotAllowed):
        await decisions.approve(bench.court, bench.clerk, ref, 1)


async def test_missing_orders_and_targets_are_not_found(bench: Bench):
    ref = await bench.order()
    for where in ((ref, 2), (ref, -1), (ref, 2**62), ("IN-1999-0001", 1), ("", 1)):
        with pytest.raises(NotFound):
            await decisions.approve(bench.court, bench.dev, *where)


async def test_who_decides_on_an_old_page_is_told_that_the_case_moved(bench: Bench):
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, seen=1, **WITHHOLD)
    await decisions.return_(bench.court, bench.dev, ref, 1, reason=REASON, seen=2)
    await decisions.propose(bench.court, bench.asha, ref, 1, seen=3, **REFUSE)
    with pytest.raises(Conflict):  # it was the first proposal that they read
        await decisions.approve(bench.court, bench.dev, ref, 1, seen=2)
    assert await state(bench, ref) is State.REFUSAL_PROPOSED


async def test_of_two_who_approve_at_once_one_does(bench: Bench):
    ref = await bench.order()
    third = await bench.hire("third", Role.APPROVER)
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    before = await leaves(bench)
    done = await asyncio.gather(
        decisions.approve(bench.court, bench.dev, ref, 1),
        decisions.approve(bench.court, third, ref, 1),
        return_exceptions=True,
    )
    assert {type(d) for d in done} == {State, Conflict}
    assert len((await bench.in_force()).on(bench.post)) == 1
    assert await leaves(bench) == before + 1


async def test_nothing_is_withheld_once_the_time_of_the_order_is_over(bench: Bench):
    ref = await bench.order(ends_at="2021-02-11T12:00")
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    bench.street.clock.move(2 * DAY)
    with pytest.raises(Conflict):
        await decisions.approve(bench.court, bench.dev, ref, 1)


async def test_a_post_for_followers_is_not_named_in_the_log(bench: Bench):
    hidden = await bench.street.say(bench.meera, "only for friends", visibility=PRIVATE)
    ref = await bench.order(targets=f"/@meera/{hidden}")
    await bench.withhold(ref)
    async with bench.court.work.reading() as reading:
        written = b"".join(await ledger.entries(reading, 0, 100))
    assert str(hidden).encode() not in written


async def test_two_orders_on_one_post_are_lifted_one_by_one(bench: Bench):
    first, second = await bench.order(), await bench.order()
    await bench.withhold(first)
    await bench.withhold(second)
    await decisions.lift(bench.court, bench.asha, first, 1, reason="The authority has withdrawn this order.")
    left = (await bench.in_force()).find(bench.post, "IN", frozenset({Measure.WITHHOLD_POST}))
    assert left is not None and left.order_ref == second


async def test_what_was_lifted_is_not_lifted_again(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await decisions.lift(bench.court, bench.asha, ref, 1, reason="The authority has withdrawn this order.")
    with pytest.raises(Conflict):
        await decisions.lift(bench.court, bench.asha, ref, 1, reason="The authority has withdrawn this order.")


async def test_every_row_that_was_asked_for_is_recorded_unreadable_ones_too(bench: Bench):
    """257 lines asked, 257 recorded: what cannot be read, is another server's or is named twice is a target as well."""
    rows = [
        f"/@meera/{bench.post}",
        "@nobody",
        "no name at all",
        "https://x.example/1",
        "@meera",
        "@meera",
        "@m\u200eeera",
        "x" * 900,
    ]
    rows += [f"@nobody_{n}" for n in range(249)]
    with pytest.raises(Invalid):
        await bench.order(targets="\n".join(rows), record_unknown=True)
    ref = await bench.order(targets="\n".join(rows), record_unknown=True, record_all=True)
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        named = await docket.targets_of(reading, order.id)
        (order_entry,) = [tlog.read_entry(body) for kind, body in await _all(reading) if kind == "order"]
        states = {t.number: e[-1].state for t in named for e in [(await case_events.events_of(reading, [t.id]))[t.id]]}
    assert len(named) == len(rows) == 257
    assert sum(order_entry["public"]["targets"].values()) == 257
    assert [t.number for t in named if t.subject_id is not None] == [1, 5]
    assert all(states[t.number] == "not_found" for t in named if t.subject_id is None)
    assert named[2].as_written == "no name at all" and named[2].note
    assert named[5].note == "is named twice"
    assert "no name at all" not in str(order_entry), "the line is the staff's own"


async def _all(reading: Reading) -> list[tuple[str, bytes]]:
    bodies = await ledger.entries(reading, 0, 1000)
    return [(str(tlog.read_entry(body)["t"]), body) for body in bodies]
