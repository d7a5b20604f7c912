"""As insider: one clerk and the register of authorities, on pages, over the API and on the command line."""

from chaupal.governance.orders import authorities
from chaupal.policy.viewer import Role
from desk import AtDesk
from surfaces.insiders import as_app, at_desk, hire, in_shell
from village import AUTHORITY, Village

API = "/api/v1/admin/authorities"


async def test_no_way_in_lets_one_person_make_or_change_an_authority(village: Village):
    v, court = village, village.running.house.court
    clerk, both = await hire(v, "kamal", Role.CLERK), await hire(v, "usha", Role.OWNER)
    made = await as_app(v, clerk, "POST", API, name="Cyber Cell", jurisdiction="IN", email_domain="police.gov.in")
    assert (made.status_code, made.json()["state"]) == (200, "proposed"), made.text
    path = f"{API}/{made.json()['id']}"
    for who in (clerk, v.chitra):
        assert (await as_app(v, who, "POST", f"{path}/agree")).status_code == 403
        assert (await at_desk(v, who, f"/office/authorities/{made.json()['id']}/agree")).status_code in (403, 404)
        done = await in_shell(v, "order", "authority", "agree", "Cyber Cell", "--as", who.handle)
        assert done.returncode == 1, done.stdout
    assert (await as_app(v, v.dev, "POST", f"{path}/agree")).json()["state"] == "agreed"
    # Whose role opens both agrees to nothing of their own.
    asked = {"email_domain": "usha.example", "issuer_class": "police"}
    changing = await as_app(v, both, "POST", path, **asked)
    assert (changing.status_code, changing.json()["state"]) == (200, "changing"), changing.text
    assert changing.json()["email_domain"] == "police.gov.in"
    assert (await as_app(v, both, "POST", f"{path}/agree")).status_code == 403
    page = await AtDesk(v, v.dev).get(f"/office/authorities/{made.json()['id']}")
    assert "usha.example" in page.text and "A change is proposed" in page.text
    assert (await as_app(v, v.dev, "POST", f"{path}/drop")).status_code == 200
    found = await authorities.named(court, v.owner.viewer, "Cyber Cell")
    assert found is not None and found.email_domain == "police.gov.in"


async def test_an_order_is_taken_from_no_authority_that_nobody_agreed_to(village: Village):
    v = village
    clerk = await hire(v, "kamal", Role.CLERK)
    made = await as_app(v, clerk, "POST", API, name=AUTHORITY.name, jurisdiction="IN")
    listed = await AtDesk(v, clerk).get("/office/orders/new")
    assert made.json()["id"] not in listed.text
    done = await in_shell(
        v, "order", "receive", "--as", "kamal", "--authority", AUTHORITY.name, "--regime", "IN-69A", "--role", "designated_officer",
        "--officer", "S", "--rank", "JS", "--reference", "1", "--law", "69A", "--grounds", "public order", "--territory", "IN",
        "--dated", "2021-02-10", "--target", v.ravi.latest.path, "--origin-note", "The office confirmed it on the telephone.",
    )  # fmt: skip
    assert done.returncode == 1 and "second person" in done.stderr, done.stderr
