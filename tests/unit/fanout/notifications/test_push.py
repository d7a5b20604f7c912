"""Push: encrypted for the device alone, judged when it leaves, tried again, and gone with its token."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

import measures
from chaupal.fanout.notifications import push
from chaupal.kernel.clock import DAY, HOUR, StillClock
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.social.signin import password_and_email
from chaupal.store.identity import apps
from chaupal.store.notifications import push as rows
from chaupal.store.notifications.notifications import ALERTS
from mails import mails_of
from pushing import Device, device, said, unpadded
from village import PASSWORD, Village, Villager, open_village

PATH = "/api/v1/push/subscription"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, push_private=True), clock) as opened:
        yield opened


@pytest.fixture
async def phone() -> AsyncIterator[Device]:
    async with device() as found:
        yield found


async def subscribes(v: Village, who: Villager, phone: Device, country: str = "IN", **more: Any) -> dict[str, Any]:
    """All alerts, unless `more` says otherwise."""
    standard = more.pop("standard", True)
    sent = {"alerts": dict.fromkeys(ALERTS, True)} | more
    subscription = phone.subscription | {"standard": standard}
    answer = await v.api(who, "POST", PATH, country, subscription=subscription, data=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deliver(v: Village) -> int:
    return await push.deliver_due(v.running.carrier)


@pytest.mark.parametrize("standard", [True, False])
async def test_a_mention_arrives_encrypted_in_words_of_the_subscriber(village: Village, phone: Device, standard: bool):
    v = village
    made = await subscribes(v, v.asha, phone, standard=standard)
    post = await v.says(v.ravi, "@asha कल चौपाल पर मिलते हैं")
    assert await deliver(v) == 1
    ((headers, body),) = phone.heard
    assert headers["content-encoding"] == ("aes128gcm" if standard else "aesgcm")
    assert "चौपाल".encode() not in body and headers["ttl"] == str(2 * DAY // 1000)
    (told,) = phone.opened()
    assert told["title"] == "रवि त्रिपाठी ने आपका ज़िक्र किया" and told["body"] == post.text
    assert told["notification_type"] == "mention" and told["access_token"] == v.asha.token and told["url"] == post.path
    assert isinstance(told["notification_id"], int)  # apps for iOS decode nothing else
    shown = await v.api(v.asha, "GET", f"/api/v1/notifications/{told['notification_id']}")
    assert shown.json()["status"]["id"] == str(post.id)
    _check_vapid(headers, made["server_key"], phone)
    app = {"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    assert (await v.client.post("/api/v1/apps", json=app)).json()["vapid_key"] == made["server_key"]
    instance = (await v.client.get("/api/v2/instance")).json()
    assert instance["configuration"]["vapid"]["public_key"] == made["server_key"]
    assert await deliver(v) == 0, "each push is made once"


def _check_vapid(headers: dict[str, str], server_key: str, phone: Device) -> None:
    """The token is signed with the key that the app was told (RFC 8292)."""
    scheme, _, rest = headers["authorization"].partition(" ")
    token = rest.removeprefix("t=").partition(",")[0]
    if scheme == "vapid":
        assert rest.endswith(f",k={server_key}")
    else:
        assert scheme == "WebPush" and headers["crypto-key"].endswith(f"p256ecdsa={server_key}")
    signed, _, signature = token.rpartition(".")
    claims = json.loads(unpadded(signed.partition(".")[2]))
    assert claims["aud"] == f"http://127.0.0.1:{phone.port}" and claims["sub"]
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(server_key))
    raw = unpadded(signature)
    proof = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(proof, signed.encode(), ec.ECDSA(SHA256()))


async def test_what_is_withheld_while_it_waits_is_not_sent_there_and_is_sent_elsewhere(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone)
    async with device() as abroad:
        await subscribes(v, v.karl, abroad, "DE")
        post = await v.says(v.meera, "@asha @karl रोकी जाने वाली बात")
        await v.withhold(post=post, by=v.chitra, second=v.dev)
        assert await deliver(v) == 2
        assert [told["body"] for told in abroad.opened()] == [post.text]
    assert phone.heard == []
    assert await deliver(v) == 0, "it does not wait for the end of the ruling"


async def test_what_is_deleted_blocked_or_dismissed_while_it_waits_is_not_sent(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone)
    gone = await v.says(v.ravi, "@asha मिटेगी")
    await v.api(v.ravi, "DELETE", f"/api/v1/statuses/{gone.id}")
    await v.says(v.meera, "@asha ब्लॉक होगी")
    await v.api(v.asha, "POST", f"/api/v1/accounts/{v.meera.id}/block")
    await v.says(v.ravi, "@asha हटेगी")
    (notification, *_) = (await v.api(v.asha, "GET", "/api/v1/notifications")).json()
    await v.api(v.asha, "POST", f"/api/v1/notifications/{notification['id']}/dismiss")
    await v.settle()
    assert await deliver(v) == 3 and phone.heard == []


async def test_only_what_was_asked_for_is_pushed(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone, alerts={"favourite": "true", "mention": "0"})
    await v.says(v.ravi, "@asha नहीं")
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{v.asha.latest.id}/favourite")
    await v.settle()
    assert await deliver(v) == 1
    assert [told["notification_type"] for told in phone.opened()] == ["favourite"]


async def test_staff_are_pushed_who_joined_and_that_something_was_reported_but_not_by_whom(
    village: Village, phone: Device
):
    v = village
    await subscribes(v, v.owner, phone, alerts={"admin.sign_up": "true", "admin.report": "true"})
    await v.joins("tara", "तारा")
    sent = await v.api(v.asha, "POST", "/api/v1/reports", account_id=str(v.ravi.id), comment="यह झूठ है")
    await v.settle()
    assert await deliver(v) == 2
    reported, joined = sorted(phone.opened(), key=lambda told: told["notification_type"])
    assert joined["title"] == "तारा इस सर्वर पर आए" and joined["notification_type"] == "admin.sign_up"
    assert reported["title"] == "एक नई शिकायत" and reported["body"] == sent.json()["ref"]
    assert reported["url"] == f"/office/reports/{sent.json()['id']}"
    assert not any(word in str(reported) for word in ("asha", "आशा", "ravi", "रवि", "झूठ"))
    answer = await v.api(v.owner, "PUT", "/api/v1/push/subscription", data={"alerts": {"admin.report": False}})
    assert answer.json()["alerts"]["admin.report"] is False and answer.json()["alerts"]["admin.sign_up"] is False
    await v.joins("ila", "इला")
    await v.settle()
    assert await deliver(v) == 0, "switched off"


@pytest.mark.parametrize(("policy", "heard"), [("followed", ["ravi"]), ("follower", ["ravi", "karl"]), ("none", [])])
async def test_the_policy_says_from_whom(village: Village, phone: Device, policy: str, heard: list[str]):
    v = village  # asha follows ravi and meera; ravi, meera and karl follow asha
    await subscribes(v, v.asha, phone, policy=policy)
    for who in (v.ravi, v.karl, v.chitra):
        await v.says(who, f"@asha {who.handle}")
    await deliver(v)
    assert sorted(told["body"].split()[-1] for told in phone.opened()) == sorted(heard)


async def test_a_warning_stands_for_the_words(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone)
    await v.says(v.ravi, "@asha चुनाव का नतीजा", spoiler="राजनीति")
    await deliver(v)
    assert phone.opened()[0]["body"] == "राजनीति"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_forgotten(village: Village, phone: Device, status: int):
    v = village
    await subscribes(v, v.asha, phone)
    phone.answer = said(status)
    await v.says(v.ravi, "@asha कोई है?")
    await deliver(v)
    assert (await v.api(v.asha, "GET", PATH)).status_code == 404
    await v.says(v.ravi, "@asha अब?")
    assert await deliver(v) == 0 and len(phone.heard) == 1


async def test_a_push_service_that_is_down_is_asked_again_with_growing_pauses_and_then_no_more(
    village: Village, phone: Device
):
    v = village
    await subscribes(v, v.asha, phone)
    phone.answer = said(503)
    await v.says(v.ravi, "@asha फिर से")
    for pause in (0, *push.BACK_OFF):
        v.clock.move(pause)
        assert await deliver(v) == 1
        assert await deliver(v) == 0
    v.clock.move(HOUR * 12)
    assert await deliver(v) == 0 and len(phone.heard) == 1 + len(push.BACK_OFF)
    assert (await v.api(v.asha, "GET", PATH)).status_code == 200, "the device is kept"


async def test_a_device_is_lost_by_days_in_which_nothing_arrives_and_not_by_an_evening_and_its_owner_is_told(
    village: Village, phone: Device
):
    v, many = village, push.OFF_AFTER

    async def in_vain(times: int) -> bool:
        """So many pushes given up; whether the device is kept."""
        phone.answer = said(503)
        for n in range(times):
            await v.says(v.ravi, f"@asha {n}")
        for pause in (0, *push.BACK_OFF):
            v.clock.move(pause)
            await deliver(v)
        return (await v.api(v.asha, "GET", PATH)).status_code == 200

    def told() -> int:
        return sum("nothing that we sent" in mail or "हमारी भेजी कोई सूचना" in mail for mail in mails_of(v.running))

    await subscribes(v, v.asha, phone)
    assert await in_vain(many + 2), "our own network was down"
    phone.answer = said(201)
    await v.says(v.ravi, "@asha फिर")
    await deliver(v)
    v.clock.move(push.OFF_OVER)
    assert await in_vain(many), "one that went begins it anew"
    v.clock.move(push.OFF_OVER)
    assert not await in_vain(2)
    await v.settle()
    assert told() == 1


async def test_what_is_refused_for_good_is_not_sent_again(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone)
    phone.answer = said(413)
    await v.says(v.ravi, "@asha बहुत लंबा")
    await deliver(v)
    v.clock.move(DAY)
    assert await deliver(v) == 0 and len(phone.heard) == 1


async def test_what_waited_two_days_is_no_news(village: Village, phone: Device):
    v = village
    await subscribes(v, v.asha, phone)
    await v.says(v.ravi, "@asha पुरानी बात")
    v.clock.move(3 * DAY)
    assert await deliver(v) == 1 and phone.heard == []


async def test_addresses_inside_the_house_are_not_called(settings: Settings, clock: StillClock, phone: Device):
    async with open_village(settings, clock) as v:
        answer = await v.api(v.asha, "POST", PATH, subscription=phone.subscription)
        assert answer.status_code == 422 and "endpoint" in answer.json()["details"]
        inside = phone.subscription | {"endpoint": f"https://127.0.0.1:{phone.port}/x"}
        assert (await v.api(v.asha, "POST", PATH, subscription=inside, data={"alerts": {"mention": True}})).is_success
        await v.says(v.ravi, "@asha अंदर?")
        assert await deliver(v) == 1 and phone.heard == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "ftp://x.example/"},
        {"endpoint": "https://u:p@x.example/"},
        {"endpoint": "https://[::1"},
        {"endpoint": "x" * 2_000},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "é", "auth": ""}},
        {"keys": {}},
        {
            "keys": {
                "p256dh": urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode(),
                "auth": urlsafe_b64encode(b"0" * 16).decode(),
            }
        },
    ],
)
async def test_what_is_no_subscription_is_refused_by_field(village: Village, phone: Device, wrong: dict[str, Any]):
    answer = await village.api(village.asha, "POST", PATH, subscription=phone.subscription | wrong)
    assert answer.status_code == 422 and answer.json()["error"].startswith("Validation failed")


async def test_a_subscription_is_shown_changed_and_removed_by_its_own_token_alone(village: Village, phone: Device):
    v = village
    assert (await v.api(v.asha, "GET", PATH)).status_code == 404
    made = await subscribes(v, v.asha, phone, alerts={"mention": True}, policy="followed")
    assert made["alerts"] == dict.fromkeys(ALERTS, False) | {"mention": True} and made["policy"] == "followed"
    assert (await v.api(v.asha, "GET", PATH)).json() == made
    assert (await v.api(v.ravi, "GET", PATH)).status_code == 404
    changed = (await v.api(v.asha, "PUT", PATH, data={"alerts": {"follow": True}, "policy": "all"})).json()
    assert [name for name, on in changed["alerts"].items() if on] == ["follow"] and changed["policy"] == "all"
    assert (await v.api(v.asha, "PUT", PATH, data={"policy": "sometimes"})).status_code == 422
    assert (await v.api(v.asha, "DELETE", PATH)).json() == {} and (await v.api(v.asha, "DELETE", PATH)).json() == {}
    assert (await v.api(v.asha, "GET", PATH)).status_code == 404
    assert (await v.api(v.asha, "PUT", PATH, data={})).status_code == 404


async def test_the_pages_own_push_begins_with_a_csrf_word_and_ends_with_the_session(village: Village, phone: Device):
    v = village
    cookie = {"cookie": f"chaupal={v.asha.cookie}"}
    page = (await v.client.get("/settings", headers=cookie)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    sent = {"subscription": phone.subscription, "csrf": csrf}
    forged = await v.client.post("/push/subscription", json=sent | {"csrf": "x" * 20}, headers=cookie)
    assert forged.status_code == 403
    assert (
        await v.client.post("/push/subscription", json=sent | {"subscription": {}}, headers=cookie)
    ).status_code == 422
    made = await v.client.post("/push/subscription", json=sent, headers=cookie)
    assert made.status_code == 200 and "mention" in made.json()["alerts"]
    assert (await v.client.get("/push/key")).json()["public_key"]
    await v.says(v.ravi, "@asha पन्ने से")
    await deliver(v)
    (told,) = phone.opened()
    assert told["access_token"] == "" and told["body"] == "@asha पन्ने से"
    await v.client.post("/logout", data={"csrf": csrf}, headers=cookie)
    await v.says(v.ravi, "@asha बाहर")
    assert await deliver(v) == 0 and len(phone.heard) == 1


async def test_the_pages_own_push_can_be_switched_off(village: Village, phone: Device):
    v = village
    cookie = {"cookie": f"chaupal={v.asha.cookie}"}
    csrf = (await v.client.get("/settings", headers=cookie)).text.partition('name="csrf" value="')[2].partition('"')[0]
    await v.client.post("/push/subscription", json={"subscription": phone.subscription, "csrf": csrf}, headers=cookie)
    off = await v.client.request("DELETE", "/push/subscription", json={"csrf": csrf}, headers=cookie)
    assert off.status_code == 200
    await v.says(v.ravi, "@asha बंद")
    assert await deliver(v) == 0


@pytest.mark.parametrize("end", ["revoke", "password", "suspend"])
async def test_a_subscription_ends_with_its_token(village: Village, phone: Device, end: str):
    v = village
    await subscribes(v, v.asha, phone)
    await v.says(v.ravi, "@asha रास्ते में")
    if end == "revoke":
        async with v.running.house.square.work.writing() as w:
            await apps.revoke(w, digest(v.asha.token))
    elif end == "password":
        await password_and_email.change_password(v.running.house.square, v.asha.viewer, PASSWORD, "एक-नया-पासवर्ड-लंबा")
    else:
        await measures.begin(v, Measure.SUSPEND, v.asha.id)
    await deliver(v)
    assert phone.heard == [], "what was on its way is not sent"
    async with v.running.house.square.work.reading() as reading:
        assert await rows.due(reading, v.clock() + DAY, 10) == []


async def test_push_goes_by_where_one_is_now_and_not_by_the_country_of_the_day_of_subscription(
    village: Village, phone: Device
):
    """Subscribed abroad, back in India: nothing of what is withheld there; and the other way round."""
    v = village
    await subscribes(v, v.asha, phone, "DE")
    await v.api(v.asha, "GET", "/api/v1/notifications", "IN")
    post = await v.says(v.ravi, "@asha यह रोका जाएगा")
    await measures.begin(v, Measure.WITHHOLD_POST, post.id)
    await deliver(v)
    assert phone.heard == []
    await v.api(v.asha, "GET", "/api/v1/notifications", "DE")
    again = await v.says(v.ravi, "@asha यह भी")
    await measures.begin(v, Measure.WITHHOLD_POST, again.id)
    await deliver(v)
    assert len(phone.heard) == 1


async def test_a_browsers_push_goes_by_where_its_session_is_now(village: Village, phone: Device):
    v = village
    async with v.running.house.square.work.writing() as w:
        made = rows.Subscription(
            id=1,
            account_id=v.asha.id,
            key=digest(v.asha.cookie),
            endpoint=phone.subscription["endpoint"],
            p256dh=phone.subscription["keys"]["p256dh"],
            auth=phone.subscription["keys"]["auth"],
            standard=True,
            alerts=ALERTS,
            policy="all",
            country="DE",
            language="hi",
            token="",
            created_at=v.clock(),
        )
        await rows.replace(w, made)
    await v.look("IN", "/home", v.asha)
    async with v.running.house.square.work.reading() as reading:
        kept = await rows.of_key(reading, digest(v.asha.cookie))
    assert kept is not None and kept.country == "IN"
