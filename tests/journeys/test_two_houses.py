"""Two houses on one PostgreSQL, each with a data directory of its own: whatever was begun at one goes on at the other."""

import asyncio
import io
import shutil
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import regex
from pyotp.totp import TOTP

from authenticators import Device
from chaupal.app.wiring import RunningHouse, open_house
from chaupal.fanout import exporting
from chaupal.governance.cases import evidence
from chaupal.governance.orders import documents
from chaupal.kernel.clock import MINUTE, SECOND, StillClock
from chaupal.kernel.settings import BadSettings, Settings
from chaupal.social.archives import imports
from chaupal.social.media import painting
from chaupal.social.people import listening
from chaupal.social.signin import logins, passkeys
from chaupal.store.court import documents as document_rows
from conftest import plain_settings
from object_store import ObjectStore
from painted import picture
from services import Postgres
from village import PASSWORD, Village, VillagePost, open_village

LOGGED_IN = "chaupal"


class Both(httpx2.AsyncBaseTransport):
    """Each request goes to the other house than the one before it."""

    def __init__(self, *houses: RunningHouse) -> None:
        self._next = cycle([httpx2.ASGITransport(app=house.app) for house in houses])

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await next(self._next).handle_async_request(request)


class Pair(msgspec.Struct):
    """The village at one house, and the other house beside it."""

    here: Village
    there: RunningHouse

    @property
    def houses(self) -> tuple[RunningHouse, RunningHouse]:
        return self.here.running, self.there

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[httpx2.AsyncClient]:
        """Somebody whose every request is answered by the other house."""
        origin = self.there.house.settings.origin
        async with httpx2.AsyncClient(transport=Both(*self.houses), base_url=origin) as client:
            yield client

    async def at(self, house: RunningHouse, method: str, path: str, token: str, **sent: Any) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=house.app)
        async with httpx2.AsyncClient(transport=transport, base_url=self.there.house.settings.origin) as client:
            headers = {"authorization": f"Bearer {token}"} | sent.pop("headers", {})
            return await client.request(method, path, headers=headers, **sent)


def beside(settings: Settings, data: Path, *, keys: bool = True) -> Settings:
    """The settings of another machine, to which the keys were copied."""
    data.mkdir(mode=0o700)
    if keys:
        shutil.copytree(Path(settings.data) / "keys", data / "keys")
    return msgspec.structs.replace(settings, data=str(data))


@pytest.fixture
def machine(
    postgres_server: Postgres, migrated: str, object_store: ObjectStore, valkey_url: str, tmp_path: Path
) -> Settings:
    settings = plain_settings(tmp_path / "here", postgres_server.fresh(template=migrated))
    return msgspec.structs.replace(settings, valkey=valkey_url, **object_store.fresh())


@pytest.fixture
async def pair(machine: Settings, tmp_path: Path, clock: StillClock) -> AsyncIterator[Pair]:
    async with open_village(machine, clock) as here:
        there = await open_house(beside(here.running.house.settings, tmp_path / "there"), clock=clock, run=False)
        try:
            yield Pair(here, there)
        finally:
            await there.close()


