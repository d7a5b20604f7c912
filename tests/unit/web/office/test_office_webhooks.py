"""The office's page of webhooks: for the owner alone, a secret shown once, a bad address said beside the field."""

import regex

from chaupal.social.signin import sessions
from disputes import send
from village import Village

PAGE = "/office/webhooks"


async def test_the_owner_adds_a_webhook_and_sees_its_secret_once(village: Village):
    v = village
    assert "अभी कहीं कुछ नहीं भेजा जाता" in await v.page_as("IN", PAGE, v.owner)
    made = await send(v, v.owner, PAGE, url="https://console.example/hook", **{"events[]": "order.received"})
    secret = regex.search(r"whsec_[\w-]+", made.text)
    assert made.status_code == 200 and secret
    again = await v.page_as("IN", PAGE, v.owner)
    assert secret[0] not in again and "https://console.example/hook" in again and "कोई आदेश आए" in again


async def test_each_button_does_what_it_says(village: Village):
    v = village
    made = await send(v, v.owner, PAGE, url="https://console.example/hook")
    (id_,) = set(regex.findall(r"/office/webhooks/(\d+)/", made.text))
    assert (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/disable")).status_code == 303
    assert f"{PAGE}/{id_}/enable" in await v.page_as("IN", PAGE, v.owner)
    assert "यह वेबहुक बंद है" in (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/ping")).text
    await send(v, v.owner, PAGE, f"{PAGE}/{id_}/enable")
    assert (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/ping")).status_code == 303
    assert "whsec_" in (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/secret")).text
    assert (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/remove")).status_code == 303
    assert "console.example/hook" not in (await v.page_as("IN", PAGE, v.owner)).partition("<form")[0]
    for act in ("remove", "enable", "ping", "secret", "dance"):
        assert (await send(v, v.owner, PAGE, f"{PAGE}/{id_}/{act}")).status_code == 404, act


async def test_a_bad_address_is_said_and_kept(village: Village):
    v = village
    answer = await send(v, v.owner, PAGE, url="http://console.example/")
    assert (
        answer.status_code == 422
        and "https:// से शुरू" in answer.text
        and 'value="http://console.example/"' in answer.text
    )
    private = await send(v, v.owner, PAGE, url="https://user:pw@console.example/")
    assert private.status_code == 422 and "पासवर्ड" in private.text


async def test_it_is_the_owners_alone(village: Village):
    v = village
    for who, status in ((v.asha, 404), (v.chitra, 403), (v.dev, 403)):
        assert (await v.look("IN", PAGE, who)).status_code == status, who.handle
    assert PAGE not in await v.page_as("IN", "/office", v.chitra)
    assert PAGE in await v.page_as("IN", "/office", v.owner)


async def test_the_api_says_the_same(village: Village):
    v = village
    token = await sessions.issue_token(v.running.house.square, v.owner.id, "admin:read:webhooks admin:write:webhooks")

    async def ask(method: str, path: str = "", **sent: object) -> tuple[int, dict[str, object]]:
        answer = await v.client.request(
            method, f"/api/v1/admin/webhooks{path}", headers={"authorization": f"Bearer {token}"}, json=sent or None
        )
        return answer.status_code, answer.json()

    status, made = await ask("POST", url="https://console.example/hook", events=["clock.alert"])
    assert status == 200 and str(made["secret"]).startswith("whsec_") and made["events"] == ["clock.alert"]
    id_ = made["id"]
    status, off = await ask("POST", f"/{id_}/disable")
    assert (status, off["enabled"]) == (200, False) and "secret" not in off
    assert (await ask("POST", f"/{id_}/ping"))[0] == 409
    assert (await ask("POST", f"/{id_}/enable"))[1]["enabled"] is True
    fresh = (await ask("POST", f"/{id_}/rotate_secret"))[1]
    assert fresh["secret"] != made["secret"]
    assert (await ask("POST", url="ftp://x"))[0] == 422
    assert (await ask("DELETE", f"/{id_}"))[0] == 200 and (await ask("DELETE", f"/{id_}"))[0] == 404
