"""Two of the staff, or one of them twice, do the same at the same instant by two ways in: one is done, the other is told so.

Acts and steps come from the tables, so a new one is tried by itself; only how a case or an order comes to stand where it
begins has to be said here.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx2
import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import cases, decisions, lifecycle
from chaupal.governance.cases.acts import ACTS, Act, perform
from chaupal.governance.cases.cases import Moved
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.log import reconcile
from chaupal.governance.orders import procedure, steps
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.procedure import Stage
from chaupal.governance.orders.steps import StepForm
from chaupal.kernel.clock import DAY, iso_day
from chaupal.kernel.errors import Problem
from chaupal.policy.viewer import Role
from chaupal.store.court import docket, order_events, rulings
from chaupal.store.machine import work_postgres
from chaupal.store.machine.dialect import statement
from desk import AtDesk
from surfaces.insiders import at_prompt, hire, opened, protect, rule_for
from village import REASON, Village, Villager

type Sender = Callable[[], Awaitable[tuple[bool, str]]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit that has waited five seconds for another's locks is told to come again (503): a busy machine takes longer."""
    monkeypatch.setattr(work_postgres, "BEGIN", "BEGIN")


# --- where it begins ---

# How a case comes to stand somewhere: from where, by whose act. What a new act begins with has to be here.
type Lead = Callable[[Village, str, int], Awaitable[object]]
LEADS: dict[State, tuple[State, Lead]] = {
    State.MEASURE_PROPOSED: (State.RECEIVED, lambda v, ref, n: _propose(v, ref, n, outcome="withhold_post")),
    State.REFUSAL_PROPOSED: (State.RECEIVED, lambda v, ref, n: _propose(v, ref, n, **REFUSAL)),
    State.CLOSING_PROPOSED: (State.RECEIVED, lambda v, ref, n: _propose(v, ref, n, outcome="duplicate")),
    State.UNSECONDED: (State.RECEIVED, lambda v, ref, n: decisions.act_in_emergency(_court(v), v.dev.viewer, ref, n, WITHHOLD)),
    State.IN_FORCE: (State.MEASURE_PROPOSED, lambda v, ref, n: decisions.approve(_court(v), v.dev.viewer, ref, n)),
    State.CHANGE_PROPOSED: (State.IN_FORCE, lambda v, ref, n: decisions.propose_change(_court(v), v.chitra.viewer, ref, n, _less(v))),
}  # fmt: skip
WITHHOLD = decisions.Draft(outcome="withhold_post", reason=REASON)
REFUSAL = {"outcome": "refuse", "code": "protected_expression"}


def _court(v: Village) -> Any:
    return v.running.house.court


async def _propose(v: Village, ref: str, number: int, **said: Any) -> None:
    await decisions.propose(_court(v), v.chitra.viewer, ref, number, reason=REASON, **said)


def _less(v: Village) -> ChangeForm:
    return ChangeForm(kind="amend", reason=REASON, until=iso_day(v.clock() + 20 * DAY))


async def _lead(v: Village, ref: str, number: int, to: State) -> None:
    if to is State.RECEIVED:
        return
    source, act = LEADS[to]
    await _lead(v, ref, number, source)
    if to is State.IN_FORCE and "concur" in (await _case(v, ref, number)).verbs and await _thrice(v, ref, number):
        await decisions.concur(_court(v), v.owner.viewer, ref, number)
    await act(v, ref, number)


async def _case(v: Village, ref: str, number: int) -> cases.Case:
    async with _court(v).work.reading() as reading:
        return await cases.case_of(_court(v), reading, ref, number)


async def _thrice(v: Village, ref: str, number: int) -> bool:
    return (await _case(v, ref, number)).protected


# --- what is said ---

# What a move needs to be said with it, beside a reason: by its verb.
MORE: dict[str, Callable[[Village], dict[str, Any]]] = {
    "propose_measure": lambda _: {"outcome": "withhold_post"},
    "propose_refusal": lambda _: REFUSAL,
    "propose_closing": lambda _: {"outcome": "duplicate"},
    "act_in_emergency": lambda _: {"outcome": "withhold_post"},
    "act_alone": lambda v: {"outcome": "remove_post", "rule": rule_for(v, "remove_post"), "until": iso_day(v.clock() + 2 * DAY)},
    "propose_change": lambda v: msgspec.structs.asdict(_less(v)),
}  # fmt: skip


