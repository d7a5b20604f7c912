"""What there is when a storm is over: rows of the primary, the log and its leaves, letters and mails, once nothing waits any more."""

import asyncio
import hashlib
import json
import time
from collections import Counter as Tally
from pathlib import Path

import asyncpg
import httpx2

from chaupal_audit.log.verify import verify_log
from cluster.cluster import Cluster
from cluster.engines import DATABASE
from cluster.history import Counter, Ending

PATIENCE = 60.0  # seconds in which everything that waits is carried out
KINDS = ("post", "like", "notice", "order", "media")

POSTS = "SELECT p.id, p.text, a.handle FROM posts p JOIN accounts a ON a.id = p.author WHERE p.boost_of IS NULL"
LIKES = "SELECT a.handle, l.post_id FROM likes l JOIN accounts a ON a.id = l.account_id"
NOTICES = """SELECT n.kind, f.handle AS by, t.handle AS whom, n.post_id FROM notices n JOIN accounts f ON f.id = n.from_id
    JOIN accounts t ON t.id = n.account_id WHERE n.kind IN ('mention', 'favourite') AND n.post_id IS NOT NULL"""
REPORTS = """SELECT b.handle AS who, a.handle AS whom FROM reports r JOIN accounts b ON b.id = r.reporter_id
    JOIN accounts a ON a.id = r.account_id"""
DRIFT = (
    """SELECT p.id, p.likes_count AS kept, (SELECT count(*) FROM likes l WHERE l.post_id = p.id) AS rows FROM posts p"""
)
SAID = """SELECT a.handle, a.posts_count AS kept,
    (SELECT count(*) FROM posts p WHERE p.author = a.id AND p.visibility <= 1) AS rows FROM accounts a"""
FOLLOWED = """SELECT a.handle, a.followers_count AS kept, (SELECT count(*) FROM follows f WHERE f."to" = a.id) AS rows FROM accounts a"""


async def settle(cluster: Cluster) -> tuple[float, list[str]]:
    """Wait until nothing waits in the outbox; seconds that it took, and what waits all the same.

    Mails that somebody was at who died would be taken up again after minutes: here they are due once everybody lives.
    """
    began = time.monotonic()
    while (passed := time.monotonic() - began) < PATIENCE:
        if await asyncio.to_thread(cluster.primary.ask, "SELECT count(*) FROM outbox") == "0":
            return passed, []
        if passed > PATIENCE / 6:
            await asyncio.to_thread(cluster.primary.ask, "UPDATE outbox SET due_at = 0 WHERE failed_at IS NULL")
        await asyncio.sleep(0.2 if passed < PATIENCE / 6 else 3)
    told = await asyncio.to_thread(
        cluster.primary.ask, "SELECT name, tries, failed_at, left(body, 200) FROM outbox LIMIT 20"
    )
    return passed, told.splitlines()


async def look(cluster: Cluster, mark: str = "") -> tuple[Ending, list[str]]:
    """How it ended, and what the verifier says against the log. `mark`: what stands in the words of this storm."""
    db = await asyncpg.connect(f"postgresql://chaupal@127.0.0.1:{cluster.primary.port}/{DATABASE}")
    try:
        ending = await _rows(db, mark)
    finally:
        await db.close()
    ending.there |= _mails(cluster.folder)
    report = await asyncio.to_thread(verify_log, f"{cluster.url}/log")
    faults = [] if report.ok else [f"{report.fault}: {report.where}"]
    ending.key = (await asyncio.to_thread(httpx2.get, f"{cluster.url}/log/key")).text.strip()
    return ending, faults


async def _rows(db: asyncpg.Connection, mark: str) -> Ending:
    posts = await db.fetch(POSTS)
    words = {row["id"]: row["text"].split()[0] for row in posts if mark in row["text"] and row["handle"] != "chaupal"}
    there: Tally[str] = Tally()
    there.update(f"post {word}" for word in words.values() if not word.startswith("oops"))
    there.update(f"letter {_short(row['text'])}" for row in posts if row["handle"] == "chaupal")
    there.update(
        f"like {row['handle']} {words[row['post_id']]}" for row in await db.fetch(LIKES) if row["post_id"] in words
    )
    for row in await db.fetch(NOTICES):
        if row["post_id"] in words:
            there[f"notice {row['kind']} {row['by']} {row['whom']} {words[row['post_id']]}"] += 1
    there.update(f"report {row['who']} {row['whom']}" for row in await db.fetch(REPORTS))
    there.update(
        f"order {row['reference_no']}"
        for row in await db.fetch("SELECT reference_no FROM orders")
        if mark in row["reference_no"]
    )
    attached = await db.fetch("SELECT post_id FROM media WHERE post_id IS NOT NULL")
    there.update(f"media {words[row['post_id']]}" for row in attached if row["post_id"] in words)
    await _count_entries(db, mark, there)
    counters = [
        Counter(f"likes of {words.get(row['id'], row['id'])}", row["kept"], row["rows"])
        for row in await db.fetch(DRIFT)
    ]
    counters += [Counter(f"posts of {row['handle']}", row["kept"], row["rows"]) for row in await db.fetch(SAID)]
    counters += [Counter(f"followers of {row['handle']}", row["kept"], row["rows"]) for row in await db.fetch(FOLLOWED)]
    leaves = [row["hash"] for row in await db.fetch("SELECT hash FROM log_nodes WHERE level = 0 ORDER BY index")]
    return Ending(dict(there), KINDS, counters, leaves)


async def _count_entries(db: asyncpg.Connection, mark: str, there: Tally[str]) -> None:
    """Entries of the log that say that an order came, by the number that its authority gave it."""
    known = {row["ref"]: row["reference_no"] for row in await db.fetch("SELECT ref, reference_no FROM orders")}
    for row in await db.fetch("SELECT body FROM log_entries WHERE kind = 'order'"):
        if mark in (number := known.get(json.loads(row["body"]).get("ref"), "")) and number:
            there[f"entry order {number}"] += 1
    in_force = await db.fetch("SELECT subject_id FROM rulings WHERE lifted_at IS NULL AND measure = 'withhold_post'")
    there.update(f"ruling {row['subject_id']}" for row in in_force)


def _mails(folder: Path) -> dict[str, int]:
    """Mails that the houses wrote to their folders, by what they say."""
    mails = (path for house in folder.glob("*/mail") for path in house.iterdir() if path.is_file())
    return dict(Tally(f"mail {_short(path.read_text(errors='replace'))}" for path in mails))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
