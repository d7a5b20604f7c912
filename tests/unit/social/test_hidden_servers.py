"""Somebody hides a whole server for themselves: nothing of it is met but whom they follow there; nobody else notices."""

import pytest

from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.gate import reveal
from chaupal.policy.quotes import ACCEPTED
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.page import Cursor
from chaupal.reads.people import hidden_servers as looks, notifications, people as others_seen
from chaupal.reads.posts import quotes
from chaupal.social.people import graph
from chaupal.store.identity.facts_cache import facts_for, relations_of
from chaupal.store.square import graph as ties
from chaupal.store.square.posts import as_written, sealed_posts
from chaupal.store.square.quotes import stand
from neighbours import Street, by
from others import from_there


@pytest.fixture
async def people(street: Street) -> tuple[Viewer, int, int, int]:
    """(asha, who is here; ravi and om of far.example, and what ravi said)."""
    asha = await street.person("asha")
    ravi, om = await street.person("ravi@far.example"), await street.person("om@far.example")
    post = await street.say(ravi, "a word from far away")
    for one, said in ((ravi, (post,)), (om, ())):
        await from_there(street, one, "far.example", *said)
    return by(asha), ravi, om, post


async def met(street: Street, viewer: Viewer, surface: Surface, post: int) -> bool:
    async with street.work.reading() as reading:
        seen = reveal(viewer, surface, await sealed_posts(reading, [post]), await facts_for(reading, viewer))
    return bool(seen)


async def test_nothing_of_a_hidden_server_is_met_where_nobody_asked_for_it(
    street: Street, people: tuple[Viewer, int, int, int]
):
    asha, _, _, post = people
    assert await met(street, asha, Surface.PUBLIC, post)
    await graph.hide_server(street.square, asha, "https://Far.Example/")
    for surface in (
        Surface.PUBLIC,
        Surface.TAG,
        Surface.SEARCH,
        Surface.NOTIFICATIONS,
        Surface.THREAD,
        Surface.TRENDS,
        Surface.STREAM,
    ):
        assert not await met(street, asha, surface, post), surface
    assert await met(street, asha, Surface.STATUS, post) and await met(street, asha, Surface.ACCOUNT, post)
    meera = by(await street.person("meera"))
    assert await met(street, meera, Surface.PUBLIC, post)
    await graph.show_server(street.square, asha, "far.example")
    assert await met(street, asha, Surface.PUBLIC, post)


async def test_what_quotes_a_post_of_a_hidden_server_does_not_offer_it_to_whoever_mutes_somebody(
    street: Street, people: tuple[Viewer, int, int, int]
):
    asha, ravi, _, post = people
    meera, bela = await street.people("meera", "bela")
    quoting = await street.say(meera, "see there", quoting=post)
    async with street.work.writing() as w:  # ravi, of far.example, said yes
        quoted = await as_written(w, quoting)
        assert quoted is not None
        await stand(w, quoted, ACCEPTED)

    async def shown() -> tuple[list[int], list[int]]:
        async with street.work.reading() as reading:
            seen = reveal(asha, Surface.HOME, await sealed_posts(reading, [quoting]), await facts_for(reading, asha))
        found = await quotes.within(street.reads, asha, seen)
        return [*found.seen], [*found.muted]

    assert await shown() == ([post], [])
    await graph.mute(street.square, asha, ravi)
    assert await shown() == ([], [post])
    await graph.unmute(street.square, asha, ravi)
    await graph.mute(street.square, asha, bela)
    await graph.hide_server(street.square, asha, "far.example")
    assert await shown() == ([], [])


async def test_whom_one_follows_there_one_goes_on_reading(street: Street, people: tuple[Viewer, int, int, int]):
    asha, ravi, _, post = people
    await graph.follow(street.square, asha, ravi)
    await graph.grant(street.square, by(ravi), asha.me)
    await graph.hide_server(street.square, asha, "far.example")
    await street.settle()
    async with street.work.reading() as reading:
        assert ravi in (await relations_of(reading, asha.me)).following
    assert await met(street, asha, Surface.HOME, post)


async def test_who_follows_from_there_does_so_no_more_and_can_be_asked_again(
    street: Street, people: tuple[Viewer, int, int, int]
):
    asha, ravi, om, _ = people
    for one in (ravi, om):
        await graph.follow(street.square, by(one), asha.me)
    await graph.hide_server(street.square, asha, "far.example")
    await street.settle()
    [(_, between)] = await others_seen.between(street.reads, asha, [ravi])
    assert not between.followed_by and between.hides_server
    with pytest.raises(NotAllowed):
        await graph.follow(street.square, by(ravi), asha.me)
    with pytest.raises(NotAllowed):
        await graph.follow(street.square, asha, om)
    ended = await looks.severed(street.reads, asha)
    assert {(one.handle, one.mine, one.hidden) for one in ended} == {
        ("ravi@far.example", False, True),
        ("om@far.example", False, True),
    }
    await graph.show_server(street.square, asha, "far.example")
    await graph.follow(street.square, by(ravi), asha.me)


