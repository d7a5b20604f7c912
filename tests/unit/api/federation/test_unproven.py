"""Deletions whose signer's key could not be had when they came: they wait for it, and are believed by it or by their own server."""

from typing import Any

import pytest

from chaupal.federation.taking import often, unproven
from chaupal.kernel.clock import SECOND
from chaupal.social.people import leaving
from chaupal.store.federation import arrivals, servers
from far import Far
from peers.hostile import Liar, a_key

PASSING = [0, 503, 429]  # it hangs up, is overrun, wants to be left alone
LATER = 31 * SECOND  # when what could not be had is asked for again


@pytest.fixture
async def note(far: Far) -> str:
    """A post of bob's that is here; bob has another key by now."""
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    said = far.there.serves(far.bob.note("1", to=[far.uri(far.village.asha)]))
    await far.tells(far.bob, far.bob.act("Create", far.bob.note("1", to=[far.uri(far.village.asha)])))
    assert await far.here(said)
    far.bob.key = a_key(2)
    far.there.documents["/bob"] = far.bob.actor()
    return said


async def while_away(far: Far, by: Liar, activity: Any, away: int = 0, **more: Any) -> None:
    """Brought while their server says nothing."""
    far.there.away = away
    await far.tells(by, activity, **more)
    far.there.away = None


async def later(far: Far) -> None:
    far.village.clock.move(LATER)
    await far.village.settle()


@pytest.mark.parametrize("away", PASSING)
async def test_a_delete_whose_key_cannot_be_fetched_at_that_moment_is_not_lost(far: Far, note: str, away: int):
    """Its server may say of the post that it is not there, as Mastodon does, or nothing: the signature is good all the same."""
    await while_away(far, far.bob, far.bob.act("Delete", note), away)
    assert await far.here(note), "nobody has said yet that it was bob"
    del far.there.documents["/bob/notes/1"]
    await later(far)
    assert not await far.here(note)


async def test_nor_is_that_of_somebody_whose_key_has_an_id_that_is_new(far: Far, note: str):
    far.there.documents["/bob"] = far.bob.actor(
        publicKey=far.bob.actor()["publicKey"] | {"id": f"{far.bob.uri}#second"}
    )
    await while_away(far, far.bob, far.bob.act("Delete", note), key_id=f"{far.bob.uri}#second")
    await later(far)
    assert not await far.here(note)


async def test_nor_is_that_of_a_whole_account_which_is_gone_when_its_server_is_asked(far: Far, note: str):
    """There is no key any more by which it could be proved; that its server says so itself is as good."""
    await while_away(far, far.bob, far.bob.act("Delete", far.bob.uri))
    assert not await leaving.carry_out(far.village.running.house.square)
    far.there.documents["/bob"] = {"id": far.bob.uri, "type": "Tombstone"}
    await later(far)
    assert await leaving.carry_out(far.village.running.house.square)
    await far.village.settle()
    assert not await far.account(far.bob)


async def test_nor_is_that_of_a_post_of_which_its_server_says_that_it_is_gone(far: Far, note: str):
    """Whoever signed it: as with what somebody else brings along."""
    far.there.documents["/bob/notes/1"] = {"id": note, "type": "Tombstone"}
    await while_away(far, far.bob, far.bob.act("Delete", note), key=far.eve.key)
    await later(far)
    assert not await far.here(note)


async def test_whoever_signed_it_wrongly_is_not_believed_later_either(far: Far, note: str):
    """Nor by the key of another, for another's post, nor where the post is missing: that is not gone."""
    honest = far.bob.act("Delete", note)
    await while_away(far, far.bob, honest, key=far.eve.key)
    await while_away(far, far.eve, honest)
    await while_away(far, far.eve, far.eve.act("Delete", note))
    del far.there.documents["/bob/notes/1"]
    await later(far)
    await later(far)
    assert await far.here(note)
    assert await far.account(far.bob)
    await far.tells(far.bob, honest)  # and bob's own was not taken for heard
    assert not await far.here(note)


async def test_of_what_is_not_known_here_nothing_waits_and_of_one_server_only_so_much(
    far: Far, note: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unproven, "OF_ONE", 2)
    others = [far.bob.act("Delete", f"{far.bob.uri}/notes/other{n}") for n in range(3)]
    answers = [await while_away(far, far.bob, act) for act in others]
    assert answers == [None] * 3
    assert await waits(far) == 0
    for n in range(3):
        await while_away(far, far.bob, far.bob.act("Delete", note, f"delete-{n}"), key=far.eve.key)
    assert await waits(far) == 2
    await later(far)
    assert await waits(far) == 0 and await far.here(note)


