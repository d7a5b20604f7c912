"""`kill -9` at every step of an order's walk: before, within and after its commit, and at any moment.

Never an effect without its leaf, nor a leaf without its effect; what was answered is there, what was not is there whole or not
at all. KILL_ROUNDS says how often the walk is walked, each time with other deaths (`KILL_ROUNDS=12 pytest …`): once and on
SQLite in the suite, from two on also on PostgreSQL.
"""

import asyncio
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import asyncpg
import httpx2
import pytest

from chaupal.app.check import check_house
from chaupal.app.rooms import visiting
from chaupal.governance.orders import authorities
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.people import speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.http.call import House
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.signin import sessions
from chaupal_audit.log.verify import verify_log
from killing import MODES, Mortal
from services import Postgres
from serving import Member, join, served
from waiting import PATIENCE, eventually

ROUNDS = int(os.environ.get("KILL_ROUNDS", "1"))
REASON = "The post names a person as armed, which the order shows to be false."
CALLED = "The office confirmed its number and date."
UNSIGNED = "The letter bears no signature; the office confirmed on the telephone that it is theirs."
WHY = "It was about a gate, and about nobody with a weapon."
ANY = "any moment"
DEATHS = (*MODES, ANY)
ADMIN = "/api/v1/admin"
EVIDENCE = "Editor of a daily paper: accreditation seen at the interview."
SCOPES = "read write follow push admin:read admin:write"

ROLES = {
    Role.CLERK: ("clerk",),
    Role.REVIEWER: ("ravi", "kiran"),
    Role.APPROVER: ("dev",),
    Role.OWNER: ("malik",),
    Role.MEMBER: ("meera", "gauri"),
}
# Every entry of these kinds is the leaf of one row, and every such row has one. (kind or kinds, where the rows are)
LEAVES = {
    ("order",): "SELECT log_index FROM orders",
    # What the order itself says (that it came, and how it was found genuine) is one entry with it.
    (
        "step",
    ): "SELECT e.log_index FROM order_events e JOIN orders o ON o.id = e.order_id WHERE e.log_index <> o.log_index",
    ("decision", "measure", "deamp", "reversal", "appeal"): """
        SELECT log_index FROM case_events WHERE number > 1
        UNION SELECT log_index FROM rulings UNION SELECT lift_log_index FROM rulings WHERE lift_log_index IS NOT NULL
        UNION SELECT log_index FROM appeals UNION SELECT decided_log_index FROM appeals WHERE decided_log_index IS NOT NULL""",
}


