"""The inbox: what an activity of another server costs, with its signature, its effect and all that follows. `python -m bench.inbox`.

A house with fifty people and a thousand of other servers, whose keys are known, on one core. Likes, follows, posts and reposts,
each signed, each once, come from the other core as fast as they are answered.
"""

import argparse
import asyncio
import base64
import hashlib
import itertools
import json
import random
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.data import HINDI, sentence
from bench.process import Load, Server, fire, free_port, rested, serving
from chaupal.app.rooms import visiting
from chaupal.http.call import House
from chaupal.kernel.settings import load_settings
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.people import graph
from chaupal.social.posts import posts
from chaupal.store.federation import keys, people, servers, uris
from chaupal.store.federation.keys import PublishedKey
from chaupal.store.federation.people import RemoteProfile
from chaupal.store.identity import accounts

PEOPLE, POSTS, STRANGERS, SERVERS, ACTIVITIES = 50, 200, 1_000, 50, 10_000
MIX = {"Like": 40, "Create": 30, "Follow": 20, "Announce": 10}  # of a hundred
PER_SECOND = 500  # at least so many on one core
KEYS = 8  # among the strangers: to make one takes a tenth of a second
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(frozen=True)
class Stranger:
    """Somebody on another server."""

    uri: str
    key: rsa.RSAPrivateKey


@dataclass
class Village:
    """Where it lies, who of it can be followed, what can be liked, and who speaks to it."""

    data: str
    origin: str
    people: list[str]
    posts: list[str]
    strangers: list[Stranger]


async def founded(data: str, port: int, strangers: int) -> Village:
    """The house before it is served."""
    settings = load_settings(
        environ={},
        data=data,
        port=port,
        public_url=f"http://localhost:{port}",
        federation="on",
        federation_test=True,
        log_batch_minutes=0,
    )
    async with visiting(settings) as house:
        ours = [await _person(house, f"person{number}") for number in range(PEOPLE)]
        dice = random.Random(3)
        said = [await _post(house, dice, dice.choice(ours)) for _ in range(POSTS)]
        made = [rsa.generate_private_key(65537, 2048) for _ in range(KEYS)]
        theirs = [await _stranger(house, number, made[number % KEYS], ours) for number in range(strangers)]
    origin = settings.origin
    return Village(
        data, origin, [f"{origin}/@{handle}" for _, handle in ours], [f"{origin}/@{path}" for path in said], theirs
    )


def _by(account: int) -> Viewer:
    return Viewer(account=account, country="IN")


async def _post(house: House, dice: random.Random, who: tuple[int, str]) -> str:
    draft = posts.Draft(text=sentence(dice, HINDI), language="hi")
    return f"{who[1]}/{await posts.publish(house.square, _by(who[0]), draft)}"


async def _person(house: House, handle: str) -> tuple[int, str]:
    id_ = house.square.make_id()
    async with house.square.work.writing() as w:
        await accounts.add(w, id_, handle, name=handle, role="member", state="active")
    return id_, handle


async def _stranger(house: House, number: int, key: rsa.RSAPrivateKey, ours: list[tuple[int, str]]) -> Stranger:
    """Known, with their key, and followed by somebody here: what they say is somebody's business."""
    square, host = house.square, f"far{number % SERVERS}.example"
    uri = f"https://{host}/users/u{number}"
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    shown = RemoteProfile(
        uri=uri,
        url=uri,
        kind="Person",
        name=f"u{number}",
        note="",
        note_html="",
        inbox=f"{uri}/inbox",
        shared_inbox=f"https://{host}/inbox",
        followers=f"{uri}/followers",
    )
    async with square.work.writing() as w:
        server, account = await servers.met(w, square.make_id, host), square.make_id()
        await uris.add(w, uri, uris.ACCOUNT, account)
        await people.add(w, account, server, f"u{number}@{host}", shown, w.now())
        await keys.learn(w, account, [PublishedKey(f"{uri}#main-key", "rsa", pem.decode())], w.now())
    fan = ours[number % len(ours)][0]
    await graph.follow(square, _by(fan), account)
    await graph.grant(square, Viewer(account=account, country=ABROAD), fan)
    return Stranger(uri, key)