async def test_what_is_asked_between_oneself_and_a_hidden_server_ends_both_ways_and_nobody_elses(street: Street):
    neela, meera = by(await street.person("neela", locked=True)), by(await street.person("meera", locked=True))
    ravi, om = await street.person("ravi@far.example"), await street.person("om@far.example")
    lena = await street.person("lena@near.example")
    for one, domain in ((ravi, "far.example"), (om, "far.example"), (lena, "near.example")):
        await from_there(street, one, domain)
    asked = {(one, neela.me) for one in (ravi, om, lena)} | {(neela.me, om), (ravi, meera.me), (meera.me, om)}
    for one, other in sorted(asked):
        await graph.follow(street.square, by(one), other)
    await street.settle()
    await graph.hide_server(street.square, neela, "far.example")
    await street.settle()
    async with street.work.reading() as reading:
        left = {pair for pair in asked if await ties.wanted(reading, *pair, asked=True) is not None}
    assert left == {(lena, neela.me), (ravi, meera.me), (meera.me, om)}
    page = await notifications.page(street.reads, neela, Cursor())
    assert [(one.kind, one.person.item.id) for one in page.items] == [("follow_request", lena)]


async def test_whoever_hides_a_server_is_told_once_how_many_follows_ended_and_only_of_this_time(
    street: Street, people: tuple[Viewer, int, int, int]
):
    asha, ravi, om, _ = people

    async def told() -> list[tuple[str, bool, int, int]]:
        page = await notifications.page(
            street.reads, asha, Cursor(), notifications.NotificationsAsked(kinds=[notifications.SEVERED])
        )
        assert all(one.person.item.id == asha.me for one in page.items)
        return [(s.domain, s.hidden, s.followers, s.following) for one in page.items if (s := one.severed)]

    await graph.hide_server(street.square, asha, "far.example")
    await street.settle()
    assert await told() == [], "nothing has ended"
    await graph.show_server(street.square, asha, "far.example")
    for one in (ravi, om):
        await graph.follow(street.square, by(one), asha.me)
    await graph.hide_server(street.square, asha, "far.example")
    await street.settle()
    assert await told() == [("far.example", True, 2, 0)]
    await graph.show_server(street.square, asha, "far.example")
    await graph.follow(street.square, by(ravi), asha.me)
    await graph.hide_server(street.square, asha, "far.example")
    await street.settle()
    assert await told() == [("far.example", True, 1, 0), ("far.example", True, 2, 0)]


async def test_a_server_is_hidden_by_name_before_it_is_met(street: Street):
    asha = by(await street.person("asha"))
    await graph.hide_server(street.square, asha, "later.example")
    async with street.work.reading() as reading:
        await relations_of(reading, asha.me)  # remembered as it is now
    late = await street.person("late@later.example")
    post = await street.say(late, "here I am")
    await from_there(street, late, "later.example", post)
    assert not await met(street, asha, Surface.PUBLIC, post)


@pytest.mark.parametrize(
    "name", ["", "asha", "a b.example", "http://x.example/path", "@ravi@far.example", "localhost:8000", "x" * 300]
)
async def test_what_is_no_other_server_is_not_hidden(street: Street, name: str):
    asha = by(await street.person("asha"))
    with pytest.raises(Invalid) as wrong:
        await graph.hide_server(street.square, asha, name)
    assert "domain" in wrong.value.wrong


async def test_the_list_is_ones_own_and_goes_page_by_page(street: Street):
    asha, meera = by(await street.person("asha")), by(await street.person("meera"))
    for name in ("a.example", "b.example", "c.example"):
        await graph.hide_server(street.square, asha, name)
        await graph.hide_server(street.square, asha, name)
    first = await looks.of_viewer(street.reads, asha, Cursor(limit=2))
    assert [one.domain for one in first.items] == ["c.example", "b.example"]
    rest = await looks.of_viewer(street.reads, asha, Cursor(max_id=first.next, limit=2))
    assert [one.domain for one in rest.items] == ["a.example"] and rest.next is None
    assert not (await looks.of_viewer(street.reads, meera, Cursor())).items
