"""Every entity that this server sends, field by field as Mastodon documents it: one walk that meets them all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chaupal.kernel.clock import HOUR, MINUTE
from chaupal.policy.things import LinkCard
from chaupal.store.square import link_cards
from clients.entities import DOCUMENTED, MET, faults
from disputes import strikes, suspend
from painted import picture
from pushing import Device
from unit.api.test_admin_ip_and_mail_blocks import as_staff
from unit.api.test_announcements import announces
from village import Village, VillagePost, Villager

# Documented, and not sent by this server, and why.
NOT_SENT = {
    "Admin::Ip": "from where people come is not kept",
    "AccountRole": "who is of the staff is not told to everybody",
    "Announcement::Account": "announcements mention nobody",
    "Announcement::Status": "and link no posts",
    "FeatureApproval": "no lists of people that are offered to others (4.6)",
    "Admin::Tag": "a Tag with the court's word on it; met where a tag is told to staff",
    "Translation": "posts are not translated here",
    "Translation::Poll": "",
    "Translation::Attachment": "",
    "InstanceIcon": "the house has its icons in its manifest",
    "ShallowQuote": "met by tests of quotes of quotes (tests/clients/test_entities.py)",
}


async def got(v: Village, who: Villager | None, path: str, entity: str, **asked: Any) -> Any:
    """What is answered to a GET (or to a POST of `sent`), each of it without a fault."""
    method = "POST" if "sent" in asked else "GET"
    answer = await v.api(who, method, path, **(asked["sent"] if method == "POST" else asked))
    assert answer.status_code == 200, (path, answer.text)
    return whole(answer.json(), entity, path)


def whole(found: Any, entity: str, where: str) -> Any:
    for one in found if isinstance(found, list) else [found]:
        assert faults(entity, one, where) == []
    assert found != [], f"{where} should hold one"
    return found


async def people(v: Village) -> None:
    asha, ravi = v.asha, v.ravi
    field = {"fields_attributes": {"0": {"name": "गाँव", "value": "https://gaanv.example"}}, "discoverable": True}
    whole(
        (await v.api(asha, "PATCH", "/api/v1/accounts/update_credentials", **field)).json(), "CredentialAccount", "me"
    )
    await got(v, asha, "/api/v1/profile", "Profile")
    await got(v, asha, f"/api/v1/accounts/{v.owner.id}", "Account")
    await got(v, asha, "/api/v1/accounts/relationships", "Relationship", **{"id[]": ravi.id})
    await got(v, asha, "/api/v1/accounts/familiar_followers", "FamiliarFollowers", **{"id[]": ravi.id})
    await got(v, asha, "/api/v1/preferences", "Preferences")
    await v.api(asha, "POST", f"/api/v1/accounts/{v.karl.id}/mute", duration=600)
    await got(v, asha, "/api/v1/mutes", "MutedAccount")
    await v.api(asha, "POST", f"/api/v1/accounts/{v.karl.id}/unmute")
    assert faults("Error", (await v.api(None, "GET", "/api/v1/statuses/1")).json()) == []
    await v.api(asha, "POST", "/api/v1/markers", home={"last_read_id": "1"})
    whole((await v.api(asha, "GET", "/api/v1/markers", **{"timeline[]": "home"})).json()["home"], "Marker", "marker")
    device = Device(port=9).subscription | {"endpoint": "https://push.example/wpush/v2/abc"}
    await got(v, asha, "/api/v1/push/subscription", "WebPushSubscription", sent={"subscription": device})


async def posts(v: Village) -> None:
    asha, ravi = v.asha, v.ravi
    sent = await v.client.post(
        "/api/v2/media",
        files={"file": ("a.png", picture(), "image/png")},
        headers={"authorization": f"Bearer {asha.token}"},
    )
    media = whole(sent.json(), "MediaAttachment", "media")
    words = {"status": "@ravi देखो #खेत", "media_ids": [media["id"]], "language": "hi"}
    post = await got(v, asha, "/api/v1/statuses", "StatusForMe", sent=words)
    at = f"/api/v1/statuses/{post['id']}"
    whole((await v.api(asha, "PUT", at, status="@ravi फिर देखो #खेत")).json(), "StatusForMe", "edited")
    await got(v, asha, f"{at}/history", "StatusEdit")
    await got(v, asha, f"{at}/source", "StatusSource")
    poll = {"status": "कब?", "poll": {"options": ["आज", "कल"], "expires_in": 3600}}
    asked = await got(v, asha, "/api/v1/statuses", "StatusForMe", sent=poll)
    await got(v, ravi, f"/api/v1/polls/{asked['poll']['id']}/votes", "Poll", sent={"choices": [0]})
    quote = {"status": "यह", "quoted_status_id": post["id"]}
    assert (await got(v, ravi, "/api/v1/statuses", "StatusForMe", sent=quote))["quote"]["state"] == "accepted"
    await got(v, asha, f"/api/v1/statuses/{asked['id']}/context", "Context")
    due = {
        "status": "कल",
        "scheduled_at": (datetime.fromtimestamp(v.clock() / 1000, UTC) + timedelta(days=1)).isoformat(),
    }
    await got(v, asha, "/api/v1/statuses", "ScheduledStatus", sent=due)
    await v.settle()
    await got(v, asha, "/api/v2/search", "Search", q="खेत")
    tag = await got(v, asha, "/api/v1/featured_tags", "FeaturedTag", sent={"name": "खेत"})
    await got(v, asha, f"/api/v1/tags/{tag['name']}", "Tag")
    await got(v, asha, "/api/v1/lists", "List", sent={"title": "मित्र"})
    kept = {"title": "खेत", "context": ["home"], "keywords_attributes": [{"keyword": "खेत"}]}
    filter_ = await got(v, ravi, "/api/v2/filters", "Filter", sent=kept)
    await got(v, ravi, f"/api/v2/filters/{filter_['id']}/statuses", "FilterStatus", sent={"status_id": post["id"]})
    await got(v, ravi, f"/api/v2/filters/{filter_['id']}", "Filter")
    await got(v, ravi, "/api/v1/filters", "FilterV1")
    folded = await got(v, ravi, "/api/v1/timelines/home", "StatusForMe")
    assert any(one["filtered"] for one in folded)


async def links(v: Village) -> None:
    url = "https://mandi.example/bhav"
    for who in (v.asha, v.ravi):
        said: VillagePost = await v.says(who, f"पढ़िए {url}")
        async with v.running.house.square.work.writing() as w:
            await link_cards.want(w, said.id, url)
            card = LinkCard(
                url, "भाव", image="cards/x.webp", key="k", author="Asha", author_url="https://mandi.example/a"
            )
            assert await link_cards.show(w, link_cards.Link(said.id, url, 0, 0), card)
    whole((await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}")).json()["card"], "PreviewCard", "card")
    v.clock.move(2 * MINUTE)
    await got(v, v.asha, "/api/v1/trends/links", "Trends::Link")


async def told(v: Village) -> None:
    asha = v.asha
    await v.says(v.karl, "@asha hello", visibility=3)
    await v.api(v.meera, "POST", f"/api/v1/statuses/{asha.latest.id}/favourite")
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{asha.latest.id}/favourite")
    await v.settle()
    await got(v, asha, "/api/v1/conversations", "Conversation")
    await got(v, asha, "/api/v1/notifications", "Notification")
    grouped = await got(v, asha, "/api/v2/notifications", "GroupedNotifications", expand_accounts="partial_avatars")
    assert grouped["partial_accounts"]
    whole(
        (await v.api(asha, "PATCH", "/api/v2/notifications/policy", for_not_following="filter")).json(),
        "NotificationPolicy",
        "",
    )
    await got(v, asha, "/api/v1/notifications/policy", "NotificationPolicyV1")
    await v.says(v.karl, "@asha again")
    await got(v, asha, "/api/v1/notifications/requests", "NotificationRequest")
    await announces(v)
    one = (await got(v, asha, "/api/v1/announcements", "Announcement"))[0]
    await v.api(asha, "PUT", f"/api/v1/announcements/{one['id']}/reactions/🙏")
    await got(v, asha, "/api/v1/announcements", "Announcement")
    await v.api(v.meera, "PATCH", "/api/v1/accounts/update_credentials", discoverable=True)
    await got(v, v.dev, "/api/v2/suggestions", "Suggestion")


async def house(v: Village) -> None:
    await got(v, None, "/api/v2/instance", "Instance")
    await got(v, None, "/api/v1/instance", "InstanceV1")
    for entity, path in (
        ("ExtendedDescription", "extended_description"),
        ("PrivacyPolicy", "privacy_policy"),
        ("TermsOfService", "terms_of_service"),
    ):
        await got(v, None, f"/api/v1/instance/{path}", entity)
    app = await got(
        v,
        None,
        "/api/v1/apps",
        "CredentialApplication",
        sent={
            "client_name": "An app",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": "read",
            "website": "https://app.example",
        },
    )
    asked = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}
    await got(v, None, "/oauth/token", "Token", sent=asked)


async def staff(v: Village) -> None:
    async def asks(path: str, entity: str, method: str = "GET", **sent: Any) -> Any:
        answer = await as_staff(v, v.owner, method, path, **sent)
        assert answer.status_code == 200, (path, answer.text)
        return whole(answer.json(), entity, path)

    await got(
        v,
        v.karl,
        "/api/v1/reports",
        "Report",
        sent={
            "account_id": str(v.ravi.id),
            "status_ids": [str(v.ravi.latest.id)],
            "comment": "ठीक नहीं।",
            "rule_ids": ["1"],
        },
    )
    await asks("reports", "Admin::Report")
    await asks("accounts", "Admin::Account")
    await asks("ip_blocks", "Admin::IpBlock", "POST", ip="192.0.2.0/24", severity="sign_up_block", comment="spam")
    await asks("email_domain_blocks", "Admin::EmailDomainBlock", "POST", domain="spam.example")
    await asks("canonical_email_blocks", "Admin::CanonicalEmailBlock", "POST", email="a@spam.example")
    days = {"start_at": "2021-02-01", "end_at": "2021-02-10"}
    await asks("measures", "Admin::Measure", "POST", keys=["new_users", "active_users"], **days)
    await asks("dimensions", "Admin::Dimension", "POST", keys=["space_usage", "languages"], **days)
    await asks("retention", "Admin::Cohort", "POST", frequency="day", **days)
    await suspend(v, v.meera, by=v.chitra, second=v.dev)
    (strike,) = await strikes(v, v.meera)
    v.clock.move(HOUR)
    answer = await v.api(v.meera, "POST", f"/api/v1/disputes/strikes/{strike['id']}/appeal", text="मैंने ऐसा नहीं कहा।" * 5)
    assert answer.status_code == 200, answer.text
    whole(await strikes(v, v.meera), "AccountWarning", "strikes")


async def test_every_field_of_every_entity_is_of_its_documented_kind(village: Village):
    v = village
    MET.clear()
    for part in (people, posts, links, told, house, staff):
        await part(v)
        await v.settle()
    assert "".join(sorted(set(DOCUMENTED) - MET - set(NOT_SENT))) == ""