def _words(v: Village, act: Act, verb: str) -> dict[str, Any]:
    """What is typed into the fields of an act for it to be that move."""
    said = {"reason": REASON} | MORE.get(verb, lambda _: {})(v)
    return {field.name: said[field.name] for field in act.fields if said.get(field.name)}


# --- by which way ---


class Deed(NamedTuple):
    """One act that somebody is about to do."""

    v: Village
    who: Villager
    ref: str
    number: int
    act: Act
    said: dict[str, Any]
    seen: int


def _went(answer: httpx2.Response) -> bool:
    """Whether a form was taken; whoever is not signed in any more is sent elsewhere, too."""
    assert answer.status_code in (303, 403, 409, 422), answer.text
    assert answer.headers.get("location", "/office/orders").startswith("/office/orders")
    return answer.status_code == 303


async def _office(deed: Deed) -> Sender:
    desk = AtDesk(deed.v, deed.who)
    await desk.get("/settings")

    async def send() -> tuple[bool, str]:
        path = f"/office/orders/{deed.ref}/{deed.number}/{deed.act.name}"
        answer = await desk.send(path, deed.said | {"seen": deed.seen})
        return _went(answer), answer.text

    return send


async def _api(deed: Deed) -> Sender:
    async def send() -> tuple[bool, str]:
        path = f"/api/v1/admin/orders/{deed.ref}/targets/{deed.number}/{deed.act.name}"
        answer = await deed.v.api(deed.who, "POST", path, **deed.said, seen=deed.seen)
        assert answer.status_code in (200, 403, 409, 412), answer.text
        return answer.status_code == 200, answer.text

    return send


async def _shell(deed: Deed) -> Sender:
    flags = {field.name: field.flag or field.name.replace("_", "-") for field in deed.act.fields}
    typed = [word for name, value in deed.said.items() for word in (f"--{flags[name]}", str(value))]

    async def send() -> tuple[bool, str]:
        words = (deed.act.command or deed.act.name, deed.ref, str(deed.number), "--as", deed.who.handle)
        done = await at_prompt(deed.v, "order", *words, "--seen", str(deed.seen), *typed)
        return done.returncode == 0, done.stderr

    return send


WAYS = {"office": _office, "api": _api, "shell": _shell}
# The first of two people, and the other or themselves once more, each by a way of their own.
PAIRS = (("office", "api", True), ("api", "shell", True), ("office", "office", False), ("api", "api", False))

ACTED = [(act, verb) for act in ACTS.values() for verb in act.verbs if act.ways & set(WAYS)]


def begins(verb: str) -> State:
    """The first state of the table from which a verb leads on."""
    return next(move.source for move in lifecycle.MOVES if move.verb == verb)


# By kind, so that one too many says what it is.
ENTRIES = statement(text("SELECT kind, count(*) FROM log_entries WHERE kind NOT IN ('tally', 'notice') GROUP BY kind"))


async def tally(v: Village) -> Counter[str]:
    """How much of each kind of thing an act of the court could have left behind."""
    sums = {
        "events": "SELECT count(*) FROM case_events",
        "steps": "SELECT count(*) FROM order_events",
        "begun": "SELECT count(*) FROM rulings",
        "ended": "SELECT count(lifted_at) FROM rulings",
    }
    async with _court(v).work.reading() as reading:
        found = {name: await reading.value(statement(text(sql))) for name, sql in sums.items()}
        return Counter(found | {f"entries of {kind}": count for kind, count in await reading.fetch(ENTRIES)})


async def added(v: Village, *acts: Sender) -> tuple[list[tuple[bool, str]], Counter[str]]:
    """What each of those acts, begun at once, came to; and what all of them together left behind."""
    await v.settle()  # what is told of an order that just came in is no doing of theirs
    before = await tally(v)
    done = await asyncio.gather(*(act() for act in acts))
    await v.settle()
    return list(done), await tally(v) - before


