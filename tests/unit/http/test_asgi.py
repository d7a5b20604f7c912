"""The front of the server: HEAD is GET without a body, and every shape keeps its promises."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from chaupal.app.wiring import ROUTES, RunningHouse, open_house
from chaupal.http.answer import Dispatcher
from chaupal.http.asgi import Front
from chaupal.http.asgi_scope import App
from chaupal.http.call import Shape
from chaupal.http.headers import header
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import NotFound, Problem, Unsound
from chaupal.kernel.settings import Settings, load_settings
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.ports.country import Locator
from chaupal.ports.meter_local import LocalMeter
from chaupal.social.people import accounts, graph
from chaupal.social.posts import posts
from chaupal.social.signin import sessions
from chaupal.web.errors import error_page
from chaupal.web.words import in_words


def client(app: App, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000", headers=headers
    )


@dataclass
class Twins:
    """One house behind two fronts: one keeps its answers, one composes each anew. `token` is a reader's who follows the writer."""

    keeping: App
    composing: App
    token: str
    newest: int


@pytest.fixture
async def twins(house: RunningHouse, clock: StillClock) -> Twins:
    square = house.house.square
    asha, binod = [
        await accounts.create(square, handle=handle, email=f"{handle}@example.org", password="long enough", name=handle)
        for handle in ("asha", "binod")
    ]
    reader, writer = Viewer(account=binod, country="IN"), Viewer(account=asha, country="IN")
    await graph.follow(square, reader, asha)
    newest = 0
    for number in range(30):
        clock.move(1000)
        seen = Visibility.PRIVATE if number % 7 == 0 else Visibility.PUBLIC
        newest = await posts.publish(square, writer, posts.Draft(text=f"संख्या {number} #गिनती @binod", visibility=seen))
    await posts.repost(square, reader, newest)
    await house.runner.settle()

    def front(keeps: bool) -> App:
        settings = msgspec.structs.replace(house.house.settings, keep_answers=keeps)
        asked = msgspec.structs.replace(house.house, settings=settings)
        return Front(
            Dispatcher(asked, Locator(settings, lambda _: None), LocalMeter(clock), error_page, in_words), ROUTES
        )

    return Twins(front(True), front(False), await sessions.issue_token(square, binod, "read"), newest)


def asked_for(newest: int, token: str) -> list[tuple[str, dict[str, str]]]:
    """Everything worth asking a hot read for: pages, cursors, nonsense; signed in, not, wrongly."""
    queries = [
        "", "?limit=5", "?limit=5&local=true", f"?max_id={newest}", f"?min_id={newest - 1}&limit=2", f"?since_id={newest}",
        "?limit=0", "?limit=-1", "?limit=99999", "?limit=abc", "?max_id=", "?max_id=abc", f"?max_id={2**63}", "?only_media=1",
        "?language=hi", "?remote=1", "?x[]=1&x[]=2", "?a[b][c][d][e]=1", "?%ff=%fe", "?limit=5&limit=6", "?" + "a=1&" * 400,
        "?local=perhaps", "?q=%00", "?limit=5&extra=%E0%A4%95",
    ]  # fmt: skip
    callers = [
        {"authorization": f"Bearer {token}"},
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic x"},
    ]
    extras = [
        {"accept-language": "en"},
        {"cookie": "language=en; chaupal=wrong"},
        {"x-forwarded-for": "8.8.8.8"},
        {"range": "bytes=0-5"},
    ]
    plain = [(query, caller) for query in queries for caller in callers[:2]]
    return plain + [("?limit=3", caller | extra) for caller in callers for extra in [{}, *extras]]


HOT = [route.path for route in ROUTES if route.kept and route.shape is Shape.API and "{" not in route.path]


async def test_what_is_answered_from_memory_has_the_bytes_of_what_is_composed(twins: Twins):
    """All of them of the same two: to fill a house for each path took longer than to ask."""
    others: list[tuple[str, dict[str, str]]] = []
    async with client(twins.keeping) as keeping, client(twins.composing) as composing:
        for path, (query, headers) in product(HOT, asked_for(twins.newest, twins.token)):
            anew = await composing.get(path + query, headers=headers)
            for _ in range(2):
                kept = await keeping.get(path + query, headers=headers)
                if (kept.status_code, kept.content) != (anew.status_code, anew.content) or kept.status_code >= 500:
                    others.append((path + query[:60], headers))
    assert HOT and others == []


