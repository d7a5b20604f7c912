"""`kill -9` during a storm of posts, over and over: nothing acknowledged is lost, nothing is lost or doubled in effect.

CRASH_ROUNDS says how often: a few in the suite, a hundred by hand (`CRASH_ROUNDS=100 pytest tests/journeys/test_crash.py`).
"""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chaupal.governance.verify import verify_log
from clients.waiting import eventually
from serving import Member, Served, join, served

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "12"))
SHORTEST, LONGEST = 0.05, 0.6  # seconds from the first post of a storm to the kill
AT_ONCE = 40  # ids that one request may ask for

# A repost's notice names the repost; what was reposted is what the member knows.
TOLD = """
    SELECT n.kind, n.account_id, n.from_id, coalesce(p.boost_of, p.id) FROM notices n JOIN posts p ON p.id = n.post_id
    WHERE n.kind IN ('mention', 'favourite', 'reblog')"""

type Pair = tuple[str, str]  # (member's handle, post id)


@dataclass
class Remembered:
    """What the members know to have said and done, by what the server answered; and what they do not know."""

    said: dict[str, str] = field(default_factory=dict[str, str])  # word -> post id, acknowledged
    drafts: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict[str, tuple[str, dict[str, Any]]])
    unsure: set[str] = field(default_factory=set[str])  # words sent, no answer
    liked: set[Pair] = field(default_factory=set[Pair])
    unsure_likes: set[Pair] = field(default_factory=set[Pair])
    reposted: set[Pair] = field(default_factory=set[Pair])
    unsure_reposts: set[Pair] = field(default_factory=set[Pair])


class Crowd:
    """Four members who post, answer, like and repost at once, and who ask again after a crash, as clients do."""

    def __init__(self, url: str, members: dict[str, Member], chance: random.Random) -> None:
        self.url, self.members, self.chance = url, members, chance
        self.handles = list(members)
        self.knows = Remembered()

    def client(self, handle: str) -> httpx2.AsyncClient:
        bearer = {"authorization": f"Bearer {self.members[handle].token}"}
        return httpx2.AsyncClient(base_url=self.url, headers=bearer, timeout=20)

    async def storm(self, number: int, server: Served) -> None:
        """Everybody writes until the server is killed under them."""
        tasks = [asyncio.create_task(self._write(handle, number)) for handle in self.handles]
        await asyncio.sleep(self.chance.uniform(SHORTEST, LONGEST))
        await asyncio.to_thread(server.kill)
        await asyncio.wait_for(asyncio.gather(*tasks), 30)

    async def _write(self, handle: str, number: int) -> None:
        async with self.client(handle) as client:
            count = 0
            try:
                while True:
                    count += 1
                    await self._say(client, handle, f"r{number}{handle}{count}x")
                    if count % 2 and (pair := self._somebody_elses(handle)):
                        await self._like(client, pair)
                    if count % 5 == 0 and (pair := self._somebody_elses(handle)):
                        await self._repost(client, pair)
            except httpx2.TransportError:
                return  # the server is gone

    async def _say(self, client: httpx2.AsyncClient, handle: str, word: str) -> None:
        draft = self.knows.drafts.get(word, (handle, self._draft(handle, word)))
        self.knows.drafts[word] = draft
        self.knows.unsure.add(word)
        answer = await client.post("/api/v1/statuses", json=draft[1], headers={"idempotency-key": word})
        assert answer.status_code == 200, answer.text
        self.knows.said[word] = answer.json()["id"]
        self.knows.unsure.discard(word)

    def _draft(self, handle: str, word: str) -> dict[str, Any]:
        mentioned = self.handles[(self.handles.index(handle) + 1) % len(self.handles)]
        draft: dict[str, Any] = {"status": f"{word} @{mentioned} #तूफ़ान"}
        if self.knows.said and self.chance.random() < 0.3:
            draft["in_reply_to_id"] = self.chance.choice(list(self.knows.said.values()))
        return draft

    def _somebody_elses(self, handle: str) -> Pair | None:
        others = [word for word in list(self.knows.said)[-30:] if self.knows.drafts[word][0] != handle]
        return (handle, self.knows.said[self.chance.choice(others)]) if others else None

    async def _like(self, client: httpx2.AsyncClient, pair: Pair) -> None:
        self.knows.unsure_likes.add(pair)
        answer = await client.post(f"/api/v1/statuses/{pair[1]}/favourite")
        assert answer.status_code == 200, answer.text
        self.knows.liked.add(pair)
        self.knows.unsure_likes.discard(pair)

    async def _repost(self, client: httpx2.AsyncClient, pair: Pair) -> None:
        self.knows.unsure_reposts.add(pair)
        answer = await client.post(f"/api/v1/statuses/{pair[1]}/reblog")
        assert answer.status_code == 200, answer.text
        self.knows.reposted.add(pair)
        self.knows.unsure_reposts.discard(pair)

    async def ask_again(self) -> None:
        """Whatever was not answered is sent once more, with its key; it must come out as one."""
        for handle in self.handles:
            async with self.client(handle) as client:
                for word in [w for w in self.knows.unsure if self.knows.drafts[w][0] == handle]:
                    await self._say(client, handle, word)
                for pair in [p for p in self.knows.unsure_likes if p[0] == handle]:
                    await self._like(client, pair)
                for pair in [p for p in self.knows.unsure_reposts if p[0] == handle]:
                    await self._repost(client, pair)

    async def missing(self, words: list[str]) -> list[str]:
        """Which of these acknowledged posts the server does not have, or has otherwise."""
        lost: list[str] = []
        async with self.client(self.handles[0]) as client:
            for start in range(0, len(words), AT_ONCE):
                asked = {self.knows.said[word]: word for word in words[start : start + AT_ONCE]}
                answer = await client.get("/api/v1/statuses", params={"id[]": list(asked)})
                there = {status["id"]: status["content"] for status in answer.raise_for_status().json()}
                lost += [word for id_, word in asked.items() if f"<p>{word} " not in there.get(id_, "")]
        return lost


