"""What staff are told for their office: who joined, what was reported; to those whose role it is and as long as it is."""

from typing import Any

import msgspec

from chaupal.api.mastodon.notifications.notifications import Notification
from chaupal.governance.people import reports, role_grants
from chaupal.governance.people.reports import Guest, Report
from chaupal.policy.viewer import Role, Viewer
from listening import listening
from mails import mails_of, secret_in
from village import Village, Villager

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


async def told(v: Village, who: Villager) -> list[dict[str, Any]]:
    found = (await v.api(who, "GET", V1)).json()
    return [one for one in found if one["type"].startswith("admin.")]


async def reports_(v: Village, who: Villager, whom: Villager, **sent: Any) -> dict[str, Any]:
    answer = await v.api(who, "POST", "/api/v1/reports", account_id=str(whom.id), **sent)
    await v.settle()
    return answer.json()


async def test_who_joined_is_told_to_those_who_let_people_in_and_in_groups(village: Village):
    v = village
    await v.api(v.owner, "POST", f"{V1}/clear")  # of those who came before
    one, two = await v.joins("tara", "तारा"), await v.joins("ila", "इला")
    await v.settle()
    assert [n["account"]["id"] for n in await told(v, v.owner)] == [str(two.id), str(one.id)]
    for who in (v.asha, v.chitra, v.dev, one):
        assert await told(v, who) == []
    (group,) = (await v.api(v.owner, "GET", V2)).json()["notification_groups"]
    assert group["type"] == "admin.sign_up" and group["notifications_count"] == 2 and "status_id" not in group
    assert group["sample_account_ids"] == [str(two.id), str(one.id)]
    shown = (await v.api(v.owner, "GET", f"{V2}/{group['group_key']}/accounts")).json()
    assert [a["id"] for a in shown] == [str(two.id), str(one.id)]
    without = await v.api(v.owner, "GET", V1, **{"exclude_types[]": "admin.sign_up"})
    assert without.json() == []


async def test_a_report_is_told_with_what_it_says_to_those_who_handle_reports(village: Village):
    v = village
    await v.api(v.owner, "POST", f"{V1}/clear")  # of those who came before
    filed = await reports_(
        v, v.asha, v.ravi, comment="यह झूठ है", category="violation", status_ids=[str(v.ravi.latest.id)]
    )
    for who in (v.chitra, v.dev, v.owner):
        (one,) = await told(v, who)
        assert one["type"] == "admin.report" and "asha" not in str(one), "who sent it is a look of its own"
        assert one["report"] == filed, "the very entity that whoever reported was given"
        assert one["report"]["target_account"]["id"] == str(v.ravi.id)
    assert await told(v, v.meera) == [] and await told(v, v.asha) == []
    (group,) = [g for g in (await v.api(v.dev, "GET", V2)).json()["notification_groups"] if g["type"] == "admin.report"]
    assert group["report"]["id"] == filed["id"] and group["group_key"].startswith("ungrouped-")


async def test_nobody_is_told_of_a_report_that_they_wrote_or_that_is_about_them(village: Village):
    v = village
    await v.api(v.owner, "POST", f"{V1}/clear")  # of those who came before
    await reports_(v, v.dev, v.chitra, comment="x")
    assert await told(v, v.dev) == [] and await told(v, v.chitra) == [] and len(await told(v, v.owner)) == 1


async def test_a_guests_report_comes_in_the_name_of_the_house_once_it_is_confirmed(village: Village):
    v, court = village, village.running.house.court
    stranger = Viewer(country="DE", language="en")
    guest = Guest(email="guest@example.org", name="G. Uest")
    await reports.file_as_guest(court, stranger, Report(account=v.ravi.id, comment="This is not right"), guest)
    await v.settle()
    assert await told(v, v.dev) == [], "what nobody confirmed is no report"
    await reports.confirm(court, secret_in(mails_of(v.running)[-1], "report/confirm"))
    await v.settle()
    (one,) = await told(v, v.dev)
    assert one["account"] and one["account"]["acct"] != "ravi" and "guest@example.org" not in str(one)
    assert one["report"]["comment"] == "This is not right"


