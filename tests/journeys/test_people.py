"""People in the API: oneself, others, those whom an order withholds; and how the server says what it is."""

from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest

import measures
from chaupal.governance.people import role_grants
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from chaupal.social.people import accounts, profiles
from chaupal.social.people.accounts import NewAccount
from chaupal.social.people.profiles import Face
from chaupal.social.signin import sessions
from chaupal.store.identity import accounts as accounts_store, logins as logins_store
from disputes import send
from mails import mails_of
from village import PASSWORD, Village, Villager

ORIGIN = "http://127.0.0.1:8000"
WHOLE = {
    "id", "username", "acct", "display_name", "locked", "bot", "discoverable", "indexable", "group", "created_at", "note",
    "url", "uri", "avatar", "avatar_static", "header", "header_static", "followers_count", "following_count",
    "statuses_count", "last_status_at", "hide_collections", "noindex", "emojis", "roles", "fields",
    "avatar_description", "header_description", "show_featured", "show_media", "show_media_replies",
}  # fmt: skip
LIMITS = {"withheld_in_countries", "withheld_scope", "withheld_notice_url", "withheld_receipt"}


async def ask(
    village: Village, path: str, who: Villager | None = None, country: str = "", **more: Any
) -> httpx2.Response:
    """An app asks, for somebody or nobody, as if from a country."""
    headers = {"authorization": f"Bearer {who.token}"} if who else {}
    cookies = {"look_as": country} if country else {}
    transport = httpx2.ASGITransport(village.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, cookies=cookies) as app:
        return await app.request(more.pop("method", "GET"), path, **more)


async def test_an_account_has_every_part_that_clients_read(village: Village):
    answer = await ask(village, f"/api/v1/accounts/{village.asha.id}")
    seen = answer.json()
    assert set(seen) == WHOLE
    assert (seen["id"], seen["acct"], seen["display_name"]) == (str(village.asha.id), "asha", "आशा देवी")
    assert seen["created_at"].endswith("T00:00:00.000Z")
    assert seen["last_status_at"] == "2021-02-10"
    assert seen["statuses_count"] == len(village.asha.said)
    for name in ("avatar", "header"):
        picture = await ask(village, seen[name].removeprefix(ORIGIN))
        assert (picture.status_code, picture.content[:4]) == (200, b"\x89PNG"), "those who have none have a blank one"


@pytest.mark.parametrize("acct", ["asha", "@Asha", "asha@127.0.0.1:8000"])
async def test_somebody_is_found_by_handle(village: Village, acct: str):
    answer = await ask(village, "/api/v1/accounts/lookup", params={"acct": acct})
    assert answer.json()["id"] == str(village.asha.id)


@pytest.mark.parametrize("acct", ["nobody", "asha@elsewhere.example", "", "आशा", "x" * 200])
async def test_nobody_is_found_where_nobody_is(village: Village, acct: str):
    assert (await ask(village, "/api/v1/accounts/lookup", params={"acct": acct})).status_code == 404


async def test_a_name_that_nobody_can_type_is_refused(village: Village):
    assert (await ask(village, "/api/v1/accounts/lookup", params={"acct": "a\0b"})).status_code == 422


async def test_several_are_had_at_once_and_who_is_missing_is_left_out(village: Village):
    ids = [village.ravi.id, 1, village.asha.id]
    answer = await ask(village, "/api/v1/accounts", params={"id[]": [str(i) for i in ids]})
    assert [seen["username"] for seen in answer.json()] == ["ravi", "asha"]


async def test_an_account_withheld_in_india_is_a_shell_there_and_whole_elsewhere(village: Village):
    square = village.running.house.square
    await profiles.change(square, village.asha.viewer, Face(note="खेती और किताबें", fields=()))
    await village.withhold_account(village.asha, territory=["IN"], by=village.chitra, second=village.dev)
    path = f"/api/v1/accounts/{village.asha.id}"
    shell = (await ask(village, path, country="IN")).json()
    assert set(shell) == WHOLE | LIMITS
    assert (shell["display_name"], shell["fields"]) == ("", [])
    assert (
        shell["note"].startswith("<p>") and shell["withheld_notice_url"] in shell["note"] and "खेती" not in shell["note"]
    )
    assert (shell["acct"], shell["statuses_count"]) == ("asha", 0), "the shell stays, and counts nothing"
    assert (shell["withheld_in_countries"], shell["withheld_scope"]) == (["IN"], "user")
    assert shell["withheld_notice_url"].startswith(ORIGIN)
    assert "suspended" not in shell
    whole = (await ask(village, path, country="DE")).json()
    assert set(whole) == WHOLE
    assert "खेती" in whole["note"]
    own = (await ask(village, "/api/v1/accounts/verify_credentials", village.asha, "IN")).json()
    assert "खेती" in own["note"]
    assert own["withheld_banner"]
    assert (
        "खेती" not in (await ask(village, "/api/v1/accounts", params={"id[]": str(village.asha.id)}, country="IN")).text
    )


