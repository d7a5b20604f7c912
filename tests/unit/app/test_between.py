"""Two houses on one PostgreSQL and one Valkey: limits count in both, one wakes the other, a home that one built the other finds."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import pytest

from chaupal.api.admin import figures
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.fanout.runner import WAITING
from chaupal.http.limits import GUESSES
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from chaupal.policy.viewer import Viewer
from chaupal.ports import valkey as client
from chaupal.ports.homes_valkey import ValkeyHomes
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import home
from chaupal.social.people import accounts, graph
from chaupal.social.posts import posts
from chaupal.social.signin import sessions
from listening import listening
from ports import free_port
from services import Postgres
from valkeys import Valkey, Watched, of_a_busy_machine
from waiting import PATIENCE, until

PASSWORD = "a long enough secret"


@pytest.fixture
def settings(
    postgres_server: Postgres, migrated: str, own_valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    of_a_busy_machine(monkeypatch)
    dsn = postgres_server.fresh(template=migrated)
    yield load_settings(
        environ={},
        data=str(tmp_path),
        database=dsn,
        valkey=own_valkey.url,
        port=8000,
        trusted_proxies=("127.0.0.1/32",),
    )
    postgres_server.drop(dsn)


@asynccontextmanager
async def opened(settings: Settings, clock: StillClock) -> AsyncGenerator[list[RunningHouse]]:
    """Two houses with one account in them."""
    async with AsyncExitStack() as stack:
        found: list[RunningHouse] = []
        for _ in range(2):
            house = await open_house(settings, clock=clock, run=False)
            stack.push_async_callback(house.close)
            found.append(house)
        await accounts.create(found[0].house.square, handle="asha", email="asha@example.org", password=PASSWORD)
        yield found


@pytest.fixture
async def houses(settings: Settings, clock: StillClock) -> AsyncIterator[list[RunningHouse]]:
    async with opened(settings, clock) as found:
        yield found


async def log_in(house: RunningHouse, password: str, address: str) -> int:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.app),
        base_url=house.house.settings.origin,
        headers={"x-forwarded-for": address},
    ) as client:
        await client.get("/login")
        form = {"csrf": client.cookies["visitor"], "name": "asha", "password": password}
        return (await client.post("/login", data=form)).status_code


async def test_guesses_at_one_name_count_whichever_process_is_asked(houses: list[RunningHouse]):
    most, _ = GUESSES
    guesses = [log_in(houses[number % 2], "a wrong one", f"203.0.113.{number}") for number in range(most)]
    assert set(await asyncio.gather(*guesses)) == {422}
    assert [await log_in(house, PASSWORD, "198.51.100.1") for house in houses] == [429, 429]


async def test_guesses_are_limited_when_valkey_is_lost_and_whoever_knows_the_password_comes_in(
    houses: list[RunningHouse], own_valkey: Valkey
):
    own_valkey.kill()
    most, _ = GUESSES
    assert await log_in(houses[0], PASSWORD, "198.51.100.1") == 303
    for number in range(most):
        await log_in(houses[0], "a wrong one", f"203.0.113.{number}")
    assert await log_in(houses[0], PASSWORD, "198.51.100.2") == 429


async def test_what_a_process_commits_that_leaves_its_work_to_others_wakes_them_and_what_another_commits_wakes_itself_alone(
    settings: Settings, clock: StillClock
):
    heard: list[str] = []

    async def told(one: RunningHouse, word: str) -> None:
        """All that was said before is heard as well: the bus keeps the order of what one process says."""

        def say() -> bool:
            one.carrier.bus.publish("word", word)  # again, until somebody listens
            return word in heard

        await until(say)

    async with opened(settings, clock) as (other, works), AsyncExitStack() as stack:
        leaves = await open_house(settings, clock=clock, run=False, works=False)
        stack.push_async_callback(leaves.close)
        other.carrier.bus.subscribe(WAITING, lambda _: heard.append("a bell"))
        other.carrier.bus.subscribe("word", heard.append)
        for one in (works, leaves):
            await told(one, "hello")
            heard.clear()
        own: list[str] = []
        works.carrier.bus.subscribe(WAITING, own.append)
        await accounts.create(works.house.square, handle="binod", email="binod@example.org", password=PASSWORD)
        await told(works, "committed by one that works")
        assert own and "a bell" not in heard
        await accounts.create(leaves.house.square, handle="chitra", email="chitra@example.org", password=PASSWORD)
        await told(leaves, "committed by one that leaves it")
        assert "a bell" in heard


async def test_whether_valkey_answers_is_told_to_whoever_watches(houses: list[RunningHouse], own_valkey: Valkey):
    vitals = houses[0].house.square.work.vitals

    def up() -> list[str]:
        return [line[-1] for line in figures.process(vitals, 0).splitlines() if line.startswith("chaupal_valkey_up{")]

    assert up() == ["1"]
    own_valkey.kill()
    await log_in(houses[0], PASSWORD, "198.51.100.1")
    assert up() == ["0"]


async def test_a_house_whose_valkey_is_not_there_does_not_open(settings: Settings, clock: StillClock):
    elsewhere = load_settings(
        environ={},
        data=settings.data,
        database=settings.database,
        valkey=f"valkey://127.0.0.1:{free_port()}",
        port=8000,
    )
    with pytest.raises(BadSettings, match="nobody answers at"):
        await open_house(elsewhere, clock=clock, run=False)


# --- homes ---


class Member(NamedTuple):
    viewer: Viewer

    async def posts(self, house: RunningHouse, text: str) -> int:
        await house.house.square.work.fresh()
        return await posts.publish(house.house.square, self.viewer, posts.Draft(text=text))

    async def follows(self, house: RunningHouse, whom: "Member") -> None:
        await house.house.square.work.fresh()
        await graph.follow(house.house.square, self.viewer, whom.viewer.me)

    async def leaves(self, house: RunningHouse, whom: "Member") -> None:
        await house.house.square.work.fresh()
        await graph.unfollow(house.house.square, self.viewer, whom.viewer.me)

    async def home(self, house: RunningHouse) -> list[int]:
        """The ids in their home, as the house shows it to whoever asks now."""
        await house.house.square.work.fresh()
        page = await home.page(house.house.reads, self.viewer, Cursor(limit=40))
        return [one.item.id for one in page.items]


async def member(house: RunningHouse, handle: str) -> Member:
    id_ = await accounts.create(house.house.square, handle=handle, email=f"{handle}@example.org", password=PASSWORD)
    return Member(Viewer(account=id_, country="IN", language="hi"))


def homes(house: RunningHouse) -> ValkeyHomes:
    found = house.house.reads.homes
    assert isinstance(found, ValkeyHomes)
    return found


async def laid(house: RunningHouse) -> None:
    """What it built lies in Valkey."""
    if (laying := homes(house)._laying) is not None:
        await laying


async def settled(houses: list[RunningHouse]) -> None:
    """All of them have heard something, and looked since."""
    for _ in range(4):
        for house in houses:
            await house.house.square.work.fresh()
            homes(house).push(0, 0)


async def test_a_home_that_one_built_the_other_finds_with_all_that_came_since(houses: list[RunningHouse]):
    one, other = houses
    binod, chitra, dev = [await member(one, handle) for handle in ("binod", "chitra", "dev")]
    await binod.follows(one, chitra)
    await settled(houses)
    said = [await chitra.posts(other, "एक"), await binod.posts(one, "दो")]
    assert await binod.home(one) == sorted(said, reverse=True)
    await laid(one)
    said += [await chitra.posts(one, "तीन"), await binod.posts(other, "चार")]
    assert await binod.home(other) == sorted(said, reverse=True)
    assert homes(other).recalled == 1
    await binod.follows(other, dev)
    said.append(await dev.posts(one, "पाँच"))
    assert await binod.home(one) == await binod.home(other) == sorted(said, reverse=True)
    await binod.leaves(one, dev)
    assert await binod.home(other) == await binod.home(one) == sorted(said[:-1], reverse=True)


async def test_a_post_that_is_taken_back_is_in_no_home_of_another_house(houses: list[RunningHouse]):
    one, other = houses
    binod, chitra = await member(one, "binod"), await member(one, "chitra")
    await binod.follows(one, chitra)
    await settled(houses)
    said = [await chitra.posts(one, "एक"), await chitra.posts(one, "दो")]
    assert await binod.home(one) == sorted(said, reverse=True)
    await laid(one)
    await posts.delete(one.house.square, chitra.viewer, said[1])
    assert await binod.home(other) == said[:1]
    assert homes(other).recalled == 1


async def test_homes_are_whole_while_valkey_is_emptied_hangs_and_is_killed_and_found_there_again_after(
    houses: list[RunningHouse], own_valkey: Valkey, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    one, other = houses
    cast = [await member(one, handle) for handle in ("binod", "chitra", "dev", "esha")]
    for who in cast:
        for whom in cast:
            if who is not whom:
                await who.follows(one, whom)
    await settled(houses)
    said: list[int] = []

    async def play(rounds: int) -> None:
        for number in range(rounds):
            clock.move(1_000)
            said.append(await cast[number % 4].posts(houses[number % 2], f"{number}"))
            for house in houses:
                who = cast[(number // 2) % 4]
                homes(house).dismiss(who.viewer.me)  # others are read here, too
                assert await who.home(house) == said[:-41:-1]

    async def shared_again(before: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while homes(other).recalled <= before:
                await play(1)

    await play(8)
    found = homes(other).recalled
    own_valkey.ask("FLUSHALL")
    await shared_again(found)
    with monkeypatch.context() as patch:  # for one that hangs a house's own patience is enough
        patch.setattr(client, "PATIENCE", 0.1)
        own_valkey.freeze()
        await play(4)
        own_valkey.thaw()
    await play(4)
    own_valkey.kill()
    await play(4)
    own_valkey.start()
    async with asyncio.timeout(PATIENCE):
        while not all(house.valkey and house.valkey.there for house in houses):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await shared_again(homes(other).recalled)


async def test_open_streams_hear_on_without_valkey_and_are_not_ended(houses: list[RunningHouse], own_valkey: Valkey):
    one, other = houses
    binod, chitra = await member(one, "binod"), await member(one, "chitra")
    await binod.follows(one, chitra)
    await settled(houses)
    token = await sessions.issue_token(one.house.square, binod.viewer.me, "read")
    async with listening(other.app, "/api/v1/streaming/user", token=token) as ear:
        for text in ("एक", "दो"):
            id_ = await chitra.posts(one, text)
            await other.house.square.work.fresh()  # as the runner of each process does, ten times a second
            await ear.heard("update", id_)
            assert not ear.ended
            own_valkey.kill()


async def test_while_valkey_is_failed_over_nobody_notices_and_then_all_is_shared_again(
    settings: Settings, watched_valkeys: Watched, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.1)
    settings = msgspec.structs.replace(settings, valkey=watched_valkeys.url)
    async with opened(settings, clock) as houses:
        binod, chitra = await member(houses[0], "binod"), await member(houses[0], "chitra")
        await binod.follows(houses[0], chitra)
        await settled(houses)
        said: list[int] = []

        async def play() -> None:
            clock.move(1_000)
            said.append(await chitra.posts(houses[len(said) % 2], f"{len(said)}"))
            for house in houses:
                assert await binod.home(house) == said[:-41:-1]
                await laid(house)
                homes(house).dismiss(binod.viewer.me)

        for _ in range(5):
            await play()
        assert homes(houses[1]).recalled
        watched_valkeys.main.kill()
        await play()
        assert await log_in(houses[0], PASSWORD, "198.51.100.1") == 303
        async with asyncio.timeout(PATIENCE):
            while not all(house.valkey and house.valkey.there for house in houses):
                await play()
                await asyncio.sleep(0.02)
        before = homes(houses[1]).recalled
        async with asyncio.timeout(PATIENCE):
            while homes(houses[1]).recalled <= before:
                await play()
        most, _ = GUESSES
        # One came in.
        guesses = [log_in(houses[number % 2], "a wrong one", f"203.0.113.{number}") for number in range(most - 1)]
        assert set(await asyncio.gather(*guesses)) == {422}
        assert [await log_in(house, PASSWORD, "198.51.100.2") for house in houses] == [429, 429]
