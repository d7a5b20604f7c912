"""Trends: many voices lately, against the day before; per language and country; nothing that is limited there."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import regex
from msgspec.structs import replace
from sqlalchemy import text

from chaupal.kernel.clock import DAY, HOUR, MINUTE, SECOND, StillClock
from chaupal.kernel.ids import first_id_at
from chaupal.policy.facts import Facts
from chaupal.policy.measures import Measure
from chaupal.policy.sentences.placeholders import SQUARE_TIME
from chaupal.reads.cached import FRESH_FOR
from chaupal.reads.explore import tags, trends
from chaupal.reads.explore.trends import HALF_LIFE, rank
from chaupal.social.people import graph
from chaupal.social.posts import posts, reactions
from chaupal.store.court import rulings
from chaupal.store.machine.dialect import statement
from chaupal.store.square.trending import Use
from neighbours import PRIVATE, Street, by
from village import Village

NOW = 1_612_969_200_000


def use(age: int, author: int, name: str = "चाय", language: str = "hi") -> Use:
    return Use(first_id_at(NOW - age) + author, name, name, author, language)


def scores(uses: list[Use]) -> dict[str, float]:
    return {t.key: t.score for t in rank(uses, None, "IN", Facts(), NOW)}


async def talk(street: Street, people: list[int], text: str, **more: object) -> list[int]:
    return [await street.say(who, text, **more) for who in people]


async def hot(street: Street, country: str = "DE", language: str | None = None) -> list[str]:
    await street.settle()
    street.clock.move(MINUTE)  # a count is kept that long
    return [t.name for t in await trends.tags(street.reads, by(None, country), language)]


def test_the_score_is_heat_squared_over_the_day_before():
    fresh = [use(0, author) for author in range(3)]
    assert scores(fresh) == {"चाय": pytest.approx(9.0)}
    assert scores([*fresh, *[use(DAY + HOUR, author) for author in range(2)]]) == {"चाय": pytest.approx(3.0)}
    assert scores([use(HALF_LIFE, author) for author in range(4)]) == {"चाय": pytest.approx(4.0)}


def test_one_voice_is_no_trend_however_loud():
    assert scores([use(minute * MINUTE, 1) for minute in range(500)]) == {}
    assert scores([use(0, 1), use(0, 2)]) == {"चाय": pytest.approx(4.0)}


def test_what_rises_beats_what_is_always_there():
    everyday = [use(age, author, "नमस्ते") for age in (HOUR, DAY + HOUR) for author in range(40)]
    rising = [use(HOUR, author, "बारिश") for author in range(12)]
    assert list(scores(everyday + rising)) == ["बारिश", "नमस्ते"]


async def test_tags_trend_in_their_most_used_spelling(street: Street):
    people = await street.people("asha", "bela", "chand")
    await talk(street, people[:1], "#किसान_आंदोलन")
    await talk(street, people[1:], "#किसान_आन्दोलन")
    (tag,) = await trends.tags(street.reads, by(None))
    assert (tag.name, tag.uses, tag.authors) == ("किसान_आन्दोलन", 3, 3)
    assert (tag.history[0].uses, tag.history[0].authors) == (3, 3)


async def test_private_posts_add_nothing(street: Street):
    people = await street.people("asha", "bela", "chand")
    await talk(street, people, "#गुप्त", visibility=PRIVATE)
    assert await hot(street) == []


async def test_trends_are_per_language(street: Street):
    people = await street.people("asha", "bela")
    await talk(street, people, "#बारिश", language="hi")
    await talk(street, people, "#rain", language="en")
    assert await hot(street, language="hi") == ["बारिश"]
    assert await hot(street, language="en_US") == ["rain"]
    assert sorted(await hot(street)) == ["rain", "बारिश"]


async def test_what_is_withheld_or_deamplified_in_a_country_adds_nothing_there(street: Street):
    asha, bela, chand, deva = await street.people("asha", "bela", "chand", "deva")
    first, _ = await talk(street, [asha, bela], "#सभा")
    await talk(street, [chand, deva], "#मेला")
    await talk(street, [bela, deva], "#खेल")
    await talk(street, [asha, chand], "#नारा")
    await street.rule(first, Measure.WITHHOLD_POST)  # one of the two voices of #सभा
    await street.rule(chand, Measure.DEAMPLIFY)  # one of #मेला, and of #नारा
    await street.rule(0, Measure.DEAMPLIFY, term="खेल")
    assert await hot(street, "IN") == []
    assert sorted(await hot(street, "DE")) == sorted(["सभा", "मेला", "खेल", "नारा"])


@pytest.mark.parametrize("few", [0, trends.COUNTED_HERE])
async def test_history_leaves_out_what_is_withheld(street: Street, few: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trends, "COUNTED_HERE", few)  # counted by the store, and one by one
    asha, bela, chand = await street.people("asha", "bela", "chand")
    first, *_ = await talk(street, [asha, bela, chand], "#सभा")
    await street.rule(first, Measure.WITHHOLD_POST)
    for country, uses in (("IN", 2), ("DE", 3)):
        (tag,) = await trends.tags(street.reads, by(None, country))
        assert (tag.uses, tag.history[0].uses, tag.history[0].authors) == (uses, uses, uses)


@pytest.mark.parametrize("few", [0, trends.COUNTED_HERE])
@pytest.mark.parametrize("whole", [False, True])
async def test_whose_things_are_limited_in_secret_is_told_what_they_would_be_told_if_they_were_not(
    street: Street, few: int, whole: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trends, "COUNTED_HERE", few)
    asha, bela = await street.people("asha", "bela")
    post, _ = await talk(street, [asha, bela], "#सभा https://sabha.example/")

    async def told(who: int) -> object:
        viewer = by(who, "IN")
        found = await tags.find(street.reads, viewer, "सभ")
        return (
            await trends.tags(street.reads, viewer),
            await trends.talking(street.reads, viewer),
            await trends.said_today(street.reads, viewer, "सभा"),
            [
                (one.name, one.uses, one.authors, one.history[0])
                for one in (*found, await tags.by_name(street.reads, viewer, "सभा"))
            ],
        )

    before = await told(asha)
    assert before == await told(bela)
    subject, measure = (asha, Measure.WITHHOLD_ACCOUNT) if whole else (post, Measure.WITHHOLD_POST)
    await street.rule(subject, measure, secret_from=asha)
    assert await told(asha) == before and await told(asha) == before
    assert await told(bela) != before
    for who in (asha, bela):
        here = await trends.seen_from(street.reads, by(who, "IN"))
        kept, again = (trends.hidden_here(street.reads, here) for _ in range(2))
        assert kept is again, "made once for either, for the time that it takes would tell"
    await street.rule(subject, measure)  # once they may know of one
    assert await told(asha) == await told(bela) != before


async def test_what_was_kept_out_in_secret_and_ran_out_is_missed_by_others_and_not_by_whose_it_is(street: Street):
    """It adds no heat afterwards, and who may not know of the order must not see that in the list of their own tag."""
    asha, bela, chand = await street.people("asha", "bela", "chand")
    said, *_ = await talk(street, [asha, bela, chand], "#सभा")
    await reactions.like(street.square, by(chand), said)
    ruling = street.ruling(asha, Measure.DEAMPLIFY)
    ends = street.clock() + HOUR
    async with street.work.writing() as w:
        await rulings.begin(w, replace(ruling, neutral=True, owner_id=asha, ends_at=ends))
        await w.run(statement(text("UPDATE accounts SET discoverable = 1")))
    street.clock.move(2 * HOUR)
    for who, uses in ((asha, 3), (bela, 2), (asha, 3)):
        (tag,) = await trends.tags(street.reads, by(who, "IN"))
        hot = await trends.posts(street.reads, by(who, "IN"))
        assert (tag.uses, len(hot)) == (uses, uses - 2), who


async def test_a_ruling_is_obeyed_at_the_next_glance_whatever_was_kept(street: Street):
    people = await street.people("asha", "bela")
    await talk(street, people, "#सभा")
    assert [t.name for t in await trends.tags(street.reads, by(None, "IN"))] == ["सभा"]
    await street.rule(0, Measure.DEAMPLIFY, term="सभा")
    assert await trends.tags(street.reads, by(None, "IN")) == []


@pytest.mark.parametrize("at", ["_uses", "with_history"])
async def test_what_was_counted_while_the_law_changed_is_not_kept_as_if_by_the_new_one(
    street: Street, at: str, monkeypatch: pytest.MonkeyPatch
):
    people = await street.people("asha", "bela", "chand")
    first, *_ = await talk(street, people, "#सभा")
    step = getattr(trends, at)

    async def meanwhile(*asked: Any) -> Any:
        found = await step(*asked)
        await street.rule(0, Measure.DEAMPLIFY, term="सभा")
        await street.rule(first, Measure.WITHHOLD_POST)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(trends, at, meanwhile)
        await trends.tags(street.reads, by(None, "IN"))
    assert await trends.tags(street.reads, by(None, "IN")) == []
    assert (await trends.talking(street.reads, by(None, "IN")))["सभा"] == 2


async def test_a_much_used_tag_is_counted_once_a_minute_and_at_once_when_the_law_changes(
    street: Street, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trends, "COUNTED_ANEW", 1)

    async def today() -> int:
        return (await tags.by_name(street.reads, by(None, "IN"), "सभा")).history[0].uses

    asha, bela = await street.people("asha", "bela")
    first, *_ = await talk(street, [asha, bela], "#सभा")
    assert await today() == 2
    await street.say(asha, "एक और #सभा")
    assert await today() == 2
    clock.move(FRESH_FOR)
    assert await today() == 3
    await street.rule(first, Measure.WITHHOLD_POST)
    assert await today() == 2


async def test_posts_trend_by_likes_and_reposts_one_by_each_author(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    liked = await street.say(asha, "पसंद")
    reposted = await street.say(bela, "साझा")
    second = await street.say(bela, "एक और")
    await street.say(chand, "किसी ने नहीं पढ़ा")
    await reactions.like(street.square, by(chand), liked)
    await posts.repost(street.square, by(chand), reposted)
    await reactions.like(street.square, by(chand), second)
    await street.settle()
    assert [seen.item.id for seen in await trends.posts(street.reads, by(None))] == [reposted, liked]
    await street.rule(reposted, Measure.DEAMPLIFY)
    # A measure against one post does not keep its author's others out.
    assert [seen.item.id for seen in await trends.posts(street.reads, by(None, "IN"))] == [second, liked]
    await graph.mute(street.square, by(chand), asha)
    assert [seen.item.id for seen in await trends.posts(street.reads, by(chand, "IN"))] == [second]


async def test_suggestions_leave_out_oneself_friends_and_the_deamplified(street: Street):
    me, star, friend, limited = await street.people("me_", "star", "friend", "limited")
    await graph.follow(street.square, by(me), friend)
    await graph.follow(street.square, by(friend), star)
    await street.rule(limited, Measure.DEAMPLIFY)
    assert [p.item.handle for p in await trends.people(street.reads, by(me, "IN"))] == ["star"]
    assert [p.item.handle for p in await trends.people(street.reads, by(me, "DE"))] == ["star", "limited"]


def test_the_published_formula_is_the_one_in_force():
    paper = (Path(__file__).parents[3] / "docs" / "trends.md").read_text(encoding="utf-8")
    for said in (
        f"| Half-life | {trends.HALF_LIFE // HOUR} hours |",
        f"| Fewest authors | {trends.LEAST_AUTHORS} |",
        f"| Looked at | the newest {trends.MOST_USES:,} uses of tags in {2 * trends.WINDOW // HOUR} hours |",
        f"| Counted anew | every {FRESH_FOR // SECOND} seconds |",
        f"score = (likes + {trends.REPOST_WEIGHT} × reposts) × ½ ^ (age / half-life)",
    ):
        assert said in paper


@pytest.mark.parametrize(
    ("language", "formula"),
    [("hi", ("8 घंटे", "पसंद", "रीपोस्ट", "÷ 8 घंटे")), ("en", ("8 hours", "likes", "reposts", "÷ 8 h"))],
)
async def test_the_page_of_the_formula_names_the_numbers_in_force(
    village: Village, language: str, formula: tuple[str, ...]
):
    page = (await village.client.get("/about/algorithms", headers={"cookie": f"language={language}"})).text
    digits, likes, reposts, share = formula
    assert trends.HALF_LIFE == 8 * HOUR and digits in page
    assert f"{likes} + {trends.REPOST_WEIGHT} × {reposts}" in page and share in page
    assert 'href="/about/algorithms#posts"' in (await village.client.get("/explore/posts")).text


async def test_posts_today_are_those_of_the_squares_day(village: Village):
    """In UTC a day ends at half past five in the morning in India: what was said at night counted all morning."""
    v, tag = village, "किसान_आंदोलन"

    async def today() -> int:
        page = await v.page_as("IN", f"/tags/{tag}", v.asha)
        found = regex.search(r">आज (\S+) पोस्ट<", page)
        assert found
        return int(found[1])

    before = await today()
    assert before >= 2
    now = datetime.fromtimestamp(v.clock() / 1000, SQUARE_TIME)
    v.clock.move(int((now.replace(hour=23, minute=58) - now).total_seconds() * 1000))
    await v.says(v.asha, f"रात को #{tag}")
    assert await today() == before + 1
    v.clock.move(5 * MINUTE)  # midnight in India; in UTC it is still the same day
    assert await today() == 0
    await v.says(v.asha, f"सुबह #{tag}")
    assert await today() == 1
    v.clock.move(6 * HOUR)  # and another day there, but not here
    assert await today() == 1


async def test_a_tag_has_one_count_wherever_it_stands(village: Village):
    """In trends of each language, beside every page, on its own page, in search and while one types: the people of the last day."""
    v, tag = village, "बसंत"
    for who, language in ((v.asha, "hi"), (v.ravi, "hi"), (v.meera, "mr"), (v.karl, "en")):
        await v.says(who, f"#{tag}", language=language)
        await v.says(who, f"फिर #{tag}", language=language)
    v.clock.move(2 * MINUTE)  # what was counted before is counted anew
    said = r"4 लोगों ने लिखा"
    for path in ("/explore", f"/tags/{tag}", f"/search?q=%23{tag}", "/notifications"):
        page = await v.page_as("IN", path, v.asha)
        around = [page[m.start() : m.start() + 400] for m in regex.finditer(rf"#{tag}</bdi>", page)]
        assert around and all(said in part for part in around), path
    offers = (await v.client.get(f"/compose/suggest?q=%23{tag}", headers={"cookie": f"chaupal={v.asha.cookie}"})).json()
    assert [one["about"] for one in offers] == ["4 लोगों ने लिखा"]
    for language in ("hi", None):
        found = await trends.tags(v.running.house.reads, v.karl.viewer, language)
        assert [t.authors for t in found if t.name == tag] == [4], language
