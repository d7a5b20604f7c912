"""One law in all processes: what was answered in one is obeyed by the very next request in another, and read there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import msgspec
import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import SECOND, StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Post
from chaupal.policy.viewer import Role
from chaupal.reads.timelines import home as home_reads
from chaupal.store.identity import apps
from chaupal.store.machine import outbox, tail
from chaupal.store.machine.memory import Memory
from chaupal.store.machine.shelves import ONLY, POSTS, RULINGS, Touched
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.machine.work_postgres import PostgresWork
from chaupal.store.notifications import push as devices
from chaupal.store.square import posts
from listening import listening
from pushing import device
from two import two_processes
from village import Village
from waiting import PATIENCE

V1 = "/api/v1"

type Both = tuple[Village, Village]
type Seen = tuple[int, bool]
type Act = Callable[[Village], Awaitable[Any]]

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@pytest.fixture
async def both(settings: Settings, clock: StillClock, valkey_url: str) -> AsyncIterator[Both]:
    many = msgspec.structs.replace(settings, valkey=valkey_url, push_private=True)
    async with two_processes(many, clock) as opened:
        yield opened


@pytest.fixture
def village() -> None:
    """Named so that the database begins with a village in it."""


# --- L1: the law --------------------------------------------------------------------------------------------------------


async def _rules(v: Village) -> None:
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)


async def _suspends(v: Village) -> None:
    asked = await v.api(
        v.chitra,
        "POST",
        f"{V1}/admin/accounts/{v.asha.id}/action",
        type="suspend",
        text="धमकी दी गई थी, बार-बार।",
        rule_ids=["1"],
    )
    await decisions.approve(v.running.house.court, v.dev.viewer, asked.json()["ref"], 1)


async def _revokes(v: Village) -> None:
    async with v.running.house.square.work.writing() as w:
        await apps.revoke(w, digest(v.asha.token))


async def _shuts(v: Village) -> None:
    done = await v.api(
        v.owner, "POST", f"{V1}/admin/ip_blocks", ip="127.0.0.1/32", severity="no_access", comment="x", expires_in=600
    )
    assert done.status_code == 200, done.text


def _post(v: Village) -> str:
    return f"{V1}/statuses/{v.asha.latest.id}"


WORDS = "सरसों में फूल"  # of asha's post

# What is done in one process; and in the other who asks for what, and what they are answered before it and from then on: the
# status, and whether asha's words are in it.
LAW: dict[str, tuple[Act, str, Callable[[Village], str], Seen, Seen]] = {
    "a ruling": (_rules, "", _post, (200, True), (200, False)),
    "a suspension": (_suspends, "", _post, (200, True), (200, False)),
    "a suspended account's own token": (_suspends, "asha", lambda v: f"{V1}/bookmarks", (200, False), (401, False)),
    "a block": (
        lambda v: v.api(v.asha, "POST", f"{V1}/accounts/{v.karl.id}/block"),
        "karl",
        lambda v: f"{V1}/accounts/{v.asha.id}/statuses",
        (200, True),
        (200, False),
    ),
    "a token that was revoked": (_revokes, "asha", lambda v: f"{V1}/bookmarks", (200, False), (401, False)),
    "a door that was shut": (_shuts, "", _post, (200, True), (403, False)),
    "a role that was taken": (
        lambda v: role_grants.grant(v.running.house.court, v.owner.viewer, v.chitra.id, Role.MEMBER),
        "chitra",
        lambda v: f"{V1}/admin/reports",
        (200, False),
        (401, False),
    ),
}


async def _ask(v: Village, who: str, path: str) -> Seen:
    answer = await v.api(v.cast[who] if who else None, "GET", path)
    return answer.status_code, WORDS in answer.text


async def _shown(v: Village) -> bool:
    return (await _ask(v, "", _post(v)))[1]


@pytest.mark.parametrize("what", LAW)
async def test_a_request_that_begins_after_a_decision_is_judged_by_it_in_every_process(both: Both, what: str):
    (here, there), (act, who, path, before, after) = both, LAW[what]
    assert await _ask(there, who, path(there)) == before
    await act(here)
    assert await _ask(there, who, path(there)) == after
    assert await _ask(here, who, path(here)) == after


async def test_a_ruling_that_was_lifted_hides_nothing_anywhere(both: Both):
    here, there = both
    ref = await here.withhold(post=here.asha.latest, by=here.chitra, second=here.dev)
    assert not await _shown(there)
    await here.lift(ref, by=here.chitra)
    assert await _shown(there)


async def test_a_page_that_was_kept_is_drawn_anew_by_the_law_of_another_process(both: Both):
    here, there = both
    assert WORDS in await there.page_as("IN", here.asha.latest)
    await _rules(here)
    assert WORDS not in await there.page_as("IN", here.asha.latest)


# --- planted faults: each of these would be seen ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["a look is skipped", "a kind is left out of the row", "told after the commit by nobody"]
)
async def test_a_barrier_with_a_hole_in_it_is_found_by_these_tests(
    both: Both, fault: str, monkeypatch: pytest.MonkeyPatch
):
    here, there = both
    assert await _shown(there)

    async def skip(self: PostgresWork) -> None:
        """Nobody looks."""

    async def say_nothing(self: PostgresWork, unit: Writing, lasting: list[dict[str, Any]]) -> None:
        """Nobody is told."""
        await unit.run_many(outbox.ADD, lasting)

    read = tail.read

    def read_less(text: str) -> tail.UnitBeside:
        found = read(text)
        return found._replace(touched={(kind, key) for kind, key in found.touched if kind is not RULINGS})

    with monkeypatch.context() as patch:
        if fault == "a look is skipped":
            patch.setattr(PostgresWork, "fresh", skip)
        elif fault == "a kind is left out of the row":
            patch.setattr(tail, "read", read_less)
        else:
            patch.setattr(PostgresWork, "tell_others", say_nothing)
        await _rules(here)
        assert await _shown(there), "stale: which is what the tests above would find"
    there.running.house.square.work.memory.forget_all()
    assert not await _shown(there)


# --- L2: who cannot know does not answer --------------------------------------------------------------------------------


async def test_who_cannot_look_answers_503_with_retry_after_and_never_by_an_older_law(
    both: Both, monkeypatch: pytest.MonkeyPatch
):
    here, there = both
    assert await _shown(there)
    await _rules(here)
    with monkeypatch.context() as patch:

        async def gone(*_: Any, **__: Any) -> None:
            raise OSError("the network is cut")

        patch.setattr(asyncpg, "connect", gone)
        there.running.house.square.work.tail.drop()  # pyrefly: ignore[missing-attribute] - both are on PostgreSQL
        for answer in (await there.api(None, "GET", _post(there)), await there.look("IN", here.asha.latest)):
            assert (answer.status_code, answer.headers.get("retry-after")) == (503, "1"), answer.text
            assert WORDS not in answer.text
        async with listening(there.running.app, f"{V1}/streaming/public") as ear:
            assert (ear.status, ear.headers["retry-after"]) == (503, "1")
        work = there.running.house.square.work
        with pytest.raises(Unavailable) as caught:
            await work.fresh()
        assert work.fault(caught.value) is caught.value, (
            "the operator is told in one line, not by a traceback each second"
        )
    assert not await _shown(there)


async def test_what_is_pushed_is_judged_by_where_somebody_last_came_from_through_whichever_process(both: Both):
    here, there = both
    karl, path = here.karl, f"{V1}/push/subscription"

    async def comes(v: Village, country: str) -> str:
        assert (await v.api(karl, "GET", f"{V1}/bookmarks", country)).status_code == 200
        async with here.running.house.square.work.reading() as reading:
            found = await devices.of_key(reading, digest(karl.token))
        return found.country if found else ""

    assert await comes(there, "IN") == ""  # no device is told yet
    async with device() as phone:
        sent: dict[str, Any] = {
            "subscription": phone.subscription | {"standard": True},
            "data": {"alerts": {"mention": True}},
        }
        assert (await here.api(karl, "POST", path, "US", **sent)).status_code == 200
    assert await comes(there, "IN") == "IN"
    assert await comes(here, "US") == "US"
    assert await comes(here, "US") == "US"
    assert await comes(there, "IN") == "IN", "there they were last seen in India, and here in between"
    assert await comes(here, "US") == "US"


# --- L3: one reads what one wrote, through any process ------------------------------------------------------------------


async def test_what_one_wrote_is_read_through_another_process(both: Both):
    here, there = both
    assert (await there.api(here.ravi, "GET", f"{V1}/timelines/home")).status_code == 200
    here.clock.move(SECOND)
    made = (await here.api(here.asha, "POST", f"{V1}/statuses", status="नई बात", language="hi")).json()
    home = (await there.api(here.ravi, "GET", f"{V1}/timelines/home")).json()
    assert home[0]["id"] == made["id"], "the home there is resident, and follows"
    await there.api(here.ravi, "POST", f"{V1}/statuses/{made['id']}/favourite")
    seen = (await here.api(here.ravi, "GET", f"{V1}/statuses/{made['id']}")).json()
    assert seen["favourited"] and seen["favourites_count"] == 1
    await here.api(here.asha, "DELETE", f"{V1}/statuses/{made['id']}")
    assert (await there.api(here.ravi, "GET", f"{V1}/timelines/home")).json()[0]["id"] != made["id"]


async def test_a_new_post_comes_with_the_news_of_it_and_stands_in_a_kept_home_elsewhere_without_being_asked_for(
    both: Both, monkeypatch: pytest.MonkeyPatch
):
    """As it is at the look: what was taken back before is not there, and nobody's words lie among what is told."""
    here, there = both
    path, memory = f"{V1}/timelines/home?limit=2", there.running.house.square.work.memory
    asked = list[Sequence[int]]()
    load = posts._load

    async def noted(reading: Reading, ids: list[int]) -> dict[int, Sealed[Post]]:
        asked.extend([ids] * (reading.memory is memory))
        return await load(reading, ids)

    for text in ("एक", "दो"):
        await here.says(here.asha, text, language="hi")
    await there.api(here.ravi, "GET", path)
    said = await here.says(here.asha, "सरसों कट गई", language="hi")
    monkeypatch.setattr(posts, "_load", noted)
    monkeypatch.setattr(home_reads, "page", None)  # made anew it would be by this
    home = (await there.api(here.ravi, "GET", path)).json()
    assert home[0]["id"] == str(said.id) and "सरसों कट गई" in home[0]["content"]
    newest = memory.newest.peek(ONLY)
    assert newest is not None, "of them nothing was changed but that one more came"
    assert newest.of({here.asha.id}, below=2**63 - 1, above=-1, limit=1) == [said.id]
    regretted = await here.says(here.asha, "यह नहीं", language="hi")
    await here.api(here.asha, "DELETE", f"{V1}/statuses/{regretted.id}")
    await there.running.house.square.work.fresh()
    assert memory.posts.peek(said.id) is not None and memory.posts.peek(regretted.id) is None and not asked
    assert memory.newest.peek(ONLY) is None, "one of them went"
    connection = await asyncpg.connect(here.running.house.settings.database)
    told = [row[0] for row in await connection.fetch("SELECT body FROM changes WHERE post IS NOT NULL")]
    await connection.close()
    assert len(told) >= 3 and not any("सरसों" in body for body in told)


