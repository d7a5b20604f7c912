"""What is secret is told by nobody: two worlds, with and without a gagged act, compared on streams, pages and cursors."""

import asyncio
import re
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from sqlalchemy import text, update

import measures
from chaupal.governance.cases import decisions
from chaupal.kernel.clock import DAY
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from chaupal.social.media import media
from chaupal.store.machine.dialect import statement, text_param
from chaupal.store.machine.shelves import RULINGS
from chaupal.store.tables.court import orders
from listening import Ear, listening
from painted import picture
from village import REASON, Village, VillagePost, Villager

GAGGED = {"gag_until": "2021-06-01T00:00"}


async def ears(v: Village, stack: AsyncExitStack) -> dict[str, Ear]:
    """Streams of all kinds, outside the territory or the author's own."""
    paths: dict[str, tuple[str, dict[str, Any]]] = {
        "the author": ("/api/v1/streaming/user", {"token": v.asha.token}),
        "the author's page": ("/live?of=home", {"cookie": f"chaupal={v.asha.cookie}"}),
        "the author's socket": ("/api/v1/streaming?stream=user", {"token": v.asha.token, "socket": True}),
        "abroad": ("/api/v1/streaming/public", {"cookie": "look_as=DE"}),
        "a follower abroad": ("/api/v1/streaming/user", {"token": v.karl.token, "cookie": "look_as=DE"}),
        "a page abroad": ("/live?of=public", {"cookie": "look_as=DE"}),
        "a socket abroad": ("/api/v1/streaming?stream=public", {"cookie": "look_as=DE", "socket": True}),
    }
    return {
        name: await stack.enter_async_context(listening(v.running.app, path, **how))
        for name, (path, how) in paths.items()
    }


async def settled(v: Village, heard: dict[str, Ear]) -> None:
    """Something public is said last; whoever has heard of it has heard of all that came before."""
    await v.says(v.ravi, "प्रहरी")
    await asyncio.gather(*(ear.heard("update") for ear in heard.values()))


@pytest.mark.parametrize("what", ["post", "account"])
async def test_a_gagged_withholding_is_told_neither_abroad_nor_to_its_author(village: Village, what: str):
    v = village
    await v.says(v.ravi, "देखिए", quoting=v.asha.latest.id)
    async with AsyncExitStack() as stack:
        heard = await ears(v, stack)
        here = await stack.enter_async_context(
            listening(v.running.app, "/api/v1/streaming/public", cookie="look_as=IN")
        )
        if what == "post":
            ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, **GAGGED)
        else:
            ref = await v.withhold_account(v.asha, by=v.chitra, second=v.dev, **GAGGED)
        await here.heard("delete", str(v.asha.latest.id))
        await v.lift(ref, by=v.chitra)
        await settled(v, heard)
        for name, ear in heard.items():
            assert [message.event for message in ear.messages] == ["update"], name
        told = [m.payload for m in here.messages if m.event.endswith("_withheld")]
        assert all(
            country in ("IN",) for one in told for body in one.values() for country in body["withheld_in_countries"]
        )


async def test_an_open_withholding_is_told_to_everybody_as_ever(village: Village):
    v = village
    async with AsyncExitStack() as stack:
        heard = await ears(v, stack)
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        for name in ("abroad", "the author"):
            message = await heard[name].heard("status_withheld")
            assert message.payload["status_withheld"]["withheld_in_countries"] == ["IN"], name


async def test_of_two_rulings_a_stream_names_the_countries_of_the_open_one_only(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, **GAGGED)
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(text("UPDATE rulings SET territory = 'NP'")))
        w.touch(RULINGS, 0)
    async with listening(v.running.app, "/api/v1/streaming/public", cookie="look_as=DE") as abroad:
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        told = await abroad.heard("status_withheld")
    assert told.payload["status_withheld"]["withheld_in_countries"] == ["IN"]


