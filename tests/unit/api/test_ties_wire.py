"""Ties, reactions, notifications, search and trends as a client meets them: shapes, Link headers, errors."""

from typing import Any

import pytest
import regex

from chaupal.kernel.clock import MINUTE
from village import Village

EMPTY = (
    "/api/v1/filters",
    "/api/v2/filters",
    "/api/v1/lists",
    "/api/v1/followed_tags",
    "/api/v1/favourites",
    "/api/v1/bookmarks",
    "/api/v1/blocks",
    "/api/v1/mutes",
    "/api/v1/follow_requests",
    "/api/v1/trends/links",
    "/api/v1/featured_tags",
    "/api/v1/scheduled_statuses",
    "/api/v1/domain_blocks",
    "/api/v1/endorsements",
)


def links(response: Any) -> dict[str, str]:
    """rel -> URL of a Link header."""
    return {rel: url for url, rel in regex.findall(r'<([^>]*)>; rel="(\w+)"', response.headers.get("link", ""))}


async def test_lists_that_clients_ask_for_answer_even_when_empty(village: Village):
    for path in EMPTY:
        answer = await village.api(village.lakshmi, "GET", path)
        assert (answer.status_code, answer.json()) == (200, []), path
        if not path.startswith("/api/v1/trends"):
            assert (await village.api(None, "GET", path)).status_code == 401, path


async def test_following_and_muting_answer_with_the_whole_relationship(village: Village):
    karl, meera = village.karl, village.meera
    followed = await village.api(karl, "POST", f"/api/v1/accounts/{meera.id}/follow", reblogs=False, notify=True)
    assert followed.json() == {
        "id": str(meera.id), "following": True, "showing_reblogs": False, "notifying": True, "languages": None, "followed_by": False,
        "blocking": False, "blocked_by": False, "muting": False, "muting_notifications": False, "muting_expires_at": None,
        "requested": False, "requested_by": False, "domain_blocking": False, "endorsed": False, "note": "",
    }  # fmt: skip
    follow = f"/api/v1/accounts/{meera.id}/follow"
    for sent, kept in ((["hi", "bn"], ["hi", "bn"]), (None, ["hi", "bn"]), ([""], None)):
        again = await village.api(karl, "POST", follow, languages=sent)
        assert again.json()["languages"] == kept
    wrong = await village.api(karl, "POST", follow, languages=["nowhere"])
    assert (wrong.status_code, list(wrong.json()["details"])) == (422, ["languages"])
    muted = (await village.api(karl, "POST", f"/api/v1/accounts/{meera.id}/mute", duration=3600)).json()
    assert muted["muting"] and muted["muting_notifications"] and muted["muting_expires_at"].endswith("Z")
    (listed,) = (await village.api(karl, "GET", "/api/v1/mutes")).json()
    assert (listed["acct"], listed["mute_expires_at"]) == ("meera", muted["muting_expires_at"])
    ids = {"id[]": [str(meera.id), "4711", str(village.asha.id)]}
    found = await village.api(karl, "GET", "/api/v1/accounts/relationships", **ids)
    assert [r["id"] for r in found.json()] == [str(meera.id), str(village.asha.id)]


@pytest.mark.parametrize("act", ["follow", "block", "mute"])
async def test_what_cannot_be_done_to_people_is_said_in_the_promised_shape(village: Village, act: str):
    karl = village.karl
    for id_, status in ((karl.id, 403), (4711, 404), ("kya", 404)):
        answer = await village.api(karl, "POST", f"/api/v1/accounts/{id_}/{act}")
        assert answer.status_code == status and answer.json()["error"]
    assert (await village.api(None, "POST", f"/api/v1/accounts/{karl.id}/{act}")).status_code == 401


async def test_followers_are_walked_by_link_until_there_is_no_next(village: Village):
    path, seen = f"/api/v1/accounts/{village.asha.id}/followers?limit=1", list[str]()
    while path:
        answer = await village.api(None, "GET", path)
        seen += [person["acct"] for person in answer.json()]
        path = links(answer).get("next", "").partition("8000")[2]
    assert seen == ["karl", "meera", "ravi"]


