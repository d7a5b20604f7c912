"""Changes of what stands, in part and whole, by every way in: who may, who may not, two at once, and whatever can be typed wrongly.

Each row of CHANGES is tried on pages, over the API and on the command line; whoever adds one adds it there.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest

from chaupal.app.wiring import open_house
from chaupal.governance.cases import decisions
from chaupal.governance.cases.lifecycle import State
from chaupal.governance.orders import changes, procedure, steps
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import SECOND, iso
from chaupal.policy.viewer import MAY, STAFF, Role
from chaupal.reads.court import dossier
from chaupal.store.identity.facts_cache import rulings_in_force
from surfaces.insiders import as_app, at_desk, at_prompt, count, hire, protect
from village import REASON, Village, Villager

PAGE, API, SHELL = "page", "api", "shell"
WAYS = (PAGE, API, SHELL)
OWN = 3  # the target that is a post of the insider's


class TriedChange(NamedTuple):
    """`verb`: a step of the order, about target 2 (`some`) or all; else (`kind`) a change that two decide about target 2."""

    name: str
    verb: str = ""
    some: bool = False
    kind: str = ""
    until: str = ""
    bound: tuple[int, ...] = ()  # whose targets bind afterwards
    came_to: State = State.IN_FORCE
    body: str = "court"

    @property
    def form(self) -> dict[str, Any]:
        if self.kind:
            return {"kind": self.kind, "reason": REASON, "body": self.body, "until": self.until}
        return {"verb": self.verb, "reason": REASON, "body": self.body} | ({"targets": [2]} if self.some else {})

    @property
    def may(self) -> str:
        return "decide" if self.kind else procedure.MACHINE.may(self.verb)

    @property
    def ended(self) -> bool:
        return self.verb == "end_stay"


ENDS, SOONER, LATER = "2021-02-15T00:00:00Z", "2021-02-12T00:00:00Z", "2021-02-25T00:00:00Z"
CHANGES = (
    TriedChange("quashed in part", "set_aside", some=True, bound=(1, 3), came_to=State.SET_ASIDE),
    TriedChange("withdrawn in part", "withdraw", some=True, bound=(1, 3), came_to=State.WITHDRAWN),
    TriedChange("stayed in part", "stay", some=True, bound=(1, 3), came_to=State.STAYED),
    TriedChange("goes on in part", "end_stay", some=True, bound=(1, 2, 3)),
    TriedChange("quashed", "set_aside", came_to=State.SET_ASIDE),
    TriedChange("withdrawn", "withdraw", came_to=State.WITHDRAWN),
    TriedChange("stayed", "stay", came_to=State.STAYED),
    TriedChange("goes on", "end_stay", bound=(1, 2, 3)),
    TriedChange("extended", kind=changes.EXTEND, until=LATER, bound=(1, 2, 3)),
    TriedChange("renewed", kind=changes.RENEW, until=LATER, bound=(1, 2, 3)),
    TriedChange("amended", kind=changes.AMEND, until=SOONER, bound=(1, 2, 3), body="review_committee"),
)


def test_every_change_that_the_tables_know_is_a_row():
    rows = {procedure.SOME[c.verb] if c.some else c.verb for c in CHANGES if c.verb} | {
        c.kind for c in CHANGES if c.kind
    }
    assert rows == {*procedure.SOME, *procedure.SOME.values(), *procedure.BY_DECISION}


class Answer(NamedTuple):
    """What a way in answered: its status (of the command line: 200, 422 for words that are none, else 409)."""

    status: int
    text: str

    @property
    def done(self) -> bool:
        return self.status in (200, 303)


async def send(
    v: Village, way: str, who: Villager, ref: str, form: dict[str, Any], number: int | None = None
) -> Answer:
    """A step of an order, or (`number`) a change of one target, by one of the ways in."""
    if way == SHELL:
        return await _typed(v, who, ref, form, number)
    if way == API:
        path = f"/api/v1/admin/orders/{ref}/" + ("steps" if number is None else f"targets/{number}/change")
        answer = await as_app(v, who, "POST", path, **form)
    else:
        path = f"/office/orders/{ref}/" + ("step" if number is None else f"{number}/change")
        typed = {name: ", ".join(map(str, said)) if name == "targets" else said for name, said in form.items()}
        answer = await at_desk(
            v, who, path, **{"parts[]" if name == "parts" else name: said for name, said in typed.items()}
        )
    return Answer(answer.status_code, answer.text)


async def _typed(v: Village, who: Villager, ref: str, form: dict[str, Any], number: int | None) -> Answer:
    said = dict(form)
    words = ["order", "step", ref, str(said.pop("verb"))] if number is None else ["order", "change", ref, str(number)]
    said.pop("seen", None)
    for name, value in said.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{name.removesuffix('s') if name in ('targets', 'parts') else name}", str(one)]
    done = await at_prompt(v, *words, "--as", who.handle)
    return Answer({0: 200, 2: 422}.get(done.returncode, 409), done.stdout + done.stderr)


async def approve(v: Village, way: str, who: Villager, ref: str, number: int = 2, act: str = "approve") -> Answer:
    """An act that takes no words, about one target."""
    if way == SHELL:
        done = await at_prompt(v, "order", act, ref, str(number), "--as", who.handle)
        return Answer(200 if done.returncode == 0 else 409, done.stdout + done.stderr)
    if way == API:
        answer = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/targets/{number}/{act}")
    else:
        answer = await at_desk(v, who, f"/office/orders/{ref}/{number}/{act}")
    return Answer(answer.status_code, answer.text)


def said_why_not(way: str, answer: Answer) -> bool:
    """Whether it is refused in the shape of the way in, with words: never an error of ours, never a trace."""
    if not 400 <= answer.status < 500:
        return False
    if way == API:
        return bool(json.loads(answer.text)["error"])
    if way == SHELL:  # one line; a class of Python's is none of our words
        return not re.search(r"Traceback|\b\w+(Error|Exception|Violation): ", answer.text) and len(answer.text) > 20
    return "</html>" in answer.text and "Something went wrong" not in answer.text


class Named(NamedTuple):
    """An order, and the posts that it names: asha's, ravi's and one of an insider's."""

    ref: str
    posts: tuple[int, ...]