@dataclass
class Walk:
    """The server and its people, and how far the walk has come."""

    server: Mortal
    people: dict[str, Member]
    browsers: dict[str, tuple[str, str]]
    authority: int
    chance: random.Random
    runner: "asyncio.Runner"
    beside: House  # the same store, looked at from another process
    key: str = ""
    checkpoint: str = ""
    said: dict[str, str] = field(default_factory=dict[str, str])  # name -> post
    deaths: Counter[str] = field(default_factory=Counter[str])

    # --- acts ---

    def api(self, who: str, path: str, **body: Any) -> httpx2.Response:
        with self.server.client(self.people[who]) as client:
            return client.post(path, json=body)

    def press(self, who: str, path: str, **typed: str) -> httpx2.Response:
        cookie, word = self.browsers[who]
        with httpx2.Client(base_url=self.server.url, timeout=PATIENCE) as client:
            return client.post(path, data=typed | {"csrf": word}, headers={"cookie": cookie})

    def receives(self, *names: str, **typed: str) -> httpx2.Response:
        for name in names:
            if name not in self.said:
                posted = self.api(author_of(name), "/api/v1/statuses", status=f"{name}: the gate is closed")
                self.said[name] = posted.json()["id"]
        form = {
            "authority": str(self.authority),
            "officer": "A. Sharma",
            "officer_rank": "Joint Secretary",
            "reference_no": names[0],
            "legal_basis": "IT Act 2000, s. 69A",
            "grounds": "public order",
            "territory": "IN",
            "dated": "2021-02-04",
            "regime": "IN-69A",
            "role": "designated_officer",
            "bases": "public_order",
            "reasons": "It is said to call people to arms.",
            "targets": "\n".join(f"{self.server.url}/@{author_of(name)}/{self.said[name]}" for name in names),
        }
        return self.press("clerk", "/office/orders", **form | typed)

    def step(self, who: str, ref: str, verb: str, **more: Any) -> httpx2.Response:
        return self.api(who, f"{ADMIN}/orders/{ref}/steps", verb=verb, **more)

    def move(self, who: str, ref: str, number: int, verb: str, **more: Any) -> httpx2.Response:
        return self.api(who, f"{ADMIN}/orders/{ref}/targets/{number}/{verb}", **more)

    # --- questions ---

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        settings = self.server.settings
        if settings.postgres:
            return self.runner.run(_ask(settings.database, question))
        db = sqlite3.connect(f"file:{Path(settings.data) / 'chaupal.db'}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            return db.execute(question).fetchall()
        finally:
            db.close()

    def count(self, question: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {question}")[0][0])

    def ref_of(self, reference: str) -> str:
        return str(self.rows(f"SELECT ref FROM orders WHERE reference_no = '{reference}'")[0][0])

    def ruling_on(self, name: str) -> int:
        return int(self.rows(f"SELECT id FROM rulings WHERE subject_id = {self.said[name]} ORDER BY id DESC")[0][0])

    def quiet(self) -> None:
        """Everything that follows from what was done has happened."""
        eventually(lambda: self.count("outbox") == 0)


def author_of(name: str) -> str:
    """Who says a post: the second one a journalist, about whom a second reviewer has to agree."""
    return "gauri" if name.startswith("two") else "meera"


class Act(NamedTuple):
    """A step: how it is done, and which rows say that it was (there is one more of them afterwards)."""

    name: str
    do: Callable[[], httpx2.Response | None]
    counted: str


async def _ask(dsn: str, question: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(question)]
    finally:
        await connection.close()


def done(answer: httpx2.Response) -> httpx2.Response:
    assert answer.status_code < 400, (answer.request.url, answer.status_code, answer.text[:500])
    return answer


# --- dying ---


def dies(walk: Walk, act: Act, death: str) -> None:
    """The act is begun, the server dies of it, comes back, and everything is whole; then it is done, if it was not."""
    walk.quiet()
    before = walk.count(act.counted)
    answered = _until_it_is_gone(walk, act, death)
    walk.server.start()
    there = walk.count(act.counted) - before
    assert there in (0, 1), act.name
    if answered or death == "after":
        assert there == 1, f"{act.name}: answered or committed, and lost ({death})"
    if death in ("within", "before"):
        assert there == 0, f"{act.name}: half of it is there ({death})"
    check_whole(walk, f"{act.name} ({death})")
    walk.deaths[death] += 1
    if not there and (answer := act.do()) is not None:
        done(answer)
    eventually(lambda: walk.count(act.counted) == before + 1)


def _until_it_is_gone(walk: Walk, act: Act, death: str) -> bool:
    """Whether the act was answered before the server was gone."""
    timer = Timer(walk.chance.uniform(0, 0.06), os.kill, (walk.server.pid, 9))
    if death == ANY:
        timer.start()
    else:
        walk.server.arm(death)
    answered = False
    with suppress(httpx2.TransportError):
        if (answer := act.do()) is not None:
            done(answer)
            answered = True
    walk.server.gone()
    timer.cancel()
    return answered


def check_whole(walk: Walk, when: str) -> None:
    """The log verifies and extends what was signed, and it and the rest of the house say the same."""
    report = verify_log(f"{walk.server.url}/log", walk.key or None, previous_checkpoint=walk.checkpoint or None)
    assert report.ok, f"{when}: {report.fault}: {report.where}"
    walk.key, walk.checkpoint = report.vkey, report.checkpoint
    assert walk.runner.run(check_house(walk.beside)) == [], when
    for kinds, where in LEAVES.items():
        among = ", ".join(f"'{kind}'" for kind in kinds)
        leaves = {index for (index,) in walk.rows(f'SELECT "index" FROM log_entries WHERE kind IN ({among})')}
        assert leaves == {index for (index,) in walk.rows(where)}, f"{when}: {kinds}"


# --- the walk ---


def walked(walk: Walk, number: int) -> Iterator[Act]:
    """Each step once, with what must go before it; the acts are done by whoever takes them from here."""
    a, b, c, lapsing = (f"{name}{number}" for name in ("one", "two", "three", "lapsing"))
    said = {"outcome": "withhold_post", "reason": REASON, "despite": UNSIGNED}
    yield Act("receive", lambda: walk.receives(a, b, c), f"orders WHERE reference_no = '{a}'")
    ref = walk.ref_of(a)
    yield Act("acknowledge", lambda: walk.step("clerk", ref, "acknowledge"), came_to("acknowledge"))
    yield Act("verify", lambda: walk.step("clerk", ref, "verify_origin", reason=CALLED), came_to("verify_origin"))
    yield Act("check", lambda: walk.step("ravi", ref, "check"), came_to("check"))
    yield Act("propose", lambda: walk.move("ravi", ref, 1, "propose", **said), stands("measure_proposed"))
    yield Act("approve", lambda: walk.move("dev", ref, 1, "approve"), "rulings")
    strike = str(walk.ruling_on(a))
    yield Act("appeal", lambda: walk.api("meera", "/api/v1/appeals", ruling_id=strike, text=WHY), "appeals")
    path = f"/office/appeals/{walk.rows('SELECT max(id) FROM appeals')[0][0]}/decide"
    yield Act("reverse", lambda: walk.press("malik", path, outcome="reversed", reason=WHY), stands("overturned"))
    done(walk.move("ravi", ref, 2, "propose", **said))
    yield Act("concur", lambda: walk.move("kiran", ref, 2, "concur"), stands("measure_concurred"))
    done(walk.move("dev", ref, 2, "approve"))
    yield Act("lift", lambda: walk.move("ravi", ref, 2, "lift", reason=WHY), stands("lifted"))
    yield Act("act in an emergency", lambda: walk.move("dev", ref, 3, "act_in_emergency", **said), stands("unseconded"))
    yield Act(
        "second", lambda: walk.move("ravi", ref, 3, "approve"), "rulings WHERE second_by < ends_at OR ends_at IS NULL"
    )
    yield Act("stay", lambda: walk.step("dev", ref, "stay", body="High Court"), came_to("stay"))
    warning = {"type": "none", "rule": "3", "text": REASON}
    account = f"{ADMIN}/accounts/{walk.people['meera'].id}/action"
    # Whoever warns opens a matter and then decides it: a death between the two leaves a matter that nobody has decided.
    yield Act("warn", lambda: walk.api("ravi", account, **warning), "orders WHERE channel = 'house'")
    yield from ending(walk, lapsing, said)


def ending(walk: Walk, name: str, said: dict[str, str]) -> Iterator[Act]:
    """An order of which one ruling runs out, and which is withdrawn with the other."""
    began = datetime.now(UTC)
    done(walk.receives(name, f"{name}too", origin_note=CALLED))
    done(walk.step("ravi", walk.ref_of(name), "check"))
    # The first must be approved before its time is over: these three steps took as many as the two that are left until then.
    ref, end = walk.ref_of(name), datetime.now(UTC) + timedelta(seconds=1) + 5 * (datetime.now(UTC) - began)
    for number, more in ((1, {"until": end.isoformat()}), (2, {})):
        done(walk.move("ravi", ref, number, "propose", **said, **more))
        done(walk.move("dev", ref, number, "approve"))
    yield Act("lapse", lambda: time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds())), stands("lapsed"))
    yield Act("withdraw", lambda: walk.step("dev", ref, "withdraw"), came_to("withdraw"))


