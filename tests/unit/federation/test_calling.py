"""What is fetched from other servers is believed no further than the host it came from; and they are asked in the way they understand."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from chaupal.federation import calling
from chaupal.federation.context import Federation
from chaupal.federation.signing import cavage, messages
from chaupal.federation.signing.algorithms import holds, read_public
from chaupal.federation.signing.asked import CAVAGE, RFC9421, SignedRequest
from chaupal.federation.signing.keys import public_key
from chaupal.governance.calling import MOST_HOPS
from chaupal.governance.http_client import NotAnswered
from chaupal.store.federation.servers import speaks
from chaupal.store.machine.dialect import param, statement, text_param
from chaupal.store.tables.federation import servers
from elsewhere import Site

AP = "application/activity+json"
_MET = statement(insert(servers).values(id=param("id"), domain=text_param("domain"), first_at=param("at")))


def says(site: Site, path: str, document: object, kind: str = AP, **more: Any) -> str:
    return site.says(path, json.dumps(document), kind, **more)


def url(site: Site, path: str) -> str:
    return f"http://localhost:{site.port}{path}"


def asked(site: Site, at: int) -> SignedRequest:
    """What the site was asked, as a server reads it."""
    first, *lines = site.asked[at][1].split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
    return SignedRequest(method, f"http://localhost:{site.port}", target, headers)


async def ways(fed: Federation, site: Site) -> list[str]:
    """In which way each request was signed; each of them by the house's own key."""
    key = read_public(await public_key(fed, 0))
    found: list[str] = []
    for at in range(len(site.asked)):
        request = asked(site, at)
        way = RFC9421 if "signature-input" in request.headers else CAVAGE
        if request.method == "GET":
            claim = messages.claims(request)[0] if way == RFC9421 else cavage.claim(request)
            assert holds(key, claim.algorithm, claim.signature, claim.base)
            assert claim.key == f"{fed.settings.origin}/actor#main-key"
        found.append(way)
    return found


async def test_a_document_is_asked_for_with_the_servers_signature(fed: Federation, site: Site):
    note = says(site, "/notes/1", {"id": url(site, "/notes/1"), "type": "Note"})
    assert (await calling.get(fed, note))["type"] == "Note"
    assert await ways(fed, site) == [RFC9421]
    assert "application/ld+json" in asked(site, 0).headers["accept"]


async def test_what_says_that_it_is_elsewhere_is_fetched_from_there(fed: Federation, site: Site):
    page = says(site, "/@ravi", {"id": url(site, "/users/ravi"), "type": "Person", "name": "from the page"})
    says(site, "/users/ravi", {"id": url(site, "/users/ravi"), "type": "Person", "name": "Ravi"})
    assert (await calling.get(fed, page))["name"] == "Ravi"


async def test_bytes_that_are_no_letters_do_not_keep_a_document_from_being_read(fed: Federation, site: Site):
    """As in every other actor of snac2, of Debian 13."""
    ravi = (
        json.dumps({"id": url(site, "/ravi"), "type": "Person", "name": "BYTES"}).encode().replace(b"BYTES", b"\xfcU")
    )
    assert (await calling.get(fed, site.says("/ravi", ravi, AP)))["name"] == "\ufffdU"


async def test_nobody_speaks_for_another_host(fed: Federation, site: Site):
    """`127.0.0.1` and `localhost` are two hosts here."""
    here = says(site, "/notes/1", {"id": f"http://127.0.0.1:{site.port}/notes/2", "type": "Note", "content": "forged"})
    says(site, "/notes/2", {"id": f"http://127.0.0.1:{site.port}/notes/2", "type": "Note", "content": "said"})
    assert (await calling.get(fed, here))["content"] == "said"
    says(site, "/notes/2", {"id": here, "type": "Note", "content": "forged"})
    with pytest.raises(NotAnswered):
        await calling.get(fed, here)
    with pytest.raises(NotAnswered, match="another host"):
        await calling.partial(fed, says(site, "/list", {"id": f"http://127.0.0.1:{site.port}/list"}))
    assert await calling.partial(fed, says(site, "/list", {"type": "Collection"})) == {"type": "Collection"}
    with pytest.raises(NotAnswered, match="another host"):  # JSON-LD's own word for it
        await calling.partial(fed, says(site, "/list", {"@id": f"http://127.0.0.1:{site.port}/list"}))


async def test_where_a_host_sends_on_to_another_that_one_is_not_believed_about_it(fed: Federation, site: Site):
    """A page that sends people on to wherever they like would else be an author of whatever they like."""
    here = site.says("/go?to=evil", "", status=302, location=f"http://127.0.0.1:{site.port}/forged")
    says(site, "/forged", {"id": here, "type": "Person"})
    with pytest.raises(NotAnswered, match="another thing"):
        await calling.get(fed, here)


async def test_this_server_is_not_asked_as_if_it_were_another(fed: Federation, site: Site):
    """Whoever says that their thing is one of ours would have us take ours in as theirs."""
    origin = f"http://localhost:{site.port}"
    fed = msgspec.structs.replace(fed, settings=msgspec.structs.replace(fed.settings, public_url=origin))
    says(site, "/@asha/1", {"id": f"{origin}/@asha/1", "type": "Note"})
    says(site, "/mirror", {"id": f"{origin}/@asha/1", "type": "Note"})
    site.says("/on", "", status=302, location=f"{origin}/@asha/1")
    for path in ("/mirror", "/on"):
        with pytest.raises(NotAnswered, match="itself"):
            await calling.get(fed, f"http://127.0.0.1:{site.port}{path}")
    for spelling in ("localhost", "LOCALHOST", "localhost."):
        with pytest.raises(NotAnswered, match="itself"):
            await calling.get(fed, f"http://{spelling}:{site.port}/@asha/1")
    assert "/@asha/1" not in [path for path, _ in site.asked]


