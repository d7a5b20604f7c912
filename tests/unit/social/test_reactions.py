"""Likes and saved posts: counted once, forgotten in time, refused where the post is withheld."""

import pytest

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import NotFound
from chaupal.policy.measures import Measure
from chaupal.reads.page import Cursor
from chaupal.reads.people import people_lists
from chaupal.reads.posts import reactions
from chaupal.reads.timelines import saved, thread
from chaupal.social.posts import posts, reactions as acts
from chaupal.store.machine.shelves import EVERY
from chaupal.store.square import reactions as store
from neighbours import PRIVATE, Street, by


async def likes(street: Street, post: int) -> int:
    seen = (await thread.post(street.reads, by(None), post)).item
    return (seen.inner or seen).likes_count


async def flags(street: Street, who: int, post: int) -> int:
    return (await reactions.flags(street.reads, by(who), [post])).get(post, 0)


async def test_a_like_counts_once_and_goes_once(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "चाय")
    assert await flags(street, asha, post) == 0
    await acts.like(street.square, by(asha), post)
    await acts.like(street.square, by(asha), post)
    assert await likes(street, post) == 1 and await flags(street, asha, post) == reactions.LIKED
    await acts.unlike(street.square, by(asha), post)
    await acts.unlike(street.square, by(asha), post)
    assert await likes(street, post) == 0 and await flags(street, asha, post) == 0


