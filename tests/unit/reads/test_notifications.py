"""What people are told: once, of others' acts only, and of nothing that they may not see."""

import email
import email.policy

import pytest

from chaupal.governance.events import DecisionServed, RulingLifted
from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.kernel.ids import first_id_at
from chaupal.policy.measures import Measure
from chaupal.policy.rulings import Ruling
from chaupal.policy.sentences import ruling_texts
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications
from chaupal.reads.people.notifications import NotificationSeen
from chaupal.social.events import Liked
from chaupal.social.people import accounts, graph, listening
from chaupal.social.posts import posts, reactions
from neighbours import DIRECT, PRIVATE, Street, by


async def told(street: Street, who: int, country: str = "DE", **more: object) -> list[NotificationSeen]:
    await street.settle()
    return list(
        (
            await notifications.page(street.reads, by(who, country), Cursor(), notifications.NotificationsAsked(**more))
        ).items
    )


async def kinds(street: Street, who: int, country: str = "DE") -> list[str]:
    return [t.kind for t in await told(street, who, country)]


async def test_mentions_reposts_likes_and_follows_are_told(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(asha, "सुनो")
    await street.say(bela, "@asha क्या?")
    await posts.repost(street.square, by(bela), post)
    await reactions.like(street.square, by(bela), post)
    await graph.follow(street.square, by(bela), asha)
    found = await told(street, asha)
    assert [t.kind for t in found] == ["follow", "favourite", "reblog", "mention"]
    assert {t.person.item.handle for t in found} == {"bela"}
    assert [t.post.item.id if t.post else None for t in found][:3] == [None, post, post]


async def test_no_number_of_a_notification_says_whether_others_were_told(street: Street):
    """Numbers of one millisecond count up: the second one who is named saw by theirs that the first one blocks the author."""
    asha, bela, chitra = await street.people("asha", "bela", "chitra")

    async def after_the_post() -> int:
        street.clock.move(SECOND)
        post = await street.say(asha, "@bela @chitra सुनो")
        return next(t.id for t in await told(street, chitra) if t.post and t.post.item.id == post) - post

    unblocked = await after_the_post()
    await graph.block(street.square, by(bela), asha)
    assert await after_the_post() == unblocked


async def test_nobody_is_told_of_their_own_acts(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "@asha मैं")
    await reactions.like(street.square, by(asha), post)
    await posts.repost(street.square, by(asha), post)
    assert await kinds(street, asha) == []


async def test_an_event_that_comes_twice_tells_once(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(asha, "सुनो")
    await reactions.like(street.square, by(bela), post)
    async with street.work.writing() as w:
        w.tell(Liked(by=bela, post=post, author=asha))
    assert await kinds(street, asha) == ["favourite"]


async def test_what_is_taken_back_is_told_no_more(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(asha, "सुनो")
    await reactions.like(street.square, by(bela), post)
    await posts.repost(street.square, by(bela), post)
    await graph.follow(street.square, by(bela), asha)
    answer = await street.say(bela, "@asha ठीक", reply_to=post)
    assert len(await told(street, asha)) == 4
    await reactions.unlike(street.square, by(bela), post)
    await posts.unrepost(street.square, by(bela), post)
    await graph.unfollow(street.square, by(bela), asha)
    await posts.delete(street.square, by(bela), answer)
    assert await kinds(street, asha) == []


async def test_a_request_is_told_until_it_is_answered(street: Street):
    bela = await street.person("bela")
    lata = await street.person("lata", locked=True)
    await graph.follow(street.square, by(bela), lata)
    assert await kinds(street, lata) == ["follow_request"]
    await graph.grant(street.square, by(lata), bela)
    assert await kinds(street, lata) == []


async def test_who_asked_to_be_told_of_posts_is_told_of_posts_and_not_of_answers_or_reposts(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    await graph.follow(street.square, by(asha), bela, notify=True)
    await graph.follow(street.square, by(chand), bela)
    other = await street.say(chand, "मेरी बात")
    said = await street.say(bela, "नई बात")
    await street.say(bela, "@chand जवाब", reply_to=other)
    await posts.repost(street.square, by(bela), other)
    await street.say(bela, "गुप्त", visibility=DIRECT)
    found = await told(street, asha)
    assert [(t.kind, t.post.item.id if t.post else None) for t in found] == [("status", said)]
    assert "status" not in await kinds(street, chand)


async def test_the_blocked_tell_nothing_and_the_muted_only_where_one_wants(street: Street):
    asha, bela, chand, deva = await street.people("asha", "bela", "chand", "deva")
    await graph.block(street.square, by(asha), bela)
    await graph.mute(street.square, by(asha), chand)
    await graph.mute(street.square, by(asha), deva, notifications=False)
    for who in (bela, chand, deva):
        await street.say(who, "@asha सुनो")
    assert [t.person.item.handle for t in await told(street, asha)] == ["deva"]
    await graph.unblock(street.square, by(asha), bela)
    await graph.unmute(street.square, by(asha), chand)
    assert [t.person.item.handle for t in await told(street, asha)] == ["deva", "chand"]


async def test_a_notice_about_a_withheld_post_is_left_out_where_it_is_withheld_and_is_not_counted(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(bela, "@asha सभा कल")
    await street.settle()
    await street.rule(post, Measure.WITHHOLD_POST)
    assert await kinds(street, asha, "IN") == []
    assert await kinds(street, asha, "DE") == ["mention"]
    assert await notifications.unread(street.reads, by(asha, "IN")) == 0
    assert await notifications.unread(street.reads, by(asha, "DE")) == 1


async def test_authors_are_still_told_about_their_own_withheld_post(street: Street):
    asha, bela = await street.people("asha", "bela")
    post = await street.say(asha, "सभा कल")
    await reactions.like(street.square, by(bela), post)
    await posts.repost(street.square, by(bela), post)
    await street.rule(post, Measure.WITHHOLD_POST)
    assert await kinds(street, asha, "IN") == ["reblog", "favourite"]


async def test_a_notice_about_what_one_may_no_longer_read_is_left_out(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(asha), bela, notify=True)
    await street.say(bela, "केवल मेरे लोग", visibility=PRIVATE)
    assert await kinds(street, asha) == ["status"]
    await graph.unfollow(street.square, by(asha), bela)
    assert await kinds(street, asha) == []


async def test_kinds_and_people_can_be_chosen(street: Street):
    asha, bela, chand = await street.people("asha", "bela", "chand")
    post = await street.say(asha, "सुनो")
    for who in (bela, chand):
        await reactions.like(street.square, by(who), post)
    await graph.follow(street.square, by(chand), asha)
    assert [t.kind for t in await told(street, asha, kinds=["follow"])] == ["follow"]
    assert [t.kind for t in await told(street, asha, without=["follow"])] == ["favourite", "favourite"]
    assert [t.kind for t in await told(street, asha, by=chand)] == ["follow", "favourite"]
    assert await told(street, asha, kinds=["nonsense"]) == []


async def test_notifications_page_both_ways(street: Street):
    asha, *fans = await street.people("asha", "fan1", "fan2", "fan3", "fan4", "fan5")
    for fan in fans:
        await graph.follow(street.square, by(fan), asha)
        await street.settle()
    first = await notifications.page(street.reads, by(asha), Cursor(limit=2))
    second = await notifications.page(street.reads, by(asha), Cursor(limit=2, max_id=first.next))
    last = await notifications.page(street.reads, by(asha), Cursor(limit=2, max_id=second.next))
    assert [t.person.item.id for page in (first, second, last) for t in page.items] == fans[::-1]
    assert last.next is None
    back = await notifications.page(street.reads, by(asha), Cursor(limit=2, min_id=last.prev))
    assert [t.person.item.id for t in back.items] == fans[::-1][2:4]


async def test_markers_count_and_clear(street: Street):
    asha, bela = await street.people("asha", "bela")
    await graph.follow(street.square, by(bela), asha)
    await street.say(bela, "@asha सुनो")
    newest, oldest = await told(street, asha)
    assert await notifications.unread(street.reads, by(asha)) == 2
    await listening.keep_markers(street.square, by(asha), {"notifications": oldest.id})
    assert await notifications.unread(street.reads, by(asha)) == 1
    await listening.keep_markers(street.square, by(asha), {"notifications": newest.id, "home": 7})
    marks = {m.timeline: (m.last_read, m.version) for m in await notifications.marks(street.reads, by(asha))}
    assert marks == {"home": (7, 1), "notifications": (newest.id, 2)}
    cut_off = newest.id & 0x7FFF_FFFF  # what apps make of it that read 32 bits
    await listening.keep_markers(street.square, by(asha), {"notifications": cut_off, "home": 3})
    marks = {m.timeline: (m.last_read, m.version) for m in await notifications.marks(street.reads, by(asha))}
    assert marks == {"home": (3, 2), "notifications": (newest.id, 2)}  # at home one goes back; what was read stays so
    other_clock = first_id_at(street.clock() + SECOND)  # what a process made whose clock is ahead
    await listening.keep_markers(street.square, by(asha), {"notifications": other_clock})
    assert (await notifications.marks(street.reads, by(asha)))[1].last_read == other_clock
    await listening.keep_markers(street.square, by(asha), {"notifications": 2**63 - 1})
    street.clock.move(MINUTE + SECOND)
    await street.say(bela, "@asha और सुनो")
    _, newest, oldest = await told(street, asha)
    assert await notifications.unread(street.reads, by(asha)) == 1
    await listening.dismiss_notification(street.square, by(asha), newest.id)
    assert [t.id for t in await told(street, asha)][1:] == [oldest.id]
    await listening.clear_notifications(street.square, by(asha))
    assert await told(street, asha) == []


async def served(street: Street, language: str = "hi") -> tuple[int, int, DecisionServed]:
    """asha (who reads mail), her post, and the decision about it, in force."""
    asha = await accounts.create(
        street.square, handle="asha", email="asha@example.org", password="lamba-wala-shabd", language=language
    )
    post = await street.say(asha, "सभा कल")
    ruling = await street.rule(post, Measure.WITHHOLD_POST)
    event = DecisionServed(
        order="O-1",
        target=1,
        ruling=ruling,
        subject=post,
        kind="post",
        owner=asha,
        measure="withhold_post",
        territory=("IN",),
    )
    async with street.work.writing() as w:
        w.tell(event)
    return asha, post, event


async def test_the_author_is_told_of_a_ruling_once_in_the_square_and_by_mail(street: Street):
    asha, post, event = await served(street)
    (notice,) = await told(street, asha, "IN")
    assert (notice.kind, notice.body["subject"], notice.body["ended"]) == ("moderation_warning", post, False)
    assert notice.post is not None and notice.post.item.text == "सभा कल"
    assert notice.ruling is not None and "भारत" in ruling_texts.line(notice.ruling, "post", "hi", ended=False)
    async with street.work.writing() as w:
        w.tell(event)
    assert len(await told(street, asha)) == 1
    (letter,) = street.letters()
    message = email.message_from_string(letter, policy=email.policy.default)
    assert message["to"] == "asha@example.org" and "आपकी पोस्ट के बारे में" in message["subject"]
    body = message.get_content()
    assert "भारत" in body and f"http://localhost:8000/@asha/{post}" in body
    assert f"http://localhost:8000/disputes/strikes/{event.ruling}" in body


async def test_blocking_the_servers_own_account_hides_no_decision(street: Street):
    system = await accounts.ensure_system_account(street.square)
    asha, *_ = await served(street)
    await graph.block(street.square, by(asha), system)
    (notice,) = await told(street, asha)
    assert notice.person.item.id == system


async def test_the_author_is_told_when_it_ends_and_the_notices_outlive_the_post(street: Street):
    asha, post, event = await served(street, "en")
    async with street.work.writing() as w:
        w.tell(RulingLifted(**{name: getattr(event, name) for name in event.__struct_fields__}))
    assert [t.body["ended"] for t in await told(street, asha)] == [True, False]
    await posts.delete(street.square, by(asha), post)
    assert [t.post for t in await told(street, asha)] == [None, None]
    assert len(street.letters()) == 2 and "again" in street.letters()[1]


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("kind", ["post", "account"])
@pytest.mark.parametrize("ended", [False, True])
def test_every_letter_is_whole(language: str, kind: str, ended: bool):
    ruling = Ruling(
        id=1,
        subject=2,
        measure=Measure.WITHHOLD_POST,
        territory=("IN",),
        starts_at=0,
        ends_at=None,
        order_ref="O-1",
        authority="Ministry",
        authority_hi="मंत्रालय",
        legal_basis="69A",
        reason="{reason}",
        log_index=0,
    )
    said = {name: f"<{name}>" for name in ("handle", "link", "page", "title", "origin")}
    subject, body = ruling_texts.letter(ruling, kind, language, ended=ended, **said)
    assert "<title>" in subject and ruling_texts.line(ruling, kind, language, ended=ended) in body
    assert all(text in body for text in said.values())
    assert ended or "{reason}" in body  # what staff typed is not taken for a form
