"""Coming in with more than a password, page by page; staff of whom it is asked; browsers and apps that are in."""

from typing import Any

import httpx2
import msgspec
from pyotp.totp import TOTP

from chaupal.kernel.clock import MINUTE, SECOND
from chaupal.kernel.secrets import digest
from chaupal.social.signin import sessions
from chaupal.web import links
from village import PASSWORD, Village, Villager


async def form(v: Village, where: str, cookie: str, at: str = "", **fields: Any) -> httpx2.Response:
    """What the form on a page (`at`) is answered."""
    headers = {"cookie": f"{cookie}; language=en"}
    page = await v.client.get(at or where, headers=headers)
    assert page.status_code == 200, page.text
    word = page.text.split('name="csrf" value="')[1].split('"')[0]
    return await v.client.post(where, data=fields | {"csrf": word}, headers=headers)


async def set_up(v: Village, who: Villager) -> str:
    cookie = f"chaupal={who.cookie}"
    await form(v, "/settings/security/codes", cookie, "/settings/security", password=PASSWORD)
    page = await v.client.get("/settings/security/codes", headers={"cookie": cookie})
    assert "<svg" in page.text and 'class="qr"' in page.text
    secret = page.text.split('<code dir="ltr">')[1].split("<")[0]
    done = await form(v, "/settings/security/codes/on", cookie, "/settings/security/codes", code=now(v, secret))
    assert done.text.count('<code dir="ltr">') == 10
    v.clock.move(2 * MINUTE)
    return secret


def now(v: Village, secret: str) -> str:
    return TOTP(secret).at(v.clock() // SECOND)


async def test_a_member_sets_up_codes_and_comes_in_with_one(village):
    v, guest = village, "visitor=" + "a" * 24
    secret = await set_up(v, v.asha)
    half = await form(v, "/login", guest, name="asha", password=PASSWORD, next="/saved")
    assert half.status_code == 200 and "chaupal=" not in half.headers.get("set-cookie", "")
    rest = half.text.split('action="/login/code"')[1]
    fields = {name: rest.split(f'name="{name}" value="')[1].split('"')[0] for name in ("half", "name", "csrf", "next")}
    wrong = await v.client.post(
        "/login/code", data=fields | {"code": "000000"}, headers={"cookie": f"{guest}; language=en"}
    )
    assert wrong.status_code == 422 and "This code is wrong" in wrong.text
    right = await v.client.post("/login/code", data=fields | {"code": now(v, secret)}, headers={"cookie": guest})
    assert right.status_code == 303 and right.headers["location"] == "/saved"
    assert "chaupal=" in right.headers["set-cookie"]


async def test_whoever_comes_in_anew_ends_what_the_browser_had(village):
    """It went on for thirty days, for whoever had a copy of the cookie, and its owner saw one browser more in the list."""
    v = village
    old, more = v.asha.cookie, await sessions.sessions_of(v.running.house.square, v.asha.viewer)
    done = await form(v, "/login", f"chaupal={old}", "/login?again=true", name="asha", password=PASSWORD)
    assert done.status_code == 303
    assert await sessions.caller_by_cookie(v.running.house.square, digest(old)) is None
    assert len(await sessions.sessions_of(v.running.house.square, v.asha.viewer)) == len(more)


async def test_an_app_is_allowed_only_by_whoever_came_in_whole(village):
    v, guest = village, "visitor=" + "a" * 24
    await set_up(v, v.asha)
    app = (
        await v.api(None, "POST", "/api/v1/apps", client_name="App", redirect_uris="https://app.example/back")
    ).json()
    asks = f"/oauth/authorize?response_type=code&client_id={app['client_id']}&redirect_uri=https://app.example/back"
    half = await form(v, "/login", guest, name="asha", password=PASSWORD, next=asks)
    assert half.status_code == 200
    there = await v.client.get(asks, headers={"cookie": guest})
    assert there.status_code == 303 and there.headers["location"].startswith("/login")


async def test_the_wrong_password_stands_beside_its_field(village):
    v = village
    refused = await form(
        v, "/settings/security/codes", f"chaupal={v.asha.cookie}", "/settings/security", password="no no no"
    )
    assert refused.status_code == 422 and "This is not your password." in refused.text


async def test_a_name_for_a_passkey_that_is_too_long_is_said_beside_its_field_and_not_cut(village):
    v = village
    where, cookie = "/settings/security/passkeys/new", f"chaupal={v.asha.cookie}"
    long = "मेरे दफ़्तर वाले फ़ोन की चाबी, जो मैं घर पर भी रखती हूँ"
    refused = await form(v, where, cookie, "/settings/security", password=PASSWORD, name=long)
    assert refused.status_code == 422 and "A name has at most 30 letters." in refused.text and long in refused.text
    taken = await form(v, where, cookie, "/settings/security", password=PASSWORD, name="मेरा फ़ोन")
    assert taken.status_code == 200 and 'name="name" value="मेरा फ़ोन"' in taken.text


async def test_the_office_opens_only_to_staff_with_a_second_step_where_that_is_asked(village):
    v = village
    front = v.running.app
    house = v.running.house
    strict = msgspec.structs.replace(house, settings=msgspec.structs.replace(house.settings, staff_second_step=True))
    _dispatcher_of(front).house = strict
    shut = await v.look("IN", "/office", v.chitra)
    assert shut.status_code == 403
    await set_up(v, v.chitra)
    assert (await v.look("IN", "/office", v.chitra)).status_code == 200


def _dispatcher_of(front: Any) -> Any:
    return front._dispatcher


async def test_browsers_and_apps_are_listed_without_an_address_and_ended(village):
    v = village
    cookie = f"chaupal={v.asha.cookie}"
    page = await v.client.get("/settings/sessions", headers={"cookie": f"{cookie}; language=en"})
    assert "this one" in page.text and "127.0.0.1" not in page.text.split("<main")[1].split("</main>")[0]
    token = page.text.split('action="/settings/sessions/apps/')[1].split('"')[0]
    ended = await form(v, f"/settings/sessions/apps/{token}", cookie, "/settings/sessions")
    assert ended.status_code == 303
    assert (await v.api(v.asha, "GET", "/api/v1/accounts/verify_credentials")).status_code == 401
    others = await form(v, f"/settings/sessions/apps/{token}", f"chaupal={v.ravi.cookie}", "/settings/sessions")
    assert others.status_code == 404


async def test_a_browser_whose_session_is_over_is_told_so_where_it_is_and_led_back(village):
    v, told = village, "You are no longer logged in in this browser."
    begun = await sessions.begin_session(v.running.house.square, v.asha.id)
    guest = f"visitor={'a' * 24}; language=en"
    over = f"chaupal={begun.secret}; {guest}"
    where = "/@asha?max_id=9"

    async def page(at: str, cookie: str) -> str:
        return (await v.client.get(at, headers={"cookie": cookie})).text

    assert told not in await page("/", over)
    await form(v, "/settings/sessions", f"chaupal={v.asha.cookie}")  # all the others end
    assert told not in await page("/", guest)
    for at in ("/", where):
        html = await page(at, over)
        assert told in html and f'href="{links.query("/login", next=at)}"' in html
    assert told in await page("/login", over)
    assert "इस ब्राउज़र में अब आप लॉग इन नहीं हैं।" in await page("/", over.replace("=en", "=hi"))
    assert told not in await page("/", guest), "a page that is kept for strangers is another one"
    gone = await form(v, "/logout", over, "/")
    assert gone.headers["set-cookie"].startswith("chaupal=; Path=/; Max-Age=0")
