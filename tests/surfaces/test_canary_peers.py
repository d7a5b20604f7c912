"""No server is told what the law hides: every address that servers ask for, as each kind of them, and all that leaves for them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest

from chaupal.api import federation
from chaupal.http.call import Route
from chaupal.http.router import rows_of
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy import rules
from peers.hostile import ACTIVITY, Hostile, Liar, hostile, signed
from remotes import federating
from surfaces.canary import (
    ACCOUNT,
    IN_SECRET,
    PICTURE,
    POST,
    PRIVATE,
    QUIET,
    REMOVED,
    SUSPENDED,
    World,
    build,
    found_in,
    paths,
)
from village import Village, open_village

GONE = {SUSPENDED, REMOVED, *IN_SECRET}


@dataclass(frozen=True, eq=False)
class AskingServer:
    """One kind of server, with somebody on it in whose name it signs; `by` None: unsigned."""

    name: str
    by: Liar | None
    server: Hostile | None
    never: frozenset[str]


@dataclass
class Abroad:
    """The world of the canary, and servers around it."""

    world: World
    asking: list[AskingServer]

    @property
    def village(self) -> Village:
        return self.world.village

    async def ask(self, one: AskingServer, path: str) -> httpx2.Response:
        headers = {"accept": ACTIVITY}
        if one.by is not None:
            origin = self.village.running.house.settings.origin
            at = self.village.clock() / 1_000
            headers |= signed(b"", origin + path, at, key_id=one.by.key_id, key=one.by.key, method="get")
        return await self.village.client.get(path, headers=headers)


@pytest.fixture
async def abroad(settings: Settings, clock: StillClock) -> AsyncIterator[Abroad]:
    settings = federating(settings)
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(hostile()) for _ in range(3)]
        village = await stack.enter_async_context(open_village(settings, clock, bar=False))
        follower, blocked, stranger = (
            server.liar(name, n)
            for n, (server, name) in enumerate(zip(servers, ("nadi", "kanta", "ajnabi"), strict=True))
        )
        for one in (follower, blocked, stranger):
            await _meet(village, one)
        found = await village.api(
            village.meera, "GET", "/api/v1/accounts/lookup", acct=f"kanta@localhost:{servers[1].port}"
        )
        await village.api(village.meera, "POST", f"/api/v1/accounts/{found.json()['id']}/block")
        world = await build(village)
        world.names["quoting_id"] = [world.posts["quoting"], world.posts["quoting_quote"]]
        yield Abroad(
            world,
            [
                AskingServer("a server that does not sign", None, None, frozenset({PRIVATE} | GONE)),
                AskingServer("a follower's server", follower, servers[0], frozenset(GONE)),
                AskingServer(
                    "a server of one who is blocked",
                    blocked,
                    servers[1],
                    frozenset({POST, PICTURE, PRIVATE, QUIET} | GONE),
                ),
                AskingServer("a stranger's server", stranger, servers[2], frozenset({PRIVATE} | GONE)),
            ],
        )


async def _meet(village: Village, one: Liar) -> None:
    """They follow meera (the stranger takes it back), so that we know who they are."""
    origin = village.running.house.settings.origin
    follow = one.act("Follow", f"{origin}/@meera")
    for act in (follow, *([one.act("Undo", follow)] if one.uri.endswith("ajnabi") else [])):
        body = json.dumps(act).encode()
        headers = signed(body, f"{origin}/inbox", village.clock() / 1_000, key_id=one.key_id, key=one.key)
        answer = await village.client.post("/inbox", content=body, headers=headers)
        assert answer.status_code == 202, answer.text
        await village.settle()


def asked_for() -> list[Route]:
    return [route for route in rows_of(federation) if route.method == "GET"]


async def faults(abroad: Abroad, asking: Sequence[AskingServer]) -> list[str]:
    """What a server was given and should not have been, and what it should have been and was not."""
    found, given = list[str](), dict[str, set[str]]()
    for one in asking:
        for route in asked_for():
            for path in paths(route, abroad.world):
                answer = await abroad.ask(one, path)
                assert answer.status_code < 500, (one.name, path, answer.text[:300])
                words = {word for word in found_in(answer) if word not in path}
                given.setdefault(one.name, set()).update(words)
                found += [f"{one.name} met {word} at {path}" for word in sorted(words & one.never)]
    # What is withheld in India alone travels on: nobody knows where a reader of another server is.
    for name, word in (
        ("a server that does not sign", POST),
        ("a stranger's server", ACCOUNT),
        ("a follower's server", PRIVATE),
    ):
        if name in given and word not in given[name]:
            found.append(f"{name} was not given {word}")
    return found


async def test_no_server_is_given_what_it_may_not_see(abroad: Abroad):
    assert await faults(abroad, abroad.asking) == []


async def test_a_message_is_given_to_no_server_that_it_does_not_name(abroad: Abroad):
    for one in abroad.asking:
        answer = await abroad.ask(one, f"/@koel/{abroad.world.posts['message']}")
        assert answer.status_code in (401, 403, 404, 410), (one.name, answer.status_code)


async def test_nothing_leaves_that_its_receiver_may_not_see(abroad: Abroad):
    """What each of the servers was told while the world came about, word for word."""
    await abroad.village.settle()
    found = list[str]()
    for one in abroad.asking:
        if one.server is not None:
            told = json.dumps(one.server.told, ensure_ascii=False)
            found += [f"{one.name} was told {word}" for word in sorted(one.never) if word in told]
    assert found == []


async def test_the_crawl_sees_what_a_broken_law_would_show(abroad: Abroad, monkeypatch: pytest.MonkeyPatch):
    """Without the rules that hide, the same crawl finds all of it."""
    monkeypatch.setattr(rules, "RULES", ())
    assert {PRIVATE, SUSPENDED} <= {
        fault.split(" met ")[1].split(" at ")[0]
        for fault in await faults(abroad, abroad.asking[:1])
        if " met " in fault
    }
