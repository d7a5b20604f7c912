"""A letter comes: the clerk registers the authority, takes the order in with letter and list, and staff open what they need."""

from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import regex

from chaupal.app import backup
from chaupal.app.rooms import visiting
from chaupal.governance.orders import documents
from chaupal.policy.viewer import Role
from chaupal.store.court import access_audit as looks, docket, documents as kept
from desk import AtDesk
from letters import letter
from village import Village, Villager

FORM = {
    "role": "designated_officer",
    "officer": "A. Sharma",
    "officer_rank": "Joint Secretary",
    "reference_no": "16(1)/2021",
    "legal_basis": "IT Act 2000, section 69A",
    "bases[]": "public_order",
    "grounds": "public order",
    "dated": "2021-02-10",
    "territory": "IN",
    "channel": "letter",
    "regime": "IN-69A",
}


class Clerk(AtDesk):
    """Somebody of the staff who also sends files."""

    async def post(self, path: str, files: Any = None, **typed: Any) -> httpx2.Response:
        if files is None:
            return await self.send(path, typed)
        if not self.word:
            await self.get("/settings")
        return await self.village.client.post(
            path, data={"csrf": self.word, **typed}, files=files, headers=self.headers
        )


@pytest.fixture
async def clerk(village: Village) -> Villager:
    return await village.joins("clerk", "क्लर्क", Role.CLERK)


async def registered(at: Clerk, name: str = "Home Ministry", **more: str) -> str:
    done = await at.post("/office/authorities", name=name, jurisdiction="IN", issuer_class="government", **more)
    assert done.status_code == 303, done.text
    return await agreed(at, done.headers["location"])


async def agreed(at: Clerk, page: str) -> str:
    """Another agrees to what is proposed of an authority; its id."""
    second = Clerk(at.village, at.village.dev, "en")
    assert (await second.post(f"{page}/agree")).status_code == 303
    return page.rpartition("/")[2]


async def test_a_clerk_takes_a_letter_in_and_staff_open_it_with_a_purpose(village: Village, clerk: Villager):
    at = Clerk(village, clerk, "en")
    issuer = await registered(at)
    begun = await at.get(f"/office/orders/new?authority={issuer}&regime=IN-69A")
    assert (
        "Designated Officer" in begun.text
        and "public order" in begun.text
        and "Information Technology Act" in begun.text
    )
    emergency = await at.get(f"/office/orders/new?authority={issuer}&regime=IN-69A-EMERG")
    assert 'name="interim_until"' in emergency.text and 'name="interim_until"' not in begun.text
    listing = f"{village.meera.latest.path},withhold_post\n@nobody,\n@mееra,\n"  # two Cyrillic letters in the last
    files = [
        ("documents", ("order.pdf", letter(), "application/pdf")),
        ("csv", ("list.csv", listing.encode(), "text/csv")),
    ]
    looked = await at.post("/office/orders", files, authority=issuer, act="file", **FORM)
    assert looked.status_code == 200
    for said in (
        "not signed",
        "looks like meera",
        "On its face it lacks",
        "is not verified yet",
        "Draft of a letter of return",
        "वापसी",
    ):
        assert said in looked.text, said
    again = regex.search(r'name="kept\[\]" value="(\d+)"', looked.text)
    assert again
    fields = FORM | {"authority": issuer, "kept[]": again[1], "record_unknown": "1"}
    lines = f"४){village.meera.latest.path} पोस्ट रोकें।\n@nobody"  # as a letter lists it, in Hindi words
    filed = await at.post("/office/orders", act="file", targets=lines, **fields)
    assert filed.status_code == 303, filed.text
    ref = filed.headers["location"].rpartition("/")[2]
    async with village.running.house.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        assert order is not None and (order.origin, order.signature) == ("unverified", "absent")
        (document,) = await kept.of_order(reading, order.id)
        first = (await docket.targets_of(reading, order.id))[0]
        assert (first.as_written, first.demanded) == (village.meera.latest.path, "withhold_post")

    reviewer = Clerk(village, village.chitra, "en")
    room = f"/office/orders/{ref}/documents"
    assert "order.pdf" in (await reviewer.get(room)).text
    refused = await reviewer.post(f"{room}/{document.id}", purpose="  ")
    assert refused.status_code == 422 and "say what you need it for" in refused.text
    opened = await reviewer.post(f"{room}/{document.id}", purpose="To decide about target 1")
    assert opened.content == letter()
    assert (
        opened.headers["content-disposition"].startswith("attachment")
        and "sandbox" in opened.headers["content-security-policy"]
    )
    async with village.running.house.court.work.reading() as reading:
        (look,) = await looks.looks_below(reading, 2**62, 10, what="document")
    assert (look.by, look.purpose) == (village.chitra.id, "To decide about target 1")


