"""Posts that other servers tell us of: said, changed, taken back, reposted, pinned and joined into conversations; each by its author."""

from typing import Any

from chaupal.fanout.outside import previews
from chaupal.governance.people import reports
from chaupal.governance.people.reports import Report
from chaupal.kernel.clock import SECOND
from chaupal.policy.things import LinkCard
from chaupal.social.people import graph
from chaupal.store.court import evidence
from chaupal.store.federation import arrivals, servers
from chaupal.store.square import link_cards
from far import Far
from peers.hostile import PUBLIC


async def followed(far: Far) -> None:
    """Ravi follows bob."""
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Follow", far.uri(v.ravi)))
    await graph.follow(square, v.ravi.viewer, await far.account(far.bob))
    await graph.grant(square, await far.viewer(far.bob), v.ravi.id)
    await v.settle()


async def home(far: Far) -> list[str]:
    return [one["uri"] for one in await far.ask(far.village.ravi, "/api/v1/timelines/home")]


def mention(far: Far) -> dict[str, Any]:
    asha = far.uri(far.village.asha)
    return {"cc": [asha], "tag": [{"type": "Mention", "href": asha, "name": "@asha"}]}


async def test_a_post_of_somebody_who_is_followed_stands_in_the_home_and_one_of_nobody_does_not_stay(far: Far):
    await followed(far)
    note, other = far.bob.note("1"), far.eve.note("1")
    for _ in range(2):
        await far.tells(far.bob, far.bob.act("Create", note))
    await far.tells(far.eve, far.eve.act("Create", other))
    stands = await home(far)
    assert stands[:1] == [note["id"]] and stands.count(note["id"]) == 1
    assert not await far.here(other["id"]), "nobody follows eve, and she names nobody"


async def test_who_is_named_is_told_and_their_answer_is_in_the_thread(far: Far):
    v = far.village
    note = far.bob.note("hi", **mention(far), inReplyTo=far.post(v.asha))
    await far.tells(far.bob, far.bob.act("Create", note))
    told = await far.ask(v.asha, "/api/v1/notifications", **{"types[]": "mention"})
    assert [one["status"]["uri"] for one in told] == [note["id"]]
    context = await far.ask(v.ravi, f"/api/v1/statuses/{v.asha.latest.id}/context")
    assert [one["uri"] for one in context["descendants"]] == [note["id"]]


async def test_a_card_that_was_made_of_a_post_before_it_came_goes_when_it_comes(far: Far):
    """It repeated words that are judged here from now on, and may be withheld."""
    await followed(far)
    v, note = far.village, far.bob.note("कल की बात")
    note["url"] = f"{note['id']}/page"
    said = {one: await v.says(v.asha, f"देखिए {one}") for one in (note["id"], note["url"], "https://else.example/1")}
    async with v.running.house.square.work.writing() as w:
        for url, post in said.items():
            await link_cards.want(w, post.id, url)
            assert await link_cards.show(w, link_cards.Link(post.id, url, w.now(), 0), LinkCard(url, "कल की बात"))

    async def cards() -> list[bool]:
        return [bool((await far.status(v.ravi, post.id))["card"]) for post in said.values()]

    assert await cards() == [True] * 3
    await far.tells(far.bob, far.bob.act("Create", note))
    assert await previews.fetch_due(v.running.carrier) == 2
    assert await cards() == [False, False, True]


async def test_a_post_is_changed_and_taken_back_by_its_author_alone_and_does_not_come_again(far: Far):
    await followed(far)
    v, note = far.village, far.bob.note("1", published="2021-02-01T10:00:00Z")
    await far.tells(far.bob, far.bob.act("Create", note))
    here = await far.here(note["id"])
    # It says that it was changed before it was reported.
    changed = note | {"content": "<p>बदला हुआ</p>", "updated": "2021-02-02T10:00:00Z"}
    for act in (
        far.eve.act("Update", changed),
        far.eve.act("Delete", note["id"]),
        far.eve.act("Undo", far.bob.act("Create", note)),
        far.eve.act("Update", changed | {"attributedTo": far.eve.uri}),
        far.eve.act("Create", note | {"id": note["id"]}),
    ):
        await far.tells(far.eve, act)
    assert "1" in (await far.status(v.ravi, here))["content"]
    sent = Report(account=await far.account(far.bob), posts=(here,))
    v.clock.move(SECOND)
    await reports.file(v.running.house.court, v.ravi.viewer, sent)
    await far.tells(far.bob, far.bob.act("Update", changed))
    await reports.file(v.running.house.court, v.meera.viewer, sent)
    seen = await far.status(v.ravi, here)
    assert "बदला हुआ" in seen["content"] and seen["edited_at"]
    await far.tells(far.bob, far.bob.act("Delete", {"id": note["id"], "type": "Tombstone"}))
    assert (await v.api(v.ravi, "GET", f"/api/v1/statuses/{here}")).status_code == 404
    await far.tells(far.bob, far.bob.act("Create", note, "again"))
    assert not await far.here(note["id"])
    async with far.fed.work.reading() as reading:
        assert len(await evidence.live_of(reading, here)) == 2, "as each found it"