async def test_a_post_that_was_changed_here_while_a_look_was_out_is_not_kept_as_it_was_at_its_beginning(
    both: Both, monkeypatch: pytest.MonkeyPatch
):
    here, there = both
    work = there.running.house.square.work
    assert isinstance(work, PostgresWork)
    await work.fresh()
    take = work.tail._take

    def late(before: Any, now: Any, rows: Sequence[Any]) -> None:
        changed.update((POSTS, row["post"]) for row in rows if row["post"])
        work.memory.forget(changed)  # as in the commit of a unit of ours
        take(before, now, rows)

    changed = set[Touched]()
    monkeypatch.setattr(work.tail, "_take", late)
    said = await here.says(here.asha, "पहले", language="hi")
    await work.fresh()
    assert changed == {(POSTS, said.id)}
    assert work.memory.posts.peek(said.id) is None


async def test_a_new_post_that_cannot_be_read_here_is_left_out_and_keeps_nobody_from_the_law_that_comes_with_it(
    both: Both,
):
    """As one that a newer version beside wrote in its own way."""
    here, there = both
    work = there.running.house.square.work
    path = _post(here)
    await work.fresh()
    await _rules(here)
    said = await here.says(here.asha, "अगले साल से", language="hi")
    connection = await asyncpg.connect(here.running.house.settings.database)
    await connection.execute("UPDATE posts SET tags = '7' WHERE id = $1", said.id)
    await connection.close()
    assert await _ask(there, "", path) == (200, False)
    assert work.memory.posts.peek(said.id) is None


