"""Who signed: keys are fetched once, once more where they have changed, and nobody is believed to be somebody else."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chaupal.app.wiring import open_house
from chaupal.federation import calling, finding
from chaupal.federation.context import Federation
from chaupal.federation.looking import viewer
from chaupal.federation.signing import fields, messages, theirs, verifying
from chaupal.federation.signing.algorithms import pem_of
from chaupal.federation.signing.asked import CAVAGE, RFC9421, NotSigned, SignedRequest
from chaupal.federation.signing.digests import content_digest
from chaupal.federation.signing.verifying import Signer
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.clock import HOUR, StillClock
from chaupal.kernel.errors import NotAllowed, Unavailable
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.federation import limits, servers, uris
from chaupal.store.federation.limits import AllowedServer
from elsewhere import Site
from fediverse import Stranger, a_key
from measures import begin, lift
from remotes import federating
from services import free_port
from village import open_village

BODY = b'{"type":"Follow"}'


@pytest.fixture
async def ravi(site: Site) -> Stranger:
    return Stranger(site)


async def brought(
    fed: Federation, by: Stranger, *, way: str = RFC9421, key: str = "", late: int = 0, body: bytes = BODY
) -> Signer:
    """Who is said to have brought a body that they signed."""
    headers = by.signed("POST", f"{fed.settings.origin}/inbox", BODY, now=fed.clock() - late, way=way, key=key)
    return await verifying.verify(fed, "POST", "/inbox", headers, body)


@pytest.mark.parametrize("way", [RFC9421, CAVAGE])
async def test_somebody_elsewhere_is_known_by_their_signature_and_asked_for_once(
    fed: Federation, ravi: Stranger, way: str
):
    first = await brought(fed, ravi, way=way)
    assert first.actor == ravi.uri and first.account and first.server
    many = len(ravi.site.asked)
    assert await brought(fed, ravi, way=way) == first
    assert len(ravi.site.asked) == many


async def test_all_who_wait_for_a_key_wait_for_one_answer(fed: Federation, ravi: Stranger):
    found = await asyncio.gather(*(brought(fed, ravi) for _ in range(5)))
    assert len({*found}) == 1
    assert ravi.asked("/users/ravi") <= 2


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """Where somebody listens and says nothing."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # to its end
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_a_server_that_says_nothing_of_its_keys_leaves_room_for_others(
    fed: Federation, ravi: Stranger, silent: str
):
    keys_there = [f"{silent}/users/{n}#main-key" for n in range(verifying.MOST_OF_ONE_HOST + 1)]
    waiting = [asyncio.create_task(brought(fed, ravi, key=key)) for key in keys_there]
    (refused,), _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    with pytest.raises(NotSigned, match="too many"):
        refused.result()
    assert (await brought(fed, ravi)).actor == ravi.uri
    for task in (*fed.remembered.fetching.values(), *waiting):
        task.cancel()
    await asyncio.wait(waiting)


async def test_a_key_is_waited_for_so_long_and_no_longer(
    fed: Federation, ravi: Stranger, silent: str, monkeypatch: pytest.MonkeyPatch
):
    """Each answer on the way to it has its own patience, and there may be many of them."""
    monkeypatch.setattr(theirs, "PATIENCE", 0.05)
    with pytest.raises(NotSigned, match="in time"):
        await brought(fed, ravi, key=f"{silent}/users/ravi#main-key")
    await asyncio.sleep(0)
    assert fed.remembered.fetching == {}


async def test_a_key_that_was_changed_is_asked_for_once_more_and_the_old_one_is_good_no_longer(
    fed: Federation, ravi: Stranger
):
    first = await brought(fed, ravi)
    old, ravi.key = ravi.key, a_key(1)
    ravi.document["publicKey"]["publicKeyPem"] = pem_of(ravi.key.public_key())
    ravi.appear()
    assert await brought(fed, ravi) == first
    ravi.key = old
    with pytest.raises(NotSigned):
        await brought(fed, ravi)