async def test_a_post_that_was_changed_before_it_came_says_what_it_says_now(far: Far):
    """Whatever it came after waits here, or has to be sent again: the change is not sent twice."""
    await followed(far)
    note = far.bob.note("first")
    changed = note | {"content": "<p>बदला हुआ</p>", "updated": "2026-11-02T10:00:00Z"}
    for by, act in ((far.eve, far.eve.act("Update", changed)), (far.eve, far.eve.act("Update", far.eve.note("hers")))):
        await far.tells(by, act)
    assert not await far.here(note["id"]) and not await far.here(far.eve.note("hers")["id"])
    await far.tells(far.bob, far.bob.act("Update", changed))
    await far.tells(far.bob, far.bob.act("Create", note))
    here = await far.here(note["id"])
    assert here and "बदला हुआ" in (await far.status(far.village.ravi, here))["content"]


async def test_a_change_of_what_was_taken_back_and_of_a_vote_brings_nothing(far: Far):
    await followed(far)
    v, note = far.village, far.bob.note("gone")
    await far.tells(far.bob, far.bob.act("Create", note))
    await far.tells(far.bob, far.bob.act("Delete", note["id"]))
    await far.tells(far.bob, far.bob.act("Update", note | {"updated": "2026-11-02T10:00:00Z"}))
    vote = {name: one for name, one in far.bob.note("vote").items() if name != "content"}
    vote |= {"name": "हाँ", "inReplyTo": far.post(v.asha)}
    await far.tells(far.bob, far.bob.act("Update", vote))
    assert not await far.here(note["id"]) and not await far.here(vote["id"])


async def test_a_post_that_does_not_say_whose_and_for_whom_it_is_is_as_its_activity_says(far: Far):
    await followed(far)
    bare = {name: one for name, one in far.bob.note("bare").items() if name not in ("attributedTo", "to", "cc")}
    await far.tells(far.bob, far.bob.act("Create", bare, to=[PUBLIC]))
    here = await far.here(bare["id"])
    assert here and (await far.status(far.village.ravi, here))["visibility"] == "public"
    elsewhere = bare | {"id": "https://elsewhere.example/notes/1"}
    await far.tells(far.bob, far.bob.act("Create", elsewhere, "of another", to=[PUBLIC]))
    assert not await far.here(elsewhere["id"])


async def test_a_post_that_was_taken_back_before_it_came_does_not_come(far: Far):
    await followed(far)
    note = far.bob.note("late")
    await far.tells(far.bob, far.bob.act("Delete", note["id"]))
    await far.tells(far.bob, far.bob.act("Create", note))
    assert note["id"] not in await home(far)


async def test_nothing_of_ours_is_written_by_others(far: Far):
    v = far.village
    uri = far.post(v.asha)
    ours = {"id": uri, "type": "Note", "attributedTo": far.uri(v.asha), "content": "<p>झूठ</p>", "to": [PUBLIC]}
    for act in (
        far.bob.act("Update", ours),
        far.bob.act("Delete", uri),
        far.bob.act("Create", ours),
        far.bob.act("Delete", far.uri(v.asha)),
        far.bob.act("Update", ours | {"attributedTo": far.bob.uri}),
        far.bob.act("Add", uri, target=f"{far.uri(v.asha)}/featured"),
        far.bob.act(
            "Update",
            {"id": far.uri(v.asha), "type": "Person", "preferredUsername": "asha", "inbox": "https://x.example/"},
        ),
    ):
        answer = await far.brings(far.bob, act)
        assert answer.status_code in (202, 400, 401)
        await v.settle()
    seen = await far.status(v.ravi, v.asha.latest.id)
    assert v.asha.latest.text.split("।")[0] in seen["content"]
    assert (await far.ask(v.ravi, f"/api/v1/accounts/{v.asha.id}"))["display_name"] == v.asha.name