@pytest.fixture(scope="module")
def weathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Crowd]]:
    """A server on one data directory that was killed ROUNDS times, and is now stopped; and what its members know."""
    with served(tmp_path_factory.mktemp("storm"), log_level="error") as server:
        crowd = Crowd(server.url, join(server.settings, "asha", "binod", "chitra", "devika"), random.Random(2021))
        for number in range(ROUNDS):
            before = len(crowd.knows.said)
            asyncio.run(crowd.storm(number, server))
            words = list(crowd.knows.said)[before:]
            server.start()
            lost = asyncio.run(crowd.missing(words))
            assert lost == [], f"lost in round {number}: acknowledged, and not there after the crash"
            asyncio.run(crowd.ask_again())
        eventually(lambda: rows(server, "SELECT count(*) FROM outbox")[0][0] == 0)
        yield server, crowd


def rows(server: Served, question: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(f"file:{Path(server.settings.data) / 'chaupal.db'}?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


def test_there_was_a_storm(weathered: tuple[Served, Crowd]):
    _, crowd = weathered
    assert len(crowd.knows.said) > ROUNDS * 4
    assert crowd.knows.liked and crowd.knows.reposted


def test_every_post_is_there_once(weathered: tuple[Served, Crowd]):
    server, crowd = weathered
    there = Counter(text for (text,) in rows(server, "SELECT text FROM posts WHERE boost_of IS NULL"))
    assert there == Counter(draft["status"] for _, draft in crowd.knows.drafts.values())
    assert asyncio.run(crowd.missing(list(crowd.knows.said))) == []


def test_every_like_and_repost_is_there_once(weathered: tuple[Served, Crowd]):
    server, crowd = weathered
    handles = {int(member.id): handle for handle, member in crowd.members.items()}
    likes = Counter((handles[who], str(post)) for who, post in rows(server, "SELECT account_id, post_id FROM likes"))
    reposts = Counter(
        (handles[who], str(post))
        for who, post in rows(server, "SELECT author, boost_of FROM posts WHERE boost_of IS NOT NULL")
    )
    assert likes == Counter(crowd.knows.liked)
    assert reposts == Counter(crowd.knows.reposted)


def test_everybody_was_told_once_of_everything(weathered: tuple[Served, Crowd]):
    server, crowd = weathered
    authors = {crowd.knows.said[word]: handle for word, (handle, _) in crowd.knows.drafts.items()}
    owed: Counter[tuple[str, str, str, str]] = Counter()
    for word, (handle, draft) in crowd.knows.drafts.items():
        mentioned = draft["status"].split("@")[1].split()[0]
        owed["mention", mentioned, handle, crowd.knows.said[word]] += 1
    for kind, pairs in (("favourite", crowd.knows.liked), ("reblog", crowd.knows.reposted)):
        for who, post in pairs:
            owed[kind, authors[post], who, post] += 1
    handles = {int(member.id): handle for handle, member in crowd.members.items()}
    told = Counter((kind, handles[whom], handles[by], str(post)) for kind, whom, by, post in rows(server, TOLD))
    assert told - owed == Counter(), "told twice, or of what never was"
    assert owed - told == Counter(), "never told"


def test_counts_did_not_drift(weathered: tuple[Served, Crowd]):
    server, _ = weathered
    drifted = """
        SELECT p.id FROM posts p WHERE
          p.replies_count <> (SELECT count(*) FROM posts r WHERE r.reply_to = p.id) OR
          p.boosts_count <> (SELECT count(*) FROM posts b WHERE b.boost_of = p.id) OR
          p.likes_count <> (SELECT count(*) FROM likes l WHERE l.post_id = p.id)"""
    assert rows(server, drifted) == []
    assert rows(server, "SELECT uses FROM tags") == [(len(rows(server, "SELECT post_id FROM post_tags")),)]
    assert (
        rows(
            server, "SELECT a.id FROM accounts a WHERE posts_count <> (SELECT count(*) FROM posts WHERE author = a.id)"
        )
        == []
    )


def test_search_finds_each_post_once(weathered: tuple[Served, Crowd]):
    server, crowd = weathered
    indexed = [row for (row,) in rows(server, "SELECT rowid FROM post_words")]
    assert sorted(indexed) == sorted(int(id_) for id_ in crowd.knows.said.values())
    with server.client(crowd.members["asha"]) as client:
        for word in random.Random(7).sample(list(crowd.knows.said), 25):
            found = client.get("/api/v2/search", params={"q": word, "type": "statuses"}).json()["statuses"]
            assert [status["id"] for status in found] == [crowd.knows.said[word]]


def test_nothing_waits_and_nothing_was_given_up(weathered: tuple[Served, Crowd]):
    server, _ = weathered
    assert rows(server, "SELECT count(*) FROM outbox") == [(0,)]


def test_the_house_is_whole(weathered: tuple[Served, Crowd]):
    server, _ = weathered
    server.cli("check")


def test_the_log_verifies_from_outside(weathered: tuple[Served, Crowd]):
    server, _ = weathered
    report = verify_log(f"{server.url}/log/")
    assert report.ok, f"{report.fault}: {report.where}"
