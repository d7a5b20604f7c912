"""Scheduled posts: said once, when they are due, by whoever may still speak."""

from typing import Any

import pytest

import measures
from chaupal.kernel.clock import DAY, HOUR, MINUTE, iso
from chaupal.kernel.errors import Conflict, Full, Problem, Unavailable
from chaupal.policy.drafts_and_scheduled import Unsaid
from chaupal.policy.measures import Measure
from chaupal.social.media import media
from chaupal.social.posts import drafts_and_scheduled, posts
from mails import mails_of
from painted import picture
from village import Village

ALL = "/api/v1/scheduled_statuses"


async def later(v: Village, minutes: int = 10, **words: Any):
    at = iso(v.clock() + minutes * MINUTE)
    return await v.api(v.asha, "POST", "/api/v1/statuses", scheduled_at=at, **({"status": "बाद में"} | words))


async def test_a_post_waits_is_moved_and_is_said_once_when_it_is_due(village: Village):
    v, square = village, village.running.house.square
    photo = await media.attach(square, v.asha.viewer, picture(), description="सुबह")
    made = (await later(v, media_ids=[str(photo)], visibility="unlisted", spoiler_text="सुबह")).json()
    assert made["params"]["text"] == "बाद में" and made["media_attachments"][0]["id"] == str(photo)
    assert (await v.api(v.asha, "GET", ALL)).json() == [made] and (await v.api(v.ravi, "GET", ALL)).json() == []
    where = f"{ALL}/{made['id']}"
    for method in ("GET", "DELETE", "PUT"):
        assert (await v.api(v.ravi, method, where, scheduled_at=iso(v.clock() + HOUR))).status_code == 404
    moved = (await v.api(v.asha, "PUT", where, scheduled_at=iso(v.clock() + 3 * DAY))).json()
    v.clock.move(2 * DAY)
    await media.sweep(square)
    assert await drafts_and_scheduled.publish_due(square) == 0
    v.clock.move(DAY)
    assert await drafts_and_scheduled.publish_due(square) == 1 and await drafts_and_scheduled.publish_due(square) == 0
    said = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/statuses")).json()[0]
    assert (said["visibility"], said["spoiler_text"], said["created_at"]) == ("unlisted", "सुबह", moved["scheduled_at"])
    assert [m["description"] for m in said["media_attachments"]] == ["सुबह"]
    assert (await v.api(v.asha, "GET", ALL)).json() == []


async def test_what_is_taken_back_is_not_said(village: Village):
    v, square = village, village.running.house.square
    await v.api(v.asha, "PATCH", "/api/v1/accounts/update_credentials", source={"privacy": "private"})
    made = (await later(v, local_only=True)).json()
    back = {"status": "और", "visibility": made["params"]["visibility"]}
    kept = (await v.api(v.asha, "PUT", f"{ALL}/{made['id']}", **back)).json()
    assert kept["params"]["local_only"], "an app that sends back the audience it read opens nothing"
    assert (await v.api(v.asha, "DELETE", f"{ALL}/{made['id']}")).json() == {}
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0
    assert (await v.api(v.asha, "GET", f"{ALL}/{made['id']}")).status_code == 404


async def test_what_cannot_be_said_later_is_refused_now(village: Village):
    v = village
    for answer in (
        await later(v, 4),
        await later(v, status=""),
        await v.api(v.asha, "POST", "/api/v1/statuses", status="क", scheduled_at="9999-12-31T23:59:00Z"),
        await later(v, poll={"options": ["एक"]}),
        await v.api(v.asha, "POST", "/api/v1/statuses", status="क", scheduled_at="कल"),
    ):
        assert answer.status_code == 422, answer.text
    assert (await later(v, in_reply_to_id="7")).status_code == 404


async def test_at_most_fifty_a_day_wait(village: Village):
    v, square = village, village.running.house.square
    at = v.clock() + DAY
    for number in range(drafts_and_scheduled.MOST_A_DAY):
        await drafts_and_scheduled.schedule(square, v.asha.viewer, Unsaid(text=str(number), visibility="public"), at)
    answer = await later(v, 24 * 60)
    assert answer.status_code == 422 and "exceeded the limit" in answer.json()["error"]
    assert (await later(v, 48 * 60)).status_code == 200