async def test_an_activity_whose_id_or_object_is_on_another_host_is_not_believed(far: Far):
    await followed(far)
    v = far.village
    like = far.bob.act("Like", far.post(v.asha)) | {"id": "https://elsewhere.example/likes/1"}
    assert (await far.brings(far.bob, like)).status_code == 400
    stolen = far.bob.note("x") | {"id": "https://elsewhere.example/notes/1"}
    await far.tells(far.bob, far.bob.act("Create", stolen))
    assert not await far.here("https://elsewhere.example/notes/1")
    assert (await far.status(v.ravi, v.asha.latest.id))["favourites_count"] == 0


async def test_a_repost_of_what_is_not_here_is_asked_for_at_its_own_server(far: Far):
    await followed(far)
    v = far.village
    original = far.there.serves(far.eve.note("original"))
    await far.tells(far.bob, far.bob.act("Announce", original, to=[PUBLIC]))
    stands = (await far.ask(v.ravi, "/api/v1/timelines/home"))[0]
    assert stands["reblog"]["uri"] == original and stands["account"]["acct"].startswith("bob@")
    missing = f"{far.eve.uri}/notes/missing"
    await far.tells(far.bob, far.bob.act("Announce", missing, to=[PUBLIC]))
    assert not await far.here(missing)
    async with far.fed.work.reading() as reading:
        server = await servers.id_of(reading, f"localhost:{far.there.port}")
        assert server is not None and await arrivals.next_of(reading, server, 0) is None, "nothing waits any more"


async def test_a_conversation_is_completed_upwards_when_an_answer_comes(far: Far):
    await followed(far)
    v = far.village
    top = far.there.serves(far.eve.note("top"))
    middle = far.there.serves(far.eve.note("middle", inReplyTo=top))
    answer = far.bob.note("answer", inReplyTo=middle)
    await far.tells(far.bob, far.bob.act("Create", answer))
    here = await far.here(answer["id"])
    context = await far.ask(v.ravi, f"/api/v1/statuses/{here}/context")
    assert [one["uri"] for one in context["ancestors"]] == [top, middle]


async def test_a_chain_without_end_is_followed_a_little(far: Far):
    await followed(far)

    def link(target: str) -> dict[str, Any]:
        number = int(target.rpartition("/")[2])
        return far.eve.note("chain") | {
            "id": f"{far.eve.uri}/chain/{number}",
            "inReplyTo": f"{far.eve.uri}/chain/{number + 1}",
        }

    for number in range(200):
        far.there.documents[f"/eve/chain/{number}"] = link
    far.there.asked.clear()
    await far.tells(far.bob, far.bob.act("Create", far.bob.note("deep", inReplyTo=f"{far.eve.uri}/chain/0")))
    assert sum(far.there.asked.values()) <= 45


async def test_what_is_only_brought_along_is_asked_for_at_its_own_server(far: Far):
    v = far.village
    await followed(far)
    said = far.there.serves(far.eve.note("reply", inReplyTo=far.post(v.asha)))
    lie = far.eve.note("reply", inReplyTo=far.post(v.asha), content="<p>झूठ</p>")
    await far.tells(far.bob, far.eve.act("Create", lie) | {"signature": {}})
    here = await far.here(said)
    assert here and "झूठ" not in (await far.status(v.ravi, here))["content"]
    far.there.serves(
        far.eve.note("reply", inReplyTo=far.post(v.asha), content="<p>अब</p>", updated="2026-11-02T10:00:00Z")
    )
    far.there.asked.clear()
    for kind, about in (("Like", far.post(v.asha)), ("Delete", far.post(v.asha)), ("Lock", said), ("Update", said)):
        group = far.bob.act("Announce", far.eve.act(kind, about), kind, to=[PUBLIC])
        await far.tells(far.bob, group, 400 if kind == "Delete" else 202)
    assert far.there.asked == {"/eve/notes/reply": 1}, "what a group repeats (FEP-1b12) is its members' to say"
    assert "अब" in (await far.status(v.ravi, here))["content"] and said not in await home(far)
    await far.tells(far.bob, far.eve.act("Delete", said))
    assert await far.here(said), "it is still there"
    del far.there.documents["/eve/notes/reply"]
    await far.tells(far.bob, far.eve.act("Delete", said, "then"))
    assert await far.here(said), "missing is not gone: its server has to say so"
    far.there.documents["/eve/notes/reply"] = {"id": said, "type": "Tombstone"}
    await far.tells(far.bob, far.bob.act("Announce", far.eve.act("Delete", said, "at last"), "at last", to=[PUBLIC]))
    assert not await far.here(said)
    assert (await v.api(v.ravi, "GET", f"/api/v1/statuses/{here}")).status_code == 404