def came_to(verb: str) -> str:
    return f"order_events WHERE verb = '{verb}'"


def stands(state: str) -> str:
    return f"case_events WHERE state = '{state}'"


@pytest.fixture(scope="module", params=("sqlite", "postgres") if ROUNDS > 1 else ("sqlite",))
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    dsn = server.fresh(template=request.getfixturevalue("migrated"))
    yield dsn
    server.drop(dsn)


@pytest.fixture(scope="module")
def walk(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A server that has died at every step of the walk, ROUNDS times, and runs again."""
    folder = tmp_path_factory.mktemp("killed")
    with served(folder, Mortal, database=database, log_level="error") as house, asyncio.Runner() as runner:
        looking = visiting(house.settings)
        try:
            made = opened(house, runner, runner.run(looking.__aenter__()))
            for number in range(ROUNDS):
                for at, act in enumerate(walked(made, number)):
                    dies(made, act, DEATHS[(at + number + bool(database)) % len(DEATHS)])
            made.quiet()
            yield made
        finally:
            runner.run(looking.__aexit__(None, None, None))
            house.close()


def opened(server: Mortal, runner: asyncio.Runner, beside: House) -> Walk:
    """The office with its people, and two members whose posts are what the orders are about, one a protected journalist."""
    people = {
        handle: member
        for role, handles in ROLES.items()
        for handle, member in join(server.settings, *handles, role=role).items()
    }

    async def let_in() -> tuple[int, dict[str, tuple[str, str]]]:
        browsers: dict[str, tuple[str, str]] = {}
        clerk = Viewer(account=int(people["clerk"].id), country="IN", role=Role.CLERK)
        ministry = await authorities.register(beside.court, clerk, AuthorityForm(name="Ministry", jurisdiction="IN"))
        approver = Viewer(account=int(people["dev"].id), country="IN", role=Role.APPROVER)
        ministry = await authorities.agree(beside.court, approver, ministry.id)
        reviewer = Viewer(account=int(people["ravi"].id), country="IN", role=Role.REVIEWER)
        form = SpeakerForm(handle="gauri", speaker_class="journalist", evidence=EVIDENCE)
        await speakers.second(beside.court, approver, await speakers.propose(beside.court, reviewer, form))
        for handle, member in people.items():
            token = await sessions.issue_token(beside.square, int(member.id), SCOPES)
            people[handle] = replace(member, token=token)
            session = await sessions.begin_session(beside.square, int(member.id))
            caller = await sessions.caller_by_cookie(beside.square, digest(session.secret))
            assert caller is not None
            browsers[handle] = (f"{sessions.COOKIE}={session.secret}", caller.csrf)
        return ministry.id, browsers

    ministry, browsers = runner.run(let_in())
    return Walk(server, people, browsers, ministry, random.Random(2021), runner, beside)


def test_the_server_died_in_every_way(walk: Walk):
    assert set(walk.deaths) == set(DEATHS) and sum(walk.deaths.values()) >= 15 * ROUNDS


def test_everybody_was_told_of_everything_exactly_once(walk: Walk):
    rulings = walk.rows("SELECT id, lifted_at, measure FROM rulings")
    reversed_ = {id_ for (id_,) in walk.rows("SELECT ruling_id FROM appeals WHERE outcome = 'reversed'")}
    owed = Counter(f"ruling:{id_}:begun" for id_, _, _ in rulings)
    owed += Counter(f"ruling:{id_}:ended" for id_, lifted, _ in rulings if lifted is not None and id_ not in reversed_)
    told = Counter(cause for (cause,) in walk.rows("SELECT cause FROM notices WHERE cause LIKE 'ruling:%'"))
    assert told == owed
    assert walk.count("tellings WHERE sent_at IS NULL") == 0
    words = Counter(text for (text,) in walk.rows("SELECT text FROM posts WHERE visibility = 3"))
    assert set(words.values()) == {1} and sum(words.values()) >= sum(owed.values())


def test_what_is_in_force_is_what_the_last_step_left(walk: Walk):
    states = Counter(
        state
        for (state,) in walk.rows(
            "SELECT e.state FROM case_events e WHERE e.number = (SELECT max(number) FROM case_events x WHERE x.target_id = e.target_id)"
        )
    )
    ended = ("overturned", "lifted", "stayed", "lapsed", "withdrawn")
    assert {state: n for state, n in states.items() if state not in ("received", "unseconded")} == dict.fromkeys(
        ended, ROUNDS
    )
    # One person warned, and nobody has agreed yet.
    assert states["unseconded"] == walk.count("rulings WHERE measure = 'warn'")
    assert walk.count("rulings WHERE lifted_at IS NULL AND measure = 'withhold_post'") == 0


def test_the_house_is_whole(walk: Walk):
    check_whole(walk, "in the end")
