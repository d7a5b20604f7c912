"""Lists of ids and rows are asked for once, until what is in them changes; inside a unit of work they are what it has changed."""

import sys

import pytest
from sqlalchemy import select

from chaupal.reads.explore import search
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications
from chaupal.reads.timelines import public, thread
from chaupal.social.posts import editing, posts, reactions
from chaupal.store.identity import accounts
from chaupal.store.machine.dialect import statement, text_param
from chaupal.store.machine.marks import write
from chaupal.store.machine.shelves import NOTIFICATIONS, POSTS
from chaupal.store.notifications import notifications as stored
from chaupal.store.square import finding, posting
from chaupal.store.square.finding import WITH_WORDS
from chaupal.store.square.posts import ALL_LISTED, IN_THREAD, ROOT_OF, as_written, skeleton
from chaupal.store.tables.machine import marks
from chaupal.text.analyse import query_terms
from neighbours import Street, asked, by


async def listed(street: Street, who: int) -> list[int]:
    page = await public.page(street.reads, by(who), Cursor())
    return [seen.item.id for seen in page.items]


async def test_a_list_is_asked_for_once_by_all_who_read_it_until_a_post_stands_in_it_or_goes(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "एक")
    told = await asked(street, monkeypatch)
    assert await listed(street, asha) == await listed(street, bela) == [one]
    await reactions.like(street.square, by(asha), one)
    assert await listed(street, asha) == [one]
    assert told.count(ALL_LISTED["here"].down) == 1
    two = await street.say(bela, "दो")
    assert await listed(street, asha) == [two, one]
    await posts.delete(street.square, by(bela), one)
    assert await listed(street, asha) == [two]
    assert told.count(ALL_LISTED["here"].down) == 3


async def test_a_conversation_is_asked_for_once_by_all_who_read_it_until_somebody_answers(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "एक")
    told = await asked(street, monkeypatch)

    async def answers(who: int) -> int:
        return len((await thread.context(street.reads, by(who), one)).descendants)

    assert [await answers(who) for who in (asha, bela)] == [0, 0]
    assert (told.count(ROOT_OF), told.count(IN_THREAD)) == (1, 1)
    await street.say(asha, "हाँ", reply_to=one)
    assert [await answers(who) for who in (asha, bela)] == [1, 1]
    assert told.count(IN_THREAD) == 2


async def test_notifications_are_asked_for_again_when_there_are_others_and_not_when_a_post_changes(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    one = await street.say(bela, "एक")
    told = await asked(street, monkeypatch)
    _, of_all = stored.PAGES[False, False]

    async def heard() -> int:
        await street.runner.settle()
        return len((await notifications.page(street.reads, by(bela), Cursor())).items)

    await reactions.like(street.square, by(asha), one)
    assert await heard() == 1
    await reactions.save(street.square, by(chand), one)
    await street.say(bela, "दो")
    assert await heard() == 1
    assert told.count(of_all.down) == 1
    await reactions.like(street.square, by(chand), one)
    assert await heard() == 2
    assert told.count(of_all.down) == 2


@pytest.mark.parametrize("columns", [1, 7])
async def test_a_kept_list_counts_for_what_it_weighs_however_many_columns_it_has(street: Street, columns: int):
    (bela,) = await street.people("bela")
    async with street.work.writing() as w:
        for n in range(50):
            by_, post = street.make_id(), street.make_id()
            await stored.add(w, street.make_id(), bela, "favourite", by=by_, cause=f"favourite {n}", post=post)
    stmt = statement(select(*stored.COLUMNS[:columns]))
    before = street.work.memory.answers.size
    async with street.work.reading() as reading:
        rows = await reading.once(NOTIFICATIONS, bela, stmt)
    weight = sum(sys.getsizeof(row) + sum(map(sys.getsizeof, row)) for row in rows)
    assert len(rows) == 50 and weight * 0.8 < street.work.memory.answers.size - before < weight * 2


PAIR = statement(select(marks.c.key).where(marks.c.key == text_param("one"), marks.c.value == text_param("other")))


async def test_in_whatever_order_they_are_named_other_values_are_another_question(street: Street):
    async with street.work.writing() as w:
        await write(w, "चौपाल", "गाँव")
    async with street.work.reading() as reading:
        assert await reading.once(POSTS, 1, PAIR, one="चौपाल", other="गाँव")
        assert not await reading.once(POSTS, 1, PAIR, other="चौपाल", one="गाँव")


async def test_inside_a_unit_a_list_is_what_the_unit_has_made_it_and_stays_there_when_the_unit_is_given_up(
    street: Street,
):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "एक")
    assert await listed(street, asha) == [one]
    with pytest.raises(ZeroDivisionError):
        async with street.work.writing() as w:
            await posts.enter(w, await prepared(street, bela))
            assert len(await skeleton(w, ALL_LISTED["here"], below=2**63 - 1, above=-1, limit=20, upward=False)) == 2
            raise ZeroDivisionError
    assert await listed(street, asha) == [one]


