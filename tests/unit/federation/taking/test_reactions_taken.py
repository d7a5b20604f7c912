"""Likes, reposts and votes from other servers: each once, only of what they may see, and undone by whoever did them."""

from chaupal.policy.facts import Visibility
from chaupal.social.events import PostPublished
from chaupal.social.people import graph
from chaupal.store.federation import uris
from chaupal.store.square.posts import as_written
from far import Far
from peers.hostile import PUBLIC

POLL = {"options": ["चाय", "कॉफ़ी", "लस्सी"], "expires_in": 3600, "multiple": True}


async def test_a_like_is_counted_once_and_undone_whole_or_by_its_id(far: Far):
    v = far.village
    like, post = far.bob.act("Like", far.post(v.asha)), v.asha.latest.id
    for _ in range(3):
        await far.tells(far.bob, like)
    await far.tells(far.eve, far.eve.act("EmojiReact", far.post(v.asha), content="🌾"))
    assert (await far.status(v.ravi, post))["favourites_count"] == 2
    assert {n["type"] for n in await far.ask(v.asha, "/api/v1/notifications")} >= {"favourite"}
    await far.tells(far.eve, far.eve.act("Undo", like["id"]))
    assert (await far.status(v.ravi, post))["favourites_count"] == 2, "it is not eve's"
    await far.tells(far.bob, far.bob.act("Undo", like["id"]))
    assert (await far.status(v.ravi, post))["favourites_count"] == 1
    await far.tells(far.eve, far.eve.act("Undo", {"type": "Like", "actor": far.eve.uri, "object": far.post(v.asha)}))
    assert (await far.status(v.ravi, post))["favourites_count"] == 0
    await far.tells(far.bob, like)
    assert (await far.status(v.ravi, post))["favourites_count"] == 0, "a replay"


async def test_a_like_that_is_said_anew_counts_again_also_where_all_have_one_id(far: Far):
    """As snac2 has it; of one word that comes twice, before or after it was taken back, the second counts for nothing."""
    v = far.village
    first, anew = (
        far.bob.act("Like", far.post(v.asha), "like") | {"published": f"2026-11-28T1{hour}:00:00Z"} for hour in (1, 2)
    )
    many = list[int]()
    for act in (first, first, far.bob.act("Undo", first), first, anew, anew):
        await far.tells(far.bob, act)
        many.append((await far.status(v.ravi, v.asha.latest.id))["favourites_count"])
    assert many == [1, 1, 0, 0, 1, 1]


async def test_likes_without_an_id_are_told_apart_by_who_says_them_also_at_the_same_time(far: Far):
    v = far.village
    for who in (far.bob, far.eve):
        like = who.act("Like", far.post(v.asha)) | {"published": "2026-11-28T11:00:00Z"}
        await far.tells(who, {name: value for name, value in like.items() if name != "id"})
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 2


async def test_likes_that_come_and_go_leave_no_ids_behind(far: Far):
    v = far.village
    likes = [far.bob.act("Like", far.post(v.asha), f"like{number}") for number in range(3)]
    for number, like in enumerate(likes):
        await far.tells(far.bob, like)
        await far.tells(far.bob, far.bob.act("Undo", like if number else like["id"], f"undo{number}"))
    async with far.fed.work.reading() as reading:
        assert await uris.find_many(reading, [like["id"] for like in likes]) == {}


async def test_what_they_may_not_see_they_cannot_like_or_repost(far: Far):
    v = far.village
    for visibility in (Visibility.PRIVATE, Visibility.DIRECT):
        await v.says(v.asha, "केवल अपनों के लिए", visibility=visibility)
        post = v.asha.latest.id
        await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
        await far.tells(far.bob, far.bob.act("Announce", far.post(v.asha), to=[PUBLIC]))
        seen = await far.status(v.asha, post)
        assert (seen["favourites_count"], seen["reblogs_count"]) == (0, 0)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.asha)))
    await v.says(v.asha, "केवल अपनों के लिए", visibility=Visibility.PRIVATE)
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha), "now"))
    assert (await far.status(v.asha, v.asha.latest.id))["favourites_count"] == 1, "followers see it"