async def _matter(v: Village, verb: str, count: int) -> str:
    """A matter about so many posts of somebody's, of which each can be moved with the verb."""
    author = v.meera
    posts = [await v.says(author, f"गेट बंद है, {number}।") for number in range(count)]
    if verb == "act_alone":
        return await opened(v, v.dev, "\n".join(post.path for post in posts), "remove_post")
    if verb == "concur":
        await protect(v, author)
    return await v.receives(*(post.path for post in posts))


@pytest.mark.parametrize(("act", "verb"), ACTED, ids=lambda one: one if isinstance(one, str) else one.name)
async def test_of_two_who_do_the_same_at_once_one_does_it_and_the_other_is_told(village: Village, act: Act, verb: str):
    v = village
    tara, usha = await hire(v, "tara", Role.APPROVER), await hire(v, "usha", Role.OWNER)
    pairs = [pair for pair in PAIRS if {*pair[:2]} <= act.ways]
    ref = await _matter(v, verb, len(pairs) + 1)

    async def deed(way: str, who: Villager, number: int) -> Sender:
        seen = (await _case(v, ref, number)).number
        return await WAYS[way](Deed(v, who, ref, number, act, _words(v, act, verb), seen))

    for number in range(1, len(pairs) + 2):
        await _lead(v, ref, number, begins(verb))
    first, *others = range(1, len(pairs) + 2)
    done, alone = await added(v, await deed(pairs[0][0], tara, first))
    assert done[0][0], done
    assert alone["events"] == 1 and any(name.startswith("entries of ") for name in alone)
    for (one, other, two), number in zip(pairs, others, strict=True):
        senders = await deed(one, tara, number), await deed(other, usha if two else tara, number)
        done, left = await added(v, *senders)
        assert sorted(went for went, _ in done) == [False, True], (one, other, done)
        assert left == alone, (one, other)
        assert all(said.strip() for went, said in done if not went)


@pytest.mark.parametrize("state", [State.RECEIVED, *LEADS])
async def test_of_two_who_do_different_things_at_once_one_does_it_and_the_books_agree(village: Village, state: State):
    v = village
    tara, usha = await hire(v, "tara", Role.APPROVER), await hire(v, "usha", Role.OWNER)
    here = {move.verb for move in lifecycle.MOVES if move.source is state} - {"concur", "act_alone"}
    acted = [(act, verb) for act, verb in ACTED if verb in here]
    pairs = list(itertools.combinations(acted, 2))
    ref = await _matter(v, state, max(len(pairs), 1))
    for number, pair in enumerate(pairs, 1):
        await _lead(v, ref, number, state)
        seen = (await _case(v, ref, number)).number
        acts = [
            perform(_court(v), who.viewer, act, ref, number, SimpleNamespace(**_words(v, act, verb)), seen=seen)
            for (act, verb), who in zip(pair, (tara, usha), strict=True)
        ]
        done = await asyncio.gather(*acts, return_exceptions=True)
        assert [isinstance(one, Moved) for one in done].count(True) == 1, (pair, done)
        assert (await _case(v, ref, number)).number == seen + 1
    assert await reconcile.faults_in_force(_court(v)) == []


