"""Joining from an app, one's profile as it is edited, and who came: in the API."""

from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.governance.people import ip_and_mail_blocks
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.people import accounts
from chaupal.social.signin import sessions
from clients.images import png
from mails import mails_of, secret_in
from surfaces.square import Square, found

GOOD = {
    "username": "naya",
    "email": "naya@example.org",
    "password": "नया लंबा पासवर्ड",
    "agreement": "true",
    "locale": "hi-IN",
}


@pytest.fixture
async def square(house: RunningHouse) -> Square:
    return await found(house)


def anyone(house: RunningHouse, token: str = "") -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(app=house.app)
    return httpx2.AsyncClient(transport=transport, base_url=house.house.settings.origin, headers=headers)


async def token_of_an_app(house: RunningHouse, scopes: str = "read write") -> str:
    async with anyone(house) as client:
        wish: dict[str, Any] = {
            "client_name": "for newcomers",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": scopes,
        }
        app = (await client.post("/api/v1/apps", json=wish)).json()
        asked = {"client_id": app["client_id"], "client_secret": app["client_secret"], "scope": scopes}
        return (await client.post("/oauth/token", json={"grant_type": "client_credentials"} | asked)).json()[
            "access_token"
        ]


@pytest.mark.parametrize("registrations", ["open", "approval"])
async def test_where_addresses_are_not_confirmed_a_new_account_is_open_at_once_and_no_letter_is_sent(
    settings: Settings, clock: StillClock, registrations: Any
):
    """For tests and closed networks. Approval by staff, where the house wants it, is asked for all the same."""
    settings = msgspec.structs.replace(settings, confirm_emails=False, registrations=registrations)
    running = await open_house(settings, clock=clock, run=False)
    async with anyone(running, await token_of_an_app(running)) as app:
        made = (await app.post("/api/v1/accounts", json=GOOD | {"reason": "गाँव से"})).json()
    await running.runner.settle()
    async with anyone(running, made["access_token"]) as client:
        is_open = registrations == "open"
        assert (await client.get("/api/v1/timelines/home")).status_code == (200 if is_open else 403)
        assert (await client.get("/api/v1/emails/check_confirmation")).json() is True
        assert (await client.get("/api/v1/accounts/lookup?acct=naya")).status_code == (200 if is_open else 404)
    assert mails_of(running) == []
    await running.close()


async def test_a_net_from_which_nobody_joins_is_shut_to_apps_as_well(house: RunningHouse):
    owner = await accounts.create(
        house.house.square, handle="lakshmi", email="l@example.org", password="long enough", role=Role.OWNER
    )
    viewer = Viewer(account=owner, country="IN", role=Role.OWNER)
    await ip_and_mail_blocks.block(
        house.house.court,
        viewer,
        ip_and_mail_blocks.AddressBlockForm(kind="ip", what="127.0.0.0/8", severity="sign_up_block"),
    )
    async with anyone(house, await token_of_an_app(house)) as app:
        assert (await app.post("/api/v1/accounts", json=GOOD)).status_code == 403


