"""Polls: counted exactly, voted in once, hidden where their post is, over by the clock."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select, text

from chaupal.fanout.notifications import notify
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Invalid
from chaupal.social.events import PollEnded
from chaupal.social.posts import polls
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Reading
from chaupal.store.tables.notifications import notifications
from village import Village, Villager

POLL = {"options": ["चाय", "कॉफ़ी", "लस्सी"], "expires_in": 3600}


async def asked(v: Village, **more: Any) -> str:
    answer = await v.api(v.asha, "POST", "/api/v1/statuses", status="क्या पिएँगे?", poll=POLL | more)
    assert answer.status_code == 200, answer.text
    await v.settle()
    return answer.json()["id"]


async def vote(v: Village, who: Villager, id_: str, *choices: int) -> httpx2.Response:
    return await v.api(who, "POST", f"/api/v1/polls/{id_}/votes", choices=list(choices))


async def test_one_votes_once_and_everybody_sees_the_counts(village: Village):
    v = village
    id_ = await asked(v)
    voted = (await vote(v, v.ravi, id_, 2)).json()
    assert (voted["voted"], voted["own_votes"], voted["votes_count"]) == (True, [2], 1)
    assert [o["votes_count"] for o in voted["options"]] == [0, 0, 1] and voted["voters_count"] is None
    seen = (await v.api(v.karl, "GET", f"/api/v1/statuses/{id_}")).json()["poll"]
    assert (seen["id"], seen["voted"], seen["own_votes"], seen["votes_count"], seen["expired"]) == (
        id_,
        False,
        [],
        1,
        False,
    )
    stranger = (await v.api(None, "GET", f"/api/v1/polls/{id_}")).json()
    assert "voted" not in stranger and stranger["options"][2] == {"title": "लस्सी", "votes_count": 1}
    for who, choices, why in (
        (v.ravi, (1,), "already voted"),
        (v.asha, (1,), "your own"),
        (v.karl, (0, 1), "Only one"),
        (v.karl, (3,), "does not exist"),
        (v.karl, (), "does not exist"),
    ):
        answer = await vote(v, who, id_, *choices)
        assert answer.status_code == 422 and why in answer.json()["error"], why


async def test_many_who_vote_at_one_moment_are_all_counted(village: Village):
    v = village
    id_ = await asked(v, multiple=True)
    people = [v.ravi, v.meera, v.karl, v.chitra, v.dev, v.lakshmi]
    await asyncio.gather(*(vote(v, who, id_, 0, n % 3) for n, who in enumerate(people) for _ in range(2)))
    counted = (await v.api(None, "GET", f"/api/v1/polls/{id_}")).json()
    assert counted["voters_count"] == 6
    assert [o["votes_count"] for o in counted["options"]] == [6, 2, 2] and counted["votes_count"] == 10


async def test_a_poll_ends_by_the_clock_and_whoever_took_part_is_told_once(village: Village):
    v, square = village, village.running.house.square
    id_ = await asked(v, hide_totals=True)
    hidden = (await vote(v, v.ravi, id_, 1)).json()
    assert [o["votes_count"] for o in hidden["options"]] == [None, None, None]
    assert await polls.close_due(square) == 0
    v.clock.move(61 * MINUTE)
    late = await vote(v, v.karl, id_, 1)
    assert late.status_code == 422 and "already ended" in late.json()["error"]
    assert await polls.close_due(square) == 1 and await polls.close_due(square) == 0
    await v.settle()
    over = (await v.api(v.karl, "GET", f"/api/v1/polls/{id_}")).json()
    assert over["expired"] is True and [o["votes_count"] for o in over["options"]] == [0, 1, 0]
    for who, times in ((v.asha, 1), (v.ravi, 1), (v.karl, 0)):
        told = (await v.api(who, "GET", "/api/v1/notifications", **{"types[]": "poll"})).json()
        assert [n["status"]["poll"]["expired"] for n in told] == [True] * times


async def test_of_a_polls_end_people_are_told_some_at_a_time_and_everybody_once(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    """However many voted, no unit of work is larger than a few of them; half done, it goes on where it stood."""
    monkeypatch.setattr(notify, "VOTERS_AT_ONCE", 2)
    v, square, carrier = village, village.running.house.square, village.running.carrier
    id_ = await asked(v)
    people = [v.ravi, v.meera, v.karl, v.chitra]
    for who in people:
        await vote(v, who, id_, 0)
    v.clock.move(61 * MINUTE)
    async with square.work.writing() as w:
        first = PollEnded(post=int(id_), author=v.asha.id)
        before = await count_notices(w)
        await notify.poll_ended(carrier, w, first)
        assert await count_notices(w) == before + 3, "whoever asked, and two who answered"
        await notify.poll_ended(carrier, w, first)
        assert await count_notices(w) == before + 3, "told again, nothing is added"
    await v.settle()
    for who in [v.asha, *people]:
        told = (await v.api(who, "GET", "/api/v1/notifications", **{"types[]": "poll"})).json()
        assert len(told) == 1, who.handle


async def count_notices(reading: Reading) -> int:
    return await reading.value(COUNT_NOTIFICATIONS)


COUNT_NOTIFICATIONS = statement(select(func.count(notifications.c.id)).where(notifications.c.kind == text("'poll'")))


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["एक"], "expires_in": 3600},
        {"options": ["एक", "एक"], "expires_in": 3600},
        {"options": ["एक", " "], "expires_in": 3600},
        {"options": ["एक", "दो", "तीन", "चार", "पाँच"], "expires_in": 3600},
        {"options": ["एक", "दो"], "expires_in": 10},
        {"options": ["एक", "दो"], "expires_in": 10**9},
        {"options": ["एक", "क" * 51], "expires_in": 3600},
        {"options": "क", "expires_in": "कल"},
    ],
)
async def test_a_poll_that_cannot_be_taken_is_refused(village: Village, poll: dict[str, object]):
    answer = await village.api(village.asha, "POST", "/api/v1/statuses", status="?", poll=poll)
    assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed")


async def test_a_form_sends_a_poll_as_clients_nest_it(village: Village):
    v = village
    form = "status=क्या&poll[options][]=हाँ&poll[options][]=नहीं&poll[expires_in]=600&poll[multiple]=1"
    answer = await v.client.post(
        "/api/v1/statuses",
        content=form.encode(),
        headers={"authorization": f"Bearer {v.asha.token}", "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.json()["poll"]["multiple"] is True and len(answer.json()["poll"]["options"]) == 2


async def test_other_options_in_an_edit_begin_the_poll_anew_and_the_same_options_keep_the_votes(village: Village):
    v = village
    id_ = await asked(v)
    await vote(v, v.ravi, id_, 2)
    kept = (await v.api(v.asha, "PUT", f"/api/v1/statuses/{id_}", status="क्या पिएँगे आप?", poll=POLL)).json()
    assert kept["poll"]["votes_count"] == 1
    anew = (
        await v.api(v.asha, "PUT", f"/api/v1/statuses/{id_}", status="?", poll=POLL | {"options": ["हाँ", "ना"]})
    ).json()
    assert anew["poll"]["votes_count"] == 0
    assert (await vote(v, v.ravi, id_, 0)).status_code == 200
    history = (await v.api(None, "GET", f"/api/v1/statuses/{id_}/history")).json()
    assert [len(one["poll"]["options"]) for one in history] == [3, 3, 2]
    gone = (await v.api(v.asha, "PUT", f"/api/v1/statuses/{id_}", status="बस")).json()
    assert gone["poll"] is None and (await v.api(None, "GET", f"/api/v1/polls/{id_}")).status_code == 404


async def test_choices_that_come_one_by_one_are_one_voters(village: Village):
    v, square = village, village.running.house.square
    many, one = int(await asked(v, multiple=True)), int(await asked(v))
    for choice in (0, 2):
        await polls.vote(square, v.ravi.viewer, many, [choice], one_by_one=True)
    with pytest.raises(Invalid):
        await polls.vote(square, v.ravi.viewer, many, [2], one_by_one=True)
    await polls.vote(square, v.ravi.viewer, one, [1], one_by_one=True)
    with pytest.raises(Invalid):
        await polls.vote(square, v.ravi.viewer, one, [2], one_by_one=True)
    seen = (await v.api(v.ravi, "GET", f"/api/v1/polls/{many}")).json()
    assert (seen["own_votes"], seen["voters_count"], seen["votes_count"]) == ([0, 2], 1, 2)
