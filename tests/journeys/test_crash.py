"""`kill -9` during a storm of posts, over and over: nothing acknowledged is lost, nothing is lost or doubled in effect.

CRASH_ROUNDS says how often: a few in the suite, a hundred by hand (`CRASH_ROUNDS=100 pytest tests/journeys/test_crash.py`).
"""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chaupal.policy.viewer import Role
from chaupal_audit.log.verify import verify_log
from journeys.storm import Crowd, Office, open_office, storm
from serving import Served, join, served
from waiting import PATIENCE, eventually

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "10"))

# A repost's notice names the repost; what was reposted is what the member knows.
OFFICIAL = "(SELECT id FROM accounts WHERE handle IN ('meera', 'chaupal'))"  # the office's targets, and its letters
OURS = f"author NOT IN {OFFICIAL}"
TOLD = f"""
    SELECT n.kind, n.account_id, n.from_id, coalesce(p.boost_of, p.id) FROM notices n JOIN posts p ON p.id = n.post_id
    WHERE n.kind IN ('mention', 'favourite', 'reblog') AND n.from_id NOT IN {OFFICIAL}"""
LETTERS = "SELECT text FROM posts WHERE author = (SELECT id FROM accounts WHERE handle = 'chaupal')"

type Weathered = tuple[Served, Crowd, Office]


@pytest.fixture(scope="module")
def weathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weathered]:
    """A server on one data directory that was killed ROUNDS times, and runs again; and what its people know."""
    with served(tmp_path_factory.mktemp("storm"), log_level="error") as server:
        crowd = Crowd(server.url, join(server.settings, "asha", "binod", "chitra", "devika"), random.Random(2021))
        staff = {
            **join(server.settings, "clerk", role=Role.CLERK),
            **join(server.settings, "ravi", role=Role.REVIEWER),
            **join(server.settings, "dev", role=Role.APPROVER),
        }
        office = asyncio.run(open_office(server.settings, staff, join(server.settings, "meera")["meera"]))
        key = ""
        for number in range(ROUNDS):
            before = len(crowd.knows.said)
            # However slow the machine is: by the last kill there was something of each kind to lose.
            enough = partial(stormy, crowd, office) if number == ROUNDS - 1 else always
            asyncio.run(storm(number, crowd, office, server, enough))
            words = list(crowd.knows.said)[before:]
            server.start()
            lost = asyncio.run(crowd.missing(words))
            assert lost == [], f"lost in round {number}: acknowledged, and not there after the crash"
            asyncio.run(crowd.ask_again())
            assert asyncio.run(office.still_shown()) == [], f"round {number}: withheld, and shown after the crash"
            report = verify_log(f"{server.url}/log", key or None, previous_checkpoint=office.checkpoint or None)
            assert report.ok, f"round {number}: {report.fault}: {report.where}"
            key = report.vkey
        eventually(lambda: rows(server, "SELECT count(*) FROM outbox")[0][0] == 0)
        yield server, crowd, office


def always() -> bool:
    return True


def stormy(crowd: Crowd, office: Office) -> bool:
    knows = crowd.knows
    return len(knows.said) > ROUNDS * 4 and all((knows.liked, knows.reposted, office.withheld, office.checkpoint))


