"""Hindi typed in Latin letters finds what it may mean; what is not to be offered somewhere is no answer to a guess there."""

import pytest

from chaupal.kernel.clock import HOUR
from chaupal.policy.measures import Measure
from chaupal.reads.explore import romanised
from chaupal.reads.explore.search import Span
from chaupal.text.near import skeleton
from neighbours import Street, by


async def said_by_three(street: Street, text: str, language: str = "hi") -> list[int]:
    """What three people say is their vocabulary."""
    people = [await street.person(f"{name}{street.clock()}") for name in ("asha", "bela", "chaya")]
    said = [await street.say(one, text, language=language) for one in people]
    await street.settle()
    street.clock.move(HOUR)  # what was counted before is counted anew
    return said[::-1]


async def found(street: Street, query: str, country: str = "DE", **span: int) -> tuple[list[int], str]:
    told = await romanised.posts(street.reads, by(None, country), query, Span(**span))
    return [seen.item.id for seen in told.items], told.also


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("kisan", "किसान"),
        ("kisaan", "किसान"),
        ("andolan", "आंदोलन"),
        ("paani", "पानी"),
        ("Mausam", "मौसम"),
        ("hindi", "हिन्दी"),
    ],
)
def test_everyday_roman_and_the_word_have_one_skeleton(typed: str, written: str):
    assert skeleton(typed) == skeleton(written)


async def test_kisan_andolan_finds_the_farmers_and_says_by_which_words(street: Street):
    hindi = await said_by_three(street, "किसान आंदोलन ज़िंदाबाद, किसने कहा")
    latin = await street.say(await street.person("dev"), "kisan andolan zindabad", language="hi-Latn")
    await street.settle()
    assert await found(street, "kisan andolan") == ([latin, *hindi], "किसान आंदोलन")
    assert await found(street, "kisan andolan", limit=2, offset=1) == (hindi[:2], "किसान आंदोलन")
    assert await found(street, "kisan andolan", min_id=hindi[2], limit=2) == ([hindi[0], hindi[1]], "किसान आंदोलन")
    assert (await found(street, "kisne"))[1] == "किसने"
    assert await found(street, "Kisan language:hi") == (hindi, "किसान language:hi")


async def test_other_scripts_of_one_plan_are_typed_in_latin_letters_too(street: Street):
    tamil = await said_by_three(street, "வணக்கம் மதுரை, தமிழ்", "ta")
    punjabi = await said_by_three(street, "ਕਿਸਾਨ ਅੰਦੋਲਨ", "pa")
    bengali = await said_by_three(street, "কৃষক আন্দোলন", "bn")
    for typed, ids, written in (
        ("vanakkam", tamil, "வணக்கம்"),
        ("madurai", tamil, "மதுரை"),
        ("tamizh", tamil, "தமிழ்"),
        ("kisan", punjabi, "ਕਿਸਾਨ"),
        ("krishok", bengali, "কৃষক"),
        ("andolan", [*bengali, *punjabi], "আন্দোলন · ਅੰਦੋਲਨ"),
    ):
        assert await found(street, typed) == (ids, written), typed
    hindi = await said_by_three(street, "किसान आंदोलन")
    assert await found(street, "kisan andolan") == ([*hindi, *punjabi], "किसान आंदोलन · ਕਿਸਾਨ ਅੰਦੋਲਨ")


async def test_what_was_typed_in_devanagari_or_means_nothing_here_is_searched_as_it_is(street: Street):
    hindi = await said_by_three(street, "किसान आंदोलन")
    assert await found(street, "किसान") == (hindi, "")
    assert await found(street, "#kisan") == ([], "")
    assert await found(street, "from:kisan") == ([], "")
    assert await found(street, "weather") == ([], "")
    for odd in ("", " ", "k" * 400, "kisan " * 40, "\x00kisan", "ｋｉｓａｎ"):
        await found(street, odd)


