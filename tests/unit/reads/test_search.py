"""Search: whole Hindi words in any spelling, operators, people and tags; what is hidden leaves no trace."""

import pytest
from msgspec.json import encode

from chaupal.kernel.clock import DAY
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.measures import Measure
from chaupal.policy.things import LinkCard, Picture
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import search, tags
from chaupal.reads.explore.search import Span, parse
from chaupal.social.people import graph, profiles
from chaupal.social.people.profiles import Face
from chaupal.social.posts import posts
from chaupal.store.machine.statements import updates
from chaupal.store.square import finding, link_cards
from chaupal.store.tables.square import posts as posts_table
from neighbours import PRIVATE, UNLISTED, Street, by

CARD = LinkCard(url="https://mandi.example/", title="मंडी")


async def found(street: Street, query: str, country: str = "DE", who: int | None = None, **span: int) -> list[int]:
    await street.settle()
    return [seen.item.id for seen in await search.posts(street.reads, by(who, country), query, Span(**span))]


async def names(street: Street, query: str, who: int | None = None, country: str = "DE", **more: object) -> list[str]:
    seen = await search.people(street.reads, by(who, country), query, **more)
    return [person.item.handle for person in seen]


async def test_a_word_is_found_whole_and_in_every_spelling(street: Street):
    asha = await street.person("asha")
    hindi = await street.say(asha, "हिन्दी में लिखो")
    other = await street.say(asha, "हिंदी की किताब")
    await street.say(asha, "हिन्दुस्तान और हिंद")
    assert await found(street, "हिंदी") == [other, hindi]
    assert await found(street, "हिन्दी") == [other, hindi]
    assert await found(street, "कि") == []
    assert await found(street, "हिंदी किताब") == [other]


async def test_the_newest_comes_first_and_ids_and_offsets_bound_it(street: Street, monkeypatch: pytest.MonkeyPatch):
    asha = await street.person("asha")
    one, two, *beside, three, four = [await street.say(asha, "धूप" if 1 < n < 10 else f"मौसम {n}") for n in range(12)]
    for looked_at in (5_000, 1):  # whether it is found among the newest, or by the index of words
        monkeypatch.setattr(finding, "LOOKED_AT", looked_at)
        assert await found(street, "मौसम") == [four, three, two, one]
        assert await found(street, "मौसम", limit=2, offset=1) == [three, two]
        assert await found(street, "मौसम", max_id=three, limit=1) == [two]
        assert await found(street, "मौसम", min_id=two, limit=1) == [three]
        assert await found(street, "मौसम", min_id=one, limit=2) == [three, two]
        assert await found(street, "मौसम -धूप", max_id=three) == [two, one]
        assert await found(street, "मौसम language:hi", min_id=beside[0], limit=1) == [three]


async def test_only_public_posts_are_found_and_deleted_ones_are_not(street: Street):
    asha = await street.person("asha")
    await street.say(asha, "दीपक निजी", visibility=PRIVATE)
    await street.say(asha, "दीपक धीरे", visibility=UNLISTED)
    gone, kept = await street.say(asha, "दीपक गया"), await street.say(asha, "दीपक रहा")
    await posts.repost(street.square, by(asha), kept)
    assert await found(street, "दीपक", who=asha) == [kept, gone]
    await posts.delete(street.square, by(asha), gone)
    assert await found(street, "दीपक", who=asha) == [kept]


async def test_operators_narrow_and_stand_alone(street: Street):
    asha, bela = await street.people("asha", "bela")
    hindi = await street.say(asha, "चाय #सुबह", language="hi")
    english = await street.say(asha, "chai चाय", language="en")
    bengali = await street.say(bela, "চা চায় चाय #सुबह", language="bn")
    assert await found(street, "चाय from:@asha") == [english, hindi]
    assert await found(street, "from:asha") == [english, hindi]
    assert await found(street, "चाय from:me", who=bela) == [bengali]
    assert await found(street, "from:me") == []
    assert await found(street, "चाय language:hi") == [hindi]
    assert await found(street, "#सुबह") == [bengali, hindi]
    assert await found(street, "#सुबह from:bela चाय") == [bengali]
    assert await found(street, "has:media चाय") == []
    assert await found(street, "चाय from:nobody") == []
    assert await found(street, "चाय", author=bela) == [bengali]
    assert await found(street, "चाय -chai") == [bengali, hindi]
    assert await found(street, "चाय -chai -#सुबह") == []
    assert await found(street, "#सुबह -চা") == [hindi]
    assert await found(street, "from:asha -सुबह") == [english]
    assert await found(street, "-सुबह") == [english]
    assert await found(street, "चाय - -- -!") == [bengali, english, hindi], "what is no word leaves nothing out"
    assert await found(street, 'चाय -"chai চা"') == [hindi], "nor what stands in quotes"