async def test_a_repost_is_its_servers_from_the_first_and_has_the_newest_id_that_it_was_given(far: Far):
    v = far.village
    told: list[PostPublished] = []
    work = far.fed.work
    heard = work.after_commit
    work.after_commit = lambda events: (
        told.extend(one for one in events if isinstance(one, PostPublished)),
        heard(events),
    )[1]
    first = far.bob.act("Announce", far.post(v.asha), "first", to=[PUBLIC])
    again = far.bob.act("Announce", far.post(v.asha), "again", to=[PUBLIC])
    for announce in (first, again):
        await far.tells(far.bob, announce)
        here = await far.here(announce["id"])
        async with far.fed.work.reading() as reading:
            repost = await as_written(reading, here or 0)
        assert repost and repost.server and (repost.uri, repost.url) == (announce["id"], announce["id"])
        assert [one.server for one in told] == [repost.server], "told of once, and as theirs"


async def test_a_repost_of_ours_stands_under_their_id_and_goes_by_it(far: Far):
    v = far.village
    post, announce = v.asha.latest.id, far.bob.act("Announce", far.post(v.asha), to=[PUBLIC])
    for _ in range(2):
        await far.tells(far.bob, announce)
    assert (await far.status(v.ravi, post))["reblogs_count"] == 1
    here = await far.here(announce["id"])
    assert here and (await far.status(v.ravi, here))["reblog"]["id"] == str(post)
    await far.tells(far.eve, far.eve.act("Undo", announce))
    await far.tells(far.eve, far.eve.act("Delete", announce["id"]))
    assert (await far.status(v.ravi, post))["reblogs_count"] == 1
    await far.tells(far.bob, far.bob.act("Undo", announce))
    assert (await far.status(v.ravi, post))["reblogs_count"] == 0
    await far.tells(far.bob, announce | {"published": "2026-01-01T00:00:00Z"})
    assert (await far.status(v.ravi, post))["reblogs_count"] == 0, "what was taken back does not come again"


async def test_whoever_is_blocked_or_gone_reacts_to_nothing(far: Far):
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Like", far.post(v.ravi)))
    await graph.block(square, v.asha.viewer, await far.account(far.bob))
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    await far.tells(far.bob, far.bob.act("Announce", far.post(v.asha), to=[PUBLIC]))
    seen = await far.status(v.ravi, v.asha.latest.id)
    assert (seen["favourites_count"], seen["reblogs_count"]) == (0, 0)


async def test_votes_come_as_notes_with_a_name_and_are_counted_once(far: Far):
    v = far.village
    poll = await far.ask(v.asha, "/api/v1/statuses", "POST", status="क्या पिएँगे?", poll=POLL)
    uri = f"{far.uri(v.asha)}/{poll['id']}"

    def vote(who: object, name: str, n: int) -> dict[str, object]:
        by = far.bob if who == "bob" else far.eve
        note = {
            "id": f"{by.uri}/votes/{n}",
            "type": "Note",
            "name": name,
            "attributedTo": by.uri,
            "inReplyTo": uri,
            "to": far.uri(v.asha),
        }
        return by.act("Create", note, f"vote-{n}", to=far.uri(v.asha))

    await far.tells(far.bob, vote("bob", "चाय", 1))
    await far.tells(far.bob, vote("bob", "चाय", 2))
    await far.tells(far.bob, vote("bob", "लस्सी", 3))
    await far.tells(far.eve, vote("eve", "दूध", 4))
    seen = (await far.status(v.ravi, poll["id"]))["poll"]
    assert [option["votes_count"] for option in seen["options"]] == [1, 0, 1] and seen["voters_count"] == 1
    assert (await far.ask(v.asha, f"/api/v1/statuses/{poll['id']}/context"))["descendants"] == [], "a vote is no post"