async def submit(client: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Open a page at one house, and send its form to the other."""
    page = await client.get(path)
    assert page.status_code == 200, page.text
    forms = regex.findall(r"(?s)<form.*?</form>", page.text)
    form = next(one for one in forms if all(f'name="{name}"' in one for name in typed))
    hidden = dict(regex.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    (action,) = regex.findall(r'action="([^"]+)"', form)[:1]
    plain = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
    return await client.post(action.replace("&amp;", "&"), data=plain | typed)


async def test_a_machine_without_the_keys_or_with_others_does_not_open(
    machine: Settings, tmp_path: Path, clock: StillClock
):
    first = await open_house(machine, clock=clock, run=False)
    await first.close()
    with pytest.raises(BadSettings, match=r"not in .*elsewhere/keys \(house\.key missing\)\. Copy the directory"):
        await open_house(beside(machine, tmp_path / "elsewhere", keys=False), clock=clock, run=False)
    assert list((tmp_path / "elsewhere").glob("keys/*")) == []  # nothing was begun
    other = beside(machine, tmp_path / "other")
    (tmp_path / "other" / "keys" / "house.key").write_bytes(bytes(32))
    with pytest.raises(BadSettings, match=r"house\.key.* of another house"):
        await open_house(other, clock=clock, run=False)


async def test_a_machine_without_the_key_that_signs_does_not_open_and_makes_none(pair: Pair, tmp_path: Path):
    await pair.at(pair.there, "GET", "/log/checkpoint", "")
    await pair.here.withhold(post=pair.here.asha.latest, by=pair.here.chitra, second=pair.here.dev)
    assert (await pair.here.client.get("/log/checkpoint")).status_code == 200  # signed
    third = beside(pair.here.running.house.settings, tmp_path / "third")
    for key in (tmp_path / "third" / "keys").glob("log.key*"):
        key.unlink()
    with pytest.raises(BadSettings, match=r"log\.key missing"):
        await open_house(third, clock=pair.here.clock, run=False)
    assert list((tmp_path / "third" / "keys").glob("log.key*")) == []


async def test_a_sign_up_form_of_one_is_taken_by_the_other_and_so_is_the_login(pair: Pair):
    async with pair.browser() as browser:
        typed = {"handle": "nayi", "email": "nayi@gaanv.example", "password": PASSWORD}
        answer = await submit(browser, "/signup", **typed)
        assert answer.status_code == 303, answer.text
        assert LOGGED_IN in browser.cookies
        for _ in range(2):
            assert (await browser.get("/welcome")).status_code == 200
    async with pair.browser() as browser:
        assert (await submit(browser, "/login", name="asha", password=PASSWORD)).status_code == 303
        for _ in range(2):
            assert (await browser.get("/settings/security")).status_code == 200


async def test_a_form_with_the_word_of_nobody_is_refused_by_both(pair: Pair):
    async with pair.browser() as browser:
        await submit(browser, "/login", name="asha", password=PASSWORD)
        for _ in range(2):
            answer = await browser.post("/settings/appearance", data={"csrf": "x" * 24, "theme": "dark"})
            assert answer.status_code == 403


async def test_a_code_that_one_gave_an_app_is_exchanged_by_the_other_and_once(pair: Pair):
    async with pair.browser() as browser, pair.browser() as app:
        await submit(browser, "/login", name="asha", password=PASSWORD)
        sent = {"client_name": "Tusky", "redirect_uris": "https://app.example/back", "scopes": "read write"}
        made = (await app.post("/api/v1/apps", json=sent)).json()
        asked = {
            "response_type": "code",
            "client_id": made["client_id"],
            "redirect_uri": sent["redirect_uris"],
            "scope": "read write",
        }
        page = await browser.get("/oauth/authorize", params=asked)
        form = next(one for one in regex.findall(r"(?s)<form.*?</form>", page.text) if 'name="client_id"' in one)
        fields = dict(regex.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        allow = dict(regex.findall(r'<button[^>]* name="([^"]+)" value="([^"]*)"', form)[:1])
        said = await browser.post(
            "/oauth/authorize", data={n: v.replace("&amp;", "&") for n, v in fields.items()} | allow
        )
        code = regex.search(r"code=([^&]+)", said.headers["location"])
        assert code is not None
        redeem = {
            "grant_type": "authorization_code",
            "code": code[1],
            "client_id": made["client_id"],
            "client_secret": made["client_secret"],
            "redirect_uri": sent["redirect_uris"],
        }
        answers = await asyncio.gather(*(app.post("/oauth/token", data=redeem) for _ in range(4)))
        assert sorted(one.status_code for one in answers).count(200) == 1


async def test_codes_and_passkeys_that_were_set_up_at_one_let_in_at_the_other(pair: Pair):
    here, there, asha = pair.here.running.house.square, pair.there.house.square, pair.here.asha
    device = Device(here.settings.origin, passkeys._site(here))
    await passkeys.add(
        there, asha.viewer, device.makes(await passkeys.ask_to_add(here, asha.viewer, PASSWORD)), "phone"
    )
    assert await passkeys.enter(there, device.signs(await passkeys.ask_to_enter(here))) == asha.id
    assert await passkeys.enter(here, device.signs(await passkeys.ask_to_enter(there))) == asha.id

    cookie = {LOGGED_IN: pair.here.meera.cookie, "language": "en"}
    async with pair.browser() as browser:
        browser.cookies.update(cookie)
        await submit(browser, "/settings/security", password=PASSWORD)
        page = await browser.get("/settings/security/codes")
        secret = page.text.split('<code dir="ltr">')[1].split("<")[0]
        clock = pair.here.clock
        await browser.get("/about")  # so that the form goes where it did not come from
        assert (
            await submit(browser, "/settings/security/codes", code=TOTP(secret).at(clock() // SECOND))
        ).status_code == 200
    clock.move(2 * MINUTE)
    half = await logins.sign_in(here, "meera", PASSWORD)
    assert isinstance(half, logins.HalfLogin)
    session = await logins.second_step(there, half.secret, "meera", TOTP(secret).at(clock() // SECOND))
    assert session.account == pair.here.meera.id


async def test_one_idempotency_key_sent_to_both_at_once_makes_one_post(pair: Pair):
    token = pair.here.asha.token
    for round_ in range(5):
        key = {"idempotency-key": f"morning-{round_}"}
        answers = await asyncio.gather(
            *(
                pair.at(house, "POST", "/api/v1/statuses", token, json={"status": f"एक बार {round_}"}, headers=key)
                for house in (*pair.houses, *pair.houses)
            )
        )
        ids = {answer.json()["id"] for answer in answers if answer.status_code == 200}
        assert len(ids) == 1, [(answer.status_code, answer.text) for answer in answers]
        assert {answer.status_code for answer in answers} <= {200, 409, 422}
        again = await pair.at(pair.there, "POST", "/api/v1/statuses", token, json={"status": "x"}, headers=key)
        assert again.json()["id"] in ids


async def test_drafts_uploads_imports_and_exports_are_carried_on_by_the_other(pair: Pair):
    token = pair.here.asha.token
    here, there = pair.houses
    await pair.at(here, "POST", "/api/v1/chaupal/drafts", token, json={"status": "अधूरी बात"})
    assert "अधूरी बात" in (await pair.at(there, "GET", "/api/v1/chaupal/drafts", token)).text

    file: Any = {"file": ("a.png", picture(), "image/png")}
    sent = await pair.at(here, "POST", "/api/v2/media", token, files=file)
    await painting.paint_waiting(there.house.square)
    shown = await pair.at(there, "GET", f"/api/v1/media/{sent.json()['id']}", token)
    assert shown.status_code == 200, shown.text
    posted = await pair.at(
        there, "POST", "/api/v1/statuses", token, json={"status": "तस्वीर", "media_ids": [sent.json()["id"]]}
    )
    address = posted.json()["media_attachments"][0]["url"]
    assert (await pair.at(there, "GET", address, token, follow_redirects=True)).content
    assert (await pair.at(here, "GET", address, token, follow_redirects=True)).content

    brought: Any = {"file": ("following.csv", b"Account address\nkarl\n", "text/csv")}
    made = await pair.at(here, "POST", "/api/v1/imports", token, files=brought, data={"kind": "follows"})
    assert made.status_code in (200, 202), made.text
    while await imports.carry_on(there.house.square):
        pass
    told = await pair.at(here, "GET", f"/api/v1/imports/{made.json()['id']}", token)
    assert told.json()["state"] in ("done", "finished"), told.text

    asked = await pair.at(here, "POST", "/api/v1/exports", token)
    assert asked.status_code in (200, 202), asked.text
    assert await exporting.carry_on(there.carrier)
    got = await pair.at(here, "GET", f"/api/v1/exports/{asked.json()['id']}/file", token, follow_redirects=True)
    assert got.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(got.content)).namelist()


async def test_a_link_in_a_mail_of_one_is_good_at_the_other(pair: Pair):
    here, there = (house.house.settings for house in pair.houses)
    assert listening.owner_of_stop(there, listening.stop_path(here, 7).rpartition("/")[2]) == 7


async def test_evidence_and_letters_sealed_by_either_are_opened_by_both(pair: Pair):
    v, (here, there) = pair.here, pair.houses
    said: dict[str, str] = {}
    for house, post, letter in (
        (here, v.asha.latest, b"the first letter"),
        (there, v.ravi.latest, b"the second letter"),
    ):
        v.running = house  # all of it happens there
        brought = [documents.Brought("letter.txt", letter)]
        said[await v.withhold(post=post, by=v.chitra, second=v.dev, letters=brought)] = post.text
    v.running = here
    for house in (here, there):
        court, files = house.house.court, house.house.square.files
        async with court.work.reading() as reading:
            letters = await document_rows.filed_after(reading, 0, 10)
        opened = [await documents.plain(court, files, one) for one in letters]
        assert opened == [b"the first letter", b"the second letter"]
        for ref, text in said.items():
            (one,) = await evidence.of_order(court, v.chitra.viewer, ref)
            found = await evidence.open_for_staff(court, v.chitra.viewer, one.id, "the court asks for it")
            assert text in str(found.says)


async def test_a_decision_at_one_is_obeyed_by_the_other(pair: Pair):
    said: VillagePost = pair.here.asha.latest
    cookie = {"cookie": "look_as=IN"}
    before = await pair.at(pair.there, "GET", said.path, "", headers=cookie)
    assert before.status_code == 200
    await pair.here.withhold(post=said, by=pair.here.chitra, second=pair.here.dev)
    after = await pair.at(pair.there, "GET", said.path, "", headers=cookie)
    assert after.status_code == 451
