"""Webhooks, attacked: answers that lead elsewhere, names that lead inside, words that must not leave, secrets looked for later."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from chaupal.fanout.outside import webhooks as fanned
from chaupal.governance import calling, http_client, webhooks
from chaupal.governance.appeals import appeals
from chaupal.governance.http_client import NotAnswered
from chaupal.governance.webhooks import WebhookForm
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Invalid
from chaupal.kernel.settings import Settings
from chaupal.store.court import rulings
from village import FINDING, Village, open_village

OK = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"


@dataclass
class Ear:
    """Somebody's server: what it was sent, and what it answers."""

    answer: bytes = OK
    port: int = 0
    heard: list[bytes] = field(default_factory=list[bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = (
            int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if b"content-length" in head.lower()
            else 0
        )
        self.heard.append(head + await reader.readexactly(size))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def ear() -> AsyncIterator[Ear]:
    found = Ear()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, webhooks_private=True), clock) as opened:
        yield opened


async def hook(v: Village, url: str) -> webhooks.NewWebhook:
    return await webhooks.register(v.running.house.court, v.owner.viewer, WebhookForm(url=url))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_an_answer_that_leads_elsewhere_is_not_followed(village: Village, status: int):
    v = village
    async with ear() as outside, ear() as inside:
        outside.answer = f"HTTP/1.1 {status} Moved\r\nlocation: {inside.url}\r\ncontent-length: 0\r\n\r\n".encode()
        made = await hook(v, outside.url)
        await webhooks.ping(v.running.house.court, v.owner.viewer, made.hook.id)
        assert await fanned.deliver_due(v.running.carrier) == 1
        assert len(outside.heard) == 1 and inside.heard == []
    (kept,) = await webhooks.listed(v.running.house.court, v.owner.viewer)
    assert kept.failures == 1  # and it counts as one that did not answer


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fec0::7", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
async def test_a_name_that_leads_inside_today_is_not_called_though_it_led_outside_yesterday(
    monkeypatch: pytest.MonkeyPatch, inside: str
):
    async with ear() as house:

        def leads(*_: Any, **__: Any) -> list[Any]:
            return [(0, 0, 0, "", (inside, house.port))]

        monkeypatch.setattr(socket, "getaddrinfo", leads)
        for call in (
            calling.post("https://console.example/hook", b"{}", {}),
            calling.get("http://console.example/page", {}, ("text/html",), 1_000),
        ):
            with pytest.raises(NotAnswered, match="not public"):
                await call
        assert house.heard == []


async def test_the_name_is_asked_once_and_what_it_said_is_what_is_called(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    async with ear() as house:

        def leads(host: str, *_: Any, **__: Any) -> list[Any]:
            asked.append(host)  # public while it is looked at, inside while it is called
            return [(0, 0, 0, "", ("127.0.0.1" if len(asked) > 1 else "192.0.2.1", house.port))]

        monkeypatch.setattr(socket, "getaddrinfo", leads)
        monkeypatch.setattr(http_client, "may_call", lambda address: str(address) == "192.0.2.1")
        with pytest.raises(NotAnswered):
            await calling.post(f"http://console.example:{house.port}/hook", b"{}", {}, any_port=True, patience=0.5)
        assert asked == ["console.example"] and house.heard == []


async def test_no_words_of_people_leave_the_house(village: Village):
    """What was written in public and in private, reported, appealed and weighed: a console is told ids, and asks for the rest."""
    v = village
    words = {"खुलीबात": "public", "अपनोंकीबात": "followers", "शिकायतशब्द": "complaint", "अपीलशब्द": "appeal"}
    async with ear() as console:
        await hook(v, console.url)
        public = await v.says(v.asha, "यह खुलीबात है")
        private = await v.says(v.asha, "यह अपनोंकीबात है", visibility=2)
        for post in (public, private):
            await v.withhold(post=post, by=v.chitra, second=v.dev)
        await v.withhold_account(v.meera, by=v.chitra, second=v.dev)
        await v.api(v.ravi, "POST", "/api/v1/reports", account_id=str(v.karl.id), comment="यह शिकायतशब्द है, देखिए।")
        async with v.running.house.court.work.reading() as reading:
            mine = await rulings.of_owner(reading, v.asha.id)
        await appeals.file(v.running.house.court, v.asha.viewer, mine[0].id, "मेरा अपीलशब्द: यह किसी पर हमला नहीं है।")
        await v.settle()
        while await fanned.deliver_due(v.running.carrier):
            pass
        told = [json.loads(one.partition(b"\r\n\r\n")[2]) for one in console.heard]
    assert {"decision.served", "report.created", "appeal.filed"} <= {one["event"] for one in told}
    text = json.dumps(told, ensure_ascii=False)
    assert not [kind for word, kind in words.items() if word in text]
    assert FINDING not in text and v.ravi.handle not in text and str(v.ravi.id) not in text


async def test_a_secret_is_shown_once_and_found_nowhere_later(village: Village):
    v = village
    made = await hook(v, "http://127.0.0.1:9/hook")
    assert made.secret
    pages = [
        (await v.look("IN", "/office/webhooks", v.owner)).text,
        (await v.api(v.owner, "GET", "/api/v1/admin/webhooks")).text,
    ]
    again = await webhooks.new_secret(v.running.house.court, v.owner.viewer, made.hook.id)
    pages += [
        (await v.look("IN", "/office/webhooks", v.owner)).text,
        repr(await webhooks.listed(v.running.house.court, v.owner.viewer)),
    ]
    assert again.secret != made.secret
    assert not [page for page in pages if made.secret in page or again.secret in page]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/\r\nx: y",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "http://u:p@127.0.0.1/",
        "//127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http:///nowhere",
        "http://127.0.0.1/#x",
        "https://ex ample/",
        "https://उदाहरण.भारत/",
    ],
)
async def test_what_is_no_plain_address_is_refused(village: Village, url: str):
    with pytest.raises(Invalid) as refused:
        await hook(village, url)
    assert "url" in refused.value.details