async def test_to_keep_something_is_said_once_even_by_who_says_nothing_of_what_they_saw(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    path = f"/api/v1/admin/orders/{ref}/targets/1/keep"
    assert [(await v.api(v.dev, "POST", path, reason=REASON)).status_code for _ in range(2)] == [200, 409]
    assert (await v.api(v.chitra, "POST", path, reason=REASON)).status_code == 200, "another has looked, too"
    v.clock.move(DAY)
    assert (await v.api(v.chitra, "POST", path, reason=REASON)).status_code == 200, "and looks again"


# --- appeals ---

OUTCOMES: dict[str, dict[str, Any]] = {"upheld": {}, "reversed": {}, "modified": {"ends_at": "2021-02-20"}}


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_of_two_who_decide_an_appeal_at_once_one_does_and_of_who_lifts_it_meanwhile_nothing_is_left_half(
    village: Village, outcome: str
):
    v, court = village, _court(village)
    tara, usha = await hire(v, "tara", Role.APPROVER), await hire(v, "usha", Role.OWNER)

    async def appealed() -> tuple[str, int]:
        post = await v.says(v.asha, "सरसों में फूल आ गए।")
        ref = await v.withhold(post=post, by=v.chitra, second=v.dev)
        async with court.work.reading() as reading:
            (row,) = [row for row in await rulings.of_owner(reading, v.asha.id) if row.subject_id == post.id]
        return ref, (await appeals.file(court, v.asha.viewer, row.id, "It was a poem, and everybody knows it.")).id

    said = {"outcome": outcome, "reason": REASON, **OUTCOMES[outcome]}

    async def by_call(who: Villager, id_: int) -> tuple[bool, str]:
        """As a row of a file of many is."""
        try:
            await appeals.decide(
                court, who.viewer, id_, appeals.Decision(outcome=outcome, reason=REASON, **OUTCOMES[outcome])
            )
        except Problem as problem:
            return False, str(problem)
        return True, ""

    async def by_form(who: Villager, id_: int) -> tuple[bool, str]:
        answer = await AtDesk(v, who).send(f"/office/appeals/{id_}/decide", said)
        assert answer.status_code in (303, 409, 422), answer.text
        return answer.status_code == 303, answer.text

    async def by_lifting(who: Villager, ref: str) -> tuple[bool, str]:
        answer = await v.api(who, "POST", f"/api/v1/admin/orders/{ref}/targets/1/lift", reason=REASON)
        return answer.status_code == 200, answer.text

    _, id_ = await appealed()
    _, alone = await added(v, lambda: by_call(tara, id_))
    for one, other, second in ((by_form, by_call, usha), (by_form, by_form, tara), (by_call, by_call, tara)):
        _, id_ = await appealed()
        done, left = await added(v, lambda: one(tara, id_), lambda: other(second, id_))  # noqa: B023 - awaited here
        assert sorted(went for went, _ in done) == [False, True], done
        assert left == alone
    for _ in range(3):
        ref, id_ = await appealed()
        done, left = await added(v, lambda: by_call(tara, id_), lambda: by_lifting(usha, ref))  # noqa: B023 - awaited here
        assert any(went for went, _ in done) and left["ended"] == left["begun"] + 1, done
    assert await reconcile.faults_in_force(court) == []


# --- steps of an order ---

EMERGENCY: dict[str, Any] = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}
# How an order comes to stand somewhere: from where, by which step.
STAGES: dict[Stage, tuple[Stage, str]] = {
    Stage.ACKNOWLEDGED: (Stage.RECEIVED, "acknowledge"),
    Stage.IN_REVIEW: (Stage.RECEIVED, "check"),
    Stage.RETURNED: (Stage.RECEIVED, "return_order"),
    Stage.CLARIFYING: (Stage.IN_REVIEW, "ask"),
    Stage.HEARING: (Stage.IN_REVIEW, "set_hearing"),
    Stage.STAYED: (Stage.IN_REVIEW, "stay"),
}
# Two mended versions at once: `unit/governance/orders/test_replacing.py`.
STEPPED = {
    move.verb: move
    for move in reversed(procedure.STEPS)
    if move.source and move.verb not in {*procedure.BY_DECISION, procedure.REPLACE}
}


def _noted(v: Village, verb: str, confirms: str) -> dict[str, Any]:
    """What is filled in for a step: all that it needs, and what it is about where that is not the whole order."""
    known = {
        "reason": REASON,
        "text": "We met the officer, and these are the minutes of it.",
        "body": "court",
        "codes": ("no_reasons",),
        "until": iso_day(v.clock() + 4 * DAY),
        "targets": (1,),
        "confirms": confirms,
    }
    return {name: known[name] for name in STEPPED[verb].needs if name in known}


async def _stage(v: Village, ref: str, to: Stage) -> None:
    if to is Stage.RECEIVED:
        return
    source, verb = STAGES[to]
    await _stage(v, ref, source)
    await steps.take(_court(v), v.dev.viewer, ref, StepForm(verb=verb, **_noted(v, verb, "")))
    if verb == "set_hearing":
        v.clock.move(5 * DAY)


async def _order(v: Village, verb: str) -> tuple[str, str]:
    """An order that stands where the step begins, and which one confirms it."""
    posts = [await v.says(v.meera, f"गेट बंद है, {number}।") for number in range(2)]
    paths = [post.path for post in posts]
    ref = await v.receives(*paths, checked=False, **(EMERGENCY if verb == "confirm" else {}))
    await _stage(v, ref, STEPPED[verb].source)
    if verb == "end_stay_some":
        await steps.take(_court(v), v.dev.viewer, ref, StepForm(verb="stay", **_noted(v, "stay_some", "")))
    if verb != "confirm":
        return ref, ""
    await _lead(v, ref, 1, State.IN_FORCE)
    return ref, await v.receives(*paths, confirms=ref)