async def scene(v: Village, change: TriedChange, orders: int = 1) -> tuple[list[Named], Villager]:
    """Orders whose three targets are withheld, the third a post of an insider who is made approver after that."""
    mine, court, found = await v.joins("mine"), v.running.house.court, list[Named]()
    for _ in range(orders):
        said = [await v.says(who, "Something about the village.") for who in (v.asha, v.ravi, mine)]
        found.append(Named(await v.receives(*(one.path for one in said), ends_at=ENDS), tuple(one.id for one in said)))
        for number in (1, 2, 3):
            await withheld(v, found[-1].ref, number)
    await role_grants.grant(court, v.owner.viewer, mine.id, Role.APPROVER)
    if change.ended:
        form = StepForm(verb="stay", body="court", targets=(2,) if change.some else ())
        for order in found:
            await steps.take(court, v.dev.viewer, order.ref, form)
    await v.settle()
    return found, mine


async def withheld(v: Village, ref: str, number: int) -> None:
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, number, outcome="withhold_post", reason=REASON)
    await decisions.approve(court, v.dev.viewer, ref, number)


async def binds(v: Village, order: Named) -> tuple[int, ...]:
    """Numbers of the targets whose posts are withheld now."""
    async with v.running.house.court.work.reading() as reading:
        found = await rulings_in_force(reading)
    return tuple(n for n, post in enumerate(order.posts, 1) if found.on(post))


async def gone(v: Village, handle: str, role: Role) -> Villager:
    """Whose role was taken from them, and who keeps the session of that day."""
    who = await hire(v, handle, role)
    await at_desk(v, who, "/settings")
    await role_grants.grant(v.running.house.court, v.owner.viewer, who.id, Role.MEMBER)
    return who


