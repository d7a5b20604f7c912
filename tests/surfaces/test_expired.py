"""Links from mails, sessions and codes of apps: they work once, and in time, and tell a stranger nothing."""

import httpx2

from chaupal.kernel.clock import DAY, HOUR, MINUTE, StillClock
from clients.visitor import Page, sent_back
from mails import mails_of, secret_in
from surfaces.square import ORIGIN, Square, press


async def forgotten(square: Square, client: httpx2.AsyncClient) -> str:
    """The secret of a new link for asha's password."""
    assert (await press(client, "/reset", email="asha@example.org")).status_code == 200
    await square.house.runner.settle()
    return secret_in(mails_of(square.house)[-1], "reset")


async def test_a_link_for_a_new_password_works_once(square: Square):
    async with square.browser() as anyone:
        secret = await forgotten(square, anyone)
        assert (await press(anyone, f"/reset/{secret}", password="short")).status_code == 422
        assert (await press(anyone, f"/reset/{secret}", password="another long one")).status_code == 200
        assert (await press(anyone, f"/reset/{secret}", password="a third long one")).status_code == 404
        assert (await press(anyone, "/login", name="asha", password="a third long one")).status_code == 422
        assert (await press(anyone, "/login", name="asha", password="another long one")).status_code == 303
    async with square.browser("asha") as old:
        assert (await old.get("/settings")).status_code == 303, "a new password ends the old sessions"


async def test_a_link_for_a_new_password_ends(square: Square, clock: StillClock):
    async with square.browser() as anyone:
        secret = await forgotten(square, anyone)
        clock.move(HOUR + MINUTE)
        assert (await anyone.get(f"/reset/{secret}")).status_code == 404
        assert (await press(anyone, f"/reset/{secret}", password="another long one")).status_code == 404
        assert (await press(anyone, "/login", name="asha", password="long enough")).status_code == 303


async def test_who_asks_for_a_link_does_not_learn_who_is_here(square: Square):
    async with square.browser() as anyone:
        known = await press(anyone, "/reset", email="asha@example.org")
        stranger = await press(anyone, "/reset", email="nobody@example.org")
        assert known.status_code == stranger.status_code == 200
        assert without_word(known.text) == without_word(stranger.text)
        wrong = [await press(anyone, "/login", name=name, password="wrong guess") for name in ("asha", "nobody")]
        assert [answer.status_code for answer in wrong] == [422, 422]
        assert without_word(wrong[0].text.replace("asha", "nobody")) == without_word(wrong[1].text)


def without_word(html: str) -> str:
    head, *rest = html.split('name="csrf" value="')
    return head + "".join(part.partition('"')[2] for part in rest)


async def test_a_session_ends(square: Square, clock: StillClock):
    async with square.browser("asha") as asha:
        assert (await asha.get("/settings")).status_code == 200
        clock.move(31 * DAY)
        assert (await asha.get("/settings")).status_code == 303


async def test_a_code_of_an_app_ends(square: Square, clock: StillClock):
    async with square.app() as anyone, square.browser("asha") as asha:
        app = (
            await anyone.post(
                "/api/v1/apps", json={"client_name": "a", "redirect_uris": "https://app.example/", "scopes": "read"}
            )
        ).json()
        asked = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": "https://app.example/",
            "scope": "read",
        }
        page = await asha.get("/oauth/authorize", params=asked)
        assert page.status_code == 200
        consent = next(
            form
            for form in Page(page.text, f"{ORIGIN}/oauth/authorize").forms
            if form.method == "post" and "oauth" in form.action
        )
        answer = await asha.post(consent.action, data=consent.fields | dict(consent.buttons[:1]))
        code = sent_back(answer)["code"]
        clock.move(10 * MINUTE + 1)
        exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://app.example/"}
        late = await anyone.post(
            "/oauth/token", data=exchange | {key: app[key] for key in ("client_id", "client_secret")}
        )
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
