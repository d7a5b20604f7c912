"""A house that talks to no other server for a while and then does again: whoever holds copies learns what became of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.fanout import table
from chaupal.fanout.federation.delivering import Deliverer
from chaupal.fanout.runner import Runner
from chaupal.federation.signing.keys import public_key
from chaupal.kernel.clock import DAY, HOUR, SECOND
from chaupal.policy.facts import Visibility
from chaupal.social.events import AccountChanged, PostDeleted
from chaupal.social.people import graph
from chaupal.social.posts import editing, posts, reactions
from chaupal.store.federation import untold
from either import open_house
from far import Far
from others import said as says_there
from remotes import RemotePerson, meet, waiting
from unit.fanout.federation.test_delivering import Net
from unit.fanout.federation.test_ruled import removed
from village import Village, VillagePost


async def turn(v: Village, mode: str) -> None:
    """The house is closed, and opened with this setting."""
    settings = v.running.house.settings
    await v.running.close()
    await v.client.aclose()
    v.clock.move(SECOND)
    v.running = await open_house(msgspec.structs.replace(settings, federation=mode), clock=v.clock)
    v.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=v.running.app), base_url=settings.origin)


class Watched:
    """The village, with bina of another server, who follows asha and hears in `net` what it is told."""

    def __init__(self, village: Village, bina: RemotePerson) -> None:
        self.village, self.bina, self.net = village, bina, Net()

    async def turn(self, mode: str) -> None:
        await turn(self.village, mode)

    async def told(self) -> list[tuple[str, str]]:
        """What has come since the last look: of which kind, and about which thing."""
        await self.village.settle()
        waits = await waiting(self.village.running)
        await Deliverer(self.village.running.carrier, self.net.post).settle()
        return [(one.kind, one.of["id"] if isinstance(one.of, dict) else one.of) for one in waits]

    async def untold(self) -> int:
        async with self.village.running.house.square.work.writing() as w:
            return len(await untold.take(w, 1_000))

    def at(self, post: VillagePost | int) -> str:
        origin = self.village.running.house.settings.origin
        return f"{origin}/@asha/{post if isinstance(post, int) else post.id}"


@pytest.fixture
async def watched(village: Village) -> Watched:
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(village.running.house.square, bina.viewer, village.asha.id)
    fed = village.running.house.federation
    assert fed is not None
    await public_key(fed, village.asha.id)
    found = Watched(village, bina)
    await found.told()
    return found


async def test_what_is_deleted_and_edited_while_nobody_is_told_is_told_before_anything_newer(watched: Watched):
    v = watched.village
    gone, changed = [await v.says(v.asha, text) for text in ("जाएगी", "बदलेगी")]
    assert len(await watched.told()) == 2
    await watched.turn("off")
    square = v.running.house.square
    await posts.delete(square, v.asha.viewer, gone.id)
    for text in ("बदली", "फिर बदली"):
        v.clock.move(HOUR)
        await editing.edit(square, v.asha.viewer, changed.id, editing.Edit(text=text))
    unheard = await v.says(v.asha, "किसी और ने नहीं सुनी")
    await posts.delete(square, v.asha.viewer, unheard.id)
    assert await watched.told() == []
    await watched.turn("on")
    after = await v.says(v.asha, "फिर से")
    sent = [one.says for one in await waiting(v.running)]
    assert "फिर बदली" in sent[1]["object"]["content"]
    assert await watched.told() == [
        ("Delete", watched.at(gone)),
        ("Update", watched.at(changed)),
        ("Create", watched.at(after)),
    ]
    await watched.turn("on")
    assert await watched.told() == []


async def test_ties_that_end_and_begin_while_nobody_is_told_stand_alike_on_both_sides_afterwards(watched: Watched):
    v, bina = watched.village, watched.bina
    ravi = await meet(v.running, "ravi@far.example")
    await graph.follow(v.running.house.square, v.asha.viewer, bina.id)
    await graph.grant(v.running.house.square, bina.viewer, v.asha.id)
    await watched.told()
    await watched.turn("off")
    square = v.running.house.square
    await graph.unfollow(square, v.asha.viewer, bina.id)
    await graph.follow(square, v.asha.viewer, ravi.id)
    await graph.block(square, v.asha.viewer, bina.id)
    assert await watched.told() == []
    await watched.turn("on")
    told = await watched.told()
    assert [kind for kind, _ in told] == ["Undo", "Follow", "Block"]
    assert told[1] == ("Follow", ravi.uri) and told[2] == ("Block", bina.uri)


async def test_a_like_that_is_taken_back_while_nobody_is_told_is_taken_back_there(watched: Watched, far_post: int):
    v = watched.village
    await reactions.like(v.running.house.square, v.asha.viewer, far_post)
    ((kind, _),) = await watched.told()
    assert kind == "Like"
    await watched.turn("off")
    await reactions.unlike(v.running.house.square, v.asha.viewer, far_post)
    await v.settle()
    await watched.turn("on")
    assert [kind for kind, _ in await watched.told()] == ["Undo"]


@pytest.fixture
async def far_post(watched: Watched) -> int:
    return await says_there(watched.village.running.house.square, watched.bina.id)


async def test_what_is_withheld_and_given_back_while_nobody_is_told_is_told_as_it_stands_then(watched: Watched):
    v = watched.village
    withheld, gone, back, both = [await v.says(v.asha, text) for text in ("एक", "दो", "तीन", "चार")]
    await watched.told()
    ref = await removed(v, back)
    await watched.told()
    await watched.turn("off")
    await v.withhold(post=withheld, by=v.chitra, second=v.dev)
    await removed(v, gone)
    await v.lift(ref, by=v.chitra)
    await v.lift(await removed(v, both), by=v.chitra)
    unheard = await v.says(v.asha, "किसी और ने नहीं सुनी")
    await removed(v, unheard)
    assert await watched.told() == []
    await watched.turn("on")
    assert await watched.told() == [
        ("Update", watched.at(withheld)),
        ("Delete", watched.at(gone)),
        ("Create", watched.at(back)),
        ("Create", watched.at(both)),
    ]


async def _tell(watched: Watched, *events: Any) -> None:
    async with watched.village.running.house.square.work.writing() as w:
        w.tell(*events)
    await watched.village.settle()


async def test_of_a_profile_that_changed_ten_times_others_are_told_once(watched: Watched):
    v = watched.village
    await watched.turn("off")
    for _ in range(10):
        await _tell(watched, AccountChanged(account=v.asha.id))
    await watched.turn("on")
    assert await watched.told() == [("Update", f"{v.running.house.settings.origin}/@asha")]


async def test_a_house_of_which_nobody_elsewhere_knows_anything_keeps_nothing(village: Village):
    watched = Watched(village, await meet(village.running, "bina@far.example"))
    await watched.turn("off")
    said = await village.says(village.asha, "अपनों में")
    await reactions.like(village.running.house.square, village.ravi.viewer, said.id)
    await posts.delete(village.running.house.square, village.asha.viewer, said.id)
    await village.settle()
    assert await watched.untold() == 0


async def test_what_is_for_those_here_alone_is_kept_for_nobody(watched: Watched):
    v = watched.village
    await watched.turn("off")
    said = await v.says(v.asha, "अपनों में")
    await reactions.like(v.running.house.square, v.ravi.viewer, said.id)
    await graph.block(v.running.house.square, v.ravi.viewer, v.karl.id)
    await editing.edit(v.running.house.square, v.asha.viewer, said.id, editing.Edit(text="और कुछ"))
    await v.settle()
    assert await watched.untold() == 0


async def test_one_that_cannot_be_told_holds_up_no_other(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    v = watched.village
    first, second = [await v.says(v.asha, text) for text in ("एक", "दो")]
    await watched.told()
    await watched.turn("off")
    for one in (first, second):
        await posts.delete(v.running.house.square, v.asha.viewer, one.id)
    await v.settle()
    await watched.turn("on")
    _fails(monkeypatch, lambda event: event.post == first.id)
    assert await watched.told() == [("Delete", watched.at(second))]
    assert await watched.untold() == 0


def _fails(monkeypatch: pytest.MonkeyPatch, when: Callable[[Any], bool]) -> None:
    """Telling servers of a deletion raises then."""
    handlers = table.to_servers()[PostDeleted]

    def failing(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def fails(carrier: Any, w: Any, event: Any) -> Any:
            if when(event):
                raise ValueError
            return await handler(carrier, w, event)

        return fails

    monkeypatch.setitem(table.to_servers(), PostDeleted, tuple(failing(one) for one in handlers))


async def test_what_was_on_its_way_out_leaves_when_servers_are_talked_to_again_however_long_that_took(watched: Watched):
    v = watched.village
    watched.net.down = {"far.example"}
    said = await v.says(v.asha, "रास्ते में", visibility=Visibility.UNLISTED)
    await watched.told()
    await watched.turn("off")
    v.clock.move(30 * DAY)
    watched.net.down.clear()
    await watched.turn("on")
    assert await watched.told() == [("Create", watched.at(said))]
    assert watched.net.heard["far.example"][-1] == f"{watched.at(said)}/activity"
    assert await waiting(v.running) == []


async def test_what_had_come_and_waits_for_something_goes_on_when_servers_are_talked_to_again(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    note = far.bob.note("1", to=[far.uri(v.asha)], tag=[{"type": "Mention", "href": far.eve.uri, "name": "@eve"}])
    assert (await far.brings(far.bob, far.bob.act("Create", note))).status_code == 202
    assert not await far.here(note["id"])
    await turn(v, "off")
    await v.settle()
    await turn(v, "on")
    await v.settle()
    assert await far.here(note["id"])
    assert await far.account(far.eve)


async def test_of_two_processes_one_tells_what_was_kept_and_neither_anything_newer_before(watched: Watched):
    v = watched.village
    said = [await v.says(v.asha, f"बात {n}") for n in range(6)]
    await watched.told()
    await watched.turn("off")
    for one in said:
        await posts.delete(v.running.house.square, v.asha.viewer, one.id)
    await v.settle()
    await watched.turn("on")
    newer = await posts.publish(v.running.house.square, v.asha.viewer, posts.Draft(text="बाद में"))
    first, second = v.running.carrier, msgspec.structs.replace(v.running.carrier)
    runners = Runner(first), Runner(second)
    await asyncio.gather(*[runner.step() for runner in runners for _ in range(3)])
    assert await watched.told() == [*(("Delete", watched.at(one)) for one in said), ("Create", watched.at(newer))]