HUGE = 10**30
# What is wrong -> what is typed instead; of the ways that can be asked for it at all.
BAD_STEPS: dict[str, tuple[dict[str, Any], Sequence[str]]] = {
    "an unknown target": ({"targets": [99]}, WAYS),
    "target nought": ({"targets": [0]}, WAYS),
    "no number": ({"targets": ["two"]}, WAYS),
    "too large a number": ({"targets": [HUGE]}, WAYS),
    "one known and one not": ({"targets": [2, 99]}, WAYS),
    "an unknown verb": ({"verb": "dance"}, WAYS),
    "a letter that is none": ({"body": "a\0b"}, (PAGE, API)),
    "too long": ({"body": "x" * 301}, WAYS),
    "an order that moved": ({"seen": 1}, (PAGE, API)),
    "a verb that takes no targets": ({"verb": "meet", "text": REASON, "targets": [2]}, WAYS),
    "what two decide": ({"verb": "extend", "targets": [2]}, WAYS),
    "a part that is not named": ({"verb": "stay_some", "targets": []}, (PAGE, API)),
    "no such confirming order": ({"verb": "confirm", "confirms": "a\0b", "targets": [2]}, (PAGE, API)),
}
BAD_CHANGES: dict[str, tuple[dict[str, Any], Sequence[str]]] = {
    "no reason": ({"reason": ""}, WAYS),
    "a reason that explains nothing": ({"reason": "no"}, WAYS),
    "a past day": ({"until": "2021-02-01"}, WAYS),
    "this very moment": ({"until": "2021-02-10T15:00:00Z"}, WAYS),
    "no day": ({"until": "soon"}, WAYS),
    "a day too far": ({"until": "9999-12-31"}, WAYS),
    "nothing at all": ({"until": "", "body": ""}, WAYS),
    "an unknown kind": ({"kind": "dance"}, WAYS),
    "no kind": ({"kind": ""}, WAYS),
    "a part of nobody's": ({"parts": [7]}, WAYS),
    "a part that is no number": ({"parts": ["x"]}, WAYS),
    "no country": ({"territory": "ZZ"}, WAYS),
    "a country where it does not hold": ({"territory": "DE"}, WAYS),
    "an unknown measure": ({"outcome": "dance"}, WAYS),
    "a wider one": ({"outcome": "withhold_account"}, WAYS),
    "a letter that is none": ({"reason": f"{REASON}\0"}, (PAGE, API)),
    "a case that moved": ({"seen": 1}, (PAGE, API)),
    "too large a part": ({"parts": [HUGE]}, WAYS),
}
EMPTY = {"stay", "set_aside", "end_stay"}  # say whose act it was


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
async def test_a_change_is_made_by_whoever_may_and_by_nobody_else_and_in_no_other_words(
    village: Village, change: TriedChange
):
    """By each way in an order of its own: what is refused changes nothing, so one village does for all."""
    v = village
    orders, mine = await scene(v, change, len(WAYS))
    over = await closed(v)
    wrong = [
        await hire(v, f"in_{role}", Role(role))
        for role in ("member", *sorted(STAFF))
        if Role(role) not in MAY[change.may]
    ]
    demoted = await gone(v, "gone", Role.APPROVER)
    by = await hire(v, "usha", Role.REVIEWER) if change.kind else await hire(v, "eko", Role.EXECUTOR)
    number = 2 if change.kind else None
    for way, order in zip(WAYS, orders, strict=True):
        before, found = await count(v), dict[str, Answer]()
        for who in (*wrong, demoted):
            found[f"by {who.handle}"] = await send(v, way, who, order.ref, change.form, number)
        found["one's own"] = await send(v, way, mine, order.ref, change.form, OWN if change.kind else None)
        found |= await typed_wrongly(v, way, by, order.ref, over, change)
        wrongly = {name: answer for name, answer in found.items() if not said_why_not(way, answer)}
        assert not wrongly, way
        assert await count(v) == before, way

        done = await send(v, way, by, order.ref, change.form, number)
        assert done.done, (way, done.text)
        if change.kind:
            await approved_by_nobody_else(v, way, order.ref, by, mine, demoted)
            assert (await approve(v, way, v.dev, order.ref)).done, way
        await came_about(v, order, change)


