"""People of other servers are found by name and address, as their own servers say, and nobody is believed about another."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

import measures
from chaupal.app.wiring import RunningHouse
from chaupal.fanout.context import Carrier
from chaupal.fanout.outside import previews
from chaupal.federation import calling, chains, finding
from chaupal.federation.chains import NotThere
from chaupal.federation.context import Federation
from chaupal.federation.taking import statements
from chaupal.governance.http_client import HttpAnswer, NotAnswered
from chaupal.kernel.clock import DAY, StillClock
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.things import LinkCard
from chaupal.social.people import accounts, leaving
from chaupal.store.federation import people, uris
from chaupal.store.identity import accounts as accounts_kept, moving
from chaupal.store.square.people import id_of, sealed_people
from either import open_house
from village import Village, VillagePost

BOB = "https://far.example/users/bob"
AS_LEMMY = "https://www.w3.org/ns/activitystreams#type"  # says in its links what somebody is


class World:
    """What other servers answer, by address; `down`: hosts that do not; `asked`: how often for what."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.names: dict[str, tuple[str, str]] = {}  # handle -> (subject, actor's id), as its own host says
        self.down: set[str] = set()
        self.asked: Counter[str] = Counter()

    def actor(self, uri: str = BOB, **more: Any) -> dict[str, Any]:
        user = uri.rpartition("/")[2]
        self.documents[uri] = {
            "id": uri,
            "type": "Person",
            "preferredUsername": user,
            "name": user.title(),
            "inbox": f"{uri}/inbox",
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": PEM},
        } | more
        return self.documents[uri]

    def finds(self, handle: str, uri: str, subject: str = "") -> None:
        self.names[handle] = (subject or handle, uri)

    async def get(self, fed: Federation, url: str, *, by: int = 0) -> dict[str, Any]:
        self._knock(url)
        if url not in self.documents:
            raise NotAnswered("answered 404", 404)
        return self.documents[url]

    async def plain(self, fed: Federation, url: str, accept: str, kinds: tuple[str, ...], **_: Any) -> HttpAnswer:
        self._knock(url)
        handle = unquote(url.partition("acct%3A")[2])
        if handle not in self.names:
            raise NotAnswered("answered 404", 404)
        subject, uri = self.names[handle]
        links = [
            {"rel": "self", "type": "text/html", "href": "https://x.example/"},
            {"rel": "self", "type": "application/activity+json", "href": uri, "properties": {AS_LEMMY: "Person"}},
        ]
        return HttpAnswer(200, {}, json.dumps({"subject": f"acct:{subject}", "links": links}).encode())

    def _knock(self, url: str) -> None:
        self.asked[url] += 1
        if url.split("/")[2] in self.down:
            raise NotAnswered("did not answer in time")


PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAp3i1Ez3UQrkOZHKAREhY
jokQZbHglPww9gLgdIfmE3S1nHT1S3kNN+DJR7fmek8bJqDrQytn+98KHF9RNAR8
Q8mHmbsDtBYMIuMDKv2gzIpWgv4GwickO5wyAT1dnC1NGxZgf9JbzvxlyqXv7BMi
eb64wG3l06z0LILJqRofGh0TiglSa3SdmLmceWDe/9KL6dUmgV73+WKTLFG8tM+I
6IP1AsavvBws7r+0FRXSjwTeLXzJtr0Wqu7FWUZMUTbZyg01RVhNJPW222sn96na
5B4Myq+Awz5Id6AZ3KtKoEFnWJb9fQDMehJeWVNBnvy9I5uG1LqdcLF3GMXAlNm9
EQIDAQAB
-----END PUBLIC KEY-----
"""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    for name in ("get", "plain"):
        monkeypatch.setattr(calling, name, getattr(found, name))
    return found


@pytest.fixture
async def house(settings: Settings, clock: StillClock) -> AsyncIterator[RunningHouse]:
    """One that talks to others, at an address with TLS."""
    settings = msgspec.structs.replace(settings, public_url="https://gaanv.example", federation="on")
    running = await open_house(settings, clock=clock, run=False)
    yield running
    await running.close()


async def handle_of(fed: Federation, account: int) -> str:
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    assert known is not None
    return known.handle


async def test_somebody_is_found_by_name_by_id_and_by_page_and_is_one(world: World, fed: Federation):
    world.actor(name="Bob Far", summary="<p>नमस्ते <script>alert(1)</script></p>")
    world.documents["https://far.example/@bob"] = world.documents[BOB]
    world.finds("bob@far.example", BOB)
    found = {await finding.person(fed, name) for name in ("@Bob@Far.Example", "bob@far.example", BOB)}
    assert len(found) == 1
    bob = found.pop()
    assert await handle_of(fed, bob) == "bob@far.example"
    async with fed.work.reading() as reading:
        assert await id_of(reading, "bob@far.example") == bob
        known = await uris.find(reading, BOB)
        assert known is not None and (known.kind, known.of) == (uris.ACCOUNT, bob)
        assert bob in await sealed_people(reading, [bob])
    assert world.asked[BOB] == 1, "what was found is not asked for again"


async def test_a_card_of_somebodys_page_goes_when_they_become_known_and_none_comes(
    world: World, village: Village, monkeypatch: pytest.MonkeyPatch
):
    async def led(_: Carrier, url: str) -> LinkCard:
        return LinkCard(url, "Bob Far, who has bad days")

    v, fed, page = village, village.running.house.federation, "https://far.example/@bob"
    assert fed is not None
    monkeypatch.setattr(previews, "_fetch", led)
    said = await v.says(v.asha, f"पढ़िए {page}")

    async def card(said: VillagePost) -> Any:
        await previews.fetch_due(v.running.carrier)
        return (await v.api(v.asha, "GET", f"/api/v1/statuses/{said.id}")).json()["card"]

    assert (await card(said))["title"] == "Bob Far, who has bad days"
    world.actor(url=page)
    world.finds("bob@far.example", BOB)
    await finding.person(fed, "bob@far.example")
    assert await card(said) is None, "what is shown of them is judged where it stands"
    assert await card(await v.says(v.asha, f"और {page}")) is None


async def test_our_own_people_are_found_without_asking_anybody(world: World, fed: Federation):
    asha = await accounts.create(fed.square, handle="asha", email="asha@gaanv.example", password="chaupal-gaanv")
    for name in ("asha", "@asha", "asha@gaanv.example", "https://gaanv.example/@asha"):
        assert await finding.person(fed, name) == asha
    with pytest.raises(NotThere):
        await finding.person(fed, "nobody@gaanv.example")
    assert not world.asked


async def test_a_name_may_be_of_a_shorter_host_where_both_hosts_say_so(world: World, fed: Federation):
    uri = "https://social.far.example/users/bob"
    world.actor(uri)
    world.finds("bob@social.far.example", uri, "bob@far.example")
    world.finds("bob@far.example", uri)
    assert await handle_of(fed, await finding.person(fed, uri)) == "bob@far.example"


async def test_a_host_that_answers_for_anothers_person_is_not_believed(world: World, fed: Federation):
    world.actor()
    world.finds("bob@far.example", BOB)
    world.finds("admin@evil.example", BOB)
    assert await handle_of(fed, await finding.person(fed, "admin@evil.example")) == "bob@far.example"
    evil = "https://evil.example/users/eve"
    world.actor(evil, webfinger="bob@far.example")
    with pytest.raises(NotThere) as wrong:
        await finding.person(fed, evil)
    assert wrong.value.why == "not_theirs"
    world.actor(evil)
    world.finds("eve@evil.example", evil, "bob@far.example")
    with pytest.raises(NotThere):
        await finding.person(fed, evil)


async def test_two_of_one_host_who_say_the_same_name_are_not_both_believed(world: World, fed: Federation):
    world.actor()
    world.finds("bob@far.example", BOB)
    await finding.person(fed, BOB)
    other = "https://far.example/p/2"
    world.actor(other, preferredUsername="bob")
    with pytest.raises(NotThere):
        await finding.person(fed, other)


async def test_a_name_that_no_host_confirms_is_taken_from_nobody(world: World, fed: Federation):
    world.actor()
    world.finds("bob@far.example", BOB)
    bob = await finding.person(fed, BOB)
    other = "https://far.example/p/2"
    world.actor(other, preferredUsername="bob")
    del world.names["bob@far.example"]
    with pytest.raises(NotThere):
        await finding.person(fed, other)
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, bob)
        assert known is not None and known.gone_at is None and known.handle == "bob@far.example"
        assert await uris.find(reading, other) is None


async def test_whose_name_cannot_be_asked_for_just_now_keeps_it(world: World, fed: Federation):
    uri = "https://social.far.example/users/bob"
    world.actor(uri)
    world.finds("bob@social.far.example", uri, "bob@far.example")
    world.finds("bob@far.example", uri)
    bob = await finding.person(fed, uri)
    world.names.clear()
    assert await finding.person(fed, uri, fresh=True) == bob
    assert await handle_of(fed, bob) == "bob@far.example"


async def test_addresses_of_ours_in_other_spellings_are_nobodys(world: World, fed: Federation):
    await accounts.create(fed.square, handle="asha", email="asha@gaanv.example", password="chaupal-gaanv")
    for origin in (
        "https://GAANV.example",
        "https://gaanv.example:443",
        "https://gaanv.example.",
        "http://gaanv.example",
    ):
        with pytest.raises(NotThere):
            await finding.person(fed, f"{origin}/@asha")
        with pytest.raises(NotThere):
            await finding.post(fed, f"{origin}/@asha/1")
    assert not world.asked


async def test_whoever_has_a_name_anew_is_somebody_else_and_the_one_before_is_gone(world: World, fed: Federation):
    world.actor()
    world.finds("bob@far.example", BOB)
    before = await finding.person(fed, "bob@far.example")
    new = "https://far.example/users/bob2"
    world.actor(new, preferredUsername="bob")
    world.finds("bob@far.example", new)
    after = await finding.person(fed, new)
    assert after != before and await handle_of(fed, after) == "bob@far.example"
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, before)
        assert known is not None and known.gone_at is not None
        assert await id_of(reading, "bob@far.example") == after


@pytest.mark.parametrize("gone", [False, True])
async def test_whoever_has_the_name_of_somebody_who_is_limited_here_is_them_by_whatever_id(
    world: World, fed: Federation, house: RunningHouse, clock: StillClock, gone: bool
):
    """An id is its server's to give, and a name is what a decision here was about; that they were deleted there changes nothing."""
    v, later = Village(house, clock), "https://far.example/u/bob"
    world.actor()
    world.finds("bob@far.example", BOB)
    bob = await finding.person(fed, BOB)
    ruling = await measures.begin(v, Measure.SUSPEND, bob)
    if gone:
        async with fed.work.writing() as w:
            await people.go(w, bob)
            await uris.bury(w, BOB)
        assert await leaving.carry_out(house.house.square)
    world.actor(later, name="Bob again")
    world.finds("bob@far.example", later)
    assert await finding.person(fed, later) == bob == await finding.person(fed, "bob@far.example", fresh=True)
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, bob)
        assert known is not None and (known.uri, known.handle, known.gone_at) == (later, "bob@far.example", None)
        assert (await accounts_kept.standings(reading, [bob]))[bob].state == "suspended"
    await measures.lift(v, ruling)
    world.actor("https://far.example/u/bob3")
    world.finds("bob@far.example", "https://far.example/u/bob3")
    assert await finding.person(fed, "https://far.example/u/bob3") != bob, "of whom nothing is limited it is as before"
    await v.client.aclose()


