"""What other servers are answered: actors, posts, lists; as the gate lets whoever asks see them, and in the field's words."""

from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.federation import looking
from chaupal.federation.reading.actors import read_actor
from chaupal.federation.signing.asked import IMPLEMENTS
from chaupal.federation.signing.keys import published
from chaupal.federation.writing.addresses import PUBLIC
from chaupal.policy.drafts_and_scheduled import PollAsked
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.social.media import media
from chaupal.social.people import graph
from chaupal.social.posts import posts, quoting as quotes, reactions
from measures import begin
from painted import picture
from remotes import ACTIVITY, meet, waiting
from village import Village

ORIGIN = "http://127.0.0.1:8000"


async def ask(village: Village, path: str, **headers: str) -> httpx2.Response:
    return await village.client.get(path, headers={"accept": ACTIVITY} | headers)


async def read(village: Village, path: str) -> dict[str, Any]:
    answer = await ask(village, path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(ACTIVITY)
    return answer.json()


async def test_one_address_answers_people_with_a_page_and_servers_with_an_actor(village: Village):
    page = await village.client.get("/@asha", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "accept" in page.headers["vary"].lower()
    for accept in (ACTIVITY, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'):
        answer = await village.client.get("/@asha", headers={"accept": accept})
        assert answer.json()["id"] == f"{ORIGIN}/@asha"
        assert "accept" in answer.headers["vary"].lower()


async def test_an_actor_names_its_inboxes_its_lists_and_its_key(village: Village):
    actor = await read(village, "/@asha")
    assert (actor["type"], actor["preferredUsername"], actor["name"]) == ("Person", "asha", "आशा देवी")
    assert actor["inbox"] == f"{ORIGIN}/@asha/inbox"
    assert actor["endpoints"]["sharedInbox"] == f"{ORIGIN}/inbox"
    for name in ("outbox", "followers", "following", "featured"):
        assert (await read(village, actor[name].removeprefix(ORIGIN)))["id"] == actor[name]
    key = actor["publicKey"]
    assert (key["id"], key["owner"]) == (f"{ORIGIN}/@asha#main-key", f"{ORIGIN}/@asha")
    assert key["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert (await read(village, "/@asha"))["publicKey"] == key


async def test_the_server_itself_is_an_actor_that_is_found_by_its_own_name(village: Village):
    actor = await read(village, "/actor")
    assert (actor["type"], actor["preferredUsername"]) == ("Application", "127.0.0.1")
    for name in ("acct:127.0.0.1@127.0.0.1:8000", f"{ORIGIN}/actor"):
        found = (await village.client.get("/.well-known/webfinger", params={"resource": name})).json()
        assert found["links"][0]["href"] == actor["id"]
    assert (await read(village, "/actor/outbox"))["totalItems"] == 0
    # As another server of our kind reads it: by this key it knows that it is us who ask, and how to speak to us.
    seen = read_actor(actor)
    assert (seen.user, seen.implements) == ("127.0.0.1", (IMPLEMENTS,))
    assert [key.id for key in published(seen)] == [f"{ORIGIN}/actor#main-key"]


async def test_people_are_found_with_and_without_acct_and_by_their_address(village: Village):
    for name in ("acct:asha@127.0.0.1:8000", "asha@127.0.0.1:8000", f"{ORIGIN}/@asha", f"{ORIGIN}/@asha/"):
        found = (await village.client.get("/.well-known/webfinger", params={"resource": name})).json()
        links = {link["rel"]: link for link in found["links"]}
        assert found["subject"] == "acct:asha@127.0.0.1:8000"
        assert (links["self"]["href"], links["self"]["type"]) == (f"{ORIGIN}/@asha", ACTIVITY)
        template = links["http://ostatus.org/schema/1.0/subscribe"]["template"]
        assert template == f"{ORIGIN}/authorize_interaction?uri={{uri}}"


async def test_nobody_of_another_server_is_found_here(village: Village):
    await meet(village.running, "bina@far.example")
    for name in ("acct:bina@far.example", f"{ORIGIN}/@bina@far.example"):
        found = await village.client.get("/.well-known/webfinger", params={"resource": name})
        assert found.status_code == 404


async def test_nodeinfo_says_in_both_versions_that_activities_are_spoken(village: Village):
    links = (await village.client.get("/.well-known/nodeinfo")).json()["links"]
    assert [link["rel"].rpartition("/")[2] for link in links] == ["2.0", "2.1"]
    for link in links:
        info = (await village.client.get(link["href"])).json()
        assert (info["version"], info["protocols"]) == (link["rel"].rpartition("/")[2], ["activitypub"])
    assert (await village.client.get("/nodeinfo/3.0")).status_code == 404
    described = (await village.client.get("/.well-known/host-meta.json")).json()
    assert described["links"][0]["template"] == f"{ORIGIN}/.well-known/webfinger?resource={{uri}}"


async def test_a_post_and_the_activity_by_which_it_was_said(village: Village):
    said = await village.says(village.asha, "@ravi देखो #मंडी", spoiler="भाव", language="hi")
    note = await read(village, said.path)
    assert (note["type"], note["summary"], note["sensitive"]) == ("Note", "भाव", True)
    assert (note["to"], note["cc"]) == ([PUBLIC], [f"{ORIGIN}/@asha/followers", f"{ORIGIN}/@ravi"])
    assert {"type": "Mention", "href": f"{ORIGIN}/@ravi", "name": "@ravi@127.0.0.1:8000"} in note["tag"]
    created = await read(village, f"{said.path}/activity")
    assert (created["type"], created["object"]) == ("Create", {k: v for k, v in note.items() if k != "@context"})


async def test_an_address_under_anothers_name_is_nothing(village: Village):
    said = village.asha.latest
    assert (await ask(village, f"/@ravi/{said.id}")).status_code == 404
    assert (await ask(village, "/@nobody")).status_code == 404
    assert (await ask(village, "/@asha/12")).status_code == 404
    assert (await ask(village, "/@asha/zwölf")).status_code == 404


async def test_a_question_tells_its_counts_as_everybody_is_told_them(village: Village):
    asked = PollAsked(options=("हाँ", "ना"), expires_in=3_600)
    said = await village.says(village.asha, "चलें?", poll=asked)
    hidden = await village.says(village.asha, "बताओ?", poll=msgspec.structs.replace(asked, hide_totals=True))
    question = await read(village, said.path)
    assert question["type"] == "Question"
    assert [option["name"] for option in question["oneOf"]] == ["हाँ", "ना"]
    assert question["oneOf"][0]["replies"] == {"type": "Collection", "totalItems": 0}
    assert "closed" not in question
    assert "totalItems" not in (await read(village, hidden.path))["oneOf"][0]["replies"]
    village.clock.move(4_000_000)
    assert (await read(village, hidden.path))["closed"]


async def test_what_is_for_few_is_nothing_to_whom_nobody_knows(village: Village):
    for visibility in (Visibility.PRIVATE, Visibility.DIRECT):
        said = await village.says(village.asha, "@ravi चुपचाप", visibility=visibility)
        for path in (said.path, f"{said.path}/activity", f"{said.path}/replies", f"{said.path}/likes"):
            assert (await ask(village, path)).status_code == 404
        assert said.text not in (await ask(village, "/@asha/outbox?page=true")).text


async def test_a_deleted_post_is_said_to_be_gone_and_a_private_one_is_not(village: Village):
    square = village.running.house.square
    said = await village.says(village.asha, "गलत बात")
    await posts.delete(square, village.asha.viewer, said.id)
    await village.settle()
    answer = await ask(village, said.path)
    assert (answer.status_code, answer.json()["type"]) == (410, "Tombstone")
    few = await village.says(village.asha, "चुपचाप", visibility=Visibility.PRIVATE)
    await posts.delete(square, village.asha.viewer, few.id)
    await village.settle()
    assert (await ask(village, few.path)).status_code == 404


async def test_what_is_withheld_in_a_country_travels_on_and_what_is_removed_everywhere_does_not(village: Village):
    said = village.asha.latest
    await village.withhold(post=said, by=village.chitra, second=village.dev)
    assert said.text.split()[0] in (await read(village, said.path))["content"]
    await begin(village, Measure.REMOVE_POST, said.id)
    assert (await ask(village, said.path)).status_code == 404
    assert said.text.split()[0] not in (await ask(village, "/@asha/outbox?page=true")).text


async def test_of_somebody_suspended_no_words_are_left_and_servers_are_told_so(village: Village):
    await begin(village, Measure.SUSPEND, village.asha.id)
    actor = await read(village, "/@asha")
    assert (actor["suspended"], actor["name"], actor["summary"]) == (True, "", "")
    assert actor["publicKey"]["publicKeyPem"]
    assert (await ask(village, village.asha.latest.path)).status_code == 410
    assert (await ask(village, "/@asha/outbox?page=true")).status_code == 410


async def test_an_outbox_is_walked_from_the_newest_back(village: Village):
    for n in range(25):
        await village.says(village.meera, f"बात {n}")
    outbox = await read(village, "/@meera/outbox")
    walked, at = list[str](), outbox["first"]
    while at:
        page = await read(village, at.removeprefix(ORIGIN))
        assert page["partOf"] == outbox["id"] and page["id"] == at
        walked += [item["object"]["id"] for item in page["orderedItems"]]
        at = page.get("next")
    assert walked == [f"{ORIGIN}{said.path}" for said in reversed(village.meera.said)]
    assert outbox["totalItems"] == len(walked)


async def test_followers_are_told_by_their_ids_unless_somebody_keeps_them_to_themselves(village: Village):
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(village.running.house.square, bina.viewer, village.asha.id)
    await village.settle()
    page = await read(village, "/@asha/followers?page=true")
    assert set(page["orderedItems"]) == {bina.uri, f"{ORIGIN}/@ravi", f"{ORIGIN}/@meera", f"{ORIGIN}/@karl"}
    await village.api(village.asha, "PATCH", "/api/v1/accounts/update_credentials", hide_collections=True)
    hidden = await read(village, "/@asha/followers")
    assert hidden["totalItems"] == 4 and "first" not in hidden
    assert (await ask(village, "/@asha/followers?page=true")).status_code == 403


async def test_answers_and_the_conversation_are_told_by_address(village: Village):
    root = village.asha.latest
    answer = await village.says(village.ravi, "सही", reply_to=root.id)
    further = await village.says(village.meera, "बिलकुल", reply_to=answer.id)
    await village.says(village.karl, "@asha चुप", reply_to=root.id, visibility=Visibility.DIRECT)
    replies = await read(village, f"{root.path}/replies")
    assert replies["first"]["items"] == [f"{ORIGIN}{answer.path}"]
    around = await read(village, f"{root.path}/context")
    assert around["orderedItems"] == [f"{ORIGIN}{one.path}" for one in (root, answer, further)]
    note = await read(village, answer.path)
    assert note["inReplyTo"] == f"{ORIGIN}{root.path}"
    assert note["context"] == around["id"]


async def test_a_quote_carries_the_stamp_by_which_anybody_sees_that_it_was_let(village: Village):
    quoted = village.asha.latest
    quoting = await village.says(village.ravi, "यह पढ़ो", quoting=quoted.id)
    note = await read(village, quoting.path)
    assert note["quote"] == note["quoteUrl"] == f"{ORIGIN}{quoted.path}"
    stamp = await read(village, note["quoteAuthorization"].removeprefix(ORIGIN))
    assert (stamp["type"], stamp["attributedTo"]) == ("QuoteAuthorization", f"{ORIGIN}/@asha")
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (note["id"], f"{ORIGIN}{quoted.path}")
    await quotes.revoke(village.running.house.square, village.asha.viewer, quoted.id, quoting.id)
    await village.settle()
    assert "quote" not in await read(village, quoting.path)
    assert (await ask(village, note["quoteAuthorization"].removeprefix(ORIGIN))).status_code == 404


async def test_what_is_pinned_is_told_whole(village: Village):
    await reactions.pin(village.running.house.square, village.asha.viewer, village.asha.latest.id)
    featured = await read(village, "/@asha/featured")
    assert [item["id"] for item in featured["orderedItems"]] == [f"{ORIGIN}{village.asha.latest.path}"]


async def test_a_repost_is_an_announce_at_its_own_address(village: Village):
    repost = await posts.repost(village.running.house.square, village.karl.viewer, village.asha.latest.id)
    announce = await read(village, f"/@karl/{repost}")
    assert (announce["type"], announce["object"]) == ("Announce", f"{ORIGIN}{village.asha.latest.path}")
    assert f"{ORIGIN}/@asha" in announce["cc"]


async def test_where_a_list_of_answers_goes_on_tells_nothing_of_those_that_are_for_few(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(looking, "MOST_ANSWERS", 2)
    root = village.asha.latest
    said = list[str]()
    for n in range(3):
        for _ in range(3):
            await village.says(village.karl, "@asha चुप", reply_to=root.id, visibility=Visibility.DIRECT)
        if n == 0:
            assert "next" not in (await read(village, f"{root.path}/replies"))["first"]
        said.append(f"{ORIGIN}{(await village.says(village.ravi, f'सही {n}', reply_to=root.id)).path}")
    first = (await read(village, f"{root.path}/replies"))["first"]
    assert first["items"] == said[:2]
    assert first["next"].rpartition("=")[2] == said[1].rpartition("/")[2]
    assert (await read(village, first["next"].removeprefix(ORIGIN)))["first"]["items"] == said[2:]


async def test_an_address_of_a_file_opens_nothing_for_a_server_that_is_shut_out(village: Village):
    """Nor for whoever of it was shown the address before."""
    square = village.running.house.square
    bina = await meet(village.running, "bina@far.example")
    await graph.follow(square, bina.viewer, village.asha.id)
    upload = await media.attach(square, village.asha.viewer, picture(), description="खेत")
    await village.says(village.asha, "साथियों से", pictures=(upload,), visibility=Visibility.PRIVATE)
    (created,) = [one for one in await waiting(village.running) if one.kind == "Create"]
    where = created.of["attachment"][0]["url"].removeprefix(ORIGIN)
    assert (await village.client.get(where.partition("?")[0])).status_code == 404
    assert (await village.client.get(where)).status_code == 200
    await begin(village, Measure.SUSPEND_SERVER, bina.server)
    assert (await village.client.get(where)).status_code == 404
