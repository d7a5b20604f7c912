"""Quotes between servers (FEP-044f): whoever quotes asks, whoever is quoted has said beforehand, and the answer goes back with a stamp."""

from typing import Any

import msgspec
from sqlalchemy import select

from chaupal.policy.facts import Visibility
from chaupal.social.posts import posts, quoting
from chaupal.store.federation import uris
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.federation import spoken
from far import Far


async def quoting_note(far: Far, name: str) -> dict[str, Any]:
    """A note of bob's that quotes asha's newest post."""
    uri = far.post(far.village.asha)
    return far.bob.note(name, quote=uri, quoteUrl=uri)


async def said(far: Far) -> list[dict[str, Any]]:
    """What was written down to be sent, oldest first."""
    async with far.fed.work.reading() as reading:
        rows = await reading.fetch(statement(select(spoken.c.body).order_by(spoken.c.id)))
    return [msgspec.json.decode(row[0]) for row in rows]


async def test_whoever_may_quote_is_told_so_with_a_stamp_and_the_quote_stands(far: Far):
    v = far.village
    note = await quoting_note(far, "quote")
    asked = far.bob.act("QuoteRequest", far.post(v.asha)) | {"instrument": note}
    far.there.serves(note)
    await far.tells(far.bob, asked)
    here = await far.here(note["id"])
    answers = [one for one in await said(far) if one["type"] == "Accept"]
    assert [one["result"] for one in answers] == [f"{far.post(v.asha)}/quotes/{here}"]
    assert answers[0]["object"]["id"] == asked["id"]
    assert (await far.status(v.ravi, here))["quote"]["state"] == "accepted"
    assert (await far.status(v.ravi, v.asha.latest.id))["quotes_count"] == 1
    told = await far.ask(v.asha, "/api/v1/notifications", **{"types[]": "quote"})
    assert len(told) == 1


async def test_whoever_may_not_quote_is_told_no(far: Far):
    v, square = far.village, far.village.running.house.square
    await quoting.allow(square, v.asha.viewer, v.asha.latest.id, "nobody")
    note = await quoting_note(far, "refused")
    far.there.serves(note)
    await far.tells(far.bob, far.bob.act("QuoteRequest", far.post(v.asha)) | {"instrument": note["id"]})
    kinds = [one["type"] for one in await said(far)]
    assert "Reject" in kinds and "Accept" not in kinds
    await far.tells(far.bob, far.bob.act("Create", note, cc=[far.uri(v.asha)]))
    assert (await far.status(v.ravi, await far.here(note["id"])))["quote"]["state"] == "pending"
    assert not await far.ask(v.asha, "/api/v1/notifications", **{"types[]": "quote"})
    await quoting.allow(square, v.asha.viewer, v.asha.latest.id, "public")
    again = far.bob.act("QuoteRequest", far.post(v.asha), "again") | {"instrument": note["id"]}
    await far.tells(far.bob, again)
    assert (await far.status(v.ravi, await far.here(note["id"])))["quote"]["state"] == "accepted"
    assert len(await far.ask(v.asha, "/api/v1/notifications", **{"types[]": "quote"})) == 1


async def test_a_stamp_is_given_for_ones_own_post_that_quotes_and_for_nothing_else(far: Far):
    v = far.village
    for instrument in (
        far.there.serves(far.eve.note("of another", quote=far.post(v.asha)) | {"id": f"{far.eve.uri}/notes/q"}),
        far.there.serves(far.bob.note("none")),
        f"{far.bob.uri}/notes/missing",
        far.post(v.ravi),
    ):
        await far.tells(
            far.bob, far.bob.act("QuoteRequest", far.post(v.asha), instrument[-8:]) | {"instrument": instrument}
        )
    assert "Accept" not in [one["type"] for one in await said(far)]


async def test_a_quote_by_ours_waits_for_their_word(far: Far):
    v, square = far.village, far.village.running.house.square
    note = far.there.serves(far.bob.note("theirs", cc=[far.uri(v.ravi)]))
    await far.tells(far.bob, far.bob.act("Create", far.there.documents["/bob/notes/theirs"], cc=[far.uri(v.ravi)]))
    quoted = await far.here(note)
    assert quoted
    mine = await posts.publish(square, v.ravi.viewer, posts.Draft(text="देखिए", quoting=quoted))
    await v.settle()
    assert (await far.status(v.ravi, mine))["quote"]["state"] == "pending"
    mine_uri = f"{far.uri(v.ravi)}/{mine}"
    asked = {
        "id": f"{mine_uri}#quote-request",
        "type": "QuoteRequest",
        "actor": far.uri(v.ravi),
        "object": note,
        "instrument": mine_uri,
    }
    stamp = f"{far.bob.uri}/stamps/1"
    await far.tells(far.eve, far.eve.act("Accept", asked, result=f"{far.eve.uri}/stamps/1"))
    await far.tells(far.bob, far.bob.act("Accept", asked, "no stamp", result="https://elsewhere.example/stamps/1"))
    assert (await far.status(v.ravi, mine))["quote"]["state"] == "pending"
    await far.tells(far.bob, far.bob.act("Accept", asked, "yes", result=stamp))
    assert (await far.status(v.ravi, mine))["quote"]["state"] == "accepted"
    async with far.fed.work.reading() as reading:
        assert await uris.of_thing(reading, uris.STAMP, mine) == stamp
    await far.tells(far.bob, far.bob.act("Reject", asked, "no more"))
    assert (await far.status(v.ravi, mine))["quote"]["state"] in ("rejected", "revoked")
    await far.tells(far.bob, far.bob.act("Accept", asked, "yes again", result=stamp))
    assert (await far.status(v.ravi, mine))["quote"]["state"] == "accepted"
    await far.tells(far.eve, far.eve.act("Delete", stamp))
    assert (await far.status(v.ravi, mine))["quote"]["state"] == "accepted", "it is not hers to take back"
    await far.tells(far.bob, far.bob.act("Delete", {"id": stamp, "type": "QuoteAuthorization"}))
    assert (await far.status(v.ravi, mine))["quote"]["state"] in ("rejected", "revoked")


async def test_of_a_post_that_they_do_not_see_whoever_would_quote_it_is_told_nothing(far: Far):
    """Else an answer would tell that it is there, and whose it is."""
    v = far.village
    hidden = await v.says(v.asha, "चुपचाप", visibility=Visibility.PRIVATE)
    there = f"{far.uri(v.asha)}/{hidden.id}"
    note = far.bob.note("guess", quote=there)
    far.there.serves(note)
    before = len(await said(far))
    for name, object_ in (("there", there), ("not there", f"{far.uri(v.asha)}/{hidden.id + 1}")):
        await far.tells(far.bob, far.bob.act("QuoteRequest", object_, name) | {"instrument": note["id"]})
        assert len(await said(far)) == before
