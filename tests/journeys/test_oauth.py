"""An app comes in by OAuth: it registers, somebody allows it on the page, it fetches its token, acts, and gives it back."""

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import regex

from chaupal.app.cli import operator
from chaupal.app.wiring import RunningHouse
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import MINUTE, StillClock
from chaupal.policy.viewer import Role
from chaupal.social.people import accounts
from chaupal.social.signin.oauth import OOB
from mails import mails_of, secret_in

ORIGIN = "http://127.0.0.1:8000"
BACK = "https://app.example/back?kept=1"
PASSWORD = "a long password"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def client(house: RunningHouse) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(house.app), base_url=ORIGIN)


@pytest.fixture
async def browser(house: RunningHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of somebody who has an account and is not logged in."""
    await accounts.create(house.house.square, handle="asha", email="asha@example.org", password=PASSWORD, language="en")
    async with client(house) as opened:
        yield opened


@pytest.fixture
async def app(house: RunningHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The app's own way to the server: no cookies of anybody's."""
    async with client(house) as opened:
        yield opened


async def submit(browser: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Open a page, fill its form in, send it: with everything hidden that the form holds."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    form = next(
        f
        for f in regex.findall(r"(?s)<form.*?</form>", page.text)
        if any(f'name="{n}"' in f for n in typed) or not typed
    )
    action = regex.search(r'action="([^"]+)"', form)
    hidden = dict(regex.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert action
    plain = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
    return await browser.post(action[1], data=plain | typed)


async def log_in(browser: httpx2.AsyncClient) -> None:
    answer = await submit(browser, "/login", name="asha", password=PASSWORD)
    assert answer.status_code == 303


async def register(app: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    sent = {"client_name": "Tusky", "redirect_uris": BACK, "scopes": "read write follow push"} | more
    answer = await app.post("/api/v1/apps", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def authorize(made: dict[str, Any], **more: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": BACK,
        "scope": "read write",
    } | more
    return "/oauth/authorize?" + str(httpx2.QueryParams({k: v for k, v in asked.items() if v}))


async def allow(browser: httpx2.AsyncClient, made: dict[str, Any], **more: str) -> str:
    """The code that the app gets when somebody presses Allow."""
    answer = await submit(browser, authorize(made, **more), decision="allow")
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def fetch(app: httpx2.AsyncClient, made: dict[str, Any], code: str, /, **more: str) -> httpx2.Response:
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    } | more
    return await app.post("/oauth/token", data={k: v for k, v in sent.items() if v})


def bearing(answer: httpx2.Response) -> dict[str, str]:
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


async def test_an_app_comes_in_acts_and_gives_its_token_back(
    browser: httpx2.AsyncClient, app: httpx2.AsyncClient, clock: StillClock
):
    made = await register(app)
    asked = await browser.get(authorize(made, state="s & t"))
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/login?next=")
    answer = await submit(browser, asked.headers["location"], name="asha@example.org", password=PASSWORD)
    assert answer.headers["location"].startswith("/oauth/authorize?")
    page = await browser.get(answer.headers["location"])
    assert "Tusky" in page.text
    assert "form-action 'self' https://app.example;" in page.headers["content-security-policy"]
    answer = await submit(browser, answer.headers["location"], decision="allow")
    back = urlsplit(answer.headers["location"])
    got = parse_qs(back.query)
    assert (back.netloc, got["kept"], got["state"]) == ("app.example", ["1"], ["s & t"])
    token = await fetch(app, made, got["code"][0])
    assert token.status_code == 200
    assert token.headers["cache-control"] == "no-store"
    assert {k: v for k, v in token.json().items() if k != "access_token"} == {
        "token_type": "Bearer",
        "scope": "read write",
        "created_at": clock() // 1000,
    }
    me = await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))
    assert (me.json()["acct"], me.json()["source"]["privacy"]) == ("asha", "public")
    known = await app.get("/api/v1/apps/verify_credentials", headers=bearing(token))
    assert known.json()["name"] == "Tusky"
    ended = {k: made[k] for k in ("client_id", "client_secret")} | {"token": token.json()["access_token"]}
    for _ in range(2):
        revoked = await app.post("/oauth/revoke", data=ended)
        assert (revoked.status_code, revoked.json()) == (200, {})
    gone = await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))
    assert (gone.status_code, gone.json()["error"]) == (401, "The access token is invalid")