async def test_whoever_lays_the_office_down_reads_no_report_more(village: Village):
    v = village
    await v.reads_only(v.chitra)
    await reports_(v, v.asha, v.ravi, comment="यह झूठ है")
    (one,) = await told(v, v.chitra)
    await role_grants.grant(v.running.house.court, v.owner.viewer, v.chitra.id, Role.CLERK)
    assert await told(v, v.chitra) == []
    assert (await v.api(v.chitra, "GET", f"{V1}/{one['id']}")).status_code == 404
    assert (await v.api(v.chitra, "GET", f"{V1}/unread_count")).json() == {"count": 0}


async def test_a_policy_and_a_block_of_ones_own_keep_no_report_from_staff(village: Village):
    v = village
    await v.api(v.dev, "PATCH", f"{V2}/policy", for_not_following="drop", for_new_accounts="drop")
    await v.api(v.dev, "POST", f"/api/v1/accounts/{v.asha.id}/block")
    await reports_(v, v.asha, v.ravi, comment="यह झूठ है")
    assert len(await told(v, v.dev)) == 1


async def test_the_page_says_it_in_a_tab_of_the_office(village: Village):
    v = village
    await v.api(v.owner, "POST", f"{V1}/clear")  # of those who came before
    await v.joins("tara", "तारा")
    filed = await reports_(v, v.asha, v.ravi, comment="यह झूठ है")
    for language, joined, reported in (("en", "has joined", "reported"), ("hi", "आए", "शिकायत")):
        headers = {"cookie": f"chaupal={v.owner.cookie}; language={language}"}
        page = (await v.client.get("/notifications?kind=office", headers=headers)).text
        assert "तारा" in page and joined in page and reported in page and f"/office/reports/{filed['id']}" in page
    page = (await v.client.get("/notifications", headers={"cookie": f"chaupal={v.asha.cookie}"})).text
    assert "kind=office" not in page


async def test_a_report_is_told_once_however_often_its_event_is_handled(village: Village):
    v = village
    await reports_(v, v.asha, v.ravi, comment="यह झूठ है")
    again = await v.api(v.asha, "POST", "/api/v1/reports", account_id=str(v.ravi.id), comment="यह झूठ है")
    await v.settle()
    assert again.status_code == 200 and len(await told(v, v.dev)) == 1


async def test_an_open_stream_tells_of_reports_until_the_office_is_laid_down(village: Village):
    v = village
    await v.reads_only(v.chitra)
    stream = "/api/v1/streaming/user/notification"
    async with listening(v.running.app, stream, token=v.chitra.token, country="IN") as ear:
        first = await reports_(v, v.asha, v.ravi, comment="यह झूठ है")
        told_ = await ear.heard("notification")
        assert told_.payload["type"] == "admin.report" and told_.payload["report"]["id"] == first["id"]
        await role_grants.grant(v.running.house.court, v.owner.viewer, v.chitra.id, Role.CLERK)
        await reports_(v, v.asha, v.meera, comment="यह भी झूठ है")
        await v.says(v.ravi, "@chitra सुनिए")
        await ear.until(lambda e: e.ended or any(m.payload["type"] == "mention" for m in e.messages))
        assert [m.payload["type"] for m in ear.messages].count("admin.report") == 1


async def test_a_notification_put_together_of_what_is_kept_is_its_entity_byte_for_byte(village: Village):
    """Likes and mentions, a decision of the court, and what staff are told."""
    v = village
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.says(v.ravi, '@asha "राम-राम" <b>')
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await reports_(v, v.asha, v.ravi, comment="यह झूठ है", category="violation", status_ids=[str(v.ravi.latest.id)])
    await v.settle()
    kinds: set[str] = set()
    for who in (v.asha, v.dev):
        listed = await v.api(who, "GET", V1)
        entities = msgspec.json.decode(listed.content, type=list[Notification])
        assert listed.content == msgspec.json.encode(entities)
        for entity in entities:
            assert (await v.api(who, "GET", f"{V1}/{entity.id}")).content == msgspec.json.encode(entity)
        kinds |= {entity.type for entity in entities}
    assert kinds >= {"favourite", "mention", "moderation_warning", "admin.report"}
