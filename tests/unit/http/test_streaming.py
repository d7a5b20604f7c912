"""Connections that stay open: their forms, who may open them, how they begin and how they end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx2
import msgspec
import pytest
from sqlalchemy import update

from chaupal.app.wiring import RunningHouse, open_house
from chaupal.fanout import streams as fanout
from chaupal.http import listening as mailbox, streaming
from chaupal.kernel.clock import StillClock
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts, graph, moving
from chaupal.social.posts import posts, reactions
from chaupal.social.signin import logins, sessions
from chaupal.store.identity import apps
from chaupal.store.machine.dialect import param, statement
from chaupal.store.tables.identity import accounts as table
from listening import hears, listening

API = "/api/v1/streaming"
SCOPES = "read write follow push"
SUSPEND = statement(update(table).where(table.c.id == param("of")).values(state="suspended"))


@dataclass
class Street:
    """asha follows binod."""

    running: RunningHouse
    asha: Viewer
    binod: Viewer
    token: str
    theirs: str

    def open(self, path: str, token: str = "", **more: object):
        return listening(self.running.app, f"{API}{path}", token=token, **more)

    async def says(self, who: Viewer, text: str, **draft: object) -> int:
        id_ = await posts.publish(self.running.house.square, who, posts.Draft(text=text, **draft))
        await self.running.runner.settle()
        return id_


@pytest.fixture
async def street(settings: Settings, clock: StillClock) -> AsyncIterator[Street]:
    settings = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.0/8",), country_header="X-Country")
    running = await open_house(settings, clock=clock, run=False)
    square = running.house.square
    ids = [
        await accounts.create(square, handle=h, email=f"{h}@example.org", password="long enough")
        for h in ("asha", "binod")
    ]
    asha, binod = [Viewer(account=id_, country="IN") for id_ in ids]
    await graph.follow(square, asha, ids[1])
    tokens = [await sessions.issue_token(square, id_, SCOPES) for id_ in ids]
    await running.runner.settle()
    yield Street(running, asha, binod, *tokens)
    await running.close()


async def test_an_event_stream_tells_an_update_as_mastodon_does(street: Street):
    async with street.open("/user", street.token) as ear:
        assert ear.status == 200
        assert ear.headers["content-type"].startswith("text/event-stream")
        assert ear.headers["access-control-allow-origin"] == "*"
        assert ear.headers["cache-control"] == "private, no-store"
        id_ = await street.says(street.binod, "नमस्ते")
        told = await ear.heard("update", id_)
        assert "नमस्ते" in told.payload["content"]
        assert told.payload["favourited"] is False
        assert b"event: update\ndata: {" in ear.raw


async def test_the_payload_is_what_the_api_answers(street: Street):
    async with street.open("/user", street.token) as ear:
        id_ = await street.says(street.binod, "एक ही बात #चौपाल")
        told = await ear.heard("update", id_)
    async with street.open("/public") as stranger:
        again = await street.says(street.binod, "फिर वही")
        assert "favourited" not in (await stranger.heard("update", again)).payload
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=street.running.app), base_url=street.running.house.settings.origin
    ) as client:
        answer = await client.get(f"/api/v1/statuses/{id_}", headers={"authorization": f"Bearer {street.token}"})
    counts = {"statuses_count", "last_status_at"}
    there = answer.json()
    for one in (there, told.payload):
        one["account"] = {k: v for k, v in one["account"].items() if k not in counts}
    assert told.payload == there


async def test_one_websocket_carries_many_streams_each_by_its_name(street: Street):
    async with street.open("", street.token, socket=True) as ear:
        ear.say(type="subscribe", stream="user")
        ear.say(type="subscribe", stream="hashtag", tag="चौपाल")
        ear.say(type="subscribe", stream="public:local")
        await hears(street.running, 3)
        id_ = await street.says(street.binod, "आज की बात #चौपाल")
        await ear.until(lambda e: len(e.messages) == 3)
        assert {m.stream for m in ear.messages} == {("user",), ("hashtag", "चौपाल"), ("public:local",)}
        assert {m.payload["id"] for m in ear.messages} == {str(id_)}
        ear.say(type="unsubscribe", stream="user")
        ear.say(type="unsubscribe", stream="public:local")
        await hears(street.running, 1)
        again = await street.says(street.binod, "और एक #चौपाल")
        await ear.heard("update", again)
        assert [m.stream for m in ear.messages[3:]] == [("hashtag", "चौपाल")]


async def test_before_each_that_is_put_into_words_it_is_looked_what_is_so_by_then(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    """Also where one thing is told on two streams of a connection: the first telling may wait for a slow reader."""
    work, done = street.running.house.reads.work, list[str]()
    fresh, words = work.fresh, streaming.Streaming._words

    async def looks() -> None:
        await fresh()
        done.append("look")

    async def puts(*told: Any) -> Any:
        done.append("words")
        return await words(*told)

    post = await street.says(street.asha, "नमस्ते")
    async with street.open("", street.token, socket=True) as ear:
        for stream in ("user", "user:notification"):
            ear.say(type="subscribe", stream=stream)
        await hears(street.running, 2)
        monkeypatch.setattr(work, "fresh", looks)
        monkeypatch.setattr(streaming.Streaming, "_words", puts)
        await reactions.like(street.running.house.square, street.binod, post)
        await street.running.runner.settle()
        await ear.until(lambda e: len([m for m in e.messages if m.event == "notification"]) == 2)
    assert all(before == "look" for before, after in zip(["", *done], done, strict=False) if after == "words")


@pytest.mark.parametrize("how", ["query", "protocol", "header"])
async def test_the_token_of_a_websocket_comes_in_three_ways(street: Street, how: str):
    query = f"?stream=user&access_token={street.token}" if how == "query" else "?stream=user"
    protocols = (street.token,) if how == "protocol" else ()
    async with street.open(query, street.token if how == "header" else "", socket=True, protocols=protocols) as ear:
        await hears(street.running, 1)
        id_ = await street.says(street.binod, "सुनो")
        assert (await ear.heard("update", id_)).stream == ("user",)
        assert ear.subprotocol == (street.token if how == "protocol" else None)


async def test_what_cannot_be_subscribed_to_is_said_and_the_connection_goes_on(street: Street):
    async with street.open("", socket=True) as ear:
        for message in (
            {"type": "subscribe", "stream": "gossip"},
            {"type": "subscribe", "stream": "user"},
            {"type": "subscribe", "stream": "hashtag"},
            {"type": "dance", "stream": "public"},
            {"type": "subscribe", "stream": ["public"]},
            {"type": "subscribe", "stream": "list", "list": "1"},
        ):
            ear.say(**message)
        ear.inbox.put_nowait({"type": "websocket.receive", "text": "{{{"})
        ear.inbox.put_nowait({"type": "websocket.receive", "bytes": b"\xff\xfe"})
        await ear.until(lambda e: len(e.messages) == 8)
        assert [m.payload["status"] for m in ear.messages] == [400, 401, 400, 400, 400, 401, 400, 400]
        ear.say(type="subscribe", stream="public")
        await hears(street.running, 1)
        await ear.heard("update", await street.says(street.binod, "सबके लिए"))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/user", 401),
        ("/user/notification", 401),
        ("/direct", 401),
        ("/list?list=1", 401),
        ("/hashtag", 400),
        ("/hashtag?tag=%20", 400),
        ("/public?access_token=wrong", 401),
    ],
)
async def test_a_stream_that_cannot_be_opened_is_an_answer(street: Street, path: str, status: int):
    async with street.open(path) as ear:
        assert ear.status == status
        assert b'"error"' in ear.raw


async def test_a_websocket_is_refused_before_its_handshake_or_closed(street: Street):
    async with street.open("", "wrong", socket=True) as ear:
        assert (ear.status, ear.ended) == (401, True)
    async with street.open("", "wrong", socket=True, denials=False) as ear:
        assert (ear.status, ear.code) == (0, 1008)
    async with street.open("/elsewhere", socket=True) as ear:
        assert ear.status == 400


async def test_scopes_are_held_to(street: Street):
    square = street.running.house.square
    narrow = await sessions.issue_token(square, street.asha.me, "read:statuses")
    async with street.open("/user/notification", narrow) as ear:
        assert ear.status == 403
    async with street.open("/user", narrow) as home, street.open("/user", street.token) as all_:
        id_ = await street.says(street.binod, "@asha सुनिए")
        await home.heard("update", id_)
        await all_.heard("notification")
        assert home.events == ["update"]


async def test_notifications_come_as_they_are_made_and_only_to_their_owner(street: Street):
    square = street.running.house.square
    async with street.open("/user/notification", street.token) as mine, street.open("/user", street.theirs) as theirs:
        id_ = await street.says(street.asha, "मेरी बात")
        await reactions.like(square, street.binod, id_)
        await street.running.runner.settle()
        told = await mine.heard("notification")
        assert (told.payload["type"], told.payload["account"]["username"]) == ("favourite", "binod")
        assert told.payload["status"]["id"] == str(id_)
        own = await street.says(street.binod, "प्रहरी")
        await theirs.heard("update", own)
        assert theirs.events == ["update"]


async def test_a_deleted_post_is_told_to_those_who_may_have_it(street: Street):
    square = street.running.house.square
    async with street.open("/user", street.token) as follower, street.open("/public") as stranger:
        secret = await street.says(street.binod, "अपनों के लिए", visibility=Visibility.PRIVATE)
        open_ = await street.says(street.binod, "सबके लिए")
        await stranger.heard("update", open_)
        for id_ in (secret, open_):
            await posts.delete(square, street.binod, id_)
        await street.running.runner.settle()
        await follower.heard("delete", secret)
        await stranger.heard("delete", open_)
        assert str(secret).encode() not in stranger.raw


async def test_what_is_said_to_one_alone_is_a_conversation(street: Street):
    async with street.open("/direct", street.token) as ear, street.open("/user", street.token) as home:
        id_ = await street.says(street.binod, "@asha चुपके से", visibility=Visibility.DIRECT)
        told = await ear.heard("conversation")
        assert told.payload["last_status"]["id"] == str(id_)
        assert [a["username"] for a in told.payload["accounts"]] == ["binod"]
        await home.heard("notification")
        assert home.events == ["notification"]


async def test_homes_follow_whom_one_follows_now(street: Street):
    square = street.running.house.square
    async with street.open("/user", street.token) as ear:
        await graph.unfollow(square, street.asha, street.binod.me)
        unheard = await street.says(street.binod, "अब नहीं")
        await graph.follow(square, street.asha, street.binod.me)
        heard = await street.says(street.binod, "अब फिर")
        await ear.heard("update", heard)
        assert str(unheard).encode() not in ear.raw


async def test_homes_follow_whom_one_follows_where_they_have_moved(street: Street):
    square = street.running.house.square
    new = await accounts.create(square, handle="binod2", email="binod2@example.org", password="long enough")
    there = Viewer(account=new, country="IN")
    await moving.name(square, there, "binod")
    async with street.open("/user", street.token) as ear:
        await moving.move(square, street.binod, "binod2", "long enough")
        assert await moving.carry_on(square)
        await ear.heard("update", await street.says(there, "नए खाते से"))


async def test_a_home_is_heard_though_another_connection_of_the_same_person_went_while_both_began(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    streams, home = street.running.carrier.streams, mailbox.home_of(street.asha.me)
    hearing: Any = mailbox.Hearing(("user",), (home,), compose=None)
    calls = [SimpleNamespace(viewer=street.asha, caller=None, address="") for _ in range(2)]
    first, second = [mailbox.Listener(call) for call in calls]
    read, gates = fanout.relations_of, [asyncio.Event(), asyncio.Event()]
    waiting = iter(gates)

    async def slow(*asked: Any) -> Any:
        await next(waiting).wait()
        return await read(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(fanout, "relations_of", slow)
        streams.join(first)
        streams.join(second)
        begun = [asyncio.create_task(streams.listen(one, hearing)) for one in (first, second)]
        await asyncio.sleep(0)
        streams.leave(first)
        for gate, listens in zip(gates, begun, strict=True):
            gate.set()
            await listens
    assert streams.homes([street.binod.me]) == {home, mailbox.home_of(street.binod.me)}
    streams.leave(second)
    assert home not in streams.homes([street.binod.me])


async def test_only_posts_with_pictures_where_those_are_asked_for(street: Street):
    async with street.open("/public?only_media=true") as ear, street.open("/public/remote") as far:
        await street.says(street.binod, "बिना चित्र")
        async with street.open("/public") as all_:
            await all_.heard("update", await street.says(street.binod, "और एक"))
        assert ear.events == far.events == []


@pytest.mark.parametrize("kind", ["sse", "socket"])
@pytest.mark.parametrize("how", ["revoked", "signed out everywhere", "suspended"])
async def test_a_connection_ends_with_the_right_to_it(street: Street, how: str, kind: str):
    square = street.running.house.square
    path = "/user" if kind == "sse" else "?stream=user"
    async with street.open(path, street.token, socket=kind == "socket") as ear:
        await hears(street.running, 1)
        async with square.work.writing() as w:
            if how == "revoked":
                await apps.revoke(w, digest(street.token))
            elif how == "signed out everywhere":
                await apps.end_all(w, street.asha.me)
            else:
                await w.run(SUSPEND, of=street.asha.me)
                await apps.forget_callers(w, street.asha.me)
        await ear.until(lambda e: e.ended)
        assert ear.code == (0 if kind == "sse" else 1008)
        await street.says(street.binod, "यह न सुना जाए")
        assert "न सुना" not in ear.raw.decode()


async def test_a_change_that_takes_nothing_away_ends_nothing(street: Street):
    square = street.running.house.square
    async with street.open("/user", street.token) as ear:
        await logins.choose_language(square, street.asha, "hi")
        await ear.heard("update", await street.says(street.binod, "अब भी"))
        assert not ear.ended


async def test_silence_is_broken_and_the_token_looked_at_again(street: Street, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.02)
    work = street.running.house.square.work
    async with street.open("/user", street.token) as ear:
        await ear.until(lambda e: e.raw.count(b":thump\n") >= 2)
        street.running.carrier.streams.work.memory.heard = lambda touched: None  # as if the commit was not heard of
        async with work.writing() as w:
            await apps.revoke(w, digest(street.token))
        await ear.until(lambda e: e.ended)


@pytest.mark.parametrize("kind", ["sse", "socket"])
async def test_who_does_not_take_what_they_are_told_is_cut_off_and_nobody_waits(
    street: Street, monkeypatch: pytest.MonkeyPatch, kind: str
):
    monkeypatch.setattr(mailbox, "MOST_WAITING", 3)
    path = "/public" if kind == "sse" else "?stream=public"
    async with street.open(path, socket=kind == "socket") as slow, street.open("/public") as quick:
        await hears(street.running, 2)
        slow.taking.clear()
        last = 0
        for n in range(6):
            last = await street.says(street.binod, f"बात {n}")
            await quick.heard("update", last)
        await slow.until(lambda e: e.cut)
        assert len(quick.messages) == 6


async def test_a_server_that_stops_ends_its_streams(street: Street):
    async with street.open("/public") as events, street.open("?stream=public", socket=True) as socket:
        street.running.carrier.streams.close()
        await events.until(lambda e: e.ended)
        await socket.until(lambda e: e.ended)
        assert socket.code == 1012  # service restart: come again


async def test_nothing_is_left_of_a_connection_that_went(street: Street):
    streams = street.running.carrier.streams
    for path, socket in (("/user", False), ("?stream=user", True), ("/hashtag?tag=x", False)):
        async with street.open(path, street.token, socket=socket):
            await hears(street.running, 1)
            assert vars(streams)["_listeners"]
    held = ("_listeners", "_topics", "_by_key", "_by_who", "_followers", "_following", "_waiting")
    assert not [name for name in held if vars(streams)[name]]


async def test_one_account_holds_so_many_and_no_more(settings: Settings, clock: StillClock):
    settings = msgspec.structs.replace(settings, rate_limits=True, streams_per_caller=2)
    running = await open_house(settings, clock=clock, run=False)
    try:
        async with listening(running.app, f"{API}/public"), listening(running.app, f"{API}/public"):
            async with listening(running.app, f"{API}/public") as third:
                assert third.status == 429
            async with listening(running.app, API, socket=True) as fourth:
                assert fourth.status == 429
        async with listening(running.app, f"{API}/public") as again:
            assert again.status == 200
    finally:
        await running.close()


async def test_what_is_put_into_words_for_one_stranger_is_told_to_others_only_where_they_ask_alike(street: Street):
    app = street.running.app
    async with (
        street.open("/public", country="IN") as here,
        street.open("/public", country="IN") as beside,
        street.open("/public", country="DE") as abroad,
        street.open("/public", street.token) as member,
        listening(app, "/live?of=public&languages=hi", country="IN") as hindi,
        listening(app, "/live?of=public&languages=en", country="IN") as english,
    ):
        first = await street.says(street.binod, "नमस्ते", language="hi")
        for ear in (here, beside, abroad):  # each before the next is said, which counts among its author's posts
            await ear.heard("update", first)
        second = await street.says(street.binod, "hello", language="en")
        for ear in (here, beside, abroad):
            assert (await ear.heard("update", second)).payload["account"]["username"] == "binod"
        assert here.messages == beside.messages
        assert "favourited" not in here.messages[0].payload
        assert (await member.heard("update", second)).payload["favourited"] is False
        await hindi.heard("update", first)
        await english.heard("update", second)
        assert [len(page.messages) for page in (hindi, english)] == [1, 1]
        # Anything that is changed is seen in what is told next, of the very same post.
        await posts.delete(street.running.house.square, street.binod, first)
        await street.running.runner.settle()
        for ear in (here, beside, abroad, member):
            await ear.heard("delete", first)