@pytest.mark.parametrize("unnoticed", [False, True])
async def test_no_renaming_frees_a_name_of_what_was_decided_about_it(
    world: World, fed: Federation, house: RunningHouse, clock: StillClock, unnoticed: bool
):
    """Neither of whoever is limited, into another one, nor of another into theirs; where nobody is to notice a limit, as if none were."""
    v, other = Village(house, clock), "https://far.example/users/carl"
    for uri in (BOB, other):
        world.actor(uri)
        world.finds(f"{uri.rpartition('/')[2]}@far.example", uri)
    bob, carl = await finding.person(fed, BOB), await finding.person(fed, other)
    await (
        measures.begin(v, Measure.DEAMPLIFY, bob, neutral=1) if unnoticed else measures.begin(v, Measure.SUSPEND, bob)
    )
    world.actor(preferredUsername="robert")
    world.finds("robert@far.example", BOB)
    world.actor(other, preferredUsername="bob")
    world.finds("bob@far.example", other)
    await finding.person(fed, other, fresh=True)
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, bob)
        assert known is not None and (known.gone_at is None) is not unnoticed
    assert await handle_of(fed, carl) == ("bob@far.example" if unnoticed else "carl@far.example")
    await finding.person(fed, BOB, fresh=True)
    assert await handle_of(fed, bob) == ("robert@far.example" if unnoticed else "bob@far.example")
    await v.client.aclose()


