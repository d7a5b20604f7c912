"""The data set: people who follow each other and write in Hindi and English, through the same functions that serve them."""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bench.in_force import withhold
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.kernel.clock import DAY, StillClock, system_clock
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.context import Square
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.social.signin.sessions import issue_token
from chaupal.store.identity import accounts, logins

PEOPLE, FOLLOWED, POSTS, CROWD, RULINGS = 50, 30, 3_000, 1_000, 10_000
SPAN = 10 * DAY  # over which the posts are spread, up to now
READERS_OF_STAR = 60  # of the crowd, those whose tokens are kept


def words(text: str) -> list[str]:
    return text.split()


HINDI = words(
    "किसान आंदोलन दिल्ली सरकार कानून गाँव खेत पानी बिजली सड़क बाज़ार दाम मंडी बात लोग आज कल सुबह शाम बारिश फसल गेहूँ धान "
    "ट्रैक्टर बैठक सवाल जवाब उम्मीद साथ भारत संविधान अदालत खबर पत्रकार लेखक कविता चाय दोस्त परिवार बच्चे स्कूल किताब"
)
ENGLISH = words(
    "farmers protest delhi government law village field water power road market price meeting question answer hope "
    "together india court news reporter poem tea friend family school book morning evening rain harvest wheat rice"
)
TAGS = ("किसान_आंदोलन", "किसान_आन्दोलन", "दिल्ली", "KisanAndolan", "चाय", "कविता", "news", "मंडी")
WORD = "आंदोलन"
TAG = "किसान_आंदोलन"


@dataclass
class DataSet:
    """Where it lies, and whose token is whose."""

    settings: Settings
    people: list[int] = field(default_factory=list[int])
    tokens: list[str] = field(default_factory=list[str])
    crowd: list[str] = field(default_factory=list[str])  # tokens of followers of `star`
    star: str = ""
    thread: int = 0
    post: int = 0
    handle: str = "person0"

    @classmethod
    def empty(cls) -> Self:
        """No data, but names of everything."""
        return cls(Settings(), people=[0])


def sentence(dice: random.Random, among: list[str]) -> str:
    text = " ".join(dice.choices(among, k=dice.randint(12, 40)))
    tags = " ".join(f"#{tag}" for tag in dice.sample(TAGS, dice.randint(0, 2)))
    return f"{text}। {tags}".strip()


async def seed(folder: Path, people: int, count: int, *, crowd: int = 0, database: str = "") -> DataSet:
    """`people` who follow 30 each, `count` posts among them over ten days, and one more with `crowd` followers.

    `database`: the URL of an empty PostgreSQL database; empty: SQLite.
    """
    settings = load_settings(
        environ={}, data=str(folder), database=database, port=0, rate_limit_scale=1_000_000, log_batch_minutes=0
    )
    clock = StillClock(system_clock() - SPAN)
    running = await open_house(settings, clock=clock, run=False)
    data = DataSet(settings)
    dice = random.Random(11)  # the same data set every time
    await _people(running, data, people, dice)
    written = await _write(running, data, count, dice, clock)
    if crowd:
        await _crowd(running, data, crowd)
    await running.runner.settle()
    await _rulings(running, written, clock)
    await running.close()
    return data


async def account(square: Square, handle: str, role: Role = Role.MEMBER) -> int:
    """Somebody who can be found and signs in by token only."""
    id_ = square.make_id()
    async with square.work.writing() as w:
        await accounts.add(w, id_, handle, name=f"{handle} जी", role=role, state="active")
        if role is not Role.MEMBER and square.enlist is not None:
            await square.enlist(w, id_, role)
        await logins.add(
            w,
            id_,
            email=f"{handle}@example.org",
            password_hash="",
            confirmed=True,
            approved=True,
            language="hi",
            reason="",
        )
        await accounts.find_by(w, id_, [handle])
    return id_


def _viewer(id_: int) -> Viewer:
    return Viewer(account=id_, country="IN")


async def _people(running: RunningHouse, data: DataSet, people: int, dice: random.Random) -> None:
    square = running.house.square
    data.people = [await account(square, f"person{number}") for number in range(people)]
    data.tokens = [await issue_token(square, id_, "read write follow") for id_ in data.people]
    for me in data.people:
        for them in dice.sample([p for p in data.people if p != me], min(FOLLOWED, people - 1)):
            await graph.follow(square, _viewer(me), them)


async def _write(running: RunningHouse, data: DataSet, count: int, dice: random.Random, clock: StillClock) -> list[int]:
    square = running.house.square
    written: list[int] = []
    for start in range(0, count, 50):
        drafts: list[tuple[int, posts.Draft]] = []
        for _ in range(min(50, count - start)):
            hindi = dice.random() < 0.7
            text = sentence(dice, HINDI if hindi else ENGLISH)
            reply = dice.choice(written[-200:]) if written and dice.random() < 0.2 else None
            draft = posts.Draft(
                text=text, language="hi" if hindi else "en", reply_to=reply, visibility=Visibility.PUBLIC
            )
            drafts.append((dice.choice(data.people), draft))
        clock.move(SPAN * 50 // (count + 1))
        written += await asyncio.gather(*(posts.publish(square, _viewer(me), draft) for me, draft in drafts))
    await _thread(square, data, dice)
    return written


async def _thread(square: Square, data: DataSet, dice: random.Random) -> None:
    """One conversation of twenty, whose page is about 40 kB."""
    parent: int | None = None
    for number in range(21):
        me = data.people[0] if number == 0 else dice.choice(data.people)
        draft = posts.Draft(text=sentence(dice, HINDI), language="hi", reply_to=parent)
        parent = await posts.publish(square, _viewer(me), draft)
        data.thread = data.thread or parent
        data.post = parent


async def _crowd(running: RunningHouse, data: DataSet, crowd: int) -> None:
    square = running.house.square
    star = await account(square, "star")
    data.star = await issue_token(square, star, "read write follow")
    for number in range(crowd):
        follower = await account(square, f"follower{number}")
        await graph.follow(square, _viewer(follower), star)
        if number < READERS_OF_STAR:
            data.crowd.append(await issue_token(square, follower, "read write follow"))


async def _rulings(running: RunningHouse, written: list[int], clock: StillClock) -> None:
    """In force: abroad on every twentieth post, in India on posts not asked for here; what is measured is asking, not hiding."""
    square = running.house.square
    abroad = [(id_, "DE") for id_ in written[::20]]
    named = abroad + [(square.make_id(), "IN") for _ in range(RULINGS - len(abroad))]
    await withhold(running.house.court, named)
