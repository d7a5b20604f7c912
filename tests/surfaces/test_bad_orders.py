"""Bad orders by every way in: forged, truncated, twice, contradictory, over-broad, foreign, posing. Each is told, none half taken."""

import asyncio
from typing import Any

import httpx2
import msgspec
import pytest

from chaupal.governance.cases import decisions
from chaupal.governance.orders import authorities, documents, intake, orders, portal, steps
from chaupal.governance.orders.authorities import Authority, AuthorityForm
from chaupal.governance.orders.documents import Bringer, Brought
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.kernel.errors import Conflict, Invalid
from chaupal.reads.court import filings
from chaupal.store.court import docket, ledger
from chaupal.store.court.docket import Order
from letters import Signer, added_to, letter, locked
from office import ORDER, Office, ministry, open_office
from village import Village, VillagePost

REASON = "The post names a person as armed, which the order shows to be false."


@pytest.fixture(scope="module")
def officer() -> Signer:
    return Signer("Designated Officer")


@pytest.fixture(scope="module")
def signed(officer: Signer) -> bytes:
    return officer.sign(letter())


@pytest.fixture(scope="module")
def forged(signed: bytes) -> bytes:
    return added_to(signed)


@pytest.fixture
async def office(village: Village) -> Office:
    return await open_office(village)


def form(village: Village, whose: Authority, *targets: str, **more: Any) -> OrderForm:
    fields = ORDER | {"bases": tuple(ORDER["bases"]), "authority": whose.id, "territory": "IN"}
    fields["targets"] = "\n".join(targets or (village.meera.latest.path,))
    return OrderForm(**fields | more)


async def leaves(village: Village) -> int:
    async with village.running.house.court.work.reading() as reading:
        return await ledger.size(reading)


async def brought(village: Village, whose: Authority, *files: tuple[str, bytes]) -> list[documents.Document]:
    house = village.running.house
    who = Bringer(village.owner.id)
    return await documents.take_in(house.court, house.square.files, who, [Brought(*one) for one in files], whose)


async def taken(village: Village, whose: Authority, *files: tuple[str, bytes], **more: Any) -> Order:
    """The order, entered by staff from letters."""
    court = village.running.house.court
    ref = await orders.receive(
        court, village.owner.viewer, form(village, whose, **more), await brought(village, whose, *files)
    )
    async with court.work.reading() as reading:
        found = await docket.order(reading, ref)
    assert found is not None
    return found


