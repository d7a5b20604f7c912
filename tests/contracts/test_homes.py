"""What every keeper of resident homes must do; a new one is added to KEEPERS and passes all of this."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chaupal.ports import homes_local
from chaupal.ports.homes import LENGTH, Homes
from chaupal.ports.homes_local import LocalHomes
from chaupal.ports.homes_valkey import Horizon, ValkeyHomes
from chaupal.ports.valkey import Server
from waiting import PATIENCE

KEEPERS = ("local", "valkey")
ASHA, BELA, CHITRA, DEV = 1, 2, 3, 4


@pytest.fixture(params=KEEPERS)
async def homes(request: pytest.FixtureRequest) -> AsyncIterator[Homes]:
    if request.param == "local":
        yield LocalHomes()
        return
    server = Server(request.getfixturevalue("valkey_url"), "test")
    await server.open()
    yield ValkeyHomes(LocalHomes(), server, lambda: Horizon("epoch", 1, 1, 1))
    await server.close()


async def resident(homes: Homes, owner: int, sources: set[int], ids: list[int], *, whole: bool = True) -> None:
    await homes.admit(owner, await homes.expect(owner, sources), ids, whole=whole)


async def page(homes: Homes, owner: int) -> list[int] | None:
    found = await homes.page(owner)
    return None if found is None else list(found.ids)


async def test_a_home_that_nobody_built_must_be_built(homes: Homes):
    assert await page(homes, ASHA) is None


async def test_a_home_is_read_newest_first(homes: Homes):
    await resident(homes, ASHA, {ASHA, BELA}, [30, 20, 10])
    assert await page(homes, ASHA) == [30, 20, 10]


async def test_an_empty_home_is_resident_too(homes: Homes):
    await resident(homes, ASHA, {ASHA}, [])
    assert await page(homes, ASHA) == []


async def test_a_push_reaches_those_who_follow_and_nobody_else(homes: Homes):
    await resident(homes, ASHA, {ASHA, BELA}, [10])
    await resident(homes, CHITRA, {CHITRA, DEV}, [11])
    homes.push(BELA, 20)
    assert await page(homes, ASHA) == [20, 10]
    assert await page(homes, CHITRA) == [11]
    assert await page(homes, BELA) is None  # a push makes no home


async def test_one_is_in_ones_own_home_as_a_source(homes: Homes):
    await resident(homes, ASHA, {ASHA}, [])
    homes.push(ASHA, 5)
    assert await page(homes, ASHA) == [5]


async def test_a_push_handled_twice_is_pushed_once(homes: Homes):
    await resident(homes, ASHA, {BELA}, [10])
    for id_ in (20, 20, 10, 15, 15):
        homes.push(BELA, id_)
    assert await page(homes, ASHA) == [20, 15, 10]


async def test_a_late_push_finds_its_place(homes: Homes):
    await resident(homes, ASHA, {BELA}, [30, 10])
    homes.push(BELA, 20)
    assert await page(homes, ASHA) == [30, 20, 10]


async def test_what_is_pushed_while_a_home_is_built_is_in_it(homes: Homes):
    expected = await homes.expect(ASHA, {ASHA, BELA})
    homes.push(BELA, 40)
    assert await page(homes, ASHA) is None
    await homes.admit(ASHA, expected, [30, 20], whole=True)
    assert await page(homes, ASHA) == [40, 30, 20]


async def test_a_home_built_for_other_sources_than_now_is_not_kept(homes: Homes):
    expected = await homes.expect(ASHA, {ASHA, BELA})
    await homes.expect(ASHA, {ASHA, CHITRA})  # whom Asha follows changed meanwhile
    await homes.admit(ASHA, expected, [30], whole=True)
    assert await page(homes, ASHA) is None


async def test_a_home_dismissed_while_it_was_built_is_not_kept(homes: Homes):
    expected = await homes.expect(ASHA, {ASHA, BELA})
    homes.dismiss(ASHA)
    await homes.admit(ASHA, expected, [30], whole=True)
    assert await page(homes, ASHA) is None
    await homes.expect(ASHA, {ASHA, BELA})  # the same again: what was pushed before it is not in it
    await homes.admit(ASHA, expected, [30], whole=True)
    assert await page(homes, ASHA) is None


async def test_two_who_build_a_home_at_once_share_what_is_pushed_meanwhile(homes: Homes):
    first = await homes.expect(ASHA, {BELA})
    homes.push(BELA, 40)
    second = await homes.expect(ASHA, {BELA})
    await homes.admit(ASHA, first, [30], whole=True)
    assert await page(homes, ASHA) == [40, 30]
    await homes.admit(ASHA, second, [40, 30], whole=True)
    assert await page(homes, ASHA) == [40, 30]


async def test_a_dismissed_home_hears_nothing_more(homes: Homes):
    await resident(homes, ASHA, {BELA}, [10])
    homes.dismiss(ASHA)
    homes.push(BELA, 20)
    homes.pull(10, BELA)
    assert await page(homes, ASHA) is None
    homes.dismiss(ASHA)  # again is no error
    await resident(homes, ASHA, {CHITRA}, [5])
    homes.push(BELA, 30)
    assert await page(homes, ASHA) == [5]


async def test_all_homes_are_dismissed_at_once_and_those_that_are_being_built_too(homes: Homes):
    await resident(homes, ASHA, {BELA}, [10])
    expected = await homes.expect(CHITRA, {BELA})
    homes.dismiss_all()
    homes.push(BELA, 20)
    await homes.admit(CHITRA, expected, [10], whole=True)
    assert await page(homes, ASHA) is None and await page(homes, CHITRA) is None
    await resident(homes, ASHA, {BELA}, [20, 10])
    homes.push(BELA, 30)
    assert await page(homes, ASHA) == [30, 20, 10]


async def test_a_post_that_is_gone_is_pulled_from_every_home(homes: Homes):
    await resident(homes, ASHA, {BELA}, [30, 20, 10])
    await resident(homes, DEV, {BELA, CHITRA}, [30, 25])
    homes.pull(30, BELA)
    homes.pull(99, BELA)
    homes.pull(25, BELA)  # CHITRA wrote it, but it is gone all the same
    assert await page(homes, ASHA) == [20, 10]
    assert 30 not in (await page(homes, DEV) or [])


async def test_a_home_keeps_at_least_its_length_and_stays_bounded(homes: Homes):
    await resident(homes, ASHA, {BELA}, [])
    for id_ in range(1, 5 * LENGTH):
        homes.push(BELA, id_)
    found = await page(homes, ASHA)
    assert found is not None
    assert found[:LENGTH] == list(range(5 * LENGTH - 1, 4 * LENGTH - 1, -1))
    assert len(found) < 2 * LENGTH


async def test_a_home_of_the_newest_takes_nothing_older_and_says_that_it_is_not_all(homes: Homes):
    expected = await homes.expect(ASHA, {BELA})
    homes.push(BELA, 5)
    await homes.admit(ASHA, expected, [30, 20], whole=False)
    for id_ in (10, 25, 40):
        homes.push(BELA, id_)
    assert await homes.page(ASHA) == ([40, 30, 25, 20], False)


async def test_a_home_that_outgrew_its_length_is_not_all_any_more(homes: Homes):
    await resident(homes, ASHA, {BELA}, [])
    homes.push(BELA, 1)
    assert await homes.page(ASHA) == ([1], True)
    for id_ in range(2, 2 * LENGTH):
        homes.push(BELA, id_)
    found = await homes.page(ASHA)
    assert found is not None and not found.whole


async def test_whoever_asks_for_the_newest_is_told_that_there_is_more_where_there_is(homes: Homes):
    await resident(homes, ASHA, {BELA}, [30, 20, 10])
    assert await homes.page(ASHA, 2) == ([30, 20], False)
    assert await homes.page(ASHA, 3) == await homes.page(ASHA) == ([30, 20, 10], True)


async def test_what_a_reader_holds_does_not_change_under_them(homes: Homes):
    await resident(homes, ASHA, {BELA}, [10])
    held = await homes.page(ASHA)
    homes.push(BELA, 20)
    assert held is not None
    assert list(held.ids) == [10]


async def test_the_home_longest_not_read_makes_room():
    few = LocalHomes(residents=2)
    for owner in (BELA, ASHA):
        await resident(few, owner, {owner, DEV}, [owner])
    assert await page(few, BELA) == [BELA]
    await resident(few, CHITRA, {CHITRA, DEV}, [CHITRA])
    assert await page(few, ASHA) is None
    few.push(DEV, 50)
    assert await page(few, BELA) == [50, BELA]
    assert await page(few, CHITRA) == [50, CHITRA]


async def test_of_a_post_by_its_author_and_with_its_tag_a_home_is_told_once():
    told = list[tuple[int | None, ...]]()
    homes = LocalHomes(changed=lambda owners, came=None: told.append((*owners, came)))
    await homes.admit(ASHA, await homes.expect(ASHA, {BELA, "#a"}), [10], whole=True)
    for source in (BELA, "#a"):
        homes.push(source, 50)
    assert told == [(ASHA, 50)]


# --- very many followers ---


async def everywhere(homes: Homes, owners: range, id_: int) -> bool:
    """Whether a post stands first in all these homes."""
    found = [await page(homes, owner) for owner in owners]
    return all(ids is not None and ids[0] == id_ for ids in found)


async def test_a_post_by_one_with_very_many_followers_is_in_all_homes_and_holds_nobody_up(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    readers = range(10, 200)
    for owner in (BELA, *readers):
        await resident(homes, owner, {owner, BELA}, [1])
    homes.push(BELA, 50)
    assert await page(homes, BELA) == [50, 1]  # one reads what one wrote
    assert not await everywhere(homes, readers, 50)
    turns = 0
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(homes, readers, 50):
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 10  # others had theirs in between


async def test_what_is_taken_back_at_once_stands_in_no_home_although_it_was_still_on_its_way(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    readers = range(10, 100)
    for owner in readers:
        await resident(homes, owner, {owner, BELA}, [1])
    homes.push(BELA, 50)
    homes.pull(50, BELA)
    homes.push(BELA, 60)
    for owner in range(20, 100):
        homes.dismiss(owner)  # of the few that are left the next one does not overtake the others
    homes.push(BELA, 70)
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(homes, range(10, 20), 70):  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert [await page(homes, owner) for owner in range(10, 20)] == [[70, 60, 1]] * 10


async def test_a_home_that_is_built_while_a_post_is_on_its_way_has_it_once_and_a_dismissed_one_not(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    for owner in range(10, 100):
        await resident(homes, owner, {owner, BELA}, [1])
    homes.push(BELA, 50)
    await resident(homes, 98, {98, BELA}, [50, 1])
    await resident(homes, 99, {99, CHITRA}, [7])
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(homes, range(10, 98), 50):  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert (await page(homes, 98), await page(homes, 99)) == ([50, 1], [7])
