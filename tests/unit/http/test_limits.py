"""Limits: what a wrong token costs, and guesses at one name from many addresses."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from pyotp.totp import TOTP

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.http.limits import GENERAL, GUESSES, MESSAGES
from chaupal.kernel.clock import DAY, MINUTE, SECOND, StillClock
from chaupal.kernel.errors import Invalid
from chaupal.kernel.nets import WIDER, nets_of
from chaupal.kernel.settings import load_settings
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts
from chaupal.social.signin import logins, sessions, two_factor as second
from listening import listening

PASSWORD = "a long enough secret"


@pytest.fixture
async def limited(tmp_path: Path, clock: StillClock) -> AsyncIterator[RunningHouse]:
    """A house behind a proxy, so that tests may come from many addresses."""
    settings = load_settings(environ={}, data=str(tmp_path / "data"), port=8000, trusted_proxies=("127.0.0.1/32",))
    running = await open_house(settings, clock=clock, run=False)
    for handle in ("asha", "binod"):
        await accounts.create(running.house.square, handle=handle, email=f"{handle}@example.org", password=PASSWORD)
    yield running
    await running.close()


def browser(house: RunningHouse, address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.app),
        base_url=house.house.settings.origin,
        headers={"x-forwarded-for": address},
    )


async def log_in(house: RunningHouse, name: str, password: str, address: str) -> int:
    async with browser(house, address) as client:
        await client.get("/login")
        form = {"csrf": client.cookies["visitor"], "name": name, "password": password}
        return (await client.post("/login", data=form)).status_code


async def test_a_name_is_guarded_against_guesses_from_many_addresses(limited: RunningHouse, clock: StillClock):
    most, seconds = GUESSES
    spellings = ("asha", "@asha", " Asha ")
    for number in range(most):
        assert await log_in(limited, spellings[number % 3], "a wrong one", f"203.0.113.{number}") == 422
    assert await log_in(limited, "asha", PASSWORD, "198.51.100.1") == 429
    assert await log_in(limited, "binod", PASSWORD, "198.51.100.1") == 303  # nobody else pays for it
    clock.move(seconds * 1000)
    assert await log_in(limited, "asha", PASSWORD, "198.51.100.1") == 303


async def test_a_wrong_token_is_counted_and_told_how_often(limited: RunningHouse):
    most, _ = GENERAL
    async with browser(limited, "203.0.113.7") as client:
        client.headers["authorization"] = "Bearer wrong"
        first = await client.get("/api/v1/timelines/home")
        assert (first.status_code, first.headers["x-ratelimit-remaining"]) == (401, str(most - 1))
        for _ in range(most - 1):
            await client.get("/api/v1/timelines/home")
        assert (await client.get("/api/v1/timelines/home")).status_code == 429


async def test_a_class_behind_one_address_joins_together_and_mistypes(limited: RunningHouse):
    async with browser(limited, "203.0.113.7") as client:
        await client.get("/signup")
        typed = {"handle": "naya", "password": "short", "csrf": client.cookies["visitor"]}
        answers = [await client.post("/signup", data=typed | {"email": f"{n}@example.org"}) for n in range(26)]
        forged = await client.post("/signup", data=typed | {"csrf": "another"})
    assert [one.status_code for one in answers] == [422] * 25 + [429]
    again = answers[-1].text
    assert 'value="naya"' in again and 'value="25@example.org"' in again and "short" not in again, (
        "all but the password"
    )
    assert "30 मिनट बाद फिर से कोशिश करें।" in again
    assert forged.status_code == 429 and "naya" not in forged.text, "nobody else puts words into the form"


# --- whoever has been here, or has more than a password, while a name is guessed at ---


async def guess(house: RunningHouse, name: str, times: int = GUESSES[0]) -> None:
    for number in range(times):
        assert await log_in(house, name, "a wrong one", f"203.0.113.{number}") in (422, 429)


@asynccontextmanager
async def at_home(house: RunningHouse, address: str = "198.51.100.1") -> AsyncGenerator[httpx2.AsyncClient]:
    """A browser in which asha logged in, and out again."""
    async with browser(house, address) as client:
        assert (await typed(client, "asha", PASSWORD)).status_code == 303
        assert (await sends(client, "/logout", "/")).status_code == 303
        yield client


async def sends(client: httpx2.AsyncClient, where: str, at: str, **fields: str) -> httpx2.Response:
    page = await client.get(at)
    word = page.text.split('name="csrf" value="')[1].split('"')[0]
    return await client.post(where, data=fields | {"csrf": word})


async def typed(client: httpx2.AsyncClient, name: str, password: str, **more: str) -> httpx2.Response:
    return await sends(client, "/login", "/login?again=1", name=name, password=password, **more)


async def test_a_known_browser_still_gets_in_while_a_name_is_guessed_at(limited: RunningHouse):
    async with at_home(limited) as client:
        await guess(limited, "asha")
        assert await log_in(limited, "asha", PASSWORD, "198.51.100.2") == 429
        for name in ("asha", "@Asha", "asha@example.org"):
            assert (await typed(client, name, PASSWORD)).status_code == 303


async def test_guesses_in_a_known_browser_are_counted_by_it_and_shut_out_nobody_else(
    limited: RunningHouse, clock: StillClock
):
    async with at_home(limited) as client, at_home(limited, "198.51.100.3") as other:
        for number in range(GUESSES[0]):
            client.headers["x-forwarded-for"] = f"203.0.113.{number}"
            assert (await typed(client, "asha", "a wrong one")).status_code == 422
        assert (await typed(client, "asha", PASSWORD)).status_code == 429
        assert (await typed(other, "asha", PASSWORD)).status_code == 303
        clock.move((sessions.KNOWN_DAYS + 1) * DAY)
        await guess(limited, "asha")
        assert (await typed(other, "asha", PASSWORD)).status_code == 429  # known for so long, and no longer


async def test_a_browser_is_known_by_a_signed_cookie_and_only_as_whom_it_was(limited: RunningHouse):
    async with at_home(limited) as client:
        mark = client.cookies[sessions.KNOWN_COOKIE]
        assert "asha" not in mark and sessions.mark_for(limited.house.square, mark, "asha")
        nonce, day, *signed = mark.split(".")
        forged = (
            "",
            "~",
            f"{nonce}.{day}",
            f"x{nonce}.{day}.{'.'.join(signed)}",
            f"{nonce}.{int(day) + 9}.{'.'.join(signed)}",
            f"{nonce}.{day}.{'A' * len(signed[0])}",
            f"{nonce}.९.{signed[0]}",
            f"{nonce}..{signed[0]}",
            "." * 50,
            mark[::-1],
        )
        assert not any(sessions.mark_for(limited.house.square, one, "asha") for one in forged)
        assert not sessions.mark_for(limited.house.square, mark, "binod")
        await guess(limited, "binod")
        assert (await typed(client, "binod", PASSWORD)).status_code == 429


async def test_a_browser_that_several_share_knows_each_of_them_and_the_last_five(limited: RunningHouse):
    square, mark = limited.house.square, ""
    for number in range(7):
        mark = sessions.remembered(square, mark, f"h{number}", f"h{number}@example.org")
    assert [bool(sessions.mark_for(square, mark, f"h{number}")) for number in range(7)] == [False] * 2 + [True] * 5
    again = sessions.remembered(square, mark, "h4", "h4@example.org")
    assert len(again.split("~")) == 5 and sessions.mark_for(square, again, "h2") and len(again) < 500


async def test_whoever_has_the_second_step_still_gets_in_while_a_name_is_guessed_at(
    limited: RunningHouse, clock: StillClock
):
    square = limited.house.square
    asha = Viewer(account=await accounts.account_id(square, "asha"), country="IN")
    secret = (await second.begin(square, asha, PASSWORD)).secret
    recovery = await second.turn_on(square, asha, TOTP(secret).at(clock() // SECOND))
    clock.move(2 * MINUTE)
    await guess(limited, "asha")
    async with browser(limited, "198.51.100.2") as client:
        shut = await typed(client, "asha", PASSWORD)
        assert shut.status_code == 429 and 'name="code"' in shut.text and "/login/passkey" in shut.text
        assert 'value="asha"' in shut.text and "13 मिनट बाद फिर" in shut.text and PASSWORD not in shut.text
        code = TOTP(secret).at(clock() // SECOND)
        wrong = [("asha", "a wrong one", code), ("asha", PASSWORD, "000000"), ("nobody", PASSWORD, code)]
        told = {
            (r.status_code, r.text.count('class="error"'))
            for w in wrong
            for r in [await typed(client, *w[:2], code=w[2])]
        }
        assert told == {(422, 1)}  # which of the two was wrong is not told
        assert (await typed(client, "asha", PASSWORD, code=code)).status_code == 303
    async with browser(limited, "198.51.100.4") as client:
        assert (await typed(client, "asha", PASSWORD, code=recovery[0])).status_code == 303


async def test_a_code_opens_nothing_where_none_is_asked_for(limited: RunningHouse):
    async with browser(limited, "198.51.100.2") as client:
        assert (await typed(client, "asha", PASSWORD, code="123456")).status_code == 422


async def test_whoever_has_learnt_the_password_cannot_go_through_all_codes(limited: RunningHouse, clock: StillClock):
    square = limited.house.square
    asha = Viewer(account=await accounts.account_id(square, "asha"), country="IN")
    secret = (await second.begin(square, asha, PASSWORD)).secret
    await second.turn_on(square, asha, TOTP(secret).at(clock() // SECOND))
    clock.move(2 * MINUTE)
    right = TOTP(secret).at(clock() // SECOND)
    for _ in range(logins.MOST_CODES):
        with pytest.raises(Invalid):
            await logins.sign_in_at_once(square, "asha", PASSWORD, "000000")
    with pytest.raises(Invalid):
        await logins.sign_in_at_once(square, "asha", PASSWORD, right)
    clock.move(second.HALF_LASTS + 1)
    await logins.sign_in_at_once(square, "asha", PASSWORD, TOTP(secret).at(clock() // SECOND))


async def test_codes_for_a_name_are_counted_only_of_those_who_know_its_password(
    limited: RunningHouse, clock: StillClock
):
    square = limited.house.square
    asha = Viewer(account=await accounts.account_id(square, "asha"), country="IN")
    secret = (await second.begin(square, asha, PASSWORD)).secret
    await second.turn_on(square, asha, TOTP(secret).at(clock() // SECOND))
    clock.move(2 * MINUTE)
    for number in range(GUESSES[0] + 1):  # somebody who is not half way in
        async with browser(limited, f"203.0.113.{number}") as client:
            step = await sends(client, "/login/code", "/login", name="asha", half="x" * 40, code="000000")
            assert step.status_code == 303 and step.headers["location"].startswith("/login")
    async with browser(limited, "198.51.100.2") as client:
        page = (await typed(client, "asha", PASSWORD)).text.split('action="/login/code"')[1]
        form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("half", "name", "csrf")}
        for _ in range(GUESSES[0] - 1):
            assert (await client.post("/login/code", data=form | {"code": "000000"})).status_code == 422
            client.headers["x-forwarded-for"] = f"198.51.100.{3 + _}"
        assert (
            await client.post("/login/code", data=form | {"code": TOTP(secret).at(clock() // SECOND)})
        ).status_code == 303


# --- nets ---


def test_an_address_of_ipv6_counts_as_its_64_and_its_48():
    one, other, beside, far = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "2001:db8:2:2::1")
    assert nets_of(one) == nets_of(other) != nets_of(beside)
    assert nets_of(one)[1] == nets_of(beside)[1] != nets_of(far)[1]
    assert [net.times for net in nets_of(one)] == [1, WIDER]


def test_ipv4_in_ipv6_clothes_counts_as_what_it_is():
    assert nets_of("::ffff:203.0.113.7") == nets_of("64:ff9b::203.0.113.7") == nets_of("203.0.113.7")
    assert len(nets_of("203.0.113.7")) == 1
    assert nets_of("203.0.113.7") != nets_of("203.0.113.8")
    assert nets_of("") == nets_of("unknown") == nets_of("x" * 5_000)


async def test_limits_count_a_64_and_a_48_above_a_bound(limited: RunningHouse):
    most, _ = GENERAL
    seen: list[int] = []
    for site in range(WIDER + 2):
        asked = None
        for host in range(most + 1):
            async with browser(limited, f"2001:db8:1:{site:x}::{host:x}") as client:
                asked = await client.get("/api/v1/custom_emojis")
        assert asked is not None
        seen.append(asked.status_code)
    assert seen[0] == 429  # 301 addresses of one customer are one customer
    async with browser(limited, "2001:db8:1:ffff::1") as client:
        # And a site is one site above eight times that.
        assert (await client.get("/api/v1/custom_emojis")).status_code == 429
    async with browser(limited, "2001:db8:2::1") as client:
        assert (await client.get("/api/v1/custom_emojis")).status_code == 200


async def test_open_streams_are_counted_by_64(tmp_path: Path, clock: StillClock):
    settings = load_settings(
        environ={}, data=str(tmp_path / "data"), port=8000, trusted_proxies=("127.0.0.1/32",), streams_per_caller=2
    )
    running = await open_house(settings, clock=clock, run=False)
    path = "/api/v1/streaming/public"
    try:
        async with AsyncExitStack() as stack:
            for host in (1, 2):
                ear = await stack.enter_async_context(listening(running.app, path, address=f"2001:db8:1:2::{host}"))
                assert ear.status == 200
            third = await stack.enter_async_context(listening(running.app, path, address="2001:db8:1:2::3"))
            beside = await stack.enter_async_context(listening(running.app, path, address="2001:db8:1:3::3"))
            assert (third.status, beside.status) == (429, 200)
    finally:
        await running.close()


# --- messages ---


async def test_messages_on_sockets_are_limited_and_a_flood_is_closed_with_the_policys_code(limited: RunningHouse):
    most, _ = MESSAGES
    path = "/api/v1/streaming"
    async with listening(limited.app, path, socket=True) as one, listening(limited.app, path, socket=True) as two:
        for number in range(most):
            (one if number % 2 else two).say(type="subscribe", stream="nonsense")
        await one.until(lambda _: len(one.events) + len(two.events) == most)
        assert not one.ended and not two.ended
        two.say(type="subscribe", stream="public")  # one too many, of all that come from this address
        await two.until(lambda ear: ear.ended)
        assert two.code == 1008 and not one.ended
        one.say(type="subscribe", stream="public")
        await one.until(lambda ear: ear.ended)
    async with listening(limited.app, path, socket=True, address="198.51.100.9") as other:
        other.say(type="subscribe", stream="nonsense")
        await other.heard("error")


# --- what counts as several ---


async def test_a_thread_of_n_posts_counts_as_n(limited: RunningHouse, clock: StillClock):
    """By the form of a post and by programs; said at once or later."""
    async with browser(limited, "203.0.113.9") as client:
        assert (await typed(client, "asha", PASSWORD)).status_code == 303
        for number in range(60):  # of 300 in three hours
            more = {f"more[{n}][text]": f"{number} {n}" for n in range(1, 5)}
            sent = await sends(client, "/compose", "/compose", text=f"{number}", visibility="public", **more)
            assert sent.status_code == 303, number
            if number % 20 == 19:
                clock.move(300_000)
        late = await sends(client, "/compose", "/compose", text="एक", visibility="public")
        assert late.status_code == 429 and 'value="एक"' in late.text, "nothing of it is lost"


async def test_a_page_says_how_long_to_wait(limited: RunningHouse, clock: StillClock):
    async with browser(limited, "198.51.100.9") as client:
        await client.get("/reset")

        async def asks():
            form = {"csrf": client.cookies["visitor"], "email": "nobody@example.org"}
            return await client.post("/reset", data=form, headers={"accept-language": "hi"})

        *_, asked = [await asks() for _ in range(6)]
        assert asked.status_code == 429 and "30 मिनट बाद फिर से कोशिश करें।" in asked.text
        assert int(asked.headers["retry-after"]) > 29 * 60
