"""Every route without which a client cannot be used answers, with the entity that Mastodon's documentation promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from clients.conftest import Stage
from clients.entities import faults
from clients.images import png
from make_api import api_version
from waiting import eventually

# path -> what it answers: an entity, [entity], {} for an object of any kind, [] for an empty list.
# `{post}` and the like are filled in from the scene below.
PUBLIC: dict[str, Any] = {
    "/api/v2/instance": "Instance",
    "/api/v1/instance": "InstanceV1",
    "/api/v1/custom_emojis": [],
    "/api/v1/accounts/{asha}": "Account",
    "/api/v1/accounts/lookup?acct=asha": "Account",
    "/api/v1/accounts/{asha}/statuses": ["Status"],
    "/api/v1/accounts/{asha}/followers": ["Account"],
    "/api/v1/accounts/{binod}/following": ["Account"],
    "/api/v1/timelines/public": ["Status"],
    "/api/v1/timelines/public?local=true": ["Status"],
    "/api/v1/timelines/public?only_media=1": ["Status"],
    "/api/v1/timelines/public?remote=true": [],
    "/api/v1/timelines/tag/चौपाल": ["Status"],
    "/api/v1/timelines/tag/nosuch?any[]=चौपाल": ["Status"],
    "/api/v1/timelines/tag/चौपाल?none[]=चौपाल": [],
    "/api/v1/statuses/{post}": "Status",
    "/api/v1/statuses/{reply}/context": "Context",
    "/api/v2/search?q=आम&type=statuses": {},
    "/api/v1/trends/tags": {},
    "/api/v1/trends/statuses": {},
    "/api/v1/trends/links": [],
    "/.well-known/oauth-authorization-server": {},
    "/.well-known/nodeinfo": {},
    "/nodeinfo/2.0": {},
    "/.well-known/webfinger?resource=acct:asha@{domain}": {},
}
SIGNED_IN: dict[str, Any] = {
    "/api/v1/accounts/verify_credentials": "CredentialAccount",
    "/api/v1/accounts/{binod}": "Account",
    "/api/v1/accounts/relationships?id[]={binod}&id[]={chitra}": ["Relationship"],
    "/api/v1/accounts/relationships?id={binod}": ["Relationship"],
    "/api/v1/accounts/search?q=bin": ["Account"],
    "/api/v1/accounts/{asha}/statuses?exclude_replies=true": ["StatusForMe"],
    "/api/v1/accounts/{asha}/statuses?exclude_reblogs=1": ["StatusForMe"],
    "/api/v1/accounts/{asha}/statuses?only_media=true": ["StatusForMe"],
    "/api/v1/accounts/{asha}/statuses?tagged=चौपाल": ["StatusForMe"],
    "/api/v1/accounts/{asha}/statuses?pinned=true": [],
    "/api/v1/timelines/home": ["StatusForMe"],
    "/api/v1/timelines/public": ["StatusForMe"],
    "/api/v1/statuses/{post}": "StatusForMe",
    "/api/v1/statuses/{repost}": "StatusForMe",
    "/api/v1/statuses?id[]={post}&id[]={reply}": ["StatusForMe"],
    "/api/v1/media/{media}": "MediaAttachment",
    "/api/v1/notifications": ["Notification"],
    "/api/v1/notifications/{notification}": "Notification",
    "/api/v2/notifications": "GroupedNotifications",
    "/api/v2/notifications/policy": "NotificationPolicy",
    "/api/v1/notifications/requests": [],
    "/api/v1/markers?timeline[]=home": {"home": "Marker"},
    "/api/v1/preferences": "Preferences",
    "/api/v2/search?q=आम": "Search",
    "/api/v2/search?q=asha&type=accounts&resolve=true&limit=5": "Search",
    "/api/v2/search?q=चौपाल&type=hashtags&exclude_unreviewed=true&offset=0": "Search",
    "/api/v2/search?q=आम&type=statuses&account_id={asha}": "Search",
    "/api/v1/apps/verify_credentials": "Application",
    "/api/v1/favourites": ["StatusForMe"],
    "/api/v1/bookmarks": ["StatusForMe"],
    "/api/v1/blocks": [],
    "/api/v1/mutes": [],
    "/api/v1/follow_requests": [],
    "/api/v1/filters": ["FilterV1"],
    "/api/v2/filters": ["Filter"],
    "/api/v2/filters/{filter}": "Filter",
    "/api/v1/lists": ["List"],
    "/api/v1/lists/{list}": "List",
    "/api/v1/lists/{list}/accounts": ["Account"],
    "/api/v1/timelines/list/{list}": ["StatusForMe"],
    "/api/v1/accounts/{chitra}/lists": ["List"],
    "/api/v1/followed_tags": ["Tag"],
    "/api/v1/tags/चौपाल": "Tag",
    "/api/v1/endorsements": [],
    "/api/v1/directory": ["Account"],
    "/api/v1/accounts/familiar_followers?id[]={binod}": ["FamiliarFollowers"],
    "/api/v1/announcements": [],
    "/api/v1/conversations": ["Conversation"],
    "/api/v1/featured_tags": ["FeaturedTag"],
    "/api/v1/accounts/{asha}/featured_tags": ["FeaturedTag"],
    "/api/v1/scheduled_statuses": [],
    "/api/v1/domain_blocks": [],
    "/api/v2/suggestions": ["Suggestion"],
    "/api/v1/suggestions": ["Account"],
}
# Acts, in the order of a small story: method, path, what is sent, what it answers.
ACTS: tuple[tuple[str, str, dict[str, Any], Any], ...] = (
    ("POST", "/api/v1/accounts/{chitra}/follow", {"reblogs": "true", "notify": "false"}, "Relationship"),
    ("POST", "/api/v1/accounts/{chitra}/unfollow", {}, "Relationship"),
    ("POST", "/api/v1/accounts/{chitra}/mute", {"notifications": "1", "duration": "60"}, "Relationship"),
    ("POST", "/api/v1/accounts/{chitra}/unmute", {}, "Relationship"),
    ("POST", "/api/v1/accounts/{chitra}/block", {}, "Relationship"),
    ("POST", "/api/v1/accounts/{chitra}/unblock", {}, "Relationship"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"display_name": "Asha"}, "CredentialAccount"),
    ("POST", "/api/v1/statuses/{post}/favourite", {}, "StatusForMe"),
    ("POST", "/api/v1/statuses/{post}/unfavourite", {}, "StatusForMe"),
    ("POST", "/api/v1/statuses/{post}/reblog", {"visibility": "unlisted"}, "StatusForMe"),
    ("POST", "/api/v1/statuses/{post}/unreblog", {}, "StatusForMe"),
    ("POST", "/api/v1/statuses/{post}/bookmark", {}, "StatusForMe"),
    ("POST", "/api/v1/statuses/{post}/unbookmark", {}, "StatusForMe"),
    ("PUT", "/api/v1/media/{media}", {"description": "again", "focus": "0.1,-0.2"}, "MediaAttachment"),
    ("POST", "/api/v1/lists", {"title": "मित्र", "replies_policy": "followed", "exclusive": "true"}, "List"),
    ("PUT", "/api/v1/lists/{list}", {"title": "मेरे मित्र"}, "List"),
    ("POST", "/api/v2/filters", {"title": "x", "context[]": "home", "filter_action": "blur"}, "Filter"),
    ("POST", "/api/v1/filters", {"phrase": "y", "context[]": "public", "whole_word": "1"}, "FilterV1"),
    ("POST", "/api/v1/tags/वसंत/follow", {}, "Tag"),
    ("POST", "/api/v1/tags/वसंत/unfollow", {}, "Tag"),
    ("POST", "/api/v1/tags/वसंत/feature", {}, "Tag"),
    ("POST", "/api/v1/tags/वसंत/unfeature", {}, "Tag"),
    ("POST", "/api/v1/accounts/{chitra}/note", {"comment": "मिले थे"}, "Relationship"),
    ("POST", "/api/v1/markers", {"home[last_read_id]": "{post}"}, {"home": "Marker"}),
    ("POST", "/api/v1/notifications/{notification}/dismiss", {}, {}),
    ("POST", "/api/v1/notifications/clear", {}, {}),
    ("DELETE", "/api/v1/statuses/{reply}", {}, "Status"),
)


@dataclass
class Scene:
    """Asha has posted, answered, reposted and been followed; `names` fills the paths."""

    names: dict[str, str]
    asha: httpx2.Client
    anyone: httpx2.Client

    def fill(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Iterator[Scene]:
    people = (stage.as_("asha"), stage.as_("binod"), stage.as_("chitra"))
    with people[0] as asha, people[1] as binod, people[2] as chitra, stage.anyone as anyone:

        def say(client: httpx2.Client, **what: Any) -> dict[str, Any]:
            return client.post("/api/v1/statuses", json=what).raise_for_status().json()

        def upload(describe: str) -> str:
            files = {"file": ("a.png", png(), "image/png")}
            answer = asha.post("/api/v2/media", files=files, data={"description": describe}).raise_for_status()
            return str(answer.json()["id"])

        binod.post(f"/api/v1/accounts/{stage.cast['asha'].id}/follow").raise_for_status()
        post = say(
            asha, status="आम के पेड़ #चौपाल @binod https://example.org/one", media_ids=[upload("पेड़")], language="hi"
        )
        say(binod, status="@asha quietly", visibility="direct")
        theirs = say(binod, status="what a tree")
        reply = say(asha, status="thank you", in_reply_to_id=theirs["id"])
        repost = asha.post(f"/api/v1/statuses/{theirs['id']}/reblog").raise_for_status().json()
        for act in ("favourite", "bookmark"):
            asha.post(f"/api/v1/statuses/{theirs['id']}/{act}").raise_for_status()
        asha.post("/api/v1/markers", json={"home": {"last_read_id": post["id"]}}).raise_for_status()
        binod.post(f"/api/v1/statuses/{post['id']}/favourite").raise_for_status()
        eventually(lambda: asha.get("/api/v1/conversations").json())
        eventually(lambda: len(asha.get("/api/v1/notifications").json()) >= 2)
        notices = asha.get("/api/v1/notifications").json()
        eventually(lambda: anyone.get("/api/v2/search", params={"q": "आम", "type": "statuses"}).json()["statuses"])
        keeping = arrange(asha, stage.cast["chitra"].id)
        say(chitra, status="for those who listen")
        for handle in ("binod", "devika"):
            chitra.post(f"/api/v1/accounts/{stage.cast[handle].id}/follow").raise_for_status()
        chitra.patch("/api/v1/accounts/update_credentials", json={"discoverable": True}).raise_for_status()
        names = (
            {handle: member.id for handle, member in stage.cast.items()}
            | keeping
            | {
                "post": post["id"],
                "reply": reply["id"],
                "repost": repost["id"],
                "media": upload("not in a post"),
                "notification": notices[0]["id"],
                "domain": stage.url.removeprefix("http://"),
            }
        )
        yield Scene(names, asha, anyone)


def arrange(asha: httpx2.Client, chitra: str) -> dict[str, str]:
    """A list with somebody in it, a filter, a hashtag followed and shown: what they are called in the paths."""
    made = asha.post("/api/v1/lists", json={"title": "मित्र"}).raise_for_status().json()
    asha.post(f"/api/v1/accounts/{chitra}/follow").raise_for_status()
    asha.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [chitra]}).raise_for_status()
    wanted = {"title": "ओले", "context": ["home"], "keywords_attributes": [{"keyword": "ओले"}]}
    kept = asha.post("/api/v2/filters", json=wanted).raise_for_status().json()
    for act in ("follow", "feature"):
        asha.post(f"/api/v1/tags/चौपाल/{act}").raise_for_status()
    return {"list": made["id"], "filter": kept["id"]}


def check(answer: httpx2.Response, promised: Any) -> None:
    assert answer.status_code == 200, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"].startswith("application/")
    said = answer.json()
    match promised:
        case str():
            assert faults(promised, said) == []
        case [str() as entity]:
            assert said, "nothing there: the scene should hold one"
            assert [fault for item in said for fault in faults(entity, item)] == []
        case []:
            assert said == []
        case {}:
            for key, entity in promised.items():
                assert faults(entity, said[key], key) == []
        case _:
            raise AssertionError(promised)
    assert_one_shape(said)


def assert_one_shape(said: Any) -> None:
    """Nothing that a client reads as a string may come as null here: a status's content, an account's name."""
    if isinstance(said, list):
        for item in said:
            assert_one_shape(item)
    elif isinstance(said, dict):
        assert not {"content", "spoiler_text", "acct", "username"} & {
            key for key, value in said.items() if value is None
        }
        for value in said.values():
            assert_one_shape(value)


@pytest.mark.parametrize("path", PUBLIC)
def test_anyone_may_read(scene: Scene, path: str):
    check(scene.anyone.get(scene.fill(path)), PUBLIC[path])


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_member_may_read(scene: Scene, path: str):
    check(scene.asha.get(scene.fill(path)), SIGNED_IN[path])


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
@pytest.mark.parametrize(("method", "path", "sent", "promised"), ACTS[:-3], ids=[f"{m} {p}" for m, p, *_ in ACTS[:-3]])
def test_a_member_may_act(scene: Scene, method: str, path: str, sent: dict[str, Any], promised: Any, kind: str):
    filled = {name: scene.fill(value) for name, value in sent.items()}
    check(scene.asha.request(method, scene.fill(path), **body(filled, kind)), promised)


@pytest.mark.parametrize(("method", "path", "sent", "promised"), ACTS[-3:], ids=[f"{m} {p}" for m, p, *_ in ACTS[-3:]])
def test_a_member_may_take_away(scene: Scene, method: str, path: str, sent: dict[str, Any], promised: Any):
    check(scene.asha.request(method, scene.fill(path)), promised)


def body(sent: dict[str, str], kind: str) -> dict[str, Any]:
    """How the same fields are sent in each of the three ways."""
    if kind == "json":
        nested = {name: value for name, value in sent.items() if "[" not in name}
        for name, value in sent.items():
            if "[" in name:
                outer, inner = name.rstrip("]").split("[")
                nested[outer] = {inner: value} if inner else [value]
        return {"json": nested}
    if kind == "form":
        return {"data": sent}
    return {"files": [(name, (None, value)) for name, value in sent.items()] or [("nothing", (None, ""))]}


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
def test_takes_uploads_at_both_doors(scene: Scene, path: str):
    check(scene.asha.post(path, files={"file": ("a.png", png(), "image/png")}), "MediaAttachment")


def test_a_new_post_is_a_status(scene: Scene):
    said = scene.asha.post("/api/v1/statuses", json={"status": "shape", "language": "en"})
    check(said, "StatusForMe")
    assert "application" not in said.json()  # by no app: a token of the tests


def test_host_meta_points_to_webfinger(scene: Scene):
    answer = scene.anyone.get("/.well-known/host-meta")
    assert (
        answer.status_code == 200
        and "webfinger" in answer.text
        and answer.headers["content-type"].startswith("application/xrd")
    )
    asked = scene.anyone.get("/.well-known/host-meta", headers={"accept": "application/json"})
    assert asked.json() == scene.anyone.get("/.well-known/host-meta.json").json()
    assert {"accept"} <= {name.strip() for name in asked.headers["vary"].lower().split(",")}


def test_nodeinfo_is_honest(scene: Scene):
    link = scene.anyone.get("/.well-known/nodeinfo").json()["links"][0]
    assert link["rel"] == "http://nodeinfo.diaspora.software/ns/schema/2.0"
    info = scene.anyone.get(link["href"]).json()
    assert info["software"]["name"] == "chaupal" and info["version"] == "2.0"
    assert {"protocols", "services", "openRegistrations", "usage", "metadata"} <= set(info)
    assert info["metadata"]["upstream"] == {"name": "Mastodon"}, "megalodon takes no other word for whose API it is"


def test_webfinger_knows_its_people_and_nobody_else(scene: Scene):
    domain = scene.names["domain"]
    found = scene.anyone.get("/.well-known/webfinger", params={"resource": f"acct:asha@{domain}"})
    assert found.json()["subject"] == f"acct:asha@{domain}" and found.json()["links"]
    for stranger in (f"acct:nobody@{domain}", "acct:asha@elsewhere.example", "nonsense"):
        assert scene.anyone.get("/.well-known/webfinger", params={"resource": stranger}).status_code in (400, 404)


def test_the_instance_says_what_is_true(scene: Scene):
    said = scene.anyone.get("/api/v2/instance").json()
    assert said["version"].split()[0].count(".") == 2 and "compatible; Chaupal" in said["version"]
    assert said["api_versions"] == {"mastodon": api_version()}
    assert said["configuration"]["statuses"]["max_characters"] == 500
    assert said["configuration"]["statuses"]["max_media_attachments"] == 4
    assert "image/png" in said["configuration"]["media_attachments"]["supported_mime_types"]
    assert said["configuration"]["urls"]["streaming"].startswith("ws://")
    assert said["domain"] == scene.names["domain"]


def test_a_status_links_where_a_browser_can_go(scene: Scene):
    post = scene.anyone.get(scene.fill("/api/v1/statuses/{post}")).json()
    assert scene.anyone.get(post["url"]).status_code == 200
    assert scene.anyone.get(post["account"]["url"]).status_code == 200
    assert scene.anyone.get(post["account"]["avatar"]).status_code == 200
    assert scene.anyone.get(post["account"]["header"]).status_code == 200
    assert scene.anyone.get(post["tags"][0]["url"]).status_code == 200


def test_content_is_marked_up_as_clients_expect(scene: Scene):
    content = scene.anyone.get(scene.fill("/api/v1/statuses/{post}")).json()["content"]
    assert content.startswith("<p>") and 'class="mention hashtag"' in content and 'class="invisible"' in content
    assert 'class="u-url mention"' in content and 'rel="nofollow noopener' in content
