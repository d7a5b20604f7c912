"""Bad input to the pages: hostile words come out harmless, forms are guarded, nobody is led away."""

import posixpath
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

from chaupal.app.wiring import ROUTES
from chaupal.http.call import Route, Shape
from surfaces.square import ORIGIN, Square, press

STREAMS = {route.path for route in ROUTES if route.stream}
PAGES = [route for route in ROUTES if route.shape is Shape.PAGE and not route.village]

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)", "[x](javascript:alert(1))",
    "https://example.org/\"onmouseover=\"alert(1)", "https://example.org/'><script>alert(1)</script>",
    "http://javascript:alert(1)@example.org/",
    "data:text/html,<script>alert(1)</script>", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)",
    "#<script>alert(1)</script>", "@asha<script>",
    "<a href='javascript:alert(1)'>x</a>", "</p></div></main><h1>owned</h1>", "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<style>*{display:none}</style>", "<iframe src=//evil.example>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=csrf>", "&lt;script&gt;alert(1)&lt;/script&gt;", "{{1234567*7}}{% for x in y %}",
    "${1234567*7}", "\u202e<b>gnp.exe",
    "https://example.org/?q=<script>alert(1)</script>", "https://example.org/\u2028onload=alert(1)",
    "＜script＞alert(1)＜/script＞", "<ScRiPt/x>alert(1)</sCrIpT >",
    "xn--80ak6aa92e.com https://аррӏе.com/", "https://example.org:99999/ https:// https://[::1]/ http://%00/",
    "vbscript:x file:///etc/passwd",
]  # fmt: skip


class Looked(HTMLParser):
    """What a browser would find on a page that it must not: elements, handlers and addresses that run something."""

    OWN_ATTRIBUTES = frozenset({"src", "href", "action", "formaction", "poster", "data", "srcset", "style"})
    EMPTY = ("src", "data:,")  # a picture that has none yet, in a template of ours: it holds nothing and leads nowhere

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        has = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base") or (
            tag == "script" and not has.get("src", "").startswith("/static/")
        ):
            self.faults.append(f"<{tag} {has}>")
        if tag == "meta" and "http-equiv" in has:
            self.faults.append(f"<{tag} {has}>")
        if tag == "form" and not has.get("action", "/").startswith("/"):
            self.faults.append(f"<{tag} {has}>")
        self.faults += [f"<{tag} {name}={value}>" for name, value in has.items() if self._is_fault(tag, name, value)]

    def _is_fault(self, tag: str, name: str, value: str) -> bool:
        return runs(name, value) and not (tag == "img" and (name, value) == self.EMPTY)


def runs(name: str, value: str) -> bool:
    """Whether this attribute runs something, or leads where it could."""
    if name.startswith("on") or name == "style":
        return True
    scheme = urlsplit("".join(value.split())).scheme.lower() if name in Looked.OWN_ATTRIBUTES else ""
    return scheme not in ("", "http", "https", "mailto") or (
        name == "src" and bool(scheme) and not value.startswith(ORIGIN)
    )


def faults(html: str) -> list[str]:
    return Looked(html).faults


def contents(said: Any) -> Iterator[str]:
    """Every piece of HTML in an answer of the API."""
    if isinstance(said, list):
        for item in said:
            yield from contents(item)
    elif isinstance(said, dict):
        yield from (
            value for key, value in said.items() if key in ("content", "note", "value") and isinstance(value, str)
        )
        for key, value in said.items():
            if key != "source":  # plain text, for the form in which a profile is edited
                yield from contents(value)


async def test_hostile_posts_are_harmless_everywhere(square: Square):
    async with square.app("asha") as asha, square.browser("binod") as binod:
        for text in HOSTILE:
            answer = await asha.post("/api/v1/statuses", json={"status": text, "spoiler_text": text[:100]})
            assert answer.status_code == 200, (text, answer.text)
        await square.house.runner.settle()
        for where in (
            "/api/v1/timelines/public?limit=40",
            "/api/v1/accounts/lookup?acct=asha",
            "/api/v2/search?q=alert",
        ):
            for content in contents((await asha.get(where)).json()):
                looked = Looked(content)
                assert looked.faults == [] and looked.tags <= {"p", "br", "a", "span"}, content
        for where in ("/public", "/@asha", "/search?q=alert", f"/@asha/{square.public}", "/notifications"):
            page = await binod.get(where)
            assert page.status_code == 200 and faults(page.text) == [], where
            assert str(1234567 * 7) not in page.text, "a template inside a text was filled in"


async def test_hostile_profiles_are_harmless_everywhere(square: Square):
    async with square.app("asha") as asha, square.browser("binod") as binod, square.browser() as anyone:
        for text in HOSTILE:
            fields = [{"name": text[:60], "value": text[:200]}]
            change = {"display_name": text[:30], "note": text, "fields_attributes": fields}
            answer = await asha.patch("/api/v1/accounts/update_credentials", json=change)
            assert answer.status_code in (200, 422), answer.text
            for content in contents(answer.json()):
                assert faults(content) == [], content
            for client, where in ((binod, "/@asha"), (anyone, "/@asha"), (binod, f"/@asha/{square.public}")):
                assert faults((await client.get(where)).text) == [], (where, text)


async def test_what_is_asked_for_is_not_run(square: Square):
    async with square.browser("binod") as binod, square.browser() as anyone:
        for text in HOSTILE:
            word = quote(text, safe="")
            for where in (
                f"/search?q={word}",
                f"/tags/{word}",
                f"/{word}",
                f"/@{word}",
                f"/login?next={word}",
                f"/compose?text={word}",
                f"/public/{word}",
                f"/signup?handle={word}",
                f"/search?q=x&type={word}",
                f"/oauth/authorize?client_id={word}&redirect_uri={word}&scope={word}&state={word}",
            ):
                for client in (binod, anyone):
                    page = await client.get(where)
                    assert page.status_code < 500 and faults(page.text) == [], where


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/%0d%0aX:y",
    "///evil.example",
    "/\t/evil.example",
    " //evil.example",
    "/.//evil.example/..//",
]


