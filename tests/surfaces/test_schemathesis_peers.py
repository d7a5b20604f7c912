"""schemathesis over what other servers ask and bring: whatever it is made of, it is answered, and nothing breaks behind the answer."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from chaupal.api import federation
from chaupal.federation.taking.table import TABLE
from chaupal.http.router import rows_of
from peers.hostile import ACTIVITY, PUBLIC, Hostile, Liar, hostile, signed
from ports import free_port
from services import Postgres
from serving import Served, join, served
from village import REASON
from waiting import PATIENCE

# What stands in generated text for what is only known once the servers are there.
HERE, THERE, POST = "ours.invalid", "theirs.example", "123456789012345678"
URIS = [
    f"http://{THERE}/bob",
    f"http://{THERE}/bob/notes/1",
    f"http://{THERE}/nobody",
    f"http://{HERE}/@asha",
    f"http://{HERE}/@asha/{POST}",
    f"http://{HERE}/@nobody",
    f"http://{HERE}/actor",
    PUBLIC,
    "",
    "no address",
    "http://[::1",
    "x:" + "y" * 3_000,
]
KINDS = sorted({kind for pair in TABLE for kind in pair if kind} | {"Note", "Question", "Person", "Tombstone", "Image"})
LINKS = "actor object target attributedTo to cc inReplyTo quote tag attachment icon inbox followers replies publicKey oneOf withheldIn"
WORDS = (
    "id name summary content contentMap published updated endTime votersCount sensitive mediaType href url suspended"
)
STRANGE: list[Any] = [
    None,
    True,
    -1,
    2**70,
    1e300,
    "",
    "क",
    "\u0000",
    "<p>" * 50,
    "2026-11-01T10:00:00Z",
    "0000-00-00",
    {"hi": "क"},
    [[]],
]


def thing(depth: int) -> dict[str, Any]:
    """The schema of an object, as strange as it may be, with others in it."""
    uri: dict[str, Any] = {"enum": URIS}
    inner: list[dict[str, Any]] = [thing(depth - 1)] if depth else []
    link = {
        "anyOf": [uri, *inner, {"type": "array", "items": {"anyOf": [uri, *inner]}, "maxItems": 3}, {"enum": STRANGE}]
    }
    properties: dict[str, Any] = {"type": {"anyOf": [{"enum": KINDS}, {"enum": [["Note", "x"], None, 5]}]}}
    properties |= dict.fromkeys(LINKS.split(), link) | {name: {"enum": [*STRANGE, *URIS]} for name in WORDS.split()}
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": ["type"]}


def _activity() -> dict[str, Any]:
    """Of bob's, about something that has an address: what has none is let go at once."""
    made, about = thing(1), thing(1)
    about["properties"] |= {"id": {"enum": URIS[:5]}, "attributedTo": {"enum": URIS[:2]}, "actor": {"enum": URIS[:4]}}
    about |= {"required": ["type", "id"]}
    made["properties"] |= {"type": {"enum": KINDS}, "actor": {"enum": URIS[:1]}}
    made["properties"] |= {"object": {"anyOf": [{"enum": URIS[:8]}, about, about]}}
    return made | {"required": ["type", "actor", "object"]}


IN_PATHS: dict[str, Any] = {
    "handle": ["asha", "nobody", "bob@there", "क"],
    "id": [POST, "0", "x"],
    "quoting_id": [POST, "7"],
}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"enum": IN_PATHS[name]}}


def _queried(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "schema": {"anyOf": [{"enum": ["true", "1", "", "-1", POST]}, {"type": "string"}]},
    }


def _described() -> dict[str, Any]:
    """The routes for other servers: they are in no description of the API."""
    paths: dict[str, Any] = {}
    for route in rows_of(federation):
        given = [_path(name) for name in IN_PATHS if f"{{{name}}}" in route.path]
        told: dict[str, Any] = {"parameters": given, "responses": {"200": {"description": ""}}}
        if route.method == "GET":
            told["parameters"] = [*given, *map(_queried, ("page", "max_id", "min_id"))]
        else:
            told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _activity()}}}
        paths.setdefault(route.path, {})[route.method.lower()] = told
    return {"openapi": "3.1.0", "info": {"title": "peers", "version": "1"}, "paths": paths}


