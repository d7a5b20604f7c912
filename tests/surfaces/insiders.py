"""Insiders for tests: staff of every role who attack from inside, by every way in, and what the store says of it afterwards."""

import asyncio
import itertools
import os
import subprocess
import sys
from typing import Any, NamedTuple
from unittest import mock

import httpx2
from click.testing import CliRunner
from sqlalchemy import text

import forked
from chaupal.app import cli_acts, rooms
from chaupal.app.cli import main
from chaupal.governance.cases import acts, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.cases.lifecycle import MACHINE, State
from chaupal.governance.orders.procedure import SOME
from chaupal.governance.people import speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.kernel.clock import SECOND
from chaupal.policy.viewer import MAY, STAFF, Role
from chaupal.social.signin import sessions
from chaupal.store.court import rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.machine.dialect import statement
from desk import AtDesk
from village import REASON, Village, Villager

GROUNDS = "Forty accounts of one hand post the same sentence every minute."
EVIDENCE = "She has written for the district paper since 2014."
FAR = "2099-01-01"  # what somebody types who wants it to last
ROLES: list[str] = [*sorted(STAFF)]
ACTS = {name: act.verbs for name, act in acts.by_way("office").items()}
WITH_REASON = ("--reason", REASON)
# What the desk calls an act -> the words for it at the prompt, about a target.
WORDS: dict[str, tuple[str, ...]] = {
    "propose": ("decide", "--outcome", "withhold_post", *WITH_REASON),
    "concur": ("concur",),
    "approve": ("approve",),
    "act_in_emergency": ("emergency", "--outcome", "withhold_post", *WITH_REASON),
    "return": ("return", *WITH_REASON),
    "lift": ("lift", *WITH_REASON),
    "keep": ("keep", *WITH_REASON),
    "change": ("change", "--kind", "amend", "--until", "2021-02-19", *WITH_REASON),
}
STEP = ("--body", "court", "--text", REASON, "--until", "2021-03-01", "--code", "no_reasons", *WITH_REASON)


def rule_for(v: Village, measure: str) -> str:
    """A rule of the house whose breach may bring the measure."""
    book = v.running.house.court.rules.current(v.clock())
    return book.cite(next(rule.id for rule in book.rules if measure in rule.measures))


async def protect(v: Village, whom: Villager) -> int:
    """`whom` is a journalist whom two people protect; the grant."""
    court = v.running.house.court
    form = SpeakerForm(handle=whom.handle, speaker_class="journalist", evidence=EVIDENCE)
    id_ = await speakers.propose(court, v.chitra.viewer, form)
    await speakers.second(court, v.dev.viewer, id_)
    return id_


async def opened(v: Village, by: Villager, target: str, measure: str) -> str:
    """A matter of the house about a target, nothing decided; its reference."""
    form = MatterForm(targets=target, rule=rule_for(v, measure), grounds=GROUNDS)
    return await house.open_matter(v.running.house.court, by.viewer, form)


def draft(v: Village, measure: str, until: str = FAR) -> Draft:
    return Draft(outcome=measure, reason=REASON, until=until, rule=rule_for(v, measure))


async def as_app(v: Village, who: Villager, method: str, path: str, **said: Any) -> httpx2.Response:
    """With a token that opens whatever the role of its owner does."""
    token = await sessions.issue_token(v.running.house.square, who.id, "read write admin:read admin:write")
    asked: dict[str, Any] = {"params": said} if method == "GET" else {"json": said}
    answer = await v.client.request(method, path, headers={"authorization": f"Bearer {token}"}, **asked)
    await v.settle()
    return answer


async def at_desk(v: Village, who: Villager, path: str, **typed: Any) -> httpx2.Response:
    """A form of the office, sent as a browser does."""
    return await AtDesk(v, who).send(path, **typed)


async def in_shell(v: Village, *words: str) -> subprocess.CompletedProcess[str]:
    """`chaupal WORDS` beside the open house."""
    settings = v.running.house.settings
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHAUPAL_")}
    more = {"CHAUPAL_DATA": settings.data} | ({"CHAUPAL_DATABASE": settings.database} if settings.database else {})
    return await asyncio.to_thread(forked.run, words, clean | more)


class Printed(NamedTuple):
    """What came of a command: its exit code and what it said."""

    returncode: int
    stdout: str
    stderr: str