class Step(NamedTuple):
    """A step that somebody is about to take."""

    v: Village
    who: Villager
    ref: str
    said: dict[str, Any]
    seen: int | None


async def _step_at_desk(step: Step) -> Sender:
    desk = AtDesk(step.v, step.who)
    await desk.get("/settings")
    typed = {name: " ".join(map(str, value)) if name == "targets" else value for name, value in step.said.items()}

    async def send() -> tuple[bool, str]:
        seen = {} if step.seen is None else {"seen": step.seen}
        answer = await desk.send(f"/office/orders/{step.ref}/step", typed | seen)
        return _went(answer), answer.text

    return send


async def _step_by_app(step: Step) -> Sender:
    async def send() -> tuple[bool, str]:
        answer = await step.v.api(
            step.who, "POST", f"/api/v1/admin/orders/{step.ref}/steps", **step.said, seen=step.seen
        )
        assert answer.status_code in (200, 403, 409), answer.text
        return answer.status_code == 200, answer.text

    return send


async def _step_in_shell(step: Step) -> Sender:
    flags = {"codes": "code", "targets": "target"}
    typed: list[str] = []
    for name, value in step.said.items():
        for one in value if isinstance(value, tuple) else (value,):
            typed += [] if name == "verb" else [f"--{flags.get(name, name)}", str(one)]
    seen = [] if step.seen is None else ["--seen", str(step.seen)]

    async def send() -> tuple[bool, str]:
        done = await at_prompt(
            step.v, "order", "step", step.ref, step.said["verb"], "--as", step.who.handle, *seen, *typed
        )
        return done.returncode == 0, done.stderr

    return send


STEPS_BY = {"office": _step_at_desk, "api": _step_by_app, "shell": _step_in_shell}


async def _last(v: Village, ref: str) -> int:
    async with _court(v).work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None
        return (await order_events.of_order(reading, order.id))[-1].number


@pytest.mark.parametrize("verb", STEPPED)
async def test_of_two_who_take_the_same_step_at_once_one_takes_it_and_the_other_is_told(village: Village, verb: str):
    v = village
    tara, usha = await hire(v, "tara", Role.APPROVER), await hire(v, "usha", Role.OWNER)
    alone = Counter[str]()
    for one, other, second in (
        ("api", "", None),
        ("office", "api", usha),
        ("api", "shell", usha),
        ("office", "office", tara),
    ):
        ref, confirms = await _order(v, verb)
        said = {"verb": procedure.WHOLE.get(verb, verb)} | _noted(v, verb, confirms)
        seen = await _last(v, ref)
        senders = [await STEPS_BY[one](Step(v, tara, ref, said, seen))]
        if second is not None:
            senders.append(await STEPS_BY[other](Step(v, second, ref, said, seen)))
        done, left = await added(v, *senders)
        assert sorted(went for went, _ in done) == [False, True][-len(senders) :], (one, other, done)
        alone = alone or left
        assert alone["steps"] == 1 and left == alone, (one, other)
        assert all(said.strip() for went, said in done if not went)


STAYING = [verb for verb, move in STEPPED.items() if move.source is move.to]


@pytest.mark.parametrize("verb", STAYING)
@pytest.mark.parametrize("way", STEPS_BY)
async def test_what_leaves_an_order_where_it_stood_is_not_noted_twice_by_who_says_nothing_of_what_they_saw(
    village: Village, verb: str, way: str
):
    """A letter sent twice by a program that asks again, or a command typed twice, would be two letters."""
    v = village
    ref, confirms = await _order(v, verb)
    said = {"verb": procedure.WHOLE.get(verb, verb)} | _noted(v, verb, confirms)
    senders = [await STEPS_BY[way](Step(v, v.dev, ref, said, None)) for _ in range(2)]
    before = await tally(v)
    done = [await send() for send in senders]
    assert [went for went, _ in done] == [True, False], done
    assert (await tally(v))["steps"] == before["steps"] + 1
