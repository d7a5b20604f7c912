"""What one process commits another knows at its next look: which keys, which events, in whatever order transactions end."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chaupal.fanout.notifications.letters import LetterDue
from chaupal.fanout.notifications.telling import WordDue
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Unavailable
from chaupal.kernel.event import Event
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Post
from chaupal.ports.mail import Letter
from chaupal.social.events import PollEnded, TagFollowed
from chaupal.store.machine import marks, outbox, tail
from chaupal.store.machine.connecting_postgres import Hands
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.memory import Came, Marks
from chaupal.store.machine.shelves import EVERY, NEVER, PEOPLE, POSTS, REACTIONS, RULINGS, TOKENS, WROTE, Touched
from chaupal.store.machine.tail import Barrier, Body, Sighting, Tail, UnitBeside
from chaupal.store.machine.work import Writing
from chaupal.store.machine.work_postgres import MOST_FROM_ELSEWHERE, PostgresWork
from cluster.links import Links
from services import Postgres


class Process:
    """A store as one process has it, and what was heard in it."""

    def __init__(self, dsn: str, clock: StillClock, **how: Any) -> None:
        self.work = PostgresWork(dsn, clock, connections=3, **({"many": True} | how))
        self.heard: list[Event] = []
        self.own: list[Event] = []
        self.gaps = 0
        self.work.after_others = self.heard.extend
        self.work.after_commit = self.own.extend
        self.work.after_gap = self._miss

    def _miss(self) -> None:
        self.gaps += 1

    def remember(self, *posts: int) -> None:
        for id_ in posts:
            self.work.memory.posts.put(id_, object())
        for id_ in posts:
            self.work.memory.people.put(id_, object())

    def knows(self) -> tuple[list[int], list[int]]:
        """Of 1, 2 and 3: which posts and which people stand on its shelves."""
        memory = self.work.memory
        found = memory.posts.several((1, 2, 3)), memory.people.several((1, 2, 3))
        posts, people = ([id_ for id_, one in zip((1, 2, 3), shelf, strict=True) if one] for shelf in found)
        return posts, people


# To a transaction, which else has one with its first change.
GIVE_NUMBER = statement(text("SELECT pg_current_xact_id()::text"))


def followed(key: str) -> TagFollowed:
    return TagFollowed(account=1, key=key)


async def opened(dsn: str, clock: StillClock) -> AsyncIterator[Process]:
    one = Process(dsn, clock)
    await one.work.open()
    await one.work.fresh()
    yield one
    await one.work.close()


here, there = pytest.fixture(opened), pytest.fixture(opened)


async def changes(work: PostgresWork, *posts: int, event: Event | None = None) -> None:
    async with work.writing() as w:
        w.touch(POSTS, *posts)
        if event is not None:
            w.tell(event)


async def test_what_one_changes_another_forgets_and_nothing_else(here: Process, there: Process):
    there.remember(1, 2, 3)
    await changes(here.work, 2)
    assert there.knows() == ([1, 2, 3], [1, 2, 3])
    await there.work.fresh()
    assert there.knows() == ([1, 3], [1, 2, 3])
    async with here.work.writing() as w:
        w.touch(PEOPLE, 1)
        w.touch(POSTS, EVERY)
    await there.work.fresh()
    assert there.knows() == ([], [2, 3])


async def test_of_what_somebody_marked_elsewhere_only_that_post_is_asked_for_anew(here: Process, there: Process):
    """What was marked here is known: what others did to it since is told of at the next look."""

    def known(process: Process) -> dict[int, list[int]]:
        kept = {account: process.work.memory.reactions.peek(account) for account in (7, 8)}
        return {account: [p for p in (1, 2, 3) if marks and not marks.unknown([p])] for account, marks in kept.items()}

    for process in (here, there):
        for account in (7, 8):
            process.work.memory.reactions.put(account, Marks({1: 1, 2: 5}, since=3))
    assert known(there) == {7: [1, 2, 3], 8: [1, 2, 3]}, "of what came later it is known that there is none"
    async with here.work.writing() as w:
        w.remark(7, 2, went=4)
        w.remark(8, 3, came=1)
    await there.work.fresh()
    assert known(there) == {7: [1, 3], 8: [1, 2]}
    await here.work.fresh()
    assert [{**(here.work.memory.reactions.peek(one) or {})} for one in (7, 8)] == [{1: 1, 2: 1}, {1: 1, 2: 5, 3: 1}]
    async with there.work.writing() as w:
        w.remark(7, 2, came=4)
    await here.work.fresh()
    assert known(here) == {7: [1, 3], 8: [1, 2, 3]}, "the last word was another's"
    async with here.work.writing() as w:
        w.remark(7, 1, came=4)
    async with here.work.writing() as w:
        w.touch(REACTIONS, 7)
        w.remark(8, 1, came=4)
    await there.work.fresh()
    assert known(here) == {7: [], 8: [1, 2, 3]} and known(there) == {7: [], 8: [2]}, (
        "all of it, where it is not known what was changed"
    )


async def test_a_unit_enters_the_outbox_and_is_told_to_others_by_one_statement_and_in_its_order(
    here: Process, there: Process
):
    events = [followed(f"टैग {number}") for number in range(12)]
    async with here.work.writing() as w:
        w.touch(POSTS, 1)
        w.tell(*events)
    await there.work.fresh()
    assert there.heard == events
    async with there.work.writing() as w:
        assert [event for _, event in await outbox.waiting(w, 100)] == events


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Any]:
    """One that is nobody's, to look into the database with; closed however the test ends."""
    found = await asyncpg.connect(dsn)
    yield found
    await found.close()


