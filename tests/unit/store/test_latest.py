"""The newest posts of all are read once for many homes, and picking from them says what the store would say."""

import itertools

import pytest
from msgspec.structs import replace

from chaupal.policy.facts import Visibility
from chaupal.reads.page import Cursor
from chaupal.reads.timelines import home
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.machine.dialect import listed
from chaupal.store.machine.work import Reading
from chaupal.store.square import posts as store
from chaupal.store.square.posts import FROM_AUTHORS, NEWEST, newest_of
from neighbours import Street, asked, by

ALL, FIRST = 2**63 - 1, -1


async def differing(street: Street, people: list[int], said: list[int]) -> list[object]:
    """Spans of which somebody is told otherwise than by the store; each is asked for thrice."""
    edges = [FIRST, *sorted(said)[::2], ALL]
    spans = [(below, above, limit) for above, below in itertools.combinations(edges, 2) for limit in (1, 3, 50)]
    whom = [people[:1], people[1:], people]
    async with street.work.reading() as reading:
        return [
            (authors, span)
            for authors in whom
            for span in spans
            for _ in range(3)
            if await picked(reading, authors, *span) != await in_store(reading, authors, *span)
        ]


async def picked(reading: Reading, authors: list[int], below: int, above: int, limit: int) -> list[int]:
    return await newest_of(reading, authors, below=below, above=above, limit=limit)


async def in_store(reading: Reading, authors: list[int], below: int, above: int, limit: int) -> list[int]:
    rows = await reading.fetch(FROM_AUTHORS, authors=listed(sorted(authors)), below=below, above=above, n=limit)
    return [row[0] for row in rows]


@pytest.mark.parametrize("most", [4, 400])
async def test_what_is_picked_is_what_the_store_says_whatever_was_posted_reposted_or_taken_back(
    street: Street, monkeypatch: pytest.MonkeyPatch, most: int
):
    monkeypatch.setattr(store, "LATEST", most)
    people = asha, bela, chand = await street.people("asha", "bela", "chand")
    said: list[int] = []
    for who in (asha, bela, chand, chand, asha, bela, bela, chand, asha):
        said.append(await street.say(who, "बात"))
        assert await differing(street, people, said) == []
    # As of another server, which took its time to bring it.
    square, street.square = street.square, replace(street.square, make_id=lambda: said[-1] - 1)
    said.insert(-1, await street.say(chand, "देर से"))
    street.square = square
    assert await differing(street, people, said) == []
    await street.say(bela, "@asha अकेले में", visibility=Visibility.DIRECT)
    assert await differing(street, people, said) == []
    said.append(await posts.repost(street.square, by(asha), said[1]))
    assert await differing(street, people, said) == []
    await posts.delete(street.square, by(chand), said[2])
    assert await differing(street, people, said) == []


async def test_the_homes_of_many_ask_the_store_once_though_others_post_meanwhile(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela, chand, dev = await street.people("asha", "bela", "chand", "dev")
    for who in (asha, chand, dev):
        await graph.follow(street.square, by(who), bela)
    said = list[int]()
    told = await asked(street, monkeypatch)
    for who in (asha, chand, dev):
        said.insert(0, await street.say(bela, "एक"))
        await street.say(bela, "@eko किसी और से", visibility=Visibility.DIRECT)
        assert [seen.item.id for seen in (await home.page(street.reads, by(who), Cursor())).items] == said
    assert (told.count(FROM_AUTHORS), told.count(NEWEST)) == (0, 1)
    await posts.delete(street.square, by(bela), said.pop())
    await graph.follow(street.square, by(bela), asha)  # whose home is built anew by that
    assert [
        seen.item.id for seen in (await home.page(street.reads, by(bela), Cursor())).items if seen.item.author == bela
    ][-2:] == said
    assert told.count(NEWEST) == 2


async def test_a_unit_sees_what_it_has_written_itself(street: Street):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "एक")
    assert await differing(street, [asha, bela], [one]) == []
    async with street.work.reading() as reading:
        two = await posts.prepare(street.square, reading, by(bela), posts.Draft(text="दो"))
    async with street.work.writing() as w:
        await posts.enter(w, two)
        assert await picked(w, [bela], ALL, FIRST, 9) == [two.id, one]
