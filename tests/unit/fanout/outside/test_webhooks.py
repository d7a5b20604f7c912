"""Webhooks: signed, tried again, switched off; nothing secret leaves, and nothing inside the house can be called."""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from certificates import certificate
from chaupal.fanout.outside import webhooks as fanned
from chaupal.fanout.outside.webhooks import BACK_OFF, OFF_AFTER, signature
from chaupal.fanout.timers import Timers
from chaupal.governance import calling, http_client, webhooks
from chaupal.governance.appeals import appeals
from chaupal.governance.cases import decisions
from chaupal.governance.http_client import NotAnswered
from chaupal.governance.webhooks import EVENTS, NewWebhook, WebhookForm
from chaupal.kernel.clock import DAY, StillClock
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.kernel.settings import Settings
from chaupal.store.machine.dialect import statement, text_param
from chaupal.store.tables.court import orders
from village import REASON, Village, open_village
from waiting import PATIENCE


@dataclass
class Receiver:
    """A small HTTP server that keeps what it is sent and answers as it is told."""

    port: int = 0
    answer: bytes = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        self.called.set()
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, webhooks_private=True), clock) as opened:
        yield opened


async def hook(v: Village, receiver: Receiver, *events: str) -> NewWebhook:
    return await webhooks.register(v.running.house.court, v.owner.viewer, WebhookForm(url=receiver.url, events=events))


async def deliver(v: Village) -> int:
    return await fanned.deliver_due(v.running.carrier)