async def test_where_nothing_ended_since_the_last_look_no_row_is_looked_for(here: Process, connection: Any):
    # In the place of what looks for rows: something that says that it was asked.
    await connection.execute(
        "CREATE OR REPLACE FUNCTION changes_and_posts_since(last text) RETURNS TABLE (snapshot text, epoch text, now double precision, "
        "seq bigint, by text, unit bigint, body text, post bigint) LANGUAGE plpgsql AS $$ BEGIN RAISE 'asked'; END $$"
    )
    async with connection.transaction(isolation="repeatable_read"):  # nobody else's end is seen in here
        first = (await connection.fetch(tail.BEGIN))[0]
        again = (await connection.fetch(tail.LOOK, first["snapshot"]))[0]
    assert (again["snapshot"], again["seq"]) == (first["snapshot"], None)
    assert again["epoch"] == first["epoch"] is not None and again["now"] >= first["now"]
    await changes(here.work, 1)
    with pytest.raises(asyncpg.RaiseError, match="asked"):
        await connection.fetch(tail.LOOK, first["snapshot"])


async def test_the_law_is_news_by_the_ruling_and_a_token_by_its_hash(here: Process, there: Process):
    told: list[Any] = []
    there.work.memory.heard = told.append
    law = there.work.memory.rulings
    beside = law.beside
    async with here.work.writing() as w:
        w.touch(RULINGS, 17)
        w.touch(TOKENS, "a hash")
    await there.work.fresh()
    assert list(law.stale) == [17] and law.beside == beside, "no other ruling is read for it"
    assert told == [{(RULINGS, 17), (TOKENS, "a hash")}]


async def test_events_are_heard_once_by_each_and_by_their_author_in_the_commit(here: Process, there: Process):
    for key in ("दिल्ली", "किसान"):
        await changes(here.work, 1, event=followed(key))
    assert here.own == [followed("दिल्ली"), followed("किसान")]
    for process in (here, there, here, there):
        await process.work.fresh()
    assert there.heard == here.own and here.heard == []
    assert there.own == []


async def test_a_poll_that_ended_is_known_to_others_whomever_it_was_told_already(here: Process, there: Process):
    ended = [PollEnded(post=1, author=2, told=voter) for voter in (0, 3)]
    async with here.work.writing() as w:
        w.tell(*ended)
    await there.work.catch_up()
    assert there.heard == ended