async def test_a_code_works_once_and_its_replay_ends_what_it_gave(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    code = await allow(browser, made)
    token = await fetch(app, made, code)
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))).status_code == 200
    again = await fetch(app, made, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))).status_code == 401


async def test_an_app_that_was_ended_gets_no_token_for_a_code_that_it_kept(
    browser: httpx2.AsyncClient, app: httpx2.AsyncClient
):
    made = await register(app)
    await log_in(browser)
    kept, code = await allow(browser, made), await allow(browser, made)
    token = await fetch(app, made, code)
    page = await browser.get("/settings/sessions")
    [path] = regex.findall(r'action="(/settings/sessions/apps/\d+)"', page.text)
    assert (await browser.post(path, headers={"origin": ORIGIN})).status_code == 303
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))).status_code == 401
    assert (await fetch(app, made, kept)).json()["error"] == "invalid_grant"


async def test_a_code_dies_after_ten_minutes(browser: httpx2.AsyncClient, app: httpx2.AsyncClient, clock: StillClock):
    made = await register(app)
    await log_in(browser)
    code = await allow(browser, made)
    clock.move(10 * MINUTE)
    assert (await fetch(app, made, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"redirect_uri": "https://other.example/"}, 400, "invalid_grant"),
        ({"code": "made up"}, 400, "invalid_grant"),
        ({"code": ""}, 400, "invalid_request"),
        ({"code_verifier": VERIFIER}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_as_the_standard_says(
    browser: httpx2.AsyncClient, app: httpx2.AsyncClient, more: dict[str, str], status: int, error: str
):
    made = await register(app)
    await log_in(browser)
    answer = await fetch(app, made, await allow(browser, made), **more)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


async def test_a_code_is_for_the_app_that_asked(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made, other = await register(app), await register(app)
    await log_in(browser)
    assert (await fetch(app, other, await allow(browser, made))).json()["error"] == "invalid_grant"


async def test_an_app_may_prove_itself_in_the_header_and_then_only_so(
    browser: httpx2.AsyncClient, app: httpx2.AsyncClient
):
    made = await register(app)
    await log_in(browser)
    code = await allow(browser, made, **PKCE)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    wrong = await app.post("/oauth/token", data=form, auth=(made["client_id"], "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    for header in ("Basic", "Basic ", "Basic !!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Digest x"):
        assert (await app.post("/oauth/token", data=form, headers={"authorization": header})).status_code == 401
    right = await app.post("/oauth/token", data=form, auth=(made["client_id"], made["client_secret"]))
    assert right.status_code == 200


async def test_without_a_secret_the_verifier_is_the_proof(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    for verifier, status in (("w" * 43, 400), ("", 400), (VERIFIER, 200)):
        answer = await fetch(app, made, await allow(browser, made, **PKCE), client_secret="", code_verifier=verifier)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("method", ["plain", ""])
async def test_only_s256_is_taken(browser: httpx2.AsyncClient, app: httpx2.AsyncClient, method: str):
    made = await register(app)
    await log_in(browser)
    answer = await browser.get(authorize(made, code_challenge=CHALLENGE, code_challenge_method=method))
    assert "error=invalid_request" in answer.headers["location"]


async def test_where_there_is_no_way_back_the_code_is_shown(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app, redirect_uris=OOB)
    await log_in(browser)
    answer = await submit(browser, authorize(made, redirect_uri=OOB), decision="allow")
    assert answer.status_code == 200
    code = regex.search(r'class="oauth-code" value="([\w-]+)"', answer.text)
    assert code
    assert (await fetch(app, made, code[1], redirect_uri=OOB)).status_code == 200
    denied = await submit(browser, authorize(made, redirect_uri=OOB), decision="deny")
    assert denied.status_code == 400


async def test_who_says_no_sends_the_app_away_empty(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    answer = await submit(browser, authorize(made, state="x"), decision="deny")
    got = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (got["error"], got["state"], "code" in got) == (["access_denied"], ["x"], False)


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", "https://app.example/back", "javascript:alert(1)", "//app.example"]
)
async def test_nobody_is_sent_to_an_address_that_was_not_registered(
    browser: httpx2.AsyncClient, app: httpx2.AsyncClient, uri: str
):
    made = await register(app)
    await log_in(browser)
    answer = await browser.get(authorize(made, redirect_uri=uri))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert (await browser.get(authorize({"client_id": "nobody"}))).status_code == 400


async def test_a_form_from_elsewhere_allows_nothing(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    sent = {"response_type": "code", "client_id": made["client_id"], "redirect_uri": BACK, "decision": "allow"}
    assert (await browser.post("/oauth/authorize", data=sent)).status_code == 403
    assert (await browser.post("/oauth/authorize", data=sent | {"csrf": "x" * 32})).status_code == 403


async def test_an_app_has_no_more_than_it_registered_for(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app, scopes="read write:statuses")
    await log_in(browser)
    for scope in ("write", "follow", "nonsense", "read write:statuses push"):
        answer = await browser.get(authorize(made, scope=scope))
        assert "error=invalid_scope" in answer.headers["location"], scope
    for scope in ("read", "read:accounts write:statuses", ""):
        assert await allow(browser, made, scope=scope), scope
    token = await fetch(app, made, await allow(browser, made, scope="read:search"))
    refused = await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))
    assert (refused.status_code, refused.json()["error"]) == (403, "This action is outside the authorized scopes")


async def test_only_staff_can_give_an_app_what_staff_can_do(
    house: RunningHouse, browser: httpx2.AsyncClient, app: httpx2.AsyncClient
):
    made = await register(app, scopes="read admin:read")
    await log_in(browser)
    assert "error=invalid_scope" in (await browser.get(authorize(made, scope="admin:read"))).headers["location"]
    asked = await browser.get(authorize(made, scope="read admin:read") + "&lang=en")
    assert "See as staff" not in asked.text
    assert 'name="scope" value="read"' in asked.text, "whoever is of the staff by then allows what was shown"
    code = await allow(browser, made, scope="read admin:read")
    given = await fetch(app, made, code)
    assert (given.status_code, given.json()["scope"]) == (200, "read")
    asha = await accounts.account_id(house.house.square, "asha")
    await role_grants.grant(house.house.court, await operator(house.house), asha, Role.MODERATOR)
    token = await fetch(app, made, await allow(browser, made, scope="read admin:read:reports"))
    reader, late = (
        await fetch(app, made, await allow(browser, made, scope="read")),
        await allow(browser, made, scope="admin:read"),
    )
    for role in (Role.MEMBER, Role.MODERATOR):
        await role_grants.grant(house.house.court, await operator(house.house), asha, role)
    # What was allowed of a role ends with it, and is not there again with the next.
    assert (await app.get("/api/v1/admin/reports", headers=bearing(token))).status_code == 401
    assert (await fetch(app, made, late)).json()["error"] == "invalid_grant"
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(reader))).status_code == 200
    own = await app.post(
        "/oauth/token",
        data={k: made[k] for k in ("client_id", "client_secret")}
        | {"grant_type": "client_credentials", "scope": "admin:read"},
    )
    assert (own.status_code, own.json()["error"]) == (400, "invalid_scope")


async def test_an_app_for_itself_is_an_app_and_nobody(app: httpx2.AsyncClient):
    made = await register(app)
    sent = {k: made[k] for k in ("client_id", "client_secret")} | {"grant_type": "client_credentials", "scope": "read"}
    token = await app.post("/oauth/token", json=sent)
    assert (token.status_code, token.json()["scope"]) == (200, "read")
    assert (await app.get("/api/v1/apps/verify_credentials", headers=bearing(token))).json()["name"] == "Tusky"
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))).status_code == 422
    assert (await app.get("/api/v1/timelines/public", headers=bearing(token))).status_code == 200


