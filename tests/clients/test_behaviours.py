"""The behaviours that break clients when they are wrong: pages, ids, bodies, flags, limits, errors, dates, origins."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from clients.conftest import Stage
from clients.entities import DAY, MIDNIGHT, MOMENT
from serving import Member, join, served
from waiting import eventually

LINK = re.compile(r'<([^>]+)>; rel="(next|prev)"')


def say(client: httpx2.Client, status: str, **more: Any) -> dict[str, Any]:
    return client.post("/api/v1/statuses", json={"status": status, **more}).raise_for_status().json()


def links(answer: httpx2.Response) -> dict[str, str]:
    return {rel: url for url, rel in LINK.findall(answer.headers.get("link", ""))}


def ids(answer: httpx2.Response) -> list[str]:
    return [item["id"] for item in answer.raise_for_status().json()]


@pytest.fixture(scope="module")
def shelf(stage: Stage) -> Iterator[tuple[str, list[str]]]:
    """Devika's account and her eleven posts, oldest first."""
    with stage.as_("devika") as devika:
        yield stage.cast["devika"].id, [say(devika, f"shelf {n}")["id"] for n in range(11)]


# --- pages -----------------------------------------------------------------------------------------------------------


def test_next_leads_through_everything_and_is_absent_on_the_last_page(
    anyone: httpx2.Client, shelf: tuple[str, list[str]]
):
    account, posts = shelf
    seen, url = [], f"/api/v1/accounts/{account}/statuses?limit=4&exclude_replies=true"
    for _ in range(9):
        answer = anyone.get(url)
        seen += ids(answer)
        if "next" not in links(answer):
            break
        url = links(answer)["next"]
        asked = parse_qs(urlsplit(url).query)
        assert set(asked) == {"limit", "exclude_replies", "max_id"} and asked["limit"] == ["4"]
    assert seen == posts[::-1]


def test_a_page_that_is_just_full_is_the_last(anyone: httpx2.Client, shelf: tuple[str, list[str]]):
    account, posts = shelf
    answer = anyone.get(f"/api/v1/accounts/{account}/statuses?limit={len(posts)}")
    assert ids(answer) == posts[::-1] and "next" not in links(answer)


def test_min_id_takes_the_oldest_first_and_since_id_the_newest(anyone: httpx2.Client, shelf: tuple[str, list[str]]):
    account, posts = shelf
    url = f"/api/v1/accounts/{account}/statuses?limit=3"
    assert ids(anyone.get(f"{url}&min_id={posts[2]}")) == posts[3:6][::-1]
    assert ids(anyone.get(f"{url}&since_id={posts[2]}")) == posts[8:][::-1]
    assert ids(anyone.get(f"{url}&max_id={posts[4]}")) == posts[1:4][::-1]
    assert ids(anyone.get(f"{url}&max_id={posts[4]}&min_id={posts[2]}")) == [posts[3]]
    assert ids(anyone.get(f"{url}&min_id={posts[-1]}")) == []


def test_prev_leads_back(anyone: httpx2.Client, shelf: tuple[str, list[str]]):
    account, posts = shelf
    page = anyone.get(f"/api/v1/accounts/{account}/statuses?limit=3&max_id={posts[5]}")
    assert ids(anyone.get(links(page)["prev"])) == posts[5:8][::-1]


def test_lists_of_people_page_on_hidden_ids(stage: Stage, anyone: httpx2.Client):
    for follower in ("asha", "binod", "chitra"):
        with stage.as_(follower) as client:
            client.post(f"/api/v1/accounts/{stage.cast['devika'].id}/follow").raise_for_status()
    seen, url = [], f"/api/v1/accounts/{stage.cast['devika'].id}/followers?limit=1"
    for _ in range(5):
        answer = anyone.get(url)
        seen += [account["username"] for account in answer.json()]
        if "next" not in links(answer):
            break
        url = links(answer)["next"]
    assert seen == ["chitra", "binod", "asha"]


@pytest.mark.parametrize(
    "path", ["/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/notifications", "/api/v1/timelines/home"]
)
def test_every_list_of_ones_own_ends(stage: Stage, asha: httpx2.Client, binod: httpx2.Client, path: str):
    binod.post(f"/api/v1/accounts/{stage.cast['asha'].id}/follow").raise_for_status()
    for number in range(3):
        post = say(asha, f"kept {path} {number}")
        for act in ("favourite", "bookmark"):
            asha.post(f"/api/v1/statuses/{post['id']}/{act}").raise_for_status()
        say(binod, f"@asha {number}")
    seen, url = [], f"{path}?limit=2"
    eventually(lambda: len(ids(asha.get(url))) == 2)
    for _ in range(60):
        answer = asha.get(url)
        seen += ids(answer)
        if "next" not in links(answer):
            break
        url = links(answer)["next"]
    else:
        pytest.fail("next does not end")
    assert len(seen) == len(set(seen)) >= 2