schema = schemathesis.openapi.from_dict(_described())
schema.config.phases.coverage.enabled = False
schema.config.generation.modes = [
    schemathesis.GenerationMode.POSITIVE
]  # bodies made to break things: peers/test_hostile.py
asked, brought = schema.include(method="GET"), schema.include(method="POST")


def few(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Tried:
    """A server on one database, a post of asha's there, and somebody of another server, whom it knows."""

    server: Served
    post: str
    bob: Liar
    session: requests.Session
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def real(self, text: str) -> str:
        here, there = self.server.url.partition("://")[2], self.bob.uri.split("/")[2]
        return text.replace(HERE, here).replace(THERE, there).replace(POST, self.post)

    def ask(self, case: schemathesis.Case, *, signs: bool) -> None:
        query = {name: str(value) for name, value in (case.query or {}).items()}
        url = (
            requests.Request("GET", self.real(self.server.url + case.formatted_path), params=query).prepare().url or ""
        )
        headers = {"accept": ACTIVITY}
        if signs:
            headers |= signed(b"", url, time.time(), key_id=self.bob.key_id, key=self.bob.key, method="get")
        answer = self.session.get(url, headers=headers, timeout=PATIENCE, allow_redirects=False)
        assert answer.status_code in (200, 302, 400, 401, 403, 404, 410, 422), (
            url,
            answer.status_code,
            answer.text[:300],
        )
        if answer.status_code == 200:
            assert "json" in answer.headers["content-type"], answer.headers
            assert isinstance(answer.json(), dict)

    def bring(self, case: schemathesis.Case) -> None:
        body = self._body(case.body)
        url = requests.Request("POST", self.server.url + case.formatted_path).prepare().url or ""
        headers = signed(body, url, time.time(), key_id=self.bob.key_id, key=self.bob.key)
        answer = self.session.post(url, data=body, headers=headers, timeout=PATIENCE)
        assert answer.status_code in (202, 400, 401, 422), (body, answer.status_code, answer.text[:300])

    def _body(self, made: object) -> bytes:
        """An activity with an id of its own, or what is none."""
        if isinstance(made, bytes):
            return made
        if isinstance(made, dict):
            made = {**made, "id": f"{self.bob.uri}/acts/{next(self.numbers)}"}
        return self.real(json.dumps(made, default=str)).encode()


@contextmanager
def lying() -> Generator[Hostile]:
    """The server of bob, in a thread: schemathesis waits for nobody."""
    ready, over, found = threading.Event(), asyncio.Event(), list[Hostile]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with hostile() as one:
            found.append(one)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(PATIENCE)
        loop.close()


@contextmanager
def tried(folder: Path, database: str, bob: Liar) -> Generator[Tried]:
    port = free_port()
    given: dict[str, Any] = {
        "federation": "on",
        "federation_test": True,
        "port": port,
        "public_url": f"http://localhost:{port}",
    }
    with served(folder, database=database, log_level="error", **given) as server, requests.Session() as session:
        session.trust_env = False
        asha = join(server.settings, "asha")["asha"]
        with server.client(asha) as client:
            post = client.post("/api/v1/statuses", json={"status": REASON}).raise_for_status().json()["id"]
        yield Tried(server, post, bob, session)
    assert "Traceback" not in server.log.read_text(errors="replace"), "something broke behind an answer"


@pytest.fixture(scope="module")
def both(
    postgres_server: Postgres, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Tried]]:
    """Each case goes to both databases: making one takes more time than both answers."""
    dsn = postgres_server.fresh(template=migrated)
    with ExitStack() as stack:
        there = stack.enter_context(lying())
        bob = there.liar("bob")
        there.serves(bob.note("1"))
        yield {
            name: stack.enter_context(tried(tmp_path_factory.mktemp(name), at, bob))
            for name, at in (("sqlite", ""), ("postgres", dsn))
        }
    postgres_server.drop(dsn)


@asked.parametrize()
@few(12)
def test_whoever_asks_is_answered(case: schemathesis.Case, both: dict[str, Tried]):
    for one in both.values():
        for signs in (False, True):
            one.ask(case, signs=signs)


@brought.parametrize()
@few(150)
def test_whatever_is_brought_is_answered_and_breaks_nothing(case: schemathesis.Case, both: dict[str, Tried]):
    for one in both.values():
        one.bring(case)