async def typed_wrongly(
    v: Village, way: str, by: Villager, ref: str, over: str, change: TriedChange
) -> dict[str, Answer]:
    """What whoever may is answered, who names what there is not, an order that is over, or says it in other words."""
    number = 2 if change.kind else None
    found = {"an unknown order": await send(v, way, by, "IN-1999-0001", change.form, number)}
    if change.kind:
        found["an unknown target"] = await send(v, way, by, ref, change.form, 99)
        found["target nought"] = await send(v, way, by, ref, change.form, 0)
        found["a closed order"] = await send(v, way, by, over, change.form, 1)
    elif change.some or change.verb in ("stay", "end_stay"):
        found["a closed order"] = await send(v, way, by, over, change.form | ({"targets": [1]} if change.some else {}))
    for name, (typed, ways) in (BAD_CHANGES if change.kind else BAD_STEPS).items():
        if way in ways:
            found[name] = await send(v, way, by, ref, change.form | typed, number)
    if change.verb in EMPTY:
        found["nobody's act"] = await send(v, way, by, ref, change.form | {"body": ""}, number)
    return found


async def came_about(v: Village, order: Named, change: TriedChange) -> None:
    assert await binds(v, order) == change.bound
    shown = await dossier.matter(v.running.house.reads, v.dev.viewer, order.ref)
    assert [file.state for file in shown.dossier.files] == [
        change.came_to if number == 2 or not (change.some or change.kind) else State.IN_FORCE for number in (1, 2, 3)
    ]
    if change.until:
        ruling = shown.dossier.files[1].ruling
        assert ruling is not None and iso(ruling.ends_at or 0) == change.until.replace("Z", ".000Z")


async def approved_by_nobody_else(
    v: Village, way: str, ref: str, by: Villager, mine: Villager, demoted: Villager
) -> None:
    """What waits is approved by nobody whose role does not open it, not by who proposed it, and not while who did may not propose."""
    before, found = await count(v), dict[str, Answer]()
    for who in (
        demoted,
        by,
        v.chitra,
        *(v.cast[f"in_{role}"] for role in ("member", "clerk", "executor", "moderator", "auditor")),
    ):
        found[f"by {who.handle}"] = await approve(v, way, who, ref)
    found["what nobody proposed"] = await approve(v, way, v.dev, ref, 1)
    await role_grants.grant(v.running.house.court, v.owner.viewer, by.id, Role.CLERK)
    entries = await count(v)
    found["of whom may not propose any more"] = await approve(v, way, v.dev, ref)
    assert await count(v) == entries
    await role_grants.grant(v.running.house.court, v.owner.viewer, by.id, Role.REVIEWER)
    assert not {name: answer for name, answer in found.items() if not said_why_not(way, answer)}
    assert {**await count(v), "entries": 0} == {**before, "entries": 0}