async def test_an_app_ends_its_own_tokens_and_no_other_apps(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made, other = await register(app), await register(app)
    await log_in(browser)
    token = await fetch(app, made, await allow(browser, made))
    sent = {k: other[k] for k in ("client_id", "client_secret")} | {"token": token.json()["access_token"]}
    refused = await app.post("/oauth/revoke", data=sent)
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")
    assert (await app.get("/api/v1/accounts/verify_credentials", headers=bearing(token))).status_code == 200
    unknown = await app.post("/oauth/revoke", data=sent | {"token": "never was"})
    assert (unknown.status_code, unknown.json()) == (200, {})
    assert (await app.post("/oauth/revoke", data=sent | {"client_secret": "wrong"})).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        {"redirect_uris": "javascript:alert(1)"},
        {"redirect_uris": "/relative"},
        {"redirect_uris": ""},
        {"redirect_uris": "https://a.example/#part"},
        {"redirect_uris": "https://a.example;b/"},
        {"redirect_uris": "data:text/html,x"},
        {"client_name": ""},
        {"client_name": "x" * 61},
        {"client_name": "nul \0"},
        {"client_name": None},
        {"scopes": "read everything"},
        {"redirect_uris": ["https://ok.example/", 'https://a"b.example/']},
    ],
)
async def test_an_app_that_cannot_be_is_refused_in_the_usual_shape(app: httpx2.AsyncClient, sent: dict[str, Any]):
    answer = await app.post("/api/v1/apps", json={"client_name": "x", "redirect_uris": BACK} | sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("Validation failed")


async def test_an_app_registers_in_every_way_that_clients_do(app: httpx2.AsyncClient):
    uris = "https://a.example/\nmyapp://back"
    ways: list[dict[str, Any]] = [
        {"data": {"client_name": "x", "redirect_uris": uris, "website": "https://a.example"}},
        {"json": {"client_name": "x", "redirect_uris": uris.split("\n")}},
        {"data": {"client_name": "x", "redirect_uris[]": uris.split("\n")}},
        {"files": {"client_name": (None, "x"), "redirect_uris": (None, uris)}},
    ]
    for way in ways:
        answer = await app.post("/api/v1/apps", **way)
        assert answer.status_code == 200, (way, answer.text)
        made = answer.json()
        assert made["redirect_uris"] == uris.split("\n")
        assert (made["scopes"], made["client_secret_expires_at"], made["redirect_uri"]) == (["read"], 0, uris)
        assert made["client_id"] != made["client_secret"]


async def test_force_login_asks_again_who_it_is(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    answer = await browser.get(authorize(made, force_login="true"))
    assert answer.headers["location"].startswith("/login?")
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200, "the form is shown although somebody is logged in"
    answer = await submit(browser, answer.headers["location"], name="asha", password=PASSWORD)
    assert (await browser.get(answer.headers["location"])).status_code == 200


async def test_the_page_speaks_the_language_that_the_app_names(browser: httpx2.AsyncClient, app: httpx2.AsyncClient):
    made = await register(app)
    await log_in(browser)
    assert '<html lang="hi"' in (await browser.get(authorize(made, lang="hi-IN"))).text
    assert '<html lang="en"' in (await browser.get(authorize(made, lang="en"))).text


async def test_the_metadata_leads_to_doors_that_open(app: httpx2.AsyncClient):
    found = (await app.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == ORIGIN
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "app_registration_endpoint"):
        path = found[name].removeprefix(ORIGIN)
        answers = [(await app.request(method, path)).status_code for method in ("GET", "POST")]
        assert 404 not in answers, name


async def test_one_signs_up_confirms_and_is_in_without_any_script(house: RunningHouse, clock: StillClock):
    async with client(house) as browser:
        wrong = await submit(browser, "/signup", handle="आशा", email="ravi@example.org", password=PASSWORD)
        assert wrong.status_code == 422
        assert 'value="ravi@example.org"' in wrong.text, "what was typed is kept"
        assert PASSWORD not in wrong.text
        assert 'id="handle-error"' in wrong.text
        done = await submit(browser, "/signup", handle="ravi", email="ravi@example.org", password=PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/welcome")
        async with client(house) as twice:  # pressed twice, on a slow line: the first answer never came
            typed = {"handle": "ravi", "email": "ravi@example.org"}
            assert (await submit(twice, "/signup", **typed, password=f"{PASSWORD}, not")).status_code == 422
            assert (await submit(twice, "/signup", **typed, password=PASSWORD)).headers["location"] == "/welcome"
        clock.move(11 * MINUTE)
        async with client(house) as late:
            answer = await submit(late, "/signup", **typed, password=PASSWORD)
            assert answer.status_code == 422, "it is no second door: nothing is told of the password"
        waits = (await browser.get("/welcome")).text
        assert "ravi@example.org" in waits and "ईमेल नहीं भेज सकता" in waits, "nothing of SMTP is set up here"
        assert (await browser.get("/settings")).status_code == 403, "not open yet"
        await house.runner.settle()
        link = f"/confirm/{secret_in(mails_of(house)[0], 'confirm')}"
        assert (await browser.get(link)).status_code == 200
        assert (await browser.get("/welcome")).status_code == 200, "looking at the link confirms nothing"
        confirmed = await submit_last(browser, link)
        assert (confirmed.status_code, confirmed.headers["location"]) == (303, "/welcome/languages")
        assert (await browser.get("/settings")).status_code == 200
        again = await browser.get(link)
        assert again.status_code == 200 and f'action="{link}"' not in again.text, (
            "it is done, and there is nothing to press"
        )


async def submit_last(browser: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """Press the button of the page's own form."""
    page = await browser.get(path)
    form = next(f for f in regex.findall(r"(?s)<form.*?</form>", page.text) if f'action="{path}"' in f)
    csrf = regex.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf
    return await browser.post(path, data={"csrf": csrf[1]})


async def test_a_forgotten_password_is_chosen_anew_by_mail(
    house: RunningHouse, browser: httpx2.AsyncClient, app: httpx2.AsyncClient
):
    """And what whoever had guessed the old one allowed an app brings it no token."""
    made = await register(app)
    await log_in(browser)
    code = await allow(browser, made)
    unknown = await submit(browser, "/reset", email="nobody@example.org")
    known = await submit(browser, "/reset", email="asha@example.org")
    assert (unknown.status_code, known.status_code) == (200, 200)
    await house.runner.settle()
    (letter,) = mails_of(house)
    link = f"/reset/{secret_in(letter, 'reset')}"
    assert (await submit(browser, link, password="short")).status_code == 422
    assert (await submit(browser, link, password="another password")).status_code == 200
    assert (await browser.get(link)).status_code == 404
    assert (await fetch(app, made, code)).json()["error"] == "invalid_grant"
    assert (await submit(browser, "/login", name="asha", password=PASSWORD)).status_code == 422
    assert (await submit(browser, "/login", name="asha", password="another password")).status_code == 303


@pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
async def test_a_log_in_leads_back_to_this_site_only(browser: httpx2.AsyncClient, where: str):
    page = str(httpx2.URL("/login", params={"next": where}))
    answer = await submit(browser, page, name="asha", password=PASSWORD)
    assert answer.headers["location"] == "/"


async def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(browser: httpx2.AsyncClient):
    answer = await submit(browser, "/login", name="asha", password=PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("chaupal="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert (await browser.get("/settings")).status_code == 200
    assert (await browser.get("/api/v1/accounts/verify_credentials")).status_code == 401, "a cookie opens no API"


async def test_logging_out_ends_the_session(browser: httpx2.AsyncClient):
    await log_in(browser)
    kept = browser.cookies.get("chaupal")
    answer = await submit(browser, "/password", old=PASSWORD, password="another password")
    assert (answer.status_code, browser.cookies.get("chaupal") != kept) == (303, True)
    page = await browser.get("/settings")
    csrf = regex.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf
    kept = browser.cookies.get("chaupal") or ""
    assert (await browser.post("/logout", data={"csrf": csrf[1]})).status_code == 303
    browser.cookies.set("chaupal", kept)
    assert (await browser.get("/settings")).status_code == 303