async def test_a_decision_and_its_end_are_told_with_ids_and_a_signature(village: Village, receiver: Receiver):
    v = village
    made = await hook(v, receiver)
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await v.lift(ref, by=v.chitra)
    assert await deliver(v) == 4
    received, moved, served, ended = receiver.told
    assert (moved["event"], moved["object"]["stage"]) == ("order.moved", "in_review")
    assert (received["event"], received["object"]["order_ref"]) == ("order.received", ref)
    assert (served["event"], served["object"]["countries"], served["object"]["order_ref"]) == (
        "decision.served",
        ["IN"],
        ref,
    )
    assert served["object"]["item"] == {"id": str(v.asha.latest.id), "typeId": "post"}
    assert served["object"]["action"] == {"id": "withhold_post"} and served["object"]["log_index"] > 0
    assert ended["event"] == "ruling.ended" and ended["object"]["log_index"] > served["object"]["log_index"]
    for headers, body in receiver.heard:
        at, proof = (part.partition("=")[2] for part in headers["x-chaupal-signature"].split(","))
        assert proof == hmac.digest(made.secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hex()
        assert int(at) == v.clock() // 1000 and v.asha.latest.text not in body.decode()
        assert headers["x-chaupal-delivery"] == json.loads(body)["id"]
        assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert await deliver(v) == 0, "each call is made once"


async def test_it_hears_only_of_what_it_asked_for(village: Village, receiver: Receiver):
    v = village
    await hook(v, receiver, "ruling.ended")
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    await v.lift(ref, by=v.chitra)
    await deliver(v)
    assert [told["event"] for told in receiver.told] == ["ruling.ended"]


async def test_appeals_are_told(village: Village, receiver: Receiver):
    v = village
    await hook(v, receiver, "appeal.filed", "appeal.decided")
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    ruling = (await v.api(v.asha, "GET", f"/api/v1/statuses/{v.asha.latest.id}/visibility")).json()["measures"][0]["id"]
    await appeals.file(
        v.running.house.court, v.asha.viewer, int(ruling), "It is a report on the weather, nothing else."
    )
    await v.settle()
    await deliver(v)
    (told,) = receiver.told
    assert (told["event"], told["object"]["ruling_id"]) == ("appeal.filed", ruling)
    assert "weather" not in json.dumps(told)


@pytest.mark.parametrize("secrecy", ["gag", "aggregate_only"])
async def test_nothing_of_a_secret_order_leaves(village: Village, receiver: Receiver, secrecy: str):
    v = village
    await hook(v, receiver)
    ref = await v.receives(v.asha.latest.path)
    async with v.running.house.court.work.writing() as w:
        await w.run(statement(update(orders).values(secrecy=text_param("how"))), how=secrecy)
    court = v.running.house.court
    await decisions.propose(court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    await decisions.approve(court, v.dev.viewer, ref, 1)
    await v.settle()
    await deliver(v)
    assert receiver.heard == [], "also not what was written down before it became secret"


async def test_nothing_of_a_gagged_ruling_leaves(village: Village, receiver: Receiver):
    v = village
    await hook(v, receiver)
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev, gag_until="2021-03-01")
    await deliver(v)
    assert receiver.heard == []


async def test_what_is_not_answered_is_tried_again_later_and_later(village: Village, receiver: Receiver):
    v = village
    await hook(v, receiver, "ruling.ended", "decision.served")
    receiver.answer = b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    for wait in BACK_OFF:
        assert await deliver(v) == 1 and await deliver(v) == 0
        v.clock.move(wait)
    (known,) = await webhooks.listed(v.running.house.court, v.owner.viewer)
    assert known.failures == len(BACK_OFF) and "answered 500" in known.last
    receiver.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    assert await deliver(v) == 1
    (known,) = await webhooks.listed(v.running.house.court, v.owner.viewer)
    assert known.failures == 0 and known.last.endswith("decision.served: 200")
    ids = {told["id"] for told in receiver.told}
    assert len(receiver.told) == len(BACK_OFF) + 1 and len(ids) == 1


async def test_a_call_is_given_up_in_the_end(village: Village, receiver: Receiver):
    v = village
    await hook(v, receiver, "decision.served")
    receiver.answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n"
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    for wait in (*BACK_OFF, DAY):
        await deliver(v)
        v.clock.move(wait)
    assert await deliver(v) == 0 and len(receiver.heard) == len(BACK_OFF) + 1, "redirects are not followed"


async def test_a_webhook_that_never_answers_is_switched_off_and_the_owner_is_told(village: Village, receiver: Receiver):
    v = village
    court, owner = v.running.house.court, v.owner.viewer
    made = await hook(v, receiver)
    receiver.answer = b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"
    for _ in range(OFF_AFTER):
        await webhooks.ping(court, owner, made.hook.id)
        await deliver(v)
    (known,) = await webhooks.listed(court, owner)
    assert known.disabled_at is not None and await deliver(v) == 0
    await v.settle()
    told = (await v.api(v.owner, "GET", "/api/v1/notifications")).json()
    assert any("127.0.0.1" in (one.get("status") or {}).get("content", "") for one in told)
    with pytest.raises(Conflict):
        await webhooks.ping(court, owner, made.hook.id)
    await webhooks.switch(court, owner, made.hook.id, on=True)
    receiver.answer = Receiver.answer
    await webhooks.ping(court, owner, made.hook.id)
    await deliver(v)
    assert receiver.told[-1]["event"] == "ping"


async def test_time_makes_the_calls(village: Village, receiver: Receiver):
    v = village
    made = await hook(v, receiver)
    timers = Timers(v.running.carrier, pace=0.02)
    timers.start()
    await webhooks.ping(v.running.house.court, v.owner.viewer, made.hook.id)
    await asyncio.wait_for(receiver.called.wait(), PATIENCE)
    await timers.close()
    assert [told["event"] for told in receiver.told] == ["ping"]


async def test_a_secret_is_kept_sealed_and_can_be_made_anew(village: Village, receiver: Receiver):
    v = village
    court, owner = v.running.house.court, v.owner.viewer
    made = await hook(v, receiver)
    assert made.secret.startswith("whsec_") and made.secret not in made.hook.secret
    assert bytes.fromhex(made.hook.secret).find(made.secret.encode()) == -1
    fresh = await webhooks.new_secret(court, owner, made.hook.id)
    await webhooks.ping(court, owner, made.hook.id)
    await deliver(v)
    headers, body = receiver.heard[-1]
    assert headers["x-chaupal-signature"] == signature(fresh.secret, v.clock() // 1000, body)
    assert fresh.secret != made.secret


async def test_only_the_owner_may(village: Village, receiver: Receiver):
    v = village
    court = v.running.house.court
    for who in (v.asha, v.chitra, v.dev):
        with pytest.raises(NotAllowed):
            await webhooks.register(court, who.viewer, WebhookForm(url=receiver.url))
        with pytest.raises(NotAllowed):
            await webhooks.listed(court, who.viewer)


WRONG = [
    "",
    "console",
    "ftp://console.example/",
    "https://",
    "https://user:pw@console.example/",
    "https://console.example/#a",
    "https://console.example:99999/",
    "https://कंसोल.example/",
    "https://a b.example/",
    f"https://a.example/{'x' * 600}",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", WRONG)
async def test_an_address_that_cannot_be_called_is_refused(village: Village, url: str):
    with pytest.raises(Invalid) as caught:
        await webhooks.register(village.running.house.court, village.owner.viewer, WebhookForm(url=url))
    assert "url" in caught.value.details


async def test_an_event_that_does_not_exist_is_refused(village: Village, receiver: Receiver):
    with pytest.raises(Invalid) as caught:
        await hook(village, receiver, "order.eaten")
    assert "events" in caught.value.details
    assert (await hook(village, receiver)).hook.events == EVENTS


INSIDE = [
    "127.0.0.1", "10.0.0.7", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.7", "64:ff9b::a00:7", "2002:a00:7::1", "2001:0:a00:7::1", "2001:db8::1",
    # What is_global takes for public: IPv4-compatible and -translated, site-local, SRv6, documentation, ORCHID, AS112, 6bone, reserved.
    "::10.0.0.7", "::7f00:1", "::ffff:0:10.0.0.7", "fec0::1", "5f00::1", "3fff::1", "2001:20::1", "2001:1::1", "2001:4:112::1",
    "2620:4f:8000::1", "3ffe::1", "1::1", "4000::1", "8000::1", "e000::1", "100::1", "ff0e::1", "64:ff9b:1::a00:7",
    "192.0.0.9", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.18.0.1", "203.0.113.9", "240.0.0.1", "0.1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_can_be_called(address: str):
    assert not http_client.may_call(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "2a02:2e0:3fe:1001:302::", "2401:4900::1"]
)
def test_what_is_public_can_be_called(address: str):
    assert http_client.may_call(ipaddress.ip_address(address))


async def test_a_name_that_leads_inside_is_not_called(receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433"):
        with pytest.raises(NotAnswered):
            await calling.post(f"http://{host}:{receiver.port}/", b"{}", {}, any_port=True)
    assert receiver.heard == []


async def test_one_public_address_beside_a_private_one_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
):
    def two(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("127.0.0.1", receiver.port))]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(NotAnswered, match="not public"):
        await calling.post("http://console.example/", b"{}", {})
    # As a push is sent, to an address that any member's app names
    with pytest.raises(NotAnswered, match="usual port"):
        await calling.post(f"https://console.example:{receiver.port}/", b"{}", {})


SLOW: dict[str, Callable[[Receiver], bytes]] = {
    "never": lambda _: b"",
    "drip": lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome",
    "rubbish": lambda _: b"\x00\x01\x02 nothing\r\n\r\n",
}


@pytest.mark.parametrize("how", SLOW)
async def test_a_call_has_an_end(how: str):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SLOW[how](Receiver()))
        await asyncio.sleep(PATIENCE)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NotAnswered):
        await asyncio.wait_for(
            calling.post(f"http://127.0.0.1:{port}/", b"{}", {}, private=True, patience=0.3), PATIENCE / 2
        )
    server.close()


async def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver):
    receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
    assert await calling.post(receiver.url, b"{}", {}, private=True) == 200


@pytest.mark.parametrize(("vouched", "arrives"), [("console.example", True), ("another.example", False)])
async def test_the_certificate_is_held_against_the_name_though_the_address_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver, vouched: str, arrives: bool
):
    pem = certificate(tmp_path, vouched)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    asked: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    def here(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    trusted = ssl.create_default_context(cafile=str(pem))
    url = f"https://console.example:{port}/hook"
    with pytest.raises(NotAnswered):
        await calling.post(url, b"{}", {}, private=True)  # nobody we trust vouches for it
    monkeypatch.setattr(http_client, "_tls", lambda: trusted)
    if arrives:
        assert await calling.post(url, b"{}", {}, private=True) == 204
        assert receiver.heard[0][0]["host"] == f"console.example:{port}"
    else:
        with pytest.raises(NotAnswered):
            await calling.post(url, b"{}", {}, private=True)
        assert receiver.heard == []
    assert set(asked) == {"console.example"}
    server.close()