async def test_what_a_post_has_or_is_narrows(street: Street):
    asha = await street.person("asha")
    poll = await street.say(asha, "चाय?", poll=PollAsked(options=("हाँ", "नहीं")))
    reply = await street.say(asha, "चाय!", reply_to=poll)
    quote = await street.say(asha, "चाय।", quoting=poll, sensitive=True)
    link = await street.say(asha, "चाय")
    async with street.work.writing() as w:
        await link_cards.want(w, link, CARD.url)
        await link_cards.show(w, link_cards.Link(link, CARD.url, 0, 0), CARD)
    for trait, only in (("poll", poll), ("reply", reply), ("quote", quote), ("sensitive", quote), ("link", link)):
        rest = [one for one in (link, quote, reply, poll) if one != only]
        assert await found(street, f"has:{trait}") == await found(street, f"चाय IS:{trait}") == [only]
        assert await found(street, f"चाय -is:{trait}") == rest
        assert await found(street, f"has:{trait} -has:{trait}") == []
    assert await found(street, "चाय -has:media in:public") == [link, quote, reply, poll]


async def test_pictures_films_and_sounds_are_told_apart(street: Street):
    asha = await street.person("asha")
    kinds = dict[str, int]()
    for kind in ("image", "video", "audio", "gifv"):
        kinds[kind] = await street.say(asha, "चाय")
        one = Picture(1, "", 'नाम "kind":"image" और "kind":"video"', "", 1, 1, 1, 1, kind=kind)
        async with street.work.writing() as w:
            await w.run(
                updates(posts_table, pictures="kept").where(id="of"), kept=encode([one]).decode(), of=kinds[kind]
            )
    for kind in ("image", "video", "audio"):
        assert await found(street, f"has:{kind}") == [kinds[kind]]
    assert await found(street, "has:images") == [kinds["image"]]
    assert await found(street, "चाय -has:image") == [kinds["gifv"], kinds["audio"], kinds["video"]]
    assert len(await found(street, "has:media")) == len(kinds)


def test_of_operators_it_is_told_which_are_not_known():
    asked = parse("has:embed before:25-11-2026 -from:asha in:library has:poll is: http://x a:b -c")
    assert asked.unknown == ("has:embed", "before:25-11-2026", "-from:asha", "in:library")
    assert asked.rest == "has:embed before:25-11-2026 -from:asha in:library is: http://x a:b"


async def test_days_are_days_in_india(street: Street):
    asha = await street.person("asha")
    street.clock.at = 1_612_981_800_000 - 2_000  # a second before midnight in India, after the step of `say`
    before = await street.say(asha, "रात")  # 10 February, 23:59:59 IST
    street.clock.move(1_000)
    after = await street.say(asha, "रात")  # 11 February
    assert await found(street, "रात before:2021-02-11") == [before]
    assert await found(street, "रात after:2021-02-10") == [after]
    assert await found(street, "रात on:2021-02-10") == [before]
    assert await found(street, "after:2021-02-10") == [after]


@pytest.mark.parametrize(
    "query", ["", "   ", '"', "* OR NEAR(", "a:b", "before:कल", "has:nothing", "#", "@", "\x00", "\ud800"]
)
async def test_odd_queries_find_nothing_and_break_nothing(street: Street, query: str):
    asha = await street.person("asha")
    await street.say(asha, "कुछ")
    assert await found(street, query) == []
    assert await names(street, query) == []
    assert await tags.find(street.reads, by(None), query) == []


async def test_a_withheld_post_answers_as_if_there_were_no_match(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "गुलमोहर #गुलमोहर")
    await street.settle()
    await street.rule(post, Measure.WITHHOLD_POST)
    url = f"http://localhost:8000/posts/{post}"
    for query in ("गुलमोहर", "गुलमोहर from:asha", "#गुलमोहर", "from:asha", url):
        assert await found(street, query, "IN") == []
        assert await found(street, query, "DE") == [post]
    assert await tags.find(street.reads, by(None, "IN"), "गुल") == []
    assert [t.name for t in await tags.find(street.reads, by(None, "DE"), "गुल")] == ["गुलमोहर"]


async def test_addresses_of_this_server_are_understood(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "पता")
    for path in (f"posts/{post}", f"@asha/{post}"):
        assert await found(street, f"http://localhost:8000/{path}") == [post]
    assert await found(street, f"http://elsewhere.example/posts/{post}") == []
    assert await names(street, "http://localhost:8000/@asha") == ["asha"]
    assert await names(street, "@asha@localhost:8000") == ["asha"]
    assert await names(street, "@asha@elsewhere.example") == []