def test_ids_are_decimal_strings_that_hold_the_time(asha: httpx2.Client):
    before = int(datetime.now(UTC).timestamp() * 1000)
    post = say(asha, "when?")
    assert isinstance(post["id"], str) and post["id"].isdecimal()
    assert before <= int(post["id"]) >> 16 <= datetime.now(UTC).timestamp() * 1000
    assert isinstance(post["account"]["id"], str)
    later = say(asha, "later")
    assert (len(later["id"]), later["id"]) > (len(post["id"]), post["id"])


# --- bodies ----------------------------------------------------------------------------------------------------------

WAYS = {
    "json": {"json": {"status": "एक", "sensitive": True, "spoiler_text": "cw"}},
    "form": {"data": {"status": "एक", "sensitive": "1", "spoiler_text": "cw"}},
    "form with letters as they are": {
        "content": "status=एक&sensitive=true&spoiler_text=cw".encode(),
        "headers": {"content-type": "application/x-www-form-urlencoded"},
    },
    "multipart": {"files": {"status": (None, "एक"), "sensitive": (None, "on"), "spoiler_text": (None, "cw")}},
    "query": {"params": {"status": "एक", "sensitive": "true", "spoiler_text": "cw"}},
}


@pytest.mark.parametrize("way", WAYS)
def test_one_endpoint_takes_every_kind_of_body(asha: httpx2.Client, way: str):
    post = asha.post("/api/v1/statuses", **WAYS[way]).raise_for_status().json()
    assert (post["content"], post["sensitive"], post["spoiler_text"]) == ("<p>एक</p>", True, "cw")


@pytest.mark.parametrize(
    ("sent", "meant"), [("1", True), ("on", True), ("true", True), ("0", False), ("false", False), ("off", False)]
)
def test_flags_are_said_in_many_ways(asha: httpx2.Client, sent: str, meant: bool):
    assert asha.post("/api/v1/statuses", data={"status": "flag", "sensitive": sent}).json()["sensitive"] is meant


def test_delete_takes_a_body(asha: httpx2.Client):
    for kind in ({"json": {"delete_media": True}}, {"data": {"delete_media": "1"}}):
        post = say(asha, "to go")
        assert asha.request("DELETE", f"/api/v1/statuses/{post['id']}", **kind).status_code == 200


def test_nested_fields_of_forms_are_read(asha: httpx2.Client):
    fields = {"fields_attributes[0][name]": "गाँव", "fields_attributes[0][value]": "चौपाल", "source[language]": "hi"}
    said = asha.patch("/api/v1/accounts/update_credentials", data=fields).raise_for_status().json()
    assert [(f["name"], f["value"]) for f in said["source"]["fields"]] == [("गाँव", "चौपाल")]
    assert said["source"]["language"] == "hi"
    as_json = {"fields_attributes": {"0": {"name": "गाँव", "value": "नया"}}, "source": {"language": ""}}
    said = asha.patch("/api/v1/accounts/update_credentials", json=as_json).raise_for_status().json()
    assert [f["value"] for f in said["source"]["fields"]] == ["नया"]
    left_out = {"fields_attributes": (None, "undefined"), "note": (None, "खेती")}
    said = asha.patch("/api/v1/accounts/update_credentials", files=left_out).raise_for_status().json()
    assert [f["value"] for f in said["source"]["fields"]] == ["नया"]


# --- errors ----------------------------------------------------------------------------------------------------------


def test_errors_are_said_in_the_words_that_clients_know(stage: Stage, asha: httpx2.Client, anyone: httpx2.Client):
    def said(answer: httpx2.Response) -> tuple[int, str]:
        assert answer.headers["content-type"].startswith("application/json")
        return answer.status_code, answer.json()["error"]

    assert said(anyone.get("/api/v1/timelines/home")) == (401, "The access token is invalid")
    assert said(anyone.get("/api/v1/timelines/home", headers={"authorization": "Bearer nope"})) == (
        401,
        "The access token is invalid",
    )
    assert said(anyone.get("/api/v1/timelines/public", headers={"authorization": "Bearer nope"}))[0] == 401
    assert said(asha.get("/api/v1/statuses/1")) == (404, "Record not found")
    assert said(asha.get("/api/v1/statuses/abc")) == (404, "Record not found")
    assert said(asha.get("/api/v1/nothing/here"))[0] == 404
    status, error = said(asha.post("/api/v1/statuses", json={"status": "   "}))
    assert status == 422 and error.startswith("Validation failed: ")
    narrow = stage.server.cli("account", "token", "asha", "--scopes", "read:accounts").strip()
    outside = anyone.get("/api/v1/timelines/home", headers={"authorization": f"Bearer {narrow}"})
    assert said(outside) == (403, "This action is outside the authorized scopes")


