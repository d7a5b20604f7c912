"""How much of other servers waits here, and how often they do the same again: what is beyond is answered so that it is sent again."""

from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.federation.taking import often
from chaupal.kernel.clock import SECOND
from chaupal.kernel.settings import Settings
from chaupal.store.federation.arrivals import WaitingArrivals
from far import Far
from peers.hostile import Json, Liar, hostile
from remotes import federating


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(federating(settings), rate_limits=True)


def naming(far: Far, by: Liar, number: int, words: str = "") -> Json:
    """A post for asha that names somebody who is looked up first: it waits."""
    them = f"{by.uri.rpartition('/')[0]}/nobody{number}"
    tags = [{"type": "Mention", "href": them, "name": "@nobody"}]
    return by.note(f"{number}", to=[far.uri(far.village.asha)], tag=tags, content=f"<p>{words}</p>")


async def bring(far: Far, by: Liar, activity: Json) -> httpx2.Response:
    return await far.brings(by, activity)


async def statuses(far: Far, by: Liar, activities: list[Json]) -> list[int]:
    return [(await bring(far, by, one)).status_code for one in activities]


async def test_of_one_server_so_much_waits_and_what_is_beyond_comes_later(far: Far, monkeypatch: pytest.MonkeyPatch):
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    for most, words in ((WaitingArrivals(3, 1 << 20), ""), (WaitingArrivals(100, 30_000), "x" * 9_000)):
        monkeypatch.setattr(often, "OF_ONE", most)
        notes = [naming(far, far.bob, most.many * 10 + n, words) for n in range(5)]
        acts = [far.bob.act("Create", note) for note in notes]
        assert await statuses(far, far.bob, acts) == [202, 202, 202, 503, 503]
        assert (await bring(far, far.bob, acts[4])).headers["retry-after"]
        await far.village.settle()
        assert [bool(await far.here(note["id"])) for note in notes] == [True] * 3 + [False] * 2
        assert await statuses(far, far.bob, acts) == [202] * 5
        await far.village.settle()
        assert all([await far.here(note["id"]) for note in notes])


async def test_of_all_servers_so_much_waits_however_many_names_somebody_has(far: Far, monkeypatch: pytest.MonkeyPatch):
    async with hostile() as other:
        mallory = other.liar("mallory", 2)
        other.names(mallory)
        for most in (WaitingArrivals(2, 1 << 20), WaitingArrivals(100, 25_000)):
            monkeypatch.setattr(often, "OF_ALL", most)
            words = "" if most.many == 2 else "x" * 9_000
            acts = [far.bob.act("Create", naming(far, far.bob, most.many * 10 + n, words)) for n in range(2)]
            assert await statuses(far, far.bob, acts) == [202, 202]
            theirs = naming(far, mallory, most.many, words)
            assert await statuses(far, mallory, [mallory.act("Create", theirs)]) == [503]
            await far.village.settle()
            far.village.clock.move(often.COUNTED_EVERY)
            assert await statuses(far, mallory, [mallory.act("Create", theirs)]) == [202]
            await far.village.settle()
            assert await far.here(theirs["id"])


def edits(far: Far, by: Liar, note: Json, many: int) -> list[Json]:
    return [by.act("Update", note | {"content": f"<p>{n}</p>"}, f"edit-{note['id'][-1]}-{n}") for n in range(many)]


def turns(by: Liar, kind: str, thing: str, many: int) -> list[Json]:
    """So many times done and undone."""
    acts: list[Json] = []
    for n in range(many):
        act: dict[str, Any] = by.act(kind, thing, f"{kind}-{n}")
        acts += [act, by.act("Undo", act, f"undo-{kind}-{n}")]
    return acts


async def test_one_post_is_edited_and_one_thing_followed_and_liked_so_often_in_an_hour_and_then_later(far: Far):
    v = far.village
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.ravi)))
    note = far.bob.note("1", to=[far.uri(v.asha)])
    await far.tells(far.bob, far.bob.act("Create", note))
    many = often.OF_PERSON
    for acts in (
        edits(far, far.bob, note, many + 1),
        turns(far.bob, "Follow", far.uri(v.asha), many // 2 + 1)[:-1],
        turns(far.bob, "Like", far.post(v.asha), many // 2 + 1)[:-1],
    ):
        assert await statuses(far, far.bob, acts[:-1]) == [202] * many
        beyond = await bring(far, far.bob, acts[-1])
        assert beyond.status_code == 429
        v.clock.move(int(beyond.headers["retry-after"]) * SECOND)
        await far.tells(far.bob, acts[-1])
    assert f"<p>{many}</p>" in (await far.status(v.asha, await far.here(note["id"])))["content"]
    assert (await far.tie(v.asha, await far.account(far.bob)))["followed_by"]
    assert (await far.status(v.asha, v.asha.latest.id))["favourites_count"] == 1


@pytest.mark.parametrize("of", ["one server", "all"])
async def test_of_one_server_and_of_all_so_much_is_changed_in_an_hour_by_however_many_people(
    far: Far, monkeypatch: pytest.MonkeyPatch, of: str
):
    v = far.village
    monkeypatch.setattr(often, "EDITS" if of == "one server" else "EDITS_OF_ALL", 4)
    monkeypatch.setattr(often, "TURNS" if of == "one server" else "TURNS_OF_ALL", 6)
    async with hostile() as other:
        mallory = other.liar("mallory", 2)
        other.names(mallory)
        acts = list[list[Json]]()
        for n, by in enumerate((far.bob, far.eve, mallory)):
            note = by.note(f"{n}", to=[far.uri(v.asha)])
            await far.tells(by, by.act("Create", note))
            acts.append(
                [*edits(far, by, note, 2), *turns(by, "Follow", far.uri(v.ravi), 1), by.act("Like", far.post(v.asha))]
            )
        assert [await statuses(far, by, some) for by, some in zip((far.bob, far.eve), acts, strict=False)] == [
            [202] * 5
        ] * 2
        late = 202 if of == "one server" else 429
        assert await statuses(far, mallory, acts[2]) == [late] * 5
        assert await statuses(
            far, far.bob, [far.bob.act("Follow", far.uri(v.meera)), far.bob.act("Delete", far.bob.note("0")["id"])]
        ) == [429, 202]
        v.clock.move(often.HOUR * SECOND)
        await far.tells(far.bob, far.bob.act("Follow", far.uri(v.meera)))
        assert (await far.tie(v.meera, await far.account(far.bob)))["followed_by"]