async def test_whoever_signs_wrongly_makes_us_ask_once_in_a_while(fed: Federation, ravi: Stranger, clock: StillClock):
    await brought(fed, ravi)
    forger = Stranger(ravi.site, "mallory", key=2)
    many = len(ravi.site.asked)
    for _ in range(5):
        with pytest.raises(NotSigned):
            await brought(fed, forger, key=ravi.key_id)
    once = len(ravi.site.asked) - many
    assert 0 < once <= 3
    clock.move(verifying.AGAIN)
    with pytest.raises(NotSigned):
        await brought(fed, forger, key=ravi.key_id)
    assert len(ravi.site.asked) - many == 2 * once
    # Whoever has the key is heard all the while.
    assert (await brought(fed, ravi)).actor == ravi.uri


async def test_a_key_is_of_its_actors_host_and_its_actor_knows_of_it(fed: Federation, site: Site, ravi: Stranger):
    mallory = Stranger(site, "mallory", key=2)
    # Mallory's key says that it is Ravi's, at an address of Mallory's.
    theirs = {"type": "Key", "owner": ravi.uri, "publicKeyPem": pem_of(mallory.key.public_key())}
    mallory.says("/keys/1", {"id": f"http://{mallory.host}/keys/1", **theirs})
    with pytest.raises(NotSigned):
        await brought(fed, mallory, key=f"http://{mallory.host}/keys/1")
    # Another host's key says that it is of somebody here.
    there = f"http://127.0.0.1:{site.port}/keys/2"
    mallory.says("/keys/2", {"id": there, **theirs})
    with pytest.raises(NotSigned):
        await brought(fed, mallory, key=there)
    # Mallory's document names Ravi's key as its own: it stays Ravi's.
    await brought(fed, ravi)
    mallory.document["publicKey"]["id"] = ravi.key_id
    mallory.appear()
    with pytest.raises(NotSigned):
        await brought(fed, mallory)
    with pytest.raises(NotSigned):
        await brought(fed, mallory, key=ravi.key_id)
    assert (await brought(fed, ravi)).actor == ravi.uri


async def test_whoever_came_first_with_the_id_of_anothers_key_keeps_nobody_from_signing(
    fed: Federation, site: Site, ravi: Stranger
):
    mallory = Stranger(site, "mallory", key=2)
    mallory.document["publicKey"] = [
        mallory.document["publicKey"],
        {**mallory.document["publicKey"], "id": ravi.key_id},
    ]
    mallory.appear()
    assert (await brought(fed, mallory)).actor == mallory.uri
    assert (await brought(fed, mallory, key=ravi.key_id)).actor == mallory.uri  # it was nobody's
    assert (await brought(fed, ravi)).actor == ravi.uri
    fed.remembered.vain.items.clear()
    with pytest.raises(NotSigned):
        await brought(fed, mallory, key=ravi.key_id)
    assert (await brought(fed, mallory)).actor == mallory.uri
    assert (await brought(fed, ravi)).actor == ravi.uri


async def test_a_key_may_stand_at_an_address_of_its_own(fed: Federation, ravi: Stranger):
    """As GoToSocial's does, with a part of its actor around it; or alone, with the actor naming its address."""
    ravi.key_id = f"{ravi.uri}/main-key"
    ravi.document["publicKey"]["id"] = ravi.key_id
    ravi.appear()
    ravi.says(
        "/users/ravi/main-key",
        {"id": ravi.uri, "type": "Person", "preferredUsername": "ravi", "publicKey": ravi.document["publicKey"]},
    )
    first = await brought(fed, ravi)
    assert first.actor == ravi.uri
    ravi.key, ravi.key_id = a_key(1), f"http://{ravi.host}/keys/ravi"
    ravi.document["publicKey"] = ravi.key_id
    ravi.appear()
    ravi.says(
        "/keys/ravi",
        {"id": ravi.key_id, "type": "Key", "owner": ravi.uri, "publicKeyPem": pem_of(ravi.key.public_key())},
    )
    assert await brought(fed, ravi) == first