async def withhold(village: Village, ref: str, thing: VillagePost) -> int:
    """Two people decide to withhold target 1; the status of its page in India then."""
    court = village.running.house.court
    await steps.take(court, village.chitra.viewer, ref, steps.StepForm(verb="check"))
    await decisions.propose(court, village.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    await decisions.approve(court, village.dev.viewer, ref, 1)
    return (await village.look("IN", thing)).status_code


def wrong(answer: httpx2.Response) -> dict[str, str]:
    """Field -> what is wrong with it."""
    assert answer.status_code == 422, answer.text
    return {field: about[0]["description"] for field, about in answer.json()["details"].items()}


# --- forged ---


async def test_a_letter_changed_after_it_was_signed_is_a_mismatch_and_limits_nothing(
    village: Village, officer: Signer, forged: bytes
):
    whose = msgspec.structs.replace(await ministry(village), keys=(officer.fingerprint,))
    order = await taken(village, whose, ("order.pdf", forged))
    assert (order.signature, order.origin) == ("invalid", "mismatch")
    with pytest.raises((Invalid, Conflict)):
        await withhold(village, order.ref, village.meera.latest)
    assert (await village.look("IN", village.meera.latest)).status_code == 200


async def test_a_letter_that_nobody_vouches_for_limits_nothing_until_somebody_called_back(
    village: Village, signed: bytes
):
    order = await taken(village, await ministry(village), ("order.pdf", signed))
    assert (order.signature, order.origin) == ("unverifiable", "unverified")
    with pytest.raises((Invalid, Conflict)):
        await withhold(village, order.ref, village.meera.latest)
    assert (await village.look("IN", village.meera.latest)).status_code == 200


async def test_a_letter_signed_by_the_authoritys_own_key_is_verified_by_that(
    village: Village, officer: Signer, signed: bytes
):
    whose = msgspec.structs.replace(await ministry(village), keys=(officer.fingerprint,))
    order = await taken(village, whose, ("order.pdf", signed))
    assert (order.signature, order.origin) == ("valid", "verified")
    assert await withhold(village, order.ref, village.meera.latest) == 451


async def test_another_authoritys_key_verifies_nothing_even_if_the_letter_was_brought_for_that_one(
    village: Village, officer: Signer, signed: bytes
):
    whose = await ministry(village)
    other = msgspec.structs.replace(whose, keys=(officer.fingerprint,))
    (document,) = await brought(village, other, ("order.pdf", signed))
    assert document.signature == "valid"
    court = village.running.house.court
    (anew,) = await documents.brought_back(court, Bringer(village.owner.id), [document.id], whose)
    assert anew.signature == "unverifiable" and not documents.signer_of(anew).known


async def test_a_mail_from_a_lookalike_domain_is_a_mismatch(village: Village):
    mail = b"From: Designated Officer <do@rneity.gov.in>\nSubject: Order\n\nBlock it."
    order = await taken(village, await ministry(village), ("order.eml", mail))
    assert order.origin == "mismatch"


async def test_nobody_files_with_another_persons_letter_or_a_filed_one(village: Village, office: Office):
    court, whose = village.running.house.court, office.authority
    mine = await brought(village, whose, ("a.txt", b"a letter"))
    with pytest.raises(Invalid):
        await documents.brought_back(court, Bringer(village.chitra.id), [mine[0].id], whose)
    with pytest.raises(Invalid):  # nor under the same number as the other kind of person
        await documents.brought_back(court, Bringer(village.owner.id, "authority"), [mine[0].id], whose)
    await orders.receive(court, village.owner.viewer, form(village, whose), mine)
    with pytest.raises(Invalid):
        await documents.brought_back(court, Bringer(village.owner.id), [mine[0].id], whose)


# --- truncated and malformed ---


@pytest.mark.parametrize(
    ("name", "data", "about"),
    [
        ("a.pdf", letter()[:300], "is a damaged PDF"),
        ("a.pdf", locked(), "is locked with a password"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"MZ\x90\x00\xff", "must be PDF"),
        ("a.xlsx", b"PK\x03\x04\x00\x00", "must be PDF"),
    ],
)
async def test_a_document_that_is_none_is_told_and_nothing_is_filed(
    village: Village, office: Office, name: str, data: bytes, about: str
):
    before = await leaves(village)
    order = msgspec.json.encode({**ORDER, "targets": [village.meera.latest.path]}).decode()
    files = [("documents", (name, data, "application/pdf"))]
    answer = await office.ask("POST", "/api/v1/orders", data={"order": order}, files=files)
    assert about in wrong(answer)["document"]
    assert await leaves(village) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"regime": "IN-69A"', 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"targets": "x"}', 422),
        (b'{"targets": [{"demanded": "x"}]}', 422),
        (b'{"targets": [["x"]]}', 422),
        (b'{"particulars": [1]}', 422),
        (b'{"order": "["}', 400),
        (b'{"order": "3"}', 400),
    ],
)
async def test_a_body_that_is_cut_off_or_no_order_is_told(village: Village, office: Office, body: bytes, status: int):
    before = await leaves(village)
    answer = await office.ask("POST", "/api/v1/orders", content=body, kind="application/json")
    assert answer.status_code == status, answer.text
    assert await leaves(village) == before


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b'"@a\n', "cannot be read"),
        (b"PK\x03\x04", "workbook"),
        (b"\xff\xff", "UTF-8"),
        (b"a,b\nnote,x\n" * 4_000, "more than 5,000"),
    ],
)
async def test_a_list_that_is_none_is_told_and_what_was_typed_stays(
    village: Village, office: Office, data: bytes, about: str
):
    files = [("csv", ("list.csv", data, "text/csv"))]
    fields = {k: v for k, v in ORDER.items() if k != "bases"} | {"targets": "@meera", "act": "file"}
    answer = await office.post("/portal/orders", "/portal/orders/new?regime=IN-69A", files=files, **fields)
    assert answer.status_code == 422
    assert about in answer.text and "@meera" in answer.text and "16(1)/2021" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference_no", ""),
        ("legal_basis", " "),
        ("grounds", ""),
        ("dated", ""),
        ("dated", "10.2.2021"),
        ("dated", "2031-01-01"),
        ("regime", "IN-69B"),
        ("bases", ["blasphemy"]),
        ("act_by", "soon"),
        ("ends_at", "2020-01-01"),
        ("gag_until", "2020-01-01"),
        ("targets", []),
        ("territory", ["IN-KA"]),
    ],
)
async def test_each_wrong_field_is_named(village: Village, office: Office, field: str, value: Any):
    before = await leaves(village)
    answer = await office.ask("POST", "/api/v1/orders", json={**ORDER, "targets": ["@meera"], field: value})
    assert field in wrong(answer)
    assert await leaves(village) == before


# --- duplicated ---


async def test_the_same_letter_is_one_order_however_it_comes(village: Village):
    whose, court, owner = await ministry(village), village.running.house.court, village.owner.viewer
    first = await taken(village, whose, ("order.pdf", letter()))
    again = await brought(village, whose, ("copy of order.pdf", letter()))
    for more, papers in (
        ({"reference_no": "another", "targets": "@meera"}, again),  # the same document
        ({}, []),  # the same number, day, law and targets
    ):
        with pytest.raises(Conflict) as caught:
            await orders.receive(court, owner, form(village, whose, **more), papers)
        assert first.ref in caught.value.details["reference_no"]