@pytest.fixture
async def front(tmp_path: Path, clock: StillClock) -> AsyncIterator[httpx2.AsyncClient]:
    """A house on SQLite; these promises have nothing to do with the store."""
    settings = load_settings(environ={}, data=str(tmp_path / "data"), port=8000)
    running = await open_house(settings, clock=clock, run=False)
    async with client(running.app) as asking:
        yield asking
    await running.close()


@pytest.mark.parametrize(
    "path", ["/api/v1/timelines/public", "/api/v2/instance", "/", "/api/v1/nothing", "/nothing", "/openapi.json"]
)
async def test_head_is_get_without_a_body(front: httpx2.AsyncClient, path: str):
    got, head = await front.get(path), await front.head(path)
    assert head.content == b"" and head.status_code == got.status_code
    changing = {"set-cookie", "x-ratelimit-remaining", "x-ratelimit-reset", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/timelines/public", {"GET", "HEAD"}),
        ("POST", "/api/v1/timelines/home", {"GET", "HEAD"}),
        ("DELETE", "/api/v2/instance", {"GET", "HEAD"}),
        ("GET", "/oauth/token", {"POST"}),
        ("POST", "/api/v1/statuses/1", {"GET", "HEAD", "DELETE", "PUT", "PATCH"}),
        ("TRACE", "/api/v1/timelines/public", {"GET", "HEAD"}),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    front: httpx2.AsyncClient, method: str, path: str, allowed: set[str]
):
    answer = await front.request(method, path)
    assert (answer.status_code, answer.json()) == (405, {"error": "Method not allowed"})
    assert allowed == {name.strip() for name in answer.headers["allow"].split(",")}


async def test_a_wrong_method_on_a_page_is_a_page_that_says_so(front: httpx2.AsyncClient):
    """Somebody who goes back to where a form was sent."""
    answer = await front.get("/logout", headers={"accept-language": "hi"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "यह पता केवल फ़ॉर्म के लिए है" in answer.text and "access-control-allow-origin" not in answer.headers


async def test_a_stream_has_no_head(front: httpx2.AsyncClient):
    for path in ("/api/v1/streaming/public", "/live"):
        answer = await front.head(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nope", "/api/nope", "/api/v1/statuses/1/nope", "/.well-known/nope", "/oauth/token/nope", "/nodeinfo/9.9"],
)
async def test_what_programs_look_for_in_vain_is_said_in_json(front: httpx2.AsyncClient, path: str):
    answer = await front.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("error", [Problem("codes.key is another key; restore it"), Unsound("line 3"), NotFound()])
async def test_whoever_runs_the_server_hears_of_what_only_they_can_mend_and_of_nothing_else(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch, error: Problem
):
    async def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(house.house.reads.work, "fresh", fails)
    for path in ("/api/v1/timelines/public", "/api/v1/streaming/public", "/public"):
        async with client(house.app) as at:
            with capture_logs() as said:
                assert (await at.get(path)).status_code == error.status
        events = [(line["event"], line["route"]) for line in said]
        assert events == ([("unexpected", f"GET {path}")] if error.status == 500 else [])


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/@nobody",
        "/posts/1",
        "/apiary",
        "/@",
        "/%00",
        "/..%2f..%2fetc/passwd",
        "http://127.0.0.1:8000//evil.example",
    ],
)
async def test_what_people_look_for_in_vain_is_a_page(front: httpx2.AsyncClient, path: str):
    answer = await front.get(path)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    assert "<main" in answer.text and "access-control-allow-origin" not in answer.headers


async def test_preflights_are_open_for_programs_only(front: httpx2.AsyncClient):
    asks = {"origin": "https://client.example", "access-control-request-method": "DELETE"}
    answer = await front.options("/api/v1/statuses/1", headers=asks)
    assert answer.status_code == 204 and answer.content == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    page = await front.options("/", headers=asks)
    assert page.status_code == 405 and "access-control-allow-origin" not in page.headers


