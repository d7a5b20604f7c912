"""Ties: who follows, asks, blocks and mutes whom, and what ends with what."""

import asyncio

import pytest

from chaupal.fanout import severing
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Surface
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications, people, people_lists
from chaupal.reads.timelines import home, lists as timelines
from chaupal.social.people import graph, lists, profiles
from chaupal.social.posts import posts
from chaupal.store.identity.accounts import Face
from chaupal.store.machine.work import Writing
from chaupal.store.square import graph as store
from chaupal.store.square.graph import Ties
from neighbours import Street, by
from others import met


async def ties(street: Street, me: int, them: int) -> Ties:
    return dict(await people.between(street.reads, by(me), [them]))[them]


async def counts(street: Street, who: int) -> tuple[int, int]:
    """(followers, following) as others see them."""
    person = (await people.person(street.reads, by(None), who)).item
    return person.followers_count, person.following_count


async def test_following_twice_is_following_once(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(asha), bela)
    await graph.follow(street.square, by(asha), bela, notify=True)
    tie = await ties(street, asha, bela)
    assert (tie.following, tie.reposts, tie.notify, tie.followed_by) == (True, True, True, False)
    assert await counts(street, bela) == (1, 0)
    assert await counts(street, asha) == (0, 1)
    assert (await ties(street, bela, asha)).followed_by


async def test_following_again_changes_only_what_is_said(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(asha), bela, reposts=False, notify=True)
    await graph.follow(street.square, by(asha), bela)
    assert not (await ties(street, asha, bela)).reposts
    await graph.follow(street.square, by(asha), bela, reposts=True)
    tie = await ties(street, asha, bela)
    assert tie.reposts and tie.notify and not tie.languages
    await graph.follow(street.square, by(asha), bela, languages=["hin", "", "bn", "hi"])
    await graph.follow(street.square, by(asha), bela, reposts=True)
    assert (await ties(street, asha, bela)).languages == ("hi", "bn")
    with pytest.raises(Invalid, match="Languages are not known"):
        await graph.follow(street.square, by(asha), bela, languages=["hi", "xx-nowhere"])
    await graph.follow(street.square, by(asha), bela, languages=[])
    assert not (await ties(street, asha, bela)).languages