async def test_an_app_makes_an_account_whose_token_opens_once_its_address_is_confirmed(house: RunningHouse):
    async with anyone(house, await token_of_an_app(house)) as app:
        made = (await app.post("/api/v1/accounts", json=GOOD)).json()
        assert made["token_type"] == "Bearer" and made["scope"] == "read write" and made["created_at"] > 0
    await house.runner.settle()
    async with anyone(house, made["access_token"]) as client:
        assert (await client.get("/api/v1/timelines/home")).status_code == 403
        assert (await client.get("/api/v1/emails/check_confirmation")).json() is False
        assert (await client.post("/api/v1/emails/confirmations")).json() == {}
        other = await client.post("/api/v1/emails/confirmations", json={"email": "other@example.org"})
        assert other.json() == {}
        bad = await client.post("/api/v1/emails/confirmations", json={"email": "nobody@"})
        assert bad.status_code == 422 and "email" in bad.json()["details"]
        await house.runner.settle()
        first, _, again = mails_of(house)
        secret = secret_in(again, "confirm")
        assert secret_in(first, "confirm") != secret
        async with anyone(house) as browser:
            await browser.get(f"/confirm/{secret}")
            await browser.post(f"/confirm/{secret}", data={"csrf": browser.cookies["visitor"]})
        assert (await client.get("/api/v1/emails/check_confirmation")).json() is True
        assert (await client.get("/api/v1/accounts/verify_credentials")).json()["username"] == "naya"
        assert (await client.post("/api/v1/emails/confirmations")).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"username": "asha"}, "username", "ERR_TAKEN"),
        ({"username": "admin"}, "username", "ERR_RESERVED"),
        ({"username": "@Admin"}, "username", "ERR_RESERVED"),
        ({"username": "आशा"}, "username", "ERR_INVALID"),
        ({"email": "asha@example.org"}, "email", "ERR_TAKEN"),
        ({"email": "nowhere"}, "email", "ERR_INVALID"),
        ({"password": "short"}, "password", "ERR_TOO_SHORT"),
        ({"agreement": "false"}, "agreement", "ERR_ACCEPTED"),
    ],
)
async def test_what_is_wrong_with_a_new_account_is_said_by_field(
    square: Square, wrong: dict[str, str], field: str, code: str
):
    async with anyone(square.house, await token_of_an_app(square.house)) as app:
        answer = await app.post("/api/v1/accounts", data=GOOD | wrong)
        assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed")
        assert [one["error"] for one in answer.json()["details"][field]] == [code]


async def test_an_account_is_made_by_an_app_alone_and_within_its_scopes(square: Square):
    async with anyone(square.house) as client:
        assert (await client.post("/api/v1/accounts", json=GOOD)).status_code == 401
    async with square.app("asha") as asha:
        assert (await asha.post("/api/v1/accounts", json=GOOD)).status_code == 403
    async with anyone(square.house, await token_of_an_app(square.house, "read")) as app:
        assert (await app.post("/api/v1/accounts", json=GOOD)).status_code == 403


async def test_a_profile_is_read_as_it_is_edited_and_loses_its_pictures(square: Square):
    async with square.app("asha") as asha:
        before = (await asha.get("/api/v1/profile")).json()
        assert before["avatar"] is None and before["header"] is None and before["featured_tags"] == []
        await asha.post("/api/v1/featured_tags", json={"name": "चौपाल"})
        sent = {
            "note": "किसान <b>और</b> पाठक",
            "fields_attributes[0][name]": "गाँव",
            "fields_attributes[0][value]": "चौपाल",
        }
        after = (await asha.patch("/api/v1/profile", data=sent, files={"avatar": ("a.png", png(), "image/png")})).json()
        assert after["note"] == "किसान <b>और</b> पाठक" and after["fields"][0]["value"] == "चौपाल"
        assert [tag["name"] for tag in after["featured_tags"]] == ["चौपाल"]
        assert (await asha.get(after["avatar"])).status_code == 200
        gone = (await asha.delete("/api/v1/profile/avatar")).json()
        assert gone["username"] == "asha" and gone["avatar"].endswith("/blank/avatar.png")
        assert (await asha.get(after["avatar"])).status_code == 404
        assert (await asha.delete("/api/v1/profile/header")).status_code == 200
        assert (await asha.get("/api/v1/profile")).json()["avatar"] is None


async def test_openid_apps_learn_who_came_and_no_more(square: Square):
    house = square.house
    account = int(await found_id(house, "asha"))
    token = await sessions.issue_token(house.house.square, account, "profile")
    async with anyone(house, token) as client:
        told = (await client.get("/oauth/userinfo")).json()
        origin = house.house.settings.origin
        assert told == (await client.post("/oauth/userinfo")).json()
        assert told["sub"] == told["profile"] == f"{origin}/@asha" and told["preferred_username"] == "asha"
        assert (await client.get("/api/v1/profile")).status_code == 200
        assert (await client.get("/.well-known/oauth-authorization-server")).json()[
            "userinfo_endpoint"
        ] == f"{origin}/oauth/userinfo"
    other = await sessions.issue_token(house.house.square, account, "write")
    async with anyone(house, other) as client:
        assert (await client.get("/oauth/userinfo")).status_code == 403


async def found_id(house: RunningHouse, handle: str) -> str:
    async with anyone(house) as client:
        return (await client.get("/api/v1/accounts/lookup", params={"acct": handle})).json()["id"]