async def test_one_that_answers_what_is_gone_stays_with_its_reason_and_is_said_once_it_is_moved(village: Village):
    v, square = village, village.running.house.square
    made = (await later(v, in_reply_to_id=str(v.ravi.latest.id))).json()
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{v.ravi.latest.id}")
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0 and await drafts_and_scheduled.publish_due(square) == 0
    shown = (await v.api(v.asha, "GET", f"{ALL}/{made['id']}")).json()
    assert shown["failed"] == "The post you are replying to does not exist"
    await v.settle()
    assert sum("/scheduled" in mail for mail in mails_of(v.running)) == 1
    (told, *_) = (await v.api(v.asha, "GET", "/api/v1/notifications")).json()
    assert told["type"] == "mention" and "/scheduled" in told["status"]["content"]


async def test_what_is_moved_while_it_fails_waits_for_its_new_time(village: Village, monkeypatch: pytest.MonkeyPatch):
    v, square = village, village.running.house.square
    id_ = int((await later(v, in_reply_to_id=str(v.ravi.latest.id))).json()["id"])
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{v.ravi.latest.id}")
    v.clock.move(HOUR)
    prepare = posts.prepare_series

    async def moved(*args: Any) -> Any:
        await drafts_and_scheduled.move(square, v.asha.viewer, id_, v.clock() + HOUR)
        return await prepare(*args)

    with monkeypatch.context() as patched:
        patched.setattr("chaupal.social.posts.posts.prepare_series", moved)
        assert await drafts_and_scheduled.publish_due(square) == 0
    assert (await v.api(v.asha, "GET", f"{ALL}/{id_}")).json()["failed"] is None


async def test_a_crash_after_it_was_said_and_before_its_waiting_ended_cannot_be(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, square = village, village.running.house.square
    await later(v)
    v.clock.move(HOUR)

    async def falls(*_: object, **_more: object) -> None:
        raise RuntimeError("the house falls over")

    with monkeypatch.context() as patched:
        patched.setattr("chaupal.social.posts.posts.enter", falls)
        with pytest.raises(RuntimeError):
            await drafts_and_scheduled.publish_due(square)
    assert len((await v.api(v.asha, "GET", ALL)).json()) == 1, "nothing was half done"
    assert await drafts_and_scheduled.publish_due(square) == 1
    found = (await v.api(v.asha, "GET", f"/api/v1/accounts/{v.asha.id}/statuses")).json()
    assert sum("बाद में" in one["content"] for one in found) == 1


@pytest.mark.parametrize(
    "short_of", [Unavailable("nothing_kept"), Full(), Conflict("changed_at_once")], ids=["seat", "room", "row"]
)
async def test_what_the_machine_is_short_of_is_no_reason_not_to_say_it(
    village: Village, monkeypatch: pytest.MonkeyPatch, short_of: Problem
):
    """A process that stood still makes no ids for some seconds: what was due then is said a moment later."""
    v, square = village, village.running.house.square
    made = (await later(v)).json()
    v.clock.move(HOUR)

    async def falls(*_: object, **_more: object) -> None:
        raise short_of

    with monkeypatch.context() as patched:
        patched.setattr("chaupal.social.posts.posts.enter", falls)
        with pytest.raises(type(short_of)):
            await drafts_and_scheduled.publish_due(square)
    assert (await v.api(v.asha, "GET", f"{ALL}/{made['id']}")).json()["failed"] is None
    assert await drafts_and_scheduled.publish_due(square) == 1


@pytest.mark.parametrize("measure", [Measure.SUSPEND, Measure.FREEZE])
async def test_who_may_not_write_says_nothing_later_either(village: Village, measure: Measure):
    v, square = village, village.running.house.square
    await later(v)
    await measures.begin(v, measure, v.asha.id)
    await v.settle()
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0
