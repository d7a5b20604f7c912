"""What other servers are told of what happens here: to whom, in which words, and to nobody else."""

from chaupal.federation.signing import keys
from chaupal.federation.writing.addresses import PUBLIC
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.social.events import AccountChanged, QuoteRevoked
from chaupal.social.people import graph
from chaupal.social.posts import editing, posts, reactions
from journeys.test_picture_files import shows
from measures import begin
from remotes import Delivery, meet, waiting
from village import Village

ORIGIN = "http://127.0.0.1:8000"


async def told(village: Village, *kinds: str) -> list[Delivery]:
    """What waits of these kinds; of all where none is named."""
    return [sent for sent in await waiting(village.running) if not kinds or sent.kind in kinds]


async def test_a_public_post_goes_once_to_each_server_that_has_followers(village: Village):
    square = village.running.house.square
    for handle in ("bina@far.example", "carl@far.example", "dina@else.example"):
        await graph.follow(square, (await meet(village.running, handle)).viewer, village.asha.id)
    await village.settle()
    said = await village.says(village.asha, "आज मंडी में भाव अच्छा रहा। #मंडी")
    created = await told(village, "Create")
    assert sorted(sent.inbox for sent in created) == ["http://else.example/inbox", "http://far.example/inbox"]
    note = created[0].of
    assert created[0].says["id"] == f"{note['id']}/activity"
    assert note["id"] == note["url"] == f"{ORIGIN}{said.path}"
    assert (note["type"], note["attributedTo"]) == ("Note", f"{ORIGIN}/@asha")
    assert (note["to"], note["cc"]) == ([PUBLIC], [f"{ORIGIN}/@asha/followers"])
    assert note["contentMap"]["hi"] == note["content"]
    assert note["tag"] == [{"type": "Hashtag", "href": f"{ORIGIN}/tags/मंडी", "name": "#मंडी"}]
    assert created[0].by == village.asha.id


async def test_who_has_no_followers_elsewhere_is_told_to_nobody(village: Village):
    await meet(village.running, "bina@far.example")
    await village.says(village.asha, "कोई सुन रहा है?")
    assert await told(village) == []


