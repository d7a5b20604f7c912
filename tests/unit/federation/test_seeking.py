"""What our people look up on other servers is found there over the net: by name, by address of a person or post, and where to follow."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.social.context import FoundElsewhere
from chaupal.social.people import elsewhere
from elsewhere import Site
from fediverse import Stranger
from remotes import federating
from village import Village, open_village

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


@pytest.fixture
async def v(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """The village, where it talks to servers of this machine."""
    far = federating(settings)
    async with open_village(far, clock) as opened:
        yield opened


@pytest.fixture
def ravi(site: Site) -> Stranger:
    return Stranger(site)


def note(ravi: Stranger, number: int = 1, **more: Any) -> str:
    uri = f"{ravi.uri}/notes/{number}"
    told = {
        "id": uri,
        "type": "Note",
        "attributedTo": ravi.uri,
        "content": "<p>Rain over here.</p>",
        "url": f"{uri}/page",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "published": "2021-02-10T10:00:00Z",
    } | more
    ravi.says(f"/users/{ravi.name}/notes/{number}", told)
    ravi.says(f"/users/{ravi.name}/notes/{number}/page", told)
    return uri


async def sought(v: Village, q: str, **more: Any) -> Any:
    answer = await v.api(v.asha, "GET", "/api/v2/search", q=q, resolve=True, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_somebody_is_found_by_name_and_by_both_of_their_addresses(v: Village, ravi: Stranger):
    ravi.document["url"] = ravi.says("/@ravi", ravi.document)
    ravi.appear()
    ravi.says("/@ravi", ravi.document)
    for q in (f"@ravi@{ravi.host}", ravi.uri, ravi.document["url"]):
        (account,) = (await sought(v, q))["accounts"]
        assert (account["acct"], account["uri"]) == (f"ravi@{ravi.host}", ravi.uri), q


async def test_a_post_is_found_by_its_id_by_its_page_and_by_one_that_says_where_it_is_once(v: Village, ravi: Stranger):
    uri = note(ravi)
    (first,) = (await sought(v, uri))["statuses"]
    (second,) = (await sought(v, f"{uri}/page"))["statuses"]
    led = f'<link rel="alternate" type="application/activity+json" href="{uri}"><p>Rain over here.</p>'
    (third,) = (await sought(v, ravi.site.says("/rain", led)))["statuses"]
    elsewhere = ravi.site.says("/elsewhere", led.replace("localhost", "127.0.0.1"))
    assert (await sought(v, elsewhere))["statuses"] == []
    assert first["id"] == second["id"] == third["id"] and first["uri"] == uri and "Rain over here." in first["content"]
    assert first["account"]["acct"] == f"ravi@{ravi.host}" and first["created_at"].startswith("2021-02-10T10:00:00")


async def test_what_is_for_a_few_is_shown_to_nobody_who_looks_it_up(v: Village, ravi: Stranger):
    for number, to in enumerate(([f"{ravi.uri}/followers"], [ravi.uri]), 1):
        uri = note(ravi, number, to=to)
        assert (await sought(v, uri))["statuses"] == []


async def test_of_what_is_for_a_few_its_server_is_asked_whether_it_came_or_not(v: Village, ravi: Stranger):
    """Else a watch, or their server, told whoever files an order, or searches, that it is here."""
    followers, asked = [f"{ravi.uri}/followers"], "/users/ravi/notes/{}"
    held, never = note(ravi, 1, to=followers), f"{ravi.uri}/notes/2"
    await sought(v, held)
    before = ravi.asked(asked.format(1))
    for uri in (held, never):
        assert (await sought(v, uri))["statuses"] == []
    assert ravi.asked(asked.format(1)) - before == ravi.asked(asked.format(2)) == 1


async def test_beside_what_is_for_a_few_all_else_is_found_as_if_it_had_not_come(
    v: Village, monkeypatch: pytest.MonkeyPatch
):
    """A name of a server in an address is a word: whoever wrote of that server saw their own post or none."""
    kept = await v.says(v.meera, "बस अपने लिए", visibility=Visibility.DIRECT)
    said = await v.says(v.asha, "देखिए https://other.example/1")
    for number, there in enumerate((None, FoundElsewhere(post=kept.id))):

        async def found(*_: Any, there: FoundElsewhere | None = there) -> FoundElsewhere | None:
            return there

        monkeypatch.setattr(elsewhere, "look_up", found)
        assert [one["id"] for one in (await sought(v, f"https://other.example/{number}"))["statuses"]] == [str(said.id)]


async def test_what_is_not_there_or_no_post_is_found_as_nothing(v: Village, ravi: Stranger, site: Site):
    ravi.says("/odd", {"id": f"http://{ravi.host}/odd", "type": "Collection"})
    stolen = note(ravi, 7, attributedTo="http://127.0.0.1:9/users/asha")
    for q in (
        f"@nobody@{ravi.host}",
        f"http://{ravi.host}/none",
        f"http://{ravi.host}/odd",
        stolen,
        "http://127.0.0.1:9/x",
    ):
        assert await sought(v, q) == {"accounts": [], "statuses": [], "hashtags": []}, q


async def test_writing_to_an_unknown_name_finds_them_first(v: Village, ravi: Stranger):
    said = await v.says(v.asha, f"@ravi@{ravi.host} बारिश हुई?")
    status = (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}")).json()
    assert [m["acct"] for m in status["mentions"]] == [f"ravi@{ravi.host}"]


async def test_a_follow_of_somebody_who_was_found_is_a_request_until_they_accept(v: Village, ravi: Stranger):
    (account,) = (await sought(v, f"@ravi@{ravi.host}"))["accounts"]
    tie = (await v.api(v.asha, "POST", f"/api/v1/accounts/{account['id']}/follow")).json()
    assert (tie["requested"], tie["following"]) == (True, False)
    assert "वापस" in await v.page_as("IN", f"/@ravi@{ravi.host}", v.asha)


async def test_the_way_to_follow_from_there_is_what_their_server_says_or_the_usual_one(v: Village, ravi: Stranger):
    find = v.running.house.square.elsewhere
    assert find is not None
    name = f"ravi@{ravi.host}"
    assert await find.subscribe(name) == f"http://{ravi.host}/authorize_interaction?uri={{uri}}"
    resource = f"/.well-known/webfinger?resource=acct%3Aravi%40localhost%3A{ravi.site.port}"
    links = [{"rel": SUBSCRIBE, "template": f"http://{ravi.host}/ask?who={{uri}}"}]
    ravi.says(resource, {"subject": f"acct:{name}", "links": links}, "application/jrd+json")
    assert await find.subscribe(name) == f"http://{ravi.host}/ask?who={{uri}}"
    assert await find.subscribe(f"nobody@{ravi.host}") == "" == await find.subscribe("ravi@127.0.0.1:9")
