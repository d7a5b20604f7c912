"""What is known of other servers: one id for each, one thing for each of their ids, and nothing comes again that is gone."""

import asyncio

from chaupal.kernel.clock import DAY, StillClock
from chaupal.store.federation import arrivals, people, servers, uris
from chaupal.store.square import graph
from chaupal.store.square.people import id_of
from neighbours import Street
from others import met

URI = "https://far.example/notes/1"


async def test_a_server_is_one_however_many_meet_it_at_once(street: Street):
    async def meet() -> int:
        async with street.work.writing() as w:
            return await servers.met(w, street.make_id, "far.example")

    found = await asyncio.gather(*(meet() for _ in range(5)))
    assert len({*found}) == 1
    async with street.work.reading() as reading:
        assert await servers.domains(reading, found) == {found[0]: "far.example"}
        assert await servers.id_of(reading, "near.example") is None


async def test_an_id_is_of_one_thing_and_stays_gone(street: Street):
    async with street.work.writing() as w:
        assert await uris.add(w, URI, uris.POST, 7, 3)
        assert not await uris.add(w, URI, uris.POST, 8, 3)
        await uris.bury(w, URI)
        await uris.keep(w, URI, uris.POST, 9, 3)
        assert not await uris.add(w, URI, uris.POST, 9, 3)
    async with street.work.reading() as reading:
        known = await uris.find(reading, URI)
        assert known is not None and known.gone
        assert await uris.find(reading, f"{URI}0") is None
        assert {*await uris.find_many(reading, [URI, "https://x.example/"])} == {URI}


async def test_the_newest_id_of_a_follow_is_the_one_that_is_answered(street: Street):
    async with street.work.writing() as w:
        for number in (1, 2):
            await uris.tie(w, uris.FOLLOW, f"https://far.example/follows/{number}", 5, 6)
        await uris.tie(w, uris.FOLLOW, "https://far.example/follows/3", 5, 7)
        assert await uris.of_tie(w, uris.FOLLOW, 5, 6) == "https://far.example/follows/2"
        await uris.untie(w, uris.FOLLOW, 5, 6)
        assert await uris.of_tie(w, uris.FOLLOW, 5, 6) == ""
        assert await uris.of_tie(w, uris.FOLLOW, 5, 7) == "https://far.example/follows/3"


async def test_an_activity_is_heard_once_and_forgotten_when_nobody_sends_it_any_more(street: Street, clock: StillClock):
    async with street.work.writing() as w:
        assert await arrivals.hear(w, URI) and not await arrivals.hear(w, URI)
    clock.move(arrivals.HEARD_FOR - DAY)
    async with street.work.writing() as w:
        assert await arrivals.forget_heard(w) == 0 and await arrivals.was_heard(w, URI)
    clock.move(2 * DAY)
    async with street.work.writing() as w:
        assert await arrivals.forget_heard(w) == 1 and not await arrivals.was_heard(w, URI)


async def test_what_waits_of_one_server_keeps_its_order_and_is_done_once(street: Street):
    async with street.work.writing() as w:
        for number in (1, 2, 3):
            await arrivals.add(w, number, 40 + (number == 2), 9, f"{{{number}}}", 3)
        first = await arrivals.next_of(w, 40, 0)
        assert first is not None and (first.id, first.by, first.activity) == (1, 9, "{1}")
        second = await arrivals.next_of(w, 40, first.id)
        assert second is not None and second.id == 3
        assert await arrivals.done(w, 1) and not await arrivals.done(w, 1)
        assert await arrivals.done(w, 3)
        assert await arrivals.next_of(w, 40, 0) is None
        assert await arrivals.next_of(w, 41, 0) is not None


async def test_somebody_of_another_server_is_found_by_their_whole_name_and_known_to_be_followed(street: Street):
    asha = await street.person("asha")
    bob = await met(street, "bob@far.example", aliases=("https://old.example/bob",))
    async with street.work.writing() as w:
        assert await id_of(w, "bob@far.example") == bob and await id_of(w, "bob") is None
        known = await people.remote_of(w, bob)
        assert known is not None and known.uri == "https://far.example/users/bob"
        assert known.aliases == ("https://old.example/bob",) and known.gone_at is None
        assert await people.remote_of(w, asha) is None
        assert not await people.is_followed(w, bob)
        await graph.ask(w, asha, bob, street.make_id(), graph.FollowTerms())
        assert await people.is_followed(w, bob)