async def test_who_is_followed_in_one_language_stands_at_home_and_in_lists_in_it_alone(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    await graph.follow(street.square, by(asha), bela, notify=True, languages=["hi"])
    await graph.follow(street.square, by(asha), chand)
    list_ = await lists.create(street.square, by(asha), lists.ListWish(title="गाँव"))
    await lists.add(street.square, by(asha), list_.id, [bela])
    hindi = [
        await street.say(bela, text, language=tongue)
        for text, tongue in (("नमस्ते", "hi"), ("Aaj kya hua", "hi-Latn"), ("🌾🌾", "und"))
    ]
    english = await street.say(chand, "Good morning", language="en")
    await street.say(bela, "Good evening", language="en")
    street.clock.move(1_000)
    await posts.repost(street.square, by(bela), english)

    async def at_home() -> list[int]:
        return [seen.item.id for seen in (await home.page(street.reads, by(asha), Cursor())).items]

    async def in_list() -> list[int]:
        return [seen.item.id for seen in (await timelines.timeline(street.reads, by(asha), list_.id, Cursor())).items]

    assert (await at_home(), await in_list()) == ([english, *hindi[::-1]], hindi[::-1])
    await street.settle()
    told = await notifications.page(street.reads, by(asha), Cursor())
    assert [one.post.item.id for one in told.items if one.post] == hindi[::-1]
    assert [seen.item.id for seen in (await home.page(street.reads, by(asha), Cursor(limit=1))).items] == [english]
    await graph.follow(street.square, by(asha), bela, languages=[])
    assert (len(await at_home()), len(await in_list())) == (5, 5)


async def test_unfollowing_twice_leaves_no_negative_count(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(asha), bela)
    await graph.unfollow(street.square, by(asha), bela)
    await graph.unfollow(street.square, by(asha), bela)
    assert await counts(street, bela) == (0, 0) and await counts(street, asha) == (0, 0)


async def test_two_requests_at_once_count_once(street: Street):
    asha, bela = await street.people("asha", "bela")
    await asyncio.gather(*[graph.follow(street.square, by(asha), bela) for _ in range(4)])
    assert await counts(street, bela) == (1, 0)


async def test_a_locked_account_is_asked_and_grants(street: Street):
    asha = await street.person("asha")
    lata = await street.person("lata", locked=True)
    await graph.follow(street.square, by(asha), lata, notify=True, languages=["hi"])
    assert (await ties(street, asha, lata)).requested and await counts(street, lata) == (0, 0)
    assert (await ties(street, lata, asha)).requested_by
    asking = await people_lists.asking(street.reads, by(lata), Cursor())
    assert [seen.item.id for seen in asking.items] == [asha]
    await graph.grant(street.square, by(lata), asha)
    tie = await ties(street, asha, lata)
    assert (tie.following, tie.notify, tie.languages, tie.requested) == (True, True, ("hi",), False)
    assert await counts(street, lata) == (1, 0)
    with pytest.raises(NotFound):
        await graph.grant(street.square, by(lata), asha)


async def test_who_asked_is_let_in_once_the_account_is_locked_no_more(street: Street, monkeypatch: pytest.MonkeyPatch):
    """As in Mastodon: all of them, some in each commit, on the terms on which they asked."""
    monkeypatch.setattr(severing, "AT_ONCE", 2)
    asking = await street.people("asha", "bela", "chand", "dhara")
    lata = await street.person("lata", locked=True)
    for who in asking[:3]:
        await graph.follow(street.square, by(who), lata, notify=True, languages=["hi"])
    await profiles.change(street.square, by(lata), Face(locked=False))
    # Who asks again before their turn has come follows at once, and was asked about once.
    await graph.follow(street.square, by(asking[2]), lata, reposts=False)
    await profiles.change(street.square, by(lata), Face(locked=True))
    await street.settle()
    told = [(await ties(street, who, lata)) for who in asking[:3]]
    assert [(tie.following, tie.requested) for tie in told] == [(False, True), (False, True), (True, False)]
    await graph.follow(street.square, by(asking[3]), lata)
    await profiles.change(street.square, by(lata), Face(locked=False))
    await street.settle()
    told = [(await ties(street, who, lata)) for who in asking]
    assert [(tie.following, tie.requested) for tie in told] == [(True, False)] * 4
    assert [(tie.reposts, tie.notify, tie.languages) for tie in told[:3]] == [(True, True, ("hi",))] * 2 + [
        (False, True, ("hi",))
    ]
    assert await counts(street, lata) == (4, 0)
    kinds = [one.kind for one in (await notifications.page(street.reads, by(lata), Cursor())).items]
    assert "follow_request" not in kinds


async def test_a_request_that_goes_while_it_is_granted_is_no_follow(street: Street, monkeypatch: pytest.MonkeyPatch):
    """Of two units at once: one that withdraws comes before, and one that blocks after."""
    asha, lata = await street.person("asha"), await street.person("lata", locked=True)
    await graph.follow(street.square, by(asha), lata)
    wanted, unask = store.wanted, store.unask

    async def then_withdrawn(w: Writing, me: int, them: int, *, asked: bool = False) -> store.FollowTerms | None:
        terms = await wanted(w, me, them, asked=asked)
        if asked:
            await unask(w, me, them)
        return terms

    async def granted_before(w: Writing, me: int, them: int) -> bool:
        await store.grant(w, me, them, street.square.make_id(), store.FollowTerms())
        return await unask(w, me, them)

    with monkeypatch.context() as meanwhile, pytest.raises(NotFound):
        meanwhile.setattr(store, "wanted", then_withdrawn)
        await graph.grant(street.square, by(lata), asha)
    assert not (await ties(street, asha, lata)).following
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(store, "unask", granted_before)
        await graph.block(street.square, by(lata), asha)
    assert not (await ties(street, asha, lata)).following and await counts(street, lata) == (0, 0)


async def test_a_request_can_be_refused_and_withdrawn(street: Street):
    asha = await street.person("asha")
    lata = await street.person("lata", locked=True)
    await graph.follow(street.square, by(asha), lata)
    await graph.refuse(street.square, by(lata), asha)
    assert not (await ties(street, asha, lata)).requested
    await graph.follow(street.square, by(asha), lata)
    await graph.unfollow(street.square, by(asha), lata)
    with pytest.raises(NotFound):
        await graph.refuse(street.square, by(lata), asha)


async def test_a_block_ends_follows_and_requests_both_ways(street: Street):
    asha = await street.person("asha")
    lata = await street.person("lata", locked=True)
    await graph.follow(street.square, by(lata), asha)
    await graph.follow(street.square, by(asha), lata)
    await graph.block(street.square, by(asha), lata)
    tie = await ties(street, asha, lata)
    assert (tie.blocking, tie.following, tie.followed_by, tie.requested) == (True, False, False, False)
    assert await counts(street, asha) == (0, 0) and await counts(street, lata) == (0, 0)
    assert (await ties(street, lata, asha)).blocked_by
    for me, them in ((lata, asha), (asha, lata)):
        with pytest.raises(NotAllowed):
            await graph.follow(street.square, by(me), them)
    await graph.unblock(street.square, by(asha), lata)
    await graph.follow(street.square, by(lata), asha)
    assert (await ties(street, lata, asha)).following


async def test_the_blocked_are_listed_even_if_they_block_back(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.block(street.square, by(asha), bela)
    await graph.block(street.square, by(bela), asha)
    listed = await people_lists.blocked(street.reads, by(asha), Cursor())
    assert [seen.item.handle for seen in listed.items] == ["bela"]


async def test_a_timed_mute_ends_by_the_clock(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.mute(street.square, by(asha), bela, notifications=False, duration=60)
    tie = await ties(street, asha, bela)
    assert tie.muting and not tie.mutes_notifications and tie.mute_ends == street.clock() + 60_000
    assert not await people.people(street.reads, by(asha), Surface.SEARCH, [bela])
    street.clock.move(60_000)
    assert not (await ties(street, asha, bela)).muting
    assert await people.people(street.reads, by(asha), Surface.SEARCH, [bela])
    assert not (await people_lists.muted(street.reads, by(asha), Cursor())).items


async def test_muting_again_replaces_the_terms(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.mute(street.square, by(asha), bela, duration=60)
    await graph.mute(street.square, by(asha), bela)
    assert (await ties(street, asha, bela)).mute_ends is None
    await graph.unmute(street.square, by(asha), bela)
    assert not (await ties(street, asha, bela)).muting


async def test_nobody_ties_themselves_to_themselves_or_to_nobody(street: Street):
    asha = await street.person("asha")
    for act in (graph.follow, graph.block, graph.mute):
        with pytest.raises(NotAllowed):
            await act(street.square, by(asha), asha)
        with pytest.raises(NotFound):
            await act(street.square, by(asha), 4711)


async def test_the_suspended_cannot_be_followed_but_can_be_let_go(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    await graph.follow(street.square, by(asha), bela)
    await street.rule(bela, Measure.SUSPEND, "XX")
    with pytest.raises(NotFound):
        await graph.follow(street.square, by(chand), bela)
    assert not (await people_lists.following(street.reads, by(asha), asha, Cursor())).items
    await graph.unfollow(street.square, by(asha), bela)
    assert await counts(street, asha) == (0, 0)


async def test_whom_one_follows_is_at_home_on_the_next_look(street: Street):
    asha, bela = await street.people("asha", "bela")
    said = await street.say(bela, "नमस्ते")
    assert not (await home.page(street.reads, by(asha), Cursor())).items
    await graph.follow(street.square, by(asha), bela)
    assert [seen.item.id for seen in (await home.page(street.reads, by(asha), Cursor())).items] == [said]
    await graph.unfollow(street.square, by(asha), bela)
    assert not (await home.page(street.reads, by(asha), Cursor())).items


async def test_followers_page_by_ties_in_both_directions(street: Street):
    star = await street.person("star")
    fans = await street.people(*[f"fan{n}" for n in range(7)])
    for fan in fans:
        street.clock.move(1)
        await graph.follow(street.square, by(fan), star)
    newest_first = fans[::-1]
    first = await people_lists.followers(street.reads, by(None), star, Cursor(limit=3))
    second = await people_lists.followers(street.reads, by(None), star, Cursor(limit=3, max_id=first.next))
    last = await people_lists.followers(street.reads, by(None), star, Cursor(limit=3, max_id=second.next))
    walked = [seen.item.id for page in (first, second, last) for seen in page.items]
    assert walked == newest_first and last.next is None
    back = await people_lists.followers(street.reads, by(None), star, Cursor(limit=3, min_id=last.prev))
    assert [seen.item.id for seen in back.items] == newest_first[3:6]


async def test_an_account_withheld_here_has_nobody_around_it_here_and_is_in_no_list(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(asha), bela)
    await street.rule(bela, Measure.WITHHOLD_ACCOUNT)
    for country, around, listed in (("IN", 0, 0), ("DE", 1, 1)):
        viewer = by(None, country)
        assert len((await people_lists.followers(street.reads, viewer, bela, Cursor())).items) == around
        assert len((await people_lists.following(street.reads, viewer, asha, Cursor())).items) == listed


async def test_following_somebody_of_another_server_is_a_request_until_that_server_says_yes(street: Street):
    asha = await street.person("asha")
    bob = await met(street, "bob@far.example")
    await graph.follow(street.square, by(asha), bob, notify=True)
    asked = await ties(street, asha, bob)
    assert (asked.requested, asked.following) == (True, False)
    assert (await counts(street, bob)) == (0, 0)
    await graph.grant(street.square, by(bob), asha)
    now = await ties(street, asha, bob)
    assert (now.requested, now.following, now.notify) == (False, True, True)
    await graph.follow(street.square, by(bob), asha)
    assert (await ties(street, bob, asha)).following, "whoever comes from there need not ask, where nobody is locked"
