"""Each entity field by field, as Mastodon's documentation has it, once something stands in it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chaupal.policy.viewer import Role
from clients.conftest import Stage
from clients.entities import faults
from clients.images import png
from films import film
from pushing import Device
from serving import SCOPES, Member, join
from waiting import eventually


def said(client: httpx2.Client, **what: Any) -> dict[str, Any]:
    return client.post("/api/v1/statuses", json=what).raise_for_status().json()


def got(answer: httpx2.Response) -> Any:
    return answer.raise_for_status().json()


def whole(entity: str, *found: Any) -> None:
    assert found and [fault for one in found for fault in faults(entity, one)] == []


def test_a_post_that_was_edited_with_what_it_said_before(asha: httpx2.Client):
    post = said(asha, status="पहले #मंडी", spoiler_text="ध्यान")
    edited = got(asha.put(f"/api/v1/statuses/{post['id']}", json={"status": "बाद में #मंडी"}))
    assert edited["edited_at"] is not None
    whole("StatusForMe", post, edited)
    whole("StatusEdit", *got(asha.get(f"/api/v1/statuses/{post['id']}/history")))
    whole("StatusSource", got(asha.get(f"/api/v1/statuses/{post['id']}/source")))


def test_polls_for_their_author_for_voters_and_for_strangers(
    asha: httpx2.Client, binod: httpx2.Client, anyone: httpx2.Client
):
    post = said(
        asha, status="कब?", poll={"options": ["आज", "कल"], "expires_in": 3600, "multiple": True, "hide_totals": True}
    )
    path = f"/api/v1/polls/{post['poll']['id']}"
    whole("Poll", post["poll"], got(anyone.get(path)), got(binod.post(f"{path}/votes", json={"choices": [0, 1]})))


def test_quotes_and_quotes_of_quotes_and_of_what_is_gone(asha: httpx2.Client, binod: httpx2.Client):
    first = said(asha, status="मूल")
    second = said(binod, status="देखिए", quoted_status_id=first["id"])
    third = said(asha, status="और देखिए", quoted_status_id=second["id"])
    assert third["quote"]["quoted_status"]["quote"]["quoted_status_id"] == first["id"]
    whole("StatusForMe", first, second, third)
    asha.delete(f"/api/v1/statuses/{first['id']}").raise_for_status()
    left = got(binod.get(f"/api/v1/statuses/{second['id']}"))
    assert left["quote"]["state"] == "deleted"
    whole("StatusForMe", left)


def test_a_pinned_post_and_a_filtered_one(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    post = said(asha, status="बारिश आ गई")
    pinned = got(asha.post(f"/api/v1/statuses/{post['id']}/pin"))
    assert pinned["pinned"] is True
    wanted = {
        "title": "बारिश",
        "context": ["public"],
        "keywords_attributes": [{"keyword": "बारिश"}],
        "expires_in": 3600,
    }
    kept = got(binod.post("/api/v2/filters", json=wanted))
    got(binod.post(f"/api/v2/filters/{kept['id']}/statuses", json={"status_id": post["id"]}))
    folded = next(one for one in got(binod.get("/api/v1/timelines/public")) if one["id"] == post["id"])
    assert folded["filtered"][0]["status_matches"] == [post["id"]]
    whole("StatusForMe", pinned, folded)
    whole("Filter", *got(binod.get("/api/v2/filters")))
    binod.delete(f"/api/v2/filters/{kept['id']}").raise_for_status()


def test_posts_that_wait(asha: httpx2.Client):
    picture = got(asha.post("/api/v2/media", files={"file": ("a.png", png(), "image/png")}))
    at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    whole(
        "ScheduledStatus",
        said(asha, status="कल", scheduled_at=at, media_ids=[picture["id"]]),
        said(asha, status="परसों", scheduled_at=at, poll={"options": ["a", "b"], "expires_in": 600}),
    )


def test_a_film(asha: httpx2.Client):
    sent = asha.post("/api/v2/media", files={"file": ("a.mp4", film(seconds=0.5), "video/mp4")})
    path = f"/api/v1/media/{got(sent)['id']}"
    done = got(eventually(lambda: [one] if (one := asha.get(path)).status_code == 200 else [])[0])
    assert done["type"] == "video" and done["meta"]["original"]["frame_rate"]
    whole("MediaAttachment", done)


def test_what_people_arrange(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    whole("List", got(asha.post("/api/v1/lists", json={"title": "गाँव", "replies_policy": "none", "exclusive": True})))
    said(asha, status="पहला #गन्ना")
    whole("FeaturedTag", got(asha.post("/api/v1/featured_tags", json={"name": "गन्ना"})))
    me = stage.cast["asha"].id
    path = f"/api/v1/accounts/{me}"
    whole("Relationship", got(binod.post(f"{path}/mute", json={"duration": 600})), got(binod.post(f"{path}/unmute")))


def test_those_who_are_kept_apart(asha: httpx2.Client, stage: Stage):
    wished = {"for_not_following": "filter"}
    whole("NotificationPolicy", got(asha.patch("/api/v2/notifications/policy", json=wished)))
    with stage.as_("devika") as devika:
        said(devika, status="@asha सुनिए")
    whole("NotificationRequest", *eventually(lambda: got(asha.get("/api/v1/notifications/requests"))))
    got(asha.patch("/api/v2/notifications/policy", json={"for_not_following": "accept"}))


def test_messages_and_suggestions(asha: httpx2.Client, binod: httpx2.Client, stage: Stage):
    said(binod, status="@asha धीरे से", visibility="direct")
    whole("Conversation", *eventually(lambda: got(asha.get("/api/v1/conversations"))))
    with stage.as_("chitra") as chitra:
        got(chitra.patch("/api/v1/accounts/update_credentials", json={"discoverable": True}))
    got(binod.post(f"/api/v1/accounts/{stage.cast['chitra'].id}/follow"))
    got(asha.post(f"/api/v1/accounts/{stage.cast['binod'].id}/follow"))
    whole("Suggestion", *eventually(lambda: got(asha.get("/api/v2/suggestions"))))


def test_where_a_phone_is_told(asha: httpx2.Client):
    sent = {"subscription": Device(port=9).subscription, "data": {"alerts": {"mention": True}}}
    told = got(asha.post("/api/v1/push/subscription", json=sent))
    whole("WebPushSubscription", told)
    assert told["id"] < 2**31, "apps (Tusky, Ice Cubes) take a number of 32 bits, and no push where it is another"
    asha.delete("/api/v1/push/subscription").raise_for_status()


@pytest.fixture(scope="module")
def owner(stage: Stage) -> Member:
    return join(stage.server.settings, "lakshmi", role=Role.OWNER, scopes=f"{SCOPES} admin:read admin:write")["lakshmi"]


def test_reports_and_accounts_for_staff(stage: Stage, asha: httpx2.Client, owner: Member):
    post = said(asha, status="शिकायत के लायक")
    with stage.as_("devika") as devika:
        sent = {
            "account_id": stage.cast["asha"].id,
            "status_ids": [post["id"]],
            "comment": "यह ठीक नहीं।",
            "rule_ids": ["1"],
        }
        report = got(devika.post("/api/v1/reports", json=sent))
    with stage.server.client(owner) as staff:
        whole("Admin::Account", *got(staff.get("/api/v2/admin/accounts")))
        path = f"/api/v1/admin/reports/{report['id']}"
        found = got(staff.post(f"{path}/assign_to_self"))
        assert found["target_account"]["username"] == "asha" and found["rules"][0]["text"]
        whole(
            "Admin::Report",
            found,
            got(staff.post(f"{path}/resolve")),
            *got(staff.get("/api/v1/admin/reports?resolved=1")),
        )


def test_what_staff_are_told_of_a_report(stage: Stage, owner: Member):
    with stage.as_("devika") as devika:
        report = got(
            devika.post("/api/v1/reports", json={"account_id": stage.cast["asha"].id, "comment": "यह भी ठीक नहीं।"})
        )
        whole("Report", report)
    with stage.server.client(owner) as staff:

        def told() -> list[dict[str, Any]]:
            return [n for n in got(staff.get("/api/v1/notifications")) if n.get("report", {}).get("id") == report["id"]]

        whole("Notification", *eventually(told))
        groups = got(staff.get("/api/v2/notifications"))
        whole("GroupedNotifications", groups)
        assert any(group.get("report", {}).get("id") == report["id"] for group in groups["notification_groups"])


def test_numbers_for_staff(stage: Stage, owner: Member):
    today = datetime.now(UTC).date()
    period: dict[str, Any] = {"start_at": str(today - timedelta(days=6)), "end_at": str(today)}
    measures = [
        "active_users",
        "new_users",
        "interactions",
        "opened_reports",
        "resolved_reports",
        "instance_media_attachments",
    ]
    dimensions = ["languages", "sources", "servers", "space_usage", "software_versions"]
    with stage.server.client(owner) as staff:
        found = got(staff.post("/api/v1/admin/measures", json=period | {"keys": measures}))
        whole("Admin::Measure", *found)
        assert [one["key"] for one in found] == measures and all(len(one["data"]) == 7 for one in found)
        form = {"keys[]": ["tag_uses", "tag_accounts"], "tag_uses[id]": "चौपाल", "tag_accounts[id]": "चौपाल"}
        whole("Admin::Measure", *got(staff.post("/api/v1/admin/measures", data=period | form)))
        whole("Admin::Dimension", *got(staff.post("/api/v1/admin/dimensions", json=period | {"keys": dimensions})))
        for frequency in ("day", "month"):
            whole("Admin::Cohort", *got(staff.post("/api/v1/admin/retention", json=period | {"frequency": frequency})))


def test_texts_of_the_house_and_each_weeks_activity(asha: httpx2.Client):
    path = "/api/v1/instance"
    whole("PrivacyPolicy", got(asha.get(f"{path}/privacy_policy")), got(asha.get(f"{path}/extended_description")))
    terms = got(asha.get(f"{path}/terms_of_service"))
    whole("TermsOfService", terms, got(asha.get(f"{path}/terms_of_service/{terms['effective_date']}")))
    whole("Activity", *got(asha.get(f"{path}/activity")))
