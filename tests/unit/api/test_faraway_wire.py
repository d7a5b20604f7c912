"""People and posts of other servers in the API: entities, timelines, streams, search by name and address, following."""

import io
import zipfile
from typing import Any

import msgspec
import pytest

import measures
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.measures import Measure
from chaupal.social.archives import imports
from chaupal.social.archives.imports import ImportFile
from chaupal.social.context import FoundElsewhere
from chaupal.social.media import media
from chaupal.social.people import graph
from chaupal.store.square import posting
from exports import export
from faraway import answering, comes, naming, says
from listening import hears, listening
from painted import picture
from remotes import federating
from village import Village, Villager


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return federating(settings)


async def ask(v: Village, who: Villager | None, path: str, **params: Any) -> Any:
    answer = await v.api(who, "GET", path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(v: Village, path: str, who: Villager | None = None, **params: Any) -> list[str]:
    return [one["id"] for one in await ask(v, who, path, **params)]


# --- entities ---


async def test_an_account_of_another_server_says_where_it_is(village: Village):
    v = village
    gita = await comes(v)
    account = await ask(v, None, f"/api/v1/accounts/{gita.id}")
    assert (account["username"], account["acct"]) == ("gita", "gita@other.example")
    assert (account["url"], account["uri"]) == (gita.url, gita.uri)
    ours = await ask(v, None, f"/api/v1/accounts/{v.asha.id}")
    assert ours["acct"] == ours["username"] == "asha" and ours["uri"] == ours["url"] == f"{origin(v)}/@asha"


async def test_a_post_of_another_server_says_where_it_is_and_whom_it_names(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita, mentions=naming((v.asha.id, "asha"), (gita.id, gita.handle)))
    status = await ask(v, None, f"/api/v1/statuses/{said.id}")
    assert (status["uri"], status["url"]) == (said.uri, said.url)
    assert status["account"]["acct"] == gita.handle
    named = [(m["username"], m["acct"], m["url"]) for m in status["mentions"]]
    assert named == [
        ("asha", "asha", f"{origin(v)}/@asha"),
        ("gita", "gita@other.example", f"{origin(v)}/@gita@other.example"),
    ]
    own = await ask(v, None, f"/api/v1/statuses/{v.asha.latest.id}")
    assert own["uri"] == own["url"] == f"{origin(v)}{v.asha.latest.path}"


async def test_of_what_is_withheld_no_way_leads_to_it_elsewhere(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/favourite")
    await measures.begin(v, Measure.WITHHOLD_POST, said.id, owner_id=gita.id)
    status = await ask(v, None, f"/api/v1/statuses/{said.id}")
    assert "other.example/@gita/" not in str(status) and "other.example/users/gita/statuses" not in str(status)


async def test_an_account_is_looked_up_by_its_whole_name(village: Village):
    v = village
    gita = await comes(v)
    for acct in ("gita@other.example", "@gita@other.example", "Gita@OTHER.example"):
        assert (await ask(v, None, "/api/v1/accounts/lookup", acct=acct))["id"] == str(gita.id)
    assert (await v.api(None, "GET", "/api/v1/accounts/lookup", acct="gita")).status_code == 404
    assert (await v.api(None, "GET", "/api/v1/accounts/lookup", acct="gita@third.example")).status_code == 404


# --- timelines and streams ---


async def test_the_public_timeline_is_both_or_local_or_remote(village: Village):
    v = village
    before = await ids(v, "/api/v1/timelines/public", limit=40)
    gita = await comes(v)
    first = await says(v, gita, "First from elsewhere.")
    here = await v.says(v.karl, "A word from Freiburg.")
    second = await says(v, gita, "Second from elsewhere.")
    far, ours = [str(second.id), str(first.id)], [str(here.id), *before]
    public = "/api/v1/timelines/public"
    assert await ids(v, public, remote=True) == far
    assert await ids(v, public, local=True, limit=40) == ours
    assert await ids(v, public, limit=40) == [str(second.id), str(here.id), str(first.id), *before]
    assert await ids(v, public, limit=2) == [str(second.id), str(here.id)]
    assert await ids(v, public, limit=2, max_id=here.id) == [str(first.id), before[0]]
    assert await ids(v, public, limit=2, min_id=first.id) == [str(second.id), str(here.id)]
    assert await ids(v, public, remote=True, only_media=True) == []


async def test_a_tag_is_read_from_everywhere_or_from_one_side(village: Village):
    v = village
    gita = await comes(v)
    far = await says(v, gita, "Harvest #Harvest", tags=("Harvest",))
    near = await v.says(v.karl, "Ours is late #harvest")
    tag = "/api/v1/timelines/tag/harvest"
    assert await ids(v, tag) == [str(near.id), str(far.id)]
    assert await ids(v, tag, local=True) == [str(near.id)] and await ids(v, tag, remote=True) == [str(far.id)]
    field = await media.attach(v.running.house.square, v.karl.viewer, picture())
    shown = await v.says(v.karl, "So much #harvest #barley", pictures=[field], language="en")
    for more in ({}, {"any[]": "hay"}, {"all[]": "barley"}, {"none[]": "hay"}, {"language": "en"}, {"local": True}):
        assert await ids(v, tag, only_media=True, **more) == [str(shown.id)], more
    for less in ({"none[]": "barley"}, {"all[]": "hay"}, {"language": "hi"}, {"remote": True}, {"max_id": shown.id}):
        assert await ids(v, tag, only_media=True, **less) == [], less


async def test_each_stream_hears_its_own_side(village: Village):
    v = village
    gita = await comes(v)
    streams = ("public", "public:local", "public:remote")
    async with listening(v.running.app, "/api/v1/streaming", socket=True) as ear:
        for name in streams:
            ear.say(type="subscribe", stream=name)
        for name in ("hashtag", "hashtag:local"):
            ear.say(type="subscribe", stream=name, tag="harvest")
        await hears(v.running, 5)
        far = await says(v, gita, "#harvest there", tags=("harvest",))
        near = await v.says(v.karl, "#harvest here")
        await ear.until(lambda e: len(e.messages) >= 7)
    heard = ear.messages
    told = {(one.stream[0], one.payload["id"]) for one in heard}
    assert told == {
        ("public", str(far.id)),
        ("public:remote", str(far.id)),
        ("hashtag", str(far.id)),
        ("public", str(near.id)),
        ("public:local", str(near.id)),
        ("hashtag", str(near.id)),
        ("hashtag:local", str(near.id)),
    }


async def test_what_is_not_for_everybody_or_answers_somebody_is_on_no_public_list(village: Village):
    v = village
    gita = await comes(v)
    await says(v, gita, "Not on lists", visibility=Visibility.UNLISTED)
    await says(v, gita, "For followers", visibility=Visibility.PRIVATE)
    assert await ids(v, "/api/v1/timelines/public", remote=True) == []


async def test_a_deleted_post_of_another_server_is_off_the_lists(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    assert await ids(v, "/api/v1/timelines/public", remote=True) == [str(said.id)]
    async with v.running.house.square.work.writing() as w:
        await posting.remove(w, said)
    assert await ids(v, "/api/v1/timelines/public", remote=True) == []


# --- finding ---


async def test_search_finds_a_known_one_by_the_whole_name_and_by_words(village: Village):
    v = village
    gita = await comes(v)
    for q in ("@gita@other.example", "gita@other.example", "gita", "Elsewhere", "@gita@oth"):
        found = await ask(v, v.asha, "/api/v2/search", q=q, type="accounts")
        assert [one["id"] for one in found["accounts"]] == [str(gita.id)], q
    assert (await ask(v, v.asha, "/api/v2/search", q="gita@else.example", type="accounts"))["accounts"] == []


async def test_posts_of_everywhere_are_found_by_words_author_language_and_tag(village: Village):
    v = village
    gita = await comes(v)
    far = await says(v, gita, "Mustard flowers over there #harvest", tags=("harvest",))
    near = await v.says(v.karl, "Mustard on bread #harvest", language="en")

    async def posts(q: str) -> list[str]:
        return [one["id"] for one in (await ask(v, v.asha, "/api/v2/search", q=q, type="statuses"))["statuses"]]

    both = [str(near.id), str(far.id)]
    assert await posts("mustard") == both == await posts("#harvest") == await posts("mustard language:en")
    assert (await posts("language:en"))[:2] == both
    assert await posts("from:gita@other.example") == [str(far.id)] == await posts("mustard from:@gita@other.example")
    assert await posts("from:gita@third.example") == []


async def test_resolve_looks_up_a_name_where_it_is_not_known(village: Village):
    v = village
    asked = answering(v)
    gita = await comes(v, "gita@other.example")
    unknown = await ask(v, v.asha, "/api/v2/search", q="@nobody@other.example", resolve=True)
    assert unknown == {"accounts": [], "statuses": [], "hashtags": []} and asked.names == ["nobody@other.example"]
    asked.found["sunil@other.example"] = FoundElsewhere(person=gita.id)
    found = await ask(v, v.asha, "/api/v2/search", q="@Sunil@Other.Example", resolve=True)
    assert [one["id"] for one in found["accounts"]] == [str(gita.id)]
    known = await ask(v, v.asha, "/api/v2/search", q="@gita@other.example", resolve=True)
    assert [one["id"] for one in known["accounts"]] == [str(gita.id)]
    assert asked.names == ["nobody@other.example", "sunil@other.example"], "who is known is not asked for again"


async def test_resolve_opens_an_address_of_a_post(village: Village):
    v = village
    asked = answering(v)
    gita = await comes(v)
    said = await says(v, gita)
    asked.found[said.url] = FoundElsewhere(post=said.id)
    found = await ask(v, v.asha, "/api/v2/search", q=said.url, resolve=True)
    assert [one["id"] for one in found["statuses"]] == [str(said.id)] and found["accounts"] == []
    none = await ask(v, v.asha, "/api/v2/search", q=said.url, resolve=True, type="accounts")
    assert none["accounts"] == [] and none["statuses"] == []


async def test_guests_make_nobody_ask_other_servers_and_without_resolve_nobody_does(village: Village):
    v = village
    asked = answering(v)
    await ask(v, None, "/api/v2/search", q="@nobody@other.example", resolve=True)
    await ask(v, v.asha, "/api/v2/search", q="@nobody@other.example")
    await ask(v, v.asha, "/api/v2/search", q=f"{origin(v)}/@asha", resolve=True)
    await ask(v, v.asha, "/api/v2/search", q="@asha", resolve=True)
    assert asked.names == []


# --- writing to them ---


async def test_a_known_name_of_another_server_is_a_mention_and_an_unknown_one_is_looked_up(village: Village):
    v = village
    asked = answering(v)
    gita = await comes(v)
    sunil = await comes(v, "sunil.k@third.example")
    said = await v.says(v.asha, "@gita@other.example @nobody@other.example देखो")
    status = await ask(v, v.asha, f"/api/v1/statuses/{said.id}")
    assert [m["acct"] for m in status["mentions"]] == [gita.handle]
    assert asked.names == ["nobody@other.example"]
    assert f'href="{origin(v)}/@gita@other.example"' in status["content"]
    said = await v.says(v.asha, "@Sunil.K@third.example?")
    assert [m["id"] for m in (await ask(v, v.asha, f"/api/v1/statuses/{said.id}"))["mentions"]] == [str(sunil.id)]


async def test_no_more_than_five_unknown_names_are_looked_up_for_a_post(village: Village):
    v = village
    asked = answering(v)
    await v.says(v.asha, " ".join(f"@x{n}@other.example" for n in range(12)))
    assert len(asked.names) == 5


async def test_following_somebody_of_another_server_is_a_request_until_they_accept(village: Village):
    v = village
    gita = await comes(v)
    tie = (await v.api(v.asha, "POST", f"/api/v1/accounts/{gita.id}/follow")).json()
    assert (tie["requested"], tie["following"]) == (True, False)
    await graph.grant(v.running.house.square, gita.viewer, v.asha.id)
    await v.settle()
    (tie,) = await ask(v, v.asha, "/api/v1/accounts/relationships", **{"id[]": str(gita.id)})
    assert (tie["requested"], tie["following"]) == (False, True)
    said = await says(v, gita, "For those who follow me", visibility=Visibility.PRIVATE)
    assert str(said.id) in await ids(v, "/api/v1/timelines/home", v.asha)
    assert str(said.id) not in await ids(v, f"/api/v1/accounts/{gita.id}/statuses", v.ravi)


async def test_a_follow_from_another_server_stands_among_the_requests_of_a_locked_account(village: Village):
    v = village
    gita = await comes(v)
    await v.api(v.asha, "PATCH", "/api/v1/accounts/update_credentials", locked=True)
    await graph.follow(v.running.house.square, gita.viewer, v.asha.id)
    await v.settle()
    (asking,) = await ask(v, v.asha, "/api/v1/follow_requests")
    assert asking["acct"] == gita.handle
    await v.api(v.asha, "POST", f"/api/v1/follow_requests/{gita.id}/authorize")
    assert next(one["acct"] for one in await ask(v, v.asha, f"/api/v1/accounts/{v.asha.id}/followers")) == gita.handle
    told = await ask(v, v.asha, "/api/v1/notifications")
    assert gita.handle in {one["account"]["acct"] for one in told}


# --- taken along and brought ---


async def test_what_one_takes_along_names_people_and_posts_of_other_servers_as_these_do(village: Village):
    v = village
    gita = await comes(v)
    said = await says(v, gita)
    await v.api(v.asha, "POST", f"/api/v1/accounts/{gita.id}/block")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{gita.id}/unblock")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{gita.id}/mute")
    await v.api(v.asha, "POST", f"/api/v1/statuses/{said.id}/bookmark")
    files = zipfile.ZipFile(io.BytesIO((await export(v, v.asha)).content))
    assert files.read("muted_accounts.csv").decode().splitlines()[1] == "gita@other.example,true"
    assert f"ravi@{v.running.house.settings.domain}," in files.read("following_accounts.csv").decode()
    assert files.read("bookmarks.csv").decode().split() == [said.uri]


async def test_lists_that_somebody_brings_are_looked_up_on_the_servers_they_name(village: Village):
    v = village
    asked, gita = answering(v), await comes(v)
    sunil = await comes(v, "sunil@third.example")
    asked.found["kiran@third.example"] = FoundElsewhere(person=sunil.id)
    said = await says(v, gita)
    asked.found[said.uri] = FoundElsewhere(post=said.id)
    square = v.running.house.square
    csv = b"Account address,Hide notifications\ngita@other.example,true\nkiran@third.example,true\nnone@third.example,true\n"
    for brought in (
        ImportFile("muted_accounts.csv", csv),
        ImportFile("bookmarks.csv", f"{said.uri}\n".encode(), kind="bookmarks"),
    ):
        await imports.take_in(square, v.asha.viewer, brought)
        while await imports.carry_on(square):
            pass
    assert {one["acct"] for one in await ask(v, v.asha, "/api/v1/mutes")} == {gita.handle, sunil.handle}
    assert asked.names == ["kiran@third.example", "none@third.example", said.uri]
    assert await ids(v, "/api/v1/bookmarks", v.asha) == [str(said.id)]


# --- this server ---


async def test_the_servers_that_are_known_are_told_unless_the_operator_keeps_them(village: Village):
    v = village
    await comes(v, "a@third.example")
    await comes(v, "b@other.example")
    assert await ask(v, None, "/api/v1/instance/peers") == ["other.example", "third.example"]
    assert (await ask(v, None, "/api/v1/instance"))["stats"]["domain_count"] == 3
    kept = msgspec.structs.replace(v.running.house.settings, tell_peers=False)
    msgspec.structs.force_setattr(v.running.house, "settings", kept)
    assert await ask(v, None, "/api/v1/instance/peers") == []


def origin(v: Village) -> str:
    return v.running.house.settings.origin
