"""Streams over real sockets: Mastodon.py listens, `websockets` does, and a decision by another process reaches both."""

import asyncio
import contextlib
import json
import queue
import re
import threading
import time
import warnings
from collections.abc import Callable, Generator
from typing import Any

import httpx2
import pytest
import websockets
from mastodon import Mastodon, StreamListener
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from chaupal.app.rooms import visiting
from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities, orders, steps
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.identity import apps
from clients.conftest import Stage
from serving import join
from waiting import PATIENCE, eventually


class Ear(StreamListener):
    """What Mastodon.py hands over."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification))

    def on_conversation(self, conversation: Any) -> None:
        self.heard.put(("conversation", conversation))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", status_id))

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:
        self.heard.put((name, unknown_event))

    def until(self, event: str, is_it: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next event of this name that it is."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with contextlib.suppress(queue.Empty):
                name, payload = self.heard.get(timeout=0.5)
                if name == event and is_it(payload):
                    return payload
        raise AssertionError(f"{event} was not heard")


@contextlib.contextmanager
def hearing(stage: Stage, handle: str, open_: Callable[[Mastodon, Ear], Any]) -> Generator[Ear]:
    ear = Ear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = Mastodon(api_base_url=stage.url, access_token=stage.cast[handle].token, ratelimit_method="throw")
        handle_ = open_(app, ear)
    eventually(handle_.is_receiving, "a stream that is open")
    try:
        yield ear
    finally:
        # It waits for the next byte; the server's heartbeat or its end lets it go.
        threading.Thread(target=handle_.close, daemon=True).start()


def says(client: httpx2.Client, text: str, **more: Any) -> str:
    answer = client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def test_mastodon_py_hears_its_home_and_its_notifications(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    asha.post(f"/api/v1/accounts/{stage.cast['binod'].id}/follow")
    with hearing(stage, "asha", lambda app, ear: app.stream_user(ear, run_async=True)) as ear:
        id_ = says(binod, "@asha सुनिए, बारिश आ गई")
        assert "बारिश" in ear.until("update", lambda s: str(s["id"]) == id_)["content"]
        told = ear.until("notification")
        assert (told["type"], told["account"]["username"]) == ("mention", "binod")
        binod.delete(f"/api/v1/statuses/{id_}")
        assert str(ear.until("delete")) == id_


def test_mastodon_py_hears_the_square(stage: Stage, binod: httpx2.Client):
    with hearing(stage, "asha", lambda app, ear: app.stream_public(ear, run_async=True)) as ear:
        id_ = says(binod, "सब सुनें")
        assert str(ear.until("update", lambda s: str(s["id"]) == id_)["id"]) == id_


def test_mastodon_py_hears_a_tag_in_any_spelling(stage: Stage, binod: httpx2.Client):
    with hearing(stage, "asha", lambda app, ear: app.stream_hashtag("किसान_आन्दोलन", ear, run_async=True)) as ear:
        says(binod, "बिना टैग")
        id_ = says(binod, "धरना जारी #किसान_आंदोलन")
        assert str(ear.until("update")["id"]) == id_


def test_mastodon_py_hears_the_others_by_their_names(stage: Stage, asha: httpx2.Client, binod: httpx2.Client):
    asha.post(f"/api/v1/accounts/{stage.cast['binod'].id}/follow").raise_for_status()
    made = asha.post("/api/v1/lists", json={"title": "सब"}).raise_for_status().json()["id"]
    asha.post(f"/api/v1/lists/{made}/accounts", json={"account_ids": [stage.cast["binod"].id]}).raise_for_status()
    with hearing(stage, "asha", lambda app, ear: app.stream_local(ear, run_async=True)) as ear:
        id_ = says(binod, "गाँव सुने")
        assert ear.until("update", lambda s: str(s["id"]) == id_)
    with hearing(stage, "asha", lambda app, ear: app.stream_list(made, ear, run_async=True)) as ear:
        id_ = says(binod, "सूची सुने")
        assert ear.until("update", lambda s: str(s["id"]) == id_)
    with hearing(stage, "asha", lambda app, ear: app.stream_user_notifications(ear, run_async=True)) as ear:
        says(binod, "@asha सुनिए")
        assert ear.until("notification", lambda told: told["type"] == "mention")
    with hearing(stage, "asha", lambda app, ear: app.stream_direct(ear, run_async=True)) as ear:
        says(binod, "@asha अकेले में", visibility="direct")
        assert "अकेले" in ear.until("conversation")["last_status"]["content"]


def test_mastodon_py_finds_the_streams_healthy(stage: Stage):
    app = Mastodon(api_base_url=stage.url, access_token=stage.cast["asha"].token)
    assert app.stream_healthy()


def test_the_instance_tells_where_the_websocket_is(stage: Stage, anyone: httpx2.Client):
    address = "ws" + stage.url.removeprefix("http")
    assert anyone.get("/api/v2/instance").json()["configuration"]["urls"]["streaming"] == address
    assert anyone.get("/api/v1/instance").json()["urls"]["streaming_api"] == address


async def test_one_websocket_carries_many_streams(stage: Stage, binod: httpx2.Client):
    address = "ws" + stage.url.removeprefix("http") + "/api/v1/streaming"
    token = stage.cast["asha"].token
    async with websockets.connect(f"{address}?access_token={token}") as socket:
        for stream in ("user", "public"):
            await socket.send(json.dumps({"type": "subscribe", "stream": stream}))
        await socket.send(json.dumps({"type": "subscribe", "stream": "nonsense"}))
        assert json.loads(await socket.recv()) == {"error": "Unknown channel requested", "status": 400}
        id_ = await asyncio.to_thread(says, binod, "एक तार, कई धाराएँ")
        heard = list[dict[str, Any]]()
        while len(heard) < 2:  # what tests before this one caused may still come, too
            told = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
            heard += [told] if told["event"] == "update" and json.loads(told["payload"])["id"] == id_ else []
        assert sorted(h["stream"][0] for h in heard) == ["public", "user"]


async def test_a_browser_gets_its_token_back_as_the_protocol(stage: Stage):
    address = "ws" + stage.url.removeprefix("http") + "/api/v1/streaming?stream=user"
    token = stage.cast["asha"].token
    async with websockets.connect(
        address, subprotocols=[websockets.Subprotocol(token)], open_timeout=PATIENCE
    ) as socket:
        assert socket.subprotocol == token
        await (await socket.ping())


@pytest.mark.parametrize("token", ["wrong", ""])
async def test_who_is_nobody_is_refused_in_the_handshake_or_told(stage: Stage, token: str):
    address = "ws" + stage.url.removeprefix("http") + f"/api/v1/streaming?stream=user&access_token={token}"
    if token:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(address, open_timeout=PATIENCE)
        assert refused.value.response.status_code == 401
    else:
        async with websockets.connect(address, open_timeout=PATIENCE) as socket:
            assert json.loads(await socket.recv())["status"] == 401


async def test_a_token_given_back_ends_its_connection_at_once(stage: Stage):
    member = await asyncio.to_thread(join, stage.server.settings, "leaver")
    (who,) = member.values()
    address = "ws" + stage.url.removeprefix("http") + f"/api/v1/streaming?stream=user&access_token={who.token}"
    async with websockets.connect(address, open_timeout=PATIENCE) as socket:
        await asyncio.to_thread(_revoke, stage.server.settings, int(who.id))
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(socket.recv(), PATIENCE)
        assert socket.close_code == 1008


def _revoke(settings: Settings, account: int) -> None:
    async def act() -> None:
        async with visiting(settings) as house, house.square.work.writing() as w:
            await apps.end_all(w, account)

    asyncio.run(act())


async def test_a_decision_by_another_process_is_told_to_whoever_listens_here(stage: Stage, binod: httpx2.Client):
    address = "ws" + stage.url.removeprefix("http") + "/api/v1/streaming?stream=public"
    id_ = await asyncio.to_thread(says, binod, "जो रोका जाएगा")
    async with websockets.connect(address, open_timeout=PATIENCE) as socket:
        await asyncio.to_thread(_decide, stage.server.settings, f"/@binod/{id_}")
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["event"] != "delete":
            heard.append(json.loads(await asyncio.wait_for(socket.recv(), PATIENCE)))
        # Another server of a cluster may hear of the post itself a moment after it was answered.
        if heard[0]["event"] == "update":
            assert json.loads(heard.pop(0)["payload"])["id"] == id_
        assert [h["event"] for h in heard] == ["status_withheld", "delete"]
        assert heard[-1]["payload"] == id_
        assert json.loads(heard[0]["payload"])["status_withheld"]["withheld_in_countries"] == ["IN"]


def _decide(settings: Settings, path: str) -> None:
    async def act() -> None:
        async with visiting(settings) as house:
            staff = [Viewer(account=int(m.id), country="IN", role=r) for r, m in members.items()]
            clerk, one, other = staff
            form = authorities.AuthorityForm(name="Ministry", name_hi="मंत्रालय", jurisdiction="IN")
            issuer = await authorities.register(house.court, clerk, form)
            await authorities.agree(house.court, other, issuer.id)
            order = OrderForm(
                authority=issuer.id,
                officer="A. Sharma",
                officer_rank="Joint Secretary",
                reference_no="1",
                legal_basis="IT Act 2000, section 69A",
                grounds="public order",
                territory="IN",
                dated="2021-02-10",
                targets=settings.origin + path,
                origin_note="The office confirmed it on the telephone.",
                regime="IN-69A",
                role="designated_officer",
                bases=("public_order",),
                reasons="It is said to call people to arms.",
                particulars={"signature": "seen in ink"},
            )
            ref = await orders.receive(house.court, clerk, order)
            await steps.take(house.court, one, ref, steps.StepForm(verb="check"))
            reason = "The post names a person as armed, which is false."
            await decisions.propose(
                house.court,
                one,
                ref,
                1,
                outcome="withhold_post",
                reason=reason,
                despite="It came late; the office stands by it.",
            )
            await decisions.approve(house.court, other, ref, 1)

    members = {
        role: next(iter(join(settings, f"desk_{role}", role=role).values()))
        for role in (Role.CLERK, Role.REVIEWER, Role.APPROVER)
    }
    asyncio.run(act())


def test_a_server_that_is_stopped_does_not_wait_for_its_listeners(stage: Stage):
    of_nobody = f"{stage.url}/api/v1/streaming/hashtag?tag=nobodysaysthis"  # what is withheld may still be told there
    with httpx2.stream("GET", of_nobody, timeout=PATIENCE) as answer:
        sent = answer.iter_raw()
        assert next(sent).startswith(b":)")
        stage.server.stop()
        assert "graceful shutdown exceeded" not in stage.server.said()  # as it says of whom it had to cut off
        # Of several processes each says when to come again, each another time, so that not all come at once.
        assert re.fullmatch(rb"(event: (status_withheld|delete)\ndata: .+\n\n)*(retry: \d+\n\n)?", b"".join(sent))
    stage.server.start()


def test_refused_websockets_print_no_error(stage: Stage):
    """Whoever comes with a wrong token, for no stream, or to a path where none is, is answered; the log is for what is wrong here."""
    before = stage.server.log.stat().st_size
    where = stage.url.replace("http", "ws")
    refused = ("/api/v1/streaming?access_token=wrong", "/api/v1/streaming/user?stream=user", "/api/v1/nothing", "/")
    for path in refused:
        with pytest.raises(InvalidStatus) as caught:
            connect(f"{where}{path}", open_timeout=PATIENCE).close()
        assert 400 <= caught.value.response.status_code < 500
    said = stage.server.log.read_bytes()[before:].decode()
    assert "rror" not in said and "Traceback" not in said, said