def rows(server: Served, question: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(f"file:{Path(server.settings.data) / 'chaupal.db'}?mode=ro", uri=True, timeout=PATIENCE)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


def test_there_was_a_storm(weathered: Weathered):
    _, crowd, office = weathered
    assert stormy(crowd, office)


def test_every_post_is_there_once(weathered: Weathered):
    server, crowd, _ = weathered
    there = Counter(text for (text,) in rows(server, f"SELECT text FROM posts WHERE boost_of IS NULL AND {OURS}"))
    assert there == Counter(draft["status"] for _, draft in crowd.knows.drafts.values())
    assert asyncio.run(crowd.missing(list(crowd.knows.said))) == []


def test_every_like_and_repost_is_there_once(weathered: Weathered):
    server, crowd, _ = weathered
    handles = {int(member.id): handle for handle, member in crowd.members.items()}
    likes = Counter((handles[who], str(post)) for who, post in rows(server, "SELECT account_id, post_id FROM likes"))
    reposts = Counter(
        (handles[who], str(post))
        for who, post in rows(server, "SELECT author, boost_of FROM posts WHERE boost_of IS NOT NULL")
    )
    assert likes == Counter(crowd.knows.liked)
    assert reposts == Counter(crowd.knows.reposted)


def test_everybody_was_told_once_of_everything(weathered: Weathered):
    server, crowd, _ = weathered
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


def test_counts_did_not_drift(weathered: Weathered):
    server, *_ = weathered
    drifted = """
        SELECT p.id FROM posts p WHERE
          p.replies_count <> (SELECT count(*) FROM posts r WHERE r.reply_to = p.id AND r.visibility <= 1) OR
          p.boosts_count <> (SELECT count(*) FROM posts b WHERE b.boost_of = p.id AND b.visibility <= 1) OR
          p.likes_count <> (SELECT count(*) FROM likes l WHERE l.post_id = p.id)"""
    assert rows(server, drifted) == []
    assert rows(server, "SELECT uses FROM tags") == [(len(rows(server, "SELECT post_id FROM post_tags")),)]
    said = "SELECT count(*) FROM posts WHERE author = a.id AND visibility <= 1"
    assert rows(server, f"SELECT a.id FROM accounts a WHERE posts_count <> ({said})") == []


def test_search_finds_each_post_once(weathered: Weathered):
    server, crowd, _ = weathered
    indexed = [
        row for (row,) in rows(server, f"SELECT w.rowid FROM post_words w JOIN posts p ON p.id = w.rowid WHERE {OURS}")
    ]
    assert sorted(indexed) == sorted(int(id_) for id_ in crowd.knows.said.values())
    with server.client(crowd.members["asha"]) as client:
        for word in random.Random(7).sample(list(crowd.knows.said), 25):
            found = client.get("/api/v2/search", params={"q": word, "type": "statuses"}).json()["statuses"]
            assert [status["id"] for status in found] == [crowd.knows.said[word]]


def test_nothing_waits_and_nothing_was_given_up(weathered: Weathered):
    server, *_ = weathered
    assert rows(server, "SELECT count(*) FROM outbox") == [(0,)]


def test_the_house_is_whole(weathered: Weathered):
    server, *_ = weathered
    server.cli("check")


def test_every_order_that_was_carried_out_is_in_the_log(weathered: Weathered):
    server, _, office = weathered
    report = verify_log(f"{server.url}/log", previous_checkpoint=office.checkpoint)
    assert report.ok, f"{report.fault}: {report.where}"
    in_force = [str(post) for (post,) in rows(server, "SELECT subject_id FROM rulings WHERE lifted_at IS NULL")]
    assert len(in_force) == len(set(in_force)) and set(office.withheld) <= set(in_force)
    assert (
        report.entries["order"] >= len(in_force) == rows(server, "SELECT count(DISTINCT log_index) FROM rulings")[0][0]
    )
    told = rows(
        server,
        "SELECT cause, count(*) FROM notices WHERE kind NOT IN ('mention', 'favourite', 'reblog') GROUP BY cause, account_id",
    )
    assert len(told) >= len(in_force) and {count for _, count in told} == {1}, "the author is told once of each"
    letters = [text for (text,) in rows(server, LETTERS)]
    to_staff = [text for text in letters if "/office/orders/" in text]
    demands = [text for text in letters if text not in to_staff and "/disputes/strikes/" not in text]
    assert to_staff and len(letters) == len(set(letters)), "staff of what came in, and nobody twice of the same"
    assert len(letters) == len(in_force) + len(demands) + len(to_staff), "and written to once about each"
    assert len(demands) == report.entries["order"], "of each demand at receipt"