async def test_a_letter_lies_in_the_outbox_alone(here: Process, there: Process, connection: Any):
    """It is struck off there once it is sent; what is told to others lies for minutes, and where nobody serves for longer."""
    letter = LetterDue(letter=Letter(to="asha@example.in", subject="पासवर्ड", body="गुप्त कड़ी"))
    word = WordDue(account=1, text="@asha गुप्त बात", key="x", language="hi")
    async with here.work.writing() as w:
        w.touch(POSTS, 1)
        w.tell(letter, followed("दिल्ली"), word)
    await there.work.fresh()
    assert here.own == [letter, followed("दिल्ली"), word] and there.heard == [followed("दिल्ली")]
    (body,) = [row[0] for row in await connection.fetch("SELECT body FROM changes")]
    assert "TagFollowed" in body and "गुप्त" not in body and "asha" not in body
    assert await connection.fetchval("SELECT count(*) FROM outbox") == 3


async def test_a_unit_that_ends_late_is_not_missed_though_a_later_one_was_seen(here: Process, there: Process):
    there.remember(1, 2)
    async with here.work.writing() as w:
        w.touch(POSTS, 1)
        await w.fetch(GIVE_NUMBER)
        await changes(here.work, 2)
        await there.work.fresh()
        assert there.knows()[0] == [1]
    await there.work.fresh()
    assert there.knows()[0] == []


async def test_a_unit_that_is_given_up_tells_nobody(here: Process, there: Process):
    there.remember(1)
    with pytest.raises(ZeroDivisionError):
        async with here.work.writing() as w:
            w.touch(POSTS, 1)
            raise ZeroDivisionError
    await there.work.fresh()
    assert there.knows()[0] == [1]


class Late(PostgresWork):
    """Its units learn only later that they are committed."""

    held: list[Writing]

    def committed(self, unit: Writing) -> None:
        self.held.append(unit)


def test_a_post_is_no_news_where_a_unit_of_our_own_that_the_look_brings_too_changed_what_its_author_wrote():
    """It may have deleted the post, which stood among the newest again then."""
    came = Came(7, 1, True)
    told = [UnitBeside({(WROTE, 7)}, [], strange=False, came=[came])]
    assert tail.came_of(told, [{(WROTE, 8)}]) == [came]
    assert [tail.came_of(told, [{(WROTE, key)}]) for key in (7, EVERY)] == [[], []]


def test_with_what_a_look_brings_goes_what_our_own_changed_that_it_was_too_early_to_see():
    """While it was under way one of ours deleted a post that it brings as a new one."""
    heard = list[Sequence[set[Touched]]]()
    eye = Tail("", lambda _, known: heard.append(known), lambda: None, lambda: None)
    eye.committed(1, {(WROTE, 7)})
    look, told = Sighting("5:9:", "epoch", 0.0, 0.0), msgspec.json.encode(Body([("wrote", 7)], [])).decode()
    eye._take(look, look, [(*look[:2], 0.0, 4, "another", 2, told, None, None)])
    assert heard == [[{(WROTE, 7)}]]


async def test_of_two_marks_of_one_process_the_last_word_is_that_of_the_later_one_however_their_answers_come(
    dsn: str, clock: StillClock
):
    late = Late(dsn, clock, many=True, connections=3)
    late.held = []
    await late.open()
    await late.fresh()
    late.memory.reactions.put(7, Marks({1: 0, 2: 0}, since=3))
    for act in ({"came": 1}, {"went": 1}):
        async with late.writing() as w:
            w.remark(7, 1, **act)
    for unit in reversed(late.held):
        PostgresWork.committed(late, unit)
    await late.fresh()
    kept = late.memory.reactions.peek(7)
    assert kept is not None and kept.unknown([1, 2]) == [1], "which was the later nobody can say: it is asked for anew"
    await late.close()


async def test_posts_of_other_servers_that_nobody_here_asks_for_push_out_nothing_that_is_read(there: Process):
    memory = there.work.memory
    read, told = range(1, 2_001), range(10_000, 20_000)
    there.remember(*read)
    for id_ in told:
        memory.look_begins()
        post = Post(id_, 1, 0, Visibility.PUBLIC, "", "", "", "hi", False, None, None, id_, server=5)
        there.work._hear([UnitBeside({(POSTS, id_)}, [], strange=False, post=post)], [])
    assert all(memory.posts.several(read))
    assert [id_ for id_ in told if memory.posts.peek(id_)] == [*told[-MOST_FROM_ELSEWHERE:]], "the newest are at hand"