async def prepared(street: Street, who: int) -> posts.Post:
    async with street.work.reading() as reading:
        return await posts.prepare(street.square, reading, by(who), posts.Draft(text="दो"))


async def seek(street: Street, who: int, query: str) -> list[int]:
    await street.settle()
    return [seen.item.id for seen in await search.posts(street.reads, by(who), query)]


async def test_what_a_word_finds_is_asked_for_once_by_all_who_are_found_until_a_post_comes_that_holds_it(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "पानी कहाँ है")
    told = await asked(street, monkeypatch)
    assert await seek(street, asha, "पानी") == await seek(street, bela, "पानी") == [one]
    await street.say(bela, "बिजली कहाँ है")
    assert await seek(street, asha, "पानी") == [one]
    assert told.count(WITH_WORDS.down) + told.count(WITH_WORDS.newest.down) == 1
    two = await street.say(asha, "पानी आ गया")
    assert await seek(street, asha, "पानी") == await seek(street, bela, "पानी") == [two, one]
    assert told.count(WITH_WORDS.down) + told.count(WITH_WORDS.newest.down) == 2


async def test_what_several_words_find_is_asked_for_again_whichever_of_them_is_the_longest(street: Street):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "पानी और समाचार")
    assert await seek(street, asha, "पानी समाचार") == [one]
    two = await street.say(bela, "समाचार: पानी आया")
    assert await seek(street, asha, "पानी समाचार") == [two, one]


async def test_a_post_that_is_edited_or_taken_back_is_found_by_its_old_words_no_more(street: Street):
    asha, bela = await street.people("asha", "bela")
    one, two = await street.say(bela, "पानी"), await street.say(bela, "पानी भी")
    assert await seek(street, asha, "पानी") == [two, one]
    street.clock.move(1_000)
    await editing.edit(street.square, by(bela), one, editing.Edit(text="बिजली"))
    assert await seek(street, asha, "पानी") == [two]
    assert await seek(street, asha, "बिजली") == [one]
    await posts.delete(street.square, by(bela), two)
    assert await seek(street, asha, "पानी") == []


async def test_in_one_unit_with_a_new_post_what_goes_is_found_no_more(street: Street):
    (bela,) = await street.people("bela")
    one, old = await street.say(bela, "पानी"), await street.say(bela, "पानी था")
    two = await prepared(street, bela)
    assert await seek(street, bela, "पानी") == [old, one]
    async with street.work.reading() as reading:
        gone = await as_written(reading, old)
    async with street.work.writing() as w:
        assert gone is not None
        await posting.remove(w, gone)
        await posts.enter(w, two)
    async with street.work.reading() as reading:
        assert await finding.found(reading, bela, query_terms("पानी"), finding.ANYTHING, finding.Bounds()) == [one]


async def test_whoever_wishes_not_to_be_found_finds_their_own_and_others_do_not(street: Street):
    asha, bela = await street.people("asha", "bela")
    one = await street.say(bela, "पानी")
    assert await seek(street, asha, "पानी") == await seek(street, bela, "पानी") == [one]
    for wish, others in ((False, []), (True, [one])):
        async with street.work.writing() as w:
            await accounts.change(w, bela, accounts.Face(indexable=wish))
        assert (await seek(street, bela, "पानी"), await seek(street, asha, "पानी")) == ([one], others)
