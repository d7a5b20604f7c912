"""What every keeper of resident home feeds must do; a new one is added to KEEPERS and passes all of this."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chaupal.ports import homes_local
from chaupal.ports.homes import LENGTH, Feeds
from chaupal.ports.homes_local import LocalFeeds
from chaupal.ports.homes_valkey import Horizon, ValkeyFeeds
from chaupal.ports.valkey import Server
from waiting import PATIENCE

KEEPERS = ("local", "valkey")
ASHA, BELA, CHITRA, DEV = 1, 2, 3, 4


@pytest.fixture(params=KEEPERS)
async def feeds(request: pytest.FixtureRequest) -> AsyncIterator[Feeds]:
    if request.param == "local":
        yield LocalFeeds()
        return
    server = Server(request.getfixturevalue("valkey_url"), "test")
    await server.open()
    yield ValkeyFeeds(LocalFeeds(), server, lambda: Horizon("epoch", 1, 1, 1))
    await server.close()


async def resident(feeds: Feeds, owner: int, sources: set[int], ids: list[int], *, whole: bool = True) -> None:
    await feeds.admit(owner, await feeds.expect(owner, sources), ids, whole=whole)


async def page(feeds: Feeds, owner: int) -> list[int] | None:
    found = await feeds.page(owner)
    return None if found is None else list(found.ids)


async def test_a_feed_that_nobody_built_must_be_built(feeds: Feeds):
    assert await page(feeds, ASHA) is None


async def test_a_feed_is_read_newest_first(feeds: Feeds):
    await resident(feeds, ASHA, {ASHA, BELA}, [30, 20, 10])
    assert await page(feeds, ASHA) == [30, 20, 10]


async def test_an_empty_feed_is_resident_too(feeds: Feeds):
    await resident(feeds, ASHA, {ASHA}, [])
    assert await page(feeds, ASHA) == []


async def test_a_push_reaches_those_who_follow_and_nobody_else(feeds: Feeds):
    await resident(feeds, ASHA, {ASHA, BELA}, [10])
    await resident(feeds, CHITRA, {CHITRA, DEV}, [11])
    feeds.push(BELA, 20)
    assert await page(feeds, ASHA) == [20, 10]
    assert await page(feeds, CHITRA) == [11]
    assert await page(feeds, BELA) is None  # a push makes no feed


async def test_one_is_in_ones_own_home_as_a_source(feeds: Feeds):
    await resident(feeds, ASHA, {ASHA}, [])
    feeds.push(ASHA, 5)
    assert await page(feeds, ASHA) == [5]


async def test_a_push_handled_twice_is_pushed_once(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [10])
    for id_ in (20, 20, 10, 15, 15):
        feeds.push(BELA, id_)
    assert await page(feeds, ASHA) == [20, 15, 10]


async def test_a_late_push_finds_its_place(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [30, 10])
    feeds.push(BELA, 20)
    assert await page(feeds, ASHA) == [30, 20, 10]


async def test_what_is_pushed_while_a_feed_is_built_is_in_it(feeds: Feeds):
    expected = await feeds.expect(ASHA, {ASHA, BELA})
    feeds.push(BELA, 40)
    assert await page(feeds, ASHA) is None
    await feeds.admit(ASHA, expected, [30, 20], whole=True)
    assert await page(feeds, ASHA) == [40, 30, 20]


async def test_a_feed_built_for_other_sources_than_now_is_not_kept(feeds: Feeds):
    expected = await feeds.expect(ASHA, {ASHA, BELA})
    await feeds.expect(ASHA, {ASHA, CHITRA})  # whom Asha follows changed meanwhile
    await feeds.admit(ASHA, expected, [30], whole=True)
    assert await page(feeds, ASHA) is None


async def test_a_feed_dismissed_while_it_was_built_is_not_kept(feeds: Feeds):
    expected = await feeds.expect(ASHA, {ASHA, BELA})
    feeds.dismiss(ASHA)
    await feeds.admit(ASHA, expected, [30], whole=True)
    assert await page(feeds, ASHA) is None
    await feeds.expect(ASHA, {ASHA, BELA})  # the same again: what was pushed before it is not in it
    await feeds.admit(ASHA, expected, [30], whole=True)
    assert await page(feeds, ASHA) is None


async def test_two_who_build_a_feed_at_once_share_what_is_pushed_meanwhile(feeds: Feeds):
    first = await feeds.expect(ASHA, {BELA})
    feeds.push(BELA, 40)
    second = await feeds.expect(ASHA, {BELA})
    await feeds.admit(ASHA, first, [30], whole=True)
    assert await page(feeds, ASHA) == [40, 30]
    await feeds.admit(ASHA, second, [40, 30], whole=True)
    assert await page(feeds, ASHA) == [40, 30]


async def test_a_dismissed_feed_hears_nothing_more(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [10])
    feeds.dismiss(ASHA)
    feeds.push(BELA, 20)
    feeds.pull(10, BELA)
    assert await page(feeds, ASHA) is None
    feeds.dismiss(ASHA)  # again is no error
    await resident(feeds, ASHA, {CHITRA}, [5])
    feeds.push(BELA, 30)
    assert await page(feeds, ASHA) == [5]


async def test_all_feeds_are_dismissed_at_once_and_those_that_are_being_built_too(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [10])
    expected = await feeds.expect(CHITRA, {BELA})
    feeds.dismiss_all()
    feeds.push(BELA, 20)
    await feeds.admit(CHITRA, expected, [10], whole=True)
    assert await page(feeds, ASHA) is None and await page(feeds, CHITRA) is None
    await resident(feeds, ASHA, {BELA}, [20, 10])
    feeds.push(BELA, 30)
    assert await page(feeds, ASHA) == [30, 20, 10]


async def test_a_post_that_is_gone_is_pulled_from_every_feed(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [30, 20, 10])
    await resident(feeds, DEV, {BELA, CHITRA}, [30, 25])
    feeds.pull(30, BELA)
    feeds.pull(99, BELA)
    feeds.pull(25, BELA)  # CHITRA wrote it, but it is gone all the same
    assert await page(feeds, ASHA) == [20, 10]
    assert 30 not in (await page(feeds, DEV) or [])


async def test_a_feed_keeps_at_least_its_length_and_stays_bounded(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [])
    for id_ in range(1, 5 * LENGTH):
        feeds.push(BELA, id_)
    found = await page(feeds, ASHA)
    assert found is not None
    assert found[:LENGTH] == list(range(5 * LENGTH - 1, 4 * LENGTH - 1, -1))
    assert len(found) < 2 * LENGTH


async def test_a_feed_of_the_newest_takes_nothing_older_and_says_that_it_is_not_all(feeds: Feeds):
    expected = await feeds.expect(ASHA, {BELA})
    feeds.push(BELA, 5)
    await feeds.admit(ASHA, expected, [30, 20], whole=False)
    for id_ in (10, 25, 40):
        feeds.push(BELA, id_)
    assert await feeds.page(ASHA) == ([40, 30, 25, 20], False)


async def test_a_feed_that_outgrew_its_length_is_not_all_any_more(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [])
    feeds.push(BELA, 1)
    assert await feeds.page(ASHA) == ([1], True)
    for id_ in range(2, 2 * LENGTH):
        feeds.push(BELA, id_)
    found = await feeds.page(ASHA)
    assert found is not None and not found.whole


async def test_whoever_asks_for_the_newest_is_told_that_there_is_more_where_there_is(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [30, 20, 10])
    assert await feeds.page(ASHA, 2) == ([30, 20], False)
    assert await feeds.page(ASHA, 3) == await feeds.page(ASHA) == ([30, 20, 10], True)


async def test_what_a_reader_holds_does_not_change_under_them(feeds: Feeds):
    await resident(feeds, ASHA, {BELA}, [10])
    held = await feeds.page(ASHA)
    feeds.push(BELA, 20)
    assert held is not None
    assert list(held.ids) == [10]


async def test_the_feed_longest_not_read_makes_room():
    few = LocalFeeds(residents=2)
    for owner in (BELA, ASHA):
        await resident(few, owner, {owner, DEV}, [owner])
    assert await page(few, BELA) == [BELA]
    await resident(few, CHITRA, {CHITRA, DEV}, [CHITRA])
    assert await page(few, ASHA) is None
    few.push(DEV, 50)
    assert await page(few, BELA) == [50, BELA]
    assert await page(few, CHITRA) == [50, CHITRA]


# --- very many followers ---


async def everywhere(feeds: Feeds, owners: range, id_: int) -> bool:
    """Whether a post stands first in all these homes."""
    found = [await page(feeds, owner) for owner in owners]
    return all(ids is not None and ids[0] == id_ for ids in found)


async def test_a_post_by_one_with_very_many_followers_is_in_all_homes_and_holds_nobody_up(
    feeds: Feeds, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    readers = range(10, 200)
    for owner in (BELA, *readers):
        await resident(feeds, owner, {owner, BELA}, [1])
    feeds.push(BELA, 50)
    assert await page(feeds, BELA) == [50, 1]  # one reads what one wrote
    assert not await everywhere(feeds, readers, 50)
    turns = 0
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(feeds, readers, 50):
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 10  # others had theirs in between


async def test_what_is_taken_back_at_once_stands_in_no_home_although_it_was_still_on_its_way(
    feeds: Feeds, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    readers = range(10, 100)
    for owner in readers:
        await resident(feeds, owner, {owner, BELA}, [1])
    feeds.push(BELA, 50)
    feeds.pull(50, BELA)
    feeds.push(BELA, 60)
    for owner in range(20, 100):
        feeds.dismiss(owner)  # of the few that are left the next one does not overtake the others
    feeds.push(BELA, 70)
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(feeds, range(10, 20), 70):  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert [await page(feeds, owner) for owner in range(10, 20)] == [[70, 60, 1]] * 10


async def test_a_home_that_is_built_while_a_post_is_on_its_way_has_it_once_and_a_dismissed_one_not(
    feeds: Feeds, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_local, "PORTION", 10)
    for owner in range(10, 100):
        await resident(feeds, owner, {owner, BELA}, [1])
    feeds.push(BELA, 50)
    await resident(feeds, 98, {98, BELA}, [50, 1])
    await resident(feeds, 99, {99, CHITRA}, [7])
    async with asyncio.timeout(PATIENCE):
        while not await everywhere(feeds, range(10, 98), 50):  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert (await page(feeds, 98), await page(feeds, 99)) == ([50, 1], [7])