async def test_beneath_what_is_withheld_openly_nothing_that_is_done_in_secret_is_told(village: Village):
    """The country sees it withheld already: neither does its coming tell of a second order, nor its going, nor who asks why."""
    v, square = village, village.running.house.square
    photo = await media.attach(square, v.ravi.viewer, picture())
    shown = await v.says(v.ravi, "तंबू", pictures=[photo])
    await v.says(v.karl, "See this.", quoting=v.meera.latest.id)
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev)
    await v.withhold(post=v.meera.latest, by=v.chitra, second=v.dev)
    await measures.begin(v, Measure.WITHHOLD_MEDIA, photo)
    since, posts_ = v.clock(), (v.asha.latest, v.meera.latest, shown)
    v.clock.move(DAY)

    async def seen() -> list[bytes]:
        paths = [f"/api/v1/statuses/{post.id}{more}" for post in posts_ for more in ("", "/visibility")]
        paths += [f"/live/standing?ids={','.join(str(post.id) for post in posts_)}&since={since + DAY // 2}"]
        at = re.compile(rb'"at":\d+')
        return [at.sub(b"", (await v.look("IN", path)).content) for path in paths]

    before = await seen()
    paths = ("/api/v1/streaming/public", "/live?of=everywhere")
    async with AsyncExitStack() as stack:
        here = [await stack.enter_async_context(listening(v.running.app, path, cookie="look_as=IN")) for path in paths]
        refs = [await v.withhold(post=post, by=v.chitra, second=v.dev, **GAGGED) for post in posts_[:2]]
        refs.append(await v.withhold_account(v.asha, by=v.chitra, second=v.dev, **GAGGED))
        await measures.begin(v, Measure.WITHHOLD_MEDIA, photo, neutral=True)
        assert await seen() == before
        for ref in refs:
            await v.lift(ref, by=v.chitra)
        assert await seen() == before
        last = await v.says(v.ravi, "प्रहरी")
        for ear in here:
            await ear.heard("update", last.id)
            assert ear.events == ["update"], ear.messages


async def test_a_page_of_its_author_does_not_hear_of_a_picture_that_is_withheld_in_secret(village: Village):
    v = village
    photo = await media.attach(v.running.house.square, v.ravi.viewer, picture())
    post, since = await v.says(v.ravi, "तंबू", pictures=[photo]), v.clock()
    v.clock.move(DAY)
    await measures.begin(v, Measure.WITHHOLD_MEDIA, photo, neutral=True)
    asked = f"/live/standing?ids={post.id}&since={since + DAY // 2}"
    assert (await v.look("IN", asked, v.ravi)).json()["changed"] == []
    assert (await v.look("IN", asked, v.meera)).json()["changed"] == [str(post.id)], "who sees it gone is told"


def _differ(one: Any, other: Any) -> Any:
    """Where two answers part."""
    at = next((i for i, (a, b) in enumerate(zip(one[1], other[1], strict=False)) if a != b), -1)
    return one[0], other[0], one[1][at - 60 : at + 80], other[1][at - 60 : at + 80], one[2], other[2]


# The words that a form has for itself, and what trends: where a post is withheld it trends no more, as everybody sees there.
APART = re.compile(rb'name="(?:csrf|key)" value="[^"]*"|data-push="[^"]*"|<aside class="side">.*?</aside>', re.DOTALL)