async def test_a_redirect_is_followed_and_signed_anew(fed: Federation, site: Site):
    says(site, "/new", {"id": url(site, "/new"), "type": "Note"})
    moved = site.says("/old", "", status=301, location="/new")
    assert (await calling.get(fed, moved))["type"] == "Note"
    assert [path for path, _ in site.asked] == ["/old", "/new"]
    assert await ways(fed, site) == [RFC9421, RFC9421]
    loop = site.says("/loop", "", status=302, location="/loop")
    with pytest.raises(NotAnswered, match="too often"):
        await calling.get(fed, loop)
    assert len(site.asked) == 2 + MOST_HOPS + 1


@pytest.mark.parametrize("location", ["http://[", "//[::1", "http://x:y/", "http://x:99999/", "", "javascript:1"])
async def test_whoever_is_sent_on_to_no_address_has_no_answer(fed: Federation, site: Site, location: str):
    sent = site.says("/x", "", status=302, location=location)
    with pytest.raises(NotAnswered):
        await calling.get(fed, sent)
    with pytest.raises(NotAnswered):
        await calling.plain(fed, sent, "image/*", ("image/",))


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        (AP, True),
        (f"{AP}; charset=utf-8", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/ld+json", False),
        ("application/json", False),
        ("text/html", False),
        ("application/activity+jsonx", False),
    ],
)
async def test_only_what_says_that_it_is_an_activity_is_one(fed: Federation, site: Site, kind: str, taken: bool):
    """A file that somebody uploaded to a server is not that server's word (CVE-2024-23832)."""
    note = says(site, "/notes/1", {"id": url(site, "/notes/1")}, kind)
    if taken:
        await calling.get(fed, note)
    else:
        with pytest.raises(NotAnswered):
            await calling.get(fed, note)


_NONE = {
    "a list": b"[]",
    "no JSON": b"<html>",
    "no UTF-8": b'{"id":"\xff"}',
    "deep": b'{"id":' + b"[" * 50 + b"]" * 50 + b"}",
    "very deep": b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "large": b'{"id":"' + b"x" * 1_000_000 + b'"}',
    "no id": b"{}",
    "a number for an id": b'{"id":1}',
}


@pytest.mark.parametrize("body", _NONE.values(), ids=_NONE)
async def test_what_is_no_document_is_none(fed: Federation, site: Site, body: bytes):
    with pytest.raises(NotAnswered):
        await calling.get(fed, site.says("/x", body, AP))


async def test_what_is_gone_is_said_to_be_gone(fed: Federation, site: Site):
    with pytest.raises(NotAnswered) as gone:
        await calling.get(fed, says(site, "/x", {"type": "Tombstone"}, status=410))
    assert gone.value.status == 410


async def test_who_understands_one_way_alone_is_asked_again_in_that_way_and_known_by_it(fed: Federation, site: Site):
    async with fed.work.writing() as w:
        await w.run(_MET, id=1, domain=f"localhost:{site.port}", at=w.now())
    refused = says(site, "/x", {"id": url(site, "/x")}, status=401)
    with pytest.raises(NotAnswered):
        await calling.get(fed, refused)
    assert await ways(fed, site) == [RFC9421, CAVAGE]
    # Neither was understood: nothing is known.
    inbox = site.says("/inbox", "", status=400)
    await calling.post(fed, inbox, b"{}", by=0)
    assert (await ways(fed, site))[2:] == [CAVAGE, RFC9421]

    class Picky(dict[str, Any]):
        """Says yes to what is signed by the standard alone."""

        def get(self, path: str, default: Any = None) -> Any:
            return (202 if "signature-input" in asked(site, -1).headers else 401, {}, b"")

    site.pages = Picky()
    assert (await calling.post(fed, inbox, b"{}", by=0)).status == 202
    assert (await ways(fed, site))[4:] == [CAVAGE, RFC9421]
    assert (await calling.post(fed, inbox, b"{}", by=0)).status == 202
    assert (await ways(fed, site))[6:] == [RFC9421]
    async with fed.work.reading() as reading:
        assert await speaks(reading, f"localhost:{site.port}") == RFC9421
    # So do other processes, and this one after a restart.
    fed.remembered.speaks.items.clear()
    await calling.post(fed, inbox, b"{}", by=0)
    assert (await ways(fed, site))[7:] == [RFC9421]


async def test_a_refusal_that_is_not_about_the_signature_is_not_tried_twice(fed: Federation, site: Site):
    for status in (202, 404, 410, 429, 500, 503):
        inbox = site.says("/inbox", "", status=status)
        site.asked.clear()
        assert (await calling.post(fed, inbox, b"{}", by=0)).status == status
        assert await ways(fed, site) == [CAVAGE]


async def test_what_is_asked_of_nobody_by_name_is_not_signed(fed: Federation, site: Site):
    found = says(
        site,
        "/.well-known/webfinger?resource=acct:ravi@localhost",
        {"subject": "acct:ravi@localhost"},
        "application/jrd+json",
    )
    answered = await calling.plain(fed, found, "application/jrd+json", ("application/jrd+json", "application/json"))
    assert json.loads(answered.body)["subject"] == "acct:ravi@localhost"
    assert "signature" not in asked(site, 0).headers
    with pytest.raises(NotAnswered):
        await calling.plain(fed, says(site, "/x", {}, "text/html"), "*/*", ("image/",))
