"""Numbers for staff: measures, dimensions and retention are what can be counted by hand, and so is each week's activity."""

from datetime import date
from typing import Any

import pytest

from chaupal.kernel.clock import DAY, HOUR
from chaupal.reads.court import counts
from chaupal.social.signin import sessions
from village import Village

API = "/api/v1/admin"
WEEK = {"start_at": "2021-02-09", "end_at": "2021-02-11T12:00:00Z"}


async def measured(v: Village, *keys: str, **more: Any) -> dict[str, dict[str, Any]]:
    answer = await v.api(v.chitra, "POST", f"{API}/measures", keys=list(keys), **(WEEK | more))
    assert answer.status_code == 200, answer.text
    return {one["key"]: one for one in answer.json()}


def by_day(one: dict[str, Any]) -> list[int]:
    return [int(day["value"]) for day in one["data"]]


async def lived(v: Village) -> None:
    """The tenth as the cast begins it; on the eleventh one answer, one like, one repost, and a report."""
    v.clock.move(DAY - 6 * HOUR)
    answer = await v.says(v.ravi, "हाँ #चौपाल", reply_to=v.asha.latest.id)
    await v.says(v.ravi, "और #चौपाल", language="hi")
    await v.api(v.karl, "POST", f"/api/v1/statuses/{answer.id}/favourite")
    await v.api(v.karl, "POST", f"/api/v1/statuses/{v.asha.latest.id}/reblog")
    await v.joins("tara")
    sent = await v.api(v.asha, "POST", "/api/v1/reports", account_id=str(v.ravi.id), comment="यह झूठ है")
    await v.api(v.dev, "POST", f"{API}/reports/{sent.json()['id']}/resolve")
    await v.settle()


async def test_measures_are_what_can_be_counted_by_hand_day_by_day(village: Village):
    v = village
    await lived(v)
    found = await measured(v, "active_users", "new_users", "interactions", "opened_reports", "resolved_reports")
    assert list(found) == ["active_users", "new_users", "interactions", "opened_reports", "resolved_reports"]
    assert by_day(found["active_users"]) == [0, 4, 2] and found["active_users"]["total"] == "4", (
        "two of them on both days"
    )
    assert by_day(found["new_users"]) == [0, 7, 1] and found["new_users"]["total"] == "8"
    assert by_day(found["interactions"]) == [0, 0, 3] and found["interactions"]["total"] == "3"
    assert by_day(found["opened_reports"]) == [0, 0, 1] and by_day(found["resolved_reports"]) == [0, 0, 1]
    one = found["new_users"]
    assert set(one) == {"key", "unit", "total", "previous_total", "data"} and one["unit"] is None
    assert one["data"][0] == {"date": "2021-02-09T00:00:00.000Z", "value": "0"} and one["previous_total"] == "0"
    later = {"start_at": "2021-02-11", "end_at": "2021-02-11"}
    assert (await measured(v, "new_users", **later))["new_users"]["previous_total"] == "7", "the day before"


async def test_tags_are_counted_in_every_spelling_by_uses_and_by_people(village: Village):
    v = village
    await lived(v)
    asked = {"tag_uses": {"id": "चौपाल"}, "tag_accounts": {"id": "चौपाल"}, "tag_servers": {"id": "चौपाल"}}
    found = await measured(v, "tag_uses", "tag_accounts", "tag_servers", **asked)
    assert by_day(found["tag_uses"]) == [0, 0, 2] and found["tag_accounts"]["total"] == "1"
    assert found["tag_servers"]["total"] == "0", "no other server uses it"
    spelled = await measured(v, "tag_uses", tag_uses={"id": "किसान_आन्दोलन"})
    assert spelled["tag_uses"]["total"] == "2", "आंदोलन and आन्दोलन are one"
    missing = await v.api(v.chitra, "POST", f"{API}/measures", keys=["tag_uses"], **WEEK)
    assert missing.status_code == 422 and "tag_uses[id]" in missing.json()["error"]


async def test_unknown_keys_are_left_out_and_other_servers_count_for_nothing(village: Village):
    found = await measured(village, "nonsense", "instance_accounts", "instance_media_attachments")
    assert list(found) == ["instance_accounts", "instance_media_attachments"]
    assert "previous_total" not in found["instance_accounts"] and found["instance_accounts"]["total"] == "0"
    assert found["instance_media_attachments"]["human_value"] == "0 Bytes"
    assert await measured(village) == {}