async def test_an_ed25519_key_is_taken_as_a_multikey(fed: Federation, ravi: Stranger):
    """FEP-521a; https://w3id.org/security#Multikey"""
    key = Ed25519PrivateKey.generate()
    id_ = f"{ravi.uri}#ed25519-key"
    ravi.document["assertionMethod"] = [
        {"id": id_, "type": "Multikey", "controller": ravi.uri, "publicKeyMultibase": multibase(key)}
    ]
    ravi.appear()
    asked = SignedRequest("POST", fed.settings.origin, "/inbox", {"content-digest": content_digest(BODY)}, BODY)
    parts = tuple(fields.Item(name, {}) for name in ("@method", "@target-uri", "content-digest"))
    item = fields.Item(parts, {"created": fed.clock() // 1_000, "keyid": id_, "alg": "ed25519"})
    headers = {**asked.headers, **messages.header_pair(item, key.sign(messages.base(asked, item)))}
    assert (await verifying.verify(fed, "POST", "/inbox", headers, BODY)).actor == ravi.uri
    # Beside it the other key is good as before.
    assert (await brought(fed, ravi)).actor == ravi.uri


def multibase(key: Ed25519PrivateKey) -> str:
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, said = int.from_bytes(b"\xed\x01" + key.public_key().public_bytes_raw()), ""
    while number:
        number, at = divmod(number, 58)
        said = letters[at] + said
    return f"z{said}"


async def test_what_a_proxy_signed_as_well_keeps_nobody_from_being_heard(fed: Federation, ravi: Stranger):
    """By a key that stands at no address, and at a time of its own."""
    headers = ravi.signed("POST", f"{fed.settings.origin}/inbox", BODY, now=fed.clock())
    parts = headers["signature-input"].partition("=")[2].partition(";")[0]
    both = {
        "signature-input": f'proxy={parts};created=1;keyid="proxy-1", {headers["signature-input"]}',
        "signature": f"proxy=:eA==:, {headers['signature']}",
    }
    assert (await verifying.verify(fed, "POST", "/inbox", headers | both, BODY)).actor == ravi.uri
    alone = {name: said.partition(", ")[0] for name, said in both.items()}
    with pytest.raises(NotSigned, match="no address"):
        await verifying.verify(fed, "POST", "/inbox", headers | alone, BODY)


@pytest.mark.parametrize("way", [RFC9421, CAVAGE])
async def test_a_signature_is_good_for_an_hour_either_way(fed: Federation, ravi: Stranger, way: str):
    assert (await brought(fed, ravi, way=way, late=HOUR)).actor == ravi.uri
    assert (await brought(fed, ravi, way=way, late=-HOUR)).actor == ravi.uri
    for late in (HOUR + 1_000, -HOUR - 1_000, 24 * HOUR):
        with pytest.raises(NotSigned, match="clock"):
            await brought(fed, ravi, way=way, late=late)


async def test_what_was_signed_for_another_body_or_house_is_not_heard_and_nobody_is_asked(
    fed: Federation, ravi: Stranger
):
    with pytest.raises(NotSigned):
        await brought(fed, ravi, body=b'{"type":"Block"}')
    headers = ravi.signed("POST", "https://another.example/inbox", BODY, now=fed.clock())
    with pytest.raises(NotSigned):
        await verifying.verify(fed, "POST", "/inbox", headers | {"host": fed.settings.domain}, BODY)
    with pytest.raises(NotSigned):
        await verifying.verify(fed, "POST", "/inbox", {}, BODY)
    with pytest.raises(NotSigned):
        await brought(fed, ravi, key=f"{fed.settings.origin}/actor#main-key")
    assert ravi.asked("/users/ravi") <= 2


async def test_whoever_is_gone_or_nowhere_signs_nothing(fed: Federation, site: Site, ravi: Stranger):
    site.says("/users/ravi", "{}", "application/activity+json", status=410)
    with pytest.raises(NotSigned):
        await brought(fed, ravi)
    for key in (
        "",
        "x",
        "https://",
        "javascript:alert(1)",
        "http://localhost:1/users/x#main-key",
        "x" * 3_000,
        "http://[::1",
    ):
        with pytest.raises(NotSigned):
            await brought(fed, ravi, key=key or " ")


async def test_who_signs_by_the_standard_is_spoken_to_by_it(fed: Federation, ravi: Stranger):
    await brought(fed, ravi, way=CAVAGE)
    async with fed.work.reading() as reading:
        assert await servers.speaks(reading, ravi.host) == ""
    await brought(fed, ravi)
    async with fed.work.reading() as reading:
        assert await servers.speaks(reading, ravi.host) == RFC9421


async def test_who_says_that_they_keep_to_the_standard_is_spoken_to_by_it_from_the_first_word(
    fed: Federation, ravi: Stranger
):
    """FEP-844e: an actor's `generator` names what its server implements."""
    inbox = ravi.site.says("/users/ravi/inbox", "", status=202)
    await calling.post(fed, inbox, b"{}", by=0)
    assert "signature-input" not in ravi.site.asked[-1][1]
    ravi.document["generator"] = {
        "type": "Application",
        "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC 9421"}],
    }
    ravi.appear()
    await finding.person(fed, ravi.uri)
    await calling.post(fed, inbox, b"{}", by=0)
    assert "signature-input" in ravi.site.asked[-1][1]


