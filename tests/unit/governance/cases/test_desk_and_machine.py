"""What the desk offers is what the machine takes: each act by each of the staff, in each state, tried for real and given up."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from chaupal.governance.cases import acts, cases, decisions, desk, house, lifecycle
from chaupal.governance.cases.acts import Act
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.lifecycle import FINAL, State
from chaupal.governance.orders import procedure, steps
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import role_grants, speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound, Problem
from chaupal.policy.draft import Draft
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import STAFF, Role, Viewer
from court import FINDING, REASON, REFUSE, Bench, staff

MEASURES = {"post": "withhold_post", "account": "freeze"}
EVIDENCE = "She has written for the district paper since 2014."
ROLES = (Role.MEMBER, *sorted(STAFF))


class _GivenUp(Exception):
    """What was only tried is undone."""


def drafts(case: Case) -> list[Draft]:
    """A good form for each way in which something can be proposed."""
    rule = case.order.rule
    return [
        Draft(outcome=MEASURES[case.target.kind], reason=REASON, until="2021-02-20", rule=rule, finding=FINDING),
        Draft(outcome="refuse", reason=REASON, code="protected_expression"),
        Draft(outcome="duplicate", reason=REASON),
    ]


CHANGE = ChangeForm(kind="amend", reason=REASON, body="authority", until="2021-02-15")


def forms(act: Act, case: Case) -> list[object]:
    """Every good form of an act: what it takes is all that is said with it."""
    if act.form is Draft:
        return list(drafts(case)) if act.name == "propose" else [drafts(case)[0]]
    return [CHANGE if act.form is ChangeForm else Reason()]


class Reason(msgspec.Struct):
    reason: str = REASON


DO = acts.by_way("office")


async def taken(bench: Bench, viewer: Viewer, ref: str, number: int) -> frozenset[str]:
    """The acts that the machine takes, each tried in a part of one unit; all of it is given up."""
    found: set[str] = set()
    with suppress(_GivenUp, NotFound, NotAllowed):
        async with bench.court.work.writing() as w:
            case = await cases.case_held(bench.court, w, viewer, ref, number)
            for name, act in DO.items():
                for said in forms(act, case):
                    with suppress(_GivenUp, Problem):
                        async with w.part():
                            await act.done(bench.court, w, viewer, case, said)
                            found.add(name)
                            raise _GivenUp
            raise _GivenUp
    return frozenset(found)


async def offered(bench: Bench, viewer: Viewer, ref: str, number: int) -> frozenset[str]:
    try:
        return (await desk.options(bench.court, viewer, ref, number)).acts
    except (NotAllowed, NotFound):
        return frozenset()


# --- how cases come to each state ---


async def nothing(bench: Bench, ref: str, n: int) -> None: ...


def proposed(**said: Any) -> "Walk":
    async def walk(bench: Bench, ref: str, n: int) -> None:
        await decisions.propose(bench.court, bench.asha, ref, n, **said)

    return walk


async def concurred(bench: Bench, ref: str, n: int) -> None:
    await propose(bench, ref, n)
    await concur_where_asked(bench, ref, n)


async def concur_where_asked(bench: Bench, ref: str, n: int) -> None:
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, n)
    if case.protected:
        await decisions.concur(bench.court, bench.owner, ref, n)


async def returned(bench: Bench, ref: str, n: int) -> None:
    await propose(bench, ref, n)
    await decisions.return_(bench.court, bench.dev, ref, n, reason=REASON)


async def in_force(bench: Bench, ref: str, n: int) -> None:
    await concurred(bench, ref, n)
    await decisions.approve(bench.court, bench.dev, ref, n)


async def emergency(bench: Bench, ref: str, n: int) -> None:
    async with bench.court.work.reading() as reading:
        case = await cases.case_of(bench.court, reading, ref, n)
    if not case.speaker and n < 3:  # not on protected speakers, nor on staff
        await decisions.act_in_emergency(bench.court, bench.dev, ref, n, drafts(case)[0])


async def changing(bench: Bench, ref: str, n: int) -> None:
    await in_force(bench, ref, n)
    await decisions.propose_change(bench.court, bench.asha, ref, n, CHANGE)


async def change_concurred(bench: Bench, ref: str, n: int) -> None:
    await changing(bench, ref, n)
    await concur_where_asked(bench, ref, n)


async def lifted(bench: Bench, ref: str, n: int) -> None:
    await in_force(bench, ref, n)
    await decisions.lift(bench.court, bench.dev, ref, n, reason=REASON)


type Walk = Callable[[Bench, str, int], Awaitable[None]]
propose = proposed(outcome="withhold_post", reason=REASON, until="2021-02-20")
COMES_TO: dict[State, Walk] = {
    State.RECEIVED: nothing,
    State.NOT_FOUND: nothing,
    State.RETURNED: returned,
    State.MEASURE_PROPOSED: propose,
    State.MEASURE_CONCURRED: concurred,
    State.REFUSAL_PROPOSED: proposed(**REFUSE),
    State.CLOSING_PROPOSED: proposed(outcome="duplicate", reason=REASON),
    State.IN_FORCE: in_force,
    State.UNSECONDED: emergency,
    State.CHANGE_PROPOSED: changing,
    State.CHANGE_CONCURRED: change_concurred,
    State.STAYED: in_force,
    State.LIFTED: lifted,
}
# Steps of the order as a whole that come after that.
THEN: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "as it is": (),
    "sent back": (("return_order", {"codes": ("no_reasons",), "reason": REASON}),),
    "stayed": (("stay", {"body": "Delhi High Court"}),),
    "withdrawn": (("withdraw", {}),),
}


def test_every_state_that_a_case_can_be_in_is_tried():
    assert {*COMES_TO} | FINAL == {*State} - {State.NEW}


async def scene(bench: Bench, state: State, *, checked: bool = True) -> tuple[str, list[Viewer]]:
    """Things of meera (1), of a protected speaker (2) and of each who looks on (3 …), all come to a state; and who looks on.

    The last three of those have proposed, approved and agreed where somebody has.
    """
    handles = ["meera", "sita", *(f"in_{role}" for role in ROLES)]
    owners = [bench.meera, *[await bench.street.person(handle) for handle in handles[1:]]]
    form = SpeakerForm(handle="sita", speaker_class="journalist", evidence=EVIDENCE)
    await speakers.second(bench.court, bench.dev, await speakers.propose(bench.court, bench.asha, form))
    seen_by = Visibility.PRIVATE if state is State.NOT_FOUND else Visibility.PUBLIC
    posts = [await bench.street.say(owner, "the gate is closed", visibility=seen_by) for owner in owners]
    lines = [f"http://localhost:8000/@{handle}/{post}" for handle, post in zip(handles, posts, strict=True)]
    ref = await bench.order(targets="\n".join(lines), checked=checked)
    for n in range(1, len(lines) + 1) if checked else ():
        await COMES_TO[state](bench, ref, n)
    for account, role in zip(owners[2:], ROLES, strict=True):
        if role is not Role.MEMBER:
            await role_grants.grant(bench.court, bench.owner, account, Role(role))
    return ref, [*map(staff, owners[2:], map(Role, ROLES)), bench.asha, bench.dev, bench.owner]


async def compare(bench: Bench, ref: str, viewers: Sequence[Viewer]) -> int:
    """Each act by each of them about each kind of thing, their own too, offered and tried; how many are open."""
    wrong: list[str] = []
    many = 0
    for at, viewer in enumerate(viewers):
        own = [3 + at] if at < len(ROLES) else []
        for number in (1, 2, 2 + len(ROLES), *own):  # anybody's, a protected speaker's, one's of the staff
            open_, done = await offered(bench, viewer, ref, number), await taken(bench, viewer, ref, number)
            many += len(done)
            wrong += [f"{viewer.role} {act} {number}: offered {act in open_}" for act in sorted(open_ ^ done)]
    assert not wrong, "\n".join(wrong)
    return many


@pytest.mark.parametrize("state", list(COMES_TO), ids=str)
async def test_what_the_desk_offers_is_what_the_machine_takes(bench: Bench, state: State):
    ref, viewers = await scene(bench, state)
    if state is State.STAYED:
        await bench.step(ref, "stay", bench.dev, body="Delhi High Court")
    many = await compare(bench, ref, viewers)
    assert (many > 0) == bool({v for act in DO.values() for v in act.verbs} & lifecycle.MACHINE.verbs(state))


@pytest.mark.parametrize("state", [State.RECEIVED, State.NOT_FOUND], ids=str)
async def test_of_an_order_that_nobody_has_checked_the_desk_offers_nothing(bench: Bench, state: State):
    ref, viewers = await scene(bench, state, checked=False)
    assert await compare(bench, ref, viewers) == 0


@pytest.mark.parametrize(
    ("then", "state"),
    [
        ("sent back", State.RECEIVED),
        ("sent back", State.REFUSAL_PROPOSED),
        ("sent back", State.NOT_FOUND),
        ("stayed", State.NOT_FOUND),
        ("withdrawn", State.NOT_FOUND),
    ],
)
async def test_nor_of_one_that_is_not_to_be_decided(bench: Bench, then: str, state: State):
    ref, viewers = await scene(bench, state)
    for verb, said in THEN[then]:
        await bench.step(ref, verb, bench.dev, **said)
    assert await compare(bench, ref, viewers) == 0


async def test_in_a_matter_of_the_house_the_same(bench: Bench):
    mod = await bench.hire("mod", Role.MODERATOR)
    rule = bench.court.rules.current(bench.court.clock()).cite(1)
    viewers = [bench.asha, mod, *[await bench.hire(f"in_{role}", role) for role in ROLES]]
    form = MatterForm(targets="@meera", rule=rule, grounds="They called for violence by name.")
    for came_to in ("open", "proposed", "alone"):
        ref = await house.open_matter(bench.court, mod, form)
        async with bench.court.work.reading() as reading:
            draft = drafts(await cases.case_of(bench.court, reading, ref, 1))[0]
        if came_to == "proposed":
            await decisions.propose(bench.court, mod, ref, 1, draft)
        if came_to == "alone":
            await decisions.act_alone(bench.court, mod, ref, 1, draft)
        wrong = [
            f"{came_to} {viewer.role} {act}"
            for viewer in viewers
            for act in await offered(bench, viewer, ref, 1) ^ await taken(bench, viewer, ref, 1)
        ]
        assert not wrong


async def test_a_matter_of_the_house_offers_what_its_rule_brings_and_is_refused_where_no_rule_was_broken(bench: Bench):
    mod, court = await bench.hire("mod", Role.MODERATOR), bench.court
    form = MatterForm(
        targets="@meera", rule=court.rules.current(court.clock()).cite(1), grounds="They called for violence by name."
    )
    own, order = await house.open_matter(court, mod, form), await bench.order()
    found = await desk.options(court, mod, own, 1)
    assert set(found.measures) == {"warn", "freeze", "remove_post", "suspend"}
    assert desk.whole(court, await desk.matter(court, mod, own), "account") == ["warn", "freeze", "suspend"]
    assert (found.case.target.demanded, found.narrowest) == ("", ""), "nobody asks for anything"
    none_broken = Draft(outcome="refuse", reason=REASON, code="no_rule_broken")
    lacks_power = msgspec.structs.replace(none_broken, code="not_authorised_issuer")
    wrong: list[tuple[Viewer, str, Draft, str]] = [
        (mod, own, lacks_power, "code"),
        (bench.asha, order, none_broken, "code"),
    ]
    wrong += [(mod, own, Draft(outcome=it, reason=REASON), "outcome") for it in ("own_rules_action", "out_of_scope")]
    for viewer, ref, draft, field in wrong:
        with pytest.raises(Invalid) as refused:
            await decisions.propose(court, viewer, ref, 1, draft)
        assert [*refused.value.details] == [field]
    await decisions.propose(court, mod, own, 1, none_broken)
    assert await decisions.approve(court, bench.dev, own, 1) is State.REFUSED


# --- the order as a whole ---

SAID: dict[str, Any] = {
    "reason": REASON,
    "text": REASON,
    "body": "Delhi High Court",
    "codes": ("no_reasons",),
    "until": "2021-03-20",
}


async def step_taken(bench: Bench, viewer: Viewer, ref: str, verb: str) -> bool:
    """Whether the step is taken, in a unit that is given up; of the whole order, or of one of its two things."""
    about = ((), (1,), (2,)) if verb in procedure.SOME else ((),)
    for targets in about:
        try:
            async with bench.court.work.writing() as w:
                await steps.take_in(bench.court, w, viewer, ref, StepForm(verb=verb, targets=targets, **SAID))
                raise _GivenUp
        except _GivenUp:
            return True
        except Problem:
            continue
    return False


HELD: dict[str, Callable[[Bench, str], Awaitable[object]]] = {
    "review": lambda b, ref: nothing(b, ref, 1),
    "proposed": lambda b, ref: propose(b, ref, 1),
    "in force": lambda b, ref: in_force(b, ref, 1),
    "a hearing to come": lambda b, ref: b.step(ref, "set_hearing", b.dev, until="2021-03-20"),
    "stayed": lambda b, ref: b.step(ref, "stay", b.dev, body="Delhi High Court"),
    "sent back": lambda b, ref: b.step(ref, "return_order", b.dev, codes=("no_reasons",), reason=REASON),
    "a question": lambda b, ref: b.step(ref, "ask", b.dev, text=REASON),
    "withdrawn": lambda b, ref: b.step(ref, "withdraw", b.dev),
    "closed": lambda b, ref: b.step(ref, "close", b.dev),
}


@pytest.mark.parametrize("held", HELD)
async def test_the_steps_that_the_desk_offers_are_those_that_are_taken(bench: Bench, held: str):
    own = await bench.street.person("own")
    post = await bench.street.say(own, "the gate is closed")
    ref = await bench.order(targets=f"http://localhost:8000/@meera/{bench.post}\nhttp://localhost:8000/@own/{post}")
    await HELD[held](bench, ref)
    # Whose role opens every step, and whose thing it names
    await role_grants.grant(bench.court, bench.owner, own, Role.OWNER)
    viewers = [
        bench.asha,
        bench.dev,
        staff(own, Role.OWNER),
        *[await bench.hire(f"in_{role}", Role(role)) for role in ROLES],
    ]
    wrong: list[str] = []
    for viewer in viewers:
        try:
            steps_here = (await desk.matter(bench.court, viewer, ref)).steps
        except (NotAllowed, NotFound):
            steps_here = ()
        known = {step.verb for step in steps_here if step.allowed}
        for verb in {procedure.WHOLE.get(verb, verb) for verb in procedure.LOGGED}:
            if (verb in known) != await step_taken(bench, viewer, ref, verb):
                wrong.append(f"{held} {viewer.role} {verb}: offered {verb in known}")
        assert not [step for step in steps_here if step.allowed and step.why_not]
    assert not wrong, "\n".join(wrong)