# What is of no kind that keys are known of: an answer that rests on it rests on everything. To whom is done what, and what is
# read of them from then on.
KEYLESS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a note about somebody": ("karl", "/note", {"comment": "चचेरा भाई"}, "चचेरा भाई"),
    "somebody whom one shows": ("asha", "/pin", {}, '"endorsed":true'),
}


@pytest.mark.parametrize("what", KEYLESS)
async def test_what_no_key_names_is_read_through_another_process_too(both: Both, what: str):
    here, there = both
    whom, act, words, said = KEYLESS[what]
    them = here.cast[whom].id

    async def read() -> str:
        return (await there.api(here.ravi, "GET", f"{V1}/accounts/relationships", **{"id[]": str(them)})).text

    assert f'"{them}"' in (before := await read()) and said not in before
    done = await here.api(here.ravi, "POST", f"{V1}/accounts/{them}{act}", **words)
    assert said in done.text, done.text
    assert said in await read()


async def test_open_streams_hear_what_another_process_did_and_what_is_withheld_there(both: Both):
    here, there = both
    async with listening(there.running.app, f"{V1}/streaming/user", token=here.ravi.token) as ear:
        said = await here.says(here.asha, "धारा में", language="hi")
        await there.running.house.square.work.fresh()  # as its runner does every tenth of a second
        await there.running.carrier.streams.settle()
        await ear.heard("update", said.id)
        await here.withhold(post=said, by=here.chitra, second=here.dev)
        await there.running.house.square.work.fresh()
        await there.running.carrier.streams.settle()
        await ear.heard("delete", said.id)