async def test_another_origin_may_send_any_header_that_it_asks_for(front: httpx2.AsyncClient):
    asked = "authorization, x-client-version, sentry-trace, if-none-match"
    headers = {"origin": "https://client.example", "access-control-request-headers": asked}
    answer = await front.options("/api/v1/statuses", headers=headers)
    assert answer.headers["access-control-allow-headers"] == asked
    assert "Authorization" in (await front.options("/api/v1/statuses")).headers["access-control-allow-headers"]


async def test_every_route_is_described_and_whatever_takes_put_takes_patch_and_the_other_way_round(
    front: httpx2.AsyncClient,
):
    updates = [route for route in ROUTES if route.method in ("PUT", "PATCH") and route.shape is Shape.API]
    assert len(updates) > 15
    described = (await front.get("/openapi.json")).json()["paths"]
    said = {f"{way} {path}": told["summary"] for path, ways in described.items() for way, told in ways.items()}
    # Each names its thing: in a list of hundreds nothing stands before it that “it” could be.
    nameless = (
        r"$|One of (them|those|one's)\b|(It|They|Them|All of them|The same|Not at all|No further)\b|\w+ (it|them)\b"
    )
    assert {key: text for key, text in said.items() if re.match(nameless, text)} == {}
    assert described["/api/v1/orders"]["post"]["security"] == [{"office": []}], "not open to everybody"
    listed = described["/api/v1/lists"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert listed["type"] == "array" and listed["items"]["$ref"].endswith("/ListShown")
    for route in updates:
        assert {"put", "patch"} <= set(described[route.path]), route.path
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        answers = [await front.request(method, path, json={}) for method in ("PUT", "PATCH")]
        assert [answer.status_code for answer in answers] == [401, 401], route.path
        assert answers[0].content == answers[1].content


async def test_pages_are_shut_to_scripts_frames_and_caches(front: httpx2.AsyncClient):
    for path in ("/", "/login", "/nope"):
        headers = (await front.get(path)).headers
        policy = {
            name: words for name, *words in (part.split() for part in headers["content-security-policy"].split(";"))
        }
        assert (
            policy["default-src"] == ["'none'"]
            and policy["frame-ancestors"] == ["'none'"]
            and policy["base-uri"] == ["'none'"]
        )
        assert "unsafe" not in headers["content-security-policy"] and "*" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY" and "no-store" in headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/timelines/public", "/api/v1/nope", "/openapi.json", "/api/v1/timelines/home"]
)
async def test_every_answer_forbids_guessing_its_type(front: httpx2.AsyncClient, path: str):
    headers = (await front.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


async def test_what_is_judged_for_one_is_kept_for_none(front: httpx2.AsyncClient):
    for path in ("/api/v1/timelines/public", "/api/v1/statuses/1", "/"):
        assert "no-store" in (await front.get(path)).headers["cache-control"]


async def test_cookies_are_for_this_server_alone(tmp_path: Path, clock: StillClock):
    settings: Settings = load_settings(environ={}, data=str(tmp_path / "data"), public_url="https://chaupal.example")
    running = await open_house(settings, clock=clock, run=False)
    async with client(running.app) as asking:
        cookie = (await asking.get("/login")).headers["set-cookie"]
    await running.close()
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}


async def test_the_cookie_does_not_open_the_api(house: RunningHouse):
    square = house.house.square
    asha = await accounts.create(square, handle="asha", email="asha@example.org", password="long enough")
    session = await sessions.begin_session(square, asha)
    async with client(house.app, cookie=f"{sessions.COOKIE}={session.secret}") as asking:
        assert (await asking.get("/api/v1/timelines/home")).status_code == 401
        assert (await asking.get("/", follow_redirects=True)).status_code == 200


def test_every_route_that_takes_a_form_is_guarded_by_its_shape():
    unguarded = [r.name for r in ROUTES if r.method != "GET" and r.shape is Shape.FILE]
    # A mail program presses it (RFC 8058): the secret in its address is all that it goes by.
    known = ["POST /mail/stop/{secret}"]
    assert unguarded == known, "a file route takes the session's cookie and checks no word of the form"


@pytest.mark.parametrize("value", ["a\r\nset-cookie: b", "a\nb", "\x00", "\x7f"])
def test_no_header_begins_within_another_ones_value(value: str):
    with pytest.raises(ValueError, match="control character"):
        header("location", value)
