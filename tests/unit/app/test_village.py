"""The village is founded once, whole, by the functions that people's clicks call; its bar exists nowhere else."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest

from chaupal.app.village import BEGUN, FOUNDED, MARK, PASSWORD, prepare
from chaupal.app.village_pictures import PICTURES
from chaupal.app.village_story import Play, load_play
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.log import log
from chaupal.kernel.clock import HOUR, StillClock, iso
from chaupal.kernel.errors import Problem
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Viewer
from chaupal.reads.explore import trends
from chaupal.social.people import accounts
from chaupal.social.signin import logins
from chaupal.store.court import case_events, docket, ledger
from chaupal.store.identity.accounts import census
from chaupal.store.machine import marks, outbox
from village import Village

PLAY = load_play()
LINES = [line for scene in PLAY.scene for line in scene.lines]
HANDLES = {villager.handle for villager in PLAY.cast}


# --- the play ---


def named_in(play: Play) -> set[str]:
    """Every handle that somebody follows, likes or reposts with, or lets in."""
    lists = [f"{v.follows} {v.grants}" for v in play.cast] + [
        f"{line.by} {line.likes} {line.reposts}" for line in LINES
    ]
    return {handle for names in lists for handle in names.split()}


def test_whoever_acts_in_the_play_is_of_the_cast():
    assert named_in(PLAY) == HANDLES


def test_a_line_answers_one_that_was_said_before_it():
    said: set[str] = set()
    for line in LINES:
        assert not line.to or line.to in said, line.text
        said.add(line.id)


def test_scenes_follow_one_another_and_end_before_the_founding():
    ends: list[float] = []
    for scene in PLAY.scene:
        assert not ends or scene.ago < ends[-1], f"the scene {scene.ago} h ago begins before the last one ended"
        ends.append(scene.ago - sum(line.wait for line in scene.lines[1:]) / 60)
    assert ends[-1] > 0


def test_a_picture_is_painted_and_described():
    shown = [line for line in LINES if line.picture]
    assert shown and all(line.picture in PICTURES and len(line.alt) > 20 for line in shown)


# --- the founding ---


@pytest.fixture
def played(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, village=True)


@pytest.fixture
async def retold(played: Settings, clock: StillClock) -> AsyncIterator[RunningHouse]:
    """The whole village, an hour after its founding."""
    assert await prepare(played, clock)
    clock.move(HOUR)
    running = await open_house(played, clock=clock, run=False)
    yield running
    await running.close()


async def standing(running: RunningHouse) -> dict[str, int]:
    """State -> how many targets of all orders stand there."""
    found: dict[str, int] = {}
    async with running.house.square.work.reading() as reading:
        orders = await docket.orders_below(reading, 2**62, 10)
        for states in (await case_events.standing(reading, [order.id for order in orders])).values():
            for (state, _), many in states.items():
                found[state] = found.get(state, 0) + many
    return found


async def check_seen(retold: RunningHouse) -> None:
    """What was withheld is gone in India alone, and what was refused is there."""
    transport = httpx2.ASGITransport(app=retold.app)
    async with httpx2.AsyncClient(transport=transport, base_url=retold.house.settings.origin) as client:

        async def seen(path: str, country: str) -> str:
            return (await client.get(path, headers={"cookie": f"look_as={country}; language=hi"})).text

        for path, words in (("/@balbir", "हाथ-पैर तोड़"), ("/@viralsach24", "टीवी वाले नहीं बताएँगे")):
            assert words not in await seen(path, "IN")
            assert words in await seen(path, "DE")
        assert "सौ पन्ने" in await seen("/@aaina", "IN")


async def test_the_village_is_founded_whole_as_it_is_seen_and_only_once(
    retold: RunningHouse, played: Settings, clock: StillClock
):
    square = retold.house.square
    async with square.work.reading() as reading:
        before = await census(reading, 0)
        (newest,) = await ledger.entries(reading, await ledger.size(reading) - 1, 1)
        assert msgspec.json.decode(newest)["at"][:16] <= iso(clock() - HOUR)[:16]  # what visitors do is later
        assert await outbox.is_empty(reading)
        assert await marks.read(reading, MARK) == FOUNDED
    assert before.people == len(HANDLES) - 1  # one is suspended
    assert before.posts >= len(LINES)
    assert await standing(retold) == {
        "received": 2,
        "in_force": 5,
        "lifted": 2,
        "refused": 6,
        "not_found": 1,
        "overturned": 1,
    }
    assert await log.recount(retold.house.court) > 20
    hot = [tag.name for tag in await trends.tags(retold.house.reads, Viewer(country="IN"))]
    assert hot[0] == "किसान_आंदोलन" and {"चौपाल", "दिल्ली", "प्रेस_की_आज़ादी", "KisanAndolan"} <= set(hot)
    assert (await logins.sign_in(square, "asha", PASSWORD)).handle == "asha"
    await check_seen(retold)
    assert not await prepare(played, clock)
    async with square.work.reading() as reading:
        assert await census(reading, 0) == before


async def test_a_square_that_is_no_village_is_left_as_it_is(played: Settings, clock: StillClock):
    running = await open_house(played, clock=clock, run=False)
    await accounts.create(running.house.square, handle="asha", email="asha@real.example", password="a-real-password")
    await running.close()
    assert not await prepare(played, clock)
    running = await open_house(played, clock=clock, run=False)
    async with running.house.square.work.reading() as reading:
        assert (await census(reading, 0)).people == 1
    transport = httpx2.ASGITransport(app=running.app)
    async with httpx2.AsyncClient(transport=transport, base_url=played.origin) as client:
        answer = await press(client, "login", handle="asha")
    await running.close()
    assert answer.status_code == 404


async def test_a_founding_that_was_cut_short_is_said_and_not_served(played: Settings, clock: StillClock):
    running = await open_house(played, clock=clock, run=False)
    async with running.house.square.work.writing() as w:
        await marks.write(w, MARK, BEGUN)
    await running.close()
    with pytest.raises(Problem, match="cut short"):
        await prepare(played, clock)


# --- the bar ---


async def press(client: httpx2.AsyncClient, what: str, **form: str) -> httpx2.Response:
    """A button of the bar, with the visitor's word that its form holds."""
    word = "a-word-of-twenty-letters-and-more"
    return await client.post(f"/village/{what}", data={"csrf": word} | form, headers={"cookie": f"visitor={word}"})