async def test_a_post_for_followers_goes_to_their_servers_and_says_so(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await meet(village.running, "dina@else.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    await village.says(village.asha, "सिर्फ़ साथियों के लिए", visibility=Visibility.PRIVATE)
    (created,) = await told(village, "Create")
    assert created.inbox == bina.inbox
    assert (created.of["to"], created.of["cc"]) == ([f"{ORIGIN}/@asha/followers"], [])
    assert created.says["to"] == created.of["to"]


async def test_a_direct_post_goes_to_whom_it_names_and_nobody_else(village: Village):
    square = village.running.house.square
    bina, dina = await meet(village.running, "bina@far.example"), await meet(village.running, "dina@else.example")
    await graph.follow(square, dina.viewer, village.asha.id)
    await village.settle()
    await village.says(village.asha, "@bina@far.example कल मिलते हैं", visibility=Visibility.DIRECT)
    (created,) = await told(village, "Create")
    assert (created.inbox, created.of["to"], created.of["cc"]) == (bina.inbox, [bina.uri], [])
    assert created.of["tag"] == [{"type": "Mention", "href": bina.uri, "name": "@bina@far.example"}]
    # Here the name leads to our page of her; there to her own.
    assert 'href="http://far.example/@bina"' in created.of["content"]


async def test_whom_the_author_blocks_is_not_told_though_named(village: Village):
    bina = await meet(village.running, "bina@far.example")
    await graph.block(village.running.house.square, village.asha.viewer, bina.id)
    await village.settle()
    await village.says(village.asha, "@bina@far.example सुनो", visibility=Visibility.DIRECT)
    assert [sent.kind for sent in await told(village)] == ["Block"]


async def test_an_edit_and_a_deletion_follow_the_post(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    said = await village.says(village.asha, "पहला")
    await editing.edit(square, village.asha.viewer, said.id, editing.Edit(text="दूसरा"))
    await village.settle()
    await posts.delete(square, village.asha.viewer, said.id)
    await village.settle()
    kinds = [sent.kind for sent in await told(village)]
    assert kinds == ["Accept", "Create", "Update", "Delete"]
    update, delete = (await told(village, "Update", "Delete"))[:2]
    assert "दूसरा" in update.of["content"] and update.of["updated"]
    assert update.of["id"] == delete.of["id"] == f"{ORIGIN}{said.path}"
    assert delete.of["type"] == "Tombstone"
    assert "दूसरा" not in str(delete.says)


async def test_a_repost_is_announced_and_taken_back(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    repost = await posts.repost(square, village.asha.viewer, village.ravi.latest.id)
    await village.settle()
    await posts.unrepost(square, village.asha.viewer, village.ravi.latest.id)
    await village.settle()
    announce, undo = (await told(village, "Announce", "Undo"))[:2]
    assert announce.says["id"] == f"{ORIGIN}/@asha/{repost}"
    assert announce.of == f"{ORIGIN}{village.ravi.latest.path}"
    assert undo.of["id"] == announce.says["id"] and undo.of["object"] == announce.of


async def test_follows_are_answered_and_ended_by_the_ids_that_they_came_with(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    (accept,) = await told(village)
    assert (accept.kind, accept.of["type"], accept.of["actor"], accept.of["object"]) == (
        "Accept",
        "Follow",
        bina.uri,
        f"{ORIGIN}/@asha",
    )


async def test_one_of_ours_asks_follows_and_lets_go(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, village.asha.viewer, bina.id)
    await village.settle()
    await graph.unfollow(square, village.asha.viewer, bina.id)
    await village.settle()
    follow, undo = await told(village)
    assert (follow.kind, follow.says["actor"], follow.of, follow.inbox) == (
        "Follow",
        f"{ORIGIN}/@asha",
        bina.uri,
        bina.inbox,
    )
    assert (undo.kind, undo.of["id"]) == ("Undo", follow.says["id"])


async def test_blocks_are_told_and_taken_back(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.block(square, village.asha.viewer, bina.id)
    await graph.unblock(square, village.asha.viewer, bina.id)
    await village.settle()
    block, undo = await told(village)
    assert (block.kind, block.of) == ("Block", bina.uri)
    assert (undo.kind, undo.of["id"]) == ("Undo", block.says["id"])


async def test_a_follow_that_was_granted_there_is_not_asked_for_again(village: Village):
    bina = await meet(village.running, "bina@far.example")
    square = village.running.house.square
    await graph.follow(square, village.asha.viewer, bina.id)
    await village.settle()
    await graph.grant(square, bina.viewer, village.asha.id)
    await village.settle()
    assert [sent.kind for sent in await told(village)] == ["Follow"]


async def test_what_was_pinned_is_told_to_followers(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await reactions.pin(square, village.asha.viewer, village.asha.latest.id)
    await reactions.pin(square, village.asha.viewer, village.asha.latest.id)
    await reactions.unpin(square, village.asha.viewer, village.asha.latest.id)
    await village.settle()
    add, remove = await told(village, "Add", "Remove")
    assert (add.kind, remove.kind) == ("Add", "Remove")
    assert add.of == f"{ORIGIN}{village.asha.latest.path}"
    assert add.says["target"] == f"{ORIGIN}/@asha/featured"


async def test_nothing_of_a_post_that_is_withheld_everywhere_leaves(village: Village):
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(village.running.house.square, bina.viewer, village.asha.id)
    await village.withhold_account(village.asha, by=village.chitra, second=village.dev, territory=["IN"])
    here = await village.says(village.asha, "भारत में रोका गया, बाहर नहीं")
    (created,) = await told(village, "Create")
    assert created.of["id"] == f"{ORIGIN}{here.path}"


async def test_that_a_post_for_few_is_gone_is_told_to_nobody_whom_it_was_not_for(village: Village):
    square = village.running.house.square
    bina, dina = await meet(village.running, "bina@far.example"), await meet(village.running, "dina@else.example")
    theirs = await posts.publish(square, dina.viewer, posts.Draft(text="किसी ने सुना?"))
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    said = await village.says(village.asha, "सिर्फ़ साथियों से", visibility=Visibility.PRIVATE, reply_to=theirs)
    await posts.delete(square, village.asha.viewer, said.id)
    await village.settle()
    assert [(sent.kind, sent.inbox) for sent in await told(village, "Create", "Delete")] == [
        ("Create", bina.inbox),
        ("Delete", bina.inbox),
    ]


async def test_whom_the_author_blocks_is_not_told_that_a_post_with_their_name_is_gone(village: Village):
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.block(square, village.asha.viewer, bina.id)
    await village.settle()
    for visibility in (Visibility.PRIVATE, Visibility.DIRECT):
        said = await village.says(village.asha, "@bina@far.example सुनो", visibility=visibility)
        await posts.delete(square, village.asha.viewer, said.id)
        await village.settle()
    assert [sent.kind for sent in await told(village)] == ["Block"]


async def test_a_repost_for_followers_is_taken_back_before_followers_alone(village: Village):
    square = village.running.house.square
    bina, dina = await meet(village.running, "bina@far.example"), await meet(village.running, "dina@else.example")
    theirs = await posts.publish(square, dina.viewer, posts.Draft(text="सबके लिए"))
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    await posts.repost(square, village.asha.viewer, theirs, Visibility.PRIVATE)
    await village.settle()
    await posts.unrepost(square, village.asha.viewer, theirs)
    await village.settle()
    assert [(sent.kind, sent.inbox) for sent in await told(village, "Announce", "Undo")] == [
        ("Announce", bina.inbox),
        ("Undo", bina.inbox),
    ]


async def test_whoever_is_suspended_here_is_told_nothing_that_is_not_for_everybody(village: Village):
    """And others of their server are, though they follow later."""
    square = village.running.house.square
    bina, carl = await meet(village.running, "bina@far.example"), await meet(village.running, "carl@far.example")
    dina = await meet(village.running, "dina@else.example")
    for one in (bina, carl, dina):
        await graph.follow(square, one.viewer, village.asha.id)
    await village.settle()
    await begin(village, Measure.SUSPEND, bina.id)
    await begin(village, Measure.SUSPEND, dina.id)
    await village.says(village.asha, "साथियों के लिए", visibility=Visibility.PRIVATE)
    await village.says(village.asha, "@dina@else.example सुनो", visibility=Visibility.DIRECT)
    assert [sent.inbox for sent in await told(village, "Create")] == [carl.inbox]


async def test_of_somebody_hidden_everywhere_by_a_secret_order_no_server_is_told_that_they_are(village: Village):
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(village.running.house.square, bina.viewer, village.asha.id)
    await village.settle()
    assert village.running.house.federation is not None
    await keys.public_key(village.running.house.federation, village.asha.id)
    await begin(village, Measure.WITHHOLD_ACCOUNT, village.asha.id, territory="XX", neutral=True, global_allowed=True)
    await village.api(village.asha, "PATCH", "/api/v1/accounts/update_credentials", display_name="आशा")
    await village.settle()
    assert await told(village, "Update") == []
    await begin(village, Measure.SUSPEND, village.asha.id)  # of this they may know
    async with village.running.house.square.work.writing() as w:
        w.tell(AccountChanged(account=village.asha.id))
    await village.settle()
    (update,) = await told(village, "Update")
    assert (update.of["suspended"], update.of["name"]) == (True, "")


async def test_that_a_post_for_few_quotes_one_no_more_is_told_to_its_author_alone(village: Village):
    square = village.running.house.square
    bina, dina = await meet(village.running, "bina@far.example"), await meet(village.running, "dina@else.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    await village.settle()
    for visibility, hosts in (
        (Visibility.PRIVATE, ["else.example"]),
        (Visibility.PUBLIC, ["else.example", "far.example"]),
    ):
        async with square.work.writing() as w:
            w.tell(
                QuoteRevoked(
                    post=square.make_id(), author=dina.id, visibility=int(visibility), quoted=village.asha.latest.id
                )
            )
        before = len(await told(village, "Delete"))
        await village.settle()
        deleted = (await told(village, "Delete"))[before:]
        assert sorted(sent.host for sent in deleted) == hosts
        assert deleted[0].says["to"] == ([PUBLIC] if visibility is Visibility.PUBLIC else [dina.uri])


async def test_a_picture_for_followers_stays_there_for_all_of_a_server_when_one_of_them_has_gone(village: Village):
    """Its address is written for one of them, and came to them all."""
    square, asha = village.running.house.square, village.asha
    bina, carl = await meet(village.running, "bina@far.example"), await meet(village.running, "carl@far.example")
    dina = await meet(village.running, "dina@else.example")
    for one in (bina, carl, dina):
        await graph.follow(square, one.viewer, asha.id)
    await village.settle()
    await shows(village, asha, visibility=Visibility.PRIVATE)
    (at_far,) = [sent.of["attachment"][0]["url"] for sent in await told(village, "Create") if sent.inbox == bina.inbox]

    async def seen() -> int:
        return (await village.client.get(at_far.removeprefix(ORIGIN))).status_code

    assert await seen() == 200
    await graph.unfollow(square, bina.viewer, asha.id)
    assert await seen() == 200, "carl of the same server follows her still"
    await graph.block(square, asha.viewer, carl.id)
    assert await seen() == 404, "that dina of another server follows her is nothing to this one"
    await graph.follow(square, bina.viewer, asha.id)
    assert await seen() == 200
    await begin(village, Measure.SUSPEND, bina.id)
    assert await seen() == 404
    await graph.unblock(square, asha.viewer, carl.id)
    await graph.follow(square, carl.viewer, asha.id)
    assert await seen() == 200


async def test_a_picture_for_whom_a_post_names_is_for_nobody_else_of_their_server(village: Village):
    square, asha = village.running.house.square, village.asha
    bina, carl = await meet(village.running, "bina@far.example"), await meet(village.running, "carl@far.example")
    await graph.follow(square, carl.viewer, asha.id)
    await village.settle()
    await shows(village, asha, visibility=Visibility.DIRECT, text="@bina@far.example देखो")
    (sent,) = await told(village, "Create")
    url = sent.of["attachment"][0]["url"].removeprefix(ORIGIN)
    assert (await village.client.get(url)).status_code == 200
    await graph.block(square, asha.viewer, bina.id)
    assert (await village.client.get(url)).status_code == 404
