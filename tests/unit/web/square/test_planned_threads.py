"""A thread that waits for a later time: whole, said in one commit, changed and taken back by page and by program."""

import pytest
import regex

from chaupal.kernel.clock import DAY, HOUR, MINUTE, iso
from chaupal.policy.drafts_and_scheduled import Further, Unsaid
from chaupal.policy.things import Post
from chaupal.social.media import media
from chaupal.social.posts import drafts_and_scheduled, posts
from chaupal.store.machine.work import Writing
from chaupal.web.square.sheet import to_local
from painted import picture
from unit.web.square.test_threads import after, of, said, sends
from village import Village

ALL = "/api/v1/scheduled_statuses"
STATUSES = "/api/v1/statuses"


def due(v: Village) -> str:
    return to_local(v.clock() + HOUR)


async def plan(v: Village) -> str:
    """A thread of three waits; its id."""
    sent = await sends(v, v.asha, text="पहली", at=due(v), **after("दूसरी", "तीसरी"))
    assert sent.status_code == 303 and sent.headers["location"] == "/scheduled"
    return (await v.api(v.asha, "GET", ALL)).json()[0]["id"]


async def test_a_thread_waits_as_a_whole_and_is_said_as_a_thread_when_it_is_due(village: Village):
    v, square, before = village, village.running.house.square, len(await of(village, village.asha))
    photo = await media.attach(square, v.asha.viewer, picture(), description="सुबह")
    form = after("दूसरी", "तीसरी") | {"more[2][kept][]": str(photo)}
    assert (await sends(v, v.asha, text="पहली", at=due(v), **form)).status_code == 303
    assert "और उसके बाद 2 पोस्ट" in await v.page_as("IN", "/scheduled", v.asha)
    assert len(await of(v, v.asha)) == before
    v.clock.move(HOUR)
    await media.sweep(square)
    assert await drafts_and_scheduled.publish_due(square) == 3 and await drafts_and_scheduled.publish_due(square) == 0
    first, second, third = (await of(v, v.asha))[before:]
    assert [said(one) for one in (first, second, third)] == ["पहली", "दूसरी", "तीसरी"]
    assert [one["in_reply_to_id"] for one in (first, second, third)] == [None, first["id"], second["id"]]
    assert [one["description"] for one in third["media_attachments"]] == ["सुबह"]
    assert (await v.api(v.asha, "GET", ALL)).json() == []