async def test_a_like_on_a_repost_is_a_like_on_the_original_and_shows_in_both(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    post = await street.say(bela, "चाय")
    repost = await posts.repost(street.square, by(chand), post)
    assert await likes(street, repost) == 0
    assert await acts.like(street.square, by(asha), repost) == post
    assert await likes(street, post) == 1 and await likes(street, repost) == 1
    assert await acts.unlike(street.square, by(asha), repost) == post
    assert await likes(street, repost) == 0


async def test_flags_know_likes_reposts_and_saves_and_ask_the_store_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one, two, three = [await street.say(bela, f"बात {n}") for n in range(3)]
    await acts.like(street.square, by(asha), one)
    await acts.save(street.square, by(asha), one)
    await posts.repost(street.square, by(asha), two)
    known = await reactions.flags(street.reads, by(asha), [one, two, three])
    assert (known[one], known[two], known[three]) == (reactions.LIKED | reactions.SAVED, reactions.REPOSTED, 0)
    monkeypatch.setattr(street.work, "reading", _nobody)
    assert (await reactions.flags(street.reads, by(asha), [three, one]))[one] == known[one]


async def test_of_what_was_written_since_the_first_look_the_store_is_not_asked(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    old = await street.say(bela, "पहली बात")
    await flags(street, asha, old)
    new = await street.say(bela, "दूसरी बात")
    with monkeypatch.context() as closed:
        closed.setattr(street.work, "reading", _nobody)
        assert await flags(street, asha, new) == 0
    await acts.like(street.square, by(asha), new)
    assert await flags(street, asha, new) == reactions.LIKED


async def test_whoever_looks_first_at_what_is_new_is_told_of_all_that_is_and_nothing_by_halves_of_what_is_old(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    old = await street.say(bela, "पुरानी बात")
    await acts.like(street.square, by(asha), old)
    street.clock.move(store.LATELY + DAY)
    await posts.repost(street.square, by(asha), old)
    new, liked, reposted = [await street.say(bela, f"नई बात {n}") for n in range(3)]
    await acts.like(street.square, by(asha), liked)
    await posts.repost(street.square, by(asha), reposted)
    street.work.memory.reactions.forget(EVERY)
    assert await flags(street, asha, new) == 0
    with monkeypatch.context() as closed:
        closed.setattr(street.work, "reading", _nobody)
        assert await flags(street, asha, liked) == reactions.LIKED
        assert await flags(street, asha, reposted) == reactions.REPOSTED
    assert await flags(street, asha, old) == reactions.LIKED | reactions.REPOSTED


async def test_of_what_one_likes_and_saves_oneself_the_store_is_not_asked(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    if street.work.hears_others:
        pytest.skip("beside others marks are read anew: they may have been changed there")
    asha, bela = await street.people("asha", "bela")
    old = await street.say(bela, "पहली बात")
    assert await flags(street, asha, old) == 0
    new = await street.say(bela, "दूसरी बात")
    for act, there in (
        (acts.like, reactions.LIKED),
        (acts.save, reactions.LIKED | reactions.SAVED),
        (acts.unlike, reactions.SAVED),
        (acts.unsave, 0),
    ):
        for post in (old, new):
            await act(street.square, by(asha), post)
        with monkeypatch.context() as closed:
            closed.setattr(street.work, "reading", _nobody)
            assert [await flags(street, asha, post) for post in (old, new)] == [there, there]


async def test_a_like_in_a_unit_that_changes_other_marks_too_is_read_anew(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(asha, "मेरी बात")
    assert await flags(street, asha, post) == 0
    async with street.work.writing() as w:
        await store.like(w, asha, post, street.square.make_id())
        await store.pin(w, asha, post, street.square.make_id())
    assert await flags(street, asha, post) == reactions.LIKED | reactions.PINNED
    assert await flags(street, bela, post) == 0


async def test_a_like_that_was_undone_within_its_unit_is_no_mark(street: Street):
    asha, bela = await street.people("asha", "bela")
    post, other = await street.say(bela, "एक"), await street.say(bela, "दो")
    assert await flags(street, asha, post) == 0
    async with street.work.writing() as w:
        await store.like(w, asha, other, street.square.make_id())
        with pytest.raises(NotFound):
            async with w.part():
                await store.like(w, asha, post, street.square.make_id())
                raise NotFound
    assert (await flags(street, asha, post), await flags(street, asha, other)) == (0, reactions.LIKED)


async def test_an_answer_in_a_muted_conversation_is_muted_however_new_it_is(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "लंबी बात")
    await acts.mute(street.square, by(asha), post)
    assert await flags(street, asha, post) == reactions.MUTED
    answer = await street.say(bela, "और भी", reply_to=post)
    assert await flags(street, asha, answer) == reactions.MUTED


def _nobody() -> None:
    raise AssertionError("the store was asked again")


async def test_a_withheld_post_cannot_be_liked_or_saved_where_it_is_withheld(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "सभा")
    await street.rule(post, Measure.WITHHOLD_POST)
    for act in (acts.like, acts.save):
        with pytest.raises(NotFound):
            await act(street.square, by(asha, "IN"), post)
    await acts.like(street.square, by(asha, "DE"), post)
    assert await likes(street, post) == 1


async def test_what_one_may_not_see_cannot_be_liked(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "केवल मेरे लोग", visibility=PRIVATE)
    with pytest.raises(NotFound):
        await acts.like(street.square, by(asha), post)
    with pytest.raises(NotFound):
        await acts.like(street.square, by(asha), 4711)


async def test_saved_posts_come_newest_mark_first_and_a_withheld_one_keeps_its_place(street: Street):
    asha, bela = await street.people("asha", "bela")
    one, two = await street.say(bela, "एक"), await street.say(bela, "दो")
    for post in (two, one):
        street.clock.move(1)
        assert await flags(street, asha, post) == 0
        await acts.save(street.square, by(asha), post)
        assert await flags(street, asha, post) == reactions.SAVED
    await street.rule(two, Measure.WITHHOLD_POST)
    page = await saved.saved(street.reads, by(asha, "IN"), Cursor())
    assert [(seen.item.id, seen.withheld, seen.item.text) for seen in page.items] == [
        (one, False, "एक"),
        (two, True, ""),
    ]
    await acts.unsave(street.square, by(asha, "IN"), two)
    assert [seen.item.id for seen in (await saved.saved(street.reads, by(asha), Cursor())).items] == [one]


async def test_a_deleted_post_takes_its_likes_along(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "चाय")
    await acts.like(street.square, by(asha), post)
    await posts.delete(street.square, by(bela), post)
    assert not (await saved.liked(street.reads, by(asha), Cursor())).items
    with pytest.raises(NotFound):
        await acts.like(street.square, by(asha), post)


async def test_who_liked_and_reposted_is_listed(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    post = await street.say(bela, "चाय")
    await acts.like(street.square, by(asha), post)
    await posts.repost(street.square, by(chand), post)
    await street.rule(chand, Measure.WITHHOLD_ACCOUNT)
    liked = await people_lists.liked_by(street.reads, by(None), post, Cursor())
    assert [seen.item.handle for seen in liked.items] == ["asha"]
    for country, handles in (("DE", ["chand"]), ("IN", [])):
        reposted = await people_lists.reposted_by(street.reads, by(None, country), post, Cursor())
        assert [seen.item.handle for seen in reposted.items] == handles
