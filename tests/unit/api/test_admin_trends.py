"""Mastodon's admin API for trends: staff look at what trends; one person's click keeps nothing out and says why."""

from typing import Any

import httpx2

from chaupal.policy.measures import Measure
from chaupal.social.signin import sessions
from measures import begin
from village import Village, Villager


async def as_staff(v: Village, who: Villager, method: str, path: str) -> httpx2.Response:
    token = await sessions.issue_token(v.running.house.square, who.id, "read write admin:read admin:write")
    headers: dict[str, Any] = {"authorization": f"Bearer {token}", "cookie": "look_as=IN"}
    return await v.client.request(method, f"/api/v1/admin/trends/{path}", headers=headers)


async def test_staff_read_what_trends(village: Village):
    v = village
    for who in (v.asha, v.meera):
        await v.says(who, "#गन्ना का भाव")
    assert (await as_staff(v, v.chitra, "GET", "tags")).json()[0]["name"] == "गन्ना"
    assert (await as_staff(v, v.chitra, "GET", "statuses")).status_code == 200
    assert (await as_staff(v, v.chitra, "GET", "links")).json() == []


async def test_nothing_waits_for_an_approval(village: Village):
    v = village
    post = await v.says(v.asha, "#गन्ना का भाव")
    approved = await as_staff(v, v.chitra, "POST", "tags/गन्ना/approve")
    assert approved.json()["trendable"] is True and approved.json()["requires_review"] is False
    assert (await as_staff(v, v.chitra, "POST", f"statuses/{post.id}/approve")).json()["id"] == str(post.id)


async def test_one_person_keeps_nothing_out_and_is_told_who_does(village: Village):
    v = village
    post = await v.says(v.asha, "#गन्ना का भाव")
    for path in ("tags/गन्ना", f"statuses/{post.id}"):
        refused = await as_staff(v, v.chitra, "POST", f"{path}/reject")
        assert refused.status_code == 422 and "/office/deamplified" in refused.json()["error"]
    assert (await as_staff(v, v.chitra, "POST", "links/1/reject")).status_code == 404


async def test_what_a_decision_keeps_out_is_not_approved_past_it(village: Village):
    v = village
    await v.says(v.asha, "#गन्ना का भाव")
    await begin(v, Measure.DEAMPLIFY, 0, term="गन्ना")
    refused = await as_staff(v, v.chitra, "POST", "tags/गन्ना/approve")
    assert refused.status_code == 422 and "decision" in refused.json()["error"]


async def test_only_staff_with_the_scope_may(village: Village):
    v = village
    assert (await as_staff(v, v.asha, "GET", "tags")).status_code == 404
    assert (await as_staff(v, v.asha, "POST", "tags/गन्ना/approve")).status_code == 404