async def test_what_is_known_is_asked_for_anew_after_a_day_and_stands_where_nobody_answers(
    world: World, fed: Federation, clock: StillClock
):
    world.actor(name="Bob")
    world.finds("bob@far.example", BOB)
    bob = await finding.person(fed, BOB)
    clock.move(DAY)
    world.actor(name="Robert", alsoKnownAs=["https://gaanv.example/@asha", "https://old.example/bob"])
    world.down.add("far.example")
    assert await finding.person(fed, BOB) == bob == await finding.person(fed, "bob@far.example")
    world.down.clear()
    asha = await accounts.create(fed.square, handle="asha", email="asha@gaanv.example", password="chaupal-gaanv")
    assert await finding.person(fed, BOB) == bob
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, bob)
        assert known is not None and known.fetched_at == clock()
        assert known.aliases == ("https://gaanv.example/@asha", "https://old.example/bob")
        assert await moving.named_by(reading, bob) == [asha], "those of its other names that are known here"
    world.actor(alsoKnownAs=[])
    await finding.person(fed, BOB, fresh=True)
    async with fed.work.reading() as reading:
        assert await moving.named_by(reading, bob) == []


async def test_what_is_not_anybody_is_nobody_and_costs_few_questions(world: World, fed: Federation):
    world.documents["https://far.example/notes/1"] = {"id": "https://far.example/notes/1", "type": "Note"}
    wrong = (
        "x@y@z",
        "bob@",
        "@",
        "",
        "bob@no where",
        "https://",
        "ftp://far.example/bob",
        "https://far.example/notes/1",
        "https://far.example/nobody",
        "nobody@far.example",
        "https://gaanv.example/@nobody",
        "https://gaanv.example/@asha/1",
        "bob@192.0.2.1:99999",
    )
    for name in wrong:
        with pytest.raises(NotThere):
            await finding.person(fed, name)
    assert sum(world.asked.values()) < 8


@pytest.mark.parametrize(
    "called", ["b ob", "bob\u202e", "bоb", "b\0b", "b\nb", "b<i>", "bob/x", "bob~1", "b" * 200, "-"]
)
async def test_whom_their_own_host_calls_by_what_nobody_is_called_has_the_name_of_their_address(
    world: World, fed: Federation, called: str
):
    """Letters that look alike, that turn the line, that are none, or that a page or a mail would take for something else."""
    world.actor()
    world.finds("bob@far.example", BOB, f"{called}@far.example")
    world.finds(f"{called}@far.example", BOB)
    for name in ("bob@far.example", f"{called}@far.example"):
        with pytest.raises(NotThere):
            await finding.person(fed, name)
    assert await handle_of(fed, await finding.person(fed, BOB)) == "bob@far.example"


async def test_servers_that_are_slow_are_not_asked_on_and_on(
    world: World, fed: Federation, monkeypatch: pytest.MonkeyPatch
):
    world.actor()
    world.finds("bob@far.example", BOB)
    monkeypatch.setattr(chains, "PATIENCE", -1.0)
    with pytest.raises(NotThere) as slow:
        await finding.person(fed, BOB)
    assert slow.value.passing and not world.asked


async def test_a_post_is_here_with_what_its_server_says_of_it_or_not_at_all(
    world: World, fed: Federation, monkeypatch: pytest.MonkeyPatch
):
    world.actor()
    note = f"{BOB}/1"
    said = {"type": "Note", "attributedTo": BOB, "content": "x", "to": ["as:Public"], "withheldIn": {"country": "IN"}}
    world.documents[note] = {"id": note, **said}

    async def dies(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(statements, "of_post", dies)
        with pytest.raises(OSError, match="killed"):
            await finding.post(fed, note)
    async with fed.work.reading() as reading:
        assert await uris.find(reading, note) is None
    assert await finding.post(fed, note)


async def test_names_that_lead_on_and_on_are_followed_once(world: World, fed: Federation):
    for number in range(20):
        world.finds(f"a{number}@far.example", BOB, f"a{number + 1}@far.example")
    world.actor()
    with pytest.raises(NotThere):
        await finding.person(fed, "a0@far.example")
    assert sum(world.asked.values()) <= 3