async def test_who_asks_is_whoever_signed_and_else_a_stranger(fed: Federation, ravi: Stranger):
    url, stranger = f"{fed.settings.origin}/@asha/outbox?page=1", Viewer(country=ABROAD)
    headers = ravi.signed("GET", url, now=fed.clock())
    seen = await viewer(fed, "GET", "/@asha/outbox?page=1", headers)
    async with fed.work.reading() as reading:
        known = await uris.find(reading, ravi.uri)
    assert known is not None and seen == Viewer(account=known.of, country=ABROAD)
    assert await viewer(fed, "GET", "/@asha/outbox?page=2", headers) == stranger
    assert await viewer(fed, "GET", "/@asha", {}) == stranger


async def test_a_server_that_is_not_talked_to_is_not_heard_nor_asked_for_anything(
    settings: Settings, clock: StillClock, ravi: Stranger
):
    """Neither for its key, nor for a document that somebody else names."""
    few = msgspec.structs.replace(settings, federation="listed", federation_test=True)
    running = await open_house(few, clock=clock, run=False)
    try:
        fed = running.house.federation
        assert fed is not None
        for way in (RFC9421, CAVAGE):
            with pytest.raises(NotAllowed):
                await brought(fed, ravi, way=way)
        headers = ravi.signed("GET", f"{fed.settings.origin}/@asha", now=fed.clock())
        with pytest.raises(NotAllowed):
            await viewer(fed, "GET", "/@asha", headers)
        with pytest.raises(NotAnswered, match="not talked to"):
            await calling.get(fed, ravi.uri)
        assert ravi.site.asked == []
        async with fed.work.writing() as w:
            server = await servers.met(w, fed.make_id, ravi.host)
            await limits.allow(
                w, AllowedServer(id=fed.make_id(), server_id=server, reason="x", by=1, at=w.now(), log_index=0)
            )
        assert (await brought(fed, ravi)).actor == ravi.uri
    finally:
        await running.close()


async def test_where_fetches_are_authorised_nobody_asks_unknown(settings: Settings, clock: StillClock, ravi: Stranger):
    strict = msgspec.structs.replace(federating(settings), authorized_fetch=True)
    running = await open_house(strict, clock=clock, run=False)
    try:
        fed = running.house.federation
        assert fed is not None
        headers = ravi.signed("GET", f"{fed.settings.origin}/@asha", now=fed.clock())
        assert (await viewer(fed, "GET", "/@asha", headers)).account
        for told in ({}, headers | {"signature": "sig1=:eA==:"}):
            with pytest.raises(NotSigned):
                await viewer(fed, "GET", "/@asha", told)
        away = ravi.signed(
            "GET", f"{fed.settings.origin}/@asha", now=fed.clock(), key=f"http://127.0.0.1:{free_port()}/ravi#main-key"
        )
        with pytest.raises(Unavailable):  # whoever is told 401 may hold it for the last word
            await viewer(fed, "GET", "/@asha", away)
    finally:
        await running.close()


@pytest.mark.parametrize("known", [False, True])
async def test_whoever_is_suspended_here_is_shown_no_more_than_anybody(
    settings: Settings, clock: StillClock, ravi: Stranger, known: bool
):
    """As one of ours who is suspended: they have no way in. `known`: the house tells only those whom it knows."""
    talking = msgspec.structs.replace(federating(settings), authorized_fetch=known)
    async with open_village(talking, clock) as village:
        fed = village.running.house.federation
        assert fed is not None
        headers = ravi.signed("GET", f"{fed.settings.origin}/@asha", now=fed.clock())
        account = (await viewer(fed, "GET", "/@asha", headers)).account
        assert account
        ruling = await begin(village, Measure.SUSPEND, account)
        if known:
            with pytest.raises(NotAllowed):
                await viewer(fed, "GET", "/@asha", headers)
        else:
            assert await viewer(fed, "GET", "/@asha", headers) == Viewer(country=ABROAD)
        await lift(village, ruling)
        assert (await viewer(fed, "GET", "/@asha", headers)).account == account