async def test_a_thread_that_fails_when_it_is_due_says_nothing_of_it_and_stays(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, square, before = village, village.running.house.square, len(await of(village, village.asha))
    await plan(v)
    v.clock.move(HOUR)
    enter, entered = posts.enter, list[int]()

    async def falls(w: Writing, post: Post, *, quiet: bool = False) -> None:
        entered.append(post.id)
        if len(entered) == 3:
            raise RuntimeError("the house falls over")
        await enter(w, post, quiet=quiet)

    with monkeypatch.context() as patched:
        patched.setattr("chaupal.social.posts.posts.enter", falls)
        with pytest.raises(RuntimeError):
            await drafts_and_scheduled.publish_due(square)
    assert len(await of(v, v.asha)) == before and len((await v.api(v.asha, "GET", ALL)).json()) == 1
    assert await drafts_and_scheduled.publish_due(square) == 3


async def test_a_plan_is_changed_on_the_page_words_time_and_thread(village: Village):
    v, square, before = village, village.running.house.square, len(await of(village, village.asha))
    id_ = await plan(v)
    assert f'href="/compose?plan={id_}"' in await v.page_as("IN", "/scheduled", v.asha)
    form = await v.page_as("IN", f"/compose?plan={id_}", v.asha)
    assert f'name="plan" value="{id_}"' in form and f'value="{due(v)}"' in form
    assert ">पहली</textarea>" in form and ">तीसरी</textarea>" in form
    assert "<h1>पोस्ट बदलें</h1>" in form and "सब पोस्ट करें" not in form and "बदलाव सहेजें" in form
    assert f'name="at" value="{due(v)}"' in await v.page_as("IN", "/scheduled", v.asha)
    assert (
        await v.client.get(f"/compose?plan={id_}", headers={"cookie": f"chaupal={v.ravi.cookie}"})
    ).status_code == 404
    late = to_local(v.clock() + 2 * DAY)
    changed = await sends(v, v.asha, text="पहली बात", at=late, plan=id_, **after("दूसरी बात"))
    assert changed.status_code == 303
    (shown,) = (await v.api(v.asha, "GET", ALL)).json()
    assert (shown["id"], shown["params"]["text"], shown["params"]["then"]) == (
        id_,
        "पहली बात",
        [{"text": "दूसरी बात", "media_ids": []}],
    )
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0
    v.clock.move(2 * DAY)
    assert await drafts_and_scheduled.publish_due(square) == 2
    assert [said(one) for one in (await of(v, v.asha))[before:]] == ["पहली बात", "दूसरी बात"]


async def test_a_plan_without_its_time_is_said_at_once_and_only_once(village: Village):
    v, square, before = village, village.running.house.square, len(await of(village, village.asha))
    id_ = await plan(v)
    assert (await sends(v, v.asha, text="अभी", plan=id_, **after("और अभी"))).status_code == 303
    assert (await v.api(v.asha, "GET", ALL)).json() == []
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0
    assert [said(one) for one in (await of(v, v.asha))[before:]] == ["अभी", "और अभी"]


@pytest.mark.parametrize("later", [True, False])
async def test_a_plan_that_was_said_meanwhile_is_not_said_again_and_the_words_are_kept(village: Village, later: bool):
    v, square = village, village.running.house.square
    id_ = await plan(v)
    v.clock.move(HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 3
    before = len(await of(v, v.asha))
    sent = await sends(v, v.asha, text="बदली बात", plan=id_, at=due(v) if later else "", **after("और"))
    assert sent.status_code == 422 and "इस बीच" in sent.text and ">बदली बात</textarea>" in sent.text
    assert len(await of(v, v.asha)) == before and (await v.api(v.asha, "GET", ALL)).json() == []


async def test_nobody_changes_or_says_another_ones_plan(village: Village):
    v = village
    id_ = await plan(v)
    for at in (due(v), ""):
        assert (await sends(v, v.ravi, text="मेरी बात", plan=id_, at=at)).status_code == 422
    assert (await v.api(v.ravi, "PUT", f"{ALL}/{id_}", status="मेरी बात")).status_code == 404
    assert (await v.api(v.asha, "GET", ALL)).json()[0]["params"]["text"] == "पहली"


async def test_a_program_plans_changes_and_takes_back_a_thread(village: Village):
    v, square, before = village, village.running.house.square, len(await of(village, village.asha))
    then = [{"status": "दूसरी"}, {"status": "तीसरी"}]
    made = (await v.api(v.asha, "POST", STATUSES, status="पहली", scheduled_at=iso(v.clock() + HOUR), then=then)).json()
    assert [one["text"] for one in made["params"]["then"]] == ["दूसरी", "तीसरी"]
    where = f"{ALL}/{made['id']}"
    at = iso(v.clock() + 2 * HOUR)
    changed = (await v.api(v.asha, "PUT", where, scheduled_at=at, then=[{"status": "दूसरी बात"}])).json()
    assert changed["scheduled_at"] == at and changed["params"]["text"] == "पहली"
    assert [one["text"] for one in changed["params"]["then"]] == ["दूसरी बात"]
    too_long = await v.api(v.asha, "PUT", where, then=[{"status": "क" * 501}])
    assert too_long.status_code == 422
    assert (await v.api(v.asha, "PUT", where, then=[{"status": ""}])).status_code == 422
    assert (await v.api(v.asha, "GET", where)).json() == changed
    assert (await v.api(v.asha, "DELETE", where)).json() == {}
    v.clock.move(3 * HOUR)
    assert await drafts_and_scheduled.publish_due(square) == 0 and len(await of(v, v.asha)) == before


async def test_a_program_says_a_thread_at_once_in_one_commit_or_not_at_all(village: Village):
    v, before = village, len(await of(village, village.asha))
    wrong = await v.api(v.asha, "POST", STATUSES, status="पहली", then=[{"status": "दूसरी"}, {"status": "क" * 501}])
    assert wrong.status_code == 422 and len(await of(v, v.asha)) == before
    first = (await v.api(v.asha, "POST", STATUSES, status="पहली", then=[{"status": "दूसरी"}])).json()
    made = (await of(v, v.asha))[before:]
    assert [said(one) for one in made] == ["पहली", "दूसरी"] and made[1]["in_reply_to_id"] == first["id"]


async def test_what_is_wrong_with_one_of_the_thread_is_said_beside_it_though_it_is_for_later(village: Village):
    v = village
    wrong = await sends(v, v.asha, text="पहली", at=due(v), **after("दूसरी", "क" * 501))
    assert wrong.status_code == 422 and 'id="more2-error"' in wrong.text and ">दूसरी</textarea>" in wrong.text
    assert regex.search(r'id="at"[^>]*value="[^"]', wrong.text)
    assert (await v.api(v.asha, "GET", ALL)).json() == []


async def test_a_thread_counts_as_its_posts_among_those_that_wait(village: Village):
    v, square = village, village.running.house.square
    at = v.clock() + DAY
    two, id_ = (Further(text="और"),), 0
    for number in range(drafts_and_scheduled.MOST_A_DAY // 2):
        body = Unsaid(text=str(number), visibility="public", then=two)
        id_ = await drafts_and_scheduled.schedule(square, v.asha.viewer, body, at)
    more = await v.api(v.asha, "POST", STATUSES, status="एक", scheduled_at=iso(at + MINUTE))
    assert more.status_code == 422 and "exceeded the limit" in more.json()["error"]
    where = f"{ALL}/{id_}"
    assert (await v.api(v.asha, "PUT", where, scheduled_at=iso(at + MINUTE))).status_code == 200  # it is there already
    three = [{"status": "और"}, {"status": "फिर"}]
    assert (await v.api(v.asha, "PUT", where, then=three)).status_code == 422
    assert (await v.api(v.asha, "PUT", where, then=[])).status_code == 200
    assert (await v.api(v.asha, "POST", STATUSES, status="एक", scheduled_at=iso(at))).status_code == 200