def _seen(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    kept = {n: answer.headers[n] for n in ("link", "etag", "last-modified") if n in answer.headers}
    return answer.status_code, APART.sub(b"", answer.content), kept


async def test_the_author_and_everybody_abroad_see_what_they_saw_before_a_gagged_act(village: Village):
    v = village
    photo = await media.attach(v.running.house.square, v.asha.viewer, picture())
    post = await v.says(v.asha, "तंबू #तंबू", pictures=[photo])
    await v.api(v.asha, "POST", "/api/v1/featured_tags", name="तंबू")
    (shown,) = (await v.api(v.asha, "GET", f"/api/v1/statuses/{post.id}")).json()["media_attachments"]
    paths = [
        post.path, v.asha.path, f"/api/v1/statuses/{post.id}", f"/api/v1/statuses/{post.id}/visibility", f"/api/v1/accounts/{v.asha.id}",
        f"/api/v1/accounts/{v.asha.id}/statuses", "/api/v1/withheld", "/api/v1/withheld?limit=1", "/home", "/notifications",
        "/settings", "/disputes/strikes", "/api/v1/accounts/verify_credentials", f"/live/standing?ids={post.id}&people={v.asha.id}&since=1",
        "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/notifications", f"/api/v1/accounts/{v.asha.id}/featured_tags",
    ]  # fmt: skip
    who: list[tuple[Villager | None, str]] = [(v.asha, "IN"), (v.asha, "DE"), (v.karl, "DE"), (None, "DE")]

    async def world() -> list[tuple[str, str, Any]]:
        found: list[tuple[str, str, Any]] = []
        for path in paths:
            for one, country in who:
                page = not path.startswith("/api")
                answer = await v.look(country, path, one) if page else await v.api(one, "GET", path, country=country)
                found.append((path, f"{one.handle if one else 'nobody'} in {country}", _seen(answer)))
        return found

    await world()  # whoever looks at their notices has read them
    before, now = await world(), v.clock()
    await v.withhold(post=post, by=v.chitra, second=v.dev, **GAGGED)
    await v.withhold_account(v.asha, by=v.chitra, second=v.dev, **GAGGED)
    v.clock.move(now - v.clock())
    for one, other in zip(before, await world(), strict=True):
        assert one == other, (one[:2], _differ(one[2], other[2]))
    # An app asks for files without its token; whoever has another's address is a stranger, and an address is passed on by whom it may be.
    theirs = (await v.api(v.karl, "GET", f"/api/v1/statuses/{post.id}", "DE")).json()["media_attachments"][0]
    assert (await v.look("IN", shown["url"])).status_code == 200
    assert (await v.look("IN", theirs["url"])).status_code == 451
    await v.withhold(post=post, by=v.chitra, second=v.dev, outcome="deamplify", reference_no="69A/1")
    assert (await v.look("IN", shown["url"])).status_code == 200, "what they were told hides nothing"
    v.clock.move(DAY)
    await v.withhold(post=post, by=v.chitra, second=v.dev)
    assert (await v.look("IN", shown["url"])).status_code == 451


async def test_the_stream_of_what_is_withheld_steps_over_what_is_secret(village: Village):
    v = village
    first, second, third = await v.says(v.ravi, "एक"), await v.says(v.ravi, "दो"), await v.says(v.ravi, "तीन")
    refs = [await v.withhold(post=first, by=v.chitra, second=v.dev)]
    for _ in range(3):
        refs.append(await v.withhold(post=second, by=v.chitra, second=v.dev))
        await v.lift(refs[-1], by=v.chitra)
    async with v.running.house.court.work.writing() as w:
        for ref, how in zip(refs[1:], ("gag", "aggregate_only", "none"), strict=True):
            await w.run(
                statement(update(orders).where(orders.c.ref == text_param("of")).values(secrecy=text_param("how"))),
                of=ref,
                how=how,
            )
        until = v.clock() + 1_000_000
        await w.run(statement(text(f"DROP TRIGGER orders_stay_as_they_were{'' if w.embedded else ' ON orders'}")))
        await w.run(statement(text(f"UPDATE orders SET gag_until = {until} WHERE ref = '{refs[3]}'")))
    refs.append(await v.withhold(post=third, by=v.chitra, second=v.dev))
    steps: list[list[str]] = []
    at, more = -1, True
    while more:
        answer = (await v.api(None, "GET", "/api/v1/withheld", since=at, limit=1)).json()
        steps.append([one["order_ref"] for one in answer["changes"]])
        assert answer["next"] == answer["changes"][-1]["cursor"]
        at, more = answer["next"], answer["more"]
    assert steps == [[refs[0]], [refs[4]]], "no step is empty, and none bears the number of a secret entry"
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(text(f"UPDATE orders SET published_at = {v.clock()} WHERE ref = '{refs[3]}'")))
    late = (await v.api(None, "GET", "/api/v1/withheld")).json()["changes"]
    assert refs[3] in [one["order_ref"] for one in late], "once it is public it is told"


async def test_what_a_gagged_placeholder_says_of_countries_is_what_the_reader_sees_anyway(village: Village):
    v = village
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, territory=["IN"], **GAGGED)
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(text("UPDATE rulings SET territory = 'IN,NP'")))
        w.touch(RULINGS, 0)
    seen = (await v.api(None, "GET", f"/api/v1/statuses/{v.asha.latest.id}")).json()
    assert seen["withheld_in_countries"] == ["IN"]


async def test_staff_outside_of_orders_see_no_marker_of_a_secret_ruling(village: Village):
    v = village
    moderator = await v.joins("manav", "मानव", role=Role.MODERATOR)
    post: VillagePost = v.asha.latest
    await v.withhold(post=post, by=v.chitra, second=v.dev, **GAGGED)
    assert "withheld_banner" not in (await v.api(moderator, "GET", f"/api/v1/statuses/{post.id}")).json()
    assert "withheld_banner" in (await v.api(v.chitra, "GET", f"/api/v1/statuses/{post.id}")).json()
    assert (await v.api(moderator, "GET", f"/api/v1/statuses/{post.id}/visibility")).json()["measures"] == []


async def test_nothing_can_be_learnt_from_a_proposal_under_gag(village: Village):
    """Neither does what is only proposed leave a trace for the author."""
    v = village
    ref = await v.receives(v.asha.latest.path, **GAGGED)
    before = (await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")).content
    await decisions.propose(v.running.house.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    assert (await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")).content == before
