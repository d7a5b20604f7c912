"""What apps of all kinds and ages ask for: names of apps, old searches, languages, publishers, addresses of files."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from chaupal.policy.facts import Visibility
from chaupal.social.signin import oauth, sessions
from painted import picture
from unit.api.test_admin_ip_and_mail_blocks import as_staff
from unit.reads.test_trending_links import KHET, MANDI, links, trending
from village import Village, Villager

STATUSES = "/api/v1/statuses"


async def with_app(v: Village, who: Villager, website: str) -> int:
    """They sign in by an app; its number."""
    square = v.running.house.square
    made = await oauth.register(square, name="Mandi", redirect_uris=[oauth.OOB], scopes="read write", website=website)
    who.token = await sessions.issue_token(square, who.id, "read write", app=made.app.id)
    return made.app.id


async def test_a_post_names_the_app_by_which_it_was_said_with_its_website(village: Village):
    v = village
    for website, told in (("https://mandi.example", "https://mandi.example"), ("javascript:alert(1)", None)):
        await with_app(v, v.asha, website)
        said = (await v.api(v.asha, "POST", STATUSES, status="ऐप से")).json()
        assert said["application"] == {"name": "Mandi", "website": told}
        assert (await v.api(None, "GET", f"{STATUSES}/{said['id']}")).json()["application"] == said["application"]
    assert "application" not in (await v.api(v.asha, "GET", f"{STATUSES}/{v.asha.latest.id}")).json(), "by no app"


async def test_a_scheduled_post_names_its_app_by_its_number_and_is_said_by_it(village: Village):
    v = village
    app = await with_app(v, v.asha, "https://mandi.example")
    at = datetime.fromtimestamp(v.clock() / 1000, UTC) + timedelta(hours=1)
    waiting = (await v.api(v.asha, "POST", STATUSES, status="कल", scheduled_at=at.isoformat())).json()
    assert waiting["params"]["application_id"] == app


async def test_the_languages_in_which_one_can_write_are_told(village: Village):
    found = {one["code"]: one["name"] for one in (await village.api(None, "GET", "/api/v1/instance/languages")).json()}
    assert found["hi"] == "हिन्दी" and {"bn", "ta", "ur", "en"} <= set(found)


async def test_a_post_that_would_be_told_to_others_than_those_meant_is_refused_with_who_they_are(village: Village):
    v = village
    sent: dict[str, Any] = {"status": "@ravi @karl सुनो", "allowed_mentions": [str(v.ravi.id)]}
    refused = await v.api(v.asha, "POST", STATUSES, **sent)
    assert refused.status_code == 422 and [one["acct"] for one in refused.json()["unexpected_accounts"]] == ["karl"]
    assert refused.json()["error"] == "Post would be sent to unexpected accounts"
    later = datetime.fromtimestamp(v.clock() / 1000, UTC) + timedelta(hours=1)
    assert (await v.api(v.asha, "POST", STATUSES, **sent, scheduled_at=later.isoformat())).status_code == 422
    assert (await v.api(v.asha, "POST", STATUSES, status="@ravi", allowed_mentions=[])).status_code == 422
    meant = [str(v.ravi.id), str(v.karl.id)]
    assert (await v.api(v.asha, "POST", STATUSES, status="@ravi @karl सुनो", allowed_mentions=meant)).status_code == 200
    assert (await v.api(v.asha, "POST", STATUSES, status="@ravi @karl सुनो")).status_code == 200


async def test_old_apps_search_and_are_told_tags_by_name(village: Village):
    v = village
    old = (await v.api(v.asha, "GET", "/api/v1/search", q="किसान_आंदोलन")).json()
    new = (await v.api(v.asha, "GET", "/api/v2/search", q="किसान_आंदोलन")).json()
    assert old["hashtags"] == [tag["name"] for tag in new["hashtags"]] != []
    assert (old["accounts"], old["statuses"]) == (new["accounts"], new["statuses"])
    assert (await v.api(None, "GET", "/api/v1/search", q="x")).status_code == 401


async def found(v: Village, who: Villager, q: str) -> list[str]:
    return [tag["name"] for tag in (await v.api(who, "GET", "/api/v2/search", q=q, type="hashtags")).json()["hashtags"]]


async def test_ones_own_unlisted_tags_are_in_ones_own_search_and_in_nobody_elses(village: Village):
    v = village
    await v.says(v.asha, "चुपके से #गुप्तमंडी", visibility=Visibility.UNLISTED)
    await v.says(v.asha, "और भी चुपके से #गुप्तबात", visibility=Visibility.PRIVATE)
    assert sorted(await found(v, v.asha, "गुप्त")) == ["गुप्तबात", "गुप्तमंडी"]
    assert await found(v, v.asha, "#गुप्तमंडी") == ["गुप्तमंडी"]
    for other in (v.ravi, v.owner):
        assert await found(v, other, "गुप्त") == [] == await found(v, other, "गुप्तमंडी")


async def test_addresses_of_files_end_in_their_type_and_say_under_what_name_to_keep_them(village: Village):
    v = village
    sent = await v.client.post(
        "/api/v2/media",
        files={"file": ("a.png", picture(), "image/png")},
        headers={"authorization": f"Bearer {v.asha.token}"},
    )
    said = (await v.api(v.asha, "POST", STATUSES, status="तस्वीर", media_ids=[sent.json()["id"]])).json()
    (media,) = said["media_attachments"]
    for url in (media["url"], media["preview_url"]):
        answer = await v.client.get(url)
        ending = urlsplit(url).path.rpartition(".")[2]
        assert answer.status_code == 200 and answer.headers["content-type"] == f"image/{ending.replace('jpg', 'jpeg')}"
        told = answer.headers["content-disposition"]
        assert told.startswith(f'inline; filename="{media["id"]}-') and told.endswith(f'.{ending}"')
    bare = media["url"].replace(f".{media['url'].partition('?')[0].rpartition('.')[2]}?", "?")
    assert (await v.client.get(bare)).content == (await v.client.get(media["url"])).content, "addresses of old go on"
    for wrong in ("original.", "original.p/ng", "originals.png", "huge.png", "original.png.png"):
        assert (await v.client.get(f"/media/{media['id']}/{wrong}?{urlsplit(media['url']).query}")).status_code == 404


async def test_staff_see_the_sites_of_which_links_trend(village: Village):
    v, path = village, "trends/links/publishers"
    for who in (v.asha, v.ravi):
        await links(v, who, MANDI)
        await links(v, who, MANDI + "?page=2")
        await links(v, who, KHET)
    assert len(await trending(v)) == 3
    sites = (await as_staff(v, v.owner, "GET", path)).json()
    assert sorted(one["domain"] for one in sites) == ["khet.example", "mandi.example"]
    assert not any(one["requires_review"] for one in sites)
    one = sites[0]
    assert (await as_staff(v, v.chitra, "POST", f"{path}/{one['id']}/approve")).json() == one
    assert (await as_staff(v, v.chitra, "POST", f"{path}/{one['id']}/reject")).status_code == 422
    assert (await as_staff(v, v.chitra, "POST", f"{path}/1/approve")).status_code == 404
    assert (await as_staff(v, v.asha, "GET", path)).status_code in (403, 404)


async def test_dimensions_without_dates_are_of_the_last_month(village: Village):
    v = village
    asked = {"keys": ["software_versions", "languages"]}
    answer = await as_staff(v, v.owner, "POST", "dimensions", **asked)
    assert answer.status_code == 200, answer.text
    today = datetime.fromtimestamp(v.clock() / 1000, UTC).date()
    month = {"start_at": str(today - timedelta(days=29)), "end_at": str(today)}
    assert answer.json() == (await as_staff(v, v.owner, "POST", "dimensions", **asked, **month)).json()
    assert answer.json()[0]["data"] and answer.json()[1]["data"]
