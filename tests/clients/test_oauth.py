"""OAuth as apps use it: registered in many ways, allowed in a browser, tokens given, replayed, refused and taken back."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from clients.conftest import Stage
from clients.entities import faults
from clients.visitor import Visitor, sent_back

OOB = "urn:ietf:wg:oauth:2.0:oob"
BACK = "https://app.example/back"


def register(anyone: httpx2.Client, **more: Any) -> dict[str, Any]:
    asked = {"client_name": "An app", "redirect_uris": BACK, "scopes": "read write follow"} | more
    return anyone.post("/api/v1/apps", json=asked).raise_for_status().json()


def address(app: dict[str, Any], **more: str) -> str:
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "scope": "read write"} | more
    return f"/oauth/authorize?{urlencode({name: value for name, value in asked.items() if value})}"


def allow(stage: Stage, app: dict[str, Any], **more: str) -> dict[str, str]:
    """What the app is sent back with once asha has allowed it."""
    asha = stage.cast["asha"]
    answer = Visitor(stage.url).authorize(address(app, **more), asha.email, asha.password)
    assert answer.is_redirect and answer.headers["location"].startswith(BACK), answer.text[:500]
    return sent_back(answer)


def exchange(anyone: httpx2.Client, app: dict[str, Any], code: str, **more: str | None) -> httpx2.Response:
    sent = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
        "code": code,
    } | more
    return anyone.post("/oauth/token", data={name: value for name, value in sent.items() if value is not None})


@pytest.mark.parametrize(
    ("sent", "uris"),
    [
        ({"json": {"redirect_uris": OOB}}, [OOB]),
        ({"json": {"redirect_uris": f"{BACK}\n{OOB}"}}, [BACK, OOB]),
        ({"json": {"redirect_uris": [BACK, "myapp://in"]}}, [BACK, "myapp://in"]),
        ({"data": {"redirect_uris": OOB}}, [OOB]),
        ({"data": {"redirect_uris[]": [BACK, OOB]}}, [BACK, OOB]),
        ({"files": {"redirect_uris": (None, OOB)}}, [OOB]),
    ],
    ids=["json", "json lines", "json list", "form", "form list", "multipart"],
)
def test_apps_register_in_every_way(anyone: httpx2.Client, sent: dict[str, Any], uris: list[str]):
    name = {"client_name": "नया ऐप", "scopes": "read write", "website": "https://app.example"}
    [(kind, fields)] = sent.items()
    more = {key: (None, value) for key, value in name.items()} if kind == "files" else name
    answer = anyone.post("/api/v1/apps", **{kind: {**more, **fields}})
    assert answer.status_code == 200, answer.text
    assert faults("CredentialApplication", answer.json()) == []
    assert answer.json()["redirect_uris"] == uris
    assert (answer.json()["name"], answer.json()["client_secret_expires_at"]) == ("नया ऐप", 0)


@pytest.mark.parametrize("sent", [{"json": {"scopes": ["read", "write"]}}, {"data": {"scopes[]": ["read", "write"]}}])
def test_scopes_come_in_an_array_too(anyone: httpx2.Client, sent: dict[str, Any]):
    [(kind, fields)] = sent.items()
    answer = anyone.post("/api/v1/apps", **{kind: {"client_name": "An app", "redirect_uris": OOB, **fields}})
    assert (answer.status_code, answer.json().get("scopes")) == (200, ["read", "write"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_name": ""},
        {"redirect_uris": ""},
        {"redirect_uris": "javascript:alert(1)"},
        {"redirect_uris": [f"https://{n}.example/{'a' * 980}" for n in range(3)]},
        {"redirect_uris": "not a uri"},
        {"scopes": "read everything"},
        {"client_name": 7},
        {"redirect_uris": {"a": "b"}},
        {"redirect_uris": []},
    ],
)
def test_apps_that_are_wrong_are_refused_by_field(anyone: httpx2.Client, wrong: dict[str, Any]):
    asked = {"client_name": "An app", "redirect_uris": BACK, "scopes": "read"} | wrong
    answer = anyone.post("/api/v1/apps", json=asked)
    assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed: ")


def test_discovery_names_what_is_there(anyone: httpx2.Client, stage: Stage):
    said = anyone.get("/.well-known/oauth-authorization-server").json()
    assert said["issuer"].rstrip("/") == stage.url
    assert said["authorization_endpoint"] == f"{stage.url}/oauth/authorize"
    assert said["token_endpoint"] == f"{stage.url}/oauth/token"
    assert said["revocation_endpoint"] == f"{stage.url}/oauth/revoke"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert set(said["grant_types_supported"]) == {"authorization_code", "client_credentials"}
    assert {"read", "write", "follow", "push"} <= set(said["scopes_supported"])


def test_a_code_becomes_a_token_with_the_scopes_allowed(stage: Stage, anyone: httpx2.Client):
    app = register(anyone)
    back = allow(stage, app, scope="read:statuses", state="a b&ज")
    assert back["state"] == "a b&ज"
    answer = exchange(anyone, app, back["code"])
    assert answer.status_code == 200 and faults("Token", answer.json()) == []
    assert answer.headers["cache-control"].find("no-store") >= 0
    token = answer.json()
    assert token["scope"] == "read:statuses"
    bearer = {"authorization": f"Bearer {token['access_token']}"}
    assert anyone.get("/api/v1/timelines/home", headers=bearer).status_code == 200
    refused = anyone.post("/api/v1/statuses", json={"status": "no"}, headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (403, "This action is outside the authorized scopes")


def test_pkce_lets_an_app_without_its_secret_in_and_nobody_else(stage: Stage, anyone: httpx2.Client):
    app, verifier = register(anyone), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = allow(stage, app, **asked)["code"]
    wrong = exchange(anyone, app, code, client_secret=None, code_verifier=secrets.token_urlsafe(48))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    code = allow(stage, app, **asked)["code"]
    missing = exchange(anyone, app, code)
    assert missing.status_code == 400, "a challenge was made, so a verifier is needed"
    code = allow(stage, app, **asked)["code"]
    assert exchange(anyone, app, code, client_secret=None, code_verifier=verifier).status_code == 200


def test_plain_challenges_are_not_taken(stage: Stage, anyone: httpx2.Client):
    answer = Visitor(stage.url).http.get(
        address(register(anyone), code_challenge="a" * 43, code_challenge_method="plain"), follow_redirects=False
    )
    assert answer.status_code in (302, 303, 400) and "code=" not in answer.headers.get("location", "")


def test_a_code_works_once_and_its_replay_ends_the_token(stage: Stage, anyone: httpx2.Client):
    app = register(anyone)
    code = allow(stage, app)["code"]
    token = exchange(anyone, app, code).json()["access_token"]
    replayed = exchange(anyone, app, code)
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    answer = anyone.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("change", [{"redirect_uri": OOB}, {"code": "made-up"}, {"redirect_uri": None}])
def test_a_code_is_bound_to_what_it_was_given_for(stage: Stage, anyone: httpx2.Client, change: dict[str, str | None]):
    app = register(anyone, redirect_uris=[BACK, OOB])
    answer = exchange(anyone, app, **({"code": allow(stage, app)["code"]} | change))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_another_app_cannot_use_the_code(stage: Stage, anyone: httpx2.Client):
    code = allow(stage, register(anyone))["code"]
    answer = exchange(anyone, register(anyone), code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("change", [{"client_id": "nobody"}, {"client_secret": "wrong"}, {"client_id": None}])
def test_an_unknown_client_is_told_so_that_it_registers_again(anyone: httpx2.Client, change: dict[str, str | None]):
    answer = exchange(anyone, register(anyone), "code", **change)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_description"].startswith("Client authentication failed")


@pytest.mark.parametrize("kind", ["json", "data", "files"])
def test_an_app_has_a_token_of_its_own(anyone: httpx2.Client, kind: str):
    app = register(anyone)
    asked = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}
    sent = {name: (None, value) for name, value in asked.items()} if kind == "files" else asked
    answer = anyone.post("/oauth/token", **{kind: sent})
    assert answer.status_code == 200 and faults("Token", answer.json()) == []
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    known = anyone.get("/api/v1/apps/verify_credentials", headers=bearer)
    assert faults("Application", known.json()) == [] and "client_secret" not in known.json()
    refused = anyone.get("/api/v1/timelines/home", headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (422, "This method requires an authenticated user")
    assert anyone.post("/api/v1/statuses", json={"status": "no"}, headers=bearer).status_code in (403, 422)


def test_basic_authentication_of_the_app_works(anyone: httpx2.Client):
    app = register(anyone)
    answer = anyone.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(app["client_id"], app["client_secret"])
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("grant", ["password", "refresh_token", "implicit", ""])
def test_other_grants_are_refused(anyone: httpx2.Client, grant: str):
    answer = exchange(anyone, register(anyone), "x", grant_type=grant, username="asha", password="x")
    assert answer.status_code == 400 and answer.json()["error"] in ("unsupported_grant_type", "invalid_request")


def test_revoking_is_idempotent(stage: Stage, anyone: httpx2.Client):
    app = register(anyone)
    token = exchange(anyone, app, allow(stage, app)["code"]).json()["access_token"]
    app_says = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    for _ in range(2):
        answer = anyone.post("/oauth/revoke", data=app_says)
        assert (answer.status_code, answer.json()) == (200, {})
    answer = anyone.get("/api/v1/timelines/home", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error"]) == (401, "The access token is invalid")
    assert anyone.post("/oauth/revoke", data=app_says | {"token": "never was"}).json() == {}


def test_another_app_cannot_revoke(stage: Stage, anyone: httpx2.Client):
    app, other = register(anyone), register(anyone)
    token = exchange(anyone, app, allow(stage, app)["code"]).json()["access_token"]
    anyone.post("/oauth/revoke", data={**{k: other[k] for k in ("client_id", "client_secret")}, "token": token})
    still = anyone.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {token}"})
    assert still.status_code == 200


def test_a_browser_is_never_sent_to_an_address_that_was_not_registered(stage: Stage, anyone: httpx2.Client):
    asha, visitor = stage.cast["asha"], Visitor(stage.url)
    visitor.authorize(address(register(anyone)), asha.email, asha.password)
    for wrong in ({"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}, {"redirect_uri": BACK + "/more"}):
        answer = visitor.http.get(address(register(anyone), **wrong), follow_redirects=False)
        assert 400 <= answer.status_code < 500 and "location" not in answer.headers


LOOPBACK = "http://127.0.0.1/back"


@pytest.mark.parametrize(
    ("back", "fine"),
    [
        ("http://127.0.0.1:34567/back", True),
        ("http://127.0.0.1:34567/other", False),
        ("http://127.0.0.1:1@evil.example/back", False),
        ("http://localhost:34567/back", False),
    ],
)
def test_an_app_on_ones_own_machine_listens_at_any_port(anyone: httpx2.Client, back: str, fine: bool):
    app = register(anyone, redirect_uris=LOOPBACK)
    assert (anyone.get(address(app, redirect_uri=back), follow_redirects=False).status_code == 303) is fine


def test_more_scopes_than_the_app_has_are_not_given(stage: Stage, anyone: httpx2.Client):
    asha, visitor = stage.cast["asha"], Visitor(stage.url)
    app = register(anyone, scopes="read")
    visitor.authorize(address(app, scope="read"), asha.email, asha.password)
    answer = visitor.http.get(address(app, scope="read write"), follow_redirects=False)
    assert "code=" not in answer.headers.get("location", "") and (answer.is_redirect or answer.status_code == 400)


def test_saying_no_tells_the_app_so(stage: Stage, anyone: httpx2.Client):
    asha, visitor = stage.cast["asha"], Visitor(stage.url)
    app = register(anyone)
    visitor.authorize(address(app), asha.email, asha.password)
    page = visitor.open(address(app, state="s"))
    consent = next(form for form in page.forms if form.action.endswith("/oauth/authorize"))
    visitor.http.follow_redirects = False
    answer = visitor.send(consent, consent.buttons[-1])
    assert answer.headers["location"].startswith(BACK)
    assert sent_back(answer) == {"error": "access_denied", "state": "s"} | {
        name: text for name, text in sent_back(answer).items() if name == "error_description"
    }


def test_the_consent_form_is_guarded(stage: Stage, anyone: httpx2.Client):
    asha, visitor = stage.cast["asha"], Visitor(stage.url)
    app = register(anyone)
    visitor.authorize(address(app), asha.email, asha.password)
    consent = next(f for f in visitor.open(address(app)).forms if f.action.endswith("/oauth/authorize"))
    visitor.http.follow_redirects = False
    forged = {name: value for name, value in consent.fields.items() if name != "csrf"}
    answer = visitor.http.post(consent.action, data=forged | dict(consent.buttons[:1]))
    assert answer.status_code == 403 and "location" not in answer.headers
