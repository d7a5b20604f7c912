"""Several changes as one unit: functions that each open their own share it, and what one of them raises undoes all of it."""

import msgspec
import pytest

from chaupal.kernel.errors import NotFound
from chaupal.social.events_ties import Followed
from chaupal.social.people import graph
from chaupal.store.machine.work import within
from chaupal.store.square import graph as ties
from neighbours import Street, by


async def test_functions_that_open_units_of_their_own_are_one_commit(street: Street):
    asha, bela, chandu = await street.people("asha", "bela", "chandu")
    async with street.work.writing() as w:
        inner = msgspec.structs.replace(street.square, work=within(street.work, w))
        await graph.follow(inner, by(asha), bela)
        await graph.follow(inner, by(asha), chandu)
        assert await ties.wanted(w, asha, bela) is not None
        assert [type(event) for event in w.events] == [Followed, Followed]
    async with street.work.reading() as reading:
        assert await ties.wanted(reading, asha, chandu) is not None


async def test_what_the_second_raises_undoes_the_first(street: Street):
    asha, bela = await street.people("asha", "bela")
    with pytest.raises(NotFound):
        async with street.work.writing() as w:
            inner = msgspec.structs.replace(street.square, work=within(street.work, w))
            await graph.follow(inner, by(asha), bela)
            await graph.follow(inner, by(asha), 12345)
    async with street.work.reading() as reading:
        assert await ties.wanted(reading, asha, bela) is None
    await street.settle()
