"""Two worlds: the same history is played twice, with and without a secret order, and every route answers byte for byte the same.

Clock, ids and randomness are those of the moment in both, so whatever differs tells of the order. What may differ is named in
`OTHERWISE`, and is: the post itself where it is withheld, and what stands in the opaque entries of the log.
"""

import hashlib
import os
import random
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest

from chaupal.app.wiring import open_house
from chaupal.governance import tlog
from chaupal.governance.cases import decisions
from chaupal.governance.log import batches as log_batches
from chaupal.kernel.clock import HOUR, MINUTE, SECOND, StillClock
from chaupal.kernel.settings import Settings, load_settings
from surfaces.canary import Eyes, World, ask, crawled, paths
from village import CAST, Village

SAID = "बगुले ने रात में यह कहा।"  # the post that the secret order is about
WHY = "इस आदेश का कारण किसी को नहीं बताया जाता, लेखक को भी नहीं।"
# Files of the log hold the digests of opaque entries, which are random; their sizes and every open entry are compared.
OPAQUE = ("/log/tile/", "/log/entry/", "/log/receipt/", "/log/checkpoint")
ANSWERS_OF_THE_MOMENT = frozenset({"date", "server-timing", "x-request-id", "etag", "set-cookie", "content-length"})


class Dice:
    """Randomness that is a function of the moment and of how much was taken in it: the same in both worlds."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.at, self.taken = 0, 0

    def __call__(self, many: int) -> bytes:
        if self.clock() != self.at:
            self.at, self.taken = self.clock(), 0
        self.taken += 1
        return hashlib.shake_256(f"{self.at} {self.taken}".encode()).digest(many)


@asynccontextmanager
async def world(
    folder: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, *, secret: bool
) -> AsyncIterator[tuple[World, int]]:
    """The world, and the id of the post that the secret order is about where there is one."""
    folder.mkdir(mode=0o700)  # noqa: ASYNC240
    shutil.copy(migrated, folder)
    settings: Settings = load_settings(environ={}, data=str(folder), port=8000, rate_limits=False, log_batch_minutes=60)
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    clock = StillClock()
    dice = Dice(clock)
    monkeypatch.setattr(random, "_urandom", dice)
    monkeypatch.setattr(os, "urandom", dice)
    running = await open_house(settings, clock=clock, run=False)
    v = Village(running, clock)
    try:
        for handle, (name, role, _, country, said) in CAST.items():
            clock.move(SECOND)
            await v.joins(handle, name, role, country)
            for text in said:
                await v.says(v.cast[handle], text, language="hi")
        clock.move(SECOND)
        await v.joins("koel", "koel")
        post = await v.says(v.meera, SAID, language="hi")
        await v.api(v.karl, "POST", f"/api/v1/statuses/{post.id}/favourite")
        await v.settle()
        await _hour(v)
        await v.withhold(post=v.ravi.latest, by=v.chitra, second=v.dev)
        await _hour(v)
        if secret:
            await _in_secret(v, post.path)
        await _hour(v)
        await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
        await _hour(v)
        names = _names(v, post.id)
        yield World(v, names, {"post": post.id}), post.id
    finally:
        await v.client.aclose()
        await running.close()


async def _in_secret(v: Village, path: str) -> None:
    """An order under a gag, filed, decided, refused in part and lifted again in part, within one hour."""
    court = v.running.house.court
    ref = await v.receives(path, "@karl", gag_until="2021-03-10T12:00")
    v.clock.move(SECOND)
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=WHY)
    v.clock.move(SECOND)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    v.clock.move(SECOND)
    await decisions.propose(court, v.chitra.viewer, ref, 2, outcome="refuse", reason=WHY, code="protected_expression")
    v.clock.move(SECOND)
    await decisions.approve(court, v.dev.viewer, ref, 2)
    await v.settle()


async def _hour(v: Village) -> None:
    """To the next full hour, at which the log is signed, and a second past it: both worlds stand at the same moment."""
    v.clock.at += HOUR - v.clock.at % HOUR
    assert await log_batches.publish_due(v.running.house.court)
    v.clock.move(SECOND)


def _names(v: Village, post: int) -> dict[str, list[object]]:
    posts: list[object] = [post, v.ravi.latest.id, v.asha.latest.id]
    people: list[object] = [v.meera.id, v.ravi.id]
    return {
        "/api/v1/statuses/ id": posts, "/posts/ id": posts, "/@ id": posts, "/api/v1/polls/ id": posts, "/cards/ id": posts,
        "/api/v1/accounts/ id": people, "/people/ id": people, "/api/v1/follow_requests/ id": people,
        "/api/v1/admin/accounts/ id": people, "account": people, "handle": ["meera", "ravi"], "tag": ["किसान_आंदोलन"],
        "name": ["avatar.png"], "/api/v1/transparency/tables/ name": ["T1.json", "T2.csv", "T3.json", "T6.json", "T19.json"],
        "/transparency/ table": ["t1", "t3", "t13"], "group_key": ["ungrouped-1"], "act": ["like"], "language": ["hi"],
        "rendition": ["original"], "secret": ["x"], "slug": ["x"], "path": ["0/000.p/64", "entries/000.p/64"],
        "index": [0, 3, 20, 40, 63, 999], "/log/openings/ index": [0, 1], "ref": ["IN-2021-0001", "IN-2021-0002", "IN-2021-0003", "X-1"],
        "digest": ["0" * 64], "period": ["2021-01"], "revision": [1],
        "number": [1], "user_id": [1], "document_id": [1], "date": ["2021-02-11"], "kind": ["terms"], "quote_id": [1], "id": [1],
    }  # fmt: skip


type Seen = dict[tuple[str, str], tuple[int, dict[str, str], bytes]]


async def look(made: World, eyes: Eyes) -> Seen:
    """(viewer, address) -> status, headers, body of every route that is asked without changing anything."""
    seen: Seen = {}
    for route in crawled("GET"):
        for path in paths(route, made):
            made.village.clock.move(1)  # each answer has randomness of its own
            answer = await ask(made, eyes, route, path)
            seen[eyes.name, path] = answer.status_code, _headers(answer), answer.content
    return seen


def _headers(answer: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in ANSWERS_OF_THE_MOMENT}


def otherwise(eyes: Eyes, path: str, post: int) -> bool:
    """Whether an answer may be another where the secret order is: it shows the post, to somebody in its country."""
    return eyes.country == "IN" and (str(post) in path or any(path.partition("?")[0].endswith(p) for p in SHOWS_POSTS))


# Lists in which the post itself stands, or a placeholder of it: in its country, and nowhere else.
SHOWS_POSTS = (
    "/", "/public", "/public/hi", "/api/v1/timelines/public", "/@meera", "/@meera.atom", "/@meera/feed.atom", "/statuses",
    "/api/v1/trends/statuses", "/explore", "/explore/posts", "/search", "/api/v1/search", "/api/v2/search",
)  # fmt: skip
# Masks of forms, new in each answer; and the root over the opaque entries, which whoever mirrors the log computes as well.
MASK = re.compile(rb'name="csrf" value="[^"]*"')
DIGESTS = re.compile(rb"&#34;_sd&#34;:\[[^\]]*\]")  # of an entry's own page
ROOT = re.compile(rb'"root":"[0-9a-f]{64}"|<code>[0-9a-f]{16}\xe2\x80\xa6</code>')


def plain(path: str, body: bytes) -> bytes:
    """What of a file of the log is no random digest: sizes, kinds and every open entry."""
    if path.startswith("/log/tile/entries/"):
        return b"\n".join(_entry(entry) for entry in tlog.split_entries(body))
    if path.startswith("/log/entry/") and body.startswith(b"{"):
        return _entry(body)
    body = DIGESTS.sub(b"", body) if path.startswith("/log/entries/") else body
    return str(len(body)).encode() if path.startswith(OPAQUE) else MASK.sub(b"", ROOT.sub(b"", body))


def _entry(entry: bytes) -> bytes:
    fields = tlog.read_entry(entry)
    return b"cover %d" % len(entry) if fields["t"] == "cover" else entry


EYES = (
    lambda v: Eyes("stranger in India", "IN"),
    lambda v: Eyes("stranger in Germany", "DE"),
    lambda v: Eyes("author of another post, in India", "IN", v.ravi),
    lambda v: Eyes("author of the post, abroad", "DE", v.meera),
)


async def test_nothing_public_changes_by_a_secret_order_byte_for_byte(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Seen] = []
    post = 0
    for secret in (False, True):
        folder = tmp_path / f"world-{secret}"
        async with world(folder, migrated_file, monkeypatch, secret=secret) as (made, post):
            if secret:
                assert await _is_withheld(made, post), "the test is about something"
            found: Seen = {}
            for number, eyes in enumerate(EYES):
                made.village.clock.at = made.village.clock.at - made.village.clock.at % MINUTE + (number + 1) * MINUTE
                found |= await look(made, eyes(made.village))
            seen.append(found)
    without, with_ = seen
    assert without.keys() == with_.keys() and len(without) > 1_000
    told = [
        f"{who}: {path}: {_difference(path, without[who, path], with_[who, path])}"
        for who, path in without
        if not otherwise(Eyes(who, "IN" if "India" in who else "DE"), path, post)
        and _said(path, without[who, path]) != _said(path, with_[who, path])
    ]
    assert not told, f"{len(told)}:\n" + "\n".join(told[:40])


def _said(path: str, answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = answer
    return status, headers, plain(path, body)


def _difference(path: str, one: tuple[int, dict[str, str], bytes], other: tuple[int, dict[str, str], bytes]) -> str:
    ours, theirs = _said(path, one), _said(path, other)
    if ours[0] != theirs[0]:
        return f"status {ours[0]} and {theirs[0]}"
    if ours[1] != theirs[1]:
        return f"headers {set(ours[1].items()) ^ set(theirs[1].items())}"
    at = next(
        (n for n, (a, b) in enumerate(zip(ours[2], theirs[2], strict=False)) if a != b),
        min(len(ours[2]), len(theirs[2])),
    )
    return f"{ours[2][max(0, at - 60) : at + 60]!r} and {theirs[2][max(0, at - 60) : at + 60]!r}"


async def _is_withheld(made: World, post: int) -> bool:
    answer = await made.village.client.get(f"/api/v1/statuses/{post}", headers={"x-country": "IN"})
    return SAID not in answer.text