async def test_words_of_one_or_two_people_are_nobodys_vocabulary(street: Street):
    asha, bela = await street.people("asha", "bela")
    for who in (asha, bela):
        await street.say(who, "गुलमोहर", language="hi")
    await street.settle()
    assert await found(street, "gulmohar") == ([], "")


async def test_a_term_that_is_not_offered_in_a_country_is_no_guess_there_and_is_found_by_its_exact_words(
    street: Street,
):
    hindi = await said_by_three(street, "किसान आंदोलन")
    await street.rule(0, Measure.DEAMPLIFY, term="किसानआंदोलन")
    assert await found(street, "kisan andolan", "IN") == ([], "")
    assert await found(street, "kisan andolan", "DE") == (hindi, "किसान आंदोलन")
    assert (await found(street, "किसान आंदोलन", "IN"))[0] == hindi
    assert (await found(street, "kisan", "IN"))[0] == hindi  # the other words are what they were
    await street.rule(0, Measure.DEAMPLIFY, term="किसान")
    assert await found(street, "kisan", "IN") == ([], "")
    assert (await found(street, "किसान", "IN"))[0] == hindi


async def test_posts_and_people_that_are_withheld_or_not_offered_are_no_answers_to_a_guess(street: Street):
    *others, first, second, third = await said_by_three(street, "किसान आंदोलन") + await said_by_three(street, "किसान")
    await street.rule(first, Measure.WITHHOLD_POST)
    await street.rule(second, Measure.DEAMPLIFY)
    assert (await found(street, "kisan", "IN"))[0] == sorted([*others, third], reverse=True)
    assert (await found(street, "kisan", "DE"))[0] == sorted([*others, first, second, third], reverse=True)
    assert (await found(street, "किसान", "IN"))[0] == sorted([*others, second, third], reverse=True)


async def test_people_are_found_by_the_sound_of_their_names(street: Street):
    sarita = await street.person("meadow", "सरिता खन्ना")
    await street.say(sarita, "नमस्ते", language="hi")
    await street.settle()

    async def called(query: str, country: str) -> tuple[list[str], str]:
        told = await romanised.people(street.reads, by(None, country), query)
        return [seen.item.handle for seen in told.items], told.also

    assert await called("sarita", "DE") == (["meadow"], "सरिता")
    assert await called("meadow", "DE") == (["meadow"], "")
    await street.rule(sarita, Measure.DEAMPLIFY)
    assert await called("sarita", "IN") == ([], "")
    assert await called("सरिता", "IN") == (["meadow"], "")
    assert await called("sarita", "DE") == (["meadow"], "सरिता")


async def tags_found(street: Street, query: str, country: str = "DE", *, suggest: bool = False) -> list[str]:
    return [one.name for one in await romanised.tags(street.reads, by(None, country), query, suggest=suggest)]


async def test_kisan_andolan_finds_the_tag_in_devanagari_as_well(street: Street):
    await said_by_three(street, "आज दिल्ली में #किसान_आंदोलन")
    for typed in ("kisan andolan", "kisaan aandolan", "#kisan_andolan", "KisanAndolan", "kisan"):
        assert await tags_found(street, typed) == ["किसान_आंदोलन"], typed
        assert await tags_found(street, typed, suggest=True) == ["किसान_आंदोलन"], typed
    assert await tags_found(street, "mausam") == []
    await street.say(await street.person("dev"), "in Latin letters #KisanAndolan")
    await street.settle()
    assert await tags_found(street, "kisan andolan") == ["KisanAndolan", "किसान_आंदोलन"], "as it was typed comes first"


async def test_a_tag_that_is_not_offered_in_a_country_is_no_guess_there(street: Street):
    await said_by_three(street, "आज दिल्ली में #किसान_आंदोलन")
    await street.rule(0, Measure.DEAMPLIFY, term="किसानआंदोलन")
    assert await tags_found(street, "kisan andolan", "IN") == []
    assert await tags_found(street, "kisan andolan", "DE") == ["किसान_आंदोलन"]