def activities(village: Village, count: int) -> Iterator[tuple[Stranger, dict[str, Any]]]:
    """So many, each another one, in an order that is the same every time."""
    dice = random.Random(7)
    kinds = [kind for kind, of in MIX.items() for _ in range(of * count // 100)]
    dice.shuffle(kinds)
    pairs = {kind: _pairs(village, kind, dice) for kind in MIX}
    for number, kind in enumerate(kinds):
        by, about = next(pairs[kind])
        yield by, _activity(kind, by, about, number, dice)


def _pairs(village: Village, kind: str, dice: random.Random) -> Iterator[tuple[Stranger, str]]:
    """Who and what; nobody does the same twice."""
    about = village.people if kind == "Follow" else village.posts
    found = list(itertools.islice(itertools.product(village.strangers, about), len(village.strangers) * 50))
    dice.shuffle(found)
    return iter(found)


def _activity(kind: str, by: Stranger, about: str, number: int, dice: random.Random) -> dict[str, Any]:
    id_ = f"{by.uri}/acts/{number}"
    said: dict[str, Any] = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id_,
        "type": kind,
        "actor": by.uri,
        "object": about,
    }
    audience = {"to": [PUBLIC], "cc": [f"{by.uri}/followers"]}
    if kind == "Announce":
        return said | audience
    if kind != "Create":
        return said
    words = sentence(dice, HINDI)
    note = {
        "id": f"{by.uri}/notes/{number}",
        "type": "Note",
        "attributedTo": by.uri,
        "content": f"<p>{words}</p>",
        "contentMap": {"hi": f"<p>{words}</p>"},
        "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "tag": [],
        "attachment": [],
        "sensitive": False,
    } | audience
    return said | audience | {"object": note}


def request(village: Village, by: Stranger, activity: dict[str, Any]) -> str:
    """As it goes over the wire, signed as nearly everybody does (draft-cavage-http-signatures-12)."""
    body = json.dumps(activity, ensure_ascii=False)
    host, date = village.origin.partition("://")[2], formatdate(usegmt=True)
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    base = f"(request-target): post /inbox\nhost: {host}\ndate: {date}\ndigest: {digest}"
    signature = base64.b64encode(by.key.sign(base.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return (
        f"POST /inbox HTTP/1.1\r\nHost: {host}\r\nDate: {date}\r\nDigest: {digest}\r\n"
        f'Signature: keyId="{by.uri}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",'
        f'signature="{signature}"\r\nContent-Type: application/activity+json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}'
    )


def _served(village: Village, port: int) -> AbstractContextManager[Server]:
    """The house, answering."""
    command = [sys.executable, "-m", "chaupal.app.cli", "serve", "--data", village.data, "--port", str(port)]
    environ = {
        "CHAUPAL_FEDERATION": "on",
        "CHAUPAL_FEDERATION_TEST": "on",
        "CHAUPAL_PUBLIC_URL": village.origin,
        "CHAUPAL_LOG_LEVEL": "error",
        "CHAUPAL_RATE_LIMITS": "off",
    }
    return serving(command, port, "/api/v2/instance", environ)


def repeated(folder: Path, count: int) -> None:
    """One Like, brought so often: what each costs once it was heard. Exits where it was not taken, or had its effect more than once."""
    port = free_port()
    village = asyncio.run(founded(str(folder), port, KEYS))
    by, post = village.strangers[0], village.posts[0]
    sent = request(village, by, _activity("Like", by, post, 0, random.Random(7)))
    with _served(village, port) as server:
        rested(server)
        before = server.cpu
        load = fire(server, [sent], connections=16, most=count, seconds=3_600)
        rested(server)
        cpu = (server.cpu - before) / max(1, load.requests) * 1_000
        likes = _json(f"{village.origin}/api/v1/statuses/{post.rpartition('/')[2]}")["favourites_count"]
    print(f"one activity {load.requests} times: {load.per_second:.0f} a second, {cpu:.2f} ms of CPU each; {likes} like")
    if load.failures or load.requests < count or likes != 1:
        raise SystemExit(f"{load.failures} were not taken; {likes} likes")


def _json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def measure(folder: Path, count: int = ACTIVITIES, strangers: int = STRANGERS) -> tuple[Load, float]:
    """The load, and ms of CPU for each activity with all that follows from it."""
    port = free_port()
    village = asyncio.run(founded(str(folder), port, strangers))
    sent = [request(village, by, activity) for by, activity in activities(village, count)]
    with _served(village, port) as server:
        rested(server)
        before = server.cpu
        load = fire(server, sent, connections=16, most=len(sent), seconds=300)
        rested(server)
        return load, (server.cpu - before) / max(1, load.requests) * 1_000


def show(load: Load, cpu: float) -> None:
    """What it costs. Exits where that is more than it may be, or where anything was not taken."""
    print(
        f"{load.requests} activities: {load.per_second:.0f} a second, p50 {load.p50:.1f} ms, p99 {load.p99:.1f} ms;"
        f" {load.cpu:.2f} ms of CPU each until they were answered, {cpu:.2f} with all that follows: {1000 / cpu:.0f} a second and core"
    )
    if load.failures:
        raise SystemExit(f"{load.failures} were not taken")
    if 1_000 / cpu < PER_SECOND:
        raise SystemExit(f"fewer than {PER_SECOND} a second and core")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a thousand")
    parser.add_argument("--same", type=int, default=0, help="instead one activity, so often")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        if asked.same:
            repeated(Path(kept) / "data", asked.same)
        else:
            show(*measure(Path(kept) / "data", *((1_000, 100) if asked.quick else ())))