async def test_people_are_found_by_the_beginning_of_their_names_the_most_followed_first(street: Street):
    ravi = await street.person("ravi_92", "रवि शंकर")
    ravindra = await street.person("rk", "रविन्द्र कुमार")
    me = await street.person("me_", "मैं")
    await graph.follow(street.square, by(me), ravindra)
    assert await names(street, "रवि") == ["rk", "ravi_92"]
    assert await names(street, "रवि शं") == ["ravi_92"]
    assert await names(street, "रवींद्र") == []
    assert await names(street, "@ravi_92") == ["ravi_92"]
    assert await names(street, "RAVI") == ["ravi_92"]
    assert await names(street, "रवि", who=me, following=True) == ["rk"]
    await street.rule(ravi, Measure.WITHHOLD_ACCOUNT)
    assert await names(street, "रवि", country="IN") == ["rk"]
    assert await names(street, "@ravi_92", country="IN") == []


async def test_friends_come_before_the_famous(street: Street):
    me, star, friend, fan = await street.people("me_", "sitara", "sita", "fan")
    await graph.follow(street.square, by(fan), star)
    assert await names(street, "sit", who=fan) == ["sitara", "sita"]
    await graph.follow(street.square, by(me), friend)
    await graph.unfollow(street.square, by(fan), star)
    await graph.follow(street.square, by(fan), star)
    assert await names(street, "sit", who=me) == ["sita", "sitara"]


async def test_deamplified_people_are_found_by_their_handle_but_not_suggested(street: Street):
    ravi = await street.person("ravi")
    await street.rule(ravi, Measure.DEAMPLIFY)
    assert await names(street, "rav", country="IN", surface=Surface.SUGGEST) == []
    assert await names(street, "ravi", country="IN", surface=Surface.SUGGEST) == ["ravi"]
    assert await names(street, "rav", country="DE", surface=Surface.SUGGEST) == ["ravi"]


async def test_tags_are_found_by_their_beginning_the_exact_one_first_in_the_usual_spelling(street: Street):
    asha = await street.person("asha")
    for text in ("#किसान_आंदोलन", "#किसान_आन्दोलन", "#किसान_आन्दोलन", "#किसान"):
        await street.say(asha, text)
    assert [t.name for t in await tags.find(street.reads, by(None), "#किसान")] == ["किसान", "किसान_आन्दोलन"]
    one = await tags.by_name(street.reads, by(None), "किसानआंदोलन")
    assert (one.name, one.history[0].uses, one.history[0].authors, len(one.history)) == ("किसान_आन्दोलन", 3, 1, 7)


async def test_a_deamplified_tag_is_not_offered_but_still_found_by_its_name(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "#आंदोलन आज")
    await street.rule(0, Measure.DEAMPLIFY, term="आंदोलन")
    viewer = by(None, "IN")
    assert await tags.find(street.reads, viewer, "आंदो") == []
    assert await tags.find(street.reads, viewer, "आंदोलन", suggest=True) == []
    assert [t.name for t in await tags.find(street.reads, viewer, "#आन्दोलन")] == ["आंदोलन"]
    assert await found(street, "#आंदोलन", "IN") == [post]
    assert [t.name for t in await tags.find(street.reads, by(None, "DE"), "आंदो", suggest=True)] == ["आंदोलन"]


def test_a_query_is_taken_apart():
    asked = parse("सुबह from:@asha #किसान_आंदोलन LANGUAGE:hi_IN before:2021-02-11 foo:bar http://x.example/a:b")
    assert asked.rest == "सुबह foo:bar http://x.example/a:b"
    assert (asked.author, asked.keys, asked.language) == ("asha", ("किसानआंदोलन",), "hi")
    assert asked.below >> 16 == 1_612_915_200_000 - 19_800_000 + 86_400_000


def test_a_day_is_a_day():
    assert parse("on:2021-02-10").below - parse("on:2021-02-10").above - 1 == DAY << 16


async def test_who_wishes_not_to_be_found_by_others_finds_their_own_posts_still(street: Street):
    asha, bela = await street.people("asha", "bela")
    hers = await street.say(asha, "तितली आई #बाग", language="hi")
    other = await street.say(bela, "तितली गई #बाग", language="hi")
    queries = ("तितली", "तितली आई", "#बाग", "तितली #बाग", "from:asha", "from:asha तितली", "language:hi")
    for query in queries:
        assert hers in await found(street, query, who=bela), query
    await profiles.change(street.square, by(asha), Face(indexable=False))
    for query in queries:
        assert hers not in await found(street, query, who=bela), query
        assert hers not in await found(street, query), query
        assert hers in await found(street, query, who=asha), query
    assert await found(street, "तितली", who=bela) == [other], "and nobody else's post is gone"
    await profiles.change(street.square, by(asha), Face(indexable=True))
    assert await found(street, "तितली") == [other, hers]
