"""What others count is known at the next look without asking for the thing anew; where anybody may doubt it, it is asked for."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from chaupal.kernel.clock import StillClock
from chaupal.policy.facts import Visibility
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import Post
from chaupal.store.machine import tail
from chaupal.store.machine.shelves import EVERY, POSTS
from chaupal.store.machine.work_postgres import PostgresWork

POST = Post(
    id=7,
    author=1,
    created_at=0,
    visibility=Visibility.PUBLIC,
    text="चौपाल",
    html="<p>चौपाल</p>",
    spoiler="",
    language="hi",
    sensitive=False,
    reply_to=None,
    reply_to_account=None,
    root=7,
)


async def opened(dsn: str, clock: StillClock) -> AsyncIterator[PostgresWork]:
    work = PostgresWork(dsn, clock, many=True, connections=3)
    await work.open()
    await work.fresh()
    lies(work, likes=3)
    await work.fresh()
    yield work
    await work.close()


here, there, beside = pytest.fixture(opened), pytest.fixture(opened), pytest.fixture(opened)


def lies(work: PostgresWork, *, likes: int) -> None:
    work.memory.posts.put(POST.id, Sealed(replace(POST, likes_count=likes)))


def known(work: PostgresWork) -> int | None:
    """How many like the post, as it lies there; None where it would be asked for."""
    found = work.memory.posts.peek(POST.id)
    return None if found is None else found._item.likes_count


async def counts(work: PostgresWork, likes: int) -> None:
    async with work.writing() as w:
        w.count(POSTS, POST.id, likes_count=likes)


async def test_what_one_counts_another_knows_at_its_next_look(here: PostgresWork, there: PostgresWork):
    await counts(here, 4)
    assert (known(here), known(there)) == (4, 3)
    await there.fresh()
    await here.fresh()
    assert (known(here), known(there)) == (4, 4)
    await counts(there, 5)
    await here.fresh()
    assert (known(here), known(there)) == (5, 5)


async def test_what_was_made_of_a_thing_is_made_anew_when_it_counts_otherwise(here: PostgresWork, there: PostgresWork):
    async with there.reading() as reading:
        with there.memory.noting() as noted:
            reading.by(POSTS, POST.id)
        there.memory.answers.put("page", "three likes", 10, noted, 2**62)
    await counts(here, 4)
    await there.fresh()
    assert there.memory.answers.get("page", 0) is None and known(there) == 4


async def test_what_several_counted_between_two_looks_is_asked_for(
    here: PostgresWork, there: PostgresWork, beside: PostgresWork
):
    await counts(here, 4)
    await counts(beside, 5)
    await there.fresh()
    assert known(there) is None


async def test_what_others_counted_before_or_after_ourselves_is_asked_for(here: PostgresWork, there: PostgresWork):
    await counts(here, 4)
    await counts(there, 5)
    assert known(there) == 5
    await there.fresh()
    assert known(there) is None, "who was the last of the two is not told"
    lies(there, likes=5)
    await counts(there, 6)
    await there.fresh()
    await counts(here, 7)
    await there.fresh()
    assert known(there) == 7


@pytest.mark.parametrize("also", [POST.id, EVERY], ids=["it", "every"])
async def test_of_what_more_was_changed_it_is_asked_for(here: PostgresWork, there: PostgresWork, also: int):
    async with here.writing() as w:
        w.count(POSTS, POST.id, likes_count=4)
        w.touch(POSTS, also)
    await there.fresh()
    assert known(here) is known(there) is None
    lies(there, likes=3)
    await there.fresh()
    await counts(here, 4)
    async with here.writing() as w:
        w.touch(POSTS, also)
    await there.fresh()
    assert known(there) is None, "also where another unit did"


async def test_what_was_read_while_a_look_was_out_is_not_counted_back(
    here: PostgresWork, there: PostgresWork, monkeypatch: pytest.MonkeyPatch
):
    """It may hold what somebody counted after that."""
    await counts(here, 4)
    ask = there.tail._ask

    async def asked():
        found = await ask()
        lies(there, likes=5)
        return found

    monkeypatch.setattr(there.tail, "_ask", asked)
    await there.fresh()
    assert known(there) is None


async def test_what_was_read_anew_while_a_unit_was_under_way_is_not_counted_back(here: PostgresWork):
    async with here.writing() as w:
        w.count(POSTS, POST.id, likes_count=4)
        lies(here, likes=5)
    assert known(here) is None
    async with here.writing() as w:
        w.count(POSTS, POST.id, likes_count=4)
        lies(here, likes=5)
    assert known(here) is None, "nor where nothing lay there before"


async def test_what_a_newer_version_counts_is_asked_for_where_it_is_not_known(there: PostgresWork, dsn: str):
    connection = await asyncpg.connect(dsn)
    for number, body in enumerate(
        (
            '[[["posts",7]],[],[],[["posts",7,{"moods":4}]]]',
            '[[["posts",7]],[],[],[["posts",7,{"likes_count":4}]],[],"more"]',
        )
    ):
        lies(there, likes=3)
        await there.fresh()
        await connection.execute(tail.ADD, "newer", number, body, None)
        await there.fresh()
        assert known(there) == (None, 4)[number]
    await connection.close()