async def at_prompt(v: Village, *words: str) -> Printed:
    """`chaupal WORDS` beside the open house and by its clock: the whole program in a thread of its own, without a new process.

    One at a time: the streams of the process are its own meanwhile.
    """
    v.clock.move(SECOND)  # no two programs are begun and ended in one moment, and each makes its ids anew
    settings = v.running.house.settings
    env = {"CHAUPAL_DATA": settings.data, "CHAUPAL_DATABASE": settings.database or None}

    def run() -> Printed:
        with (
            CliRunner().isolation(env=env) as (out, err, _),
            mock.patch.object(sys, "argv", ["chaupal", *words]),
            mock.patch.object(rooms, "system_clock", v.clock),
        ):
            code = 0
            try:
                main()
            except SystemExit as done:
                code = int(done.code or 0)
            sys.stdout.flush()
            return Printed(code, out.getvalue().decode(), err.getvalue().decode())

    done = await asyncio.to_thread(run)
    # What another process has changed is seen at the next look, by our clock never
    await v.running.house.court.work.catch_up()
    await v.settle()
    return done


def words(act: str, ref: str, number: int, by: str) -> tuple[str, ...]:
    name, *said = WORDS[act]
    return "order", name, ref, str(number), *said, "--as", by


async def refused_at_the_prompt(v: Village, ref: str, state: State, insiders: dict[str, Villager]) -> None:
    """Of an order whose cases stand so nobody moves their own (of each role one, in order), nor ravi's whose role it is not."""
    wrong: list[str] = []
    for act, (number, role) in itertools.product(WORDS, [*enumerate(ROLES, 1), *((0, role) for role in ROLES)]):
        verbs = MACHINE.verbs(state).intersection(ACTS[act])
        open_to = {role for verb in verbs for role in MAY[MACHINE.may(verb)]}
        others = number == 0  # ravi's post
        if (not verbs) or (others and Role(role) in open_to):
            continue
        done = await at_prompt(v, *words(act, ref, number or len(ROLES) + 1, insiders[role].handle))
        why = "something of your own" if Role(role) in open_to else "chaupal: "
        if done.returncode != 1 or why not in done.stderr or "Error" in done.stderr:
            wrong.append(f"{role} {act} {'others' if others else 'own'}: {done}")
    assert not wrong, "\n".join(wrong)


async def steps_refused_at_the_prompt(v: Village, ref: str, insiders: dict[str, Villager]) -> None:
    """Nobody takes a step of an order that names something of their own."""
    for verb, who in itertools.product(cli_acts.VERBS, insiders.values()):
        for some in ((), ("--target", "1")) if verb in SOME else ((),):
            done = await at_prompt(v, "order", "step", ref, verb, *STEP, *some, "--as", who.handle)
            assert done.returncode == 1 and "Error" not in done.stderr, (who.handle, verb, some, done)


async def binding(v: Village, whom: Villager) -> list[RulingRow]:
    """What is in force on somebody and what they wrote."""
    async with v.running.house.court.work.reading() as reading:
        rows = await rulings.of_owner(reading, whom.id)
    return [row for row in rows if row.lifted_at is None and row.ruling.in_force(v.clock())]


async def count(v: Village) -> dict[str, Any]:
    """Everything that an act of the court could leave behind: rows of each table, and what changes in them."""
    sums = {
        "events": "SELECT count(*) FROM case_events",
        "steps": "SELECT count(*) FROM order_events",
        "rulings": "SELECT count(*) || '/' || count(lifted_at) || '/' || count(approved_by) FROM rulings",
        "entries": "SELECT count(*) FROM log_entries",
        "appeals": "SELECT count(decided_at) || '/' || count(assigned_to) FROM appeals",
        "reports": "SELECT count(resolved_at) || '/' || count(assigned_to) FROM reports",
        "notes": "SELECT count(*) FROM staff_notes",
        "speakers": "SELECT count(*) || '/' || count(seconded_by) || '/' || count(ending_by) || '/' || count(ended_at) "
        "FROM protected_speakers",
        "orders": "SELECT count(*) FROM orders",
        "statements": "SELECT count(*) FROM statements",
        "assigned": "SELECT count(assigned_to) FROM targets",
    }
    async with v.running.house.court.work.reading() as reading:
        return {name: await reading.value(statement(text(sql))) for name, sql in sums.items()}


async def hire(v: Village, handle: str, role: Role) -> Villager:
    return await v.joins(handle, role=role)
