"""What is read while something is forgotten: kept where it was something else, and not where it was that."""

from collections.abc import Callable
from typing import Any

import pytest

from chaupal.store.identity.facts_cache import relations_of
from chaupal.store.machine import memory as of_memory
from chaupal.store.machine.memory import KindShelf, Memory
from chaupal.store.machine.shelves import EVERY, PEOPLE, POSTS, REACTIONS, RELATIONS, Kind
from chaupal.store.machine.work import Reading
from chaupal.store.square.people import sealed_people
from chaupal.store.square.posts import sealed_posts
from chaupal.store.square.reactions import marks
from village import Village

OTHER = 17


async def a_post(reading: Reading, v: Village) -> None:
    await sealed_posts(reading, [v.asha.latest.id])


async def a_person(reading: Reading, v: Village) -> None:
    await sealed_people(reading, [v.asha.id])


async def ties(reading: Reading, v: Village) -> None:
    await relations_of(reading, v.asha.id)


async def marked(reading: Reading, v: Village) -> None:
    await marks(reading, v.asha.id, [v.asha.latest.id])


LOADS: list[tuple[Callable[..., Any], Kind[int], Callable[[Village], int]]] = [
    (a_post, POSTS, lambda v: v.asha.latest.id),
    (a_person, PEOPLE, lambda v: v.asha.id),
    (ties, RELATIONS, lambda v: v.asha.id),
    (marked, REACTIONS, lambda v: v.asha.id),
]


@pytest.mark.parametrize(("load", "kind", "key"), LOADS, ids=["post", "person", "ties", "marks"])
@pytest.mark.parametrize("forgotten", ["another", "itself", "every", "all"])
async def test_what_is_read_is_kept_unless_it_was_forgotten_meanwhile(
    village: Village, load: Callable[..., Any], kind: Kind[int], key: Callable[[Village], int], forgotten: str
):
    """A busy server forgets something during most reads, and of many processes each hears of the others'."""
    memory = village.running.house.square.work.memory
    shelf: KindShelf[int, Any] = memory._shelves[kind]
    mine = key(village)
    shelf.forget(EVERY)

    def forget() -> None:
        if forgotten == "all":
            memory.forget_all()
        else:
            memory.forget({(kind, {"another": OTHER, "itself": mine, "every": EVERY}[forgotten])})

    async with village.running.house.square.work.reading() as reading:
        await load(Meanwhile(reading, forget), village)
    assert (shelf.get(mine) is not None) == (forgotten == "another")


class Meanwhile(Reading):
    """A look during which something is forgotten: after the store was read, and before the reader goes on."""

    def __init__(self, reading: Reading, forget: Callable[[], None]) -> None:
        self._reading, self._forget = reading, forget
        self.memory, self.now, self.embedded = reading.memory, reading.now, reading.embedded
        self.keyed = self

    async def fetch(self, stmt: Any, /, **params: Any) -> Any:
        found = await self._reading.fetch(stmt, **params)
        self._forget()
        return found


def test_of_what_was_forgotten_longer_ago_than_is_remembered_nothing_stands(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(of_memory, "LATELY", 10)
    memory = Memory()
    began = memory.generation
    memory.forget({(POSTS, 1)})
    assert memory.stands(POSTS, [2], began) and not memory.stands(POSTS, [1], began)
    for key in range(100, 115):
        memory.forget({(POSTS, key)})
    assert not memory.stands(POSTS, [2], began) and not memory.stands(POSTS, [1], began)
    assert memory.stands(POSTS, [1], memory.generation)