async def test_dimensions_name_what_there_is_most_of(village: Village):
    v = village
    await lived(v)
    keys = ["languages", "sources", "servers", "space_usage", "software_versions", "tag_languages", "nonsense"]
    answer = await v.api(
        v.owner, "POST", f"{API}/dimensions", keys=keys, tag_languages={"id": "चौपाल"}, limit=1, **WEEK
    )
    found = {one["key"]: one["data"] for one in answer.json()}
    assert list(found) == keys[:-1]
    assert [(one["key"], one["human_key"]) for one in found["languages"]] == [("hi", "Hindi")], "no more than the limit"
    assert found["sources"][0]["key"] == "web" and found["servers"][0]["key"] == v.running.house.settings.domain
    space = {one["key"]: one for one in found["space_usage"]}
    database = "postgresql" if v.running.house.settings.database else "sqlite"
    assert (
        set(space) == {database, "media"}
        and int(space[database]["value"]) > 10_000
        and space["media"]["unit"] == "bytes"
    )
    assert {one["key"] for one in found["software_versions"]} == {"chaupal", "python", database}
    assert all(one["value"][0].isdigit() for one in found["software_versions"])
    assert found["tag_languages"] == [{"key": "hi", "human_key": "Hindi", "value": "2"}]


async def test_retention_says_how_many_of_those_who_joined_were_seen_again(village: Village):
    v = village
    await lived(v)
    asked = {"start_at": "2021-02-10", "end_at": "2021-02-11"}
    first, second = (await v.api(v.chitra, "POST", f"{API}/retention", frequency="day", **asked)).json()
    assert first["period"] == "2021-02-10T00:00:00.000Z" and first["frequency"] == "day"
    assert [day["value"] for day in first["data"]] == ["7", "2"] and first["data"][0]["rate"] == 1.0
    assert first["data"][1]["rate"] == pytest.approx(2 / 7)
    assert [day["value"] for day in second["data"]] == ["1"]
    (month,) = (await v.api(v.chitra, "POST", f"{API}/retention", frequency="month", **asked)).json()
    assert month["period"] == "2021-02-01T00:00:00.000Z" and month["data"][0] == {
        "date": "2021-02-01T00:00:00.000Z",
        "rate": 1.0,
        "value": "8",
    }


@pytest.mark.parametrize("path", ["measures", "dimensions", "retention"])
async def test_only_staff_with_the_scope_may_count_and_bad_days_are_told_by_field(village: Village, path: str):
    v = village
    sent: dict[str, Any] = {"keys": ["new_users", "languages"]}
    assert (await v.api(v.asha, "POST", f"{API}/{path}", **sent, **WEEK)).status_code in (403, 404)
    narrow = {
        "authorization": f"Bearer {await sessions.issue_token(v.running.house.square, v.chitra.id, 'read write')}"
    }
    assert (await v.client.post(f"{API}/{path}", json=sent | WEEK, headers=narrow)).status_code == 403
    assert (await v.api(None, "POST", f"{API}/{path}", **sent, **WEEK)).status_code == 401
    for bad, field in (
        *([] if path == "dimensions" else [({}, "start_at")]),
        ({"start_at": "soon", "end_at": "2021-02-10"}, "start_at"),
        ({"start_at": "2021-02-10", "end_at": "2021-02-09"}, "end_at"),
        ({"start_at": "1980-01-01", "end_at": "2021-02-09"}, "end_at"),
        ({"start_at": "9999-12-31", "end_at": "9999-12-31"}, "start_at"),
    ):
        answer = await v.api(v.chitra, "POST", f"{API}/{path}", **sent, **bad)
        assert answer.status_code == 422 and field in answer.json()["details"], (bad, answer.text)


async def test_each_weeks_activity_is_told_to_everybody_this_one_first(village: Village):
    v = village
    await lived(v)
    weeks = (await v.api(None, "GET", "/api/v1/instance/activity")).json()
    assert len(weeks) == 12 and all(set(one) == {"week", "statuses", "logins", "registrations"} for one in weeks)
    assert weeks[0]["week"] == str(counts.midnight(date(2021, 2, 8)) // 1_000), "a Monday"
    assert (weeks[0]["statuses"], weeks[0]["logins"], weeks[0]["registrations"]) == ("6", "4", "8")
    assert all(one["statuses"] == "0" for one in weeks[1:])
    assert (await v.api(None, "GET", "/api/v1/instance/peers")).json() == []