@pytest.mark.parametrize("mistaken", [False, True])
async def test_a_look_that_is_faster_than_the_answer_to_a_commit_is_heard_once(
    dsn: str, clock: StillClock, mistaken: bool, monkeypatch: pytest.MonkeyPatch
):
    """And a mistake in what follows is not its author's, who would be told that it failed."""
    process = Process(dsn, clock)
    process.work = late = Late(dsn, clock, many=True, connections=3)
    late.held = []
    late.after_commit, late.after_others = process.own.extend, process.heard.extend
    await late.open()
    await late.fresh()
    process.remember(1)
    await changes(late, 1, event=followed("दिल्ली"))
    await late.fresh()
    assert process.heard == [followed("दिल्ली")] and process.knows()[0] == []
    process.remember(2)
    with monkeypatch.context() as patch:
        if mistaken:
            patch.setattr(late.memory, "forget", lambda touched: 1 / 0)
        PostgresWork.committed(late, late.held[0])
    assert process.own == [] and process.knows()[0] == ([] if mistaken else [2])
    await late.close()


async def test_one_process_alone_tells_nobody_and_hears_what_the_command_line_does(
    dsn: str, clock: StillClock, connection: Any
):
    server, typed = Process(dsn, clock, many=False), Process(dsn, clock, many=False, beside=True)
    for process in (server, typed):
        await process.work.open()
    await server.work.catch_up()
    server.remember(1, 2)
    await changes(server.work, 1)
    await changes(typed.work, 2, event=followed("दिल्ली"))
    await server.work.catch_up()
    assert server.knows()[0] == [] and server.heard == [followed("दिल्ली")]
    assert await connection.fetchval("SELECT count(*) FROM changes") == 1
    for process in (server, typed):
        await process.work.close()


async def test_what_rests_on_everything_is_good_until_anybody_commits_anything_at_all(here: Process, there: Process):
    answers = there.work.memory.answers
    with there.work.memory.noting() as noted:
        noted.everything = True
    answers.put("of everything", "kept", 10, noted, NEVER)
    await there.work.fresh()
    assert answers.get("of everything", 0) == "kept"
    async with here.work.writing() as w:
        await marks.write(w, "a", "1")
        assert not w.changed() and not w.events
    await there.work.fresh()
    assert answers.get("of everything", 0) is None


