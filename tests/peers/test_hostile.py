"""What a server that lies can bring about: nothing that it may not, and little work. Each lie is told beside a truth that works."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx2
import pytest

from chaupal.governance.http_client import HttpAnswer
from chaupal.kernel.clock import MINUTE, SECOND, StillClock
from chaupal.kernel.settings import Settings
from chaupal.store.machine.dialect import Statement
from chaupal.store.machine.work import Reading, Writing
from peers.hostile import PUBLIC, Hostile, Liar, hostile, signed
from remotes import federating
from village import Village, Villager, open_village
from waiting import until

BOMB = 200_000  # bytes of brackets: within what is taken in
SAME = 2_000  # times that one activity comes
FETCHES = 40  # one activity makes us ask a server for no more documents than this, however it is made


@dataclass
class Besieged:
    """A village, and the server that lies to it. `mala` is honest: she follows asha, who follows her."""

    village: Village
    enemy: Hostile
    mala: Liar
    thug: Liar
    written: str = ""  # mala's post, by its address

    async def send(
        self, by: Liar, activity: Any, inbox: str = "/inbox", *, body: bytes | None = None, **more: Any
    ) -> httpx2.Response:
        """POST as a server does; `more` as of `signed`."""
        sent = json.dumps(activity).encode() if body is None else body
        given: dict[str, Any] = {"key_id": by.key_id, "key": by.key} | more
        origin = self.village.running.house.settings.origin
        headers = signed(sent, origin + inbox, self.village.clock() / 1_000, **given)
        return await self.village.client.post(inbox, content=sent, headers=headers)

    async def tells(self, by: Liar, activity: Any, **more: Any) -> httpx2.Response:
        """The same, and everything that follows from it has happened."""
        answer = await self.send(by, activity, **more)
        await self.village.settle()
        return answer

    async def ask(self, who: Villager | None, path: str, method: str = "GET", **params: Any) -> Any:
        answer = await self.village.api(who, method, path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def writes(self) -> None:
        """Mala says something to asha, honestly."""
        mention = {"type": "Mention", "href": self.asha, "name": "@asha"}
        honest = self.mala.note("सच", cc=[self.asha], tag=[mention])
        self.written = self.enemy.serves(honest)
        await self.tells(self.mala, self.mala.act("Create", honest))
        assert "सच" in await self.words_of(self.written)
        self.enemy.asked.clear()

    async def words_of(self, uri: str) -> str:
        """A post of the server that lies as asha is shown it; nothing where it is not known."""
        name = uri.removeprefix(f"{self.enemy.origin}/").partition("/")[0]
        answer = await self.village.api(
            self.village.asha, "GET", "/api/v1/accounts/lookup", acct=f"{name}@localhost:{self.enemy.port}"
        )
        if answer.status_code == 404:
            return ""
        said = await self.ask(self.village.asha, f"/api/v1/accounts/{answer.json()['id']}/statuses")
        return next((one["content"] for one in said if one["uri"] == uri), "")

    async def likes(self, post: int | str) -> int:
        return (await self.ask(self.village.asha, f"/api/v1/statuses/{post}"))["favourites_count"]

    async def followers(self, who: Villager) -> set[str]:
        return {one["acct"] for one in await self.ask(who, f"/api/v1/accounts/{who.id}/followers")}

    @property
    def asha(self) -> str:
        return f"{self.village.running.house.settings.origin}/@asha"

    @property
    def post(self) -> str:
        return f"{self.asha}/{self.village.asha.latest.id}"


@pytest.fixture
async def village(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    """The cast, in a house that talks to servers of this machine."""
    settings = federating(settings)
    async with open_village(settings, clock) as opened:
        yield opened


@pytest.fixture
async def town(village: Village) -> AsyncIterator[Besieged]:
    async with hostile() as enemy:
        mala, thug = enemy.liar("mala", 0), enemy.liar("thug", 1)
        one = Besieged(village, enemy, mala, thug)
        answer = await one.tells(mala, mala.act("Follow", one.asha))
        assert answer.status_code == 202, answer.text
        assert f"mala@localhost:{enemy.port}" in await one.followers(village.asha)
        enemy.asked.clear()
        yield one


# --- signatures -------------------------------------------------------------------------------------------------------


async def test_a_forged_signature_is_refused_and_nothing_is_believed(town: Besieged):
    like = town.mala.act("Like", town.post)
    answer = await town.tells(town.thug, like, key_id=town.mala.key_id)
    assert answer.status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0
    assert (await town.tells(town.mala, like)).status_code == 202
    assert await town.likes(town.village.asha.latest.id) == 1


async def test_who_signs_is_who_acts(town: Besieged):
    await town.tells(town.thug, town.mala.act("Like", town.post))
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_a_body_that_was_changed_after_the_signing_is_refused(town: Besieged):
    sent = json.dumps(town.mala.act("Like", town.post)).encode()
    other = json.dumps(town.mala.act("Block", town.asha)).encode()
    origin = town.village.running.house.settings.origin
    headers = signed(sent, f"{origin}/inbox", town.village.clock() / 1_000, key_id=town.mala.key_id, key=town.mala.key)
    answer = await town.village.client.post("/inbox", content=other, headers=headers)
    assert answer.status_code in (400, 401)
    assert await town.likes(town.village.asha.latest.id) == 0
    assert len(await town.followers(town.village.asha)) > 0


@pytest.mark.parametrize("name", ["date", "digest"])
async def test_a_header_that_was_changed_after_the_signing_is_refused(town: Besieged, name: str):
    wrong = {"date": "Sat, 28 Nov 2020 00:00:00 GMT", "digest": "SHA-256=" + "A" * 43 + "="}
    answer = await town.tells(town.mala, town.mala.act("Like", town.post), **{name: wrong[name]})
    assert answer.status_code in (400, 401, 404, 421)
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_a_signature_for_another_address_is_refused(town: Besieged):
    sent = json.dumps(town.mala.act("Like", town.post)).encode()
    origin = town.village.running.house.settings.origin
    headers = signed(
        sent, f"{origin}/@ravi/inbox", town.village.clock() / 1_000, key_id=town.mala.key_id, key=town.mala.key
    )
    assert (await town.village.client.post("/inbox", content=sent, headers=headers)).status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_what_was_signed_for_another_server_is_refused(town: Besieged):
    """What somebody says to a server that lies cannot be carried to ours in their name."""
    sent = json.dumps(town.mala.act("Like", town.post)).encode()
    at = town.village.clock() / 1_000
    headers = signed(sent, f"{town.enemy.origin}/inbox", at, key_id=town.mala.key_id, key=town.mala.key)
    for host in ({}, {"host": town.village.running.house.settings.domain}):
        answer = await town.village.client.post("/inbox", content=sent, headers=headers | host)
        assert answer.status_code in (401, 421), answer.status_code
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_an_old_signature_is_refused(town: Besieged):
    sent = json.dumps(town.mala.act("Like", town.post)).encode()
    origin = town.village.running.house.settings.origin
    headers = signed(sent, f"{origin}/inbox", town.village.clock() / 1_000, key_id=town.mala.key_id, key=town.mala.key)
    town.village.clock.move(24 * 60 * MINUTE)
    assert (await town.village.client.post("/inbox", content=sent, headers=headers)).status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_what_was_undone_does_not_come_back_by_a_replay(town: Besieged):
    like = town.mala.act("Like", town.post)
    sent = json.dumps(like).encode()
    origin = town.village.running.house.settings.origin
    headers = signed(sent, f"{origin}/inbox", town.village.clock() / 1_000, key_id=town.mala.key_id, key=town.mala.key)
    for _ in range(3):
        await town.village.client.post("/inbox", content=sent, headers=headers)
    await town.village.settle()
    assert await town.likes(town.village.asha.latest.id) == 1
    await town.tells(town.mala, town.mala.act("Undo", like))
    assert await town.likes(town.village.asha.latest.id) == 0
    await town.village.client.post("/inbox", content=sent, headers=headers)
    await town.village.settle()
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_a_key_that_changed_is_fetched_once_more_and_the_old_one_is_worth_nothing(town: Besieged):
    old = town.mala
    new = town.enemy.liar("mala", 2)
    town.village.clock.move(60 * MINUTE)
    assert (await town.tells(new, new.act("Like", town.post))).status_code == 202
    assert await town.likes(town.village.asha.latest.id) == 1
    assert (await town.tells(old, old.act("Undo", new.act("Like", town.post)))).status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 1


async def test_a_thousand_forgeries_do_not_fetch_a_key_a_thousand_times(town: Besieged):
    for number in range(100):
        await town.send(town.thug, town.mala.act("Like", town.post, f"forged-{number}"), key_id=town.mala.key_id)
    assert town.enemy.asked.total() <= 5, town.enemy.asked


async def test_a_key_on_another_host_is_not_its_owners(town: Besieged):
    async with hostile() as other:
        elsewhere = other.liar("mala", 1)
        # The other server's document says that it is mala of the first.
        other.documents["/mala"] = elsewhere.actor(id=town.mala.uri) | {
            "publicKey": {
                "id": f"{other.origin}/mala#main-key",
                "owner": town.mala.uri,
                "publicKeyPem": elsewhere.actor()["publicKey"]["publicKeyPem"],
            }
        }
        answer = await town.tells(elsewhere, town.mala.act("Like", town.post))
        assert answer.status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0


# --- claims on what is not one's own ----------------------------------------------------------------------------------


async def test_nobody_edits_what_another_wrote(town: Besieged):
    await town.writes()
    forged = town.mala.note("सच", content="<p>झूठ</p>", updated="2026-11-28T00:00:00Z") | {"id": town.written}
    await town.tells(town.thug, town.thug.act("Update", forged))
    assert "सच" in await town.words_of(town.written)
    await town.tells(town.thug, town.thug.act("Update", forged | {"attributedTo": town.thug.uri}))
    assert "सच" in await town.words_of(town.written)


async def test_nobody_deletes_what_another_wrote(town: Besieged):
    await town.writes()
    for thing in (town.written, {"id": town.written, "type": "Tombstone"}, town.mala.uri, town.post, town.asha):
        await town.tells(town.thug, town.thug.act("Delete", thing))
    assert "सच" in await town.words_of(town.written)
    assert await town.ask(town.village.asha, f"/api/v1/statuses/{town.village.asha.latest.id}")
    assert f"mala@localhost:{town.enemy.port}" in await town.followers(town.village.asha)


async def test_nobody_writes_in_the_name_of_another(town: Besieged):
    note = town.mala.note("उसने नहीं लिखा", cc=[town.asha])
    await town.tells(town.thug, town.thug.act("Create", note))
    assert await town.words_of(note["id"]) == ""
    claimed = town.thug.note("हमारा", cc=[town.asha]) | {"id": f"{town.asha}/12345", "attributedTo": town.asha}
    await town.tells(town.thug, town.thug.act("Create", claimed))
    own = await town.ask(None, f"/api/v1/accounts/{town.village.asha.id}/statuses")
    assert all("हमारा" not in one["content"] for one in own)


async def test_an_object_of_another_host_is_fetched_there_and_not_believed_as_sent(town: Besieged):
    async with hostile() as honest:
        writer = honest.liar("sita", 1)
        honest.serves(writer.note("असली"))
        sent = writer.note("असली", content="<p>नकली</p>", cc=[town.asha])
        await town.tells(town.mala, town.mala.act("Create", sent))
        found = await town.ask(town.village.asha, "/api/v2/search", q=sent["id"], resolve="true", type="statuses")
        assert "नकली" not in str(found)


async def test_an_activity_with_the_id_of_another_host_is_not_believed(town: Besieged):
    like = town.mala.act("Like", town.post) | {"id": "http://localhost:1/acts/1"}
    await town.tells(town.mala, like)
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_nobody_undoes_what_another_did(town: Besieged):
    like = town.mala.act("Like", town.post)
    await town.tells(town.mala, like)
    for thing in (like, like["id"], town.mala.act("Follow", town.asha)):
        await town.tells(town.thug, town.thug.act("Undo", thing))
    assert await town.likes(town.village.asha.latest.id) == 1
    assert f"mala@localhost:{town.enemy.port}" in await town.followers(town.village.asha)


async def test_nobody_changes_who_another_is(town: Besieged):
    await town.tells(
        town.thug, town.thug.act("Update", town.mala.actor(name="ठग", inbox=f"{town.enemy.origin}/thug/inbox"))
    )
    found = await town.ask(town.village.asha, "/api/v1/accounts/lookup", acct=f"mala@localhost:{town.enemy.port}")
    assert found["display_name"] == "mala"


async def test_nobody_accepts_what_they_were_not_asked(town: Besieged):
    follow = {"id": f"{town.asha}#follow-1", "type": "Follow", "actor": town.asha, "object": town.thug.uri}
    for thing in (follow, follow["id"], follow | {"object": town.mala.uri}):
        await town.tells(town.thug, town.thug.act("Accept", thing))
    assert await town.ask(town.village.asha, f"/api/v1/accounts/{town.village.asha.id}/following") == [
        one
        for one in await town.ask(town.village.asha, f"/api/v1/accounts/{town.village.asha.id}/following")
        if "@" not in one["acct"]
    ]


async def test_followers_do_not_go_with_one_who_says_that_another_has_moved(town: Besieged):
    move = town.thug.act("Move", town.mala.uri, target=town.thug.uri)
    town.enemy.liar("thug", 1, alsoKnownAs=[town.mala.uri])
    await town.tells(town.thug, move)
    await town.tells(town.mala, town.mala.act("Move", town.mala.uri, target=f"{town.enemy.origin}/nobody"))
    found = await town.ask(town.village.asha, "/api/v1/accounts/lookup", acct=f"mala@localhost:{town.enemy.port}")
    assert not found.get("moved")


async def test_a_name_of_another_host_is_not_taken(town: Besieged):
    """WebFinger of a host that says that somebody of another is here."""
    town.enemy.documents["/.well-known/webfinger"] = {
        "subject": "acct:asha@chaupal.example",
        "links": [{"rel": "self", "type": "application/activity+json", "href": town.thug.uri}],
    }
    found = await town.ask(
        town.village.asha, "/api/v2/search", q="@asha@chaupal.example", resolve="true", type="accounts"
    )
    assert found["accounts"] == []


# --- work -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"[" * BOMB,
        b'{"id":' * 20_000,
        b'{"@context":"x","id":"' + b"a" * BOMB + b'"}',
        b'{"id":1e999999,"type":"Like"}',
        b'{"id":' + b"9" * 50_000 + b"}",
        b"\xff\xfe",
        b"null",
        b'"Like"',
        b"{}",
        b"",
        json.dumps({"type": ["Like"] * 20_000}).encode(),
    ],
    ids=["brackets", "nested", "long", "infinite", "digits", "bytes", "null", "word", "empty", "nothing", "types"],
)
async def test_a_body_made_to_break_things_is_an_error_in_words(town: Besieged, body: bytes):
    answer = await town.tells(town.mala, None, body=body)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert town.enemy.asked.total() <= 2
    assert (await town.tells(town.mala, town.mala.act("Like", town.post))).status_code == 202
    assert await town.likes(town.village.asha.latest.id) == 1


async def test_what_is_too_long_is_not_taken_in(town: Besieged):
    note = town.mala.note("लंबा", content="<p>" + "अ" * 400_000 + "</p>")
    answer = await town.tells(town.mala, town.mala.act("Create", note))
    assert answer.status_code == 413
    assert await town.words_of(note["id"]) == ""


async def test_the_same_activity_thousands_of_times_has_its_effect_once_and_then_costs_a_look(
    town: Besieged, monkeypatch: pytest.MonkeyPatch
):
    """As many as one likes: `python -m bench.inbox --same 100000`."""
    like = town.mala.act("Like", town.post)
    assert (await town.tells(town.mala, like)).status_code == 202
    sent, origin = json.dumps(like).encode(), town.village.running.house.settings.origin
    headers = signed(sent, f"{origin}/inbox", town.village.clock() / 1_000, key_id=town.mala.key_id, key=town.mala.key)
    looks, changes = await counted(town, monkeypatch)
    for _ in range(SAME):
        assert (await town.village.client.post("/inbox", content=sent, headers=headers)).status_code == 202
    await town.village.settle()
    assert len(looks) <= 3 * SAME + 10, "who signed, whether that is known, and whether it was heard"
    assert changes == []
    assert await town.likes(town.village.asha.latest.id) == 1
    assert town.enemy.asked.total() == 0, town.enemy.asked
    told = await town.ask(town.village.asha, "/api/v1/notifications", types=["favourite"])
    assert len(told) == 1


async def counted(town: Besieged, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Statement], list[Statement]]:
    """The statements that look into the store, and those that change it, from now on."""
    looks, changes = list[Statement](), list[Statement]()
    work = town.village.running.house.square.work
    async with work.reading() as reading, work.writing() as w:
        kinds: tuple[type[Reading], type[Writing]] = type(reading), type(w)
    fetch, run = kinds[0].fetch, kinds[1].run

    async def look(self: Reading, stmt: Statement, /, **params: object) -> object:
        looks.append(stmt)
        return await fetch(self, stmt, **params)

    async def change(self: Writing, stmt: Statement, /, **params: object) -> object:
        changes.append(stmt)
        return await run(self, stmt, **params)

    monkeypatch.setattr(kinds[0], "fetch", look)
    monkeypatch.setattr(kinds[1], "run", change)
    return looks, changes


async def test_an_answer_that_never_ends_is_not_waited_for_and_holds_up_nobody(
    town: Besieged, monkeypatch: pytest.MonkeyPatch
):
    """Slow bodies: of whoever signs, and of the post that an answer is to."""
    fed = town.village.running.house.federation
    assert fed is not None
    town.enemy.slow |= {"/slow", "/slower", "/mala/notes/slow"}
    one, two = (Liar(f"{town.enemy.origin}/{name}", town.thug.key) for name in ("slow", "slower"))
    waiting = asyncio.create_task(town.send(one, one.act("Like", town.post)))
    await until(lambda: town.enemy.asked["/slow"])
    assert (await town.tells(town.mala, town.mala.act("Like", town.post))).status_code == 202
    assert await town.likes(town.village.asha.latest.id) == 1
    assert not waiting.done()
    waiting.cancel()
    monkeypatch.setattr(fed.connections, "ask", partial(hurried, fed.connections.ask))
    assert (await town.send(two, two.act("Like", town.post))).status_code == 503
    mention = {"type": "Mention", "href": town.asha, "name": "@asha"}
    note = town.mala.note("जवाब", inReplyTo=f"{town.mala.uri}/notes/slow", cc=[town.asha], tag=[mention])
    assert (await town.tells(town.mala, town.mala.act("Create", note))).status_code == 202
    assert await town.likes(town.village.asha.latest.id) == 1
    assert town.enemy.asked["/slower"] <= 4 and town.enemy.asked["/mala/notes/slow"] <= 4, town.enemy.asked
    last = town.mala.note("उसके बाद", cc=[town.asha], tag=[mention])
    assert (await town.tells(town.mala, town.mala.act("Create", last))).status_code == 202
    assert "जवाब" in await town.words_of(note["id"])
    assert "उसके बाद" in await town.words_of(last["id"])


async def hurried(ask: Callable[..., Awaitable[HttpAnswer]], *given: Any, patience: float, **more: Any) -> HttpAnswer:
    """A call that has a tenth of a second instead of its ten."""
    return await ask(*given, patience=patience / 100, **more)


async def test_deletes_of_people_whom_nobody_knows_cost_no_fetch(town: Besieged):
    for number in range(50):
        gone = Liar(f"{town.enemy.origin}/gone{number}", town.thug.key)
        answer = await town.send(gone, gone.act("Delete", gone.uri))
        assert answer.status_code in (202, 401)
    await town.village.settle()
    assert town.enemy.asked.total() == 0, town.enemy.asked


async def test_a_thread_that_never_ends_is_followed_a_little(town: Besieged):
    def parent(target: str) -> dict[str, Any]:
        number = int(target.rpartition("-")[2])
        return town.mala.note(f"endless-{number}", inReplyTo=f"{town.mala.uri}/notes/endless-{number + 1}")

    for number in range(1, 500):
        town.enemy.documents[f"/mala/notes/endless-{number}"] = parent
    note = town.mala.note("endless-0", inReplyTo=f"{town.mala.uri}/notes/endless-1", cc=[town.asha])
    await town.tells(town.mala, town.mala.act("Create", note))
    assert town.enemy.asked.total() <= FETCHES, town.enemy.asked


async def test_a_collection_that_never_ends_is_read_a_little(town: Besieged):
    def page(target: str) -> dict[str, Any]:
        number = int(target.rpartition("=")[2]) if "=" in target else 0
        base = f"{town.mala.uri}/replies"
        return {
            "id": f"{base}?page={number}",
            "type": "CollectionPage",
            "partOf": base,
            "next": f"{base}?page={number + 1}",
            "items": [f"{town.mala.uri}/notes/reply-{number}-{each}" for each in range(20)],
        }

    town.enemy.documents["/mala/replies"] = page
    first = {"id": f"{town.mala.uri}/replies", "type": "Collection", "first": f"{town.mala.uri}/replies?page=0"}
    note = town.mala.note("many answers", replies=first, cc=[town.asha])
    town.enemy.serves(note)
    await town.tells(town.mala, town.mala.act("Create", note))
    known = (await town.ask(town.village.asha, "/api/v2/search", q=note["id"], resolve="true", type="statuses"))[
        "statuses"
    ]
    await town.ask(town.village.asha, f"/api/v1/statuses/{known[0]['id']}/context")
    await town.village.settle()
    assert town.enemy.asked.total() <= FETCHES, town.enemy.asked


async def test_a_thousand_names_in_a_post_are_not_all_looked_up(town: Besieged):
    names = [
        {"type": "Mention", "href": f"{town.enemy.origin}/stranger{n}", "name": f"@stranger{n}"} for n in range(1_000)
    ]
    note = town.mala.note("सबको", tag=[*names, {"type": "Mention", "href": town.asha, "name": "@asha"}], cc=[town.asha])
    await town.tells(town.mala, town.mala.act("Create", note))
    assert town.enemy.asked.total() <= FETCHES, town.enemy.asked


async def test_redirects_in_a_ring_end(town: Besieged):
    for name, to in (("ring", "ring2"), ("ring2", "ring")):
        town.enemy.documents[f"/{name}"] = f"{town.enemy.origin}/{to}"
    one = Liar(f"{town.enemy.origin}/ring", town.thug.key)
    answer = await town.tells(one, one.act("Like", town.post))
    assert answer.status_code == 401
    assert town.enemy.asked.total() <= 10, town.enemy.asked
    assert await town.likes(town.village.asha.latest.id) == 0


@pytest.mark.parametrize(
    "inside",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/admin",
        "file:///etc/passwd",
        "http://[::ffff:10.0.0.1]/",
    ],
)
async def test_a_redirect_into_ones_own_network_is_not_followed(town: Besieged, inside: str):
    town.enemy.documents["/inside"] = inside
    one = Liar(f"{town.enemy.origin}/inside", town.thug.key)
    answer = await town.tells(one, one.act("Like", town.post))
    assert answer.status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_contexts_of_strangers_are_never_fetched(town: Besieged):
    like = town.mala.act("Like", town.post) | {
        "@context": [f"{town.enemy.origin}/context", {"x": f"{town.enemy.origin}/more"}]
    }
    await town.tells(town.mala, like)
    assert await town.likes(town.village.asha.latest.id) == 1
    assert town.enemy.asked.total() == 0, town.enemy.asked


async def test_an_actor_in_the_place_of_a_post_and_a_post_in_the_place_of_an_actor(town: Besieged):
    await town.writes()
    await town.tells(town.mala, town.mala.act("Announce", town.thug.uri))
    await town.tells(town.mala, town.mala.act("Like", town.asha))
    await town.tells(town.mala, town.mala.act("Follow", town.post))
    await town.tells(town.mala, town.mala.act("Block", town.post))
    odd = Liar(town.written, town.mala.key)
    assert (await town.tells(odd, odd.act("Like", town.post))).status_code == 401
    assert await town.likes(town.village.asha.latest.id) == 0


async def test_time_moves_on_and_the_siege_is_over(town: Besieged):
    """After all of it an honest server is heard as before."""
    for number in range(20):
        await town.send(town.thug, town.mala.act("Like", town.post, str(number)), key_id=town.mala.key_id)
    town.village.clock.move(SECOND)
    note = town.mala.note(
        "फिर सच", cc=[town.asha], to=[PUBLIC], tag=[{"type": "Mention", "href": town.asha, "name": "@asha"}]
    )
    assert (await town.tells(town.mala, town.mala.act("Create", note))).status_code == 202
    assert "फिर सच" in await town.words_of(note["id"])


async def test_what_somebody_looked_up_before_it_was_brought_is_told_to_whom_it_names(town: Besieged):
    """Found by a storm of kills: a post that a reader asked for while its server was away reached nobody's notices."""
    now = datetime.fromtimestamp(town.village.clock() / 1_000, UTC).isoformat()
    mention = {"type": "Mention", "href": town.asha, "name": "@asha"}
    note = town.mala.note("देर से", cc=[town.asha], tag=[mention], published=now)
    town.enemy.serves(note)
    await town.ask(town.village.ravi, "/api/v2/search", q=note["id"], resolve="true", type="statuses")
    await town.tells(town.mala, town.mala.act("Create", note))
    told = await town.ask(town.village.asha, "/api/v1/notifications", types=["mention"])
    assert [
        one["status"]["uri"] for one in told if one["type"] == "mention" and one["status"]["uri"] == note["id"]
    ] == [note["id"]]