async def test_a_like_and_a_bookmark_show_at_once_and_are_listed(village: Village):
    karl, post = village.karl, village.asha.latest.id
    for act in ("favourite", "bookmark"):
        await village.api(karl, "POST", f"/api/v1/statuses/{post}/{act}")
    status = (await village.api(karl, "GET", f"/api/v1/statuses/{post}")).json()
    assert (status["favourited"], status["bookmarked"], status["favourites_count"]) == (True, True, 1)
    for path in ("favourites", "bookmarks"):
        answer = await village.api(karl, "GET", f"/api/v1/{path}")
        assert [s["id"] for s in answer.json()] == [str(post)] and set(links(answer)) == {"prev"}
    by = await village.api(None, "GET", f"/api/v1/statuses/{post}/favourited_by")
    assert [person["acct"] for person in by.json()] == ["karl"]
    status = (await village.api(karl, "POST", f"/api/v1/statuses/{post}/unfavourite")).json()
    assert (status["favourited"], status["favourites_count"]) == (False, 0)


async def test_ones_marks_are_taken_back_of_what_one_may_no_longer_see_and_it_stays_unseen(village: Village):
    """404 as for what never was: Mastodon answers with the post of whoever blocked one, whole."""
    karl, asha, post = village.karl, village.asha, village.asha.latest.id
    for act in ("favourite", "bookmark", "reblog"):
        await village.api(karl, "POST", f"/api/v1/statuses/{post}/{act}")
    await village.api(asha, "POST", f"/api/v1/accounts/{karl.id}/block")
    for act in ("unfavourite", "unbookmark", "unreblog"):
        answer = await village.api(karl, "POST", f"/api/v1/statuses/{post}/{act}")
        assert (answer.status_code, answer.json()["error"]) == (404, "Record not found"), act
    await village.api(asha, "POST", f"/api/v1/accounts/{karl.id}/unblock")
    status = (await village.api(karl, "GET", f"/api/v1/statuses/{post}")).json()
    assert [status[mark] for mark in ("favourited", "bookmarked", "reblogged")] == [False] * 3
    assert (status["favourites_count"], status["reblogs_count"]) == (0, 0)


async def test_ones_repost_of_what_one_may_no_longer_see_is_deleted_by_its_own_id(village: Village):
    karl, asha, post = village.karl, village.asha, village.asha.latest.id
    repost = (await village.api(karl, "POST", f"/api/v1/statuses/{post}/reblog")).json()["id"]
    await village.api(asha, "POST", f"/api/v1/accounts/{karl.id}/block")
    for who in village.meera, karl:  # whose it is not takes nothing away
        assert (await village.api(who, "DELETE", f"/api/v1/statuses/{repost}")).status_code == 404
        left = (await village.api(asha, "GET", f"/api/v1/statuses/{post}")).json()["reblogs_count"]
        assert left == (who is not karl)


async def test_notifications_name_their_kind_person_and_post(village: Village):
    asha, karl, post = village.asha, village.karl, village.asha.latest.id
    await village.api(karl, "POST", f"/api/v1/statuses/{post}/favourite")
    await village.settle()
    answer = await village.api(asha, "GET", "/api/v1/notifications", **{"exclude_types[]": "follow"})
    (liked,) = answer.json()
    assert (liked["type"], liked["account"]["acct"], liked["status"]["id"]) == ("favourite", "karl", str(post))
    assert (await village.api(asha, "GET", f"/api/v1/notifications/{liked['id']}")).json() == liked
    assert (await village.api(karl, "GET", f"/api/v1/notifications/{liked['id']}")).status_code == 404
    assert (await village.api(karl, "POST", f"/api/v1/notifications/{liked['id']}/dismiss")).status_code == 404
    assert (await village.api(asha, "POST", f"/api/v1/notifications/{liked['id']}/dismiss")).json() == {}
    assert (await village.api(asha, "POST", "/api/v1/notifications/clear")).json() == {}
    assert (await village.api(asha, "GET", "/api/v1/notifications")).json() == []