async def closed(v: Village) -> str:
    """An order that is over: what it brought about was lifted, the rest left undecided."""
    court = v.running.house.court
    await v.says(v.karl, "Something from Freiburg.")
    ref = await v.receives(v.karl.latest.path, "@karl")
    await withheld(v, ref, 1)
    await decisions.lift(court, v.dev.viewer, ref, 1, reason=REASON)
    await steps.take(court, v.dev.viewer, ref, StepForm(verb="close"))
    return ref


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
async def test_of_two_who_change_the_same_at_once_one_does(village: Village, change: TriedChange):
    v = village
    (order,), _ = await scene(v, change)
    ref = order.ref
    people = [await hire(v, f"one_{way}", Role.REVIEWER) for way in (*WAYS, PAGE + "2", API + "2")]
    number, ways = (2 if change.kind else None), (*WAYS, PAGE, API)
    before = await count(v)
    pairs = list(zip(ways, people, strict=True))
    done = await asyncio.gather(*(send(v, way, who, ref, change.form, number) for way, who in pairs))
    assert [answer.done for answer in done].count(True) == 1, done
    assert all(answer.done or said_why_not(way, answer) for way, answer in zip(ways, done, strict=True)), done
    assert (await count(v))["steps"] - before["steps"] == (0 if change.kind else 1)
    if not change.kind:
        return
    seconds = [await hire(v, f"second_{way}", Role.APPROVER) for way in (*WAYS, PAGE + "2", API + "2")]
    pairs = list(zip(ways, seconds, strict=True))
    done = await asyncio.gather(*(approve(v, way, who, ref) for way, who in pairs))
    assert [answer.done for answer in done].count(True) == 1, done
    assert all(answer.done or said_why_not(way, answer) for way, answer in zip(ways, done, strict=True)), done
    assert (await count(v))["steps"] - before["steps"] == 1


async def test_of_two_who_agree_as_second_reviewer_at_once_one_does_and_who_approves_meanwhile_waits(village: Village):
    v, court = village, village.running.house.court
    await protect(v, v.meera)
    ref = await v.receives(v.meera.latest.path, ends_at=ENDS)
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    for proposes in ("the measure", "a change of it"):
        people = [await hire(v, f"{way}_{proposes.split()[0]}", Role.REVIEWER) for way in ("a", "b", "c", "d", "e")]
        ways = (PAGE, API, SHELL, PAGE, API)
        done = await asyncio.gather(
            *(approve(v, way, who, ref, 1, "concur") for way, who in zip(ways, people, strict=True)),
            *(approve(v, way, who, ref, 1) for way, who in ((PAGE, v.owner), (API, v.dev))),
        )
        assert [answer.done for answer in done[:5]].count(True) == 1, done
        tried = zip((*ways, PAGE, API), done, strict=True)
        assert all(answer.done or said_why_not(way, answer) for way, answer in tried), done
        if not await binds_post(v):
            await decisions.approve(court, v.dev.viewer, ref, 1)
        form = ChangeForm(kind="extend", reason=REASON, body="court", until=LATER)
        if proposes == "the measure":
            await decisions.propose_change(court, v.chitra.viewer, ref, 1, form)


async def binds_post(v: Village) -> bool:
    async with v.running.house.court.work.reading() as reading:
        return bool((await rulings_in_force(reading)).on(v.meera.latest.id))


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # one process serves a file
async def test_what_two_processes_at_one_store_do_in_the_same_moment_is_never_taken_for_one_another(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    people = [await hire(v, f"agrees_{n}", Role.REVIEWER) for n in range(6)]
    await protect(v, v.ravi)  # of whom a second reviewer is asked
    for n in range(6):
        await v.says(v.ravi, f"Number {n} about the village.")
    ref = await v.receives(*(said.path for said in v.ravi.said[-6:]))
    for number in range(1, 7):
        await decisions.propose(
            v.running.house.court, v.chitra.viewer, ref, number, outcome="withhold_post", reason=REASON
        )
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 3)  # chance gives both the same
    async with AsyncExitStack() as stack:
        houses = [await open_house(v.running.house.settings, clock=v.clock, run=False) for _ in range(2)]
        for one in houses:
            stack.push_async_callback(one.close)
        courts = [one.house.court for one in houses]
        v.clock.move(SECOND)
        agreed = await asyncio.gather(
            *(decisions.concur(courts[n % 2], people[n - 1].viewer, ref, n) for n in range(1, 7)),
            return_exceptions=True,
        )
        assert agreed == [State.MEASURE_CONCURRED] * 6
        done = await asyncio.gather(
            *(decisions.approve(courts[n % 2], v.dev.viewer, ref, n) for n in range(1, 7)), return_exceptions=True
        )
        assert done == [State.IN_FORCE] * 6