async def test_whoever_takes_all_places_of_a_server_that_is_away_from_one_net_keeps_its_own_deletion_out_no_more(
    far: Far, note: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unproven, "OF_ONE", 3)
    come, let_wait = iter([f"203.0.113.{n}" for n in range(4)] + ["198.51.100.7", "203.0.113.9"]), unproven.let_wait

    async def from_there(fed: Any, act: Any, claims: Any, _: str) -> None:
        await let_wait(fed, act, claims, next(come))

    monkeypatch.setattr(unproven, "let_wait", from_there)
    for n in range(4):
        await while_away(far, far.bob, far.bob.act("Delete", note, f"forged-{n}"), key=far.eve.key)
    await while_away(far, far.bob, far.bob.act("Delete", note, "true"))
    await while_away(far, far.bob, far.bob.act("Delete", note, "forged-last"), key=far.eve.key)
    assert await waits(far) == 3
    del far.there.documents["/bob/notes/1"]
    await later(far)
    assert not await far.here(note), "the true one had taken a place of theirs, and they took none of its"


def test_nets_that_one_hand_may_have_whole_are_counted_together():
    assert unproven.net_of("203.0.113.7") == unproven.net_of("::ffff:203.0.113.200") == "203.0.113.0/24"
    assert unproven.net_of("2001:db8:1:2::3") == unproven.net_of("2001:db8:1:ffff::") != unproven.net_of("2001:db8:2::")
    assert unproven.net_of("nonsense") == ""


async def test_of_all_servers_only_so_much_waits_and_what_is_kept_of_each_is_little(
    far: Far, note: str, monkeypatch: pytest.MonkeyPatch
):
    """Whoever sends them in the names of servers that are away takes no place of those whose signatures are known."""
    monkeypatch.setattr(unproven, "OF_ALL", 2)
    longest = {"id": note, "type": "Tombstone", "content": "x" * 100_000}
    for n in range(3):
        await while_away(far, far.bob, far.bob.act("Delete", longest, f"delete-{n}"), key=far.eve.key)
        far.village.clock.move(often.COUNTED_EVERY)
    async with far.fed.work.reading() as reading:
        waiting = await arrivals.in_all(reading)
    assert waiting.many == 2 and waiting.size < 4_000


async def crowd(far: Far, *hosts: str) -> None:
    """Something of nobody waits in the name of each of these hosts, as often as it stands there."""
    for host in hosts:
        async with far.fed.work.writing() as w:
            server = await servers.met(w, far.fed.make_id, host)
            await arrivals.add(w, far.fed.make_id(), server, 0, "{}", 2)
    far.village.clock.move(often.COUNTED_EVERY)


async def crowds(far: Far) -> dict[str, int]:
    async with far.fed.work.reading() as reading:
        return {one.domain: one.many for one in await arrivals.crowds(reading)}


@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",) * 4,
        ("a.evil.example", "b.evil.example", "c.evil.example", "d.evil.example"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.3:8080", "10.0.0.4"),
        ("one.example", "two.example", "three.example", "four.example"),
    ],
    ids=lambda hosts: hosts[1],
)
async def test_whoever_fills_all_places_gives_way_to_whom_little_waits_of(
    far: Far, note: str, monkeypatch: pytest.MonkeyPatch, hosts: tuple[str, ...]
):
    """Many of one host, of one's hosts, of one's addresses; and one each of hosts that were met after bob's."""
    monkeypatch.setattr(unproven, "OF_ALL", 4)
    await crowd(far, *hosts)
    await while_away(far, far.bob, far.bob.act("Delete", note))
    there = await crowds(far)
    assert sum(there.values()) == 4 and there[f"localhost:{far.there.port}"] == 1
    await later(far)
    assert not await far.here(note)


async def test_nobody_takes_the_place_of_whom_less_waits_of(far: Far, note: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unproven, "OF_ALL", 3)
    await while_away(far, far.bob, far.bob.act("Delete", note))
    await crowd(far, "one.example")
    for n in range(3):
        await while_away(far, far.bob, far.bob.act("Delete", note, f"delete-{n}"), key=far.eve.key)
        far.village.clock.move(often.COUNTED_EVERY)
    assert await crowds(far) == {f"localhost:{far.there.port}": 2, "one.example": 1}


async def test_a_signature_over_very_much_waits_for_no_key(far: Far, note: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unproven, "LONGEST", 100)
    await while_away(far, far.bob, far.bob.act("Delete", note))
    assert await waits(far) == 0


async def waits(far: Far) -> int:
    async with far.fed.work.reading() as reading:
        return (await arrivals.in_all(reading)).many


async def test_anything_else_is_asked_to_be_sent_again_while_its_key_cannot_be_fetched(far: Far, note: str):
    """Of those who know us and of those who do not: many servers drop what is answered 401, and none what is answered 503."""
    edit = far.bob.act("Update", far.bob.note("1", to=[far.uri(far.village.asha)], content="<p>otherwise</p>"))
    follow = far.eve.act("Follow", far.uri(far.village.asha))
    await while_away(far, far.bob, edit, status=503)
    await while_away(far, far.eve, follow, status=503)
    far.village.clock.move(11 * SECOND)
    await far.tells(far.bob, edit)
    await far.tells(far.eve, follow)
    assert "otherwise" in (await far.status(far.village.asha, await far.here(note)))["content"]
    assert (await far.tie(far.village.asha, await far.account(far.eve)))["followed_by"]