async def test_a_decision_is_told_as_a_warning_without_an_action_from_the_server_itself(village: Village):
    asha = village.asha
    ref = await village.withhold(post=asha.latest, by=village.chitra, second=village.dev)
    (notice,) = (await village.api(asha, "GET", "/api/v1/notifications", **{"types[]": "moderation_warning"})).json()
    warning = notice["moderation_warning"]
    assert notice["account"]["acct"] != "asha" and "status" not in notice
    assert (warning["action"], warning["status_ids"]) == ("none", [str(asha.latest.id)])
    assert ref in warning["text"] and warning["target_account"]["acct"] == "asha"
    await village.lift(ref, by=village.chitra)
    told = (await village.api(asha, "GET", "/api/v1/notifications", **{"types[]": "moderation_warning"})).json()
    assert len(told) == 2


async def test_markers_are_kept_as_json_or_as_a_form(village: Village):
    asha = village.asha
    kept = await village.api(asha, "POST", "/api/v1/markers", home={"last_read_id": "103"})
    assert kept.json()["home"] | {"updated_at": ""} == {"last_read_id": "103", "version": 1, "updated_at": ""}
    headers = {"authorization": f"Bearer {asha.token}"}
    form = {"home[last_read_id]": "104", "notifications[last_read_id]": "7"}
    sent = await village.client.post("/api/v1/markers", headers=headers, data=form)
    assert {name: mark["last_read_id"] for name, mark in sent.json().items()} == {"home": "104", "notifications": "7"}
    asked = await village.api(asha, "GET", "/api/v1/markers", **{"timeline[]": "home"})
    assert {name: mark["version"] for name, mark in asked.json().items()} == {"home": 2}


async def test_search_answers_with_people_posts_and_tags_and_with_one_kind_alone(village: Village):
    found = (await village.api(None, "GET", "/api/v2/search", q="किसान")).json()
    assert {post["account"]["acct"] for post in found["statuses"]} == {"asha", "ravi"}
    assert [tag["name"] for tag in found["hashtags"]] == ["किसान_आंदोलन"] and len(found["hashtags"][0]["history"]) == 7
    people = (await village.api(village.karl, "GET", "/api/v1/accounts/search", q="मी")).json()
    assert [person["acct"] for person in people] == ["meera"]
    alone = (await village.api(None, "GET", "/api/v2/search", q="@asha", type="accounts", resolve="true")).json()
    assert [person["acct"] for person in alone["accounts"]] == ["asha"] and not alone["statuses"] + alone["hashtags"]
    for bad in ({}, {"q": "x", "type": "kuchh"}, {"q": "x", "limit": "-1"}, {"q": "x", "offset": "abc"}):
        answer = await village.api(None, "GET", "/api/v2/search", **bad)
        assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed")


async def test_trends_are_for_the_country_and_the_language_asked_for(village: Village):
    tags = (await village.api(None, "GET", "/api/v1/trends/tags", country="DE", language="hi")).json()
    assert [tag["name"] for tag in tags] == ["किसान_आंदोलन"]
    assert tags[0]["history"][0]["accounts"] == "2"
    await village.withhold(post=village.asha.latest, by=village.chitra, second=village.dev)
    assert (await village.api(None, "GET", "/api/v1/trends/tags", country="IN", language="hi")).json() == []
    assert len((await village.api(None, "GET", "/api/v1/trends/tags", country="DE", language="hi")).json()) == 1


async def test_trends_go_on_where_their_header_says(village: Village):
    for who in (village.asha, village.ravi):
        await village.says(who, "#नहर में पानी कब आएगा?")
    village.clock.move(2 * MINUTE)
    first = await village.api(None, "GET", "/api/v1/trends/tags", limit=1)
    second = await village.client.get(links(first)["next"])
    assert {tag["name"] for tag in [*first.json(), *second.json()]} == {"किसान_आंदोलन", "नहर"} and links(second) == {}