async def test_a_visitor_looks_from_another_country_until_they_look_from_elsewhere(village: Village):
    chosen = await press(village.client, "look", country="DE", next="/@asha")
    assert chosen.status_code == 303 and chosen.headers["location"] == "/@asha"
    assert "look_as=DE" in chosen.headers["set-cookie"]
    assert "Max-Age=0" in (await press(village.client, "look", country="")).headers["set-cookie"]
    assert (await press(village.client, "look", country="XX")).status_code == 404


async def test_a_visitor_is_one_of_the_cast_with_one_click_and_nobody_else(village: Village):
    played = await press(village.client, "login", handle="asha")
    assert played.status_code == 303
    secret = played.headers["set-cookie"].partition("chaupal=")[2].partition(";")[0]
    page = (await village.client.get("/", headers={"cookie": f"chaupal={secret}"})).text
    assert "@asha" in page
    await accounts.create(village.running.house.square, handle="newcomer", email="n@real.example", password=PASSWORD)
    assert (await press(village.client, "login", handle="newcomer")).status_code == 404


async def test_the_bar_exists_in_the_village_only(house: RunningHouse):
    transport = httpx2.ASGITransport(app=house.app)
    async with httpx2.AsyncClient(transport=transport, base_url=house.house.settings.origin) as client:
        answers = [await press(client, "look", country="DE"), await press(client, "login", handle="asha")]
        page = (await client.get("/", headers={"cookie": "look_as=DE"})).text
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "/village/" not in page


# --- the tests' own cast ---


async def test_a_reader_in_india_meets_a_placeholder_and_a_reader_in_germany_the_post(village: Village):
    post = village.asha.latest
    words = "सरसों में फूल आ गए"
    ref = await village.withhold(post=post, territory=["IN"], by=village.chitra, second=village.dev)
    assert words not in await village.page_as("IN", post)
    assert "भारत में नहीं दिखाई जा रही" in await village.page_as("IN", post)
    assert words in await village.page_as("DE", post)
    assert words in await village.page_as("IN", post, village.asha)
    there = (await village.api(village.karl, "GET", f"/api/v1/statuses/{post.id}", country="DE")).json()
    here = (await village.api(village.ravi, "GET", f"/api/v1/statuses/{post.id}", country="IN")).text
    assert words in there["content"] and words not in here
    await village.lift(ref, by=village.dev)
    assert words in await village.page_as("IN", post)