async def test_what_is_wrong_is_said_in_hindi_beside_what_was_typed(village: Village, clerk: Villager):
    at = Clerk(village, clerk, "hi")
    issuer = await registered(at)
    fields = FORM | {"authority": issuer, "targets": "https://x.example/1", "dated": "", "officer": ""}
    wrong = await at.post("/office/orders", act="file", **fields)
    assert wrong.status_code == 422
    assert "https://x.example/1</bdi>: किसी और सर्वर का पता है" in wrong.text and "16(1)/2021" in wrong.text
    spoilt = [("documents", ("order.pdf", letter()[:200], "application/pdf"))]
    damaged = await at.post("/office/orders", spoilt, act="file", **FORM | {"authority": issuer})
    assert damaged.status_code == 422 and "खराब PDF है" in damaged.text


async def test_an_authority_is_changed_and_its_people_invited_and_ended(village: Village, clerk: Villager):
    at = Clerk(village, clerk, "en")
    issuer = await registered(at, email_domain="mha.gov.in")
    page = f"/office/authorities/{issuer}"
    close = await at.post(
        "/office/authorities", name="Home Ministry of India", jurisdiction="IN", email_domain="mha.g0v.in"
    )
    assert close.status_code == 422 and "looks like mha.gov.in, of Home Ministry" in close.text
    changed = await at.post(page, office="Nodal Officer", email_domain="mha.gov.in", issuer_class="police")
    assert changed.status_code == 303
    await agreed(at, page)
    assert "Nodal Officer" in (await at.get(page)).text
    elsewhere = await at.post(f"{page}/people", name="X", rank="Director", email="x@gmail.com")
    assert elsewhere.status_code == 422 and "own domain" in elsewhere.text
    assert (await at.post(f"{page}/people", name="X", rank="Director", email="x@mha.gov.in")).status_code == 303
    shown = (await at.get(page)).text
    user = regex.search(rf"{page}/people/(\d+)/end", shown)
    assert user and "x@mha.gov.in" in shown
    assert (await at.post(f"{page}/people/{user[1]}/again")).status_code == 303
    assert (await at.post(f"{page}/people/{user[1]}/end")).status_code == 303
    assert "/people/" not in regex.sub(rf'action="{page}/people"', "", (await at.get(page)).text)


async def test_a_backup_holds_letters_and_the_key_that_opens_them(village: Village, clerk: Villager, tmp_path: Path):
    house = village.running.house
    if house.settings.postgres:
        pytest.skip("pg_dump may not be there; the folders are the same")
    who = documents.Bringer(clerk.id)
    (document,) = await documents.take_in(
        house.court, house.square.files, who, [documents.Brought("a.txt", b"a letter")], None
    )
    await backup.backup(house.settings, tmp_path / "kept.tar.gz")
    moved = msgspec.structs.replace(house.settings, data=str(tmp_path / "restored"))
    await backup.restore(moved, tmp_path / "kept.tar.gz")
    async with visiting(moved) as other:
        assert await documents.plain(other.court, other.square.files, document) == b"a letter"
