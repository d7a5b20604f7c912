"""Bad input to the API: a clear 4xx in the promised shape, nothing half done, never a 5xx."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Route, Shape
from chaupal.social.people import filters
from surfaces.square import Square, check_refused

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
API = [route for route in ROUTES if route.shape is Shape.API and not route.stream]  # streams: test_streams
GETS = [route for route in API if route.method == "GET"]
WRITES = [route for route in API if route.method != "GET"]


async def refused_everywhere(square: Square, asks: list[dict[str, Any]], *codes: int) -> None:
    """Each is refused, and after all of them there is not a row more or less."""
    before = await square.rows()
    async with square.app("asha") as asha:
        for ask in asks:
            answer = await asha.request(**{"method": "POST", "url": "/api/v1/statuses"} | ask)
            check_refused(answer, *codes, about=str(ask)[:200])
    assert await square.rows() == before


# --- types -----------------------------------------------------------------------------------------------------------

WRONG: list[dict[str, Any]] = [
    {"status": 5}, {"status": ["a"]}, {"status": {"a": 1}}, {"status": None, "visibility": 7}, {"status": "x", "visibility": "everyone"},
    {"status": "x", "in_reply_to_id": "abc"}, {"status": "x", "in_reply_to_id": -1}, {"status": "x", "in_reply_to_id": 2**64},
    {"status": "x", "in_reply_to_id": 1.5}, {"status": "x", "in_reply_to_id": [1]}, {"status": "x", "media_ids": ["x"]},
    {"status": "x", "media_ids": {"a": "b"}}, {"status": "x", "media_ids": [-1]}, {"status": "x", "media_ids": [[1]]},
    {"status": "x", "sensitive": "perhaps"}, {"status": "x", "sensitive": [True]}, {"status": "x", "language": 5},
    {"status": "x", "spoiler_text": {"a": "b"}}, {"status": "x", "poll": {"options": ["a"]}},
    {"status": "x", "scheduled_at": "9999-01-01T00:00:00Z"}, {"status": ""}, {"status": " \n\t "}, {}, {"status": "x" * 501},
    {"status": "क" * 501}, {"status": "x", "spoiler_text": "y" * 500}, {"status": "x", "media_ids": list(range(1, 400))},
]  # fmt: skip


async def test_wrong_types_and_values(square: Square):
    await refused_everywhere(square, [{"json": body} for body in WRONG], 422, 404)


async def test_the_field_that_is_wrong_is_named(square: Square):
    async with square.app("asha") as asha:
        answer = await asha.post("/api/v1/statuses", json={"status": "x", "visibility": "everyone"})
    assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed: visibility")
    assert list(answer.json()["details"]) == ["visibility"]


async def test_all_filters_of_an_account_together_hold_so_much(square: Square, monkeypatch: pytest.MonkeyPatch):
    """After each change all of them are made ready anew: ten thousand long keywords kept everybody waiting."""
    monkeypatch.setattr(filters, "MOST_IN_ALL", 3)
    two = {"title": "मौसम", "context": ["home"], "keywords_attributes": [{"keyword": "ओले"}, {"keyword": "+लू"}]}
    more = {"keywords_attributes": [{"keyword": "पाला"}]}
    async with square.app("asha") as asha:
        made = (await asha.post("/api/v2/filters", json=two)).json()["id"]
        assert (await asha.post(f"/api/v2/filters/{made}/keywords", json={"keyword": "बारिश"})).is_success
    asks: list[dict[str, Any]] = [
        {"url": "/api/v2/filters", "json": two | more | {"title": "कुछ और"}},
        {"url": "/api/v1/filters", "json": {"phrase": "पाला", "context": ["home"]}},
        {"method": "PUT", "url": f"/api/v2/filters/{made}", "json": more},
        {"url": f"/api/v2/filters/{made}/keywords", "json": {"keyword": "पाला"}},
        {"url": f"/api/v2/filters/{made}/statuses", "json": {"status_id": str(square.public)}},
    ]
    await refused_everywhere(square, asks, 422)
    async with square.browser("asha") as asha:
        typed = {"csrf": square.forms["asha"], "title": "और", "context": "home", "does": "warn", "keywords": "पाला"}
        page = await asha.post("/settings/filters", data=typed)
    assert page.status_code == 422 and "at most 3" in page.text
    async with square.app("asha") as asha:  # less, or other words, are no more
        assert (await asha.put(f"/api/v2/filters/{made}", json={"title": "बरसात"})).is_success
        word = (await asha.get(f"/api/v2/filters/{made}/keywords")).json()[0]["id"]
        changed = {"keywords_attributes": [{"id": word, "_destroy": True}, {"keyword": "पाला"}]}
        kept = (await asha.put(f"/api/v2/filters/{made}", json=changed)).json()["keywords"]
    assert sorted(one["keyword"] for one in kept) == sorted(["+लू", "बारिश", "पाला"])


# --- letters ---------------------------------------------------------------------------------------------------------

LETTERS: list[dict[str, Any]] = [
    {"content": b'{"status":"\xff\xfe broken"}', "headers": JSON},
    {"content": b'{"status":"half \\ud800 a pair"}', "headers": JSON},
    {"content": b'{"status":"other half \\udc00"}', "headers": JSON},
    {"content": b'{"status":"\xed\xa0\x80"}', "headers": JSON},
    {"content": b'{"status":"nul \\u0000"}', "headers": JSON},
    {"content": b'{"status":"nul \x00"}', "headers": JSON},
    {"content": b'{"status":"bell \\u0007"}', "headers": JSON},
    {"content": b'{"status":"x","spoiler_text":"\\u0000"}', "headers": JSON},
    {"content": b"status=%FF%FE", "headers": FORM},
    {"content": b"status=%ED%A0%80", "headers": FORM},
    {"content": b"status=%00", "headers": FORM},
    {"content": "status=कच्चा".encode()[:-1], "headers": FORM},
    {"files": {"status": (None, b"\xff\xfe\xfa")}},
    {"files": {"status": (None, b"nul \x00")}},
]


async def test_broken_letters(square: Square):
    await refused_everywhere(square, LETTERS, 400, 422)


async def test_broken_letters_in_a_query_find_nothing(square: Square):
    async with square.app("asha") as asha:
        for query in ("%FF%FE", "%ED%A0%80", "%00", "a%00b", "%F0%28%8C%BC"):
            answer = await asha.get(f"/api/v2/search?q={query}")
            assert answer.status_code in (200, 400, 422), answer.text
            check_shape(answer)


# --- sizes -----------------------------------------------------------------------------------------------------------


def deep(levels: int) -> bytes:
    return b'{"status":' + b"[" * levels + b"]" * levels + b"}"


SIZES: list[dict[str, Any]] = [
    {"content": json.dumps({"status": "x" * 300_000}), "headers": JSON},
    {"content": json.dumps({"status": "क" + "\u0301" * 5_000_000}, ensure_ascii=False).encode(), "headers": JSON},
    {"content": b"status=" + b"x" * 10_000_000, "headers": FORM},
    {"files": {"status": (None, b"x" * 1_000_000)}},
]


async def test_bodies_that_are_too_large(square: Square):
    await refused_everywhere(square, SIZES, 413)


async def test_a_body_without_end_is_not_read_to_its_end(square: Square):
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 500_000_000:
            sent += 65_536
            yield b"x" * 65_536

    async with square.app("asha") as asha:
        check_refused(await asha.post("/api/v1/statuses", content=endless(), headers=JSON), 413)
    assert sent < 2_000_000


async def test_marks_upon_marks_within_the_size(square: Square):
    towers = ["क" + "\u0301" * 60_000, "a" + "\u0345" * 30_000 + "\u0301" * 30_000, "\u0e47" * 60_000, "﷽" * 60_000]
    await refused_everywhere(square, [{"json": {"status": tower}} for tower in towers], 422)


DEEP_AND_WIDE: list[dict[str, Any]] = [
    {"content": deep(50_000), "headers": JSON},
    {"content": deep(500), "headers": JSON},
    {"content": b"{" + b",".join(b'"k%d":1' % n for n in range(9_000)) + b"}", "headers": JSON},
    {"content": b"&".join(b"a%d=1" % n for n in range(9_000)), "headers": FORM},
    {"content": b"media_ids[]=1&" * 5_000, "headers": FORM},
    {"content": b"a[b][c][d][e][f][g][h]=1", "headers": FORM},
    {"content": b"a" + b"[b]" * 5_000 + b"=1", "headers": FORM},
    {"files": [(f"f{n}", (None, b"1")) for n in range(2_000)]},
    {"url": "/api/v1/statuses?" + "&".join(f"a{n}=1" for n in range(3_000)), "json": {"status": "x"}},
]


async def test_deep_and_wide_bodies(square: Square):
    await refused_everywhere(square, DEEP_AND_WIDE, 400, 422)


NOT_JSON = (
    b"{",
    b'"x"',
    b"null",
    b"[]",
    b"1",
    b'{"status":"x"',
    b"{'a':1}",
    b"\xef\xbb\xbf{}",
    b"NaN",
    b'{"status":NaN}',
)
MULTIPART = "multipart/form-data; boundary=b"
NOT_BODIES: list[dict[str, Any]] = [
    *({"content": body, "headers": JSON} for body in NOT_JSON),
    {"content": b"<status>x</status>", "headers": {"content-type": "application/xml"}},
    {"content": b"x", "headers": {"content-type": "text/plain"}},
    {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary="}},
    {
        "content": b'--b\r\nContent-Disposition: form-data; name="status"\r\n\r\nhalf',
        "headers": {"content-type": MULTIPART},
    },
    {"content": b"garbage", "headers": {"content-type": MULTIPART}},
    {"content": b"x", "headers": {"content-type": b"\xff\xfe/json"}},
    {"content": b"status=x&a[\xb2]=1", "headers": FORM},
]


async def test_bodies_that_are_none(square: Square):
    await refused_everywhere(square, NOT_BODIES, 400, 422)


# --- queries, ids and headers, at every route --------------------------------------------------------------------------

QUERIES = [
    "limit=-1", "limit=abc", "limit=1e9", "limit=99999999999999999999999", "limit[]=1", "limit[a]=1", "max_id=abc", "max_id=-5",
    "max_id=18446744073709551616", "since_id=1.5", "min_id=%00", "min_id[]=1&min_id[]=2", "offset=-1", "offset=999999999999", "id[]=x",
    "id=x", "types[]=%FF", "q=", "q=" + "%E0%A4%95" * 3_000, "a[%C2%B2]=1", "a[0]=1&a[x]=2", f"a[{'9' * 5_000}]=1", "&&&===&&", "%",
    "max_id=1&max_id=2", "language=%00", "any[]=" + "x" * 2_000, "acct=%00", "acct=@@@", "resource=acct:%00@x",
    "type=nonsense", "tagged=%00",
    "timeline[]=nonsense", "[]=1", "[a]=1", "account_id=-1", "_method=DELETE", "max_id=%D9%A1%D9%A2", "limit=%EF%BC%91",
]  # fmt: skip
IDS = [
    "abc", "-1", "0", "1", str(2**63), str(2**70), "1%00", "%FF", "%ED%A0%80", "1.5", "1e3", "%D9%A1%D9%A2", "9" * 3_000,
    "..", "%2e%2e", "' OR 1=1 --",
    "null", "[]", " 1", "1/../1", "%0d%0aX: y",
]  # fmt: skip


def check_shape(answer: httpx2.Response) -> None:
    assert answer.status_code < 500, (answer.request.method, str(answer.request.url)[:200], answer.text[:300])
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        assert isinstance(answer.json()["error"], str), answer.text[:300]
    assert "traceback" not in answer.text.lower() and "select " not in answer.text.lower()


def path(route: Route, id_: str) -> str:
    steps = [id_ if step.startswith("{") else step for step in route.path.split("/")]
    return "/".join(quote(step, safe="%@.-_[]") for step in steps)


async def test_no_query_breaks_a_route(square: Square):
    async with square.app("asha") as asha:
        await asha.get("/log/checkpoint")  # the log is signed when it is first asked for
        before = await square.rows()
        for route in GETS:
            for query in QUERIES:
                check_shape(await asha.get(f"{path(route, str(square.public))}?{query}"))
    assert await square.rows() == before


async def test_negative_and_absurd_cursors_are_refused(square: Square):
    async with square.app("asha") as asha:
        for where in (
            "/api/v1/timelines/home",
            "/api/v1/timelines/public",
            "/api/v1/notifications",
            "/api/v1/favourites",
        ):
            for query in (
                "limit=-1",
                "limit=abc",
                "max_id=-5",
                "max_id=abc",
                "min_id=18446744073709551616",
                "since_id=1.5",
            ):
                check_refused(await asha.get(f"{where}?{query}"), 422)
        for query in (
            "limit=0",
            "limit=1000000",
            "max_id=0",
            "max_id=9223372036854775807",
            "min_id=9223372036854775807",
        ):
            assert (await asha.get(f"/api/v1/timelines/public?{query}")).status_code == 200


async def test_no_id_breaks_a_route(square: Square):
    async with square.app("binod") as binod:
        for route in [route for route in API if "{" in route.path]:
            for id_ in IDS:
                answer = await binod.request(route.method, path(route, id_))
                check_shape(answer)
                # A client makes `/lists/..` into `/` before it asks: another address, which may not take this method.
                if "{id}" in route.path and id_ != "..":
                    assert answer.status_code in (200, 404, 422), (route.name, id_, answer.status_code)


async def test_no_body_breaks_a_route(square: Square):
    nested = ("id", "status", "file", "home", "display_name", "fields_attributes", "redirect_uris", "focus", "duration")
    texts = ("status", "display_name", "note", "client_name", "code", "token", "description", "focus", "last_read_id")
    broken = (b"{", b"[]", b"null", b'{"id":{}}', deep(2_000), b'{"\\ud800":1}')
    bodies: list[dict[str, Any]] = [
        *({"content": body, "headers": JSON} for body in broken),
        {"content": b"a[b]=1&a[]=2&a=3&a[0]=4", "headers": FORM},
        {"files": {"file": ("x", b"")}},
        {"files": {"file": ("\ud7ff", b"x", "image/png")}},
        {"json": {name: [{"a": -1}] for name in nested}},
        {"json": dict.fromkeys(texts, "\u0000\u202e")},
    ]
    async with square.app("binod") as binod:
        for route in WRITES:
            for body in bodies:
                check_shape(await binod.request(route.method, path(route, str(square.public)), **body))


HEADERS: list[tuple[bytes, bytes]] = [
    (b"authorization", b"Bearer " + b"x" * 30_000),
    (b"authorization", b"Bearer \xff\xfe"),
    (b"authorization", b"Bearer"),
    (b"authorization", b"\xe0\xa4\x95"),
    (b"authorization", b"Basic !!!"),
    (b"cookie", b"=;;=;\xff=\xfe; chaupal=\xff"),
    (b"cookie", b"a" * 30_000),
    (b"accept-language", b"\xff,;q=,hi;q=abc,en;q=99,*"),
    (b"accept-language", b"hi," * 10_000),
    (b"x-forwarded-for", b"not an address, \xff, 1.2.3.4"),
    (b"x-forwarded-for", b"::::, 999.1.1.1"),
    (b"idempotency-key", b"\xff\xfe"),
    (b"idempotency-key", b"x" * 20_000),
    (b"range", b"bytes=-1--5"),
    (b"if-none-match", b'\xff"'),
    (b"host", b"evil.example"),
    (b"content-type", b"application/json; charset=utf-\xff"),
    (b"content-length", b"-5"),
    (b"content-length", b"\xb2"),
    (b"origin", b"\xff"),
    (b"te", b"\x7f"),
]


async def test_no_header_breaks_a_route(square: Square):
    async with square.app() as anyone:
        for name, value in HEADERS:
            for where in ("/api/v1/timelines/public", f"/api/v1/statuses/{square.public}", "/api/v2/search?q=x"):
                check_shape(await anyone.get(where, headers=[(name, value)]))
            check_shape(await anyone.post("/oauth/token", headers=[(name, value)]))


async def test_the_host_header_is_believed_by_nobody(square: Square):
    async with square.app() as anyone:
        answer = await anyone.get(
            "/api/v1/timelines/public?limit=1", headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
        )
    assert "evil.example" not in answer.text and "evil.example" not in answer.headers.get("link", "")