async def test_of_two_who_file_the_same_at_once_one_does(village: Village, office: Office):
    both = await asyncio.gather(*(office.file(village.meera.latest.path, external_id="X-1") for _ in range(4)))
    assert {answer.json().get("ref") for answer in both if answer.status_code in (200, 201)} == {"IN-2021-0001"}
    refs = {line.order.ref for line in await _listed(village, office)}
    assert refs == {"IN-2021-0001"}


async def _listed(village: Village, office: Office) -> list[Any]:
    return await filings.filed_by(village.running.house.reads, office.authority.id)


async def test_another_authority_may_use_the_same_numbers(village: Village, office: Office):
    await office.file(village.meera.latest.path, external_id="X-1")
    court, owner = village.running.house.court, village.owner.viewer
    police = await authorities.register(
        court,
        owner,
        AuthorityForm(name="Cyber Cell", jurisdiction="IN", email_domain="police.gov.in", issuer_class="police"),
    )
    police = await authorities.agree(court, village.dev.viewer, police.id)
    other = await open_office(village, "dig@police.gov.in", police)
    filed = await other.file(village.meera.latest.path, external_id="X-1")
    assert (filed.status_code, filed.json()["ref"]) == (201, "IN-2021-0002")


# --- contradictory, over-broad, beyond its country ---


async def test_what_names_the_same_thing_twice_is_told_line_by_line(village: Village, office: Office):
    lines = [village.meera.latest.path, "@meera", "meera", f"https://elsewhere.example{village.meera.latest.path}"]
    told = wrong(await office.file(*lines))["targets"].splitlines()
    assert told == ["meera: is named twice", f"{lines[3]}: is an address of another server"]


async def test_a_measure_that_does_not_exist_or_is_never_an_authoritys_is_not_demanded(
    village: Village, office: Office
):
    answer = await office.file({"target": "@meera", "demanded": "delete"})
    assert "delete is no measure" in wrong(answer)["demanded"]


@pytest.mark.parametrize("territory", [["XX"], ["DE"], ["IN", "DE"]])
async def test_nothing_beyond_its_own_country_is_taken_in(village: Village, office: Office, territory: list[str]):
    assert "jurisdiction" in wrong(await office.file("@meera", territory=territory))["territory"]


async def test_an_authority_cannot_use_another_countrys_law(village: Village, office: Office):
    assert "regime" in wrong(await office.file("@meera", regime="EU-DSA-9"))


async def test_patterns_searches_and_whole_servers_are_not_targets(village: Village, office: Office):
    lines = ["*", "all posts about farmers", "/", "/public", "http://localhost:8000/search?q=farmers", "/@meera/*"]
    told = wrong(await office.file(*lines))["targets"].splitlines()
    assert len(told) == len(lines)


async def test_whole_accounts_are_told_by_the_facial_check_where_their_law_knows_posts_only(village: Village):
    whose = await ministry(village)
    typed = form(village, whose, "@meera", regime="GENERIC", role="authority", bases=())
    checked = await intake.check(village.running.house.court, typed, [], filed_by_authority=False)
    assert {"targets_vague"} <= {defect.code for defect in checked.defects}
    assert checked.origin.origin == "unverified" and {"hi", "en"} == set(checked.letter)


# --- posing ---


async def test_a_handle_that_only_looks_like_one_never_becomes_it(village: Village, office: Office):
    answer = await office.file("@mеera")  # a Cyrillic е
    assert "only look like" in wrong(answer)["targets"]
    typed = form(village, office.authority, "@mеera", "@rneera", "@meera_")
    checked = await intake.check(village.running.house.court, typed, [], filed_by_authority=True)
    assert [(one.subject, one.like) for one in checked.targets] == [(None, "meera"), (None, "meera"), (None, "meera")]


@pytest.mark.parametrize(
    "line", ["https://1ocalhost:8000/@meera", "https://localhost.evil.example/@meera", "https://lосalhost/@meera"]
)
async def test_an_address_at_a_lookalike_of_this_server_is_not_here(village: Village, office: Office, line: str):
    assert "another server" in wrong(await office.file(line))["targets"]


async def test_people_of_a_lookalike_domain_are_not_let_in(village: Village, office: Office):
    court, owner = village.running.house.court, village.owner.viewer
    for email in ("do@rneity.gov.in", "do@meity.gov.in.evil.net", "do@mеity.gov.in"):
        with pytest.raises(Invalid):
            await portal.invite(court, owner, office.authority.id, portal.InviteForm(name="X", rank="Y", email=email))
