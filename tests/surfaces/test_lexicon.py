"""The words that typing offers are those of many, and never of what is hidden where somebody looks from."""

import measures
from chaupal.policy.measures import Measure
from chaupal.text.fold import count_key
from village import Village, VillagePost

WORD = "पनचक्की"


async def words(v: Village, country: str = "IN", language: str = "hi") -> list[str]:
    return (await v.api(None, "GET", f"/lexicon/{language}", country)).json()


async def three_say(v: Village, text: str = WORD, **draft: object) -> list[VillagePost]:
    return [await v.says(who, text, language="hi", **draft) for who in (v.asha, v.ravi, v.meera)]


async def test_a_word_is_offered_when_three_people_have_used_it_in_public_and_not_before(village: Village):
    for who in (village.asha, village.ravi, village.ravi):
        await village.says(who, WORD, language="hi")
    assert WORD not in await words(village)
    await village.says(village.meera, WORD, language="hi", visibility=2)
    village.clock.move(3_600_000)
    assert WORD not in await words(village)
    await village.says(village.meera, WORD, language="hi")
    village.clock.move(3_600_000)
    assert WORD in await words(village) and WORD in await words(village, "DE")
    assert WORD not in await words(village, language="mr")


async def test_a_word_is_offered_once_in_the_spelling_that_most_use(village: Village):
    for who, said in ((village.asha, "हिन्दी"), (village.ravi, "हिंदी"), (village.meera, "हिंदी")):
        await village.says(who, said, language="hi")
    assert [w for w in await words(village) if count_key(w) == count_key("हिंदी")] == ["हिंदी"]


async def test_handles_addresses_and_latin_words_are_no_vocabulary_and_the_words_of_a_tag_are(village: Village):
    await three_say(village, "@asha पनचक्की।#नदी_किनारा kisan https://example.com/गुप्तपता")
    found = await words(village)
    assert {"पनचक्की", "नदी", "किनारा"} <= set(found)
    assert not {"asha", "kisan", "गुप्तपता", "नदी_किनारा"} & set(found)


async def test_words_of_withheld_posts_are_missing_where_they_are_withheld_and_there_elsewhere(village: Village):
    said = await three_say(village)
    assert WORD in await words(village)
    await measures.begin(village, Measure.WITHHOLD_POST, said[0].id)
    assert WORD not in await words(village) and WORD in await words(village, "DE")


async def test_words_of_what_is_de_amplified_limited_or_suspended_are_not_offered(village: Village):
    said = await three_say(village)
    await measures.begin(village, Measure.DEAMPLIFY, said[0].id)
    assert WORD not in await words(village) and WORD in await words(village, "DE")
    await measures.begin(village, Measure.LIMIT, village.ravi.id)
    assert WORD not in await words(village, "DE")


async def test_a_term_that_is_de_amplified_is_offered_nowhere_in_its_territory_in_any_spelling(village: Village):
    await three_say(village, "हलचल हो रही है")
    await three_say(village, "#हलचल #ख़बर")
    assert {"हलचल", "ख़बर"} <= set(await words(village))
    await measures.begin(village, Measure.DEAMPLIFY, term=count_key("हल\u200bचल"))
    found = await words(village)
    assert "रही" in found and not {"हलचल", "ख़बर"} & set(found)
    assert {"हलचल", "ख़बर"} <= set(await words(village, "DE"))


async def test_what_is_no_language_has_no_words(village: Village):
    assert (await village.api(None, "GET", "/lexicon/klingonisch")).status_code == 404
    assert await words(village, language="ta") == []