async def test_nobody_is_led_away_from_the_site(square: Square):
    word = square.forms["asha"]
    for where in ELSEWHERE:
        async with square.browser("asha") as asha, square.browser() as anyone:
            typed = {"name": "asha", "password": "long enough", "next": where}
            answers = [
                await press(anyone, "/login", **typed),
                await asha.post("/language", data={"language": "en", "next": where, "csrf": word}),
                await asha.post("/compose", data={"text": f"led {where}", "next": where, "csrf": word}),
                await asha.post(f"/posts/{square.public}/like", data={"next": where, "csrf": word}),
            ]
        for answer in answers:
            assert answer.status_code == 303, (where, answer.text[:500])
            led = answer.headers["location"]
            assert led.startswith("/") and not led.startswith(("//", "/\\")), (where, led)
            assert "\n" not in led and "\t" not in led, (where, led)


async def test_forms_from_elsewhere_change_nothing(square: Square):
    before = await square.rows()
    async with square.browser("asha") as asha:
        for route in [route for route in PAGES if route.method == "POST"]:
            path = (
                route.path.replace("{id}", str(square.public)).replace("{act}", "like").replace("{ref}", "IN-2021-0001")
            )
            path = path.replace("{number}", "1").replace("{secret}", "x")
            for more in (
                {"data": {"text": "forged", "next": "/"}},
                {"data": {"text": "forged", "csrf": square.forms["binod"]}},
                {"data": {"text": "forged", "csrf": ""}},
                {
                    "data": {"text": "forged", "csrf": square.forms["asha"]},
                    "headers": {"origin": "https://evil.example"},
                },
                {"data": {"text": "forged", "csrf": square.forms["asha"]}, "headers": {"sec-fetch-site": "cross-site"}},
                {"json": {"text": "forged"}},
            ):
                answer = await asha.post(path, **more)
                led_to_log_in = route.offices and answer.headers.get("location") == "/portal/login"
                assert led_to_log_in or answer.status_code in (403, 404), (route.name, answer.status_code)
    assert await square.rows() == before


BODIES: list[dict[str, Any]] = [
    {"data": {"text": "nul \0"}},
    {"data": {"text": "x" * 501}},
    {"data": {"text": "  "}},
    {"data": {"text": "क" + "\u0301" * 60_000}},
    {"data": {"text": "x", "reply_to": "abc"}},
    {"data": {"text": "x", "reply_to": "-1"}},
    {"data": {"text": "x", "reply_to": "999"}},
    {"data": {"text": "x", "kept": "1"}},
    {"data": {"text": "x", "kept[]": ["1", "2", "3", "4", "5"]}},
    {"files": {"picture1": ("a.png", b"no image")}, "data": {"text": "x"}},
    {"content": b"text=%FF%FE"},
    {"content": b"text=%ED%A0%80"},
    {"content": b"&".join(b"a%d=1" % n for n in range(5_000))},
    {"content": b"x" * 70_000_000},
]


async def test_bad_forms_are_refused_as_pages_and_leave_nothing(square: Square):
    before = await square.rows()
    word = square.forms["asha"]
    async with square.browser("asha") as asha:
        for body in BODIES:
            asked = (
                {"content": body["content"] + b"&csrf=" + word.encode()}
                if "content" in body
                else body | {"data": body["data"] | {"csrf": word}}
            )
            headers = {"content-type": "application/x-www-form-urlencoded"} if "content" in body else {}
            answer = await asha.post("/compose", headers=headers, **asked)
            assert 400 <= answer.status_code < 500, (str(body)[:100], answer.status_code)
            assert answer.headers["content-type"].startswith("text/html") and "<main" in answer.text, str(body)[:100]
    assert await square.rows() == before


async def test_a_refused_form_keeps_what_was_typed(square: Square):
    async with square.browser("asha") as asha:
        typed = {"text": "क" * 501, "spoiler": "<b>मौसम", "language": "hi", "csrf": square.forms["asha"]}
        page = await asha.post("/compose", data=typed)
    assert page.status_code == 422 and "क" * 501 in page.text and "&lt;b&gt;मौसम" in page.text


def paths(route: Route, values: Iterable[str]) -> dict[str, None]:
    """Its path with each value for an id; one without an id has but one."""
    steps = route.path.split("/")
    return dict.fromkeys(
        "/".join(step.partition("{")[0] + value if "{" in step else step for step in steps) for value in values
    )


async def test_no_id_and_no_query_breaks_a_page(square: Square):
    """Where an id is none there is no page, whatever the query: that is tried where the id could be one."""
    good, wrong = ("0", str(square.secret)), ("abc", "-1", str(2**70), "%00", "%FF", "९", "x" * 3_000, "..", "<b>")
    queries = "?max_id=abc", "?limit=-1&min_id=%00&q=%00&next=%FF&first=x&type[]=1&a[²]=1"
    pages = [route for route in PAGES if route.method == "GET"]
    asked = [(path, "") for route in pages for path in paths(route, (*good, *wrong))]
    asked += [(path, query) for route in pages for path in paths(route, good) for query in queries]
    async with square.browser("binod") as binod, square.browser() as anyone:
        for path, query in asked:
            if posixpath.normpath(path) in STREAMS:  # a step back from a page below it: it stays open, as it should
                continue
            for client in (binod, anyone):
                answer = await client.get(path + query)
                assert answer.status_code < 500, (path[:200], query, answer.text[-500:])