async def test_a_stream_ends_where_nobody_can_say_what_it_missed(both: Both):
    here, there = both
    async with listening(there.running.app, f"{V1}/streaming/user", token=here.ravi.token) as ear:
        connection = await asyncpg.connect(here.running.house.settings.database)
        await connection.execute("TRUNCATE changes, changes_epoch")
        await connection.close()
        await there.running.house.square.work.fresh()
        async with asyncio.timeout(PATIENCE):
            while not ear.ended:
                await ear.news.wait()
                ear.news.clear()


async def test_whoever_forgets_a_kind_elsewhere_keeps_what_is_not_so_any_more(
    both: Both, monkeypatch: pytest.MonkeyPatch
):
    """The same shelves are told of elsewhere as here: not to drop what the row names would be seen."""
    here, there = both
    path = f"{V1}/accounts/{here.ravi.id}"
    before = (await there.api(None, "GET", path)).text
    drop = Memory._drop

    def forgetful(self: Memory, touched: set[Touched]) -> None:
        kept = {(of, key) for of, key in touched if of.name != "people"}
        drop(self, kept if self is there.running.house.square.work.memory else touched)

    with monkeypatch.context() as patch:
        patch.setattr(Memory, "_drop", forgetful)
        await here.api(here.ravi, "PATCH", f"{V1}/accounts/update_credentials", display_name="कोई और")
        assert (await there.api(None, "GET", path)).text == before
    await here.api(here.ravi, "PATCH", f"{V1}/accounts/update_credentials", display_name="कोई तीसरा")
    assert "कोई तीसरा" in (await there.api(None, "GET", path)).text
