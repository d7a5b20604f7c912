"""Posts of other servers, taken in: they stand where ours stand, under the same laws, and nobody writes what is another's."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from chaupal.fanout.runner import Runner
from chaupal.federation.context import Federation
from chaupal.federation.taking.posts import change_post, delete_post, let_quote, quote_let, quote_refused, take_post
from chaupal.kernel.errors import NotFound
from chaupal.kernel.ids import made_at
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.things import Post
from chaupal.reads.explore import search
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications
from chaupal.reads.timelines import home, public, thread
from chaupal.social.people import graph
from chaupal.social.posts import polls, posts, reactions
from chaupal.social.posts.composing import MOST_MENTIONS
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Work
from chaupal.store.square.posts import as_written, how_many
from chaupal.store.tables.notifications import notifications as told_of
from chaupal.store.tables.square import conversations
from neighbours import Street, by
from others import met
from peers_said import HERE, fed_of, mention, said

RAVI = "ravi@social.example"
TOLD, TALKING = statement(select(told_of.c.account_id)), statement(select(conversations.c.account_id))


async def written(work: Work, id_: int) -> Post | None:
    async with work.reading() as reading:
        return await as_written(reading, id_)


async def there(street: Street, id_: int) -> Post:
    found = await written(street.work, id_)
    assert found is not None
    return found


async def ravi_in(street: Street) -> tuple[Federation, int]:
    return fed_of(street), await met(street, RAVI)


async def followed(street: Street, ravi: int) -> int:
    """Somebody here who follows ravi."""
    asha = await street.person("asha")
    await graph.follow(street.square, by(asha), ravi)
    await graph.grant(street.square, by(ravi), asha)
    return asha


async def home_of(street: Street, who: int) -> list[int]:
    return [one.item.id for one in (await home.page(street.reads, by(who), Cursor())).items]


async def test_a_post_that_comes_stands_at_home_is_found_and_told_to_whom_it_names(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await followed(street, ravi)
    bela = await street.person("bela")
    words = (
        f'नमस्ते <a href="{HERE}/@bela" class="u-url mention">@<span>bela</span></a> '
        '<a href="https://social.example/tags/खेती" class="mention hashtag">#<span>खेती</span></a>'
    )
    post = await take_post(
        fed, said(RAVI, 1, words, tag=[mention(f"{HERE}/@bela", "@bela@localhost:8000")]), ravi, fresh=True
    )
    await street.settle()
    assert await home_of(street, asha) == [post]
    kept = await there(street, post)
    assert (kept.author, kept.language, kept.uri) == (ravi, "hi", "https://social.example/users/ravi/1")
    assert f'<a href="{HERE}/@bela" class="u-url mention">' in kept.html
    assert f'<a href="{HERE}/tags/खेती" class="mention hashtag">' in kept.html
    assert [(one.id, one.handle) for one in kept.mentions] == [(bela, "bela")]
    told = await notifications.page(street.reads, by(bela), Cursor())
    assert [(one.kind, one.post.item.id if one.post else 0) for one in told.items] == [("mention", post)]
    found = await public.tagged(street.reads, by(asha), "खेती", Cursor())
    assert [one.item.id for one in found.items] == [post]


async def test_two_who_bring_a_post_at_once_bring_one(street: Street):
    fed, ravi = await ravi_in(street)
    post = said(RAVI, 1, "एक")
    ids = await asyncio.gather(*[take_post(fed, post, ravi, fresh=fresh) for fresh in (True, False, True, True)])
    assert len({*ids}) == 1
    async with street.work.reading() as reading:
        assert await how_many(reading, ravi) == 1


async def test_a_post_that_was_asked_for_stands_in_its_own_time_and_is_told_to_nobody(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await followed(street, ravi)
    old = said(RAVI, 1, "पुरानी बात", published="2020-01-01T00:00:00Z", tag=[mention(f"{HERE}/@asha", "@asha")])
    post = await take_post(fed, old, ravi, fresh=False)
    await street.settle()
    assert made_at(post) == (await there(street, post)).created_at == 1_577_836_800_000
    assert (await notifications.page(street.reads, by(asha), Cursor())).items == []


async def test_an_edit_keeps_what_was_said_and_an_older_one_changes_nothing(street: Street):
    fed, ravi = await ravi_in(street)
    post = await take_post(fed, said(RAVI, 1, "पहला"), ravi, fresh=True)
    street.clock.move(60_000)
    later, before = _stamp(street, 30_000), _stamp(street, 40_000)
    assert await change_post(fed, said(RAVI, 1, "दूसरा", updated=later, summary="चेतावनी"), ravi)
    assert not await change_post(fed, said(RAVI, 1, "डेढ़वाँ", updated=before), ravi)
    assert not await change_post(fed, said(RAVI, 1, "दूसरा", updated=later, summary="चेतावनी"), ravi)
    assert [one.item.text for one in await thread.wordings(street.reads, by(None), post)] == ["पहला", "दूसरा"]
    kept = await there(street, post)
    assert (kept.text, kept.spoiler, kept.sensitive) == ("दूसरा", "चेतावनी", True)


def _stamp(street: Street, ago: int) -> str:
    return datetime.fromtimestamp((street.clock() - ago) / 1_000, UTC).isoformat()


def _question(*votes: int, **more: Any) -> dict[str, Any]:
    answers = [
        {"name": name, "replies": {"totalItems": count}} for name, count in zip(("हाँ", "ना"), votes, strict=True)
    ]
    return {"type": "Question", "oneOf": answers, "endTime": "2999-01-01T00:00:00Z", **more}


async def test_a_poll_counts_as_its_server_says_and_is_voted_in_here(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    post = await take_post(fed, said(RAVI, 1, "ठीक?", **_question(1, 2)), ravi, fresh=True)
    await polls.vote(street.square, by(asha), post, [0])
    assert await change_post(fed, said(RAVI, 1, "ठीक?", **_question(5, 7, votersCount=12)), ravi)
    poll = (await there(street, post)).poll
    assert poll is not None
    assert ([one.votes for one in poll.options], poll.voters) == ([5, 7], 12)
    assert len(await thread.wordings(street.reads, by(None), post)) == 1  # no other words


async def test_a_post_that_its_server_takes_back_is_gone_and_does_not_come_again(street: Street):
    fed, ravi = await ravi_in(street)
    post = await take_post(fed, said(RAVI, 1, "जाएगा"), ravi, fresh=True)
    await delete_post(fed, post, ravi)
    assert await written(street.work, post) is None
    for fresh in (True, False):
        with pytest.raises(NotFound):
            await take_post(fed, said(RAVI, 1, "जाएगा"), ravi, fresh=fresh)


async def test_nobody_elsewhere_changes_or_deletes_what_is_ours_or_another_s(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    eve = await met(street, "eve@evil.example")
    ours, theirs = await street.say(asha, "हमारा"), await take_post(fed, said(RAVI, 1, "रवि का"), ravi, fresh=True)
    for post, who in ((ours, eve), (ours, asha), (theirs, eve)):
        with pytest.raises(NotFound):
            await delete_post(fed, post, who)
    with pytest.raises(NotFound):
        await change_post(fed, said(RAVI, 1, "ईव का"), eve)
    with pytest.raises(NotFound):
        await change_post(fed, said("eve@evil.example", 1, "ईव का"), eve)  # never heard of
    assert (await there(street, ours)).text == "हमारा"
    assert (await there(street, theirs)).text == "रवि का"


async def test_an_answer_that_came_before_what_it_answers_is_joined_to_it_with_all_below(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    first = "https://social.example/users/ravi/1"
    second = await take_post(fed, said(RAVI, 2, "दूसरा", inReplyTo=first), ravi, fresh=True)
    third = await street.say(asha, "तीसरा", reply_to=second)
    assert (await there(street, second)).reply_to is None
    top = await take_post(fed, said(RAVI, 1, "पहला"), ravi, fresh=False)
    joined = await there(street, second)
    assert (joined.reply_to, joined.reply_to_account, joined.root) == (top, ravi, top)
    assert (await there(street, third)).root == top
    assert (await there(street, top)).replies_count == 1
    around = await thread.context(street.reads, by(asha), third)
    assert [one.item.id for one in around.ancestors] == [top, second]


async def test_two_that_answer_each_other_are_no_circle(street: Street):
    fed, ravi = await ravi_in(street)
    one = await take_post(fed, said(RAVI, 1, "क", inReplyTo="https://social.example/users/ravi/2"), ravi, fresh=True)
    other = await take_post(fed, said(RAVI, 2, "ख", inReplyTo="https://social.example/users/ravi/1"), ravi, fresh=True)
    assert (await there(street, one)).reply_to is None
    assert (await there(street, other)).reply_to == one


async def test_whoever_cannot_see_a_post_does_not_answer_it(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    secret = await street.say(asha, "अपनों से", visibility=Visibility.PRIVATE)
    open_ = await street.say(asha, "सबसे")
    for number, parent in enumerate((secret, open_), 1):
        answer = said(RAVI, number, "जवाब", inReplyTo=f"{HERE}/@asha/{parent}")
        kept = await there(street, await take_post(fed, answer, ravi, fresh=True))
        assert kept.reply_to == (open_ if parent == open_ else None)
    await graph.block(street.square, by(asha), ravi)
    blocked = await take_post(fed, said(RAVI, 9, "फिर भी", inReplyTo=f"{HERE}/@asha/{open_}"), ravi, fresh=True)
    assert (await there(street, blocked)).reply_to is None


async def test_a_post_is_for_no_more_of_ours_than_one_of_ours_could_name(street: Street):
    fed, ravi = await ravi_in(street)
    ours = [f"{HERE}/@p{number}" for number in range(MOST_MENTIONS + 10)]
    await street.people(*(uri.rpartition("@")[2] for uri in ours))
    post = await take_post(fed, said(RAVI, 1, "राज़", to=ours, cc=[]), ravi, fresh=True)
    assert len((await there(street, post)).mentions) == MOST_MENTIONS


@pytest.mark.parametrize("to", [["https://social.example/users/ravi/followers"], [f"{HERE}/@bela"]])
async def test_what_is_for_a_few_is_for_them_alone(street: Street, to: list[str]):
    fed, ravi = await ravi_in(street)
    asha, bela = await followed(street, ravi), await street.person("bela")
    post = await take_post(fed, said(RAVI, 1, "राज़", to=to, cc=[]), ravi, fresh=True)
    await street.settle()
    reader, other = (asha, bela) if "followers" in to[0] else (bela, asha)
    assert (await thread.post(street.reads, by(reader), post)).item.id == post
    for nobody in (by(other), by(None)):
        with pytest.raises(NotFound):
            await thread.post(street.reads, nobody, post)
    assert await search.posts(street.reads, by(other), "राज़") == []


async def test_what_is_withheld_here_stays_so_whatever_its_server_says(street: Street):
    fed, ravi = await ravi_in(street)
    post = await take_post(fed, said(RAVI, 1, "रोकी गई बात"), ravi, fresh=True)
    await street.rule(post, Measure.WITHHOLD_POST)
    await change_post(fed, said(RAVI, 1, "और भी", updated=_stamp(street, 0)), ravi)
    assert (await thread.post(street.reads, by(None, "IN"), post)).withheld
    assert not (await thread.post(street.reads, by(None, "DE"), post)).withheld


async def test_a_quote_stands_where_whoever_is_quoted_lets_everybody_and_waits_where_not(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    free, kept = await street.say(asha, "सबका"), await street.say(asha, "मेरा", quote_policy="nobody")
    inline = '<span class="quote-inline"><br>RE: <a href="https://x.example/1">x</a></span>'
    stands = await take_post(fed, said(RAVI, 1, "देखो" + inline, quote=f"{HERE}/@asha/{free}"), ravi, fresh=True)
    waits = await take_post(fed, said(RAVI, 2, "देखो" + inline, quoteUrl=f"{HERE}/@asha/{kept}"), ravi, fresh=True)
    assert (await there(street, stands)).quote_state == "accepted"
    assert "RE:" not in (await there(street, stands)).html
    assert (await there(street, free)).quotes_count == 1
    assert ((await there(street, waits)).quote_state, (await there(street, kept)).quotes_count) == ("pending", 0)
    assert "RE:" in (await there(street, waits)).html
    assert await let_quote(fed, waits, ravi, kept)
    assert not await let_quote(fed, waits, asha, kept)
    assert ((await there(street, waits)).quote_state, (await there(street, kept)).quotes_count) == ("accepted", 1)


async def test_a_quote_of_what_comes_later_is_joined_to_it(street: Street):
    fed, ravi = await ravi_in(street)
    quoting = await take_post(fed, said(RAVI, 2, "देखो", quote="https://social.example/users/ravi/1"), ravi, fresh=True)
    assert (await there(street, quoting)).quote_of is None
    quoted = await take_post(fed, said(RAVI, 1, "पहला"), ravi, fresh=False)
    now = await there(street, quoting)
    assert (now.quote_of, now.quote_state) == (quoted, "accepted")


async def test_what_came_before_what_it_quotes_or_answers_is_judged_as_what_came_after_it(street: Street):
    """By the policy alone a quote would stand of what whoever quotes may not see, or of whose author they block."""
    fed, ravi = await ravi_in(street)
    eve = await met(street, "eve@evil.example")
    await graph.block(street.square, by(eve), ravi)
    first, few = "https://social.example/users/ravi/1", "https://social.example/users/ravi/2"
    quoting = await take_post(fed, said("eve@evil.example", 1, "देखो", quote=first), eve, fresh=True)
    answer = await take_post(fed, said("eve@evil.example", 2, "जवाब", inReplyTo=few), eve, fresh=True)
    quoted = await take_post(fed, said(RAVI, 1, "पहला"), ravi, fresh=False)
    followers = ["https://social.example/users/ravi/followers"]
    await take_post(fed, said(RAVI, 2, "अपनों से", to=followers, cc=[]), ravi, fresh=False)
    now = await there(street, quoting)
    assert (now.quote_of, now.quote_state) == (quoted, "pending")
    assert (await there(street, quoted)).quotes_count == 0
    assert (await there(street, answer)).reply_to is None


async def test_whoever_is_quoted_elsewhere_says_no_and_yes(street: Street):
    fed, ravi = await ravi_in(street)
    asha = await street.person("asha")
    quoted = await take_post(fed, said(RAVI, 1, "पहला"), ravi, fresh=True)
    quoting = await posts.publish(street.square, by(asha), posts.Draft(text="देखो", quoting=quoted))
    assert await quote_refused(fed, quoting, ravi)
    assert ((await there(street, quoting)).quote_state, (await there(street, quoted)).quotes_count) == ("rejected", 0)
    assert await quote_let(fed, quoting, ravi)
    assert ((await there(street, quoting)).quote_state, (await there(street, quoted)).quotes_count) == ("accepted", 1)
    assert not await quote_refused(fed, quoting, asha)


async def test_pictures_are_known_and_not_fetched(street: Street):
    fed, ravi = await ravi_in(street)
    attached = [
        {
            "type": "Document",
            "mediaType": "image/png",
            "url": "https://f.example/1.png",
            "name": "खेत",
            "width": 1280,
            "height": 640,
        }
    ]
    post = await take_post(fed, said(RAVI, 1, "देखो", attachment=attached), ravi, fresh=True)
    (picture,) = (await there(street, post)).pictures
    assert (picture.state, picture.description, picture.mime) == ("remote", "खेत", "image/png")
    assert (picture.width, picture.small_width, picture.small_height) == (1280, 640, 320)
    attached[0]["name"] = "हरा खेत"
    assert await change_post(fed, said(RAVI, 1, "देखो", attachment=attached), ravi)
    (again,) = (await there(street, post)).pictures
    assert (again.id, again.description) == (picture.id, "हरा खेत")


async def test_people_of_other_servers_have_no_notices_and_no_messages_here(street: Street):
    """Their own server tells them: rows that nobody ever reads would only grow."""
    settings = msgspec.structs.replace(street.carrier.settings, federation="on", federation_test=True)
    street.carrier = msgspec.structs.replace(street.carrier, settings=settings)
    street.square = msgspec.structs.replace(street.square, settings=settings)
    ravi = await met(street, RAVI)
    asha, bela = await street.people("asha", "bela")
    post = await take_post(fed_of(street), said(RAVI, 1, "एक"), ravi, fresh=True)
    await reactions.like(street.square, by(asha), post)
    await street.say(asha, f"@{RAVI} @bela सुनो", visibility=Visibility.DIRECT)
    await Runner(street.carrier).settle()
    async with street.work.reading() as reading:
        rows = {row[0] for row in await reading.fetch(TOLD)}
        talks = {row[0] for row in await reading.fetch(TALKING)}
    assert (rows, talks) == ({bela}, {asha, bela})