async def test_whoever_goes_away_once_their_unit_is_committed_leaves_nothing_that_is_not_so_any_more(
    dsn: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """Of one process alone no look would bring it."""
    process = Process(dsn, clock, many=False)
    await process.work.open()
    process.remember(1)
    author = asyncio.create_task(changes(process.work, 1, event=followed("दिल्ली")))
    given = Hands._give

    async def give(self: Hands, connection: Any) -> None:
        author.cancel()
        await given(self, connection)
        await asyncio.sleep(0)

    with monkeypatch.context() as patch:
        patch.setattr(Hands, "_give", give)
        with pytest.raises(asyncio.CancelledError):
            await author
    assert process.knows()[0] == [] and process.own == [followed("दिल्ली")]
    await process.work.close()


async def test_what_the_database_commits_after_its_author_lost_it_is_known_all_the_same(
    dsn: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    """Alone, too: the connection broke, and the database is still at it. What is read meanwhile is of before."""
    process, late = Process(dsn, clock, many=False), await asyncpg.connect(dsn)
    work = process.work
    await work.open()

    @asynccontextmanager
    async def broken(connection: Any) -> AsyncGenerator[None]:
        yield
        raise ConnectionResetError

    await work.catch_up()
    at_it = late.transaction()
    await at_it.start()
    await late.execute("SELECT pg_current_xact_id()")  # the database's end of that unit
    with monkeypatch.context() as patch:
        patch.setattr(work, "_transaction", broken)
        with pytest.raises(ConnectionResetError):
            await changes(work, 1)
    for _ in range(3):
        await work.fresh()
        process.remember(1, 2)
    await at_it.commit()
    await work.catch_up()
    assert process.knows()[0] == [] and process.gaps == 1
    process.remember(1)
    await work.catch_up()
    assert process.knows()[0] == [1] and process.gaps == 1, "it is over"
    await late.close()
    await work.close()


async def test_what_breaks_while_the_number_of_another_is_asked_for_is_waited_for_too(
    dsn: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    process, late = Process(dsn, clock, many=False), await asyncpg.connect(dsn)
    work, ask = process.work, Hands.fetchval
    await work.open()
    await work.catch_up()
    at_it = late.transaction()

    async def asked(self: Hands, query: str) -> Any:
        number = await ask(self, query)
        await at_it.start()
        await late.execute("SELECT pg_current_xact_id()")
        work._doubt({(POSTS, 2)})
        return number

    work._doubt({(POSTS, 1)})
    with monkeypatch.context() as patch:
        patch.setattr(Hands, "fetchval", asked)
        await work.catch_up()
    process.remember(2)
    await at_it.commit()
    await work.catch_up()
    assert process.knows()[0] == [] and process.gaps == 1
    await late.close()
    await work.close()


# --- where nobody can say what was missed ------------------------------------------------------------------------------


async def test_a_kind_that_a_newer_version_has_is_everything_and_an_event_of_it_is_not_ours(
    here: Process, there: Process, connection: Any
):
    there.remember(1, 2)
    newer = '[[["moods",7]],[["MoodChanged","{}"],["TagFollowed","{\\"account\\":1,\\"key\\":\\"x\\"}"]]]'
    await connection.execute(tail.ADD, "newer", 1, newer, None)
    await there.work.fresh()
    assert there.knows() == ([], [])
    assert there.heard == [followed("x")]
    there.remember(1)
    await connection.execute(tail.ADD, "newer", 2, "a body of another kind", None)
    await there.work.fresh()
    assert there.knows() == ([], []) and not there.gaps


async def test_a_database_that_lost_what_was_in_flight_is_known_by_its_epoch(
    here: Process, there: Process, connection: Any
):
    """An unlogged table is empty after a crash, and where a standby took over."""
    there.remember(1)
    assert await connection.fetchval("SELECT relpersistence FROM pg_class WHERE relname = 'changes_epoch'") == b"u"
    await connection.execute("TRUNCATE changes, changes_epoch")
    await there.work.fresh()
    assert there.knows()[0] == [] and there.gaps == 1
    there.remember(1)
    await there.work.fresh()
    assert there.knows()[0] == [1] and there.gaps == 1
    await here.work.fresh()
    assert here.gaps == 1, "another epoch than it knew"


async def test_numbers_of_transactions_that_go_back_are_those_of_another_database(there: Process):
    there.remember(1)
    seen = there.work.tail._seen
    assert seen is not None
    there.work.tail._seen = seen._replace(snapshot="999999:999999:")
    await there.work.fresh()
    assert there.knows()[0] == [] and there.gaps == 1


async def test_rows_of_another_database_are_dropped_and_not_heard_at_every_look(here: Process, connection: Any):
    """As a dump brings them along whose transactions had higher numbers."""
    await connection.execute(
        "INSERT INTO changes (xid, by, unit, body) VALUES ('900000000000', 'who was there', 1, $1)",
        '[[["posts",1]],[]]',
    )
    await here.work.keep_small()
    await here.work.fresh()
    here.remember(1)
    await here.work.fresh()
    assert here.knows()[0] == [1]
    await changes(here.work, 2)
    await here.work.keep_small()
    assert await connection.fetchval("SELECT count(*) FROM changes") == 1, "what is news stays"


@pytest.mark.parametrize("whose", ["ours", "theirs"])
async def test_who_slept_so_long_that_rows_may_be_swept_forgets_everything(there: Process, whose: str):
    there.remember(1)
    eye = there.work.tail
    assert eye._seen is not None
    moment = getattr(eye._seen, whose)
    eye._seen = eye._seen._replace(**{whose: moment - tail.KEPT / 2})
    await there.work.fresh()
    assert there.knows()[0] == [] and there.gaps == 1


async def test_rows_are_swept_when_all_who_look_have_seen_them(here: Process, there: Process, connection: Any):
    now = 0.0
    here.work.tail._elapsed = lambda: now

    async def rows() -> int:
        return await connection.fetchval("SELECT count(*) FROM changes")

    async def at(moment: float) -> int:
        nonlocal now
        now = moment
        await here.work.fresh()
        await here.work.keep_small()
        return await rows()

    await changes(there.work, 1)
    assert await at(0) == 1
    await changes(there.work, 2)
    assert await at(tail.KEPT - 1) == 2, "who looked last before the first of them may come yet"
    assert await at(tail.KEPT + tail.SWEEP_EVERY) == 1, "what was seen so long ago is told to nobody"
    assert await at(2 * tail.KEPT) == 0


async def test_what_could_not_be_heard_to_its_end_is_forgotten_as_a_whole(
    here: Process, there: Process, monkeypatch: pytest.MonkeyPatch
):
    there.remember(1, 2)
    await changes(here.work, 1)
    with monkeypatch.context() as patch:
        patch.setattr(there.work.memory, "forget", lambda touched: 1 / 0)
        with pytest.raises(Unavailable), capture_logs() as said:
            await there.work.fresh()
    assert [line["event"] for line in said if line.get("exc_info")] == ["what others have committed could not be heard"]
    await there.work.fresh()
    assert there.knows() == ([], []) and there.gaps == 1


# --- where no look can be made ------------------------------------------------------------------------------------------


async def test_a_connection_that_was_lost_is_made_anew_and_nothing_is_missed(
    here: Process, there: Process, postgres_server: Postgres
):
    there.remember(1, 2)
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query LIKE '%changes_and_posts_since%' AND pid <> pg_backend_pid()"
    )
    await changes(here.work, 1)
    await there.work.fresh()
    assert there.knows()[0] == [2] and not there.gaps


async def test_a_connection_whose_last_words_come_in_while_it_is_asked_is_lost_as_any_other(
    here: Process, there: Process, monkeypatch: pytest.MonkeyPatch
):
    there.remember(1, 2)
    asks, lost = there.work.tail._fetch, there.work.tail._eye

    async def fetch(eye: Any) -> Any:
        if eye is lost:
            raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")
        return await asks(eye)

    monkeypatch.setattr(there.work.tail, "_fetch", fetch)
    await changes(here.work, 1)
    await there.work.fresh()
    assert there.knows()[0] == [2] and not there.gaps


async def test_behind_a_network_that_carries_nothing_nobody_passes_until_it_is_mended(
    here: Process, dsn: str, clock: StillClock, postgres_server: Postgres
):
    links = Links()
    port = links.open("database", postgres_server.port)
    there = Process(dsn.replace(f":{postgres_server.port}/", f":{port}/"), clock)
    await there.work.open()
    await there.work.fresh()
    there.remember(1)
    links.freeze("database")
    await changes(here.work, 1)
    there.work.barrier = Barrier(there.work._look_up, patience=0.1)
    with pytest.raises(Unavailable):
        await there.work.fresh()
    links.heal("database")
    there.work.barrier = Barrier(there.work._look_up)
    await there.work.fresh()
    assert there.knows()[0] == [] and not there.gaps
    await there.work.close()
    links.close()


async def test_a_process_that_was_held_up_itself_takes_the_answer_that_came_meanwhile(here: Process, there: Process):
    """As one that was stopped for longer than a look may take, and goes on (SIGSTOP, SIGCONT)."""
    patience = 0.2
    there.remember(1)
    await changes(here.work, 2)
    await (
        there.work.fresh()
    )  # a statement is prepared at its first use, and then one answer is all that a look waits for
    await changes(here.work, 1)
    there.work.barrier.patience = patience
    passing = asyncio.create_task(there.work.fresh())
    for _ in range(10):  # the look is on its way
        await asyncio.sleep(0)
    time.sleep(1.5 * patience)  # noqa: ASYNC251 - that is what it is about
    await passing
    assert there.knows()[0] == [] and not there.work.barrier.failed


async def test_who_cannot_look_does_not_pass_and_knows_all_when_it_can_again(
    here: Process, there: Process, monkeypatch: pytest.MonkeyPatch
):
    there.remember(1)
    await changes(here.work, 1, event=followed("दिल्ली"))
    with monkeypatch.context() as patch:
        patch.setattr(tail, "LOOK", "SELECT pg_sleep(60), $1::text")
        there.work.barrier = Barrier(there.work._look_up, patience=0.05)
        with pytest.raises(Unavailable):
            await there.work.fresh()
    assert there.knows()[0] == [1] and not there.heard
    there.work.barrier = Barrier(there.work._look_up)
    await there.work.fresh()
    assert there.knows()[0] == [] and there.heard == [followed("दिल्ली")]
