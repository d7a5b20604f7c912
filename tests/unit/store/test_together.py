"""Several who miss the same at the same moment ask the database once, and none is told anything older than by the shelf."""

import asyncio
from collections.abc import Callable

import pytest

from chaupal.store.machine.memory import Memory
from chaupal.store.machine.shelves import TOKENS
from chaupal.store.machine.together import loaded
from chaupal.store.machine.work import Reading


class Look(Reading):
    def __init__(self) -> None:
        self.memory = Memory()
        self.keyed = self


class Database:
    """Answers when it is let, with a new thing each time; as every load it shelves what stands."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answers: list[asyncio.Future[None]] = []

    async def load(self, reading: Reading, ids: list[str]) -> dict[str, str]:
        generation = reading.memory.generation
        self.asked.append(ids)
        self.answers.append(asyncio.get_running_loop().create_future())
        number = len(self.asked)
        await self.answers[-1]
        found = {id_: f"{id_}, answer {number}" for id_ in ids}
        for id_, there in found.items():
            if reading.memory.stands(TOKENS, (id_,), generation):
                reading.memory.tokens.put(id_, there)
        return found


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def database() -> Database:
    return Database()


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


type Ask = Callable[..., asyncio.Task[dict[str, str]]]


@pytest.fixture
def ask(look: Look, database: Database) -> Ask:
    return lambda *ids: asyncio.create_task(loaded(look, look.memory.tokens, ids, database.load))


async def test_what_another_is_loading_is_not_asked_for_again(ask: Ask, database: Database):
    one, other = ask("a", "b"), ask("b", "c")
    await turn()
    assert database.asked == [["a", "b"], ["c"]]
    for answer in database.answers:
        answer.set_result(None)
    assert (await one)["b"] == (await other)["b"] and set(await one) == {"a", "b"} and set(await other) == {"b", "c"}


async def test_what_was_forgotten_since_another_began_is_asked_for_anew(ask: Ask, look: Look, database: Database):
    old = ask("a")
    await turn()
    look.memory.forget({(TOKENS, "a")})
    new = ask("a")
    await turn()
    assert database.asked == [["a"], ["a"]]
    database.answers[0].set_result(None)
    await old
    assert not new.done()
    database.answers[1].set_result(None)
    assert (await new)["a"] != (await old)["a"]


async def test_what_is_forgotten_while_one_waits_for_another_is_asked_for_by_oneself(
    ask: Ask, look: Look, database: Database
):
    one, other = ask("a"), ask("a")
    await turn()
    look.memory.forget({(TOKENS, "a")})
    database.answers[0].set_result(None)
    await turn()
    assert one.done() and database.asked == [["a"], ["a"]]
    database.answers[1].set_result(None)
    assert (await other)["a"] != (await one)["a"]


@pytest.mark.parametrize("how", ["goes away", "fails"])
async def test_who_waited_for_somebody_that_came_to_nothing_asks_by_themselves(ask: Ask, database: Database, how: str):
    one, other = ask("a"), ask("a")
    await turn()
    if how == "fails":
        database.answers[0].set_exception(ConnectionError)
    else:
        one.cancel()
    await turn()
    assert database.asked == [["a"], ["a"]]
    database.answers[1].set_result(None)
    assert set(await other) == {"a"}
    assert isinstance((await asyncio.gather(one, return_exceptions=True))[0], ConnectionError | asyncio.CancelledError)