async def test_pins_of_others_are_shown_and_taken_away(far: Far):
    far.there.documents["/bob"] = far.bob.actor(featured=f"{far.bob.uri}/featured")
    await followed(far)
    v, bob = far.village, await far.account(far.bob)
    note = far.there.serves(far.bob.note("pinned"))
    for target in (f"{far.eve.uri}/featured", f"{far.bob.uri}/featured"):
        await far.tells(far.bob, far.bob.act("Add", note, target, target=target))
    pinned = await far.ask(v.ravi, f"/api/v1/accounts/{bob}/statuses", pinned="true")
    assert [one["uri"] for one in pinned] == [note]
    await far.tells(far.bob, far.bob.act("Remove", note, target=f"{far.bob.uri}/featured"))
    assert await far.ask(v.ravi, f"/api/v1/accounts/{bob}/statuses", pinned="true") == []


async def test_what_somebody_has_pinned_is_looked_up_when_they_are_followed(far: Far):
    note = far.there.serves(far.bob.note("top"))
    far.there.documents["/bob/featured"] = {
        "id": f"{far.bob.uri}/featured",
        "type": "OrderedCollection",
        "orderedItems": [note, f"{far.bob.uri}/notes/missing"],
    }
    far.there.documents["/bob"] = far.bob.actor(featured=f"{far.bob.uri}/featured")
    v, square = far.village, far.village.running.house.square
    await far.tells(far.bob, far.bob.act("Like", far.post(v.asha)))
    bob = await far.account(far.bob)
    await graph.follow(square, v.ravi.viewer, bob)
    ravi = far.uri(v.ravi)
    await far.tells(
        far.bob,
        far.bob.act("Accept", {"id": f"{ravi}#follow-1", "type": "Follow", "actor": ravi, "object": far.bob.uri}),
    )
    pinned = await far.ask(v.ravi, f"/api/v1/accounts/{bob}/statuses", pinned="true")
    assert [one["uri"] for one in pinned] == [note]


async def test_a_post_given_by_its_address_alone_is_asked_for_and_a_poll_without_an_end_is_shown_as_one(far: Far):
    """As the last moment of the calendar it was none any more by India's clocks: every page on which it stood was a 500."""
    await followed(far)
    v, note = far.village, far.there.serves(far.bob.note("alone", type="Question", oneOf=[{"name": "हाँ"}]))
    await far.tells(far.bob, far.bob.act("Create", note))
    first = (await far.ask(v.ravi, "/api/v1/timelines/home"))[0]
    assert (first["uri"], first["poll"]["expires_at"], first["poll"]["expired"]) == (note, None, False)
    page = await v.look("IN", "/", v.ravi)
    assert page.status_code == 200 and "हाँ" in page.text


async def test_a_conversation_is_completed_when_somebody_of_ours_looks_at_it_and_not_again_at_once(far: Far):
    await followed(far)
    v, clock = far.village, far.village.clock
    answers = [far.there.serves(far.eve.note(f"answer{n}", inReplyTo=f"{far.bob.uri}/notes/asked")) for n in range(3)]
    items = [*answers[1:], "https://elsewhere.example/notes/1"]
    others = far.there.serves({"id": f"{far.bob.uri}/others", "type": "CollectionPage", "items": items})
    own = {"type": "CollectionPage", "items": answers[:1], "next": others}
    asked = far.there.serves(far.bob.note("asked", replies={"type": "Collection", "first": own}))
    await far.tells(far.bob, far.bob.act("Create", far.there.documents["/bob/notes/asked"]))
    here = await far.here(asked)
    assert (await far.ask(None, f"/api/v1/statuses/{here}/context"))["descendants"] == []
    await v.settle()
    assert not await far.here(answers[0]), "whoever has no account makes us ask nobody"
    await far.ask(v.ravi, f"/api/v1/statuses/{here}/context")
    await v.settle()
    found = (await far.ask(v.ravi, f"/api/v1/statuses/{here}/context"))["descendants"]
    assert {one["uri"] for one in found} == {*answers}, "and nobody else's server is asked"
    far.there.asked.clear()
    await v.page_as("IN", f"/@bob@localhost:{far.there.port}/{here}", v.ravi)
    await v.settle()
    assert not far.there.asked
    clock.move(20 * 60_000)
    await v.page_as("IN", f"/@bob@localhost:{far.there.port}/{here}", v.ravi)
    await v.settle()
    assert far.there.asked["/bob/notes/asked"] == 1
