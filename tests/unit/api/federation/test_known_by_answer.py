"""What another server is answered tells nobody who is known here: the same requests, in two worlds."""

import json
from collections.abc import Iterable
from typing import Any

import httpx2
import pytest

from chaupal.kernel.clock import MINUTE, SECOND
from far import Far
from peers.hostile import Liar, hostile, signed

NOT_OF_THE_ANSWER = ("date", "x-request-id")

type Asked = tuple[str, bytes, dict[str, str]]


def requests(far: Far) -> list[Asked]:
    """Deletions of bob and of what he said, signed by nobody, wrongly, by others, and about what is not his."""
    bob, eve, at = far.bob, far.eve, far.village.clock() / 1_000
    inbox = f"{far.village.running.house.settings.origin}/inbox"

    def by(who: Liar, key: Liar, body: bytes, **wrong: Any) -> dict[str, str]:
        return signed(body, inbox, wrong.pop("at", at), key_id=who.key_id, key=key.key, **wrong)

    found: list[Asked] = []
    for name, thing in (
        ("whole", bob.uri),
        ("post", bob.note("1")["id"]),
        ("elsewhere", "https://x.example/1"),
        ("none", ""),
    ):
        body = json.dumps(bob.act("Delete", thing, f"delete-{name}")).encode()
        signatures: dict[str, dict[str, str]] = {
            "nobody": {"content-type": "application/activity+json"},
            "with bob's name, by eve's key": by(bob, eve, body),
            "by a key of bob's that is none": by(Liar(f"{bob.uri}#other", bob.key), eve, body),
            "by eve": by(eve, eve, body),
            "by eve with a wrong key": by(eve, bob, body),
            "yesterday": by(bob, bob, body, at=at - 86_400),
            "of another body": by(bob, bob, b"{}"),
            "without any words": by(bob, bob, body, signature="x"),
        }
        found += [(f"{name}, {who}", body, headers) for who, headers in signatures.items()]
    strange = bob.act("Delete", bob.note("1")["id"]) | {"id": "https://x.example/act"}
    body = json.dumps(strange).encode()
    return [
        *found,
        ("an id elsewhere, by bob", body, by(bob, bob, body)),
        ("an id elsewhere, by eve", body, by(eve, eve, body)),
    ]


async def answers(far: Far, asked: Iterable[Asked]) -> dict[str, tuple[int, str, dict[str, str]]]:
    found: dict[str, tuple[int, str, dict[str, str]]] = {}
    for name, body, headers in asked:
        far.village.clock.move(11 * SECOND)  # no key is left unasked for because it was asked for a moment ago
        found[name] = whole(await far.village.client.post("/inbox", content=body, headers=headers))
    return found


def whole(answer: httpx2.Response) -> tuple[int, str, dict[str, str]]:
    shown = {name: value for name, value in answer.headers.items() if name not in NOT_OF_THE_ANSWER}
    return answer.status_code, answer.text, shown


@pytest.mark.parametrize("away", [None, 0, 503])
async def test_a_deletion_is_answered_alike_whether_its_actor_is_known_here_or_not(far: Far, away: int | None):
    """Nor is it told by whether their server can be asked for a key: what waits for one is not believed without it."""
    asked = requests(far)
    far.there.away = away
    unknown = await answers(far, asked)
    far.there.away = None
    far.village.clock.move(11 * SECOND)
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    await far.tells(far.bob, far.bob.act("Create", far.bob.note("1", to=[far.uri(far.village.asha)])))
    known = await far.account(far.bob)
    assert known
    far.there.away = away
    assert await answers(far, asked) == unknown
    assert {answer[0] for answer in unknown.values()} == {202, 400, 401}
    await far.village.settle()
    far.there.away = None
    far.village.clock.move(MINUTE)
    await far.village.settle()
    assert await far.account(far.bob) == known
    assert await far.here(far.bob.note("1")["id"])  # and nothing of it was believed
    await far.tells(far.bob, far.bob.act("Delete", far.bob.note("1")["id"], "honest"))
    assert not await far.here(far.bob.note("1")["id"])


async def test_nor_is_it_told_by_who_is_asked_for_a_key_or_by_how_long_that_takes(far: Far):
    """Whoever brings a deletion of another's may have their own server listen for us; and no key is fetched before the answer."""
    await far.tells(far.bob, far.bob.act("Follow", far.uri(far.village.asha)))
    assert await far.account(far.bob)
    async with hostile() as elsewhere:
        mallory = elsewhere.liar("mallory", 2)
        elsewhere.names(mallory)
        await far.tells(mallory, far.bob.act("Delete", far.bob.uri))
        await far.tells(mallory, far.bob.act("Delete", far.bob.uri, "again"), key_id=f"{mallory.uri}/key")
        assert not elsewhere.asked
    far.there.asked.clear()
    answer = await far.brings(far.bob, far.bob.act("Delete", far.bob.uri, "by eve"), key=far.eve.key)
    assert answer.status_code == 202 and not far.there.asked
    await far.village.settle()
    assert far.there.asked["/bob"] and await far.account(far.bob)