def test_the_command_makes_accounts_and_tokens_beside_the_server(stage: Stage, anyone: httpx2.Client):
    made = stage.server.cli(
        "account", "create", "esha", "--email", "esha@example.org", "--password", "a long secret", "--role", "moderator"
    )
    lines = dict(line.split(": ", 1) for line in made.splitlines())
    me = anyone.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {lines['token']}"}).json()
    assert (me["id"], me["username"], me["role"]["name"]) == (lines["id"], "esha", "Moderator")


# --- dates, origins, limits ------------------------------------------------------------------------------------------


def test_dates_are_written_as_clients_read_them(asha: httpx2.Client, anyone: httpx2.Client):
    post = say(asha, "dated")
    assert MOMENT.fullmatch(post["created_at"])
    account = anyone.get("/api/v1/accounts/lookup?acct=asha").json()
    assert MIDNIGHT.fullmatch(account["created_at"]) and DAY.fullmatch(account["last_status_at"])
    assert "date" in anyone.get("/api/v1/timelines/public").headers


OPEN = (
    "/api/v1/timelines/public",
    "/api/v2/instance",
    "/.well-known/nodeinfo",
    "/nodeinfo/2.0",
    "/.well-known/webfinger?resource=x",
)


@pytest.mark.parametrize("path", OPEN)
def test_other_origins_are_let_in(anyone: httpx2.Client, path: str):
    answer = anyone.get(path, headers={"origin": "https://client.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"link", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= exposed


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/statuses",
        "/api/v1/apps",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/userinfo",
        "/api/v1/accounts/1/follow",
    ],
)
def test_preflights_are_answered(anyone: httpx2.Client, path: str):
    asks = {
        "origin": "https://client.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
    }
    answer = anyone.options(path, headers=asks)
    assert answer.status_code in (200, 204) and answer.headers["access-control-allow-origin"] == "*"
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key"} <= allowed
    assert {"POST", "PUT", "PATCH", "DELETE"} <= {
        m.strip() for m in answer.headers["access-control-allow-methods"].split(",")
    }


def test_pages_are_not_open_to_other_origins(anyone: httpx2.Client):
    for path in ("/", "/@asha", "/login"):
        assert "access-control-allow-origin" not in anyone.get(path, headers={"origin": "https://evil.example"}).headers


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx2.Client, Member]]:
    """A server that limits: its own, since a limit reached is everybody's at this address."""
    with served(tmp_path_factory.mktemp("metered"), rate_limits=True) as server:
        member = join(server.settings, "asha")["asha"]
        with server.client(member) as client:
            yield client, member


def test_limits_are_told_and_then_kept(metered: tuple[httpx2.Client, Member]):
    client, _ = metered
    before, answer, after = datetime.now(UTC), client.get("/api/v1/timelines/home"), datetime.now(UTC)
    assert answer.headers["x-ratelimit-limit"] == "300"
    until = datetime.fromisoformat(answer.headers["x-ratelimit-reset"])
    assert before < until <= after + timedelta(seconds=300)
    while answer.status_code == 200:
        left, ends = int(answer.headers["x-ratelimit-remaining"]), answer.headers["x-ratelimit-reset"]
        answer = client.get("/api/v1/timelines/home")
        # One less, or, where the time was over meanwhile, the first of the next.
        over = answer.headers["x-ratelimit-reset"] > ends
        assert over or (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (
            (200, str(left - 1)) if left else (429, "0")
        )
    refused, posted = answer, client.post("/api/v1/statuses", json={"status": "no more"})
    assert (refused.status_code, refused.json()["error"]) == (429, "Too many requests")
    assert refused.headers["x-ratelimit-limit"] == "300" and refused.headers["x-ratelimit-remaining"] == "0"
    assert MOMENT.fullmatch(refused.headers["x-ratelimit-reset"])
    assert 0 < int(refused.headers["retry-after"]) <= 300, "seconds to wait, not a date"
    over = posted.headers["x-ratelimit-reset"] > refused.headers["x-ratelimit-reset"]
    assert posted.status_code == (200 if over else 429)
