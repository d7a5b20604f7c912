"""Who asks and who brings something is whoever signed the very request that came, through the whole of the server."""

import json
from collections.abc import AsyncIterator, Mapping

import httpx2
import msgspec
import pytest

from chaupal.federation import finding
from chaupal.federation.signing.asked import CAVAGE, RFC9421
from chaupal.kernel.clock import StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.social.people import graph
from elsewhere import Site
from fediverse import ACTIVITY, Stranger
from village import Village, open_village

WAYS = (RFC9421, CAVAGE)


@pytest.fixture
async def ravi(village: Village, site: Site) -> Stranger:
    """He follows asha."""
    ravi = Stranger(site, "far_ravi")
    fed = village.running.house.federation
    assert fed is not None
    account = await finding.person(fed, ravi.uri)
    await graph.follow(fed.square, Viewer(account=account, country=ABROAD), village.asha.id)
    return ravi


async def ask(village: Village, path: str, headers: Mapping[str, str]) -> httpx2.Response:
    return await village.client.get(path, headers={"accept": ACTIVITY, **headers})


def signed(
    village: Village, by: Stranger, path: str, way: str, method: str = "GET", body: bytes = b""
) -> dict[str, str]:
    settings = village.running.house.settings
    return by.signed(method, f"{settings.origin}{path}", body, now=village.clock(), way=way)


@pytest.mark.parametrize("way", WAYS)
async def test_a_follower_elsewhere_reads_by_their_signature_what_is_for_followers_and_nobody_else_does(
    village: Village, site: Site, ravi: Stranger, way: str
):
    first = (await village.says(village.asha, "केवल अपनों से", visibility=Visibility.PRIVATE)).path
    second = (await village.says(village.asha, "और भी", visibility=Visibility.PRIVATE)).path
    seen = await ask(village, first, signed(village, ravi, first, way))
    assert "केवल अपनों से" in seen.json()["content"]
    # As it was sent, and not as it is read: some write the @ in another way.
    odd = first.replace("@", "%40")
    assert (await ask(village, odd, signed(village, ravi, odd, way))).status_code == 200
    mallory = Stranger(site, "mallory", key=1)
    theirs = signed(village, ravi, first, way)
    for headers in (
        {},
        signed(village, mallory, first, way),
        mallory.signed(
            "GET", f"{village.running.house.settings.origin}{first}", now=village.clock(), way=way, key=ravi.key_id
        ),
        signed(village, ravi, second, way),
        {name: value for name, value in theirs.items() if name != "signature"},
    ):
        assert (await ask(village, first, headers)).status_code == 404
    twice = [*theirs.items(), ("signature", theirs["signature"])]
    answer = await village.client.get(first, headers=httpx2.Headers([("accept", ACTIVITY), *twice]))
    assert answer.status_code == 404


@pytest.mark.parametrize("way", WAYS)
async def test_an_inbox_takes_only_what_is_signed_by_whoever_says_it(village: Village, ravi: Stranger, way: str):
    body = json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{ravi.uri}#block",
            "type": "Block",
            "actor": ravi.uri,
            "object": f"{village.running.house.settings.origin}/@asha",
        }
    ).encode()
    told = {"content-type": ACTIVITY}
    headers = told | signed(village, ravi, "/inbox", way, "POST", body)
    changed = body.replace(b"@asha", b"@meera")
    for wrong, said in ((told, body), (headers, changed), (headers | {"date": "yesterday", "signature": "x"}, body)):
        answer = await village.client.post("/inbox", content=said, headers=wrong)
        assert answer.status_code == 401, answer.text
        assert "signature" in answer.json()["error"]
    assert (await village.client.post("/@asha/inbox", content=body, headers=headers)).status_code == 401
    assert (await village.client.post("/inbox", content=body, headers=headers)).status_code == 202


@pytest.fixture
async def strict(settings: Settings, clock: StillClock) -> AsyncIterator[Village]:
    async with open_village(msgspec.structs.replace(settings, authorized_fetch=True), clock) as opened:
        yield opened


async def test_a_strict_house_tells_nobody_whom_it_does_not_know_but_by_which_key_it_asks_itself(
    strict: Village, site: Site
):
    for path in ("/@asha", "/@asha/outbox", "/@asha/followers"):
        answer = await ask(strict, path, {})
        assert answer.status_code == 401, path
        assert "signature" in answer.json()["error"]
    assert (await ask(strict, "/actor", {})).status_code == 200
    far = Stranger(site, "far_ravi")
    assert (await ask(strict, "/@asha", signed(strict, far, "/@asha", RFC9421))).status_code == 200
    # People are shown pages as before.
    assert (await strict.client.get("/@asha", headers={"accept": "text/html"})).status_code == 200
