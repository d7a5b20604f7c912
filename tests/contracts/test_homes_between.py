"""A home that one process built is right in another: against a store of transactions that end in any order, and a Valkey that fails."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from chaupal.ports import homes_valkey, valkey as client
from chaupal.ports.homes import Resident, Source
from chaupal.ports.homes_local import LocalHomes
from chaupal.ports.homes_valkey import Horizon, ValkeyHomes
from chaupal.ports.valkey import Server
from valkeys import Valkey, Watched, of_a_busy_machine
from waiting import PATIENCE


@dataclass
class Store:
    """Posts by transactions, as PostgreSQL numbers them: a number when it begins, to be seen when it is committed."""

    epoch: str = "first"
    next: int = 100
    posts: int = 1_000
    open: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])  # number -> (author, post)
    done: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def begin(self, author: int) -> int:
        """A post gets its id when it is written, and may be committed after later ones."""
        number, self.next, self.posts = self.next, self.next + 1, self.posts + 1
        self.open[number] = (author, self.posts)
        return number

    def commit(self, number: int) -> tuple[int, int]:
        self.done[number] = self.open.pop(number)
        return self.done[number]

    def low(self) -> int:
        return min(self.open, default=self.next)

    def of(self, sources: set[int]) -> list[int]:
        return sorted((post for author, post in self.done.values() if author in sources), reverse=True)


class Process:
    """One at that store. It looks, and is told of its own commits, perhaps only after a look has told it."""

    def __init__(self, store: Store, server: Server) -> None:
        self.store = store
        self.server = server
        self.looks = 0
        self.own: set[int] = set()  # heard in their commit, not seen in a look yet
        self.flying: list[tuple[set[int], Horizon]] = []
        self.begin_look()
        self.seen, self.horizon = self.flying.pop()
        self.homes = ValkeyHomes(LocalHomes(), server, lambda: self.horizon)
        self.built = 0

    def begin_look(self) -> None:
        """The store answers by what is visible at this moment; the answer is on its way. One look at a time."""
        if not self.flying:
            self.looks += 1
            now = Horizon(self.store.epoch, self.store.low(), self.store.next, self.looks)
            self.flying.append((set(self.store.done), now))

    def end_look(self) -> None:
        """Everything that was visible then and was not at the look before is heard, but for what we heard ourselves."""
        if self.flying:
            before, (self.seen, self.horizon) = self.seen, self.flying.pop()
            for number in self.seen - before:
                if number in self.own:
                    self.own.discard(number)
                else:
                    self.homes.push(*self.store.done[number])

    def look(self) -> None:
        """A look that begins now."""
        self.end_look()
        self.begin_look()
        self.end_look()

    def lose(self) -> None:
        """Nobody can say what happened since the last look."""
        self.flying.clear()
        self.begin_look()
        self.seen, self.horizon = self.flying.pop()
        self.own.clear()
        self.homes.dismiss_all()

    def wrote(self, number: int) -> None:
        """A unit of our own is committed, and we hear of it, unless a look did before."""
        if number not in self.seen:
            self.own.add(number)
            self.homes.push(*self.store.done[number])

    async def home(self, owner: int, sources: set[int]) -> list[int]:
        self.look()
        found = await self.homes.page(owner)
        if found is None:
            expected = await self.homes.expect(owner, set[Source](sources))
            found = await self.homes.recall(owner, expected)
            if found is None:
                self.built += 1
                found = Resident(self.store.of(sources), whole=True)
            await self.homes.admit(owner, expected, found.ids, whole=found.whole)
        return list(found.ids)

    async def laid(self) -> None:
        """What it built lies in Valkey."""
        if self.homes._laying is not None:
            await self.homes._laying


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def processes(store: Store, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Process]]:
    monkeypatch.setattr(client, "LOOK_EVERY", 0.05)
    of_a_busy_machine(monkeypatch)
    found: list[Process] = []
    for _ in range(3):
        server = Server(own_valkey.url, "test")
        await server.open()
        found.append(Process(store, server))
    for process in found:
        process.look()
        process.look()
        process.homes.push(0, 0)  # at the first thing that is heard it is settled since when all is
    yield found
    for process in found:
        await process.server.close()


def writes(store: Store, author: int) -> tuple[int, int]:
    """(number, post) of a post that is committed at once."""
    number = store.begin(author)
    return number, store.commit(number)[1]


async def test_what_one_process_built_the_others_need_not_build(store: Store, processes: list[Process]):
    one, other, third = processes
    posts = [writes(store, author)[1] for author in (1, 2, 3)]
    assert await one.home(9, {1, 2}) == [posts[1], posts[0]]
    await one.laid()
    assert await other.home(9, {1, 2}) == [posts[1], posts[0]]
    newer = writes(store, 2)[1]
    assert await third.home(9, {1, 2}) == [newer, posts[1], posts[0]]  # it heard of that one itself
    assert [process.built for process in processes] == [1, 0, 0]


async def test_whoever_follows_others_now_has_another_home(store: Store, processes: list[Process]):
    one, other, _ = processes
    posts = [writes(store, author)[1] for author in (1, 2, 3)]
    await one.home(9, {1, 2})
    await one.laid()
    assert await other.home(9, {1, 3}) == [posts[2], posts[0]]
    assert other.built == 1


async def test_a_home_whose_ties_changed_while_it_was_built_is_not_laid_down(store: Store, processes: list[Process]):
    one, other, _ = processes
    post = writes(store, 1)[1]
    one.look()
    expected = await one.homes.expect(9, {1, 2})
    one.homes.dismiss(9)
    assert not await one.homes.admit(9, expected, [], whole=True)  # read when 1 was not followed, for a moment
    await one.laid()
    assert await other.home(9, {1, 2}) == [post]


async def test_a_post_that_is_gone_is_in_no_home_of_another_process(store: Store, processes: list[Process]):
    one, other, _ = processes
    post = writes(store, 1)[1]
    await one.home(9, {1})
    await one.laid()
    other.look()
    other.homes.pull(post, 1)
    assert await other.home(9, {1}) == []


async def test_a_post_that_lost_a_tag_goes_from_homes_where_it_stood_by_that_alone(
    store: Store, processes: list[Process]
):
    """As an edit says it: out of the tag, and once more by whoever wrote it."""
    one, other, _ = processes
    post, tag = writes(store, 1)[1], 2
    for owner, sources in ((8, {1, tag}), (9, {1, 3})):
        await one.home(owner, sources)
    expected = await one.homes.expect(7, {tag, 3})
    await one.homes.admit(7, expected, [post], whole=True)  # by the tag alone
    await one.laid()
    other.look()
    other.homes.pull(post, tag)
    other.homes.push(1, post)
    assert await other.home(8, {1, tag}) == [post]
    assert await other.home(9, {1, 3}) == [post], "whom they follow stays"
    assert await other.home(7, {tag, 3}) == []
    other.homes.dismiss(7)
    other.homes.push(tag, post)
    assert await other.home(7, {tag, 3}) == [post], "and it may come back"
    assert other.built == 0


async def test_a_process_that_began_later_does_not_believe_what_was_built_before_it(
    store: Store, processes: list[Process], own_valkey: Valkey
):
    one = processes[0]
    first = writes(store, 1)[1]
    await one.home(9, {1})
    await one.laid()
    second = writes(store, 1)[1]  # nobody tells the new one of it
    server = Server(own_valkey.url, "test")
    await server.open()
    late = Process(store, server)
    for _ in range(3):
        late.look()
    assert await late.home(9, {1}) == [second, first]
    assert late.built == 1
    await server.close()


async def test_what_is_heard_while_a_look_is_under_way_is_not_taken_for_older_than_that_look(
    store: Store, processes: list[Process], monkeypatch: pytest.MonkeyPatch
):
    """It is newer than what the look will tell, and pages turn meanwhile: the page with it in it must not be given up."""
    one, other, _ = processes
    monkeypatch.setattr(homes_valkey, "HEARD", 3)

    def turn() -> None:
        for _ in range(3):
            one.homes.push(0, 0)

    turn()
    one.look()
    one.look()
    one.homes.push(0, 0)
    one.begin_look()
    number = store.begin(1)
    await other.home(9, {1})  # built while that is not committed yet
    await other.laid()
    post = store.commit(number)[1]
    one.wrote(number)
    turn()
    one.end_look()
    one.homes.push(0, 0)
    assert await one.home(9, {1}) == [post]


async def test_after_the_store_was_another_one_no_home_of_before_is_believed(store: Store, processes: list[Process]):
    one, other, _ = processes
    writes(store, 1)
    await one.home(9, {1})
    await one.laid()
    store.done.clear()  # the standby had less
    store.epoch = "second"
    other.lose()
    for _ in range(3):
        other.look()
    assert await other.home(9, {1}) == []


async def test_what_lies_there_and_is_no_home_is_none(store: Store, processes: list[Process], own_valkey: Valkey):
    one, other, _ = processes
    post = writes(store, 1)[1]
    await one.home(9, {1})
    await one.laid()
    (name,) = own_valkey.ask("KEYS", "test:home:*")
    own_valkey.ask("SET", name, "not a home")
    assert await other.home(9, {1}) == [post]
    assert other.built == 1


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_in_whatever_order_a_home_holds_what_is_committed(
    store: Store, processes: list[Process], own_valkey: Valkey, seed: int, monkeypatch: pytest.MonkeyPatch
):
    """Writers whose transactions overlap, three processes that look, forget, begin anew; a Valkey that forgets and restarts."""
    monkeypatch.setattr(homes_valkey, "HEARD", 12)  # pages turn often
    dice = random.Random(seed)
    follows = {owner: set(dice.sample(range(1, 7), 3)) for owner in range(10, 15)}
    wrong: list[str] = []
    for step in range(1_200):
        process = dice.choice(processes)
        match dice.choices(
            ("begin", "commit", "glance", "look", "home", "tie", "lose", "crowd", "flush", "kill"),
            (30, 30, 30, 10, 60, 3, 1, 10, 1, 0.3),
        )[0]:
            case "begin" if len(store.open) < 4:
                store.begin(dice.randint(1, 6))
            case "commit" if store.open:
                number = dice.choice([*store.open])
                store.commit(number)
                if dice.random() < 0.7:
                    process.wrote(number)
            case "glance":
                process.end_look()
                process.begin_look()
            case "look":
                process.look()
            case "home":
                owner = dice.choice([*follows])
                found = await process.home(owner, follows[owner])
                if found != store.of(follows[owner]):
                    wrong.append(f"step {step}: {found} and not {store.of(follows[owner])}")
                if dice.random() < 0.9:
                    await process.laid()
            case "tie":
                owner = dice.choice([*follows])
                follows[owner] = set(dice.sample(range(1, 7), 3))
                for one in processes:
                    one.homes.dismiss(owner)
            case "lose":
                process.lose()
            case "crowd":  # others are read there: what was resident makes room
                for owner in follows:
                    process.homes.dismiss(owner)
            case "flush":
                own_valkey.ask("FLUSHALL")
            case "kill":
                own_valkey.kill()
                own_valkey.start()
            case _:
                pass
        if dice.random() < 0.05:
            await asyncio.sleep(0.01)
    assert not wrong, wrong[:3]
    assert sum(process.homes.recalled for process in processes) > 20  # it was not all built from the store


async def test_homes_are_right_while_their_valkey_is_failed_over_and_shared_again_after(
    store: Store, watched_valkeys: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "LOOK_EVERY", 0.1)
    servers = [Server(watched_valkeys.url, "test") for _ in range(2)]
    for server in servers:
        await server.open()
    one, other = (Process(store, server) for server in servers)
    for process in (one, other, one, other):
        process.look()
    dice, killed, after = random.Random(1), False, 0
    async with asyncio.timeout(PATIENCE):
        while not (killed and all(server.there for server in servers) and other.homes.recalled > after):
            writes(store, dice.randint(1, 6))
            owner = dice.randint(10, 30)
            sources = {owner % 5, owner % 7, owner % 3}
            for process in (one, other):
                assert await process.home(owner, sources) == store.of(sources)
                await process.laid()
                process.homes.dismiss(owner)
            if not killed and other.homes.recalled > 20:
                watched_valkeys.main.kill()
                killed, after = True, other.homes.recalled + 20
            await asyncio.sleep(0.005)
    for server in servers:
        await server.close()