WAYS: list[dict[str, Any]] = [
    {"data": {"display_name": "नया नाम", "locked": "1", "fields_attributes[0][name]": "घर", "fields_attributes[0][value]": "गाँव",
              "source[privacy]": "private", "source[sensitive]": "true", "source[language]": "hi", "source[quote_policy]": "followers"}},
    {"files": {"display_name": (None, "नया नाम"), "locked": (None, "true"), "fields_attributes[0][name]": (None, "घर"),
               "fields_attributes[0][value]": (None, "गाँव"), "source[privacy]": (None, "private"),
               "source[sensitive]": (None, "1"), "source[language]": (None, "hi"), "source[quote_policy]": (None, "followers")}},
    {"json": {"display_name": "नया नाम", "locked": True, "fields_attributes": {"0": {"name": "घर", "value": "गाँव"}},
              "source": {"privacy": "private", "sensitive": True, "language": "hi", "quote_policy": "followers"}}},
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_a_profile_is_changed_in_every_way_that_clients_send_it(village: Village, way: dict[str, Any]):
    before = (await ask(village, "/api/v1/accounts/verify_credentials", village.asha)).json()
    answer = await ask(village, "/api/v1/accounts/update_credentials", village.asha, method="PATCH", **way)
    seen = answer.json()
    assert (seen["display_name"], seen["locked"], seen["note"]) == ("नया नाम", True, before["note"])
    assert seen["fields"] == [{"name": "घर", "value": "गाँव", "verified_at": None}]
    assert {k: seen["source"][k] for k in ("privacy", "sensitive", "language", "quote_policy")} == {
        "privacy": "private",
        "sensitive": True,
        "language": "hi",
        "quote_policy": "followers",
    }
    wishes = (await ask(village, "/api/v1/preferences", village.asha)).json()
    assert (wishes["posting:default:visibility"], wishes["posting:default:quote_policy"]) == ("private", "followers")
    assert wishes["reading:expand:media"] == "default"


@pytest.mark.parametrize(
    "sent",
    [
        {"note": "क" * 501},
        {"fields_attributes": "x"},
        {"fields_attributes": [1]},
        {"source": {"privacy": "direct"}},
        {"source": {"quote_policy": "friends"}},
        {"fields_attributes": [{"name": "a"}] * 5},
        {"locked": "perhaps"},
        {"display_name": 5},
        {"display_name": "क्षि" * 31},
    ],
)
async def test_a_profile_that_cannot_be_is_refused(village: Village, sent: dict[str, Any]):
    answer = await ask(village, "/api/v1/accounts/update_credentials", village.asha, method="PATCH", json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("Validation failed")


async def test_a_profile_is_changed_by_its_owner_with_the_right_scope_only(village: Village):
    path = "/api/v1/accounts/update_credentials"
    assert (await ask(village, path, method="PATCH", json={"bot": True})).status_code == 401
    reads_only = await sessions.issue_token(village.running.house.square, village.asha.id, "read")
    answer = await ask(village, path, replace(village.asha, token=reads_only), method="PATCH", json={"bot": True})
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


async def test_who_is_not_let_in_yet_is_nobody_to_others(village: Village):
    square = village.running.house.square
    account = await accounts.sign_up(
        square, accounts.NewAccount(handle="kamla", email="kamla@example.org", password="a long password")
    )
    assert (await ask(village, f"/api/v1/accounts/{account}")).status_code == 404
    assert (await ask(village, "/api/v1/accounts/lookup", params={"acct": "kamla"})).status_code == 404


async def test_the_instance_says_what_it_takes_and_who_runs_it(village: Village):
    two = (await ask(village, "/api/v2/instance")).json()
    assert two["domain"] == "127.0.0.1:8000"
    assert two["configuration"]["statuses"]["max_characters"] == 500
    assert two["configuration"]["urls"]["streaming"] == "ws://127.0.0.1:8000"
    assert two["contact"]["account"]["acct"] == village.owner.handle
    one = (await ask(village, "/api/v1/instance")).json()
    assert (one["uri"], one["urls"]["streaming_api"]) == ("127.0.0.1:8000", "ws://127.0.0.1:8000")
    assert one["stats"]["user_count"] >= 7
    assert one["stats"]["status_count"] >= len(village.asha.said)
    for both in (one, two):
        assert both["version"].startswith("4.")
        assert "compatible; Chaupal" in both["version"]


async def test_the_server_is_found_by_machines(village: Village):
    links = (await ask(village, "/.well-known/nodeinfo")).json()["links"]
    info = (await ask(village, links[0]["href"].removeprefix(ORIGIN))).json()
    assert (info["version"], info["software"]["name"], info["openRegistrations"]) == ("2.0", "chaupal", True)
    for resource in ("acct:asha@127.0.0.1:8000", f"{ORIGIN}/@asha", "asha@127.0.0.1:8000"):
        answer = await ask(village, "/.well-known/webfinger", params={"resource": resource})
        assert answer.headers["content-type"].startswith("application/jrd+json")
        assert answer.json()["subject"] == "acct:asha@127.0.0.1:8000"
    for resource, status in (
        ("acct:asha@other.example", 404),
        ("acct:nobody@127.0.0.1:8000", 404),
        ("mailto:x", 400),
        ("", 400),
    ):
        assert (await ask(village, "/.well-known/webfinger", params={"resource": resource})).status_code == status
    assert b"webfinger?resource={uri}" in (await ask(village, "/.well-known/host-meta")).content


async def test_staff_let_in_who_waits_and_members_do_not_see_the_page(village: Village):
    asha = await village.look("IN", "/office/joining", village.asha)
    assert asha.status_code == 404
    await role_grants.grant(village.running.house.court, village.owner.viewer, village.ravi.id, Role.MODERATOR)
    square = village.running.house.square
    asked = msgspec.structs.replace(square, settings=msgspec.structs.replace(square.settings, registrations="approval"))
    for name, answered, done in (("zoya", "", "प्रवेश दे दिया"), ("bhola", "/reject", "प्रवेश नहीं दिया")):
        new = NewAccount(
            handle=name, email=f"{name}@gaanv.example", password=PASSWORD, reason="<b>मेला</b>", language="en"
        )
        account = await accounts.sign_up(asked, new)
        async with square.work.writing() as w:
            await accounts.confirm_login(w, account)
        await village.settle()
        page = (await village.look("IN", "/office/joining", village.ravi)).text
        assert f"@{name}" in page and "&lt;b&gt;मेला" in page
        assert "1 व्यक्ति ने खाता माँगा है" in (await village.look("IN", "/office", village.ravi)).text
        for told in (done, "किसी और ने उन्हें पहले ही जवाब दे दिया"):
            answer = await send(village, village.ravi, "/office/joining", f"/office/joining/{account}{answered}")
            page = (await village.look("IN", answer.headers["location"], village.ravi)).text
            assert told in page and ("अभी ईमेल नहीं भेज सकता: उन्हें" in page) == (told == done)
    new = NewAccount(handle="kavi", email="kavi@gaanv.example", password=PASSWORD, reason="मेला", language="en")
    account = await accounts.sign_up(asked, new)
    async with square.work.writing() as w:
        await accounts.confirm_login(w, account)
    await measures.begin(village, Measure.SUSPEND, account)
    await village.settle()
    before = len(mails_of(village.running))
    await send(village, village.ravi, "/office/joining", f"/office/joining/{account}")
    await village.settle()
    async with square.work.reading() as reading:
        assert (await accounts_store.standings(reading, [account]))[account].state == "suspended"
    assert len(mails_of(village.running)) == before, "nor are they told that they are in"
    nobody_is_asked = await accounts.sign_up(
        square, msgspec.structs.replace(new, handle="kabi", email="kabi@gaanv.example")
    )
    await measures.begin(village, Measure.SUSPEND, nobody_is_asked)
    async with square.work.writing() as w:
        assert await accounts.confirm_login(w, nobody_is_asked), "they are told of no request that staff would look at"
    async with square.work.writing() as w:
        for n in range(101):  # more than the page shows
            await accounts_store.add(w, n + 1, f"r{n}", name="", role=Role.MEMBER, state="pending")
            login = {"email": f"r{n}@gaanv.example", "password_hash": "", "language": "en", "reason": "मेला"}
            await logins_store.add(w, n + 1, **login, confirmed=True, approved=False)
    assert "101 लोगों ने खाता माँगा है" in (await village.look("IN", "/office", village.ravi)).text
